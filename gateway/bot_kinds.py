"""How each kind of bot is asked: our own questions and answers, a signed webhook, Rasa's REST channel.

Each takes a question and gives what the bot says, or None if it will say it later; raises `DeliveryError`.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from api.bots import (
    MOST_MESSAGES,
    Asked,
    AskedCustomer,
    AskedMessage,
    AskedSession,
    FaqSettings,
    RasaSettings,
    ReplyIn,
    WebhookSettings,
    WishIn,
)
from api.contents import ChoiceIn, FileIn, ImageIn, OptionIn, Sendable, TextIn, shown
from api.fields import Wrong, typed
from api.signing import signed
from api.times import iso
from core.channel import Answer, Wire
from core.errors import Rejected, Throttled, Unreachable
from core.faq import Faq
from core.message import Chosen, Media, Message, plain
from core.ports.reading import SessionRow

MOST_BUTTONS, LONGEST_ID = 50, 200


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's message to a bot, files with an address that works outside. `test`: an admin tries the bot."""

    id: str
    bot: str
    row: SessionRow
    message: Message
    channel_name: str
    reply_url: str
    now: int
    test: bool = False

    @property
    def language(self) -> str:
        return self.row.session.language


# --- our own --------------------------------------------------------------------------------------------------------


def ask_faq(faq: Faq, settings: FaqSettings, question: Question) -> ReplyIn:
    content = question.message.content
    pressed = faq.pressed(content.id, question.language) if isinstance(content, Chosen) else None
    found = pressed or faq.answer(plain(content), question.language)
    match found.verdict:
        case "known":
            return ReplyIn(messages=(TextIn(found.text),), helpful=settings.helpful)
        case "near":
            return ReplyIn(suggestions=tuple(OptionIn(each.id, each.label[:200]) for each in found.suggestions))
        case "unknown":
            return ReplyIn(unknown=True)


# --- a signed webhook -----------------------------------------------------------------------------------------------


async def ask_webhook(settings: WebhookSettings, question: Question, wire: Wire, seconds: float) -> ReplyIn | None:
    """200 with what it says; 202 or 204: it will say it later, by the API."""
    body = msgspec.json.encode(_asked(question))
    headers = signed(settings.secret, body, id=question.id, now=question.now)
    answer = await wire.call("POST", settings.url, headers, body, timeout=seconds)
    _refuse(answer)
    if answer.status in (202, 204):
        return None
    try:
        return typed(msgspec.json.decode(answer.body), ReplyIn)
    except Wrong as error:
        raise Rejected("answer", f"The bot's answer is wrong at {error.field}: {error.message}"[:300]) from None
    except (ValueError, RecursionError) as error:
        raise Rejected("answer", "The bot's answer is no JSON.") from error


def _asked(question: Question) -> Asked:
    row, message, customer = question.row, question.message, question.row.customer
    return Asked(
        id=question.id,
        bot=question.bot,
        at=iso(question.now),
        session=AskedSession(
            id=row.session.id,
            number=row.session.number,
            phase=row.session.phase,
            language=row.session.language,
            group=row.session.group,
            channel=row.channel,
            channel_name=question.channel_name,
            customer=AskedCustomer(
                id=customer.id,
                name=customer.name,
                language=customer.language,
                partner_id=customer.partner_id,
                vip=customer.vip,
                tags=customer.tags,
                params=customer.params,
            ),
        ),
        message=AskedMessage(
            seq=message.seq, at=iso(message.at), text=plain(message.content), content=shown(message.content)
        ),
        reply_url=question.reply_url,
        test=question.test,
    )


def _refuse(answer: Answer) -> None:
    """What is worth another attempt, and what is not."""
    if answer.status == 429:
        after = answer.headers.get("retry-after", "")
        raise Throttled("429", "The bot is asked too much.", float(after) if after.isdecimal() else 1.0)
    if answer.status >= 500:
        raise Unreachable(str(answer.status), f"The bot answered HTTP {answer.status}.")
    if answer.status not in (200, 202, 204):
        raise Rejected(str(answer.status), f"The bot answered HTTP {answer.status}.")


# --- Rasa -----------------------------------------------------------------------------------------------------------


class _Button(msgspec.Struct, frozen=True):
    title: str
    payload: str | None = None


class _Utterance(msgspec.Struct, frozen=True):
    """One message as Rasa's REST channel collects them (its CollectingOutputChannel); what is not set is left out."""

    recipient_id: str | None = None
    text: str | None = None
    image: str | None = None
    buttons: list[_Button] | None = None
    attachment: Any = None
    custom: Any = None


async def ask_rasa(settings: RasaSettings, question: Question, wire: Wire, seconds: float) -> ReplyIn:
    """`POST /webhooks/rest/webhook` with `sender` and `message`; the answer is a list of messages."""
    token = f"?token={quote(settings.token, safe='')}" if settings.token else ""
    url = f"{settings.url.rstrip('/')}/webhooks/{settings.channel}/webhook{token}"
    body = msgspec.json.encode(
        {
            "sender": question.row.session.id,
            "message": _words(question.message),
            "metadata": msgspec.to_builtins(_asked(question).session),
        }
    )
    answer = await wire.call("POST", url, {"Content-Type": "application/json"}, body, timeout=seconds)
    _refuse(answer)
    try:
        found = msgspec.json.decode(answer.body or b"[]", type=list[_Utterance])
    except (ValueError, RecursionError) as error:
        raise Rejected("answer", "The bot's answer is not what Rasa's REST channel sends.") from error
    return _reply(found)


def _words(message: Message) -> str:
    """What Rasa reads: the payload of a pressed button, the address of a file."""
    content = message.content
    if isinstance(content, Chosen):
        return content.id
    if isinstance(content, Media) and content.url:
        return " ".join(part for part in (content.caption, content.url) if part)
    return plain(content)


def _reply(utterances: Sequence[_Utterance]) -> ReplyIn:
    """Nothing said is no answer. A `custom` payload may ask for a hand-over, as docs/bots.md tells."""
    messages = [content for each in utterances for content in _contents(each)]
    custom = [each.custom for each in utterances if isinstance(each.custom, Mapping)]
    wish = next((found for each in custom if (found := _wish(each)) is not None), None)
    if not messages and wish is None and any(each.custom is not None for each in utterances):
        raise Rejected("custom", "The bot answered with a payload of its own that cannot be shown.")
    return ReplyIn(
        messages=tuple(messages[:MOST_MESSAGES]),
        unknown=(not messages and wish is None) or any(each.get("unknown") is True for each in custom),
        handover=wish,
        end=any(each.get("end") is True for each in custom),
    )


def _contents(said: _Utterance) -> list[Sendable]:
    found: list[Sendable] = []
    if said.buttons:
        options = [OptionIn((each.payload or each.title)[:LONGEST_ID], each.title[:200]) for each in said.buttons]
        named = tuple(option for option in options if option.id and option.label)[:MOST_BUTTONS]
        found.append(ChoiceIn(said.text or "…", named) if named else TextIn(said.text or "…"))
    elif said.text and said.text.strip():
        found.append(TextIn(said.text))
    if said.image:
        found.append(ImageIn(url=said.image, mime=_mime(said.image, "image/jpeg")))
    if address := _attached(said.attachment):
        found.append(FileIn(url=address, mime=_mime(address, "application/octet-stream"), name=_file(address)))
    return found


def _wish(custom: Mapping[str, Any]) -> WishIn | None:
    wanted = custom.get("handover")
    if wanted is True:
        return WishIn()
    if not isinstance(wanted, Mapping):
        return None
    try:
        return typed(dict(wanted), WishIn)
    except Wrong:
        return WishIn()  # people are wanted, whatever else was meant


def _attached(attachment: Any) -> str | None:
    """An address, or a template of one as Rasa's own examples send it."""
    if isinstance(attachment, Mapping):
        payload = attachment.get("payload")
        inner = payload if isinstance(payload, Mapping) else attachment
        attachment = inner.get("src") or inner.get("url")
    return attachment if isinstance(attachment, str) and urlsplit(attachment).scheme in ("http", "https") else None


_MIMES: Mapping[str, str] = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    "pdf": "application/pdf", "mp4": "video/mp4", "mp3": "audio/mpeg", "txt": "text/plain",
}  # fmt: skip


def _mime(address: str, otherwise: str) -> str:
    return _MIMES.get(_file(address).rpartition(".")[2].lower(), otherwise)


def _file(address: str) -> str:
    return urlsplit(address).path.rpartition("/")[2][:200] or "file"
