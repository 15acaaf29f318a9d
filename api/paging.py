"""Lists in pages: `?limit=&after=` → `{"items", "next"}`. Cursors are opaque: clients hand them back."""

import base64
import zlib
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

from core.errors import BadInput

T = TypeVar("T")
MOST = 500


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The query of a list; a route's own filters are fields of a subclass."""

    limit: Annotated[int, Meta(ge=1, description=f"How many items; more than {MOST} is taken as {MOST}.")] = 50
    after: Annotated[str, Meta(max_length=500, description="`next` of the page before.")] | None = None

    @property
    def size(self) -> int:
        return min(self.limit, MOST)


class Listing(msgspec.Struct, Generic[T], frozen=True):
    """`next` is None on the last page."""

    items: list[T]
    next: str | None


def cursor(number: int) -> str:
    """An opaque name of a position (a feed number, an offset)."""
    digits = b"%d" % number
    return base64.b32encode(bytes([zlib.crc32(digits) & 0xFF]) + digits).decode().rstrip("=").lower()


def position(text: str, field: str = "after") -> int:
    """What `cursor` was made of; raises `BadInput` for anything else."""
    try:
        raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
        if len(raw) < 21 and raw[1:].isdigit() and raw[0] == zlib.crc32(raw[1:]) & 0xFF:
            return int(raw[1:])
    except ValueError:
        pass
    raise BadInput((field, "This is no cursor of ours: take it from an earlier answer."))


def slice_of(items: list[T], window: Window) -> Listing[T]:
    """A page of a list that is short enough to be at hand whole; its cursors count items."""
    start = 0 if window.after is None else position(window.after)
    end = start + window.size
    return Listing(items[start:end], cursor(end) if end < len(items) else None)
