"""The inbox's table of routes: what agents may call, what goes in, what comes out."""

from api.bots import LaterIn
from api.routes import Route
from inbox import bodies, bots
from inbox.routes.acting import ACTING
from inbox.routes.customers import CUSTOMERS
from inbox.routes.overseeing import OVERSEEING
from inbox.routes.quick_replies import QUICK_REPLIES
from inbox.routes.reading import READING
from inbox.routes.rows import BASE
from inbox.routes.submissions import SUBMISSIONS
from inbox.socket import inbox_socket
from inbox.uploads import upload

ROUTES = (
    *READING,
    *ACTING,
    *QUICK_REPLIES,
    *OVERSEEING,
    *CUSTOMERS,
    *SUBMISSIONS,
    Route(
        method="POST",
        path="/api/v1/bots/{id}/sessions/{session}/messages",
        handler=bots.bot_says,
        role="nobody",  # it is signed with the bot's own secret
        signed=True,
        summary="What a bot says by itself, signed with its secret (docs/bots.md)",
        body=LaterIn,
        answers={201: bots.SaidView},
        refuses=(403, 404, 409),
        tag="bots",
    ),
    Route(
        method="POST",
        path=f"{BASE}/files",
        raw=upload,
        role="agent",
        summary="Upload a file to send",
        query=bodies.UploadQuery,
        answers={201: bodies.Uploaded},
        refuses=(413, 415),
        tag="inbox",
    ),
    Route(
        method="GET",
        path=f"{BASE}/socket",
        raw=inbox_socket,
        role="nobody",  # the first frame signs in: a token in an address would be in every log
        summary="The live feed (a WebSocket)",
        answers={101: None},
        refuses=(400,),
        tag="inbox",
    ),
)
