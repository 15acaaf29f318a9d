"""Telegram's updates: what happened on a phone, as the Bot API tells a bot. Builds only, sends nothing."""

from typing import Any, assert_never

from simulator import actions as do
from simulator.accounts import Phone
from simulator.actions import Action, NotOnThisChannel
from simulator.telegram_bots import Bot, Json, chat_with, described, group_chat, keep_file, user
from simulator.telegram_text import commands
from simulator.world import World

FILES = {
    "image": "photo",
    "audio": "audio",
    "voice": "voice",
    "video": "video",
    "file": "document",
    "animation": "animation",
}


def update(world: World, bot: Bot, phone: Phone, action: Action) -> tuple[str, Json, str]:
    """Kind of the update, its content, and the queue it waits in. Messages of a chat share one queue, reactions and
    membership have others and may overtake. Raises NotOnThisChannel."""
    match action:
        case do.Press():
            return _pressed(world, bot, phone, action)
        case do.React():
            return "message_reaction", _reaction(world, bot, phone, action), f"reaction:{phone.id}"
        case do.Unfollow():
            phone.blocked = True
            return "my_chat_member", _membership(world, bot, phone, "member", "kicked"), f"member:{phone.id}"
        case do.Edit():
            message = bot.messages.get(int(action.message))
            if message is None:
                raise NotOnThisChannel(f"No message {action.message} to edit")
            changed = message | {"text": action.text, "edit_date": world.clock.now() // 1000}
            bot.messages[message["message_id"]] = changed
            bot.account.keep(phone.id, "customer", "edit", action.text, id=action.message, raw=changed)
            return "edited_message", changed, str(message["chat"]["id"])
        case do.Unsend() | do.Read():
            raise NotOnThisChannel(f"Telegram tells bots nothing of: {type(action).__name__.lower()}")
        case do.Follow():
            phone.blocked = False
            return _said(world, bot, phone, do.Text("/start"))
        case do.Text() | do.Media() | do.Location() | do.Sticker() | do.Contact() | do.Unknown():
            return _said(world, bot, phone, action)
        case _:
            assert_never(action)


def _said(
    world: World,
    bot: Bot,
    phone: Phone,
    action: do.Text | do.Media | do.Location | do.Sticker | do.Contact | do.Unknown,
) -> tuple[str, Json, str]:
    group = action.group if isinstance(action, do.Text) else None
    where = chat_with(phone) if group is None else group_chat(group)
    if group is not None:
        bot.account.groups.add(group)
    message: Json = {
        "message_id": bot.message_id(),
        "date": world.clock.now() // 1000,
        "chat": where,
        "from": user(phone),
    }
    message |= _content(world, bot, action)
    bot.messages[message["message_id"]] = message
    phone.wrote_at = world.clock.now()
    kind = action.kind if isinstance(action, do.Media) else type(action).__name__.lower()
    text = message.get("text") or message.get("caption") or ""
    quoted = action.reply_to if isinstance(action, do.Text) else None
    bot.account.keep(phone.id, "customer", kind, text, id=str(message["message_id"]), reply_to=quoted, raw=message)
    return "message", message, str(where["id"])


def _content(
    world: World,
    bot: Bot,
    action: do.Text | do.Media | do.Location | do.Sticker | do.Contact | do.Unknown,
) -> Json:
    match action:
        case do.Text():
            entities = commands(action.text)
            text: Json = {"text": action.text} | ({"entities": entities} if entities else {})
            quoted = bot.messages.get(int(action.reply_to)) if action.reply_to is not None else None
            return text | ({"reply_to_message": quoted} if quoted is not None else {})
        case do.Media():
            file_id = keep_file(world, bot.account, action.data, action.mime, action.name)
            described_file = described(bot.account, FILES[action.kind], file_id)
            captioned = {"caption": action.caption} if action.caption else {}
            return described_file | captioned | ({"media_group_id": action.album} if action.album else {})
        case do.Sticker():
            file_id = keep_file(world, bot.account, action.data, "image/webp", "sticker.webp")
            return described(bot.account, "sticker", file_id)
        case do.Location():
            place = {"latitude": action.latitude, "longitude": action.longitude}
            if action.title is None:
                return {"location": place}
            venue = {"location": place, "title": action.title, "address": action.address or ""}
            return {"location": place, "venue": venue}
        case do.Contact():
            number = action.phones[0] if action.phones else ""
            return {"contact": {"phone_number": number, "first_name": action.name}}
        case do.Unknown():
            return {action.kind: action.content}
        case _:
            assert_never(action)


def _pressed(world: World, bot: Bot, phone: Phone, press: do.Press) -> tuple[str, Json, str]:
    found = phone.option(press.option)
    if found is None and press.data is None:
        raise NotOnThisChannel(f"No button {press.option!r} was sent to {phone.id}")
    if press.data is None and found is not None and found[1].answers == "text":
        return _said(world, bot, phone, do.Text(found[1].id))
    data = press.data if press.data is not None else found[1].id if found is not None else press.option
    label = found[1].label if found is not None else press.option
    id = world.ids.digits(19)
    bot.callbacks.add(id)
    phone.wrote_at = world.clock.now()
    gone: Json = {"message_id": 1, "date": 0, "chat": chat_with(phone)}
    message = bot.messages.get(int(found[0].id), gone) if found is not None else gone
    bot.account.keep(phone.id, "customer", "press", label, id=id, raw={"data": data})
    query = {"id": id, "from": user(phone), "message": message, "chat_instance": phone.id[::-1], "data": data}
    return "callback_query", query, f"callback:{phone.id}"


def _reaction(world: World, bot: Bot, phone: Phone, react: do.React) -> Json:
    key = (phone.id, int(react.message))
    old = bot.reactions.get(key, [])
    new: list[Any] = [{"type": "emoji", "emoji": react.emoji}] if react.emoji else []
    bot.reactions[key] = new
    bot.account.keep(phone.id, "customer", "reaction", react.emoji, id=react.message)
    return {
        "chat": chat_with(phone),
        "message_id": int(react.message),
        "user": user(phone),
        "date": world.clock.now() // 1000,
        "old_reaction": old,
        "new_reaction": new,
    }


def _membership(world: World, bot: Bot, phone: Phone, before: str, after: str) -> Json:
    until = {"until_date": 0} if after == "kicked" else {}
    return {
        "chat": chat_with(phone),
        "from": user(phone),
        "date": world.clock.now() // 1000,
        "old_chat_member": {"status": before, "user": bot.myself()},
        "new_chat_member": {"status": after, "user": bot.myself()} | until,
    }
