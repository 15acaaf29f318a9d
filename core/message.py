"""What can be said, without a word of any channel: `Content` is the union, `Message` one thing said in a session."""

from typing import Literal

import msgspec


class Text(msgspec.Struct, frozen=True, gc=False, tag="text", omit_defaults=True):
    text: str


class Media(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A file somebody sent. `url` is None until its bytes are here; `ref` is the provider's own name for them.

    `size` in bytes, `duration` in milliseconds. `ref` never leaves the server.
    """

    url: str | None = None
    mime: str = "application/octet-stream"
    size: int | None = None
    name: str | None = None
    caption: str | None = None
    duration: int | None = None
    ref: str | None = None


class Image(Media, frozen=True, gc=False, tag="image"):
    pass


class Audio(Media, frozen=True, gc=False, tag="audio"):
    pass


class Video(Media, frozen=True, gc=False, tag="video"):
    pass


class File(Media, frozen=True, gc=False, tag="file"):
    pass


class Location(msgspec.Struct, frozen=True, gc=False, tag="location", omit_defaults=True):
    latitude: float
    longitude: float
    title: str | None = None
    address: str | None = None


class Sticker(msgspec.Struct, frozen=True, gc=False, tag="sticker", omit_defaults=True):
    """`provider_ref` is what the same channel needs to send it again; `text` its emoji or keywords."""

    provider_ref: str
    url: str | None = None
    text: str | None = None


class Contact(msgspec.Struct, frozen=True, gc=False, tag="contact", omit_defaults=True):
    name: str
    phones: tuple[str, ...] = ()


class Option(msgspec.Struct, frozen=True, gc=False):
    id: str
    label: str


class Choice(msgspec.Struct, frozen=True, gc=False, tag="choice"):
    """A question with options to press. What a channel cannot show as buttons becomes a numbered list."""

    text: str
    options: tuple[Option, ...]


class Chosen(msgspec.Struct, frozen=True, gc=False, tag="chosen"):
    """The answer to a `Choice`: what was pressed."""

    id: str
    label: str


class Reaction(msgspec.Struct, frozen=True, gc=False, tag="reaction", omit_defaults=True):
    """An emoji on an earlier message; an empty emoji takes it back. `to` is the provider's id of that message."""

    emoji: str
    to: str | None = None


class Field(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """`many`: several options may be chosen, one a line of the answer. `when`: asked only if the first field was
    answered with one of these."""

    key: str
    label: str
    kind: Literal[
        "text", "number", "date", "choice", "phone", "email", "file", "consent", "stars", "nps", "thumbs"
    ] = "text"  # fmt: skip
    required: bool = False
    options: tuple[Option, ...] = ()
    many: bool = False
    when: tuple[str, ...] = ()


class Form(msgspec.Struct, frozen=True, gc=False, tag="form", omit_defaults=True):
    """Questions asked at once, where the channel has forms; elsewhere its one choice is asked as a `Choice`."""

    text: str
    fields: tuple[Field, ...]
    values: dict[str, str] | None = None


class Template(msgspec.Struct, frozen=True, gc=False, tag="template", omit_defaults=True):
    """A text the provider approved beforehand. `name` is its name or id there; `text` what it reads like to agents."""

    name: str
    language: str = "en"
    variables: tuple[str, ...] = ()
    text: str | None = None


class Note(msgspec.Struct, frozen=True, gc=False, tag="note", omit_defaults=True):
    """Internal: agents see it, it is never delivered. `mentions` are the ids of colleagues it is for; a `whisper` is a
    supervisor's word to the chat's agent."""

    text: str
    mentions: tuple[str, ...] = ()
    whisper: bool = False


class Summary(msgspec.Struct, frozen=True, gc=False, tag="summary", omit_defaults=True):
    """What an agent sums a session up as; internal like a note. `fields` are the company's own."""

    types: tuple[str, ...] = ()
    solved: bool | None = None
    note: str | None = None
    fields: dict[str, str] = {}


class Unsupported(msgspec.Struct, frozen=True, gc=False, tag="unsupported"):
    """Something this version does not know, kept and shown as "unsupported: <kind>"."""

    kind: str


Content = (
    Text
    | Image
    | Audio
    | Video
    | File
    | Location
    | Sticker
    | Contact
    | Choice
    | Chosen
    | Reaction
    | Form
    | Template
    | Note
    | Summary
    | Unsupported
)
Internal = Note | Summary

State = Literal["queued", "sent", "delivered", "read", "failed"]
_RANK: dict[str, int] = {"queued": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}


def advances(before: State | None, after: State) -> bool:
    """Whether a delivery state may follow another: it never goes backwards, and nothing follows `read` or `failed`.

    A late `failed` after `delivered` is noise of the provider's; a `sent` after `delivered` merely came late.
    """
    if before is None or before in ("read", "failed"):
        return False
    if after == "failed":
        return before in ("queued", "sent")
    return _RANK[after] > _RANK[before]


class Author(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    kind: Literal["customer", "agent", "bot", "system"]
    id: str | None = None
    name: str | None = None


class Translation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A message in another language, for agents: what a provider made of the customer's words, or what the agent wrote
    before theirs were translated. The content stays what was really said."""

    text: str
    language: str
    source: str | None = None


class Message(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One thing said in a session. `seq` is the order of commit, contiguous from 1, never changed; `at` is ms UTC.

    `at` of a customer's message is the provider's time. `original` is what was really written where `content` is
    masked or withheld. `hits` name the word lists that matched. `provider_id` is the provider's id of an inbound
    message, `quote` what the provider wants to hear to quote it. `rates`: it answers a survey. `submission` is the one
    it is about, where it stands in another chat than that one's.
    """

    seq: int
    author: Author
    content: Content
    at: int
    original: Content | None = None
    late: bool = False
    hits: tuple[str, ...] = ()
    reply_to: int | None = None
    provider_id: str | None = None
    client_id: str | None = None
    quote: str | None = None
    rates: bool = False
    submission: str | None = None
    translation: Translation | None = None


def plain(content: Content) -> str:
    """What a content says in words: for word filters, search, previews and channels that have only text."""
    match content:
        case Text(text=text) | Note(text=text):
            return text
        case Choice(text=text) | Form(text=text):
            return text
        case Chosen(label=label):
            return label
        case Image() | Audio() | Video() | File():
            return content.caption or content.name or ""
        case Location():
            return ", ".join(part for part in (content.title, content.address) if part)
        case Sticker(text=said):
            return said or ""
        case Contact():
            return " ".join((content.name, *content.phones))
        case Reaction(emoji=emoji):
            return emoji
        case Template():
            return content.text or content.name
        case Summary():
            return "\n".join((*content.types, *([content.note] if content.note else []), *content.fields.values()))
        case Unsupported():
            return ""


def kind_of(content: Content) -> str:
    """The wire name of a content's type: `text`, `image`, …"""
    return str(content.__struct_config__.tag)
