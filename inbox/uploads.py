"""A file an agent wants to send: kept first, then named in a message."""

import msgspec
from aiohttp import web

from api.contents import shown
from api.media import keep_upload
from api.rim import Rim


async def upload(rim: Rim, request: web.Request) -> web.StreamResponse:
    """The raw body is the file; the answer is a content to send."""
    content = await keep_upload(request, rim.files)
    body = msgspec.json.encode(shown(content))
    return web.Response(status=201, body=body, content_type="application/json")
