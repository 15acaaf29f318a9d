"""What may stand in the settings document of each area: the shape first, then what the rules say of its content."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import get_args

import msgspec

from api.documents import Level, Scope
from api.fields import Wrong, typed
from api.problems import Stop
from api.rim import Rim
from core import hook, people
from core.closing import Summaries, validate_after_close, validate_summaries
from core.errors import BadInput
from core.hook import Webhooks
from core.language import normal
from core.people import Retention
from core.policy import AREAS, Closing, Languages, Prompts, Words
from core.prompts import CLOSING_KEYS, PROMPT_KEYS, validate_prompts
from core.scheme import validate_survey
from core.service import validate_reception
from core.spoken import MOST_OFFERED
from core.submitted import validate_submissions
from core.words import validate_lists

YEAR = 366 * 86_400
# Which group a chat goes to is nothing a group can say, nor how long what a channel brought is kept.
ELSEWHERE: Mapping[str, tuple[Level, ...]] = MappingProxyType({"routing": ("group",), "retention": ("group",)})
_Problems = Sequence[tuple[str, str]]


def known(area: str) -> type[msgspec.Struct]:
    """The shape of an area's document; raises 404."""
    found = AREAS.get(area)
    if found is not None:
        return found
    raise Stop(404, "unknown", f"There is no area {area}; there are {', '.join(AREAS)}.")


def levels_of(area: str) -> tuple[Level, ...]:
    """Where an area may be set."""
    return tuple(level for level in get_args(Level) if level not in ELSEWHERE.get(area, ()))


def check(area: str, body: dict[str, object]) -> None:
    """Raises `BadInput` that names every wrong field."""
    try:
        document = typed(body, known(area))
    except Wrong as error:
        raise BadInput((error.field, error.message)) from None
    wrong = _CHECKS[area](document)
    if wrong:
        raise BadInput(*wrong)


def fits(rim: Rim, scope: Scope, area: str, body: dict[str, object]) -> None:
    """What depends on where it is set, and on this machine; raises `BadInput`. `body` is valid by itself."""
    if area == "retention" and scope.level == "group":
        raise BadInput(("body", "This is set for all or for a channel, not for a group."))
    if area == "retention" and scope.level == "channel" and (wrong := people.beyond_a_channel(typed(body, Retention))):
        raise BadInput(*wrong)
    if area == "webhooks":
        entries = typed(body, Webhooks).subscriptions or ()
        objections = [(index, rim.objection(entry.url)) for index, entry in enumerate(entries)]
        wrong = [(f"subscriptions.{index}.url", reason) for index, reason in objections if reason is not None]
        if wrong:
            raise BadInput(*wrong)


def _closing(document: Closing) -> _Problems:
    wrong = []
    for field in ("customer_idle_seconds", "customer_reminder_seconds", "agent_idle_seconds"):
        value = getattr(document, field)
        if isinstance(value, int) and not 1 <= value <= YEAR:
            wrong.append((field, f"Give seconds from 1 to {YEAR}, or null for never."))
    idle, reminder = document.customer_idle_seconds, document.customer_reminder_seconds
    if isinstance(idle, int) and isinstance(reminder, int) and not wrong and reminder >= idle:
        wrong.append(("customer_reminder_seconds", "The reminder has to come before the close."))
    if isinstance(document.summary, Summaries):
        wrong += validate_summaries(document.summary)
    if isinstance(document.after_close, tuple):
        wrong += validate_after_close(document.after_close)
    return [*wrong, *_prompts(document, CLOSING_KEYS)]


def _prompts(document: Closing | Prompts, keys: frozenset[str]) -> _Problems:
    return validate_prompts(document.prompts, keys) if isinstance(document.prompts, dict) else []


def _words(document: Words) -> _Problems:
    if not isinstance(document.lists, tuple):
        return []
    names = [entry.name for entry in document.lists]
    twice = [
        (f"lists.{index}.name", "Another list of this level has this name.")
        for index, name in enumerate(names)
        if name in names[:index]
    ]
    return [*twice, *validate_lists(document.lists)]


def _languages(document: Languages) -> _Problems:
    """`offered` is canonical tags without a repeat; a picker needs two of them to choose from."""
    wrong: list[tuple[str, str]] = []
    if isinstance(document.sure, float | int) and not 0.5 <= document.sure <= 1:
        wrong.append(("sure", "Give a confidence from 0.5 to 1."))
    offered = document.offered if isinstance(document.offered, tuple) else ()
    if len(offered) > MOST_OFFERED:
        wrong.append(("offered", f"At most {MOST_OFFERED} languages can be offered."))
    for index, tag in enumerate(offered):
        if normal(tag) != tag:
            wrong.append((f"offered.{index}", _no_tag(tag)))
        elif tag in offered[:index]:
            wrong.append((f"offered.{index}", "This language is already offered."))
    if document.picker in ("unsure", "always") and isinstance(document.offered, tuple) and len(offered) < 2:
        wrong.append(("offered", "A picker needs at least two languages to choose from."))
    if isinstance(document.translate_to, str) and normal(document.translate_to) != document.translate_to:
        wrong.append(("translate_to", _no_tag(document.translate_to)))
    return wrong


def _no_tag(tag: str) -> str:
    found = normal(tag)
    return f'Write "{found}".' if found else f'"{tag}" is not a language tag such as en, pt-BR or zh-Hant.'


_CHECKS: Mapping[str, Callable[..., _Problems]] = MappingProxyType(
    {
        "closing": _closing,
        "prompts": lambda document: _prompts(document, PROMPT_KEYS),
        "words": _words,
        "surveys": validate_survey,
        "languages": _languages,
        "webhooks": hook.problems,
        "customers": people.customer_problems,
        "retention": people.retention_problems,
        "assignment": lambda document: [],
        "routing": lambda document: [],
        "reception": validate_reception,
        "hours": lambda document: [],
        "sla": lambda document: [],
        "submissions": validate_submissions,
    }
)
