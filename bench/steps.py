"""Where the time of a durable inbound goes: each step by itself, in process, over the same messages, beside the whole.

Microseconds of CPU. Between sum and whole are the loop, tasks, futures, and two threads with one interpreter lock.
"""

import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

from bench.load import middle
from bench.mail import Account, Mail
from bench.outcome import number
from bench.product import SECRET
from bench.rules import Rules, chunks, policy
from connectors.line import Line, LineSettings
from core.channel import Delivery, HookRequest, Received, Secret
from core.conversation import Decision
from core.effect import Deliver
from core.event import StateChanged
from core.message import plain
from core.ports.writing import Commit, Committed, Leased, Settlement
from stores import _sqlite_alter as alter
from stores import _sqlite_commit as committing
from stores import _sqlite_open as opening
from stores import _sqlite_outbox as outbox
from stores import _sqlite_read as read

T = TypeVar("T")

CUSTOMERS, EACH, BATCH = 2_000, 4, 64


@dataclass(frozen=True, slots=True)
class Steps:
    """Microseconds a message, one row for each step: for a stranger's first message, for one in an open session."""

    rows: Sequence[tuple[str, float, float]]


def measured() -> Steps:
    requests = _requests()
    line = Line(LineSettings(channel_secret=Secret(SECRET), channel_access_token=Secret("token")))
    verify = _each(requests, line.verify)
    reading = _each(requests, line.read)
    said = [item for request in requests for item in line.read(request) if isinstance(item, Received)]
    rules = policy("line")
    scan = _each(said, lambda item: rules.rules(None).words.scan(plain(item.content), "customer"))
    both = [("signature", verify, verify), ("read (msgspec)", reading, reading)]
    with tempfile.TemporaryDirectory() as folder, _uncollected():
        stored = _stored(said, Rules(rules, "line"), Path(folder) / "steps.db")
    return Steps([*both, ("  of deciding: words", scan, scan), *stored])


def _requests() -> list[HookRequest]:
    """The same customers again and again, in order: the first CUSTOMERS are first messages."""
    mail = Mail(Random(os.urandom(8)))
    account = Account("/hooks/line", SECRET)
    users = [mail.user() for _ in range(CUSTOMERS)]
    raws = [mail.webhook(account, user).request for _ in range(EACH) for user in users]
    return [_seen(raw) for raw in raws]


def _seen(raw: bytes) -> HookRequest:
    head, _, body = raw.partition(b"\r\n\r\n")
    headers = dict(line.decode().lower().split(": ", 1) for line in head.split(b"\r\n")[1:])
    signature = next(line for line in head.split(b"\r\n") if line.startswith(b"x-line-signature")).split(b": ")[1]
    headers["x-line-signature"] = signature.decode()
    return HookRequest("POST", "http://127.0.0.1/hooks/line", {}, headers, body)


def _each(values: Sequence[T], work: Callable[[T], object]) -> float:
    began = time.process_time()
    for value in values:
        work(value)
    return (time.process_time() - began) / len(values) * 1e6


def _stored(said: Sequence[Received], rules: Rules, path: Path) -> list[tuple[str, float, float]]:
    connection = opening.writing(path)
    try:
        ledger = committing.Ledger(connection)
        first = _part(said[:CUSTOMERS], rules, connection, ledger)
        later = _part(said[CUSTOMERS:], rules, connection, ledger)
    finally:
        connection.close()
    names = (
        "deciding (words, language, prompts, events)",
        "encoding",
        "SQLite, batches of 64",
        "composing what is sent (the SDK's models)",
        "SQLite, settling errands",
        "feed, read and decoded",
        "search index",
    )
    return list(zip(names, first, later, strict=True))


def _part(
    said: Sequence[Received], rules: Rules, connection: opening.Connection, ledger: committing.Ledger
) -> tuple[float, ...]:
    """µs a message of deciding, encoding, writing, feeding and indexing."""
    began, n = time.process_time(), ledger.n
    decisions: list[tuple[Received, Decision]] = []
    commits: list[Commit] = []
    deciding = 0.0
    for start in range(0, len(said), CUSTOMERS):  # a customer's next message needs the state after the last
        part = said[start : start + CUSTOMERS]
        began = time.process_time()
        decisions = [(item, rules.decide(item)) for item in part]
        deciding += time.process_time() - began
        commits += [rules.commit(item, decision) for item, decision in decisions]
    began = time.process_time()
    prepared = [committing.prepare(commit) for commit in commits]
    encoding = time.process_time() - began
    began = time.process_time()
    errands: list[Leased] = []
    for batch in chunks(prepared, BATCH):
        connection.execute("BEGIN IMMEDIATE")
        for result in committing.Batch(connection, ledger, batch).run():
            errands += result.errands if isinstance(result, Committed) else ()
        connection.execute("COMMIT")
    writing = time.process_time() - began
    composing, settling = _composed(errands), _settled(errands, connection, ledger)
    began = time.process_time()
    while rows := read.feed(connection, n, 500):
        n = rows[-1].n
    feeding = time.process_time() - began
    began = time.process_time()
    while _indexed(connection):
        pass
    indexing = time.process_time() - began
    return tuple(
        spent / len(said) * 1e6 for spent in (deciding, encoding, writing, composing, settling, feeding, indexing)
    )


def _composed(errands: Sequence[Leased]) -> float:
    """Seconds that LINE's models take to build and check the requests; the calls themselves are not made."""
    from connectors import _line_messages as requests

    ready = [
        Delivery(id=effect.id, address=errand.address, parts=effect.parts, token="t" * 32)
        for errand in errands
        if isinstance(effect := errand.effect, Deliver)
    ]
    for delivery in ready[:50]:
        requests.reply(delivery)
    began = time.process_time()
    for delivery in ready:
        requests.reply(delivery)
    return time.process_time() - began


def _settled(errands: Sequence[Leased], connection: opening.Connection, ledger: committing.Ledger) -> float:
    began, now = time.process_time(), time.time_ns() // 1_000_000
    for batch in chunks(errands, BATCH):
        connection.execute("BEGIN IMMEDIATE")
        for errand in batch:
            outbox.settle(connection, ledger, _settlement(errand, now))
        connection.execute("COMMIT")
    return time.process_time() - began


def _settlement(errand: Leased, now: int) -> Settlement:
    effect = errand.effect
    if not isinstance(effect, Deliver):
        return Settlement(key=errand.key, conversation=errand.conversation, done=True, at=now)
    seqs = [part.seq for part in effect.parts if part.seq is not None]
    return Settlement(
        key=errand.key, conversation=errand.conversation, session=effect.session, done=True, at=now,
        facts=tuple(StateChanged(seq, "sent", now) for seq in seqs),
        message_ids=tuple((seq, f"{errand.key}-{seq}") for seq in seqs),
    )  # fmt: skip


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector, which would charge one step for what all of them keep."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def _indexed(connection: opening.Connection) -> int:
    connection.execute("BEGIN IMMEDIATE")
    found = alter.index(connection, 500)
    connection.execute("COMMIT")
    return found


def table(ground: Sequence[float], strangers: Sequence[float], after: Sequence[float], steady: Sequence[float]) -> str:
    """The steps under the whole. `ground`, `strangers`, `steady`: the processes' CPU µs a request, by round."""
    base = middle(ground)
    rows = [("HTTP in and out (F0)", base, base), *measured().rows]
    lines = ["where the time goes (CPU µs)", f"  {'':<46}{'first message':>15}{'open session':>15}"]
    lines += [f"  {name:<46}{number(first):>15}{number(later):>15}" for name, first, later in rows]
    lines.append(
        f"  {'whole process under load (mix; steady)':<46}{number(middle(strangers)):>15}{number(middle(steady)):>15}"
    )
    lines.append(f"  {'the mix with its deliveries and indexing':<46}{number(middle(after)):>15}")
    return "\n".join(lines)
