"""From a customer's webhook to the event on an agent's socket, at 500 messages a second, whatever the answers take."""

import asyncio
import os
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp
import msgspec

from bench import sink, vocabulary
from bench.load import Connection, connect, percentile
from bench.machine import Cores
from bench.mail import Mail
from bench.options import Options
from bench.outcome import Line, Outcome
from bench.process import Failed
from bench.product import Desk, Product, started, warmed

A_SECOND = 500
CUSTOMERS = 500
CONNECTIONS = 64


class _Content(msgspec.Struct, frozen=True):
    text: str = ""


class _Author(msgspec.Struct, frozen=True):
    kind: str = ""


class _Message(msgspec.Struct, frozen=True):
    author: _Author = _Author()
    content: _Content = _Content()


class _Frame(msgspec.Struct, frozen=True):
    type: str
    message: _Message | None = None


_FRAME = msgspec.json.Decoder(_Frame)


@dataclass(slots=True)
class _OpenLoop:
    """Sends on time, on whichever connection is free; a late send counts from when it was due.

    `latencies` by text, in seconds.
    """

    due: dict[str, float] = field(default_factory=dict)
    latencies: dict[str, float] = field(default_factory=dict)
    refused: int = 0
    _free: deque[Connection] = field(default_factory=deque)
    _waiting: deque[bytes] = field(default_factory=deque)

    def answered(self, connection: Connection, status: int) -> None:
        self.refused += not 200 <= status < 300
        if self._waiting:
            connection.send(self._waiting.popleft())
        else:
            self._free.append(connection)

    def seen(self, text: str) -> None:
        due = self.due.pop(text, None)
        if due is not None:
            self.latencies[text] = time.perf_counter() - due

    async def send(self, connections: Sequence[Connection], requests: Sequence[tuple[str, bytes]]) -> None:
        self._free.extend(connections)
        began = time.perf_counter()
        for index, (text, request) in enumerate(requests):
            due = began + index / A_SECOND
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            self.due[text] = due
            if self._free:
                self._free.popleft().send(request)
            else:
                self._waiting.append(request)


async def measure(options: Options, cores: Cores) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        async with sink.listening() as provider, aiohttp.ClientSession() as session:
            product = await started(Path(folder), cores.server)
            with product.process:
                desk = await Desk.signed_in(session, product)
                account = (await desk.line(provider.base, 1))[0]
                await desk.furnish(vocabulary.words(10_000, Random(1)))
                await warmed(product, [account])
                mail = Mail(Random(os.urandom(8)))
                customers = [mail.user() for _ in range(CUSTOMERS)]
                texts = [f"message {index}" for index in range(int(A_SECOND * options.seconds * 2))]
                users = [mail.random.choice(customers) for _ in texts]
                opening = dict(zip(reversed(users), reversed(texts), strict=True))
                requests = [
                    (text, mail.webhook(account, user, text).request) for text, user in zip(texts, users, strict=True)
                ]
                loop = await _heard(session, product, desk, requests)
    took, first = list(loop.latencies.values()), set(opening.values())
    open_chats = [seconds for text, seconds in loop.latencies.items() if text not in first]
    detail = f"{len(took):,} messages, one agent's socket; {len(first):,} open a chat, most of them in the first second"
    return Outcome(
        "socket",
        [
            Line(f"webhook to event at {A_SECOND}/s, p50", percentile(took, 0.5), "ms", detail=detail),
            Line(f"webhook to event at {A_SECOND}/s, p99", percentile(took, 0.99), "ms"),
            Line("the same in chats that are open, p99", percentile(open_chats, 0.99), "ms"),
        ],
    )


async def _heard(
    session: aiohttp.ClientSession, product: Product, desk: Desk, requests: Sequence[tuple[str, bytes]]
) -> _OpenLoop:
    run = _OpenLoop()
    connections = await connect(product.port, run.answered, CONNECTIONS)
    try:
        async with session.ws_connect(f"{product.url}/api/v1/inbox/socket", max_msg_size=0) as ws:
            await ws.send_json({"type": "auth", "token": desk.token, "after": None})
            first = await ws.receive(10)
            if first.type is not aiohttp.WSMsgType.TEXT or _FRAME.decode(first.data).type != "ready":
                raise Failed(f"the socket did not let the agent in: {first.data}")
            listening = asyncio.create_task(_listen(ws, run, len(requests)))
            await run.send(connections, requests)
            try:
                async with asyncio.timeout(20):
                    await listening
            except TimeoutError:
                raise Failed(f"{len(run.due)} of {len(requests)} messages never came to the socket") from None
    finally:
        for connection in connections:
            connection.close()
    if run.refused:
        raise Failed(f"{run.refused} webhooks were not answered 2xx:\n{product.process.said()}")
    return run


async def _listen(ws: aiohttp.ClientWebSocketResponse, run: _OpenLoop, count: int) -> None:
    while len(run.latencies) < count:
        received = await ws.receive()
        if received.type is not aiohttp.WSMsgType.TEXT:
            raise Failed(f"the socket ended: {received.type.name} {received.data} {received.extra}")
        frame = _FRAME.decode(received.data)
        if frame.type == "reload":
            raise Failed("the socket fell behind and was told to reload")
        if frame.type == "message.created" and frame.message and frame.message.author.kind == "customer":
            run.seen(frame.message.content.text)
