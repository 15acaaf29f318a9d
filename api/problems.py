"""Errors as RFC 9457 problems: one place says which error is which status, one middleware answers with it."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import msgspec
import structlog
from aiohttp import web

from api.fields import Wrong
from core.errors import BadInput, Error, Full, Refused, Stale, StoreDown

TYPE = "application/problem+json"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_log = structlog.get_logger("api")

# What the rules refuse (`core.errors.Refused.code`) and its status; everything else they refuse is 409.
REFUSALS: Mapping[str, int] = {
    "unknown": 404,
    "blocked_word": 422,
    "not_sendable": 422,
    "no_templates": 422,
    "window_closed": 422,
}


class FieldError(msgspec.Struct, frozen=True, omit_defaults=True):
    """`word` is the sensitive word that was found, where that is what is wrong."""

    field: str
    message: str
    word: str | None = None


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`code` is stable and for programs; `who` is the agent who has it; `id` finds the log line."""

    title: str
    status: int
    detail: str | None = None
    code: str | None = None
    errors: tuple[FieldError, ...] = ()
    who: str | None = None
    id: str | None = None


class Stop(Error):
    """Raised by a handler: this answer, now. `detail` is a sentence for a person."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        who: str | None = None,
        headers: Mapping[str, str] | None = None,
        errors: tuple[FieldError, ...] = (),
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.who = status, code, detail, who
        self.errors = errors
        self.headers = dict(headers or {})


def missing(what: str) -> Stop:
    """404: there is no such thing, or none that the caller may see."""
    return Stop(404, "unknown", f"There is no such {what}.")


def problem_of(error: Exception) -> tuple[Problem, Mapping[str, str]] | None:
    """The problem an error is, and the headers that go with it; None if it is none of ours (a 500)."""
    match error:
        case Stop():
            problem = _problem(error.status, error.detail, code=error.code, who=error.who, errors=error.errors)
            return problem, error.headers
        case Refused():
            return _refused(error), {}
        case BadInput():
            return invalid(*(FieldError(*pair) for pair in error.errors)), {}
        case Wrong():
            return invalid(FieldError(error.field, error.message)), {}
        case Full():
            return _problem(409, "There is no free place.", code="full", who=error.agent), {}
        case Stale():
            return _problem(409, "Somebody else changed this first.", code="stale"), {}
        case StoreDown():
            return _problem(503, "The database cannot be reached.", code="store_down"), {"Retry-After": "5"}
        case web.RequestPayloadError():  # encoded or chunked in a way that is none, or cut off
            return _problem(400, "The body cannot be read.", code="bad_body"), {}
        case web.HTTPException() if error.status >= 400:
            return _http(error)
        case _:
            return None


def invalid(*errors: FieldError) -> Problem:
    return _problem(422, "; ".join(error.message for error in errors), code="invalid", errors=errors)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        status=problem.status, body=msgspec.json.encode(problem), content_type=TYPE, headers=headers or {}
    )


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Exception as error:
        if isinstance(error, ConnectionResetError) and request.transport is None:
            return web.Response(status=400)  # whoever asked hung up: nobody reads this, and nothing here is broken
        found = problem_of(error)
        if found is None:
            if isinstance(error, web.HTTPException):
                raise
            found = _unforeseen(request), {}
        return answer(*found)


def _refused(error: Refused) -> Problem:
    status = REFUSALS.get(error.code, 409)
    field = error.field or ("body" if status == 422 else None)
    errors = (FieldError(field, error.reason, error.word),) if field else ()
    return _problem(status, error.reason, code=error.code, errors=errors, who=error.who)


def _http(error: web.HTTPException) -> tuple[Problem, Mapping[str, str]]:
    """What the router says by itself; `Allow` goes with a 405."""
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return _problem(error.status), headers


def _unforeseen(request: web.Request) -> Problem:
    """Called while the error is being handled: the one log line has its traceback, the caller only its id."""
    id = secrets.token_hex(8)
    _log.exception("unforeseen", id=id, method=request.method, path=request.path)
    return _problem(500, "Something went wrong here; it was logged under this id.", id=id)


def _problem(
    status: int,
    detail: str | None = None,
    *,
    code: str | None = None,
    errors: tuple[FieldError, ...] = (),
    who: str | None = None,
    id: str | None = None,
) -> Problem:
    title = HTTPStatus(status).phrase
    return Problem(title=title, status=status, detail=detail, code=code, errors=errors, who=who, id=id)
