"""Between values and columns, and what the database's own columns add to a message."""

import sqlite3
from typing import Any

import msgspec

from core.channel import StatusUpdate
from core.customer import Customer
from core.effect import Effect
from core.event import Event, Fact
from core.ports.reading import SessionRow, StoredMessage
from core.session import Conversation, Session
from stores import _rows


class _Glimpse(msgspec.Struct, frozen=True):
    """Of a conversation only who it is with and the open session: the rest is skipped unread."""

    customer: Customer
    session: Session | None = None


encode = msgspec.json.Encoder().encode
decode_conversation = msgspec.json.Decoder(Conversation).decode
decode_session = msgspec.json.Decoder(Session).decode
decode_customer = msgspec.json.Decoder(Customer).decode
decode_event = msgspec.json.Decoder(Event | Fact).decode
decode_effect = msgspec.json.Decoder(Effect).decode
decode_status = msgspec.json.Decoder(StatusUpdate).decode
decode_plain = msgspec.json.Decoder(dict[str, object]).decode
_glimpse = msgspec.json.Decoder(_Glimpse).decode

digest, delivery_digest = _rows.digest, _rows.delivery_digest

Row = tuple[Any, ...]

ACTIVE = "coalesce(s.active_n, c.active_n)"
# What a message's row says of it: `stored` reads these, in this order.
MESSAGE = "e.body, e.state, e.code, e.reason, e.maybe_twice, e.edited_at, e.recalled_at, e.retracted_at, e.provider_id"
# A session with its conversation and its last message: `session_row` reads these, in this order.
SESSION = f"s.body, c.id, c.channel, c.address, c.body, {ACTIVE}, s.id, {MESSAGE}"
SESSION_FROM = (
    "session s JOIN conversation c ON c.rid = s.conversation LEFT JOIN event e ON e.n ="
    " (SELECT n FROM event WHERE session = s.rid AND fact = 0 AND seq IS NOT NULL ORDER BY seq DESC LIMIT 1)"
)


def stored(session: str, columns: Row) -> StoredMessage:
    body, state, code, reason, twice, edited, recalled, retracted, provider_id = columns
    message = _rows.said(decode_event(body))
    if message is None:
        raise TypeError("a row with a seq is a message")
    return StoredMessage(
        session=session,
        message=message,
        state=state,
        code=code,
        reason=reason,
        maybe_twice=bool(twice),
        edited_at=edited,
        recalled_at=recalled,
        retracted_at=retracted,
        provider_id=provider_id,
    )


def session_row(columns: Row) -> SessionRow:
    body, conversation, channel, address, state, active_n, owner = columns[:7]
    glimpse = _glimpse(state)
    session = glimpse.session if body is None else decode_session(body)
    if session is None:
        raise TypeError("an open session is in its conversation")
    return SessionRow(
        session=session,
        conversation=conversation,
        channel=channel,
        address=address,
        customer=glimpse.customer,
        last_message=stored(owner, columns[7:]) if columns[7] is not None else None,
        active_n=active_n,
    )


def marks(count: int) -> str:
    return ",".join("?" * count)


def one(connection: sqlite3.Connection, sql: str, *values: object) -> Any:
    """The first column of the first row, or None."""
    row = connection.execute(sql, values).fetchone()
    return row[0] if row is not None else None


def count(connection: sqlite3.Connection, name: str, more: int) -> None:
    connection.execute(
        "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
        (name, more),
    )


def customer_row(customer: Customer) -> Row:
    return (
        customer.id,
        customer.partner_id,
        _rows.folded(customer.partner_id),
        _rows.folded(customer.name),
        _rows.folded_all(customer),
        encode(customer),
    )
