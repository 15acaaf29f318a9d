"""Session numbers: reserved from the store in blocks, handed out at once; a crash leaves a gap, never a repeat."""

import asyncio

from core.errors import StoreDown
from core.ports.store import Store

BLOCK = 5_000


class Numbers:
    """`next` never waits: the next block is fetched when half of this one is gone."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._name = store, name
        self._next, self._end = 0, 0
        self._spare: tuple[int, int] | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._next = await self._store.reserve(self._name, BLOCK)
        self._end = self._next + BLOCK

    def next(self) -> int:
        """Raises `StoreDown` when the store has been away for longer than a block lasts."""
        if self._next == self._end:
            if self._spare is None:
                raise StoreDown("no session number could be reserved")
            (self._next, self._end), self._spare = self._spare, None
        number = self._next
        self._next += 1
        if self._spare is None and self._end - self._next < BLOCK // 2 and self._fetching is None:
            self._fetching = asyncio.get_running_loop().create_task(self._fetch())
        return number

    async def _fetch(self) -> None:
        try:
            first = await self._store.reserve(self._name, BLOCK)
            self._spare = (first, first + BLOCK)
        except StoreDown:
            return  # asked again with the next number
        finally:
            self._fetching = None

    async def stop(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)
