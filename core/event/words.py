"""What word lists found, and what the customer agreed to."""

from typing import Literal

import msgspec


class Alerted(msgspec.Struct, frozen=True, gc=False, tag="alerted", omit_defaults=True):
    """A word list with the action "alert" matched; supervisors see it at once."""

    at: int
    seq: int
    side: Literal["customer", "agent", "bot"]
    lists: tuple[str, ...]


class FoundWord(msgspec.Struct, frozen=True, gc=False):
    """Which word of which list; what was written around it stands in the message alone."""

    list: str
    word: str
    action: str


class WordsFound(msgspec.Struct, frozen=True, gc=False, tag="words_found", omit_defaults=True, kw_only=True):
    """Word lists matched: a line of the hit log. `seq` is the message; None if it was never sent. `by` wrote it."""

    at: int
    side: Literal["customer", "agent", "bot"]
    found: tuple[FoundWord, ...]
    seq: int | None = None
    by: str | None = None


class Warned(msgspec.Struct, frozen=True, gc=False, tag="warned"):
    """A list with the action "warn" said its text in this session."""

    list: str
    at: int


class ConsentAsked(msgspec.Struct, frozen=True, gc=False, tag="consent_asked"):
    """The message `seq` is held back until the customer agrees that it is passed on."""

    seq: int
    at: int


class ConsentAnswered(msgspec.Struct, frozen=True, gc=False, tag="consent_answered"):
    """`until` is how long the answer holds; 0: it was no, and what is held stays where it is."""

    until: int
    at: int
