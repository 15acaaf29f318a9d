"""Contents on the wire: what is shown (never a provider's own name of a file), what an agent may send."""

from typing import Annotated

import msgspec
from msgspec import Meta

from core import message as m

Words = Annotated[str, Meta(min_length=1, max_length=20_000)]
Short = Annotated[str, Meta(max_length=1000)]
Address = Annotated[str, Meta(min_length=1, max_length=2000)]
Bytes = Annotated[int, Meta(ge=0)]


class _Media(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`size` in bytes, `duration` in milliseconds; `url` is null until the bytes are here."""

    url: str | None
    mime: str
    size: int | None
    name: str | None = None
    caption: str | None = None
    duration: int | None = None


class ImageView(_Media, frozen=True, tag="image"):
    pass


class AudioView(_Media, frozen=True, tag="audio"):
    pass


class VideoView(_Media, frozen=True, tag="video"):
    pass


class FileView(_Media, frozen=True, tag="file"):
    pass


Shown = (
    m.Text
    | ImageView
    | AudioView
    | VideoView
    | FileView
    | m.Location
    | m.Sticker
    | m.Contact
    | m.Choice
    | m.Chosen
    | m.Reaction
    | m.Form
    | m.Template
    | m.Note
    | m.Summary
    | m.Unsupported
)


class TextIn(msgspec.Struct, frozen=True, tag="text", forbid_unknown_fields=True):
    text: Words


class _MediaIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url` is where the bytes can be fetched by the channel, or one of our own."""

    url: Address
    mime: Annotated[str, Meta(max_length=200)] = "application/octet-stream"
    size: Bytes | None = None
    name: Short | None = None
    caption: Annotated[str, Meta(max_length=20_000)] | None = None
    duration: Bytes | None = None


class ImageIn(_MediaIn, frozen=True, tag="image"):
    pass


class AudioIn(_MediaIn, frozen=True, tag="audio"):
    pass


class VideoIn(_MediaIn, frozen=True, tag="video"):
    pass


class FileIn(_MediaIn, frozen=True, tag="file"):
    pass


class LocationIn(msgspec.Struct, frozen=True, tag="location", forbid_unknown_fields=True):
    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    title: Short | None = None
    address: Short | None = None


class StickerIn(msgspec.Struct, frozen=True, tag="sticker", forbid_unknown_fields=True):
    provider_ref: Annotated[str, Meta(min_length=1, max_length=500)]
    url: Address | None = None
    text: Short | None = None


class ContactIn(msgspec.Struct, frozen=True, tag="contact", forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=1000)]
    phones: Annotated[tuple[Annotated[str, Meta(max_length=50)], ...], Meta(max_length=20)] = ()


class OptionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, Meta(min_length=1, max_length=200)]
    label: Annotated[str, Meta(min_length=1, max_length=200)]


class ChoiceIn(msgspec.Struct, frozen=True, tag="choice", forbid_unknown_fields=True):
    text: Words
    options: Annotated[tuple[OptionIn, ...], Meta(min_length=1, max_length=50)]


class TemplateIn(msgspec.Struct, frozen=True, tag="template", forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=512)]
    language: Annotated[str, Meta(max_length=64)] = "en"
    variables: Annotated[tuple[Short, ...], Meta(max_length=100)] = ()
    text: Annotated[str, Meta(max_length=20_000)] | None = None


Sendable = TextIn | ImageIn | AudioIn | VideoIn | FileIn | LocationIn | StickerIn | ContactIn | ChoiceIn | TemplateIn

_MEDIA: dict[type[m.Media], type[_Media]] = {
    m.Image: ImageView,
    m.Audio: AudioView,
    m.Video: VideoView,
    m.File: FileView,
}


def shown(content: m.Content) -> Shown:
    if isinstance(content, m.Media):
        view = _MEDIA[type(content)]
        return view(  # type: ignore[return-value]  # each of the mapping's values is one of the union
            url=content.url,
            mime=content.mime,
            size=content.size,
            name=content.name,
            caption=content.caption,
            duration=content.duration,
        )
    return content


def said(content: Sendable) -> m.Content:
    """What an agent sends, as the rules know it."""
    sent: m.Content = msgspec.convert(msgspec.to_builtins(content), m.Content)
    return sent
