"""What is shown of a session: in lists, and with all that is known of it."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from api.directory import Directory
from api.promises import SlaView, sla_view
from api.times import Time, iso, iso_or_none
from api.views.message import Audience, MessageView, concealed, message_view
from api.views.refs import ChannelRef, CustomerRef, Ref, agent_ref, channel_ref, customer_ref, group_ref
from api.views.trace import TraceView, trace_view
from core.channel import Capabilities
from core.closing import Summaries
from core.message import Summary
from core.ports.reading import FeedRow, SessionRow, StoredMessage
from core.session import Conversation, Offer, Phase, Rating, Session, SummaryRef, SurveyKind


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer that waits: for the colleague to accept it, or for a supervisor to approve it."""

    kind: Literal["accept", "approve"]
    by: Ref
    agent: Ref | None
    group: Ref | None
    expires_at: Time


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """`last_said`: what a person or bot said last, where `last_message` is a notice of the system that came after it (a
    list shows `last_said`, else `last_message`). `waits_since`: since it was queued or, with an agent, since the
    customer's last message if nobody answered it; `guests` are colleagues who were invited in."""

    id: str
    number: int
    channel: ChannelRef
    customer: CustomerRef
    phase: Phase
    agent: Ref | None
    group: Ref | None
    language: str
    opened_at: Time
    last_seq: int
    last_message: MessageView | None
    last_said: MessageView | None
    unread: int
    tags: tuple[str, ...]
    locked: bool
    waits_since: Time | None
    sla: SlaView | None
    guests: tuple[Ref, ...]
    offer: OfferView | None


class RatingView(msgspec.Struct, frozen=True, kw_only=True):
    kind: SurveyKind
    score: int
    tags: tuple[str, ...]
    comment: str | None
    solved: bool | None
    at: Time


class ClosedView(msgspec.Struct, frozen=True):
    by: Literal["agent", "customer", "system"]
    reason: str
    at: Time


class WindowView(msgspec.Struct, frozen=True):
    """Free text may be sent until then; afterwards templates only."""

    until: Time


class SummaryView(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent summed the chat up as; `fields` are the company's own."""

    by: Ref
    at: Time
    types: tuple[str, ...]
    solved: bool | None
    note: str | None
    fields: dict[str, str]


class SessionDetail(SessionView, frozen=True, kw_only=True):
    """`summary_form` is what its summary asks for; `translates`: drafts can be had in the customer's language."""

    trace: tuple[TraceView, ...]
    rating: RatingView | None
    closed: ClosedView | None
    window: WindowView | None
    summary: SummaryView | None
    summary_form: Summaries
    translates: bool


def session_view(row: SessionRow, directory: Directory, audience: Audience = "agent") -> SessionView:
    return SessionView(**_session_fields(row, directory, audience))


def session_detail(
    row: SessionRow,
    directory: Directory,
    audience: Audience,
    *,
    trace: Sequence[FeedRow],
    rating: RatingView | None,
    window: WindowView | None,
    summary: SummaryView | None = None,
    summary_form: Summaries | None = None,
    translates: bool = False,
) -> SessionDetail:
    closed = row.session.closed
    return SessionDetail(
        **_session_fields(row, directory, audience),
        trace=tuple(line for line in (trace_view(row, directory) for row in trace) if line is not None),
        rating=rating,
        closed=ClosedView(closed.by, closed.reason, iso(closed.at)) if closed else None,
        window=window,
        summary=summary,
        summary_form=Summaries() if summary_form is None else summary_form,
        translates=translates,
    )


def rating_view(rating: Rating | None, comment: str | None) -> RatingView | None:
    """`comment` is the text of the message that was taken as one (`core.event.Commented`)."""
    if rating is None:
        return None
    return RatingView(
        kind=rating.kind,
        score=rating.score,
        tags=rating.tags,
        comment=comment,
        solved=rating.solved,
        at=iso(rating.at),
    )


def summary_view(made: SummaryRef | None, stored: StoredMessage | None, directory: Directory) -> SummaryView | None:
    """`stored` is the message that holds its words."""
    if made is None:
        return None
    said = stored.message.content if stored is not None else None
    words = said if isinstance(said, Summary) else Summary()
    return SummaryView(
        by=agent_ref(directory, made.by),
        at=iso(made.at),
        types=made.types,
        solved=made.solved,
        note=words.note,
        fields=words.fields,
    )


def window_view(conversation: Conversation, capabilities: Capabilities) -> WindowView | None:
    """Null where the channel has no service window."""
    if not capabilities.window_seconds:
        return None
    return WindowView(iso(conversation.window_from + capabilities.window_seconds * 1000))


def _session_fields(row: SessionRow, directory: Directory, audience: Audience) -> dict[str, Any]:
    session: Session = row.session
    return {
        "id": session.id,
        "number": session.number,
        "channel": channel_ref(directory, row.channel),
        "customer": customer_ref(row.customer),
        "phase": session.phase,
        "agent": Ref(session.agent.id, session.agent.name) if session.agent else None,
        "group": group_ref(directory, session.group),
        "language": session.language,
        "opened_at": iso(session.opened_at),
        "last_seq": session.seq,
        "last_message": _shown(row.last_message, row, directory, audience),
        "last_said": _shown(row.last_said, row, directory, audience),
        "unread": session.unread,
        "tags": session.tags,
        "locked": session.locked,
        "waits_since": iso_or_none(_waits_since(session)),
        "sla": sla_view(session),
        "guests": tuple(Ref(guest.id, guest.name) for guest in session.guests),
        "offer": _offer_view(session.offer, directory) if session.offer else None,
    }


def _waits_since(session: Session) -> int | None:
    if session.phase in ("queued", "unassigned"):
        return session.queued_at or session.said_at or session.opened_at
    return session.said_at if session.phase == "active" and session.said_at and not session.answered else None


def _offer_view(offer: Offer, directory: Directory) -> OfferView:
    return OfferView(
        kind=offer.kind,
        by=Ref(offer.by.id, offer.by.name),
        agent=Ref(offer.agent.id, offer.agent.name) if offer.agent else None,
        group=group_ref(directory, offer.group),
        expires_at=iso(offer.expires),
    )


def _shown(
    stored: StoredMessage | None, row: SessionRow, directory: Directory, audience: Audience
) -> MessageView | None:
    return message_view(concealed(stored, row, directory, audience), audience) if stored else None
