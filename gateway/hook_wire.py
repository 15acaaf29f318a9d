"""The way out of message webhooks: pools, guard and patience of their own, so that no receiver costs anybody else.

A receiver's status is all that counts: redirects are not followed, and of what it says at most a little is read, to
keep the connection for the next.
"""

import asyncio
from collections.abc import Mapping, Sequence

import aiohttp

from core.errors import Rejected
from core.hook import Outcome
from gateway.wire import AGENT, Allowed, GuardedResolver, Private, guard, parsed

TOTAL_S = 10.0
CONNECT_S = 5.0
POOL = 128
REST_S, REST_BYTES = 1.0, 16_384  # of an answer's body
MOST_PATIENCE_MS = 3_600_000


class HookWire:
    """`start` it before use. `objection` may be asked at any time."""

    def __init__(self, allow_private: Sequence[str] = ()) -> None:
        self._allowed = Allowed(allow_private)
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        connector = aiohttp.TCPConnector(
            limit=POOL, resolver=GuardedResolver(self._allowed), ttl_dns_cache=60, keepalive_timeout=15.0
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=TOTAL_S, connect=CONNECT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": AGENT},
            auto_decompress=False,
            trust_env=False,
        )

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()

    def objection(self, url: str) -> str | None:
        """Why an address cannot be one of a webhook; None as far as that is known before it is called."""
        try:
            target = parsed(url)
            guard(target, self._allowed)
        except Rejected as error:
            return error.reason
        if target.user is not None or target.password is not None or target.fragment:
            return "An address with a name, a password or a fragment in it is not taken."
        return None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """What became of it; never raises for what a receiver or the network does."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            target = parsed(url)
            guard(target, self._allowed)
            assert self._session is not None, "it was not started"
            async with self._session.post(target, data=body, headers=headers, allow_redirects=False) as response:
                answer = _read(response.status, response.headers.get("Retry-After"), int((loop.time() - began) * 1000))
                await _rest(response)
                return answer
        except Rejected as error:
            return Outcome(taken=False, reason=error.reason)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return Outcome(taken=False, reason=_words(error), took=int((loop.time() - began) * 1000))


def _read(status: int, retry_after: str | None, took: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(taken=True, status=status, took=took)
    moved = " (redirects are not followed)" if 300 <= status < 400 else ""
    return Outcome(
        taken=False,
        status=status,
        reason=f"The receiver answered HTTP {status}{moved}.",
        after=_patience(retry_after) if status in (429, 503) else 0,
        gone=status == 410,
        took=took,
    )


def _patience(text: str | None) -> int:
    """What `Retry-After` asks for, in ms: seconds only, for a date would be by the receiver's clock."""
    if text is None or not text.strip().isdecimal() or len(text) > 9:
        return 0
    return min(int(text) * 1000, MOST_PATIENCE_MS)


async def _rest(response: aiohttp.ClientResponse) -> None:
    """Read a short answer to its end, so that the connection may be used again; let a long or slow one go."""
    try:
        async with asyncio.timeout(REST_S):
            left = REST_BYTES
            async for chunk in response.content.iter_any():
                left -= len(chunk)
                if left < 0:
                    break
            else:
                return
    except (aiohttp.ClientError, TimeoutError, OSError):
        pass  # its status counts; what it said beyond that was not asked for
    response.close()


def _words(error: Exception) -> str:
    """What happened, without the address: it may hold a token."""
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, Private):
        return f"{error.os_error.strerror}."
    if isinstance(error, TimeoutError):
        return f"The receiver did not answer within {TOTAL_S:.0f} seconds."
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "The receiver's certificate is not right."
    if isinstance(error, aiohttp.ClientConnectorError):
        return "The receiver could not be reached."
    return f"The receiver did not answer properly ({type(error).__name__})."
