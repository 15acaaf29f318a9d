"""Nodes over a real Valkey: hints, roll and rates; frozen, killed and empty servers are noticed and survived."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.channel import Rate
from core.ports.nodes import Hint
from stores import _redis_shares
from stores.redis_address import redis_address
from stores.together import Together
from tests.stores.valkey import Valkey, cluster, one, until, watched

BEAT, LOST = 0.1, 0.6
SLOW = Rate(per_second=10, burst=3)


class Node:
    """One node's part and what it heard."""

    def __init__(self, together: Together) -> None:
        self.feed, self.roll, self.shares = together.feed, together.roll, together.shares
        self.heard: list[Hint] = []
        self.feed.listen(self.heard.append)

    @property
    def well(self) -> bool:
        return self.feed.trouble is None

    async def gets_well(self) -> None:
        await until(lambda: self.well, "hints arrive")

    async def gets_ill(self) -> None:
        await until(lambda: not self.well, "the trouble is noticed", within=LOST + 3)


@asynccontextmanager
async def nodes(address: str, count: int = 2) -> AsyncIterator[list[Node]]:
    """They are well when the block begins."""
    all_ = [Together(redis_address(address), f"node{number}", beat=BEAT, lost=LOST) for number in range(count)]
    found = []
    for together in all_:
        await together.__aenter__()
        found.append(Node(together))
    try:
        for node in found:
            await node.gets_well()
        yield found
    finally:
        for together in all_:
            await together.__aexit__(None, None, None)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Valkey]:
    server = await one(tmp_path)
    yield server
    server.kill()


def address(server: Valkey) -> str:
    return f"redis://127.0.0.1:{server.port}"


async def arrives(sender: Node, hearer: Node, hint: Hint) -> None:
    """Told again until it is heard, for a hint may be lost."""
    deadline = asyncio.get_running_loop().time() + 10
    while hint not in hearer.heard:
        assert asyncio.get_running_loop().time() < deadline, f"{hint} is never heard"
        sender.feed.tell(hint)
        await asyncio.sleep(0.05)


async def test_a_hint_reaches_the_others_and_not_the_one_who_tells_it(server: Valkey) -> None:
    async with nodes(address(server), 3) as (first, second, third):
        await arrives(first, second, Hint("errands", body="conversation"))
        await arrives(first, third, Hint("errands", body="conversation"))
        assert Hint("errands", body="conversation") not in first.heard


async def test_many_numbers_told_at_once_are_one_hint_with_the_newest(server: Valkey) -> None:
    async with nodes(address(server)) as (first, second):
        for n in range(1, 1000):
            first.feed.tell(Hint("feed", n))
        await until(lambda: Hint("feed", 999) in second.heard, "the newest is heard")
        assert [hint for hint in second.heard if hint.about == "feed"] == [Hint("feed", 999)]


async def test_a_frozen_server_is_noticed_and_everything_looked_at_when_it_is_thawed(server: Valkey) -> None:
    async with nodes(address(server)) as (first, second):
        server.freeze()
        await first.gets_ill()
        await second.gets_ill()
        assert str(first.feed.trouble).startswith("redis: ")
        assert str(first.feed.trouble).endswith("; this node polls")
        assert await first.shares.take("c", [("all", SLOW)]) is None
        assert await first.roll.elsewhere() is None
        second.heard.clear()
        server.thaw()
        await first.gets_well()
        await second.gets_well()
        assert Hint("all") in second.heard
        await arrives(first, second, Hint("desk"))


async def test_a_server_that_comes_back_empty_on_its_port_is_used_again(server: Valkey) -> None:
    async with nodes(address(server)) as (first, second):
        server.kill()
        await first.gets_ill()
        await second.gets_ill()
        first.feed.tell(Hint("settings"))  # lost, which is why everybody looks at everything afterwards
        second.heard.clear()
        server.start()
        await first.gets_well()
        await second.gets_well()
        assert Hint("all") in second.heard
        await arrives(second, first, Hint("feed", 7))


async def test_a_node_starts_without_a_server_and_says_so(tmp_path: Path) -> None:
    server = Valkey(tmp_path)
    together = Together(redis_address(address(server)), "node", beat=BEAT, lost=LOST)
    async with together:
        assert together.feed.trouble is not None
        server.start()
        await until(lambda: together.feed.trouble is None, "it finds the server")
    server.kill()


async def test_rubbish_on_the_channel_stops_nobody(server: Valkey) -> None:
    async with nodes(address(server)) as (first, second):
        await asyncio.to_thread(server.ask, "PUBLISH", "frontdesk:hints", "rubbish")
        await arrives(first, second, Hint("desk"))


async def test_the_roll_names_who_is_at_other_nodes_and_forgets_a_node_that_died(
    server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_redis_shares, "SETTLED_S", 0.0)
    monkeypatch.setattr(_redis_shares, "EXPIRE_S", 2.0)
    monkeypatch.setattr(_redis_shares, "REFRESH_S", 0.3)
    async with nodes(address(server), 1) as (living,):
        dying = Together(redis_address(address(server)), "dying", beat=BEAT, lost=LOST)
        await dying.__aenter__()
        dying.roll.here(["mei", "tom"])
        living.roll.here(["kai"])
        await named(living, {"mei", "tom"})
        dying.roll.here(["tom"])
        await named(living, {"tom"})
        assert dying.roll._task is not None
        dying.roll._task.cancel()  # killed: it neither refreshes nor leaves
        await named(living, set())
        await dying.__aexit__(None, None, None)


async def test_a_node_that_leaves_is_off_the_roll_at_once(server: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_redis_shares, "SETTLED_S", 0.0)
    async with nodes(address(server), 1) as (living,):
        async with Together(redis_address(address(server)), "leaving", beat=BEAT, lost=LOST) as leaving:
            leaving.roll.here(["mei"])
            await named(living, {"mei"})
        assert await living.roll.elsewhere() == frozenset()


async def named(node: Node, agents: set[str]) -> None:
    deadline = asyncio.get_running_loop().time() + 10
    while await node.roll.elsewhere() != agents:
        assert asyncio.get_running_loop().time() < deadline, f"{agents} are never the ones elsewhere"
        await asyncio.sleep(0.05)


async def test_after_a_restart_the_roll_is_not_believed_before_everybody_is_on_it_again(server: Valkey) -> None:
    async with nodes(address(server), 1) as (node,):
        assert await node.roll.elsewhere() is None


async def test_nodes_share_a_rate_and_waiters_queue_up(server: Valkey) -> None:
    async with nodes(address(server)) as (first, second):
        waits = []
        for turn in range(6):
            asked = await (first, second)[turn % 2].shares.take("c", [("all", SLOW)])
            assert asked is not None
            waits.append(asked[0])
        assert waits[:3] == [0.0, 0.0, 0.0]
        assert waits[3:] == pytest.approx([0.1, 0.2, 0.3], abs=0.09)
        assert await second.shares.take("other", [("all", SLOW)]) == (0.0, 0.0)


async def test_the_slower_of_two_buckets_decides(server: Valkey) -> None:
    async with nodes(address(server), 1) as (node,):
        both = [("all", Rate(1000, 1000)), ("ann", Rate(1, 1))]
        assert await node.shares.take("c", both) == (0.0, 0.0)
        asked = await node.shares.take("c", both)
        assert asked is not None
        assert asked[0] == pytest.approx(1.0, abs=0.2)


async def test_a_pause_holds_for_all_nodes(server: Valkey) -> None:
    async with nodes(address(server)) as (first, second):
        await first.shares.pause("c", 60.0)
        asked = await second.shares.take("c", [("all", SLOW)])
        assert asked is not None
        assert asked[1] == pytest.approx(60.0, abs=2)


async def test_the_master_behind_sentinels_is_killed(tmp_path: Path) -> None:
    servers = await watched(tmp_path)
    try:
        async with nodes(servers.address) as (first, second):
            await arrives(first, second, Hint("desk"))
            servers.master.kill()
            await first.gets_ill()
            await first.gets_well()
            await second.gets_well()
            assert await asyncio.to_thread(servers.replica.says, "replication", role="master")
            await arrives(first, second, Hint("feed", 3))
            assert await first.shares.take("c", [("all", SLOW)]) == (0.0, 0.0)
    finally:
        servers.kill()


async def test_a_frozen_master_behind_sentinels_is_left(tmp_path: Path) -> None:
    servers = await watched(tmp_path)
    try:
        async with nodes(servers.address) as (first, second):
            servers.master.freeze()
            await first.gets_ill()
            await first.gets_well()
            await second.gets_well()
            await arrives(first, second, Hint("feed", 3))
    finally:
        servers.kill()


async def test_a_cluster_of_three_and_one_of_them_killed(tmp_path: Path) -> None:
    servers = await cluster(tmp_path)
    try:
        async with nodes(servers.address) as (first, second):
            await arrives(first, second, Hint("desk"))
            for channel in ("a", "b", "c", "d"):
                assert await first.shares.take(channel, [("all", SLOW), ("ann", SLOW)]) == (0.0, 0.0)
            servers.servers[0].kill()
            await until(lambda: first.well and second.well, "what is left of the cluster is used")
            await arrives(first, second, Hint("feed", 3))
            await arrives(second, first, Hint("feed", 4))
    finally:
        servers.kill()
