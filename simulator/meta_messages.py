"""Outgoing messages of the WhatsApp Cloud API: Meta's limits, and what a customer sees of each. No HTTP here."""

import re
from typing import Any

import msgspec

from simulator.kept import Option

Json = dict[str, Any]
MEDIA = ("image", "audio", "video", "document", "sticker")


class Invalid(Exception):
    """Meta's code and the details of its complaint."""

    def __init__(self, code: int, details: str) -> None:
        super().__init__(details)
        self.code = code
        self.details = details


class Template(msgspec.Struct, frozen=True):
    """`body` holds {{1}} or {{name}} places; `buttons` are quick replies."""

    id: str
    name: str
    language: str
    body: str
    buttons: tuple[str, ...] = ()
    category: str = "UTILITY"
    status: str = "APPROVED"

    def listed(self) -> Json:
        components: list[Json] = [{"type": "BODY", "text": self.body}]
        if self.buttons:
            quick = [{"type": "QUICK_REPLY", "text": label} for label in self.buttons]
            components.append({"type": "BUTTONS", "buttons": quick})
        about = {name: getattr(self, name) for name in ("id", "name", "language", "category", "status")}
        return about | {"components": components}


class Seen(msgspec.Struct, frozen=True):
    kind: str
    text: str
    options: tuple[Option, ...] = ()


def seen(body: Json, templates: list[Template]) -> Seen:
    """Raises Invalid."""
    kind = body.get("type", "text")
    content = body.get(kind)
    if kind == "contacts" and isinstance(content, list) and content:
        return Seen("contact", ", ".join(_name(contact) for contact in content))
    if not isinstance(content, dict):
        raise Invalid(131008, f"Parameter '{kind}' is mandatory for type '{kind}'")
    match kind:
        case "text":
            return Seen("text", _text(content, "body", 4096))
        case "image" | "audio" | "video" | "document" | "sticker":
            return Seen("file" if kind == "document" else kind, _media(content))
        case "location":
            return Seen("location", _location(content))
        case "interactive":
            return _interactive(content)
        case "template":
            return _template(content, templates)
        case "reaction":
            _text(content, "message_id", 1000)
            return Seen("reaction", str(content.get("emoji", "")))
        case _:
            raise Invalid(100, f"Param type must be one of {{TEXT, IMAGE, …}} - got '{kind}'")


def _text(owner: Json, name: str, most: int) -> str:
    value = owner.get(name)
    if not isinstance(value, str) or not value:
        raise Invalid(131008, f"Required parameter '{name}' is missing")
    if len(value) > most:
        raise Invalid(131009, f"Param {name} length must be at most {most} characters")
    return value


def _object(owner: Json, name: str) -> Json:
    value = owner.get(name)
    if not isinstance(value, dict):
        raise Invalid(131008, f"Required parameter '{name}' is missing")
    return value


def _media(content: Json) -> str:
    if ("link" in content) == ("id" in content):
        raise Invalid(131008, "One of 'link' or 'id' is needed")
    if "caption" in content:
        _text(content, "caption", 1024)
    link = str(content.get("link", content.get("id")))
    if "link" in content and not link.startswith(("https://", "http://")):
        raise Invalid(131009, "Param link is not a valid URI")
    return str(content.get("caption") or content.get("filename") or link)


def _location(content: Json) -> str:
    for name in ("latitude", "longitude"):
        try:
            float(content[name])
        except (KeyError, TypeError, ValueError):
            raise Invalid(131008, f"Required parameter '{name}' is missing") from None
    return str(content.get("name") or content.get("address") or "")


def _name(contact: Any) -> str:
    name = contact.get("name") if isinstance(contact, dict) else None
    if not isinstance(name, dict):
        raise Invalid(131008, "Required parameter 'contacts[].name' is missing")
    return _text(name, "formatted_name", 1000)


def _interactive(content: Json) -> Seen:
    body, action = content.get("body"), content.get("action")
    if not isinstance(action, dict):
        raise Invalid(131008, "Required parameter 'interactive.action' is missing")
    text = _text(body, "text", 1024) if isinstance(body, dict) else ""
    if isinstance(content.get("footer"), dict):
        _text(content["footer"], "text", 60)
    match content.get("type"):
        case "button":
            return Seen("buttons", text, _reply_buttons(action))
        case "list":
            return Seen("list", text, _rows(action))
        case "cta_url":
            parameters = _object(action, "parameters")
            link = Option(_text(parameters, "url", 2000), _text(parameters, "display_text", 20), "link")
            return Seen("cta_url", text, (link,))
        case str() as kind:
            return Seen(kind, text)
        case _:
            raise Invalid(131008, "Required parameter 'interactive.type' is missing")


def _reply_buttons(action: Json) -> tuple[Option, ...]:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Invalid(131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [button.get("reply", {}) for button in buttons]
    options = [Option(_text(r, "id", 256), _text(r, "title", 20), "button") for r in replies]
    _all_different(options)
    return tuple(options)


def _rows(action: Json) -> tuple[Option, ...]:
    _text(action, "button", 20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise Invalid(131009, "Invalid section count. Min allowed sections: 1, Max allowed sections: 10")
    if len(sections) > 1:
        for section in sections:
            _text(section, "title", 24)
    rows = [row for section in sections for row in section.get("rows", [])]
    if not 1 <= len(rows) <= 10:
        raise Invalid(131009, "Total row count exceed max allowed count: 10")
    for row in rows:
        if "description" in row:
            _text(row, "description", 72)
    options = [Option(_text(row, "id", 200), _text(row, "title", 24), "list") for row in rows]
    _all_different(options)
    return tuple(options)


def _all_different(options: list[Option]) -> None:
    if len({option.id for option in options}) < len(options):
        raise Invalid(131009, "Duplicated reply id")


def _template(content: Json, templates: list[Template]) -> Seen:
    name, language = _text(content, "name", 512), _object(content, "language").get("code")
    template = next((t for t in templates if (t.name, t.language) == (name, language)), None)
    if template is None:
        raise Invalid(132001, f"template name ({name}) does not exist in {language}")
    values: dict[str, str] = {}
    payloads: dict[int, str] = {}
    for component in content.get("components", []):
        if component.get("type") == "body":
            for place, parameter in enumerate(component.get("parameters", []), 1):
                values[parameter.get("parameter_name", str(place))] = str(parameter.get("text", ""))
        elif component.get("type") == "button":
            parameters = component.get("parameters") or [{}]
            payloads[int(component.get("index", 0))] = str(parameters[0].get("payload", ""))
    wanted = set(re.findall(r"\{\{(\w+)\}\}", template.body))
    if wanted != set(values):
        raise Invalid(
            132000,
            f"body: number of localizable_params ({len(values)}) does not match the expected number of params"
            f" ({len(wanted)})",
        )
    text = re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], template.body)
    options = [Option(payloads.get(place) or label, label, "template") for place, label in enumerate(template.buttons)]
    return Seen("template", text, tuple(options))
