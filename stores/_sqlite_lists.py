"""Lists of sessions, newest first, page by page.

Open sessions are few and found by small indexes; closed ones are history, and every list of them walks an
index that is in the order of activity. A page is the two merged, so that its cost does not grow with history.
"""

import sqlite3

from core import terms
from core.ports.reading import Page, SessionQuery, Tally
from stores import _rows
from stores._sqlite_people import asked
from stores._sqlite_read import session_rows
from stores._sqlite_rows import ACTIVE, marks

_HITS = 5_000  # of the newest messages that hold the words asked for
_Found = dict[int, int]  # rid -> active_n


class Where:
    """Conditions and their values, side by side."""

    def __init__(self) -> None:
        self._terms: list[str] = []
        self.values: list[object] = []

    def add(self, term: str, *values: object) -> None:
        self._terms.append(term)
        self.values.extend(values)

    @property
    def sql(self) -> str:
        return " AND ".join(self._terms)


def sessions(connection: sqlite3.Connection, query: SessionQuery) -> Page:
    found: _Found = {}
    if _rows.folded(query.q):
        found = _searched(connection, query)
    elif query.customer is not None:
        found = _of_customer(connection, query)
    else:
        if query.phase != "closed":
            found |= _open(connection, query)
        if query.phase in (None, "closed"):
            found |= _closed(connection, query)
    order = sorted(found, key=lambda rid: -found[rid])
    shown = order[: query.limit]
    rows = session_rows(connection, shown)
    more = len(order) > len(shown) > 0
    return Page(tuple(rows[rid] for rid in shown), str(found[shown[-1]]) if more else None)


def _asked(query: SessionQuery, active: str) -> Where:
    where = Where()
    if query.phase is not None:
        where.add("s.phase = ?", query.phase)
    if query.mine is not None:
        where.add("s.agent = ?", query.mine)
    if query.group is not None:
        where.add("s.grp = ?", query.group)
    if query.channel is not None:
        where.add("s.channel = ?", query.channel)
    if query.customer is not None:
        where.add("s.conversation IN (SELECT rid FROM conversation WHERE customer = ?)", query.customer)
    if query.visible_to is not None:
        groups = query.visible_groups
        where.add(f"(s.agent = ? OR s.grp IS NULL OR s.grp IN ({marks(len(groups))}))", query.visible_to, *groups)
    if query.after is not None:
        where.add(f"{active} < ?", int(query.after))
    if query.customer is not None:
        where.add("c.customer = ?", query.customer)
    return where


def _walk(connection: sqlite3.Connection, source: str, active: str, where: Where, limit: int) -> _Found:
    sql = f"SELECT s.rid, {active} FROM {source} WHERE {where.sql} ORDER BY {active} DESC LIMIT ?"
    return dict(connection.execute(sql, (*where.values, limit + 1)))


# CROSS JOIN keeps SQLite from looking at the second table first.
_OPEN = "session s INDEXED BY {} CROSS JOIN conversation c ON c.rid = s.conversation"
_OPEN_TAGGED = (
    "session_tag t INDEXED BY session_tag_open CROSS JOIN session s ON s.rid = t.rid"
    " CROSS JOIN conversation c ON c.rid = s.conversation"
)
_OPEN_NEWEST = "conversation c INDEXED BY conversation_active CROSS JOIN session s ON s.rid = c.open"


def _open(connection: sqlite3.Connection, query: SessionQuery) -> _Found:
    where = _asked(query, "c.active_n")
    where.add("c.open IS NOT NULL AND s.phase <> 'closed'")
    if query.tag is not None:
        source = _OPEN_TAGGED
        where.add("t.tag = ? AND t.phase = 'open'", query.tag)
    elif query.mine is not None:
        source = _OPEN.format("session_open_agent")
    elif query.phase in ("queued", "unassigned", "active"):
        source = _OPEN.format("session_open_phase")
    else:
        source = _OPEN_NEWEST
    return _walk(connection, source, "c.active_n", where, query.limit)


def _closed(connection: sqlite3.Connection, query: SessionQuery) -> _Found:
    found: _Found = {}
    for index, term, values in _walks(query):
        where = _asked(query, "s.active_n")
        where.add("s.phase = 'closed'")
        if term:
            where.add(term, *values)
        table, by = "session", index
        if query.tag is not None:
            table, by = "session_tag", index.replace("session_", "session_tag_", 1)
            where.add("s.tag = ?", query.tag)
        found |= _walk(connection, f"{table} s INDEXED BY {by}", "s.active_n", where, query.limit)
    return found


def _walks(query: SessionQuery) -> list[tuple[str, str, tuple[str, ...]]]:
    """Which indexes together hold every closed session that may be shown: index, condition, its values. Those of one
    tag have the same indexes, behind the tag."""
    by_group = "session_closed_channel_group" if query.channel is not None else "session_closed_group"
    if query.mine is not None:
        return [("session_closed_agent", "", ())]
    if query.group is not None:
        return [(by_group, "", ())]
    if query.visible_to is None:
        return [("session_closed_channel" if query.channel is not None else "session_closed", "", ())]
    return [
        ("session_closed_agent", "s.agent = ?", (query.visible_to,)),
        (by_group, "s.grp IS NULL", ()),
        *((by_group, "s.grp = ?", (group,)) for group in query.visible_groups),
    ]


def _searched(connection: sqlite3.Connection, query: SessionQuery) -> _Found:
    sql, values = found_sessions(_rows.folded(query.q))
    where = Where()
    where.add(f"s.rid IN ({sql})", *values)
    limits = _asked(query, ACTIVE)
    _tagged(limits, query)
    if limits.sql:
        where.add(limits.sql, *limits.values)
    return _walk(connection, _BOTH, ACTIVE, where, query.limit)


def found_sessions(wanted: str) -> tuple[str, list[object]]:
    """A query for the numbers of the sessions that hold what is asked for: by customer, by number, by what was said."""
    number = wanted.removeprefix("#")
    kinds: list[str] = []
    values: list[object] = []
    if (people := asked(wanted)) is not None:
        kinds.append(
            "SELECT s.rid FROM conversation c JOIN session s ON s.conversation = c.rid"
            f" WHERE c.customer IN ({people[0]})"
        )
        values += people[1]
    if number.isascii() and number.isdigit() and len(number) < 19 and str(int(number)) == number:
        kinds.append("SELECT rid FROM session WHERE number = ?")
        values.append(int(number))
    if words := match(wanted):
        kinds.append(
            "SELECT session FROM event WHERE n IN (SELECT rowid FROM search WHERE search MATCH ?"
            f" ORDER BY rowid DESC LIMIT {_HITS})"
        )
        values.append(words)
    return " UNION ".join(kinds) or "SELECT 0 WHERE FALSE", values


_BOTH = "session s JOIN conversation c ON c.rid = s.conversation"


def _of_customer(connection: sqlite3.Connection, query: SessionQuery) -> _Found:
    """What one person ever wrote is little enough to be sorted."""
    where = _asked(query, ACTIVE)
    _tagged(where, query)
    return _walk(connection, _BOTH, ACTIVE, where, query.limit)


def _tagged(where: Where, query: SessionQuery) -> None:
    if query.tag is not None:
        where.add("EXISTS (SELECT 1 FROM session_tag t WHERE t.tag = ? AND t.rid = s.rid)", query.tag)


def tally(connection: sqlite3.Connection) -> list[Tally]:
    sql = (
        "SELECT phase, channel, grp, agent, COUNT(*) FROM session INDEXED BY session_open_phase"
        " WHERE phase <> 'closed' GROUP BY phase, channel, grp, agent"
    )
    return [Tally(*row) for row in connection.execute(sql)]


def match(query: str) -> str:
    """The question in the index's language: every phrase, the last word of each perhaps only begun."""
    return " AND ".join(f'"{" ".join(phrase.terms)}"{"*" if phrase.prefix else ""}' for phrase in terms.phrases(query))
