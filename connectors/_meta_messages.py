"""A content as the Cloud API wants it: the message's type and the object that goes by the same name.

Limits: CHANNELS.md §2.2. The capabilities keep to them, and `core.fit` to the capabilities.
"""

import re
from itertools import chain, repeat
from typing import Any

from core.errors import Rejected
from core.message import (
    Audio,
    Choice,
    Contact,
    Content,
    File,
    Image,
    Location,
    Reaction,
    Sticker,
    Template,
    Text,
    Video,
    kind_of,
)

BUTTONS = 3
_OPEN = "☰"  # what opens a list must have a label, and no language is known here

Json = dict[str, Any]


def message(content: Content) -> tuple[str, object]:
    """Raises `Rejected` for what was not fitted to this channel."""
    match content:
        case Text(text=text):
            return "text", {"body": text, "preview_url": False}
        case Image() | Video():
            return kind_of(content), _given(link=_url(content), caption=content.caption)
        case Audio():
            return "audio", {"link": _url(content)}
        case File():
            return "document", _given(link=_url(content), filename=content.name, caption=content.caption)
        case Sticker(url=url):
            return "sticker", {"link": url} if url else {"id": content.provider_ref}
        case Location():
            place = {"latitude": content.latitude, "longitude": content.longitude}
            return "location", place | _given(name=content.title, address=content.address)
        case Contact(name=name, phones=phones):
            named = {"formatted_name": name, "first_name": name}
            return "contacts", [{"name": named, "phones": [{"phone": phone} for phone in phones]}]
        case Reaction(to=str(to)):
            return "reaction", {"message_id": to, "emoji": content.emoji}
        case Choice():
            return "interactive", _interactive(content)
        case Template():
            return "template", _template(content)
        case _:
            raise Rejected("unsupported", f"{kind_of(content)} cannot be sent on WhatsApp")


def _given(**fields: str | None) -> Json:
    return {name: value for name, value in fields.items() if value}


def _url(media: Image | Audio | Video | File) -> str:
    if media.url is None:
        raise Rejected("no_url", "the file is not here to be sent")
    return media.url


def _interactive(choice: Choice) -> Json:
    """Three buttons or fewer; else a list, which takes ten rows."""
    if len(choice.options) <= BUTTONS:
        buttons = [{"type": "reply", "reply": {"id": each.id, "title": each.label}} for each in choice.options]
        return {"type": "button", "body": {"text": choice.text}, "action": {"buttons": buttons}}
    rows = [{"id": each.id, "title": each.label} for each in choice.options]
    action = {"button": _OPEN, "sections": [{"rows": rows}]}
    return {"type": "list", "body": {"text": choice.text}, "action": action}


_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def places(text: str) -> list[str]:
    """The variables of a template's text, each once, in order: "1", "2" or names of their own."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def _template(template: Template) -> Json:
    named = {"name": template.name, "language": {"code": template.language}}
    if not template.variables:
        return named
    names = chain(places(template.text or ""), repeat(""))
    parameters = [
        {"type": "text", "text": value} | ({} if name.isdigit() else _given(parameter_name=name))
        for value, name in zip(template.variables, names, strict=False)
    ]
    return {**named, "components": [{"type": "body", "parameters": parameters}]}
