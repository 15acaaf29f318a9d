"""Which sessions have a tag: rows that follow a session's own, written only where there is a tag or was one."""

import sqlite3
from collections.abc import Sequence

from core.event import Erased, Event, Tagged
from core.session import Session


def follows(session: Session, events: Sequence[Event], *, moved: bool) -> bool:
    """Whether the tags' rows have to be written: `moved` says that the session's own row is."""
    return (moved and bool(session.tags)) or any(isinstance(event, Tagged | Erased) for event in events)


def put(connection: sqlite3.Connection, rows: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    """After the sessions were written, whose place and people these rows repeat."""
    for rid, tags in rows:
        connection.execute("DELETE FROM session_tag WHERE rid = ?", (rid,))
        connection.executemany(
            "INSERT OR IGNORE INTO session_tag SELECT ?, rid, CASE WHEN body IS NULL THEN 'open' ELSE 'closed' END,"
            " channel, agent, grp, active_n FROM session WHERE rid = ?",
            [(tag, rid) for tag in tags],
        )
