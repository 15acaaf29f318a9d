"""The state: a `Conversation` (one address on one channel, which lasts) and the `Session`s it holds one after another.

Bounded: message bodies, delivery states and client ids are rows of the store, never in here.
"""

from typing import Literal

import msgspec

from core.customer import Customer
from core.submitted import Leaving, Submission

Phase = Literal["bot", "queued", "unassigned", "active", "closed"]
SurveyKind = Literal["stars", "nps", "thumbs"]
SurveyStep = Literal["score", "tags", "solved", "comment"]


class AgentRef(msgspec.Struct, frozen=True, gc=False):
    """An agent as a session remembers them: the name is the one customers were told."""

    id: str
    name: str


class Invitation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A survey that was asked, and what it waits for; what follows a score is waited for until `comment_until` (ms)."""

    kind: SurveyKind
    expires: int
    comment_until: int | None = None
    step: SurveyStep = "score"


class Rating(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    kind: SurveyKind
    score: int
    at: int
    comment: bool = False
    tags: tuple[str, ...] = ()
    solved: bool | None = None


class SummaryRef(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What an agent summed a session up as; its words are the message `seq`."""

    by: str
    at: int
    seq: int
    types: tuple[str, ...] = ()
    solved: bool | None = None


class Closure(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """`by` is "agent", "customer" or "system"; `who` the agent's id."""

    by: Literal["agent", "customer", "system"]
    reason: str
    at: int
    who: str | None = None


class Session(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One chat, from first message to close. Times are ms of our commits.

    `seq` is the number of the last message; `said_at` when the customer last wrote, `answered_at` when an agent or bot
    last did, `answered` whether that was later (clocks jump, so the times do not tell); `unread` how many customer
    messages no agent has answered or read; `pending` are the options of a choice the customer has not answered yet (a
    numbered list's answer is read against them); `invites` how often a rating was asked; `unlocked_at` when the last
    lock ended; `leaving` while a customer is asked what to leave, `offered` once they were.
    """

    id: str
    number: int
    phase: Phase
    opened_at: int
    language: str
    language_sure: bool = False
    group: str | None = None
    agent: AgentRef | None = None
    seq: int = 0
    said_at: int = 0
    answered_at: int = 0
    answered: bool = False
    replies: int = 0
    wrote: int = 0
    unread: int = 0
    queued_at: int = 0
    positioned: bool = False
    excluded: tuple[str, ...] = ()
    pending: tuple[tuple[str, str], ...] = ()
    reminded: bool = False
    invited: Invitation | None = None
    rating: Rating | None = None
    invites: int = 0
    leaving: Leaving | None = None
    offered: bool = False
    locked: bool = False
    unlocked_at: int = 0
    summary: SummaryRef | None = None
    tags: tuple[str, ...] = ()
    timers: dict[str, int] = {}
    closed: Closure | None = None


class ReplyToken(msgspec.Struct, frozen=True, gc=False):
    """A provider's free, single-use answer; `at` is our receipt (ms)."""

    value: str
    at: int


class Conversation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One customer's address on one channel: the unit of commit, of compare-and-set and of the outbox's order.

    `last` is the session closed last, for its rating and for what the customer says to it. `heard_at` is the newest
    provider time of a customer message, by which a late one is known; `window_from` the one the service window counts
    from (ours). `read_mark` belongs to the customer's last message. `aliases` are other names of the same address,
    the newest of them. `surveyed_at` is when a rating was asked last; `submissions` the newest that were left.
    """

    id: str
    channel: str
    address: str
    customer: Customer
    session: Session | None = None
    last: Session | None = None
    token: ReplyToken | None = None
    read_mark: str | None = None
    heard_at: int = 0
    window_from: int = 0
    sessions: int = 0
    reachable: bool = True
    blocked_until: int | None = None
    told_blocked: bool = False
    surveyed_at: int = 0
    submissions: tuple[Submission, ...] = ()
    aliases: tuple[str, ...] = ()
