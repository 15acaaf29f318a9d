"""The loop: time jumps, a seed decides who goes first, the dead take no further step."""

import asyncio
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.lab.loop import OWNER, Loop, Stuck


class Someone:
    def __init__(self) -> None:
        self.dead = False
        self.frozen: list[asyncio.Handle] | None = None
        self.tasks: list[asyncio.Task[Any]] = []


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop(Random(1))
    yield loop
    loop.close()


def order(seed: int) -> list[int]:
    loop, seen = Loop(Random(seed)), list[int]()

    async def step(number: int) -> None:
        await asyncio.sleep(5)
        seen.append(number)

    async def all_of_them() -> None:
        await asyncio.gather(*(step(number) for number in range(6)))

    loop.run_until_complete(all_of_them())
    loop.close()
    return seen


def test_a_year_takes_no_time(loop: Loop) -> None:
    loop.run_until_complete(asyncio.sleep(365 * 86_400))
    assert loop.time() == 365 * 86_400


def test_who_goes_first_is_the_seeds_to_say() -> None:
    assert order(1) == order(1)
    assert sorted(order(1)) == list(range(6))
    assert len({tuple(order(seed)) for seed in range(8)}) > 1


def test_callbacks_keep_the_order_they_were_asked_for(loop: Loop) -> None:
    seen: list[int] = []
    for number in range(9):
        loop.call_soon(seen.append, number)
    loop.run_until_complete(asyncio.sleep(0))
    assert seen == list(range(9))


def test_the_dead_neither_go_on_nor_clean_up(loop: Loop) -> None:
    someone, seen = Someone(), list[str]()

    async def live() -> None:
        OWNER.set(someone)
        try:
            seen.append("began")
            await asyncio.sleep(10)
            seen.append("went on")
        finally:
            seen.append("cleaned up")

    async def world() -> None:
        task = asyncio.create_task(live())
        await asyncio.sleep(5)
        someone.dead = True
        await asyncio.sleep(100)
        assert seen == ["began"]
        someone.dead = False
        task.cancel()
        await asyncio.wait([task])

    loop.run_until_complete(world())


def test_a_world_in_which_nothing_can_happen_any_more_says_so(loop: Loop) -> None:
    with pytest.raises(Stuck):
        loop.run_until_complete(asyncio.Event().wait())
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
