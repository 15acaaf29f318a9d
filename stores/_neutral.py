"""The neutral form of a whole store: tagged rows, one a line of JSON, the same from every backend.

The first line is a `Head`, the last an `End` with the number of rows between: a file that was cut off is known as
such. Bodies are the values' own JSON. Not in it: search (built again behind), whose turn it is to number or to keep
the desk, and which documents there are now (the newest revisions tell).
"""

from collections.abc import AsyncIterator
from typing import Literal, Protocol

import msgspec

FORMAT = 2
BATCH = 1_000


class Head(msgspec.Struct, frozen=True, tag="frontdesk"):
    format: int = FORMAT


class ConversationRow(msgspec.Struct, frozen=True, tag="conversation"):
    version: int
    body: msgspec.Raw


class AliasRow(msgspec.Struct, frozen=True, tag="alias"):
    channel: str
    alias: str
    conversation: str


class CustomerRow(msgspec.Struct, frozen=True, tag="customer"):
    body: msgspec.Raw


class SessionRow(msgspec.Struct, frozen=True, tag="session"):
    """`active_n` is the feed number of its last event."""

    conversation: str
    active_n: int
    body: msgspec.Raw


class SubmissionRow(msgspec.Struct, frozen=True, tag="submission"):
    """The messages that are about one say so themselves."""

    conversation: str
    body: msgspec.Raw


class EventRow(msgspec.Struct, frozen=True, tag="event", omit_defaults=True, kw_only=True):
    """An event, and what became of the message that it is, if it is one (`seq`); `unread_by` are those of the agents
    whom it mentions who have not read it."""

    n: int
    conversation: str
    session: str | None
    at: int
    policy: int
    body: msgspec.Raw
    fact: bool = False
    seq: int | None = None
    state: str | None = None
    code: str | None = None
    reason: str | None = None
    maybe_twice: bool = False
    edited_at: int | None = None
    recalled_at: int | None = None
    retracted_at: int | None = None
    provider_id: str | None = None
    unread_by: tuple[str, ...] = ()


class CauseRow(msgspec.Struct, frozen=True, tag="cause"):
    digest: bytes
    at: int
    session: str | None
    seq: int | None


class NameRow(msgspec.Struct, frozen=True, tag="name"):
    digest: bytes
    session: str
    seq: int


class ErrandRow(msgspec.Struct, frozen=True, tag="errand", kw_only=True):
    """In the order they are to be given in. One that is leased stays so: who had it may have done it."""

    key: str
    conversation: str
    due: int
    node: str | None
    until: int
    attempt: int
    uncertain: bool
    began: int
    body: msgspec.Raw


class EarlyRow(msgspec.Struct, frozen=True, tag="early"):
    channel: str
    at: int
    body: msgspec.Raw


class SeatRow(msgspec.Struct, frozen=True, tag="seat"):
    agent: str
    status: str
    reason: str | None
    capacity: int
    load: int
    assigned_at: int
    status_at: int = 0


class RevisionRow(msgspec.Struct, frozen=True, tag="revision"):
    collection: str
    id: str
    version: int
    at: int
    who: str
    body: msgspec.Raw


class GrantRow(msgspec.Struct, frozen=True, tag="grant"):
    digest: bytes
    agent: str
    expires: int


class RawRow(msgspec.Struct, frozen=True, tag="raw"):
    channel: str
    at: int
    why: str
    body: bytes


class HookRow(msgspec.Struct, frozen=True, tag="hook"):
    """A message webhook; whose turn it is to keep it is not in it. `body` is a `core.ports.hooks.Hook`."""

    body: msgspec.Raw


class HookDeliveryRow(msgspec.Struct, frozen=True, tag="hook_delivery"):
    """`body` is a `core.ports.hooks.HookDelivery`."""

    body: msgspec.Raw


class DroppedRow(msgspec.Struct, frozen=True, tag="dropped"):
    """A file that is to be removed."""

    url: str


class CounterRow(msgspec.Struct, frozen=True, tag="counter"):
    name: str
    value: int


class End(msgspec.Struct, frozen=True, tag="end"):
    rows: int


Row = (
    ConversationRow
    | AliasRow
    | CustomerRow
    | SessionRow
    | SubmissionRow
    | EventRow
    | CauseRow
    | NameRow
    | ErrandRow
    | EarlyRow
    | SeatRow
    | RevisionRow
    | GrantRow
    | RawRow
    | CounterRow
    | HookRow
    | HookDeliveryRow
    | DroppedRow
)
Line = Head | Row | End

COUNTERS = ("failed", "seats_below_zero")  # beside `reserved:…`; the others are a backend's own
Kind = Literal["sqlite", "mongodb"]


def is_shared(counter: str) -> bool:
    return counter in COUNTERS or counter.startswith("reserved:")


class Movable(Protocol):
    """A store that can be read out whole and filled. Rows come, and are wanted, in the order of the union above."""

    def dump(self) -> AsyncIterator[list[Row]]:
        """All there is, as of one moment."""

    async def fill(self, rows: AsyncIterator[list[Row]]) -> None:
        """Into an empty store, whole or not at all; raises `StoreError` if it is not empty."""
