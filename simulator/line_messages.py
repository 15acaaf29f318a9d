"""LINE's outgoing messages: the limits LINE checks, and what a customer sees of them. (developers.line.biz)"""

from collections.abc import Callable
from typing import Any

from simulator.kept import Option

Json = dict[str, Any]
Details = list[dict[str, str]]

LOOPBACK = ("http://127.0.0.1", "http://localhost")
MAX_MESSAGES = 5


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Checker:
    """Collects complaints by property path, as LINE lists them in `details`."""

    def __init__(self) -> None:
        self.details: Details = []

    def complain(self, where: str, message: str) -> None:
        self.details.append({"message": message, "property": where})

    def text(self, owner: Json, name: str, where: str, most: int, required: bool = True) -> None:
        value = owner.get(name)
        path = f"{where}.{name}" if where else name
        if value is None and not required:
            return
        if not isinstance(value, str) or not value:
            self.complain(path, "May not be empty")
        elif utf16_length(value) > most:
            self.complain(path, f"Length must be between 0 and {most}")

    def url(self, owner: Json, name: str, where: str, required: bool = True) -> None:
        """https only; http on loopback is let through, so that the simulator is usable on one machine."""
        value = owner.get(name)
        if value is None and not required:
            return
        self.text(owner, name, where, 2000)
        if isinstance(value, str) and value and not value.startswith(("https://", *LOOPBACK)):
            self.complain(f"{where}.{name}", "Must be a valid HTTPS URL")

    def number(self, owner: Json, name: str, where: str) -> None:
        value = owner.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.complain(f"{where}.{name}", "May not be null")

    def items(self, owner: Json, name: str, where: str, most: int) -> list[Json]:
        value = owner.get(name)
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            self.complain(f"{where}.{name}", f"Size must be between 1 and {most}")
            return []
        return [item for item in value if isinstance(item, dict)]


def check_messages(messages: Any) -> Details:
    check = Checker()
    if not isinstance(messages, list) or not 1 <= len(messages) <= MAX_MESSAGES:
        check.complain("messages", f"Size must be between 1 and {MAX_MESSAGES}")
        return check.details
    for place, message in enumerate(messages):
        where = f"messages[{place}]"
        if not isinstance(message, dict) or message.get("type") not in _CHECKS:
            check.complain(f"{where}.type", f"Must be one of the following values: {sorted(_CHECKS)}")
            continue
        _CHECKS[message["type"]](check, message, where)
        if "quickReply" in message:
            _quick_reply(check, message["quickReply"], f"{where}.quickReply")
    return check.details


def _quick_reply(check: Checker, quick_reply: Any, where: str) -> None:
    if not isinstance(quick_reply, dict):
        check.complain(where, "Must be an object")
        return
    for place, item in enumerate(check.items(quick_reply, "items", where, 13)):
        if item.get("type") != "action":
            check.complain(f"{where}.items[{place}].type", "Must be action")
        _action(check, item.get("action"), f"{where}.items[{place}].action")


def _action(check: Checker, action: Any, where: str) -> None:
    if not isinstance(action, dict):
        check.complain(where, "May not be null")
        return
    kind = action.get("type")
    check.text(action, "label", where, 20, required=kind in ("postback", "message"))
    match kind:
        case "postback":
            check.text(action, "data", where, 300)
            check.text(action, "displayText", where, 300, required=False)
        case "message":
            check.text(action, "text", where, 300)
        case "uri":
            check.text(action, "uri", where, 1000)
        case "datetimepicker":
            check.text(action, "data", where, 300)
        case "camera" | "cameraRoll" | "location" | "clipboard" | "richmenuswitch":
            pass
        case _:
            check.complain(f"{where}.type", "Invalid action type")


def _text(check: Checker, message: Json, where: str) -> None:
    check.text(message, "text", where, 5000)


def _image(check: Checker, message: Json, where: str) -> None:
    check.url(message, "originalContentUrl", where)
    check.url(message, "previewImageUrl", where)


def _audio(check: Checker, message: Json, where: str) -> None:
    check.url(message, "originalContentUrl", where)
    check.number(message, "duration", where)


def _location(check: Checker, message: Json, where: str) -> None:
    check.text(message, "title", where, 100)
    check.text(message, "address", where, 100)
    check.number(message, "latitude", where)
    check.number(message, "longitude", where)


def _sticker(check: Checker, message: Json, where: str) -> None:
    check.text(message, "packageId", where, 20)
    check.text(message, "stickerId", where, 20)


def _flex(check: Checker, message: Json, where: str) -> None:
    check.text(message, "altText", where, 1500)
    if not isinstance(message.get("contents"), dict):
        check.complain(f"{where}.contents", "May not be null")


def _imagemap(check: Checker, message: Json, where: str) -> None:
    check.text(message, "altText", where, 1500)
    check.url(message, "baseUrl", where)


def _template(check: Checker, message: Json, where: str) -> None:
    check.text(message, "altText", where, 1500)
    template = message.get("template")
    if not isinstance(template, dict):
        check.complain(f"{where}.template", "May not be null")
        return
    inner = f"{where}.template"
    match template.get("type"):
        case "buttons":
            _bubble(check, template, inner, actions=4)
        case "confirm":
            check.text(template, "text", inner, 240)
            _actions(check, template, inner, 2)
        case "carousel":
            for place, column in enumerate(check.items(template, "columns", inner, 10)):
                _bubble(check, column, f"{inner}.columns[{place}]", actions=3, plain=120)
        case "image_carousel":
            for place, column in enumerate(check.items(template, "columns", inner, 10)):
                check.url(column, "imageUrl", f"{inner}.columns[{place}]")
                _action(check, column.get("action"), f"{inner}.columns[{place}].action")
        case _:
            check.complain(f"{inner}.type", "Invalid template type")


def _bubble(check: Checker, bubble: Json, where: str, actions: int, plain: int = 160) -> None:
    """The text is shorter when there is a title or a picture: 60 characters."""
    check.text(bubble, "title", where, 40, required=False)
    check.text(bubble, "text", where, 60 if "title" in bubble or "thumbnailImageUrl" in bubble else plain)
    _actions(check, bubble, where, actions)


def _actions(check: Checker, owner: Json, where: str, most: int) -> None:
    for place, action in enumerate(check.items(owner, "actions", where, most)):
        _action(check, action, f"{where}.actions[{place}]")


_CHECKS: dict[str, Callable[[Checker, Json, str], None]] = {
    "text": _text,
    "textV2": _text,
    "image": _image,
    "video": _image,
    "audio": _audio,
    "location": _location,
    "sticker": _sticker,
    "template": _template,
    "flex": _flex,
    "imagemap": _imagemap,
}


def text_of(message: Json) -> str:
    """What a person reads of it."""
    match message["type"]:
        case "text" | "textV2":
            return str(message["text"])
        case "template":
            template = message["template"]
            columns = template.get("columns", [template])
            return "\n".join(column["text"] for column in columns if "text" in column) or message["altText"]
        case "location":
            return f"{message['title']}, {message['address']}"
        case "flex" | "imagemap":
            return str(message["altText"])
        case "sticker":
            return f"{message['packageId']}/{message['stickerId']}"
        case _:
            return str(message.get("originalContentUrl", ""))


def options_of(message: Json) -> tuple[Option, ...]:
    """Buttons anywhere in the message, flex included, then the quick replies."""
    found: list[Option] = []
    _collect({key: value for key, value in message.items() if key != "quickReply"}, found)
    _collect(message.get("quickReply", {}), found)
    return tuple(found)


def _collect(node: Any, found: list[Option]) -> None:
    if isinstance(node, list):
        for item in node:
            _collect(item, found)
    elif isinstance(node, dict):
        if (option := _option(node)) is not None:
            found.append(option)
            return
        for value in node.values():
            _collect(value, found)


def _option(action: Json) -> Option | None:
    label = str(action.get("label", ""))
    match action.get("type"):
        case "postback" | "datetimepicker" if "data" in action:
            return Option(action["data"], label or action["data"], "postback")
        case "message" if "text" in action:
            return Option(action["text"], label or action["text"], "text")
        case "uri" if "uri" in action:
            return Option(action["uri"], label or action["uri"], "link")
        case _:
            return None
