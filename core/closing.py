"""What follows a chat: what agents write down about it, and what customers are offered. Parts of the area `closing`."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core.form import Question, validate_questions
from core.scheme import Demand

AfterClose = Literal["restart", "rate", "leave_message"]

TypeName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]


class Summaries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The service summary: `required` before an agent may close; `types` are what to choose from, `fields` the
    company's own questions (to agents, so no files and no consent)."""

    required: bool = False
    types: Annotated[tuple[TypeName, ...], Meta(max_length=100)] = ()
    type: Demand = "optional"
    solved: Demand = "optional"
    note: Demand = "optional"
    fields: tuple[Question, ...] = ()


def validate_summaries(summaries: Summaries, field: str = "summary") -> list[tuple[str, str]]:
    wrong = validate_questions(summaries.fields, f"{field}.fields")
    names = summaries.types
    for index, name in enumerate(names):
        if name in names[:index]:
            wrong.append((f"{field}.types.{index}", "Another type has this name."))
    if summaries.type == "required" and not names:
        wrong.append((f"{field}.type", "There are no types to choose from: name some in “types”."))
    for index, question in enumerate(summaries.fields):
        if question.kind in ("file", "consent"):
            wrong.append((f"{field}.fields.{index}.kind", "A summary asks for no files and no consent."))
    return wrong


def validate_after_close(offers: tuple[AfterClose, ...], field: str = "after_close") -> list[tuple[str, str]]:
    return [(f"{field}.{at}", "This is in the list already.") for at, each in enumerate(offers) if each in offers[:at]]
