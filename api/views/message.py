"""What is shown of a message: to agents, and to whoever may see what a mask hides."""

from typing import Literal

import msgspec
from msgspec.structs import replace

from api.contents import Shown, shown
from api.directory import Directory
from api.times import Time, iso, iso_or_none
from core.message import Author, Translation, Unsupported
from core.message import State as Sent
from core.ports.reading import SessionRow, StoredMessage

Audience = Literal["agent", "supervisor"]


class FailureView(msgspec.Struct, frozen=True):
    """Why a message did not reach the customer; `code` is the provider's own, or ours."""

    code: str
    reason: str


class MessageView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`original` is what a mask hides, for those who may see it; `state` is null for what is not sent."""

    id: str
    seq: int
    author: Author
    content: Shown
    at: Time
    state: Sent | None
    late: bool = False
    edited_at: Time | None = None
    recalled: bool = False
    reply_to: int | None = None
    client_id: str | None = None
    error: FailureView | None = None
    maybe_twice: bool = False
    hits: tuple[str, ...] = ()
    original: Shown | None = None
    translation: Translation | None = None


def message_id(session: str, seq: int) -> str:
    return f"{session}.{seq}"


def seq_of(session: str, message: str) -> int | None:
    """The number in its session of the message an id names; None if it is none of that session."""
    owner, _, seq = message.rpartition(".")
    return int(seq) if owner == session and seq.isascii() and seq.isdigit() and len(seq) < 10 else None


def message_view(stored: StoredMessage, audience: Audience = "agent") -> MessageView:
    message = stored.message
    failed = stored.state == "failed"
    original = message.original if audience == "supervisor" else None
    return MessageView(
        id=message_id(stored.session, message.seq),
        seq=message.seq,
        author=message.author,
        content=shown(message.content),
        at=iso(message.at),
        state=stored.state,
        late=message.late,
        edited_at=iso_or_none(stored.edited_at),
        recalled=stored.recalled_at is not None or stored.retracted_at is not None,
        reply_to=message.reply_to,
        client_id=message.client_id,
        error=FailureView(stored.code or "failed", stored.reason or "It could not be sent.") if failed else None,
        maybe_twice=stored.maybe_twice,
        hits=message.hits,
        original=None if original is None else shown(original),
        translation=message.translation,
    )


def concealed(stored: StoredMessage, row: SessionRow, directory: Directory, audience: Audience) -> StoredMessage:
    """Without a rating that agents are not to see, where the settings say so."""
    if audience == "supervisor" or not stored.message.rates or directory.channel(row.channel) is None:
        return stored
    if directory.policy(row.channel).rules(row.session.group).survey.visible_to_agent:
        return stored
    return replace(stored, message=replace(stored.message, content=Unsupported("rating"), original=None))
