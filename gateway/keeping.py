"""Which node keeps the desk: a lease in the store, renewed here, with the fence that assigning commits carry.

Two nodes may for a moment both think that they keep it (a clock jumped, a process slept); the store then takes the
assignments of the newer fence only.
"""

import asyncio
from collections.abc import Callable

import structlog

from core.errors import StoreError
from core.ports.clock import Clock
from core.ports.store import Store

LEASE_MS = 5_000  # a dead keeper's desk is taken over within this and one renewal
RENEW_S = 1.0

log = structlog.get_logger()


class Keeping:
    """`taken` is called when the desk comes to this node."""

    def __init__(self, store: Store, clock: Clock, node: str) -> None:
        self._store, self._clock, self._node = store, clock, node
        self._fence: int | None = None
        self._until = 0.0
        self.taken: Callable[[], None] = lambda: None

    @property
    def fence(self) -> int | None:
        """None while another node keeps the desk, or nobody could be asked for the length of the lease."""
        return self._fence if asyncio.get_running_loop().time() < self._until else None

    def lost(self) -> None:
        """The store refused our fence."""
        self._fence = None

    async def run(self) -> None:
        """Ask for it again and again, for ever."""
        while True:
            try:
                async with asyncio.timeout(LEASE_MS / 1000):
                    await self._renew()
            except (StoreError, TimeoutError) as error:
                log.warning("desk.not_renewed", reason=str(error) or "no answer")
            await asyncio.sleep(RENEW_S)

    async def _renew(self) -> None:
        asked, now, before = asyncio.get_running_loop().time(), self._clock.now(), self.fence
        self._fence = await self._store.keep_desk(self._node, now, now + LEASE_MS)
        self._until = asked + LEASE_MS / 1000
        if self._fence is not None and before is None:
            log.info("desk.kept", fence=self._fence)
            self.taken()

    async def give_back(self) -> None:
        """Another node may have it at once."""
        if self.fence is None:
            return
        self._fence, now = None, self._clock.now()
        try:
            async with asyncio.timeout(RENEW_S):
                await self._store.keep_desk(self._node, now, now)
        except (StoreError, TimeoutError) as error:
            log.warning("desk.not_given_back", reason=str(error) or "no answer")  # the lease runs out
