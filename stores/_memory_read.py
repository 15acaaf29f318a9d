"""Reading conversations, histories, the feed and the desk, from memory."""

from collections.abc import Mapping, Sequence
from typing import cast

from core.event import Fact, WordsFound
from core.ports.desk import DeskView, Waiting, waiting_of
from core.ports.reading import FeedRow, SessionRow, StoredMessage
from core.session import Conversation
from stores import _rows
from stores._memory import Kept, Logged, Memory


def load(memory: Memory, channel: str, address: str) -> tuple[Conversation, int] | None:
    found = memory.addresses.get((channel, address)) or memory.aliases.get((channel, address))
    return memory.conversations.get(found) if found else None


def load_of(memory: Memory, session: str) -> tuple[Conversation, int] | None:
    kept = memory.sessions.get(session)
    return memory.conversations[kept.conversation] if kept else None


def place(memory: Memory, channel: str, provider_id: str) -> tuple[str, int] | None:
    if named := memory.names.get((channel, provider_id)):
        return named[0]
    session, seq, _ = memory.causes.get((channel, provider_id), (None, None, 0))
    return (session, seq) if session is not None and seq is not None else None


def history(memory: Memory, session: str, after: int = 0, limit: int = 50) -> Sequence[StoredMessage]:
    return [stored for seq, stored in sorted(memory.messages[session].items()) if seq > after][:limit]


def message(memory: Memory, session: str, seq: int) -> StoredMessage | None:
    return memory.messages[session].get(seq)


def session(memory: Memory, session: str) -> SessionRow | None:
    kept = memory.sessions.get(session)
    return row(memory, kept) if kept else None


def row(memory: Memory, kept: Kept) -> SessionRow:
    state, _ = memory.conversations[kept.conversation]
    return SessionRow(
        session=kept.session,
        conversation=kept.conversation,
        channel=state.channel,
        address=state.address,
        customer=state.customer,
        last_message=memory.messages[kept.session.id].get(kept.session.seq),
        last_said=memory.messages[kept.session.id].get(kept.session.said_seq)
        if _rows.speaks_after(kept.session)
        else None,
        active_n=kept.active_n,
    )


def trace(memory: Memory, session: str) -> Sequence[FeedRow]:
    return [
        _feed_row(memory, entry)
        for entry in memory.log
        if entry.session == session and _rows.said(entry.event) is None and not isinstance(entry.event, Fact)
    ]


def feed(memory: Memory, after: int, limit: int) -> Sequence[FeedRow]:
    return [_feed_row(memory, entry) for entry in memory.log[after : after + limit]]


def _feed_row(memory: Memory, entry: Logged) -> FeedRow:
    kept = memory.sessions.get(entry.session) if entry.session else None
    seq = _rows.concerns(entry.event)
    stored = memory.messages[entry.session].get(seq) if entry.session and seq is not None else None
    event = entry.event
    if stored is not None and _rows.said(event) is not None:
        event = _rows.with_message(cast(_rows.Speaking, event), stored.message)
    return FeedRow(
        n=entry.n,
        at=entry.at,
        conversation=entry.conversation,
        event=event,
        policy=entry.policy,
        session=entry.session,
        stored=stored,
        row=row(memory, kept) if kept else None,
    )


def words_found(memory: Memory, before: int | None, limit: int) -> Sequence[FeedRow]:
    found = [e for e in reversed(memory.log) if isinstance(e.event, WordsFound) and (before is None or e.n < before)]
    return [_feed_row(memory, entry) for entry in found[:limit]]


def desk(memory: Memory) -> DeskView:
    waiting = [
        _waiting(memory, kept) for kept in memory.sessions.values() if kept.session.phase in ("queued", "unassigned")
    ]
    waiting.sort(key=lambda one: (one.since, one.session))
    seats = sorted(memory.seats.values(), key=lambda seat: seat.agent)
    return DeskView(len(memory.log), tuple(waiting), tuple(seats))


def _waiting(memory: Memory, kept: Kept) -> Waiting:
    state, _ = memory.conversations[kept.conversation]
    return waiting_of(state, kept.session)


def counts(memory: Memory) -> Mapping[str, int]:
    phases = [kept.session.phase for kept in memory.sessions.values()]
    return {
        "errands": len(memory.errands),
        "errands_retrying": sum(errand.attempt > 0 for errand in memory.errands.values()),
        "failed": memory.counters["failed"],
        "seats_below_zero": memory.counters["seats_below_zero"],
        **{f"sessions_{phase}": phases.count(phase) for phase in ("bot", "queued", "unassigned", "active")},
    }
