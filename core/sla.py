"""SLA: which promise a session gets when people are asked for, when its goals are due, who is told, what was kept.

Policies are tried in order, the first whose condition holds counts; that is decided when a session is queued (a breach
is seen while it still waits), when it is assigned and when it is transferred. Goals, each from a start to an end:
- first response: from when people were asked for to the first answer of an agent;
- next response: from the first message an agent has not answered to their answer;
- resolution: from the opening of the session to its close.
With the clock `open` only opening hours count. Reminders are calendar time before and after a goal is due.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from core import event as e
from core.agreement import GOALS, Agreement, Goal, Running
from core.facts import facts_of
from core.hours import after_open
from core.promise import Promise, first_match, seconds_of
from core.session import Session
from core.turn import Turn

TIMERS: Mapping[str, Goal] = {f"sla_{goal}": goal for goal in GOALS}


# --- what a session is promised --------------------------------------------------------------------------------------


def apply(turn: Turn) -> None:
    """A session was queued, assigned or transferred: see which policy it is under now.

    One that was opened under other policies than there are now keeps what it has: edits touch new sessions only.
    """
    session, policy = turn.open_session(), turn.context.policy
    if not policy.sla_edition or session.sla_edition != policy.sla_edition:
        return
    facts = facts_of(
        turn.state,
        turn.rules.channel,
        turn.now,
        is_open=lambda group: policy.is_open(group if group is not None else session.group, turn.now),
    )
    found = first_match(turn.rules.promises, facts)
    agreement = None if found is None else _promised(turn, session, found)
    if agreement == session.sla:
        return
    turn.emit(e.SlaApplied(turn.now, agreement))
    _arm_all(turn)


def rest(turn: Turn) -> None:
    """The customer is asked what to leave instead of waiting: nobody is late for them meanwhile. A promise that was
    broken before stays broken; who would rather wait after all has waited since people were first asked for."""
    sla = turn.open_session().sla
    if sla is not None and not any(goal.breached for goal in sla.running):
        turn.emit(e.SlaApplied(turn.now, None))


def leave(turn: Turn) -> None:
    """They left something: the chat was neither answered in time nor late, and it was not resolved."""
    if turn.open_session().sla is not None:
        turn.emit(e.SlaApplied(turn.now, None))


def _promised(turn: Turn, session: Session, policy: Promise) -> Agreement:
    known = session.sla
    if known is not None and _same(known, policy):
        return known
    fresh = Agreement(
        policy=policy.name,
        clock=policy.clock,
        first_response=policy.first_response_seconds,
        next_response=policy.next_response_seconds,
        resolution=policy.resolution_seconds,
        before=policy.remind_before_seconds,
        after=policy.remind_after_seconds,
    )
    starts: dict[Goal, int] = {"resolution": session.opened_at}
    if session.replies == 0:
        starts["first_response"] = session.asked_at or turn.now
    elif session.wrote and not session.answered:
        before = known.goal("next_response") if known is not None else None
        starts["next_response"] = before.since if before is not None else session.said_at
    running = (_running(turn, fresh, goal, starts[goal]) for goal in GOALS if goal in starts)
    return replace(fresh, running=tuple(each for each in running if each is not None))


def _same(known: Agreement, policy: Promise) -> bool:
    return (
        known.policy == policy.name
        and known.clock == policy.clock
        and all(known.seconds(goal) == seconds_of(policy, goal) for goal in GOALS)
        and (known.before, known.after) == (policy.remind_before_seconds, policy.remind_after_seconds)
    )


def _running(turn: Turn, agreement: Agreement, goal: Goal, since: int) -> Running | None:
    seconds = agreement.seconds(goal)
    if seconds is None:
        return None
    ms = seconds * 1000
    due = since + ms if agreement.clock == "calendar" else after_open(turn.rules.hours, since, ms)
    return None if due is None else Running(goal, since, due)


# --- what happens to its goals ---------------------------------------------------------------------------------------


def heard(turn: Turn) -> None:
    """The customer wrote: once the first answer was given, the next one is due."""
    session = turn.state.session
    sla = session.sla if session is not None else None
    if session is None or sla is None or sla.next_response is None or session.replies == 0:
        return
    if sla.goal("next_response") is None and (running := _running(turn, sla, "next_response", turn.now)) is not None:
        turn.emit(e.SlaStarted(running))
        _arm(turn, running)


def answered(turn: Turn) -> None:
    """An agent answered."""
    _end(turn, "first_response")
    _end(turn, "next_response")


def closing(turn: Turn) -> None:
    """The session is about to end. An answer that was never given is neither kept nor broken by that."""
    _end(turn, "resolution")


def _end(turn: Turn, goal: Goal) -> None:
    session = turn.open_session()
    running = session.sla.goal(goal) if session.sla is not None else None
    if session.sla is None or running is None:
        return
    if turn.now > running.due and not running.breached:
        turn.emit(_breach(turn, session, running))
    turn.emit(e.SlaEnded(turn.now, goal, running.due, turn.now <= running.due, session.sla.policy))


def wake(turn: Turn, timer: str) -> None:
    """An alarm may be due: give those that are, and sleep until the next."""
    session = turn.open_session()
    running = session.sla.goal(TIMERS[timer]) if session.sla is not None else None
    if session.sla is None or running is None:
        turn.emit(e.TimerEnded(timer))
        return
    alarms = _alarms(session.sla, running)
    for moment in alarms[running.told :]:
        if moment > turn.now:
            break
        if moment == running.due:
            turn.emit(_breach(turn, session, running))
        else:
            turn.emit(e.SlaReminded(turn.now, running.goal, running.due, session.sla.policy, _agent(session)))
    _arm(turn, running, ended=True)


def _breach(turn: Turn, session: Session, running: Running) -> e.SlaBreached:
    assert session.sla is not None, "only a promise is broken"
    return e.SlaBreached(turn.now, running.goal, running.due, session.sla.policy, _agent(session))


def _agent(session: Session) -> str | None:
    return session.agent.id if session.agent is not None else None


def _alarms(agreement: Agreement, running: Running) -> list[int]:
    """When people are told of a goal, in order; reminders that would come before its start do not come."""
    before = (running.due - seconds * 1000 for seconds in agreement.before)
    after = (running.due + seconds * 1000 for seconds in agreement.after)
    return sorted({*(moment for moment in before if moment > running.since), running.due, *after})


def _arm_all(turn: Turn) -> None:
    sla = turn.open_session().sla
    for running in sla.running if sla is not None else ():
        _arm(turn, running)


def _arm(turn: Turn, running: Running, *, ended: bool = False) -> None:
    """Sleep until the goal's next alarm. A timer that wakes before that is left alone: it looks again when it wakes."""
    session = turn.open_session()
    current = session.sla.goal(running.goal) if session.sla is not None else None
    if session.sla is None or current is None:
        return
    timer, alarms = f"sla_{running.goal}", _alarms(session.sla, current)[current.told :]
    if not alarms:
        if ended:
            turn.emit(e.TimerEnded(timer))
    elif ended or session.timers.get(timer, alarms[0] + 1) > alarms[0]:
        turn.emit(e.TimerSet(timer, alarms[0]))
