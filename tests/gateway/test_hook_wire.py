"""Calling a stranger's receiver: what it may do to us (nothing), and where it may be."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp.abc import ResolveResult

from core.hook import Outcome
from gateway import hook_wire
from gateway.hook_wire import HookWire

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def receiver(answer: Answering) -> AsyncIterator[str]:
    """A server that does what it likes with a connection; its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http://127.0.0.1:{port}/in"


def saying(text: str) -> Answering:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text.encode())
        await writer.drain()

    return answer


@pytest.fixture
async def wire() -> AsyncIterator[HookWire]:
    found = HookWire(("127.0.0.1",))
    await found.start()
    yield found
    await found.stop()


async def posted(wire: HookWire, answer: Answering) -> Outcome:
    async with receiver(answer) as url:
        return await wire.post(url, {"webhook-id": "d1"}, b"{}")


async def test_two_hundred_and_something_is_taken(wire: HookWire) -> None:
    for status in ("200 OK", "202 Accepted", "204 No Content"):
        answer = await posted(wire, saying(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n"))
        assert (answer.taken, answer.status, answer.reason) == (True, int(status[:3]), None)


async def test_everything_else_is_not(wire: HookWire) -> None:
    answer = await posted(wire, saying("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"))
    assert (answer.taken, answer.status, answer.reason) == (False, 500, "The receiver answered HTTP 500.")
    answer = await posted(wire, saying("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"))
    assert (answer.taken, answer.gone) == (False, True)


async def test_a_redirect_is_not_followed(wire: HookWire) -> None:
    followed: list[bytes] = []

    async def trap(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        followed.append(b"")

    async with receiver(trap) as elsewhere:
        answer = await posted(wire, saying(f"HTTP/1.1 307 There\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n"))
    assert (answer.taken, answer.reason) == (False, "The receiver answered HTTP 307 (redirects are not followed).")
    assert followed == []


@pytest.mark.parametrize(
    "lie",
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        "HTTP/1.1 200 OK\r\n\r\n" + "x" * 200_000,
    ],
)
async def test_one_that_lies_about_what_it_says_has_said_its_status_all_the_same(wire: HookWire, lie: str) -> None:
    answer = await posted(wire, saying(lie))
    assert (answer.taken, answer.status) == (True, 200)


async def test_one_that_talks_for_ever_is_left_standing(wire: HookWire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook_wire, "REST_S", 0.05)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        await writer.drain()
        await reader.read()  # until we hang up

    assert (await asyncio.wait_for(posted(wire, answer), 20)).taken


async def test_one_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook_wire, "TOTAL_S", 0.1)
    wire = HookWire(("127.0.0.1",))
    await wire.start()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    found = await posted(wire, answer)
    await wire.stop()
    assert (found.taken, found.status) == (False, None)
    assert found.reason is not None and "did not answer within" in found.reason


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "GARBAGE\r\n\r\n",
        "HTTP/1.1 200 OK\r\n" + "x: " + "y" * 200_000 + "\r\n\r\n",
        "HTTP/9.9 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + "long" * 10_000,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    ],
)
async def test_one_that_speaks_no_http_did_not_take_it(wire: HookWire, nonsense: str) -> None:
    answer = await posted(wire, saying(nonsense))
    assert not answer.taken
    assert answer.reason is not None and "127.0.0.1" not in answer.reason, "an address may hold a token"


async def test_nobody_at_home(wire: HookWire) -> None:
    async with receiver(saying("")) as url:
        pass
    answer = await wire.post(url, {}, b"{}")
    assert (answer.taken, answer.reason) == (False, "The receiver could not be reached.")


@pytest.mark.parametrize(("asked", "after"), [("30", 30_000), ("999999", 3_600_000), ("soon", 0), ("-5", 0), ("", 0)])
async def test_patience_is_asked_for_in_seconds(wire: HookWire, asked: str, after: int) -> None:
    answer = await posted(wire, saying(f"HTTP/1.1 429 Slow\r\nRetry-After: {asked}\r\nContent-Length: 0\r\n\r\n"))
    assert answer.after == after


# --- where it may be -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/in", "https://127.0.0.1/in", "https://[::1]/in", "https://169.254.169.254/latest",
        "https://2130706433/in", "https://me:secret@crm.example/in", "https://crm.example/in#there", "ftp://crm.example",
        "https://", "crm.example", "https://10.0.0.1:99999999/",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_one_is_objected_to(url: str) -> None:
    assert HookWire().objection(url) is not None


def test_a_public_address_is_not() -> None:
    assert HookWire().objection("https://crm.example:8443/in?key=1") is None
    assert HookWire(("127.0.0.1",)).objection("http://127.0.0.1:9/in") is None


async def test_a_private_address_is_refused_also_when_it_is_called() -> None:
    wire = HookWire()
    await wire.start()
    answer = await wire.post("https://127.0.0.1/in", {}, b"{}")
    await wire.stop()
    assert (answer.taken, answer.reason) == (
        False, "127.0.0.1 is a private address, which outgoing requests may not reach.",
    )  # fmt: skip


async def test_a_name_that_stands_for_a_private_address_is_refused_when_it_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever it stood for when it was saved."""

    async def resolve(self: object, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="10.0.0.7", port=port, family=2, proto=0, flags=0)]

    wire = HookWire()
    await wire.start()
    monkeypatch.setattr("gateway.wire.ThreadedResolver.resolve", resolve)
    assert wire.objection("https://rebound.example/in") is None
    answer = await wire.post("https://rebound.example/in", {}, b"{}")
    await wire.stop()
    assert not answer.taken
    assert answer.reason is not None and "private address" in answer.reason
