"""Hints between nodes over Redis' pub/sub. A frozen, restarted or empty Redis is noticed and loses nothing.

A subscription that hangs looks like a quiet one, so each node publishes a heartbeat to a channel of its own and drops
its connections when it does not come back.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
import structlog

from core.ports.nodes import Hint
from stores._redis_links import Links, Trouble

HINTS = "frontdesk:hints"
BEAT_S = 1.0
LOST_S = 3.0  # heartbeats may be late by a collection or a failover's first second
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0
MOST_SIGNALS, MOST_HINTS = 1_000, 1_000

log = structlog.get_logger()
_wire = msgspec.msgpack.Decoder(tuple[str, tuple[Hint, ...]])


class Silent(ConnectionError):
    """The heartbeat does not come back."""


class RedisFeed:
    """`start` never waits for Redis. `well_since`: the loop's time since when hints arrive; None while they do not."""

    def __init__(self, links: Links, node: str, *, beat: float = BEAT_S, lost: float = LOST_S) -> None:
        self._links, self._node, self._beat, self._lost = links, node, beat, lost
        self._own = f"frontdesk:beat:{node}"
        self._takers: list[Callable[[Hint], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._reached = 0
        self._hints: dict[Hint, None] = {}
        self._signals: deque[Hint] = deque(maxlen=MOST_SIGNALS)
        self._told = asyncio.Event()
        self._sent, self._must_hear = 0, 1  # heartbeats; trouble ends with one that was sent after it began
        self._heard_at = 0.0
        self._trouble: str | None = "not connected yet"
        self.well_since: float | None = None

    @property
    def trouble(self) -> str | None:
        return None if self._trouble is None else f"redis: {self._trouble}; this node polls"

    def tell(self, hint: Hint) -> None:
        match hint.about:
            case "feed":
                self._reached = max(self._reached, hint.n)
            case "signal":
                self._signals.append(hint)
            case _ if len(self._hints) < MOST_HINTS:
                self._hints[hint] = None
            case _:
                self._hints = {Hint("all"): None}
        self._told.set()

    def listen(self, take: Callable[[Hint], None]) -> Callable[[], None]:
        self._takers.append(take)
        return lambda: self._takers.remove(take)

    def start(self) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        works = (self._listening(), self._sending(), self._beating())
        self._tasks = [asyncio.create_task(work, name="redis feed") for work in works]

    async def stop(self) -> None:
        """What was told last still goes out, for a second at most."""
        if self._tasks and self._trouble is None:
            await self._send()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    # out

    async def _sending(self) -> None:
        while True:
            await self._told.wait()
            await self._send()

    async def _send(self) -> None:
        """Everything that was told in the meantime in one message. While there is trouble it is dropped: who hears
        nothing polls, and is told `all` when it is over."""
        self._told.clear()
        hints = [*self._hints, *self._signals, *([Hint("feed", self._reached)] if self._reached else ())]
        self._hints, self._reached = {}, 0
        self._signals.clear()
        if hints and self._trouble is None:
            await self._publish(HINTS, msgspec.msgpack.encode((self._node, hints)))

    async def _beating(self) -> None:
        while True:
            self._sent += 1
            await self._publish(self._own, str(self._sent).encode())
            await asyncio.sleep(self._beat)

    async def _publish(self, channel: str, message: bytes) -> None:
        """Once: a hint that may have gone out is not sent again."""
        try:
            async with asyncio.timeout(self._lost):
                await self._links.client.publish(channel, message)
        except Trouble as error:
            self._troubled(error)
            await self._links.renew()

    # in

    async def _listening(self) -> None:
        """Subscribe and listen; and again, for ever."""
        pause = FIRST_PAUSE_S
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._subscribed()
            except Trouble as error:
                self._troubled(error)
            if asyncio.get_running_loop().time() - began > 10 * LONGEST_PAUSE_S:
                pause = FIRST_PAUSE_S
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # so that nodes do not come in step
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _subscribed(self) -> None:
        loop = asyncio.get_running_loop()
        listening = self._links.subscription()
        pubsub = listening.pubsub
        try:
            async with asyncio.timeout(self._lost):
                await pubsub.subscribe(HINTS, self._own)
            self._heard_at = loop.time()
            while True:
                message = await pubsub.get_message(timeout=self._beat)
                if message is not None and message["type"] == "message":
                    self._heard(message)
                if loop.time() - self._heard_at > self._lost:
                    raise Silent(f"no heartbeat came back for {self._lost:g} s")
        finally:
            await listening.aclose()

    def _heard(self, message: dict[str, Any]) -> None:
        data: bytes = message["data"]
        if message["channel"] == self._own.encode():
            self._beat_came_back(int(data) if data.isdigit() else 0)
            return
        try:
            node, hints = _wire.decode(data)
        except msgspec.MsgspecError:
            log.warning("feed.not_understood", bytes=len(data))  # another version's: whoever must know polls
            return
        if node != self._node:
            for hint in hints:
                self._take(hint)

    def _beat_came_back(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        if self._trouble is not None and number >= self._must_hear:
            log.info("feed.well")
            self._trouble, self.well_since = None, loop.time()
            self._take(Hint("all"))
            self.tell(Hint("all"))  # what this node told meanwhile was dropped

    def _take(self, hint: Hint) -> None:
        for take in tuple(self._takers):
            take(hint)

    def _troubled(self, error: BaseException) -> None:
        if self._trouble is None:
            log.warning("feed.trouble", reason=_words(error))
        self._trouble, self.well_since = _words(error), None
        self._must_hear = self._sent + 1


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
