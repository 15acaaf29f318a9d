"""A message's row after an edit, an unsend, a recall or fetched media; the search index follows it."""

import sqlite3

from msgspec.structs import replace

from core import erasing, terms
from core.erasing import files_of
from core.event import Amended, Event, Recalled, Released, Retracted, Translated
from core.message import Content, Message
from stores import _rows
from stores._sqlite_hooks import blank
from stores._sqlite_rows import decode_event, encode, one


def alter(connection: sqlite3.Connection, session: int, event: _rows.Alteration) -> None:
    found = _find(connection, session, event.seq)
    if found is None:
        return
    n, speaking, _ = found
    match event:
        case Amended():
            connection.execute("UPDATE event SET edited_at = ? WHERE n = ?", (event.at, n))
            _rewrite(connection, n, speaking, _rows.amended(speaking.message, event))
        case Released():
            _rewrite(connection, n, speaking, _rows.released(speaking.message))
        case Translated():
            _rewrite(connection, n, speaking, _rows.translated(speaking.message, event))
        case Recalled():
            connection.execute("UPDATE event SET recalled_at = ? WHERE n = ?", (event.at, n))
        case Retracted():
            connection.execute("UPDATE event SET retracted_at = ? WHERE n = ?", (event.at, n))
            drop_files(connection, speaking)
            _rewrite(connection, n, speaking, _rows.blanked(speaking.message))
            _blank_amendments(connection, session, event.seq)
            soil(connection)  # `index` merges
            owner = "SELECT c.id FROM session s JOIN conversation c ON c.rid = s.conversation WHERE s.rid = ?"
            blank(connection, one(connection, owner, session), event.session, event.seq)


def drop_files(connection: sqlite3.Connection, event: Event) -> None:
    urls = [(url,) for url in files_of(event) if _rows.is_ours(url)]
    connection.executemany("INSERT OR IGNORE INTO dropped_file VALUES (?)", urls)


def put_content(connection: sqlite3.Connection, session: int, seq: int, content: Content) -> None:
    """Media that was fetched; a message that was taken back in the meantime stays blank."""
    found = _find(connection, session, seq)
    if found is not None and found[2] is None:
        n, speaking, _ = found
        _rewrite(connection, n, speaking, replace(speaking.message, content=content))


def _find(connection: sqlite3.Connection, session: int, seq: int) -> tuple[int, _rows.Speaking, int | None] | None:
    row = connection.execute(
        "SELECT n, body, retracted_at FROM event WHERE session = ? AND seq = ? AND fact = 0", (session, seq)
    ).fetchone()
    if row is None:
        return None
    event = decode_event(row[1])
    if not isinstance(event, _rows.Speaking):
        raise TypeError("a row with a seq is a message")
    return row[0], event, row[2]


def _rewrite(connection: sqlite3.Connection, n: int, event: _rows.Speaking, message: Message) -> None:
    rewrite(connection, n, event, _rows.with_message(event, message))


def rewrite(connection: sqlite3.Connection, n: int, before: Event, after: Event) -> None:
    """Another body for a message's row, which the search index follows."""
    connection.execute("UPDATE event SET body = ? WHERE n = ?", (encode(after), n))
    said, says = _rows.said(before), _rows.said(after)
    if said is None or says is None:
        raise TypeError("a row with a seq is a message")
    indexed = one(connection, "SELECT value FROM counter WHERE name = 'indexed'") or 0
    if n <= indexed:
        old = joined(said)
        connection.execute("INSERT INTO search (search, rowid, terms) VALUES ('delete', ?, ?)", (n, old))
        connection.execute("INSERT INTO search (rowid, terms) VALUES (?, ?)", (n, joined(says)))


def _blank_amendments(connection: sqlite3.Connection, session: int, seq: int) -> None:
    rows = connection.execute(
        "SELECT n, body FROM event WHERE session = ? AND seq IS NULL AND fact = 0", (session,)
    ).fetchall()
    for n, body in rows:
        event = decode_event(body)
        if _rows.is_text_of(event, seq):
            drop_files(connection, event)
            connection.execute("UPDATE event SET body = ? WHERE n = ?", (encode(erasing.blank_amendment(event)), n))


def joined(message: Message) -> str:
    return " ".join(terms.terms(_rows.searchable(message)))


def index(connection: sqlite3.Connection, limit: int) -> int:
    """Take what was committed into the search index; nothing left: work erased words out of it."""
    indexed = one(connection, "SELECT value FROM counter WHERE name = 'indexed'") or 0
    newest = one(connection, "SELECT max(n) FROM event") or 0
    until = min(newest, indexed + limit)
    if until == indexed:
        merge(connection)
        return 0
    rows = connection.execute(
        "SELECT n, body FROM event WHERE n > ? AND n <= ? AND seq IS NOT NULL", (indexed, until)
    ).fetchall()
    said = [(n, message) for n, body in rows if (message := _rows.said(decode_event(body))) is not None]
    connection.executemany(
        "INSERT INTO search (rowid, terms) VALUES (?, ?)", [(n, joined(message)) for n, message in said]
    )
    connection.execute("INSERT OR REPLACE INTO counter VALUES ('indexed', ?)", (until,))
    return until - indexed


def soil(connection: sqlite3.Connection) -> None:
    """The index keeps erased words in its old segments until they are merged."""
    connection.execute("INSERT OR REPLACE INTO counter VALUES ('search_dirty', 1)")


def merge(connection: sqlite3.Connection) -> bool:
    """A step of working erased words out of the index; whether another is needed."""
    dirty = one(connection, "SELECT value FROM counter WHERE name = 'search_dirty'") or 0
    if not dirty:
        return False
    before = connection.total_changes
    connection.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (-64 if dirty == 1 else 64,))
    done = connection.total_changes - before < 2
    connection.execute("INSERT OR REPLACE INTO counter VALUES ('search_dirty', ?)", (0 if done else 2,))
    return not done
