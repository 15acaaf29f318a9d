"""Connections to Redis, whichever way it runs. Explicit timeouts, and no retries: every loop here asks again itself.

redis-py repeats a command that timed out, also one that was executed; whoever counts or takes must not be repeated.
"""

import asyncio
from typing import Any

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

Trouble = (RedisError, OSError, TimeoutError)


class Links:
    """`client` runs commands; `subscription` is a connection that only listens. `renew` drops both."""

    def __init__(self, address: RedisAddress) -> None:
        self._address = address
        self._client: Any = None
        self._turn = 0

    @property
    def client(self) -> Any:
        """`Redis` or `RedisCluster`; what is called on it exists on both."""
        if self._client is None:
            self._client = self._made()
        return self._client

    def subscription(self) -> tuple[PubSub, Redis]:
        """A fresh one and what it belongs to, to be closed with it."""
        home = self._listening()
        return home.pubsub(ignore_subscribe_messages=True), home

    async def renew(self) -> None:
        """A connection that hangs is not mended by waiting."""
        client, self._client = self._client, None
        if client is not None:
            await closed(client)

    def _made(self) -> Any:
        address = self._address
        match address.way:
            case "one":
                [(host, port)] = address.hosts
                return Redis(host=host, port=port, db=address.db, max_connections=MOST_CONNECTIONS, **self._options())
            case "sentinel":
                return self._sentinel()
            case "cluster":
                return RedisCluster(
                    startup_nodes=[ClusterNode(host, port) for host, port in address.hosts],
                    require_full_coverage=False,  # hints need one node, and a part that is away is better than nothing
                    max_connections=MOST_CONNECTIONS,
                    **self._options(),
                )

    def _listening(self) -> Redis:
        """In a Cluster every node hears what is published at any: the next one each time, so that a dead one is left."""
        address = self._address
        match address.way:
            case "sentinel":
                return self._sentinel()
            case _:
                known = self._client.get_nodes() if address.way == "cluster" and self._client is not None else []
                hosts = [(node.host, int(node.port)) for node in known] or list(address.hosts)
                host, port = hosts[self._turn % len(hosts)]
                self._turn += 1
                return Redis(host=host, port=port, db=address.db, max_connections=2, **self._options())

    def _sentinel(self) -> Redis:
        address = self._address
        asking = {**self._options(), "username": address.sentinel_username, "password": address.sentinel_password}
        sentinel = Sentinel(list(address.hosts), sentinel_kwargs=asking)
        found: Redis = sentinel.master_for(
            address.master, db=address.db, max_connections=MOST_CONNECTIONS, **self._options()
        )
        return found

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


async def closed(thing: Any) -> None:
    """Close within a bound; what does not close is left to the collector, with its socket."""
    try:
        async with asyncio.timeout(CLOSE_S):
            await thing.aclose()
    except Trouble:
        return
