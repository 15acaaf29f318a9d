"""Keeps other web sites' pages from driving the simulator through the visitor's browser."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def same_origin_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Browsers send `Origin` with every cross-site POST; programs send none."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return web.json_response({"error": "Requests from pages of other origins are refused"}, status=403)
    return await handler(request)
