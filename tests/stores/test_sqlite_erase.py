"""Erased words are in no byte of any file of the database, with traffic before, beside and after it."""

import asyncio
from pathlib import Path

from core.event import Retracted
from core.message import Text
from core.ports.reading import SessionQuery
from core.ports.writing import Commit
from stores.sqlite import SqliteStore
from tests.stores.contract import opened
from tests.stores.people import WORD, EraseContract, all_of_it, erasing, index
from tests.stores.scenes import NOON, Scene


def found(folder: Path, word: str = WORD) -> list[str]:
    return [
        f"{path.name} at {path.read_bytes().lower().index(word.encode())}"
        for path in sorted(folder.iterdir())
        if word.encode() in path.read_bytes().lower()
    ]


async def traffic(store: SqliteStore, name: str, words: str, count: int) -> Scene:
    scene = await opened(store, name, words)
    for n in range(count):
        await store.commit(scene.take(scene.says(f"{words} {n} " * (1 + n % 40))))
    await index(store)
    return scene


async def worked_out(store: SqliteStore) -> None:
    await index(store)
    await store.scrub()


async def test_what_an_erased_customer_said_is_in_no_byte_while_the_store_is_open(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "frontdesk.db")
    await traffic(store, "before", "ordinary words of somebody else", 150)
    scene = await EraseContract().chat(store)
    for n in range(120):
        await store.commit(scene.take(scene.says(f"{WORD} again and again {n} " * (1 + n % 60))))
        if n % 10 == 0:
            await index(store)
    await traffic(store, "beside", "more of the ordinary", 150)
    await index(store)
    assert found(tmp_path) != []
    commit = erasing(scene)
    await store.commit(commit)
    await all_of_it(store, "conv-ann", 50)
    await index(store)
    await worked_out(store)
    assert found(tmp_path) == []
    assert found(tmp_path, "addr-ann") == []
    assert len((await store.sessions(SessionQuery(q="ordinary"))).items) == 2
    await store.close()
    assert found(tmp_path) == []


async def test_an_unsent_message_is_in_no_byte_while_the_store_is_open(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "frontdesk.db")
    await traffic(store, "before", "ordinary words", 60)
    scene = await opened(store, "ann", f"the {WORD} " * 300)
    await index(store)
    await traffic(store, "after", "ordinary words", 60)
    await store.commit(scene.take(scene.with_events(Retracted(scene.session.id, 1, NOON))))
    await worked_out(store)
    assert found(tmp_path) == []
    await store.close()


async def test_what_others_say_meanwhile_is_not_held_up_and_not_lost(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "frontdesk.db")
    scene = await EraseContract().chat(store)
    for n in range(100):
        await store.commit(scene.take(scene.says(f"{WORD} {n}")))
    other = await opened(store, "bob", "hello")
    await store.commit(erasing(scene))

    async def chats() -> int:
        said: list[Commit] = []
        for n in range(200):
            said.append(other.take(other.says(f"line {n}")))
            await store.commit(said[-1])
        return len(said)

    _, count = await asyncio.gather(all_of_it(store, "conv-ann", 5), chats())
    assert [each.message.content for each in await store.history(other.session.id, 1, 500)] == [
        Text(f"line {n}") for n in range(count)
    ]
    await worked_out(store)
    assert found(tmp_path) == []
    await store.close()
