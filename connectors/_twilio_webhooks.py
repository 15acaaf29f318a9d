"""What Twilio's webhooks for WhatsApp say: a form, and what becomes of it. The signature is not its business.

The fields: docs/messaging/guides/webhook-request and CHANNELS.md §1.1. None of them tells a time: `at` is 0.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from msgspec.structs import replace

from connectors._twilio import reason
from core.channel import HookRequest, Ignored, Inbound, Profile, Received, StatusUpdate
from core.errors import NotUnderstood
from core.message import (
    Audio,
    Chosen,
    Content,
    File,
    Image,
    Location,
    State,
    Sticker,
    Text,
    Unsupported,
    Video,
)

# Far above the forty or so that Twilio sends; a body of a million empty fields costs nobody anything.
_MOST_FIELDS = 1000


class Form(dict[str, list[str]]):
    """The fields of a webhook; a name may come more than once. The SDK's signature asks for `getall`."""

    def getall(self, name: str) -> list[str]:
        return self[name]

    def first(self, name: str) -> str:
        values = self.get(name)
        return values[0] if values else ""


def read_form(body: bytes) -> Form:
    """Raises ValueError for what is no UTF-8 form. Blank values are kept: they are signed."""
    return Form(parse_qs(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS))


def read_webhook(request: HookRequest) -> list[Inbound]:
    try:
        form = read_form(request.body)
    except ValueError:
        raise NotUnderstood("the body is not a form in UTF-8") from None
    sid = form.first("MessageSid") or form.first("SmsSid")
    if not sid:
        raise NotUnderstood("MessageSid is missing")
    status = form.first("MessageStatus") or (form.first("SmsStatus") if request.part == "status" else "")
    if request.part == "status" or (status and "Body" not in form):
        return [_status(form, sid, status.lower(), request.query.get("d"))]
    return _messages(form, sid)


def retold(message: Any, at: int, files: Sequence[tuple[str, str]]) -> list[Inbound]:
    """What a webhook said of a message, from the message as Twilio keeps it; `at` is when a customer sent it, `files`
    are addresses and types."""
    sid, status = str(message.sid), str(message.status)
    if message.direction != "inbound":
        error = [str(message.error_code)] if message.error_code else []
        return [_status(Form({"ErrorCode": error} if error else {}), sid, status, None)]
    sender, body = str(message.from_ or ""), str(message.body or "")
    form = Form({"From": [sender], "Body": [body], "NumMedia": [str(len(files))]})
    form["WaId"] = [sender.removeprefix("whatsapp:+")]
    form["MessageType"] = ["" if body or files else "unknown"]
    for number, (url, kind) in enumerate(files):
        form[f"MediaUrl{number}"], form[f"MediaContentType{number}"] = [url], [kind]
    return [replace(item, at=at) if isinstance(item, Received) else item for item in _messages(form, sid)]


_STATES: Mapping[str, State] = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "delivered": "delivered",
    "partially_delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}


def _status(form: Form, sid: str, status: str, delivery: str | None) -> Inbound:
    state = _STATES.get(status)
    if state is None:
        return Ignored(kind=f"status:{status}"[:80], keep=status not in ("received", "receiving"))
    code = form.first("ErrorCode") or None
    if state == "failed":
        code = code or status
    why = reason(code, form.first("ErrorMessage")) if code else None
    return StatusUpdate(
        id=f"{sid}:{status}",
        state=state,
        at=0,
        message_id=sid,
        delivery=delivery or None,
        code=code,
        reason=why,
    )


def _messages(form: Form, sid: str) -> list[Inbound]:
    address = form.first("From")
    if not address.startswith("whatsapp:"):
        return [Ignored(kind="not_whatsapp", keep=not address)]
    contents = [*_media(form)] or [_content(form)]
    phone = form.first("WaId")
    names = (f"whatsapp:+{phone}" if phone.isdigit() else "", *map(form.first, _OTHER_NAMES))
    return [
        Received(
            id=sid if len(contents) == 1 else f"{sid}:{number}",
            address=address,
            content=content,
            at=0,
            message_id=sid,
            reply_to=form.first("OriginalRepliedMessageSid") or None,
            profile=Profile(name=form.first("ProfileName") or None, phone=f"+{phone}" if phone.isdigit() else None),
            aliases=tuple(dict.fromkeys(name for name in names if name and name != address)),
        )
        for number, content in enumerate(contents)
    ]


# A person who hides the number behind a user name comes with these (business-scoped user ids).
_OTHER_NAMES = ("ExternalUserId", "ParentExternalUserId")


def _content(form: Form) -> Content:
    """What a message without files says; the type's name is only asked where nothing else tells."""
    body = form.first("Body")
    if pressed := form.first("ButtonPayload") or form.first("ButtonText"):
        return Chosen(pressed, form.first("ButtonText") or body)
    if pressed := form.first("ListId"):
        return Chosen(pressed, form.first("ListTitle") or body)
    if "Latitude" in form:
        return _location(form)
    if body or form.first("MessageType") in ("", "text"):
        return Text(body)
    return Unsupported(form.first("MessageType"))


def _location(form: Form) -> Content:
    try:
        latitude, longitude = float(form.first("Latitude")), float(form.first("Longitude"))
    except ValueError:
        return Unsupported("location")
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return Unsupported("location")
    return Location(latitude, longitude, form.first("Label") or None, form.first("Address") or None)


def _media(form: Form) -> Iterator[Content]:
    """WhatsApp has one file to a message; where there are more, the first has the caption."""
    count = form.first("NumMedia")
    for number in range(min(int(count), 10) if count.isascii() and count.isdigit() else 0):
        url, mime = form.first(f"MediaUrl{number}"), form.first(f"MediaContentType{number}").lower()
        if url:
            yield _file(form, url, mime or "application/octet-stream", "" if number else form.first("Body"))


def _file(form: Form, url: str, mime: str, body: str) -> Content:
    if form.first("MessageType") == "sticker":
        return Sticker(url, text=body or None)
    match mime.partition("/")[0]:
        case "image":
            return Image(ref=url, mime=mime, caption=body or None)
        case "audio":
            return Audio(ref=url, mime=mime, caption=body or None)
        case "video":
            return Video(ref=url, mime=mime, caption=body or None)
        case _:
            return File(ref=url, mime=mime, name=body or None)  # a document's Body is its file name
