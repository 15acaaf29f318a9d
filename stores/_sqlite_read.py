"""Reading conversations, histories, the feed and the desk: each function is one look at one snapshot."""

import sqlite3
from typing import Any

from msgspec.structs import replace

from core.event import Event, Fact
from core.ports.desk import DeskView, Seat, Waiting, waiting_of
from core.ports.reading import FeedRow, SessionRow, StoredMessage
from core.session import Conversation
from stores import _rows
from stores._sqlite_rows import (
    MESSAGE,
    SESSION,
    SESSION_FROM,
    Row,
    decode_conversation,
    decode_event,
    digest,
    marks,
    one,
    session_row,
    stored,
)


def load(connection: sqlite3.Connection, channel: str, address: str) -> tuple[Conversation, int] | None:
    row = connection.execute(
        "SELECT body, version FROM conversation WHERE channel = ? AND address = ?", (channel, address)
    ).fetchone()
    if row is None:
        row = connection.execute(
            "SELECT c.body, c.version FROM alias a JOIN conversation c ON c.id = a.conversation"
            " WHERE a.channel = ? AND a.alias = ?",
            (channel, address),
        ).fetchone()
    return _conversation(row)


def load_of(connection: sqlite3.Connection, session: str) -> tuple[Conversation, int] | None:
    row = connection.execute(
        "SELECT c.body, c.version FROM session s JOIN conversation c ON c.rid = s.conversation WHERE s.id = ?",
        (session,),
    ).fetchone()
    return _conversation(row)


def _conversation(row: Row | None) -> tuple[Conversation, int] | None:
    return None if row is None else (decode_conversation(row[0]), row[1])


def place(connection: sqlite3.Connection, channel: str, provider_id: str) -> tuple[str, int] | None:
    key = digest(channel, provider_id)
    for table in ("name", "cause"):
        row = connection.execute(
            f"SELECT s.id, t.seq FROM {table} t JOIN session s ON s.rid = t.session"
            " WHERE t.digest = ? AND t.seq IS NOT NULL LIMIT 1",
            (key,),
        ).fetchone()
        if row is not None:
            return row[0], row[1]
    return None


def history(connection: sqlite3.Connection, session: str, after: int, limit: int) -> list[StoredMessage]:
    rows = connection.execute(
        f"SELECT {MESSAGE} FROM event e WHERE e.session = (SELECT rid FROM session WHERE id = ?) AND e.seq > ?"
        " AND e.fact = 0 ORDER BY e.seq LIMIT ?",
        (session, after, limit),
    )
    return [stored(session, row) for row in rows]


def message(connection: sqlite3.Connection, session: str, seq: int) -> StoredMessage | None:
    row = connection.execute(
        f"SELECT {MESSAGE} FROM event e WHERE e.session = (SELECT rid FROM session WHERE id = ?) AND e.seq = ?"
        " AND e.fact = 0",
        (session, seq),
    ).fetchone()
    return None if row is None else stored(session, row)


def session(connection: sqlite3.Connection, id: str) -> SessionRow | None:
    row = connection.execute(f"SELECT {SESSION} FROM {SESSION_FROM} WHERE s.id = ?", (id,)).fetchone()
    return None if row is None else _with_last_said(connection, [session_row(row)])[0]


def session_rows(connection: sqlite3.Connection, rids: list[int]) -> dict[int, SessionRow]:
    if not rids:
        return {}
    rows = connection.execute(f"SELECT s.rid, {SESSION} FROM {SESSION_FROM} WHERE s.rid IN ({marks(len(rids))})", rids)
    found = rows.fetchall()
    shown = _with_last_said(connection, [session_row(row[1:]) for row in found])
    return {row[0]: each for row, each in zip(found, shown, strict=True)}


def _with_last_said(connection: sqlite3.Connection, rows: list[SessionRow]) -> list[SessionRow]:
    """What a person said last, where the system spoke after it: one look for all rows, and none for most."""
    wanted = {row.session.id: row.session.said_seq for row in rows if _rows.speaks_after(row.session)}
    if not wanted:
        return rows
    values = ",".join("(?, ?)" for _ in wanted)
    found = connection.execute(
        f"WITH wanted (id, seq) AS (VALUES {values}) SELECT s.id, {MESSAGE} FROM wanted"
        " CROSS JOIN session s ON s.id = wanted.id"
        " CROSS JOIN event e ON e.session = s.rid AND e.seq = wanted.seq AND e.fact = 0",
        [value for pair in wanted.items() for value in pair],
    )
    said = {row[0]: stored(row[0], row[1:]) for row in found}
    return [replace(row, last_said=said.get(row.session.id)) for row in rows]


# --- the feed ----------------------------------------------------------------------------------------------

_FEED = (
    "SELECT f.n, f.at, c.id, f.body, f.policy, f.session, s.id"
    " FROM event f JOIN conversation c ON c.rid = f.conversation LEFT JOIN session s ON s.rid = f.session"
)


def feed(connection: sqlite3.Connection, after: int, limit: int) -> list[FeedRow]:
    rows = connection.execute(f"{_FEED} WHERE f.n > ? ORDER BY f.n LIMIT ?", (after, limit)).fetchall()
    return _feed_rows(connection, rows)


def trace(connection: sqlite3.Connection, session: str) -> list[FeedRow]:
    rows = connection.execute(
        f"{_FEED} WHERE f.session = (SELECT rid FROM session WHERE id = ?) AND f.seq IS NULL AND f.fact = 0"
        " ORDER BY f.n",
        (session,),
    ).fetchall()
    return _feed_rows(connection, rows)


def words_found(connection: sqlite3.Connection, before: int | None, limit: int) -> list[FeedRow]:
    """Newest first. The condition is that of the index."""
    found = connection.execute(
        'SELECT n FROM event INDEXED BY event_words WHERE substr(body, 1, 21) = CAST(\'{"type":"words_found"\' AS BLOB)'
        " AND n < ? ORDER BY n DESC LIMIT ?",
        (before if before is not None else 1 << 62, limit),
    ).fetchall()
    numbers = [row[0] for row in found]
    rows = connection.execute(f"{_FEED} WHERE f.n IN ({marks(len(numbers))}) ORDER BY f.n DESC", numbers).fetchall()
    return _feed_rows(connection, rows)


def _feed_rows(connection: sqlite3.Connection, rows: list[Row]) -> list[FeedRow]:
    shown = session_rows(connection, sorted({row[5] for row in rows if row[5] is not None}))
    return [_feed_row(connection, row, shown) for row in rows]


def _feed_row(connection: sqlite3.Connection, row: Row, shown: dict[int, SessionRow]) -> FeedRow:
    n, at, conversation, body, policy, rid, owner = row
    event = decode_event(body)
    concerned = _concerned(connection, event, rid, shown.get(rid))
    return FeedRow(
        n=n,
        at=at,
        conversation=conversation,
        event=event,
        policy=policy,
        session=owner,
        stored=concerned,
        row=shown.get(rid),
    )


def _concerned(
    connection: sqlite3.Connection, event: Event | Fact, rid: int | None, row: SessionRow | None
) -> StoredMessage | None:
    seq = _rows.concerns(event)
    if seq is None or row is None:
        return None
    if row.last_message is not None and row.last_message.message.seq == seq:
        return row.last_message
    found = connection.execute(
        f"SELECT {MESSAGE} FROM event e WHERE e.session = ? AND e.seq = ? AND e.fact = 0", (rid, seq)
    ).fetchone()
    return None if found is None else stored(row.session.id, found)


def newest(connection: sqlite3.Connection) -> int:
    return int(one(connection, "SELECT max(n) FROM event") or 0)


def desk(connection: sqlite3.Connection) -> DeskView:
    waiting = [
        _waiting(decode_conversation(row[0]))
        for row in connection.execute(
            "SELECT c.body FROM session s JOIN conversation c ON c.rid = s.conversation"
            " WHERE s.phase IN ('queued', 'unassigned') AND s.phase <> 'closed'"
        )
    ]
    waiting.sort(key=lambda waits: (waits.since, waits.session))
    return DeskView(newest(connection), tuple(waiting), tuple(seats(connection)))


def _waiting(state: Conversation) -> Waiting:
    if state.session is None:
        raise TypeError("an open session is in its conversation")
    return waiting_of(state, state.session)


SEAT = "agent, status, reason, capacity, load, assigned_at, status_at"


def seats(connection: sqlite3.Connection) -> list[Seat]:
    return [seat(row) for row in connection.execute(f"SELECT {SEAT} FROM seat ORDER BY agent")]


def seat(row: Any) -> Seat:
    agent, status, reason, capacity, load, assigned_at, status_at = row
    return Seat(
        agent=agent, status=status, reason=reason, capacity=capacity, load=load, assigned_at=assigned_at,
        status_at=status_at,
    )  # fmt: skip


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    phases = dict(connection.execute("SELECT phase, count(*) FROM session WHERE phase <> 'closed' GROUP BY phase"))
    kept = dict(connection.execute("SELECT name, value FROM counter"))
    return {
        "errands": one(connection, "SELECT count(*) FROM errand"),
        "errands_retrying": one(connection, "SELECT count(*) FROM errand WHERE attempt > 0"),
        "failed": kept.get("failed", 0),
        "seats_below_zero": kept.get("seats_below_zero", 0),
        **{f"sessions_{phase}": phases.get(phase, 0) for phase in ("bot", "queued", "unassigned", "active")},
    }
