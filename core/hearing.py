"""Keeping what a customer says: understood, screened, and put in its place in a session."""

from core import consent, spoken
from core import event as e
from core.channel import Received
from core.message import Author, Message
from core.screening import alert, screen
from core.session import ReplyToken, Session
from core.turn import Turn

UNDER_WAY_MS = 10_000  # as long as a webhook may be without costing its token's time, and clocks may differ


def hear(
    turn: Turn,
    session: Session,
    inbound: Received,
    reply_to: int | None = None,
    *,
    rates: bool = False,
    submission: str | None = None,
) -> Message:
    """The customer's message, kept in a session: the open one, or a closed one whose survey it answers."""
    screened = screen(turn, spoken.understood(session, inbound.content), "customer")
    message = Message(
        seq=session.seq + 1,
        author=author(turn),
        content=screened.content,
        original=screened.original,
        at=inbound.at,
        late=inbound.at < turn.state.heard_at,
        hits=screened.lists,
        reply_to=reply_to,
        provider_id=inbound.message_id or inbound.id,
        quote=inbound.quote,
        rates=rates,
        submission=submission,
    )
    turn.emit(
        e.Received(
            message=message,
            at=turn.now,
            seq=message.seq,
            heard=min(inbound.at, turn.now),  # a provider's clock that is ahead makes nobody late
            token=reply_token(inbound, turn.now),
            read_mark=inbound.read_mark or inbound.message_id,
            after_close=session.closed is not None,
        )
    )
    alert(turn, message.seq, "customer", screened)
    if session.closed is None:  # what is said of a chat that is over answers nothing that is asked in the open one
        spoken.answer(turn, message)
        consent.answer(turn, message)
    consent.follow_up(turn, session, message.seq, screened)
    return message


def reply_token(inbound: Received, now: int) -> ReplyToken | None:
    """Its age counts from our receipt, and from earlier if it was longer under way than clocks differ: it was delivered
    again, or who took it slept. Otherwise one that died of age could be taken for one that was used."""
    if inbound.reply_token is None:
        return None
    return ReplyToken(inbound.reply_token, min(now, inbound.at + UNDER_WAY_MS))


def author(turn: Turn) -> Author:
    customer = turn.state.customer
    return Author(kind="customer", id=customer.id, name=customer.name)
