"""What is to be forgotten is forgotten, a little at a time: customers who are to be erased, and what the area
`retention` keeps for so many days only. One node does it; every step may be repeated."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Protocol

import structlog

from api.directory import Directory
from api.documents import EVERYWHERE, Scope
from core import command as c
from core.codec import convert
from core.customer import Address
from core.engine import Engine
from core.erasing import is_erased
from core.errors import StoreError
from core.fading import Fading, Kind
from core.hook import DAY_MS
from core.people import Retention, keeping, keeping_of
from core.ports.clock import Clock
from core.ports.store import Store
from inbox.customers import ERASURES

ROUND_S = 60.0
AT_ONCE = 200  # rows in one transaction: some milliseconds, in which others wait
REST_S = 0.02  # between two of them
SILENT_AT_ONCE = 500
RETENTION = "retention"
FADES: Mapping[Kind, str] = MappingProxyType(
    {
        "files": "file_days",
        "texts": "message_days",
        "chats": "session_days",
        "left": "submission_days",
        "hits": "hit_days",
    }
)

log = structlog.get_logger()


class Files(Protocol):
    async def remove(self, url: str) -> None: ...


@dataclass(eq=False)
class LettingGo:
    """`mine`: whether this node is the one to do it. `spooled`: whether webhooks wait on its disk, of which some may be
    of somebody who is to be erased. `forgotten` is called when memories of what was said are to be dropped."""

    store: Store
    engine: Engine
    directory: Directory
    files: Files
    clock: Clock
    mine: Callable[[], bool]
    spooled: Callable[[], bool]
    forgotten: Callable[[], None]

    def __post_init__(self) -> None:
        self._asked = asyncio.Event()
        self._walked: str | None = None
        self._soiled, self._scrubbed = False, 0

    def soon(self) -> None:
        self._asked.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            self._asked.clear()
            try:
                if self.mine():
                    await self.round()
            except StoreError as error:
                log.warning("letting_go.store_down", reason=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), 1.0 if self.spooled() else ROUND_S)

    async def round(self) -> None:
        """All that is due now."""
        asked_for = False if self.spooled() else await self._erasures()
        await self._retention()
        await self._sweep()
        if asked_for or (self._soiled and self.clock.now() >= self._scrubbed + DAY_MS):
            await self.store.scrub()
            self._soiled, self._scrubbed = False, self.clock.now()

    def _set(self, scope: Scope) -> Retention:
        return convert(self.directory.setting(scope, RETENTION).body, Retention)

    # --- customers

    async def _erasures(self) -> bool:
        """Whether somebody was erased who is not to wait for the daily round of the store's files."""
        asked_for = False
        for order in await self.store.all(ERASURES):
            by = str(order.body.get("by", RETENTION))
            await self._erase(order.id, by)
            await self.store.put(ERASURES, order.id, None, who="system", at=self.clock.now())
            asked_for, self._soiled = asked_for or by != RETENTION, True
        return asked_for

    async def _erase(self, customer: str, by: str) -> None:
        for state in await self.store.conversations(customer, 100_000):
            if not is_erased(state):
                await self.engine.handle(Address(state.channel, state.address), c.Erase(by))
            after = await self.store.erase(state.id, None, AT_ONCE)
            while after is not None:
                await asyncio.sleep(REST_S)
                after = await self.store.erase(state.id, after, AT_ONCE)
        self.forgotten()
        log.info("customer.erased", customer=customer, by=by)

    # --- time

    async def _retention(self) -> None:
        now, store = self.clock.now(), self.store
        for_all = self._set(EVERYWHERE)
        days = keeping(for_all)
        if days.customer_days is not None:
            await self._silent(now - days.customer_days * DAY_MS)
        for walk in self._walks(for_all, now):
            self._soiled |= await self._all(partial(store.fade, walk)) > 0
        if days.audit_days is not None:
            await self._all(partial(store.forget_revisions, now - days.audit_days * DAY_MS))
        await self._all(partial(store.hooks.forget, now - days.webhook_days * DAY_MS))
        await self._all(partial(store.forget_raws, now - days.raw_days * DAY_MS))

    def _walks(self, for_all: Retention, now: int) -> Iterable[Fading]:
        """A walk for each kind of data over all channels but those that keep it for another time, and one for each of
        these."""
        everywhere = keeping(for_all)
        own = {id: self._set(Scope("channel", id)) for id in sorted(self.directory.channels)}
        kept = {id: keeping_of(for_all, said) for id, said in own.items() if said != Retention()}
        for kind, field in FADES.items():
            days = getattr(everywhere, field)
            elsewhere = {id: other for id, at in kept.items() if (other := getattr(at, field)) != days}
            if days is not None:
                yield Fading(kind, now - days * DAY_MS, tuple(elsewhere))
            for id, other in elsewhere.items():
                if other is not None:
                    yield Fading(kind, now - other * DAY_MS, (id,), others=False)

    async def _all(self, step: Callable[[int], Awaitable[int]]) -> int:
        total, gone = 0, AT_ONCE
        while gone >= AT_ONCE:
            gone = await step(AT_ONCE)
            total += gone
            await asyncio.sleep(REST_S)
        return total

    async def _silent(self, before: int) -> None:
        """A part of all customers each time: they are erased as if they had asked for it."""
        found, self._walked = await self.store.silent(before, self._walked, SILENT_AT_ONCE)
        for customer in found:
            await self.store.put(ERASURES, customer, {"by": RETENTION}, who=RETENTION, at=self.clock.now())
        if found:
            self.soon()

    async def _sweep(self) -> None:
        """Remove the files that no message holds any more."""
        while urls := await self.store.dropped_files(AT_ONCE):
            for url in urls:
                await self.files.remove(url)
            await self.store.swept(urls)
