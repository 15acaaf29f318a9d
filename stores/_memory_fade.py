"""What goes with time, in memory: the reference of what each kind means."""

from core import erasing, fading
from core.event import Event, Fact, SubmissionChanged
from core.fading import Fading
from stores._memory import Logged, Memory
from stores._memory_erase import blank


def fade(memory: Memory, wanted: Fading, limit: int) -> int:
    begun = memory.faded.get(wanted.name, 0)
    rows = memory.log[begun : begun + limit]
    old = next((at for at, entry in enumerate(rows) if entry.at >= wanted.before), len(rows))
    for entry in rows[:old]:
        if not isinstance(entry.event, Fact) and wanted.concerns(memory.conversations[entry.conversation][0].channel):
            _look(memory, entry, entry.event, wanted)
    memory.faded[wanted.name] = begun + old
    return old


def _look(memory: Memory, entry: Logged, event: Event, wanted: Fading) -> None:
    about = fading.about(event)
    if wanted.kind == "hits":
        blank(memory, entry, lambda each: fading.faded(each, wanted.kind))
    elif entry.session is not None and _is_open(memory, entry.session):
        return  # it goes when the walk comes to what released it
    elif fading.releases(event) and entry.session is not None:
        _release(memory, entry, event, wanted)
    elif wanted.kind != "left" and not (about is not None and _is_unsolved(memory, about)):
        blank(memory, entry, lambda each: fading.faded(each, wanted.kind))


def _is_open(memory: Memory, session: str) -> bool:
    return fading.is_open(memory.sessions[session].session.phase, None) or _is_unsolved(memory, session)


def _is_unsolved(memory: Memory, submission: str) -> bool:
    left = memory.submissions.get(submission)
    return fading.is_open(None, None if left is None else left[0].state)


def _release(memory: Memory, until: Logged, event: Event, wanted: Fading) -> None:
    """Blank what was said in a session before this event."""
    if wanted.kind == "left" and not fading.solved(event):
        return
    id = event.submission.id if isinstance(event, SubmissionChanged) else None
    for entry in memory.log[: memory.log.index(until)]:
        if isinstance(entry.event, Fact):
            continue
        if entry.session == until.session or (id is not None and fading.about(entry.event) == id):
            blank(memory, entry, lambda each: fading.faded(each, wanted.kind))
    if wanted.kind == "chats":
        kept = memory.sessions[until.session or ""]
        kept.session = erasing.bare(kept.session)
    if wanted.kind == "left" and id is not None:
        memory.submissions.pop(id, None)
        memory.threads.pop(id, None)


def forget_revisions(memory: Memory, before: int, limit: int) -> int:
    """All but the one that was in force then, and what came after it."""
    gone = 0
    for name, known in memory.revisions.items():
        old = [at for at, later in enumerate(known[1:]) if later.at < before][: limit - gone]
        memory.revisions[name] = [each for at, each in enumerate(known) if at not in old]
        gone += len(old)
    return gone
