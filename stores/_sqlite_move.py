"""A whole SQLite database to neutral rows and back. Search is built again behind: `index` starts from the beginning."""

import sqlite3
from collections.abc import Iterator, Sequence

import msgspec

from core.customer import Customer
from core.submitted import Submission
from stores import _rows, _sqlite_hooks, _sqlite_mentions, _sqlite_tags
from stores import _sqlite_submissions as submissions
from stores._neutral import (
    AliasRow,
    CauseRow,
    ConversationRow,
    CounterRow,
    CustomerRow,
    DroppedRow,
    EarlyRow,
    ErrandRow,
    EventRow,
    GrantRow,
    HookDeliveryRow,
    HookRow,
    NameRow,
    RawRow,
    RevisionRow,
    Row,
    SeatRow,
    SessionRow,
    SubmissionRow,
    is_shared,
)
from stores._sqlite_people import put_terms
from stores._sqlite_rows import (
    customer_row,
    decode_conversation,
    decode_customer,
    decode_effect,
    decode_session,
    decode_status,
    encode,
    one,
)

_Raw = msgspec.Raw
_NULL = msgspec.Raw(b"null")
_EVENT = (
    "SELECT e.n, c.id, s.id, e.at, e.policy, e.body, e.fact, e.seq, e.state, e.code, e.reason, e.maybe_twice,"
    " e.edited_at, e.recalled_at, e.retracted_at, e.provider_id FROM event e"
    " JOIN conversation c ON c.rid = e.conversation LEFT JOIN session s ON s.rid = e.session ORDER BY e.n"
)


def rows(connection: sqlite3.Connection) -> Iterator[Row]:
    """Everything, in the order of the neutral form; the connection holds one state meanwhile."""
    run = connection.execute
    for version, body in run("SELECT version, body FROM conversation ORDER BY rid"):
        yield ConversationRow(version, _Raw(body))
    for row in run("SELECT channel, alias, conversation FROM alias ORDER BY channel, alias"):
        yield AliasRow(*row)
    for (body,) in run("SELECT body FROM customer ORDER BY id"):
        yield CustomerRow(_Raw(body))
    yield from _sessions(connection)
    for conversation, body in run(
        "SELECT c.id, u.body FROM submission u JOIN conversation c ON c.rid = u.conversation ORDER BY u.number"
    ):
        yield SubmissionRow(conversation, _Raw(body))
    unread = _sqlite_mentions.unread_by(connection)
    for row in run(_EVENT):
        n, conversation, session, at, policy, body, fact, seq, state, code, reason, twice, *rest = row
        edited, recalled, retracted, provider_id = rest
        yield EventRow(
            n=n, conversation=conversation, session=session, at=at, policy=policy, body=_Raw(body), fact=bool(fact),
            seq=seq, state=state, code=code, reason=reason, maybe_twice=bool(twice), edited_at=edited,
            recalled_at=recalled, retracted_at=retracted, provider_id=provider_id, unread_by=unread.get(n, ()),
        )  # fmt: skip
    yield from _causes(connection)
    for digest, session, seq in run(
        "SELECT n.digest, s.id, n.seq FROM name n JOIN session s ON s.rid = n.session ORDER BY n.digest, s.id, n.seq"
    ):
        yield NameRow(digest, session, seq)
    for row in run(
        "SELECT e.key, c.id, e.due, e.node, e.until, e.attempt, e.uncertain, e.began, e.body FROM errand e"
        " JOIN conversation c ON c.rid = e.conversation ORDER BY e.ord"
    ):
        key, conversation, due, node, until, attempt, uncertain, began, body = row
        yield ErrandRow(
            key=key, conversation=conversation, due=due, node=node, until=until, attempt=attempt,
            uncertain=bool(uncertain), began=began, body=_Raw(body),
        )  # fmt: skip
    for channel, at, body in run("SELECT channel, at, body FROM early ORDER BY id"):
        yield EarlyRow(channel, at, _Raw(body))
    yield from _papers(connection)


def _sessions(connection: sqlite3.Connection) -> Iterator[Row]:
    found = connection.execute(
        "SELECT s.id, c.id, coalesce(s.active_n, c.active_n), s.body, c.body FROM session s"
        " JOIN conversation c ON c.rid = s.conversation ORDER BY s.rid"
    )
    for id, conversation, active_n, body, state in found:
        yield SessionRow(conversation, active_n, _Raw(_open_one(id, state) if body is None else body))


def _open_one(id: str, state: bytes) -> bytes:
    """The body of an open session: it is in its conversation."""
    session = decode_conversation(state).session
    assert session is not None, f"the open session {id} is in its conversation"
    return encode(session)


def _causes(connection: sqlite3.Connection) -> Iterator[Row]:
    """When each was made is told by the event it came with, or by itself where it came with none."""
    kept = "SELECT s.id, c.seq FROM cause c LEFT JOIN session s ON s.rid = c.session WHERE c.digest = ?"
    for at, digests in connection.execute("SELECT at, causes FROM event WHERE causes IS NOT NULL ORDER BY n"):
        for start in range(0, len(digests), 16):
            digest = digests[start : start + 16]
            if (row := connection.execute(kept, (digest,)).fetchone()) is not None:
                yield CauseRow(digest, at, row[0], row[1])
    for at, digest in connection.execute("SELECT at, digest FROM loose_cause ORDER BY rowid"):
        if (row := connection.execute(kept, (digest,)).fetchone()) is not None:
            yield CauseRow(digest, at, row[0], row[1])


def _papers(connection: sqlite3.Connection) -> Iterator[Row]:
    run = connection.execute
    for row in run("SELECT agent, status, reason, capacity, load, assigned_at, status_at FROM seat ORDER BY agent"):
        yield SeatRow(*row)
    for collection, id, version, at, who, body in run(
        "SELECT collection, id, version, at, who, body FROM revision ORDER BY collection, id, version"
    ):
        yield RevisionRow(collection, id, version, at, who, _NULL if body is None else _Raw(body))
    for row in run("SELECT digest, agent, expires FROM sign_in ORDER BY digest"):
        yield GrantRow(*row)
    for row in run("SELECT channel, at, why, body FROM raw ORDER BY id"):
        yield RawRow(*row)
    for name, value in run("SELECT name, value FROM counter ORDER BY name"):
        if is_shared(name):
            yield CounterRow(name, value)
    yield from _sqlite_hooks.dump(connection)
    for (url,) in run("SELECT url FROM dropped_file ORDER BY url"):
        yield DroppedRow(url)


# --- filling ---------------------------------------------------------------------------------------------------


def is_empty(connection: sqlite3.Connection) -> bool:
    tables = ("conversation", "customer", "event", "seat", "document", "sign_in", "raw", "errand", "counter")
    return not any(one(connection, f"SELECT 1 FROM {table} LIMIT 1") for table in tables)


class Filling:
    """Puts neutral rows into an empty database, within the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute
        self._connection = connection
        self._open: dict[str, int] = {}  # open session -> conversation

    def put_all(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.put(row)

    def put(self, row: Row) -> None:  # noqa: C901 - a line for each kind of row
        match row:
            case ConversationRow(version, body):
                self._conversation(version, bytes(body))
            case AliasRow(channel, alias, conversation):
                self._run("INSERT INTO alias VALUES (?, ?, ?)", (channel, alias, conversation))
            case CustomerRow(body):
                self._customer(decode_customer(body))
            case SessionRow(conversation, active_n, body):
                self._session(conversation, active_n, bytes(body))
            case SubmissionRow(conversation, body):
                self._submission(conversation, bytes(body))
            case EventRow():
                self._event(row)
            case CauseRow(digest, at, session, seq):
                self._run("INSERT OR REPLACE INTO cause VALUES (?, ?, ?)", (digest, self._rid(session), seq))
                self._run("INSERT INTO loose_cause VALUES (?, ?)", (at, digest))
            case NameRow(digest, session, seq):
                self._run("INSERT INTO name VALUES (?, ?, ?)", (digest, self._rid(session), seq))
            case ErrandRow():
                self._errand(row)
            case EarlyRow(channel, at, body):
                update = decode_status(body)
                self._run(
                    "INSERT INTO early (channel, message_id, delivery, at, body) VALUES (?, ?, ?, ?, ?)",
                    (channel, update.message_id, update.delivery, at, bytes(body)),
                )
            case SeatRow():
                self._run("INSERT INTO seat VALUES (?, ?, ?, ?, ?, ?, ?)", msgspec.structs.astuple(row))
            case RevisionRow():
                self._revision(row)
            case GrantRow(digest, agent, expires):
                self._run("INSERT INTO sign_in VALUES (?, ?, ?)", (digest, agent, expires))
            case RawRow(channel, at, why, body):
                self._run("INSERT INTO raw (channel, at, why, body) VALUES (?, ?, ?, ?)", (channel, at, why, body))
            case CounterRow(name, value):
                self._run("INSERT INTO counter VALUES (?, ?)", (name, value))
            case HookRow() | HookDeliveryRow():
                _sqlite_hooks.fill(self._connection, row)
            case DroppedRow(url):
                self._run("INSERT INTO dropped_file VALUES (?)", (url,))

    def _customer(self, customer: Customer) -> None:
        self._run("INSERT INTO customer VALUES (?, ?, ?, ?, ?, ?)", customer_row(customer))
        put_terms(self._connection, [(customer, False)])
        if customer.partner_id is not None:
            self._run("INSERT OR REPLACE INTO partner VALUES (?, ?)", (customer.partner_id, customer.id))

    def _rid(self, session: str | None) -> int | None:
        found: int | None = one(self._connection, "SELECT rid FROM session WHERE id = ?", session)
        return found

    def _conversation(self, version: int, body: bytes) -> None:
        state = decode_conversation(body)
        done = self._run(
            "INSERT INTO conversation (id, channel, address, customer, version, active_n, body)"
            " VALUES (?, ?, ?, ?, ?, 0, ?)",
            (state.id, state.channel, state.address, state.customer.id, version, body),
        )
        if state.session is not None and done.lastrowid is not None:
            self._open[state.session.id] = done.lastrowid

    def _session(self, conversation: str, active_n: int, body: bytes) -> None:
        session = decode_session(body)
        rid, channel = self._run("SELECT rid, channel FROM conversation WHERE id = ?", (conversation,)).fetchone()
        is_open = self._open.get(session.id) == rid
        agent = session.agent.id if session.agent is not None else None
        own = (None, None) if is_open else (active_n, body)
        done = self._run(
            "INSERT INTO session (id, conversation, channel, number, phase, agent, grp, active_n, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (session.id, rid, channel, session.number, session.phase, agent, session.group, *own),
        )
        if session.tags and done.lastrowid is not None:
            _sqlite_tags.put(self._connection, [(done.lastrowid, session.tags)])
        if is_open:
            self._run("UPDATE conversation SET open = ?, active_n = ? WHERE rid = ?", (done.lastrowid, active_n, rid))

    def _event(self, row: EventRow) -> None:
        conversation = one(self._connection, "SELECT rid FROM conversation WHERE id = ?", row.conversation)
        self._run(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.n, conversation, self._rid(row.session), row.seq, row.fact, row.at, row.policy, row.state, row.code,
                row.reason, row.maybe_twice, row.edited_at, row.recalled_at, row.retracted_at, row.provider_id,
                bytes(row.body),
            ),
        )  # fmt: skip

        _sqlite_mentions.fill(self._connection, row.n, self._rid(row.session), bytes(row.body), row.unread_by)
        if (about := _rows.about_submission(bytes(row.body))) is not None:
            self._run("INSERT INTO submission_message VALUES (?, ?)", (about, row.n))

    def _submission(self, conversation: str, body: bytes) -> None:
        rid, channel = self._run("SELECT rid, channel FROM conversation WHERE id = ?", (conversation,)).fetchone()
        self._run(submissions.PUT, submissions.row(msgspec.json.decode(body, type=Submission), rid, channel))

    def _errand(self, row: ErrandRow) -> None:
        conversation = one(self._connection, "SELECT rid FROM conversation WHERE id = ?", row.conversation)
        kind = _rows.errand_kind(decode_effect(row.body))
        older = "SELECT 1 FROM errand WHERE kind = 'deliver' AND conversation = ? LIMIT 1"
        waits = kind == "deliver" and row.node is None and one(self._connection, older, conversation) is not None
        ready = None if waits else row.due if row.node is None else row.until
        self._run(
            "INSERT INTO errand (key, conversation, kind, due, ready, node, until, attempt, uncertain, began, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.key, conversation, kind, row.due, ready, row.node, row.until, row.attempt, row.uncertain, row.began,
                bytes(row.body),
            ),
        )  # fmt: skip

    def _revision(self, row: RevisionRow) -> None:
        body = None if bytes(row.body) == b"null" else bytes(row.body)
        names = (row.collection, row.id, row.version)
        self._run("INSERT INTO revision VALUES (?, ?, ?, ?, ?, ?)", (*names, row.at, row.who, body))
        self._run("INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?)", (*names, body))
