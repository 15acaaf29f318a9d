"""The order of decision: who a chat that needs a person goes to, step by step, each step leaving a line in words.

Blocked customers and open sessions never come here (core/reception.py). What comes here first is who the customer had
before, then triggers, the page's parameters, the rules, the group the visitor picked, the channel's group.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from core.condition import Facts, holds
from core.explained import explain
from core.facts import facts_of
from core.routes import Assigning, Route, Rule, Target, chain_of
from core.session import Place, Session
from core.turn import Asked


class Staff(Protocol):
    """What the order of decision asks the desk and the directory."""

    def is_free(self, agent: str) -> bool:
        """Online, with a place."""

    def finds(self, prefer: tuple[str, ...], chain: tuple[Place, ...]) -> bool:
        """Whether a newcomer would be given to somebody at once."""

    def agent_name(self, agent: str) -> str | None:
        """None if there is no such agent (any more)."""

    def group_name(self, group: str) -> str | None: ...


@dataclass(slots=True)
class _Way:
    """What the steps have come to so far."""

    asked: Asked
    staff: Staff
    facts: Facts
    prefer: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    decided: str | None = None
    step: str = "default"
    free: dict[str, bool] = field(default_factory=dict)

    def says(self, step: str, line: str) -> None:
        """A step found somebody: the first one to do so is why."""
        self.lines.append(line)
        if self.decided is None:
            self.decided, self.step = line, step


def route(asked: Asked, staff: Staff) -> Route:
    """Where the chat goes, why, and what that was decided from."""
    way = _Way(asked, staff, _facts(asked))
    _who_wrote(way)
    _who_had_it(way)
    for step, find in _STEPS.items():
        for found in find(way):
            chain = _follow(way, step, found)
            if chain is not None:
                return _route(way, chain)
    return _route(way, _default(way))


def _route(way: _Way, chain: tuple[Place, ...]) -> Route:
    prefer = tuple(dict.fromkeys(agent for agent in way.prefer if chain[0].agent != agent))
    return Route(
        chain=chain,
        prefer=prefer,
        why=way.decided or "",
        step=way.step,
        steps=tuple(way.lines),
        inputs=_inputs(way),
        free=way.staff.finds(prefer, chain),
    )


# --- who the customer had before: only if they can take it now, else the next step ------------------------------------


def _who_wrote(way: _Way) -> None:
    offline, within = way.asked.state.offline, _assigning(way).offline_message_seconds
    if offline is not None:
        soon = within is not None and way.asked.now - offline.at <= within * 1000
        _directly(way, "offline_message", offline.agent, "wrote to the customer after the last chat", soon)


def _who_had_it(way: _Way) -> None:
    last, within = way.asked.state.last, _assigning(way).last_agent_seconds
    agent = had_last(last)
    if last is not None and last.closed is not None and agent is not None:
        soon = within is not None and way.asked.now - last.closed.at <= within * 1000
        _directly(way, "last_agent", agent, "had the customer's last chat", soon)


def had_last(last: Session | None) -> str | None:
    """The agent who closed it, else whose it was."""
    if last is None or last.closed is None:
        return None
    who = last.closed.who if last.closed.by == "agent" else None
    return who or (last.agent.id if last.agent else None)


def _directly(way: _Way, step: str, agent: str, did: str, soon: bool) -> None:
    name = way.staff.agent_name(agent)
    if name is None:
        return
    way.free[agent] = way.staff.is_free(agent)
    if soon and not way.prefer and way.free[agent]:
        way.prefer.append(agent)
        way.says(step, f"{name} {did}.")
    elif soon and not way.prefer:
        way.lines.append(f"{name} {did}, but has no place now.")


# --- what decides on a place -----------------------------------------------------------------------------------------


class _Found(NamedTuple):
    """A target, who says so and why."""

    target: Target
    who: str
    because: str = ""


def _handed(way: _Way) -> Iterator[_Found]:
    handed = way.asked.handed
    if handed is not None and handed.agent:
        yield _Found(Target(agent=handed.agent), "The bot asked for")
    if handed is not None and handed.group:
        yield _Found(Target(group=handed.group), "The bot asked for")


def _triggered(way: _Way) -> Iterator[_Found]:
    return _matching(way, way.asked.policy.routes.triggers, "trigger")


def _wished(way: _Way) -> Iterator[_Found]:
    wish = way.asked.state.wish
    if wish.agent:
        yield _Found(Target(agent=wish.agent, must=wish.must), "The page asked for")
    if wish.group:
        yield _Found(Target(group=wish.group, must=wish.must), "The page asked for")


def _ruled(way: _Way) -> Iterator[_Found]:
    return _matching(way, way.asked.policy.routes.rules, "rule")


def _picked(way: _Way) -> Iterator[_Found]:
    if way.asked.state.wish.picked:
        yield _Found(Target(group=way.asked.state.wish.picked), "The visitor picked")


_STEPS: Mapping[str, Callable[[_Way], Iterator[_Found]]] = {
    "handed": _handed,
    "trigger": _triggered,
    "designated": _wished,
    "rule": _ruled,
    "picked": _picked,
}


def _matching(way: _Way, rules: tuple[Rule, ...], what: str) -> Iterator[_Found]:
    """The first that holds, as long as its target is there."""
    for rule in rules:
        if rule.on and (rule.when is None or holds(rule.when, way.facts)):
            because = "" if rule.when is None else f", because {explain(rule.when, way.facts)}"
            yield _Found(rule.to, f"The {what} “{rule.name}” says", because)
            if _name(way, rule.to) is not None:
                return


def _name(way: _Way, target: Target) -> str | None:
    """None for who is not there (any more)."""
    return way.staff.agent_name(target.agent) if target.agent else way.staff.group_name(target.group or "")


def _follow(way: _Way, step: str, found: _Found) -> tuple[Place, ...] | None:
    """The places a target leads to; None where another step is to say them: an agent may be asked for, and others
    take the chat when they cannot."""
    target, name = found.target, _name(way, found.target)
    if name is None:
        way.lines.append(f"{found.who} somebody who is not there any more{found.because}.")
        return None
    must = " and nobody else" if target.must else ""
    way.says(step, f"{found.who} {name}{must}{found.because}.")
    if target.agent is None:
        return (Place(target.group),) if target.must else _chain(way, target.group)
    if target.must:
        return (Place(agent=target.agent),)
    if target.agent not in way.prefer:
        way.prefer.append(target.agent)
    return None


def _default(way: _Way) -> tuple[Place, ...]:
    group = way.asked.policy.channel.group
    name = way.staff.group_name(group) if group else None
    if name is None:
        return _chain(way, None)
    if way.lines:
        way.lines.append(f"The channel's group is {name}.")
    return _chain(way, group)


def _chain(way: _Way, group: str | None) -> tuple[Place, ...]:
    return chain_of(group, way.asked.policy.assigning(group))


def _assigning(way: _Way) -> Assigning:
    return way.asked.policy.assigning(None)


# --- what it was decided from ----------------------------------------------------------------------------------------


def _facts(asked: Asked) -> Facts:
    return facts_of(asked.state, asked.policy.channel, asked.now, text=asked.text, is_open=asked.is_open)


def _inputs(way: _Way) -> dict[str, object]:
    """Derived facts, and never what somebody wrote or where they wrote from: that is erased with their messages. What
    is not here (parameters, text) is read where it is kept when the decision is gone through again."""
    facts, asked, last, offline = way.facts, way.asked, way.asked.state.last, way.asked.state.offline
    agent = had_last(last)
    found: dict[str, object] = {
        "step": way.step,
        "language": facts.language,
        "sessions": facts.sessions,
        "vip": facts.vip,
        "vip_level": facts.vip_level,
        "tags": sorted(facts.tags),
        "rated": [facts.rated.kind, facts.rated.score] if facts.rated else None,
        "last": [agent, last.closed.at] if agent and last is not None and last.closed else None,
        "offline": [offline.agent, offline.at] if offline is not None else None,
        "free": way.free,
        "wish": msgspec.to_builtins(asked.state.wish),
        "handed": msgspec.to_builtins(replace(asked.handed, note=None)) if asked.handed else None,
    }
    return {name: value for name, value in found.items() if value not in (None, [], {}) and value is not False}
