"""What every handler is handed, and the protocols of what the shell does for the rims."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

from api.auth import Auth
from api.directory import Directory
from api.vault import Vault
from core.channel import Connector, TemplateInfo
from core.engine import Engine
from core.errors import Error
from core.ports import Clock, FeedRow, Store


class Behind(Error):
    """A subscriber took too long, or its place is too old to read on from: it has to load anew."""


class Subscription(Protocol):
    def __aiter__(self) -> AsyncIterator[FeedRow]: ...

    async def __anext__(self) -> FeedRow:
        """The next wanted row, waiting for one; raises `Behind`."""

    def close(self) -> None:
        """No more rows; whoever waits is let go with `StopAsyncIteration`."""


class Hub(Protocol):
    """The feed, read once for all sockets of this process."""

    def subscribe(self, after: int, wants: Callable[[FeedRow], bool]) -> Subscription:
        """Rows numbered after `after`, in order, without a gap; `wants` is asked once for each: be quick."""


class Signal(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something that is shown now or never: outside the commit, lost without harm."""

    kind: Literal["typing", "presence", "looking"]
    session: str | None = None
    agent: str | None = None
    by: Literal["customer", "agent", "system"] = "system"
    value: str | None = None


class Signals(Protocol):
    def send(self, signal: Signal) -> None: ...

    def listen(self, take: Callable[[Signal], None]) -> Callable[[], None]:
        """`take` must not wait. What is returned ends it."""

    def opened(self, agent: str) -> None:
        """A socket of theirs is there; ends a grace time."""

    def closed(self, agent: str) -> None:
        """A socket of theirs went; their last one begins the grace time after which they count as offline."""


class ChannelActions(Protocol):
    """What is asked of a provider at once, past the outbox. Raises `DeliveryError`."""

    def check_soon(self, channel: str) -> None:
        """Look at the credentials in the background; the result comes by `Directory.save_health`."""

    async def templates(self, channel: str) -> Sequence[TemplateInfo]:
        """Raises `Refused("no_templates")` where the kind has none."""

    async def typing(self, channel: str, address: str, read_mark: str | None) -> None:
        """Show the customer that somebody writes, where the channel can."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and counts that keep one request from taking everybody's memory."""

    body: int = 1_048_576
    settings: int = 8_388_608


@dataclass(frozen=True, slots=True, kw_only=True)
class Rim:
    """`kinds` are the classes by kind; `new_id` is time-ordered; `nudge` asks the desk to look again."""

    store: Store
    engine: Engine
    directory: Directory
    auth: Auth
    clock: Clock
    hub: Hub
    vault: Vault
    signals: Signals
    actions: ChannelActions
    kinds: Callable[[], Mapping[str, type[Connector]]]
    new_id: Callable[[], str]
    nudge: Callable[[], None]
    public_url: str
    limits: Limits = Limits()
