"""The door while the store is away: still 2xx, everything replayed in order and once, said on /readyz."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.segments import RealDisk
from gateway.spool import Spool
from tests.gateway.doors import Fallible, Site

SIGNED = {"signature": "right"}


class Full(RealDisk):
    full = False

    def write(self, descriptor: int, data: bytes) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        super().write(descriptor, data)


@dataclass
class Scene:
    site: Site
    store: Fallible
    disk: Full
    http: Any

    async def post(self, body: str, channel: str = "a") -> int:
        async with self.http.post(f"/hooks/{channel}", data=body, headers=SIGNED) as answer:
            return int(answer.status)

    async def ready(self) -> tuple[int, list[str]]:
        async with self.http.get("/readyz") as answer:
            return answer.status, (await answer.json())["degraded"]

    async def replayed(self) -> None:
        """Let the replay run until the spool is empty."""
        task = asyncio.create_task(self.site.replay.run())
        async with asyncio.timeout(20):
            while self.site.spool.waiting:
                await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def scene(tmp_path: Path, aiohttp_client: Any) -> AsyncIterator[Scene]:
    store, disk = Fallible(), Full()
    site = Site(store, await Spool.open(tmp_path, disk=disk))
    yield Scene(site, store, disk, await aiohttp_client(site.app()))
    await site.spool.close()


async def test_with_the_store_there_nothing_goes_to_the_spool(scene: Scene) -> None:
    assert await scene.post("1 ann hello") == 200
    assert await scene.site.said("a", "ann") == ["hello"]
    assert scene.site.spool.size == 0
    assert await scene.ready() == (200, [])


async def test_with_the_store_away_a_webhook_is_taken_and_told_of_on_readyz(scene: Scene) -> None:
    scene.store.down = True
    assert await scene.post("1 ann hello") == 200
    assert await scene.post("2 ann again") == 200
    assert await scene.ready() == (
        200,
        ["store: the store is away", "spooling: 2 webhooks since 2023-11-14T22:13:22.000Z"],
    )
    assert scene.site.counts["spooled"] == 2


async def test_they_come_into_the_store_in_order_and_once_when_it_is_back(scene: Scene) -> None:
    scene.store.down = True
    for number in range(40):
        assert await scene.post(f"{number} customer{number % 3} m{number}") == 200
    scene.store.down = False
    await scene.replayed()
    for customer in range(3):
        expected = [f"m{number}" for number in range(40) if number % 3 == customer]
        assert await scene.site.said("a", f"customer{customer}") == expected
    assert await scene.ready() == (200, [])
    assert scene.site.counts["replayed"] == 40


async def test_a_redelivery_of_what_waits_in_the_spool_is_kept_once(scene: Scene) -> None:
    scene.store.down = True
    for _ in range(3):
        assert await scene.post("1 ann hello") == 200
    scene.store.down = False
    assert await scene.post("1 ann hello") == 200
    await scene.replayed()
    assert await scene.post("1 ann hello") == 200
    assert await scene.site.said("a", "ann") == ["hello"]
    assert scene.site.counts["duplicate"] == 4


async def test_a_newer_webhook_of_the_channel_goes_behind_the_older_and_another_channels_does_not(scene: Scene) -> None:
    scene.store.down = True
    assert await scene.post("1 ann first") == 200
    scene.store.down = False
    assert await scene.post("2 ann second") == 200
    assert await scene.post("3 bob other", "b") == 200
    assert await scene.site.said("a", "ann") == []
    assert await scene.site.said("b", "bob") == ["other"]
    await scene.replayed()
    assert await scene.site.said("a", "ann") == ["first", "second"]


async def test_a_store_that_fails_again_during_the_replay_loses_and_doubles_nothing(scene: Scene) -> None:
    scene.store.down = True
    for number in range(30):
        assert await scene.post(f"{number} ann m{number}") == 200
    task = asyncio.create_task(scene.site.replay.run())
    for turn in range(60):
        scene.store.down = turn % 3 != 0
        await asyncio.sleep(0.002)
    scene.store.down = False
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await scene.replayed()
    assert await scene.site.said("a", "ann") == [f"m{number}" for number in range(30)]


async def test_a_forged_webhook_is_not_spooled(scene: Scene) -> None:
    scene.store.down = True
    async with scene.http.post("/hooks/a", data="1 ann hello", headers={"signature": "wrong"}) as answer:
        assert answer.status == 403
    assert scene.site.spool.waiting == 0


async def test_what_is_not_understood_waits_too_and_is_kept_raw(scene: Scene) -> None:
    scene.store.down = True
    assert await scene.post("? what") == 200
    scene.store.down = False
    await scene.replayed()
    [raw] = await scene.store.raws("a")
    assert (raw.body, raw.why) == (b"? what", "it begins with a question mark")


async def test_a_channel_that_was_removed_meanwhile_loses_nothing(scene: Scene) -> None:
    scene.store.down = True
    assert await scene.post("1 ann hello") == 200
    scene.store.down = False
    scene.site.channels.discard("a")
    await scene.replayed()
    [raw] = await scene.store.raws("a")
    assert raw.body == b"1 ann hello"


async def test_neither_store_nor_spool_is_503_and_not_ready(scene: Scene) -> None:
    scene.store.down = scene.disk.full = True
    async with scene.http.post("/hooks/a", data="1 ann hello", headers=SIGNED) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert await scene.ready() == (
        503,
        ["store: the store is away", "spool: the spool's disk: No space left on device"],
    )
    scene.disk.full = False
    assert (await scene.ready())[0] == 200
    assert await scene.post("1 ann hello") == 200


async def test_a_message_has_the_time_at_which_its_webhook_came(scene: Scene) -> None:
    scene.store.down = True
    assert await scene.post("1 ann hello") == 200
    since = scene.site.spool.since
    scene.store.down = False
    await scene.replayed()
    found = await scene.store.load("a", "ann")
    assert found is not None and found[0].session is not None
    [first, *_] = await scene.store.history(found[0].session.id)
    assert first.message.at == since


async def test_a_store_that_hangs_is_not_waited_for(tmp_path: Path, aiohttp_client: Any) -> None:
    store = Fallible()
    site = Site(store, await Spool.open(tmp_path), patience=0.02)
    scene = Scene(site, store, Full(), await aiohttp_client(site.app()))
    store.freeze()
    assert await scene.post("1 ann first") == 200
    assert await scene.post("2 ann second") == 200
    assert site.spool.waiting == 2
    store.thawed.set()
    await scene.replayed()
    assert await site.said("a", "ann") == ["first", "second"]
    assert site.counts["duplicate"] == 1  # what hung came through as well
    await site.intake.stop()
    await site.spool.close()
