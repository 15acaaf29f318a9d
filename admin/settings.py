"""Settings on three levels: read, replaced, their history, and back to an earlier version."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from admin.area_secrets import compared, sealed, shown
from admin.areas import check, fits, known
from admin.differences import Difference, differences
from admin.in_place import check_in_place
from api.documents import EVERYWHERE, Scope
from api.etag import meant, tagged, unchanged
from api.paging import Listing, Window, slice_of
from api.problems import Stop, missing
from api.rim import Rim
from api.routes import Answer, Call, Nothing, Plain
from api.times import Time, iso
from api.views.refs import Ref, agent_ref
from core.ports.papers import Revision


class UndoIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The version to go back to; 0 is nothing set. The one in force stands for "what was before it"."""

    version: Annotated[int, Meta(ge=0)]


class RevisionView(msgspec.Struct, frozen=True, kw_only=True):
    """`diff` tells what this version changed."""

    version: int
    at: Time
    who: Ref
    diff: tuple[Difference, ...]


History = Listing[RevisionView]


async def get_settings(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    scope, area = place(rim, call.path)
    found = rim.directory.setting(scope, area)
    return tagged(found.version, shown(area, found.body))


async def put_settings(rim: Rim, call: Call[Plain, Nothing]) -> Answer:
    """In force on this node when it answers."""
    scope, area = place(rim, call.path)
    current = rim.directory.setting(scope, area)
    expected = meant(call.if_match, current.version)
    await asyncio.to_thread(check, area, call.body)  # a hundred thousand words take a second
    fits(rim, scope, area, call.body)
    check_in_place(rim.directory, scope, area, call.body)
    body = sealed(rim.vault, scope, area, call.body, current.body)
    return await write_settings(rim, scope, area, body, call.caller.id, expected)


async def list_history(rim: Rim, call: Call[Nothing, Window]) -> Answer:
    """Newest first."""
    scope, area = place(rim, call.path)
    revisions = await rim.directory.revisions(scope, area)
    earlier = [None, *revisions[:-1]] if revisions else []
    views = [_view(rim, area, one, before) for one, before in zip(revisions, earlier, strict=True)]
    return Answer(200, slice_of(views[::-1], call.query))


async def undo_settings(rim: Rim, call: Call[UndoIn, Nothing]) -> Answer:
    """A new version with an earlier one's content: history only ever grows."""
    scope, area = place(rim, call.path)
    current = rim.directory.setting(scope, area).version
    expected = meant(call.if_match, current)
    bodies = {one.version: one.body or {} for one in await rim.directory.revisions(scope, area)} | {0: {}}
    wanted = call.body.version
    if wanted not in bodies:
        raise Stop(404, "unknown", f"There is no version {wanted} of this.")
    if wanted == current and wanted > 0:
        wanted = max(version for version in bodies if version < current)
    await asyncio.to_thread(check, area, bodies[wanted])
    check_in_place(rim.directory, scope, area, bodies[wanted])
    return await write_settings(rim, scope, area, bodies[wanted], call.caller.id, expected)


async def write_settings(
    rim: Rim, scope: Scope, area: str, body: dict[str, object], who: str, expected: int | None
) -> Answer:
    with unchanged():
        version = await rim.directory.save_setting(scope, area, body, who=who, expected=expected)
    return tagged(version, shown(area, body))


def place(rim: Rim, path: Mapping[str, str]) -> tuple[Scope, str]:
    """Which level's which area a path names; raises 404."""
    area = path["area"]
    known(area)
    if "group" in path:
        if path["group"] not in rim.directory.groups:
            raise missing("group")
        return Scope("group", path["group"]), area
    if "channel" in path:
        if path["channel"] not in rim.directory.channels:
            raise missing("channel")
        return Scope("channel", path["channel"]), area
    return EVERYWHERE, area


def _view(rim: Rim, area: str, one: Revision, before: Revision | None) -> RevisionView:
    return RevisionView(
        version=one.version,
        at=iso(one.at),
        who=agent_ref(rim.directory, one.who),
        diff=differences(compared(area, (before.body if before else None) or {}), compared(area, one.body or {})),
    )
