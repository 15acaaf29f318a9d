"""The feed inside one process: told "the store reached n", it reads what is new once and hands it to all listeners.

Feed numbers have no gaps, so order and completeness come from reading after the own cursor, whatever order it is
told in. Who listens for whom (agents' sockets, widgets, outgoing webhooks) is the listeners' business.
"""

import asyncio
import base64
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import islice

import msgspec

from core.errors import Stale, StoreError
from core.event import Erased, Retracted
from core.ports.clock import Clock
from core.ports.reading import FeedRow
from core.ports.store import Store

BATCH = 500
RECENT = 4096  # rows kept for sockets that come back after a short absence; about 2 KiB each
RETRY_SECONDS = 1.0

_log = logging.getLogger(__name__)

Listener = Callable[[Sequence[FeedRow]], Awaitable[None]]


async def feed_identity(store: Store, clock: Clock, new_id: Callable[[], str]) -> str:
    """What tells this database's feed numbers from another's; made once and kept in it."""
    for _ in range(3):
        found = await store.get("feed", "identity")
        if found is not None:
            return str(found.body["id"])
        with suppress(Stale):
            await store.put("feed", "identity", {"id": new_id()}, who="system", at=clock.now(), expected=0)
    raise StoreError("the feed's identity can neither be read nor written")


class Cursor(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A place in one database's feed. `session` and `seq`: the last message that a visitor's socket was shown."""

    feed: str
    n: int
    session: str | None = None
    seq: int = 0


def write_cursor(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode().rstrip("=")


def read_cursor(text: str) -> Cursor | None:
    """None for anything that `write_cursor` did not write. Not signed: it opens nothing, whoever made it."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        cursor = msgspec.msgpack.decode(raw, type=Cursor)
    except ValueError:
        return None
    return cursor if cursor.n >= 0 and cursor.seq >= 0 else None


class Hub:
    """`reached` may be called from anywhere in the loop, in any order and as often as one likes."""

    def __init__(self, store: Store, identity: str) -> None:
        self.identity = identity
        self._store = store
        self._listeners: list[tuple[Listener, Callable[[], bool]]] = []
        self._recent: deque[FeedRow] = deque(maxlen=RECENT)
        self._told = asyncio.Event()
        self._target = 0
        self._cursor = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def cursor(self) -> int:
        """The newest number that was handed out."""
        return self._cursor

    @property
    def newest(self) -> int:
        """The newest number this process knows of."""
        return self._target

    async def start(self) -> None:
        self._cursor = self._target = await self._store.newest()
        self._task = asyncio.create_task(self._run(), name="feed hub")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def reached(self, n: int) -> None:
        if n > self._target:
            self._target = n
            self._told.set()

    def listen(self, listener: Listener, wanted: Callable[[], bool] = lambda: True) -> Callable[[], None]:
        """Hand over every row after the present cursor, batch by batch; the answer ends it.

        While nothing is `wanted` by anybody, nothing is read: the cursor just moves on.
        """
        entry = (listener, wanted)
        self._listeners.append(entry)
        return lambda: self._listeners.remove(entry)

    def recent(self, after: int) -> Sequence[FeedRow] | None:
        """The rows after a number up to the cursor, if all of them are still at hand."""
        if after >= self._cursor:
            return ()
        if not self._recent or after < self._recent[0].n - 1:
            return None
        return tuple(islice(self._recent, after + 1 - self._recent[0].n, None))

    def forget(self) -> None:
        """Keep nothing of what was handed out: it may hold what was erased since."""
        self._recent.clear()

    async def _run(self) -> None:
        while True:
            target = self._target
            if self._cursor >= target:
                self._told.clear()
                await self._told.wait()
                continue
            try:
                moved = await self._advance()
            except StoreError as error:
                # Nothing is lost: the rows are in the store and are read when it is back.
                _log.warning("the feed cannot be read: %s", error)
                moved = False
            if not moved:
                await asyncio.sleep(RETRY_SECONDS)

    async def _advance(self) -> bool:
        """One read for everybody; whether there was anything."""
        if not any(wanted() for _, wanted in self._listeners):
            self._recent.clear()
            self._cursor = self._target
            return True
        rows = await self._store.feed(self._cursor, BATCH)
        if not rows:
            return False
        if any(isinstance(row.event, Erased | Retracted) for row in rows):
            self.forget()
        self._recent.extend(rows)
        self._cursor = rows[-1].n
        for listener, _ in tuple(self._listeners):
            try:
                await listener(rows)
            except Exception:  # noqa: BLE001 - one listener's defect must not stop the feed of the others
                _log.exception("a listener of the feed failed")
        return True
