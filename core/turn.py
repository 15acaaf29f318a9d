"""One decision being made: what it may look at (`Context`) and what it has come to so far (`Turn`)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from core.command import Actor
from core.errors import Refused
from core.event import COUNTED, Event, Prompted
from core.evolve import evolve
from core.message import Author, Choice, Content, Message, Text
from core.policy import Policy, Rules
from core.prompts import Key
from core.pulse import ticks
from core.routes import Handed, Route, chain_of
from core.session import Conversation, ReplyToken, Session

SYSTEM = Author(kind="system")


class Outlook(Struct, frozen=True):
    """What the desk expects for a newcomer to a group: how many wait there, whether somebody is free, how many are
    online, and how many seconds a newcomer will wait (None: not measured)."""

    waiting: int = 0
    free: bool = False
    online: int = 0
    wait: int | None = None


class Standing(Struct, frozen=True):
    """Where a waiting session stands, from 1, and how many seconds it will still wait (None: not measured)."""

    position: int
    wait: int | None = None


class Asked(Struct, frozen=True):
    """A chat needs a person: who should it be? `text` is what the customer just wrote; `is_open` tells whether a
    group's hours (None: the channel's) hold."""

    state: Conversation
    policy: Policy
    now: int
    text: str = ""
    handed: Handed | None = None
    is_open: Callable[[str | None], bool] = lambda group: True


def to_the_default(asked: Asked) -> Route:
    """Where nobody decides (routing is not there): the group a bot asked for, else the channel's."""
    handed = asked.handed.group if asked.handed is not None else None
    group = handed or asked.policy.channel.group
    return Route(chain_of(group, asked.policy.assigning(group)))


class Context(Struct, frozen=True):
    """Everything a decision may look at besides the conversation and the command.

    `now` is ms UTC; `new_id` gives time-ordered UUIDs in hex; `number` the next session number. `aim` is the session
    the caller means, if they mean one: a decision never falls on the next session by accident. `standing` is where
    a waiting session stands; `others_online` whether others than an agent are online for a group; `away_free`
    whether somebody of a group has a place, online or not; `gone_since` since when an agent is offline, if they are.
    `earlier` is the session a command is about, where it is from before the last.
    """

    now: int
    policy: Policy
    new_id: Callable[[], str]
    number: Callable[[], int]
    outlook: Callable[[str | None], Outlook] = lambda group: Outlook()
    standing: Callable[[str], Standing | None] = lambda session: None
    others_online: Callable[[str | None, str], bool] = lambda group, agent: False
    away_free: Callable[[str | None], bool] = lambda group: False
    gone_since: Callable[[str], int | None] = lambda agent: None
    route: Callable[[Asked], Route] = to_the_default
    aim: str | None = None
    earlier: Session | None = None


@dataclass(slots=True)
class Turn:
    """The conversation as it is after the events so far; `emit` adds one and folds it in.

    `spent` is the reply token the deliveries of this turn use up; `quote` what a reply quotes, in the provider's words;
    `earlier` a session from before the last that the events are about.
    """

    before: Conversation
    context: Context
    state: Conversation = field(init=False)
    events: list[Event] = field(default_factory=list)
    spent: ReplyToken | None = None
    quote: str | None = None
    earlier: Session | None = None

    def __post_init__(self) -> None:
        self.state = self.before

    def emit(self, event: Event) -> None:
        before, self.state = self.state.session, evolve(self.state, event)
        if type(event) in COUNTED:
            event = replace(event, pulse=ticks(before, self.state.session))
        self.events.append(event)

    @property
    def now(self) -> int:
        return self.context.now

    @property
    def rules(self) -> Rules:
        """The settings in force for the session's group (or the channel's, when there is no session)."""
        session = self.state.session or self.state.last
        return self.context.policy.rules(session.group if session else None)

    @property
    def language(self) -> str:
        session = self.state.session or self.state.last
        return session.language if session else self.state.customer.language or self.rules.channel.language

    def open_session(self) -> Session:
        """The open session; raises `Refused("closed")` if there is none or it is not the one that was meant."""
        session = self.state.session
        if session is None or self.context.aim not in (None, session.id):
            raise Refused("closed", "This chat is closed.")
        return session

    def own_session(self, by: Actor, *, guest: bool = False) -> Session:
        """The open session if it is this agent's or they are a supervisor (`guest`: or were invited in); raises
        `Refused`."""
        session = self.open_session()
        if by.supervisor or (session.agent is not None and session.agent.id == by.id):
            return session
        if guest and any(one.id == by.id for one in session.guests):
            return session
        who = session.agent.name if session.agent else None
        raise Refused("not_yours", f"This chat is {who}'s." if who else "Claim this chat first.", who=who)

    @property
    def window_open(self) -> bool:
        """Whether the channel carries anything but templates now (its service window; most have none)."""
        window = self.rules.channel.capabilities.window_seconds * 1000
        return not window or self.now - self.state.window_from < window

    def spend_token(self) -> bool:
        """Use the reply token at hand up, if there is one and it is young enough; whether it was."""
        return self.spend(self.state.token)

    def spend(self, token: ReplyToken | None) -> bool:
        """Use this reply token up, if it is young enough; whether it was."""
        limit = self.rules.channel.capabilities.reply_token_seconds * 1000
        if token is None or self.now - token.at >= limit:
            return False
        self.spent = token
        return True

    def prompt(self, key: Key, /, *, about: Session | None = None, **values: str | int) -> bool:
        """Say a prompt in the customer's language, if it is on; whether it was said.

        `about` is the session it belongs to, where that is not the open one (a survey that was answered after the
        close). Outside the channel's service window nothing is said: the provider would refuse it.
        """
        session = about or self.state.session or self.state.last
        assert session is not None, "a prompt belongs to a session"
        if not self.window_open:
            return False
        rules = self.context.policy.rules(session.group)
        repeat = rules.serving.repeat.get(key, "always")
        if (repeat == "session" and key in session.told) or (repeat == "customer" and key in self.state.told):
            return False
        found = rules.texts(session.scheme).say(key, session.language, **{**self._values(session), **values})
        if found is not None:
            self.say(key, Text(found.text), about=session, once=None if repeat == "always" else repeat)
        return found is not None

    def say(
        self,
        key: str,
        content: Content,
        *,
        about: Session | None = None,
        once: Literal["session", "customer"] | None = None,
    ) -> None:
        """Let the system say a content that is ready."""
        state = self.state
        after_close = state.session is None or (about is not None and about.closed is not None)
        session = state.last if after_close else state.session
        assert session is not None, "a prompt belongs to a session"
        message = Message(seq=session.seq + 1, author=SYSTEM, content=content, at=self.now)
        self.emit(
            Prompted(
                message=message,
                at=self.now,
                seq=message.seq,
                key=key,
                spends=self.spend_token(),
                pending=options_of(content),
                after_close=after_close,
                once=once,
            )
        )

    def _values(self, session: Session) -> dict[str, str | int]:
        return {
            "session": session.number,
            "agent": session.agent.name if session.agent else "",
            "channel": self.rules.channel.name,
        }


def options_of(content: Content) -> tuple[tuple[str, str], ...]:
    """What a question may be answered with, as (id, label)."""
    return tuple((option.id, option.label) for option in content.options) if isinstance(content, Choice) else ()
