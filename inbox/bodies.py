"""What the inbox's routes take and give beside the shared views."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from api.contents import AudioView, FileView, ImageView, Sendable, VideoView
from api.documents import Role
from api.paging import Window
from api.views import Ref
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


class MessageBody(Body, frozen=True):
    """`reply_to` is the id of the message it answers."""

    client_id: ClientId
    content: Sendable
    reply_to: Id | None = None


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
    text: NoteText
    client_id: ClientId | None = None


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
    """No `phase`: all of them. `mine`: only those that are yours."""

    phase: Phase | None = None
    mine: bool = False
    channel: Id | None = None
    group: Id | None = None
    q: Annotated[str, Meta(max_length=200)] | None = None


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


class TemplateView(msgspec.Struct, frozen=True):
    """`variables` is how many there are to fill in."""

    name: str
    language: str
    text: str
    variables: int


class Templates(msgspec.Struct, frozen=True):
    items: list[TemplateView]


Uploaded = ImageView | AudioView | VideoView | FileView
