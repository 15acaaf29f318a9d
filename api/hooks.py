"""Which message webhooks there are, and what is told through them: views of events, never an original under a mask,
never a secret, never a note."""

from dataclasses import dataclass

import msgspec

from api.contents import Shown, shown
from api.directory import Directory
from api.documents import Scope
from api.levels import settings_of
from api.media import linked
from api.rim import Files
from api.times import Time, iso, iso_or_none
from api.views.message import message_id
from api.views.refs import ChannelRef, Ref, agent_ref, channel_ref, group_ref
from api.views.session import ClosedView
from core import event as e
from core.agreement import Goal
from core.codec import convert
from core.customer import Customer, own_fields, vip_level
from core.hook import Subscription, Webhooks
from core.message import Author
from core.ports.desk import Seat
from core.ports.reading import FeedRow, SessionRow, StoredMessage
from core.session import Phase, SurveyKind
from core.submitted import Kind, Reason, State, Submission


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A subscription where it is set; `id` names it everywhere else."""

    id: str
    scope: Scope
    subscription: Subscription

    def concerns(self, row: FeedRow) -> bool:
        """Whether an event is of the chats that this one hears of."""
        if self.scope.level == "all":
            return True
        if row.row is None:
            return False
        mine = row.row.channel if self.scope.level == "channel" else row.row.session.group
        return mine == self.scope.id


def endpoints(directory: Directory) -> dict[str, Endpoint]:
    """Also those that are switched off."""
    found: dict[str, Endpoint] = {}
    for scope, setting in settings_of(directory, "webhooks").items():
        for each in convert(setting.body, Webhooks).subscriptions or ():
            id = ".".join(filter(None, (scope.level, scope.id, each.name)))
            found[id] = Endpoint(id, scope, each)
    return found


# --- what is told ------------------------------------------------------------------------------------------------


class HookCustomerRef(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str | None
    language: str | None
    partner_id: str | None


class HookCustomer(HookCustomerRef, frozen=True, kw_only=True):
    nickname: str | None
    avatar: str | None
    phone: str | None
    email: str | None
    timezone: str | None
    vip: bool
    vip_level: int
    tags: tuple[str, ...]
    fields: dict[str, str]
    params: dict[str, str]
    verified: bool


class HookSession(msgspec.Struct, frozen=True, kw_only=True):
    """As it is when the delivery is made, which may be a moment after the event."""

    id: str
    number: int
    channel: ChannelRef
    customer: HookCustomerRef
    phase: Phase
    agent: Ref | None
    group: Ref | None
    language: str
    opened_at: Time
    closed: ClosedView | None
    unread: int
    tags: tuple[str, ...]


class HookMessage(msgspec.Struct, frozen=True, kw_only=True):
    """`content` is what was passed on: masked where it was masked. Addresses of files are good for a day."""

    id: str
    seq: int
    author: Author
    content: Shown
    at: Time
    late: bool
    edited_at: Time | None
    recalled: bool
    reply_to: int | None
    hits: tuple[str, ...]


class HookRating(msgspec.Struct, frozen=True, kw_only=True):
    """A comment is the message beside it."""

    kind: SurveyKind
    score: int
    tags: tuple[str, ...]
    solved: bool | None
    at: Time


class HookAnswer(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    label: str
    message: str


class HookSubmission(msgspec.Struct, frozen=True, kw_only=True):
    """`id` and `number` are those of the chat it was left in, which holds the words; `answers` names, for each
    question, the message that answers it."""

    id: str
    number: int
    kind: Kind
    state: State
    reason: Reason
    agent: Ref | None
    group: Ref | None
    answers: tuple[HookAnswer, ...]
    unfinished: bool
    at: Time


class HookSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The note is the message beside it."""

    by: Ref
    types: tuple[str, ...]
    solved: bool | None


class HookHit(msgspec.Struct, frozen=True, kw_only=True):
    """`lists` are the names of the word lists that matched; what matched is not told."""

    side: str
    lists: tuple[str, ...]


class HookBreach(msgspec.Struct, frozen=True, kw_only=True):
    """`due` is when the goal should have been met."""

    goal: Goal
    due: Time
    policy: str
    agent: Ref | None


class HookAgent(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    status: str
    reason: str | None


class HookData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    session: HookSession | None = None
    message: HookMessage | None = None
    rating: HookRating | None = None
    customer: HookCustomer | None = None
    agent: HookAgent | None = None
    hit: HookHit | None = None
    submission: HookSubmission | None = None
    summary: HookSummary | None = None
    sla: HookBreach | None = None


class HookBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent. `id` is the same at every attempt and every replay: whoever has seen it need not look again."""

    id: str
    type: str
    at: Time
    webhook: str
    data: HookData


def event_data(row: FeedRow, directory: Directory, files: Files) -> HookData:
    session = _session(row.row, directory) if row.row is not None else None
    message = _message(linked(row.stored, files)) if row.stored is not None else None
    match row.event:
        case e.CustomerSaved(customer=customer):
            return HookData(customer=customer_data(customer))
        case e.Rated() | e.RatingDetailed() | e.Commented() | e.ScoreAlerted():
            return HookData(session=session, message=message, rating=_rating(row.row))
        case e.Submitted(submission=left) | e.SubmissionChanged(submission=left):
            return HookData(session=session, submission=_submission(left, directory))
        case e.SlaBreached(goal=goal, due=due, policy=policy, agent=agent):
            missed = HookBreach(
                goal=goal, due=iso(due), policy=policy, agent=agent_ref(directory, agent) if agent else None
            )
            return HookData(session=session, sla=missed)
        case e.Summarized(by=by, types=types, solved=solved):
            summary = HookSummary(by=agent_ref(directory, by), types=types, solved=solved)
            return HookData(session=session, message=message, summary=summary)
        case e.Alerted(side=side, lists=lists):
            return HookData(session=session, message=message, hit=HookHit(side=side, lists=lists))
        case e.Erased(customer=customer):
            return HookData(customer=customer_data(Customer(id=customer)))
        case _:
            return HookData(session=session, message=message)


def _rating(row: SessionRow | None) -> HookRating | None:
    """As far as it is known by now."""
    found = row.session.rating if row is not None else None
    if found is None:
        return None
    return HookRating(kind=found.kind, score=found.score, tags=found.tags, solved=found.solved, at=iso(found.at))


def _submission(left: Submission, directory: Directory) -> HookSubmission:
    return HookSubmission(
        id=left.id,
        number=left.number,
        kind=left.kind,
        state=left.state,
        reason=left.reason,
        agent=agent_ref(directory, left.agent) if left.agent else None,
        group=group_ref(directory, left.group),
        answers=tuple(
            HookAnswer(key=each.key, label=each.label, message=message_id(left.id, each.seq)) for each in left.answers
        ),
        unfinished=left.unfinished,
        at=iso(left.at),
    )


def customer_data(customer: Customer) -> HookCustomer:
    return HookCustomer(
        id=customer.id,
        name=customer.name,
        language=customer.language,
        partner_id=customer.partner_id,
        nickname=customer.nickname,
        avatar=customer.avatar,
        phone=customer.phone,
        email=customer.email,
        timezone=customer.timezone,
        vip=customer.vip,
        vip_level=vip_level(customer),
        tags=customer.tags,
        fields=own_fields(customer),
        params=customer.params,
        verified=customer.verified,
    )


def agent_data(seat: Seat, directory: Directory) -> HookData:
    doc = directory.agent(seat.agent)
    name = doc.name if doc else seat.agent
    return HookData(agent=HookAgent(id=seat.agent, name=name, status=seat.status, reason=seat.reason))


def _session(row: SessionRow, directory: Directory) -> HookSession:
    session, customer, closed = row.session, row.customer, row.session.closed
    return HookSession(
        id=session.id,
        number=session.number,
        channel=channel_ref(directory, row.channel),
        customer=HookCustomerRef(
            id=customer.id, name=customer.name, language=customer.language, partner_id=customer.partner_id
        ),
        phase=session.phase,
        agent=Ref(session.agent.id, session.agent.name) if session.agent else None,
        group=group_ref(directory, session.group),
        language=session.language,
        opened_at=iso(session.opened_at),
        closed=ClosedView(closed.by, closed.reason, iso(closed.at)) if closed else None,
        unread=session.unread,
        tags=session.tags,
    )


def _message(stored: StoredMessage) -> HookMessage:
    message = stored.message
    return HookMessage(
        id=message_id(stored.session, message.seq),
        seq=message.seq,
        author=message.author,
        content=shown(message.content),
        at=iso(message.at),
        late=message.late,
        edited_at=iso_or_none(stored.edited_at),
        recalled=stored.recalled_at is not None or stored.retracted_at is not None,
        reply_to=message.reply_to,
        hits=message.hits,
    )
