"""Token buckets: how fast a channel, and one person on it, may be written to. Bounded memory, no timers."""

from collections import OrderedDict

from core.channel import Rate


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
