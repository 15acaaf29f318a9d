"""Bots as others see them: what each kind is set up with, what an outside bot is sent and answers (docs/bots.md)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Protocol
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from api.contents import OptionIn, Sendable, Shown, said
from api.documents import BotKind
from api.times import Time
from core import command as c
from core.channel import Secret
from core.faq import KNOWN, NEAR, Entry, Threshold, validate_entries
from core.language import normal
from core.message import Option
from core.routes import Handed

MOST_MESSAGES = 10
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Note = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=r"\S")]


class FaqSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`language` is the one to answer in when the customer's is missing. A message as alike to a question as `sure` is
    answered, as `near` is offered as a button; `helpful` asks whether an answer was."""

    questions: tuple[Entry, ...] = ()
    language: str = "en"
    helpful: bool = True
    sure: Threshold = KNOWN
    near: Threshold = NEAR


class WebhookSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`secret` signs what is sent to `url`, and what the bot says later."""

    url: str
    secret: Secret


class RasaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url` is the server's (https://bot.example), `channel` the name of its REST channel, `token` what it was started
    with as --auth-token, if it was."""

    url: str
    channel: Annotated[str, Meta(pattern="^[A-Za-z0-9_.-]{1,64}$")] = "rest"
    token: Secret | None = None


class Kind(Protocol):
    """What is set up with settings of its own, some of them secret."""

    Settings: ClassVar[type[msgspec.Struct]]


class Faq:
    Settings: ClassVar[type[msgspec.Struct]] = FaqSettings


class Webhook:
    Settings: ClassVar[type[msgspec.Struct]] = WebhookSettings


class Rasa:
    Settings: ClassVar[type[msgspec.Struct]] = RasaSettings


KINDS: Mapping[BotKind, type[Kind]] = MappingProxyType({"faq": Faq, "webhook": Webhook, "rasa": Rasa})


def validate_bot(settings: Mapping[str, Any], typed: msgspec.Struct) -> list[tuple[str, str]]:
    """What the shape of a kind's settings does not say."""
    problems: list[tuple[str, str]] = []
    if isinstance(typed, FaqSettings):
        problems += validate_entries(typed.questions)
        if normal(typed.language) is None:
            problems.append(("settings.language", f'"{typed.language}" is not a language tag such as en or zh-Hant.'))
        if typed.near > typed.sure:
            problems.append(("settings.near", "This is more than `sure`: nothing would ever be offered."))
    elif not _is_address(str(settings.get("url", ""))):
        problems.append(("settings.url", "This wants an address such as https://bot.example/frontdesk."))
    if isinstance(typed, WebhookSettings) and len(typed.secret) < 16:
        problems.append(("settings.secret", "A secret needs at least 16 characters."))
    return problems


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


# --- what a bot answers -------------------------------------------------------------------------------------------


class WishIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    group: Name | None = None
    agent: Name | None = None
    note: Note | None = None


class ReplyIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a bot says. `suggestions` are offered as buttons instead of an answer; `unknown`: it has none; `helpful`:
    the customer is asked whether it helped; `handover`: people are to go on; `end`: the chat is over."""

    messages: Annotated[tuple[Sendable, ...], Meta(max_length=MOST_MESSAGES)] = ()
    suggestions: Annotated[tuple[OptionIn, ...], Meta(max_length=10)] = ()
    unknown: bool = False
    helpful: bool = False
    handover: WishIn | None = None
    end: bool = False


class LaterIn(ReplyIn, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same, said by the bot itself. `client_id`: repeating it repeats the first answer."""

    client_id: Annotated[str, Meta(min_length=1, max_length=200)]


def says(reply: ReplyIn, *, session: str, bot: str, client_id: str, seq: int | None = None) -> c.BotSays:
    wish = reply.handover
    return c.BotSays(
        session=session,
        bot=bot,
        client_id=client_id,
        seq=seq,
        contents=tuple(map(said, reply.messages)),
        suggestions=tuple(Option(option.id, option.label) for option in reply.suggestions),
        unknown=reply.unknown,
        helpful=reply.helpful,
        handover=None if wish is None else Handed(wish.group, wish.agent, wish.note),
        end=reply.end,
    )


# --- what a bot is sent -------------------------------------------------------------------------------------------


class AskedCustomer(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str | None
    language: str | None
    partner_id: str | None
    vip: bool
    tags: tuple[str, ...]
    params: dict[str, str]


class AskedSession(msgspec.Struct, frozen=True, kw_only=True):
    """`phase` is "bot", or "queued" where the bot goes on while the customer waits for people."""

    id: str
    number: int
    phase: str
    language: str
    group: str | None
    channel: str
    channel_name: str
    customer: AskedCustomer


class AskedMessage(msgspec.Struct, frozen=True, kw_only=True):
    seq: int
    at: Time
    text: str
    content: Shown


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is the same at every attempt. `test`: an admin tries the bot, and there is no such session."""

    id: str
    bot: str
    at: Time
    session: AskedSession
    message: AskedMessage
    reply_url: str
    test: bool = False
