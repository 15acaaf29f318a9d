"""What every handler is handed, and the protocols of what the shell does for the rims."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import msgspec

from api.auth import Auth
from api.bots import ReplyIn
from api.directory import Directory
from api.due import Due
from api.pulse import Pulse
from api.vault import Vault
from api.wording import Wording
from core.channel import Connector, TemplateInfo
from core.engine import Engine
from core.hook import Outcome
from core.message import Content, Translation
from core.ports.clock import Clock
from core.ports.desk import Seat
from core.ports.reading import FeedRow
from core.ports.store import Store
from core.turn import Standing


class Hub(Protocol):
    """The feed, read once for all sockets of this process (hub.py)."""

    @property
    def identity(self) -> str:
        """Tells this database's feed numbers from another's."""

    @property
    def cursor(self) -> int:
        """The newest number that was handed out."""

    @property
    def newest(self) -> int:
        """The newest number this process knows of."""

    def listen(
        self, listener: Callable[[Sequence[FeedRow]], Awaitable[None]], wanted: Callable[[], bool] = ...
    ) -> Callable[[], None]:
        """Hand over every row after the present cursor, in order, without a gap; what is returned ends it."""

    def recent(self, after: int) -> Sequence[FeedRow] | None:
        """The rows after a number up to the cursor, if all of them are still at hand."""

    def reached(self, n: int) -> None:
        """The store has numbers up to `n`."""


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

    async def check(self, channel: str) -> None:
        """The same at once: returns when the result is known."""

    async def templates(self, channel: str) -> Sequence[TemplateInfo]:
        """Raises `Refused("no_templates")` where the kind has none."""

    async def typing(self, channel: str, address: str, read_mark: str | None) -> None:
        """Show the customer that somebody writes, where the channel can."""


class Trial(msgspec.Struct, frozen=True):
    """What came of trying a bot out. `reason`: why it failed, or why there is no answer yet."""

    ok: bool
    milliseconds: int
    reason: str | None
    reply: ReplyIn | None


class BotActions(Protocol):
    async def try_out(self, bot: str, text: str, language: str) -> Trial:
        """Ask a bot something outside any chat; raises KeyError."""


class HookActions(Protocol):
    """What is asked of message webhooks at once, past their outbox."""

    async def test(self, hook: str) -> Outcome:
        """Send a test to a subscription that there is, now, once."""

    def stir(self, hook: str) -> None:
        """Something may be sent that was not before."""


class KeptFile(Protocol):
    """`url` is its name inside contents, `mime` what its first bytes show, `size` in bytes."""

    @property
    def url(self) -> str: ...

    @property
    def mime(self) -> str: ...

    @property
    def size(self) -> int: ...


class Files(Protocol):
    """Files people sent. Contents hold names of ours; a link is made when one is shown."""

    async def keep(self, chunks: AsyncIterator[bytes]) -> KeptFile:
        """Raises `Rejected` ("too_large", "empty"), and leaves nothing then."""

    def public(self, content: Content) -> Content:
        """The same content with an address that works outside, for a while."""

    async def remove(self, url: str) -> None: ...


class Translates(Protocol):
    async def translate(self, text: str, target: str) -> Translation:
        """Raises `DeliveryError`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and counts that keep one request from taking everybody's memory."""

    body: int = 1_048_576
    settings: int = 8_388_608


@dataclass(frozen=True, slots=True, kw_only=True)
class Rim:
    """`kinds` are the classes by kind; `new_id` is time-ordered; `seated` tells the desk of an agent's seat.
    `objection` says why an address may not be called from here, as far as that is known before it is. `erase_soon`
    says that somebody is to be erased; `standing` is where a waiting session stands."""

    store: Store
    engine: Engine
    directory: Directory
    auth: Auth
    clock: Clock
    hub: Hub
    vault: Vault
    signals: Signals
    actions: ChannelActions
    bots: BotActions
    files: Files
    kinds: Callable[[], Mapping[str, type[Connector]]]
    new_id: Callable[[], str]
    seated: Callable[[Seat], None]
    public_url: str
    translator: Translates | None = None
    limits: Limits = Limits()
    objection: Callable[[str], str | None] = lambda url: None
    hooks: "HookActions | None" = None
    erase_soon: Callable[[], None] = lambda: None
    standing: Callable[[str], Standing | None] = lambda session: None
    pulse: Pulse = field(default_factory=Pulse)
    due: Due = field(default_factory=Due)
    wording: Wording = Wording()
