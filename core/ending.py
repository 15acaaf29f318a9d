"""How sessions end: closed by an agent, left by the customer, timed out; and what is said then."""

from typing import Literal

from core import after, rating, sla
from core import command as c
from core import event as e
from core.errors import Refused
from core.prompts import Key
from core.session import Session
from core.summary import require_summary
from core.turn import Turn

IDLE, REMINDER, AGENT = "customer_idle", "customer_reminder", "agent_idle"


def close(turn: Turn, command: c.Close) -> None:
    """An agent (or a supervisor) closes the session; one that still waits may be closed by anybody who sees it."""
    session = turn.open_session()
    _may_end(session, command.by)
    if session.agent is not None:
        require_summary(turn, session)
    end(turn, by="agent", reason=command.reason, prompt="agent_closed", who=command.by.id)


def _may_end(session: Session, by: c.Actor) -> None:
    agent = session.agent
    if agent is not None and agent.id != by.id and not by.supervisor:
        raise Refused("not_yours", f"This chat is {agent.name}'s.", who=agent.name)


def leave(turn: Turn, command: c.Leave) -> None:
    turn.open_session()
    end(turn, by="customer", reason="left", prompt="customer_left")


def block(turn: Turn, command: c.Block) -> None:
    """Turn a customer away, whichever chat it is asked in; the open one ends with its own prompt."""
    session = turn.state.session
    if session is not None and command.until is not None:
        _may_end(session, command.by)
        end(turn, by="agent", reason="blocked", prompt="blocked", who=command.by.id, survey=False)
    turn.emit(e.CustomerBlocked(command.until, turn.now, command.by.id))


def end(
    turn: Turn,
    *,
    by: Literal["agent", "customer", "system"],
    reason: str,
    prompt: Key | None,
    who: str | None = None,
    survey: bool = True,
) -> None:
    """Say the end-of-chat prompt, ask the survey where it is due, close, and free the agent's place."""
    session = turn.open_session()
    if prompt is not None:
        turn.prompt(prompt)
    sla.closing(turn)
    asked = survey and turn.rules.survey.ask_on_close and rating.invite(turn)
    if survey and not asked:
        after.offer(turn, turn.open_session())
    agent = session.agent.id if session.agent else None
    turn.emit(e.Closed(by=by, reason=reason, at=turn.now, who=who, agent=agent))


def arm_idle_timers(turn: Turn) -> None:
    """After an answer the ball is with the customer: set the timers that are not already running.

    A running timer is left alone; it looks at the time again when it wakes. So a message costs no timer row.
    """
    session, ending = turn.open_session(), turn.rules.ending
    for name, seconds in ((REMINDER, ending.customer_reminder_seconds), (IDLE, ending.customer_idle_seconds)):
        if seconds is not None and name not in session.timers:
            turn.emit(e.TimerSet(name, turn.now + seconds * 1000))


def wake(turn: Turn, command: c.Wake) -> None:
    """A timer is due: act if the customer's silence really lasted, else sleep on."""
    session = turn.open_session()
    seconds, since = _silence(turn, session, command.name)
    if seconds is None or since is None:
        turn.emit(e.TimerEnded(command.name))
        return
    due = (turn.now if session.locked else since) + seconds * 1000
    if due > turn.now:
        turn.emit(e.TimerSet(command.name, due))
    elif command.name == IDLE:
        end(turn, by="system", reason="customer_timeout", prompt="customer_timeout")
    else:
        turn.emit(e.TimerEnded(command.name))
        _remind(turn, session)


def _silence(turn: Turn, session: Session, timer: str) -> tuple[int | None, int | None]:
    """How long a silence may last for a timer, and since when there is one (None: somebody spoke)."""
    ending = turn.rules.ending
    seconds = ending.customer_idle_seconds if timer == IDLE else ending.customer_reminder_seconds
    return seconds, max(session.answered_at, session.unlocked_at) if _silent(session) else None


def _remind(turn: Turn, session: Session) -> None:
    if not session.reminded:
        turn.prompt("idle_reminder")
        turn.emit(e.Reminded(turn.now))


def _silent(session: Session) -> bool:
    """Whether it is the customer's turn: an agent has the chat and spoke last. Who waits in a queue waits for us."""
    return session.phase == "active" and session.answered
