"""Conditions: one tree of tests over what is known of a customer and their chat, for rules and audience segments alike.

As JSON each node says what it looks at: `{"if": "all", "of": [{"if": "language", "is": ["de"]}, {"if": "vip"}]}`.
`holds` decides; `explained.py` tells in words what decided, `condition_check.py` what is wrong with a new one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal, assert_never
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from core import language
from core.fold import fold, is_anywhere, view, without_surrogates
from core.session import Rating, SurveyKind

MOST_LEVEL, MOST_SCORE = 1_000_000, 10
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Text = Annotated[str, Meta(min_length=1, max_length=500)]
Texts = Annotated[tuple[Text, ...], Meta(min_length=1, max_length=1000)]
Several = Annotated[tuple["Condition", ...], Meta(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions may look at. `names` are the channel's id and the families it belongs to, opaque here; `page` is
    the landing page; `params` the visitor's parameters (`field.` before the company's own fields); `rated` the
    customer's newest rating; `is_open` tells whether a group's opening hours (None: the channel's) hold now."""

    now: int
    names: frozenset[str] = frozenset()
    language: str = "en"
    vip: bool = False
    vip_level: int | None = None
    tags: frozenset[str] = frozenset()
    params: Mapping[str, str] = field(default_factory=dict)
    ip: str | None = None
    country: str | None = None
    page: str | None = None
    rated: Rating | None = None
    sessions: int = 1
    text: str = ""
    is_open: Callable[[str | None], bool] = lambda group: True


# --- the tests -------------------------------------------------------------------------------------------------------


class _Test(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="if", omit_defaults=True):
    pass


class All(_Test, frozen=True, tag="all"):
    of: Several


class Any(_Test, frozen=True, tag="any"):
    of: Several


class Not(_Test, frozen=True, tag="not"):
    of: "Condition"


class OnChannel(_Test, frozen=True, tag="channel"):
    """`values` name channels or families of them (`kind:…`)."""

    values: Texts = msgspec.field(name="is")


class Speaks(_Test, frozen=True, tag="language"):
    """`pt` is also true of `pt-BR`."""

    values: Texts = msgspec.field(name="is")


class Vip(_Test, frozen=True, tag="vip"):
    value: bool = msgspec.field(name="is", default=True)


class VipLevel(_Test, frozen=True, tag="vip_level"):
    """From and to are included."""

    least: Annotated[int, Meta(ge=0, le=MOST_LEVEL)] = msgspec.field(name="from", default=0)
    most: Annotated[int, Meta(ge=0, le=MOST_LEVEL)] = msgspec.field(name="to", default=MOST_LEVEL)


class Tagged(_Test, frozen=True, tag="tags"):
    """At least one of `any`, every one of `all`."""

    any: tuple[Text, ...] = ()
    all: tuple[Text, ...] = ()


class Param(_Test, frozen=True, tag="param"):
    """A visitor parameter, compared without regard to case; nothing but a name: it was given at all."""

    name: Text
    values: tuple[Text, ...] = msgspec.field(name="is", default=())
    contains: tuple[Text, ...] = ()
    least: float | None = msgspec.field(name="from", default=None)
    most: float | None = msgspec.field(name="to", default=None)


class Field(Param, frozen=True, tag="field"):
    """The same of one of the company's own fields."""


class FromAddress(_Test, frozen=True, tag="ip"):
    """Addresses or networks (`10.0.0.0/8`)."""

    values: Texts = msgspec.field(name="in")


class FromCountry(_Test, frozen=True, tag="country"):
    """Two letters each, as the proxy in front of us tells."""

    values: Texts = msgspec.field(name="is")


class LandedOn(_Test, frozen=True, tag="page"):
    """The address of the page the visitor came to."""

    starts: tuple[Text, ...] = ()
    contains: tuple[Text, ...] = ()


class Hours(_Test, frozen=True, tag="hours"):
    """Whether a group (else the channel) is open."""

    open: bool = True
    group: Text | None = None


class Time(_Test, frozen=True, tag="time"):
    """A day of the week and a time of day; `from` later than `to` runs over midnight into the next day."""

    zone: Text
    days: tuple[Day, ...] = DAYS
    start: str = msgspec.field(name="from", default="00:00")
    end: str = msgspec.field(name="to", default="24:00")


class Rated(_Test, frozen=True, tag="rated"):
    """The customer's newest rating; without anything else: there is one."""

    kind: SurveyKind | None = None
    least: Annotated[int, Meta(ge=0, le=MOST_SCORE)] = msgspec.field(name="from", default=0)
    most: Annotated[int, Meta(ge=0, le=MOST_SCORE)] = msgspec.field(name="to", default=MOST_SCORE)


class Returning(_Test, frozen=True, tag="returning"):
    """Whether the customer has chatted here before."""

    value: bool = msgspec.field(name="is", default=True)


class Wrote(_Test, frozen=True, tag="text"):
    """Words of what the customer wrote, whole ones in scripts that part words by spaces."""

    contains: Texts


AboutCustomer = Speaks | Vip | VipLevel | Tagged | Param | Field | Rated | Returning
AboutVisit = OnChannel | FromAddress | FromCountry | LandedOn | Hours | Time | Wrote
Leaf = AboutCustomer | AboutVisit
Condition = All | Any | Not | Leaf


def looks_at(condition: Condition, kinds: tuple[type, ...]) -> bool:
    """Whether a test of one of these kinds is somewhere in it."""
    match condition:
        case All() | Any():
            return any(looks_at(each, kinds) for each in condition.of)
        case Not():
            return looks_at(condition.of, kinds)
        case _:
            return isinstance(condition, kinds)


# --- deciding --------------------------------------------------------------------------------------------------------


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether it is true of these facts. The condition has no `problems`."""
    match condition:
        case All():
            return all(holds(each, facts) for each in condition.of)
        case Any():
            return any(holds(each, facts) for each in condition.of)
        case Not():
            return not holds(condition.of, facts)
        case _:
            return _true(condition, facts)


def _true(test: Leaf, facts: Facts) -> bool:
    return _of_customer(test, facts) if isinstance(test, AboutCustomer) else _of_visit(test, facts)


def _of_customer(test: AboutCustomer, facts: Facts) -> bool:
    match test:
        case Speaks():
            return any(_speaks(facts.language, wanted) for wanted in test.values)
        case Vip():
            return facts.vip == test.value
        case VipLevel():
            return facts.vip_level is not None and test.least <= facts.vip_level <= test.most
        case Tagged():
            own = _folded(facts.tags)
            some = not test.any or any(tag.casefold() in own for tag in test.any)
            return some and all(tag.casefold() in own for tag in test.all)
        case Param():
            return _fits(test, facts.params.get(parameter(test)))
        case Rated():
            rated = facts.rated
            return rated is not None and test.kind in (None, rated.kind) and test.least <= rated.score <= test.most
        case Returning():
            return (facts.sessions > 1) == test.value
        case _:
            assert_never(test)


def _of_visit(test: AboutVisit, facts: Facts) -> bool:
    match test:
        case OnChannel():
            return not facts.names.isdisjoint(test.values)
        case FromAddress():
            return facts.ip is not None and _within(facts.ip, test.values)
        case FromCountry():
            return facts.country is not None and facts.country.casefold() in _folded(test.values)
        case LandedOn():
            return facts.page is not None and _lands(test, facts.page.casefold())
        case Hours():
            return facts.is_open(test.group) == test.open
        case Time():
            return _at_that_time(test, facts.now)
        case Wrote():
            return found_word(facts.text, test.contains) is not None
        case _:
            assert_never(test)


def found_word(text: str, words: Iterable[str]) -> str | None:
    """The first of these words (or phrases) that stands in a text, seen through case, width and accents."""
    if not text:
        return None
    seen = view(fold(without_surrogates(text)))
    return next((word for word in words if key(word) in seen), None)


def key(word: str) -> str:
    """As it stands in a view: a whole word between spaces, except where the script has none."""
    inner = view(fold(without_surrogates(word))).strip(" ")
    if not inner:
        return "\0"  # nothing but signs: found nowhere
    return ("" if is_anywhere(inner[0]) else " ") + inner + ("" if is_anywhere(inner[-1]) else " ")


def _speaks(spoken: str, wanted: str) -> bool:
    return language.normal(wanted) in language.forms(spoken)


def parameter(test: Param) -> str:
    return f"field.{test.name}" if isinstance(test, Field) else test.name


def _fits(test: Param, value: str | None) -> bool:
    if value is None:
        return False
    folded = value.casefold()
    return (
        (not test.values or folded in _folded(test.values))
        and (not test.contains or any(part.casefold() in folded for part in test.contains))
        and (test.least is None or _number(value) >= test.least)
        and (test.most is None or _number(value) <= test.most)
    )


def _number(value: str) -> float:
    """Not a number compares false with everything."""
    try:
        return float(value)
    except ValueError:
        return float("nan")


def _folded(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.casefold() for value in values)


def _within(ip: str, networks: Sequence[str]) -> bool:
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    return any(address in ip_network(network, strict=False) for network in networks)


def _lands(test: LandedOn, page: str) -> bool:
    starts = not test.starts or any(page.startswith(start.casefold()) for start in test.starts)
    return starts and (not test.contains or any(part.casefold() in page for part in test.contains))


def _at_that_time(test: Time, now: int) -> bool:
    there = datetime.fromtimestamp(now / 1000, ZoneInfo(test.zone))
    start, end, minute = minutes(test.start), minutes(test.end), there.hour * 60 + there.minute
    today, yesterday = DAYS[there.weekday()], DAYS[there.weekday() - 1]
    if start < end:
        return today in test.days and start <= minute < end
    return (today in test.days and minute >= start) or (yesterday in test.days and minute < end)


def minutes(clock: str) -> int:
    """Of the day; raises ValueError."""
    if clock == "24:00":
        return 1440
    found = time.fromisoformat(clock)
    if len(clock) != 5 or found.tzinfo is not None:
        raise ValueError(clock)
    return found.hour * 60 + found.minute
