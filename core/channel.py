"""What a channel is: its capabilities as data, what it hears (`Inbound`, `StatusUpdate`), how it speaks (`Delivery`).

A connector is one file that implements `Connector` and any of the optional protocols below it. It holds no state but
its settings and does IO only through the `Wire` it is handed.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import msgspec

from core.message import Content, State

# --- what a kind of channel can do -----------------------------------------------------------------------------


class MediaLimit(msgspec.Struct, frozen=True, gc=False):
    """What the channel takes of one media type: MIME types (a trailing * matches a family) and bytes."""

    mimes: tuple[str, ...]
    max_bytes: int
    max_caption: int = 0


class Rate(msgspec.Struct, frozen=True, gc=False):
    """A token bucket: how many calls a second in the long run, and how many at once."""

    per_second: float
    burst: int


class Capabilities(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a kind of channel can carry, as data; `core.fit` turns anything else into what fits.

    Lengths are in `text_unit`; times in seconds.
    """

    text_limit: int
    text_unit: Literal["chars", "utf16"] = "chars"
    inbound: frozenset[str]
    outbound: frozenset[str]
    options: int = 0
    option_label: int = 20
    choice_text: int = 1024
    media: Mapping[str, MediaLimit] = {}
    batch: int = 1
    reply_token_seconds: int = 0
    window_seconds: int = 0
    statuses: frozenset[State] = frozenset()
    typing: bool = False
    read_marks: bool = False
    recall: bool = False
    templates: bool = False
    quotes: bool = False
    confirms_by_status_seconds: int = 0
    redelivers_seconds: int = 7 * 86_400
    rate: Rate = Rate(30, 30)
    rate_per_address: Rate | None = None


# --- what comes in ---------------------------------------------------------------------------------------------


class HookRequest(msgspec.Struct, frozen=True, gc=False):
    """A webhook as it came: `url` is the public address that was called, query included; header names lower-case."""

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    part: str = ""  # what follows the channel in the path: "" or "status"


class Profile(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What the provider tells of the person: nothing here is trusted as identity."""

    name: str | None = None
    language: str | None = None
    avatar: str | None = None
    phone: str | None = None


class Received(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="message"):
    """Somebody wrote. `id` is the provider's id to dedupe by, `message_id` its name for quotes, edits and unsends.

    `aliases` are the other names of the same address (a phone number and a user id). `ack` is a callback that wants
    an answer. `quote` and `read_mark` are what the provider wants to hear to quote the message or to mark it read;
    where they are None, `message_id` does. `at` is 0 where the provider tells no time; the shell then puts its own.
    """

    id: str
    address: str
    content: Content
    at: int
    message_id: str | None = None
    reply_to: str | None = None
    reply_token: str | None = None
    profile: Profile = Profile()
    aliases: tuple[str, ...] = ()
    ack: str | None = None
    quote: str | None = None
    read_mark: str | None = None


class Edited(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag="edited"):
    id: str
    address: str
    message_id: str
    content: Content
    at: int


class Unsent(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag="unsent"):
    """The customer took a message back; what we keep of it must go (docs/architecture.md, erasing)."""

    id: str
    address: str
    message_id: str
    at: int


class Reached(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag="reached"):
    """The customer began (True) or ended (False) to accept our messages: follow, unfollow, block, unblock."""

    id: str
    address: str
    reachable: bool
    at: int
    profile: Profile = Profile()


class StatusUpdate(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag="status"):
    """What became of something we sent. `delivery` is our own id if the provider carries it back, `message_id` its."""

    id: str
    state: State
    at: int
    message_id: str | None = None
    delivery: str | None = None
    code: str | None = None
    reason: str | None = None


class Ignored(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag="ignored"):
    """Signed and read, but nothing of a conversation with one person (group chats, verification pings): counted.

    `keep` asks for the raw body to be kept, because this version does not know the kind.
    """

    kind: str
    keep: bool = False


Inbound = Received | Edited | Unsent | Reached | StatusUpdate | Ignored

# --- what goes out ---------------------------------------------------------------------------------------------


class Part(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One message of a delivery, already fitted to the channel; `quote` as in `Received`.

    Several parts may carry one message (`seq`): a long text that was split. None: it stands in no session.
    """

    seq: int | None
    content: Content
    quote: str | None = None


class Delivery(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One call to the provider, fixed before the first attempt and never recomposed.

    `id` is ours, a UUID in hex, the same at every attempt: the retry key where the provider takes one. `token` is a
    reply token that was `token_age` seconds old (by our receipt) when this attempt began. `uncertain` says that an
    earlier attempt may have succeeded. `began` is when the first attempt was made (ms), 0 at the first.
    `tries`: how many earlier attempts that may be, or more, if some of them certainly did not. `callback_url` is where
    the provider may tell what became of it; it names this delivery and is not secret.
    """

    id: str
    address: str
    parts: tuple[Part, ...]
    token: str | None = None
    token_age: float = 0.0
    uncertain: bool = False
    tries: int = 0
    began: int = 0
    callback_url: str | None = None


class Receipt(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The provider took it. `message_ids` stand in the order of the parts (as many as the provider names).

    `maybe_twice`: this was a second try after an uncertain one, and the provider has no means to tell them apart.
    `address` is set if the provider says that the person now has another one (a group that moved, a new BSUID).
    """

    message_ids: tuple[str, ...] = ()
    state: State = "sent"
    maybe_twice: bool = False
    address: str | None = None


class Health(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """`ok` False shows red with `reason`; `facts` are shown as they are (quota, webhook url, bot name)."""

    ok: bool
    reason: str | None = None
    facts: Mapping[str, str] = {}


class Answer(msgspec.Struct, frozen=True, gc=False):
    """The whole answer of the other side of a `Wire`; header names lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire(Protocol):
    """The one way out to the network: shared pool, timeouts, address guard, redaction."""

    async def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        timeout: float | None = None,
    ) -> Answer:
        """Raises `Unreachable` if nothing was sent, `Uncertain` if no whole answer came after writing began."""

    def stream(self, url: str, headers: Mapping[str, str] | None = None, *, max_bytes: int) -> AsyncIterator[bytes]:
        """The body of a GET in chunks, redirects followed without credentials; `Rejected` if larger or refused."""


class Connector(Protocol):
    """One channel account of one kind. `Settings` is a msgspec Struct whose secret fields are typed `Secret`."""

    kind: ClassVar[str]
    title: ClassVar[str]
    Settings: ClassVar[type[msgspec.Struct]]
    capabilities: ClassVar[Capabilities]

    def __init__(self, settings: Any) -> None: ...

    def verify(self, request: HookRequest) -> None:
        """Look at the signature only, in constant time, before anything is parsed: raises `Forged` or `Unreadable`."""

    def read(self, request: HookRequest) -> Sequence[Inbound]:
        """What a verified webhook says, in the provider's order; pure; raises `NotUnderstood`, never anything else."""

    async def deliver(self, delivery: Delivery, wire: Wire) -> Receipt:
        """Make the one call; raises a `DeliveryError` that says what to do next."""


@runtime_checkable
class Challenged(Protocol):
    """The provider verifies the webhook's address by a GET."""

    def challenge(self, request: HookRequest) -> bytes:
        """The body to answer with; raises `Forged`."""


@runtime_checkable
class Checks(Protocol):
    async def check(self, wire: Wire, webhook_url: str) -> Health:
        """Ask the provider whether the credentials work; never raises for what a `Health` can say."""


@runtime_checkable
class FetchesMedia(Protocol):
    async def media(self, ref: str, wire: Wire) -> tuple[str, Mapping[str, str]]:
        """Where the bytes of an inbound media are now, and the headers that get them."""


@runtime_checkable
class Acknowledges(Protocol):
    async def acknowledge(self, ack: str, wire: Wire) -> None:
        """Answer a callback, so that the customer's button stops waiting."""


@runtime_checkable
class ShowsTyping(Protocol):
    async def typing(self, address: str, read_mark: str | None, wire: Wire) -> None:
        """Show the customer that somebody is writing; `read_mark` is of their last message."""


@runtime_checkable
class MarksRead(Protocol):
    async def mark_read(self, address: str, read_mark: str, wire: Wire) -> None:
        """Show the customer that their message, and what came before it, was read."""


@runtime_checkable
class Recalls(Protocol):
    async def recall(self, address: str, message_id: str, wire: Wire) -> None:
        """Take back a message we sent; `Rejected` if the provider's limits are past."""


@runtime_checkable
class Profiles(Protocol):
    async def profile(self, address: str, wire: Wire) -> Profile:
        """Who the customer is, where webhooks do not say it; asked once, after the message is kept."""


@runtime_checkable
class TellsAgain(Protocol):
    async def missed(self, since: int, known: Callable[[str], Awaitable[bool]], wire: Wire) -> Sequence[Inbound]:
        """What webhooks said since then (ms), or would have said had anybody answered: under the same ids, oldest
        first, messages with their time; the newest hundreds at most. For a provider that tells once and keeps it.

        `known` says of a customer's message, by the provider's id, whether it is here: nothing need be asked about it.
        """


@runtime_checkable
class RegistersWebhook(Protocol):
    async def register(self, webhook_url: str, wire: Wire) -> None:
        """Tell the provider to send its webhooks here."""


class TemplateInfo(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    name: str
    language: str
    text: str
    variables: int = 0


@runtime_checkable
class ListsTemplates(Protocol):
    async def templates(self, wire: Wire) -> Sequence[TemplateInfo]: ...


class Secret(str):
    """A setting that is written and never shown again.

    Its repr hides it, so that no log or traceback has it; msgspec refuses to encode it, so that no answer has it by
    accident. `core.codec.convert` makes one from a string.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)"
