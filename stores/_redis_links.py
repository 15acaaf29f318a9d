"""Connections to Redis, whichever way it runs. Explicit timeouts, and no retries: every loop here asks again itself.

redis-py repeats a command that timed out, also one that was executed; whoever counts or takes must not be repeated.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from stores.redis_address import RedisAddress

ANSWER_S = 1.0
CONNECT_S = 1.0
MOST_CONNECTIONS = 16
CLOSE_S = 1.0

log = structlog.get_logger()
Trouble = (RedisError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Listening:
    """A connection that only listens, and what has to be closed with it."""

    pubsub: PubSub
    homes: Sequence[Any]

    async def aclose(self) -> None:
        await closed(self.pubsub, *self.homes)


class Links:
    """`client` runs commands; `subscription` listens. What hangs is not mended by waiting: `renew` drops `client`."""

    def __init__(self, address: RedisAddress) -> None:
        self._address = address
        self._client: Any = None
        self._homes: Sequence[Any] = ()  # the client and whoever says where its server is
        self._turn = 0

    @property
    def client(self) -> Any:
        """`Redis` or `RedisCluster`; what is called on it exists on both."""
        if self._client is None:
            self._homes = self._made()
            self._client = self._homes[0]
        return self._client

    def subscription(self) -> Listening:
        """A fresh one."""
        homes = self._sentinel() if self._address.way == "sentinel" else (self._next(),)
        return Listening(homes[0].pubsub(ignore_subscribe_messages=True), homes)

    async def renew(self) -> None:
        homes, self._homes, self._client = self._homes, (), None
        await closed(*homes)

    def _made(self) -> Sequence[Any]:
        address = self._address
        match address.way:
            case "one":
                [(host, port)] = address.hosts
                options = self._options()
                return (Redis(host=host, port=port, db=address.db, max_connections=MOST_CONNECTIONS, **options),)
            case "sentinel":
                return self._sentinel()
            case "cluster":
                nodes = [ClusterNode(host, port) for host, port in address.hosts]
                found = RedisCluster(
                    startup_nodes=nodes,
                    require_full_coverage=False,  # hints need one node; a part that is away is better than nothing
                    max_connections=MOST_CONNECTIONS,
                    **self._options(),
                )
                return (found,)

    def _next(self) -> Redis:
        """In a Cluster every node hears what any is told: another one each time, so that a dead one is left."""
        address = self._address
        known = self._client.get_nodes() if address.way == "cluster" and self._client is not None else []
        hosts = [(node.host, int(node.port)) for node in known] or list(address.hosts)
        host, port = hosts[self._turn % len(hosts)]
        self._turn += 1
        return Redis(host=host, port=port, db=address.db, max_connections=2, **self._options())

    def _sentinel(self) -> Sequence[Any]:
        address, options = self._address, self._options()
        asking = {**options, "username": address.sentinel_username, "password": address.sentinel_password}
        sentinel = Sentinel(list(address.hosts), sentinel_kwargs=asking)  # type: ignore[no-untyped-call]
        found = sentinel.master_for(address.master, db=address.db, max_connections=MOST_CONNECTIONS, **options)
        return (found, *sentinel.sentinels)

    def _options(self) -> dict[str, Any]:
        return {
            "username": self._address.username,
            "password": self._address.password,
            "socket_timeout": ANSWER_S,
            "socket_connect_timeout": CONNECT_S,
            "retry": Retry(NoBackoff(), 0),
            "protocol": 2,  # no maintenance notifications, and one shape of replies
            **({"ssl": True} if self._address.tls else {}),
        }


async def closed(*things: Any) -> None:
    """Close within a bound; what does not close is left to the collector, with its socket."""
    for thing in things:
        try:
            async with asyncio.timeout(CLOSE_S):
                await thing.aclose()
        except Trouble as error:
            log.debug("redis.not_closed", reason=str(error))
