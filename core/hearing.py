"""Keeping what a customer says: understood, screened, and put in its place in a session."""

from core import event as e
from core.channel import Received
from core.fit import pick
from core.message import Author, Chosen, Content, Message, Option, Text
from core.screening import alert, screen
from core.session import ReplyToken, Session
from core.turn import Turn


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
    screened = screen(turn, _understood(session, inbound.content), "customer")
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
            token=ReplyToken(inbound.reply_token, turn.now) if inbound.reply_token else None,
            read_mark=inbound.read_mark or inbound.message_id,
            after_close=session.closed is not None,
        )
    )
    alert(turn, message.seq, "customer", screened)
    if screened.blocked is not None:
        turn.prompt("word_blocked", about=session)
    return message


def author(turn: Turn) -> Author:
    customer = turn.state.customer
    return Author(kind="customer", id=customer.id, name=customer.name)


def _understood(session: Session, content: Content) -> Content:
    """A number that answers a numbered list is the option it names."""
    if not session.pending or not isinstance(content, Text):
        return content
    option = pick(content.text, tuple(Option(id, label) for id, label in session.pending))
    return Chosen(option.id, option.label) if option else content
