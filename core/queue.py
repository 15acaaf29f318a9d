"""Waiting for an agent: who gets in, what they are told of their place, when they are let go.

In real-time mode there is a queue (with a limit, reminders, opening hours); in always-on mode a session that nobody can
take is unassigned until somebody can, or until it has waited too long.
"""

from typing import Literal

from core import command as c
from core import event as e
from core import submission
from core.condition import MOST_LEVEL
from core.ending import end
from core.facts import facts_of
from core.hours import is_open, next_change
from core.message import Choice, Option, Text
from core.mode import Working
from core.policy import Rules
from core.prompts import Key
from core.routes import Route, chain_of
from core.session import Place, Session
from core.turn import Standing, Turn

REMINDER, PENDING, OPENING = "queue_reminder", "pending", "opening"
TIMERS = frozenset((REMINDER, PENDING))
Reason = Literal["out_of_hours", "nobody_online", "queue_full"]
KEEP_WAITING = "keep_waiting"
DESIGNATED = frozenset(("offline_message", "last_agent", "designated"))  # steps that lead to somebody by name


def enter(turn: Turn, route: Route, why: str) -> None:
    """A new session asks for people: it waits for them, unless nobody can take it (real-time mode only).

    Whom nobody can take is offered to leave something instead, where that is set; who would rather wait comes again.
    """
    rules = turn.context.policy.rules(route.group)
    if rules.working.always_on or not _unavailable(turn, rules, route):
        enqueue(turn, route.group, why=route.why or why, route=route)


def _unavailable(turn: Turn, rules: Rules, route: Route) -> bool:
    """Whether it does not wait in the queue now: something is left instead, they are closed, or it is full."""
    reason, first = _nobody(turn, rules, route), turn.open_session().unavailable is None
    opens = next_change(rules.hours, turn.now) if reason == "out_of_hours" else None
    if reason is not None and first:
        turn.emit(e.Unavailable(turn.now, reason, opens))
        if submission.offer(turn, reason):
            return True
    if reason == "out_of_hours":
        _wait_for_opening(turn, opens)
        return True
    if reason == "queue_full" and first:
        end(turn, by="system", reason="queue_full", prompt="queue_full", survey=False)
        return True
    return False


def _nobody(turn: Turn, rules: Rules, route: Route) -> Reason | None:
    """Why nobody can take it now."""
    if not is_open(rules.hours, turn.now):
        return "out_of_hours"
    outlook, limit = turn.context.outlook(route.group), rules.queue.limit
    if outlook.free or route.free:
        return None
    if limit is not None and outlook.waiting >= limit:
        return "queue_full"
    return "nobody_online" if outlook.online == 0 else None


def _wait_for_opening(turn: Turn, opens: int | None) -> None:
    """They are told so once, and people are asked for again when they open."""
    session = turn.open_session()
    if not session.positioned:
        turn.prompt("out_of_hours")
    if opens is not None and OPENING not in session.timers:
        turn.emit(e.TimerSet(OPENING, opens))


def enqueue(turn: Turn, group: str | None, *, why: str, route: Route | None = None, since: int | None = None) -> None:
    """Let the session wait where the route leads (else in the group's queue), and tell the customer where they stand
    unless somebody is free at once. `since` is when it began to wait, where that was not now."""
    rules, session = turn.context.policy.rules(group), turn.open_session()
    working, outlook = rules.working, turn.context.outlook(group)
    route = route or Route(chain_of(group, turn.context.policy.assigning(group)))
    turn.emit(_queued(turn, group, why, route, working, since))
    free = outlook.free or route.free
    if working.always_on:
        if not free and not (working.away_too and turn.context.away_free(group)):
            turn.prompt("no_agent")
        _arm(turn, session, PENDING, working.pending.pending_seconds)
    else:
        if not free:
            tell_position(turn, outlook.waiting + 1, outlook.online, outlook.wait)
        _arm(turn, session, REMINDER, rules.queue.reminder_seconds)


def priority(turn: Turn, step: str) -> int:
    """VIPs before others, the higher level first; among equals who was designated; then who waits longer."""
    facts = facts_of(turn.state, turn.rules.channel, turn.now)
    level = min(facts.vip_level or 0, MOST_LEVEL) + 1 if facts.vip or facts.vip_level else 0
    return 2 * level + (step in DESIGNATED)


def _queued(turn: Turn, group: str | None, why: str, route: Route, working: Working, since: int | None) -> e.Queued:
    return e.Queued(
        turn.now,
        group,
        why,
        since=since,
        priority=priority(turn, route.step),
        prefer=route.prefer,
        chain=() if route.chain == (Place(group),) else route.chain,
        picking=turn.context.policy.picking,
        steps=route.steps,
        inputs=dict(route.inputs),
        phase="unassigned" if working.always_on else "queued",
        away_too=working.away_too,
    )


def inform(turn: Turn, command: c.Inform) -> None:
    """The desk found nobody: tell the customer where they stand, once."""
    session = turn.state.session
    if session is None or session.id != command.session or session.positioned:
        return
    if session.phase == "queued":
        tell_position(turn, command.position, command.online, command.wait)
    elif session.phase == "unassigned":
        turn.prompt("no_agent")


def tell_position(turn: Turn, position: int, online: int, wait: int | None = None) -> None:
    if online == 0:
        turn.prompt("no_agent")
    else:
        _tell(turn, "queue_position", position, wait)


def _tell(turn: Turn, key: Key, position: int, wait: int | None, *, ask: bool = False) -> bool:
    """Place and expected wait as one message, `ask` with a button to keep waiting; whether anything was said."""
    if not turn.window_open:
        return False
    place = _said(turn, key, position=position)
    minutes = None if wait is None else _said(turn, "queue_wait", minutes=max(1, -(-wait // 60)))
    text = "\n".join(line for line in (place, minutes) if line is not None)
    button = _said(turn, "keep_waiting") if ask else None
    if text and button:
        turn.say(key, Choice(text, (Option(KEEP_WAITING, button),)))
    elif text:
        turn.say(key, Text(text))
    return bool(text)


def _said(turn: Turn, key: Key, **values: int) -> str | None:
    session = turn.open_session()
    place: dict[str, str | int] = {"session": session.number, "agent": "", "channel": turn.rules.channel.name}
    return turn.rules.say(key, session.language, **place, **values)


# --- its timers ------------------------------------------------------------------------------------------------------


def _arm(turn: Turn, session: Session, timer: str, seconds: int | None) -> None:
    if seconds is not None and timer not in session.timers:
        turn.emit(e.TimerSet(timer, turn.now + seconds * 1000))


def wake(turn: Turn, timer: str) -> None:
    session = turn.open_session()
    if timer == PENDING:
        _pended(turn, session)
    elif session.phase != "queued":
        turn.emit(e.TimerEnded(timer))
    elif session.wait_until is not None and session.wait_until <= turn.now:
        end(turn, by="system", reason="queue_cut", prompt="queue_cut", survey=False)
    else:
        _remind(turn, session)


def _pended(turn: Turn, session: Session) -> None:
    """Close what nobody took for so long."""
    seconds = turn.rules.working.pending.pending_seconds
    if session.phase != "unassigned" or seconds is None or not turn.rules.working.always_on:
        turn.emit(e.TimerEnded(PENDING))
    elif (due := session.queued_at + seconds * 1000) > turn.now:
        turn.emit(e.TimerSet(PENDING, due))
    else:
        end(turn, by="system", reason="pending", prompt="pending_closed", survey=False)


def _remind(turn: Turn, session: Session) -> None:
    """Tell who still waits where they stand, and ask whether they keep waiting, when it is time for that."""
    queue = turn.rules.queue
    if queue.reminder_seconds is None:
        turn.emit(e.TimerEnded(REMINDER))
        return
    due = session.wait_until or max(session.queued_at, session.reminded_at) + queue.reminder_seconds * 1000
    if due > turn.now:
        turn.emit(e.TimerSet(REMINDER, due))
        return
    standing = turn.context.standing(session.id) or Standing(max(turn.context.outlook(session.group).waiting, 1))
    asking = queue.answer_seconds is not None
    told = _tell(turn, "queue_reminder", standing.position, standing.wait, ask=asking)
    until = turn.now + queue.answer_seconds * 1000 if told and queue.answer_seconds is not None else None
    turn.emit(e.AskedToWait(turn.now, until))
    turn.emit(e.TimerSet(REMINDER, until or turn.now + queue.reminder_seconds * 1000))
