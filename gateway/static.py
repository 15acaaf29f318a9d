"""What a browser loads: the widget's script and texts, the start page, the widget's demo, the API's documentation.

The files are built (web/dist) and only read here. No page may run a script that is not a file of ours.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from aiohttp import hdrs, web

DIST = Path(__file__).parent.parent / "web" / "dist"
UNBUILT = "The web assets are not built. `make setup` builds them.\n"
SHORT = "public, max-age=300"  # sites embed /widget.js by this name for ever: a new one is to arrive within minutes

_COMMON = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", hdrs.CACHE_CONTROL: SHORT}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

PAGE = MappingProxyType({**_COMMON, "Content-Security-Policy": _POLICY})
# A chat shows pictures from wherever their sender keeps them.
CHAT_PAGE = MappingProxyType(
    {**_COMMON, "Content-Security-Policy": _POLICY.replace("img-src 'self'", "img-src 'self' https:")}
)
ASSET = MappingProxyType({**_COMMON, "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"})
# For any site, also one that takes in nothing that does not say so (Cross-Origin-Embedder-Policy).
EMBEDDED = MappingProxyType(
    {**ASSET, hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*", "Cross-Origin-Resource-Policy": "cross-origin"}
)

# The desk shows pictures, sound and films from wherever their sender keeps them, and what is about to be sent.
DESK_PAGE = MappingProxyType(
    {
        **_COMMON,
        hdrs.CACHE_CONTROL: "no-cache",  # it names the newest pieces
        "Content-Security-Policy": _POLICY.replace("img-src 'self' data:", "img-src 'self' https: data: blob:")
        + "; media-src 'self' https: blob:; require-trusted-types-for 'script'",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
)
# Their names change with what is in them.
DESK_PIECE = MappingProxyType({**ASSET, hdrs.CACHE_CONTROL: "public, max-age=31536000, immutable"})

# Said and not guessed: the letters of a script without a charset are read as the embedding page's.
TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".png": "image/png",
    }
)

FILES: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "/": ("index.html", PAGE),
        "/pages.css": ("pages.css", ASSET),
        "/widget.js": ("widget.js", EMBEDDED),
        "/widget-form.js": ("widget-form.js", EMBEDDED),
        "/widget-demo.html": ("demo.html", CHAT_PAGE),
        "/demo.js": ("demo.js", ASSET),
        "/api/docs": ("docs/index.html", PAGE),
    }
)
FOLDERS: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        r"/widget-texts/{name:[A-Za-z-]+\.json}": ("widget-texts", EMBEDDED),
        r"/api/docs/{name:[a-z][a-z0-9-]*\.(?:css|js|png)}": ("docs", ASSET),
        r"/desk/assets/{name:[\w.-]+\.(?:css|js)}": ("desk/assets", DESK_PIECE),
    }
)


def routes(dist: Path) -> list[web.RouteDef]:
    """Routes over a folder that need not exist yet: until it does they answer 503 and say what builds it."""
    files = [web.get(path, _file(dist, name, headers)) for path, (name, headers) in FILES.items()]
    folders = [web.get(path, _folder(dist, name, headers)) for path, (name, headers) in FOLDERS.items()]
    # Every screen's address answers with the one page; the page finds the screen.
    desk = [
        web.get(path, _file(dist, "desk/index.html", DESK_PAGE)) for path in ("/desk", r"/desk/{screen:(?!assets/).*}")
    ]
    return [*files, *folders, *desk]


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _file(dist: Path, name: str, headers: Mapping[str, str]) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await _served(dist, dist / name, headers)

    return answer


def _folder(dist: Path, folder: str, headers: Mapping[str, str]) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await _served(dist, dist / folder / request.match_info["name"], headers)

    return answer


async def _served(dist: Path, path: Path, headers: Mapping[str, str]) -> web.StreamResponse:
    """aiohttp adds the ETag, answers 304 and Range, and sends the `.gz` beside a file to who accepts it."""
    if await asyncio.to_thread(path.is_file):
        own: dict[str, str] = {hdrs.CONTENT_TYPE: TYPES[path.suffix], hdrs.VARY: hdrs.ACCEPT_ENCODING}
        return web.FileResponse(path, headers={**headers, **own})
    if not await asyncio.to_thread((dist / "widget.js").is_file):
        return web.Response(status=503, text=UNBUILT, headers=_COMMON)
    raise web.HTTPNotFound
