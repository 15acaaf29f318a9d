"""What a node that was killed left open: its transactions, which hold what they wrote against everybody else.

The server lets go of them after transactionLifetimeLimitSeconds, a minute by default. So each node keeps a document
with the sessions it uses and the time it was last alive, by the server's clock; whoever finds one that is dead kills
its sessions. Dead is who did not move while the others looked on: a server that comes back has heard of nobody for as
long as it was away. A node that was only slow finds its transaction gone, does it again, and asks for more patience
from then on: otherwise a server with too much to do would get ever more of it. What a node that is started again had
open itself it ends at once: nobody else holds its `place`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog

from core.errors import StoreError
from stores._mongo_driver import Doc, Mongo

BEAT_S = 1.0
DEAD_MS = 4_000  # a few beats missed; less than `GIVE_UP_S`, so that a commit outlives the wait
UNMOVED = 4  # looks in a row in which a dead node must not have moved: two that live may miss each other once
MOST_PATIENCE_MS = 28_000  # beside it, for a node that was wrongly taken for dead: half of what the server itself waits
CALM_S = 60.0  # without that, and it is forgotten

log = structlog.get_logger()


class Alive:
    """`place`: what one node after another holds and no two at once (a data directory); "" if that is not known.
    `_unmoved`: when others were last alive, and in how many looks since then."""

    def __init__(self, mongo: Mongo, node: str, place: str = "") -> None:
        self._mongo, self._node, self._place = mongo, node, place
        self._unmoved: dict[str, tuple[datetime, int]] = {}
        self._sessions: list[Any] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._patience, self._mistaken = 0, -CALM_S

    async def start(self) -> None:
        self._mongo.announce = self._announce
        if self._place:
            for former in await self._mongo.find("node", {"place": self._place}):
                await self._end(former)
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
            "$set": {"patience": self._patience, "place": self._place},
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
        before, self._unmoved = self._unmoved, {}  # forgotten, should this look fail: then nobody could move
        now = await self._mongo.now()  # before they are read: who beats in between is not dead
        others = await self._mongo.find("node", {"_id": {"$ne": self._node}})
        seen: dict[str, tuple[datetime, int]] = {}
        for other in others:
            id, at = other["_id"], other["seen"]
            known = before.get(id)
            seen[id] = at, (known[1] + 1 if known is not None and known[0] == at else 1)
        self._unmoved = seen
        for other in others:
            late = other["seen"] + timedelta(milliseconds=DEAD_MS + other.get("patience", 0)) <= now
            if late and seen[other["_id"]][1] >= UNMOVED:
                await self._end(other)

    async def _end(self, dead: Doc) -> None:
        await self._mongo.kill_sessions(dead["sessions"])
        await self._mongo.delete("node", {"_id": dead["_id"], "seen": dead["seen"]})
        log.info("alive.node_gone", node=dead["_id"], sessions=len(dead["sessions"]))
