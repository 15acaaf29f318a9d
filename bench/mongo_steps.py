"""What each step of a commit costs on MongoDB: round trips and client CPU.

The time between a command and its answer is the server's and the network's, and of no meaning with a test server;
the round trips and the CPU of this process are ours.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace
from pymongo.monitoring import CommandListener

from core.channel import StatusUpdate
from core.event import StateChanged
from core.ports.reading import SessionQuery
from core.ports.writing import Commit, Lease, Settlement
from stores.mongo import MongoStore
from tests.stores.scenes import NOON, Scene

ROUNDS = 200


@dataclass
class Counting(CommandListener):
    """The commands sent, and how many documents came back; a node's signs of life apart, which come every second."""

    names: list[str] = field(default_factory=list)
    documents: int = 0
    _alive: set[int] = field(default_factory=set)

    def started(self, event: Any) -> None:
        if event.command.get(event.command_name) == "node":
            self._alive.add(event.request_id)
        else:
            self.names.append(event.command_name)

    def succeeded(self, event: Any) -> None:
        if event.request_id in self._alive:
            self._alive.discard(event.request_id)
            return
        cursor = event.reply.get("cursor", {})
        self.documents += len(cursor.get("firstBatch", ())) + len(cursor.get("nextBatch", ()))

    def failed(self, event: Any) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Step:
    """Of one: round trips, microseconds of CPU, the commands."""

    name: str
    trips: float
    cpu: float
    commands: Sequence[str]


async def measured(url: str) -> list[Step]:
    """On an empty database, which is dropped at the end."""
    found: list[Step] = []
    counting = Counting()
    store = await MongoStore.open(url, numbering=False, listeners=[counting])
    await store.seat("bo", capacity=10**6, at=NOON)
    await store.set_status("bo", "online", None, NOON)
    fence = await store.keep_desk("n", 0, 10**15)
    scenes = [Scene(f"c{at}") for at in range(ROUNDS)]

    async def step(name: str, work: Callable[[int], Awaitable[object]], rounds: int = ROUNDS) -> None:
        counting.names.clear()
        begun = time.process_time()
        for at in range(rounds):
            await work(at)
        cpu = (time.process_time() - begun) / rounds * 1e6
        each = counting.names[: round(len(counting.names) / rounds)]
        found.append(Step(name, len(counting.names) / rounds, cpu, each))

    async def commit(at: int, made: Callable[[Scene], Commit]) -> None:
        scene = scenes[at]
        await store.commit(scene.take(made(scene)))

    def settled(at: int) -> Settlement:
        scene = scenes[at]
        seq = scene.session.seq
        return Settlement(
            key=f"d-{at}", conversation=f"conv-c{at}", session=scene.session.id, done=True,
            facts=(StateChanged(seq, "sent", NOON),), message_ids=((seq, f"out-{at}"),), at=NOON,
        )  # fmt: skip

    update = StatusUpdate(id="s", state="delivered", at=NOON)
    await step("a first message", lambda at: commit(at, lambda s: s.opens(cause=f"m-{at}")))
    await step("a next message", lambda at: commit(at, lambda s: s.says(cause=f"n-{at}")))
    await step(
        "an assignment, with seat and fence", lambda at: commit(at, lambda s: replace(s.assigned("bo"), fence=fence))
    )
    await step(
        "an agent's answer, delivery handed back", lambda at: commit(at, lambda s: s.answers(delivery=f"d-{at}"))
    )
    await step("settle: sent, named by the provider", lambda at: store.settle(settled(at)))
    await step("report: delivered", lambda at: store.report("line-1", replace(update, message_id=f"out-{at}"), NOON))
    await step("a timer", lambda at: commit(at, lambda s: s.wakes("idle", NOON + 9)))
    await step("close, seat given back", lambda at: commit(at, lambda s: s.closed()))
    await step("a redelivery, refused", lambda at: refused(store, scenes[at].says(cause=f"n-{at}")))
    await step("claim, 50 timers at once (for all)", lambda at: store.claim(NOON + 9, 50, Lease("n", NOON + 99)), 4)
    await step("number, 500 events at once (for all)", lambda _: store._sequencer.number(), 3)
    await step("number, nothing there", lambda _: store._sequencer.number())
    await step("load", lambda at: store.load("line-1", f"addr-c{at}"))
    await step("history", lambda at: store.history(scenes[at].session.id))
    await step("inbox list, 50", lambda _: store.sessions(SessionQuery()), 20)
    await step("feed, 500 rows (for all)", lambda at: store.feed(at * 500, 500), 3)
    await store._mongo.drop()
    await store.close()
    return found


def table(steps: Sequence[Step]) -> str:
    lines = ["each step of a commit", f"  {'':46}{'round trips':>12}{'CPU µs':>9}  commands"]
    lines += [f"  {step.name:46}{step.trips:12.1f}{step.cpu:9.0f}  {_short(step.commands)}" for step in steps]
    return "\n".join(lines)


def _short(commands: Sequence[str]) -> str:
    return " ".join(commands[:6]) + (" …" if len(commands) > 6 else "")


async def refused(store: MongoStore, commit: Commit) -> None:
    from core.errors import Duplicate

    try:
        await store.commit(commit)
    except Duplicate:
        return
    raise AssertionError("a redelivery was taken")
