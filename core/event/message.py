"""What was said, what became of it afterwards, and how far it got on its way."""

from typing import Literal

import msgspec

from core.message import Content, Message, State, Translation
from core.session import ReplyToken


class Received(msgspec.Struct, frozen=True, gc=False, tag="received", omit_defaults=True, kw_only=True):
    """A customer's message. `heard` is the provider's time; `after_close`: it answers the closed session's survey."""

    message: Message
    at: int
    seq: int
    heard: int
    token: ReplyToken | None = None
    read_mark: str | None = None
    after_close: bool = False


class Prompted(msgspec.Struct, frozen=True, gc=False, tag="prompted", omit_defaults=True, kw_only=True):
    """The system said something. `spends` tells that its delivery uses the reply token up; `once` that it is not to be
    said again in this session, or to this customer."""

    message: Message
    at: int
    seq: int
    key: str
    spends: bool = False
    pending: tuple[tuple[str, str], ...] = ()
    after_close: bool = False
    once: Literal["session", "customer"] | None = None


class TurnedAway(msgspec.Struct, frozen=True, gc=False, tag="turned_away", omit_defaults=True):
    """A blocked customer wrote: kept, passed on to nobody."""

    message: Message
    at: int
    told: bool = False


class Replied(msgspec.Struct, frozen=True, gc=False, tag="replied", omit_defaults=True, kw_only=True):
    """`after_close`: an offline message, which opens nothing."""

    message: Message
    at: int
    seq: int
    spends: bool = False
    pending: tuple[tuple[str, str], ...] = ()
    after_close: bool = False


class Noted(msgspec.Struct, frozen=True, gc=False, tag="noted"):
    message: Message
    at: int
    seq: int


class Released(msgspec.Struct, frozen=True, gc=False, tag="released"):
    """The customer agreed: the message is passed on as it was written."""

    session: str
    seq: int
    at: int


class Translated(msgspec.Struct, frozen=True, gc=False, tag="translated"):
    """The message `seq` is there in the agents' language; blanked with it when it is erased."""

    session: str
    seq: int
    at: int
    translation: Translation


class Amended(msgspec.Struct, frozen=True, gc=False, tag="amended", omit_defaults=True):
    """The customer edited a message; `content` and `original` are blanked with it when it is erased."""

    session: str
    seq: int
    at: int
    content: Content
    original: Content | None = None
    hits: tuple[str, ...] = ()


class Retracted(msgspec.Struct, frozen=True, gc=False, tag="retracted"):
    """The customer took a message back: its content goes, its seq stays."""

    session: str
    seq: int
    at: int


class Recalled(msgspec.Struct, frozen=True, gc=False, tag="recalled"):
    """An agent took a message back."""

    session: str
    seq: int
    at: int
    by: str


class Summarized(msgspec.Struct, frozen=True, gc=False, tag="summarized", omit_defaults=True, kw_only=True):
    """An agent summed the session up, perhaps anew; `after_close`: once it was over. `session` is one from before the
    last, of which the conversation knows nothing any more."""

    message: Message
    at: int
    seq: int
    by: str
    types: tuple[str, ...] = ()
    solved: bool | None = None
    after_close: bool = False
    session: str | None = None


# Facts about messages that change no conversation: written when an errand is settled or a provider reports.
class StateChanged(msgspec.Struct, frozen=True, gc=False, tag="state_changed", omit_defaults=True):
    """A message moved on its way to the customer; `code` and `reason` tell why it failed."""

    seq: int
    state: State
    at: int
    code: str | None = None
    reason: str | None = None
    maybe_twice: bool = False


class MediaFetched(msgspec.Struct, frozen=True, gc=False, tag="media_fetched", omit_defaults=True):
    """The bytes of a message's media are here (or `reason` says why they will never be)."""

    seq: int
    at: int
    reason: str | None = None
