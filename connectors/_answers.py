"""What is the same with every provider: bodies that cannot be read, answers that mean "later"."""

from typing import TypeVar

import msgspec

from core.channel import Answer
from core.errors import NotUnderstood, Throttled, Unreachable

T = TypeVar("T")

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError)
"""All that a typed decoder raises for bytes from outside; deep nesting ends in `RecursionError`."""


def read_body(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    """A signed body, decoded; raises `NotUnderstood` and nothing else."""
    try:
        return decoder.decode(body)
    except UNREADABLE as error:
        raise NotUnderstood(f"{type(error).__name__}: {error}"[:200]) from None


def read_answer(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T | None:
    """A provider's answer, decoded; None if it is not what they document."""
    try:
        return decoder.decode(body)
    except UNREADABLE:
        return None


def retry_after(answer: Answer, default: float = 1.0) -> float:
    """Seconds to wait as the answer's header says. A date or nonsense counts as `default`; never over an hour."""
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), 3600.0) if asked.isascii() and asked.isdigit() else default


def raise_if_later(answer: Answer) -> None:
    """429 and 5xx: nothing was sent, and it may be tried again."""
    if answer.status == 429:
        raise Throttled("429", "the provider asks to send more slowly", retry_after(answer))
    if answer.status >= 500:
        raise Unreachable(str(answer.status), "the provider has a failure of its own")
