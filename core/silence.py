"""Agents who do not answer or are gone: reminded, then the chat goes to somebody else; never back to them at once."""

from core import command as c
from core import event as e
from core import sla
from core.ending import AGENT, end
from core.queue import enqueue
from core.session import Session
from core.turn import Turn

TRANSFER = "agent_transfer"
TIMERS = frozenset((AGENT, TRANSFER))


def given(turn: Turn) -> None:
    """It was queued, assigned or transferred: what is owed to the customer, and by whom, may be other now."""
    if turn.state.session is not None:
        sla.apply(turn)
        arm(turn)


def arm(turn: Turn) -> None:
    """The ball is with the agent, if there is one: set the timers that are not already running."""
    session = turn.open_session()
    if session.phase != "active" or session.answered or not session.wrote:
        return
    for timer in (AGENT, TRANSFER):
        seconds = _seconds(turn, timer)
        if seconds is not None and timer not in session.timers:
            turn.emit(e.TimerSet(timer, turn.now + seconds * 1000))


def wake(turn: Turn, timer: str) -> None:
    """Act if the silence really lasted, else sleep on. A locked session rests."""
    session, seconds = turn.open_session(), _seconds(turn, timer)
    agent = session.agent
    if seconds is None or agent is None or session.phase != "active" or session.answered or not session.wrote:
        turn.emit(e.TimerEnded(timer))
        return
    since = turn.now if session.locked else max(session.said_at, session.assigned_at, session.unlocked_at)
    due = since + seconds * 1000
    if due > turn.now:
        turn.emit(e.TimerSet(timer, due))
    elif timer == AGENT:
        turn.emit(e.TimerEnded(timer))
        turn.emit(e.AgentReminded(turn.now, agent.id))
    elif not turn.context.others_online(session.group, agent.id):
        turn.emit(e.TimerSet(timer, turn.now + seconds * 1000))  # nobody else is there: it would come right back
    else:
        turn.emit(e.TimerEnded(timer))
        _move(turn, session, f"{agent.name} did not answer for {_spell(seconds)}.")


def _seconds(turn: Turn, timer: str) -> int | None:
    silence = turn.rules.silence
    if timer == TRANSFER:
        return silence.transfer_seconds
    return turn.rules.ending.agent_idle_seconds if silence.reminder_seconds is None else silence.reminder_seconds


def absent(turn: Turn, command: c.Absent) -> None:
    """The agent went offline: their chat is kept, moved or closed, as set. What they were given since stays. A locked
    chat rests until it is unlocked."""
    session = turn.state.session
    if session is None or session.phase != "active" or session.agent is None or session.agent.id != command.agent:
        return
    if session.locked:
        return
    if session.assigned_at > command.since:
        return
    chats = turn.rules.absence.chats
    if chats == "close":
        end(turn, by="system", reason="agent_offline", prompt="agent_offline")
    elif chats == "move":
        _move(turn, session, f"{session.agent.name} went offline.")


def unlocked(turn: Turn) -> None:
    """The lock is gone: if its agent is gone too, what waited for the unlock happens now."""
    agent = turn.open_session().agent
    since = turn.context.gone_since(agent.id) if agent is not None else None
    if agent is not None and since is not None:
        absent(turn, c.Absent(agent.id, since))


def _move(turn: Turn, session: Session, why: str) -> None:
    assert session.agent is not None, "a chat is moved away from somebody"
    turn.emit(e.Transferred(at=turn.now, by="system", source=session.agent.id, group=session.group, why=why))
    turn.prompt("transferred")
    enqueue(turn, session.group, why=why, since=session.asked_at)  # it is not the customer who let go


def _spell(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min" if not rest else f"{seconds} s"
