"""The chaos laboratory: three `frontdesk serve`, a MongoDB-protocol server and Valkey, as processes, killed under load.

`python -m tests.lab.chaos` runs the long one, with LAB=ci as much of it as some minutes hold. Exit status 1 if a law
was broken, or if it killed too little. The moments are the machine's, so a seed repeats the dice and not the run:
`--keep` leaves every log and the database where they were.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from simulator.accounts import Account, Settings
from simulator.app import Simulator
from tests.e2e.house import PROVIDERS, settings_of
from tests.e2e.three import Three, started
from tests.lab.chaos_audit import audit, settled
from tests.lab.chaos_balancer import Balancer
from tests.lab.chaos_kills import Kills
from tests.lab.chaos_people import Book, Desk, agent, customer, noted, supervisor

KILLS, MINUTES = {"ci": 15, "": 200}, {"ci": 2.0, "": 40.0}
"""With LAB=ci at least so many, and then as many as fit; otherwise so many, each house in at most so many minutes."""
A_HOUSE = 50  # kills; then a new one is laid out, for MongoDB's stand-in grows slow with all it has to keep
AGENTS, CAPACITY = 4, 3
PAUSE_S = 0.7  # between two messages of a customer, on the average
WELL_S, WELL_AT_LAST_S = 240.0, 1200.0
"""For as long nodes that live may complain of the same (a spool grows shorter), and of anything at all."""
PASSWORD = "agent-password-of-tests"
LAWS = ("lost", "doubled", "sent twice", "order", "capacity")

Happening = Callable[[], Coroutine[None, None, None]]


@dataclass(slots=True)
class Report:
    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    settling: float = 0.0

    def lines(self) -> list[str]:
        kills, found = ", ".join(f"{count} {what}" for what, count in sorted(self.kills.items())), self.figures
        figures = (
            f"{found['said']} messages from customers, of these {found['acknowledged']} acknowledged, "
            f"{found['late']} late; {found['answered']} answers in {found['sessions']} sessions; "
            f"{found['arrived']} arrivals on phones, {found['doubled, marked as such']} doubled and marked as such; "
            f"{found['asked again']} requests asked again"
        )
        laws, took = Counter(law for law, _ in self.broken), f"{self.seconds:.0f} s ({self.settling:.0f} to rest)"
        return [
            f"chaos: seed {self.seed}, {self.kills.total()} kills ({kills}), {took}",
            f"  {figures}",
            f"  laws broken: {len(self.broken)} ({', '.join(f'{law} {laws[law]}' for law in LAWS)})",
            *(f"  {law}: {how}" for law, how in self.broken[:20]),
        ]


class Chaos:
    """Customers and agents at work in a house, whatever happens to it; then the books compared."""

    def __init__(self, house: Three, simulator: Simulator, desk: Desk, report: Report, book: Book) -> None:
        self.house, self.report, self.book = house, report, book
        self._simulator, self._desk = simulator, desk
        self._accounts: dict[str, Account[Any]] = {}
        self._ends = asyncio.Event()

    async def run(self, happens: Happening, kinds: Sequence[str] = tuple(PROVIDERS), talkers: int = 2) -> None:
        for kind in kinds:
            await self._channel(kind)
        tokens, capacities = await self._staff()
        people = [asyncio.create_task(agent(self._desk, token, self.book, Random(n))) for n, token in tokens]
        people.append(asyncio.create_task(supervisor(self._desk, self.house.token, self.book, capacities)))
        talk = [asyncio.create_task(self._talk(kind, n)) for kind in kinds for n in range(talkers)]
        try:
            await _meanwhile([*people, *talk], happens())
            self._ends.set()
            calm = time.monotonic()
            await _meanwhile(people, self._quiet(talk))
            self.report.settling = time.monotonic() - calm
        finally:
            for task in (*people, *talk):
                task.cancel()
            await asyncio.gather(*people, *talk, return_exceptions=True)

    # --- set up

    async def _channel(self, kind: str) -> None:
        account = getattr(self._simulator, PROVIDERS[kind]).account(PROVIDERS[kind])
        settings = settings_of(kind, account, self._simulator.url)
        made = await self.house.call(0, "POST", "/admin/channels", kind=kind, name=kind, settings=settings)
        account.webhook_url = made["webhook_url"]
        if kind == "line":
            account.settings = Settings(redelivery=True)
        self._accounts[kind] = account

    async def _staff(self) -> tuple[list[tuple[int, str]], dict[str, int]]:
        tokens, capacities = [], {}
        for number in range(AGENTS):
            email = f"agent{number}@desk.example"
            made = await self.house.call(
                0, "POST", "/admin/agents", name=f"Agent {number}", email=email, password=PASSWORD, role="agent",
                capacity=CAPACITY,
            )  # fmt: skip
            capacities[made["id"]] = CAPACITY
            login = await self.house.call(0, "POST", "/auth/login", email=email, password=PASSWORD)
            tokens.append((number, login["token"]))
        await asyncio.sleep(1.0)  # what was set is in force at all nodes within a second: the promise, not a guess
        for _, token in tokens:
            await self._desk.done(token, "PUT", "/inbox/me/status", {"status": "online"})
        return tokens, capacities

    async def _talk(self, kind: str, number: int) -> None:
        random, turn = Random(f"{self.report.seed} {kind} {number}"), 0
        while not self._ends.is_set():
            name = f"{kind} {number}.{turn}"
            await customer(self._accounts[kind], kind, name, self.book, random, PAUSE_S)
            turn += 1

    # --- the end

    async def _quiet(self, talk: Sequence[asyncio.Task[None]]) -> None:
        """Nothing happens any more and nobody writes: all must settle, and the books agree."""
        async with asyncio.timeout(WELL_S):
            await asyncio.gather(*talk)
            await self._simulator.settle()
        for said in self.book.said.values():
            noted(said)
        await _well_again(self.house)
        found = await settled(self._desk, self.house.token, self.book)
        figures = audit(self.book, found, self._simulator)
        figures.update({
            "said": len(self.book.said), "answered": len(self.book.answered), "asked again": self.book.asked_again
        })  # fmt: skip
        self.report.figures.update(figures)
        for number, node in enumerate(self.house.nodes):
            if (at := node.log.find("Traceback")) >= 0:
                self.book.breaks("defect", f"node {number}: {node.log[max(0, at - 300) : at + 2000]}")


async def _meanwhile(people: Sequence[asyncio.Task[None]], work: Coroutine[None, None, None]) -> None:
    """Do the work, unless one of those who are at theirs all the while fails."""
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task, *people}, return_when=asyncio.FIRST_COMPLETED)
        for ended in done:
            ended.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def laid_out(folder: Path, seed: int, root: Path | None = None) -> AsyncIterator[Chaos]:
    """A laboratory with everything running, its nodes from the sources at `root`; its report is whole afterwards."""
    began, report, book = time.monotonic(), Report(seed), Book()
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(Simulator(time_scale=0.02))
        balancer = await stack.enter_async_context(Balancer(Random(seed)))
        house = await stack.enter_async_context(started(folder, balancer.url, root))
        balancer.ports = [node.port for node in house.nodes]
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)))
        try:
            yield Chaos(house, simulator, Desk(balancer.url, http, book), report, book)
        except TimeoutError as error:
            way = " > ".join(f"{at.name}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__))
            states = [await _state(house, number) for number in range(len(house.nodes))]
            under_way = sum(not each.returned.is_set() for one in simulator.accounts() for each in one.deliveries)
            book.breaks("settled", f"not in time: {way}; webhooks under way: {under_way}; nodes: {states}")
    report.broken, report.seconds = book.broken, time.monotonic() - began


async def _well_again(house: Three) -> None:
    """Until no node has anything to complain of. Raises `TimeoutError`."""
    began = moved = time.monotonic()
    before: list[object] = []
    while (states := [await _state(house, number) for number in range(len(house.nodes))]) != [(200, [])] * 3:
        now = time.monotonic()
        if states != before:
            before, moved = states, now
        if now - moved > WELL_S or now - began > WELL_AT_LAST_S:
            raise TimeoutError
        await asyncio.sleep(0.5)


async def _state(house: Three, number: int) -> object:
    try:
        return await house.ready(number)
    except (aiohttp.ClientError, TimeoutError) as error:
        return repr(error)


async def chaos(
    folder: Path, seed: int, kills: int, minutes: float, kinds: Sequence[str] = tuple(PROVIDERS), talkers: int = 2
) -> Report:
    async with laid_out(folder, seed) as lab:
        dice = Kills(lab.house, lab.book, Random(seed), lab.report.kills)
        await lab.run(lambda: dice.make(kills, minutes), kinds, talkers)
    return lab.report


def main() -> int:
    lab = "ci" if os.environ.get("LAB") == "ci" else ""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--kills", type=int, default=KILLS[""])
    parser.add_argument("--minutes", type=float, default=MINUTES[lab])
    parser.add_argument("--least", type=int, default=KILLS[lab], help="fewer kills are a failure")
    parser.add_argument("--keep", type=Path, help="an empty folder for the logs and the database")
    options = parser.parse_args()
    made, broken, seed = 0, False, options.seed
    while made < options.kills and not broken:
        report = _one_house(options, seed, min(A_HOUSE, options.kills - made))
        made, broken, seed = made + report.kills.total(), bool(report.broken), seed + 1
        if lab == "ci" or not report.kills:
            break
    too_few = made < min(options.least, options.kills) and not broken
    if too_few:
        print(f"  too little: {made} kills, not {options.least}")
    return 1 if broken or too_few else 0


def _one_house(options: argparse.Namespace, seed: int, kills: int) -> Report:
    with tempfile.TemporaryDirectory(prefix="chaos") as temporary:
        folder = (options.keep or Path(temporary)) / str(seed)
        folder.mkdir()
        report = asyncio.run(chaos(folder, seed, kills, options.minutes))
    print(*report.lines(), sep="\n", flush=True)
    if report.broken:
        print(f"the same dice again: python -m tests.lab.chaos --seed {seed} --kills {kills} --keep FOLDER")
    return report


if __name__ == "__main__":
    sys.exit(main())
