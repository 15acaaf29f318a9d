"""The store: every method may raise `StoreDown`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from core.changes import ChangePage, ChangeQuery
from core.channel import StatusUpdate
from core.customer import Customer
from core.fading import Fading
from core.ports.desk import DeskView, Seat
from core.ports.hooks import HookStore
from core.ports.papers import Document, Grant, Raw, Revision
from core.ports.reading import (
    CustomerPage,
    FeedRow,
    MentionStore,
    Page,
    SessionQuery,
    SessionRow,
    StoredMessage,
    SubmissionPage,
    SubmissionQuery,
    SubmissionRow,
    Tally,
)
from core.ports.writing import Commit, Committed, Lease, Leased, Settlement
from core.pulse import Beat
from core.session import Conversation, Rating


class Store(Protocol):
    @property
    def hooks(self) -> HookStore: ...

    @property
    def mentions(self) -> MentionStore: ...

    def listen(self, told: Callable[[int], None]) -> None:
        """`told` hears, on the loop and soon, of the newest feed number that may be read, whichever node wrote it."""

    def nudge(self) -> None:
        """Another node says that there is something new: look for it now rather than soon."""

    # conversations
    async def load(self, channel: str, address: str) -> tuple[Conversation, int] | None:
        """The conversation at an address (or one of its aliases) and its version."""

    async def load_of(self, session: str) -> tuple[Conversation, int] | None:
        """The conversation that holds a session, open or closed long ago."""

    async def commit(self, commit: Commit) -> Committed:
        """Durable when it returns. Raises `Duplicate`, `Stale`, `Fenced`, `Full`, in this order."""

    async def alias(self, channel: str, alias: str, conversation: str) -> None:
        """Make another name of the same person point to the conversation; the first one to claim a name keeps it."""

    async def place(self, channel: str, provider_id: str) -> tuple[str, int] | None:
        """The (session, seq) of the message a provider's id names, inbound or outbound."""

    # errands
    async def claim(self, now: int, limit: int, lease: Lease) -> Sequence[Leased]:
        """Lease errands that are due, oldest first within a conversation, and never a `Deliver` while an older one of
        its conversation is open. One whose earlier lease ran out (or whose node is this one, just started) comes back
        `uncertain`."""

    async def next_due(self) -> int | None:
        """When the next errand that nobody holds is due."""

    async def settle(self, settlement: Settlement) -> None: ...

    async def release(self, node: str, key: str | None = None) -> None:
        """Give back a lease, or all of a node's, unattempted."""

    async def recover(self, node: str, now: int) -> int:
        """What is known to be nobody's is due now and `uncertain` (but for what waits behind another delivery and was
        thus never begun); how many errands that were. Where only one process can have the store: what all other nodes
        had leased, for they are dead. Where several may live: what this node itself had before it was started again;
        others' leases run out by themselves."""

    async def report(self, channel: str, update: StatusUpdate, at: int) -> bool:
        """A provider's status. False if the message is not known yet: it is kept 10 min and applied when its delivery
        is settled."""

    # reading
    async def history(self, session: str, after: int = 0, limit: int = 50) -> Sequence[StoredMessage]: ...

    async def message(self, session: str, seq: int) -> StoredMessage | None: ...

    async def session(self, session: str) -> SessionRow | None: ...

    async def sessions(self, query: SessionQuery) -> Page: ...

    async def tally(self) -> Sequence[Tally]:
        """The open sessions, counted."""

    async def pulse(self, since: int, until: int, width: int) -> Sequence[Beat]:
        """What was counted of commits from `since` to before `until`, in stretches of `width` ms from `since`."""

    async def submission(self, id: str) -> SubmissionRow | None: ...

    async def submissions(self, query: SubmissionQuery) -> SubmissionPage: ...

    async def thread(self, submission: str, limit: int = 200) -> Sequence[StoredMessage]:
        """What was said of a submission in later chats, in order; at most the newest `limit`."""

    async def trace(self, session: str) -> Sequence[FeedRow]:
        """The session's events that are no messages, in order."""

    async def rating(self, session: str) -> Rating | None: ...

    async def customer(self, customer: str) -> Customer | None: ...

    async def customers(
        self, *, partner_id: str | None = None, q: str | None = None, after: str | None = None, limit: int = 50
    ) -> CustomerPage: ...

    async def conversations(self, customer: str, limit: int = 1000) -> Sequence[Conversation]:
        """Every place where a customer is reached."""

    async def partner(self, partner_id: str, claim: str | None = None) -> str | None:
        """Whose record a company's own id is; `claim`'s from now on, if it was nobody's."""

    # letting go
    async def erase(self, conversation: str, after: str | None, limit: int) -> str | None:
        """Blank what a conversation holds that was erased (`Erased`), about so many rows; where to go on, None when all
        of it is done. What its commit does at once: the address, other names and errands go, the customer's record
        with what they are found by, what webhooks were to be told, and raw webhooks that name the address."""

    async def fade(self, wanted: Fading, limit: int) -> int:
        """Let go of what is too old, from where the last call ended, of at most so many rows that are looked at; how
        many those were (fewer than `limit`: this is all for now)."""

    async def forget_revisions(self, before: int, limit: int) -> int:
        """Drop versions of documents that were replaced before then, at most so many; how many."""

    async def silent(self, before: int, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        """Customers of whom nothing was heard since then and who have no open chat or ticket, by id, of the next so
        many that are looked at; where to go on."""

    async def forget_raws(self, before: int, limit: int) -> int:
        """Drop webhooks that were not understood then; how many."""

    async def dropped_files(self, limit: int) -> Sequence[str]:
        """Files that no message holds any more, to be removed; `swept` says that they were."""

    async def swept(self, urls: Sequence[str]) -> None: ...

    async def scrub(self) -> None:
        """Work what was blanked out of the files the store keeps, as far as it can."""

    async def feed(self, after: int, limit: int) -> Sequence[FeedRow]:
        """What was numbered after `after`, in order, with message and session as they are now."""

    async def words_found(self, before: int | None, limit: int) -> Sequence[FeedRow]:
        """The hit log: `WordsFound` events with a feed number below `before`, newest first."""

    async def newest(self) -> int:
        """The feed number of the newest event."""

    async def index(self, limit: int) -> int:
        """Make what was committed findable by `SessionQuery.q`, at most `limit` feed numbers of it; how many that
        were. Called behind the commits, again and again."""

    async def desk(self) -> DeskView: ...

    # agents' seats
    async def seats(self) -> Sequence[Seat]: ...

    async def seat(self, agent: str, *, capacity: int, at: int) -> None:
        """Make or change an agent's seat."""

    async def set_status(self, agent: str, status: str, reason: str | None, at: int) -> Seat: ...

    async def remove_seat(self, agent: str) -> None: ...

    # the desk's keeper
    async def keep_desk(self, node: str, now: int, until: int) -> int | None:
        """Keep the desk until then, or go on keeping it; None while another node does. The answer is the fence for
        `Commit.fence`: the same while one node goes on in time, a higher one with each new keeper. Giving it back is
        keeping it until `now`."""

    # documents
    async def put(
        self,
        collection: str,
        id: str,
        body: dict[str, object] | None,
        *,
        who: str,
        at: int,
        expected: int | None = None,
    ) -> int:
        """Write (or with None remove) a document; its new version. Raises `Stale` if `expected` is not the version."""

    async def get(self, collection: str, id: str) -> Document | None: ...

    async def all(self, collection: str) -> Sequence[Document]: ...

    async def revisions(self, collection: str, id: str) -> Sequence[Revision]: ...

    async def revision(self, collection: str, id: str, version: int) -> Revision | None: ...

    async def changes(self, query: ChangeQuery) -> ChangePage:
        """Versions of documents, whoever's, newest first."""

    # the rest
    async def grant(self, grant: Grant) -> None: ...

    async def granted(self, digest: bytes) -> Grant | None: ...

    async def revoke(self, digest: bytes | None = None, agent: str | None = None) -> None: ...

    async def keep_raw(self, raw: Raw) -> None:
        """The same body of the same channel is kept once, with the first time and reason."""

    async def raws(self, channel: str, limit: int = 50) -> Sequence[Raw]: ...

    async def reserve(self, name: str, count: int) -> int:
        """The first of `count` numbers nobody else will get."""

    async def forget(self, before: int, limit: int) -> int:
        """Drop causes (and unclaimed statuses, expired grants) older than `before`; how many went."""

    async def counts(self) -> Mapping[str, int]:
        """Sizes for metrics: errands waiting, failed, sessions by phase."""

    async def backup(self, path: str) -> None: ...

    async def close(self) -> None: ...
