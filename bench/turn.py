"""Whole turns: webhook in, reply at the provider, durable both ways. Frontdesk against the hand-written bot.

Every webhook to Frontdesk comes from a stranger, so that its greeting is the reply: the dearest message there is, since
it also opens a session and queues it. The bot replies to each message and keeps no sessions.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp

from bench import peer, sink, vocabulary
from bench.load import Connection, connect, middle, percentile
from bench.machine import Cores
from bench.mail import Account, Mail, Webhook
from bench.options import Options
from bench.outcome import Goal, Line, Outcome
from bench.process import Failed, Process, answering, free_port
from bench.product import SECRET, Desk, started, warmed

IN_FLIGHT = 32
CHANNELS = 16  # Frontdesk keeps to LINE's rate on each; the bot keeps to none
PRODUCT_AT_MOST, PEER_AT_MOST = 20_000, 6_000  # webhooks made beforehand for each second
PATIENCE_S = 30.0


@dataclass(slots=True)
class Turns:
    """A slot sends its next webhook once its last was answered 200 and replied to. Latencies are to the reply (s)."""

    webhooks: Iterator[Webhook]
    until: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    _by_name: dict[str, "_Slot"] = field(default_factory=dict)
    _by_connection: dict[Connection, "_Slot"] = field(default_factory=dict)

    def begin(self, connections: Sequence[Connection], seconds: float) -> None:
        self.until = time.perf_counter() + seconds
        for connection in connections:
            slot = self._by_connection[connection] = _Slot(connection)
            self._next(slot)

    def seen(self, name: str) -> None:
        """The provider was called for a reply token or a user."""
        slot = self._by_name.pop(name, None)
        if slot is None:
            return
        self.latencies.append(time.perf_counter() - slot.connection.began)
        slot.replied = True
        self._step(slot)

    def answered(self, connection: Connection, status: int) -> None:
        slot = self._by_connection[connection]
        slot.answered = True
        self.refused += status != 200
        self._step(slot)

    def _step(self, slot: "_Slot") -> None:
        if slot.answered and slot.replied:
            for name in slot.names:
                self._by_name.pop(name, None)
            self._next(slot)

    def _next(self, slot: "_Slot") -> None:
        webhook = next(self.webhooks, None) if time.perf_counter() < self.until else None
        if webhook is None:
            del self._by_connection[slot.connection]
            if not self._by_connection:
                self.idle.set()
            return
        slot.answered = slot.replied = False
        slot.names = (webhook.reply_token, webhook.user)
        for name in slot.names:
            self._by_name[name] = slot
        slot.connection.send(webhook.request)


@dataclass(slots=True)
class _Slot:
    connection: Connection
    names: tuple[str, ...] = ()
    answered: bool = False
    replied: bool = False


@dataclass(slots=True)
class _Case:
    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def detail(self) -> str:
        p50, p99 = percentile(self.latencies, 0.5), percentile(self.latencies, 0.99)
        return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, {middle(self.cpu):.0f} µs CPU a turn"


async def _round(
    process: Process, port: int, provider: sink.Sink, webhooks: list[Webhook], seconds: float, case: _Case
) -> None:
    turns = Turns(iter(webhooks))
    connections = await connect(port, turns.answered, IN_FLIGHT)
    provider.seen = turns.seen
    began, cpu = time.perf_counter(), process.cpu_seconds()
    try:
        turns.begin(connections, seconds)
        async with asyncio.timeout(seconds + PATIENCE_S):
            await turns.idle.wait()
    except TimeoutError:
        raise Failed(f"turns without an end after {len(turns.latencies)} good ones:\n{process.said()}") from None
    finally:
        provider.seen = None
        for connection in connections:
            connection.close()
    if turns.refused:
        raise Failed(f"{turns.refused} webhooks were not answered 200:\n{process.said()}")
    case.rates.append(len(turns.latencies) / (time.perf_counter() - began))
    case.cpu.append((process.cpu_seconds() - cpu) / len(turns.latencies) * 1e6)
    case.latencies += turns.latencies


async def measure(options: Options, cores: Cores) -> Outcome:
    mail, ours, theirs = Mail(Random(os.urandom(8))), _Case(), _Case()
    with tempfile.TemporaryDirectory() as folder:
        async with sink.listening() as provider, aiohttp.ClientSession() as session:
            bot_port = free_port()
            arguments = ["-m", "bench.peer", str(bot_port), f"{folder}/peer.db", provider.base, SECRET]
            with Process(arguments, cores.server) as bot:
                await answering(bot, bot_port)
                product = await started(Path(folder) / "data", cores.server)
                with product.process:
                    desk = await Desk.signed_in(session, product)
                    accounts = await desk.line(provider.base, CHANNELS)
                    await desk.furnish(vocabulary.words(10_000, Random(1)))
                    await warmed(product, accounts)
                    for _ in range(options.rounds):
                        product.process.pause()
                        bot.resume()
                        hooks = _strangers(mail, [Account(peer.PATH, SECRET)], int(PEER_AT_MOST * options.seconds))
                        await _round(bot, bot_port, provider, hooks, options.seconds, theirs)
                        bot.pause()
                        product.process.resume()
                        hooks = _strangers(mail, accounts, int(PRODUCT_AT_MOST * options.seconds))
                        await _round(product.process, product.port, provider, hooks, options.seconds, ours)
                        await product.drained()
    ratio = middle([mine / its for mine, its in zip(ours.rates, theirs.rates, strict=True)])
    return Outcome(
        "turn",
        [
            Line("hand-written bot with line-bot-sdk", middle(theirs.rates), "/s", detail=theirs.detail),
            Line("Frontdesk, greeting a stranger", middle(ours.rates), "/s", detail=ours.detail),
            Line("Frontdesk, of the bot", ratio, "×", Goal("≥", 5.0)),
            Line("Frontdesk's CPU a turn, of the bot's", middle(theirs.cpu) / middle(ours.cpu), "×"),
        ],
        [f"{IN_FLIGHT} in flight; Frontdesk over {CHANNELS} LINE channels, because it keeps to LINE's rate on each."],
    )


def _strangers(mail: Mail, accounts: Sequence[Account], count: int) -> list[Webhook]:
    return [mail.webhook(accounts[index % len(accounts)], mail.user()) for index in range(count)]
