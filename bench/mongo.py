"""MongoDB: what a commit costs the client, how history grows, how long the desk is nobody's when its keeper dies.

Against the MongoDB-protocol server that the tests use. Its own speed is not MongoDB's, and no figure here is about it:
round trips and the client's CPU are. It takes a quarter of an hour to fill, so that a quick run leaves growth out; and
it looks through all events for each chat of a page: pages are short here, and its answers may take minutes.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bench import growth, mongo_steps
from bench.load import middle
from bench.machine import Cores
from bench.mongo_steps import Counting
from bench.options import Options
from bench.outcome import Goal, Line, Outcome, number
from core.errors import StoreError
from core.ports.reading import SessionQuery
from core.ports.writing import Commit
from stores.mongo import MongoStore
from stores.sqlite import SqliteStore
from tests.e2e.three import Three, becomes, three
from tests.stores.scenes import Scene
from tests.stores.servers import MongoServer

SIZES = (10_000, 100_000)
WRITES = 100
PAGE = 10
RARE = "search, a rare word"  # so rare that it may not be there
PATIENCE = "socketTimeoutMS=600000"
_READS = frozenset(("find", "getMore", "aggregate"))

Question = Callable[[], Awaitable[object]]


async def measure(options: Options, cores: Cores) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        server = MongoServer(Path(folder) / "mongo")
        await asyncio.to_thread(server.start)
        try:
            steps = await mongo_steps.measured(server.url("steps"))
            grown = [] if options.quick else await _grown(server, SIZES)
        finally:
            server.stop()
        away = [await _taken_over(Path(folder) / f"desk{at}") for at in range(1 if options.quick else 5)]
    desk = Line("the desk after its keeper was killed", middle(away), "s", None, "kill -9 to the next chat assigned")
    note = "the server is a stand-in for tests: only round trips and the client's CPU mean something"
    return Outcome("mongo", [*grown, desk], [mongo_steps.table(steps), note])


async def _grown(server: MongoServer, sizes: tuple[int, int]) -> list[Line]:
    found = []
    for size in sizes:
        print(f"  moving {size:,} messages into MongoDB …", flush=True)
        found.append(await _asked(f"{server.url(f'grown_{size}')}?{PATIENCE}", size))
    lines = []
    for name, before in found[0].items():
        after, goal = found[1][name], None if name in growth.BOUNDED else Goal("≤", growth.FACTOR)
        detail = f"{before.words} at {sizes[0]:,}; {after.words} at {sizes[1]:,} messages"
        lines.append(Line(name, after.cost / before.cost, "×", goal, detail))
    return lines


@dataclass(frozen=True, slots=True)
class _Figure:
    """What is compared, and all that was measured in words."""

    cost: float
    words: str


async def _asked(url: str, messages: int) -> dict[str, _Figure]:
    counting = Counting()
    try:
        await _filled(url, messages)
        store = await MongoStore.open(url, numbering=False, listeners=[counting])  # its own looks are not counted
        try:
            return {**await _inbound(store), **await _questions(store, counting)}
        finally:
            await store.close()
    except StoreError as error:
        raise OSError(str(error)) from error


async def _filled(url: str, messages: int) -> None:
    source = await SqliteStore.open(growth.made(messages), read_only=True)
    store = await MongoStore.open(url)
    try:
        await store.fill(source.dump())
        while await store.index(5_000):
            pass
    finally:
        await source.close()
        await store.close()


async def _inbound(store: MongoStore) -> dict[str, _Figure]:
    """The client's CPU."""
    scenes = [Scene(f"new{at}", "line-None") for at in range(WRITES)]

    async def each(made: Callable[[Scene, int], Commit]) -> _Figure:
        began = time.process_time()
        for at, scene in enumerate(scenes):
            await store.commit(scene.take(made(scene, at)))
        cpu = (time.process_time() - began) / len(scenes) * 1e6
        return _Figure(cpu, f"{number(cpu)} µs of the client's CPU")

    return {
        "inbound, first message": await each(lambda scene, at: scene.opens(cause=f"first-{at}")),
        "inbound, open session": await each(lambda scene, at: scene.says(cause=f"next-{at}")),
    }


async def _questions(store: MongoStore, counting: Counting) -> dict[str, _Figure]:
    """What has to be read for an answer. (Of the CPU, while an answer takes seconds, most is not the question's.)"""
    page = await store.sessions(SessionQuery(phase="closed", limit=PAGE))
    chat = page.items[0].session.id
    questions: dict[str, Question] = {
        f"inbox list, newest {PAGE}": lambda: store.sessions(SessionQuery(limit=PAGE)),
        "inbox list, an agent's view": lambda: store.sessions(
            SessionQuery(visible_to="agent-1", visible_groups=("sales",), limit=PAGE)
        ),
        "inbox list, closed, second page": lambda: store.sessions(
            SessionQuery(phase="closed", after=page.next, limit=PAGE)
        ),
        "history of a chat": lambda: store.history(chat, 0, 50),
        "search, a common word": lambda: store.sessions(SessionQuery(q="order", limit=PAGE)),
        RARE: lambda: store.sessions(SessionQuery(q="zeppelin", limit=PAGE)),
    }
    found = {}
    for name, question in questions.items():
        counting.names.clear()
        counting.documents = 0
        await question()
        if not counting.documents and name != RARE:
            raise OSError(f"nothing was found: {name}")
        reads = sum(each in _READS for each in counting.names)
        found[name] = _Figure(counting.documents + reads, f"{counting.documents} documents in {reads} reads")
    return found


# --- the desk ----------------------------------------------------------------------------------------------------


async def _taken_over(folder: Path) -> float:
    """Seconds from `kill -9` of the desk's keeper to the first chat that another node assigned."""
    await asyncio.to_thread(folder.mkdir)
    async with three(folder) as house:
        await house.call(0, "PUT", "/inbox/me/status", status="online")
        keeper = await _keeper(house)
        other = (keeper + 1) % 3
        began = time.perf_counter()
        house.nodes[keeper].kill()
        await house.says(other, 1, 1, "is anybody there?")

        async def assigned() -> bool:
            return any(session["phase"] == "active" for session in await house.sessions(other))

        await becomes(assigned)
        return time.perf_counter() - began


async def _keeper(house: Three) -> int:
    keepers: list[int] = []

    async def known() -> bool:
        for at, node in enumerate(house.nodes):
            async with house.http.get(f"{node.url}/metrics") as answer:
                if "frontdesk_desk_kept 1.0" in await answer.text():
                    keepers.append(at)
        return bool(keepers)

    await becomes(known)
    return keepers[0]
