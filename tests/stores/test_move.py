"""A store moved to another backend and back is the same store: compared row by row, and by playing on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace

from core.channel import StatusUpdate
from core.errors import Duplicate, StoreDown, StoreError
from core.event import Amended, Recalled, Retracted
from core.message import Text
from core.ports.papers import Grant, Raw
from core.ports.reading import SessionQuery, SubmissionQuery
from core.ports.store import Store
from core.ports.writing import Cause, Lease
from stores import move
from stores._neutral import EventRow, Row
from stores.mongo import MongoStore
from stores.sqlite import SqliteStore
from tests.stores.contract import opened, outcome, sent
from tests.stores.left import leaves, says_of, words
from tests.stores.marked import mentioned, notes, tagged, tags
from tests.stores.numbered import Numbered
from tests.stores.scenes import NODE, NOON, Scene
from tests.stores.servers import MongoServer
from tests.stores.story import play

Opens = Callable[[str], Any]


@pytest.fixture
async def stores(mongo_server: MongoServer, tmp_path: Path) -> AsyncIterator[Opens]:
    """Makes empty ones, by the name of their kind."""
    made: list[Any] = []

    async def open(kind: str) -> Any:
        name = f"move_{uuid4().hex[:10]}"
        if kind == "sqlite":
            made.append(await SqliteStore.open(tmp_path / f"{name}.db"))
        else:
            made.append(await Numbered.open(mongo_server.url(name), numbering=False))
            made[-1]._short_snapshots = True
            made[-1].url = mongo_server.url(name)
        return made[-1]

    yield open
    for store in made:
        await store.close()


async def filled(store: Any) -> dict[str, Scene]:
    """Something of everything: every kind of document, row and state."""
    await play(store, lambda _: None, at_once=False)
    ann = await opened(store, "amy", "with 包裹", cause="amy-1")
    await store.seat("cy", capacity=3, at=NOON)
    await store.set_status("cy", "online", "here", NOON)
    await store.commit(ann.take(ann.assigned("cy")))
    first = await store.commit(ann.take(ann.answers(delivery="d-1")))
    for key in ("d-2", "d-3"):
        await store.commit(ann.take(ann.answers(delivery=key)))
    await store.settle(sent(ann, first.errands[0].key, "out-amy", "out-amy-2"))
    session = ann.session.id
    changes = (Amended(session, 1, NOON + 5, Text("new 包裹"), Text("old")), Recalled(session, 2, NOON + 6, "cy"))
    await store.commit(ann.take(ann.with_events(*changes)))
    await store.commit(ann.take(replace(ann.says("x", cause="amy-2", ref="amy-r"), aliases=("amy-other",))))
    await store.commit(ann.take(ann.with_events(Retracted(session, ann.session.seq, NOON))))
    await store.commit(ann.take(ann.wakes("idle", NOON + 77)))
    quiet = replace(ann.with_events(), causes=(Cause("line-1", "quiet"),))
    await store.commit(ann.take(quiet))
    waiting = Scene("wim")
    await store.commit(waiting.take(waiting.opens(phase="queued", group="sales", number=4711)))
    await store.report("line-1", StatusUpdate(id="s", state="read", at=NOON, message_id="never"), NOON)
    for body in ({"name": "1"}, {"name": "2", "deep": {"list": [1, None, "é"]}}, None):
        await store.put("agents", "a", body, who="root", at=7)
    await store.grant(Grant(b"\xff" * 32, "bo", 100))
    await store.keep_raw(Raw("line-1", 5, "odd", b"\x00\xff"))
    await store.reserve("session", 5000)
    await store.commit(waiting.take(tags(waiting, "late")))
    for text, read in (("look", True), ("look again", False)):
        await store.commit(waiting.take(notes(waiting, text, "cy", "dee")))
        if read:
            await store.mentions.read("cy")
    leaver, kept = await leaves(store, "lea", 4712, group="sales")
    await store.commit(leaver.take(says_of(leaver, replace(kept, state="open", agent="cy"), "and then?")))
    await store.newest()
    return {"amy": ann, "wim": waiting}


async def rows_of(store: Any) -> list[bytes]:
    found: list[Row] = []
    async for rows in store.dump():
        found += rows
    return sorted(msgspec.json.encode(row, order="sorted") for row in found)


@pytest.mark.parametrize("source", ["sqlite", "mongodb"])
@pytest.mark.parametrize("target", ["sqlite", "mongodb"])
async def test_a_store_brought_in_elsewhere_has_the_same_rows_and_goes_on(
    stores: Opens, tmp_path: Path, source: str, target: str
) -> None:
    old, new = await stores(source), await stores(target)
    scenes = await filled(old)
    count = await move.export(old, tmp_path / "all.jsonl")
    assert await move.bring_in(new, tmp_path / "all.jsonl") == count
    before, after = await rows_of(old), await rows_of(new)
    assert after == before
    assert len(before) == count > 80
    assert {msgspec.json.decode(row)["type"] for row in before} == {
        "conversation", "alias", "customer", "session", "submission", "event", "cause", "name", "errand", "early",
        "seat", "revision", "grant", "raw", "counter",
    }  # fmt: skip
    await _look_alike(old, new, scenes)
    await _go_on(new, scenes)


async def _look_alike(old: Store, new: Store, scenes: dict[str, Scene]) -> None:
    while await new.index(100) or await old.index(100):
        pass
    assert await new.newest() == await old.newest()
    assert list(await new.feed(0, 1000)) == list(await old.feed(0, 1000))
    everything = SubmissionQuery()
    assert await new.submissions(everything) == await old.submissions(everything)
    assert words(await new.thread("session-lea-1")) == words(await old.thread("session-lea-1")) == ["and then?"]
    for query in (SessionQuery(), SessionQuery(phase="closed"), SessionQuery(q="包裹"), SessionQuery(q="#4711")):
        page = await old.sessions(query)
        assert page.items
        assert await new.sessions(query) == page
    assert await tagged(new, tag="late") == await tagged(old, tag="late") == ["wim"]
    for store in (old, new):
        assert await mentioned(store, "cy") == [("look again", True), ("look", False)]
        assert await mentioned(store, "dee", unread=True) == [("look again", True), ("look", True)]
    assert (await new.desk()).waiting == (await old.desk()).waiting
    assert await new.seats() == await old.seats()
    assert await new.counts() == await old.counts()
    assert await new.next_due() == await old.next_due()
    assert await new.customers() == await old.customers()
    for scene in scenes.values():
        session = scene.session.id
        assert list(await new.history(session)) == list(await old.history(session))
        assert list(await new.trace(session)) == list(await old.trace(session))
        assert await new.load_of(session) == (scene.state, scene.version)
    for name in ("amy-1", "amy-r", "out-amy", "out-amy-2"):
        assert await new.place("line-1", name) == await old.place("line-1", name)
    assert await new.load("line-1", "amy-other") == (scenes["amy"].state, scenes["amy"].version)
    assert await new.get("agents", "a") is None
    assert list(await new.revisions("agents", "a")) == list(await old.revisions("agents", "a"))
    assert await new.granted(b"\xff" * 32) == Grant(b"\xff" * 32, "bo", 100)
    assert list(await new.raws("line-1")) == [Raw("line-1", 5, "odd", b"\x00\xff")]


async def _go_on(new: Any, scenes: dict[str, Scene]) -> None:
    """Order, dedupe, numbers and leases hold across the move."""
    amy = scenes["amy"]
    n = await new.newest()
    assert isinstance(await outcome(new, amy.says(cause="amy-2")), Duplicate)
    await new.commit(amy.take(amy.answers(delivery="d-4")))
    assert await new.newest() == n + 1
    assert await new.reserve("session", 1) == 5001
    given = await new.claim(NODE.until, 10, Lease("n2", NODE.until + 9))
    assert [(errand.key, errand.uncertain) for errand in given if errand.key.startswith("d-")] == [("d-2", True)]
    await new.settle(replace(sent(amy, "d-2"), facts=()))
    following = await new.claim(NODE.until, 10, Lease("n2", NODE.until + 9))
    assert [errand.key for errand in following] == ["d-3"]
    assert await new.forget(NOON + 1, 1000) > 5
    assert not isinstance(await outcome(new, amy.says(cause="amy-2")), Duplicate)
    assert await new.put("agents", "a", {"name": "4"}, who="root", at=9) == 4


@pytest.mark.parametrize("kind", ["sqlite", "mongodb"])
async def test_an_export_beside_writers_is_of_one_moment(stores: Opens, tmp_path: Path, kind: str) -> None:
    store = await stores(kind)
    scenes = [await opened(store, f"c{index}") for index in range(10)]
    stop = asyncio.Event()

    async def write(scene: Scene) -> None:
        while not stop.is_set():
            await store.commit(scene.take(scene.says("more")))

    writers = [asyncio.ensure_future(write(scene)) for scene in scenes]
    for turn in range(3):
        copy = await stores("sqlite")
        await move.export(store, tmp_path / f"{turn}.jsonl")
        await move.bring_in(copy, tmp_path / f"{turn}.jsonl")
        for scene in scenes:
            found = await copy.load("line-1", f"addr-{scene.name}")
            assert found is not None
            seqs = [stored.message.seq for stored in await copy.history(scene.session.id, limit=100_000)]
            assert seqs == list(range(1, found[0].session.seq + 1))
        numbers = [row.n for row in await copy.feed(0, 100_000)]
        assert numbers == list(range(1, len(numbers) + 1))
    stop.set()
    await asyncio.gather(*writers)


async def test_what_is_not_numbered_yet_has_the_numbers_that_follow(stores: Opens) -> None:
    store: MongoStore = await stores("mongodb")
    scene = await opened(store)
    await store.number()
    await store.commit(scene.take(scene.says("later")))
    found = [row async for rows in store.dump() for row in rows]
    assert [row.n for row in found if isinstance(row, EventRow)] == [1, 2, 3, 4]


@pytest.mark.parametrize("kind", ["sqlite", "mongodb"])
async def test_nothing_is_brought_into_a_store_that_holds_something(stores: Opens, tmp_path: Path, kind: str) -> None:
    store = await stores(kind)
    await opened(store)
    await move.export(store, tmp_path / "x.jsonl")
    with pytest.raises(StoreError, match="is not empty; an import overwrites nothing"):
        await move.bring_in(store, tmp_path / "x.jsonl")


@pytest.mark.parametrize("kind", ["sqlite", "mongodb"])
async def test_a_file_that_was_cut_off_is_refused_and_leaves_no_half_store(
    stores: Opens, tmp_path: Path, kind: str
) -> None:
    old, new = await stores("sqlite"), await stores(kind)
    await opened(old)
    await move.export(old, tmp_path / "whole.jsonl")
    lines = (tmp_path / "whole.jsonl").read_bytes().splitlines(keepends=True)
    for name, content, why in (
        ("cut", b"".join(lines[:-1]), "was cut off after"),
        ("torn", b"".join(lines)[:-30], "is no line of an export"),
        ("short", b"".join([*lines[:2], *lines[3:]]), "lacks rows"),
        ("other", b"hello\n", "line 1, is no line of an export"),
        ("newer", b'{"type":"frontdesk","format":9}\n', "of format 9, this version knows 2: upgrade first"),
    ):
        (tmp_path / name).write_bytes(content)
        target = new if name == "cut" else await stores(kind)
        with pytest.raises(StoreError, match=why):
            await move.bring_in(target, tmp_path / name)
    if kind == "sqlite":
        assert await new.newest() == 0
        assert await move.bring_in(new, tmp_path / "whole.jsonl") == len(lines) - 2
    else:
        with pytest.raises(StoreDown, match="was not finished: drop the database and begin the import again"):
            await MongoStore.open(new.url)
