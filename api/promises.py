"""What is shown of a session's SLA, and how its steps and those of waiting read in the trace."""

import msgspec

from api.times import Time, iso
from core import event as e
from core.agreement import GOALS, Agreement, Goal
from core.session import Session


class GoalView(msgspec.Struct, frozen=True):
    """A goal that runs; `breached`: it was due and is not met."""

    goal: Goal
    due: Time
    breached: bool


class SlaView(msgspec.Struct, frozen=True):
    policy: str
    goals: tuple[GoalView, ...]


def sla_view(session: Session) -> SlaView | None:
    sla = session.sla
    if sla is None:
        return None
    running = sorted(sla.running, key=lambda goal: goal.due)
    return SlaView(sla.policy, tuple(GoalView(goal.goal, iso(goal.due), goal.breached) for goal in running))


def promised(
    event: e.Unavailable | e.SlaApplied | e.SlaReminded | e.SlaBreached | e.SlaEnded,
) -> tuple[str, str]:
    match event:
        case e.Unavailable(reason=reason, opens=opens):
            return "unavailable", _unavailable(reason, opens)
        case e.SlaApplied(agreement=None):
            return "sla", "No SLA policy is for this chat now."
        case e.SlaApplied(agreement=agreement):
            assert agreement is not None, "the case before"
            return "sla", f"SLA “{agreement.policy}”: {_goals(agreement)}."
        case e.SlaReminded(goal=goal, due=due, at=at):
            tense = "is" if at < due else "was"
            return "sla", f"The {_spelt(goal)} {tense} due at {iso(due)}."
        case e.SlaBreached(goal=goal, due=due):
            return "sla", f"The {_spelt(goal)} did not come by {iso(due)}."
        case e.SlaEnded(goal=goal, met=met):
            return "sla", f"The {_spelt(goal)} came {'in time' if met else 'late'}."


def _unavailable(reason: str, opens: int | None) -> str:
    match reason:
        case "out_of_hours":
            return "Nobody can take it: it is out of hours" + (f" until {iso(opens)}." if opens is not None else ".")
        case "queue_full":
            return "Nobody can take it: the queue is full."
        case _:
            return "Nobody can take it now: nobody is online."


def _goals(agreement: Agreement) -> str:
    times = ((goal, agreement.seconds(goal)) for goal in GOALS)
    clock = " of opening time" if agreement.clock == "open" else ""
    return ", ".join(f"{_spelt(goal)} in {_minutes(seconds)}{clock}" for goal, seconds in times if seconds is not None)


def _spelt(goal: Goal) -> str:
    return goal.replace("_", " ")


def _minutes(seconds: int) -> str:
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"
