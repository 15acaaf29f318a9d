"""What was counted of a stretch of time, and who changed which document: each a walk along an index of its own."""

import sqlite3
from collections.abc import Sequence

import msgspec

from core.changes import Changed, ChangePage, ChangeQuery, Place, page_of
from core.ports.papers import Revision
from core.pulse import Beat, Beats, Ticks
from stores._sqlite_rows import decode_plain

# The condition is that of the index.
_COUNTED = (
    "SELECT e.at, c.channel, e.body FROM event e INDEXED BY event_pulse"
    " CROSS JOIN conversation c ON c.rid = e.conversation"
    " WHERE e.seq IS NULL AND substr(e.body, 10, 6) IN (CAST('queued' AS BLOB), CAST('assign' AS BLOB),"
    " CAST('transf' AS BLOB), CAST('closed' AS BLOB), CAST('submis' AS BLOB)) AND e.at >= ? AND e.at < ?"
)


class _Counted(msgspec.Struct):
    """Of an event, what it counts for."""

    pulse: Ticks = ()


_decode = msgspec.json.Decoder(_Counted).decode


def pulse(connection: sqlite3.Connection, since: int, until: int, width: int) -> Sequence[Beat]:
    beats = Beats(since, width)
    for at, channel, body in connection.execute(_COUNTED, (since, until)):
        beats.add(at, channel, _decode(body).pulse)
    return beats.all()


def revision(connection: sqlite3.Connection, collection: str, id: str, version: int) -> Revision | None:
    row = connection.execute(
        "SELECT version, at, who, body FROM revision WHERE collection = ? AND id = ? AND version = ?",
        (collection, id, version),
    ).fetchone()
    if row is None:
        return None
    number, at, who, body = row
    return Revision(number, at, who, None if body is None else decode_plain(body))


def changes(connection: sqlite3.Connection, query: ChangeQuery) -> ChangePage:
    """Each collection is a walk of its own, and the newest of them all the page."""
    found = [one for collection in query.collections for one in _of(connection, collection, query)]
    return page_of(found, query.limit)


def _of(connection: sqlite3.Connection, collection: str, query: ChangeQuery) -> list[Changed]:
    terms, values = ["collection = ?"], list[object]([collection])

    def add(term: str, *more: object) -> None:
        terms.append(term)
        values.extend(more)

    if query.id is not None:
        add("id = ?", query.id)
    if query.ending is not None:
        add("substr(id, -length(?)) = ?", query.ending, query.ending)
    if query.who is not None:
        add("who = ?", query.who)
    if query.since is not None:
        add("at >= ?", query.since)
    if query.until is not None:
        add("at < ?", query.until)
    if (place := query.after) is not None:
        if collection == place.collection:
            add("(at, id, version) < (?, ?, ?)", place.at, place.id, place.version)
        else:  # at one instant the later name comes first
            add("at <= ?" if collection < place.collection else "at < ?", place.at)
    rows = connection.execute(
        "SELECT at, id, version, who, body IS NULL FROM revision INDEXED BY revision_changes"
        f" WHERE {' AND '.join(terms)}"
        " ORDER BY at DESC, id DESC, version DESC LIMIT ?",
        (*values, query.limit + 1),
    )
    return [Changed(Place(at, collection, id, version), who, bool(gone)) for at, id, version, who, gone in rows]
