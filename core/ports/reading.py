"""What is read, and asked for: messages, sessions, submissions, customers, the feed."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from core.customer import Customer
from core.event import Event, Fact
from core.message import Message, State
from core.session import Phase, Session
from core.submitted import Submission


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


class Mention(msgspec.Struct, frozen=True, gc=False):
    """A note in which a colleague is named. `n` is its feed number."""

    n: int
    at: int
    unread: bool
    stored: StoredMessage
    row: SessionRow


class MentionStore(Protocol):
    """Where agents were mentioned: a part of every `Store`. One is unread from the commit of its note until its agent
    has read it."""

    async def of(self, agent: str, *, unread: bool = False, before: int | None = None, limit: int) -> Sequence[Mention]:
        """Newest first; `unread`: only those."""

    async def read(self, agent: str, session: str | None = None) -> int:
        """The agent has read what mentions them, in this session or everywhere; how many that were."""
