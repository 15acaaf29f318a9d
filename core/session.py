"""The state: a `Conversation` (one address on one channel, which lasts) and the `Session`s it holds one after another.

Bounded: message bodies, delivery states and client ids are rows of the store, never in here.
"""

from typing import Literal

import msgspec

from core.agreement import Agreement
from core.customer import Customer
from core.form import Asking
from core.submitted import Leaving, Submission

Phase = Literal["bot", "queued", "unassigned", "active", "closed"]
SurveyKind = Literal["stars", "nps", "thumbs"]
SurveyStep = Literal["score", "tags", "solved", "comment"]


class AgentRef(msgspec.Struct, frozen=True, gc=False):
    """An agent as a session remembers them: the name is the one customers were told."""

    id: str
    name: str


Overflowing = Literal["any", "nobody_online", "all_busy", "off_duty"]


class Place(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, array_like=True):
    """Where a waiting chat may go: to a group, to one agent, or (neither) to everybody. It goes on to here when the
    place before it is in the state `when`."""

    group: str | None = None
    agent: str | None = None
    when: Overflowing = "any"


Method = Literal["saturation", "round_robin", "least", "idle", "language", "weighted"]


class Picking(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, array_like=True):
    """How one of a group's free agents is picked, where a channel says so for its chats. None: as the group does."""

    method: Method | None = None
    familiar: bool | None = None


class Wish(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What the page asks for (`agent`, `group`; `must`: nobody else) and the group the visitor picked themselves."""

    agent: str | None = None
    group: str | None = None
    must: bool = False
    picked: str | None = None


class Offer(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A transfer that waits: for the colleague to accept it, or for a supervisor to approve it."""

    kind: Literal["accept", "approve"]
    by: AgentRef
    at: int
    expires: int
    agent: AgentRef | None = None
    group: str | None = None
    group_name: str | None = None


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


class BotTurn(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The bot that answers in a session. `waits`: the newest message it is to answer (0: none), since `asked`;
    `missed`: answers in a row it did not know; `marks`: of the newest questions, by which a repeated one is known;
    `count`: questions since `since`; `said`: its messages since the customer last wrote; `quiet`: it says no more."""

    id: str
    waits: int = 0
    asked: int = 0
    missed: int = 0
    marks: tuple[int, ...] = ()
    since: int = 0
    count: int = 0
    said: int = 0
    quiet: bool = False


class Session(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One chat, from first message to close. Times are ms of our commits.

    `seq` is the number of the last message, `said_seq` of the last that is not the system's own; `said_at` when the
    customer last wrote, `answered_at` when an agent or bot last did, `answered` whether that was later (clocks jump, so
    the times do not tell); `unread` how many customer messages no agent has answered or read; `pending` are the options
    of a choice the customer has not answered yet (a numbered list's answer is read against them); `invites` how often a
    rating was asked; `unlocked_at` when the last lock ended; `leaving` while a customer is asked what to leave,
    `submission_offered` once they were. `waits_since` counts for its place in the queue; `asked_at` is when people were
    first asked for, `assigned_at` when the agent got it; `unavailable` why nobody could take it; `reminded_at` when a
    waiting customer was told last where they stand, `wait_until` by when they must say that they keep waiting;
    `sla_edition` the SLA policies it was opened under. `prefer` and `chain` say where a waiting chat may go, `away_too`
    also to who is away, the higher `priority` first, `picking` how somebody there is picked; `guests` are colleagues
    who were invited in; `offer` is a transfer that waits for somebody's word. `scheme` is the reception the customer's
    segment has, `asking` the form they are being asked, `told` the prompts that are said once.
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
    said_seq: int = 0
    said_at: int = 0
    answered_at: int = 0
    answered: bool = False
    replies: int = 0
    wrote: int = 0
    unread: int = 0
    queued_at: int = 0
    waits_since: int = 0
    asked_at: int = 0
    assigned_at: int = 0
    away_too: bool = False
    unavailable: str | None = None
    reminded_at: int = 0
    wait_until: int | None = None
    positioned: bool = False
    excluded: tuple[str, ...] = ()
    priority: int = 0
    prefer: tuple[str, ...] = ()
    chain: tuple[Place, ...] = ()
    picking: Picking | None = None
    guests: tuple[AgentRef, ...] = ()
    offer: Offer | None = None
    pending: tuple[tuple[str, str], ...] = ()
    reminded: bool = False
    invited: Invitation | None = None
    rating: Rating | None = None
    invites: int = 0
    leaving: Leaving | None = None
    submission_offered: bool = False
    locked: bool = False
    unlocked_at: int = 0
    summary: SummaryRef | None = None
    tags: tuple[str, ...] = ()
    timers: dict[str, int] = {}
    sla_edition: str = ""
    sla: Agreement | None = None
    closed: Closure | None = None
    scheme: str | None = None
    bot: BotTurn | None = None
    asking: Asking | None = None
    told: tuple[str, ...] = ()
    held: tuple[int, ...] = ()  # messages that wait for the customer's consent (consent.py)
    language_guess: str | None = None  # what the last message looked like, while nothing is sure
    language_asked: bool = False
    warned: tuple[str, ...] = ()  # word lists that have warned in this session


class ReplyToken(msgspec.Struct, frozen=True, gc=False):
    """A provider's free, single-use answer; `at` is our receipt (ms)."""

    value: str
    at: int


class Contact(msgspec.Struct, frozen=True, gc=False):
    agent: str
    at: int


class Conversation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One customer's address on one channel: the unit of commit, of compare-and-set and of the outbox's order.

    `last` is the session closed last, for its rating and for what the customer says to it. `heard_at` is the newest
    provider time of a customer message, by which a late one is known; `window_from` the one the service window counts
    from (ours). `read_mark` belongs to the customer's last message. `rated` is their newest rating of any session.
    `served` are the agents who had their chats, the newest first; `offline` the one who wrote to them after a close.
    `surveyed_at` is when a rating was asked last; `submissions` the newest that were left. `aliases` are other names of
    the same address, the newest of them.
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
    told: tuple[str, ...] = ()
    rated: Rating | None = None
    wish: Wish = Wish()
    served: tuple[str, ...] = ()
    offline: Contact | None = None
    surveyed_at: int = 0
    submissions: tuple[Submission, ...] = ()
    aliases: tuple[str, ...] = ()
    consent_until: int = 0  # until when personal data is passed on unasked
