"""One side of a WebSocket that many write to: frames built once, a bound on what waits, the first frame.

Frames are written to the transport whole, as aiohttp's own writer does, so that a broadcast encodes once and no
task waits for each socket. No extension that would change a frame (compression) is negotiated.
"""

import asyncio
from typing import Any

import msgspec
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

MAX_FRAME = 64 * 1024
MAX_WAITING = 256 * 1024  # bytes the other side has not taken yet; a minute of a busy desk
FIRST_FRAME_SECONDS = 10.0
HEARTBEAT_SECONDS = 25.0
GRACE_SECONDS = 5.0  # how long a slow socket may take to read its last frames

RELOAD = b'{"type":"reload"}'


def text_frame(payload: bytes) -> bytes:
    """A whole unmasked text frame (RFC 6455 §5.2), ready for any number of sockets."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload


class Outlet:
    """Where frames for one socket go. Once it is too slow it is told to reload, and closed."""

    __slots__ = ("_closing", "_socket", "_transport", "max_waiting")

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport, max_waiting: int = MAX_WAITING
    ) -> None:
        self._socket, self._transport = socket, transport
        self._closing: asyncio.Task[None] | None = None
        self.max_waiting = max_waiting

    @property
    def open(self) -> bool:
        return self._closing is None and not self._transport.is_closing() and not self._socket.closed

    def write(self, frame: bytes) -> bool:
        """A frame of `text_frame`; False if the socket takes no more."""
        if not self.open:
            return False
        if self._transport.get_write_buffer_size() > self.max_waiting:
            self.reload()
            return False
        self._transport.write(frame)
        return True

    def tell(self, value: object) -> bool:
        return self.write(text_frame(msgspec.json.encode(value)))

    async def drained(self) -> None:
        """Before a long catch-up goes on: until the other side took most of what was written, or is gone."""
        while self.open and self._transport.get_write_buffer_size() > self.max_waiting // 2:  # noqa: ASYNC110 (no event)
            await asyncio.sleep(0.02)

    def reload(self) -> None:
        """What it has is no base to go on from: it is to fetch everything again."""
        if self.open:
            self._transport.write(text_frame(RELOAD))
            self.close(WSCloseCode.TRY_AGAIN_LATER, b"reload")

    def close(self, code: int, why: bytes = b"") -> None:
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(code, why))

    async def closed(self) -> None:
        if self._closing is not None:
            await self._closing

    async def _close(self, code: int, why: bytes) -> None:
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await self._socket.close(code=code, message=why)
        except TimeoutError:
            self._transport.abort()


async def accept(request: web.Request, *, max_waiting: int = MAX_WAITING) -> tuple[web.WebSocketResponse, Outlet]:
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_SECONDS, max_msg_size=MAX_FRAME, compress=False, timeout=GRACE_SECONDS
    )
    await socket.prepare(request)
    if request.transport is None:
        raise ConnectionResetError("the other side left while the socket was being opened")
    return socket, Outlet(socket, request.transport, max_waiting)


async def first_text(socket: web.WebSocketResponse, seconds: float = FIRST_FRAME_SECONDS) -> str | None:
    """What the other side says first, where it is a text and comes in time."""
    try:
        return read_text(await socket.receive(timeout=seconds))
    except TimeoutError:
        return None


def read_text(message: WSMessage) -> str | None:
    """A text frame's text, None for any other frame."""
    data: Any = message.data
    return data if message.type is WSMsgType.TEXT and isinstance(data, str) else None


def encoded(value: object) -> bytes:
    """A value as a JSON text frame."""
    return text_frame(msgspec.json.encode(value))
