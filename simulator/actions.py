"""What a customer can do on a phone, as data: the same for all providers, which turn it into their own webhooks."""

from typing import Any, Literal

import msgspec


class Text(msgspec.Struct, frozen=True, tag="text", tag_field="type"):
    """`group`: said in a group of that id instead of to the business alone (LINE, Telegram)."""

    text: str
    reply_to: str | None = None
    group: str | None = None


class Media(msgspec.Struct, frozen=True, tag="media", tag_field="type"):
    """`data` is base64 in JSON. `duration` in milliseconds. `album` joins pictures sent together (LINE, Telegram)."""

    kind: Literal["image", "audio", "voice", "video", "file", "animation"]
    data: bytes
    mime: str
    name: str = "file.bin"
    caption: str = ""
    duration: int = 3000
    album: str | None = None


class Location(msgspec.Struct, frozen=True, tag="location", tag_field="type"):
    latitude: float
    longitude: float
    title: str | None = None
    address: str | None = None


class Sticker(msgspec.Struct, frozen=True, tag="sticker", tag_field="type"):
    """`package` and `sticker` are LINE's; the others serve `data`."""

    package: str = "446"
    sticker: str = "1988"
    emoji: str = "😀"
    data: bytes = b"RIFF\x1a\x00\x00\x00WEBPVP8L"


class Contact(msgspec.Struct, frozen=True, tag="contact", tag_field="type"):
    name: str
    phones: tuple[str, ...]


class Press(msgspec.Struct, frozen=True, tag="press", tag_field="type"):
    """`option`: id or label of a button that was sent. With `data` given the button needs not have been sent."""

    option: str
    data: str | None = None
    params: dict[str, str] | None = None


class React(msgspec.Struct, frozen=True, tag="react", tag_field="type"):
    """An empty `emoji` takes the reaction away."""

    message: str
    emoji: str


class Edit(msgspec.Struct, frozen=True, tag="edit", tag_field="type"):
    message: str
    text: str
    group: str | None = None


class Unsend(msgspec.Struct, frozen=True, tag="unsend", tag_field="type"):
    message: str


class Follow(msgspec.Struct, frozen=True, tag="follow", tag_field="type"):
    """Adds the business as a friend, starts the bot, opts in again."""


class Unfollow(msgspec.Struct, frozen=True, tag="unfollow", tag_field="type"):
    """Blocks the business."""


class Read(msgspec.Struct, frozen=True, tag="read", tag_field="type"):
    """Opens the chat: everything delivered so far becomes read (WhatsApp only)."""


class Unknown(msgspec.Struct, frozen=True, tag="unknown", tag_field="type"):
    """A kind of message that does not exist yet."""

    kind: str = "hologram"
    content: dict[str, Any] = {}


Action = (
    Text | Media | Location | Sticker | Contact | Press | React | Edit | Unsend | Follow | Unfollow | Read | Unknown
)


class NotOnThisChannel(Exception):
    """The provider's app has no such thing, or not with these values; the message says which."""
