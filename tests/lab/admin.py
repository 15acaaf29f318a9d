"""What an admin does in the laboratory: settings are checked as the API does, prompts rehearsed, decisions replayed.

Pure: nothing of it changes what the nodes do, so it only has to be right.
"""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import msgspec

from admin import areas
from core import event as e
from core import hours, promise
from core.condition_check import Known, problems
from core.errors import BadInput
from core.message import plain
from core.policy import AREAS, Level, Policy
from core.ports.writing import Commit
from core.prompts import PROMPT_KEYS
from core.rehearsal import rehearse
from core.routes_check import assignment_problems, assignment_uses, routing_problems, routing_uses
from core.session import Place
from routing.replay import Names, Unknown, could_take, rerouted
from tests.lab.company import CHANNELS, EVERYWHERE, HERE, SEGMENTS, TEAMS, ZONE

WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("hours", {"zone": "Nowhere/At all"}),
    ("hours", {"week": {"mon": [{"from": "08:00", "to": "12:00"}, {"from": "11:00", "to": "13:00"}]}}),
    ("hours", {"holidays": [{"date": "12-32"}, {"date": "01-01"}, {"date": "01-01"}]}),
    ("words", {"lists": [{"name": "", "side": "agent", "action": "consent", "patterns": ["("]}]}),
    ("surveys", {"kind": "stars", "alert_at_most": 9, "tags_required": True, "scores": {"7": {"tags": []}}}),
    ("closing", {"summary": {"types": ["a", "a"], "type": "required"}, "after_close": ["rate", "rate"]}),
    ("closing", {"summary": {"type": "required", "fields": [{"key": "f", "label": {"en": "F"}, "kind": "file"}]}}),
    ("reception", {"repeat": {"agent_closed": "always"}, "prechat": {"on": True}}),
    ("submissions", {"offer": ["asked", "asked"], "words": {"en": [" "], "??": []}}),
    ("sla", {"policies": [{"name": "a"}, {"name": "A", "resolution_seconds": 5, "remind_before_seconds": [9, 9]}]}),
    ("routing", {"rules": [{"name": "r", "to": {}}]}),
    ("customers", {"fields": ["a", "a"]}),
    ("languages", {"offered": ["??", "en", "en"], "picker": "always", "sure": 7}),
    ("prompts", {"prompts": {"greeting": {"text": {"en": "{unknown}"}}, "no such": {"on": False}}}),
    ("webhooks", {"subscriptions": [{"name": "a", "url": "ftp://x", "types": ["none"]}]}),
)
"""Settings of which something is wrong in each."""


def settings() -> Iterator[str]:
    """What is wrong with the company's own settings (nothing may be), and which wrong ones are taken."""
    for name, level in {"all": EVERYWHERE, **HERE}.items():
        yield from _level(name, level)
    everywhere = _known()
    for segment, condition in SEGMENTS.items():
        yield from (f"{segment}: {path}: {why}" for path, why in problems(condition, everywhere, "if"))
    for area, document in WRONG:
        if not _refused(area, document):
            yield f"{area} takes {document}"


def _level(name: str, level: Level) -> Iterator[str]:
    for area in AREAS:
        try:
            areas.check(area, msgspec.to_builtins(getattr(level, area)))
        except BadInput as error:
            yield f"{area} of {name}: {error}"
        yield from (f"{area} of {name}: {path}: {why}" for path, why in _objections(area, getattr(level, area)))
    known = _known()
    for use in (*routing_uses(level.routing), *assignment_uses(level.assignment)):
        ids = {"channel": known.channels, "group": known.groups, "agent": known.agents}[use.what]
        if use.id not in ids:
            yield f"{name}: {use.field} names {use.id}"


def _refused(area: str, document: Mapping[str, Any]) -> bool:
    try:
        areas.check(area, dict(document))
    except BadInput:
        return True
    typed: Any = msgspec.convert(document, AREAS[area])
    return bool(_objections(area, typed))


def _objections(area: str, document: Any) -> list[tuple[str, str]]:
    """What depends on what else there is."""
    match area:
        case "routing":
            return routing_problems(document, _known())
        case "assignment":
            return assignment_problems(document, _known(), {id: team.members for id, team in TEAMS.items()}, None)
        case "hours":
            return hours.problems(document, lambda zone: zone == ZONE)
        case "sla":
            return promise.problems(document, _known())
        case _:
            return []


def _known() -> Known:
    agents = frozenset(agent for team in TEAMS.values() for agent in team.members) | {"a-fay"}
    return Known(frozenset(CHANNELS), frozenset(TEAMS), agents)


def rehearsals(random: Random, policies: Mapping[str, Policy]) -> Iterator[str]:
    """Prompts that would say nothing though they are on."""
    for channel, policy in policies.items():
        for key in sorted(PROMPT_KEYS):
            shown = rehearse(policy.rules(None), key, random.choice(("en", "ar", "zh-Hant", "xx")), {})
            if shown.on and not shown.text:
                yield f"{key} of {channel} is empty"


def replays(commit: Commit, policy: Policy, names: Names, wrote: str | None) -> Iterator[str]:
    """A decision gone through again under the rules it was made by comes to the same."""
    session = commit.session
    for event in commit.events:
        try:
            if isinstance(event, e.Queued) and session is not None:
                went = rerouted(event, session, commit.conversation.customer, wrote, policy, names)
                if went.chain != (event.chain or (Place(event.group),)):
                    yield f"{session.id} went to {event.chain or event.group}, and now to {went.chain}"
            elif isinstance(event, e.Assigned) and event.inputs and session is not None:
                method: Any = event.inputs["method"]
                takers = could_take(event.inputs, method, familiar=False, spoken=session.language, languages={})
                if event.agent.id not in takers and not event.inputs.get("familiar"):
                    yield f"{session.id} went to {event.agent.id}, and now to one of {takers}"
        except Unknown:
            continue


def first_words(commit: Commit) -> str | None:
    """What the customer says in a commit, if they say something."""
    said = [event.message for event in commit.events if isinstance(event, e.Received)]
    return plain(said[0].content) if said else None
