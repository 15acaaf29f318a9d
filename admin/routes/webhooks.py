"""Message webhooks."""

from admin import webhooks
from admin.routes.paths import ADMIN
from api.paging import Window
from api.routes import Route

_HOOK = f"{ADMIN}/webhooks/{{id}}"
WEBHOOKS = (
    Route(
        method="GET",
        path=f"{ADMIN}/webhook-types",
        handler=webhooks.list_types,
        role="admin",
        summary="What a message webhook may be told, with what it means",
        query=Window,
        answers={200: webhooks.Types},
        tag="webhooks",
    ),
    Route(
        method="GET",
        path=f"{ADMIN}/webhooks",
        handler=webhooks.list_webhooks,
        role="admin",
        summary="All message webhooks with how they are; they are set in the area `webhooks`",
        query=Window,
        answers={200: webhooks.Webhooks},
        tag="webhooks",
    ),
    Route(
        method="GET",
        path=_HOOK,
        handler=webhooks.get_webhook,
        role="admin",
        summary="One message webhook",
        answers={200: webhooks.WebhookView},
        refuses=(404,),
        tag="webhooks",
    ),
    Route(
        method="GET",
        path=f"{_HOOK}/deliveries",
        handler=webhooks.list_deliveries,
        role="admin",
        summary="What was sent, is to be sent, or was given up, newest first",
        query=webhooks.DeliveriesQuery,
        answers={200: webhooks.Deliveries},
        refuses=(404,),
        tag="webhooks",
    ),
    Route(
        method="POST",
        path=f"{_HOOK}/test",
        handler=webhooks.test_webhook,
        role="admin",
        summary="Send a test now",
        answers={200: webhooks.TestView},
        refuses=(404,),
        tag="webhooks",
    ),
    Route(
        method="POST",
        path=f"{_HOOK}/resume",
        handler=webhooks.resume_webhook,
        role="admin",
        summary="Go on with a webhook that was paused",
        answers={200: webhooks.WebhookView},
        refuses=(404,),
        tag="webhooks",
    ),
    Route(
        method="POST",
        path=f"{_HOOK}/replay",
        handler=webhooks.replay_webhook,
        role="admin",
        summary="Send one delivery again, or all that were given up",
        body=webhooks.ReplayIn,
        answers={200: webhooks.ReplayView},
        refuses=(404,),
        tag="webhooks",
    ),
)
