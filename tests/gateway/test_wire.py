"""The way out: which addresses may be called, what a failure means, how much may come back."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult
from aiohttp.test_utils import TestServer

from core.errors import Rejected, Uncertain, Unreachable
from gateway import wire
from gateway.wire import Allowed, GuardedResolver, Network

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    network = Network()
    await network.start()
    yield network
    await network.stop()


@asynccontextmanager
async def serving(**handlers: Handler) -> AsyncIterator[str]:
    """A real server on loopback; the address of its root."""
    app = web.Application()
    for name, handler in handlers.items():
        app.router.add_route("*", f"/{name}", handler)
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")


async def collected(stream: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in stream])


# --- which addresses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1",
    ],
)  # fmt: skip
def test_a_private_address_is_none_that_may_be_reached(address: str) -> None:
    assert not Allowed(()).address(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"])
def test_a_public_address_may_be_reached(address: str) -> None:
    assert Allowed(()).address(address)


def test_what_is_allowed_is_allowed_by_name_or_net_and_nothing_else() -> None:
    allowed = Allowed(("crm.lan", "10.0.0.0/8", "::1"))
    assert allowed.host("CRM.lan") and not allowed.host("crm.lan.test")
    assert allowed.address("10.9.9.9") and allowed.address("::ffff:10.9.9.9") and allowed.address("::1")
    assert not allowed.address("192.168.0.1") and not allowed.address("127.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x", "https://[::1]/x", "https://[::ffff:7f00:1]/x", "https://169.254.169.254/latest",
        "https://2130706433/x", "https://127.1/x", "https://0177.0.0.1/x", "https://１２７.０.０.１/x",
        "http://example.com/x", "ftp://example.com/x", "file:///etc/passwd", "https://", "not an address", "",
        "https://good.example\\@127.0.0.1/x", "https://x.test:99999/",
    ],
)  # fmt: skip
async def test_an_address_that_may_not_be_called_is_refused_for_good(network: Network, url: str) -> None:
    guarded = network.wire(())
    with pytest.raises(Rejected):
        await guarded.call("GET", url)
    with pytest.raises(Rejected):
        await collected(guarded.stream(url, max_bytes=10))


async def test_a_name_that_stands_for_a_private_address_is_refused_for_good(network: Network) -> None:
    with pytest.raises(Rejected) as error:
        await network.wire(()).call("GET", "https://localhost:9/x")
    assert error.value.reason == "localhost is a private address, which outgoing requests may not reach."


class Names:
    """A name server that answers what it is told."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(self, host: str, port: int, family: int) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]

    async def close(self) -> None:
        return None


async def test_of_what_a_name_stands_for_only_public_addresses_are_used() -> None:
    resolver = GuardedResolver(Allowed(()))
    resolver._inner = Names("10.0.0.1", "93.184.216.34", "::1")  # type: ignore[assignment]
    assert [found["host"] for found in await resolver.resolve("mixed.test", 443)] == ["93.184.216.34"]
    resolver._inner = Names("10.0.0.1")  # type: ignore[assignment]
    with pytest.raises(OSError, match=r"rebound\.test is a private address"):
        await resolver.resolve("rebound.test", 443)


async def test_a_channels_own_address_is_trusted_as_exactly_that_scheme_host_and_port(network: Network) -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello", headers={"X-Some-Name": "1"})

    async with serving(hello=hello) as root, serving(hello=hello) as other:
        trusting = network.wire((root,))
        answer = await trusting.call("POST", f"{root}/hello", body=b"x")
        assert (answer.status, answer.body, answer.headers["x-some-name"]) == (200, b"hello", "1")
        for url in (f"{other}/hello", f"{root}/hello".replace("http:", "https:")):
            with pytest.raises((Rejected, Unreachable)) as error:
                await trusting.call("GET", url)
            assert isinstance(error.value, Rejected)


async def test_plain_http_goes_to_what_is_allowed_only() -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    async with serving(hello=hello) as root:
        for allowed in ("127.0.0.1", "127.0.0.0/8"):
            network = Network((allowed,))
            await network.start()
            assert (await network.wire(()).call("GET", f"{root}/hello")).body == b"hello"
            await network.stop()


# --- what a failure means --------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_what_was_not_sent_is_unreachable(network: Network) -> None:
    root = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable) as error:
        await network.wire((root,)).call("POST", f"{root}/bot123:SECRET/send", body=b"x")
    assert error.value.code == "network"
    assert "SECRET" not in error.value.reason and "127.0.0.1 could not be reached" in error.value.reason


async def test_a_name_nobody_knows_is_unreachable(network: Network) -> None:
    root = "http://nobody.invalid"
    with pytest.raises(Unreachable):
        await network.wire((root,)).call("GET", root)


async def test_an_answer_that_does_not_come_is_uncertain(network: Network) -> None:
    asked, never = asyncio.Event(), asyncio.Event()

    async def hangs(request: web.Request) -> web.Response:
        asked.set()
        await never.wait()
        return web.Response()

    async with serving(hangs=hangs) as root:
        with pytest.raises(Uncertain, match="took too long to answer"):
            await network.wire((root,)).call("POST", f"{root}/hangs", body=b"x", timeout=0.2)
        assert asked.is_set()
        never.set()


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"]
)
async def test_a_connection_that_is_dropped_in_the_middle_is_uncertain(network: Network, answer: bytes) -> None:
    async def drops(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(drops, "127.0.0.1", 0)
    root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(Uncertain):
        await network.wire((root,)).call("POST", f"{root}/send", body=b"x")
    server.close()
    await server.wait_closed()


async def test_a_redirect_of_a_call_is_an_answer_like_any_other(network: Network) -> None:
    async def moved(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"})

    async with serving(moved=moved) as root:
        assert (await network.wire((root,)).call("POST", f"{root}/moved")).status == 302


async def test_an_answer_without_end_is_cut_off(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    async def large(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 2000)

    monkeypatch.setattr(wire, "MAX_ANSWER", 1000)
    async with serving(large=large) as root:
        with pytest.raises(Uncertain, match="too_large"):
            await network.wire((root,)).call("GET", f"{root}/large")


# --- files -----------------------------------------------------------------------------------------------------


async def test_a_file_comes_in_pieces_up_to_its_limit(network: Network) -> None:
    async def file(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 1000)

    async def unannounced(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x" * 1000)
        return response

    async with serving(file=file, unannounced=unannounced) as root:
        trusting = network.wire((root,))
        for name in ("file", "unannounced"):
            assert len(await collected(trusting.stream(f"{root}/{name}", max_bytes=1000))) == 1000
            with pytest.raises(Rejected, match="too_large"):
                await collected(trusting.stream(f"{root}/{name}", max_bytes=999))


async def test_a_redirect_to_elsewhere_is_followed_without_credentials() -> None:
    seen: list[tuple[str, str | None]] = []

    async def file(request: web.Request) -> web.Response:
        seen.append((request.path, request.headers.get("Authorization")))
        return web.Response(text="bytes")

    async with serving(file=file) as elsewhere:

        async def moved(request: web.Request) -> web.Response:
            seen.append((request.path, request.headers.get("Authorization")))
            raise web.HTTPFound(f"{elsewhere}/file")

        async def near(request: web.Request) -> web.Response:
            seen.append((request.path, request.headers.get("Authorization")))
            raise web.HTTPFound("/moved")

        async with serving(moved=moved, near=near) as root:
            network = Network(("127.0.0.1",))
            await network.start()
            stream = network.wire((root,)).stream(f"{root}/near", {"Authorization": "Bearer t"}, max_bytes=99)
            assert await collected(stream) == b"bytes"
            await network.stop()
    assert seen == [("/near", "Bearer t"), ("/moved", "Bearer t"), ("/file", None)]


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest", "https://127.0.0.1/x", "file:///etc/passwd"])
async def test_a_redirect_into_the_house_is_refused(network: Network, to: str) -> None:
    async def moved(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": to})

    async with serving(moved=moved) as root:
        with pytest.raises(Rejected) as error:
            await collected(network.wire((root,)).stream(f"{root}/moved", max_bytes=99))
    assert error.value.code == "address"


async def test_a_redirect_without_end_is_refused(network: Network) -> None:
    async def moved(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/moved"})

    async with serving(moved=moved) as root:
        with pytest.raises(Rejected, match="redirects"):
            await collected(network.wire((root,)).stream(f"{root}/moved", max_bytes=99))


@pytest.mark.parametrize(
    ("status", "error"), [(404, Rejected), (401, Rejected), (503, Unreachable), (202, Unreachable), (429, Unreachable)]
)
async def test_a_file_that_is_not_given_is_for_later_or_never(
    network: Network, status: int, error: type[Exception]
) -> None:
    async def refuses(request: web.Request) -> web.Response:
        return web.Response(status=status)

    async with serving(refuses=refuses) as root:
        with pytest.raises(error) as caught:
            await collected(network.wire((root,)).stream(f"{root}/refuses", max_bytes=99))
        assert type(caught.value) is error
