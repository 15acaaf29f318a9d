"""python-telegram-bot over our wire: its `Bot` builds the calls and names the failures, the wire carries them.

Imports telegram, so it is itself imported only by a `Telegram` that exists.
"""

import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

import msgspec
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, ReplyParameters, Sticker
from telegram._utils.types import ODVInput
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, TelegramError
from telegram.request import BaseRequest, RequestData

from connectors._answers import raise_if_later, read_answer, retry_after
from core import message as said
from core.channel import Answer, Part, Wire
from core.errors import DeliveryError, Rejected, Throttled, Uncertain

T = TypeVar("T")

_DATA_BYTES = 64
_UNDERSTOOD = frozenset({400, 401, 403, 404, 409})  # statuses that PTB has an exception for


class Moved(Rejected):
    """The chat has another id now; nothing was sent."""

    def __init__(self, address: str) -> None:
        super().__init__("moved", "the chat has moved to another id")
        self.address = address


class _Chat(msgspec.Struct, frozen=True):
    id: int = 0
    type: str = "private"


class _Sent(msgspec.Struct, frozen=True):
    message_id: int = 0
    date: int = 0
    chat: _Chat = _Chat()


class _Taken(msgspec.Struct, frozen=True):
    ok: bool
    result: msgspec.Raw


class _Hints(msgspec.Struct, frozen=True):
    retry_after: float | None = None


class _Refusal(msgspec.Struct, frozen=True):
    description: str = ""
    parameters: _Hints = _Hints()


_TAKEN = msgspec.json.Decoder(_Taken)
_SENT = msgspec.json.Decoder(_Sent)
_REFUSAL = msgspec.json.Decoder(_Refusal)


class WireRequest(BaseRequest):
    """PTB's way to the network, which is ours. Nothing is uploaded: media go by address."""

    __slots__ = ("_wire",)

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        """The wire is already there."""

    async def shutdown(self) -> None:
        """The wire is not ours to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        if request_data is not None and request_data.contains_files:
            raise Rejected("upload", "a name of a file on this machine cannot be sent")
        body = msgspec.json.encode(request_data.parameters) if request_data else b"{}"
        answer = await self._wire.call(method, url, {"Content-Type": "application/json"}, body)
        if 200 <= answer.status < 300:
            return answer.status, _taken(answer, is_message="/send" in url and not url.endswith("/sendChatAction"))
        return answer.status, _refused(answer)


def _taken(answer: Answer, is_message: bool) -> bytes:
    """Of a sent message only what is read here: a shape PTB does not know must not make a sent one look unsent."""
    taken = read_answer(_TAKEN, answer.body)
    if taken is None or not taken.ok:
        raise Uncertain("unreadable", "Telegram's answer cannot be read")
    if not is_message:
        return answer.body
    sent = read_answer(_SENT, bytes(taken.result)) or _Sent()
    return msgspec.json.encode({"ok": True, "result": sent})


def _refused(answer: Answer) -> bytes:
    """The body that PTB makes its exception of; raises for what it has none for."""
    refusal = read_answer(_REFUSAL, answer.body)
    wait = refusal.parameters.retry_after if refusal else None
    if answer.status == 429 or wait:
        after = min(wait or retry_after(answer), 3600.0)
        raise Throttled("429", "Telegram asks to send more slowly", after)
    raise_if_later(answer)
    if answer.status not in _UNDERSTOOD:
        raise Rejected(str(answer.status), refusal.description[:300] if refusal else f"HTTP status {answer.status}")
    return answer.body if refusal else b"{}"


def make_bot(token: str, base: str, wire: Wire) -> Bot:
    """A bot whose every call goes over `wire`. Its own loggers would write the token at debug level."""
    logging.getLogger("telegram").setLevel(logging.WARNING)
    request = WireRequest(wire)
    return Bot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=request,
        get_updates_request=request,
    )


async def told(call: Coroutine[Any, Any, T]) -> T:
    """The result of one of the bot's calls; every failure as one of ours, what the wire raised unchanged."""
    failure: BaseException
    try:
        return await call
    except TelegramError as error:
        # PTB wraps what it does not know, and that is what the wire raised
        failure = _failure(error) if isinstance(error.__cause__, TelegramError | None) else error.__cause__
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:  # PTB's models meet a shape they do not know
        failure = Rejected("unreadable", f"Telegram's answer is not what it documents ({type(error).__name__})")
    raise failure  # outside of the handlers: PTB's exceptions may quote the request


def _failure(error: TelegramError) -> DeliveryError:
    words = error.message[:300]
    match error:
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden() if "blocked" in words.lower():
            return Rejected("blocked", "the customer has blocked the bot")
        case Forbidden():
            return Rejected("forbidden", words)
        case InvalidToken():
            return Rejected("credentials", "Telegram does not accept the bot token")
        case Conflict():
            return Rejected("409", words)
        case BadRequest():
            return Rejected("400", words)
        case _:
            return Rejected("telegram", words)


async def send(bot: Bot, address: str, part: Part) -> str | None:
    """The id of the sent message; None if Telegram took it without naming one."""
    message = await told(_call(bot, _chat(address), part))
    return str(message.message_id) if message.message_id else None


def _chat(address: str) -> int | str:
    return int(address) if address.lstrip("-").isdecimal() else address


def _call(bot: Bot, chat: int | str, part: Part) -> Coroutine[Any, Any, Message]:
    content, quote = part.content, _quote(part.quote)
    match content:
        case said.Text(text=text):
            return bot.send_message(chat, text, reply_parameters=quote)
        case said.Choice(text=text):
            return bot.send_message(chat, text, reply_parameters=quote, reply_markup=_keyboard(content))
        case said.Image(caption=caption):
            return bot.send_photo(chat, _address(content), caption=caption, reply_parameters=quote)
        case said.Audio(caption=caption):
            return bot.send_audio(chat, _address(content), caption=caption, reply_parameters=quote)
        case said.Video(caption=caption):
            return bot.send_video(chat, _address(content), caption=caption, reply_parameters=quote)
        case said.File(caption=caption):
            return bot.send_document(chat, _address(content), caption=caption, reply_parameters=quote)
        case said.Location():
            return _place(bot, chat, content, quote)
        case said.Contact(name=name, phones=phones) if phones:
            return bot.send_contact(chat, phones[0], name, reply_parameters=quote)
        case said.Sticker(provider_ref=ref):
            return bot.send_sticker(chat, _sticker(ref), reply_parameters=quote)
        case other:
            raise Rejected("unsupported", f"Telegram cannot carry this {said.kind_of(other)}")


def _place(
    bot: Bot, chat: int | str, place: said.Location, quote: ReplyParameters | None
) -> Coroutine[Any, Any, Message]:
    """A venue needs both title and address."""
    at = (place.latitude, place.longitude)
    title, address = place.title or place.address, place.address or place.title
    if title and address:
        return bot.send_venue(chat, *at, title=title, address=address, reply_parameters=quote)
    return bot.send_location(chat, *at, reply_parameters=quote)


def _quote(quote: str | None) -> ReplyParameters | None:
    if quote is None or not quote.isdecimal():
        return None
    return ReplyParameters(int(quote), allow_sending_without_reply=True)


def _keyboard(choice: said.Choice) -> InlineKeyboardMarkup:
    """One button a row: labels are sentences more often than words."""
    if long := next((each.id for each in choice.options if len(each.id.encode()) > _DATA_BYTES), None):
        raise Rejected("invalid", f"an option's id has more than {_DATA_BYTES} bytes: {long[:80]}")
    return InlineKeyboardMarkup([[InlineKeyboardButton(each.label, callback_data=each.id)] for each in choice.options])


def _address(media: said.Media) -> str:
    """PTB reads and uploads a string that happens to name a local file: only addresses get there."""
    if media.url is None or not media.url.startswith(("https://", "http://")):
        raise Rejected("media", "media go to Telegram by an http address")
    return media.url


def _sticker(ref: str) -> Sticker:
    """As an object, not as a string, for the same reason; only `file_id` is sent."""
    return Sticker(ref, ref, 1, 1, is_animated=False, is_video=False, type=Sticker.REGULAR)
