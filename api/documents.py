"""The documents the admin keeps, typed: channels, agents, groups, and the settings of a level.

A document that was deleted stays with `removed_at` set (its secrets gone), so old chats keep their names.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from core.session import Method

Role = Literal["agent", "supervisor", "admin", "owner"]
Signature = Literal["enforce", "report-only"]
Level = Literal["all", "group", "channel"]
Collection = Literal["channels", "agents", "groups"]

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Capacity = Annotated[int, Meta(ge=1, le=1000)]


class ChannelDoc(msgspec.Struct, frozen=True, kw_only=True):
    """One connected account. Secret `settings` are `{"sealed": …}` (vault.py); others as they were given."""

    id: str
    kind: str
    name: str
    language: str = "en"
    group: str | None = None
    signature: Signature = "enforce"
    settings: dict[str, Any] = {}
    created_at: int = 0
    removed_at: int | None = None


class HealthDoc(msgspec.Struct, frozen=True, kw_only=True):
    """What the last look at a channel's provider said; `ok` None: not looked yet, or no way to look."""

    ok: bool | None = None
    reason: str | None = None
    facts: dict[str, str] = {}
    at: int | None = None


class AgentDoc(msgspec.Struct, frozen=True, kw_only=True):
    """`email` is kept in lower case; `password_hash` is Argon2's own form, empty for somebody removed."""

    id: str
    name: str
    email: str
    role: Role
    capacity: int = 5
    languages: tuple[str, ...] = ()
    password_hash: str = ""
    created_at: int = 0
    removed_at: int | None = None

    def __repr__(self) -> str:
        return f"AgentDoc({self.id!r}, {self.name!r}, {self.role!r})"


class GroupDoc(msgspec.Struct, frozen=True, kw_only=True):
    """`method` None: what the area `assignment` says."""

    id: str
    name: str
    agents: tuple[str, ...] = ()
    method: Method | None = None
    created_at: int = 0
    removed_at: int | None = None


class Scope(msgspec.Struct, frozen=True):
    """Whose settings: everybody's (`id` empty), a group's or a channel's."""

    level: Level = "all"
    id: str = ""

    def key(self, area: str) -> str:
        """The id of the settings document of an area at this level."""
        return f"{self.level}:{self.id}:{area}"


EVERYWHERE = Scope()


class Setting(msgspec.Struct, frozen=True):
    """What one level says in one area. `version` 0 and an empty body: nothing was ever set."""

    version: int
    body: dict[str, object]


class Change(msgspec.Struct, frozen=True):
    """What listeners are told after a write is in force. For settings `id` is `Scope.key(area)`."""

    collection: str
    id: str
    who: str
    at: int
