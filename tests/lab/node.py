"""One node: the whole gateway above Store, Feed, Wire and Clock, as gateway/assembly.py puts it together, and its end.

Everything a node starts runs in its own context, so that a crash drops all of it where it stands.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, TypeVar, cast

import msgspec

from api.directory import Directory
from core import effect as f
from core.channel import Answer, Connector, FetchesMedia, Wire
from core.engine import Done, Engine, Surroundings
from core.errors import Rejected, StoreDown, Uncertain, Unreachable
from core.message import Content, Media
from core.policy import Policy
from core.ports.nodes import Hint
from core.ports.store import Store
from core.ports.writing import Lease, Leased
from gateway import absence as absence_module
from gateway import desk as desk_module
from gateway import keeping as keeping_module
from gateway.absence import Absences
from gateway.assembly import PATIENCE_S, left_behind
from gateway.bots import Bots
from gateway.clock import uuid7
from gateway.desk import DeskKeeper
from gateway.keeping import Keeping
from gateway.numbers import Numbers
from gateway.outbox import Outbox
from gateway.replay import Replay
from gateway.shell import Shell, Ways
from gateway.spool import Kept, Spool, SpoolFull
from gateway.webhooks import Door, Intake
from gateway.wire import Network
from routing.pools import Team
from tests.lab.company import Folders, translate
from tests.lab.loop import OWNER, Loop
from tests.lab.providers.base import Provider, Reply, asked
from tests.lab.store import Front, Shared, Weather

T = TypeVar("T")
LEASE_MS = 60_000  # as gateway.ground
TOTAL_S = 20.0  # as gateway.wire
PUBLIC = "https://desk.example"
NOON = 1_700_000_000_000


HEARTBEAT_S, KEEPER_MS, LOOK_S = 120.0, 270_000, 300.0
"""Instead of every second, so that a thousand days fit: how often the desk's lease is renewed, how long it lasts, and
when the desk and who is absent is looked at though no hint came."""


def slow_heartbeats() -> None:
    """The beats that are constants of the product, once for this process."""
    keeping_module.RENEW_S, keeping_module.LEASE_MS = HEARTBEAT_S, KEEPER_MS
    desk_module.LOOK_EVERY_S = absence_module.LOOK_EVERY_S = LOOK_S


class Disk:
    """A node's spool: what `gateway.spool.Spool` is to intake and replay, on a disk that outlives the process."""

    def __init__(self, random: Random, counts: Any) -> None:
        self._random, self._counts = random, counts
        self._kept: list[Kept] = []
        self._filled = asyncio.Event()

    @property
    def waiting(self) -> int:
        return len(self._kept)

    def holds(self, channel: str) -> bool:
        return any(kept.channel == channel for kept in self._kept)

    async def keep(self, kept: Kept) -> None:
        await asyncio.sleep(0.002)
        if self._random.random() < 0.02:
            self._counts["disk full"] += 1
            raise SpoolFull("the disk is full")
        self._counts["spooled"] += 1
        self._kept.append(kept)
        self._filled.set()
        await asyncio.sleep(0.002)

    async def filled(self) -> None:
        await self._filled.wait()

    async def oldest(self) -> "Some | None":
        if not self._kept:
            self._filled.clear()
            return None
        return Some(tuple(self._kept[:20]))

    async def drop(self, batch: "Some") -> None:
        await asyncio.sleep(0.001)
        del self._kept[: len(batch.kept)]


@dataclass(frozen=True, slots=True)
class Some:
    kept: tuple[Kept, ...]


class Gone(Exception):
    """The node died before it answered."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all nodes share besides the store."""

    loop: Loop
    random: Random
    shared: Shared
    counts: Any
    providers: Mapping[str, Provider]
    policies: Mapping[str, Policy]
    names: Mapping[str, str]
    teams: Mapping[str, Team]
    connectors: Callable[[], Mapping[str, Connector]]
    hint: Callable[["Node", Hint], None]
    called: Callable[["Node", Provider, Any], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What the intake looks at of an HTTP request."""

    method: str
    raw_path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    match_info: Mapping[str, str] = field(default_factory=dict)

    async def read(self) -> bytes:
        return self.body


class Node:
    def __init__(self, name: str, setting: Setting, skew: int, disk: Disk) -> None:
        self.name, self.setting, self.skew, self.disk = name, setting, skew, disk
        self.dead = False
        self.frozen: list[asyncio.Handle] | None = None
        self.ready = False
        self.tasks: list[asyncio.Task[Any]] = []
        self.pending: dict[asyncio.Future[Any], None] = {}
        self.weather = Weather(setting.random, setting.counts)
        self.front = Front(setting.shared, self.weather, self.now)
        self.context: Context = copy_context()
        self.context.run(OWNER.set, self)
        self._assemble()

    def now(self) -> int:
        return NOON + int(self.setting.loop.time() * 1000) + self.skew

    def _assemble(self) -> None:
        setting, store = self.setting, cast(Store, self.front)
        random = setting.random
        new_id = uuid7(self.now, lambda count: random.getrandbits(8 * count).to_bytes(count, "big"))
        self.id = new_id()
        self.connectors = setting.connectors()
        self.numbers = Numbers(store, "session")
        self.keeping = Keeping(store, self, self.id)
        self.desk = DeskKeeper(
            store, self, random, setting.names.get, lambda: setting.teams,
            keeping=self.keeping, tell=lambda: setting.hint(self, Hint("desk")),
        )  # fmt: skip

        def lease(now: int) -> Lease:
            return Lease(self.id, now + LEASE_MS)

        around = Surroundings(
            policy=setting.policies.__getitem__, new_id=new_id, number=self.numbers.next,
            outlook=self.desk.outlook, entering=self.desk.entering, route=self.desk.route, standing=self.desk.standing,
            others_online=self.desk.others_online, away_free=self.desk.away_free,
            gone_since=self.desk.gone_since,
            lease=lease, done=self._happened, doubted=self._doubted,
        )  # fmt: skip
        self.engine = Engine(store, self, around)
        self.absences = Absences(store, self.engine, lambda: self.keeping.fence is not None, alone=False)
        bots = Bots(cast(Directory, Folders()), cast(Network, None), store, self, _public, PUBLIC)
        wire: Wire = NodeWire(self)
        ways = {
            channel: Ways(connector, wire, f"{PUBLIC}/hooks/{channel}/status")
            for channel, connector in self.connectors.items()
        }
        self.ways = ways
        self.outbox = Outbox(
            Shell(
                store=store, engine=self.engine, clock=self, random=random, lease=lease, ways=ways.__getitem__,
                find_agent=self.desk.find, fetch=self._fetch, public=_public, count=self._count,
                ask_bot=partial(bots.ask, self.engine), translate=translate,
            )
        )  # fmt: skip
        self.intake = Intake(
            store=store, engine=self.engine, clock=self, public_url=PUBLIC,
            door=lambda channel: Door(self.connectors[channel], enforce=True), count=self._count,
            spool=self.disk, patience=PATIENCE_S,
        )  # fmt: skip

    def _doubted(self, conversation: str) -> None:
        self.outbox.doubt(conversation)

    def _count(self, channel: str, what: str) -> None:
        self.setting.counts[f"{channel} {what}"] += 1

    def _happened(self, done: Done) -> None:
        self.desk.happened(done)
        if done.committed is None:
            return
        self.outbox.accept(done.committed.errands)
        if left_behind(done):
            self.setting.hint(self, Hint("errands", body=done.conversation.id))

    async def _fetch(self, errand: Leased, effect: f.FetchMedia, ways: Ways) -> Content:
        """As `gateway.channels`, but the bytes go nowhere: there are no threads here to write them."""
        stored = await cast(Store, self.front).message(effect.session, effect.seq)
        if stored is None or not isinstance(stored.message.content, Media):
            raise Rejected("gone", "The message is gone.")
        if not isinstance(ways.connector, FetchesMedia):
            raise Rejected("no_media", "This channel gives no files.")
        url, headers = await ways.connector.media(effect.ref, ways.wire)
        size = 0
        async for chunk in ways.wire.stream(url, headers, max_bytes=25 << 20):
            size += len(chunk)
        content = stored.message.content
        return type(content)(
            url=f"media:{effect.id}", mime=content.mime, size=size, name=content.name, caption=content.caption,
            duration=content.duration, ref=content.ref,
        )  # fmt: skip

    # --- life and death

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        """The loop adds the task to `tasks`, which keeps it."""
        if len(self.tasks) > 500:
            self.tasks = [task for task in self.tasks if not task.done()]
        self.setting.loop.create_task(work, context=self.context).add_done_callback(_ended)

    async def live(self) -> None:
        """Start as `gateway.app` does, then run its loops."""
        while True:
            try:
                await self.numbers.start()
                await self.desk.start(self.engine)
                break
            except StoreDown:
                await asyncio.sleep(1.0)  # a process that cannot start is started again
        self.ready = True
        replay = Replay(cast(Spool, self.disk), self.intake)
        for work in (self.desk.run, self.outbox.run, self.keeping.run, replay.run, self.absences.run):
            self.begin(self._loop(work))
        self.begin(self._housekeeping())

    async def _loop(self, work: Callable[[], Awaitable[None]]) -> None:
        """As `gateway.background` watches its loops."""
        while True:
            try:
                await work()
            except StoreDown:
                self.setting.counts["loop began again"] += 1
                await asyncio.sleep(1.0)
            else:
                return

    async def _housekeeping(self) -> None:
        store = cast(Store, self.front)
        while True:
            await asyncio.sleep(6 * 3600.0)
            try:
                await store.forget(self.now() - 7 * 86_400_000, 2000)
                await store.index(500)
            except StoreDown:
                continue

    def take(self, hint: Hint) -> None:
        """What another node tells, as `gateway.nodes` hands it on."""
        if hint.about == "errands":
            self.outbox.behind(hint.body)
        else:
            self.desk.look()

    def crash(self) -> list[asyncio.Task[Any]]:
        """Nothing runs on, nothing is cleaned up; who waits for an answer gets none. What must not be collected."""
        self.dead = True
        self.engine._known.clear()
        self.setting.shared.leave(self.front)
        pending, self.pending = self.pending, {}
        for answer in pending:
            if not answer.done():
                answer.set_exception(Gone())
        return self.tasks

    # --- what is asked of it

    async def ask(self, work: Coroutine[Any, Any, T], within: float) -> T:
        """Let the node do something for somebody outside; raises `Gone`, `TimeoutError`, or what the work raises."""
        answer: asyncio.Future[T] = self.setting.loop.create_future()
        self.pending[answer] = None
        self.begin(_answered(work, answer))
        try:
            async with asyncio.timeout(within):
                return await asyncio.shield(answer)
        finally:
            self.pending.pop(answer, None)

    async def hook(self, request: Request, acknowledged: Callable[[], None]) -> int:
        response = await self.intake.hook(request)  # type: ignore[arg-type]
        if 200 <= response.status < 300:
            acknowledged()
        return response.status


def _ended(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error  # to the loop's exception handler: a defect


async def _answered(work: Coroutine[Any, Any, T], answer: "asyncio.Future[T]") -> None:
    try:
        result = await work
    except Exception as error:  # noqa: BLE001 (handed to whoever asked)
        if not answer.done():
            answer.set_exception(error)
            answer.exception()
    else:
        if not answer.done():
            answer.set_result(result)


def _public(content: Content) -> Content:
    if isinstance(content, Media) and content.url is not None and content.url.startswith("media:"):
        return type(content)(
            url=f"{PUBLIC}/media/{content.url[6:]}", mime=content.mime, size=content.size, name=content.name,
            caption=content.caption, duration=content.duration, ref=content.ref,
        )  # fmt: skip
    return content


class NodeWire:
    """A node's `Wire`: to the look-alike whose host it is, through a network that is as bad as that look-alike says."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._random, self._loop = node.setting.random, node.setting.loop

    async def call(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None,
        *, timeout: float | None = None,
    ) -> Answer:  # fmt: skip
        request, counts = asked(method, url, headers or {}, body), self._node.setting.counts
        provider = self._node.setting.providers.get(url.split("/", 3)[2])
        if provider is None:
            raise Unreachable("network", "no such host")
        self._node.setting.called(self._node, provider, request)
        draw, trouble, limit = self._random.random(), provider.trouble, timeout or TOTAL_S
        await asyncio.sleep(0.02 + self._random.random() * 0.1)
        if draw < trouble.down:
            counts["provider refused"] += 1
            raise Unreachable("network", "connection refused")
        draw -= trouble.down
        if draw < trouble.drop:
            counts["connection reset"] += 1
            if self._random.random() < 0.5:
                provider.serve(request)
            raise Uncertain("network", "connection reset")
        draw -= trouble.drop
        if draw < trouble.hang:
            await self._hung(provider, request, limit)
        draw -= trouble.hang
        return await self._answered(provider, request, draw)

    async def _hung(self, provider: Provider, request: Any, limit: float) -> None:
        """No answer within the time; the request is dropped, taken at once, or taken only after we went away."""
        self._node.setting.counts["provider hung"] += 1
        fate = self._random.random()
        if fate < 0.4:
            provider.serve(request)
        elif fate < 0.5:
            _ = self._loop.apart(_late(provider, request, limit + 3.0))
        await asyncio.sleep(limit)
        raise Uncertain("network", "took too long to answer")

    async def _answered(self, provider: Provider, request: Any, draw: float) -> Answer:
        trouble, counts = provider.trouble, self._node.setting.counts
        reply: Reply
        if draw < trouble.busy:
            counts["provider throttled"] += 1
            reply = provider.throttled()
        elif draw < trouble.busy + trouble.broken:
            counts["provider failed"] += 1
            reply = provider.broke()
        else:
            reply = provider.serve(request)
        await asyncio.sleep(0.02 + self._random.random() * 0.1)
        return Answer(reply.status, reply.headers, msgspec.json.encode(reply.body))

    async def stream(
        self, url: str, headers: Mapping[str, str] | None = None, *, max_bytes: int
    ) -> AsyncIterator[bytes]:
        await asyncio.sleep(0.1)
        if self._random.random() < 0.05:
            raise Unreachable("503", "The file is not ready.")
        yield b"\xff\xd8\xff" + b"0" * 64


async def _late(provider: Provider, request: Any, seconds: float) -> None:
    await asyncio.sleep(seconds)
    provider.serve(request)
