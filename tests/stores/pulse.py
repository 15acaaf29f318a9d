"""What every store must do about the counts of a day, and about who changed what."""

from msgspec.structs import replace

from core.changes import ChangeQuery, Place
from core.event import Assigned, Closed, Queued
from core.ports.store import Store
from core.pulse import Beat, Tick
from core.session import AgentRef
from tests.stores.scenes import NOON, Scene

QUARTER = 900_000
START = NOON - NOON % QUARTER
CAME = (Tick("waiting", "sales"), Tick("arrived", "sales"))


async def came(store: Store, name: str, at: int, channel: str = "line-1") -> Scene:
    scene = Scene(name, channel=channel, at=at)
    commit = scene.take(scene.opens(phase="queued", group="sales"))
    queued = Queued(at, "sales", pulse=CAME)
    await store.commit(replace(commit, events=(*commit.events[:-1], queued)))
    return scene


class PulseContract:
    async def test_what_was_counted_is_added_up_by_time_channel_and_group(self, store: Store) -> None:
        assert list(await store.pulse(START, START + 4 * QUARTER, QUARTER)) == []
        ann = await came(store, "ann", START)
        await came(store, "bea", START + QUARTER - 1)
        await came(store, "cid", START + QUARTER, channel="line-2")
        ann.at = START + QUARTER
        assigned = Assigned(AgentRef("bo", "Bo"), ann.at, pulse=(Tick("waiting", "sales", -1), Tick("active", "sales")))
        await store.commit(ann.take(ann.with_events(assigned)))
        ann.at = START + 2 * QUARTER
        await store.commit(
            ann.take(ann.with_events(Closed("agent", "done", ann.at, pulse=(Tick("active", None, -1),))))
        )

        assert list(await store.pulse(START, START + 2 * QUARTER, QUARTER)) == [
            Beat(START, "line-1", "sales", "arrived", 2),
            Beat(START, "line-1", "sales", "waiting", 2),
            Beat(START + QUARTER, "line-1", "sales", "active", 1),
            Beat(START + QUARTER, "line-1", "sales", "waiting", -1),
            Beat(START + QUARTER, "line-2", "sales", "arrived", 1),
            Beat(START + QUARTER, "line-2", "sales", "waiting", 1),
        ]
        last = await store.pulse(START + 2 * QUARTER, START + 3 * QUARTER, QUARTER)
        assert list(last) == [Beat(START + 2 * QUARTER, "line-1", None, "active", -1)]

    async def test_what_came_to_nothing_is_left_out(self, store: Store) -> None:
        ann = await came(store, "ann", START)
        await store.commit(
            ann.take(ann.with_events(Closed("agent", "done", START, pulse=(Tick("waiting", "sales", -1),))))
        )
        assert list(await store.pulse(START, START + 1, 1)) == [Beat(START, "line-1", "sales", "arrived", 1)]

    async def test_what_counts_for_nothing_is_not_in_it(self, store: Store) -> None:
        """As events of an earlier version, which say nothing of it."""
        scene = Scene("ann")
        await store.commit(scene.take(scene.opens("queued", phase="queued")))
        await store.commit(scene.take(scene.closed()))
        assert list(await store.pulse(0, NOON + QUARTER, QUARTER)) == []


class ChangesContract:
    async def changed(self, store: Store) -> None:
        """Two at one instant, one removed, one that nobody administers."""
        for number, (collection, id, who) in enumerate(
            [("groups", "g1", "root"), ("settings", "all::hours", "amy"), ("settings", "group:g1:hours", "root")], 1
        ):
            await store.put(collection, id, {"n": number}, who=who, at=number * 10)
        await store.put("agents", "mei", {"n": 4}, who="root", at=30)
        await store.put("health", "line-1", {"n": 5}, who="system", at=50)
        await store.put("groups", "g1", None, who="amy", at=60)

    async def asked(self, store: Store, **more: object) -> list[tuple[int, str, str, int]]:
        query = ChangeQuery(**({"collections": ("agents", "groups", "settings")} | more))  # type: ignore[arg-type]
        return [
            (one.place.at, one.place.collection, one.place.id, one.place.version)
            for one in (await store.changes(query)).items
        ]

    async def test_changes_come_newest_first_and_of_these_collections_only(self, store: Store) -> None:
        assert (await store.changes(ChangeQuery(collections=("groups",)))).items == ()
        await self.changed(store)
        assert await self.asked(store) == [
            (60, "groups", "g1", 2),
            (30, "settings", "group:g1:hours", 1),
            (30, "agents", "mei", 1),
            (20, "settings", "all::hours", 1),
            (10, "groups", "g1", 1),
        ]
        [newest] = (await store.changes(ChangeQuery(collections=("groups",), limit=1))).items
        assert (newest.place, newest.who, newest.removed) == (Place(60, "groups", "g1", 2), "amy", True)

    async def test_changes_are_found_by_document_person_and_time(self, store: Store) -> None:
        await self.changed(store)
        assert await self.asked(store, id="g1") == [(60, "groups", "g1", 2), (10, "groups", "g1", 1)]
        assert [at for at, *_ in await self.asked(store, ending=":hours")] == [30, 20]
        assert await self.asked(store, ending=":hour") == []
        assert [at for at, *_ in await self.asked(store, who="amy")] == [60, 20]
        assert [at for at, *_ in await self.asked(store, since=20, until=60)] == [30, 30, 20]

    async def test_pages_of_changes_hold_every_one_once_in_order(self, store: Store) -> None:
        await self.changed(store)
        for version in range(2, 6):
            await store.put("settings", "all::hours", {"n": version}, who="amy", at=30)
        whole = await self.asked(store)
        for limit in (1, 2, 3):
            found, after = [], None
            while True:
                query = ChangeQuery(collections=("agents", "groups", "settings"), limit=limit, after=after)
                page = await store.changes(query)
                found += [one.place for one in page.items]
                after = page.next
                if after is None:
                    break
                assert after == found[-1]
            assert [(one.at, one.collection, one.id, one.version) for one in found] == whole

    async def test_one_version_is_read_by_itself(self, store: Store) -> None:
        await self.changed(store)
        first, gone = await store.revision("groups", "g1", 1), await store.revision("groups", "g1", 2)
        assert first is not None
        assert (first.version, first.at, first.who, first.body) == (1, 10, "root", {"n": 1})
        assert gone is not None
        assert gone.body is None
        assert await store.revision("groups", "g1", 3) is None
        assert await store.revision("groups", "g2", 1) is None
