"""What can be asked of a conversation: imperatives, each of which may be refused.

`by` is the agent who asks; `supervisor` whether their role lets them act on anybody's session.
"""

import msgspec

from core import channel
from core.customer import Customer
from core.message import Content, Option, Summary, Translation
from core.routes import Handed
from core.session import AgentRef, Wish
from core.submitted import State


class Actor(msgspec.Struct, frozen=True, gc=False):
    id: str
    name: str
    supervisor: bool = False

    @property
    def ref(self) -> AgentRef:
        return AgentRef(self.id, self.name)


class Receive(msgspec.Struct, frozen=True, gc=False):
    """The customer wrote; the provider's id is the cause. `reply_to` is the message it answers, if it is known."""

    inbound: channel.Received
    reply_to: int | None = None


class Amend(msgspec.Struct, frozen=True, gc=False):
    """The customer edited a message of `session`."""

    session: str
    seq: int
    content: Content
    at: int


class Retract(msgspec.Struct, frozen=True, gc=False):
    """The customer took a message of `session` back."""

    session: str
    seq: int


class Reach(msgspec.Struct, frozen=True, gc=False):
    """The customer began or ended to accept our messages (follow, unfollow, block)."""

    inbound: channel.Reached


class Visit(msgspec.Struct, frozen=True, gc=False):
    """A web visitor came, or said who they are; opens nothing by itself."""

    customer: Customer
    language: str | None = None
    wish: Wish = Wish()


class Identify(msgspec.Struct, frozen=True, gc=False):
    """Somebody who may says who the customer is; another id than theirs links the conversation to that person."""

    customer: Customer
    by: str


class Erase(msgspec.Struct, frozen=True, gc=False):
    """Take everything away that the customer said and that is known of them."""

    by: str


class Reply(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: Actor
    client_id: str
    content: Content
    reply_to: int | None = None
    quote: str | None = None
    translation: Translation | None = None


class Withhold(msgspec.Struct, frozen=True, gc=False):
    """An agent's message was refused for its words: write that down."""

    by: Actor
    content: Content


class KeepTranslation(msgspec.Struct, frozen=True, gc=False):
    """A provider translated a message of `session`."""

    session: str
    seq: int
    translation: Translation


class Annotate(msgspec.Struct, frozen=True, gc=False):
    by: Actor
    text: str
    client_id: str | None = None
    mentions: tuple[str, ...] = ()
    whisper: bool = False


class Assign(msgspec.Struct, frozen=True, gc=False):
    """The desk found an agent. `why` is a line of the routing trace; `inputs` what the choice was made from; `away`:
    they need not be online (always-on mode, target all)."""

    session: str
    agent: AgentRef
    why: str
    inputs: dict[str, object] = {}
    away: bool = False


class Inform(msgspec.Struct, frozen=True, gc=False):
    """The desk tells a waiting customer where they stand: nobody is free."""

    session: str
    position: int
    online: int
    wait: int | None = None


class Claim(msgspec.Struct, frozen=True, gc=False):
    by: Actor


class Transfer(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: Actor
    agent: AgentRef | None = None
    group: str | None = None
    group_name: str | None = None
    note: str | None = None


class Accept(msgspec.Struct, frozen=True, gc=False):
    """Take a chat that was offered, or (a supervisor) approve that it changes hands."""

    by: Actor


class Decline(msgspec.Struct, frozen=True, gc=False):
    """Do not take it, do not approve it; whoever offered it takes it back. It stays where it is."""

    by: Actor


class Hand(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A supervisor gives a waiting chat to an agent, or puts it into another group's queue."""

    by: Actor
    agent: AgentRef | None = None
    group: str | None = None
    group_name: str | None = None


class TakeOver(msgspec.Struct, frozen=True, gc=False):
    """A supervisor takes a chat from whoever has it."""

    by: Actor


class Invite(msgspec.Struct, frozen=True, gc=False):
    """Ask a colleague into the chat."""

    by: Actor
    agent: AgentRef


class Uninvite(msgspec.Struct, frozen=True, gc=False):
    """A colleague leaves, or is asked to."""

    by: Actor
    agent: str


class WriteAfter(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An agent writes to a customer whose chat is over: an offline message, which opens nothing."""

    by: Actor
    client_id: str
    content: Content


class Close(msgspec.Struct, frozen=True, gc=False):
    by: Actor
    reason: str = "closed"


class Leave(msgspec.Struct, frozen=True, gc=False):
    """The customer ends the chat (web)."""


class InviteRating(msgspec.Struct, frozen=True, gc=False):
    by: Actor


class Summarize(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """`session` is the one that is summed up, open or over, however long ago."""

    by: Actor
    session: str
    summary: Summary


class ReplyToSubmission(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: Actor
    submission: str
    client_id: str
    content: Content


class ChangeSubmission(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """None leaves a thing as it is; a group without an agent takes it from the agent who had it. `only_new`: nothing is
    done once anybody has it."""

    by: Actor
    submission: str
    state: State | None = None
    agent: str | None = None
    group: str | None = None
    only_new: bool = False


class Recall(msgspec.Struct, frozen=True, gc=False):
    by: Actor
    seq: int
    author: str
    at: int


class Lock(msgspec.Struct, frozen=True, gc=False):
    by: Actor
    on: bool


class Tag(msgspec.Struct, frozen=True, gc=False):
    by: Actor
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class Block(msgspec.Struct, frozen=True, gc=False):
    """Turn the customer away until a time (ms), for good (-1), or no longer (None)."""

    by: Actor
    until: int | None


class MarkRead(msgspec.Struct, frozen=True, gc=False):
    by: Actor


class BotSays(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What a bot says: contents, options to press instead of an answer (`suggestions`), that it does not know
    (`unknown`), that it wants to hear whether it helped (`helpful`), that people are to go on, that the chat is over.
    `seq` is the message it answers; None: all there are."""

    session: str
    bot: str
    client_id: str
    seq: int | None = None
    contents: tuple[Content, ...] = ()
    suggestions: tuple[Option, ...] = ()
    unknown: bool = False
    helpful: bool = False
    handover: Handed | None = None
    end: bool = False


class BotFailed(msgspec.Struct, frozen=True, gc=False):
    """A bot could not be asked; `reason` is for people."""

    session: str
    bot: str
    seq: int
    reason: str


class Absent(msgspec.Struct, frozen=True, gc=False):
    """An agent is offline, since a time (ms): what was theirs by then is kept, moved or closed."""

    agent: str
    since: int


class Wake(msgspec.Struct, frozen=True, gc=False):
    """A timer that was set is due."""

    name: str


Command = (
    Receive
    | Amend
    | Retract
    | Reach
    | Visit
    | Identify
    | Erase
    | Reply
    | Withhold
    | KeepTranslation
    | Annotate
    | Assign
    | Inform
    | Claim
    | Transfer
    | Accept
    | Decline
    | Hand
    | TakeOver
    | Invite
    | Uninvite
    | WriteAfter
    | Close
    | Leave
    | InviteRating
    | Summarize
    | ReplyToSubmission
    | ChangeSubmission
    | Recall
    | Lock
    | Tag
    | Block
    | MarkRead
    | BotSays
    | BotFailed
    | Absent
    | Wake
)
