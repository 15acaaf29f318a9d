"""The whole middle in simulated time: engine, desk and outbox over the memory store, customers, agents and a provider.

Nothing sleeps: the loop jumps to the next timer. Every call may take a while, so that things happen in between.
"""

import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Any, ClassVar, TypeVar

import msgspec
import structlog

from core import command as c
from core.channel import Answer, Capabilities, Connector, Delivery, HookRequest, Inbound, Rate, Receipt, Received
from core.customer import Address
from core.engine import Done, Engine, Surroundings
from core.errors import Duplicate, Full, Refused, Rejected, StoreDown, Throttled, Uncertain, Unreachable
from core.message import Content, Text
from core.policy import Closing, Policy
from core.ports.desk import DeskView, Seat
from core.ports.nodes import Shares
from core.ports.reading import StoredMessage
from core.ports.writing import Cause, Commit, Committed, Lease, Leased, Settlement
from core.scheme import Surveys
from gateway.desk import DeskKeeper
from gateway.outbox import Outbox
from gateway.shell import Shell, Ways
from routing.pools import Team
from stores.memory import MemoryStore
from tests.core.given import EVERYTHING, NOON, policy

T = TypeVar("T")
LEASE_MS = 60_000
NAMES = {"a-mei": "Mei", "a-tom": "Tom", "a-kai": "Kai"}
TEAMS = {
    "sales": Team(frozenset({"a-mei", "a-tom"}), "Sales"),
    "help": Team(frozenset({"a-tom", "a-kai"}), "Help", "round_robin"),
}
CHANNELS = {"one": "sales", "two": "help", "three": None}


class Loop(asyncio.SelectorEventLoop):
    """An event loop that waits for nothing: when all have had their say, it is the time of the next timer."""

    _ready: Sequence[object]
    _scheduled: Sequence[asyncio.TimerHandle]

    def __init__(self) -> None:
        self._at = 0.0
        super().__init__()

    def time(self) -> float:
        return self._at

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:
            first = self._scheduled[0]  # a heap: who is not cancelled in front is the next
            times = (handle.when() for handle in self._scheduled if not handle.cancelled())
            self._at = max(self._at, min(times, default=self._at) if first.cancelled() else first.when())
        super()._run_once()  # type: ignore[misc]


class Store(MemoryStore):
    """The memory store, but each writing takes a while and may fail, before or after it was done."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self.random, self.trouble = random, 0.0
        self.watch: Callable[[], None] = lambda: None

    async def _soon(self) -> None:
        await asyncio.sleep(self.random.choice((0, 0, 0.001, 0.01)))

    async def _fallible(self, act: Callable[[], Awaitable[T]]) -> T:
        await self._soon()
        fate = self.random.random() / self.trouble if self.trouble else 1.0
        if fate < 0.5:
            raise StoreDown("the disk is away")
        done = await act()
        self.watch()
        if fate < 1.0:
            raise StoreDown("the disk went away right after")
        return done

    async def commit(self, commit: Commit) -> Committed:
        return await self._fallible(lambda: super(Store, self).commit(commit))

    async def settle(self, settlement: Settlement) -> None:
        await self._fallible(lambda: super(Store, self).settle(settlement))

    async def claim(self, now: int, limit: int, lease: Lease) -> Sequence[Leased]:
        return await self._fallible(lambda: super(Store, self).claim(now, limit, lease))

    async def desk(self) -> DeskView:
        await self._soon()
        return await super().desk()

    # what a test may look at

    def open_seats(self) -> Mapping[str, Seat]:
        return self.memory.seats

    def sessions_now(self) -> list[Any]:
        return [kept.session for kept in self.memory.sessions.values()]

    def chats(self) -> list[tuple[str, str]]:
        """Who talks to whom: (customer, agent)."""
        held = [kept for kept in self.memory.sessions.values() if kept.session.phase == "active"]
        return [
            (self.memory.conversations[kept.conversation][0].address, kept.session.agent.id)
            for kept in held
            if kept.session.agent is not None
        ]

    def number_of(self, stored: StoredMessage) -> int:
        """The order of commit."""
        return self.memory.message_n[stored.session, stored.message.seq]

    def everything_said(self) -> Iterator[StoredMessage]:
        for known in self.memory.messages.values():
            yield from (stored for _, stored in sorted(known.items()))


@dataclass
class Provider:
    """Takes deliveries, remembers ids it had, and fails as it is told: `faults` is how often, `up` whether at all."""

    random: Random
    faults: float = 0.0
    up: bool = True
    arrived: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    had: dict[str, Receipt] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    calling: set[str] = field(default_factory=set)
    sessions: dict[str, str] = field(default_factory=dict)

    async def take(self, delivery: Delivery) -> Receipt:
        assert delivery.address not in self.calling, "one delivery of a conversation at a time"
        self.calling.add(delivery.address)
        try:
            return await self._take(delivery)
        finally:
            self.calling.discard(delivery.address)

    async def _take(self, delivery: Delivery) -> Receipt:
        self.calls[delivery.id] += 1
        await asyncio.sleep(self.random.choice((0.01, 0.1, 0.5)))
        if not self.up:
            raise Unreachable("refused", "The provider is down.")
        if delivery.id in self.had:
            assert delivery.uncertain, "what was confirmed is not sent again"
            return self.had[delivery.id]
        fate = self.random.random() / self.faults if self.faults else 9.0
        if fate < 0.25:
            raise Unreachable("500", "The provider stumbled.")
        if fate < 0.45:
            raise Throttled("429", "Slow down.", self.random.choice((0.5, 3.0, 20.0)))
        if fate < 0.65:
            raise Uncertain("timeout", "No answer came.")
        if fate < 0.75:
            self.refused.add(delivery.id)
            raise Rejected("400", "Not like this.")
        for part in delivery.parts:
            assert part.seq is not None
            self.arrived[delivery.address].append((delivery.id, part.seq))
        receipt = self.had[delivery.id] = Receipt(
            message_ids=tuple(f"p-{delivery.id}-{n}" for n in range(len(delivery.parts)))
        )
        if fate < 1.0:
            raise Uncertain("timeout", "It was taken, but no answer came.")
        return receipt


class Fake:
    """A connector that hands everything to the provider of the test."""

    Settings: ClassVar[type[msgspec.Struct]] = msgspec.Struct
    kind: ClassVar[str] = "fake"
    title: ClassVar[str] = "Fake"
    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=60, inbound=EVERYTHING, outbound=EVERYTHING, options=13, batch=1, recall=True, rate=Rate(50, 20)
    )

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def verify(self, request: HookRequest) -> None:
        raise AssertionError("nobody knocks here")

    def read(self, request: HookRequest) -> Sequence[Inbound]:
        raise AssertionError("nobody knocks here")

    async def deliver(self, delivery: Delivery, wire: object) -> Receipt:
        return await self._provider.take(delivery)


class NoWire:
    async def call(self, *_: object, **__: object) -> Answer:
        raise AssertionError("the provider of the test needs no wire")

    def stream(self, *_: object, **__: object) -> Any:
        raise AssertionError("the provider of the test needs no wire")


class Watched(Engine):
    """Looks over the desk's shoulder: `offered` hears of each assignment before it is tried."""

    offered: Callable[[c.Assign], None]

    async def handle(
        self,
        where: Address,
        command: c.Command,
        cause: Cause | None = None,
        *,
        aim: str | None = None,
        fence: int | None = None,
    ) -> Done:
        if isinstance(command, c.Assign):
            self.offered(command)
        return await super().handle(where, command, cause, aim=aim, fence=fence)


class World:
    """`run` steps time; everything else is started and left to happen."""

    def __init__(
        self,
        seed: int,
        *,
        faults: float = 0.0,
        trouble: float = 0.0,
        connector: Callable[[Provider], Connector] | None = None,
        names: Mapping[str, str] = NAMES,
        teams: Mapping[str, Team] = TEAMS,
        policies: Mapping[str, Policy] | None = None,
        shares: Shares | None = None,
    ) -> None:
        self.loop, self.random = Loop(), Random(seed)
        self.store, self.provider = Store(self.random), Provider(self.random, faults)
        self.store.trouble, self.troubled = trouble, trouble > 0
        self.ids, self.numbers, self.inbounds, self.clients = count(1), count(1), count(1), count(1)
        self.policies = policies or {channel: _policy(channel, group) for channel, group in CHANNELS.items()}
        self.names = names
        self.posted: dict[tuple[str, str], int] = {}
        self.lost: list[BaseException] = []
        self.tasks: set[asyncio.Task[None]] = set()
        structlog.configure(processors=[self._logged], cache_logger_on_first_use=False)
        self.loop.set_exception_handler(lambda loop, context: self.lost.append(RuntimeError(str(context))))
        self.desk = DeskKeeper(self.store, self, self.random, names.get, lambda: teams)
        self.engine = Watched(
            self.store,
            self,
            Surroundings(
                policy=self.policies.__getitem__,
                new_id=lambda: f"{next(self.ids):08}",
                number=lambda: next(self.numbers),
                outlook=self.desk.outlook,
                entering=self.desk.entering,
                route=self.desk.route,
                standing=self.desk.standing,
                others_online=self.desk.others_online,
                gone_since=self.desk.gone_since,
                away_free=self.desk.away_free,
                lease=self.lease,
                done=self.happened,
                doubted=lambda conversation: self.outbox.doubt(conversation),  # noqa: PLW0108 - made below
            ),
        )
        self.engine.offered = lambda command: None
        self.connector = (connector or Fake)(self.provider)
        self.counted: Counter[str] = Counter()
        self.outbox = Outbox(
            Shell(
                store=self.store, engine=self.engine, clock=self, random=self.random, lease=self.lease,
                ways=self.ways, find_agent=self.desk.find, fetch=self._fetch,
                public=lambda content: content, count=self._count, shares=shares,
            )
        )  # fmt: skip
        self.wait(self._start())

    def ways(self, channel: str) -> Ways:
        return Ways(self.connector, NoWire(), "https://desk.test/status")

    def _count(self, channel: str, what: str) -> None:
        self.counted[what] += 1

    def now(self) -> int:
        return NOON + int(self.loop.time() * 1000)

    def lease(self, now: int) -> Lease:
        return Lease("node", now + LEASE_MS)

    def happened(self, done: Done) -> None:
        self.desk.happened(done)
        assert done.committed is not None
        self.outbox.accept(done.committed.errands)

    async def _fetch(self, *_: object) -> Content:
        raise AssertionError("nobody sends files here")

    async def _start(self) -> None:
        await self.desk.start(self.engine)
        self.begin(self.desk.run())
        self.begin(self.outbox.run())

    # time

    def wait(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    def run(self, seconds: float) -> None:
        self.wait(asyncio.sleep(seconds))
        if self.lost:
            raise self.lost[0]

    def begin(self, work: Any) -> None:
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.lost.append(error)

    def _logged(self, logger: object, level: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
        """Whatever the shell logs as an error is a defect, of it or of this world."""
        if level in ("error", "exception"):
            self.lost.append(sys.exc_info()[1] or RuntimeError(str(entry)))
        raise structlog.DropEvent

    def close(self) -> None:
        self.wait(self._closed())
        self.loop.close()
        structlog.reset_defaults()

    async def _closed(self) -> None:
        tasks = tuple(self.tasks)
        for task in tasks:
            task.cancel()
        await self.outbox.stop(0)
        await asyncio.gather(*tasks, return_exceptions=True)

    # people

    def writes(self, customer: str, text: str = "hello", id: str | None = None) -> str:
        """A webhook, sent again by the provider until it is taken. Its id, for whoever wants to send it twice."""
        channel, _, _ = customer.partition(":")
        id = id or f"m{next(self.inbounds)}"
        self.posted[channel, id] = self.posted.get((channel, id), 0) + 1
        inbound = Received(id=id, address=customer, content=Text(text), at=self.now())
        self.begin(self._posted(Address(channel, customer), inbound))
        return id

    async def _posted(self, where: Address, inbound: Received) -> None:
        while True:
            try:
                await self.engine.handle(where, c.Receive(inbound), Cause(where.channel, inbound.id))
            except Duplicate:
                return
            except StoreDown:
                await asyncio.sleep(self.random.choice((1.0, 5.0)))
            else:
                return

    def asks(self, customer: str, command: c.Command) -> None:
        self.begin(self._asked(Address(customer.partition(":")[0], customer), command))

    async def _asked(self, where: Address, command: c.Command) -> None:
        try:
            await self.engine.handle(where, command)
        except (Refused, Full, StoreDown, Duplicate):
            pass  # an agent is told, and that is all

    def answers(self, agent: str, customer: str, text: str = "How can I help you?") -> None:
        by = c.Actor(agent, self.names[agent])
        self.asks(customer, c.Reply(by=by, client_id=f"c{next(self.clients)}", content=Text(text)))

    def sits(self, agent: str, status: str, capacity: int | None = None) -> None:
        self.wait(self._sits(agent, status, capacity))

    async def _sits(self, agent: str, status: str, capacity: int | None) -> None:
        if capacity is not None:
            await self.store.seat(agent, capacity=capacity, at=self.now())
        self.desk.seat_changed(await self.store.set_status(agent, status, None, self.now()))

    # what became of it

    def outgoing(self) -> list[StoredMessage]:
        return [stored for stored in self.store.everything_said() if stored.state is not None]


def _policy(channel: str, group: str | None) -> Policy:
    rules = policy(Fake.capabilities, surveys=Surveys(on=True), closing=Closing(customer_idle_seconds=900), group=group)
    return replace(rules, channel=replace(rules.channel, id=channel), compiled={})
