"""A fast look-alike of LINE's API: answers every call as LINE does when all is well, and tells who was written to."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

_RECIPIENT = re.compile(rb'"(?:replyToken|to)": ?"([^"]+)"')
_PROFILE = b'{"displayName":"Bench","userId":"U0","basicId":"@bench","endpoint":"http://localhost/","active":true}'

Seen = Callable[[str], None]


class Sink:
    """`seen` hears the reply token, or with a push the user, of each message call; `count` is how many there were."""

    def __init__(self, seen: Seen | None = None) -> None:
        self.seen = seen
        self.count = 0
        self.base = ""

    def take(self, head: bytes, body: bytes) -> bytes:
        """One call's answer."""
        if not head.startswith(b"POST /v2/bot/message/"):
            return _answer(_PROFILE)
        self.count += 1
        found = _RECIPIENT.search(body)
        if found is not None and self.seen is not None:
            self.seen(found[1].decode())
        return _answer(b'{"sentMessages":[{"id":"%d","quoteToken":"q"}]}' % (461230966842064897 + self.count))


def _answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


class _Line(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._unread = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (request := split(self._unread)) is not None:
            head, body, self._unread = request
            assert self._transport is not None
            self._transport.write(self._sink.take(head, body))


def split(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """The first whole request in `data`: its head, its body, and what comes after it. Bodies have a Content-Length."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = data[:end]
    at = head.lower().find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r", 1)[0]) if at >= 0 else 0
    start = end + 4
    if len(data) < start + length:
        return None
    return head, data[start : start + length], data[start + length :]


@asynccontextmanager
async def listening(seen: Seen | None = None) -> AsyncIterator[Sink]:
    """A sink on a free port of the loopback; `base` is what a channel takes as its `api_base`."""
    sink = Sink(seen)
    server = await asyncio.get_running_loop().create_server(lambda: _Line(sink), "127.0.0.1", 0, backlog=1024)
    sink.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield sink
    finally:
        server.close()
