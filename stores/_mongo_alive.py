"""What a node that was killed left open: its transactions, which hold what they wrote against everybody else.

The server lets go of them after transactionLifetimeLimitSeconds, a minute by default. So each node keeps a document
with the sessions it uses and the time it was last alive, by the server's clock; whoever finds one that is dead kills
its sessions. A node that was only slow finds its transaction gone and does it again.
"""

import asyncio
from contextlib import suppress
from typing import Any

import structlog

from core.errors import StoreError
from stores._mongo_driver import Doc, Mongo

BEAT_S = 1.0
DEAD_MS = 4_000  # a few beats missed; less than `GIVE_UP_S`, so that a commit outlives the wait

log = structlog.get_logger()


class Alive:
    def __init__(self, mongo: Mongo, node: str) -> None:
        self._mongo, self._node = mongo, node
        self._sessions: list[Any] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._mongo.announce = self._announce
        await self.look()
        self._task = asyncio.create_task(self._run(), name="alive")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def leave(self) -> None:
        """Nothing of this node is open any more."""
        with suppress(StoreError):
            await self._mongo.delete("node", {"_id": self._node})

    async def _announce(self, session: Any) -> None:
        """Before anything is written in a session: others must know it, should this node die in it."""
        self._sessions.append(session)
        await self._say()

    async def _say(self) -> None:
        change: Doc = {"$addToSet": {"sessions": {"$each": list(self._sessions)}}, "$currentDate": {"seen": True}}
        await self._mongo.change("node", {"_id": self._node}, change, upsert=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await self._beat()
                await self.look()
            except StoreError as error:
                log.warning("alive.store_down", reason=str(error))

    async def _beat(self) -> None:
        beat = await self._mongo.change("node", {"_id": self._node}, {"$currentDate": {"seen": True}})
        if beat is None and self._sessions:
            await self._say()  # we were taken for dead

    async def look(self) -> None:
        """End what nodes that are dead had open."""
        long_ago: Doc = {"$lte": ["$seen", {"$subtract": ["$$NOW", DEAD_MS]}]}
        for dead in await self._mongo.find("node", {"_id": {"$ne": self._node}, "$expr": long_ago}):
            await self._mongo.kill_sessions(dead["sessions"])
            await self._mongo.delete("node", {"_id": dead["_id"], "seen": dead["seen"]})
            log.info("alive.node_gone", node=dead["_id"], sessions=len(dead["sessions"]))
