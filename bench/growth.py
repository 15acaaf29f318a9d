"""What history costs: the same questions to SQLite with 10,000 to 5 million messages. In process, no server.

A database of 10,000 messages is made through the rules and the store's commit; larger ones are that one copied row by
row inside SQLite, with ids of their own. Kept between runs: the largest takes minutes and about 5 GB.
"""

import asyncio
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from bench import big
from bench.load import middle
from bench.machine import Cores
from bench.mail import TEXTS
from bench.options import Options
from bench.outcome import Goal, Line, Outcome, number
from bench.process import ROOT
from bench.rules import Rules, chunks, policy
from core import command as c
from core.channel import Received
from core.message import Text
from core.ports.reading import SessionQuery
from core.ports.writing import Commit
from stores import _rows
from stores import _sqlite_commit as committing
from stores import _sqlite_lists as lists
from stores import _sqlite_open as opening
from stores import _sqlite_read as read
from stores._sqlite_alter import joined
from stores._sqlite_rows import decode_event

FOLDER = ROOT / "bench" / "results" / "grown"
BASE = big.Size(1_000, 10_000)
QUICK, FULL = (10_000, 100_000), (10_000, 100_000, 1_000_000, 5_000_000)
OPEN = 7  # of each channel's chats in the base are still open
NAMES = ("Ann", "Bob", "Mei", "Tom", "Ludmila", "สมชาย")
BATCH, BATCHES, QUESTIONS = 64, 30, 60
FACTOR = 2.0  # the largest may cost that much of the smallest

# What finds more the more there is, up to a bound: its growth ends there.
BOUNDED = dict.fromkeys(
    ("search, a common word", "search, Chinese", "search, a customer's name"),
    "of the newest 5,000 messages that hold it",
)

Step = Callable[[int], object]


async def measure(options: Options, cores: Cores) -> Outcome:
    sizes = QUICK if options.quick else FULL
    found = [await asyncio.to_thread(_at, size) for size in sizes]
    lines = []
    for name in found[0]:
        smallest, largest = found[0][name], found[-1][name]
        figures = ", ".join(f"{size:,}: {number(at[name])}" for size, at in zip(sizes, found, strict=True))
        goal = None if name in BOUNDED else Goal("≤", FACTOR)
        bound = f"; {BOUNDED[name]}" if name in BOUNDED else ""
        lines.append(Line(name, largest / smallest, "×", goal, f"µs at {figures} messages{bound}"))
    return Outcome("growth", lines)


def _at(messages: int) -> dict[str, float]:
    path = made(messages)
    with_writes = path.with_suffix(".used")
    shutil.copyfile(path, with_writes)
    try:
        return _asked(with_writes)
    finally:
        for each in (with_writes, Path(f"{with_writes}-wal"), Path(f"{with_writes}-shm")):
            each.unlink(missing_ok=True)


# --- asking ------------------------------------------------------------------------------------------------------


def _asked(path: Path) -> dict[str, float]:
    """Microseconds of each."""
    random = Random(5)
    writer = opening.writing(path)
    reader = opening.reading(path)
    try:
        sessions = [row[0] for row in reader.execute("SELECT id FROM session WHERE rid % 997 = 0").fetchall()]
        sessions = sessions or [row[0] for row in reader.execute("SELECT id FROM session").fetchall()]
        chats = reader.execute("SELECT count(*) FROM session WHERE phase = 'closed'").fetchone()[0]
        mine = SessionQuery(visible_to="agent-1", visible_groups=("sales",))
        closed = "SELECT active_n FROM session WHERE phase = 'closed' ORDER BY rid LIMIT 1 OFFSET ?"
        middle_of_history = str(reader.execute(closed, (chats // 2,)).fetchone()[0])
        questions: dict[str, Step] = {
            "inbox list, newest 50": lambda _: lists.sessions(reader, SessionQuery()),
            "inbox list, an agent's view": lambda _: lists.sessions(reader, mine),
            "inbox list, closed, from the middle": lambda _: lists.sessions(
                reader, SessionQuery(phase="closed", after=middle_of_history)
            ),
            "history of a chat": lambda _: read.history(reader, random.choice(sessions), 0, 50),
            "search, a common word": lambda _: lists.sessions(reader, SessionQuery(q="order")),
            "search, a rare word": lambda _: lists.sessions(reader, SessionQuery(q="zeppelin")),
            "search, Chinese": lambda _: lists.sessions(reader, SessionQuery(q="发货")),
            "search, a customer's name": lambda _: lists.sessions(reader, SessionQuery(q="Ludmila")),
        }
        found = {name: _median(question) for name, question in questions.items()}
        return {**_inbound(writer), **found}
    finally:
        reader.close()
        writer.close()


def _median(question: Step) -> float:
    spent = []
    for at in range(QUESTIONS):
        began = time.perf_counter()
        question(at)
        spent.append((time.perf_counter() - began) * 1e6)
    return middle(spent)


def _inbound(connection: opening.Connection) -> dict[str, float]:
    """CPU of deciding and committing; the disk's own time is not history's business."""
    ledger = committing.Ledger(connection)
    rules = Rules(policy("line", words=10), "line")
    users = [f"U{os.urandom(16).hex()}" for _ in range(BATCH * BATCHES)]
    first = _committed(connection, ledger, rules, users)
    return {"inbound, first message": first, "inbound, open session": _committed(connection, ledger, rules, users)}


def _committed(connection: opening.Connection, ledger: committing.Ledger, rules: Rules, users: Sequence[str]) -> float:
    spent = []
    for part in chunks(users, BATCH):
        began = time.process_time()
        commits = []
        for user in part:
            said = Received(
                id=os.urandom(13).hex(), address=user, content=Text("Where is my order?"),
                at=time.time_ns() // 1_000_000, message_id=os.urandom(9).hex(),
            )  # fmt: skip
            commits.append(committing.prepare(rules.commit(said, rules.decide(said), errands=False)))
        connection.execute("BEGIN IMMEDIATE")
        committing.Batch(connection, ledger, commits).run()
        connection.execute("COMMIT")
        spent.append((time.process_time() - began) / len(part) * 1e6)
    return middle(spent)


# --- making ------------------------------------------------------------------------------------------------------


def made(messages: int) -> Path:
    """A database of that many messages; made if it is not there yet."""
    path = FOLDER / f"{messages}-{big.schema()[:12]}.db"
    if not path.exists():
        _make(path, messages)
    return path


def _make(path: Path, messages: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f"{messages}-*"):
        old.unlink()
    print(f"making a database of {messages:,} messages in {path.parent.relative_to(ROOT)} (once) …", flush=True)
    unfinished = path.with_suffix(".making")
    connection = opening.writing(unfinished)
    connection.execute("PRAGMA synchronous = OFF")
    try:
        _lived(connection)
        _copied(connection, messages // BASE.messages)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    unfinished.rename(path)


def _lived(connection: opening.Connection) -> None:
    """The base: chats with several messages on three channels, all but a few of them closed by an agent."""
    ledger, random = committing.Ledger(connection), Random(7)
    channels = [Rules(policy(f"line-{group}", 10, group), f"line-{group}") for group in (None, "sales", "other")]
    for at in range(BASE.sessions):
        rules = channels[at % len(channels)]
        rules.meet(rules.new_id(), random.choice(NAMES))
    for rules in channels:
        for commits in _lots(rules):
            connection.execute("BEGIN IMMEDIATE")
            committing.Batch(connection, ledger, [committing.prepare(commit) for commit in commits]).run()
            connection.execute("COMMIT")
    connection.execute("UPDATE event SET state = 'sent' WHERE state = 'queued'")
    connection.commit()


def _lots(rules: Rules) -> Iterator[list[Commit]]:
    said = BASE.messages // BASE.sessions - 2  # the greeting and the queue's answer are messages too
    users, random = list(rules.known), Random(3)
    for _ in range(said):
        lot = []
        for user in users:
            inbound = Received(
                id=rules.new_id(), address=user, content=Text(random.choice(TEXTS)),
                at=time.time_ns() // 1_000_000, message_id=rules.new_id(),
            )  # fmt: skip
            lot.append(rules.commit(inbound, rules.decide(inbound), errands=False))
        yield lot
    yield [rules.done(user, c.Close(c.Actor("boss", "Boss", supervisor=True))) for user in users[OPEN:]]


def _copied(connection: opening.Connection, times: int) -> None:
    """The base again and again, with row numbers, feed numbers and ids that go on."""
    last = {
        name: connection.execute(f"SELECT max({column}) FROM {name}").fetchone()[0]
        for name, column in (("conversation", "rid"), ("session", "rid"), ("event", "n"))
    }
    (old,) = connection.execute("SELECT substr(min(id), 1, 6) FROM conversation").fetchone()
    connection.execute("CREATE TEMP TABLE terms (n INTEGER PRIMARY KEY, terms TEXT)")
    connection.executemany("INSERT INTO terms VALUES (?, ?)", _terms(connection))
    rare = "CASE WHEN n % 4999 = 0 THEN ' zeppelin' ELSE '' END"  # three times, in the oldest part only
    connection.execute(f"INSERT INTO search (rowid, terms) SELECT n, terms || {rare} FROM terms")
    for copy in range(1, times):
        ahead = {name: copy * by for name, by in last.items()}
        until = {f"{name}s": by for name, by in last.items()}
        for sql in _COPY:
            connection.execute(sql, {"old": old, "new": f"{0x100000 + copy:06x}", **ahead, **until})
        connection.commit()
    connection.execute("INSERT OR REPLACE INTO counter VALUES ('indexed', (SELECT max(n) FROM event))")
    connection.commit()


def _terms(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    for n, body in connection.execute("SELECT n, body FROM event WHERE seq IS NOT NULL").fetchall():
        message = _rows.said(decode_event(body))
        if message is not None:
            yield n, joined(message)


# Ids of ours are time-ordered: those made within four hours begin alike, and a copy's begin with something else.
_BODY = "CAST(replace(CAST({} AS TEXT), '\"' || :old, '\"' || :new) AS BLOB)"
_ID = "replace({}, :old, :new)"
_COPY = (
    (
        f"INSERT INTO conversation SELECT rid + :conversation, {_ID.format('id')}, channel, {_ID.format('address')},"
        f" {_ID.format('customer')}, version, open + :session, active_n + :event, {_BODY.format('body')}"
        " FROM conversation WHERE rid <= :conversations"
    ),
    (
        f"INSERT INTO customer SELECT {_ID.format('k.id')}, k.partner_id, k.partner_key, k.name, k.folded,"
        f" {_BODY.format('k.body')} FROM conversation c JOIN customer k ON k.id = c.customer"
        " WHERE c.rid <= :conversations"
    ),
    (
        f"INSERT INTO session SELECT rid + :session, {_ID.format('id')}, conversation + :conversation, channel,"
        f" number + :session, phase, agent, grp, active_n + :event, {_BODY.format('body')}"
        " FROM session WHERE rid <= :sessions"
    ),
    (
        "INSERT INTO event SELECT n + :event, conversation + :conversation, session + :session, seq, fact, at,"
        " policy, NULL, state, code, reason, maybe_twice, edited_at, recalled_at, retracted_at, provider_id,"
        f" {_BODY.format('body')} FROM event WHERE n <= :events"
    ),
    "INSERT INTO name SELECT randomblob(16), session + :session, seq FROM name WHERE session <= :sessions",
    "INSERT INTO search (rowid, terms) SELECT n + :event, terms FROM terms",
)
