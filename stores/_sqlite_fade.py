"""What goes with time, in SQLite: a walk along the feed, a few hundred rows in one transaction."""

import sqlite3
from typing import cast

from core import fading
from core.event import Event, SubmissionChanged
from core.fading import Fading
from stores._sqlite_alter import drop_files, rewrite
from stores._sqlite_people import bare_session
from stores._sqlite_rows import decode_event, encode, one

_ROWS = (
    "SELECT e.n, e.at, e.seq, e.session, c.channel, s.phase, u.state, e.body FROM event e"
    " JOIN conversation c ON c.rid = e.conversation LEFT JOIN session s ON s.rid = e.session"
    " LEFT JOIN submission u ON u.session = e.session WHERE e.n > ? AND e.fact = 0 ORDER BY e.n LIMIT ?"
)
_OF_SESSION = "SELECT n, seq, body FROM event WHERE session = ? AND fact = 0 AND n > ? AND n < ? ORDER BY n LIMIT ?"
_OF_THREAD = (
    "SELECT e.n, e.seq, e.body FROM submission_message m JOIN event e ON e.n = m.n WHERE m.submission = ? AND m.n < ?"
)


def fade(connection: sqlite3.Connection, wanted: Fading, limit: int) -> int:
    walked = _counter(connection, wanted.name)
    looked, last = 0, walked
    for n, at, seq, session, channel, phase, left, body in connection.execute(_ROWS, (walked, limit)).fetchall():
        if at >= wanted.before:
            break
        looked += 1
        if wanted.concerns(channel):
            event = cast(Event, decode_event(body))
            if wanted.kind == "hits":
                _blank(connection, n, seq, event, wanted)
            elif fading.is_open(phase, left):
                pass  # it goes when the walk comes to what released it
            elif fading.releases(event) and session is not None:
                if not _release(connection, wanted, session, n, event, limit):
                    looked = limit
                    break
            elif wanted.kind != "left" and not _is_held(connection, event):
                _blank(connection, n, seq, event, wanted)
        last = n
    if last > walked:
        _put(connection, wanted.name, last)
    return looked


def _release(
    connection: sqlite3.Connection, wanted: Fading, session: int, until: int, event: Event, limit: int
) -> bool:
    """Blank what was said in a session before this event, at most so many rows; whether that was all of it."""
    if wanted.kind == "left" and not fading.solved(event):
        return True
    within = f"{wanted.name}.in"
    rows = connection.execute(_OF_SESSION, (session, _counter(connection, within), until, limit)).fetchall()
    for n, seq, body in rows:
        _blank(connection, n, seq, cast(Event, decode_event(body)), wanted)
    if len(rows) == limit:
        _put(connection, within, rows[-1][0])
        return False
    connection.execute("DELETE FROM counter WHERE name = ?", (within,))
    if isinstance(event, SubmissionChanged):
        _release_thread(connection, wanted, event.submission.id, until)
    if wanted.kind == "chats":
        bare_session(connection, session)
    return True


def _release_thread(connection: sqlite3.Connection, wanted: Fading, submission: str, until: int) -> None:
    for n, seq, body in connection.execute(_OF_THREAD, (submission, until)).fetchall():
        _blank(connection, n, seq, cast(Event, decode_event(body)), wanted)
    if wanted.kind == "left":
        connection.execute("DELETE FROM submission WHERE id = ?", (submission,))
        connection.execute("DELETE FROM submission_message WHERE submission = ?", (submission,))


def _is_held(connection: sqlite3.Connection, event: Event) -> bool:
    """Whether a message of a later chat belongs to a ticket that is not solved."""
    about = fading.about(event)
    if about is None:
        return False
    state = one(connection, "SELECT state FROM submission WHERE id = ?", about)
    return fading.is_open(None, state)


def _blank(connection: sqlite3.Connection, n: int, seq: int | None, event: Event, wanted: Fading) -> None:
    blank = fading.faded(event, wanted.kind)
    if blank == event:
        return
    drop_files(connection, event)
    if seq is None:
        connection.execute("UPDATE event SET body = ? WHERE n = ?", (encode(blank), n))
        return
    if wanted.kind == "chats":
        connection.execute("UPDATE event SET provider_id = NULL WHERE n = ?", (n,))
    rewrite(connection, n, event, blank)


def _counter(connection: sqlite3.Connection, name: str) -> int:
    return one(connection, "SELECT value FROM counter WHERE name = ?", name) or 0


def _put(connection: sqlite3.Connection, name: str, value: int) -> None:
    connection.execute("INSERT OR REPLACE INTO counter VALUES (?, ?)", (name, value))


def forget_revisions(connection: sqlite3.Connection, before: int, limit: int) -> int:
    """All but the one that was in force then, and what came after it."""
    sql = (
        "DELETE FROM revision WHERE rowid IN (SELECT r.rowid FROM revision r WHERE r.at < ? AND EXISTS (SELECT 1 FROM"
        " revision x WHERE x.collection = r.collection AND x.id = r.id AND x.version > r.version AND x.at < ?) LIMIT ?)"
    )
    return connection.execute(sql, (before, before, limit)).rowcount
