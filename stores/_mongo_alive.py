"""What a node that was killed left open: its transactions, which hold what they wrote against everybody else.

The server lets go of them after transactionLifetimeLimitSeconds, a minute by default. So each node keeps a document
with the sessions it uses and the time it was last alive, by the server's clock; whoever finds one that is dead kills
its sessions. Dead is who did not move while the others looked on: a server that comes back has heard of nobody for as
long as it was away. A node that was only slow finds its transaction gone, does it again, and asks for more patience
from then on: otherwise a server with too much to do would get ever more of it. What a node that is started again had
open itself it ends at once: nobody else holds its `place`.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event, Thread
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
        self._ended = Event()
        self._looking: asyncio.Task[None] | None = None
        self._beating: Thread | None = None
        self._told: set[asyncio.Task[None]] = set()
        self._patience, self._mistaken = 0, -CALM_S

    async def start(self) -> None:
        self._mongo.announce = self._announce
        if self._place:
            for former in await self._mongo.find("node", {"place": self._place}):
                await self._end(former)
        await self.look()
        self._looking = asyncio.create_task(self._look_on())
        loop = asyncio.get_running_loop()
        self._beating = Thread(target=self._beat_on, args=(loop,), name="mongo-alive", daemon=True)
        self._beating.start()

    async def stop(self) -> None:
        self._ended.set()
        tasks = [task for task in (self._looking, *self._told) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._beating is not None:
            await asyncio.to_thread(self._beating.join, 1.0)  # one that hangs in the server is left to its timeout

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

    # --- to be seen: from a thread, for a loop that has much to do is not dead

    def _beat_on(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._ended.wait(BEAT_S):
            try:
                known = self._mongo.touch("node", self._node)
            except StoreError as error:
                log.warning("alive.not_said", reason=str(error))
                continue
            with suppress(RuntimeError):  # the loop is gone, and so will this be
                loop.call_soon_threadsafe(self._beaten, known)

    def _beaten(self, known: bool) -> None:
        if not self._ended.is_set() and not self._told:
            task = asyncio.ensure_future(self._heard(known))
            self._told.add(task)
            task.add_done_callback(self._told.discard)

    async def _heard(self, known: bool) -> None:
        """Ask for more patience, should somebody have forgotten us; for less again after a while."""
        try:
            if not known and self._sessions:
                self._mistaken = monotonic()
                self._patience = min(2 * self._patience + DEAD_MS, MOST_PATIENCE_MS)
                log.warning("alive.taken_for_dead", patience_ms=self._patience)
                await self._say()
            elif self._patience and monotonic() - self._mistaken > CALM_S:
                self._patience = 0
                await self._say()
        except StoreError as error:
            log.warning("alive.not_said", reason=str(error))

    # --- to see others

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await self.look()
            except StoreError as error:
                log.warning("alive.store_down", reason=str(error))

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
        """Unless it moved at the last moment."""
        unmoved = {"_id": dead["_id"], "seen": dead["seen"]}
        if await self._mongo.change("node", unmoved, {"$set": {"ended": True}}) is None:
            return
        await self._mongo.kill_sessions(dead["sessions"])
        await self._mongo.delete("node", unmoved)
        log.info("alive.node_gone", node=dead["_id"], sessions=len(dead["sessions"]))
