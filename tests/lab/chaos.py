"""The chaos laboratory: three `frontdesk serve`, a MongoDB-protocol server and Valkey, as processes, killed under load.

`python -m tests.lab.chaos` runs the long one, with LAB=ci as much of it as some minutes hold. Exit status 1 if a law
was broken. The moments are the machine's, so a seed repeats the dice and not the run: `--keep` leaves every log and the
database where they were.
"""

import argparse
import asyncio
import math
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from simulator.accounts import Account, Settings
from simulator.app import Simulator
from tests.e2e.house import PROVIDERS, settings_of
from tests.e2e.three import Three, becomes, started
from tests.lab.chaos_audit import SETTLES_S, audit, settled
from tests.lab.chaos_balancer import Balancer
from tests.lab.chaos_people import Book, Desk, agent, customer, noted, supervisor

KILLS, CI_MINUTES = 200, 2.0
AGENTS, CAPACITY = 4, 3
PAUSE_S = 0.7  # between two messages of a customer, on the average
PASSWORD = "agent-password-of-tests"
STORE_AWAY_S, REDIS_AWAY_S = 3.0, 2.0  # at most
EVERYBODY = 0.04  # share of the nodes' kills that take all three


@dataclass(slots=True)
class Report:
    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def lines(self) -> list[str]:
        kills, found = ", ".join(f"{count} {what}" for what, count in sorted(self.kills.items())), self.figures
        figures = (
            f"{found['said']} messages from customers, of these {found['acknowledged']} acknowledged, "
            f"{found['late']} late; {found['answered']} answers in {found['sessions']} sessions; "
            f"{found['arrived']} arrivals on phones, {found['doubled, marked as such']} doubled and marked as such; "
            f"{found['asked again']} requests asked again"
        )
        return [
            f"chaos: seed {self.seed}, {self.kills.total()} kills ({kills}), {self.seconds:.0f} s",
            f"  {figures}",
            f"  laws broken: {len(self.broken)}",
            *(f"  {law}: {how}" for law, how in self.broken[:20]),
        ]


class Chaos:
    def __init__(self, house: Three, simulator: Simulator, desk: Desk, book: Book, report: Report) -> None:
        self._house, self._simulator, self._desk, self._book, self._report = house, simulator, desk, book, report
        self._random = Random(report.seed)
        self._accounts: dict[str, Account[Any]] = {}
        self._ends = asyncio.Event()
        self._away: set[int] = set()

    async def run(self, kills: int, kinds: Sequence[str], talkers: int, minutes: float) -> None:
        for kind in kinds:
            await self._channel(kind)
        tokens, capacities = await self._staff()
        self._capacities = capacities
        people = [asyncio.create_task(agent(self._desk, token, self._book, Random(n))) for n, token in tokens]
        people.append(asyncio.create_task(supervisor(self._desk, self._house.token, self._book, capacities)))
        talk = [asyncio.create_task(self._talk(kind, n)) for kind in kinds for n in range(talkers)]
        try:
            await self._kills(kills, minutes)
            self._ends.set()
            await asyncio.gather(*talk)
            await self._quiet(people)
        finally:
            for task in (*people, *talk):
                task.cancel()
            await asyncio.gather(*people, *talk, return_exceptions=True)

    # --- set up

    async def _channel(self, kind: str) -> None:
        account = getattr(self._simulator, PROVIDERS[kind]).account(PROVIDERS[kind])
        settings = settings_of(kind, account, self._simulator.url)
        made = await self._house.call(0, "POST", "/admin/channels", kind=kind, name=kind, settings=settings)
        account.webhook_url = made["webhook_url"]
        if kind == "line":
            account.settings = Settings(redelivery=True)
        self._accounts[kind] = account

    async def _staff(self) -> tuple[list[tuple[int, str]], dict[str, int]]:
        tokens, capacities = [], {}
        for number in range(AGENTS):
            email = f"agent{number}@desk.example"
            made = await self._house.call(
                0, "POST", "/admin/agents", name=f"Agent {number}", email=email, password=PASSWORD, role="agent",
                capacity=CAPACITY,
            )  # fmt: skip
            capacities[made["id"]] = CAPACITY
            login = await self._house.call(0, "POST", "/auth/login", email=email, password=PASSWORD)
            tokens.append((number, login["token"]))
        await asyncio.sleep(1.0)  # what was set is in force at all nodes within a second: the promise, not a guess
        for _, token in tokens:
            await self._desk.done(token, "PUT", "/inbox/me/status", {"status": "online"})
        return tokens, capacities

    async def _talk(self, kind: str, number: int) -> None:
        random, turn = Random(f"{self._report.seed} {kind} {number}"), 0
        while not self._ends.is_set():
            name = f"{kind} {number}.{turn}"
            await customer(self._accounts[kind], kind, name, self._book, random, PAUSE_S)
            turn += 1

    # --- kills

    async def _kills(self, kills: int, minutes: float) -> None:
        until = time.monotonic() + minutes * 60
        nodes = [asyncio.create_task(self._up(number)) for number in range(3)]
        while self._report.kills.total() < kills and time.monotonic() < until:
            await asyncio.sleep(self._random.uniform(0.05, 2.0))
            draw = self._random.random()
            if draw < 0.25:
                await self._store()
            elif draw < 0.5:
                await self._redis()
            else:
                await self._nodes(nodes)
        await asyncio.gather(*nodes)

    async def _nodes(self, rising: list[asyncio.Task[None]]) -> None:
        """One that is up while another is; now and then all."""
        up = [number for number, task in enumerate(rising) if task.done()]
        if len(up) < 2:
            await asyncio.wait(rising, return_when=asyncio.FIRST_COMPLETED if not up else asyncio.ALL_COMPLETED)
            return
        chosen = up if self._random.random() < EVERYBODY else [self._random.choice(up)]
        for number in chosen:
            self._house.nodes[number].kill()
            self._report.kills["node"] += 1
        for number in chosen:
            self._house.nodes[number].start()
            rising[number] = asyncio.create_task(self._up(number))

    async def _up(self, number: int) -> None:
        async def answers() -> bool:
            try:
                return (await self._house.ready(number))[0] == 200
            except (aiohttp.ClientError, TimeoutError):
                node = self._house.nodes[number]
                if not node.alive:
                    self._book.breaks("ended", f"node {number} ended by itself: {node.log[-2000:]}")
                    node.start()
                return False

        await becomes(answers, within=90)

    async def _store(self) -> None:
        self._report.kills["store"] += 1
        await asyncio.to_thread(self._house.database.kill)
        await asyncio.sleep(self._random.random() ** 2 * STORE_AWAY_S)
        await asyncio.to_thread(self._house.database.start)

    async def _redis(self) -> None:
        self._report.kills["redis"] += 1
        await asyncio.to_thread(self._house.valkey.kill)
        await asyncio.sleep(self._random.random() ** 2 * REDIS_AWAY_S)
        self._house.valkey.start()

    # --- the end

    async def _quiet(self, people: Sequence[asyncio.Task[None]]) -> None:
        """Nothing is killed any more and nobody writes: all must settle, and the books agree."""
        token = self._house.token
        await self._simulator.settle()
        for said in self._book.said.values():
            noted(said)
        for number in range(3):
            await becomes(lambda number=number: self._well(number), within=SETTLES_S)  # type: ignore[misc]
        found = await settled(self._desk, token, self._book)
        for task in people:
            if task.done() and (error := task.exception()) is not None:
                raise error
        figures = audit(self._book, found, self._simulator)
        figures.update({
            "said": len(self._book.said), "answered": len(self._book.answered), "asked again": self._book.asked_again
        })  # fmt: skip
        self._report.figures.update(figures)
        for number, node in enumerate(self._house.nodes):
            if (at := node.log.find("Traceback")) >= 0:
                self._book.breaks("defect", f"node {number}: {node.log[at - 300 : at + 2000]}")

    async def _well(self, number: int) -> bool:
        return await self._house.ready(number) == (200, [])


async def chaos(
    folder: Path,
    seed: int,
    kills: int,
    kinds: Sequence[str] = tuple(PROVIDERS),
    talkers: int = 1,
    minutes: float = math.inf,
) -> Report:
    began, report, book = time.monotonic(), Report(seed), Book()
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(Simulator(time_scale=0.02))
        balancer = await stack.enter_async_context(Balancer(Random(seed)))
        house = await stack.enter_async_context(started(folder, balancer.url))
        balancer.ports = [node.port for node in house.nodes]
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)))
        desk = Desk(balancer.url, http, book)
        try:
            await Chaos(house, simulator, desk, book, report).run(kills, kinds, talkers, minutes)
        except TimeoutError:
            book.breaks("settled", "not everything came to rest in time")
    report.broken, report.seconds = book.broken, time.monotonic() - began
    return report


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--minutes", type=float, default=CI_MINUTES if os.environ.get("LAB") == "ci" else math.inf)
    parser.add_argument("--keep", type=Path, help="an empty folder for the logs and the database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos") as temporary:
        folder = options.keep or Path(temporary)
        report = asyncio.run(chaos(folder, options.seed, options.kills, minutes=options.minutes))
    print(*report.lines(), sep="\n", flush=True)
    if report.broken:
        print(f"the same dice again: python -m tests.lab.chaos --seed {report.seed} --keep FOLDER")
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
