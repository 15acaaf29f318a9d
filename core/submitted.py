"""What a customer leaves when nobody can take the chat: its values, and the settings of the area `submissions`.

A submission is left in a session of its own, whose id and number are the submission's too. It names messages, never
words: what was answered stands in the session, and goes with it when it is erased.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.form import Asking, Question, texts_problems, validate_questions
from core.language import normal

Reason = Literal["out_of_hours", "nobody_online", "queue_full", "asked"]
Kind = Literal["ticket", "message"]
State = Literal["new", "open", "solved"]

DAY_SECONDS = 86_400
YEAR = 366 * DAY_SECONDS
MOST_KEPT = 20  # submissions a conversation can still be spoken of in; solved ones make room first
MOST_WORDS = 20
MOST_BUTTON = 57


class Answer(msgspec.Struct, frozen=True, gc=False):
    """Which message answers which question; `label` as the customer read it."""

    key: str
    label: str
    seq: int


class Submission(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """`answered_until`: what the customer writes until then belongs to it (ms). `unfinished`: they were asked more than
    they answered. `changed_at` is the newest of anything that happened to it."""

    id: str
    number: int
    kind: Kind
    reason: Reason
    language: str
    at: int
    changed_at: int
    state: State = "new"
    group: str | None = None
    agent: str | None = None
    answers: tuple[Answer, ...] = ()
    unfinished: bool = False
    answered_until: int = 0


class Leaving(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A customer was offered to leave something; `asking` once they said yes."""

    reason: Reason
    asking: Asking | None = None


class Submissions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `submissions`. `offer` says when; `words` are what asks for it, by language; no `fields`: a built-in form.
    Whoever goes silent for `abandon_seconds` leaves what they wrote so far; what they write for `reply_seconds` after
    an agent's answer belongs to the submission."""

    on: bool | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    offer: tuple[Reason, ...] | UnsetType = UNSET
    words: dict[str, tuple[str, ...]] | UnsetType = UNSET
    fields: tuple[Question, ...] | UnsetType = UNSET
    abandon_seconds: Annotated[int, Meta(ge=60, le=YEAR)] | UnsetType = UNSET
    reply_seconds: Annotated[int, Meta(ge=0, le=YEAR)] | UnsetType = UNSET


class Leave(msgspec.Struct, frozen=True):
    """What is in force, every value set."""

    on: bool = False
    kind: Kind = "ticket"
    offer: tuple[Reason, ...] = ("out_of_hours", "nobody_online", "queue_full", "asked")
    words: dict[str, tuple[str, ...]] = {}
    fields: tuple[Question, ...] = ()
    abandon_seconds: int = 3600
    reply_seconds: int = 7 * DAY_SECONDS


def validate_submissions(document: Submissions) -> list[tuple[str, str]]:
    wrong: list[tuple[str, str]] = []
    offer = document.offer if isinstance(document.offer, tuple) else ()
    wrong += [(f"offer.{at}", "This is in the list already.") for at, each in enumerate(offer) if each in offer[:at]]
    if isinstance(document.fields, tuple):
        wrong += validate_questions(document.fields, "fields")
        wrong += _long_options(document.fields)
        if document.fields and all(question.kind == "consent" for question in document.fields):
            wrong.append(("fields", "A form asks for something beside consent."))
    if isinstance(document.words, dict):
        wrong += _words(document.words)
        if document.words and isinstance(document.offer, tuple) and "asked" not in offer:
            wrong.append(("words", "These words ask for it, but “asked” is not among what it is offered for."))
    return wrong


def _long_options(fields: tuple[Question, ...]) -> list[tuple[str, str]]:
    """A button carries the question's key and the option's id, and some channels carry 64 bytes."""
    return [
        (f"fields.{at}.options.{index}.id", "The field's key and this id are too long together: at most 57 characters.")
        for at, question in enumerate(fields)
        for index, option in enumerate(question.options)
        if len(question.key) + len(option.id) > MOST_BUTTON
    ]


def _words(words: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    wrong: list[tuple[str, str]] = []
    for tag, phrases in words.items():
        if normal(tag) is None:
            wrong += texts_problems({tag: "x"}, "words")
        if len(phrases) > MOST_WORDS:
            wrong.append((f"words.{tag}", f"There may be at most {MOST_WORDS}."))
        for at, phrase in enumerate(phrases):
            if not phrase.strip() or len(phrase) > 100:
                wrong.append((f"words.{tag}.{at}", "A phrase has 1 to 100 characters."))
    return wrong
