"""One attempt at a delivery: whether it is still wanted, the call, and what is to be written down of it."""

import asyncio
from collections.abc import Callable, Coroutine

import structlog
from msgspec.structs import replace

from core import effect as f
from core.channel import Delivery, Part, Receipt
from core.errors import DeliveryError, Rejected, StoreDown, Throttled, Uncertain
from core.event import StateChanged
from core.ports.reading import StoredMessage
from core.ports.writing import Leased, Settlement
from core.session import ReplyToken
from gateway.limits import Limits, backoff
from gateway.shell import Shell, Ways

DEFECT_TRIES = 3  # of a delivery on which a connector breaks: what comes behind it shall not wait for a day
PATIENCE_S = 5.0  # a provider that says "later" for longer than this gets its errands back into the store

log = structlog.get_logger()


class Attempts:
    """`spawn` starts what need not be waited for."""

    def __init__(self, shell: Shell, spawn: Callable[[Coroutine[None, None, None]], None]) -> None:
        self._shell, self._spawn = shell, spawn
        self._limits: dict[str, Limits] = {}

    async def make(self, errand: Leased, held_until: Callable[[], int]) -> Settlement | None:
        """What came of one attempt; None if it was not begun after all, because the lease had run out."""
        effect = errand.effect
        assert isinstance(effect, f.Deliver)
        try:
            return await self._before(errand, effect) or await self._try(errand, effect, held_until)
        except StoreDown as error:
            log.warning("outbox.store_down", reason=str(error), errand=errand.key)
            return None
        except Exception:  # a defect stops one message, visibly, and no lane
            log.exception("outbox.defect", errand=errand.key)
            return self._broken(errand, effect)

    async def _before(self, errand: Leased, effect: f.Deliver) -> Settlement | None:
        """Reasons not to send it, or not any more."""
        if (errand.attempt or errand.uncertain) and (known := await self._overtaken(errand, effect)) is not None:
            return known
        if self._shell.clock.now() >= effect.not_after:
            return self._too_late(errand, effect)
        return None

    async def _try(self, errand: Leased, effect: f.Deliver, held_until: Callable[[], int]) -> Settlement | None:
        try:
            ways = self._shell.ways(errand.channel)
        except KeyError:
            return self._failed(errand, effect, "channel_gone", "The channel was removed.")
        confirms = ways.connector.capabilities.confirms_by_status_seconds
        if confirms and errand.uncertain and not errand.began:  # whoever began it is gone, and a status may yet tell
            return self._again(errand, effect, confirms, uncertain=True, tried=False)
        limits, began = self._limits_of(errand.channel, ways), self._shell.clock.now()
        if (pause := limits.paused()) > PATIENCE_S:
            return self._again(errand, effect, pause, uncertain=errand.uncertain, tried=False)
        try:
            async with limits.places:
                wait = await limits.book(errand.address)
                if wait and (pause := limits.paused()) > PATIENCE_S:  # told to another node
                    return self._again(errand, effect, pause, uncertain=errand.uncertain, tried=False)
                if wait:
                    await asyncio.sleep(wait)
                if self._shell.clock.now() >= held_until():
                    return None
                began = self._shell.clock.now()
                receipt = await self._call(errand, effect, ways)
        except DeliveryError as error:  # kept is when it began: an answer may take longer to fail than a token lives
            return self._after(error, replace(errand, began=_began(errand) or began), effect, ways)
        return self._sent(errand, effect, receipt)

    async def _call(self, errand: Leased, effect: f.Deliver, ways: Ways) -> Receipt:
        now = self._shell.clock.now()
        began = _began(errand)
        token = _usable(effect.token, began or now, ways)
        delivery = Delivery(
            id=effect.id,
            address=errand.address,
            parts=tuple(self._ready(part) for part in effect.parts),
            token=token.value if token else None,
            token_age=(now - token.at) / 1000 if token else 0.0,
            uncertain=errand.uncertain,
            tries=_tries(errand) if errand.uncertain else 0,
            began=began,
            callback_url=f"{ways.status_url}?d={effect.id}" if ways.status_url else None,
        )
        return await ways.connector.deliver(delivery, ways.wire)

    def _ready(self, part: Part) -> Part:
        content = self._shell.public(part.content)
        return part if content is part.content else replace(part, content=content)

    async def _overtaken(self, errand: Leased, effect: f.Deliver) -> Settlement | None:
        """What happened since the last attempt: a status says that it was sent, or its messages were taken back."""
        seqs = dict.fromkeys(part.seq for part in effect.parts if part.seq is not None)
        if effect.session is None or not seqs:
            return None
        found = [await self._shell.store.message(effect.session, seq) for seq in seqs]
        messages = [message for message in found if message is not None]
        told = [message for message in messages if message.message.seq not in effect.shared]
        if errand.uncertain and (sent := [each for each in told if each.state in ("sent", "delivered", "read")]):
            return self._settlement(errand, effect, done=True, facts=self._doubts(errand, sent))
        if messages and all(message.recalled_at is not None for message in messages):
            reason = "It was taken back; it may have arrived." if errand.uncertain else "It was taken back in time."
            return self._failed(errand, effect, "recalled", reason)
        return None

    def _doubts(self, errand: Leased, sent: list[StoredMessage]) -> tuple[StateChanged, ...]:
        """A status tells of one of the attempts; where there were several, the others may have arrived too."""
        if _tries(errand) < 2:
            return ()
        now = self._shell.clock.now()
        return tuple(
            StateChanged(each.message.seq, each.state, now, maybe_twice=True) for each in sent if each.state is not None
        )

    def _broken(self, errand: Leased, effect: f.Deliver) -> Settlement:
        """Frontdesk's own code failed, perhaps after the provider was called."""
        self._shell.count(errand.channel, "defect")
        if errand.attempt >= DEFECT_TRIES:
            return self._failed(errand, effect, "defect", "Frontdesk failed to send it; its log says why.")
        return self._again(errand, effect, self._backoff(errand), uncertain=True)

    def _after(self, error: DeliveryError, errand: Leased, effect: f.Deliver, ways: Ways) -> Settlement:
        self._shell.count(errand.channel, type(error).__name__.lower())
        match error:
            case Rejected():
                return self._failed(errand, effect, error.code, error.reason)
            case Throttled(after=after):
                self._pause(errand.channel, ways, after)
                return self._again(errand, effect, after, uncertain=errand.uncertain)
            case Uncertain():
                wait = ways.connector.capabilities.confirms_by_status_seconds or backoff(
                    self._shell.random, errand.attempt
                )
                first = errand if errand.uncertain else replace(errand, attempt=0)
                return self._again(first, effect, wait, uncertain=True)
            case _:
                return self._again(errand, effect, self._backoff(errand), uncertain=errand.uncertain)

    def _backoff(self, errand: Leased) -> float:
        return backoff(self._shell.random, errand.attempt)

    def _again(
        self, errand: Leased, effect: f.Deliver, wait: float, *, uncertain: bool, tried: bool = True
    ) -> Settlement:
        now = self._shell.clock.now()
        due = now + max(1, int(wait * 1000))
        due = min(due, effect.not_after)  # one look at the deadline itself, where it is given up visibly
        return Settlement(
            key=errand.key, conversation=errand.conversation, session=effect.session, done=False, due=due,
            attempt=_tries(errand) + tried, uncertain=uncertain, began=_began(errand) or (now if tried else 0), at=now,
        )  # fmt: skip

    def _sent(self, errand: Leased, effect: f.Deliver, receipt: Receipt) -> Settlement:
        self._shell.count(errand.channel, "sent")
        now = self._shell.clock.now()
        seqs = tuple(dict.fromkeys(part.seq for part in effect.parts if part.seq is not None))
        carried = [part.seq for part in effect.parts]
        ids = tuple((seq, id) for seq, id in zip(carried, receipt.message_ids, strict=False) if seq is not None)
        facts = tuple(StateChanged(seq, receipt.state, now, maybe_twice=receipt.maybe_twice) for seq in seqs)
        return self._settlement(errand, effect, done=True, facts=facts, message_ids=ids)

    def _failed(self, errand: Leased, effect: f.Deliver, code: str, reason: str) -> Settlement:
        self._shell.count(errand.channel, "failed")
        now = self._shell.clock.now()
        seqs = dict.fromkeys(part.seq for part in effect.parts if part.seq is not None)
        facts = tuple(StateChanged(seq, "failed", now, code=code, reason=reason) for seq in seqs)
        return self._settlement(errand, effect, done=True, facts=facts)

    def _too_late(self, errand: Leased, effect: f.Deliver) -> Settlement:
        if errand.uncertain:
            reason = "The channel never confirmed it; it may have arrived."
        elif effect.courtesy:
            reason = "It could not be sent in time to be of use."
        else:
            reason = "The channel could not be reached for a day."
        return self._failed(errand, effect, "too_late", reason)

    def _settlement(
        self,
        errand: Leased,
        effect: f.Deliver,
        *,
        done: bool,
        facts: tuple[StateChanged, ...] = (),
        message_ids: tuple[tuple[int, str], ...] = (),
    ) -> Settlement:
        return Settlement(
            key=errand.key, conversation=errand.conversation, session=effect.session, done=done, facts=facts,
            message_ids=message_ids, at=self._shell.clock.now(),
        )  # fmt: skip

    def _pause(self, channel: str, ways: Ways, seconds: float) -> None:
        self._limits_of(channel, ways).pause(seconds)
        if self._shell.shares is not None:
            self._spawn(self._shell.shares.pause(channel, seconds))

    def _limits_of(self, channel: str, ways: Ways) -> Limits:
        limits = self._limits.get(channel)
        if limits is None:
            limits = self._limits[channel] = Limits(channel, ways.connector, self._shell.shares)
        return limits


def _tries(errand: Leased) -> int:
    """How often it was tried; of an uncertain one, since it is. One of a node that died was counted by nobody."""
    return max(errand.attempt, int(errand.uncertain))


def _began(errand: Leased) -> int:
    """When the first attempt was made; at the earliest, where nobody is left to tell; 0 if there was none yet."""
    return errand.began or (errand.due if errand.uncertain else 0)


def _usable(token: ReplyToken | None, began: int, ways: Ways) -> ReplyToken | None:
    """A reply token that was young enough at the first attempt: an older one was never tried, and never will be."""
    limit = ways.connector.capabilities.reply_token_seconds * 1000
    return token if token is not None and began - token.at < limit else None
