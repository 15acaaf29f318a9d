"""Frontdesk put together: everything started in order, stopped in reverse, a half start unwound."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from random import Random

import structlog
from aiohttp import web

import connectors
from api.auth import Auth
from api.directory import Directory
from api.documents import AgentDoc, Change, GroupDoc
from api.hub import Hub, feed_identity
from api.rim import Rim, Signal
from core.channel import Connector
from core.effect import Deliver
from core.engine import Done, Engine, Surroundings
from core.errors import Stale, StoreDown, StoreUnfit
from core.ports import Hint, Seat, Store
from core.routes import Assigning
from gateway.absence import Absences
from gateway.bot_typing import TypingSign
from gateway.bots import Bots
from gateway.channels import Channels
from gateway.config import BadConfiguration, Config
from gateway.desk import DeskKeeper
from gateway.files import Files
from gateway.ground import Ground, prepared
from gateway.hook_wire import HookWire
from gateway.hooks import Hooks, HookShell
from gateway.letting_go import LettingGo
from gateway.metrics import Metrics
from gateway.nodes import Neighbours
from gateway.numbers import Numbers
from gateway.open_store import OpenStore
from gateway.outbox import Outbox
from gateway.presence import Presence
from gateway.replay import Replay
from gateway.shell import Shell
from gateway.translator import Translator
from gateway.web import Readiness, application
from gateway.webhooks import Door, Intake
from gateway.wire import Network
from routing.pools import Team

# A drain takes 3 + 10 + 10 s and a second for each thing that is closed: supervisors are to wait for 30.
NOTICE_S = 3.0  # for proxies that ask /readyz each second to send the next ones elsewhere
PATIENCE_S = 1.0  # of a webhook with a store that hangs: the shortest deadline of a provider is 2 s
AGAIN_S = 2.0  # between two attempts to start while the store is away
DRAIN_S = 10.0  # what is being sent may finish; twice a provider's usual answer, half a supervisor's patience
FIRST_OWNER = "owner"  # one id for all nodes, so that those which start together make one
FORGET_EVERY_S, FORGET_AT_ONCE = 60.0, 2_000
INDEX_EVERY_S, INDEX_AT_ONCE = 0.1, 200
INDEX_BUSY, INDEX_LAG_S = 100, 60.0  # events between two looks; seconds

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Frontdesk:
    """A running one. `url` is where it listens."""

    config: Config
    store: OpenStore
    directory: Directory
    auth: Auth
    engine: Engine
    rim: Rim
    url: str


@asynccontextmanager
async def running(config: Config, *, stop: asyncio.Event | None = None) -> AsyncIterator[Frontdesk]:
    """Start, serve until the block is left, stop. Raises `Error` with a sentence if it cannot start.

    With `stop`, a store on another machine that is away is waited for until that is set.
    """
    async with AsyncExitStack() as stack:
        parts = await _patiently(config, stack, stop)
        url = await _listening(parts, config, stack)
        rim = parts.rim
        yield Frontdesk(config, parts.ground.store, rim.directory, rim.auth, rim.engine, rim, url)


@dataclass(frozen=True, slots=True)
class _Parts:
    ground: Ground
    rim: Rim
    hub: Hub
    channels: Channels
    outbox: Outbox
    intake: Intake
    files: Files
    metrics: Metrics
    presence: Presence
    absences: Absences
    neighbours: Neighbours | None
    hooks: Hooks
    letting_go: LettingGo


async def _patiently(config: Config, stack: AsyncExitStack, stop: asyncio.Event | None) -> _Parts:
    while True:
        try:
            async with AsyncExitStack() as half:
                parts = await _assembled(config, half)
                await stack.enter_async_context(half.pop_all())
                return parts
        except StoreUnfit:
            raise
        except StoreDown as error:
            if stop is None or stop.is_set() or not config.shared:
                raise
            log.warning("store.away", reason=str(error), again_in_seconds=AGAIN_S)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), AGAIN_S)


async def _assembled(config: Config, stack: AsyncExitStack) -> _Parts:
    ground, metrics = await prepared(config, stack), Metrics()
    store, directory, clock, feed = ground.store, ground.directory, ground.clock, ground.feed
    network = Network(config.allow_private)
    await network.start()
    stack.push_async_callback(network.stop)
    kept = Files(config.data / "media", config.public_url, ground.vault, clock, ground.new_id)
    channels = Channels(directory, network, store, clock, kept, config.public_url)
    stack.push_async_callback(channels.stop)
    numbers = Numbers(store, "session")
    await numbers.start()
    stack.push_async_callback(numbers.stop)
    desk = DeskKeeper(
        store, clock, Random(), _names(directory), lambda: teams(directory),
        languages=lambda: {id: agent.languages for id, agent in directory.agents.items()},
        keeping=ground.keeping, tell=lambda: feed.tell(Hint("desk")),
    )  # fmt: skip
    translator = _translator(config, network)

    def signal(shown: Signal) -> None:
        presence.send(shown)

    sign = TypingSign(channels, store, signal)
    bots = Bots(directory, network, store, clock, kept.public, config.public_url, sign.show)
    engine, outbox = _middle(ground, desk, numbers, channels, bots, kept, metrics, translator)

    keeping = ground.keeping
    absences = Absences(store, engine, lambda: keeping is None or keeping.fence is not None, alone=keeping is None)

    def seated(seat: Seat) -> None:
        desk.seat_changed(seat)
        absences.seated(seat)

    async def gone(agent: str) -> None:
        seated(await store.set_status(agent, "offline", "connection lost", clock.now()))

    presence = Presence(gone, directory.grace, feed=feed, roll=ground.roll)
    stack.push_async_callback(presence.stop)
    auth, hub = Auth(store, directory, clock), Hub(store, await feed_identity(store, clock, ground.new_id))
    hook_wire, hooks = await _hooks(ground, hub, kept, config, stack)
    letting_go = LettingGo(
        store, engine, directory, kept, clock, mine=lambda: ground.keeping is None or ground.keeping.fence is not None,
        spooled=lambda: bool(ground.spool.waiting), forgotten=hub.forget,
    )  # fmt: skip
    rim = Rim(
        store=store, engine=engine, directory=directory, auth=auth, clock=clock, hub=hub, vault=ground.vault,
        signals=presence, actions=channels, bots=bots, kinds=_kinds, new_id=ground.new_id, seated=seated,
        files=kept, public_url=config.public_url, standing=desk.standing, translator=translator,
        objection=hook_wire.objection, hooks=hooks, erase_soon=letting_go.soon,
    )  # fmt: skip
    directory.listen(_staff(desk))
    await first_owner(config, directory, auth, clock.now())
    recovered = await store.recover(ground.node, clock.now())
    if recovered:
        log.info("outbox.recovered", errands=recovered)
    await desk.start(engine)
    await hub.start()
    stack.push_async_callback(hub.stop)
    neighbours = Neighbours(feed, store, clock, hub, directory, desk, outbox) if config.shared else None
    if neighbours is not None:
        await neighbours.start()
        stack.callback(neighbours.stop)
    store.listen(neighbours.reached if neighbours is not None else hub.reached)
    patience = PATIENCE_S if config.shared else None
    intake = Intake(
        store,
        engine,
        clock,
        config.public_url,
        _doors(directory),
        metrics.inbound,
        ground.spool,
        patience,
        directory.prepare,
    )
    stack.push_async_callback(intake.stop)
    metrics.watch(ground.spool, feed, ground.keeping)
    parts = _Parts(
        ground, rim, hub, channels, outbox, intake, kept, metrics, presence, absences,
        neighbours, hooks, letting_go,
    )  # fmt: skip
    _background(parts, desk, stack)
    return parts


async def _hooks(
    ground: Ground, hub: Hub, kept: Files, config: Config, stack: AsyncExitStack
) -> tuple[HookWire, Hooks]:
    wire = HookWire(config.allow_private)
    await wire.start()
    stack.push_async_callback(wire.stop)
    hooks = Hooks(
        HookShell(
            store=ground.store, clock=ground.clock, random=Random(), node=ground.node, directory=ground.directory,
            hub=hub, files=kept, vault=ground.vault, wire=wire, new_id=ground.new_id,
        )
    )  # fmt: skip
    stack.push_async_callback(hooks.stop)
    return wire, hooks


def _middle(
    ground: Ground,
    desk: DeskKeeper,
    numbers: Numbers,
    channels: Channels,
    bots: Bots,
    kept: Files,
    metrics: Metrics,
    translator: Translator | None,
) -> tuple[Engine, Outbox]:
    """Who decides and who carries it out: each commit of the one is told to the other."""
    directory, shared = ground.directory, ground.config.shared

    def happened(done: Done) -> None:
        desk.happened(done)
        if done.committed is None:
            return
        outbox.accept(done.committed.errands)
        if shared and _left_behind(done):
            ground.feed.tell(Hint("errands", body=done.conversation.id))

    around = Surroundings(
        policy=directory.policy, new_id=ground.new_id, number=numbers.next, outlook=desk.outlook, route=desk.route,
        entering=desk.entering,
        standing=desk.standing, others_online=desk.others_online, away_free=desk.away_free, gone_since=desk.gone_since,
        lease=ground.lease, done=happened, doubted=lambda conversation: outbox.doubt(conversation),  # noqa: PLW0108
    )  # fmt: skip
    engine = Engine(ground.store, ground.clock, around)
    outbox = Outbox(
        Shell(
            store=ground.store, engine=engine, clock=ground.clock, random=Random(), lease=ground.lease,
            ways=channels.ways, find_agent=desk.find, fetch=channels.fetch, public=kept.public,
            count=metrics.outbound, shares=ground.shares, ask_bot=partial(bots.ask, engine),
            translate=translator.translate if translator else None,
        )
    )  # fmt: skip
    return engine, outbox


def _translator(config: Config, network: Network) -> Translator | None:
    """None unless a service is configured; its address is trusted like a channel's own."""
    address = config.translator
    return None if address is None else Translator(address, network.wire([address.base]))


def _staff(desk: DeskKeeper) -> Callable[[Change], None]:
    def changed(change: Change) -> None:
        if change.collection in ("groups", "agents", "settings"):
            desk.staff_changed()

    return changed


def _background(parts: _Parts, desk: DeskKeeper, stack: AsyncExitStack) -> None:
    """The loops that run for as long as the process does; one that ends by an error is a defect and is logged."""
    keeping = parts.ground.keeping
    works: list[tuple[str, Callable[[], Awaitable[None]]]] = [
        ("desk", desk.run),
        ("absences", parts.absences.run),
        ("outbox", parts.outbox.run),
        ("channels", lambda: parts.channels.watch(lambda: keeping is None or keeping.fence is not None)),
        ("warm", lambda: _warm(parts.ground.directory)),
        ("housekeeping", lambda: _housekeeping(parts)),
        ("index", lambda: _indexing(parts.ground.store, lambda: parts.hub.newest)),
        ("webhooks", parts.hooks.run),
        ("letting go", parts.letting_go.run),
        ("replay", Replay(parts.ground.spool, parts.intake).run),
    ]
    if parts.neighbours is not None:
        near = parts.neighbours
        works += [("poll", near.poll), ("follow", near.follow), ("mark", near.mark), ("roll", parts.presence.watch)]
    if keeping is not None:
        works.append(("keeping", keeping.run))
    tasks = [asyncio.ensure_future(_watched(name, work)) for name, work in works]

    async def stop() -> None:
        await parts.outbox.stop(DRAIN_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if keeping is not None:
            await keeping.give_back()

    stack.push_async_callback(stop)


async def _watched(name: str, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            log.exception("background.defect", loop=name)
            await asyncio.sleep(1.0)
        else:
            return


async def _housekeeping(parts: _Parts) -> None:
    """Forget what has had its time, in small batches, and refresh the figures that are read from the store."""
    while True:
        rim, metrics = parts.rim, parts.metrics
        now = rim.clock.now()
        longest = max(
            (connectors.load(doc.kind).capabilities.redelivers_seconds for doc in rim.directory.channels.values()),
            default=7 * 86_400,
        )
        if not parts.ground.spool.waiting:  # what waits there may have been kept, and is known by its cause alone
            while await parts.ground.store.forget(now - longest * 1000, FORGET_AT_ONCE) >= FORGET_AT_ONCE:
                log.debug("housekeeping.more_to_forget")
        counts = await parts.ground.store.counts()
        metrics.stored(counts)
        metrics.held.set(parts.outbox.held)
        await asyncio.sleep(FORGET_EVERY_S)


async def _indexing(store: Store, newest: Callable[[], int]) -> None:
    """Search follows behind the commits; when they come thick it waits for a quieter moment, at most a minute."""
    before, left, waited = 0, True, 0.0
    while True:
        await asyncio.sleep(INDEX_EVERY_S)
        now = newest()
        grown, before = now - before, now
        if grown > INDEX_BUSY and waited < INDEX_LAG_S:
            left, waited = True, waited + INDEX_EVERY_S
        elif grown or left:
            left, waited = bool(await store.index(INDEX_AT_ONCE)), 0.0


async def _warm(directory: Directory) -> None:
    """Build every channel's connector and rules, beside the first webhooks, which wait for their own only."""
    for channel in list(directory.channels):
        if (preparing := directory.prepare(channel)) is not None:
            await preparing


def _doors(directory: Directory) -> Callable[[str], Door]:
    def door(channel: str) -> Door:
        return Door(directory.connector(channel), directory.channels[channel].signature == "enforce")

    return door


def _names(directory: Directory) -> Callable[[str], str | None]:
    def name(agent: str) -> str | None:
        doc = directory.agent(agent)
        return doc.name if doc else None

    return name


def teams(directory: Directory) -> Mapping[str, Team]:
    """The groups as the desk sees them; a group's own method before the settings'."""
    return {id: _team(group, directory.assigning(id), directory.is_open(id)) for id, group in directory.groups.items()}


def _team(group: GroupDoc, assigning: Assigning, is_open: bool) -> Team:
    return Team(
        members=frozenset(group.agents),
        name=group.name,
        method=group.method or assigning.method,
        familiar=assigning.familiar_first,
        weights=assigning.weights,
        open=is_open,
    )


def _kinds() -> Mapping[str, type[Connector]]:
    return {kind: connectors.load(kind) for kind in connectors.kinds()}


def _left_behind(done: Done) -> bool:
    """Whether the store kept a delivery for itself, because another node is at an older one of the conversation."""
    assert done.committed is not None
    made = sum(isinstance(effect, Deliver) for effect in done.decision.effects)
    return made > sum(isinstance(errand.effect, Deliver) for errand in done.committed.errands)


async def first_owner(config: Config, directory: Directory, auth: Auth, now: int) -> None:
    """Somebody must be able to sign in: from the environment, or with a password that is printed once."""
    if any(agent.role == "owner" for agent in directory.agents.values()):
        return
    email = (config.admin_email or "owner@localhost").lower()
    password = config.admin_password or secrets.token_urlsafe(12)
    hashed = await auth.hash(password)
    owner = AgentDoc(
        id=FIRST_OWNER, name=email.partition("@")[0].title(), email=email, role="owner", password_hash=hashed,
        created_at=now,
    )  # fmt: skip
    try:
        await directory.save_agent(owner, who="first start", expected=0)
    except Stale:  # another node was started at the same instant
        await directory.load()
        return
    if config.admin_password is None:
        print(f"\nFirst start: sign in as {email} with the password {password} (shown only now).\n", flush=True)


async def _listening(parts: _Parts, config: Config, stack: AsyncExitStack) -> str:
    ground = parts.ground
    readiness = Readiness(ground.store, ground.spool, (lambda: ground.feed.trouble,))
    app = application(parts.rim, parts.intake, parts.files, parts.metrics, readiness)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN_S)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, config.host, config.port, backlog=1024)
    try:
        await site.start()
    except OSError as error:
        raise BadConfiguration(
            f"FRONTDESK_HOST and FRONTDESK_PORT: {config.host}:{config.port} cannot be listened on "
            f"({error.strerror or error})."
        ) from error

    async def drain() -> None:
        readiness.draining.set()
        if config.shared:
            await asyncio.sleep(NOTICE_S)

    stack.push_async_callback(drain)
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"
