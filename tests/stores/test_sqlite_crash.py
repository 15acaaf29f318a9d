"""kill -9 before every statement the store runs: what was acknowledged is there, each commit whole or absent.

A child plays a fixed story and kills itself at one step; the next child at the next. Then each database is opened,
looked at, and the story is played to its end: it must come out as if nothing had happened.
"""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import StoreDown
from stores.sqlite import SqliteStore
from tests.stores.story import play, seen

CHILDREN = 3


async def play_from(path: Path, on_step: Callable[[str], None] | None, acknowledged: Callable[[str], None]) -> None:
    store = await SqliteStore.open(path, on_step=on_step)
    await play(store, acknowledged)
    await store.close()


def child(path: Path, at: int) -> int:
    """Play the story in a forked process that is killed at its step number `at`; its process id."""
    pid = os.fork()
    if pid:
        return pid
    acks = os.open(path.with_suffix(".acks"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    seen = 0

    def on_step(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def acknowledged(name: str) -> None:
        os.write(acks, f"{name}\n".encode())

    code = 1
    try:
        asyncio.run(play_from(path, on_step, acknowledged))
        code = 0
    finally:
        os._exit(code)


def steps_of(path: Path) -> list[str]:
    steps: list[str] = []
    asyncio.run(play_from(path, steps.append, lambda _: None))
    return steps


async def outcome(path: Path) -> dict[str, object]:
    store = await SqliteStore.open(path)
    try:
        return await seen(store)
    finally:
        await store.close()


def check_whole(path: Path) -> None:
    """State, events, causes, errands and seats of each commit agree with each other."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if db.execute("PRAGMA user_version").fetchone() == (0,):
            return
        numbers = [n for (n,) in db.execute("SELECT n FROM event ORDER BY n")]
        assert numbers == list(range(1, len(numbers) + 1))
        kept = b"".join(causes for (causes,) in db.execute("SELECT causes FROM event WHERE causes IS NOT NULL"))
        digests = {digest for (digest,) in db.execute("SELECT digest FROM cause")}
        assert {kept[at : at + 16] for at in range(0, len(kept), 16)} == digests
        for rid, body, active_n in db.execute("SELECT rid, body, active_n FROM conversation").fetchall():
            state = json.loads(body)
            session = state.get("session") or state["last"]
            seqs = [
                seq
                for (seq,) in db.execute(
                    "SELECT seq FROM event WHERE conversation = ? AND seq IS NOT NULL ORDER BY seq", (rid,)
                )
            ]
            assert seqs == list(range(1, session["seq"] + 1))
            newest = "SELECT max(n) FROM event WHERE conversation = ? AND fact = 0"
            row = db.execute("SELECT phase, coalesce(active_n, ?) FROM session WHERE id = ?", (active_n, session["id"]))
            assert row.fetchone() == (session["phase"], db.execute(newest, (rid,)).fetchone()[0])
        active = db.execute("SELECT count(*) FROM session WHERE phase = 'active'").fetchone()[0]
        assert db.execute("SELECT coalesce(sum(load), 0) FROM seat").fetchone()[0] == active
        queued = db.execute("SELECT count(*) FROM event WHERE state = 'queued'").fetchone()[0]
        assert db.execute("SELECT count(*) FROM errand").fetchone()[0] == queued


_SECOND = "SELECT 1 FROM event e JOIN conversation c ON c.rid = e.conversation WHERE c.id = 'conv-{}' AND e.seq = 2"
# What an acknowledged operation must have left; a duplicate's answer promises what the first one did.
EVIDENCE = {
    "seat": "SELECT 1 FROM seat WHERE agent = 'bo'",
    "online": "SELECT 1 FROM seat WHERE status = 'online'",
    "alias": "SELECT 1 FROM alias WHERE alias = 'ann-2'",
    "assign ann": "SELECT 1 FROM event WHERE CAST(body AS TEXT) LIKE '%\"assigned\"%' AND conversation IN"
    " (SELECT rid FROM conversation WHERE id = 'conv-ann')",
    "assign bob": "SELECT 1 FROM session WHERE phase = 'active' AND id LIKE '%bob%'",
    "group": "SELECT 1 FROM document WHERE id = 'g' AND version = 1",
    "answer ann": "SELECT 1 FROM event WHERE CAST(body AS TEXT) LIKE '%yes?%'",
    "sent ann": "SELECT 1 FROM event WHERE state = 'delivered' AND provider_id = 'out-ann'",
    "cat again": "SELECT 1 FROM event WHERE CAST(body AS TEXT) LIKE '%still here%'",
    "index": "SELECT 1 FROM counter WHERE name = 'indexed' AND value > 10",
    "close ann": "SELECT 1 FROM session WHERE phase = 'closed' AND body IS NOT NULL",
    "retract bob": "SELECT 1 FROM event WHERE retracted_at IS NOT NULL AND CAST(body AS TEXT) NOT LIKE '%hi from%'",
    "grant": "SELECT 1 FROM sign_in UNION ALL SELECT 1 FROM counter WHERE name = 'indexed'",
    "early status": "SELECT 1 FROM early UNION ALL SELECT 1 FROM event WHERE state = 'delivered'",
    **{f"open {who}": f"SELECT 1 FROM conversation WHERE id = 'conv-{who}'" for who in ("ann", "bob", "cat")},
    **{f"more {who}": _SECOND.format(who) for who in ("ann", "bob", "cat")},
    "more ann again": _SECOND.format("ann"),
}


def check_acknowledged(path: Path) -> frozenset[str]:
    acks = path.with_suffix(".acks")
    names = frozenset(acks.read_text().split("\n")) - {""} if acks.exists() else frozenset()
    with closing(sqlite3.connect(path)) as db:
        for name in names & EVIDENCE.keys():
            assert db.execute(EVIDENCE[name]).fetchone(), f"{name!r} was acknowledged and is gone"
    return names


async def finish(path: Path, already: frozenset[str]) -> None:
    store = await SqliteStore.open(path)
    await play(store, lambda _: None, already)
    await store.close()


def test_a_kill_at_every_step_loses_nothing_and_doubles_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    steps = steps_of(tmp_path / "whole.db")
    assert steps.count("COMMIT") >= 11
    expected = asyncio.run(outcome(tmp_path / "whole.db"))
    paths = {at: tmp_path / f"killed-{at}.db" for at in range(1, len(steps) + 1)}
    running: list[int] = []
    for at, path in paths.items():
        running.append(child(path, at))
        if len(running) == CHILDREN:
            assert os.waitstatus_to_exitcode(os.waitpid(running.pop(0), 0)[1]) == -signal.SIGKILL
    for pid in running:
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    for at, path in paths.items():
        where = f"killed before step {at}, {steps[at - 1][:60]}"
        already = check_acknowledged(path)
        check_whole(path)
        asyncio.run(finish(path, already))
        check_whole(path)
        assert asyncio.run(outcome(path)) == expected, where
    record_property("crash points tried on SQLite", len(steps))


def test_a_log_torn_at_any_frame_holds_whole_commits_only(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """What a power cut in the middle of a write leaves: the write-ahead log cut off anywhere."""
    live = tmp_path / "live.db"

    async def played_and_kept_open() -> None:
        store = await SqliteStore.open(live)
        await play(store, lambda _: None)
        shutil.copy(live, tmp_path / "copy.db")
        shutil.copy(f"{live}-wal", tmp_path / "copy.wal")
        await store.close()

    asyncio.run(played_and_kept_open())
    log = (tmp_path / "copy.wal").read_bytes()
    (page,) = struct.unpack(">I", log[8:12])
    frame = page + 24
    cuts = [cut for end in range(32, len(log), frame) for cut in (end, end + frame // 2)]
    seen: set[int] = set()
    for cut in cuts:
        torn = tmp_path / "torn.db"
        shutil.copy(tmp_path / "copy.db", torn)
        Path(f"{torn}-wal").write_bytes(log[:cut])
        Path(f"{torn}-shm").unlink(missing_ok=True)
        check_whole(torn)
        with closing(sqlite3.connect(torn)) as db:
            if db.execute("PRAGMA user_version").fetchone() != (0,):
                seen.add(db.execute("SELECT count(*) FROM event").fetchone()[0])
    assert len(seen) >= 7, "the cuts fell between many different commits"
    record_property("torn logs tried on SQLite", len(cuts))


def test_a_child_that_is_not_killed_plays_to_the_end(tmp_path: Path) -> None:
    _, status = os.waitpid(child(tmp_path / "free.db", 10**9), 0)
    assert os.waitstatus_to_exitcode(status) == 0
    with pytest.raises(StoreDown, match="another process is serving"):
        asyncio.run(_open_twice(tmp_path / "free.db"))


async def _open_twice(path: Path) -> None:
    first = await SqliteStore.open(path)
    try:
        await SqliteStore.open(path)
    finally:
        await first.close()
