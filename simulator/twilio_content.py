"""Twilio's Content API as data: templates, their variables, and what a customer sees of one. No HTTP here."""

from typing import Any

import msgspec

from simulator.kept import Option


class Template(msgspec.Struct, frozen=True):
    sid: str
    friendly_name: str
    language: str
    variables: dict[str, str]
    types: dict[str, dict[str, Any]]
    created: str
    approval: str = "unsubmitted"


class Rendered(msgspec.Struct, frozen=True):
    kind: str
    text: str
    options: tuple[Option, ...]


def fill(text: str, variables: dict[str, str]) -> str:
    for name, value in variables.items():
        text = text.replace("{{" + name + "}}", str(value))
    return text


def render(template: Template, variables: dict[str, str]) -> Rendered:
    """The richest type that WhatsApp shows; variables not given take the template's samples."""
    values = template.variables | variables
    kind, content = next(
        ((kind, body) for kind, body in template.types.items() if kind != "twilio/text"),
        next(iter(template.types.items())),
    )
    text = fill(str(content.get("body", content.get("title", ""))), values)
    shape = {"twilio/quick-reply": "quick_reply", "twilio/list-picker": "list"}.get(kind, "template")
    return Rendered(shape, text, tuple(_options(content, values)))


def _options(content: dict[str, Any], values: dict[str, str]) -> list[Option]:
    rows = [
        Option(fill(str(row["id"]), values), fill(str(row["item"]), values), "list")
        for row in content.get("items", [])
        if "item" in row and "id" in row
    ]
    buttons = [
        Option(fill(str(button.get("id", button.get("url", title))), values), title, _answers(button))
        for button in content.get("actions", [])
        if (title := fill(str(button.get("title", "")), values))
    ]
    return rows + buttons


def _answers(button: dict[str, Any]) -> Any:
    return "link" if "url" in button or "phone" in button else "button"


def problems(types: Any) -> str | None:
    """Why Twilio would refuse these types, by WhatsApp's limits: 10 quick replies, 10 rows."""
    if not isinstance(types, dict) or not types:
        return "types must contain at least one content type"
    for kind, content in types.items():
        if not kind.startswith(("twilio/", "whatsapp/")) or not isinstance(content, dict):
            return f"{kind} is not a content type"
        if kind == "twilio/quick-reply" and not 1 <= len(content.get("actions", [])) <= 10:
            return "twilio/quick-reply needs 1 to 10 actions"
        if kind == "twilio/list-picker" and not 1 <= len(content.get("items", [])) <= 10:
            return "twilio/list-picker needs 1 to 10 items"
        if any(len(str(action.get("title", ""))) > 20 for action in content.get("actions", [])):
            return "A title may have 20 characters at most"
        if any(len(str(item.get("item", ""))) > 24 for item in content.get("items", [])):
            return "An item may have 24 characters at most"
    return None
