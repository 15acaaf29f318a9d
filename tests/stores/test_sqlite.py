"""The SQLite store keeps the contract; and what is its own: files, versions, disks, threads, plans."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

from core.customer import Customer
from core.errors import StoreDown
from core.event import Retracted
from core.ports.reading import SessionQuery
from core.ports.store import Store
from stores import _sqlite_open as opening
from stores._sqlite_writer import WAITING_AT_MOST
from stores.sqlite import SqliteStore
from tests.stores.contract import StoreContract, all_pages, listed, opened, texts
from tests.stores.marked import mentioned, notes, tagged, tags
from tests.stores.scenes import NOON, Scene


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "frontdesk.db"


@pytest.fixture
async def sqlite(path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(path)
    yield store
    await store.close()


class TestSqlite(StoreContract):
    @pytest.fixture
    def store(self, sqlite: SqliteStore) -> Store:
        return sqlite


# --- the file ------------------------------------------------------------------------------------------------


async def test_what_was_committed_is_there_after_opening_again(path: Path) -> None:
    store = await SqliteStore.open(path)
    scene = await opened(store, text="remember me")
    await store.close()
    store = await SqliteStore.open(path)
    assert await texts(store, scene.session.id) == ["remember me"]
    await store.commit(scene.take(scene.says("still here")))
    assert await store.newest() == 4
    await store.close()


async def test_a_second_server_on_the_same_file_is_refused_with_a_sentence(sqlite: SqliteStore, path: Path) -> None:
    with pytest.raises(StoreDown, match=r"another process is serving .*frontdesk\.db; one database has one server"):
        await SqliteStore.open(path)


async def test_looking_and_backing_up_need_no_lock(sqlite: SqliteStore, path: Path, tmp_path: Path) -> None:
    await opened(sqlite)
    looking = await SqliteStore.open(path, read_only=True)
    assert await listed(looking) == ["ann"]
    with pytest.raises(StoreDown, match="for reading only"):
        await looking.commit(Scene("bob").opens())
    with pytest.raises(StoreDown, match="for reading only"):
        await looking.seat("bo", capacity=1, at=NOON)
    await looking.backup(str(tmp_path / "copy.db"))
    await looking.close()
    assert (tmp_path / "copy.db").exists()


async def test_a_file_that_cannot_be_opened_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreDown, match="cannot open"):
        await SqliteStore.open(tmp_path / "no" / "such" / "folder" / "x.db")
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is a letter, and no database" * 100)
    with pytest.raises(StoreDown, match="not a database"):
        await SqliteStore.open(broken)


async def test_a_database_of_a_newer_version_is_refused(path: Path) -> None:
    await (await SqliteStore.open(path)).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreDown, match=r"written by a newer version \(its schema is 999, this one knows \d+\)"):
        await SqliteStore.open(path)


def test_migrations_run_from_any_version_and_stop_where_one_fails(tmp_path: Path) -> None:
    scripts = tmp_path / "migrations"
    scripts.mkdir()
    (scripts / "0001_first.sql").write_text("CREATE TABLE a (x);")
    with closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as db:
        opening.migrate(db, tmp_path / "old.db", scripts)
        (scripts / "0002_second.sql").write_text("ALTER TABLE a ADD COLUMN y; UPDATE a SET y = 1;")
        (scripts / "0003_third.sql").write_text("CREATE TABLE b (x); INSERT INTO nowhere VALUES (1);")
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            opening.migrate(db, tmp_path / "old.db", scripts)
        assert opening.schema_version(db) == 2
        assert not db.in_transaction
        (scripts / "0003_third.sql").write_text("CREATE TABLE b (x);")
        opening.migrate(db, tmp_path / "old.db", scripts)
        assert opening.schema_version(db) == 3


async def test_a_backup_under_load_is_one_moment_of_the_database(sqlite: SqliteStore, tmp_path: Path) -> None:
    scenes = [await opened(sqlite, f"c{index}") for index in range(20)]
    done = asyncio.Event()

    async def writes(scene: Scene) -> None:
        while not done.is_set():
            await sqlite.commit(scene.take(scene.says("more")))

    writers = [asyncio.create_task(writes(scene)) for scene in scenes]
    for round_ in range(3):
        await sqlite.backup(str(tmp_path / f"copy-{round_}.db"))
    done.set()
    await asyncio.gather(*writers)
    newest = []
    for round_ in range(3):
        copy = await SqliteStore.open(tmp_path / f"copy-{round_}.db")
        newest.append(await copy.newest())
        rows = (await copy.sessions(SessionQuery())).items
        assert [len(await copy.history(row.session.id, limit=10_000)) for row in rows] == [
            row.session.seq for row in rows
        ]
        await copy.close()
    assert newest == sorted(newest)
    assert not await asyncio.to_thread(lambda: list(tmp_path.glob("*.partial")))


async def test_a_backup_that_cannot_be_written_says_so(sqlite: SqliteStore, tmp_path: Path) -> None:
    with pytest.raises(StoreDown, match="cannot back up to"):
        await sqlite.backup(str(tmp_path / "no-folder" / "copy.db"))


async def test_erased_words_are_in_no_byte_of_the_closed_file(path: Path) -> None:
    store = await SqliteStore.open(path)
    for index in range(30):
        await opened(store, f"c{index}", "nothing special")
    scene = await opened(store, text="kanarienvogel in the mine")
    while await store.index(10):
        pass
    await store.commit(scene.take(scene.with_events(Retracted(scene.session.id, 1, NOON))))
    assert await listed(store, q="kanarienvogel") == []
    for _ in range(20):
        await store.index(10)
    await store.close()
    assert b"kanarienvogel" not in await asyncio.to_thread(path.read_bytes)


# --- the writer ----------------------------------------------------------------------------------------------


async def test_a_full_disk_refuses_what_waits_loses_nothing_and_ends(sqlite: SqliteStore) -> None:
    scene = await opened(sqlite)
    assert sqlite._writer is not None
    await sqlite._writer.do(lambda c, _: c.execute("PRAGMA max_page_count = 1").fetchone())
    big = [Scene(f"c{index}") for index in range(40)]
    refused = await asyncio.gather(
        *(sqlite.commit(one.opens("x" * 9000)) for one in big),
        sqlite.put("groups", "g", {"text": "x" * 9000}, who="root", at=1),
        return_exceptions=True,
    )
    assert {type(error) for error in refused} == {StoreDown}
    assert "full" in str(refused[0])
    await sqlite._writer.do(lambda c, _: c.execute("PRAGMA max_page_count = 1000000").fetchone())
    assert await texts(sqlite, scene.session.id) == ["hello"]
    outcomes = await asyncio.gather(*(sqlite.commit(one.opens("x" * 9000)) for one in big))
    assert [one.n for one in outcomes] == list(range(6, 126, 3)), "numbers go on where they had stopped"


async def test_another_writer_at_the_file_makes_it_unreachable_for_a_while(sqlite: SqliteStore, path: Path) -> None:
    assert sqlite._writer is not None
    await sqlite._writer.do(lambda c, _: c.execute("PRAGMA busy_timeout = 0").fetchone())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreDown, match="locked"):
            await sqlite.commit(Scene("ann").opens())
        other.execute("ROLLBACK")
    await opened(sqlite)


async def test_more_than_may_wait_at_once_are_all_served(sqlite: SqliteStore) -> None:
    many = WAITING_AT_MOST + 300
    firsts = await asyncio.gather(*(sqlite.reserve("n", 1) for _ in range(many)))
    assert sorted(firsts) == list(range(1, many + 1))


async def test_who_stops_waiting_has_still_asked(sqlite: SqliteStore) -> None:
    task = asyncio.create_task(sqlite.commit(Scene("ann").opens()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await opened(sqlite, "bob")
    assert await listed(sqlite) == ["bob", "ann"]


async def test_closing_serves_everybody_and_then_nobody(path: Path) -> None:
    store = await SqliteStore.open(path)
    asked = [asyncio.create_task(store.commit(Scene(f"c{index}").opens())) for index in range(50)]
    await asyncio.sleep(0)
    await store.close()
    assert sorted(one.n for one in await asyncio.gather(*asked)) == list(range(3, 153, 3))
    with pytest.raises(StoreDown, match="closed"):
        await store.commit(Scene("late").opens())
    with pytest.raises(StoreDown, match="closed"):
        await store.load("line-1", "addr-c1")


# --- plans ---------------------------------------------------------------------------------------------------


async def test_no_list_looks_through_the_history(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every statement of every combination of filters goes along an index, closed sessions without sorting."""
    asked: list[str] = []
    monkeypatch.setattr(opening.Connection, "on_step", asked.append)
    sqlite = await SqliteStore.open(path)
    for index in range(3):
        scene = await opened(sqlite, f"c{index}", group="g")
        await sqlite.commit(scene.take(scene.closed()))
    for phase, mine, channel, group, visible, tag in product(
        (None, "bot", "queued", "closed"), (None, "bo"), (None, "line-1"), (None, "g"), (None, "cy"), (None, "late")
    ):
        await all_pages(
            sqlite,
            phase=phase,
            mine=mine,
            channel=channel,
            group=group,
            visible_to=visible,
            visible_groups=("g", "h"),
            tag=tag,
        )
    await sqlite.close()
    walks = {sql for sql in asked if sql.startswith("SELECT s.rid")}
    assert len(walks) > 50
    with closing(sqlite3.connect(path)) as db:
        for sql in walks:
            plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?"))]
            assert not [line for line in plan if line.startswith("SCAN") and "USING INDEX" not in line], (
                sql,
                plan,
            )
            assert "s.phase = 'closed'" not in sql or not any("TEMP B-TREE" in line for line in plan), (
                sql,
                plan,
            )


async def test_no_question_about_customers_looks_through_them_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(opening.Connection, "on_step", asked.append)
    sqlite = await SqliteStore.open(path)
    for index in range(3):
        await opened(
            sqlite, f"c{index}", customer=Customer(id=f"customer-c{index}", name="Ann Lee", partner_id=f"P{index}")
        )
    for q in ("ann", "ann lee", "lee@x.example", "+49 15", "山田", "P1"):
        await sqlite.customers(q=q)
        await sqlite.customers(q=q, after="customer-c1", partner_id="P1")
        await sqlite.sessions(SessionQuery(q=q))
    await sqlite.customers(after="customer-c1")
    await sqlite.customers(partner_id="P1")
    await sqlite.conversations("customer-c1")
    await sqlite.partner("P1")
    await sqlite.sessions(SessionQuery(customer="customer-c1"))
    await sqlite.erase("conv-c1", None, 10)
    await sqlite.close()
    looks = {
        sql for sql in asked if sql.startswith("SELECT") and ("customer" in sql or "partner" in sql or "loose" in sql)
    }
    assert len(looks) > 8
    with closing(sqlite3.connect(path)) as db:
        for sql in looks:
            plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?"))]
            scans = [
                line for line in plan if line.startswith("SCAN") and "USING" not in line and "CONSTANT" not in line
            ]
            assert not [line for line in scans if "customer" in line.split()[1:2] or "conversation" in line], (
                sql,
                plan,
            )


async def test_customers_of_an_earlier_version_get_their_terms_behind(path: Path) -> None:
    sqlite = await SqliteStore.open(path)
    for index in range(7):
        await opened(sqlite, f"c{index}", customer=Customer(id=f"customer-c{index}", name=f"Ann {index}"))
    await sqlite.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("DELETE FROM customer_term")
        db.execute("INSERT INTO counter SELECT 'customers_untermed', max(rowid) FROM customer")
        db.commit()
    sqlite = await SqliteStore.open(path)
    assert (await sqlite.customers(q="ann")).items == ()
    while await sqlite.index(3):
        pass
    assert len((await sqlite.customers(q="ann")).items) == 7
    await sqlite.close()


async def test_tags_and_mentions_of_an_earlier_version_are_found(path: Path) -> None:
    """What was written before there was a list of mentions counts as read."""
    sqlite = await SqliteStore.open(path)
    for name in ("ann", "bob", "cat"):
        scene = await opened(sqlite, name)
        await sqlite.commit(scene.take(notes(scene, f"look at {name}", "mei", "bo")))
        if name != "cat":
            await sqlite.commit(scene.take(tags(scene, "refund", name)))
        if name == "ann":
            await sqlite.commit(scene.take(scene.closed()))
    await sqlite.close()
    with closing(sqlite3.connect(path)) as db:
        db.executescript("DROP TABLE session_tag; DROP TABLE mention; PRAGMA user_version = 6;")
    sqlite = await SqliteStore.open(path)
    assert await tagged(sqlite, tag="refund") == ["bob", "ann"]
    assert await tagged(sqlite, tag="refund", phase="closed") == ["ann"]
    assert await mentioned(sqlite, "mei") == [(f"look at {name}", False) for name in ("cat", "bob", "ann")]
    await sqlite.close()
