"""Routes as a table: who may call, what goes in, what comes out. `mount` decodes and encodes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec
from aiohttp import hdrs, web

from api.auth import Audience, Caller
from api.fields import typed
from api.problems import Stop
from api.rim import Rim

B = TypeVar("B")
Q = TypeVar("Q")


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No query, or no body."""


@dataclass(frozen=True, slots=True)
class Call(Generic[B, Q]):
    """A request, decoded. `token` is the caller's own; `if_match` the ETag a write is meant for. `raw` are the bytes of
    the body and `headers` by lower-case name, for what is signed."""

    body: B
    query: Q
    path: Mapping[str, str]
    who: Caller | None
    token: str | None
    if_match: str | None
    raw: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def caller(self) -> Caller:
        """Of a route that nobody without a token reaches."""
        assert self.who is not None, "the route asks for a role"
        return self.who


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


Plain = dict[str, Any]
Handler = Callable[[Rim, Call[Any, Any]], Awaitable[Answer]]
Raw = Callable[[Rim, web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`answers` are the good statuses with their bodies; `refuses` the problems beyond those that follow from
    its role, body and query (see `problems`). A `raw` route (a socket, a page) answers by itself.
    `documents` are what a body or answer that is a plain mapping (`Plain`) may be. `large`: by `Limits.settings`.
    `signed`: the handler looks at a signature in the headers itself."""

    method: str
    path: str
    handler: Handler | None = None
    raw: Raw | None = None
    role: Audience
    summary: str
    answers: Mapping[int, Any]
    refuses: Sequence[int] = ()
    query: type[msgspec.Struct] | None = None
    body: Any = None
    tag: str
    documents: Sequence[type] = ()
    large: bool = False
    signed: bool = False

    @property
    def name(self) -> str:
        found = self.handler or self.raw
        return found.__name__ if found else self.path

    @property
    def problems(self) -> tuple[int, ...]:
        """Every problem status the route can answer, but for 500 and 503, which any may."""
        found = set(self.refuses)
        if self.role != "nobody":
            found.add(401)
        if self.role not in ("nobody", "agent"):
            found.add(403)
        if self.body is not None:
            found |= {400, 413, 422}
        if self.query is not None:
            found.add(422)
        return tuple(sorted(found))


def mount(app: web.Application, routes: Sequence[Route], rim: Rim) -> None:
    for route in routes:
        app.router.add_route(route.method, route.path, _wired(route, rim))


def _wired(route: Route, rim: Rim) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    raw, handler = route.raw, route.handler
    if raw is not None:

        async def pass_on(request: web.Request) -> web.StreamResponse:
            await authorise(route.role, rim, request)
            return await raw(rim, request)

        return pass_on
    assert handler is not None, f"{route.path} has no handler"
    encoder = msgspec.json.Encoder()
    limit = rim.limits.settings if route.large else rim.limits.body

    async def handle(request: web.Request) -> web.StreamResponse:
        who = await authorise(route.role, rim, request)
        raw = b"" if route.body is None else await read(request, limit)
        call = Call(
            body=Nothing() if route.body is None else _body(raw, route.body),
            query=Nothing() if route.query is None else typed(_query(request), route.query, strict=False),
            path=request.match_info,
            who=who,
            token=bearer(request),
            if_match=request.headers.get(hdrs.IF_MATCH),
            raw=raw,
            headers={name.lower(): value for name, value in request.headers.items()} if route.signed else {},
        )
        answer = await handler(rim, call)
        body = None if answer.body is None else encoder.encode(answer.body)
        kind = None if body is None else "application/json"
        return web.Response(status=answer.status, body=body, content_type=kind, headers=answer.headers)

    return handle


async def authorise(role: Audience, rim: Rim, request: web.Request) -> Caller | None:
    """Raises 401 without a valid token, 403 without the right. Whoever nobody asks for is not looked up."""
    if role == "nobody":
        return None
    who = await rim.auth.caller(bearer(request))
    if who is None:
        raise Stop(401, "signed_out", "Sign in first.", headers={"WWW-Authenticate": "Bearer"})
    who.require(role)
    return who


def bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _body(raw: bytes, wanted: Any) -> Any:
    if not raw and _asks_nothing(wanted):
        return wanted()
    try:
        plain = msgspec.json.decode(raw)
    except RecursionError:
        raise Stop(400, "bad_json", "This JSON is nested too deeply.") from None
    except ValueError as error:
        raise Stop(400, "bad_json", f"This is no JSON: {error}.") from None
    return typed(plain, wanted)


def _asks_nothing(wanted: Any) -> bool:
    """Whether a body of this kind may be left out altogether."""
    fields = getattr(wanted, "__struct_fields__", None)
    return fields is not None and len(wanted.__struct_defaults__) == len(fields)


async def read(request: web.Request, limit: int) -> bytes:
    """The body; raises 413 as soon as it is known to be longer."""
    too_large = Stop(413, "too_large", f"A body may have {limit} bytes here.")
    if (request.content_length or 0) > limit:
        raise too_large
    chunks, size = [], 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size > limit:
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)


def _query(request: web.Request) -> dict[str, str]:
    return dict(request.query)
