"""Three nodes as an operator runs them: one drained, one killed, database and Valkey frozen, and nothing is lost."""

import asyncio
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.three import Three, becomes, three

pytestmark = [pytest.mark.serial, pytest.mark.timeout(240)]


async def test_three_nodes_are_one_desk_whatever_happens_to_them(tmp_path: Path) -> None:
    async with three(tmp_path) as house:
        await _any_node_takes_any_webhook(house)
        await _a_chat_of_one_node_is_assigned_by_another(house)
        await _a_frozen_valkey_is_noticed_and_loses_nothing(house)
        await _a_frozen_database_is_spooled_for(house)
        await _a_drained_node_says_so_and_leaves_in_time(house)
        await _a_killed_node_leaves_nothing_behind(house)


async def _any_node_takes_any_webhook(house: Three) -> None:
    statuses = await asyncio.gather(*(house.says(n % 3, n, 1, f"m{n}") for n in range(1, 10)))
    assert statuses == [200] * 9
    statuses = await asyncio.gather(*(house.says(node, 10, 1, "m10") for node in range(3)))
    assert statuses == [200] * 3  # the same one at all nodes at the same instant
    for node in range(3):
        [texts] = (await house.heard(node)).values()
        assert sorted(texts) == sorted(f"m{n}" for n in range(1, 11))


async def _a_chat_of_one_node_is_assigned_by_another(house: Three) -> None:
    assert {session["phase"] for session in await house.sessions(1)} == {"queued"}
    await house.call(1, "PUT", "/inbox/me/status", status="online")
    await house.says(2, 20, 2, "hello")

    async def all_active() -> bool:
        return {session["phase"] for session in await house.sessions(0)} == {"active"}

    await becomes(all_active)


async def _a_frozen_valkey_is_noticed_and_loses_nothing(house: Three) -> None:
    house.valkey.freeze()

    async def noticed() -> bool:
        status, degraded = await house.ready(0)
        return status == 200 and any(reason.startswith("redis: ") for reason in degraded)

    await becomes(noticed, within=8)
    assert await house.says(0, 30, 3, "while it is frozen") == 200

    async def shown_elsewhere() -> bool:
        return ["while it is frozen"] in (await house.heard(1)).values()

    await becomes(shown_elsewhere)
    house.valkey.thaw()

    async def well() -> bool:
        return await house.ready(0) == (200, [])

    await becomes(well)


async def _a_frozen_database_is_spooled_for(house: Three) -> None:
    assert house.database._process is not None
    house.database._process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    assert await house.says(0, 40, 4, "first") == 200
    assert time.monotonic() - began < 2.0  # the shortest deadline of a provider
    assert await house.says(0, 41, 4, "second") == 200
    status, degraded = await house.ready(0)
    assert status == 200
    assert any(reason.startswith("spooling: 2 webhooks since ") for reason in degraded)
    house.database._process.send_signal(signal.SIGCONT)

    async def replayed() -> bool:
        return await house.ready(0) == (200, []) and ["first", "second"] in (await house.heard(1)).values()

    await becomes(replayed)


async def _a_drained_node_says_so_and_leaves_in_time(house: Three) -> None:
    node = house.nodes[0]
    began = time.monotonic()
    node.signal(signal.SIGTERM)

    async def draining() -> bool:
        return await house.ready(0) == (503, ["draining"])

    await becomes(draining, within=3)
    assert await house.says(0, 50, 5, "one of the last") == 200
    assert node.process is not None
    assert await asyncio.to_thread(node.process.wait, 30) == 0, node.log
    assert time.monotonic() - began < 25.0
    assert ["one of the last"] in (await house.heard(1)).values()


async def _a_killed_node_leaves_nothing_behind(house: Three) -> None:
    """Two are left; whichever keeps the desk by now, one of them is killed."""
    statuses = await asyncio.gather(*(house.says(1, 100 + n, 6, f"k{n}") for n in range(20)))
    house.nodes[1].kill()
    assert statuses == [200] * 20

    async def all_there() -> bool:
        return any(sorted(texts) == sorted(f"k{n}" for n in range(20)) for texts in (await house.heard(2)).values())

    await becomes(all_there)
    await house.call(2, "PUT", "/inbox/me/status", status="online")

    async def served() -> bool:
        waiting = [session for session in await house.sessions(2) if session["phase"] == "queued"]
        active = [session for session in await house.sessions(2) if session["phase"] == "active"]
        return len(active) == 5 and len(waiting) == 1  # six customers, and the owner's five places

    await becomes(served, within=20)
