"""A database that has been lived in: 100,000 open sessions, a million messages, everything delivered and indexed.

Written through the rules and the store's own commit, without waiting for the disk; kept between runs: it takes minutes.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.mail import TEXTS
from bench.rules import Rules, policy
from core.channel import Received
from core.message import Text
from core.ports.writing import Commit
from stores import _sqlite_alter as alter
from stores import _sqlite_commit as committing
from stores import _sqlite_open as opening

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Size:
    sessions: int
    messages: int


def made(folder: Path) -> Size | None:
    """What a folder holds, if it was finished and its schema is today's."""
    try:
        kept = json.loads((folder / "made.json").read_text())
    except (OSError, ValueError):
        return None
    return Size(kept["sessions"], kept["messages"]) if kept.get("schema") == schema() else None


def schema() -> str:
    """What tells today's tables from yesterday's: the migrations may still be edited before a release."""
    scripts = sorted(opening.MIGRATIONS.glob("[0-9]*.sql"))
    return hashlib.sha256(b"".join(script.read_bytes() for script in scripts)).hexdigest()


def fill(folder: Path, channel: str, size: Size) -> None:
    """Fill a database that Frontdesk has been started on once; `channel` is one of its own."""
    connection = opening.writing(folder / "frontdesk.db")
    connection.execute("PRAGMA synchronous = OFF")
    try:
        ledger = committing.Ledger(connection)
        for commits in _lots(channel, size):
            connection.execute("BEGIN IMMEDIATE")
            committing.Batch(connection, ledger, [committing.prepare(commit) for commit in commits]).run()
            connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
        while alter.index(connection, 5_000):
            pass
        connection.execute("COMMIT")
        connection.execute("UPDATE event SET state = 'sent' WHERE state = 'queued'")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    (folder / "made.json").write_text(
        json.dumps({"sessions": size.sessions, "messages": size.messages, "schema": schema()})
    )


def _lots(channel: str, size: Size) -> Iterator[Sequence[Commit]]:
    """Lots of customers with all their messages; the greeting and the queue's answer are messages too."""
    rules, random = Rules(policy(channel, words=10), channel), Random(3)
    said = max(1, size.messages // size.sessions - 2)
    number = 0
    for start in range(0, size.sessions, AT_ONCE):
        users = [f"U{index:032x}" for index in range(start, min(start + AT_ONCE, size.sessions))]
        for _ in range(said):
            commits = []
            for user in users:
                number += 1
                inbound = Received(
                    id=f"{number:026d}", address=user, content=Text(random.choice(TEXTS)),
                    at=time.time_ns() // 1_000_000, message_id=f"5{number:017d}",
                )  # fmt: skip
                commits.append(rules.commit(inbound, rules.decide(inbound), errands=False))
            yield commits
        rules.known.clear()
