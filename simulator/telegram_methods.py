"""The Bot API's methods as functions of a bot and parameters: checks, effects, results. No HTTP here."""

from collections.abc import Callable
from typing import Any

import msgspec

from simulator.accounts import Media
from simulator.kept import Option
from simulator.telegram_bots import NOT_BY_DEFAULT, Bot, Json, chat, described, extension, keep_file
from simulator.telegram_text import CannotParse, parse
from simulator.world import World

Uploads = dict[str, Media]


class TelegramError(Exception):
    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters or {}


class Request(msgspec.Struct, frozen=True):
    """One call. `sent` is the file parameter of the method when it was uploaded."""

    bot: Bot
    world: World
    method: str
    params: Json
    uploads: Uploads

    def whole(self, name: str) -> int:
        try:
            return int(self.params[name])
        except (KeyError, TypeError, ValueError):
            raise TelegramError(400, f"Bad Request: parameter {name} is required") from None

    def text(self, name: str) -> str:
        value = self.params.get(name)
        return "" if value is None else str(value)


def call(request: Request) -> Any:
    """Raises TelegramError. Methods that need no look-alike answer true."""
    kind = SENDS.get(request.method.lower())
    if kind is not None:
        return _send(request, _CONTENT.get(kind, _file)(request, kind))
    work = _METHODS.get(request.method.lower())
    if work is None:
        raise TelegramError(404, "Not Found")
    return work(request)


SENDS = {
    "sendmessage": "text",
    "sendphoto": "photo",
    "sendaudio": "audio",
    "sendvoice": "voice",
    "sendvideo": "video",
    "sendvideonote": "video_note",
    "senddocument": "document",
    "sendanimation": "animation",
    "sendsticker": "sticker",
    "sendlocation": "location",
    "sendvenue": "venue",
    "sendcontact": "contact",
}
_KEPT_AS = {"photo": "image", "document": "file", "venue": "location", "video_note": "video"}


def _formatted(request: Request, name: str, most: int, entities_name: str) -> Json:
    try:
        text, entities = parse(request.text(name), request.params.get("parse_mode"))
    except CannotParse as wrong:
        raise TelegramError(400, f"Bad Request: can't parse entities: {wrong}") from None
    if len(text.encode("utf-16-le")) // 2 > most:
        long = "message is too long" if name == "text" else "message caption is too long"
        raise TelegramError(400, f"Bad Request: {long}")
    entities = request.params.get(entities_name) or entities
    return {name: text} | ({entities_name: entities} if entities else {}) if text else {}


def _text(request: Request, kind: str) -> Json:
    content = _formatted(request, "text", 4096, "entities")
    if not content.get("text", "").strip():
        raise TelegramError(400, "Bad Request: message text is empty")
    return content


def _file(request: Request, kind: str) -> Json:
    content = described(request.bot.account, kind, _file_id(request, request.params.get(kind), kind))
    return content | _formatted(request, "caption", 1024, "caption_entities")


def _file_id(request: Request, given: Any, name: str) -> str:
    """Of an upload, a known file_id or a URL. What is behind a URL is not fetched."""
    account, text = request.bot.account, str(given or "")
    upload = request.uploads.get(text.removeprefix("attach://") if text.startswith("attach://") else name)
    if upload is not None:
        return keep_file(request.world, account, upload.data, upload.mime, upload.name)
    if text in account.media:
        return text
    if text.startswith(("http://", "https://")):
        return keep_file(request.world, account, text.encode(), "application/octet-stream", text.rsplit("/", 1)[1])
    if not text:
        raise TelegramError(400, f"Bad Request: there is no {name} in the request")
    raise TelegramError(400, "Bad Request: wrong file identifier/HTTP URL specified")


def _location(request: Request, kind: str) -> Json:
    try:
        place = {name: float(request.params[name]) for name in ("latitude", "longitude")}
    except (KeyError, TypeError, ValueError):
        raise TelegramError(400, "Bad Request: wrong latitude or longitude") from None
    if kind == "location":
        return {"location": place}
    venue = {"location": place, "title": request.text("title"), "address": request.text("address")}
    return {"location": place, "venue": venue}


def _contact(request: Request, kind: str) -> Json:
    if not request.text("phone_number") or not request.text("first_name"):
        raise TelegramError(400, "Bad Request: phone number and first name are needed")
    return {"contact": {name: request.text(name) for name in ("phone_number", "first_name")}}


_CONTENT: dict[str, Callable[[Request, str], Json]] = {
    "text": _text,
    "location": _location,
    "venue": _location,
    "contact": _contact,
}


def _recipient(request: Request) -> str:
    account, id = request.bot.account, request.text("chat_id")
    if id in account.groups:
        return id
    phone = account.phones.get(id)
    if phone is None:
        raise TelegramError(400, "Bad Request: chat not found")
    if phone.blocked:
        raise TelegramError(403, "Forbidden: bot was blocked by the user")
    if phone.wrote_at is None:
        raise TelegramError(403, "Forbidden: bot can't initiate conversation with a user")
    return id


def _send(request: Request, content: Json, group: str | None = None) -> Json:
    bot, to = request.bot, _recipient(request)
    options = _options(request.params.get("reply_markup"))
    message: Json = {
        "message_id": bot.message_id(),
        "date": request.world.clock.now() // 1000,
        "chat": chat(bot.account, to),
        "from": bot.myself(),
    }
    message |= content | ({"media_group_id": group} if group else {})
    markup = request.params.get("reply_markup")
    if isinstance(markup, dict) and "inline_keyboard" in markup:
        message["reply_markup"] = markup
    reply = request.params.get("reply_parameters")
    quoted = reply.get("message_id") if isinstance(reply, dict) else request.params.get("reply_to_message_id")
    if quoted is not None and int(quoted) in bot.messages:
        message["reply_to_message"] = bot.messages[int(quoted)]
    bot.messages[message["message_id"]] = message
    _keep(request, to, message, options, str(quoted) if quoted is not None else None)
    return message


def _keep(request: Request, to: str, message: Json, options: tuple[Option, ...], quoted: str | None) -> None:
    kind = SENDS.get(request.method.lower()) or next(
        name for name in ("photo", "video", "audio", "document") if name in message
    )
    text = message.get("text") or message.get("caption") or _words(message)
    request.bot.account.keep(
        to,
        "business",
        _KEPT_AS.get(kind, kind),
        text,
        id=str(message["message_id"]),
        via=request.method,
        options=options,
        reply_to=quoted,
        raw=request.params,
    )


def _words(message: Json) -> str:
    if "venue" in message:
        return f"{message['venue']['title']}, {message['venue']['address']}"
    if "contact" in message:
        return f"{message['contact']['first_name']} {message['contact']['phone_number']}"
    return ""


def _options(markup: Any) -> tuple[Option, ...]:
    """Raises TelegramError for a keyboard Telegram would refuse."""
    if not isinstance(markup, dict):
        return ()
    if "keyboard" in markup:
        buttons = [button for row in markup["keyboard"] for button in row]
        labels = [button["text"] if isinstance(button, dict) else str(button) for button in buttons]
        return tuple(Option(label, label, "text") for label in labels)
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    if len(buttons) > 100:
        raise TelegramError(400, "Bad Request: reply markup is too long")
    return tuple(_inline(button) for button in buttons)


def _inline(button: Json) -> Option:
    label = str(button.get("text", ""))
    if not label:
        raise TelegramError(400, "Bad Request: text buttons are unallowed in the inline keyboard")
    if "url" in button:
        return Option(str(button["url"]), label, "link")
    data = str(button.get("callback_data", ""))
    if not 1 <= len(data.encode()) <= 64:
        raise TelegramError(400, "Bad Request: BUTTON_DATA_INVALID")
    return Option(data, label, "postback")


def _media_group(request: Request) -> list[Json]:
    media = request.params.get("media")
    if not isinstance(media, list) or not 2 <= len(media) <= 10:
        raise TelegramError(400, "Bad Request: wrong number of messages in the album: 2-10 are allowed")
    group = request.world.ids.digits(17)
    sent = []
    for item in media:
        content = described(request.bot.account, item["type"], _file_id(request, item.get("media"), item["type"]))
        if item.get("caption"):
            content["caption"] = item["caption"]
        sent.append(_send(request, content, group))
    return sent


def _chat_action(request: Request) -> bool:
    request.bot.account.keep(
        _recipient(request), "business", "typing", request.text("action"), id="", via="sendChatAction"
    )
    return True


def _answer_callback(request: Request) -> bool:
    id, account = request.text("callback_query_id"), request.bot.account
    pressed = account.mailbox.find(id)
    if id not in request.bot.callbacks or pressed is None:
        raise TelegramError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    if len(request.text("text")) > 200:
        raise TelegramError(400, "Bad Request: MESSAGE_TOO_LONG")
    request.bot.callbacks.discard(id)
    account.keep(
        pressed.customer,
        "business",
        "callback_answer",
        request.text("text"),
        id=id,
        via=request.method,
        raw=request.params,
    )
    return True


def _own_message(request: Request, verb: str) -> Json:
    message = request.bot.messages.get(request.whole("message_id"))
    if message is None or str(message["chat"]["id"]) != request.text("chat_id"):
        raise TelegramError(400, f"Bad Request: message to {verb} not found")
    if verb == "edit" and not message["from"]["is_bot"]:
        raise TelegramError(400, "Bad Request: message can't be edited")
    return message


def _edit(request: Request) -> Json:
    message = _own_message(request, "edit")
    changed = {k: v for k, v in message.items() if k not in ("reply_markup", "edit_date", "entities")}
    if request.method.lower() == "editmessagetext":
        changed |= _text(request, "text")
    elif request.method.lower() == "editmessagecaption":
        changed |= _formatted(request, "caption", 1024, "caption_entities")
    options = _options(markup := request.params.get("reply_markup"))
    if isinstance(markup, dict) and markup.get("inline_keyboard"):
        changed["reply_markup"] = markup
    compared = {k: v for k, v in message.items() if k not in ("edit_date", "entities")}
    if {k: v for k, v in changed.items() if k != "entities"} == compared:
        raise TelegramError(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly"
            " the same as a current content and reply markup of the message",
        )
    changed["edit_date"] = request.world.clock.now() // 1000
    request.bot.messages[message["message_id"]] = changed
    text = changed.get("text") or changed.get("caption") or ""
    request.bot.account.keep(
        request.text("chat_id"),
        "business",
        "edit",
        text,
        id=str(message["message_id"]),
        via=request.method,
        options=options,
        raw=request.params,
    )
    return changed


def _delete(request: Request) -> bool:
    message = _own_message(request, "delete")
    del request.bot.messages[message["message_id"]]
    request.bot.account.keep(
        request.text("chat_id"), "business", "delete", "", id=str(message["message_id"]), via=request.method
    )
    return True


def _react(request: Request) -> bool:
    message = _own_message(request, "react")
    emoji = "".join(str(reaction.get("emoji", "")) for reaction in request.params.get("reaction") or [])
    id = str(message["message_id"])
    request.bot.account.keep(request.text("chat_id"), "business", "reaction", emoji, id=id, via=request.method)
    return True


def _get_file(request: Request) -> Json:
    file_id = request.text("file_id")
    media = request.bot.account.media.get(file_id)
    if media is None:
        raise TelegramError(400, "Bad Request: invalid file_id")
    if len(media.data) > 20 * 1024 * 1024:
        raise TelegramError(400, "Bad Request: file is too big")
    path = f"files/{file_id}.{extension(media.mime)}"
    return {
        "file_id": file_id,
        "file_unique_id": file_id[-16:],
        "file_size": len(media.data),
        "file_path": path,
    }


def _set_webhook(request: Request) -> bool:
    bot, url = request.bot, request.text("url")
    if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise TelegramError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    bot.account.webhook_url = url or None
    bot.secret = request.text("secret_token")
    allowed = request.params.get("allowed_updates")
    bot.allowed = frozenset(allowed) if allowed else None
    bot.excluded = frozenset() if allowed else NOT_BY_DEFAULT
    bot.max_connections = int(request.params.get("max_connections") or 40)
    return True


def _delete_webhook(request: Request) -> bool:
    request.bot.account.webhook_url = None
    return True


def _webhook_info(request: Request) -> Json:
    bot = request.bot
    waiting = [d for d in bot.account.deliveries if not d.returned.is_set()]
    info: Json = {
        "url": bot.account.webhook_url or "",
        "has_custom_certificate": False,
        "pending_update_count": len(waiting),
        "max_connections": bot.max_connections,
    }
    if bot.allowed is not None:
        info["allowed_updates"] = sorted(bot.allowed)
    if bot.last_error is not None:
        info["last_error_date"], info["last_error_message"] = bot.last_error
    return info


def _get_me(request: Request) -> Json:
    may = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }
    return request.bot.myself() | may


def _get_chat(request: Request) -> Json:
    limits = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}
    return chat(request.bot.account, _recipient(request)) | limits


def _yes(request: Request) -> bool:
    return True


_NO_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}
_METHODS: dict[str, Callable[[Request], Any]] = {
    "getme": _get_me,
    "getchat": _get_chat,
    "getfile": _get_file,
    "getwebhookinfo": _webhook_info,
    "setwebhook": _set_webhook,
    "deletewebhook": _delete_webhook,
    "sendmediagroup": _media_group,
    "sendchataction": _chat_action,
    "answercallbackquery": _answer_callback,
    "editmessagetext": _edit,
    "editmessagecaption": _edit,
    "editmessagereplymarkup": _edit,
    "deletemessage": _delete,
    "setmessagereaction": _react,
    "setmycommands": _yes,
    "deletemycommands": _yes,
}
