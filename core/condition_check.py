"""Whether a condition may be saved: what is wrong with it, field by field, and what it names."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Literal
from zoneinfo import ZoneInfo

from core import language
from core.condition import (
    All,
    Any,
    Condition,
    FromAddress,
    FromCountry,
    Hours,
    LandedOn,
    Not,
    OnChannel,
    Param,
    Rated,
    Speaks,
    Tagged,
    Time,
    VipLevel,
    Wrote,
    key,
    minutes,
)  # fmt: skip

DEEPEST, MOST_TESTS = 8, 500


@dataclass(frozen=True, slots=True)
class Known:
    """What conditions and rules may name: ids, and the families of channels."""

    channels: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    zones: Callable[[str], bool] = lambda zone: _is_zone(zone)  # noqa: PLW0108  # defined below


@dataclass(frozen=True, slots=True)
class Use:
    """That something is named: `field` is the path from the condition."""

    what: Literal["channel", "group", "agent"]
    id: str
    field: str


def problems(condition: Condition, known: Known, at: str) -> list[tuple[str, str]]:
    """(field path, what is wrong) for each thing that is; `at` is the path of the condition itself."""
    tests = list(_walk(condition, at))
    if len(tests) > MOST_TESTS:
        return [(at, f"A condition has at most {MOST_TESTS} tests.")]
    found = [(path, f"Conditions nest at most {DEEPEST} deep.") for path, depth, _ in tests if depth > DEEPEST]
    return found[:1] or [
        (f"{path}.{name}", message) for path, _, test in tests for name, message in _wrong(test, known)
    ]


def uses(condition: Condition, at: str = "") -> list[Use]:
    """The channels and groups it names, so that none of them is removed under it."""
    found: list[Use] = []
    for path, _, test in _walk(condition, at):
        match test:
            case OnChannel():
                found += (Use("channel", id, f"{path}.is.{index}") for index, id in enumerate(test.values))
            case Hours(group=str(group)):
                found.append(Use("group", group, f"{path}.group"))
            case _:
                pass
    return found


def _walk(condition: Condition, at: str) -> Iterable[tuple[str, int, Condition]]:
    """Every node with its path and depth; on a stack of its own, since a stranger's tree may be deep."""
    left: list[tuple[str, int, Condition]] = [(at, 1, condition)]
    while left:
        path, depth, node = left.pop()
        yield path, depth, node
        match node:
            case All() | Any():
                left += [(f"{path}.of.{index}", depth + 1, each) for index, each in enumerate(node.of)][::-1]
            case Not():
                left.append((f"{path}.of", depth + 1, node.of))
            case _:
                pass


def _wrong(test: Condition, known: Known) -> Iterable[tuple[str, str]]:
    match test:
        case OnChannel():
            yield from _unknown("is", test.values, known.channels, "channel")
        case Speaks():
            yield from _bad("is", test.values, language.normal, "is not a language tag such as en, pt-BR or zh-Hant")
        case VipLevel() | Rated() if test.least > test.most:
            yield "to", "This is less than `from`."
        case Tagged() if not test.any and not test.all:
            yield "any", "Name at least one tag, here or in `all`."
        case Param() if test.least is not None and test.most is not None and test.least > test.most:
            yield "to", "This is less than `from`."
        case FromAddress():
            yield from _bad("in", test.values, _network, "is neither an IP address nor a network such as 10.0.0.0/8")
        case FromCountry():
            yield from _bad("is", test.values, _country, "is not a country of two letters such as DE")
        case LandedOn() if not test.starts and not test.contains:
            yield "starts", "Give what the address starts with, or what it contains."
        case Hours(group=str(group)):
            yield from ((("group", "There is no such group."),) if group not in known.groups else ())
        case Time():
            yield from _wrong_time(test, known)
        case Wrote():
            yield from _bad("contains", test.contains, _has_letters, "needs at least one letter, digit or emoji")
        case _:
            return


def _wrong_time(test: Time, known: Known) -> Iterable[tuple[str, str]]:
    if not known.zones(test.zone):
        yield "zone", f"“{test.zone}” is not a time zone such as Europe/Berlin."
    if not test.days:
        yield "days", "Name at least one day."
    right = True
    for name, clock in (("from", test.start), ("to", test.end)):
        try:
            minutes(clock)
        except ValueError:
            right = False
            yield name, f"“{clock}” is not a time such as 09:30."
    if right and test.start == test.end:
        yield "to", "This is the same as `from`: the time would never come."


def _unknown(name: str, values: Sequence[str], known: frozenset[str], what: str) -> Iterable[tuple[str, str]]:
    return ((f"{name}.{index}", f"There is no such {what}.") for index, id in enumerate(values) if id not in known)


def _bad(name: str, values: Sequence[str], right: Callable[[str], object], complaint: str) -> Iterable[tuple[str, str]]:
    return ((f"{name}.{index}", f"“{each}” {complaint}.") for index, each in enumerate(values) if not right(each))


def _network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _country(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isalpha()


def _has_letters(text: str) -> bool:
    return key(text) != "\0"


def _is_zone(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError):  # OSError: the name of a folder of zones; ZoneInfoNotFoundError is a KeyError
        return False
    except KeyError:
        return False
    return True
