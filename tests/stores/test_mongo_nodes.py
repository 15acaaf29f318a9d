"""Several nodes on one MongoDB: races, capacity, one feed number for all, leases, commits nobody could vouch for."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from pymongo.errors import AutoReconnect

from core.channel import StatusUpdate
from core.errors import Duplicate, Full, StoreDown, StoreError
from core.event import Received
from core.message import plain
from core.ports.reading import FeedRow, SessionQuery
from core.ports.writing import Committed, Lease
from stores import _mongo_alive as alive
from stores import _mongo_driver as driver
from stores import _mongo_shape as shape
from stores.mongo import MongoStore
from tests.stores.contract import opened, outcome, sent
from tests.stores.marked import mentioned, notes, tagged, tags
from tests.stores.numbered import Numbered
from tests.stores.scenes import NODE, NOON, Scene
from tests.stores.servers import MongoServer, free_port

BO = "bo"


@pytest.fixture
async def nodes(mongo_url: str) -> AsyncIterator[list[MongoStore]]:
    """Three, each with its own connections; numbers are given as they come."""
    stores = [await MongoStore.open(mongo_url) for _ in range(3)]
    yield stores
    for store in stores:
        await store.close()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


async def numbered(store: MongoStore, n: int) -> Sequence[FeedRow]:
    async def there() -> bool:
        return await store.newest() >= n

    await until(there)
    return await store.feed(0, 100_000)


# --- races ----------------------------------------------------------------------------------------------------


async def test_a_message_delivered_to_every_node_at_once_is_taken_once(nodes: list[MongoStore]) -> None:
    scene = await opened(nodes[0])
    commit = scene.says("once", cause="m-2")
    outcomes = await asyncio.gather(*(outcome(nodes[index % 3], commit) for index in range(12)))
    assert sorted(type(one).__name__ for one in outcomes) == ["Committed"] + ["Duplicate"] * 11
    told = {(one.session, one.seq) for one in outcomes if isinstance(one, Duplicate)}
    assert told == {(scene.session.id, 2)}
    assert [plain(one.message.content) for one in await nodes[1].history(scene.session.id)] == ["hello", "once"]


async def test_two_first_messages_on_two_nodes_open_one_conversation(nodes: list[MongoStore]) -> None:
    commits = [Scene("ann").opens(cause=f"m-{index}") for index in range(3)]
    commits = [
        replace(commit, conversation=replace(commit.conversation, id=f"conv-{index}"))
        for index, commit in enumerate(commits)
    ]
    outcomes = await asyncio.gather(*(outcome(node, commit) for node, commit in zip(nodes, commits, strict=True)))
    assert sorted(type(one).__name__ for one in outcomes) == ["Committed", "Stale", "Stale"]


async def test_of_many_who_build_on_one_version_one_is_right(nodes: list[MongoStore]) -> None:
    scene = await opened(nodes[0])
    commits = [scene.says(f"variant {index}", cause=f"m-{index}") for index in range(12)]
    outcomes = await asyncio.gather(*(outcome(nodes[at % 3], commit) for at, commit in enumerate(commits)))
    assert sorted(type(one).__name__ for one in outcomes) == ["Committed"] + ["Stale"] * 11


async def test_fifty_who_want_one_agent_from_two_nodes_get_the_places_there_are(nodes: list[MongoStore]) -> None:
    scenes = [await opened(nodes[0], f"c{index}") for index in range(50)]
    await nodes[0].seat(BO, capacity=5, at=NOON)
    await nodes[0].set_status(BO, "online", None, NOON)
    outcomes = await asyncio.gather(
        *(outcome(nodes[index % 2], scene.assigned(BO)) for index, scene in enumerate(scenes))
    )
    assert sum(isinstance(one, Committed) for one in outcomes) == 5
    assert sum(isinstance(one, Full) for one in outcomes) == 45
    assert [seat.load for seat in await nodes[1].seats()] == [5]
    active = [session for session in await _sessions(nodes[1]) if session == "active"]
    assert len(active) == 5


async def _sessions(store: MongoStore) -> list[str]:
    return [document["phase"] for document in await store._mongo.find("session", {})]


async def test_places_given_and_given_back_at_once_on_two_nodes_add_up(nodes: list[MongoStore]) -> None:
    await nodes[0].seat(BO, capacity=3, at=NOON)
    await nodes[0].set_status(BO, "online", None, NOON)
    scenes = [await opened(nodes[0], f"c{index}") for index in range(12)]
    loads: list[int] = []

    async def take_and_close(node: MongoStore, scene: Scene) -> int:
        try:
            await node.commit(scene.take(scene.assigned(BO)))
        except Full:
            return 0
        loads.append((await node.seats())[0].load)
        await node.commit(scene.take(scene.closed()))
        return 1

    taken = await asyncio.gather(*(take_and_close(nodes[at % 3], scene) for at, scene in enumerate(scenes)))
    assert sum(taken) >= 3
    assert max(loads) <= 3
    assert (await nodes[0].seats())[0].load == 0
    assert (await nodes[0].counts())["seats_below_zero"] == 0


async def test_an_errand_is_claimed_by_one_node(nodes: list[MongoStore]) -> None:
    for index in range(10):
        scene = await opened(nodes[0], f"c{index}")
        await nodes[0].commit(scene.take(scene.answers(delivery=f"d-{index}")))
    await nodes[0].release("node-1")
    given = await asyncio.gather(*(node.claim(NOON, 10, Lease(f"n{at}", NOON + 9)) for at, node in enumerate(nodes)))
    keys = [errand.key for errands in given for errand in errands]
    assert len(keys) == len(set(keys))
    rest = await nodes[0].claim(NOON, 10, Lease("n0", NOON + 9))
    assert sorted([*keys, *(errand.key for errand in rest)]) == sorted(f"d-{index}" for index in range(10))


async def test_a_delivery_committed_while_the_one_before_is_settled_is_never_stuck(nodes: list[MongoStore]) -> None:
    """The commit sees the older one open, the settlement sees no younger one: one of them must be done again."""
    for round_ in range(8):
        scene = await opened(nodes[0], f"c{round_}")
        name = scene.name
        await nodes[0].commit(scene.take(scene.answers(delivery=f"a-{name}")))
        elsewhere = replace(scene.answers(delivery=f"b-{name}"), lease=Lease("node-2", NODE.until))
        settled = replace(sent(scene, f"a-{name}"), facts=())
        await asyncio.gather(nodes[1].commit(scene.take(elsewhere)), nodes[0].settle(settled))
        mine = await nodes[2]._mongo.one("errand", {"_id": f"b-{name}"})
        assert mine is not None
        assert mine["ready"] is not None, "whoever looks next finds it"


async def test_a_status_that_comes_while_its_message_gets_its_name_is_not_lost(nodes: list[MongoStore]) -> None:
    for round_ in range(8):
        scene = await opened(nodes[0], f"c{round_}")
        committed = await nodes[0].commit(scene.take(scene.answers()))
        update = StatusUpdate(id="s", state="delivered", at=NOON, message_id=f"out-{round_}")
        settled = sent(scene, committed.errands[0].key, f"out-{round_}")
        await asyncio.gather(nodes[1].report("line-1", update, NOON), nodes[0].settle(settled))
        stored = await nodes[2].message(scene.session.id, 2)
        assert stored is not None
        assert stored.state == "delivered"


# --- feed numbers ---------------------------------------------------------------------------------------------


async def test_one_row_of_numbers_over_all_nodes_in_each_conversation_s_order(nodes: list[MongoStore]) -> None:
    heard: list[list[int]] = [[], [], []]
    for node, numbers in zip(nodes, heard, strict=True):
        node.listen(numbers.append)

    async def talk(at: int) -> None:
        """One conversation, its messages by one node after the other."""
        scene = Scene(f"c{at}", at=NOON - at)
        await nodes[at % 3].commit(scene.take(scene.opens("1")))
        for turn in range(2, 9):
            scene.at = NOON + (turn * 7919 + at * 31) % 997  # the nodes' clocks agree on nothing
            await nodes[(at + turn) % 3].commit(scene.take(scene.says(str(turn))))

    await asyncio.gather(*(talk(at) for at in range(12)))
    rows = await numbered(nodes[0], 12 * 10)
    assert [row.n for row in rows] == list(range(1, 121))
    for at in range(12):
        said = [row.event.seq for row in rows if isinstance(row.event, Received) and row.conversation == f"conv-c{at}"]
        assert said == list(range(1, 9))
    for numbers in heard:

        async def complete(numbers: list[int] = numbers) -> bool:
            return bool(numbers) and numbers[-1] == 120

        await until(complete)
        assert numbers == sorted(set(numbers)), "each node hears of numbers that only grow"
    assert sum(node._sequencer.holds for node in nodes) == 1


async def test_a_conversation_s_order_holds_where_a_batch_cuts_it(
    mongo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stores._mongo_feed.BATCH", 4)
    store = await MongoStore.open(mongo_url, numbering=False)
    scenes = [Scene(f"c{at}") for at in range(3)]
    for turn in range(5):
        for scene in scenes:
            await store.commit(scene.take(scene.says(str(turn)) if turn else scene.opens()))
    # A node whose clock is behind: what came last seems oldest.
    newest = await store._mongo.find("event", {"conversation": "conv-c0"}, sort=[("version", -1)], limit=2)
    for event in newest:
        await store._mongo.change("event", {"_id": event["_id"]}, {"$set": {"pending": 1}})
    await store.number()
    rows = await store.feed(0, 100)
    assert [row.n for row in rows] == list(range(1, 22))
    for scene in scenes:
        seqs = [
            row.event.seq
            for row in rows
            if isinstance(row.event, Received) and row.conversation == f"conv-{scene.name}"
        ]
        assert seqs == [1, 2, 3, 4, 5]
    await store.close()


async def test_when_the_node_that_numbers_goes_another_takes_over(nodes: list[MongoStore]) -> None:
    scene = await opened(nodes[0])
    await numbered(nodes[0], 3)
    (holder,) = [node for node in nodes if node._sequencer.holds]
    await holder.close()
    others = [node for node in nodes if node is not holder]
    await others[0].commit(scene.take(scene.says()))
    assert [row.n for row in await numbered(others[1], 4)] == [1, 2, 3, 4]


async def test_a_node_that_slept_through_its_lease_numbers_nothing_twice(mongo_url: str) -> None:
    """It believes that it still numbers; what it writes is refused, for another's fence stands there."""
    old, new = [await MongoStore.open(mongo_url, numbering=False) for _ in range(2)]
    scene = await opened(old)
    await old.number()
    await old._mongo.change("feed", {"_id": "feed"}, {"$set": {"until": 0}})
    await old.commit(scene.take(scene.says()))
    await new.number()
    assert (old._sequencer.holds, new._sequencer.holds) == (True, True)
    await old.commit(scene.take(scene.says()))
    await old.number()
    assert (old._sequencer.holds, await old.newest()) == (False, 4)
    await new.number()
    assert [row.n for row in await new.feed(0, 10)] == [1, 2, 3, 4, 5]
    await old.close()
    await new.close()


async def test_who_takes_over_finishes_what_was_numbered_and_not_shown(mongo_url: str) -> None:
    old, new = [await MongoStore.open(mongo_url, numbering=False) for _ in range(2)]
    scene = await opened(old)

    async def dies(before: int, after: int) -> None:
        raise StoreDown("killed between the numbers and the lists")

    old._sequencer._show = dies  # type: ignore[method-assign]
    with pytest.raises(StoreDown):
        await old.number()
    assert await new.newest() == 0
    await new._mongo.change("feed", {"_id": "feed"}, {"$set": {"until": 0}})
    await new.number()
    assert await new.newest() == 3
    (row,) = (await new.sessions(SessionQuery())).items
    assert (row.session.id, row.active_n) == (scene.session.id, 3)
    await old.close()
    await new.close()


# --- what nobody could vouch for ------------------------------------------------------------------------------


class Unsure:
    """A network that lets the commit through and loses the answer, as often as it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        self.left = times
        real = driver.Mongo._end

        async def end(mongo: driver.Mongo, session: Any) -> None:
            await real(mongo, session)
            if self.left:
                self.left -= 1
                raise driver._Again("the answer was lost", unknown=True)

        monkeypatch.setattr(driver.Mongo, "_end", end)


async def test_a_commit_whose_answer_was_lost_is_answered_as_done(
    nodes: list[MongoStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await opened(nodes[0])
    Unsure(monkeypatch, 1)
    committed = await nodes[0].commit(scene.take(scene.answers(cause="client-1", delivery="d-1")))
    assert (committed.version, [errand.key for errand in committed.errands]) == (2, ["d-1"])
    assert len(await nodes[0].history(scene.session.id)) == 2
    with pytest.raises(Duplicate):
        await nodes[0].commit(replace(scene.answers(cause="client-1"), expected=2))


async def test_a_settlement_whose_answer_was_lost_is_not_done_twice(
    nodes: list[MongoStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await opened(nodes[0])
    committed = await nodes[0].commit(scene.take(scene.answers()))
    Unsure(monkeypatch, 1)
    await nodes[0].settle(sent(scene, committed.errands[0].key, "out-1"))
    assert await nodes[0]._mongo.count("event", {"fact": True}) == 1


async def test_a_document_whose_answer_was_lost_is_written_once(
    nodes: list[MongoStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    await nodes[0].put("groups", "g", {"name": "1"}, who="root", at=1)
    Unsure(monkeypatch, 1)
    assert await nodes[0].put("groups", "g", {"name": "2"}, who="root", at=2, expected=1) == 2
    assert [one.version for one in await nodes[0].revisions("groups", "g")] == [1, 2]


async def test_numbers_whose_answer_was_lost_are_given_once(mongo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = await MongoStore.open(mongo_url, numbering=False)
    await opened(store)
    Unsure(monkeypatch, 1)
    await store.number()
    assert [row.n for row in await store.feed(0, 10)] == [1, 2, 3]
    (row,) = (await store.sessions(SessionQuery())).items
    assert row.active_n == 3
    await store.close()


async def test_a_lost_connection_is_tried_again_and_what_is_wrong_is_not(
    nodes: list[MongoStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    async def work(session: Any) -> int:
        nonlocal tries
        tries += 1
        if tries < 3:
            error = AutoReconnect("connection closed")
            error._add_error_label("TransientTransactionError")
            raise driver._ours(error, "MongoDB cannot be written")
        return tries

    assert await nodes[0]._mongo.transact(work) == 3
    with pytest.raises(StoreError, match="cannot be read"):
        await nodes[0]._mongo.find("event", {"$nonsense": 1})


async def test_what_fails_after_its_waiter_has_gone_is_no_defect_of_the_loop(nodes: list[MongoStore]) -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    begun, fails = asyncio.Event(), asyncio.Event()

    async def work(session: Any) -> None:
        begun.set()
        await fails.wait()
        raise StoreDown("the server went away")

    waiter = asyncio.ensure_future(nodes[0]._mongo.transact(work))
    await begun.wait()
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    fails.set()
    while nodes[0]._mongo._running:
        await asyncio.sleep(0)
    del waiter
    gc.collect()  # an exception nobody asked for is told of when its task is let go
    assert told == []


async def test_a_node_that_was_wrongly_taken_for_dead_is_given_more_time(nodes: list[MongoStore]) -> None:
    """Otherwise two slow nodes end each other's transactions for ever."""
    slow, other = nodes[0], nodes[1]
    await opened(slow)
    await slow._alive.stop()
    given = []
    for _ in range(4):
        await other._mongo.change(
            "node", {"_id": slow._alive._node}, {"$set": {"seen": datetime(2020, 1, 1, tzinfo=UTC)}}
        )
        for _ in range(alive.UNMOVED):
            await other._alive.look()
        assert await other._mongo.find("node", {"_id": slow._alive._node}) == []
        await slow._alive._heard(slow._mongo.touch("node", slow._alive._node))
        (known,) = await other._mongo.find("node", {"_id": slow._alive._node})
        given.append(known["patience"])
    assert given == [4_000, 12_000, 28_000, 28_000]
    late = datetime.now(UTC) - timedelta(seconds=20)
    await other._mongo.change("node", {"_id": slow._alive._node}, {"$set": {"seen": late}})
    for _ in range(alive.UNMOVED):
        await other._alive.look()
    assert len(await other._mongo.find("node", {"_id": slow._alive._node})) == 1


async def test_a_node_whose_loop_has_much_to_do_is_alive(nodes: list[MongoStore]) -> None:
    async def seen() -> datetime:
        (known,) = await nodes[0]._mongo.find("node", {"_id": nodes[0]._alive._node})
        at: datetime = known["seen"]
        return at

    await opened(nodes[0])
    before = await seen()
    time.sleep(2.5 * alive.BEAT_S)  # noqa: ASYNC251 (this is the loop that has much to do)
    assert await seen() - before >= timedelta(seconds=alive.BEAT_S)


async def test_when_the_server_was_away_nobody_is_taken_for_dead_because_of_it(
    nodes: list[MongoStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes back having heard of nobody for as long as that."""
    living, other = nodes[0], nodes[1]
    await opened(living)
    for each in nodes:
        await each._alive.stop()
    for _ in range(alive.UNMOVED):
        await other._alive.look()
    long_ago = {"$set": {"seen": datetime(2020, 1, 1, tzinfo=UTC)}}
    await other._mongo.change("node", {"_id": living._alive._node}, long_ago)

    async def away(mongo: driver.Mongo) -> datetime:
        raise StoreDown("the server is away")

    for _ in range(alive.UNMOVED - 1):
        await other._alive.look()
    with monkeypatch.context() as patch:
        patch.setattr(driver.Mongo, "now", away)
        with pytest.raises(StoreDown):
            await other._alive.look()
    await other._alive.look()
    await living._alive._heard(living._mongo.touch("node", living._alive._node))
    for _ in range(alive.UNMOVED):
        await other._alive.look()
    assert living._alive._patience == 0
    assert len(await other._mongo.find("node", {"_id": living._alive._node})) == 1


async def test_a_node_that_is_started_again_ends_at_once_what_it_had_open(
    mongo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = await MongoStore.open(mongo_url, place="here", numbering=False)
    elsewhere = await MongoStore.open(mongo_url, place="there", numbering=False)
    scene = await opened(dead)
    hung = asyncio.Event()

    async def never(mongo: driver.Mongo, session: Any) -> None:
        hung.set()
        await asyncio.get_running_loop().create_future()

    with monkeypatch.context() as patch:
        patch.setattr(driver.Mongo, "_end", never)
        task = asyncio.ensure_future(dead.commit(scene.says("from the grave")))
        await hung.wait()
    await dead._alive.stop()
    again = await MongoStore.open(mongo_url, place="here", numbering=False)
    named = {node["_id"] for node in await again._mongo.find("node", {})}
    assert dead._alive._node not in named
    async with asyncio.timeout(alive.DEAD_MS / 1000):
        await again.commit(scene.take(scene.says("alive")))
    for running in (*dead._mongo._running, task):
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    for store in (dead, elsewhere, again):
        await store.close()


async def test_no_more_transactions_at_once_than_have_a_thread(nodes: list[MongoStore]) -> None:
    running, most = 0, 0

    async def work(session: Any) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1

    await asyncio.gather(*(nodes[0]._mongo.transact(work) for _ in range(50)))
    assert most == driver.AT_ONCE


async def test_what_a_dead_node_left_open_is_ended_by_another(mongo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between its writes and their commit, it would keep its conversation for a minute."""
    dead = await MongoStore.open(mongo_url, numbering=False)
    scene = await opened(dead)
    hung = asyncio.Event()

    async def never(mongo: driver.Mongo, session: Any) -> None:
        hung.set()
        await asyncio.get_running_loop().create_future()

    with monkeypatch.context() as patch:
        patch.setattr(driver.Mongo, "_end", never)
        task = asyncio.ensure_future(dead.commit(scene.says("from the grave")))
        await hung.wait()
    await dead._alive.stop()
    living = await MongoStore.open(mongo_url, numbering=False)
    await living.commit(scene.take(scene.says("alive")))
    assert [plain(one.message.content) for one in await living.history(scene.session.id)] == ["hello", "alive"]

    async def forgotten() -> bool:
        return [node["_id"] for node in await living._mongo.find("node", {})] == [living._alive._node]

    await until(forgotten)  # a moment after its sessions were ended
    for running in (*dead._mongo._running, task):
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    await dead.close()
    await living.close()


# --- what it is opened on -------------------------------------------------------------------------------------


async def test_a_server_that_is_no_replica_set_is_refused_with_a_sentence(tmp_path_factory: Any) -> None:
    server = MongoServer(tmp_path_factory.mktemp("alone") / "data", alone=True)
    server.start()
    try:
        with pytest.raises(StoreDown, match="no replica set: transactions need one"):
            await MongoStore.open(server.url("frontdesk"))
    finally:
        server.stop()


async def test_a_server_that_is_away_is_said_so_without_the_password() -> None:
    url = f"mongodb://me:hush-hush@127.0.0.1:{free_port()}/frontdesk?serverSelectionTimeoutMS=200"
    with pytest.raises(StoreDown, match="MongoDB cannot be reached") as caught:
        await MongoStore.open(url)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("url", ["mongodb://127.0.0.1:27017", "mongodb://127.0.0.1/", "mongodb://h/a/b"])
async def test_an_address_without_a_database_is_refused(url: str) -> None:
    with pytest.raises(StoreDown, match="database's name at its end"):
        await MongoStore.open(url)


async def test_a_newer_database_is_refused_and_an_older_one_brought_up(mongo_url: str) -> None:
    store = await MongoStore.open(mongo_url)
    assert await store._mongo.one("migration", {"_id": "schema"}) == {"_id": "schema", "version": len(shape.MIGRATIONS)}
    await shape.migrate(store._mongo)
    await store._mongo.change("migration", {"_id": "schema"}, {"$set": {"version": 99}})
    with pytest.raises(StoreDown, match="newer version .its schema is 99, this one knows [0-9]+.: upgrade first"):
        await MongoStore.open(mongo_url)
    await store.close()


async def test_nodes_that_start_at_once_on_an_empty_database_agree(mongo_url: str) -> None:
    stores = await asyncio.gather(*(MongoStore.open(mongo_url) for _ in range(4)))
    await opened(stores[0])
    assert [row.n for row in await numbered(stores[3], 3)] == [1, 2, 3]
    for store in stores:
        await store.close()


async def test_every_index_is_there_under_its_name(nodes: list[MongoStore]) -> None:
    names = {(index.collection, index.name) for index in shape.INDEXES}
    assert len(names) == len(shape.INDEXES)
    assert all(index.query for index in shape.INDEXES)
    db = nodes[0]._mongo._db
    for collection in {index.collection for index in shape.INDEXES}:
        there = set(await db[collection].index_information())
        assert there == {"_id_"} | {name for on, name in names if on == collection}


async def test_a_store_that_was_closed_finishes_what_it_began(mongo_url: str) -> None:
    store = await MongoStore.open(mongo_url, numbering=False)
    opening = Scene("ann").opens()
    task = asyncio.ensure_future(store.commit(opening))
    await asyncio.sleep(0)
    task.cancel()
    await store.close()
    again = await MongoStore.open(mongo_url, numbering=False)
    assert await again.load("line-1", "addr-ann") == (opening.conversation, 1)
    await again.close()


async def test_tags_and_mentions_of_an_earlier_version_are_found(mongo_url: str) -> None:
    """What was written before there was a list of mentions counts as read."""
    store = await Numbered.open(mongo_url, numbering=False)
    for name in ("ann", "bob", "cat"):
        scene = await opened(store, name)
        await store.commit(scene.take(notes(scene, f"look at {name}", "mei", "bo")))
        if name != "cat":
            await store.commit(scene.take(tags(scene, "refund", name)))
        if name == "ann":
            await store.commit(scene.take(scene.closed()))
    await store.newest()
    await store._mongo.change_all("session", {}, {"$unset": {"tags": ""}})
    await store._mongo.change_all("event", {}, {"$unset": {"mentions": "", "unread_by": ""}})
    await store._mongo.change("migration", {"_id": "schema"}, {"$set": {"version": 4}})
    assert (await tagged(store, tag="refund"), await mentioned(store, "mei")) == ([], [])
    await shape.migrate(store._mongo)
    assert await tagged(store, tag="refund") == ["bob", "ann"]
    assert await tagged(store, tag="refund", phase="closed") == ["ann"]
    assert await mentioned(store, "mei") == [(f"look at {name}", False) for name in ("cat", "bob", "ann")]
    await store.close()
