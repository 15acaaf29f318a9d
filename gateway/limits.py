"""How fast a channel, and one person on it, may be written to: token buckets. Bounded memory, no timers."""

import asyncio
from collections import OrderedDict
from random import Random

from core.channel import Connector, Rate
from core.ports.nodes import Shares

IN_FLIGHT = 256  # calls to one channel's provider at a time
FIRST_RETRY_S, LONGEST_RETRY_S = 1.0, 300.0


def backoff(random: Random, attempt: int) -> float:
    """Seconds: doubling with jitter, so that a thousand chats do not come back at one instant."""
    return min(FIRST_RETRY_S * 2.0 ** min(attempt, 20), LONGEST_RETRY_S) * random.uniform(0.5, 1.5)


class Bucket:
    """`take` says how many seconds to wait before the call; the debt is booked at once, so waiters queue up fairly."""

    __slots__ = ("_at", "_paused", "_rate", "_tokens")

    def __init__(self, rate: Rate) -> None:
        self._rate, self._tokens, self._at, self._paused = rate, float(rate.burst), 0.0, 0.0

    def take(self, now: float) -> float:
        """`now` in seconds, of a clock that never goes back."""
        self._tokens = min(self._rate.burst, self._tokens + (now - self._at) * self._rate.per_second)
        self._at = now
        self._tokens -= 1
        wait = 0.0 if self._tokens >= 0 else -self._tokens / self._rate.per_second
        return max(wait, self.paused(now))

    def paused(self, now: float) -> float:
        """How many seconds of a pause are left."""
        return max(self._paused - now, 0.0)

    def allow(self, now: float) -> float:
        """The same for whoever is turned away instead of waiting: no debt is left behind. 0: go on."""
        wait = self.take(now)
        if wait > 0:
            self._tokens += 1
        return wait

    def pause(self, now: float, seconds: float) -> None:
        """The provider said "later"."""
        self._paused = max(self._paused, now + seconds)


class Buckets:
    """One bucket for each name; the one unused longest is forgotten when there are too many."""

    def __init__(self, rate: Rate, *, most: int = 10_000) -> None:
        self._rate, self._most = rate, most
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, name: str, now: float) -> float:
        return self._bucket(name).take(now)

    def allow(self, name: str, now: float) -> float:
        return self._bucket(name).allow(now)

    def _bucket(self, name: str) -> Bucket:
        bucket = self._buckets.pop(name, None) or Bucket(self._rate)
        self._buckets[name] = bucket
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return bucket


class Limits:
    """How fast one channel may be called, and how often at once; by all nodes together where they can be asked."""

    def __init__(self, channel: str, connector: Connector, shares: Shares | None) -> None:
        capabilities = connector.capabilities
        self.places = asyncio.Semaphore(IN_FLIGHT)
        self._channel, self._shares = channel, shares
        self._rate, self._rate_each = capabilities.rate, capabilities.rate_per_address
        self._all = Bucket(self._rate)
        self._each = Buckets(self._rate_each) if self._rate_each else None

    async def book(self, address: str) -> float:
        """Seconds until the channel, and this person, may be written to; the place is taken."""
        if self._shares is not None:
            buckets = [("all", self._rate), *([(address, self._rate_each)] if self._rate_each else ())]
            asked = await self._shares.take(self._channel, buckets)
            if asked is not None:
                self.pause(asked[1])
                return asked[0]
        now = asyncio.get_running_loop().time()
        wait = self._all.take(now)
        if self._each is not None:
            wait = max(wait, self._each.take(address, now))
        return wait

    def paused(self) -> float:
        """How many more seconds the provider wants to be left alone."""
        return self._all.paused(asyncio.get_running_loop().time())

    def pause(self, seconds: float) -> None:
        if seconds > 0:
            self._all.pause(asyncio.get_running_loop().time(), seconds)
