"""What ends processes in the chaos laboratory: one node, now and then all of them, the store, Redis; for ever anew."""

import asyncio
import time
from collections import Counter
from random import Random

import aiohttp

from tests.e2e.three import Three, becomes
from tests.lab.chaos_people import Book

RISES_S = 180.0  # a node, on a machine with better things to do
EVERYBODY = 0.04  # share of the nodes' kills that take all three
TOLD_EVERY = 20  # kills
STORE_AWAY_S, REDIS_AWAY_S = 3.0, 2.0  # at most


class Kills:
    """`counted` are those that were made, by what was killed."""

    def __init__(self, house: Three, book: Book, random: Random, counted: Counter[str]) -> None:
        self._house, self._book, self._random, self._counted = house, book, random, counted

    async def make(self, kills: int, minutes: float) -> None:
        """So many, or as many as fit into the time; all nodes are up again when it returns."""
        until = time.monotonic() + minutes * 60
        rising = [asyncio.create_task(up(self._house, number, self._book)) for number in range(3)]
        try:
            while self._counted.total() < kills and time.monotonic() < until:
                await asyncio.sleep(self._random.uniform(0.05, 2.0))  # the moment is the dice's
                before, draw = self._counted.total(), self._random.random()
                if draw < 0.25:
                    await self._store()
                elif draw < 0.5:
                    await self._redis()
                else:
                    await self._nodes(rising)
                if (total := self._counted.total()) // TOLD_EVERY > before // TOLD_EVERY:
                    print(f"  {total} kills …", flush=True)
            await asyncio.gather(*rising)
        finally:
            for task in rising:
                task.cancel()
            await asyncio.gather(*rising, return_exceptions=True)

    async def _nodes(self, rising: list[asyncio.Task[None]]) -> None:
        """One that is up while another is; now and then all."""
        standing = [number for number, task in enumerate(rising) if task.done()]
        if len(standing) < 2:
            await asyncio.wait(rising, return_when=asyncio.FIRST_COMPLETED if not standing else asyncio.ALL_COMPLETED)
            return
        chosen = standing if self._random.random() < EVERYBODY else [self._random.choice(standing)]
        for number in chosen:
            rising[number].result()
            self._house.nodes[number].kill()
            self._counted["node"] += 1
        for number in chosen:
            self._house.nodes[number].start()
            rising[number] = asyncio.create_task(up(self._house, number, self._book))

    async def _store(self) -> None:
        self._counted["store"] += 1
        await asyncio.to_thread(self._house.database.kill)
        await asyncio.sleep(self._random.random() ** 2 * STORE_AWAY_S)
        await asyncio.to_thread(self._house.database.start)

    async def _redis(self) -> None:
        self._counted["redis"] += 1
        await asyncio.to_thread(self._house.valkey.kill)
        await asyncio.sleep(self._random.random() ** 2 * REDIS_AWAY_S)
        self._house.valkey.start()


async def up(house: Three, number: int, book: Book) -> None:
    """Until the node takes webhooks; one that ended by itself is noted, and started again."""

    async def answers() -> bool:
        try:
            return (await house.ready(number))[0] == 200
        except (aiohttp.ClientError, TimeoutError):
            node = house.nodes[number]
            if not node.alive:
                book.breaks("ended", f"node {number} ended by itself: {node.log[-2000:]}")
                node.start()
            return False

    await becomes(answers, within=RISES_S)
