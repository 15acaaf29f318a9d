"""Where a chat that needs a person goes: the settings that say so, what is asked when one does, and the answer.

The order of decision itself is `routing/rules.py`; core only knows that somebody answers (`Context.route`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.condition import Condition, FromAddress, FromCountry, looks_at
from core.session import Method, Overflowing, Place
from core.waiting import Absence, Queue, Silence

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Within = Annotated[int, Meta(ge=1, le=366 * 86_400)]
Transfers = Literal["direct", "accept", "approve"]
ORIGIN = (FromAddress, FromCountry)
MOST_LEVELS = 4


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A group or an agent. `must`: nobody else takes it, however long that lasts."""

    group: Id | None = None
    agent: Id | None = None
    must: bool = False


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a chat goes if the condition holds; without one, always."""

    name: Name
    to: Target
    when: Condition | None = None
    on: bool = True


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One level of overflow: where to, and in which state of the place before it."""

    group: Id | None = None
    agent: Id | None = None
    when: Overflowing = "any"


class Routing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `routing`: `triggers` come before what the page asks for, `rules` after it; in both the first match wins.

    `ip_header` and `country_header` name what the proxy in front of us sets; without a name no header is believed.
    """

    triggers: Annotated[tuple[Rule, ...], Meta(max_length=200)] | UnsetType = UNSET
    rules: Annotated[tuple[Rule, ...], Meta(max_length=1000)] | UnsetType = UNSET
    ip_header: Name | UnsetType | None = UNSET
    country_header: Name | UnsetType | None = UNSET


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `assignment`: who of those who may gets a chat, and what happens when they cannot. Seconds; None is never.

    `weights` are by agent (1 where nothing is said). `offline_message_seconds` and `last_agent_seconds`: for how long a
    returning customer goes to who sent them an offline message, and to who had their last chat. `transfer`: whether a
    chat that is handed to somebody changes hands at once, when they accept, or when a supervisor approves.
    `take_over_beyond`: a supervisor may take a chat over although they have as many as they may.
    """

    method: Method | UnsetType = UNSET
    familiar_first: bool | UnsetType = UNSET
    weights: dict[Id, Annotated[int, Meta(ge=1, le=1000)]] | UnsetType = UNSET
    overflow: tuple[Level, ...] | UnsetType = UNSET
    offline_message_seconds: Within | UnsetType | None = UNSET
    last_agent_seconds: Within | UnsetType | None = UNSET
    transfer: Transfers | UnsetType = UNSET
    transfer_seconds: Within | UnsetType = UNSET
    queue: Queue | UnsetType = UNSET
    agent_silent: Silence | UnsetType = UNSET
    agent_offline: Absence | UnsetType = UNSET
    take_over_beyond: bool | UnsetType = UNSET


class Routes(msgspec.Struct, frozen=True):
    """`Routing` in force, every value set."""

    triggers: tuple[Rule, ...] = ()
    rules: tuple[Rule, ...] = ()
    ip_header: str | None = None
    country_header: str | None = None

    @property
    def looks_at_origin(self) -> bool:
        """Whether it matters where a visitor calls from; if not, it is not kept."""
        return any(rule.when is not None and looks_at(rule.when, ORIGIN) for rule in (*self.triggers, *self.rules))


class Assigning(msgspec.Struct, frozen=True):
    """`Assignment` in force, every value set."""

    method: Method = "saturation"
    familiar_first: bool = False
    weights: dict[str, int] = {}
    overflow: tuple[Level, ...] = ()
    offline_message_seconds: int | None = None
    last_agent_seconds: int | None = None
    transfer: Transfers = "direct"
    transfer_seconds: int = 60
    take_over_beyond: bool = False


class Handed(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a bot asked for when it handed the chat over."""

    group: str | None = None
    agent: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Where it goes: first to the agents of `prefer`, then along `chain`. `free`: somebody there is free right now.

    `steps` are the lines of the trace, one for each step that was looked at and said something; `why` is the one that
    decided. `inputs` is what it was decided from, for replaying it against other rules.
    """

    chain: tuple[Place, ...]
    prefer: tuple[str, ...] = ()
    why: str = ""
    step: str = "default"
    steps: tuple[str, ...] = ()
    inputs: Mapping[str, object] = field(default_factory=dict)
    free: bool = False

    @property
    def group(self) -> str | None:
        """Whose chat it is while it waits."""
        return next((place.group for place in self.chain if place.group is not None), None)


def chain_of(group: str | None, assigning: Assigning) -> tuple[Place, ...]:
    """A group (None: everybody) and where its chats overflow to, nothing twice."""
    if group is None:
        return (Place(),)
    chain = [Place(group)]
    for level in assigning.overflow:
        if all((level.group, level.agent) != (place.group, place.agent) for place in chain):
            chain.append(Place(level.group, level.agent, level.when))
    return tuple(chain)
