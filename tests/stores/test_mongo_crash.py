"""kill -9 between every two commands that a node sends, and of the server at each commit: nothing acknowledged is
lost, each commit is whole or absent, and the story played to its end comes out as if nothing had happened.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo.monitoring import CommandListener

from core.errors import StoreError
from core.ports.reading import SessionQuery
from stores import _mongo_alive as alive
from stores import _mongo_feed as feed
from stores._mongo_driver import Mongo
from tests.stores.numbered import Numbered
from tests.stores.servers import MongoServer
from tests.stores.story import play, seen

CHILDREN = 3
ATTEMPTS = 40  # for a story whose server is killed and started again in the middle of it


@pytest.fixture(autouse=True)
def _leases_end_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead node is taken for dead, and its turn at numbering is over: otherwise each story would wait for that. And
    nobody beats meanwhile: the number of commands is the story's alone."""
    monkeypatch.setattr(feed, "LEASE_MS", 0)
    monkeypatch.setattr(alive, "DEAD_MS", -60_000)
    monkeypatch.setattr(alive, "UNMOVED", 1)
    monkeypatch.setattr(alive, "BEAT_S", 3600.0)


class Commands(CommandListener):
    """Tells of each command before it is sent, and after it was answered."""

    def __init__(self, before: Callable[[str], None], after: Callable[[str], None] = lambda _: None) -> None:
        self._before, self._after = before, after

    def started(self, event: Any) -> None:
        self._before(event.command_name)

    def succeeded(self, event: Any) -> None:
        self._after(event.command_name)

    def failed(self, event: Any) -> None:
        self._after(event.command_name)


async def play_on(url: str, listeners: Sequence[CommandListener], acknowledged: Callable[[str], None]) -> None:
    store = await Numbered.open(url, numbering=False, listeners=listeners)
    await play(store, acknowledged, at_once=False)
    await store.number()
    await store.close()


async def commands_of(url: str) -> list[str]:
    """Those after the store was opened: its own beginning has a test of its own."""
    names: list[str] = []
    await (await Numbered.open(url, numbering=False)).close()
    await play_on(url, [Commands(names.append)], lambda _: None)
    return names


def child(url: str, at: int, acks: Path) -> int:
    """Play the story in a forked process that is killed before its command number `at` is sent; its process id."""
    pid = os.fork()
    if pid:
        return pid
    out = os.open(acks, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    seen_commands = 0

    def before(_: str) -> None:
        nonlocal seen_commands
        seen_commands += 1
        if seen_commands == at:
            os.kill(os.getpid(), signal.SIGKILL)

    code = 1
    try:
        asyncio.run(play_on(url, [Commands(before)], lambda name: void(os.write(out, f"{name}\n".encode()))))
        code = 0
    finally:
        os._exit(code)


def void(_: object) -> None:
    return None


async def outcome(url: str) -> dict[str, object]:
    store = await Numbered.open(url, numbering=False)
    try:
        return await seen(store)
    finally:
        await store.close()


async def check_whole(mongo: Mongo) -> None:
    """State, events, causes, errands and seats of each commit agree with each other."""
    events = await mongo.find("event", {})
    numbers = sorted(event["n"] for event in events if "n" in event)
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(("n" in event) != ("pending" in event) for event in events)
    sessions = {document["_id"]: document for document in await mongo.find("session", {})}
    for state in await mongo.find("conversation", {}):
        mine = [event for event in events if event["conversation"] == state["_id"] and not event["fact"]]
        assert {event["version"] for event in mine} == set(range(1, state["version"] + 1))
        assert sorted(event["seq"] for event in mine if "seq" in event) == list(
            range(1, 1 + sum("seq" in event for event in mine))
        )
        assert await mongo.one("alias", {"conversation": state["_id"], "own": True})
        assert any(document["conversation"] == state["_id"] for document in sessions.values())
        causes = await mongo.find("cause", {"session": {"$in": sorted({event["session"] for event in mine})}})
        # Each commit of the story has one cause; what is older than the last chapter's `forget` may be gone.
        assert not causes or len(causes) == state["version"]
    active = sum(document["phase"] == "active" for document in sessions.values())
    assert sum(seat["load"] for seat in await mongo.find("seat", {})) == active
    assert await mongo.count("errand", {}) == sum(event.get("state") == "queued" for event in events)


Check = Callable[[Numbered], Awaitable[object]]


async def _said(store: Numbered, who: str, count: int) -> bool:
    found = await store.load("line-1", f"addr-{who}")
    session = found and (found[0].session or found[0].last)
    return bool(session and len(await store.history(session.id)) >= count)


async def _found(store: Numbered, where: str, **fields: object) -> object:
    return await store._mongo.one(where, dict(fields))


# What an acknowledged operation must have left; a duplicate's answer promises what the first one did.
EVIDENCE: dict[str, Check] = {
    "seat": lambda store: _found(store, "seat", _id="bo"),
    "online": lambda store: _found(store, "seat", status="online"),
    "alias": lambda store: store.load("line-1", "ann-2"),
    "assign ann": lambda store: _found(store, "event", conversation="conv-ann", version=3),
    "assign bob": lambda store: _found(store, "session", conversation="conv-bob", phase="active"),
    "group": lambda store: store.get("groups", "g"),
    "answer ann": lambda store: _said(store, "ann", 3),
    "sent ann": lambda store: _found(store, "event", state="delivered", provider_id="out-ann"),
    "cat again": lambda store: _said(store, "cat", 3),
    "index": lambda store: store.sessions(SessionQuery(q="hi from")),
    "close ann": lambda store: _found(store, "session", conversation="conv-ann", phase="closed"),
    "retract bob": lambda store: _found(store, "event", conversation="conv-bob", retracted_at={"$gt": 0}),
    **{f"open {who}": lambda store, who=who: _said(store, who, 1) for who in ("ann", "bob", "cat")},  # type: ignore[misc]
    **{f"more {who}": lambda store, who=who: _said(store, who, 2) for who in ("ann", "bob", "cat")},  # type: ignore[misc]
}


async def check_and_finish(url: str, already: frozenset[str]) -> dict[str, object]:
    """What is to be seen at the end."""
    store = await Numbered.open(url, numbering=False)
    try:
        for name in already & EVIDENCE.keys():
            assert await EVIDENCE[name](store), f"{name!r} was acknowledged and is gone"
        await check_whole(store._mongo)
        await play(store, lambda _: None, already, at_once=False)
        await store.number()
        await check_whole(store._mongo)
        return await seen(store)
    finally:
        await store.close()


@pytest.mark.timeout(400)
def test_a_node_killed_between_any_two_commands_loses_nothing_and_doubles_nothing(
    mongo_server: MongoServer, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    whole = mongo_server.url(f"whole_{uuid4().hex[:8]}")
    names = asyncio.run(commands_of(whole))
    expected = asyncio.run(outcome(whole))
    assert names.count("commitTransaction") >= 15
    urls = {at: mongo_server.url(f"killed_{at}_{uuid4().hex[:8]}") for at in range(1, len(names) + 1)}
    running: dict[int, int] = {}

    def reap() -> None:
        at, pid = next(iter(running.items()))
        del running[at]
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL

    async def check(at: int) -> None:
        acks = tmp_path / f"{at}.acks"
        end = await check_and_finish(urls[at], frozenset(acks.read_text().split("\n")) - {""})
        assert end == expected, f"killed before command {at}, {names[at - 1]}"

    for at, url in urls.items():
        (tmp_path / f"{at}.acks").touch()
        asyncio.run(_opened_before(url))
        running[at] = child(url, at, tmp_path / f"{at}.acks")
        if len(running) == CHILDREN:
            reap()
    while running:
        reap()
    for at in urls:
        asyncio.run(check(at))
    record_property("crash points tried on MongoDB", len(urls))


async def _opened_before(url: str) -> None:
    await (await Numbered.open(url, numbering=False)).close()


def test_a_node_killed_while_it_makes_the_database_leaves_one_that_can_be_made(
    mongo_server: MongoServer, tmp_path: Path
) -> None:
    for at in range(1, 60, 4):
        url = mongo_server.url(f"made_{at}_{uuid4().hex[:8]}")
        pid = child(url, at, tmp_path / "made.acks")
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
        asyncio.run(check_and_finish(url, frozenset()))


@pytest.mark.serial
@pytest.mark.timeout(400)
def test_a_server_killed_at_any_commit_loses_nothing_that_was_acknowledged(
    tmp_path_factory: pytest.TempPathFactory, record_property: Callable[[str, object], None]
) -> None:
    server = MongoServer(tmp_path_factory.mktemp("synced") / "data", synced=True)
    server.start()
    try:
        whole = server.url("whole")
        names = asyncio.run(commands_of(whole))
        expected = asyncio.run(outcome(whole))
        commits = names.count("commitTransaction")
        for at in range(1, commits + 1):
            asyncio.run(_with_the_server_killed(server, server.url(f"killed_{at}"), at, expected))
        record_property("kills of the MongoDB server at a commit", commits)
    finally:
        server.stop()


async def _with_the_server_killed(server: MongoServer, url: str, at: int, expected: dict[str, object]) -> None:
    """Before the commit is sent, a little after, or once it is answered, by turns; then it is started again."""
    commits = 0
    done: set[str] = set()
    await _opened_before(url)

    def before(name: str) -> None:
        nonlocal commits
        commits += name == "commitTransaction"
        if name == "commitTransaction" and commits == at:
            if at % 3 == 0:
                server.kill()
            elif at % 3 == 1:
                threading.Timer(0.0005 * (at % 7), server.kill).start()

    def after(name: str) -> None:
        if name == "commitTransaction" and commits == at and at % 3 == 2:
            server.kill()

    store = await Numbered.open(
        f"{url}?serverSelectionTimeoutMS=300", numbering=False, listeners=[Commands(before, after)]
    )
    for _ in range(ATTEMPTS):
        try:
            await play(store, done.add, frozenset(done), at_once=False)
            await store.number()
            break
        except StoreError:
            if not server.running:
                server.start()
    assert commits >= at
    if not server.running:
        server.start()
    await store.close()
    assert await check_and_finish(url, frozenset(done)) == expected, f"killed at commit {at}"
