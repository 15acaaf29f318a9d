"""Seats, documents, sign-ins, raw webhooks, counters, forgetting: work for the writer's transaction."""

import hashlib
import sqlite3

from core.errors import Stale
from core.ports.desk import Seat
from core.ports.papers import Document, Grant, Raw, Revision
from stores import _rows
from stores._sqlite_read import SEAT, seat
from stores._sqlite_rows import decode_plain, one

_WALKED = 20_000  # events at most in one transaction


def _sit(connection: sqlite3.Connection, agent: str) -> None:
    """Make a seat if there is none, with the chats the agent has already."""
    connection.execute(
        "INSERT OR IGNORE INTO seat SELECT ?1, 'offline', NULL, ?2, count(*), 0, 0 FROM session"
        " WHERE agent = ?1 AND phase = 'active' AND phase <> 'closed'",
        (agent, _rows.DEFAULT_CAPACITY),
    )


def set_capacity(connection: sqlite3.Connection, agent: str, capacity: int) -> None:
    _sit(connection, agent)
    connection.execute("UPDATE seat SET capacity = ? WHERE agent = ?", (capacity, agent))


def set_status(connection: sqlite3.Connection, agent: str, status: str, reason: str | None, at: int) -> Seat:
    _sit(connection, agent)
    connection.execute(
        "UPDATE seat SET status_at = iif(status = ?1, status_at, ?3), status = ?1, reason = ?2 WHERE agent = ?4",
        (status, reason, at, agent),
    )
    return seat(connection.execute(f"SELECT {SEAT} FROM seat WHERE agent = ?", (agent,)).fetchone())


# --- documents ---------------------------------------------------------------------------------------------


def put(
    connection: sqlite3.Connection,
    collection: str,
    id: str,
    body: bytes | None,
    who: str,
    at: int,
    expected: int | None,
) -> int:
    row = connection.execute(
        "SELECT version, body IS NOT NULL FROM document WHERE collection = ? AND id = ?", (collection, id)
    ).fetchone()
    newest, exists = row or (0, False)
    if expected not in (None, newest if exists else 0):
        raise Stale
    if body is None and not exists:
        return int(newest)
    version = int(newest) + 1
    connection.execute(
        "INSERT INTO document VALUES (?1, ?2, ?3, ?4) ON CONFLICT (collection, id)"
        " DO UPDATE SET version = excluded.version, body = excluded.body",
        (collection, id, version, body),
    )
    connection.execute("INSERT INTO revision VALUES (?, ?, ?, ?, ?, ?)", (collection, id, version, at, who, body))
    return version


def get(connection: sqlite3.Connection, collection: str, id: str) -> Document | None:
    row = connection.execute(
        "SELECT version, body FROM document WHERE collection = ? AND id = ? AND body IS NOT NULL",
        (collection, id),
    ).fetchone()
    return None if row is None else Document(collection, id, row[0], decode_plain(row[1]))


def every(connection: sqlite3.Connection, collection: str) -> list[Document]:
    rows = connection.execute(
        "SELECT id, version, body FROM document WHERE collection = ? AND body IS NOT NULL ORDER BY id",
        (collection,),
    )
    return [Document(collection, id, version, decode_plain(body)) for id, version, body in rows]


def revisions(connection: sqlite3.Connection, collection: str, id: str) -> list[Revision]:
    rows = connection.execute(
        "SELECT version, at, who, body FROM revision WHERE collection = ? AND id = ? ORDER BY version",
        (collection, id),
    )
    return [Revision(version, at, who, None if body is None else decode_plain(body)) for version, at, who, body in rows]


# --- the rest ----------------------------------------------------------------------------------------------


def grant(connection: sqlite3.Connection, grant: Grant) -> None:
    connection.execute("INSERT OR REPLACE INTO sign_in VALUES (?, ?, ?)", (grant.digest, grant.agent, grant.expires))


def granted(connection: sqlite3.Connection, digest: bytes) -> Grant | None:
    row = connection.execute("SELECT digest, agent, expires FROM sign_in WHERE digest = ?", (digest,)).fetchone()
    return None if row is None else Grant(*row)


def revoke(connection: sqlite3.Connection, digest: bytes | None, agent: str | None) -> None:
    connection.execute("DELETE FROM sign_in WHERE digest = ? OR agent = ?", (digest, agent))


def keep_raw(connection: sqlite3.Connection, raw: Raw) -> None:
    connection.execute(
        "INSERT INTO raw (channel, at, why, body, digest) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (raw.channel, raw.at, raw.why, raw.body, hashlib.sha256(raw.body).digest()),
    )


def raws(connection: sqlite3.Connection, channel: str, limit: int) -> list[Raw]:
    rows = connection.execute(
        "SELECT channel, at, why, body FROM raw WHERE channel = ? ORDER BY id DESC LIMIT ?", (channel, limit)
    )
    return [Raw(*row) for row in rows]


def reserve(connection: sqlite3.Connection, name: str, count: int) -> int:
    last: int = one(
        connection,
        "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET"
        " value = value + excluded.value RETURNING value",
        f"reserved:{name}",
        count,
    )
    return last - count + 1


def forget(connection: sqlite3.Connection, before: int, limit: int) -> int:
    """Causes are found by walking the events they came with, from where the last walk ended."""
    gone = _forget_causes(connection, before, limit)
    loose = connection.execute(
        "DELETE FROM loose_cause WHERE rowid IN (SELECT rowid FROM loose_cause WHERE at < ? LIMIT ?) RETURNING digest",
        (before, max(limit - gone, 0)),
    ).fetchall()
    connection.executemany("DELETE FROM cause WHERE digest = ?", loose)
    statuses = connection.execute("DELETE FROM early WHERE at < ?", (before,)).rowcount
    grants = connection.execute("DELETE FROM sign_in WHERE expires < ?", (before,)).rowcount
    return gone + len(loose) + statuses + grants


def _forget_causes(connection: sqlite3.Connection, before: int, limit: int) -> int:
    walked = one(connection, "SELECT value FROM counter WHERE name = 'forgotten'") or 0
    reached, digests = walked, list[tuple[bytes]]()
    rows = connection.execute("SELECT n, at, causes FROM event WHERE n > ? ORDER BY n LIMIT ?", (walked, _WALKED))
    for n, at, causes in rows:
        if at >= before or len(digests) >= limit:
            break
        reached = n
        if causes is not None:
            digests.extend((causes[start : start + 16],) for start in range(0, len(causes), 16))
    if reached != walked:
        connection.executemany("DELETE FROM cause WHERE digest = ?", digests)
        connection.execute("INSERT OR REPLACE INTO counter VALUES ('forgotten', ?)", (reached,))
    return len(digests)
