"""The web widget's side of the gateway: visits, uploads, and the address of its socket; who may call from where."""

import time
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import hdrs, web

from api.fields import typed
from api.hub import Cursor, write_cursor
from api.media import keep_upload
from api.problems import Stop, answer, missing, problem_of
from api.rim import Rim
from api.routes import bearer, read
from api.sockets import MAX_WAITING
from api.times import Time, iso
from connectors.web import Web
from core.channel import Rate
from core.facts import COUNTRY, IP
from gateway.limits import Buckets
from gateway.visitor import Visitor, VisitRequest, admit, make_token, read_token
from gateway.widget_socket import Guests

MAX_BODY = 64 * 1024
VISITS_PER_IP = Rate(10, 200)  # an office behind one address opens its pages together
UPLOADS_PER_VISITOR = Rate(0.2, 10)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class VisitView(msgspec.Struct, frozen=True):
    """`ignored` names what was not believed, because it came unsigned."""

    token: str
    cursor: str
    expires_at: Time
    ignored: tuple[str, ...]


class Widget:
    def __init__(self, rim: Rim, *, max_waiting: int = MAX_WAITING) -> None:
        self._rim = rim
        self.guests = Guests(rim, max_waiting=max_waiting)
        self._visits, self._uploads = Buckets(VISITS_PER_IP), Buckets(UPLOADS_PER_VISITOR)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/widget/{channel}/visits", self._crossing(self.visit)),
            web.options("/widget/{channel}/visits", self._crossing(_preflight)),
            web.post("/widget/{channel}/files", self._crossing(self.upload)),
            web.options("/widget/{channel}/files", self._crossing(_preflight)),
            web.get("/widget/{channel}/socket", self.socket),
        ]

    async def visit(self, request: web.Request) -> web.StreamResponse:
        """Nothing is written: the token holds who the visitor is until they say something."""
        rim, connector = self._rim, self._connector(request)
        _slow_down(self._visits.allow(request.remote or "", time.monotonic()))
        visitor, ignored = admit(
            await _body(request),
            channel=request.match_info["channel"],
            secret=connector.settings.identity_secret,
            vault=rim.vault,
            now=rim.clock.now(),
            new_id=rim.new_id(),
            people=rim.directory.policy(request.match_info["channel"]).rules(None).people,
            origin=self._origin(request),
        )
        view = VisitView(
            token=make_token(visitor, rim.vault),
            cursor=write_cursor(Cursor(rim.hub.identity, rim.hub.cursor)),
            expires_at=iso(visitor.expires),
            ignored=ignored,
        )
        return web.Response(status=201, body=msgspec.json.encode(view), content_type="application/json")

    def _origin(self, request: web.Request) -> dict[str, str]:
        """Where the visitor calls from, if the rules ask for that; a header is believed only if settings name it."""
        routes = self._rim.directory.policy(request.match_info["channel"]).routes
        if not routes.looks_at_origin:
            return {}
        named = request.headers.get(routes.ip_header or "", "").partition(",")[0].strip()
        country = request.headers.get(routes.country_header or "", "").strip()
        found = {IP: named or request.remote or "", COUNTRY: country}
        return {name: value[:64] for name, value in found.items() if value}

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """A file a visitor wants to send; the answer is a content to send."""
        self._connector(request)
        visitor = self._visitor(request)
        _slow_down(self._uploads.allow(visitor.address, time.monotonic()))
        content = await keep_upload(request, self._rim.files)
        return web.Response(status=201, body=msgspec.json.encode(content), content_type="application/json")

    async def socket(self, request: web.Request) -> web.StreamResponse:
        connector = self._connector(request)
        _allowed_origin(request, connector)
        return await self.guests.serve(request, request.match_info["channel"])

    def _connector(self, request: web.Request) -> Web:
        channel = request.match_info["channel"]
        if channel not in self._rim.directory.channels:
            raise missing("channel")
        connector = self._rim.directory.connector(channel)
        if not isinstance(connector, Web):
            raise missing("channel")
        return connector

    def _visitor(self, request: web.Request) -> Visitor:
        token = bearer(request) or ""
        visitor = read_token(token, self._rim.vault, self._rim.clock.now())
        if visitor is None or visitor.channel != request.match_info["channel"]:
            raise Stop(401, "no_visit", "Begin a visit first.", headers={"WWW-Authenticate": "Bearer"})
        return visitor

    def _crossing(self, handler: Handler) -> Handler:
        """Let a page of an allowed site call and read the answer, also one that refuses."""

        async def handle(request: web.Request) -> web.StreamResponse:
            origin = _allowed_origin(request, self._connector(request))
            headers = _cross_origin(origin)
            try:
                response = await handler(request)
            except Exception as error:
                found = problem_of(error)
                if found is None:
                    raise
                return answer(found[0], {**found[1], **headers})
            response.headers.update(headers)
            return response

        return handle


def install(app: web.Application, rim: Rim, *, max_waiting: int = MAX_WAITING) -> Widget:
    """The widget's routes, working for as long as the application does."""
    widget = Widget(rim, max_waiting=max_waiting)

    async def start(app: web.Application) -> None:
        widget.guests.start()

    async def stop(app: web.Application) -> None:
        await widget.guests.stop()

    app.add_routes(widget.routes())
    app.on_startup.append(start)
    app.on_shutdown.append(stop)
    return widget


async def _preflight(request: web.Request) -> web.StreamResponse:
    return web.Response(status=204)


async def _body(request: web.Request) -> VisitRequest:
    raw = await read(request, MAX_BODY)
    try:
        plain = msgspec.json.decode(raw) if raw else {}
    except (ValueError, RecursionError):
        raise Stop(400, "bad_json", "This is no JSON.") from None
    return typed(plain, VisitRequest)


def _allowed_origin(request: web.Request, connector: Web) -> str | None:
    """The page's origin; 403 where the channel names others. A browser always sends one to another site."""
    origin = request.headers.get(hdrs.ORIGIN)
    allowed = connector.settings.allowed_origins
    if allowed and (origin is None or origin.lower() not in allowed):
        raise Stop(403, "origin", "This site may not embed the widget.")
    return origin


def _cross_origin(origin: str | None) -> dict[str, str]:
    if origin is None:
        return {}
    return {
        hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: origin,
        hdrs.ACCESS_CONTROL_ALLOW_METHODS: "POST",
        hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "authorization, content-type",
        hdrs.ACCESS_CONTROL_MAX_AGE: "600",
        hdrs.VARY: "Origin",
    }


def _slow_down(wait: float) -> None:
    if wait > 0:
        seconds = str(int(wait) + 1)
        raise Stop(429, "slow_down", f"Again in {seconds} seconds.", headers={"Retry-After": seconds})
