"""The load: raw HTTP over keep-alive connections, one request in flight on each, latencies kept one by one.

Bounded in count and time, and to loopback.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import cast

PATIENCE_S = 60.0  # for the answers that are still out when the time is over

Answered = Callable[["Connection", int], None]


class Connection(asyncio.Protocol):
    """`answered` is told the status of each answer; only then may the next request be sent."""

    __slots__ = ("_answered", "_transport", "_unread", "began", "lost")

    def __init__(self, answered: Answered) -> None:
        self._answered = answered
        self._transport: asyncio.WriteTransport | None = None
        self._unread = b""
        self.began = 0.0
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def send(self, request: bytes) -> None:
        assert self._transport is not None
        self.began = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._unread:
            data = self._unread + data
        status = whole(data)
        if status is None:
            self._unread = data
            return
        self._unread = b""
        self._answered(self, status)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def whole(data: bytes) -> int | None:
    """The status of an answer that is all there; None if more is to come. Answers have a Content-Length here."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    at = data.find(b"ontent-Length: ", 0, end)
    if at >= 0:
        length = int(data[at + 15 : data.find(b"\r", at)])
        if len(data) < end + 4 + length:
            return None
    return int(data[9:12])


@dataclass(slots=True)
class Tally:
    """What came of a run. Latencies in seconds, `seconds` from the first request to the last answer."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    lost: int = 0

    @property
    def good(self) -> int:
        return sum(count for status, count in self.statuses.items() if 200 <= status < 300)

    @property
    def rate(self) -> float:
        """2xx answers a second."""
        return self.good / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        return percentile(self.latencies, share)


def percentile(seconds: Sequence[float], share: float) -> float:
    """Milliseconds below which that share of the values lies."""
    if not seconds:
        return float("nan")
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def middle(values: Sequence[float]) -> float:
    return median(values) if values else float("nan")


class _ClosedLoop:
    """Each connection sends its next request when the last one is answered, until time or requests are up."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.tally = Tally()
        self.out = 0
        self.idle = asyncio.Event()
        self._requests = requests
        self._until = 0.0

    def begin(self, connections: Sequence[Connection], seconds: float) -> None:
        now = time.perf_counter()
        self._until = now + seconds
        self.out = len(connections)
        for connection in connections:
            self._next(connection, now)

    def answered(self, connection: Connection, status: int) -> None:
        now = time.perf_counter()
        self.tally.latencies.append(now - connection.began)
        self.tally.statuses[status] += 1
        self._next(connection, now)

    def _next(self, connection: Connection, now: float) -> None:
        request = next(self._requests, None) if now < self._until else None
        if request is not None:
            connection.send(request)
            return
        self.out -= 1
        if self.out == 0:
            self.idle.set()


async def connect(port: int, answered: Answered, count: int) -> list[Connection]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(lambda: Connection(answered), "127.0.0.1", port))[1] for _ in range(count)]


async def drive(port: int, requests: Iterator[bytes], *, connections: int = 64, seconds: float = 4.0) -> Tally:
    """Send requests for so many seconds, or until they are used up, and wait for every answer."""
    run = _ClosedLoop(requests)
    made = await connect(port, run.answered, connections)
    began = time.perf_counter()
    try:
        run.begin(made, seconds)
        await _all_answered(run, made, seconds)
        run.tally.seconds = time.perf_counter() - began
    finally:
        for connection in made:
            connection.close()
    run.tally.lost = run.out
    return run.tally


async def _all_answered(run: _ClosedLoop, made: Sequence[Connection], seconds: float) -> None:
    """Return when every request was answered, a connection was lost, or patience has run out."""
    idle = asyncio.ensure_future(run.idle.wait())
    try:
        await asyncio.wait(
            [idle, *(connection.lost for connection in made)],
            timeout=seconds + PATIENCE_S,
            return_when=asyncio.FIRST_COMPLETED,
        )
    finally:
        idle.cancel()
