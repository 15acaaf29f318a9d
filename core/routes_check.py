"""Whether routing and assignment settings may be saved: each field, and the rule set as a whole."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import UnsetType

from core.condition_check import Known, Use, problems, uses
from core.routes import MOST_LEVELS, Assignment, Level, Routing, Rule, Target

Problem = tuple[str, str]
Members = Mapping[str, frozenset[str]]
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")  # RFC 9110: what a header may be called


def routing_problems(document: Routing, known: Known) -> list[Problem]:
    return [
        *(problem for field, rules in _lists(document) for problem in _rules(rules, known, field)),
        *(problem for field in ("ip_header", "country_header") for problem in _header(document, field)),
    ]


def _lists(document: Routing) -> Iterator[tuple[str, Sequence[Rule]]]:
    for field, rules in (("triggers", document.triggers), ("rules", document.rules)):
        if not isinstance(rules, UnsetType):
            yield field, rules


def _rules(rules: Sequence[Rule], known: Known, at: str) -> Iterator[Problem]:
    names: dict[str, int] = {}
    always: str | None = None
    for index, rule in enumerate(rules):
        path = f"{at}.{index}"
        if names.setdefault(rule.name, index) != index:
            yield f"{path}.name", "Another one of this list has this name."
        yield from _target(rule.to, known, f"{path}.to")
        if rule.when is not None:
            yield from problems(rule.when, known, f"{path}.when")
        if not rule.on:
            continue
        if always is not None:
            yield path, f"This is never reached: “{always}” before it holds always."
        elif rule.when is None:
            always = rule.name


def _target(target: Target, known: Known, at: str) -> Iterator[Problem]:
    if (target.group is None) == (target.agent is None):
        yield at, "Name a group or an agent, one of them."
    elif target.group is not None and target.group not in known.groups:
        yield f"{at}.group", "There is no such group."
    elif target.agent is not None and target.agent not in known.agents:
        yield f"{at}.agent", "There is no such agent."


def _header(document: Routing, field: str) -> Iterator[Problem]:
    name = getattr(document, field)
    if isinstance(name, str) and not _TOKEN.issuperset(name.lower()):
        yield field, f"“{name}” is not the name of a header such as X-Forwarded-For."


def assignment_problems(document: Assignment, known: Known, members: Members, group: str | None) -> list[Problem]:
    """`group` is whose settings they are, if they are a group's."""
    found: list[Problem] = []
    if not isinstance(document.weights, UnsetType):
        found += ((f"weights.{id}", "There is no such agent.") for id in document.weights if id not in known.agents)
    if not isinstance(document.overflow, UnsetType):
        found += _overflow(document.overflow, known, members, group)
    return found


def _overflow(levels: Sequence[Level], known: Known, members: Members, group: str | None) -> Iterator[Problem]:
    if len(levels) > MOST_LEVELS:
        yield "overflow", f"There are at most {MOST_LEVELS} levels of overflow."
    before: list[Level] = [Level(group=group)] if group is not None else []
    for index, level in enumerate(levels):
        path = f"overflow.{index}"
        target = list(_target(Target(level.group, level.agent), known, path))
        yield from target or _overlap(level, before, members, path)
        if before and before[-1].agent is not None and level.when == "off_duty":
            yield f"{path}.when", "The place before this one is an agent, who has no opening hours."
        before.append(level)


def _overlap(level: Level, before: Sequence[Level], members: Members, path: str) -> Iterator[Problem]:
    if any((level.group, level.agent) == (other.group, other.agent) for other in before):
        yield f"{path}.{'group' if level.group else 'agent'}", "A chat was there already: it would go round in circles."
    elif level.agent is not None and any(level.agent in members.get(other.group or "", ()) for other in before):
        yield f"{path}.agent", "This agent is in a group before this level already."


def endless(chains: Mapping[str, Sequence[Level]], first: str) -> tuple[str, ...] | None:
    """The way round, where groups' own overflow leads from one back to it; None if it does not."""
    seen: set[str] = set()
    left: list[tuple[str, tuple[str, ...]]] = [(first, (first,))]
    while left:
        group, path = left.pop()
        for level in chains.get(group, ()):
            if level.group == first:
                return (*path, first)
            if level.group is not None and level.group not in seen:
                seen.add(level.group)
                left.append((level.group, (*path, level.group)))
    return None


def routing_uses(document: Routing) -> list[Use]:
    """What it names."""
    found: list[Use] = []
    for field, rules in _lists(document):
        for index, rule in enumerate(rules):
            found += _named(rule.to, f"{field}.{index}.to")
            found += uses(rule.when, f"{field}.{index}.when") if rule.when is not None else ()
    return found


def assignment_uses(document: Assignment) -> list[Use]:
    levels = () if isinstance(document.overflow, UnsetType) else document.overflow
    weighted = {} if isinstance(document.weights, UnsetType) else document.weights
    return [
        *(use for at, level in enumerate(levels) for use in _named(Target(level.group, level.agent), f"overflow.{at}")),
        *(Use("agent", id, f"weights.{id}") for id in weighted),
    ]


def _named(target: Target, at: str) -> Iterator[Use]:
    if target.group is not None:
        yield Use("group", target.group, f"{at}.group")
    if target.agent is not None:
        yield Use("agent", target.agent, f"{at}.agent")
