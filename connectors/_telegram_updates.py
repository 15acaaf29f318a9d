"""Telegram's updates, typed and told in our words. One webhook is one update.

The shapes: core.telegram.org/bots/api#update. Groups and channels are counted, not served.
"""

from typing import Annotated

import msgspec

from connectors._answers import read_answer, read_body
from core.channel import Edited, Ignored, Inbound, Profile, Reached, Received
from core.errors import NotUnderstood
from core.message import (
    Audio,
    Chosen,
    Contact,
    Content,
    File,
    Image,
    Location,
    Reaction,
    Sticker,
    Text,
    Unsupported,
    Video,
)

ALLOWED = ("message", "edited_message", "callback_query", "message_reaction", "my_chat_member")
"""What we read, to be named when the webhook is set: reactions are not sent unless asked for."""

_Seconds = Annotated[int, msgspec.Meta(ge=0, lt=2**40)]
_Int = Annotated[int, msgspec.Meta(gt=-(2**53), lt=2**53)]


class _Chat(msgspec.Struct):
    id: _Int
    type: str = "private"


class _User(msgspec.Struct):
    id: _Int
    first_name: str = ""
    last_name: str = ""
    language_code: str | None = None


class _Blob(msgspec.Struct):
    """Any file: photo size, audio, voice, video, document, sticker. `duration` in seconds."""

    file_id: str
    mime_type: str | None = None
    file_name: str | None = None
    file_size: int | None = None
    duration: float | None = None
    emoji: str | None = None


class _Place(msgspec.Struct):
    latitude: float
    longitude: float


class _Venue(msgspec.Struct):
    location: _Place
    title: str
    address: str


class _Contact(msgspec.Struct):
    phone_number: str
    first_name: str
    last_name: str = ""


class _Button(msgspec.Struct):
    text: str
    callback_data: str | None = None


class _Keyboard(msgspec.Struct):
    inline_keyboard: list[list[_Button]] = []


class _Named(msgspec.Struct):
    message_id: _Int


class _Message(msgspec.Struct):
    """All message types in one: which fields are there says what it is."""

    message_id: _Int
    date: _Seconds
    chat: _Chat
    sender: _User | None = msgspec.field(default=None, name="from")
    edit_date: _Seconds | None = None
    reply_to_message: _Named | None = None
    text: str | None = None
    caption: str | None = None
    photo: list[_Blob] | None = None
    audio: _Blob | None = None
    voice: _Blob | None = None
    video: _Blob | None = None
    video_note: _Blob | None = None
    animation: _Blob | None = None
    document: _Blob | None = None
    sticker: _Blob | None = None
    location: _Place | None = None
    venue: _Venue | None = None
    contact: _Contact | None = None


class _Pressed(msgspec.Struct):
    """The message whose button was pressed; an old one comes without its buttons."""

    chat: _Chat
    message_id: _Int
    reply_markup: _Keyboard | None = None


class _Callback(msgspec.Struct):
    id: str
    sender: _User = msgspec.field(name="from")
    message: _Pressed | None = None
    data: str | None = None


class _Emoji(msgspec.Struct):
    type: str
    emoji: str | None = None


class _Reaction(msgspec.Struct):
    chat: _Chat
    message_id: _Int
    date: _Seconds
    new_reaction: list[_Emoji]
    user: _User | None = None


class _Standing(msgspec.Struct):
    status: str


class _Member(msgspec.Struct):
    chat: _Chat
    date: _Seconds
    sender: _User = msgspec.field(name="from")
    new_chat_member: _Standing


class _Update(msgspec.Struct):
    update_id: _Int
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Callback | None = None
    message_reaction: _Reaction | None = None
    my_chat_member: _Member | None = None


class _BareMessage(msgspec.Struct):
    message_id: _Int
    date: _Seconds
    chat: _Chat


class _BareUpdate(msgspec.Struct):
    """The least that names a message and its writer, for when the rest is not what we know."""

    update_id: _Int
    message: _BareMessage


_UPDATE = msgspec.json.Decoder(_Update)
_BARE = msgspec.json.Decoder(_BareUpdate)
_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_GROUPS = frozenset({"channel_post", "edited_channel_post", "chat_member", "message_reaction_count"})


def read_update(body: bytes) -> list[Inbound]:
    try:
        update = read_body(_UPDATE, body)
    except NotUnderstood:
        bare = read_answer(_BARE, body)
        if bare is None:
            raise
        return [*_unreadable(bare), Ignored(kind="unreadable", keep=True)]
    return [_inbound(update, body)]


def _unreadable(update: _BareUpdate) -> list[Inbound]:
    message = update.message
    if message.chat.type != "private":
        return []
    return [
        Received(
            id=str(update.update_id),
            address=str(message.chat.id),
            content=Unsupported("message"),
            at=message.date * 1000,
            message_id=str(message.message_id),
        )
    ]


def _inbound(update: _Update, body: bytes) -> Inbound:
    key = str(update.update_id)
    if update.message is not None:
        return _received(key, update.message, body)
    if update.edited_message is not None:
        return _edited(key, update.edited_message, body)
    if update.callback_query is not None:
        return _chosen(key, update.callback_query)
    if update.message_reaction is not None:
        return _reaction(key, update.message_reaction)
    if update.my_chat_member is not None:
        return _member(key, update.my_chat_member)
    kind = _unknown_key(body, frozenset({"update_id"}))
    return Ignored(kind="group") if kind in _GROUPS else Ignored(kind=kind, keep=True)


def _unknown_key(body: bytes, known: frozenset[str]) -> str:
    """The first key beside the known ones: in Telegram's shapes the key that is there says the kind."""
    keys = read_answer(_KEYS, body) or {}
    return next((key[:100] for key in keys if key not in known), "empty")


def _profile(user: _User | None) -> Profile:
    if user is None:
        return Profile()
    return Profile(name=f"{user.first_name} {user.last_name}".strip() or None, language=user.language_code)


def _received(key: str, message: _Message, body: bytes) -> Inbound:
    if message.chat.type != "private":
        return Ignored(kind="group")
    return Received(
        id=key,
        address=str(message.chat.id),
        content=_content(message, body, "message"),
        at=message.date * 1000,
        message_id=str(message.message_id),
        reply_to=str(message.reply_to_message.message_id) if message.reply_to_message else None,
        profile=_profile(message.sender),
    )


def _edited(key: str, message: _Message, body: bytes) -> Inbound:
    if message.chat.type != "private":
        return Ignored(kind="group")
    return Edited(
        id=key,
        address=str(message.chat.id),
        message_id=str(message.message_id),
        content=_content(message, body, "edited_message"),
        at=(message.edit_date or message.date) * 1000,
    )


def _chosen(key: str, callback: _Callback) -> Inbound:
    """A press has no time of its own. Games and inline messages are none of a conversation's."""
    pressed = callback.message
    if pressed is None or callback.data is None:
        return Ignored(kind="callback_query without data", keep=True)
    if pressed.chat.type != "private":
        return Ignored(kind="group")
    return Received(
        id=key,
        address=str(pressed.chat.id),
        content=Chosen(callback.data, _label(pressed.reply_markup, callback.data)),
        at=0,
        reply_to=str(pressed.message_id),
        profile=_profile(callback.sender),
        ack=callback.id,
    )


def _label(keyboard: _Keyboard | None, data: str) -> str:
    buttons = (button for row in keyboard.inline_keyboard for button in row) if keyboard else ()
    return next((button.text for button in buttons if button.callback_data == data), data)


def _reaction(key: str, reaction: _Reaction) -> Inbound:
    if reaction.chat.type != "private":
        return Ignored(kind="group")
    content: Content
    if not reaction.new_reaction:
        content = Reaction("", str(reaction.message_id))
    elif said := next((each.emoji for each in reaction.new_reaction if each.emoji), None):
        content = Reaction(said, str(reaction.message_id))
    else:
        content = Unsupported(f"reaction {reaction.new_reaction[0].type}"[:100])
    return Received(
        id=key,
        address=str(reaction.chat.id),
        content=content,
        at=reaction.date * 1000,
        profile=_profile(reaction.user),
    )


def _member(key: str, member: _Member) -> Inbound:
    """In a private chat "kicked" means that the person blocked the bot, "member" that they are back."""
    if member.chat.type != "private":
        return Ignored(kind="group")
    status = member.new_chat_member.status
    if status not in ("kicked", "member"):
        return Ignored(kind=f"my_chat_member {status}"[:100], keep=True)
    return Reached(
        id=key,
        address=str(member.chat.id),
        reachable=status == "member",
        at=member.date * 1000,
        profile=_profile(member.sender),
    )


def _content(message: _Message, body: bytes, where: str) -> Content:
    """What the message is: an animation also fills `document`, a venue also `location`, so those come first."""
    if message.text is not None:
        return Text(message.text)
    return _media(message) or _thing(message) or Unsupported(_kind(body, where))


def _media(message: _Message) -> Content | None:
    if message.photo:  # sizes in ascending order
        return _file(Image, message.photo[-1], "image/jpeg", message)
    if blob := message.animation or message.video or message.video_note:
        return _file(Video, blob, "video/mp4", message)
    if blob := message.voice or message.audio:
        return _file(Audio, blob, "audio/ogg" if message.voice else "audio/mpeg", message)
    if message.document:
        return _file(File, message.document, "application/octet-stream", message)
    return None


def _file(
    kind: type[Image] | type[Video] | type[Audio] | type[File], blob: _Blob, mime: str, message: _Message
) -> Content:
    return kind(
        mime=blob.mime_type or mime,
        size=blob.file_size,
        name=blob.file_name,
        caption=message.caption,
        duration=None if blob.duration is None else int(min(blob.duration, 1e9) * 1000),
        ref=blob.file_id,
    )


def _thing(message: _Message) -> Content | None:
    if message.venue:
        place = message.venue.location
        return Location(place.latitude, place.longitude, message.venue.title, message.venue.address)
    if message.location:
        return Location(message.location.latitude, message.location.longitude)
    if message.contact:
        person = message.contact
        return Contact(f"{person.first_name} {person.last_name}".strip(), (person.phone_number,))
    if message.sticker:
        return Sticker(message.sticker.file_id, text=message.sticker.emoji)
    return None


_ABOUT = frozenset(
    [
        "message_id",
        "date",
        "chat",
        "from",
        "edit_date",
        "reply_to_message",
        "sender_chat",
        "message_thread_id",
        "is_topic_message",
        "via_bot",
        "forward_origin",
        "forward_from",
        "forward_date",
        "is_automatic_forward",
        "external_reply",
        "quote",
        "reply_to_story",
        "has_protected_content",
        "is_from_offline",
        "media_group_id",
        "author_signature",
        "entities",
        "link_preview_options",
        "effect_id",
        "caption",
        "caption_entities",
        "show_caption_above_media",
        "has_media_spoiler",
        "reply_markup",
        "business_connection_id",
        "sender_boost_count",
    ]
)
"""Fields that say something about a message but not what it is."""


def _kind(body: bytes, where: str) -> str:
    update = read_answer(_KEYS, body) or {}
    return _unknown_key(bytes(update.get(where, b"{}")), _ABOUT)
