"""LINE's webhook events, and what LINE remembers between requests: tokens and retry keys. Sends nothing."""

from dataclasses import dataclass, field
from typing import Any, assert_never

import msgspec

from simulator import actions as do
from simulator.accounts import Account, Phone
from simulator.actions import Action, NotOnThisChannel
from simulator.world import World

Json = dict[str, Any]
REPLY_TOKEN_MS = 60_000


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    channel_secret: str
    channel_access_token: str
    bot_user_id: str


@dataclass(frozen=True, slots=True)
class ReplyToken:
    account: str
    chat: str
    expires: int


@dataclass(frozen=True, slots=True)
class Accepted:
    request_id: str
    sent: list[dict[str, str]]
    until: int
    message_id: str


@dataclass(slots=True)
class Book:
    """What LINE remembers between requests."""

    reply_tokens: dict[str, ReplyToken] = field(default_factory=dict)
    read_tokens: dict[str, str] = field(default_factory=dict)
    accepted: dict[tuple[str, str], Accepted] = field(default_factory=dict)
    pushed: dict[str, int] = field(default_factory=dict)


def event(world: World, book: Book, account: Account[Credentials], phone: Phone, action: Action) -> Json:
    now = world.clock.now()
    event: Json = {
        "type": "message",
        "mode": "active",
        "timestamp": now,
        "source": {"type": "user", "userId": phone.id},
        "webhookEventId": world.ids.ulid(now),
        "deliveryContext": {"isRedelivery": False},
    }
    if not isinstance(action, do.Unsend | do.Unfollow | do.Edit):
        event["replyToken"] = _reply_token(world, book, account, phone, getattr(action, "group", None), now)
    group = getattr(action, "group", None)
    if group is not None:
        account.groups.add(group)
        event["source"] = {"type": "group", "groupId": group, "userId": phone.id}
    event |= _happening(world, book, account, phone, action)
    return event


def _reply_token(
    world: World, book: Book, account: Account[Credentials], phone: Phone, group: str | None, now: int
) -> str:
    token = world.ids.hex(32)
    book.reply_tokens[token] = ReplyToken(account.id, group or phone.id, now + REPLY_TOKEN_MS)
    return token


def _happening(world: World, book: Book, account: Account[Credentials], phone: Phone, action: Action) -> Json:
    """The part of the event that differs by kind."""
    match action:
        case do.Press():
            return _pressed(world, book, account, phone, action)
        case do.Follow():
            unblocked, phone.blocked = phone.blocked, False
            return {"type": "follow", "follow": {"isUnblocked": unblocked}}
        case do.Unfollow():
            phone.blocked = True
            return {"type": "unfollow"}
        case do.Unsend():
            account.media.pop(action.message, None)
            account.keep(phone.id, "customer", "unsend", "", id=action.message)
            return {"type": "unsend", "unsend": {"messageId": action.message}}
        case do.Edit():
            if action.group is None:
                raise NotOnThisChannel("On LINE messages are edited in group chats only")
            account.keep(phone.id, "customer", "edit", action.text, id=action.message)
            return {"type": "messageEdited", "message": _text_message(world, action.message, action.text)}
        case do.React() | do.Read() | do.Contact():
            raise NotOnThisChannel(f"LINE tells businesses nothing of: {type(action).__name__.lower()}")
        case do.Text() | do.Media() | do.Location() | do.Sticker() | do.Unknown():
            phone.wrote_at = world.clock.now()
            return {"type": "message", "message": _message(world, book, account, phone, action)}
        case _:
            assert_never(action)


def _text_message(world: World, id: str, text: str) -> Json:
    ids = world.ids
    read_token = ids.token(40)
    return {
        "id": id,
        "type": "text",
        "text": text,
        "quoteToken": ids.token(60),
        "markAsReadToken": read_token,
    }


def _message(
    world: World,
    book: Book,
    account: Account[Credentials],
    phone: Phone,
    action: do.Text | do.Media | do.Location | do.Sticker | do.Unknown,
) -> Json:
    id = world.ids.digits(18)
    message = _text_message(world, id, "")
    message.pop("text")
    kind, text = "text", ""
    match action:
        case do.Text():
            text = action.text
            message["text"] = text
            if action.reply_to is not None:
                message["quotedMessageId"] = action.reply_to
        case do.Media():
            kind, text = action.kind, action.name
            message |= _media(account, id, action)
        case do.Location():
            kind, text = "location", action.title or ""
            given = {"title": action.title, "address": action.address}
            message |= {name: value for name, value in given.items() if value is not None}
            message |= {"type": "location", "latitude": action.latitude, "longitude": action.longitude}
        case do.Sticker():
            kind, text = "sticker", f"{action.package}/{action.sticker}"
            message |= {"type": "sticker", "packageId": action.package, "stickerId": action.sticker}
            message |= {"stickerResourceType": "STATIC", "keywords": ["hello"]}
        case do.Unknown():
            kind, text = "unknown", action.kind
            message |= {"type": action.kind} | action.content
    if kind not in ("text", "image", "video", "sticker"):
        message.pop("quoteToken")
    book.read_tokens[message["markAsReadToken"]] = id
    account.keep(phone.id, "customer", kind, text, id=id, reply_to=getattr(action, "reply_to", None), raw=message)
    return message


def _media(account: Account[Credentials], id: str, media: do.Media) -> Json:
    account.add_media(id, media.data, media.mime, media.name)
    from_line = {"contentProvider": {"type": "line"}}
    match media.kind:
        case "image" | "animation":
            in_set = {"imageSet": {"id": media.album, "index": 1, "total": 1}} if media.album else {}
            return {"type": "image"} | from_line | in_set
        case "video" | "audio" | "voice":
            kind = "video" if media.kind == "video" else "audio"
            return {"type": kind, "duration": media.duration} | from_line
        case "file":
            return {"type": "file", "fileName": media.name, "fileSize": len(media.data)}


def _pressed(world: World, book: Book, account: Account[Credentials], phone: Phone, press: do.Press) -> Json:
    phone.wrote_at = world.clock.now()
    found = phone.option(press.option)
    if press.data is None and found is None:
        raise NotOnThisChannel(f"No button {press.option!r} was sent to {phone.id}")
    if press.data is None and found is not None and found[1].answers == "text":
        return {"type": "message", "message": _message(world, book, account, phone, do.Text(found[1].id))}
    data = press.data if press.data is not None else found[1].id if found is not None else press.option
    label = found[1].label if found is not None else press.option
    account.keep(phone.id, "customer", "press", label, id=world.ids.digits(18), raw={"data": data})
    return {
        "type": "postback",
        "postback": {"data": data} | ({"params": press.params} if press.params else {}),
    }
