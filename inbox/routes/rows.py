"""Where the inbox's paths begin, and the rows that most of its tables are made of."""

from collections.abc import Mapping
from typing import Any

import msgspec

from api.documents import Role
from api.routes import Handler, Route
from api.views.session import SessionView

BASE = "/api/v1/inbox"
ONE = f"{BASE}/sessions/{{id}}"


def read(path: str, handler: Handler, answer: Any, summary: str, **more: Any) -> Route:
    return Route(
        method="GET",
        path=path,
        handler=handler,
        role="agent",
        summary=summary,
        answers={200: answer},
        tag="inbox",
        **more,
    )


def act(
    name: str,
    handler: Handler,
    summary: str,
    *,
    body: type[msgspec.Struct] | None = None,
    answers: Mapping[int, Any] | None = None,
    refuses: tuple[int, ...] = (404, 409),
    role: Role = "agent",
) -> Route:
    return Route(
        method="POST",
        path=f"{ONE}/{name}",
        handler=handler,
        role=role,
        summary=summary,
        body=body,
        answers=answers or {200: SessionView},
        refuses=refuses,
        tag="inbox",
    )
