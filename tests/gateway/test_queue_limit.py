"""The queue's limit holds for newcomers of one instant too, and a new process knows how fast queues move."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from msgspec import structs

from core.ports.writing import Commit, Committed
from core.routes import Assignment
from core.waiting import Queue
from stores.memory import MemoryStore
from tests.core.given import policy
from tests.gateway.house_of_nodes import LIMITS, Floor, Node
from tests.stores.scenes import Scene

MINUTE = 60_000


class Slow(MemoryStore):
    """Others may decide while something is being committed."""

    async def commit(self, commit: Commit) -> Committed:
        for _ in range(20):
            await asyncio.sleep(0)
        return await super().commit(commit)


async def crowd(node: Node, people: int) -> Counter[str]:
    """So many write at one instant; what became of them."""
    await asyncio.gather(*(node.writes(f"visitor-{n}", f"m{n}") for n in range(people)))
    found: Counter[str] = Counter()
    for n in range(people):
        state, _ = (await node.store.load("a", f"visitor-{n}")) or (None, 0)
        assert state is not None
        session = state.session or state.last
        assert session is not None
        found["closed" if session.closed is not None else "in"] += 1
    return found


@pytest.mark.parametrize(("capacity", "limit", "let_in"), [(1, 2, 3), (5, 1, 6), (1, 1, 2), (20, 1, 10)])
async def test_newcomers_of_one_instant_do_not_all_get_the_last_place(capacity: int, limit: int, let_in: int) -> None:
    """Ten write: so many find an agent, so many wait, the others are told that the queue is full."""
    floor = Floor(1, Slow())
    (node,) = floor.nodes
    rules = policy(LIMITS, assignment=Assignment(queue=Queue(limit=limit)))
    node.policy = replace(rules, channel=replace(rules.channel, id="a"))
    await floor.agent("mei", capacity=capacity)
    async with floor:
        assert await crowd(node, 10) == Counter({"in": let_in, "closed": 10 - let_in})


async def test_a_new_process_knows_how_fast_the_queue_moved() -> None:
    floor = Floor(1)
    (node,) = floor.nodes
    now = floor.clock.at
    for n in range(4):
        scene = Scene(f"v{n}", "a")
        await floor.store.commit(scene.take(scene.opens(number=n + 1)))
        times = {"queued_at": now - 10 * MINUTE, "assigned_at": now - (8 - 2 * n) * MINUTE, "phase": "active"}
        await floor.store.commit(scene.with_events(session=structs.replace(scene.session, **times)))
    await node.desk.start(node.engine)
    assert node.desk.outlook("a", None).wait == 120
