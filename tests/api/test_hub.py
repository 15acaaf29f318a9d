"""The feed inside one process: read once, in order, whatever it is told and whatever goes wrong."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from api import hub as module
from api.hub import Cursor, Hub, feed_identity, read_cursor, write_cursor
from core.errors import StoreDown
from core.event import Reminded
from core.ports.reading import FeedRow
from stores.memory import MemoryStore
from tests.api.world import StillClock


class Rows:
    """A store that has only a feed; `down` reads fail first."""

    def __init__(self, newest: int = 0, down: int = 0) -> None:
        self.last, self.down, self.reads = newest, down, 0
        self.read_twice = asyncio.Event()

    async def newest(self) -> int:
        return self.last

    async def feed(self, after: int, limit: int) -> Sequence[FeedRow]:
        await asyncio.sleep(0)
        self.reads += 1
        if self.reads == 2:
            self.read_twice.set()
        if self.down:
            self.down -= 1
            raise StoreDown("gone for a moment")
        upto = min(self.last, after + limit)
        return [FeedRow(n=n, at=n, conversation="c", event=Reminded(n)) for n in range(after + 1, upto + 1)]


class Reader:
    def __init__(self) -> None:
        self.seen: list[int] = []
        self.moved = asyncio.Event()

    async def __call__(self, rows: Sequence[FeedRow]) -> None:
        self.seen.extend(row.n for row in rows)
        self.moved.set()

    async def until(self, n: int) -> None:
        while not self.seen or self.seen[-1] < n:
            self.moved.clear()
            await asyncio.wait_for(self.moved.wait(), 20)


async def running(store: Any) -> Hub:
    hub = Hub(store, "tests")
    await hub.start()
    return hub


async def test_what_was_there_before_the_start_is_not_handed_out() -> None:
    store, reader = Rows(newest=10), Reader()
    hub = await running(store)
    hub.listen(reader)
    store.last = 12
    hub.reached(12)
    await reader.until(12)
    assert reader.seen == [11, 12]
    await hub.stop()


async def test_told_out_of_order_and_too_often_it_hands_out_in_order_and_once() -> None:
    store, first, second = Rows(), Reader(), Reader()
    hub = await running(store)
    hub.listen(first)
    hub.listen(second)
    store.last = 1200
    for n in (700, 3, 1200, 3, 1):
        hub.reached(n)
    await first.until(1200)
    assert first.seen == second.seen == list(range(1, 1201))
    assert store.reads == 3, "500 at a time, once for both"
    await hub.stop()


async def test_a_store_that_is_down_costs_time_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    store, reader = Rows(down=3), Reader()
    hub = await running(store)
    hub.listen(reader)
    store.last = 5
    hub.reached(5)
    await reader.until(5)
    assert reader.seen == [1, 2, 3, 4, 5]
    await hub.stop()


async def test_a_number_that_cannot_be_read_yet_is_read_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    store, reader = Rows(), Reader()
    hub = await running(store)
    hub.listen(reader)
    hub.reached(1)
    await asyncio.wait_for(store.read_twice.wait(), 20)
    store.last = 1
    await reader.until(1)
    await hub.stop()


async def test_a_listener_that_fails_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(rows: Sequence[FeedRow]) -> None:
        raise RuntimeError("a defect")

    store, reader = Rows(newest=0), Reader()
    hub = await running(store)
    hub.listen(broken)
    hub.listen(reader)
    store.last = 2
    hub.reached(2)
    await reader.until(2)
    assert "a listener of the feed failed" in caplog.text
    await hub.stop()


async def test_recent_rows_are_at_hand_until_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    store, reader = Rows(newest=100), Reader()
    hub = await running(store)
    hub.listen(reader)
    assert hub.recent(100) == ()
    assert hub.recent(99) is None
    store.last = 100 + module.RECENT + 10
    hub.reached(store.last)
    await reader.until(store.last)
    assert hub.recent(109) is None
    assert [row.n for row in hub.recent(store.last - 3) or ()] == [store.last - 2, store.last - 1, store.last]
    assert next(iter(hub.recent(110) or ())).n == 111
    await hub.stop()


async def test_who_stopped_listening_hears_nothing_more() -> None:
    store, reader, other = Rows(), Reader(), Reader()
    hub = await running(store)
    end = hub.listen(reader)
    hub.listen(other)
    end()
    store.last = 1
    hub.reached(1)
    await other.until(1)
    assert reader.seen == []
    await hub.stop()


async def test_a_database_keeps_its_identity_and_another_has_another() -> None:
    store, clock, ids = MemoryStore(), StillClock(), iter("abc")
    first = await feed_identity(store, clock, lambda: next(ids))
    again = await feed_identity(store, clock, lambda: next(ids))
    other = await feed_identity(MemoryStore(), clock, lambda: next(ids))
    assert first == again == "a"
    assert other == "b"


@pytest.mark.parametrize("cursor", [Cursor("feed", 0), Cursor("feed", 2**53, "session", 7)])
def test_a_cursor_is_read_as_it_was_written(cursor: Cursor) -> None:
    assert read_cursor(write_cursor(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "a", "é", "zzzz", "k6Fh", write_cursor(Cursor("f", -1)), "x" * 10_000])
def test_what_is_no_cursor_is_none(text: str) -> None:
    assert read_cursor(text) is None
