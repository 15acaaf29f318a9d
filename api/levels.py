"""What is set at each level of settings, and what is in force at one."""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from api.directory import Directory
from api.documents import EVERYWHERE, Scope, Setting
from core.codec import convert
from core.mode import Reception, Working
from core.policy import assigning_of, working_of
from core.routes import Assigning, Assignment
from core.waiting import AbsenceRules


def settings_of(directory: Directory, area: str) -> dict[Scope, Setting]:
    """What is set in an area, at every level whose channel or group there still is."""
    scopes = [
        EVERYWHERE,
        *(Scope("group", id) for id in directory.groups),
        *(Scope("channel", id) for id in directory.channels),
    ]
    found = {scope: directory.setting(scope, area) for scope in scopes}
    return {scope: setting for scope, setting in found.items() if setting.body}


def assigning(directory: Directory, group: str) -> Assigning:
    """How a group's chats are assigned, where no channel says otherwise."""
    return assigning_of([_settings_of(directory, EVERYWHERE), _settings_of(directory, Scope("group", group))])


def grace(directory: Directory) -> float:
    """Seconds for which a lost connection may last before its agent counts as offline."""
    found = _settings_of(directory, EVERYWHERE).agent_offline
    set_to = UNSET if isinstance(found, UnsetType) else found.grace_seconds
    return float(AbsenceRules().grace_seconds if isinstance(set_to, UnsetType) else set_to)


def working(directory: Directory, scope: Scope) -> Working:
    """The working mode that is in force at a level (a channel's with its default group)."""
    return _working(directory, [*_above(directory, scope), scope])


def working_above(directory: Directory, scope: Scope) -> Working:
    """The one that would be in force if this level said nothing."""
    return _working(directory, _above(directory, scope))


def _working(directory: Directory, scopes: Sequence[Scope]) -> Working:
    return working_of([convert(directory.setting(each, "reception").body, Reception) for each in scopes])


def _above(directory: Directory, scope: Scope) -> Sequence[Scope]:
    group = directory.default_group(scope.id) if scope.level == "channel" else None
    over = () if scope.level == "all" else (EVERYWHERE,)
    return over if group is None else (*over, Scope("group", group))


def _settings_of(directory: Directory, scope: Scope) -> Assignment:
    return convert(directory.setting(scope, "assignment").body, Assignment)
