"""What is shown of sessions, messages and events: to agents, and to whoever may see what a mask hides.

Views are built from rows of the store; events hold more than anybody may see. Customers' views: visitor.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, assert_never

import msgspec
from msgspec.structs import replace

from api.contents import Shown, shown
from api.directory import Directory
from api.promises import SlaView, promised, sla_view
from api.times import Time, iso, iso_or_none
from core import event as e
from core.channel import Capabilities
from core.closing import Summaries
from core.customer import Customer, own_fields, vip_level
from core.message import Author, Summary, Translation, Unsupported
from core.message import State as Sent
from core.ports import FeedRow, SessionRow, StoredMessage
from core.session import Conversation, Offer, Overflowing, Phase, Place, Rating, Session, SummaryRef, SurveyKind
from core.submitted import Kind, State

Audience = Literal["agent", "supervisor"]


class Ref(msgspec.Struct, frozen=True):
    """Somebody or something by name; one that was removed keeps its last."""

    id: str
    name: str


class ChannelRef(msgspec.Struct, frozen=True):
    id: str
    kind: str
    name: str


class CustomerRef(msgspec.Struct, frozen=True):
    id: str
    name: str | None
    language: str | None


class CustomerView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str | None
    language: str | None
    avatar: str | None
    phone: str | None
    email: str | None
    partner_id: str | None
    timezone: str | None
    vip: bool
    tags: tuple[str, ...]
    params: dict[str, str]
    nickname: str | None
    vip_level: int
    fields: dict[str, str]
    verified: bool
    saved: bool


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


class TraceView(msgspec.Struct, frozen=True):
    """A line of "why is this chat where it is"; `step` is for programs, `text` for people."""

    at: Time
    step: str
    text: str


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


class SubmissionRef(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer left, as much of it as a list needs to know that it changed."""

    id: str
    number: int
    kind: Kind
    state: State
    agent: Ref | None


FrameType = Literal[
    "session.opened",
    "session.queued",
    "session.assigned",
    "session.transferred",
    "session.updated",
    "session.rated",
    "session.alerted",
    "submission.created",
    "submission.updated",
    "words.found",
    "session.reminded",
    "session.sla_reminded",
    "session.sla_breached",
    "session.closed",
    "message.created",
    "message.updated",
]


class HitView(msgspec.Struct, frozen=True):
    """A word of a sensitive-word list that was found; what was written around it is the message's."""

    list: str
    word: str
    action: str


class FrameView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event on an agent's socket, with the session (and message) as they are now. `hits`: of `words.found`, which
    goes to supervisors; it has no message where an agent's was refused."""

    cursor: str
    type: FrameType
    session: SessionView
    at: Time
    message: MessageView | None = None
    submission: SubmissionRef | None = None
    hits: tuple[HitView, ...] = ()


FLOOR = frozenset({"session.alerted", "words.found"})  # for those who watch over others


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


def customer_ref(customer: Customer) -> CustomerRef:
    return CustomerRef(customer.id, customer.name, customer.language)


def customer_view(customer: Customer) -> CustomerView:
    return CustomerView(
        id=customer.id,
        name=customer.name,
        language=customer.language,
        avatar=customer.avatar,
        phone=customer.phone,
        email=customer.email,
        partner_id=customer.partner_id,
        timezone=customer.timezone,
        vip=customer.vip,
        tags=customer.tags,
        params=customer.params,
        nickname=customer.nickname,
        vip_level=vip_level(customer),
        fields=own_fields(customer),
        verified=customer.verified,
        saved=customer.saved,
    )


def channel_ref(directory: Directory, channel: str) -> ChannelRef:
    known = directory.channel(channel)
    return ChannelRef(channel, known.kind, known.name) if known else ChannelRef(channel, "", channel)


def group_ref(directory: Directory, group: str | None) -> Ref | None:
    if group is None:
        return None
    known = directory.group(group)
    return Ref(group, known.name if known else group)


def agent_ref(directory: Directory, agent: str) -> Ref:
    """Also for who is no agent: "system", "setup"."""
    known = directory.agent(agent)
    return Ref(agent, known.name if known else agent)


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


def submission_ref(event: e.Event | e.Fact, directory: Directory) -> SubmissionRef | None:
    if not isinstance(event, e.Submitted | e.SubmissionChanged):
        return None
    about = event.submission
    agent = agent_ref(directory, about.agent) if about.agent else None
    return SubmissionRef(id=about.id, number=about.number, kind=about.kind, state=about.state, agent=agent)


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


# --- the feed


def frame_view(row: FeedRow, cursor: str, directory: Directory, audience: Audience) -> FrameView | None:
    """None for what this audience is not shown, or what stands in no session."""
    kind = frame_type(row.event)
    if kind is None or row.row is None or (kind in FLOOR and audience != "supervisor"):
        return None
    about_message = kind in ("message.created", "message.updated") or isinstance(row.event, e.Alerted)
    if about_message and row.stored is None:
        return None
    return FrameView(
        cursor=cursor,
        type=kind,
        session=session_view(row.row, directory, audience),
        at=iso(row.at),
        message=message_view(concealed(row.stored, row.row, directory, audience), audience) if row.stored else None,
        submission=submission_ref(row.event, directory),
        hits=hit_views(row.event) if isinstance(row.event, e.WordsFound) else (),
    )


def hit_views(event: e.WordsFound) -> tuple[HitView, ...]:
    return tuple(HitView(found.list, found.word, found.action) for found in event.found)


def frame_type(event: e.Event | e.Fact) -> FrameType | None:
    """What an event is called on the socket; None for what only the rules need to know."""
    match event:
        case e.Opened():
            return "session.opened"
        case e.Queued():
            return "session.queued"
        case e.Assigned():
            return "session.assigned"
        case e.Transferred():
            return "session.transferred"
        case e.Closed():
            return "session.closed"
        case e.Rated() | e.RatingDetailed() | e.Commented():
            return "session.rated"
        case e.Alerted() | e.ScoreAlerted():
            return "session.alerted"
        case e.WordsFound():
            return "words.found"
        case e.Submitted():
            return "submission.created"
        case e.SubmissionChanged():
            return "submission.updated"
        case e.AgentReminded():
            return "session.reminded"
        case e.SlaReminded():
            return "session.sla_reminded"
        case e.SlaBreached():
            return "session.sla_breached"
        case e.Received() | e.Prompted() | e.Replied() | e.Noted() | e.Summarized() | e.SubmissionReplied():
            return "message.created"
        case (
            e.Amended()
            | e.Released()
            | e.Translated()
            | e.Retracted()
            | e.Recalled()
            | e.StateChanged()
            | e.MediaFetched()
        ):
            return "message.updated"
        case (
            e.CustomerKnown()
            | e.CustomerSaved()
            | e.CustomerLinked()
            | e.Erased()
            | e.LanguageChosen()
            | e.Invited()
            | e.InvitationEnded()
            | e.LockChanged()
            | e.Tagged()
            | e.CustomerBlocked()
            | e.ReachableChanged()
            | e.WasRead()
            | e.SchemeChosen()
            | e.BotBegan()
            | e.BotSilenced()
            | e.HandedOver()
            | e.Unavailable()
            | e.SlaApplied()
            | e.SlaStarted()
            | e.SlaEnded()
            | e.Offered()
            | e.OfferEnded()
            | e.GuestJoined()
            | e.GuestLeft()
            | e.SubmissionOffered()
            | e.SubmissionAsked()
            | e.SubmissionDeclined()
        ):
            return "session.updated"
        case e.LanguageGuessed() | e.Warned() | e.ConsentAsked() | e.ConsentAnswered():
            return None
        case e.FormMoved() | e.BotAsked() | e.BotAnswered():
            return None
        case (
            e.Wished()
            | e.AliasesLearned()
            | e.TurnedAway()
            | e.TimerSet()
            | e.TimerEnded()
            | e.Reminded()
            | e.AskedToWait()
        ):
            return None
        case _:
            assert_never(event)


# --- the trace


def trace_view(row: FeedRow, directory: Directory) -> TraceView | None:
    """One line of the trace; None for events that explain nothing."""
    found = _step(row.event, directory)
    return TraceView(iso(row.at), *found) if found else None


def _step(event: e.Event | e.Fact, directory: Directory) -> tuple[str, str] | None:
    match event:
        case e.Opened(number=number, language=language):
            return "opened", f"Chat {number} was opened; language {language}."
        case e.LanguageChosen(language=language, sure=sure):
            return "language", f"The language is {language}{'' if sure else ', perhaps'}."
        case e.SchemeChosen() | e.FormMoved() | e.BotBegan() | e.BotAnswered() | e.BotSilenced() | e.HandedOver():
            return _received_step(event, directory)
        case e.Unavailable() | e.SlaApplied() | e.SlaReminded() | e.SlaBreached() | e.SlaEnded():
            return promised(event)
        case e.Assigned(agent=agent, why=why):
            return "assigned", _sentence(f"Given to {agent.name}", why)
        case e.Transferred(by=by, group=group, why=why):
            where = group_ref(directory, group)
            whither = f" to {where.name}" if where else ""
            return "transferred", _sentence(f"Transferred{whither} by {_agent(directory, by)}", why)
        case e.Alerted(side=side, lists=lists):
            return "alerted", f"A word list matched what the {side} wrote: {', '.join(lists)}."
        case e.WordsFound(side=side, found=found, seq=None):
            return (
                "withheld",
                f"A message of the {side} was not sent: {', '.join(dict.fromkeys(f.list for f in found))}.",
            )
        case e.ConsentAsked():
            return "consent", "The customer was asked whether personal data may be passed on."
        case e.ConsentAnswered(until=until):
            return "consent", f"The customer {'agreed' if until else 'did not agree'} that it is passed on."
        case e.Warned(list=name):
            return "warned", f"The customer was warned: {name}."
        case e.Invited(kind=kind):
            return "invited", f"A rating was asked for ({kind})."
        case e.Rated(kind=kind, score=score):
            return "rated", f"The customer rated: {score} ({kind})."
        case e.LockChanged(on=on, by=by):
            return "lock", f"{'Locked' if on else 'Unlocked'} by {_agent(directory, by)}."
        case e.Tagged(tags=tags, by=by):
            return "tags", f"Tags by {_agent(directory, by)}: {', '.join(tags) or 'none'}."
        case e.CustomerBlocked(until=until, by=by):
            return (
                "block",
                f"The customer was {'blocked' if until else 'unblocked'} by {_agent(directory, by)}.",
            )
        case e.CustomerLinked(by=by):
            return "linked", f"The customer was found to be one who is known: {_agent(directory, by)}."
        case e.Erased(by=by):
            return "erased", f"What was said here was erased by {_agent(directory, by)}."
        case e.Closed(by=by, reason=reason, who=who):
            return "closed", f"Closed by {_agent(directory, who) if who else f'the {by}'}: {reason}."
        case _:
            return _passed(event, directory)


def _passed(event: e.Event | e.Fact, directory: Directory) -> tuple[str, str] | None:
    """The lines about who gets the chat, and who else is asked."""
    match event:
        case e.Queued():
            return "queued", _queued(event, directory)
        case e.Offered(why=why):
            return "offered", why
        case e.OfferEnded(outcome=outcome, by=by):
            who = f" by {_agent(directory, by)}" if by else ": nobody answered in time"
            return "offered", f"The transfer was {outcome}{who}."
        case e.GuestJoined(agent=agent, by=by):
            return "guests", f"{_agent(directory, by)} asked {agent.name} in."
        case e.GuestLeft(agent=agent, by=by):
            whom = "" if agent == by else f" (asked to by {_agent(directory, by)})"
            return "guests", f"{_agent(directory, agent)} left{whom}."
        case _:
            return _left_step(event, directory)


def _left_step(event: e.Event | e.Fact, directory: Directory) -> tuple[str, str] | None:
    """Of what customers say about a chat, or leave instead of one."""
    match event:
        case e.RatingDetailed(tags=tags, solved=solved):
            said = {True: "solved", False: "not solved"}.get(solved) if solved is not None else None
            return "rated", f"About the rating: {', '.join((*tags, *([said] if said else []))) or 'nothing more'}."
        case e.ScoreAlerted(kind=kind, score=score):
            return "alerted", f"A low rating: {score} ({kind})."
        case e.SubmissionOffered(reason=reason):
            return "submission", f"The customer was offered to leave a message ({reason.replace('_', ' ')})."
        case e.SubmissionDeclined():
            return "submission", "The customer would rather wait."
        case e.Submitted(submission=left):
            return "submission", f"Left as {left.kind} {left.number}{', unfinished' if left.unfinished else ''}."
        case e.SubmissionChanged(submission=left, by=by):
            return "submission", f"The {left.kind} is {left.state}: {_agent(directory, by)}."
        case _:
            return None


def _received_step(event: e.Event | e.Fact, directory: Directory) -> tuple[str, str] | None:
    """What came before people: reception, forms and bots."""
    match event:
        case e.SchemeChosen(scheme=scheme, segment=segment):
            known = directory.segments.get(segment)
            return "scheme", f"Received as “{scheme}”: of the audience {known.name if known else segment}."
        case e.FormMoved(asking=None, why=why):
            return "form", f"The form before the chat is over: {why}"
        case e.BotBegan(name=name, why=why):
            return "bot", f"{name} has the chat: {why}"
        case e.BotAnswered(lists=lists) if lists:
            return "withheld", f"What the bot said was withheld by word lists: {', '.join(lists)}."
        case e.BotAnswered(missed=missed) if missed:
            return "unknown", f"The bot did not know an answer ({missed} in a row)."
        case e.BotSilenced(why=why):
            return "silenced", f"The bot says no more: {why}"
        case e.HandedOver(why=why, group=group, agent=agent):
            where = group_ref(directory, group)
            who = _agent(directory, agent) if agent else where.name if where else "people"
            return "handover", f"The bot gave the chat to {who}: {why}"
        case _:
            return None


def _queued(event: e.Queued, directory: Directory) -> str:
    """Where it waits, why, and where it may overflow to."""
    where = group_ref(directory, event.group)
    start = "Queued for everybody" if where is None else f"Queued for {where.name}"
    if event.chain and event.chain[0].agent is not None:
        start = f"Waits for {_agent(directory, event.chain[0].agent)}"
    lines = [_sentence(start, event.why), *(line for line in event.steps if line != event.why)]
    if event.prefer:
        lines.append(f"First to {' or '.join(_agent(directory, agent) for agent in event.prefer)}.")
    if len(event.chain) > 1:
        lines.append(f"Overflows to {', then '.join(_level(directory, place) for place in event.chain[1:])}.")
    return " ".join(lines)


_OVERFLOW: Mapping[Overflowing, str] = {
    "any": "when nobody there can take it",
    "nobody_online": "when nobody is online",
    "all_busy": "when all are busy",
    "off_duty": "out of hours",
}


def _level(directory: Directory, place: Place) -> str:
    group = group_ref(directory, place.group)
    name = _agent(directory, place.agent) if place.agent else group.name if group else "everybody"
    return f"{name} {_OVERFLOW[place.when]}"


def _sentence(start: str, why: str) -> str:
    return f"{start}: {why}" if why else f"{start}."


def _agent(directory: Directory, id: str) -> str:
    return agent_ref(directory, id).name
