"""What is written: a decision as one commit, the errands it leaves, and what became of them."""

import msgspec

from core.effect import Effect
from core.event import Event, Fact
from core.message import Content
from core.session import Conversation, Session
from core.submitted import Submission


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
