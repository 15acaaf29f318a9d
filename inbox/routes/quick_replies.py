"""Quick replies."""

from api.paging import Window
from api.routes import Route
from inbox import quick_replies
from inbox.routes.rows import BASE, read

QUICK = f"{BASE}/quick-replies"
QUICK_REPLIES = (
    read(
        QUICK,
        quick_replies.list_quick_replies,
        quick_replies.QuickReplies,
        "Everybody's quick replies and your own",
        query=Window,
    ),
    Route(
        method="POST",
        path=QUICK,
        handler=quick_replies.create_quick_reply,
        role="agent",
        summary="Make a quick reply; one for everybody needs the role supervisor",
        body=quick_replies.QuickReplyIn,
        answers={201: quick_replies.QuickReplyView},
        refuses=(403, 409),
        tag="inbox",
    ),
    Route(
        method="PATCH",
        path=f"{QUICK}/{{id}}",
        handler=quick_replies.change_quick_reply,
        role="agent",
        summary="Change a quick reply",
        body=quick_replies.QuickReplyPatch,
        answers={200: quick_replies.QuickReplyView},
        refuses=(403, 404),
        tag="inbox",
    ),
    Route(
        method="DELETE",
        path=f"{QUICK}/{{id}}",
        handler=quick_replies.remove_quick_reply,
        role="agent",
        summary="Remove a quick reply",
        answers={204: None},
        refuses=(403, 404),
        tag="inbox",
    ),
)
