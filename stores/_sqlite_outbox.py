"""Errands, what became of them, and what providers report: work for the writer's transaction.

`ready` of an errand is when it may be claimed; a delivery behind an older one of its conversation has none, and
gets it when that one is gone. So claiming looks only at what can be given.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from core.channel import StatusUpdate
from core.effect import Deliver, WakeAt
from core.event import Fact, StateChanged
from core.ports.writing import Lease, Leased, Settlement
from stores import _rows
from stores._sqlite_alter import put_content
from stores._sqlite_commit import Ledger, has_early
from stores._sqlite_rows import (
    Row,
    count,
    decode_effect,
    decode_status,
    delivery_digest,
    digest,
    encode,
    marks,
    one,
)

_BEHIND = (
    "(kind = 'deliver' AND EXISTS (SELECT 1 FROM errand AS older WHERE older.kind = 'deliver'"
    " AND older.conversation = errand.conversation AND older.ord < errand.ord))"
)
_FREE = f"node = NULL, until = 0, ready = CASE WHEN {_BEHIND} THEN NULL ELSE due END"
_NAME = "INSERT OR IGNORE INTO name VALUES (?, ?, ?)"
_LEASED = (
    "SELECT e.ord, e.key, c.id, c.channel, c.address, e.body, e.attempt, e.uncertain, e.node, e.began, e.due"
    " FROM errand e JOIN conversation c ON c.rid = e.conversation"
)


def claim(connection: sqlite3.Connection, now: int, limit: int, lease: Lease) -> list[Leased]:
    connection.execute(f"UPDATE errand SET node = NULL, until = 0, ready = NULL WHERE ready <= ? AND {_BEHIND}", (now,))
    rows = connection.execute(f"{_LEASED} WHERE e.ready <= ? ORDER BY e.ready, e.ord LIMIT ?", (now, limit)).fetchall()
    rows.sort()
    connection.executemany(
        "UPDATE errand SET node = ?, until = ?, ready = ?, uncertain = ? WHERE ord = ?",
        [(lease.node, lease.until, lease.until, bool(row[7] or row[8] is not None), row[0]) for row in rows],
    )
    return [
        Leased(
            key=key,
            conversation=conversation,
            channel=channel,
            address=address,
            effect=decode_effect(body),
            attempt=attempt,
            uncertain=bool(uncertain or node is not None),
            began=began,
            due=due,
        )
        for _, key, conversation, channel, address, body, attempt, uncertain, node, began, due in rows
    ]


def release(connection: sqlite3.Connection, node: str, key: str | None) -> None:
    if key is None:
        connection.execute(f"UPDATE errand SET {_FREE} WHERE node = ?", (node,))
    else:
        connection.execute(f"UPDATE errand SET {_FREE} WHERE key = ? AND node = ?", (key, node))


def recover(connection: sqlite3.Connection, node: str, now: int) -> int:
    return connection.execute(
        "UPDATE errand SET node = NULL, until = 0, due = min(due, ?1),"
        f" uncertain = CASE WHEN {_BEHIND} THEN uncertain ELSE 1 END,"  # what waits behind another was never begun
        f" ready = CASE WHEN {_BEHIND} THEN NULL ELSE min(due, ?1) END WHERE node IS NOT NULL AND node <> ?2",
        (now, node),
    ).rowcount


# --- settling ----------------------------------------------------------------------------------------------


def settle(connection: sqlite3.Connection, ledger: Ledger, settlement: Settlement) -> None:
    """Every answer that goes out is settled once: each statement here is part of a reply's price."""
    row = connection.execute(
        "SELECT c.rid, c.channel, e.ord, e.due, e.node, e.body FROM conversation c"
        " LEFT JOIN errand e ON e.key = ? WHERE c.id = ?",
        (settlement.key, settlement.conversation),
    ).fetchone()
    if row is None:
        return
    conversation, channel, order, *errand = row
    session = _session(connection, ledger, settlement.session)
    names: list[Row] = []
    if order is not None and settlement.done:
        carried = _done_with(connection, conversation, order, errand, settlement)
        names += [(delivery_digest(channel, settlement.key), session, seq) for seq in carried if session is not None]
    elif order is not None:
        connection.execute(
            "UPDATE errand SET due = ?, attempt = ?, uncertain = ?, began = ? WHERE ord = ?",
            (settlement.due, settlement.attempt, settlement.uncertain, settlement.began, order),
        )
        connection.execute(f"UPDATE errand SET {_FREE} WHERE ord = ?", (order,))
    if session is not None:
        names += _tell(connection, ledger, conversation, channel, session, settlement)
    if names:
        connection.executemany(_NAME, names)
    if session is not None and ledger.early:
        _apply_early(connection, ledger, channel, settlement)


def _done_with(
    connection: sqlite3.Connection, conversation: int, order: int, errand: Sequence[Any], settlement: Settlement
) -> Sequence[int]:
    """Take an errand away; the messages it carried, if it was a delivery."""
    due, node, body = errand
    effect = decode_effect(body)
    if isinstance(effect, WakeAt) and (node is None or settlement.due not in (0, due)):
        return ()  # replaced since by a later one of its name
    connection.execute("DELETE FROM errand WHERE ord = ?", (order,))
    if not isinstance(effect, Deliver):
        return ()
    connection.execute(
        "UPDATE errand SET ready = due WHERE ready IS NULL AND ord = (SELECT min(ord) FROM errand"
        " WHERE kind = 'deliver' AND conversation = ?)",
        (conversation,),
    )
    return _rows.parts_of(effect)


def _tell(
    connection: sqlite3.Connection,
    ledger: Ledger,
    conversation: int,
    channel: str,
    session: int,
    settlement: Settlement,
) -> list[Row]:
    """Write what is known of the messages to them; the names they have from now on."""
    for seq, content in settlement.content:
        put_content(connection, session, seq, content)
    ids = dict(reversed(settlement.message_ids))  # of a message that went out in several, the first
    there: set[int] = set()
    for fact in settlement.facts:
        if _note(connection, ledger, conversation, session, fact, settlement.at, ids.pop(fact.seq, None)):
            there.add(fact.seq)
    there |= {seq for seq, id in ids.items() if _identify(connection, session, seq, id)}
    return [(digest(channel, id), session, seq) for seq, id in settlement.message_ids if seq in there]


def _session(connection: sqlite3.Connection, ledger: Ledger, id: str | None) -> int | None:
    if id is None:
        return None
    known = ledger.sessions.get(id)
    found: int | None = known[0] if known else one(connection, "SELECT rid FROM session WHERE id = ?", id)
    return found


def _identify(connection: sqlite3.Connection, session: int, seq: int, provider_id: str) -> bool:
    """Whether there is such a message."""
    sql = "UPDATE event SET provider_id = coalesce(provider_id, ?) WHERE session = ? AND seq = ? AND fact = 0"
    return connection.execute(sql, (provider_id, session, seq)).rowcount > 0


def _note(
    connection: sqlite3.Connection,
    ledger: Ledger,
    conversation: int,
    session: int,
    fact: Fact,
    at: int,
    provider_id: str | None = None,
) -> bool:
    """Write a fact to its message and to the feed, unless it leads nowhere; whether there is such a message."""
    row = connection.execute(
        "SELECT n, state, maybe_twice FROM event WHERE session = ? AND seq = ? AND fact = 0",
        (session, fact.seq),
    ).fetchone()
    if row is None:
        return False
    after = _rows.moved(row[1], bool(row[2]), fact) if isinstance(fact, StateChanged) else None
    if isinstance(fact, StateChanged) and after is not None:
        connection.execute(
            "UPDATE event SET state = ?, maybe_twice = ?, code = ?, reason = ?,"
            " provider_id = coalesce(provider_id, ?) WHERE n = ?",
            (*after, fact.code, fact.reason, provider_id, row[0]),
        )
        if after[0] == "failed":
            count(connection, "failed", 1)
    elif provider_id is not None:
        _identify(connection, session, fact.seq, provider_id)
    if isinstance(fact, StateChanged) and after is None:
        return True
    connection.execute(
        "INSERT INTO event (n, conversation, session, fact, at, policy, body) VALUES (?, ?, ?, 1, ?, 0, ?)",
        (ledger.next_n(), conversation, session, at, encode(fact)),
    )
    return True


# --- statuses ----------------------------------------------------------------------------------------------


def report(connection: sqlite3.Connection, ledger: Ledger, channel: str, update: StatusUpdate, at: int) -> bool:
    connection.execute("DELETE FROM early WHERE at <= ?", (at - _rows.EARLY_STATUS_MS,))
    if _apply(connection, ledger, channel, update, at):
        return True
    ledger.early = True
    connection.execute(
        "INSERT INTO early (channel, message_id, delivery, at, body) VALUES (?, ?, ?, ?, ?)",
        (channel, update.message_id, update.delivery, at, encode(update)),
    )
    return False


def _apply_early(connection: sqlite3.Connection, ledger: Ledger, channel: str, settlement: Settlement) -> None:
    connection.execute("DELETE FROM early WHERE at <= ?", (settlement.at - _rows.EARLY_STATUS_MS,))
    ids = sorted({provider_id for _, provider_id in settlement.message_ids})
    rows = connection.execute(
        f"SELECT id, body FROM early WHERE (channel = ? AND message_id IN ({marks(len(ids))}))"
        " OR (channel = ? AND delivery = ?) ORDER BY id",
        (channel, *ids, channel, settlement.key),
    ).fetchall()
    for kept, body in rows:
        if _apply(connection, ledger, channel, decode_status(body), settlement.at):
            connection.execute("DELETE FROM early WHERE id = ?", (kept,))
    ledger.early = has_early(connection)


def _apply(connection: sqlite3.Connection, ledger: Ledger, channel: str, update: StatusUpdate, at: int) -> bool:
    places = list(_places(connection, ledger, channel, update))
    for session, seq in places:
        conversation = one(connection, "SELECT conversation FROM session WHERE rid = ?", session)
        change = StateChanged(seq, update.state, update.at, update.code, update.reason)
        _note(connection, ledger, conversation, session, change, at)
        if (
            update.message_id is not None
            and len(places) == 1
            and _identify(connection, session, seq, update.message_id)
        ):
            connection.execute(_NAME, (digest(channel, update.message_id), session, seq))
    return bool(places)


def _places(
    connection: sqlite3.Connection, ledger: Ledger, channel: str, update: StatusUpdate
) -> Iterable[tuple[int, int]]:
    """The messages a status is about: by the provider's id, or by our delivery, open or done."""
    if update.message_id is not None and (named := _named(connection, digest(channel, update.message_id))):
        return named
    if update.delivery is None:
        return ()
    row = connection.execute(
        "SELECT c.channel, e.body FROM errand e JOIN conversation c ON c.rid = e.conversation WHERE e.key = ?",
        (update.delivery,),
    ).fetchone()
    if row is None:
        return _named(connection, delivery_digest(channel, update.delivery))
    effect = decode_effect(row[1])
    if row[0] != channel or not isinstance(effect, Deliver):
        return ()
    session = _session(connection, ledger, effect.session)
    return [
        (session, seq)
        for seq in _rows.parts_of(effect)
        if session is not None
        and one(connection, "SELECT n FROM event WHERE session = ? AND seq = ? AND fact = 0", session, seq)
    ]


def _named(connection: sqlite3.Connection, key: bytes) -> Sequence[tuple[int, int]]:
    return connection.execute("SELECT session, seq FROM name WHERE digest = ?", (key,)).fetchall()
