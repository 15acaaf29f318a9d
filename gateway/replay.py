"""Puts spooled webhooks into the store once it is back: oldest first, each person's in their order, each once.

The signature was right when they came and is not asked for again: a secret changed since then loses nothing. What a
crash replays twice finds its cause kept.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from msgspec.structs import replace
from multidict import CIMultiDict, MultiDict

from core import channel as ch
from core.errors import NotUnderstood, Stale, StoreDown
from core.ports.papers import Raw
from core.ports.store import Store
from gateway.spool import Batch, Kept, Spool
from gateway.webhooks import Door, Intake

RETRY_S = 1.0
PROBE_S = 5.0
AT_ONCE = 32  # people whose webhooks are put back side by side

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Said:
    """One thing a webhook said; `why` it is kept raw if it cannot be understood now."""

    kept: Kept
    item: ch.Inbound | None
    why: str = ""


Lane = deque[_Said]


class Replay:
    def __init__(self, spool: Spool, intake: Intake, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._spool, self._intake, self._sleep = spool, intake, sleep
        self._store: Store = intake.store

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._spool.filled()
            await self._back()
            batch = await self._spool.oldest()
            if batch is None:
                continue
            await self._put(batch)
            await self._spool.drop(batch)
            for kept in batch.kept:
                self._intake.count(kept.channel, "replayed")
            log.info("spool.replayed", webhooks=len(batch.kept), left=self._spool.waiting)

    async def _back(self) -> None:
        """Wait for the store without hurling everything at it."""
        while True:
            try:
                async with asyncio.timeout(PROBE_S):
                    await self._store.newest()
            except (StoreDown, TimeoutError):
                await self._sleep(RETRY_S)
            else:
                return

    async def _put(self, batch: Batch) -> None:
        """Until everything of it is in the store; what is done is not done again."""
        lanes = await self._lanes(batch)
        while lanes:
            places = asyncio.Semaphore(AT_ONCE)
            results = await asyncio.gather(*(self._lane(lane, places) for lane in lanes), return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException) and not isinstance(result, StoreDown | Stale):
                    raise result
            lanes = [lane for lane in lanes if lane]
            if lanes:
                await self._sleep(RETRY_S)
                await self._back()

    async def _lanes(self, batch: Batch) -> list[Lane]:
        """By person, within one channel; what concerns no person has a lane of its own."""
        lanes: dict[tuple[str, str], Lane] = {}
        for kept in batch.kept:
            for said in self._read(kept):
                lanes.setdefault((kept.channel, getattr(said.item, "address", "")), deque()).append(said)
            await asyncio.sleep(0)  # reading hundreds at a time would hold up everybody
        return list(lanes.values())

    def _read(self, kept: Kept) -> list[_Said]:
        try:
            door: Door = self._intake.door(kept.channel)
            items = door.connector.read(_request(kept))
        except KeyError:
            return [_Said(kept, None, "the channel was removed while it waited in the spool")]
        except NotUnderstood as error:
            return [_Said(kept, None, str(error))]
        except Exception as error:  # as at the door: nothing that was signed may get lost
            log.exception("spool.defect", channel=kept.channel)
            return [_Said(kept, None, f"could not be read: {type(error).__name__}")]
        dated = [_late(replace(item, at=kept.at) if getattr(item, "at", None) == 0 else item) for item in items]
        return [_Said(kept, item) for item in sorted(dated, key=lambda item: getattr(item, "at", 0))]

    async def _lane(self, lane: Lane, places: asyncio.Semaphore) -> None:
        async with places:
            while lane:
                await self._one(lane[0])
                lane.popleft()

    async def _one(self, said: _Said) -> None:
        kept = said.kept
        if said.item is None:
            await self._raw(kept, said.why)
            return
        try:
            await self._intake.one(kept.channel, said.item, kept.body)
        except (StoreDown, Stale):
            raise
        except Exception as error:  # one that cannot be taken must not hold up all behind it for ever
            log.exception("spool.defect", channel=kept.channel)
            await self._raw(kept, f"could not be taken: {type(error).__name__}")

    async def _raw(self, kept: Kept, why: str) -> None:
        await self._store.keep_raw(Raw(kept.channel, kept.at, why, kept.body))


def _late(item: ch.Inbound) -> ch.Inbound:
    """Without its reply token: its age counts from when the webhook came, and after a stay here it is spent."""
    return replace(item, reply_token=None) if isinstance(item, ch.Received) and item.reply_token else item


def _request(kept: Kept) -> ch.HookRequest:
    return ch.HookRequest(
        method=kept.method,
        url=kept.url,
        query=MultiDict(kept.query),
        headers=CIMultiDict(kept.headers),
        body=kept.body,
        part=kept.part,
    )
