"""Versions of bots and segments: their history, and what an earlier one held."""

from collections.abc import Callable, Mapping

from admin.differences import differences
from admin.settings import RevisionView, UndoIn
from api.documents import Collection
from api.paging import Window, slice_of
from api.problems import Stop
from api.rim import Rim
from api.routes import Answer
from api.times import iso
from api.views.refs import agent_ref

Body = dict[str, object]
_OURS = ("id", "created_at")


async def history(
    rim: Rim, collection: Collection, id: str, window: Window, compared: Callable[[Body], Body] = lambda body: body
) -> Answer:
    """Newest first. `compared` makes of a version what may be seen of it."""
    revisions = await rim.directory.revisions_of(collection, id)
    bodies = [compared(theirs(one.body or {})) for one in revisions]
    views = [
        RevisionView(
            version=one.version,
            at=iso(one.at),
            who=agent_ref(rim.directory, one.who),
            diff=differences(before, after),
        )
        for one, before, after in zip(revisions, [{}, *bodies], bodies, strict=False)
    ]
    return Answer(200, slice_of(views[::-1], window))


async def earlier(rim: Rim, collection: Collection, id: str, wanted: UndoIn, current: int) -> Body:
    """What a version held; that in force stands for the one before it. Raises 404."""
    bodies = {one.version: one.body for one in await rim.directory.revisions_of(collection, id) if one.body}
    version: int | None = wanted.version
    if version == current:
        version = max((known for known in bodies if known < current), default=None)
    if version is None or version not in bodies:
        raise Stop(404, "unknown", f"There is no version {wanted.version} of this to go back to.")
    return bodies[version]


def theirs(body: Mapping[str, object]) -> Body:
    """Without what no version changes, and without `removed_at` while it is there."""
    return {name: value for name, value in body.items() if name not in _OURS and (name, value) != ("removed_at", None)}
