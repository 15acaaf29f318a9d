"""A session's life: opened, spoken in a language, marked, timed, closed."""

from typing import Literal

import msgspec

from core.pulse import Ticks


class Opened(msgspec.Struct, frozen=True, gc=False, tag="opened", omit_defaults=True):
    """`sla_edition` tells under which SLA policies it was opened."""

    session: str
    number: int
    at: int
    language: str
    language_sure: bool = False
    group: str | None = None
    language_guess: str | None = None
    sla_edition: str = ""


class LanguageChosen(msgspec.Struct, frozen=True, gc=False, tag="language_chosen"):
    language: str
    sure: bool


class LanguageGuessed(msgspec.Struct, frozen=True, gc=False, tag="language_guessed"):
    """Not sure; the same guess again will be."""

    language: str


class LockChanged(msgspec.Struct, frozen=True, gc=False, tag="lock_changed"):
    on: bool
    at: int
    by: str


class Tagged(msgspec.Struct, frozen=True, gc=False, tag="tagged"):
    tags: tuple[str, ...]
    at: int
    by: str


class WasRead(msgspec.Struct, frozen=True, gc=False, tag="was_read"):
    """An agent has seen all that the customer wrote."""

    at: int
    by: str


class TimerSet(msgspec.Struct, frozen=True, gc=False, tag="timer_set"):
    name: str
    due: int


class TimerEnded(msgspec.Struct, frozen=True, gc=False, tag="timer_ended"):
    name: str


class Reminded(msgspec.Struct, frozen=True, gc=False, tag="reminded"):
    at: int


class AgentReminded(msgspec.Struct, frozen=True, gc=False, tag="agent_reminded"):
    """The customer has waited for the agent's answer for as long as the settings allow; the agent is shown it."""

    at: int
    agent: str


class Closed(msgspec.Struct, frozen=True, gc=False, tag="closed", omit_defaults=True):
    by: Literal["agent", "customer", "system"]
    reason: str
    at: int
    who: str | None = None
    agent: str | None = None  # whose place it frees
    pulse: Ticks = ()
