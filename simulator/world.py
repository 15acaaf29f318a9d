"""What all look-alikes share: a clock that can be moved, ids, the HTTP client, background work. Knows no provider."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp

_ULID_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_URL_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

log = logging.getLogger("simulator")


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Clock:
    """Milliseconds since the epoch; `advance` moves it, for reply tokens and 24-hour windows."""

    def __init__(self, source: Callable[[], int] = wall_ms) -> None:
        self._source = source
        self._ahead = 0

    def now(self) -> int:
        return self._source() + self._ahead

    def advance(self, milliseconds: int) -> None:
        self._ahead += milliseconds


class Ids:
    """Random ids in the providers' shapes. Without a seed they differ from run to run: a restarted simulator must not
    repeat message ids, or the receiver takes new messages for redeliveries."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)

    def hex(self, length: int) -> str:
        return f"{self._random.getrandbits(4 * length):0{length}x}"

    def digits(self, length: int) -> str:
        return str(self._random.randrange(10 ** (length - 1), 10**length))

    def token(self, length: int) -> str:
        return "".join(self._random.choices(_URL_LETTERS, k=length))

    def ulid(self, now: int) -> str:
        head = "".join(_ULID_LETTERS[(now >> (5 * place)) & 31] for place in range(9, -1, -1))
        return head + "".join(self._random.choices(_ULID_LETTERS, k=16))

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability


@dataclass(slots=True)
class World:
    """`time_scale` shortens every wait that a provider would make: 1 is real time, 0.001 suits tests."""

    clock: Clock
    ids: Ids
    time_scale: float
    url: str = ""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _session: aiohttp.ClientSession | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _seq: int = 0

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("The simulator is not started")
        return self._session

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), auto_decompress=False)

    async def close(self) -> None:
        self.stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def next_seq(self) -> int:
        self._seq += 1
        return self._seq

    async def pause(self, seconds: float) -> None:
        """At least 2 ms, so that a scale of 0 cannot turn retries into a busy loop."""
        await asyncio.sleep(max(seconds * self.time_scale, 0.002))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("Background work of the simulator failed", exc_info=error)
