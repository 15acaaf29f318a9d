"""What made a condition true or false, in words a person reads in a chat's trace."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from core.condition import (
    DAYS,
    AboutCustomer,
    AboutVisit,
    All,
    Any,
    Condition,
    Facts,
    FromAddress,
    FromCountry,
    Hours,
    LandedOn,
    Leaf,
    Not,
    OnChannel,
    Param,
    Rated,
    Returning,
    Speaks,
    Tagged,
    Time,
    Vip,
    VipLevel,
    Wrote,
    found_word,
    holds,
    parameter,
)  # fmt: skip


def explain(condition: Condition, facts: Facts) -> str:
    """In words, what makes it true (or false) of these facts: "the language is de and the customer is a VIP"."""
    match condition:
        case All() | Any():
            outcome = holds(condition, facts)
            telling = [each for each in condition.of if holds(each, facts) == outcome]
            decisive = telling if outcome == isinstance(condition, All) else telling[:1]
            return " and ".join(explain(each, facts) for each in decisive)
        case Not():
            return explain(condition.of, facts)
        case _:
            return _in_words(condition, facts)


def _in_words(test: Leaf, facts: Facts) -> str:
    return _of_customer(test, facts) if isinstance(test, AboutCustomer) else _of_visit(test, facts)


def _of_customer(test: AboutCustomer, facts: Facts) -> str:
    match test:
        case Speaks():
            return f"the language is {facts.language}"
        case Vip():
            return "the customer is a VIP" if facts.vip else "the customer is no VIP"
        case VipLevel():
            return "there is no VIP level" if facts.vip_level is None else f"the VIP level is {facts.vip_level}"
        case Tagged():
            own = {tag.casefold() for tag in facts.tags}
            have = [tag for tag in (*test.all, *test.any) if tag.casefold() in own]
            return f"tagged {', '.join(have)}" if have else f"not tagged {_either((*test.all, *test.any))}"
        case Param():
            value = facts.params.get(parameter(test))
            return f"{test.name} was not given" if value is None else f"{test.name} is “{value}”"
        case Rated():
            rated = facts.rated
            return f"the last rating was {rated.score} ({rated.kind})" if rated else "there is no rating"
        case Returning():
            return "the customer was here before" if facts.sessions > 1 else "the customer is new"
        case _:
            assert_never(test)


def _of_visit(test: AboutVisit, facts: Facts) -> str:
    match test:
        case OnChannel():
            return "it is this channel" if facts.names & set(test.values) else "it is another channel"
        case FromAddress():
            return f"the address is {facts.ip or 'unknown'}"
        case FromCountry():
            return f"the country is {facts.country or 'unknown'}"
        case LandedOn():
            return f"the page is {facts.page or 'unknown'}"
        case Hours():
            whose = "group" if test.group else "channel"
            return f"the {whose} is {'open' if facts.is_open(test.group) else 'closed'}"
        case Time():
            there = datetime.fromtimestamp(facts.now / 1000, ZoneInfo(test.zone))
            return f"it is {DAYS[there.weekday()]} {there:%H:%M} in {test.zone}"
        case Wrote():
            word = found_word(facts.text, test.contains)
            return f"they wrote “{word}”" if word else f"they did not write {_either(test.contains)}"
        case _:
            assert_never(test)


def _either(values: Sequence[str]) -> str:
    return " or ".join((*values[:3], *(["…"] if len(values) > 3 else [])))
