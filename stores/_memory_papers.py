"""Seats, documents, sign-ins, raw webhooks, counters, forgetting: in memory."""

from collections.abc import Callable, Sequence
from typing import Literal, cast

import msgspec
from msgspec.structs import replace

from core.errors import Stale
from core.ports.desk import Seat
from core.ports.papers import Document, Grant, Raw, Revision
from stores import _rows
from stores._memory import Memory


def forget_raws(memory: Memory, before: int, limit: int) -> int:
    old = [raw for raw in memory.raws if raw.at < before][:limit]
    memory.raws = [raw for raw in memory.raws if raw not in old]
    return len(old)


def set_capacity(memory: Memory, agent: str, capacity: int) -> None:
    memory.seats[agent] = replace(_seat(memory, agent), capacity=capacity)


def _seat(memory: Memory, agent: str) -> Seat:
    if (known := memory.seats.get(agent)) is not None:
        return known
    load = sum(
        kept.session.phase == "active" and kept.session.agent is not None and kept.session.agent.id == agent
        for kept in memory.sessions.values()
    )
    return Seat(agent=agent, capacity=_rows.DEFAULT_CAPACITY, load=load)


def set_status(memory: Memory, agent: str, status: str, reason: str | None, at: int) -> Seat:
    known = cast(Literal["online", "busy", "offline"], status)
    seat = _seat(memory, agent)
    since = seat.status_at if seat.status == known else at
    memory.seats[agent] = replace(seat, status=known, reason=reason, status_at=since)
    return memory.seats[agent]


def put(
    memory: Memory,
    collection: str,
    id: str,
    body: dict[str, object] | None,
    *,
    who: str,
    at: int,
    expected: int | None = None,
) -> int:
    revisions = memory.revisions[collection, id]
    newest = revisions[-1].version if revisions else 0
    current = newest if revisions and revisions[-1].body is not None else 0
    if expected not in (None, current):
        raise Stale
    if body is None and not current:
        return newest
    revisions.append(Revision(newest + 1, at, who, _plain(body)))
    return newest + 1


def get(memory: Memory, collection: str, id: str) -> Document | None:
    revisions = memory.revisions.get((collection, id))
    if not revisions or (body := revisions[-1].body) is None:
        return None
    return Document(collection, id, revisions[-1].version, _copy(body))


def every(memory: Memory, collection: str) -> Sequence[Document]:
    found = [get(memory, collection, name) for kept, name in sorted(memory.revisions) if kept == collection]
    return [document for document in found if document is not None]


def revoke(memory: Memory, digest: bytes | None = None, agent: str | None = None) -> None:
    _drop(
        memory.grants,
        lambda grant: grant.digest == digest or (agent is not None and grant.agent == agent),
    )


def keep_raw(memory: Memory, raw: Raw) -> None:
    if not any((kept.channel, kept.body) == (raw.channel, raw.body) for kept in memory.raws):
        memory.raws.append(raw)


def raws(memory: Memory, channel: str, limit: int = 50) -> Sequence[Raw]:
    return [raw for raw in reversed(memory.raws) if raw.channel == channel][:limit]


def reserve(memory: Memory, name: str, count: int) -> int:
    first = memory.counters[f"reserved:{name}"] + 1
    memory.counters[f"reserved:{name}"] += count
    return first


def forget(memory: Memory, before: int, limit: int) -> int:
    old = [name for name, (_, _, at) in memory.causes.items() if at < before][:limit]
    for name in old:
        del memory.causes[name]
    statuses = len(memory.early)
    memory.early = [entry for entry in memory.early if entry[2] >= before]
    expired = _drop(memory.grants, lambda grant: grant.expires < before)
    return len(old) + statuses - len(memory.early) + expired


def _drop(grants: dict[bytes, Grant], goes: Callable[[Grant], bool]) -> int:
    gone = [digest for digest, grant in grants.items() if goes(grant)]
    for digest in gone:
        del grants[digest]
    return len(gone)


def _copy(body: dict[str, object]) -> dict[str, object]:
    return cast(dict[str, object], msgspec.json.decode(msgspec.json.encode(body)))


def _plain(body: dict[str, object] | None) -> dict[str, object] | None:
    return None if body is None else _copy(body)
