"""What the look-alikes of the providers share: customers' phones, the post to our webhooks, and failures on order.

A look-alike knows nothing of the product: bytes come in over `serve`, bytes go out over `knock`.
"""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import msgspec

TOKEN = re.compile(r"\[[rp]:[^\]]*\]")
"""What the people of the laboratory put into a text to know it again."""

Json = dict[str, Any]
IDS = "x-lab-ids"
"""The header in which a look-alike names the customers' messages a POST tells of; the product does not know it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of our API as it came over the wire."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Json:
        return msgspec.json.decode(self.body or b"{}", type=dict[str, Any])

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Json = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message on a customer's phone. `way` tells by which kind of call it came, `key` the provider's dedupe key."""

    at: float
    text: str
    id: str
    way: str
    key: str = ""


class World(Protocol):
    """What a look-alike asks of the world around it."""

    random: Random
    counts: Counter[str]

    def time(self) -> float: ...

    def later(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None: ...

    async def knock(
        self, channel: str, body: bytes, headers: Mapping[str, str], *, part: str = "", query: str = "",
        timeout: float, method: str = "POST",
    ) -> int | None: ...  # fmt: skip

    def posted(self, channel: str, message: str, address: str, kind: str) -> None:
        """A customer's message is about to be told to us."""

    def arrived(self, channel: str, address: str, message: Arrived, options: list[tuple[str, str]]) -> None:
        """Something came to a customer's phone."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Shares of calls: `down` are refused connections, `broken` 5xx, `busy` 429, `hang` no answer, `drop` resets."""

    down: float = 0.0
    broken: float = 0.0
    busy: float = 0.0
    hang: float = 0.0
    drop: float = 0.0


NONE = Trouble()
ALWAYS = Trouble(down=0.003, broken=0.003, busy=0.003, hang=0.004, drop=0.004)
"""What is to be expected of any provider on an ordinary day."""

EPOCH = 1_700_000_000


class Provider:
    channel = ""
    host = ""
    kinds: tuple[str, ...] = ("text",)

    def __init__(self, world: World) -> None:
        self.world, self.trouble = world, ALWAYS
        self.phones: dict[str, list[Arrived]] = defaultdict(list)
        self.gave_up = 0
        self.untold: set[str] = set()  # ids of messages that failed here, which nobody was there to hear of
        self._serial = 0

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    def seconds(self) -> int:
        return EPOCH + int(self.world.time())

    def milliseconds(self) -> int:
        return EPOCH * 1000 + int(self.world.time() * 1000)

    def serve(self, asked: Asked) -> Reply:
        raise NotImplementedError

    def throttled(self) -> Reply:
        return Reply(429, {"message": "slow down"}, {"retry-after": "2"})

    def broke(self) -> Reply:
        return Reply(500 + self.world.random.choice((0, 2, 3)), {"message": "a failure of ours"})

    def write(self, address: str, kind: str, text: str, **more: Any) -> str:
        """The customer writes; the id their message has at the provider."""
        raise NotImplementedError

    def arrive(self, address: str, text: str, id: str, way: str, options: Any = (), key: str = "") -> None:
        message = Arrived(self.world.time(), text, id, way, key)
        self.phones[address].append(message)
        self.world.arrived(self.channel, address, message, list(options))

    async def post(
        self, body: bytes, headers: Mapping[str, str], waits: tuple[float, ...], *, timeout: float, part: str = "",
        query: str = "", connection_only: bool = False, again: float = 0.02,
    ) -> bool:  # fmt: skip
        """Tell us until we say 2xx, with these waits in between; now and then once more although we did."""
        for wait in (0.0, *waits):
            if wait:
                await asyncio.sleep(wait * self.world.random.uniform(0.7, 1.3))
            status = await self.world.knock(self.channel, body, headers, part=part, query=query, timeout=timeout)
            if status is not None and 200 <= status < 300:
                if self.world.random.random() < again:
                    self.world.counts["webhook sent twice"] += 1
                    delay = self.world.random.choice((0.0, 0.5, 30.0, 3000.0))
                    self.world.later(delay, lambda: self._once_more(body, headers, part, query, timeout))
                return True
            if connection_only and status != 0:
                break
            self.world.counts["webhook sent again"] += 1
        self.gave_up += 1
        return False

    async def _once_more(self, body: bytes, headers: Mapping[str, str], part: str, query: str, timeout: float) -> None:
        await self.world.knock(self.channel, body, headers, part=part, query=query, timeout=timeout)


def asked(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Asked:
    parts = urlsplit(url)
    lower = {name.lower(): value for name, value in headers.items()}
    return Asked(method, parts.path, dict(parse_qsl(parts.query)), lower, body or b"")
