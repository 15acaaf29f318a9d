"""The outbox: does the errands that commits left, and settles each with what became of it.

Deliveries of one conversation go one after another, in order; what fails for now waits in the store with backoff, and
whatever came after it waits too. What can't be sent is shown to the agent with the reason.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from random import Random
from typing import assert_never

import structlog
from msgspec.structs import replace

from core import effect as f
from core.channel import Acknowledges, Connector, Delivery, MarksRead, Part, Recalls, Receipt, Wire
from core.command import Wake
from core.customer import Address
from core.engine import Engine
from core.errors import DeliveryError, Duplicate, Refused, Rejected, StoreDown, Throttled, Uncertain, Unreachable
from core.event import MediaFetched, StateChanged
from core.message import Content
from core.ports import Clock, Lease, Leased, Settlement, Shares, Store
from core.session import ReplyToken
from gateway.limits import Bucket, Buckets

FIRST_RETRY_S, LONGEST_RETRY_S = 1.0, 300.0
IN_FLIGHT = 256  # calls to one channel's provider at a time
HELD = 20_000  # errands in memory at most; beyond it they stay in the store until there is room
IDLE_POLL_S = 1.0
BATCH = 500
MOST_TRIES = 12  # of an errand that is no delivery: about half an hour
DEFECT_TRIES = 3  # of a delivery on which a connector breaks: what comes behind it shall not wait for a day
PATIENCE_S = 5.0  # a provider that says "later" for longer than this gets its errands back into the store

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ways:
    """What the outbox needs for one channel."""

    connector: Connector
    wire: Wire
    status_url: str | None


async def _no_bots(errand: Leased, effect: f.AskBot) -> None:
    raise Rejected("no_bots", "No bots are called here.")


@dataclass(frozen=True, slots=True)
class Shell:
    """What the outbox asks its surroundings for.

    `ways` raises KeyError for a channel that is gone; `shares` are the rates kept together with other nodes.
    """

    store: Store
    engine: Engine
    clock: Clock
    random: Random
    lease: Callable[[int], Lease]
    ways: Callable[[str], Ways]
    find_agent: Callable[[Leased, f.FindAgent], Awaitable[None]]
    fetch: Callable[[Leased, f.FetchMedia, Ways], Awaitable[Content]]
    public: Callable[[Content], Content]
    count: Callable[[str, str], None]
    shares: Shares | None = None
    ask_bot: Callable[[Leased, f.AskBot], Awaitable[None]] = _no_bots


class Outbox:
    """`accept` takes fresh errands from a commit; `run` finds the ones that fell due, were given back or orphaned.

    `_lanes` are the deliveries not begun yet, by conversation; `_halted` conversations whose next delivery must come
    from the store, not from a commit; `_behind` those that may have more in the store; `_hands` the errands held here,
    with the end of their lease; `_doubted` conversations with a commit that may have left errands that nobody holds,
    with the time at which they are found. `_all_doubted_until`: the same for all of them, after a claim whose answer
    was lost.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._lanes: dict[str, deque[Leased]] = {}
        self._halted: OrderedDict[str, None] = OrderedDict()
        self._behind: set[str] = set()
        self._hands: dict[str, int] = {}
        self._doubted: dict[str, int] = {}
        self._all_doubted_until = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._limits: dict[str, _Limits] = {}
        self._woken = asyncio.Event()
        self._held = 0
        self._open = True

    @property
    def held(self) -> int:
        """Errands being worked at."""
        return self._held

    def accept(self, errands: tuple[Leased, ...]) -> None:
        """Take the errands of a commit; they are leased to this node."""
        for errand in errands:
            if isinstance(errand.effect, f.Deliver) and self._must_wait(errand.conversation):
                self._give_back(errand)  # something before it waits in the store
            else:
                self._take(errand)

    def doubt(self, conversation: str) -> None:
        """A commit may have gone through although the store went down: its errands are found when their lease ends."""
        now = self._shell.clock.now()
        self._doubted = {known: until for known, until in self._doubted.items() if until > now}
        self._doubted[conversation] = self._shell.lease(now).until

    def _must_wait(self, conversation: str) -> bool:
        doubted_until = max(self._doubted.get(conversation, 0), self._all_doubted_until)
        return conversation in self._halted or doubted_until > self._shell.clock.now()

    def _take(self, errand: Leased) -> None:
        if not isinstance(errand.effect, f.Deliver):
            if self._has_room():
                self._held += 1
                self._spawn(self._other(errand))
            else:
                self._give_back(errand)
            return
        until = self._shell.lease(self._shell.clock.now()).until
        if errand.key in self._hands:
            self._hands[errand.key] = until  # it waited here for longer than its lease, which is renewed by this
        elif self._has_room():
            self._held += 1
            self._hands[errand.key] = until
            self._queue(errand)
        else:
            self._halt(errand.conversation)  # what the next commit hands over comes after this one
            self._give_back(errand)

    def _has_room(self) -> bool:
        return self._open and self._held < HELD

    def wake(self) -> None:
        """Something may have fallen due."""
        self._woken.set()

    def behind(self, conversation: str) -> None:
        """Another node left a delivery in the store, because an older one of its conversation is being worked at."""
        if conversation in self._lanes:
            self._behind.add(conversation)
        else:
            self.wake()

    async def run(self) -> None:
        """Claim what is due, for ever; a store that is down is asked again."""
        while self._open:
            self._woken.clear()
            try:
                found = await self._claim()
                due = await self._shell.store.next_due() if not found else None
            except StoreDown as error:
                log.warning("outbox.store_down", reason=str(error))
                found, due = 0, None
            if found >= BATCH:
                continue
            await self._sleep(due)

    async def stop(self, within: float) -> None:
        """Finish what is being done, for at most `within` seconds; the rest is given back."""
        self._open = False
        self._woken.set()
        for lane in self._lanes.values():
            while lane:
                self._put_back(lane.pop())
        deadline = asyncio.get_running_loop().time() + within
        while self._tasks and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
        unfinished = tuple(self._tasks)  # their leases run out, and the next attempt knows that it is uncertain
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)

    # the loop

    async def _claim(self) -> int:
        shell = self._shell
        room = min(BATCH, HELD - self._held)
        if room <= 0:
            return 0
        now = shell.clock.now()
        lease = shell.lease(now)
        try:
            claimed = await shell.store.claim(now, room, lease)
        except StoreDown:
            self._all_doubted_until = lease.until
            raise
        for errand in claimed:
            if isinstance(errand.effect, f.Deliver):
                self._halted.pop(errand.conversation, None)
                self._behind.add(errand.conversation)
            self._take(errand)
        return len(claimed)

    async def _sleep(self, due: int | None) -> None:
        wait = IDLE_POLL_S if due is None else (due - self._shell.clock.now()) / 1000
        try:
            async with asyncio.timeout(min(max(wait, 0.01), IDLE_POLL_S)):
                await self._woken.wait()
        except TimeoutError:
            pass  # the usual way: nothing woke us

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("outbox.defect", exc_info=error)

    def _give_back(self, errand: Leased) -> None:
        self._spawn(self._released(errand))

    async def _released(self, errand: Leased) -> None:
        try:
            await self._shell.store.release(self._shell.lease(0).node, errand.key)
        except StoreDown as error:
            log.warning("outbox.store_down", reason=str(error))  # its lease runs out by itself

    # deliveries

    def _put_back(self, errand: Leased) -> None:
        """Let go of a delivery that was not begun."""
        self._let_go(errand)
        self._give_back(errand)

    def _let_go(self, errand: Leased) -> None:
        self._held -= 1
        self._hands.pop(errand.key, None)

    def _queue(self, errand: Leased) -> None:
        lane = self._lanes.get(errand.conversation)
        if lane is not None:
            lane.append(errand)
            return
        self._lanes[errand.conversation] = deque((errand,))
        self._spawn(self._lane(errand.conversation))

    async def _lane(self, conversation: str) -> None:
        """Deliver one after another; the first that has to wait sends the ones behind it back to the store."""
        lane = self._lanes[conversation]
        try:
            while lane:
                errand = lane.popleft()
                try:
                    settled = await self._deliver_one(errand)
                finally:
                    self._let_go(errand)
                if not settled:
                    break
        finally:
            del self._lanes[conversation]
            if lane:
                self._halt(conversation)
            while lane:
                self._put_back(lane.popleft())
            if conversation in self._behind:
                self._behind.discard(conversation)
                self._woken.set()  # the store gives the next one only now

    def _halt(self, conversation: str) -> None:
        self._halted[conversation] = None
        if len(self._halted) > HELD:
            self._halted.popitem(last=False)

    async def _deliver_one(self, errand: Leased) -> bool:
        """Whether the errand is out of the way: done, failed or dropped."""
        settlement = await self._attempted(errand)
        if settlement is None:  # its lease ran out before it was begun: it is anybody's now
            self._halt(errand.conversation)
            await self._released(errand)
            return False
        if not settlement.done:
            self._halt(errand.conversation)
        if not await self._settled(errand, settlement):
            self._halt(errand.conversation)  # the lease runs out, and the next attempt knows it is uncertain
            return False
        return settlement.done

    async def _settled(self, errand: Leased, settlement: Settlement) -> bool:
        """Write down what became of it, again for as long as its lease lasts: what is not kept is sent again."""
        wait = FIRST_RETRY_S
        while True:
            try:
                await self._shell.store.settle(settlement)
            except StoreDown as error:
                log.warning("outbox.unsettled", reason=str(error), errand=errand.key)
            else:
                return True
            if not self._open or self._shell.clock.now() + int(wait * 1000) >= self._hands[errand.key]:
                return False
            await asyncio.sleep(wait)
            wait = min(wait * 2, PATIENCE_S)

    async def _attempted(self, errand: Leased) -> Settlement | None:
        """What came of one attempt; None if it was not begun after all."""
        effect = errand.effect
        assert isinstance(effect, f.Deliver)
        try:
            return await self._before(errand, effect) or await self._try(errand, effect)
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

    async def _try(self, errand: Leased, effect: f.Deliver) -> Settlement | None:
        try:
            ways = self._shell.ways(errand.channel)
        except KeyError:
            return self._failed(errand, effect, "channel_gone", "The channel was removed.")
        confirms = ways.connector.capabilities.confirms_by_status_seconds
        if confirms and errand.uncertain and not errand.began:  # whoever began it is gone, and a status may yet tell
            return self._again(errand, effect, confirms, uncertain=True)
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
                if self._shell.clock.now() >= self._hands[errand.key]:
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
        if errand.uncertain and any(message.state in ("sent", "delivered", "read") for message in told):
            return self._settlement(errand, effect, done=True)
        if messages and all(message.recalled_at is not None for message in messages):
            reason = "It was taken back; it may have arrived." if errand.uncertain else "It was taken back in time."
            return self._failed(errand, effect, "recalled", reason)
        return None

    def _broken(self, errand: Leased, effect: f.Deliver) -> Settlement:
        """Frontdesk's own code failed, perhaps after the provider was called."""
        self._shell.count(errand.channel, "defect")
        if errand.attempt >= DEFECT_TRIES:
            return self._failed(errand, effect, "defect", "Frontdesk failed to send it; its log says why.")
        return self._again(errand, effect, self._backoff(errand.attempt), uncertain=True)

    def _after(self, error: DeliveryError, errand: Leased, effect: f.Deliver, ways: Ways) -> Settlement:
        self._shell.count(errand.channel, type(error).__name__.lower())
        match error:
            case Rejected():
                return self._failed(errand, effect, error.code, error.reason)
            case Throttled(after=after):
                self._pause(errand.channel, ways, after)
                return self._again(errand, effect, after, uncertain=errand.uncertain)
            case Uncertain():
                wait = ways.connector.capabilities.confirms_by_status_seconds or self._backoff(errand.attempt)
                return self._again(errand, effect, wait, uncertain=True)
            case _:
                return self._again(errand, effect, self._backoff(errand.attempt), uncertain=errand.uncertain)

    def _backoff(self, attempt: int) -> float:
        """Seconds: doubling with jitter, so that a thousand chats do not come back at one instant."""
        return min(FIRST_RETRY_S * 2.0 ** min(attempt, 20), LONGEST_RETRY_S) * self._shell.random.uniform(0.5, 1.5)

    def _again(
        self, errand: Leased, effect: f.Deliver, wait: float, *, uncertain: bool, tried: bool = True
    ) -> Settlement:
        now = self._shell.clock.now()
        due = now + max(1, int(wait * 1000))
        due = min(due, effect.not_after)  # one look at the deadline itself, where it is given up visibly
        return Settlement(
            key=errand.key, conversation=errand.conversation, session=effect.session, done=False, due=due,
            attempt=errand.attempt + tried, uncertain=uncertain, began=_began(errand) or (now if tried else 0), at=now,
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

    def _limits_of(self, channel: str, ways: Ways) -> "_Limits":
        limits = self._limits.get(channel)
        if limits is None:
            limits = self._limits[channel] = _Limits(channel, ways.connector, self._shell.shares)
        return limits

    # everything else

    async def _other(self, errand: Leased) -> None:
        try:
            settlement = await self._done(errand)
            await self._shell.store.settle(settlement)
        except StoreDown as error:
            log.warning("outbox.store_down", reason=str(error), errand=errand.key)
        finally:
            self._held -= 1

    async def _done(self, errand: Leased) -> Settlement:
        """Do an errand that is no delivery; what fails for now is tried again, what fails for good is said."""
        now = self._shell.clock.now()
        try:
            return await self._do(errand)
        except Rejected as error:
            return self._given_up(errand, error.reason)
        except KeyError:
            return self._given_up(errand, "The channel was removed.")
        except DeliveryError as error:
            if errand.attempt >= MOST_TRIES:
                return self._given_up(errand, error.reason)
            due = now + int(self._backoff(errand.attempt) * 1000)
            return Settlement(
                key=errand.key, conversation=errand.conversation, done=False, due=due,
                attempt=errand.attempt + 1, began=errand.began or now, at=now,
            )  # fmt: skip

    def _given_up(self, errand: Leased, reason: str) -> Settlement:
        """What cannot be done is counted, and a person sees what became of a file."""
        self._shell.count(errand.channel, "given_up")
        log.info("outbox.given_up", errand=type(errand.effect).__name__, reason=reason)
        now, effect = self._shell.clock.now(), errand.effect
        done = Settlement(key=errand.key, conversation=errand.conversation, done=True, at=now)
        if isinstance(effect, f.FetchMedia):
            return replace(done, session=effect.session, facts=(MediaFetched(effect.seq, now, reason),))
        return done

    async def _do(self, errand: Leased) -> Settlement:
        shell, effect = self._shell, errand.effect
        done = Settlement(key=errand.key, conversation=errand.conversation, done=True, at=shell.clock.now())
        match effect:
            case f.WakeAt():
                await self._command(errand, Wake(effect.name))
                return replace(done, due=errand.due)  # one that was set anew meanwhile stays
            case f.FindAgent():
                await shell.find_agent(errand, effect)
            case f.AskBot():
                await shell.ask_bot(errand, effect)
            case f.FetchMedia():
                content = await shell.fetch(errand, effect, shell.ways(errand.channel))
                fetched = MediaFetched(effect.seq, shell.clock.now())
                return replace(done, session=effect.session, content=((effect.seq, content),), facts=(fetched,))
            case f.Acknowledge():
                ways = shell.ways(errand.channel)
                if isinstance(ways.connector, Acknowledges):
                    await ways.connector.acknowledge(effect.ack, ways.wire)
            case f.MarkRead():
                ways = shell.ways(errand.channel)
                if isinstance(ways.connector, MarksRead):
                    await ways.connector.mark_read(errand.address, effect.read_mark, ways.wire)
            case f.Recall():
                await self._recall(errand, effect)
            case f.Deliver():
                raise AssertionError("deliveries go through their lane")
            case _:
                assert_never(effect)
        return done

    async def _recall(self, errand: Leased, effect: f.Recall) -> None:
        ways = self._shell.ways(errand.channel)
        message = await self._shell.store.message(effect.session, effect.seq)
        if message is not None and message.state == "queued":
            raise Unreachable("queued", "The message is still on its way out.")  # `_overtaken` may yet stop it
        if message is not None and message.provider_id and isinstance(ways.connector, Recalls):
            await ways.connector.recall(errand.address, message.provider_id, ways.wire)

    async def _command(self, errand: Leased, command: Wake) -> None:
        try:
            await self._shell.engine.handle(Address(errand.channel, errand.address), command)
        except (Refused, Duplicate) as error:
            log.debug("outbox.refused", reason=str(error))  # the session moved on; the timer has nothing to say


def _began(errand: Leased) -> int:
    """When the first attempt was made; at the earliest, where nobody is left to tell; 0 if there was none yet."""
    return errand.began or (errand.due if errand.uncertain else 0)


def _usable(token: ReplyToken | None, began: int, ways: Ways) -> ReplyToken | None:
    """A reply token that was young enough at the first attempt: an older one was never tried, and never will be."""
    limit = ways.connector.capabilities.reply_token_seconds * 1000
    return token if token is not None and began - token.at < limit else None


class _Limits:
    """How fast one channel may be called, and how often at once; by all nodes together where they can be asked."""

    def __init__(self, channel: str, connector: Connector, shares: Shares | None) -> None:
        capabilities = connector.capabilities
        self.places = asyncio.Semaphore(IN_FLIGHT)
        self._channel, self._shares = channel, shares
        self._rate, self._rate_each = capabilities.rate, capabilities.rate_per_address
        self._all = Bucket(self._rate)
        self._each = Buckets(self._rate_each) if self._rate_each else None

    async def book(self, address: str) -> float:
        """Seconds until the channel, and this person, may be written to; the place is taken."""
        if self._shares is not None:
            buckets = [("all", self._rate), *([(address, self._rate_each)] if self._rate_each else ())]
            asked = await self._shares.take(self._channel, buckets)
            if asked is not None:
                self.pause(asked[1])
                return asked[0]
        now = asyncio.get_running_loop().time()
        wait = self._all.take(now)
        if self._each is not None:
            wait = max(wait, self._each.take(address, now))
        return wait

    def paused(self) -> float:
        """How many more seconds the provider wants to be left alone."""
        return self._all.paused(asyncio.get_running_loop().time())

    def pause(self, seconds: float) -> None:
        if seconds > 0:
            self._all.pause(asyncio.get_running_loop().time(), seconds)
