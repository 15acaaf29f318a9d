"""Groups and agents as the desk sees them."""

from collections.abc import Callable, Mapping

from api.directory import Directory
from api.documents import Change, GroupDoc
from api.levels import assigning
from core.routes import Assigning
from gateway.desk import DeskKeeper
from routing.pools import Team


def staff(desk: DeskKeeper) -> Callable[[Change], None]:
    def changed(change: Change) -> None:
        if change.collection in ("groups", "agents", "settings"):
            desk.staff_changed()

    return changed


def names(directory: Directory) -> Callable[[str], str | None]:
    def name(agent: str) -> str | None:
        doc = directory.agent(agent)
        return doc.name if doc else None

    return name


def teams(directory: Directory) -> Mapping[str, Team]:
    """The groups as the desk sees them; a group's own method before the settings'."""
    return {id: _team(group, assigning(directory, id), directory.is_open(id)) for id, group in directory.groups.items()}


def _team(group: GroupDoc, how: Assigning, is_open: bool) -> Team:
    return Team(
        members=frozenset(group.agents),
        name=group.name,
        method=group.method or how.method,
        familiar=how.familiar_first,
        weights=how.weights,
        open=is_open,
    )
