"""LINE's webhook events, typed and told in our words: one event at a time, so that an odd one spoils no other.

The shapes: developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

from typing import Annotated, TypeVar

import msgspec

from connectors._answers import UNREADABLE, read_answer
from core.channel import Edited, Ignored, Inbound, Reached, Received, Unsent
from core.message import Audio, Chosen, Content, File, Image, Location, Sticker, Text, Unsupported, Video

T = TypeVar("T")

EXTERNAL = "external:"
TRANSCODED = "transcoded:"
"""How a media's `ref` begins where it is more than a message id."""

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
_Time = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class Envelope(msgspec.Struct, rename="camel"):
    events: list[msgspec.Raw]


class _Source(msgspec.Struct, rename="camel"):
    type: str
    user_id: _Id | None = None


class _Provider(msgspec.Struct, rename="camel"):
    type: str = "line"
    original_content_url: str | None = None


class _Message(msgspec.Struct, rename="camel"):
    """All message types in one: which fields are there depends on `type`."""

    id: _Id
    type: str
    text: str | None = None
    quote_token: str | None = None
    mark_as_read_token: str | None = None
    quoted_message_id: str | None = None
    content_provider: _Provider | None = None
    duration: int | None = None
    file_name: str | None = None
    file_size: int | None = None
    title: str | None = None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    package_id: str | None = None
    sticker_id: str | None = None
    keywords: list[str] = []


class _Postback(msgspec.Struct, rename="camel"):
    data: str
    params: dict[str, str] | None = None


class _Unsend(msgspec.Struct, rename="camel"):
    message_id: _Id


class _Event(msgspec.Struct, rename="camel"):
    type: str
    webhook_event_id: _Id
    timestamp: _Time
    mode: str = "active"
    source: _Source | None = None
    reply_token: str | None = None
    message: _Message | None = None
    postback: _Postback | None = None
    unsend: _Unsend | None = None


class _BareMessage(msgspec.Struct, rename="camel"):
    id: _Id
    type: str


class _BareEvent(msgspec.Struct, rename="camel"):
    """The least that names a message and its writer, for when the rest is not what we know."""

    webhook_event_id: _Id
    timestamp: _Time
    source: _Source
    message: _BareMessage


ENVELOPE = msgspec.json.Decoder(Envelope)
_EVENT = msgspec.json.Decoder(_Event)
_BARE = msgspec.json.Decoder(_BareEvent)

_NO_CONVERSATION = frozenset({"accountLink", "beacon", "videoPlayComplete", "membership", "delivery", "module"})
_DUMMY_TOKENS = frozenset({"0" * 32, "f" * 32})  # of the events that the console's "verify" once sent


def read_event(raw: msgspec.Raw) -> list[Inbound]:
    """One event on its own, so that an odd one takes none of its neighbours with it."""
    try:
        return [_inbound(_EVENT.decode(raw))]
    except (*UNREADABLE, _Odd):
        return [*_bare(raw), Ignored(kind="unreadable", keep=True)]


class _Odd(Exception):
    """A field that its type of event or message must have is not there."""


def _bare(raw: msgspec.Raw) -> list[Inbound]:
    event = read_answer(_BARE, bytes(raw))
    if event is None or event.source.type != "user" or not event.source.user_id:
        return []
    return [
        Received(
            id=event.message.id,
            address=event.source.user_id,
            content=Unsupported(event.message.type[:100]),
            at=event.timestamp,
            message_id=event.message.id,
        )
    ]


def _inbound(event: _Event) -> Inbound:
    if event.source is None or event.type in _NO_CONVERSATION:
        return Ignored(kind=event.type[:100], keep=event.type not in _NO_CONVERSATION)
    if event.source.type in ("group", "room"):
        return Ignored(kind="group")
    if event.reply_token in _DUMMY_TOKENS:
        return Ignored(kind="verification")
    if event.source.type != "user":
        return Ignored(kind=f"source {event.source.type}"[:100], keep=True)
    return _of_person(event, _there(event.source.user_id))


def _of_person(event: _Event, address: str) -> Inbound:
    key, at = event.webhook_event_id, event.timestamp
    match event.type:
        case "message":
            return _received(event, address, _there(event.message))
        case "postback":
            return _chosen(event, address, _there(event.postback))
        case "messageEdited":
            message = _there(event.message)
            return Edited(id=key, address=address, message_id=message.id, content=_content(message), at=at)
        case "unsend":
            return Unsent(id=key, address=address, message_id=_there(event.unsend).message_id, at=at)
        case "follow" | "unfollow":
            return Reached(id=key, address=address, reachable=event.type == "follow", at=at)
        case unknown:
            return Ignored(kind=unknown[:100], keep=True)


def _received(event: _Event, address: str, message: _Message) -> Received:
    # A message is deduped by its own id: the same in every redelivery, and one key less to keep for each message.
    return Received(
        id=message.id,
        address=address,
        content=_content(message),
        at=event.timestamp,
        message_id=message.id,
        reply_to=message.quoted_message_id,
        reply_token=_token(event),
        quote=message.quote_token,
        read_mark=message.mark_as_read_token,
    )


def _chosen(event: _Event, address: str, postback: _Postback) -> Received:
    option, label = unpack(postback.data)
    if label == postback.data and postback.params:  # a picker: what was picked says more than the button's data
        label = ", ".join(postback.params.values())
    content = Chosen(option, label)
    key = event.webhook_event_id
    return Received(id=key, address=address, content=content, at=event.timestamp, reply_token=_token(event))


def _token(event: _Event) -> str | None:
    """In standby another module answers: its token is not ours to use."""
    return event.reply_token if event.mode == "active" else None


def _content(message: _Message) -> Content:
    match message.type:
        case "text":
            return Text(_there(message.text))
        case "image":
            return Image(mime="image/jpeg", ref=_ref(message))
        case "video":
            return Video(mime="video/mp4", duration=message.duration, ref=_ref(message))
        case "audio":
            return Audio(mime="audio/x-m4a", duration=message.duration, ref=_ref(message))
        case "file":
            return File(name=message.file_name, size=message.file_size, ref=_ref(message))
        case "location":
            latitude, longitude = _there(message.latitude), _there(message.longitude)
            return Location(latitude, longitude, message.title, message.address)
        case "sticker":
            ref = f"{_there(message.package_id)}/{_there(message.sticker_id)}"
            return Sticker(ref, text=message.text or ", ".join(message.keywords) or None)
        case unknown:
            return Unsupported(unknown[:100])


def _ref(message: _Message) -> str:
    """LINE's media by message id, marked where LINE transcodes it first; somebody else's by its address."""
    provider = message.content_provider
    if provider is not None and provider.type == "external":
        return EXTERNAL + _there(provider.original_content_url)
    return TRANSCODED + message.id if message.type in ("audio", "video") else message.id


def _there(value: T | None) -> T:
    if value is None:
        raise _Odd
    return value


_DATA_LIMIT = 300  # characters of `data`


def pack(option: str, label: str) -> str:
    """An option in a postback's `data`, which comes back alone: id, line break, label; no label if too long."""
    both = f"{option}\n{label}"
    return both if len(both) <= _DATA_LIMIT else option


def unpack(data: str) -> tuple[str, str]:
    """(id, label); data that we did not make is its own label."""
    option, line, label = data.rpartition("\n")
    return (option, label) if line and option else (data, data)
