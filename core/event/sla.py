"""What was promised, and whether it was kept."""

import msgspec

from core.agreement import Agreement, Goal, Running


class SlaApplied(msgspec.Struct, frozen=True, gc=False, tag="sla_applied"):
    """What the session is promised from now on; None: nothing."""

    at: int
    agreement: Agreement | None


class SlaStarted(msgspec.Struct, frozen=True, gc=False, tag="sla_started"):
    running: Running


class SlaReminded(msgspec.Struct, frozen=True, gc=False, tag="sla_reminded"):
    """A goal is due soon, or was due and still is not met."""

    at: int
    goal: Goal
    due: int
    policy: str
    agent: str | None


class SlaBreached(msgspec.Struct, frozen=True, gc=False, tag="sla_breached"):
    at: int
    goal: Goal
    due: int
    policy: str
    agent: str | None


class SlaEnded(msgspec.Struct, frozen=True, gc=False, tag="sla_ended"):
    """What a goal asked for has happened; `met`: in time."""

    at: int
    goal: Goal
    due: int
    met: bool
    policy: str
