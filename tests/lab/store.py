"""One store for all nodes: the memory store, watched at every commit, behind a front for each node that may fail.

`Shared` keeps the truth and looks at the laws that hold at any instant. `Front` is a node's way to it: slow, cut off,
or down before or after the effect. A front answers `next_due` only when there is news: what a poll every second would
have found, without the polls.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from core.customer import Customer
from core.errors import Duplicate, Full, StoreDown
from core.evolve import evolve
from core.ports.desk import DeskView, Seat, waiting_of
from core.ports.reading import StoredMessage
from core.ports.writing import Commit, Committed, Lease, Leased
from core.session import Conversation, Session
from stores._memory import Kept
from stores.memory import MemoryStore

LOOK_AGAIN_S = 1800.0
TIMEOUT_S = 5.0


class Shared(MemoryStore):
    """`broken` hears of a law that does not hold; `saw` of every commit, once it is kept."""

    def __init__(self, broken: Callable[[str, str], None], saw: Callable[[Commit, Committed], None]) -> None:
        super().__init__()
        self.open: dict[str, Kept] = {}
        self._broken, self._saw = broken, saw
        self._waiters: dict[object, tuple[asyncio.Future[None], float]] = {}
        self.erased: set[tuple[str, str]] = set()

    def changed(self) -> None:
        """Wakes those who wait for longer than they now need to."""
        soonest = self.soonest() if self._waiters else None
        if soonest is not None:
            self._wake(soonest)

    def stirred(self) -> None:
        """Wakes all: somebody's clock is another, somebody's way to the store is free."""
        self._wake(-math.inf)

    def _wake(self, due: float) -> None:
        for who, (waiter, until) in list(self._waiters.items()):
            if until > due:
                del self._waiters[who]
                _tell(waiter)

    async def news(self, who: object, seconds: float, until: float) -> None:
        """Waits so long, unless something falls due before `until` (ms, by the clock of who waits)."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self._waiters[who] = waiter, until
        timer = loop.call_later(seconds, _tell, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiters.pop(who, None)

    def leave(self, who: object) -> None:
        """Of the dead nothing is cleaned up, so the store does it."""
        self._waiters.pop(who, None)

    # --- laws that are looked at with every commit

    async def commit(self, commit: Commit) -> Committed:
        known = self.memory.conversations.get(commit.conversation.id)
        done = await super().commit(commit)
        self._keep_open(commit)
        before = known[0] if known else _blank(commit.conversation)
        if before.address != commit.conversation.address:
            self.erased.add((before.channel, before.address))
        after = before
        for event in commit.events:
            after = evolve(after, event)
        if after != commit.conversation:
            self._broken("replay", f"{commit.conversation.id}: {before} + {commit.events} is not what was kept")
        if commit.takes is not None or commit.frees is not None:
            self._look_at_loads(commit)
        if commit.fence is not None and commit.fence != self.memory.keeper.fence:
            self._broken("fenced", f"the keeper with fence {commit.fence} assigned under {self.memory.keeper.fence}")
        self._saw(commit, done)
        return done

    def _look_at_loads(self, commit: Commit) -> None:
        active = Counter(
            kept.session.agent.id
            for kept in self.open.values()
            if kept.session.phase == "active" and kept.session.agent is not None
        )
        for agent in {commit.takes, commit.frees} - {None}:
            seat = self.memory.seats.get(str(agent))
            if seat is not None and active[seat.agent] != seat.load:
                self._broken("load", f"{agent} is said to have {seat.load} chats and has {active[seat.agent]}")
            if agent == commit.takes and seat is not None and active[seat.agent] > seat.capacity:
                self._broken("capacity", f"{agent} has {active[seat.agent]} chats and places for {seat.capacity}")

    # --- the same as the memory store, without looking at what is long over

    def _keep_open(self, commit: Commit) -> None:
        for session in (*commit.others, *((commit.session,) if commit.session else ())):
            if session.phase == "closed":
                self.open.pop(session.id, None)
            else:
                self.open[session.id] = self.memory.sessions[session.id]

    async def desk(self) -> DeskView:
        waiting = [
            waiting_of(self.memory.conversations[kept.conversation][0], kept.session)
            for kept in self.open.values()
            if kept.session.phase == "queued"
        ]
        waiting.sort(key=lambda one: (one.since, one.session))
        return DeskView(
            len(self.memory.log), tuple(waiting), tuple(sorted(self.memory.seats.values(), key=lambda s: s.agent))
        )

    async def claim(self, now: int, limit: int, lease: Lease) -> Sequence[Leased]:
        if not any((errand.until if errand.node else errand.due) <= now for errand in self.memory.errands.values()):
            return ()
        return await super().claim(now, limit, lease)

    # --- what a test may look at

    def soonest(self) -> int | None:
        """When the next errand is due or its lease runs out."""
        return min(((e.until if e.node else e.due) for e in self.memory.errands.values()), default=None)

    def has(self, channel: str, provider_id: str) -> bool:
        return (channel, provider_id) in self.memory.names or (channel, provider_id) in self.memory.causes

    def errands_now(self) -> list[Any]:
        return list(self.memory.errands.values())

    def seats_now(self) -> list[Seat]:
        return list(self.memory.seats.values())

    def sessions_now(self) -> list[Session]:
        return [kept.session for kept in self.memory.sessions.values()]

    def conversations_now(self) -> list[Conversation]:
        return [state for state, _ in self.memory.conversations.values()]

    def said_in(self, session: str) -> list[StoredMessage]:
        return [stored for _, stored in sorted(self.memory.messages[session].items())]

    def log_now(self) -> Sequence[Any]:
        return self.memory.log


def _tell(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)


def _blank(state: Conversation) -> Conversation:
    return Conversation(
        id=state.id, channel=state.channel, address=state.address, customer=Customer(id=state.customer.id)
    )


READS = frozenset({
    "load", "load_of", "place", "history", "message", "session", "sessions", "trace", "rating", "customer",
    "customers", "feed", "newest", "seats", "get", "all", "counts",
})  # fmt: skip


class Weather:
    """How the store is for one node now. Shares: of calls that fail before or after their effect."""

    def __init__(self, random: Random, counts: Counter[str]) -> None:
        self.random, self.counts = random, counts
        self.cut = False
        self.flaky = 0.0
        self.slow = 0.0

    async def before(self) -> None:
        draw = self.random.random()
        await asyncio.sleep(0 if draw < 0.6 else 0.001 if draw < 0.9 else 0.02)
        if self.slow:
            self.counts["store slow"] += 1
            await asyncio.sleep(self.random.random() * self.slow)
        if self.cut:
            await asyncio.sleep(TIMEOUT_S * self.random.random())
            if self.cut:
                self.counts["store away"] += 1
                raise StoreDown("no route to the store")
        if self.flaky and self.random.random() < self.flaky / 2:
            self.counts["store failed before"] += 1
            raise StoreDown("the connection was refused")

    async def after(self) -> None:
        if self.slow:
            await asyncio.sleep(self.random.random() * self.slow)
        elif self.random.random() < 0.3:
            await asyncio.sleep(0.001)
        if self.cut or (self.flaky and self.random.random() < self.flaky / 2):
            self.counts["store failed after"] += 1
            raise StoreDown("the connection broke before the answer came")


class Front:
    """A node's `Store`. `now` is the node's own clock."""

    def __init__(self, shared: Shared, weather: Weather, now: Callable[[], int]) -> None:
        self._shared, self.weather, self._now = shared, weather, now
        self.keeper_changed: Callable[[], None] = lambda: None

    def listen(self, told: Callable[[int], None]) -> None:
        """Nobody asks: sockets are the chaos laboratory's business."""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._shared, name)
        reads = name in READS

        async def call(*args: Any, **more: Any) -> Any:
            await self.weather.before()
            try:
                answer = await method(*args, **more)
            except (Full, Duplicate):
                self._shared.changed()
                raise
            if not reads and not (name == "claim" and not answer):
                self._shared.changed()
            await self.weather.after()
            return answer

        self.__dict__[name] = call
        return call

    async def next_due(self) -> int | None:
        """Answers when a poll would have found something: what is due, or whose lease has run out."""
        loop = asyncio.get_running_loop()
        until = loop.time() + LOOK_AGAIN_S
        while (wait := until - loop.time()) > 0:
            soonest, now = self._shared.soonest(), self._now()
            if soonest is not None:
                wait = min(wait, (soonest - now) / 1000)
            if wait <= 0:
                break
            await self._shared.news(self, wait, now + wait * 1000)
        await self.weather.before()
        return await self._shared.next_due()

    async def keep_desk(self, node: str, now: int, until: int) -> int | None:
        """Renewals are no news; a new keeper is."""
        await self.weather.before()
        before = self._shared.memory.keeper.fence
        fence = await self._shared.keep_desk(node, now, until)
        if self._shared.memory.keeper.fence != before:
            self.keeper_changed()
        await self.weather.after()
        return fence
