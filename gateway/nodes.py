"""One node among others: hands their hints to whom they concern, and polls, for a hint may be lost.

With one node on SQLite none of this runs.
"""

import asyncio
from collections.abc import Callable

import structlog

from api.directory import Directory
from api.hub import Hub
from core.errors import StoreError
from core.ports.clock import Clock
from core.ports.nodes import Feed, Hint
from core.ports.store import Store
from gateway.desk import DeskKeeper
from gateway.outbox import Outbox

POLL_S = 0.8  # what changed at one node is in force at the others within a second, hint or no hint
RETRY_S = 1.0
STAMP = ("directory", "stamp")  # its version rises after each write of a setting, channel, agent or group

log = structlog.get_logger()


class Neighbours:
    """`start` it once the directory, the hub and the desk run."""

    def __init__(
        self, feed: Feed, store: Store, clock: Clock, hub: Hub, directory: Directory, desk: DeskKeeper, outbox: Outbox
    ) -> None:
        self._feed, self._store, self._clock = feed, store, clock
        self._hub, self._directory, self._desk, self._outbox = hub, directory, desk, outbox
        self._stamp = 0
        self._known = 0  # the newest feed number that the others were told, or told us
        self._stale, self._unstamped = asyncio.Event(), asyncio.Event()
        self._ends: list[Callable[[], None]] = []

    async def start(self) -> None:
        self._stamp = await self._stamped()
        await self._directory.load()  # again: what was written between its first load and the stamp
        self._ends.append(self._feed.listen(self.take))
        self._directory.written(self.wrote)

    def stop(self) -> None:
        while self._ends:
            self._ends.pop()()

    # what is told

    def reached(self, n: int) -> None:
        """The store may be read up to `n`."""
        self._hub.reached(n)
        if n > self._known:
            self._known = n
            self._feed.tell(Hint("feed", n))

    def wrote(self) -> None:
        """This node wrote a setting, a channel, an agent or a group."""
        self._feed.tell(Hint("settings"))
        self._unstamped.set()

    def take(self, hint: Hint) -> None:
        """What another node tells."""
        match hint.about:
            case "feed":
                self._known = max(self._known, hint.n)
                self._store.nudge()
                self._hub.reached(hint.n)
            case "errands":
                self._outbox.behind(hint.body)
            case "desk":
                self._desk.look()
            case "settings":
                self._stale.set()
            case "all":
                self._store.nudge()
                self._outbox.wake()
                self._desk.look()
                self._stale.set()
            case "signal":
                pass  # for those who show it (presence.py)

    # what is asked for

    async def poll(self) -> None:
        """For ever."""
        while True:
            try:
                self._hub.reached(await self._store.newest())
                if await self._stamped() != self._stamp:
                    self._stale.set()
            except StoreError as error:
                log.warning("nodes.store_down", reason=str(error))
            await asyncio.sleep(POLL_S)

    async def follow(self) -> None:
        """Read the directory anew when another node wrote it, for ever."""
        while True:
            await self._stale.wait()
            self._stale.clear()
            try:
                stamp = await self._stamped()
                await self._directory.load()
                self._stamp = stamp
            except StoreError as error:
                log.warning("nodes.settings_not_read", reason=str(error))
                self._stale.set()
                await asyncio.sleep(RETRY_S)

    async def mark(self) -> None:
        """Say in the store that this node wrote the directory, for ever."""
        while True:
            await self._unstamped.wait()
            self._unstamped.clear()
            try:
                stamp = await self._store.put(*STAMP, {}, who="system", at=self._clock.now())
            except StoreError as error:
                log.warning("nodes.not_stamped", reason=str(error))
                self._unstamped.set()
                await asyncio.sleep(RETRY_S)
                continue
            if stamp == self._stamp + 1:
                self._stamp = stamp  # nobody else wrote: what we have is all there is
            else:
                self._stale.set()

    async def _stamped(self) -> int:
        found = await self._store.get(*STAMP)
        return found.version if found is not None else 0
