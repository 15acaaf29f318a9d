"""What a session keeps of its SLA: the goals it was promised when it was given to somebody, and those that run.

It is a copy: what is changed in the settings later changes no session that is open.
"""

from typing import Literal

import msgspec

Goal = Literal["first_response", "next_response", "resolution"]
GOALS: tuple[Goal, ...] = ("first_response", "next_response", "resolution")
Clock = Literal["calendar", "open"]


class Running(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A goal that is to be met by `due`. `told` counts the alarms that were given: reminders and the breach."""

    goal: Goal
    since: int
    due: int
    told: int = 0
    breached: bool = False


class Agreement(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Seconds; None: no such goal. `before` and `after` are when people are reminded, around a goal's end."""

    policy: str
    clock: Clock = "calendar"
    first_response: int | None = None
    next_response: int | None = None
    resolution: int | None = None
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    running: tuple[Running, ...] = ()

    def goal(self, goal: Goal) -> Running | None:
        return next((each for each in self.running if each.goal == goal), None)

    def seconds(self, goal: Goal) -> int | None:
        match goal:
            case "first_response":
                return self.first_response
            case "next_response":
                return self.next_response
            case "resolution":
                return self.resolution


def pressing_from(agreement: Agreement, running: Running) -> int:
    """From when a goal is due soon: its first reminder, or else the last fifth of the time that was promised."""
    reminders = (running.due - seconds * 1000 for seconds in agreement.before)
    told = [moment for moment in reminders if moment > running.since]
    return min(told) if told else running.due - (agreement.seconds(running.goal) or 0) * 200
