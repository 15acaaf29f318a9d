"""Webhooks of the WhatsApp Cloud API: messages and statuses as Meta shapes them. Builds only, sends nothing."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any, assert_never

import msgspec

from simulator import actions as do
from simulator.accounts import Account, Phone
from simulator.actions import Action, NotOnThisChannel
from simulator.kept import Message
from simulator.world import World

Json = dict[str, Any]


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    phone_number_id: str
    access_token: str
    app_secret: str
    verify_token: str
    waba_id: str
    display_phone_number: str


def wamid(world: World) -> str:
    return "wamid.HBg" + base64.b64encode(world.ids.hex(32).encode()).decode()


def envelope(own: Credentials, messages: list[Json], contacts: list[Json], statuses: list[Json]) -> Json:
    common = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": own.display_phone_number,
            "phone_number_id": own.phone_number_id,
        },
    }
    values: list[Json] = []
    if messages:
        values.append(common | {"contacts": contacts, "messages": messages})
    if statuses:
        values.append(common | {"statuses": statuses})
    changes = [{"value": value, "field": "messages"} for value in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": own.waba_id, "changes": changes}]}


def contact_of(phone: Phone) -> Json:
    contact: Json = {"profile": {"name": phone.name}, "user_id": phone.alias}
    if phone.hidden_number:
        contact["profile"]["username"] = f"@{phone.name.lower()}"
    else:
        contact["wa_id"] = phone.id
    return contact


def status_of(world: World, phone: Phone, message: Message, status: str, error: Json | None = None) -> Json:
    body: Json = {
        "id": message.id,
        "status": status,
        "timestamp": str(world.clock.now() // 1000),
        "recipient_id": phone.id,
        "recipient_user_id": phone.alias,
    }
    if message.key is not None:
        body["biz_opaque_callback_data"] = message.key
    if error is not None:
        body["errors"] = [error]
    elif status in ("sent", "delivered"):
        category = "utility" if message.kind == "template" else "service"
        body["conversation"] = {
            "id": hashlib.sha256(phone.id.encode()).hexdigest()[:32],
            "origin": {"type": category},
        }
        body["pricing"] = {"billable": False, "pricing_model": "PMP", "category": category}
    return body


def inbound(world: World, account: Account[Credentials], phone: Phone, action: Action, base: str) -> Json:
    """One entry of `messages`. Raises NotOnThisChannel."""
    message: Json = {"from_user_id": phone.alias, "id": wamid(world)}
    if not phone.hidden_number:
        message["from"] = phone.id
    message["timestamp"] = str(world.clock.now() // 1000)
    return message | _content(world, account, phone, action, base)


def _content(world: World, account: Account[Credentials], phone: Phone, action: Action, base: str) -> Json:
    match action:
        case do.Text():
            text: Json = {"type": "text", "text": {"body": action.text}}
            return text | _context(account, phone, action.reply_to)
        case do.Media():
            return _media(world, account, action, base)
        case do.Sticker():
            kept = _keep_media(world, account, action.data, "image/webp", "sticker.webp", base)
            return {"type": "sticker", "sticker": kept | {"animated": False}}
        case do.Location():
            place: Json = {"latitude": action.latitude, "longitude": action.longitude}
            given = {"name": action.title, "address": action.address}
            return {"type": "location", "location": place | {k: v for k, v in given.items() if v is not None}}
        case do.Contact():
            name = {"formatted_name": action.name, "first_name": action.name.split()[0]}
            phones = [{"phone": number, "wa_id": number.lstrip("+"), "type": "CELL"} for number in action.phones]
            return {"type": "contacts", "contacts": [{"name": name, "phones": phones}]}
        case do.Press():
            return _pressed(account, phone, action)
        case do.React():
            given_emoji = {"emoji": action.emoji} if action.emoji else {}
            return {"type": "reaction", "reaction": {"message_id": action.message} | given_emoji}
        case do.Edit():
            changed = {"type": "text", "text": {"body": action.text}}
            return {"type": "edit", "edit": {"original_message_id": action.message, "message": changed}}
        case do.Unsend():
            account.media.pop(action.message, None)
            return {"type": "revoke", "revoke": {"original_message_id": action.message}}
        case do.Unknown(kind="unsupported"):
            error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
            details = {"details": "Message type is currently not supported."}
            return {"type": "unsupported", "errors": [error | {"error_data": details}]}
        case do.Unknown():
            return {"type": action.kind, action.kind: action.content}
        case do.Follow() | do.Unfollow() | do.Read():
            raise NotOnThisChannel(f"Meta has no message for: {type(action).__name__.lower()}")
        case _:
            assert_never(action)


def _context(account: Account[Credentials], phone: Phone, quoted: str | None) -> Json:
    if quoted is None:
        return {}
    message = account.mailbox.find(quoted)
    own = message is not None and message.side == "business"
    return {"context": {"from": account.credentials.display_phone_number if own else phone.id, "id": quoted}}


def _media(world: World, account: Account[Credentials], media: do.Media, base: str) -> Json:
    kinds = {"file": "document", "voice": "audio", "animation": "video"}
    kind = kinds.get(media.kind, media.kind)
    body = _keep_media(world, account, media.data, media.mime, media.name, base)
    if kind == "document":
        body["filename"] = media.name
    if kind == "audio":
        body["voice"] = media.kind == "voice"
    elif media.caption:
        body["caption"] = media.caption
    return {"type": kind, kind: body}


def _keep_media(world: World, account: Account[Credentials], data: bytes, mime: str, name: str, base: str) -> Json:
    media = account.add_media(world.ids.digits(16), data, mime, name)
    return {
        "id": media.id,
        "mime_type": mime,
        "sha256": sha256(data),
        "url": f"{base}/media-download/{media.id}",
    }


def sha256(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def _pressed(account: Account[Credentials], phone: Phone, press: do.Press) -> Json:
    found = phone.option(press.option)
    if found is None and press.data is None:
        raise NotOnThisChannel(f"No button {press.option!r} was sent to {phone.id}")
    id = press.data if press.data is not None else found[1].id if found is not None else press.option
    label = found[1].label if found is not None else press.option
    context = _context(account, phone, found[0].id if found is not None else None)
    answers = found[1].answers if found is not None else "button"
    if answers == "template":
        return {"type": "button", "button": {"payload": id, "text": label}} | context
    kind = "list_reply" if answers == "list" else "button_reply"
    return {"type": "interactive", "interactive": {"type": kind, kind: {"id": id, "title": label}}} | context


def text_of(action: Action, message: Json) -> str:
    match action:
        case do.Text() | do.Edit():
            return action.text
        case do.Press():
            return action.option
        case do.React():
            return action.emoji
        case do.Media():
            return action.caption or action.name
        case do.Location():
            return action.title or f"{action.latitude}, {action.longitude}"
        case do.Contact():
            return action.name
        case _:
            return str(message["type"])


def messages_and_statuses(
    acts: Sequence[tuple[Phone, Action]],
) -> tuple[list[tuple[Phone, Action]], list[Phone]]:
    """What people said, and who opened the chat; blocking and unblocking make no webhook."""
    said: list[tuple[Phone, Action]] = [
        (phone, act) for phone, act in acts if not isinstance(act, do.Read | do.Follow | do.Unfollow)
    ]
    for phone, act in acts:
        if isinstance(act, do.Follow | do.Unfollow):
            phone.blocked = isinstance(act, do.Unfollow)
    return said, [phone for phone, act in acts if isinstance(act, do.Read)]
