"""Working modes: real-time (people answer now; there is a queue) and always-on (people answer when they can)."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Mode = Literal["real_time", "always_on"]
Target = Literal["online", "all"]
Seconds = Annotated[int, Meta(ge=1, le=366 * 86_400)]


class AlwaysOn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What there is in always-on mode only. `target`: whether chats go to those who are online or also to those who
    are away; `pending_seconds`: what nobody takes for so long is closed (null: never)."""

    target: Target | UnsetType = UNSET
    pending_seconds: Seconds | UnsetType | None = UNSET


class Reception(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `reception`: how chats are taken in."""

    mode: Mode | UnsetType = UNSET
    always_on: AlwaysOn | UnsetType = UNSET


class Pending(msgspec.Struct, frozen=True):
    """What is in force of `AlwaysOn`, every value set."""

    target: Target = "online"
    pending_seconds: int | None = None


class Working(msgspec.Struct, frozen=True):
    """The mode in force; `pending` counts in always-on mode only."""

    mode: Mode = "real_time"
    pending: Pending = Pending()

    @property
    def always_on(self) -> bool:
        return self.mode == "always_on"

    @property
    def away_too(self) -> bool:
        """Whether a chat may be given to somebody who is away."""
        return self.always_on and self.pending.target == "all"
