"""MongoDB: what a commit costs the client, how history grows, how long the desk is nobody's when its keeper dies.

Against the MongoDB-protocol server that the tests use. Its own speed is not MongoDB's, and no figure here is about it:
round trips and the client's CPU are. It takes a quarter of an hour to fill, so that a quick run leaves growth out; and
it looks through all events for each chat of a page: pages are short here, and its answers may take minutes.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

from bench import growth, mongo_steps
from bench.load import middle
from bench.machine import Cores
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
ROUNDS, WRITES = 3, 100
PAGE = 10
PATIENCE = "socketTimeoutMS=600000"

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
    for name in found[0]:
        before, after = found[0][name], found[1][name]
        detail = f"client CPU µs at {sizes[0]:,}: {number(before)}, {sizes[1]:,}: {number(after)} messages"
        lines.append(Line(name, after / before, "×", Goal("≤", growth.FACTOR), detail))
    return lines


async def _asked(url: str, messages: int) -> dict[str, float]:
    source = await SqliteStore.open(growth.made(messages), read_only=True)
    store = await MongoStore.open(url)
    try:
        await store.fill(source.dump())
        while await store.index(5_000):
            pass
        return await _figures(store)
    except StoreError as error:
        raise OSError(str(error)) from error
    finally:
        await source.close()
        await store.close()


async def _figures(store: MongoStore) -> dict[str, float]:
    random = Random(5)
    page = await store.sessions(SessionQuery(phase="closed", limit=PAGE))
    sessions = [row.session.id for row in page.items]
    mine = SessionQuery(visible_to="agent-1", visible_groups=("sales",), limit=PAGE)
    second = SessionQuery(phase="closed", after=page.next, limit=PAGE)
    questions: dict[str, Question] = {
        f"inbox list, newest {PAGE}": lambda: store.sessions(SessionQuery(limit=PAGE)),
        "inbox list, an agent's view": lambda: store.sessions(mine),
        "inbox list, closed, second page": lambda: store.sessions(second),
        "history of a chat": lambda: store.history(random.choice(sessions), 0, 50),
        "search, a common word": lambda: store.sessions(SessionQuery(q="order", limit=PAGE)),
        "search, a rare word": lambda: store.sessions(SessionQuery(q="zeppelin", limit=PAGE)),
    }
    return {**await _inbound(store), **{name: await _median(question) for name, question in questions.items()}}


async def _inbound(store: MongoStore) -> dict[str, float]:
    scenes = [Scene(f"new{at}", "line-None") for at in range(WRITES)]

    async def each(made: Callable[[Scene, int], Commit]) -> float:
        began = time.process_time()
        for at, scene in enumerate(scenes):
            await store.commit(scene.take(made(scene, at)))
        return (time.process_time() - began) / len(scenes) * 1e6

    return {
        "inbound, first message": await each(lambda scene, at: scene.opens(cause=f"first-{at}")),
        "inbound, open session": await each(lambda scene, at: scene.says(cause=f"next-{at}")),
    }


async def _median(question: Question) -> float:
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        await question()
        spent.append((time.process_time() - began) * 1e6)
    return middle(spent)


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
