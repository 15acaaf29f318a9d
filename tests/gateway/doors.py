"""A door with a channel of the test's own behind it: one line a message, `ID ADDRESS TEXT`; the store fails as told."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import ClassVar

import msgspec
from aiohttp import web

from core.channel import Capabilities, Delivery, HookRequest, Inbound, Receipt, Received
from core.engine import Done, Engine, Surroundings
from core.errors import Forged, NotUnderstood, StoreDown
from core.message import Text
from core.policy import Policy
from core.ports.papers import Raw
from core.ports.writing import Commit, Committed, Lease
from core.turn import Outlook
from gateway.replay import Replay
from gateway.spool import Spool
from gateway.web import Readiness
from gateway.webhooks import Door, Intake, routes
from stores.memory import MemoryStore
from tests.core.given import EVERYTHING, NOON, policy

LIMITS = Capabilities(text_limit=1000, inbound=EVERYTHING, outbound=EVERYTHING, options=3)


class Lines:
    """Signed with a header that is `right`; a body that begins with `?` is not understood."""

    Settings: ClassVar[type[msgspec.Struct]] = msgspec.Struct
    kind: ClassVar[str] = "lines"
    title: ClassVar[str] = "Lines"
    capabilities: ClassVar[Capabilities] = LIMITS

    def verify(self, request: HookRequest) -> None:
        if request.headers.get("signature") != "right":
            raise Forged("not signed")

    def read(self, request: HookRequest) -> Sequence[Inbound]:
        text = request.body.decode()
        if text.startswith("?"):
            raise NotUnderstood("it begins with a question mark")
        return [_received(line) for line in text.splitlines()]

    async def deliver(self, delivery: Delivery, wire: object) -> Receipt:
        return Receipt()


def _received(line: str) -> Received:
    id, address, text = line.split(" ", 2)
    return Received(id=id, address=address, content=Text(text), at=0)


class Fallible(MemoryStore):
    """`down`: refuses; `frozen`: neither answers nor fails until it is thawed."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.thawed = asyncio.Event()
        self.thawed.set()

    def freeze(self) -> None:
        self.thawed.clear()

    async def _answer(self) -> None:
        await self.thawed.wait()
        if self.down:
            raise StoreDown("the store is away")

    async def commit(self, commit: Commit) -> Committed:
        await self._answer()
        return await super().commit(commit)

    async def keep_raw(self, raw: Raw) -> None:
        await self._answer()
        await super().keep_raw(raw)

    async def newest(self) -> int:
        await self._answer()
        return await super().newest()


class Site:
    """An intake with its spool, served; time moves on by a second with each look at the clock."""

    def __init__(self, store: Fallible, spool: Spool, *, patience: float | None = None) -> None:
        self.store, self.spool = store, spool
        self.counts: Counter[str] = Counter()
        self.channels = {"a", "b"}
        self._seconds, ids, numbers = count(), count(1), count(1)
        rules = {channel: _policy(channel) for channel in self.channels}
        around = Surroundings(
            policy=rules.__getitem__,
            new_id=lambda: f"{next(ids):08}",
            number=lambda: next(numbers),
            outlook=lambda channel, group: Outlook(),
            lease=lambda now: Lease("node", now + 60_000),
            done=_ignored,
        )
        engine = Engine(store, self, around)
        self.intake = Intake(store, engine, self, "https://desk.example", self._door, self._count, spool, patience)
        self.replay = Replay(spool, self.intake, lambda seconds: asyncio.sleep(0))
        self.readiness = Readiness(store, spool=spool)

    def now(self) -> int:
        return NOON + next(self._seconds) * 1000

    def _door(self, channel: str) -> Door:
        if channel not in self.channels:
            raise KeyError(channel)
        return Door(Lines(), True)

    def _count(self, channel: str, what: str) -> None:
        self.counts[what] += 1

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(routes(self.intake))
        app.router.add_get("/readyz", self.readiness.answer)
        return app

    async def said(self, channel: str, address: str) -> list[str]:
        """What the customer's messages in the store are, in order."""
        found = await self.store.load(channel, address)
        if found is None or found[0].session is None:
            return []
        history = await self.store.history(found[0].session.id, 0, 500)
        customers = [stored for stored in history if stored.message.author.kind == "customer"]
        return [stored.message.content.text for stored in customers if isinstance(stored.message.content, Text)]


def _ignored(done: Done) -> None:
    return None


def _policy(channel: str) -> Policy:
    rules = policy(LIMITS)
    return replace(rules, channel=replace(rules.channel, id=channel), compiled={})
