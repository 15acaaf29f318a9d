"""One decision, kept whole or not at all, in memory."""

from typing import cast

from msgspec.structs import replace

from core.errors import Duplicate, Fenced, Full, Stale
from core.ports.reading import StoredMessage
from core.ports.writing import Commit, Committed
from stores import _memory_alter as alter
from stores import _memory_outbox as outbox
from stores import _memory_people as people
from stores import _rows
from stores._memory import Kept, Memory, Mentioned


def commit(memory: Memory, commit: Commit) -> Committed:
    _check(memory, commit)
    state = commit.conversation
    memory.conversations[state.id] = (state, commit.expected + 1)
    memory.addresses[state.channel, state.address] = state.id
    for alias in commit.aliases:
        memory.aliases.setdefault((state.channel, alias), state.id)
    if _rows.knows_customer(commit):
        memory.customers[state.customer.id] = state.customer
    _append_events(memory, commit)
    memory.submissions.update((each.id, (each, state.id)) for each in commit.submissions)
    _keep_causes(memory, commit)
    _keep_sessions(memory, commit)
    people.follow(memory, commit)
    _move_seats(memory, commit)
    errands = [leased for effect in commit.effects if (leased := outbox.keep(memory, effect, commit)) is not None]
    return Committed(commit.expected + 1, len(memory.log), tuple(errands))


def _check(memory: Memory, commit: Commit) -> None:
    state = commit.conversation
    for cause in commit.causes:
        if (kept := memory.causes.get((cause.scope, cause.id))) is not None:
            raise Duplicate(*(kept[:2] if kept[1] is not None else (None, None)))
    known = memory.conversations.get(state.id)
    place = (state.channel, state.address)
    taken = memory.addresses.get(place) or memory.aliases.get(place)
    if (known[1] if known else 0) != commit.expected or (not known and taken):
        raise Stale
    if commit.fence not in (None, memory.keeper.fence):
        raise Fenced
    if commit.takes is not None and not _has_place(memory, commit):
        raise Full(commit.takes)


def _has_place(memory: Memory, commit: Commit) -> bool:
    seat = memory.seats.get(cast(str, commit.takes))
    if seat is None or not (commit.force or seat.status == "online"):
        return False
    return commit.beyond or seat.load - (commit.takes == commit.frees) < seat.capacity


def _append_events(memory: Memory, commit: Commit) -> None:
    carried = _rows.carried(commit.effects)
    for event in commit.events:
        session = _rows.owner(event, commit.session)
        n = memory.write(commit.conversation.id, session, event, commit.at, commit.policy)
        message = _rows.said(event)
        if message is not None and session is not None:
            memory.messages[session][message.seq] = StoredMessage(
                session=session,
                message=message,
                state=_rows.first_state(cast(_rows.Speaking, event), carried),
                provider_id=message.provider_id,
            )
            memory.message_n[session, message.seq] = n
            for agent in _rows.mentions(event):
                memory.mentions[agent].append(Mentioned(n, session))
            if message.submission is not None:
                memory.threads[message.submission].append((session, message.seq))
        elif session is not None and isinstance(event, _rows.Alteration):
            alter.alter(memory, session, event)


def _keep_causes(memory: Memory, commit: Commit) -> None:
    session = commit.session.id if commit.session else None
    for cause in commit.causes:
        memory.causes[cause.scope, cause.id] = (session, cause.seq, commit.at)
        if cause.ref is not None and cause.ref != cause.id and session is not None and cause.seq is not None:
            memory.name((cause.scope, cause.ref), (session, cause.seq))


def _keep_sessions(memory: Memory, commit: Commit) -> None:
    conversation = commit.conversation.id
    for session in commit.others:
        before = memory.sessions.get(session.id)
        memory.sessions[session.id] = Kept(session, conversation, before.active_n if before else len(memory.log))
    if commit.session is not None:
        before = memory.sessions.get(commit.session.id)
        active = len(memory.log) if commit.events or before is None else before.active_n
        memory.sessions[commit.session.id] = Kept(commit.session, conversation, active)


def _move_seats(memory: Memory, commit: Commit) -> None:
    if commit.frees is not None and (seat := memory.seats.get(commit.frees)) is not None:
        memory.counters["seats_below_zero"] += seat.load == 0
        memory.seats[commit.frees] = replace(seat, load=max(seat.load - 1, 0))
    if commit.takes is not None:
        seat = memory.seats[commit.takes]
        memory.seats[commit.takes] = replace(seat, load=seat.load + 1, assigned_at=_rows.assigned_at(commit))
