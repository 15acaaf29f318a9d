"""How a chat changes hands between people: transferred (at once, accepted or approved), given out, taken over; and
who is asked in beside its agent."""

from typing import Literal, assert_never

from core import command as c
from core import event as e
from core.errors import Refused
from core.queue import enqueue
from core.reply import annotate
from core.session import AgentRef, Offer, Session
from core.turn import Turn

Passing = c.Transfer | c.Accept | c.Decline | c.Hand | c.TakeOver | c.Invite | c.Uninvite
Outcome = Literal["accepted", "declined", "withdrawn", "expired"]
OFFER = "transfer_offer"
MOST_GUESTS = 10


def decide(turn: Turn, command: Passing) -> None:
    match command:
        case c.Transfer():
            transfer(turn, command)
        case c.Accept():
            accept(turn, command)
        case c.Decline():
            decline(turn, command)
        case c.Hand():
            hand(turn, command)
        case c.TakeOver():
            take_over(turn, command)
        case c.Invite():
            invite(turn, command)
        case c.Uninvite():
            uninvite(turn, command)
        case _:
            assert_never(command)


def transfer(turn: Turn, command: c.Transfer) -> None:
    """Hand a session to a group's queue or to an agent (who needs a free place): at once, or when somebody said yes.

    A supervisor's own transfer needs nobody's word.
    """
    session = turn.own_session(command.by)
    if command.agent is not None and session.agent is not None and command.agent.id == session.agent.id:
        raise Refused("same_agent", f"{command.agent.name} already has this chat.", field="agent")
    how = turn.context.policy.assigning(session.group).transfer
    needs_word = session.agent is not None and not command.by.supervisor
    if needs_word and (how == "approve" or (how == "accept" and command.agent is not None)):
        _offer(turn, command, "approve" if how == "approve" else "accept")
        return
    if command.note:
        annotate(turn, c.Annotate(command.by, command.note))
    _pass_on(turn, command.by.ref, command.agent, command.group, command.group_name)


def _pass_on(turn: Turn, by: AgentRef, agent: AgentRef | None, group: str | None, group_name: str | None) -> None:
    session = turn.open_session()
    source = session.agent.id if session.agent else None
    why = f"{by.name} transferred it to {agent.name if agent else group_name or 'the queue'}."
    kept = session.group if agent else group
    turn.emit(e.Transferred(at=turn.now, by=by.id, source=source, group=kept, why=why))
    if agent is None:
        turn.prompt("transferred")
        enqueue(turn, group, why=why)
    else:
        turn.emit(e.Assigned(agent, turn.now, why))
        turn.prompt("transferred")


def _offer(turn: Turn, command: c.Transfer, kind: Literal["accept", "approve"]) -> None:
    session = turn.open_session()
    if session.offer is not None:
        raise Refused("offered", "A transfer of this chat already waits for an answer.")
    if command.note:
        annotate(turn, c.Annotate(command.by, command.note))
    expires = turn.now + turn.context.policy.assigning(session.group).transfer_seconds * 1000
    to = command.agent.name if command.agent else command.group_name or "the queue"
    whose = "a supervisor's word" if kind == "approve" else f"{to}'s word"
    offer = Offer(
        kind=kind,
        by=command.by.ref,
        at=turn.now,
        expires=expires,
        agent=command.agent,
        group=command.group,
        group_name=command.group_name,
    )
    turn.emit(e.Offered(offer, f"{command.by.name} would like to hand it to {to}; it waits for {whose}."))
    turn.emit(e.TimerSet(OFFER, expires))


def accept(turn: Turn, command: c.Accept) -> None:
    """The colleague says yes, or the supervisor does for an approval; the chat then changes hands."""
    session, offer = _offered(turn)
    _may_say(offer, command.by)
    if offer.kind == "accept" and offer.agent is not None and offer.agent.id != command.by.id:
        raise Refused("not_yours", f"This chat was offered to {offer.agent.name}.", who=offer.agent.name)
    _end_offer(turn, session, "accepted", command.by.id)
    _pass_on(turn, offer.by, offer.agent, offer.group, offer.group_name)


def decline(turn: Turn, command: c.Decline) -> None:
    session, offer = _offered(turn)
    own = command.by.id == offer.by.id
    if not own:
        _may_say(offer, command.by)
    _end_offer(turn, session, "withdrawn" if own else "declined", command.by.id)


def expire(turn: Turn) -> None:
    """The timer rang: nobody said anything."""
    session = turn.open_session()
    offer = session.offer
    if offer is None:
        turn.emit(e.TimerEnded(OFFER))
    elif offer.expires > turn.now:
        turn.emit(e.TimerSet(OFFER, offer.expires))
    else:
        _end_offer(turn, session, "expired", None)


def _offered(turn: Turn) -> tuple[Session, Offer]:
    session = turn.open_session()
    if session.offer is None:
        raise Refused("no_offer", "No transfer of this chat waits for an answer.")
    return session, session.offer


def _may_say(offer: Offer, by: c.Actor) -> None:
    """Raises `Refused` unless it is theirs to say yes or no."""
    if offer.kind == "approve" and not by.supervisor:
        raise Refused("not_yours", "A supervisor decides whether this chat is transferred.")
    if offer.kind == "accept" and not by.supervisor and (offer.agent is None or offer.agent.id != by.id):
        who = offer.agent.name if offer.agent else None
        raise Refused("not_yours", f"This chat was offered to {who}.", who=who)


def _end_offer(turn: Turn, session: Session, outcome: Outcome, by: str | None) -> None:
    turn.emit(e.OfferEnded(turn.now, outcome, by))
    if OFFER in session.timers:
        turn.emit(e.TimerEnded(OFFER))


def hand(turn: Turn, command: c.Hand) -> None:
    """Out of the queue, by a supervisor's choice."""
    session = turn.open_session()
    if session.phase not in ("queued", "unassigned"):
        who = session.agent.name if session.agent else None
        raise Refused(
            "not_waiting", f"{who} has this chat: transfer it." if who else "This chat does not wait.", who=who
        )
    if command.agent is not None:
        turn.emit(e.Assigned(command.agent, turn.now, f"{command.by.name} gave it to them from the queue."))
        turn.prompt("agent_joined")
    else:
        why = f"{command.by.name} moved it to {command.group_name or 'everybody'}."
        turn.emit(e.Transferred(at=turn.now, by=command.by.id, group=command.group, why=why))
        enqueue(turn, command.group, why=why)


def take_over(turn: Turn, command: c.TakeOver) -> None:
    """A supervisor steps in; the agent who had it is told by the event, and stays able to read it."""
    session = turn.open_session()
    if session.agent is None:
        raise Refused("not_taken", "Nobody has this chat: claim it.")
    if session.agent.id == command.by.id:
        return
    why = f"{command.by.name} took it over from {session.agent.name}."
    turn.emit(e.Transferred(at=turn.now, by=command.by.id, source=session.agent.id, group=session.group, why=why))
    turn.emit(e.Assigned(command.by.ref, turn.now, why))
    turn.prompt("transferred")


def invite(turn: Turn, command: c.Invite) -> None:
    """A colleague is asked in. It takes none of their places: the chat stays its agent's."""
    session = turn.own_session(command.by)
    if session.agent is None:
        raise Refused("not_taken", "Nobody has this chat: claim it first.")
    if session.agent.id == command.agent.id:
        raise Refused("same_agent", f"{command.agent.name} already has this chat.", field="agent")
    if any(guest.id == command.agent.id for guest in session.guests):
        return
    if len(session.guests) >= MOST_GUESTS:
        raise Refused("too_many", f"At most {MOST_GUESTS} colleagues can be invited into a chat.", field="agent")
    turn.emit(e.GuestJoined(command.agent, turn.now, command.by.id))


def uninvite(turn: Turn, command: c.Uninvite) -> None:
    session = turn.open_session() if command.by.id == command.agent else turn.own_session(command.by)
    if any(guest.id == command.agent for guest in session.guests):
        turn.emit(e.GuestLeft(command.agent, turn.now, command.by.id))
