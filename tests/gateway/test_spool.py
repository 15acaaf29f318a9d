"""The spool by itself: durable before it says so, in order, bounded, alive after any death."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.segments import RealDisk
from gateway.spool import Kept, Spool, SpoolFull


def webhook(number: int, channel: str = "a", size: int = 10) -> Kept:
    return Kept(
        channel, 1_000 + number, "POST", "https://desk.example/hooks/a", (), (), "", b"%d " % number + b"x" * size
    )


async def drained(spool: Spool) -> list[int]:
    """The numbers of everything in it, in the order in which it is replayed."""
    found: list[int] = []
    while (batch := await spool.oldest()) is not None:
        found += [int(kept.body.split()[0]) for kept in batch.kept]
        await spool.drop(batch)
    return found


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    spool = await Spool.open(tmp_path)
    yield spool
    await spool.close()


async def test_what_is_kept_comes_out_in_order_and_once(spool: Spool) -> None:
    for number in range(20):
        await spool.keep(webhook(number))
    assert await drained(spool) == list(range(20))
    assert await drained(spool) == []
    assert (spool.waiting, spool.size, spool.since) == (0, 0, None)


async def test_it_holds_a_channel_until_the_last_of_its_webhooks_is_dropped(spool: Spool) -> None:
    await spool.keep(webhook(1, "a"))
    await spool.keep(webhook(2, "b"))
    assert (spool.holds("a"), spool.holds("b"), spool.holds("c")) == (True, True, False)
    batch = await spool.oldest()
    assert batch is not None
    assert spool.holds("a")
    await spool.drop(batch)
    assert not spool.holds("a")


async def test_those_who_come_together_share_an_fsync(tmp_path: Path) -> None:
    class Counting(RealDisk):
        syncs = 0

        def sync(self, descriptor: int) -> None:
            Counting.syncs += 1
            super().sync(descriptor)

    spool = await Spool.open(tmp_path, disk=Counting())
    await asyncio.gather(*(spool.keep(webhook(number)) for number in range(200)))
    assert Counting.syncs <= 4  # the new file's folder, the first one alone, and all the others
    assert await drained(spool) == list(range(200))
    await spool.close()


async def test_what_was_kept_is_there_after_a_restart_with_the_newer_behind_it(tmp_path: Path) -> None:
    first = await Spool.open(tmp_path)
    for number in range(5):
        await first.keep(webhook(number))
    await first.close()
    second = await Spool.open(tmp_path)
    assert (second.waiting, second.since, second.holds("a")) == (5, 1_000, True)
    await second.keep(webhook(5))
    assert await drained(second) == [0, 1, 2, 3, 4, 5]
    await second.close()


async def test_a_replay_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    first = await Spool.open(tmp_path)
    await asyncio.gather(*(first.keep(webhook(number)) for number in range(700)))
    batch = await first.oldest()
    assert batch is not None
    await first.drop(batch)
    await first.close()
    second = await Spool.open(tmp_path)
    assert second.waiting == 200
    assert await drained(second) == list(range(500, 700))
    await second.close()


async def test_many_small_segments_are_one_row(tmp_path: Path) -> None:
    spool = await Spool.open(tmp_path, segment_bytes=300)
    for number in range(50):
        await spool.keep(webhook(number))
    assert len(list(tmp_path.glob("0/*.spool"))) > 5
    assert await drained(spool) == list(range(50))
    assert list(tmp_path.glob("0/*.spool")) == []
    await spool.close()


async def test_its_share_of_the_disk_is_a_limit(tmp_path: Path) -> None:
    spool = await Spool.open(tmp_path, most_bytes=500)
    results = await asyncio.gather(*(spool.keep(webhook(number)) for number in range(50)), return_exceptions=True)
    kept = sum(result is None for result in results)
    assert [type(result) for result in results] == [type(None)] * kept + [SpoolFull] * (50 - kept)
    assert 0 < kept < 50
    assert await drained(spool) == list(range(kept))
    await spool.keep(webhook(99))
    assert await drained(spool) == [99]
    await spool.close()


class Full(RealDisk):
    """A disk that is full for as long as it is told."""

    full = False

    def write(self, descriptor: int, data: bytes) -> None:
        if self.full:
            super().write(descriptor, data[:3])
            raise OSError(28, "No space left on device")
        super().write(descriptor, data)


async def test_a_full_disk_refuses_and_takes_again_when_there_is_room(tmp_path: Path) -> None:
    disk = Full()
    spool = await Spool.open(tmp_path, disk=disk)
    await spool.keep(webhook(1))
    disk.full = True
    with pytest.raises(SpoolFull, match="No space left on device"):
        await spool.keep(webhook(2))
    assert await spool.refuses() == "the spool's disk: No space left on device"
    assert spool.waiting == 1
    disk.full = False
    assert await spool.refuses() is None
    await spool.keep(webhook(3))
    assert await drained(spool) == [1, 3]
    await spool.close()


async def test_a_torn_tail_is_left_out(tmp_path: Path) -> None:
    first = await Spool.open(tmp_path)
    for number in range(3):
        await first.keep(webhook(number))
    await first.close()
    [segment] = tmp_path.glob("0/*.spool")
    segment.write_bytes(segment.read_bytes()[:-4])
    second = await Spool.open(tmp_path)
    assert second.waiting == 2
    await second.keep(webhook(7))
    assert await drained(second) == [0, 1, 7]
    assert not segment.exists()
    await second.close()


async def test_a_damaged_segment_is_put_aside_for_a_person_and_holds_nobody_up(tmp_path: Path) -> None:
    spool = await Spool.open(tmp_path, segment_bytes=1)
    for number in range(3):
        await spool.keep(webhook(number))
    middle = sorted(tmp_path.glob("0/*.spool"))[1]
    bytes_ = bytearray(middle.read_bytes())
    bytes_[-1] ^= 1
    middle.write_bytes(bytes_)
    assert await drained(spool) == [0, 2]
    assert middle.with_suffix(".damaged").exists()
    assert (spool.waiting, spool.holds("a")) == (0, False)
    await spool.close()


async def test_two_processes_have_a_folder_each_and_a_dead_ones_is_taken_over(tmp_path: Path) -> None:
    living = await Spool.open(tmp_path)
    dead = await Spool.open(tmp_path)
    await living.keep(webhook(1))
    await dead.keep(webhook(2))
    assert sorted(path.parent.name for path in tmp_path.glob("*/*.spool")) == ["0", "1"]
    await living.close()
    await dead.close()
    heir = await Spool.open(tmp_path)
    assert heir.waiting == 2
    assert await drained(heir) == [1, 2]
    await heir.close()


async def left_in(root: Path) -> list[int]:
    spool = await Spool.open(root)
    try:
        return await drained(spool)
    finally:
        await spool.close()


WRITER = """
import asyncio, resource, sys
from pathlib import Path
from gateway.spool import Spool, SpoolFull
from tests.gateway.test_spool import webhook

async def main():
    spool = await Spool.open(Path(sys.argv[1]))
    if len(sys.argv) > 2:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
    for number in range(100_000):
        try:
            await spool.keep(webhook(number, size=200))
        except SpoolFull as error:
            print("full", error, flush=True)
            return
        print(number, flush=True)

asyncio.run(main())
"""


def test_every_webhook_that_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline()) for _ in range(30)]
    os.kill(process.pid, signal.SIGKILL)
    acknowledged += [int(line) for line in process.stdout.read().split()]
    process.wait()
    process.stdout.close()
    replayed = asyncio.run(left_in(tmp_path))
    assert replayed[: len(acknowledged)] == acknowledged
    assert len(replayed) <= len(acknowledged) + 1  # one may have been durable and not yet said


def test_a_limit_of_the_system_is_a_full_disk(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(tmp_path), "1000"], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert lines[-1] == "full the spool's disk: File too large"
    acknowledged = [int(line) for line in lines if line.isdecimal()]
    assert len(acknowledged) > 0
    assert asyncio.run(left_in(tmp_path)) == acknowledged
