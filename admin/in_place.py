"""Settings among others: whether what they name is there, whether all of them together make sense, and who would miss
a channel, a group or an agent that is to be removed."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

from msgspec import UnsetType

from admin import waiting
from api.directory import Directory, family
from api.documents import EVERYWHERE, Scope
from api.problems import FieldError, Stop
from core.codec import convert
from core.condition_check import Known, Use
from core.errors import BadInput
from core.policy import AREAS
from core.promise import problems as promise_problems
from core.promise import uses as promise_uses
from core.routes import Assignment, Level, Routing
from core.routes_check import assignment_problems, assignment_uses, endless, routing_problems, routing_uses

_Problems = list[tuple[str, str]]


def known(directory: Directory) -> Known:
    """What settings may name."""
    families = (family(doc.kind) for doc in directory.channels.values())
    return Known(
        channels=frozenset((*directory.channels, *families)),
        groups=frozenset(directory.groups),
        agents=frozenset(directory.agents),
    )


def check_in_place(directory: Directory, scope: Scope, area: str, body: dict[str, object]) -> None:
    """Raises `BadInput` that names every wrong field; `body` has the area's shape."""
    look = _CHECKS.get(area)
    wrong = look(directory, scope, convert(body, AREAS[area])) if look is not None else []
    if wrong:
        raise BadInput(*wrong)


def _routing(directory: Directory, scope: Scope, document: Routing) -> _Problems:
    if scope.level == "group":
        given = [name for name in Routing.__struct_fields__ if not isinstance(getattr(document, name), UnsetType)]
        return [(name, "Routing says which group a chat goes to: set it for a channel or for all.") for name in given]
    return routing_problems(document, known(directory))


def _assignment(directory: Directory, scope: Scope, document: Assignment) -> _Problems:
    group = scope.id if scope.level == "group" else None
    members = {id: frozenset(doc.agents) for id, doc in directory.groups.items()}
    wrong = assignment_problems(document, known(directory), members, group)
    wrong += waiting.assignment(directory, scope, document)
    if scope.level == "channel" and not isinstance(document.weights, UnsetType):
        wrong.append(("weights", "Weights are a group's, whatever the channel: set them for the group or for all."))
    if wrong or group is None or isinstance(document.overflow, UnsetType):
        return wrong
    chains = {id: _overflow(directory, Scope("group", id)) or () for id in directory.groups} | {
        group: document.overflow
    }
    found = endless(chains, group)
    names = " → ".join(directory.groups[id].name for id in found or ())
    return [("overflow", f"Chats would go round in circles: {names}.")] if found else []


def _overflow(directory: Directory, scope: Scope) -> tuple[Level, ...] | None:
    found = convert(directory.setting(scope, "assignment").body, Assignment).overflow
    return None if isinstance(found, UnsetType) else found


_CHECKS: Mapping[str, Callable[[Directory, Scope, Any], _Problems]] = MappingProxyType(
    {
        "routing": _routing,
        "assignment": _assignment,
        "reception": waiting.reception,
        "hours": waiting.hours,
        "submissions": waiting.submissions,
        "sla": lambda directory, scope, document: promise_problems(document, known(directory)),
    }
)
_USES: Mapping[str, Callable[[Any], list[Use]]] = MappingProxyType(
    {"routing": routing_uses, "assignment": assignment_uses, "sla": promise_uses}
)


# --- who would miss it -----------------------------------------------------------------------------------------------


def unused(directory: Directory, what: Literal["channel", "group", "agent"], id: str) -> None:
    """Raises 409 with every setting that names it; its own settings go with it."""
    own = Scope(what, id).level if what != "agent" else None
    found = [
        FieldError(f"{area}.{use.field}", f"The {area} settings {_whose(directory, scope)} name it.")
        for scope in _scopes(directory)
        if (scope.level, scope.id) != (own, id)
        for area, uses in _USES.items()
        for use in uses(convert(directory.setting(scope, area).body, AREAS[area]))
        if (use.what, use.id) == (what, id)
    ]
    if found:
        raise Stop(409, "in_use", f"Settings name this {what}: change them first.", errors=tuple(found))


def _scopes(directory: Directory) -> Iterator[Scope]:
    yield EVERYWHERE
    yield from (Scope("group", id) for id in directory.groups)
    yield from (Scope("channel", id) for id in directory.channels)


def _whose(directory: Directory, scope: Scope) -> str:
    match scope.level:
        case "all":
            return "for all"
        case "group":
            return f"of the group {directory.groups[scope.id].name}"
        case "channel":
            return f"of the channel {directory.channels[scope.id].name}"
