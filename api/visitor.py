"""What customers are shown of their own chat on the web: no notes, no agents' ids, nothing withheld."""

from typing import Literal

import msgspec

from api.contents import Shown, shown
from api.directory import Directory
from api.times import Time, iso, iso_or_none
from api.views.frame import FLOOR, frame_type
from api.views.message import message_id
from core.after import offers
from core.message import Internal, Option, State, Text
from core.ports.reading import FeedRow, SessionRow, StoredMessage
from core.session import Phase, SurveyKind

INSIDE = frozenset(("session.alerted", "session.reminded", "session.sla_reminded", "session.sla_breached"))
"""What is the desk's business."""


class VisitorAuthor(msgspec.Struct, frozen=True, omit_defaults=True):
    kind: Literal["customer", "agent", "bot", "system"]
    name: str | None = None


class VisitorMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    seq: int
    author: VisitorAuthor
    content: Shown
    at: Time
    state: State | None = None
    edited_at: Time | None = None
    recalled: bool = False
    reply_to: int | None = None
    client_id: str | None = None


class VisitorSession(msgspec.Struct, frozen=True, kw_only=True):
    """`rating` is the kind of survey that waits for an answer, `form` whether another form does; `offers` is what may
    be done besides writing, by sending what is chosen of it."""

    id: str
    number: int
    phase: Phase
    agent: str | None
    language: str
    opened_at: Time
    last_seq: int
    rating: SurveyKind | None
    form: bool
    offers: tuple[Option, ...]


class VisitorFrame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    cursor: str
    type: Literal["session.opened", "session.updated", "session.closed", "message.created", "message.updated"]
    session: VisitorSession
    at: Time
    message: VisitorMessage | None = None


def visitor_message(stored: StoredMessage) -> VisitorMessage | None:
    """None for what customers never see."""
    message = stored.message
    if isinstance(message.content, Internal):
        return None
    named = message.author.kind in ("agent", "bot")
    recalled = stored.recalled_at is not None or stored.retracted_at is not None
    return VisitorMessage(
        id=message_id(stored.session, message.seq),
        seq=message.seq,
        author=VisitorAuthor(message.author.kind, message.author.name if named else None),
        content=Text("") if recalled else shown(message.content),
        at=iso(message.at),
        state=stored.state,
        edited_at=iso_or_none(stored.edited_at),
        recalled=recalled,
        reply_to=message.reply_to,
        client_id=message.client_id if message.author.kind == "customer" else None,
    )


def visitor_session(row: SessionRow, directory: Directory) -> VisitorSession:
    session = row.session
    return VisitorSession(
        id=session.id,
        number=session.number,
        phase=session.phase,
        agent=session.agent.name if session.agent else None,
        language=session.language,
        opened_at=iso(session.opened_at),
        last_seq=session.seq,
        rating=session.invited.kind if session.invited else None,
        form=session.leaving is not None and session.leaving.asking is not None,
        offers=offers(directory.policy(row.channel).rules(session.group), session),
    )


def visitor_frame(row: FeedRow, cursor: str, directory: Directory) -> VisitorFrame | None:
    """None for what customers are not told."""
    kind = frame_type(row.event)
    if kind is None or kind in INSIDE or kind in FLOOR or row.row is None:
        return None
    message = visitor_message(row.stored) if row.stored else None
    if kind in ("message.created", "message.updated"):
        if message is None:
            return None
        session = visitor_session(row.row, directory)
        return VisitorFrame(cursor=cursor, type=kind, session=session, at=iso(row.at), message=message)
    told: Literal["session.opened", "session.updated", "session.closed"] = "session.updated"
    if kind in ("session.opened", "session.closed"):
        told = kind
    return VisitorFrame(cursor=cursor, type=told, session=visitor_session(row.row, directory), at=iso(row.at))
