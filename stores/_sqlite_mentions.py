"""Notes in which an agent is mentioned, newest first."""

import sqlite3
from collections.abc import Sequence

from core.ports.reading import Mention
from stores import _rows
from stores._sqlite_hooks import Does
from stores._sqlite_read import session_rows
from stores._sqlite_rows import MESSAGE, stored


class SqliteMentions:
    """`write` runs work in the writer's next transaction, `read` a look at one snapshot."""

    def __init__(self, read: Does, write: Does) -> None:
        self._read, self._write = read, write

    async def of(self, agent: str, *, unread: bool = False, before: int | None = None, limit: int) -> Sequence[Mention]:
        return await self._read(lambda connection: _of(connection, agent, unread, before, limit))

    async def read(self, agent: str, session: str | None = None) -> int:
        return await self._write(lambda connection: _seen(connection, agent, session))


def put(connection: sqlite3.Connection, rows: Sequence[tuple[str, int, int]]) -> None:
    """Agent, feed number and session of each."""
    connection.executemany("INSERT OR IGNORE INTO mention VALUES (?, ?, ?, 1)", rows)


def _of(connection: sqlite3.Connection, agent: str, unread: bool, before: int | None, limit: int) -> list[Mention]:
    only = " AND m.unread = 1" if unread else ""
    rows = connection.execute(
        f"SELECT m.n, e.at, m.unread, m.session, s.id, {MESSAGE} FROM mention m CROSS JOIN event e ON e.n = m.n"
        f" JOIN session s ON s.rid = m.session WHERE m.agent = ? AND m.n < ?{only} ORDER BY m.n DESC LIMIT ?",
        (agent, before if before is not None else 1 << 62, limit),
    ).fetchall()
    shown = session_rows(connection, sorted({row[3] for row in rows}))
    return [Mention(row[0], row[1], bool(row[2]), stored(row[4], row[5:]), shown[row[3]]) for row in rows]


def _seen(connection: sqlite3.Connection, agent: str, session: str | None) -> int:
    where, values = "agent = ? AND unread = 1", [agent]
    if session is not None:
        where += " AND session = (SELECT rid FROM session WHERE id = ?)"
        values.append(session)
    return connection.execute(f"UPDATE mention SET unread = 0 WHERE {where}", values).rowcount


def unread_by(connection: sqlite3.Connection) -> dict[int, tuple[str, ...]]:
    """Who has not read which note: what a move to another store takes along."""
    found: dict[int, tuple[str, ...]] = {}
    for n, agent in connection.execute("SELECT n, agent FROM mention WHERE unread = 1 ORDER BY n, agent"):
        found[n] = (*found.get(n, ()), agent)
    return found


def fill(connection: sqlite3.Connection, n: int, session: int | None, body: bytes, unread: Sequence[str]) -> None:
    named = _rows.mentioned(body)
    rows = [(agent, n, session, agent in unread) for agent in named if session is not None]
    connection.executemany("INSERT OR IGNORE INTO mention VALUES (?, ?, ?, ?)", rows)
