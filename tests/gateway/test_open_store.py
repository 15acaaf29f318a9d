"""The store the configuration asks for, and what operators do with it: serve, check, back up, restore, move."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.errors import StoreDown, StoreError, StoreUnfit
from core.ports.reading import SessionQuery
from gateway import care
from gateway.app import running
from gateway.config import Config, read
from gateway.open_store import OpenStore, open_store, place
from stores.mongo import MongoStore
from stores.sqlite import SqliteStore
from tests.stores.contract import opened, texts
from tests.stores.servers import MongoServer
from tests.stores.valkey import until

SECRET = "0123456789abcdef" * 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    server = MongoServer(tmp_path_factory.mktemp("mongo") / "data")
    server.start()
    yield server
    server.stop()


def sqlite(folder: Path) -> Config:
    return read(
        {
            "FRONTDESK_DATA": str(folder),
            "FRONTDESK_SECRET": SECRET,
            "FRONTDESK_PORT": "0",
            "FRONTDESK_PUBLIC_URL": "https://x.test",
        }
    )


def mongodb(server: MongoServer, name: str, folder: Path) -> Config:
    return read(
        {
            "FRONTDESK_DATA": str(folder),
            "FRONTDESK_STORE": server.url(name),
            "FRONTDESK_SECRET": SECRET,
            "FRONTDESK_PORT": "0",
            "FRONTDESK_PUBLIC_URL": "https://x.test",
            "FRONTDESK_ADMIN_PASSWORD": "a password",
        }
    )


async def test_a_node_waits_for_a_store_that_is_away(tmp_path: Path) -> None:
    late = MongoServer(tmp_path / "late")
    waiting = asyncio.create_task(_started(_hasty(late, tmp_path), asyncio.Event()))
    with capture_logs() as logged:
        await until(lambda: logged, "it says so")
    assert (logged[0]["event"], logged[0]["log_level"]) == ("store.away", "warning")
    assert logged[0]["reason"].startswith("MongoDB cannot be reached: ")
    try:
        await asyncio.to_thread(late.start)
        assert (await waiting).startswith("http://")
    finally:
        late.stop()


async def test_a_node_that_waits_for_its_store_can_be_stopped(tmp_path: Path) -> None:
    stop = asyncio.Event()
    stop.set()
    with pytest.raises(StoreDown, match="MongoDB cannot be reached"):
        await _started(_hasty(MongoServer(tmp_path / "never"), tmp_path), stop)


async def test_what_waiting_cannot_mend_ends_the_start(tmp_path: Path) -> None:
    alone = MongoServer(tmp_path / "alone", alone=True)
    await asyncio.to_thread(alone.start)
    try:
        with pytest.raises(StoreUnfit, match="no replica set"):
            await _started(_hasty(alone, tmp_path), asyncio.Event())
    finally:
        alone.stop()


async def _started(config: Config, stop: asyncio.Event) -> str:
    async with running(config, stop=stop) as desk:
        return desk.url


def _hasty(server: MongoServer, folder: Path) -> Config:
    config = mongodb(server, "late", folder / "node")
    return replace(config, store=f"{config.store}?serverSelectionTimeoutMS=200")


async def fill(config: Config) -> str:
    config.data.mkdir(parents=True, exist_ok=True)
    store = await open_store(config)
    scene = await opened(store, text="remember me")
    if isinstance(store, MongoStore):
        await store.number()
    await store.close()
    return scene.session.id


async def said(config: Config, session: str) -> tuple[list[str], int]:
    store: OpenStore = await open_store(config)
    try:
        found = await store.sessions(SessionQuery())
        return await texts(store, session), len(found.items)
    finally:
        await store.close()


async def test_the_scheme_chooses_the_store(server: MongoServer, tmp_path: Path) -> None:
    for config, kind in ((sqlite(tmp_path), SqliteStore), (mongodb(server, "scheme", tmp_path), MongoStore)):
        store = await open_store(config)
        assert isinstance(store, kind)
        await store.close()


def test_a_place_is_told_without_its_password(tmp_path: Path) -> None:
    config = read({"FRONTDESK_STORE": "mongodb://me:hush@a,b/desk?replicaSet=rs", "FRONTDESK_SECRET": SECRET})
    assert place(config) == "a,b/desk"
    assert place(sqlite(tmp_path)) == str(tmp_path / "frontdesk.db")


def test_a_driver_that_is_not_asked_for_is_not_loaded(tmp_path: Path) -> None:
    code = "import sys, gateway.app, gateway.care; sys.exit('motor' in sys.modules or 'pymongo' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_frontdesk_runs_on_mongodb_and_starts_again(server: MongoServer, tmp_path: Path) -> None:
    config = mongodb(server, "runs", tmp_path)
    for _ in range(2):
        async with running(config) as desk:
            owners = [agent.email for agent in desk.directory.agents.values() if agent.role == "owner"]
            assert owners == ["owner@localhost"]


async def test_an_export_of_one_kind_is_imported_by_the_other_and_back(
    server: MongoServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, third = sqlite(tmp_path / "a"), mongodb(server, "moved", tmp_path / "b"), sqlite(tmp_path / "c")
    session = await fill(first)
    assert await care.export(first, tmp_path / "1.jsonl") == 0
    assert await care.import_(second, tmp_path / "1.jsonl") == 0
    assert await care.export(second, tmp_path / "2.jsonl") == 0
    assert await care.import_(third, tmp_path / "2.jsonl") == 0
    assert await said(third, session) == (["remember me"], 1)
    lines = [sorted((tmp_path / name).read_bytes().splitlines()) for name in ("1.jsonl", "2.jsonl")]
    assert lines[0] == lines[1]
    assert f"{place(second)} holds the 6 rows of" in capsys.readouterr().out


async def test_an_export_and_an_import_overwrite_nothing(tmp_path: Path) -> None:
    config = sqlite(tmp_path)
    with pytest.raises(care.CannotDo, match="There is no database at"):
        await care.export(config, tmp_path / "x.jsonl")
    with pytest.raises(care.CannotDo, match="There is no export at"):
        await care.import_(config, tmp_path / "x.jsonl")
    await fill(config)
    await care.export(config, tmp_path / "x.jsonl")
    with pytest.raises(care.CannotDo, match="exists already; an export overwrites nothing"):
        await care.export(config, tmp_path / "x.jsonl")
    with pytest.raises(StoreError, match="is not empty; an import overwrites nothing"):
        await care.import_(config, tmp_path / "x.jsonl")


async def test_a_backup_of_mongodb_with_its_files_is_restored_elsewhere(server: MongoServer, tmp_path: Path) -> None:
    config, elsewhere = mongodb(server, "backed", tmp_path / "a"), mongodb(server, "restored", tmp_path / "b")
    session = await fill(config)
    (config.data / "media").mkdir()
    (config.data / "media" / "cat.png").write_bytes(b"cat")
    assert await care.backup(config, tmp_path / "all.tar") == 0
    assert await care.restore(elsewhere, tmp_path / "all.tar") == 0
    assert await said(elsewhere, session) == (["remember me"], 1)
    assert (elsewhere.data / "media" / "cat.png").read_bytes() == b"cat"
    with pytest.raises(care.CannotDo, match="is left of another database"):
        await care.restore(elsewhere, tmp_path / "all.tar")
    with pytest.raises(care.CannotDo, match="The backup holds no database"):
        await care.restore(sqlite(tmp_path / "c"), tmp_path / "all.tar")


async def test_a_backup_of_sqlite_is_not_put_into_mongodb(server: MongoServer, tmp_path: Path) -> None:
    config = sqlite(tmp_path / "a")
    await fill(config)
    await care.backup(config, tmp_path / "all.tar")
    with pytest.raises(care.CannotDo, match="not one of MongoDB: restore it to SQLite, export that and import it here"):
        await care.restore(mongodb(server, "mixed", tmp_path / "b"), tmp_path / "all.tar")


async def test_a_look_at_mongodb_from_the_command_line(
    server: MongoServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = mongodb(server, "looked", tmp_path)
    await fill(config)
    assert await care.check(config) == 0
    assert await care.migrate(config) == 0
    shown = capsys.readouterr().out
    assert f"database        ok: 127.0.0.1:{server.port}/looked, 3 events" in shown
    assert f"127.0.0.1:{server.port}/looked is of this version." in shown
