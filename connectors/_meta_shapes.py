"""The shapes of Meta's webhooks for WhatsApp, as far as they are read: CHANNELS.md §1.2."""

from typing import Annotated

import msgspec

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
_Kind = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
_Seconds = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,11}$")]


class Envelope(msgspec.Struct):
    object: str
    entry: list[msgspec.Raw] = []


class Entry(msgspec.Struct):
    changes: list[msgspec.Raw] = []


class Change(msgspec.Struct):
    field: _Kind
    value: msgspec.Raw


class Metadata(msgspec.Struct):
    phone_number_id: str


class Value(msgspec.Struct):
    metadata: Metadata
    contacts: list[msgspec.Raw] = []
    messages: list[msgspec.Raw] = []
    statuses: list[msgspec.Raw] = []
    errors: list[msgspec.Raw] = []


class Named(msgspec.Struct):
    name: str | None = None


class Person(msgspec.Struct):
    profile: Named = msgspec.field(default_factory=Named)
    wa_id: _Id | None = None
    user_id: _Id | None = None
    parent_user_id: _Id | None = None


class Context(msgspec.Struct):
    id: _Id | None = None


class Head(msgspec.Struct, rename={"sender": "from"}):
    """What every message has, whatever it says."""

    id: _Id
    type: _Kind
    timestamp: _Seconds
    sender: _Id | None = None
    from_user_id: _Id | None = None
    from_parent_user_id: _Id | None = None
    group_id: str | None = None
    context: Context | None = None


class Text(msgspec.Struct):
    body: str


class Media(msgspec.Struct):
    id: _Id
    mime_type: str
    caption: str | None = None
    filename: str | None = None


class Place(msgspec.Struct):
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    name: str | None = None
    address: str | None = None


class CardName(msgspec.Struct):
    formatted_name: str


class CardPhone(msgspec.Struct):
    phone: str | None = None
    wa_id: str | None = None


class Card(msgspec.Struct):
    name: CardName
    phones: list[CardPhone] = []


class Button(msgspec.Struct):
    text: str
    payload: str | None = None


class Reply(msgspec.Struct):
    id: str
    title: str


class Interactive(msgspec.Struct):
    type: _Kind
    button_reply: Reply | None = None
    list_reply: Reply | None = None


class Reaction(msgspec.Struct):
    message_id: _Id
    emoji: str = ""


class Edit(msgspec.Struct):
    original_message_id: _Id
    message: msgspec.Raw


class Revoke(msgspec.Struct):
    original_message_id: _Id


class System(msgspec.Struct):
    """Somebody changed the number: the new names."""

    wa_id: _Id | None = None
    new_wa_id: _Id | None = None
    user_id: _Id | None = None


class Said(msgspec.Struct):
    """What the message says: which field is there depends on `type`."""

    type: _Kind
    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Place | None = None
    contacts: list[Card] = []
    button: Button | None = None
    interactive: Interactive | None = None
    reaction: Reaction | None = None
    edit: Edit | None = None
    revoke: Revoke | None = None
    system: System | None = None


class ErrorData(msgspec.Struct):
    details: str = ""


class Error(msgspec.Struct):
    code: int
    title: str = ""
    message: str = ""
    error_data: ErrorData | None = None


class Failed(msgspec.Struct):
    errors: list[Error] = []


class Status(msgspec.Struct):
    id: _Id
    status: _Kind
    timestamp: _Seconds
    recipient_type: str | None = None
    biz_opaque_callback_data: str | None = None
