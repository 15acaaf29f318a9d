"""What doing errands asks of its surroundings."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

from core import effect as f
from core.channel import Connector, Wire
from core.engine import Engine
from core.errors import Rejected
from core.message import Content, Translation
from core.ports.clock import Clock
from core.ports.nodes import Shares
from core.ports.store import Store
from core.ports.writing import Lease, Leased


@dataclass(frozen=True, slots=True)
class Ways:
    """What the outbox needs for one channel."""

    connector: Connector
    wire: Wire
    status_url: str | None


async def _no_bots(errand: Leased, effect: f.AskBot) -> None:
    raise Rejected("no_bots", "No bots are called here.")


@dataclass(frozen=True, slots=True)
class Shell:
    """What the outbox asks its surroundings for.

    `ways` raises KeyError for a channel that is gone; `shares` are the rates kept together with other nodes.
    """

    store: Store
    engine: Engine
    clock: Clock
    random: Random
    lease: Callable[[int], Lease]
    ways: Callable[[str], Ways]
    find_agent: Callable[[Leased, f.FindAgent], Awaitable[None]]
    fetch: Callable[[Leased, f.FetchMedia, Ways], Awaitable[Content]]
    public: Callable[[Content], Content]
    count: Callable[[str, str], None]
    shares: Shares | None = None
    translate: Callable[[str, str], Awaitable[Translation]] | None = None
    ask_bot: Callable[[Leased, f.AskBot], Awaitable[None]] = _no_bots
