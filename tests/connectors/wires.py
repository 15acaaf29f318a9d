"""A `Wire` without a network: answers what it was told to, in order, and remembers what it was asked."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from core.channel import Answer
from core.errors import DeliveryError


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it went out; header names lower-case."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def data(self) -> Any:
        """The body as plain values: JSON or a form (as a dict), None if there is none."""
        if not self.body:
            return None
        if "json" in self.headers.get("content-type", ""):
            return msgspec.json.decode(self.body)
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))


Outcome = Answer | DeliveryError


def answer(status: int, body: object = None, **headers: str) -> Answer:
    """`body` as JSON; header names are given with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = b"" if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Answer(status, named, raw)


class FakeWire:
    """Gives `outcomes` in order (an error is raised); a call too many is a failure of the test."""

    def __init__(self, outcomes: Sequence[Outcome] = (), chunks: Sequence[bytes] = ()) -> None:
        self.outcomes = list(outcomes)
        self.chunks = chunks
        self.calls: list[Call] = []

    async def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        timeout: float | None = None,
    ) -> Answer:
        named = {name.lower(): value for name, value in (headers or {}).items()}
        self.calls.append(Call(method, url, named, body))
        assert self.outcomes, f"one call too many: {method} {url}"
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, DeliveryError):
            raise outcome
        return outcome

    async def stream(
        self, url: str, headers: Mapping[str, str] | None = None, *, max_bytes: int
    ) -> AsyncIterator[bytes]:
        self.calls.append(Call("GET", url, dict(headers or {})))
        for chunk in self.chunks:
            yield chunk
