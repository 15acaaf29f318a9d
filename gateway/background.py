"""The loops that run for as long as the process does."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import structlog

import connectors
from api.directory import Directory
from core.errors import StoreDown
from core.ports.store import Store
from gateway.catching_up import CatchingUp
from gateway.desk import DeskKeeper
from gateway.parts import Parts
from gateway.replay import Replay

DRAIN_S = 10.0  # what is being sent may finish; twice a provider's usual answer, half a supervisor's patience
FORGET_EVERY_S, FORGET_AT_ONCE = 60.0, 2_000
INDEX_EVERY_S, INDEX_AT_ONCE = 0.1, 200
INDEX_BUSY, INDEX_LAG_S = 100, 60.0  # events between two looks; seconds

log = structlog.get_logger()


def background(parts: Parts, desk: DeskKeeper, stack: AsyncExitStack) -> None:
    """The loops that run for as long as the process does; one that ends by an error is a defect and is logged."""
    keeping = parts.ground.keeping

    def ours() -> bool:
        return keeping is None or keeping.fence is not None

    works: list[tuple[str, Callable[[], Awaitable[None]]]] = [
        ("desk", desk.run),
        ("absences", parts.absences.run),
        ("outbox", parts.outbox.run),
        ("channels", lambda: parts.channels.watch(ours)),
        (
            "catching up",
            CatchingUp(
                parts.rim.directory, parts.ground.store, parts.intake, parts.rim.clock, parts.channels.ways, ours
            ).run,
        ),
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
        except StoreDown as error:  # it comes back, and whatever was left is found again
            log.warning("background.store_down", loop=name, reason=str(error))
            await asyncio.sleep(1.0)
        except Exception:
            log.exception("background.defect", loop=name)
            await asyncio.sleep(1.0)
        else:
            return


async def _housekeeping(parts: Parts) -> None:
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
