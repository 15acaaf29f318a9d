"""Forms: questions in many languages, asked at once where a channel has forms and one by one everywhere else.

One machine for whoever asks (before a chat, for a submission): which question is next, how it is put, whether an answer
is one. When to ask, what to do with the answers and when to give up is theirs.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Literal, assert_never

import msgspec
from msgspec import Meta

from core import message as m
from core.fit import pick
from core.language import chain, normal
from core.prompts import Key
from core.reading import read_date, read_email, read_number, read_phone

Kind = Literal["text", "number", "date", "choice", "phone", "email", "file", "consent"]
Texts = dict[str, str]  # language → text

MOST_QUESTIONS, MOST_OPTIONS = 20, 50
LONGEST_LABEL, LONGEST_ANSWER = 1000, 2000
LONGEST_ID = 64  # bytes of a button's id; channels carry no more
MOST_WRONG = 3  # wrong answers in a row after which nobody is asked on: a customer is not to be trapped in a form
SKIPPED = 0  # in the place of a message's number: the question was passed over
YES, NO = "yes", "no"
_DASHES = frozenset("-–—ー－_")

FieldKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Alternative(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: FieldKey
    label: Texts


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`country` (DE, JP, …) is where a phone number without + is looked for. A `consent` has its text as label; whoever
    says no to it is asked nothing more."""

    key: FieldKey
    label: Texts
    kind: Kind = "text"
    required: bool = False
    options: tuple[Alternative, ...] = ()
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")] | None = None


class Asking(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Where a form stands in a session. `at` is the question that waits for its answer, `answered` the messages that
    answered the others (key, seq; `SKIPPED`): never their words, which are the messages' (they may be erased)."""

    form: str
    at: str
    answered: tuple[tuple[str, int], ...] = ()
    wrong: int = 0

    def taken(self, seq: int, then: str) -> "Asking":
        """After the answer `seq`, with the next question asked."""
        return Asking(self.form, then, (*self.answered, (self.at, seq)))

    def missed(self) -> "Asking":
        return msgspec.structs.replace(self, wrong=self.wrong + 1)

    @property
    def given_up(self) -> bool:
        return self.wrong >= MOST_WRONG


class Wording(msgspec.Struct, frozen=True):
    """The system's words that putting a question needs, in the customer's language (prompts of these names)."""

    form_optional: str = ""
    form_agree: str = YES
    form_decline: str = NO


class Reading(msgspec.Struct, frozen=True):
    """What a message answers: a `value` in canonical form, or why it is none (`wrong`, the prompt to say then).
    Neither: the question was passed over."""

    value: str | None = None
    wrong: Key | None = None


def following(questions: Sequence[Question], done: Collection[str]) -> Question | None:
    """The first question that nobody has answered yet."""
    return next((question for question in questions if question.key not in done), None)


def at(questions: Sequence[Question], asking: Asking) -> Question | None:
    """The question that waits for its answer; None if the form was changed and has it no more."""
    return next((question for question in questions if question.key == asking.at), None)


# --- putting questions ------------------------------------------------------------------------------------------


def put(question: Question, language: str, default: str, wording: Wording) -> m.Content:
    """One question by itself, for a channel without forms."""
    text = said(question.label, language, default)
    options = _options(question, language, default, wording)
    if options:
        return m.Choice(text, options)
    hint = "" if question.required else wording.form_optional
    return m.Text("\n".join(part for part in (text, hint) if part))


def whole(questions: Sequence[Question], text: str, language: str, default: str, wording: Wording) -> m.Form:
    """All questions at once, for a channel with forms."""
    fields = tuple(
        m.Field(
            question.key,
            said(question.label, language, default),
            question.kind,
            question.required or question.kind == "consent",
            _options(question, language, default, wording),
        )
        for question in questions
    )
    return m.Form(text, fields)


def said(texts: Mapping[str, str], language: str, default: str) -> str:
    """The text in the customer's language or the nearest there is."""
    by_tag = {normal(tag): text for tag, text in texts.items()}
    found = next((by_tag[tag] for tag in chain(language, default) if tag in by_tag), None)
    return found if found is not None else next(iter(texts.values()), "")


def _options(question: Question, language: str, default: str, wording: Wording) -> tuple[m.Option, ...]:
    if question.kind == "consent":
        return (
            m.Option(_id(question, YES), wording.form_agree),
            m.Option(_id(question, NO), wording.form_decline),
        )
    return tuple(m.Option(_id(question, each.id), said(each.label, language, default)) for each in question.options)


def _id(question: Question, alternative: str) -> str:
    """Names its question too: a button that was pressed late answers no other one."""
    return f"form:{question.key}:{alternative}"


# --- reading answers --------------------------------------------------------------------------------------------


def read(question: Question, content: m.Content, language: str, default: str, wording: Wording) -> Reading:
    """What a message answers to the question it was asked. Raises nothing: a wrong answer is ordinary."""
    if question.kind == "file":
        return _file(question, content)
    match content:
        case m.Chosen(id=id, label=label):
            return _picked(question, id, label, language, default, wording)
        case m.Contact(phones=(phone, *_)) if question.kind == "phone":
            return _words(question, phone, language, default, wording)
        case m.Text(text=text):
            return _words(question, text, language, default, wording)
        case _:
            return Reading(wrong=_WRONG[question.kind])


def read_all(
    questions: Sequence[Question], values: Mapping[str, str], language: str, default: str, wording: Wording
) -> tuple[dict[str, str], dict[str, Key]]:
    """A form filled at once: the answers by key, and what is wrong with others. What was left empty is passed over."""
    answers: dict[str, str] = {}
    wrong: dict[str, Key] = {}
    for question in questions:
        reading = _words(question, values.get(question.key, ""), language, default, wording)
        if reading.value is not None:
            answers[question.key] = reading.value
        elif reading.wrong is not None:
            wrong[question.key] = reading.wrong
        if question.kind == "consent" and reading.value == NO:
            return answers, {}
    return answers, wrong


_WRONG: Mapping[Kind, Key] = {
    "text": "form_required",
    "number": "form_wrong_number",
    "date": "form_wrong_date",
    "choice": "form_wrong_choice",
    "phone": "form_wrong_phone",
    "email": "form_wrong_email",
    "file": "form_wrong_file",
    "consent": "form_wrong_choice",
}


def _words(question: Question, text: str, language: str, default: str, wording: Wording) -> Reading:
    plain = text.strip()
    if not plain or set(plain) <= _DASHES:
        return Reading(wrong="form_required") if question.required or question.kind == "consent" else Reading()
    value = _value(question, plain, language, default, wording)
    return Reading(wrong=_WRONG[question.kind]) if value is None else Reading(value)


def _value(question: Question, text: str, language: str, default: str, wording: Wording) -> str | None:
    match question.kind:
        case "text":
            return text[:LONGEST_ANSWER]
        case "number":
            return read_number(text, language)
        case "date":
            return read_date(text, language)
        case "phone":
            return read_phone(text, question.country or _region(language) or _region(default))
        case "email":
            return read_email(text)
        case "choice" | "consent":
            options = _options(question, language, default, wording)
            known = {option.id.rpartition(":")[2] for option in options} | {option.id for option in options}
            option = pick(text, options)
            return option.id.rpartition(":")[2] if option else text.rpartition(":")[2] if text in known else None
        case "file":
            return text[:LONGEST_ANSWER]
        case _:
            assert_never(question.kind)


def _picked(question: Question, id: str, label: str, language: str, default: str, wording: Wording) -> Reading:
    """A pressed button answers its own question; the label of any other one is words like any."""
    if any(option.id == id for option in _options(question, language, default, wording)):
        return Reading(id.rpartition(":")[2])
    return _words(question, label, language, default, wording)


def _file(question: Question, content: m.Content) -> Reading:
    """The bytes are in the message; the value only names them."""
    if isinstance(content, m.Media):
        return Reading((content.name or content.url or m.kind_of(content))[:LONGEST_ANSWER])
    if isinstance(content, m.Text) and set(content.text.strip()) <= _DASHES and not question.required:
        return Reading()
    return Reading(wrong="form_wrong_file")


def _region(tag: str) -> str | None:
    found = re.search(r"-([A-Z]{2})(?:-|$)", normal(tag) or "")
    return found[1] if found else None


# --- settings ---------------------------------------------------------------------------------------------------


def validate_questions(questions: Sequence[Question], field: str = "questions") -> list[tuple[str, str]]:
    """What an admin has to mend, with the field each is about."""
    problems: list[tuple[str, str]] = []
    if len(questions) > MOST_QUESTIONS:
        problems.append((field, f"A form has at most {MOST_QUESTIONS} questions."))
    keys = [question.key for question in questions]
    for index, question in enumerate(questions):
        here = f"{field}.{index}"
        if question.key in keys[:index]:
            problems.append((f"{here}.key", "Another question of this form has this key."))
        problems += texts_problems(question.label, f"{here}.label")
        problems += _options_problems(question, here)
        if question.country is not None and question.kind != "phone":
            problems.append((f"{here}.country", "Only a phone number has a country."))
    return problems


def texts_problems(texts: Mapping[str, str], field: str) -> list[tuple[str, str]]:
    problems = [] if texts else [(field, "Give it in at least one language.")]
    for tag, text in texts.items():
        if normal(tag) is None:
            problems.append((f"{field}.{tag}", f'"{tag}" is not a language tag such as en, pt-BR or zh-Hant.'))
        elif not text.strip() or len(text) > LONGEST_LABEL:
            problems.append((f"{field}.{tag}", f"A text has 1 to {LONGEST_LABEL} characters."))
    return problems


def _options_problems(question: Question, here: str) -> list[tuple[str, str]]:
    if question.kind != "choice":
        return [(f"{here}.options", "Only a choice has options.")] if question.options else []
    problems: list[tuple[str, str]] = []
    if not 2 <= len(question.options) <= MOST_OPTIONS:
        problems.append((f"{here}.options", f"A choice has 2 to {MOST_OPTIONS} options."))
    ids = [option.id for option in question.options]
    for index, option in enumerate(question.options):
        if option.id in ids[:index]:
            problems.append((f"{here}.options.{index}.id", "Another option of this question has this id."))
        if (over := len(_id(question, option.id).encode()) - LONGEST_ID) > 0:
            why = f"The question's key and the option's id are {over} characters too long together for a button."
            problems.append((f"{here}.options.{index}.id", why))
        problems += texts_problems(option.label, f"{here}.options.{index}.label")
    return problems
