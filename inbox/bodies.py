"""What the inbox's routes take and give beside the shared views."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from api.contents import AudioView, FileView, ImageView, Sendable, VideoView
from api.documents import Role
from api.paging import Window
from api.times import Time
from api.views.message import MessageView
from api.views.refs import ChannelRef, Ref
from api.views.session import SessionView
from core.session import Phase

ClientId = Annotated[str, Meta(min_length=1, max_length=200, description="Repeating it repeats the first answer.")]
Id = Annotated[str, Meta(min_length=1, max_length=200)]
TagName = Annotated[str, Meta(min_length=1, max_length=50, pattern=r"\S")]
Tags = Annotated[tuple[TagName, ...], Meta(max_length=50)]
NoteText = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=r"\S")]
Status = Literal["online", "busy", "offline"]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class StatusBody(Body, frozen=True):
    status: Status
    reason: Annotated[str, Meta(max_length=200)] | None = None


Tag = Annotated[str, Meta(min_length=2, max_length=35, pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")]


class Written(Body, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=10_000)]
    language: Tag


class MessageBody(Body, frozen=True):
    """`reply_to` is the id of the message it answers; `written` what the agent wrote before it was translated."""

    client_id: ClientId
    content: Sendable
    reply_to: Id | None = None
    written: Written | None = None


class TranslateBody(Body, frozen=True):
    """`to` is the chat's own language unless another is wanted."""

    text: Annotated[str, Meta(min_length=1, max_length=10_000)]
    to: Tag | None = None


class TranslationView(msgspec.Struct, frozen=True):
    """`source` is the language the service found."""

    text: str
    language: str
    source: str | None


class TemplateBody(Body, frozen=True):
    """`text` is what the template reads like, for the inbox."""

    client_id: ClientId
    name: Annotated[str, Meta(min_length=1, max_length=512)]
    language: Annotated[str, Meta(min_length=2, max_length=35)] = "en"
    variables: Annotated[tuple[Annotated[str, Meta(max_length=1000)], ...], Meta(max_length=100)] = ()
    text: Annotated[str, Meta(max_length=20_000)] | None = None


class TransferBody(Body, frozen=True):
    """To an agent or to a group: one of them."""

    agent: Id | None = None
    group: Id | None = None
    note: NoteText | None = None


class AssignBody(Body, frozen=True):
    """To an agent (who needs a free place) or into a group's queue: one of them."""

    agent: Id | None = None
    group: Id | None = None


class ColleagueBody(Body, frozen=True):
    agent: Id


class OfflineBody(Body, frozen=True):
    client_id: ClientId
    content: Sendable


class CloseBody(Body, frozen=True):
    reason: Annotated[str, Meta(min_length=1, max_length=200)] = "closed"


class NoteBody(Body, frozen=True):
    """`mentions` are ids of colleagues who are to look at it."""

    text: NoteText
    client_id: ClientId | None = None
    mentions: Annotated[tuple[Id, ...], Meta(max_length=20)] = ()


class WhisperBody(Body, frozen=True):
    """What a supervisor tells the chat's agent; customers never see it."""

    text: NoteText
    client_id: ClientId | None = None


class StarBody(Body, frozen=True):
    on: bool = True


class SummaryBody(Body, frozen=True):
    """`types` and `fields` are those of the settings (area `closing`)."""

    types: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...], Meta(max_length=100)] = ()
    solved: bool | None = None
    note: Annotated[str, Meta(max_length=10_000)] | None = None
    fields: Annotated[dict[str, Annotated[str, Meta(max_length=2000)]], Meta(max_length=50)] = {}


class LockBody(Body, frozen=True):
    """A locked chat is not ended by the customer's silence."""

    on: bool = True


class TagsBody(Body, frozen=True):
    add: Tags = ()
    remove: Tags = ()


class BlockBody(Body, frozen=True):
    """For 24 hours, for good, or no longer."""

    duration: Literal["day", "forever", "off"] = "day"


class RecallBody(Body, frozen=True):
    message: Id


class SessionsQuery(Window, frozen=True, kw_only=True):
    """No `phase`: all of them. `mine`: only those that are yours; `starred`: those you keep an eye on, in the order of
    starring. With `starred` a page may be short (or empty) and still have a `next`."""

    phase: Phase | None = None
    mine: bool = False
    starred: bool = False
    agent: Id | None = None
    customer: Id | None = None
    tag: Annotated[str, Meta(max_length=50)] | None = None
    channel: Id | None = None
    group: Id | None = None
    q: Annotated[str, Meta(max_length=200)] | None = None


class MentionsQuery(Window, frozen=True, kw_only=True):
    """`unread`: only those. A page may be short and still have a `next`."""

    unread: bool = False


class MentionsReadBody(Body, frozen=True):
    """In one chat, or everywhere."""

    session: Id | None = None


class MentionView(msgspec.Struct, frozen=True):
    """A note (or a whisper) in which you are named."""

    at: Time
    unread: bool
    session: SessionView
    message: MessageView


class MentionsView(msgspec.Struct, frozen=True):
    """Newest first; `unread` is how many of all you have not read, counted up to 100."""

    items: list[MentionView]
    next: str | None
    unread: int


class MessagesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`after` is the seq to go on after."""

    limit: Annotated[int, Meta(ge=1)] = 50
    after: Annotated[int, Meta(ge=0, le=2**53)] = 0


class CustomersQuery(Window, frozen=True, kw_only=True):
    partner_id: Id | None = None
    q: Annotated[str, Meta(max_length=200)] | None = None


class UploadQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=255)] | None = None


class MeView(msgspec.Struct, frozen=True, kw_only=True):
    """`load` is how many chats you have, of `capacity`."""

    id: str
    name: str
    role: Role
    status: Status
    reason: str | None
    capacity: int
    load: int
    languages: tuple[str, ...]
    groups: tuple[Ref, ...]


class StarsView(msgspec.Struct, frozen=True):
    sessions: list[str]


class ColleagueView(msgspec.Struct, frozen=True, kw_only=True):
    """`load` is how many chats they have, of `capacity`; `groups` are ids."""

    id: str
    name: str
    role: Role
    status: Status
    reason: str | None
    capacity: int
    load: int
    groups: tuple[str, ...]


class AroundView(msgspec.Struct, frozen=True):
    """Who and what there is to choose from: colleagues, groups, channels."""

    agents: list[ColleagueView]
    groups: list[Ref]
    channels: list[ChannelRef]


class TallyView(msgspec.Struct, frozen=True, kw_only=True):
    """How many open chats there are of this phase, channel, group and agent."""

    phase: Phase
    channel: str
    group: str | None
    agent: str | None
    count: int


class TalliesView(msgspec.Struct, frozen=True):
    items: list[TallyView]


class QueuedView(msgspec.Struct, frozen=True, kw_only=True):
    """A chat that waits for an agent, `since` it was queued. `session` is null beyond the first of the queue."""

    id: str
    group: Ref | None
    channel: ChannelRef
    since: Time
    priority: int
    session: SessionView | None


class FloorView(msgspec.Struct, frozen=True, kw_only=True):
    """What happens now, read at `at`: agents, open chats counted, the queue with the longest wait first."""

    at: Time
    agents: list[ColleagueView]
    sessions: list[TallyView]
    waiting: int
    queue: list[QueuedView]


class TemplateView(msgspec.Struct, frozen=True):
    """`variables` is how many there are to fill in."""

    name: str
    language: str
    text: str
    variables: int


class Templates(msgspec.Struct, frozen=True):
    items: list[TemplateView]


Uploaded = ImageView | AudioView | VideoView | FileView
