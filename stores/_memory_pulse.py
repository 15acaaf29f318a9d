"""What was counted of a stretch of time, and who changed which document: from memory."""

from collections.abc import Sequence

from core.changes import Changed, ChangePage, ChangeQuery, Place, page_of, wanted
from core.ports.papers import Revision
from core.pulse import Beat, Beats
from stores._memory import Memory


def pulse(memory: Memory, since: int, until: int, width: int) -> Sequence[Beat]:
    beats = Beats(since, width)
    for entry in memory.log:
        if since <= entry.at < until:
            channel = memory.conversations[entry.conversation][0].channel
            beats.add(entry.at, channel, getattr(entry.event, "pulse", ()))
    return beats.all()


def revision(memory: Memory, collection: str, id: str, version: int) -> Revision | None:
    return next((one for one in memory.revisions.get((collection, id), ()) if one.version == version), None)


def changes(memory: Memory, query: ChangeQuery) -> ChangePage:
    every = [
        Changed(Place(one.at, collection, id, one.version), one.who, one.body is None)
        for (collection, id), revisions in memory.revisions.items()
        for one in revisions
    ]
    return page_of([one for one in every if wanted(one, query)], query.limit)
