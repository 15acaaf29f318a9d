"""The outbox: does the errands that commits left, and settles each with what became of it.

Deliveries of one conversation go one after another, in order; what fails for now waits in the store with backoff, and
whatever came after it waits too. What can't be sent is shown to the agent with the reason.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Coroutine

import structlog

from core import effect as f
from core.errors import StoreDown
from core.ports.writing import Leased, Settlement
from gateway.attempt import PATIENCE_S, Attempts
from gateway.errands import Errands
from gateway.limits import FIRST_RETRY_S
from gateway.shell import Shell

HELD = 20_000  # errands in memory at most; beyond it they stay in the store until there is room
IDLE_POLL_S = 1.0
BATCH = 500

log = structlog.get_logger()


class Outbox:
    """`accept` takes fresh errands from a commit; `run` finds the ones that fell due, were given back or orphaned.

    `_lanes` are the deliveries not begun yet, by conversation; `_halted` conversations whose next delivery must come
    from the store, not from a commit; `_behind` those that may have more in the store; `_hands` the errands held here,
    with the end of their lease; `_doubted` conversations with a commit that may have left errands that nobody holds,
    with the time at which they are found. `_all_doubted_until`: the same for all of them, after a claim whose answer
    was lost. `_returning`: how many of a conversation's errands are on their way back to the store, which still
    believes that they are here.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._lanes: dict[str, deque[Leased]] = {}
        self._halted: OrderedDict[str, None] = OrderedDict()
        self._behind: set[str] = set()
        self._hands: dict[str, int] = {}
        self._doubted: dict[str, int] = {}
        self._all_doubted_until = 0
        self._returning: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._attempts = Attempts(shell, self._spawn)
        self._errands = Errands(shell)
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
        held_back = conversation in self._halted or conversation in self._returning
        return held_back or doubted_until > self._shell.clock.now()

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

    def _released(self, errand: Leased) -> Coroutine[None, None, None]:
        self._returning[errand.conversation] += 1  # before it is begun
        return self._returned(errand, errand.conversation)

    async def _returned(self, errand: Leased, conversation: str) -> None:
        try:
            await self._shell.store.release(self._shell.lease(0).node, errand.key)
        except StoreDown as error:
            log.warning("outbox.store_down", reason=str(error))
            self.doubt(conversation)  # its lease runs out by itself, and nothing goes before it until then
        finally:
            self._returning[conversation] -= 1
            if not self._returning[conversation]:
                del self._returning[conversation]

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
        settlement = await self._attempts.make(errand, lambda: self._hands[errand.key])
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

    # everything else

    async def _other(self, errand: Leased) -> None:
        try:
            settlement = await self._errands.do(errand)
            await self._shell.store.settle(settlement)
        except StoreDown as error:
            log.warning("outbox.store_down", reason=str(error), errand=errand.key)
        finally:
            self._held -= 1
