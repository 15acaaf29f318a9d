"""Whose the session is: it waits, is given, handed on, shared."""

from typing import Literal

import msgspec

from core.pulse import Ticks
from core.session import AgentRef, Offer, Picking, Place, Wish


class Queued(msgspec.Struct, frozen=True, gc=False, tag="queued", omit_defaults=True):
    """Routed, and waiting there: `queued` in real-time mode, `unassigned` in always-on mode, where `away_too` tells
    that it may also go to somebody who is away. `steps` are the lines of the order of decision, `inputs` what it was
    decided from; for `priority`, `prefer`, `chain` and `picking` see `Session`. `since`: it waits that long already."""

    at: int
    group: str | None = None
    why: str = ""
    phase: Literal["queued", "unassigned"] = "queued"
    away_too: bool = False
    priority: int = 0
    prefer: tuple[str, ...] = ()
    chain: tuple[Place, ...] = ()
    picking: Picking | None = None
    since: int | None = None
    steps: tuple[str, ...] = ()
    inputs: dict[str, object] = {}
    pulse: Ticks = ()


class Unavailable(msgspec.Struct, frozen=True, gc=False, tag="unavailable", omit_defaults=True):
    """Nobody can take the chat now (real-time mode). `opens` is when they open, where that is why."""

    at: int
    reason: Literal["out_of_hours", "nobody_online", "queue_full"]
    opens: int | None = None


class AskedToWait(msgspec.Struct, frozen=True, gc=False, tag="asked_to_wait", omit_defaults=True):
    """A customer in the queue was reminded; `until`: they are let go unless they say something by then."""

    at: int
    until: int | None = None


class Assigned(msgspec.Struct, frozen=True, gc=False, tag="assigned", omit_defaults=True):
    agent: AgentRef
    at: int
    why: str = ""
    inputs: dict[str, object] = {}
    pulse: Ticks = ()


class Transferred(msgspec.Struct, frozen=True, gc=False, tag="transferred", omit_defaults=True, kw_only=True):
    """The session left its agent for a group's queue or (with an `Assigned` right behind) for another agent."""

    at: int
    by: str
    source: str | None = None
    group: str | None = None
    why: str = ""
    pulse: Ticks = ()


class Wished(msgspec.Struct, frozen=True, gc=False, tag="wished"):
    """The page (or the visitor) asks for an agent or a group, from now on."""

    wish: Wish


class Offered(msgspec.Struct, frozen=True, gc=False, tag="offered"):
    """A transfer waits for somebody's word; the chat stays where it is."""

    offer: Offer
    why: str


class OfferEnded(msgspec.Struct, frozen=True, gc=False, tag="offer_ended", omit_defaults=True):
    """Not accepted, not approved, withdrawn, or nobody said anything in time (`by` None)."""

    at: int
    outcome: Literal["accepted", "declined", "withdrawn", "expired"]
    by: str | None = None


class GuestJoined(msgspec.Struct, frozen=True, gc=False, tag="guest_joined"):
    """A colleague was invited in: they read and answer beside the chat's agent, and it takes none of their places."""

    agent: AgentRef
    at: int
    by: str


class GuestLeft(msgspec.Struct, frozen=True, gc=False, tag="guest_left"):
    agent: str
    at: int
    by: str
