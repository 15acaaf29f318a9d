"""SLA at risk: the open chats with a goal that is missed or due soon, for the floor."""

from collections.abc import Iterator

import msgspec

from api.due import Promised
from api.promises import GoalView
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso
from api.views.session import SessionView
from core.agreement import Running, pressing_from
from inbox.lists import shown_session
from inbox.today import TodayQuery, check, is_asked

LISTED = 10


class RiskyView(msgspec.Struct, frozen=True):
    """A chat and its most urgent goal."""

    session: SessionView
    policy: str
    goal: GoalView


class RiskView(msgspec.Struct, frozen=True, kw_only=True):
    """`missed`: open chats that people have, or that wait for them, with a goal that was due and is not met; `soon`:
    those of the others with a goal that is due soon, that is from the policy's first reminder on, or else in the last
    fifth of the time promised. `items`: the first ten of both, what was or is due earliest first."""

    at: Time
    missed: int
    soon: int
    items: list[RiskyView]


async def risk(rim: Rim, call: Call[Nothing, TodayQuery]) -> Answer:
    check(rim, call.query)
    known = await rim.due.promised(rim.store, rim.hub.listen, rim.clock)
    now = rim.clock.now()
    found = sorted(
        (goal.due, session, promised.sla.policy, goal)
        for session, promised in known.items()
        if is_asked(call.query, promised.channel, promised.group)
        if (goal := _most_urgent(promised, now)) is not None
    )
    missed = sum(_missed(goal, now) for *_, goal in found)
    items = [
        RiskyView(shown_session(rim, row, call.caller), policy, GoalView(goal.goal, iso(goal.due), _missed(goal, now)))
        for _, session, policy, goal in found[:LISTED]
        if (row := await rim.store.session(session)) is not None
    ]
    return Answer(200, RiskView(at=iso(now), missed=missed, soon=len(found) - missed, items=items))


def _most_urgent(promised: Promised, now: int) -> Running | None:
    return min(_pressing(promised, now), key=lambda goal: goal.due, default=None)


def _pressing(promised: Promised, now: int) -> Iterator[Running]:
    for goal in promised.sla.running:
        if _missed(goal, now) or now >= pressing_from(promised.sla, goal):
            yield goal


def _missed(goal: Running, now: int) -> bool:
    return goal.breached or now > goal.due
