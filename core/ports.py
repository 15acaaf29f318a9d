"""What the rules and the shell need from outside, in domain words: protocols, never shaped like SQL or HTTP.

Times are ms since the epoch (UTC). Every method of `Store` may raise `StoreDown`. Feed numbers (`n`) are one sequence
for the whole store, given in the order of commit.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from core.channel import Rate, StatusUpdate
from core.customer import Customer
from core.effect import Effect
from core.event import Event, Fact
from core.message import Content, Message, State
from core.session import Conversation, Phase, Picking, Place, Rating, Session
from core.submitted import Submission


class Clock(Protocol):
    def now(self) -> int:
        """Milliseconds since the epoch; may jump, as clocks do."""


# --- writing -----------------------------------------------------------------------------------------------------


class Cause(msgspec.Struct, frozen=True, gc=False):
    """Why a commit was made, by the other side's own id: unique in the store, so nothing is taken twice.

    `scope` is a channel (inbound; provider ids) or a session (an agent's client ids). `seq` is the message that came
    of it, in `Commit.session`, for whoever asks again. `ref` is another provider id that names the same message (for
    edits, unsends, quotes), equal to `id` if None.
    """

    scope: str
    id: str
    seq: int | None = None
    ref: str | None = None


class Lease(msgspec.Struct, frozen=True, gc=False):
    """Who works at an errand, until when; after that anybody may, knowing that it may have been done."""

    node: str
    until: int


class Commit(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One decision, kept whole or not at all: state, events, errands and causes.

    `expected` is the version the decision was made on (0: the conversation is new); the store keeps `expected + 1`.
    `session` is the session the events belong to (the open one, or the closed one for what follows a close), as it is
    after them; None if they concern none. `others` are further sessions the same commit touched (an answer that
    reopened nothing but ended an invitation). `takes` and `frees` are agents who get or lose a chat: taking happens
    only where load < capacity and the agent's status is online (`force`, a supervisor's or their own act, needs only a
    free place; `beyond`, a supervisor's take-over where the settings allow it, not even that); else `Full`. `fence` is
    what `keep_desk` gave to the desk's keeper: once another has been given, the commit is refused as `Fenced`. A
    `WakeAt` is kept until its time. Every other effect is kept as leased to `lease` and handed back, except a `Deliver`
    while an older one of its conversation is open that this node does not hold: that one waits in the store, and
    `claim` gives it when its turn has come.
    `submissions` are those that came or changed, each as it is now.
    """

    conversation: Conversation
    expected: int
    session: Session | None
    others: tuple[Session, ...] = ()
    events: tuple[Event, ...]
    effects: tuple[Effect, ...] = ()
    causes: tuple[Cause, ...] = ()
    takes: str | None = None
    frees: str | None = None
    force: bool = False
    beyond: bool = False
    fence: int | None = None
    aliases: tuple[str, ...] = ()
    submissions: tuple[Submission, ...] = ()
    at: int
    policy: int = 0
    lease: Lease


class Leased(msgspec.Struct, frozen=True, gc=False):
    """An errand to do. `attempt` counts from 0; `uncertain`: an earlier one may have succeeded; `began` is its time."""

    key: str
    conversation: str
    channel: str
    address: str
    effect: Effect
    attempt: int = 0
    uncertain: bool = False
    began: int = 0
    due: int = 0


class Committed(msgspec.Struct, frozen=True, gc=False):
    """`n` is the feed number of the last event; the events have the contiguous numbers that end with it. 0 where
    numbers are given after the commit (several nodes, one of which numbers): `Store.listen` tells when they are."""

    version: int
    n: int
    errands: tuple[Leased, ...]


class Settlement(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What became of an errand.

    `done`: drop it (`due` may then be the `Leased.due` it was taken with: a `WakeAt` that was replaced in the meantime
    stays). Otherwise it is kept for another attempt at `due`, leased to nobody. `facts` are written to the messages of
    `session` (states never go backwards) and to the feed; `message_ids` are the provider's ids by seq; `content` is
    the message's content from now on (media that was fetched).
    """

    key: str
    conversation: str
    session: str | None = None
    done: bool
    due: int = 0
    attempt: int = 0
    uncertain: bool = False
    began: int = 0
    facts: tuple[Fact, ...] = ()
    message_ids: tuple[tuple[int, str], ...] = ()
    content: tuple[tuple[int, Content], ...] = ()
    at: int


# --- reading -----------------------------------------------------------------------------------------------------


class StoredMessage(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A message with what became of it. `content` in `message` is the newest (edits and fetched media applied)."""

    session: str
    message: Message
    state: State | None = None
    code: str | None = None
    reason: str | None = None
    maybe_twice: bool = False
    edited_at: int | None = None
    recalled_at: int | None = None
    retracted_at: int | None = None
    provider_id: str | None = None


class SessionRow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A session as lists show it. `last_said` is what a person or bot said last, where the system spoke after it."""

    session: Session
    conversation: str
    channel: str
    address: str
    customer: Customer
    last_message: StoredMessage | None = None
    last_said: StoredMessage | None = None
    active_n: int = 0


class SessionQuery(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Which sessions, newest activity first. `agent`/`groups` limit what the asker may see: sessions of that agent,
    of those groups, and of no group (`visible_to` None: everything)."""

    phase: Phase | None = None
    mine: str | None = None
    channel: str | None = None
    group: str | None = None
    customer: str | None = None
    tag: str | None = None
    visible_to: str | None = None
    visible_groups: tuple[str, ...] = ()
    q: str | None = None
    after: str | None = None
    limit: int = 50


class Tally(msgspec.Struct, frozen=True, gc=False):
    """How many open sessions there are of this phase, channel, group and agent."""

    phase: Phase
    channel: str
    group: str | None
    agent: str | None
    count: int


class Page(msgspec.Struct, frozen=True, gc=False):
    items: tuple[SessionRow, ...]
    next: str | None


class CustomerPage(msgspec.Struct, frozen=True, gc=False):
    items: tuple[Customer, ...]
    next: str | None


class SubmissionRow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A submission as lists show it; the words are in its session (`history`) and in `Store.thread`."""

    submission: Submission
    conversation: str
    channel: str
    address: str
    customer: Customer


class SubmissionQuery(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Which submissions, newest first. `agent` "" asks for those that are nobody's. `q` finds by number, by the
    customer and by what was said in the session. `visible_to` as in `SessionQuery`."""

    state: str | None = None
    kind: str | None = None
    agent: str | None = None
    channel: str | None = None
    group: str | None = None
    visible_to: str | None = None
    visible_groups: tuple[str, ...] = ()
    q: str | None = None
    after: str | None = None
    limit: int = 50


class SubmissionPage(msgspec.Struct, frozen=True, gc=False):
    items: tuple[SubmissionRow, ...]
    next: str | None


class FeedRow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One event of the feed. `stored` is the message it concerns as it is now; `row` its session as it is now."""

    n: int
    at: int
    conversation: str
    event: Event | Fact
    policy: int = 0
    session: str | None = None
    stored: StoredMessage | None = None
    row: SessionRow | None = None


class Waiting(msgspec.Struct, frozen=True, gc=False):
    """A session in the queue, as the desk sees it: the higher `priority` first, then whoever waits longer.

    It goes to one of `prefer`, else along `chain` (empty: to its group). Who is `excluded` counts again after
    `excluded_until` (ms). `familiar` are agents who know the customer. `away`: also to agents who are not online.
    """

    session: str
    conversation: str
    channel: str
    address: str
    group: str | None
    since: int
    priority: int = 0
    excluded: tuple[str, ...] = ()
    excluded_until: int = 0
    prefer: tuple[str, ...] = ()
    chain: tuple[Place, ...] = ()
    picking: Picking = Picking()
    language: str = ""
    familiar: tuple[str, ...] = ()
    away: bool = False


EXCLUDED_MS = 60_000  # for so long a chat does not go back to who just let go of it, while others are online


def waiting_of(conversation: Conversation, session: Session) -> Waiting:
    """An open session of a conversation that waits."""
    return Waiting(
        session=session.id,
        conversation=conversation.id,
        channel=conversation.channel,
        address=conversation.address,
        group=session.group,
        since=session.waits_since or session.queued_at,
        priority=session.priority,
        excluded=session.excluded,
        excluded_until=session.queued_at + EXCLUDED_MS if session.excluded else 0,
        prefer=session.prefer,
        chain=session.chain,
        picking=session.picking or Picking(),
        language=session.language,
        familiar=conversation.served,
        away=session.away_too,
    )


class Seat(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An agent as the desk sees them: `load` is how many chats they have, kept by the commits themselves; `status_at`
    since when the status is this one."""

    agent: str
    status: Literal["online", "busy", "offline"] = "offline"
    reason: str | None = None
    capacity: int = 5
    load: int = 0
    assigned_at: int = 0
    status_at: int = 0


class DeskView(msgspec.Struct, frozen=True, gc=False):
    """Everything the desk is derived from, and the feed number it was read at."""

    n: int
    waiting: tuple[Waiting, ...]
    seats: tuple[Seat, ...]


class Document(msgspec.Struct, frozen=True, gc=False):
    """A versioned setting, channel, agent or group. `body` is plain JSON values."""

    collection: str
    id: str
    version: int
    body: dict[str, object]


class Revision(msgspec.Struct, frozen=True, gc=False):
    version: int
    at: int
    who: str
    body: dict[str, object] | None


class Grant(msgspec.Struct, frozen=True, gc=False):
    """A sign-in: only the SHA-256 of its token is kept."""

    digest: bytes
    agent: str
    expires: int


class Raw(msgspec.Struct, frozen=True, gc=False):
    """A webhook that was signed but not understood."""

    channel: str
    at: int
    why: str
    body: bytes


class Hook(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """How far a message webhook is. `cursor` is the feed number up to which deliveries were made; `fence` belongs to
    the node that keeps it; `failures` are those in a row. While it is paused nothing is tried but a probe, next at
    `probe_at`. `statuses` are the agents' as they were told last."""

    id: str
    cursor: int
    fence: int = 0
    failures: int = 0
    paused_at: int | None = None
    reason: str | None = None
    probe_at: int = 0
    statuses: dict[str, str] = {}


class HookDelivery(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One event for one webhook, with what became of it.

    `ord` is its place (it grows with the feed number), `lane` what it is in order with (a session, an agent); `made`
    is when it was derived, `took` ms. `body` is None once it was erased. `session` and `seq` name the message in it.
    """

    id: str
    hook: str
    ord: int
    lane: str
    type: str
    at: int
    made: int
    due: int
    conversation: str | None = None
    session: str | None = None
    seq: int | None = None
    body: bytes | None = None
    state: Literal["waiting", "delivered", "parked"] = "waiting"
    attempt: int = 0
    status: int | None = None
    reason: str | None = None
    took: int | None = None
    done_at: int | None = None


class HookSizes(msgspec.Struct, frozen=True, gc=False):
    """How many deliveries wait for a webhook and how many were given up; counted up to a bound."""

    waiting: int
    parked: int


class HookStore(Protocol):
    """What message webhooks keep: a part of every `Store`."""

    async def keep(self, id: str, node: str, now: int, until: int, start: int) -> Hook | None:
        """Keep a webhook until then, or go on keeping it; None while another node does. A new keeper gets a higher
        fence; one that nobody knows yet begins at `start`. Giving it back is keeping it until `now`."""

    async def get(self, id: str) -> Hook | None: ...

    async def all(self) -> Sequence[Hook]: ...

    async def add(self, hook: Hook, deliveries: Sequence[HookDelivery]) -> None:
        """Keep them with the hook's new cursor and statuses, in one; raises `Fenced`."""

    async def due(self, hook: str, now: int, limit: int) -> Sequence[HookDelivery]:
        """Those whose turn it is: due, and the oldest that waits in their lane. Oldest due first."""

    async def settle(self, hook: Hook, delivery: HookDelivery) -> None:
        """What became of it, and of the hook but for its cursor and statuses; the next in the lane gets its turn. A
        body that was erased meanwhile stays so. Raises `Fenced`."""

    async def resume(self, id: str, now: int) -> None:
        """No longer paused; all whose turn it is are due now."""

    async def replay(self, hook: str, delivery: str, now: int) -> HookDelivery | None:
        """Let one wait again, as if new; None if there is none such or its body was erased."""

    async def replay_parked(self, hook: str, now: int, limit: int) -> int:
        """The same for at most so many of those given up, oldest first; how many."""

    async def park(self, hook: str, before: int, now: int, limit: int) -> int:
        """Give up what was made before then and still waits; how many."""

    async def log(
        self, hook: str, *, state: str | None = None, after: str | None = None, limit: int = 50
    ) -> tuple[Sequence[HookDelivery], str | None]:
        """Newest first, and where it goes on."""

    async def sizes(self, hook: str, most: int) -> HookSizes: ...

    async def drop(self, id: str, limit: int) -> int:
        """Forget a webhook's deliveries, at most so many at once, and itself once there are none; how many went."""

    async def forget(self, before: int, limit: int) -> int:
        """Drop from the log what was done with before then, at most so many; how many."""


class Mention(msgspec.Struct, frozen=True, gc=False):
    """A note in which a colleague is named. `n` is its feed number."""

    n: int
    at: int
    unread: bool
    stored: StoredMessage
    row: SessionRow


class MentionStore(Protocol):
    """Where agents were mentioned. One is unread from the commit of its note until its agent has read it."""

    async def of(self, agent: str, *, unread: bool = False, before: int | None = None, limit: int) -> Sequence[Mention]:
        """Newest first; `unread`: only those."""

    async def read(self, agent: str, session: str | None = None) -> int:
        """The agent has read what mentions them, in this session or everywhere; how many that were."""


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

    async def fade(self, before: int, limit: int) -> int:
        """Blank messages that were committed before then, at most so many rows looked at; how many those were."""

    async def silent(self, before: int, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        """Customers of whom nothing was heard since then and who have no open chat, by id, of the next so many that are
        looked at; where to go on."""

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


# --- between nodes -----------------------------------------------------------------------------------------------


class Hint(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What one node tells the others.

    `feed`: the store reached `n`. `errands`: one of the conversation `body` waits for an older one. `desk`: somebody
    waits or is free. `settings`: a document was written. `signal`: `body` is shown now or never. `all`: hints were
    lost, so anything may be new.
    """

    about: Literal["feed", "errands", "desk", "settings", "signal", "all"]
    n: int = 0
    body: str = ""


class Feed(Protocol):
    """Tells other nodes that there is something new. Losing a hint loses nothing: whoever must know polls as well."""

    @property
    def trouble(self) -> str | None:
        """Why hints do not arrive; None while they do."""

    def tell(self, hint: Hint) -> None:
        """Never waits and never fails."""

    def listen(self, take: Callable[[Hint], None]) -> Callable[[], None]:
        """`take` hears what other nodes tell, must not wait and must not raise. What is returned ends it."""


class Roll(Protocol):
    """Whose sockets are open at which node; a node that died is forgotten after a while."""

    def here(self, agents: Collection[str]) -> None:
        """Who has a socket at this node from now on. Never waits."""

    async def elsewhere(self) -> Collection[str] | None:
        """Who has one at another living node; None while that cannot be known."""


class Shares(Protocol):
    """Rates that all nodes keep together, by channel."""

    async def take(self, channel: str, buckets: Sequence[tuple[str, Rate]]) -> tuple[float, float] | None:
        """Seconds to wait before the call (it is booked already) and what is left of a pause; None while the others
        cannot be asked."""

    async def pause(self, channel: str, seconds: float) -> None:
        """The provider said "later" to all of us."""
