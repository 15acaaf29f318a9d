"""Everything that nodes share through Redis, started and stopped together."""

import asyncio
from types import TracebackType
from typing import Self

from stores._redis_links import Links
from stores._redis_shares import RedisRoll, RedisShares
from stores.feed_redis import BEAT_S, LOST_S, RedisFeed
from stores.redis_address import RedisAddress


class Together:
    """One node's part. Nothing in it ever waits for Redis longer than a second, or fails because of it."""

    def __init__(self, address: RedisAddress, node: str, *, beat: float = BEAT_S, lost: float = LOST_S) -> None:
        self._links = Links(address)
        self.feed = RedisFeed(self._links, node, beat=beat, lost=lost)
        self.roll = RedisRoll(self._links, node, self._well_for)
        self.shares = RedisShares(self._links, self._well_for)

    async def __aenter__(self) -> Self:
        self.feed.start()
        self.roll.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.roll.stop()
        await self.feed.stop()
        await self._links.renew()

    def _well_for(self) -> float | None:
        since = self.feed.well_since
        return None if since is None else asyncio.get_running_loop().time() - since
