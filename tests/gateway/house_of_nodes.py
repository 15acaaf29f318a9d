"""Several nodes over one store in one process, with hints that may be cut off; no provider and no HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Any, Self

from api.directory import Directory
from api.documents import AgentDoc, GroupDoc
from api.hub import Hub
from api.vault import Vault
from core import command as c
from core.channel import Capabilities, Received
from core.customer import Address
from core.engine import Done, Engine, Surroundings
from core.message import Text
from core.policy import Policy
from core.ports.nodes import Hint
from core.ports.reading import SessionRow
from core.ports.writing import Cause, Lease
from core.survey import Answers
from gateway.desk import DeskKeeper
from gateway.keeping import Keeping
from gateway.nodes import Neighbours
from gateway.outbox import Outbox
from gateway.shell import Shell, Ways
from stores.memory import MemoryStore
from tests.core.given import EVERYTHING, policy

LIMITS = Capabilities(text_limit=1000, inbound=EVERYTHING, outbound=EVERYTHING, options=3)


@dataclass
class Bus:
    """Hints between nodes of one process; none get through while it is cut."""

    takers: list[tuple[int, Callable[[Hint], None]]] = field(default_factory=list)
    cut: bool = False
    told: list[Hint] = field(default_factory=list)


class Wire:
    """One node's end of the bus: `Feed`."""

    def __init__(self, bus: Bus, node: int) -> None:
        self._bus, self._node = bus, node

    @property
    def trouble(self) -> str | None:
        return "cut" if self._bus.cut else None

    def tell(self, hint: Hint) -> None:
        self._bus.told.append(hint)
        for node, take in tuple(self._bus.takers):
            if node != self._node and not self._bus.cut:
                asyncio.get_running_loop().call_soon(take, hint)

    def listen(self, take: Callable[[Hint], None]) -> Callable[[], None]:
        entry = (self._node, take)
        self._bus.takers.append(entry)
        return lambda: self._bus.takers.remove(entry)


class Roll:
    """Whose sockets are open where; `known` is False while nobody can say."""

    def __init__(self, sheets: dict[int, Collection[str]], node: int) -> None:
        self.sheets, self._node, self.known = sheets, node, True

    def here(self, agents: Collection[str]) -> None:
        self.sheets[self._node] = tuple(agents)

    async def elsewhere(self) -> Collection[str] | None:
        if not self.known:
            return None
        return {agent for node, agents in self.sheets.items() if node != self._node for agent in agents}


class Node:
    """An engine, a desk, a directory and a hub of its own, over the store of all."""

    def __init__(self, number: int, store: MemoryStore, bus: Bus, clock: "Timepiece", ids: "count[int]") -> None:
        self.name, self.store, self.clock = f"node{number}", store, clock
        self.feed = Wire(bus, number)
        self.directory = Directory(
            store, Vault.of("a secret for tests only"), clock, connector_class=_none, texts={},
            answers=Answers.compile({}),
        )  # fmt: skip
        self.keeping = Keeping(store, clock, self.name)
        self.desk = DeskKeeper(
            store, clock, Random(number), lambda agent: agent.title(), dict,
            keeping=self.keeping, tell=lambda: self.feed.tell(Hint("desk")),
        )  # fmt: skip
        rules = replace(policy(LIMITS), compiled={})
        self.policy: Policy = replace(rules, channel=replace(rules.channel, id="a"))
        around = Surroundings(
            policy=lambda channel: self.policy,
            new_id=lambda: f"{next(ids):08}",
            number=lambda: next(ids),
            outlook=self.desk.outlook,
            entering=self.desk.entering,
            route=self.desk.route,
            lease=lambda now: Lease(self.name, now + 60_000),
            done=self._happened,
        )
        self.engine = Engine(store, clock, around)
        self.hub = Hub(store, "tests")
        self.outbox = Outbox(
            Shell(
                store=store, engine=self.engine, clock=clock, random=Random(), lease=around.lease, ways=_no_ways,
                find_agent=self.desk.find, fetch=_never, public=lambda content: content, count=lambda a, b: None,
            )
        )  # fmt: skip
        self.neighbours = Neighbours(self.feed, store, clock, self.hub, self.directory, self.desk, self.outbox)
        self._tasks: list[asyncio.Task[None]] = []

    def _happened(self, done: Done) -> None:
        self.desk.happened(done)
        if done.committed is not None:
            self.outbox.accept(done.committed.errands)

    async def start(self) -> None:
        await self.directory.load()
        await self.desk.start(self.engine)
        await self.hub.start()
        await self.neighbours.start()
        works = [
            self.desk.run(), self.keeping.run(), self.outbox.run(),
            self.neighbours.poll(), self.neighbours.follow(), self.neighbours.mark(),
        ]  # fmt: skip
        self._tasks = [asyncio.create_task(work) for work in works]

    async def die(self) -> None:
        """As by kill -9: nothing is given back."""
        self.neighbours.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hub.stop()
        await self.outbox.stop(0)

    async def writes(self, customer: str, id: str) -> None:
        inbound = Received(id=id, address=customer, content=Text("hello"), at=self.clock.now())
        await self.engine.handle(Address("a", customer), c.Receive(inbound), Cause("a", id))


@dataclass
class Timepiece:
    at: int = 1_700_000_000_000

    def now(self) -> int:
        self.at += 1
        return self.at


class Floor:
    """`count` nodes, started; the first one to ask keeps the desk."""

    def __init__(self, nodes: int = 2, store: MemoryStore | None = None) -> None:
        self.store, self.bus, self.clock = store or MemoryStore(), Bus(), Timepiece()
        ids = count(1)
        self.nodes = [Node(number, self.store, self.bus, self.clock, ids) for number in range(nodes)]

    async def __aenter__(self) -> Self:
        for node in self.nodes:
            await node.start()
            await until(lambda: self.keeper is not None)
        return self

    async def __aexit__(self, *_: object) -> None:
        for node in self.nodes:
            await node.die()

    @property
    def keeper(self) -> Node | None:
        return next((node for node in self.nodes if node.keeping.fence is not None), None)

    @property
    def other(self) -> Node:
        """A node that does not keep the desk."""
        return next(node for node in self.nodes if node.keeping.fence is None)

    async def agent(self, id: str, capacity: int = 2) -> None:
        await self.store.seat(id, capacity=capacity, at=self.clock.now())
        await self.store.set_status(id, "online", None, self.clock.now())

    async def session(self, customer: str) -> SessionRow:
        found = await self.store.load("a", customer)
        assert found is not None and found[0].session is not None
        row = await self.store.session(found[0].session.id)
        assert row is not None
        return row

    async def served_by(self, customer: str) -> str | None:
        agent = (await self.session(customer)).session.agent
        return agent.id if agent is not None else None


async def until(true: Callable[[], object], within: float = 15.0) -> None:
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.005)


async def finally_is(look: Callable[[], Awaitable[object]], wanted: object, within: float = 15.0) -> None:
    async with asyncio.timeout(within):
        while await look() != wanted:
            await asyncio.sleep(0.005)


def _none(kind: str) -> Any:
    raise AssertionError("no channels here")


def _no_ways(channel: str) -> Ways:
    raise KeyError(channel)


async def _never(*_: object) -> Any:
    raise AssertionError("nobody sends files here")


def agent_doc(id: str) -> AgentDoc:
    return AgentDoc(id=id, name=id.title(), email=f"{id}@desk.example", role="agent", password_hash="", created_at=1)


def group_doc(id: str, *agents: str) -> GroupDoc:
    return GroupDoc(id=id, name=id.title(), agents=agents, created_at=1)
