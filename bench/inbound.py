"""Durable inbound: LINE webhooks into `frontdesk serve` over HTTP, held against the floor, rows against 2xx answers."""

import itertools
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp

from bench import floor, sink, steps, vocabulary
from bench.load import Tally, drive, middle
from bench.machine import Cores
from bench.mail import Account, Mail
from bench.options import Options
from bench.outcome import Goal, Line, Outcome
from bench.process import Failed, Process, answering, free_port
from bench.product import Desk, Product, started

CUSTOMERS = 10_000
STRANGERS = 0.1  # their first message opens a session, is greeted and queued: ten messages to a chat
CHANNELS = 8  # each is held to LINE's rate of calls; with one, the greetings would be what is measured
AT_MOST_A_SECOND = 20_000  # webhooks made beforehand for each second; a run that used them up would end early


@dataclass(slots=True)
class _Case:
    """One sub-case's rounds. `cpu` is microseconds a request, `after` with all that the requests left to be done."""

    tallies: list[Tally] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return middle([tally.rate for tally in self.tallies])

    def of(self, ground: "_Case") -> float:
        """The rate as a share of the floor's: the median of the rounds, each against the floor's round beside it."""
        return middle([mine.rate / its.rate for mine, its in zip(self.tallies, ground.tallies, strict=True)])

    @property
    def p99(self) -> float:
        return middle([tally.percentile(0.99) for tally in self.tallies])


@dataclass(slots=True)
class _Run:
    options: Options
    product: Product
    ground: Process
    ground_port: int
    accounts: Sequence[Account]
    mail: Mail
    floor: _Case = field(default_factory=_Case)
    steady: _Case = field(default_factory=_Case)
    opening: _Case = field(default_factory=_Case)
    answered: int = 0

    async def all(self) -> None:
        known = [self.mail.user() for _ in range(self.customers)]
        first = [self.mail.webhook(self.accounts[int(user[-4:], 16) % CHANNELS], user).request for user in known]
        with _running(self.product.process):
            await self._product(first, None)
        plain = [webhook.request for webhook in self.mail.webhooks([Account(floor.PATH, "s")], known, 20_000)]
        for _ in range(self.options.rounds):
            with _running(self.ground):
                await self._ground(plain)
            for case, share in ((self.steady, 0.0), (self.opening, STRANGERS)):
                requests = self._requests(known, share)
                with _running(self.product.process):
                    await self._product(requests, case)

    def _requests(self, known: Sequence[str], strangers: float) -> list[bytes]:
        """From customers picked at random, that share of them never seen before."""
        mail = self.mail
        users = [
            mail.user() if mail.random.random() < strangers else mail.random.choice(known)
            for _ in range(int(AT_MOST_A_SECOND * self.options.seconds))
        ]
        return [mail.webhook(self.accounts[int(user[-4:], 16) % CHANNELS], user).request for user in users]

    @property
    def customers(self) -> int:
        return CUSTOMERS // 10 if self.options.quick else CUSTOMERS

    async def _ground(self, requests: Sequence[bytes]) -> None:
        before = self.ground.cpu_seconds()
        tally = await drive(self.ground_port, itertools.cycle(requests), seconds=self.options.seconds)
        self.floor.tallies.append(tally)
        self.floor.cpu.append((self.ground.cpu_seconds() - before) / tally.good * 1e6)

    async def _product(self, requests: Sequence[bytes], case: _Case | None) -> None:
        process = self.product.process
        before = process.cpu_seconds()
        tally = await drive(self.product.port, iter(requests), seconds=self.options.seconds if case else 60.0)
        during = process.cpu_seconds()
        if tally.lost or tally.good != len(tally.latencies):
            raise Failed(f"{tally.lost} unanswered, answers {dict(tally.statuses)}:\n{process.said()}")
        self.answered += tally.good
        await self.product.drained()
        if case is not None:
            case.tallies.append(tally)
            case.cpu.append((during - before) / tally.good * 1e6)
            case.after.append((process.cpu_seconds() - before) / tally.good * 1e6)


@contextmanager
def _running(process: Process) -> Iterator[None]:
    """The others are stopped meanwhile: they would take from the core that they share."""
    process.resume()
    try:
        yield
    finally:
        process.pause()


async def measure(options: Options, cores: Cores) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        run = await _measured(options, cores, Path(folder))
        rows = run.product.rows()
    if rows != run.answered:
        raise Failed(f"{run.answered} webhooks were answered 2xx and {rows} messages are in the database")
    table = steps.table(run.floor.cpu, run.opening.cpu, run.opening.after, run.steady.cpu)
    return Outcome("inbound", _lines(run, rows), [table])


async def _measured(options: Options, cores: Cores, folder: Path) -> _Run:
    ground_port = free_port()
    with Process(["-m", "bench.floor", str(ground_port)], cores.server) as ground:
        await answering(ground, ground_port)
        async with sink.listening() as provider, aiohttp.ClientSession() as session:
            product = await started(folder, cores.server)
            with product.process:
                desk = await Desk.signed_in(session, product)
                accounts = await desk.line(provider.base, CHANNELS)
                await desk.furnish(vocabulary.words(10_000, Random(1)))
                ground.pause()
                run = _Run(options, product, ground, ground_port, accounts, Mail(Random(os.urandom(8))))
                await run.all()
        return run


def _lines(run: _Run, rows: int) -> list[Line]:
    base, cost = run.floor.rate, middle(run.floor.cpu)
    lines = [
        Line(
            "F0, bare aiohttp POST",
            base,
            "/s",
            detail=f"p99 {run.floor.p99:.1f} ms, {middle(run.floor.cpu):.0f} µs CPU",
        )
    ]
    cases = (("every tenth opens a session", run.opening), ("known customers, session open", run.steady))
    for name, case in cases:
        detail = (
            f"{case.rate:,.0f}/s, {middle(case.cpu):.0f} µs CPU a request, {middle(case.after):.0f} with what follows"
        )
        lines += [
            Line(f"{name}, of F0", case.of(run.floor), "", Goal("≥", 0.25), detail),
            Line(
                f"{name}, CPU, of F0",
                cost / middle(case.cpu),
                "",
                None,
                "of computing alone, without waiting for disk or core",
            ),
            Line(f"{name}, p99", case.p99, "ms", Goal("≤", 25.0)),
        ]
    lines.append(Line("rows in the database", rows, "", detail="equal to the 2xx answers, or this would have failed"))
    return lines
