"""What a node that was killed left open: its transactions, which hold what they wrote against everybody else.

The server lets go of them after transactionLifetimeLimitSeconds, a minute by default. So each node keeps a document
with the sessions it uses and the time it was last alive, by the server's clock; whoever finds one that is dead kills
its sessions. A node that was only slow finds its transaction gone, does it again, and asks for more patience from then
on: otherwise a server with too much to do would get ever more of it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any

import structlog

from core.errors import StoreError
from stores._mongo_driver import Doc, Mongo

BEAT_S = 1.0
DEAD_MS = 4_000  # a few beats missed; less than `GIVE_UP_S`, so that a commit outlives the wait
MOST_PATIENCE_MS = 28_000  # beside it, for a node that was wrongly taken for dead: half of what the server itself waits
CALM_S = 60.0  # without that, and it is forgotten

log = structlog.get_logger()


class Alive:
    def __init__(self, mongo: Mongo, node: str) -> None:
        self._mongo, self._node = mongo, node
        self._sessions: list[Any] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._patience, self._mistaken = 0, -CALM_S

    async def start(self) -> None:
        self._mongo.announce = self._announce
        await self.look()
        self._tasks = [asyncio.create_task(self._ever(work)) for work in (self._beat, self.look)]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def leave(self) -> None:
        """Nothing of this node is open any more."""
        with suppress(StoreError):
            await self._mongo.delete("node", {"_id": self._node})

    async def _announce(self, session: Any) -> None:
        """Before anything is written in a session: others must know it, should this node die in it."""
        self._sessions.append(session)
        await self._say()

    async def _say(self) -> None:
        change: Doc = {
            "$addToSet": {"sessions": {"$each": list(self._sessions)}},
            "$set": {"patience": self._patience},
            "$currentDate": {"seen": True},
        }
        await self._mongo.change("node", {"_id": self._node}, change, upsert=True)

    async def _ever(self, work: Callable[[], Awaitable[None]]) -> None:
        """Each by itself: to look takes time where there is much to end, and a beat must not wait for it."""
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await work()
            except StoreError as error:
                log.warning("alive.store_down", reason=str(error))

    async def _beat(self) -> None:
        beat = await self._mongo.change("node", {"_id": self._node}, {"$currentDate": {"seen": True}})
        if beat is None and self._sessions:
            self._mistaken = monotonic()
            self._patience = min(2 * self._patience + DEAD_MS, MOST_PATIENCE_MS)
            log.warning("alive.taken_for_dead", patience_ms=self._patience)
            await self._say()
        elif self._patience and monotonic() - self._mistaken > CALM_S:
            self._patience = 0
            await self._say()

    async def look(self) -> None:
        """End what nodes that are dead had open."""
        now = await self._mongo.now()  # before they are read: who beats in between is not dead
        for dead in await self._mongo.find("node", {"_id": {"$ne": self._node}}):
            if dead["seen"] + timedelta(milliseconds=DEAD_MS + dead.get("patience", 0)) > now:
                continue
            await self._mongo.kill_sessions(dead["sessions"])
            await self._mongo.delete("node", {"_id": dead["_id"], "seen": dead["seen"]})
            log.info("alive.node_gone", node=dead["_id"], sessions=len(dead["sessions"]))
