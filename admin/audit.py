"""Who changed what, over everything that is administered. Undoing is done where it was changed: its own history."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from api.directory import POLICY
from api.documents import Level
from api.paging import Listing, Window, slice_of
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso
from api.views.refs import Ref, agent_ref
from core.ports.papers import Revision


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """`what` is `settings`, `channels`, `agents`, `groups`, `bots` or `segments`, `id` which of them (null where it is
    settings for all) and `name` what it is called now; for settings `level` and `area` say where."""

    at: Time
    who: Ref
    what: str
    id: str | None
    name: str | None
    level: Level | None
    area: str | None


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Audit = Listing[ChangeView]


async def list_changes(rim: Rim, call: Call[Nothing, Window]) -> Answer:
    """Newest first."""
    revisions = [(one, _changed(one)) for one in await rim.store.revisions(POLICY, "current")]
    for agent in rim.directory.agents:
        revisions += [(one, f"agents {agent}") for one in await rim.store.revisions("agents", agent)]
    revisions.sort(key=lambda found: found[0].at, reverse=True)
    views = [_view(rim, one, changed) for one, changed in revisions if changed]
    return Answer(200, slice_of(views, call.query))


def _changed(revision: Revision) -> str:
    return str((revision.body or {}).get("changed", ""))


def _view(rim: Rim, one: Revision, changed: str) -> ChangeView:
    what, _, id = changed.partition(" ")
    level, area = None, None
    if what == "settings":
        level, id, area = msgspec.convert(id.split(":", 2), tuple[Level, str, str])
    return ChangeView(
        at=iso(one.at),
        who=agent_ref(rim.directory, one.who),
        what=what,
        id=id or None,
        name=_name(rim, level or what, id),
        level=level,
        area=area,
    )


def _name(rim: Rim, what: str, id: str) -> str | None:
    """Also of a channel, agent or group that was removed."""
    directory = rim.directory
    known: Mapping[str, Callable[[str], _Named | None]] = {
        "channel": directory.channel,
        "agent": directory.agent,
        "group": directory.group,
        "bot": directory.bots.get,
        "segment": directory.segments.get,
    }
    look = known.get(what.removesuffix("s"))
    found = look(id) if look else None
    return found.name if found else None
