"""What is promised in the open chats now: read from the store once, then kept by the feed while somebody asks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from core.agreement import Agreement
from core.ports.clock import Clock
from core.ports.reading import FeedRow, SessionQuery, SessionRow
from core.ports.store import Store
from core.session import Phase

KEPT_MS = 60_000  # after the last question; who asks later has it read anew
_PAGE = 500
_PHASES: tuple[Phase, ...] = ("queued", "unassigned", "active")

Listener = Callable[[Sequence[FeedRow]], Awaitable[None]]
Listen = Callable[[Listener, Callable[[], bool]], object]


class Promised(msgspec.Struct, frozen=True, gc=False):
    """A chat with goals that run; about 500 bytes."""

    channel: str
    group: str | None
    sla: Agreement


class Due:
    """While it is asked at least once a minute, the feed keeps it; so a floor that is looked at costs no more reading,
    and one that nobody looks at costs nothing."""

    def __init__(self) -> None:
        self._known: dict[str, Promised] = {}
        self._heard: set[str] = set()  # while the store is read: what the feed told meanwhile is newer
        self._asked: int | None = None
        self._whole = self._listening = False
        self._reading = asyncio.Lock()

    async def promised(self, store: Store, listen: Listen, clock: Clock) -> Mapping[str, Promised]:
        """By session. `listen` is the hub's: it hands over every row for as long as they are wanted."""

        def wanted() -> bool:
            return self._asked is not None and 0 <= clock.now() - self._asked < KEPT_MS

        if not self._listening:
            self._listening = True
            listen(self._hear, wanted)
        if not wanted():
            self._whole = False
        self._asked = clock.now()
        async with self._reading:
            if not self._whole:
                await self._read(store)
        return self._known

    async def _hear(self, rows: Sequence[FeedRow]) -> None:
        for row in rows:
            if row.row is not None:
                if self._reading.locked():
                    self._heard.add(row.row.session.id)
                self._put(row.row)

    async def _read(self, store: Store) -> None:
        self._known.clear()
        self._heard.clear()
        for phase in _PHASES:
            after: str | None = None
            while True:
                page = await store.sessions(SessionQuery(phase=phase, after=after, limit=_PAGE))
                for row in page.items:
                    if row.session.id not in self._heard:
                        self._put(row)
                after = page.next
                if after is None:
                    break
        self._heard.clear()
        self._whole = True

    def _put(self, row: SessionRow) -> None:
        session = row.session
        if session.sla is not None and session.sla.running and session.phase in _PHASES:
            self._known[session.id] = Promised(row.channel, session.group, session.sla)
        else:
            self._known.pop(session.id, None)
