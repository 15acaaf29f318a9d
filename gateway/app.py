"""Frontdesk put together: everything started in order, stopped in reverse, a half start unwound."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random

import structlog
from aiohttp import web

import connectors
import locales
from api.auth import Auth
from api.directory import Directory
from api.documents import AgentDoc, Change
from api.hub import Hub, feed_identity
from api.rim import Rim
from api.vault import Vault
from core.channel import Connector
from core.engine import Done, Engine, Surroundings
from core.ports import Lease
from core.survey import Answers
from gateway.channels import Channels
from gateway.clock import SystemClock, uuid7
from gateway.config import BadConfiguration, Config
from gateway.desk import DeskKeeper
from gateway.files import Files
from gateway.metrics import Metrics
from gateway.numbers import Numbers
from gateway.outbox import Outbox, Shell
from gateway.presence import Presence
from gateway.web import Readiness, application
from gateway.webhooks import Door, Intake
from gateway.wire import Network
from routing.desk import Team
from stores.sqlite import SqliteStore

LEASE_MS = 60_000  # longer than any call's timeout: a lease that runs out means that its node is gone
DRAIN_S = 10.0  # what is being sent may finish; twice a provider's usual answer, half a supervisor's patience
FORGET_EVERY_S, FORGET_AT_ONCE = 60.0, 2_000
INDEX_EVERY_S, INDEX_AT_ONCE = 0.1, 200
INDEX_BUSY, INDEX_LAG_S = 100, 60.0  # events between two looks; seconds

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Frontdesk:
    """A running one. `url` is where it listens."""

    config: Config
    store: SqliteStore
    directory: Directory
    auth: Auth
    engine: Engine
    rim: Rim
    url: str


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[Frontdesk]:
    """Start, serve until the block is left, stop. Raises `Error` with a sentence if it cannot start."""
    async with AsyncExitStack() as stack:
        parts = await _assembled(config, stack)
        url = await _listening(parts, config, stack)
        rim = parts.rim
        yield Frontdesk(config, parts.store, rim.directory, rim.auth, rim.engine, rim, url)


@dataclass(frozen=True, slots=True)
class _Parts:
    store: SqliteStore
    rim: Rim
    hub: Hub
    channels: Channels
    outbox: Outbox
    intake: Intake
    files: Files
    metrics: Metrics
    readiness: Readiness


async def _assembled(config: Config, stack: AsyncExitStack) -> _Parts:
    clock, metrics = SystemClock(), Metrics()
    new_id = uuid7(clock.now)
    node = new_id()
    await asyncio.to_thread(config.data.mkdir, parents=True, exist_ok=True)
    vault = Vault.of(*await asyncio.to_thread(secret, config))
    store = await SqliteStore.open(config.database)
    stack.push_async_callback(store.close)
    texts = await asyncio.to_thread(locales.read)
    directory = Directory(
        store, vault, clock, connector_class=connectors.load,
        texts={tag: found.prompts for tag, found in texts.items()},
        answers=Answers.compile({tag: found.survey for tag, found in texts.items()}),
    )  # fmt: skip
    await directory.load()
    network = Network(config.allow_private)
    await network.start()
    stack.push_async_callback(network.stop)
    kept = Files(config.data / "media", config.public_url, vault, clock, new_id)
    channels = Channels(directory, network, store, clock, kept, config.public_url)
    stack.push_async_callback(channels.stop)
    numbers = Numbers(store, "session")
    await numbers.start()
    stack.push_async_callback(numbers.stop)
    desk = DeskKeeper(store, clock, Random(), _names(directory), lambda: teams(directory))
    hub = Hub(store, await feed_identity(store, clock, new_id))
    store.listen(hub.reached)

    def lease(now: int) -> Lease:
        return Lease(node, now + LEASE_MS)

    def happened(done: Done) -> None:
        desk.happened(done)
        if done.committed is not None:
            outbox.accept(done.committed.errands)

    def doubted(conversation: str) -> None:
        outbox.doubt(conversation)

    around = Surroundings(directory.policy, new_id, numbers.next, desk.outlook, lease, happened, doubted)
    engine = Engine(store, clock, around)
    outbox = Outbox(
        Shell(
            store=store, engine=engine, clock=clock, random=Random(), lease=lease,
            ways=channels.ways, find_agent=desk.find, fetch=channels.fetch, public=kept.public,
            count=metrics.outbound,
        )
    )  # fmt: skip

    async def gone(agent: str) -> None:
        desk.seat_changed(await store.set_status(agent, "offline", "connection lost", clock.now()))

    presence = Presence(gone)
    stack.push_async_callback(presence.stop)
    auth = Auth(store, directory, clock)
    rim = Rim(
        store=store, engine=engine, directory=directory, auth=auth, clock=clock, hub=hub, vault=vault,
        signals=presence, actions=channels, kinds=_kinds, new_id=new_id, seated=desk.seat_changed,
        files=kept, public_url=config.public_url,
    )  # fmt: skip

    def changed(change: Change) -> None:
        if change.collection in ("groups", "agents", "settings"):
            desk.staff_changed()

    directory.listen(changed)
    await first_owner(config, directory, auth, new_id, clock.now())
    await _warm(directory)
    recovered = await store.recover(node, clock.now())
    if recovered:
        log.info("outbox.recovered", errands=recovered)
    await desk.start(engine)
    await hub.start()
    stack.push_async_callback(hub.stop)
    intake = Intake(store, engine, clock, config.public_url, _doors(directory), metrics.inbound)
    parts = _Parts(store, rim, hub, channels, outbox, intake, kept, metrics, Readiness(store))
    _background(parts, desk, stack)
    return parts


def _background(parts: _Parts, desk: DeskKeeper, stack: AsyncExitStack) -> None:
    """The loops that run for as long as the process does; one that ends by an error is a defect and is logged."""
    works: list[tuple[str, Callable[[], Awaitable[None]]]] = [
        ("desk", desk.run),
        ("outbox", parts.outbox.run),
        ("channels", parts.channels.watch),
        ("housekeeping", lambda: _housekeeping(parts)),
        ("index", lambda: _indexing(parts.store, lambda: parts.hub.newest)),
    ]
    tasks = [asyncio.ensure_future(_watched(name, work)) for name, work in works]

    async def stop() -> None:
        await parts.outbox.stop(DRAIN_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

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
        while await parts.store.forget(now - longest * 1000, FORGET_AT_ONCE) >= FORGET_AT_ONCE:
            log.debug("housekeeping.more_to_forget")
        counts = await parts.store.counts()
        metrics.stored(counts)
        metrics.held.set(parts.outbox.held)
        await asyncio.sleep(FORGET_EVERY_S)


async def _indexing(store: SqliteStore, newest: Callable[[], int]) -> None:
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
    """Build the connectors now and off the loop: an SDK takes half a second to import."""
    for channel in list(directory.channels):
        await asyncio.to_thread(directory.connector, channel)


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
    return {
        id: Team(frozenset(group.agents), group.name, group.method or directory.method(id))
        for id, group in directory.groups.items()
    }


def _kinds() -> Mapping[str, type[Connector]]:
    return {kind: connectors.load(kind) for kind in connectors.kinds()}


def secret(config: Config) -> tuple[str, ...]:
    """FRONTDESK_SECRET, or the one in the data directory, made once and readable by its owner only."""
    if config.secret is not None:
        return tuple(config.secret.split())  # the newest first; older ones still open what they sealed
    path = config.data / "secret"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return tuple(path.read_text().split())
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    return tuple(path.read_text().split())


async def first_owner(config: Config, directory: Directory, auth: Auth, new_id: Callable[[], str], now: int) -> None:
    """Somebody must be able to sign in: from the environment, or with a password that is printed once."""
    if any(agent.role == "owner" for agent in directory.agents.values()):
        return
    email = (config.admin_email or "owner@localhost").lower()
    password = config.admin_password or secrets.token_urlsafe(12)
    hashed = await auth.hash(password)
    owner = AgentDoc(
        id=new_id(), name=email.partition("@")[0].title(), email=email, role="owner", password_hash=hashed,
        created_at=now,
    )  # fmt: skip
    await directory.save_agent(owner, who="first start")
    if config.admin_password is None:
        print(f"\nFirst start: sign in as {email} with the password {password} (shown only now).\n", flush=True)


async def _listening(parts: _Parts, config: Config, stack: AsyncExitStack) -> str:
    app = application(parts.rim, parts.intake, parts.files, parts.metrics, parts.readiness)
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
    stack.callback(parts.readiness.draining.set)
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"
