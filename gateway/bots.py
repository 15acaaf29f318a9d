"""Bots at work: the errand to ask one, by whatever way its kind is called, and its answer as a command.

One after another for each chat. A bot that cannot be asked is said to be down at once; one that is merely slow is
waited for as long as is set, which is the rules' business (core/bots.py).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter

import msgspec
import structlog

from api.bots import FaqSettings, RasaSettings, ReplyIn, WebhookSettings, says
from api.directory import Directory
from api.documents import BotDoc
from api.rim import Trial
from api.vault import CannotOpen
from core import command as c
from core.channel import Wire
from core.codec import convert
from core.customer import Address, Customer
from core.effect import AskBot
from core.engine import Engine
from core.errors import DeliveryError, Duplicate, Refused, Rejected, Unreachable
from core.faq import Faq
from core.message import Author, Content, Message, Text
from core.ports.clock import Clock
from core.ports.reading import SessionRow, StoredMessage
from core.ports.store import Store
from core.ports.writing import Cause, Leased
from core.session import Session
from gateway.bot_kinds import Question, ask_faq, ask_rasa, ask_webhook
from gateway.bot_typing import Shows, nobody_sees, showing
from gateway.wire import Network

AGAIN_MS = 2_000  # what is left of the time must allow for another attempt, else people are called now
MOST_KEPT = 100  # compiled question lists

log = structlog.get_logger()


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0


class Bots:
    """`public` gives a content's files an address that works outside."""

    def __init__(
        self,
        directory: Directory,
        network: Network,
        store: Store,
        clock: Clock,
        public: Callable[[Content], Content],
        public_url: str,
        shows: Shows = nobody_sees,
    ) -> None:
        self._directory, self._network, self._store, self._clock = directory, network, store, clock
        self._public, self._public_url, self._shows = public, public_url, shows
        self._turns: dict[str, _Turn] = {}
        self._faqs: dict[str, tuple[BotDoc, Faq]] = {}

    async def ask(self, engine: Engine, errand: Leased, effect: AskBot) -> None:
        """Raises `Unreachable` where another attempt is worth its while."""
        async with self._turn(effect.session):
            if self._clock.now() >= effect.until:
                return  # people have been called meanwhile
            async with showing(self._sign_of(effect.bot), effect.session, errand.channel, errand.address):
                command = await self._asked(effect)
        if command is None:
            return
        cause = Cause(effect.session, f"ask:{effect.bot}:{effect.seq}") if isinstance(command, c.BotSays) else None
        try:
            await engine.handle(Address(errand.channel, errand.address), command, cause, aim=effect.session)
        except Duplicate:
            log.debug("bots.answered_already", bot=effect.bot, session=effect.session)
        except Refused as error:
            await self._refused(engine, errand, effect, error)

    def _sign_of(self, bot: str) -> Shows:
        """Our own bot answers at once: there is nothing to bridge."""
        doc = self._directory.bots.get(bot)
        return nobody_sees if doc is None or doc.kind == "faq" else self._shows

    async def _refused(self, engine: Engine, errand: Leased, effect: AskBot, error: Refused) -> None:
        """The chat went on without it, or what it says cannot be sent: then people are to know."""
        log.info("bots.refused", bot=effect.bot, session=effect.session, code=error.code)
        if error.code in ("closed", "not_yours"):
            return
        failed = c.BotFailed(effect.session, effect.bot, effect.seq, f"The bot's answer cannot be sent: {error.reason}")
        try:
            await engine.handle(Address(errand.channel, errand.address), failed, aim=effect.session)
        except Refused as late:
            log.debug("bots.refused", bot=effect.bot, code=late.code)

    async def try_out(self, bot: str, text: str, language: str) -> Trial:
        """What a bot answers to an admin who tries it; raises KeyError."""
        doc = self._directory.bots[bot]
        began = perf_counter()
        try:
            reply = await self._said(doc, self._made_up(doc, text, language), doc.wait_seconds)
        except DeliveryError as error:
            return Trial(False, _ms(began), error.reason, None)
        return Trial(True, _ms(began), None if reply else "The bot will answer later.", reply)

    async def _asked(self, effect: AskBot) -> c.BotSays | c.BotFailed | None:
        """The bot's answer; None if there is nothing to say (now)."""
        doc = self._directory.bots.get(effect.bot)
        row = await self._store.session(effect.session)
        stored = await self._store.message(effect.session, effect.seq)
        if doc is None or row is None or stored is None:
            return c.BotFailed(effect.session, effect.bot, effect.seq, "The bot was removed.")
        left = effect.until - self._clock.now()
        try:
            reply = await self._said(doc, self._question(doc, row, stored, effect.id), max(left, 1) / 1000)
        except DeliveryError as error:
            left = effect.until - self._clock.now()
            if isinstance(error, Unreachable) and left > AGAIN_MS:
                raise
            return c.BotFailed(effect.session, effect.bot, effect.seq, f"The bot does not answer: {error.reason}")
        name = f"{effect.bot}:{effect.seq}"
        if reply is None:
            return None
        return says(reply, session=effect.session, bot=effect.bot, client_id=name, seq=effect.seq)

    async def _said(self, doc: BotDoc, question: Question, seconds: float) -> ReplyIn | None:
        """By the way of its kind; raises `DeliveryError`."""
        try:
            settings = self._directory.opened(doc)
        except CannotOpen as error:
            raise Rejected("sealed", "Its secrets were sealed with a key that is not here: set them again.") from error
        match doc.kind:
            case "faq":
                return await asyncio.to_thread(ask_faq, await self._faq(doc), convert(settings, FaqSettings), question)
            case "webhook":
                return await ask_webhook(convert(settings, WebhookSettings), question, self._wire(), seconds)
            case "rasa":
                return await ask_rasa(convert(settings, RasaSettings), question, self._wire(), seconds)

    async def _faq(self, doc: BotDoc) -> Faq:
        """Compiled once for each version of its questions, off the loop."""
        known = self._faqs.get(doc.id)
        if known is not None and known[0] is doc:
            return known[1]
        settings = convert(doc.settings, FaqSettings)
        made = await asyncio.to_thread(Faq.compile, settings.questions, settings.language, settings.sure, settings.near)
        if len(self._faqs) >= MOST_KEPT:
            self._faqs.clear()
        self._faqs[doc.id] = (doc, made)
        return made

    def _wire(self) -> Wire:
        """An outside bot's address is anybody's: public, and https, unless the operator allows it."""
        return self._network.wire(())

    def _question(self, doc: BotDoc, row: SessionRow, stored: StoredMessage, id: str) -> Question:
        channel = self._directory.channel(row.channel)
        return Question(
            id=id,
            bot=doc.id,
            row=row,
            message=msgspec.structs.replace(stored.message, content=self._public(stored.message.content)),
            channel_name=channel.name if channel else row.channel,
            reply_url=f"{self._public_url}/api/v1/bots/{doc.id}/sessions/{row.session.id}/messages",
            now=self._clock.now(),
        )

    def _made_up(self, doc: BotDoc, text: str, language: str) -> Question:
        """A chat that there is not, for trying a bot out."""
        now = self._clock.now()
        session = Session(id="test", number=0, phase="bot", opened_at=now, language=language, seq=1)
        customer = Customer(id="test", name="Test", language=language)
        row = SessionRow(session=session, conversation="test", channel="test", address="test", customer=customer)
        message = Message(seq=1, author=Author(kind="customer", id="test"), content=Text(text), at=now)
        question = self._question(doc, row, StoredMessage(session="test", message=message), "test")
        return msgspec.structs.replace(question, test=True)

    @asynccontextmanager
    async def _turn(self, session: str) -> AsyncIterator[None]:
        """Whoever comes while another is at it waits; the last one out turns off the light."""
        turn = self._turns.setdefault(session, _Turn())
        turn.wanted += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.wanted -= 1
            if not turn.wanted:
                del self._turns[session]


def _ms(began: float) -> int:
    return round((perf_counter() - began) * 1000)
