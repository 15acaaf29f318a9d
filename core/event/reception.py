"""What comes before people: how the customer is received, forms, bots."""

import msgspec

from core.form import Asking
from core.handover import Trigger


class SchemeChosen(msgspec.Struct, frozen=True, gc=False, tag="scheme_chosen"):
    """The customer belongs to a segment that is received in its own way."""

    scheme: str
    segment: str
    at: int


class FormMoved(msgspec.Struct, frozen=True, gc=False, tag="form_moved", omit_defaults=True):
    """A form was begun, answered or is over (`asking` None, and why)."""

    asking: Asking | None
    at: int
    why: str = ""


class BotBegan(msgspec.Struct, frozen=True, gc=False, tag="bot_began"):
    """A bot has the session."""

    bot: str
    name: str
    at: int
    why: str


class BotAsked(msgspec.Struct, frozen=True, gc=False, tag="bot_asked"):
    """The bot is to answer message `seq` before `until`; `mark` is the message's fingerprint, by which a
    repeated question is known (0: it is none)."""

    bot: str
    seq: int
    at: int
    until: int
    mark: int


class BotAnswered(msgspec.Struct, frozen=True, gc=False, tag="bot_answered", omit_defaults=True):
    """The bot answered the message `upto` and those before it; `missed` in a row it did not know. `lists` of words
    withheld what it said."""

    bot: str
    at: int
    upto: int
    missed: int = 0
    lists: tuple[str, ...] = ()


class BotSilenced(msgspec.Struct, frozen=True, gc=False, tag="bot_silenced"):
    """The bot says nothing more in this session, and nobody else takes it over."""

    bot: str
    at: int
    why: str


class HandedOver(msgspec.Struct, frozen=True, gc=False, tag="handed_over", omit_defaults=True, kw_only=True):
    """The bot gave the session to people. `group` and `agent` are whom it, or a keyword, asked for; `quiet`: it says
    nothing more while the customer waits."""

    bot: str
    at: int
    trigger: Trigger
    why: str
    group: str | None = None
    agent: str | None = None
    quiet: bool = True
