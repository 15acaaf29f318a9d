"""Telegram: updates of the Bot API in, its methods out, through python-telegram-bot over our wire.

Limits and traps from CHANNELS.md §1.4, §2.4. Private chats only; groups and channels are counted.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

import msgspec

from connectors._telegram_updates import ALLOWED, read_update
from core.channel import (
    Capabilities,
    Delivery,
    Health,
    HookRequest,
    Inbound,
    MediaLimit,
    Rate,
    Receipt,
    Secret,
    Wire,
)
from core.errors import DeliveryError, Forged, Rejected

if TYPE_CHECKING:
    from telegram import Bot

_MB = 1_000_000
_ANY = ("*",)


class TelegramSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`secret_token` is what setWebhook is given; Telegram sends it back with every update."""

    bot_token: Secret
    secret_token: Secret
    api_base: str = "https://api.telegram.org"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]+:[A-Za-z0-9_-]+", self.bot_token):
            raise ValueError("`bot_token` must look like 123456:ABC-DEF")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", self.secret_token):
            raise ValueError("`secret_token` must be 1 to 256 of A-Z, a-z, 0-9, _ and -")


class Telegram:
    kind: ClassVar[str] = "telegram"
    title: ClassVar[str] = "Telegram"
    Settings: ClassVar[type[msgspec.Struct]] = TelegramSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=4096,
        inbound=frozenset(
            [
                "text",
                "image",
                "audio",
                "video",
                "file",
                "location",
                "sticker",
                "contact",
                "chosen",
                "reaction",
                "unsupported",
            ]
        ),
        outbound=frozenset(["text", "image", "audio", "video", "file", "location", "sticker", "contact", "choice"]),
        options=100,
        option_label=64,
        choice_text=4096,
        media={
            "image": MediaLimit(("image/jpeg", "image/png", "image/webp"), 5 * _MB, 1024),
            "video": MediaLimit(("video/mp4",), 20 * _MB, 1024),
            "audio": MediaLimit(("audio/mpeg", "audio/mp4", "audio/x-m4a"), 20 * _MB, 1024),
            "file": MediaLimit(_ANY, 20 * _MB, 1024),
        },
        typing=True,
        recall=True,
        quotes=True,
        rate=Rate(30, 30),
        rate_per_address=Rate(1, 3),
    )

    def __init__(self, settings: TelegramSettings) -> None:
        from connectors import _telegram_bot

        self._sdk = _telegram_bot
        self._token = str(settings.bot_token)
        self._secret = str(settings.secret_token)
        self._base = settings.api_base.rstrip("/")
        self._made: tuple[Wire, Bot] | None = None

    def verify(self, request: HookRequest) -> None:
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._secret.encode()):
            raise Forged("x-telegram-bot-api-secret-token is missing or wrong")

    def read(self, request: HookRequest) -> Sequence[Inbound]:
        return read_update(request.body)

    async def deliver(self, delivery: Delivery, wire: Wire) -> Receipt:
        """There is no retry key: what is sent again after an unclear end may be there twice."""
        (part,) = delivery.parts
        bot, moved = self._bot(wire), None
        try:
            sent = await self._sdk.send(bot, delivery.address, part)
        except self._sdk.Moved as error:
            moved = error.address
            sent = await self._sdk.send(bot, moved, part)
        return Receipt(message_ids=(sent,) if sent else (), maybe_twice=delivery.uncertain, address=moved)

    async def acknowledge(self, ack: str, wire: Wire) -> None:
        await self._sdk.told(self._bot(wire).answer_callback_query(ack))

    async def typing(self, address: str, read_mark: str | None, wire: Wire) -> None:
        await self._sdk.told(self._bot(wire).send_chat_action(address, "typing"))

    async def recall(self, address: str, message_id: str, wire: Wire) -> None:
        if not message_id.isdecimal():
            raise Rejected("400", "this is no message of Telegram's")
        await self._sdk.told(self._bot(wire).delete_message(address, int(message_id)))

    async def media(self, ref: str, wire: Wire) -> tuple[str, Mapping[str, str]]:
        """The address holds the token: it is for the wire only. PTB's own download may read local files."""
        bot = self._bot(wire)
        path = (await self._sdk.told(bot.get_file(ref))).file_path or ""
        path = path.removeprefix(f"{bot.base_file_url}/")
        if not path or path.startswith("/") or ".." in path.split("/"):
            raise Rejected("media", "Telegram names no file that can be fetched")
        return f"{self._base}/file/bot{self._token}/{quote(path)}", {}

    async def check(self, wire: Wire, webhook_url: str) -> Health:
        bot, facts = self._bot(wire), dict[str, str]()
        try:
            me = await self._sdk.told(bot.get_me())
            facts["bot"] = f"{me.full_name} @{me.username or ''}"
            hook = await self._sdk.told(bot.get_webhook_info())
        except DeliveryError as error:
            return Health(False, error.reason, facts)
        facts |= {"webhook": hook.url or "none", "waiting updates": str(hook.pending_update_count)}
        if hook.last_error_date and hook.last_error_message:
            facts["last error"] = f"{hook.last_error_date.isoformat()} {hook.last_error_message}"
        if hook.url != webhook_url:
            return Health(False, f"Telegram does not send its updates to {webhook_url}", facts)
        if hook.pending_update_count and hook.last_error_message:
            return Health(False, f"updates are stuck at Telegram: {hook.last_error_message}", facts)
        return Health(True, None, facts)

    async def register(self, webhook_url: str, wire: Wire) -> None:
        bot = self._bot(wire)
        await self._sdk.told(bot.set_webhook(webhook_url, secret_token=self._secret, allowed_updates=ALLOWED))

    def _bot(self, wire: Wire) -> "Bot":
        """One for each wire, and there is one wire in a process."""
        if self._made is None or self._made[0] is not wire:
            self._made = (wire, self._sdk.make_bot(self._token, self._base, wire))
        return self._made[1]


connector = Telegram
