"""The one way out to the network: a shared pool with timeouts, an address guard, and errors that say what to do next.

A channel's own API addresses are trusted as exactly that scheme, host and port; anything else must be https and public.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from core.channel import Answer
from core.errors import Rejected, Uncertain, Unreachable

STREAM_S = 300.0  # a large file takes its time, as long as something comes all the while
TOTAL_S = 20.0  # a provider that needs longer is down for our purposes
CONNECT_S = 5.0
KEEP_ALIVE_S = 15.0  # below the idle limit of every provider seen, so that a reused connection is rarely half closed
POOL = 512
REDIRECTS = 3
MAX_ANSWER = 4 << 20  # an API's answer; media are streamed
AGENT = "Frontdesk"  # a provider's media host refuses requests without a User-Agent

Origin = tuple[str, str, int]
NAT64 = ipaddress.ip_network("64:ff9b::/96")


def parsed(url: str) -> URL:
    """The address as the client will read it (one parser, so that none can be played against the other)."""
    try:
        found = URL(url)
        _ = found.port, found.raw_host
    except ValueError as error:
        raise Rejected("address", "This is not an address that can be called.") from error
    return found


def origin(url: URL) -> Origin:
    return url.scheme, (url.raw_host or "").lower(), url.port or 0


class Allowed:
    """Which private addresses may be reached all the same (FRONTDESK_ALLOW_PRIVATE)."""

    def __init__(self, entries: Sequence[str]) -> None:
        self._hosts = frozenset(entry.lower() for entry in entries if "/" not in entry)
        self._nets = tuple(ipaddress.ip_network(entry) for entry in entries if "/" in entry)

    def host(self, host: str) -> bool:
        return host.lower() in self._hosts

    def named(self, text: str) -> bool:
        """Whether an IP address is among the entries."""
        address = _meant(text)
        return self.host(str(address)) or any(address.version == net.version and address in net for net in self._nets)

    def address(self, text: str) -> bool:
        """Whether an IP address is public, or private but allowed."""
        address = _meant(text)
        return self.named(text) or (address.is_global and not address.is_multicast)


class Private(OSError):
    """A name stands for addresses of which none may be reached."""


def _meant(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address that a packet would go to in the end: an IPv4 one may be wrapped in an IPv6 one."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


class GuardedResolver(AbstractResolver):
    """Resolves once and hands out only addresses that may be reached: the vetted address is the one connected to."""

    def __init__(self, allowed: Allowed) -> None:
        self._inner, self._allowed = ThreadedResolver(), allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if self._allowed.host(host):
            return found
        public = [entry for entry in found if self._allowed.address(entry["host"])]
        if not public:
            raise Private(None, f"{host} is a private address, which outgoing requests may not reach")
        return public

    async def close(self) -> None:
        await self._inner.close()


class Network:
    """The shared pools: one for the channels' own APIs, one that is guarded for everything else."""

    def __init__(self, allow_private: Sequence[str] = ()) -> None:
        self.allowed = Allowed(allow_private)
        self._trusted: aiohttp.ClientSession | None = None
        self._guarded: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._trusted = _session(None)
        self._guarded = _session(GuardedResolver(self.allowed))

    async def stop(self) -> None:
        for session in (self._trusted, self._guarded):
            if session is not None:
                await session.close()

    def wire(self, trusted: Sequence[str]) -> "ChannelWire":
        """A wire for one channel, which trusts the origins of these addresses."""
        assert self._trusted is not None and self._guarded is not None, "the network was not started"
        return ChannelWire(
            self._trusted, self._guarded, self.allowed, frozenset(origin(parsed(url)) for url in trusted if url)
        )


def _session(resolver: AbstractResolver | None) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=POOL, limit_per_host=0, keepalive_timeout=KEEP_ALIVE_S, resolver=resolver, ttl_dns_cache=60
    )
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=TOTAL_S, connect=CONNECT_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": AGENT},
        auto_decompress=True,
        trust_env=False,
    )


class ChannelWire:
    """`core.channel.Wire` for one channel."""

    def __init__(
        self,
        trusted_pool: aiohttp.ClientSession,
        guarded_pool: aiohttp.ClientSession,
        allowed: Allowed,
        trusted: frozenset[Origin],
    ) -> None:
        self._trusted_pool, self._guarded_pool = trusted_pool, guarded_pool
        self._allowed, self._trusted = allowed, trusted

    async def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        timeout: float | None = None,
    ) -> Answer:
        options: dict[str, Any] = {}
        if timeout is not None:
            options["timeout"] = aiohttp.ClientTimeout(total=timeout, connect=min(timeout, CONNECT_S))
        target = parsed(url)
        try:
            async with self._pool(target).request(
                method, target, headers=headers, data=body, allow_redirects=False, **options
            ) as response:
                return Answer(response.status, _lower(response.headers), await _bounded(response))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _named(error, target) from error

    async def stream(
        self, url: str, headers: Mapping[str, str] | None = None, *, max_bytes: int
    ) -> AsyncIterator[bytes]:
        target, seen = parsed(url), 0
        first = origin(target)
        for _ in range(REDIRECTS + 1):
            try:
                async with self._pool(target).get(
                    target,
                    headers=headers if origin(target) == first else None,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=STREAM_S, connect=CONNECT_S, sock_read=TOTAL_S),
                ) as response:
                    if response.status in (301, 302, 303, 307, 308):
                        target = target.join(parsed(response.headers.get("Location", "")))
                        continue
                    _refuse(response, max_bytes)
                    async for chunk in response.content.iter_chunked(65_536):
                        seen += len(chunk)
                        if seen > max_bytes:
                            raise Rejected("too_large", f"The file is larger than {max_bytes >> 20} MB.")
                        yield chunk
                    return
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                _refuse_private(error)
                raise Unreachable("network", _words(error, target)) from error
        raise Rejected("redirects", "The file's address redirects too often.")

    def _pool(self, url: URL) -> aiohttp.ClientSession:
        """The pool that may call an address; raises `Rejected` if none may."""
        if origin(url) in self._trusted:
            return self._trusted_pool
        guard(url, self._allowed)
        return self._guarded_pool


def guard(url: URL, allowed: Allowed) -> None:
    """Raises `Rejected` for what may not be called whatever its name stands for; the resolver looks at that."""
    scheme, host, _ = origin(url)
    literal = _is_literal(host)
    if not host or (_is_number(host) and not literal):
        raise Rejected("address", "This is not an address that can be called.")
    named = allowed.host(host) or (literal and allowed.named(host))
    if scheme != "https" and not (scheme == "http" and named):
        raise Rejected("address", f"Only https addresses may be reached, not {scheme}://{host}.")
    if literal and not allowed.address(host):
        raise Rejected("address", f"{host} is a private address, which outgoing requests may not reach.")


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_number(host: str) -> bool:
    """What the client would hand to the system as an address, without asking the resolver: 2130706433, 127.1."""
    return ":" in host or host.replace(".", "").isdigit()


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise Uncertain("too_large", f"The provider's answer is larger than {MAX_ANSWER >> 20} MB.")
    return bytes(body)


def _refuse(response: aiohttp.ClientResponse, max_bytes: int) -> None:
    if response.status in (202, 429) or response.status >= 500:
        raise Unreachable(str(response.status), f"The file is not ready: HTTP {response.status}.")
    if response.status != 200:
        raise Rejected(str(response.status), f"The provider does not give the file: HTTP {response.status}.")
    if (response.content_length or 0) > max_bytes:
        raise Rejected("too_large", f"The file is larger than {max_bytes >> 20} MB.")


def _named(error: Exception, url: URL) -> Unreachable | Uncertain:
    """Nothing was sent → `Unreachable`; anything after the connection stood → `Uncertain`."""
    _refuse_private(error)
    before = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
    if isinstance(error, before):
        return Unreachable("network", _words(error, url))
    return Uncertain("network", _words(error, url))


def _refuse_private(error: Exception) -> None:
    """No retry makes a private address a public one."""
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, Private):
        raise Rejected("address", f"{error.os_error.strerror}.") from error


def _words(error: Exception, url: URL) -> str:
    """What happened, without the address's path: some providers carry a token in it."""
    what = "took too long to answer" if isinstance(error, asyncio.TimeoutError) else "could not be reached"
    return f"{url.raw_host} {what} ({type(error).__name__})."
