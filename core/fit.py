"""Content + capabilities -> what the channel can carry: the one place where anything is degraded.

Long text is split, options become a numbered list, what the channel has no type for becomes words or a link.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import assert_never

import msgspec

from core.channel import Capabilities
from core.message import (
    Audio,
    Choice,
    Chosen,
    Contact,
    Content,
    Field,
    File,
    Form,
    Image,
    Location,
    Note,
    Option,
    Reaction,
    Sticker,
    Summary,
    Template,
    Text,
    Unsupported,
    Video,
    kind_of,
    plain,
)
from core.split import measure, split

AnyMedia = Image | Audio | Video | File


class Phrases(msgspec.Struct, frozen=True):
    """The words that degrading needs, in the customer's language; `link` holds {name} and {url}."""

    options_hint: str
    link: str = "{name}: {url}"


def fit(content: Content, capabilities: Capabilities, say: Phrases) -> tuple[Content, ...]:
    """What the channel carries instead, in order; `(content,)` itself if it already fits.

    Raises ValueError for what no customer is to get (a note) and for what nothing is left of (a blank text).
    """
    fitted = _fit(content, capabilities, say)
    if not fitted:
        raise ValueError(f"nothing of this {kind_of(content)} can be sent on the channel")
    return fitted


def numbered(content: Content, capabilities: Capabilities) -> bool:
    """Whether `fit` turns its options into a list, so that the answer comes as a number in words."""
    choice = _as_choice(content, capabilities) if isinstance(content, Form) else content
    return isinstance(choice, Choice) and bool(choice.options) and not _has_buttons(choice, capabilities)


def pick(text: str, options: Sequence[Option]) -> Option | None:
    """The option that a written answer means: its label, its number in any script's digits, or both."""
    said = _folded(text)
    if not said:
        return None
    for option in options:
        if said == _folded(option.label):
            return option
    match = _NUMBER.fullmatch(said)
    if match is None or _label_themselves(options):
        return None
    at = int(match["digits"])
    if not 1 <= at <= len(options):
        return None
    option = options[at - 1]
    return option if match["rest"] in ("", _folded(option.label)) else None


def _fit(content: Content, can: Capabilities, say: Phrases) -> tuple[Content, ...]:
    match content:
        case Text(text=text):
            return (content,) if _carries(text, can) else _texts(text, can)
        case Image() | Audio() | Video() | File():
            return _media(content, can, say)
        case Choice():
            return _choice(content, can, say)
        case Form():
            return _form(content, can, say)
        case Note() | Summary() | Unsupported():
            raise ValueError(f"{kind_of(content)} is never delivered")
        case Reaction(emoji="") if kind_of(content) not in can.outbound:
            return ()
        case Location() | Contact() | Sticker() | Chosen() | Reaction() | Template():
            return (content,) if kind_of(content) in can.outbound else _texts(_in_words(content, say), can)
        case _:
            assert_never(content)


def _carries(text: str, can: Capabilities) -> bool:
    return bool(text.strip()) and measure(text, can.text_unit) <= can.text_limit


def _texts(text: str, can: Capabilities) -> tuple[Text, ...]:
    return tuple(Text(part) for part in split(text, can.text_limit, can.text_unit))


# --- media --------------------------------------------------------------------------------------------------


def _media(media: AnyMedia, can: Capabilities, say: Phrases) -> tuple[Content, ...]:
    caption = media.caption or ""
    if not _takes(media, can):
        return (*_texts(_link(media, say), can), *_texts(caption, can))
    limit = can.media.get(kind_of(media))
    room = can.text_limit if limit is None else limit.max_caption
    if measure(caption, can.text_unit) <= room:
        return (media,)
    return (msgspec.structs.replace(media, caption=None), *_texts(caption, can))


def _takes(media: AnyMedia, can: Capabilities) -> bool:
    if kind_of(media) not in can.outbound:
        return False
    limit = can.media.get(kind_of(media))
    if limit is None:
        return True
    return (media.size or 0) <= limit.max_bytes and any(_matches(media.mime, mime) for mime in limit.mimes)


def _matches(mime: str, pattern: str) -> bool:
    """Parameters (`; codecs=opus`) do not count."""
    bare = mime.partition(";")[0].strip().lower()
    return bare.startswith(pattern[:-1]) if pattern.endswith("*") else bare == pattern


def _link(media: AnyMedia, say: Phrases) -> str:
    return _linked(media.name or media.mime, media.url, say)


def _linked(name: str, url: str | None, say: Phrases) -> str:
    if url is None:
        return name
    values = {"{name}": name, "{url}": url}
    return re.sub(r"\{name\}|\{url\}", lambda found: values[found[0]], say.link)


# --- the rest in words --------------------------------------------------------------------------------------


def _in_words(content: Location | Contact | Sticker | Chosen | Reaction | Template, say: Phrases) -> str:
    match content:
        case Location():
            place = f"https://maps.google.com/?q={content.latitude},{content.longitude}"
            return "\n".join(part for part in (content.title, content.address, place) if part)
        case Contact():
            return "\n".join((content.name, *content.phones))
        case Sticker(text=text, url=url):
            return text or (_linked("sticker", url, say) if url else "")
        case Template():
            return filled(content)
        case Chosen() | Reaction():
            return plain(content)
        case _:
            assert_never(content)


def filled(template: Template) -> str:
    """A template's text with {{1}}, {{2}} … put in; a placeholder without a value stays as it is."""

    def value(found: re.Match[str]) -> str:
        at = int(found[1])
        return template.variables[at - 1] if 1 <= at <= len(template.variables) else found[0]

    return re.sub(r"\{\{\s*([0-9]{1,3})\s*\}\}", value, plain(template))


# --- choices and forms --------------------------------------------------------------------------------------


def _has_buttons(choice: Choice, can: Capabilities) -> bool:
    return (
        "choice" in can.outbound
        and 0 < len(choice.options) <= can.options
        and all(0 < measure(each.label, can.text_unit) <= can.option_label for each in choice.options)
    )


def _choice(choice: Choice, can: Capabilities, say: Phrases) -> tuple[Content, ...]:
    if not choice.options:
        return _texts(choice.text, can)
    if not _has_buttons(choice, can):
        return _texts(_list(choice, say), can)
    if measure(choice.text, can.text_unit) <= can.choice_text:
        return (choice,)
    *before, last = split(choice.text, min(can.choice_text, can.text_limit), can.text_unit)
    return (*(Text(part) for part in before), Choice(last, choice.options))


def _list(choice: Choice, say: Phrases) -> str:
    labels = [option.label for option in choice.options]
    if _label_themselves(choice.options):
        lines = [" · ".join(labels)]
    else:
        lines = [f"{number}. {label}" for number, label in enumerate(labels, 1)]
    return "\n".join(part for part in (choice.text, *lines, say.options_hint) if part)


def _label_themselves(options: Sequence[Option]) -> bool:
    """0 to 10: to number these again would ask for the wrong number."""
    return all(_DIGITS.fullmatch(_folded(option.label)) for option in options)


def _form(form: Form, can: Capabilities, say: Phrases) -> tuple[Content, ...]:
    if "form" in can.outbound:
        return (form,)
    choice = _as_choice(form, can)
    if choice is not None:
        return _choice(choice, can, say)
    return _texts(
        "\n".join(part for part in (form.text, *(each.label for each in form.fields)) if part),
        can,
    )


def _as_choice(form: Form, can: Capabilities) -> Choice | None:
    """The form's one question answered by choosing; None if the channel has forms, or unless it is one."""
    asked = [(field, options) for field in form.fields if (options := choices(field))]
    if "form" in can.outbound or len(asked) != 1:
        return None
    field, options = asked[0]
    return Choice(form.text or field.label, options)


def choices(field: Field) -> tuple[Option, ...]:
    """What a field can be answered with; empty if it is answered in words."""
    match field.kind:
        case "stars":
            return field.options or tuple(Option(str(stars), "★" * stars) for stars in range(1, 6))
        case "nps":
            return field.options or tuple(Option(str(score), str(score)) for score in range(11))
        case "thumbs":
            return field.options or (Option("up", "👍"), Option("down", "👎"))
        case "choice" | "consent":
            return field.options
        case "text" | "number" | "date" | "phone" | "email" | "file":
            return ()
        case _:
            assert_never(field.kind)


# --- written answers ----------------------------------------------------------------------------------------

_DIGITS = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"[(\[#]?\s*(?P<digits>[0-9]{1,3})\s*[.)\]:,、。]*\s*(?P<rest>.*)")
# An emoji like 2️⃣ is the digit with these two after it.
_KEYCAP = frozenset("\ufe0f\u20e3")


def _folded(text: str) -> str:
    """Without case, width, script of digits (٣ and ๓ are 3) and spare space."""
    plainer = unicodedata.normalize("NFKC", text).casefold()
    digits = (str(unicodedata.decimal(char, char)) for char in plainer if char not in _KEYCAP)
    return " ".join("".join(digits).split())
