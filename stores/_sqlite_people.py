"""Who customers are, in SQLite: what they are found by, whose a partner id is, linking and erasing them."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from core import erasing
from core import event as e
from core.customer import Customer
from core.event import Event
from core.ports.reading import CustomerPage
from core.session import Conversation
from stores import _rows, _sqlite_hooks
from stores._sqlite_alter import drop_files, rewrite
from stores._sqlite_rows import (
    count,
    decode_conversation,
    decode_customer,
    decode_effect,
    decode_event,
    decode_session,
    encode,
    marks,
    one,
)

_DRIVEN = 5_000  # terms looked at for one question, of the word that says most: very common ones find a part only
_FOUND = 2_000  # customers it may be about
_LAST = "\U0010ffff"
People = tuple[int, Conversation, "e.CustomerLinked | e.Erased"]  # the conversation's row, its state


# --- what they are found by --------------------------------------------------------------------------------------


def put_terms(connection: sqlite3.Connection, customers: Iterable[tuple[Customer, bool]]) -> None:
    """With True for those who may have had others."""
    known = list(customers)
    connection.executemany("DELETE FROM customer_term WHERE customer = ?", [(c.id,) for c, old in known if old])
    rows = [(term, customer.id) for customer, _ in known for term in _rows.customer_terms(customer)]
    connection.executemany("INSERT OR IGNORE INTO customer_term VALUES (?, ?)", rows)


def index(connection: sqlite3.Connection, limit: int) -> int:
    """Give terms to customers of an earlier version, from the newest row down; how many."""
    left = one(connection, "SELECT value FROM counter WHERE name = 'customers_untermed'")
    if left is None:
        return 0
    sql = "SELECT rowid, body FROM customer WHERE rowid <= ? ORDER BY rowid DESC LIMIT ?"
    rows = connection.execute(sql, (left, limit)).fetchall()
    put_terms(connection, [(decode_customer(body), True) for _, body in rows])
    if len(rows) < limit:
        connection.execute("DELETE FROM counter WHERE name = 'customers_untermed'")
    else:
        connection.execute("UPDATE counter SET value = ? WHERE name = 'customers_untermed'", (rows[-1][0] - 1,))
    return len(rows)


def asked(q: str | None) -> tuple[str, list[object]] | None:
    """A statement that gives the customers a question is about; None for an empty one."""
    wanted = _rows.customer_asked(q)
    if not wanted:
        return None
    first, *others = wanted
    term, values = _term("term", first)
    newest = f"SELECT customer FROM customer_term WHERE {term} ORDER BY term DESC, customer DESC LIMIT {_DRIVEN}"
    conditions = [f"customer IN ({newest})"]
    for other in others:
        more, more_values = _term("x.term", other)
        conditions.append(
            f"EXISTS (SELECT 1 FROM customer_term x WHERE x.customer = customer_term.customer AND {more})"
        )
        values += more_values
    sql = f"SELECT DISTINCT customer FROM customer_term WHERE {' AND '.join(conditions)} LIMIT {_FOUND}"
    return sql, values


def _term(column: str, asked: _rows.Asked) -> tuple[str, list[object]]:
    word, prefix = asked
    return (f"{column} >= ? AND {column} < ?", [word, word + _LAST]) if prefix else (f"{column} = ?", [word])


def customers(
    connection: sqlite3.Connection, partner_id: str | None, q: str | None, after: str | None, limit: int
) -> CustomerPage:
    conditions, values = ["TRUE"], list[object]()
    if partner_id is not None:
        conditions, values = [*conditions, "partner_id = ?"], [*values, partner_id]
    if q and q.strip():
        found = asked(q)
        if found is None:
            return CustomerPage((), None)
        conditions, values = [*conditions, f"id IN ({found[0]})"], [*values, *found[1]]
    if after is not None:
        conditions, values = [*conditions, "id < ?"], [*values, after]
    sql = f"SELECT body FROM customer WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?"
    people = [decode_customer(row[0]) for row in connection.execute(sql, (*values, limit + 1))]
    shown = tuple(people[:limit])
    return CustomerPage(shown, shown[-1].id if len(people) > len(shown) > 0 else None)


def conversations(connection: sqlite3.Connection, customer: str, limit: int) -> list[Conversation]:
    sql = "SELECT body FROM conversation WHERE customer = ? ORDER BY rid LIMIT ?"
    return [decode_conversation(row[0]) for row in connection.execute(sql, (customer, limit))]


def partner(connection: sqlite3.Connection, partner_id: str, claim: str | None) -> str | None:
    if claim is not None:
        connection.execute("INSERT OR IGNORE INTO partner VALUES (?, ?)", (partner_id, claim))
    return cast(str | None, one(connection, "SELECT customer FROM partner WHERE partner_id = ?", partner_id))


# --- within a commit ---------------------------------------------------------------------------------------------


def follow(connection: sqlite3.Connection, people: Sequence[People], next_n: Callable[[], int]) -> None:
    """What linking and erasing mean at once. `next_n` gives feed numbers."""
    for rid, state, event in people:
        match event:
            case e.CustomerLinked(customer=customer, was=was):
                _take_over(connection, was, customer.id)
            case e.Erased(at=at):
                _never_sent(connection, rid, at, next_n)
                _let_go(connection, rid, state)


def _take_over(connection: sqlite3.Connection, was: str, by: str) -> None:
    connection.execute(
        "UPDATE partner SET customer = ? WHERE customer = ?"
        " AND partner_id = (SELECT partner_id FROM customer WHERE id = ?)",
        (by, was, was),
    )
    if one(connection, "SELECT 1 FROM conversation WHERE customer = ? LIMIT 1", was) is None:
        _forget(connection, was)


def _forget(connection: sqlite3.Connection, customer: str) -> None:
    connection.execute("DELETE FROM customer WHERE id = ?", (customer,))
    connection.execute("DELETE FROM customer_term WHERE customer = ?", (customer,))


def _never_sent(connection: sqlite3.Connection, rid: int, at: int, next_n: Callable[[], int]) -> None:
    """What was still to be sent to somebody who is erased says so."""
    rows = connection.execute(
        "SELECT body FROM errand WHERE conversation = ? AND kind = 'deliver' ORDER BY ord", (rid,)
    )
    for session, fact in _rows.never_sent([decode_effect(body) for (body,) in rows], at):
        known = one(connection, "SELECT rid FROM session WHERE id = ?", session)
        changed = connection.execute(
            "UPDATE event SET state = ?, code = ?, reason = ?"
            " WHERE session = ? AND seq = ? AND fact = 0 AND state = 'queued'",
            (fact.state, fact.code, fact.reason, known, fact.seq),
        )
        if changed.rowcount:
            count(connection, "failed", 1)
            connection.execute(
                "INSERT INTO event (n, conversation, session, fact, at, policy, body) VALUES (?, ?, ?, 1, ?, 0, ?)",
                (next_n(), rid, known, at, encode(fact)),
            )


def _let_go(connection: sqlite3.Connection, rid: int, state: Conversation) -> None:
    address = one(connection, "SELECT address FROM conversation WHERE rid = ?", rid)
    connection.execute("UPDATE conversation SET address = ? WHERE rid = ?", (state.address, rid))
    connection.execute("DELETE FROM alias WHERE conversation = ?", (state.id,))
    connection.execute("DELETE FROM errand WHERE conversation = ?", (rid,))
    if address is not None and len(address) >= 3:
        sql = "DELETE FROM raw WHERE channel = ? AND instr(body, CAST(? AS BLOB)) > 0"
        connection.execute(sql, (state.channel, address))
    customer = state.customer.id
    connection.execute(
        "DELETE FROM partner WHERE customer = ? AND partner_id = (SELECT partner_id FROM customer WHERE id = ?)",
        (customer, customer),
    )
    _forget(connection, customer)
    _sqlite_hooks.blank(connection, state.id)


# --- behind it ---------------------------------------------------------------------------------------------------


def erase(connection: sqlite3.Connection, conversation: str, after: str | None, limit: int) -> str | None:
    """Session by session; what belongs to none comes last (`-`)."""
    rid = one(connection, "SELECT rid FROM conversation WHERE id = ?", conversation)
    session, n = _place(after)
    if session is not None:
        session = one(connection, "SELECT min(rid) FROM session WHERE conversation = ? AND rid >= ?", rid, session)
    if session is None:
        rows = connection.execute(
            "SELECT n, seq, body FROM event WHERE conversation = ? AND session IS NULL AND n > ? ORDER BY n LIMIT ?",
            (rid, n if _place(after)[0] is None else 0, limit),
        ).fetchall()
        _blank_rows(connection, rows)
        return f"-.{rows[-1][0]}" if len(rows) == limit else None
    begun = session == _place(after)[0]
    rows = connection.execute(
        "SELECT n, seq, body FROM event WHERE session = ? AND fact = 0 AND n > ? ORDER BY n LIMIT ?",
        (session, n if begun else 0, limit),
    ).fetchall()
    _blank_rows(connection, rows)
    if len(rows) == limit:
        return f"{session}.{rows[-1][0]}"
    bare_session(connection, session)
    return f"{session + 1}.0"


def _place(after: str | None) -> tuple[int | None, int]:
    session, _, n = (after or "0.0").partition(".")
    return None if session == "-" else int(session), int(n)


def bare_session(connection: sqlite3.Connection, rid: int) -> None:
    body = one(connection, "SELECT body FROM session WHERE rid = ?", rid)
    if body is not None:
        bare = erasing.bare(decode_session(body))
        connection.execute("UPDATE session SET body = ? WHERE rid = ?", (encode(bare), rid))
        connection.execute("DELETE FROM session_tag WHERE rid = ?", (rid,))


def _blank_rows(connection: sqlite3.Connection, rows: Sequence[tuple[int, int | None, bytes]]) -> None:
    for n, seq, body in rows:
        event = cast(Event, decode_event(body))
        drop_files(connection, event)
        blank = erasing.blank_event(event)
        if seq is None:
            connection.execute("UPDATE event SET body = ? WHERE n = ?", (encode(blank), n))
            continue
        connection.execute("UPDATE event SET provider_id = NULL WHERE n = ?", (n,))
        rewrite(connection, n, event, blank)


def silent(connection: sqlite3.Connection, before: int, after: str | None, limit: int) -> tuple[list[str], str | None]:
    sql = "SELECT id FROM customer WHERE id > ? ORDER BY id LIMIT ?"
    looked = [row[0] for row in connection.execute(sql, (after or "", limit))]
    found = []
    for customer in looked:
        states = conversations(connection, customer, 1000)
        if states and all(_rows.is_silent(state, before) for state in states):
            found.append(customer)
    return found, looked[-1] if len(looked) == limit else None


def swept(connection: sqlite3.Connection, urls: Sequence[str]) -> None:
    connection.execute(f"DELETE FROM dropped_file WHERE url IN ({marks(len(urls))})", list(urls))
