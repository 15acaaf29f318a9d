"""Submissions: rows of commits on the one side, lists and threads on the other."""

import sqlite3

import msgspec

from core.ports.reading import StoredMessage, SubmissionPage, SubmissionQuery, SubmissionRow
from core.submitted import Submission
from stores import _rows
from stores._sqlite_lists import Where, found_sessions
from stores._sqlite_rows import MESSAGE, Row, decode_conversation, encode, marks, stored

PUT = (
    "INSERT INTO submission VALUES (?,?,?,(SELECT rid FROM session WHERE id = ?),?,?,?,?,?,?)"
    " ON CONFLICT (number) DO UPDATE SET state = excluded.state, agent = excluded.agent, grp = excluded.grp,"
    " body = excluded.body"
)
_COLUMNS = "u.body, c.id, c.body FROM submission u JOIN conversation c ON c.rid = u.conversation"
_decode = msgspec.json.Decoder(Submission).decode


def row(submission: Submission, conversation: int, channel: str) -> Row:
    return (
        submission.number, submission.id, conversation, submission.id, channel, submission.kind, submission.state,
        submission.agent, submission.group, encode(submission),
    )  # fmt: skip


def submission(connection: sqlite3.Connection, id: str) -> SubmissionRow | None:
    found = connection.execute(f"SELECT {_COLUMNS} WHERE u.id = ?", (id,)).fetchone()
    return None if found is None else _row(found)


def _row(columns: Row) -> SubmissionRow:
    body, conversation, state = columns
    known = decode_conversation(state)
    return SubmissionRow(
        submission=_decode(body),
        conversation=conversation,
        channel=known.channel,
        address=known.address,
        customer=known.customer,
    )


def submissions(connection: sqlite3.Connection, query: SubmissionQuery) -> SubmissionPage:
    """Newest first: a walk along the numbers, or along one of the indexes that end in them."""
    where = Where()
    for column, value in (("state", query.state), ("kind", query.kind), ("grp", query.group)):
        if value is not None:
            where.add(f"u.{column} = ?", value)
    if query.channel is not None:
        where.add("u.channel = ?", query.channel)
    if query.agent == "":
        where.add("u.agent IS NULL")
    elif query.agent is not None:
        where.add("u.agent = ?", query.agent)
    if query.visible_to is not None:
        groups = query.visible_groups
        where.add(f"(u.agent = ? OR u.grp IS NULL OR u.grp IN ({marks(len(groups))}))", query.visible_to, *groups)
    if query.after is not None:
        where.add("u.number < ?", int(query.after))
    if wanted := _rows.folded(query.q):
        sql, values = found_sessions(wanted)
        where.add(f"u.session IN ({sql})", *values)
    sql = f"SELECT {_COLUMNS} WHERE {where.sql or 'TRUE'} ORDER BY u.number DESC LIMIT ?"
    found = [_row(columns) for columns in connection.execute(sql, (*where.values, query.limit + 1))]
    shown = tuple(found[: query.limit])
    more = len(found) > len(shown) > 0
    return SubmissionPage(shown, str(shown[-1].submission.number) if more else None)


def thread(connection: sqlite3.Connection, id: str, limit: int) -> list[StoredMessage]:
    found = connection.execute(
        f"SELECT s.id, {MESSAGE} FROM submission_message m JOIN event e ON e.n = m.n"
        " JOIN session s ON s.rid = e.session WHERE m.submission = ? ORDER BY m.n DESC LIMIT ?",
        (id, limit),
    ).fetchall()
    return [stored(columns[0], columns[1:]) for columns in reversed(found)]
