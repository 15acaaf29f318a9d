"""The sequencer: gives committed events their feed numbers, in batches, on one node at a time.

Who numbers holds a lease; what keeps two from numbering is not its clock but that each batch writes the lease's
document and needs its own fence there. Every node hears of new numbers: the one that gives them at once, the others
by looking, or when they are nudged.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import time

import structlog

from core.errors import StoreError
from stores._mongo_driver import Doc, Missed, Mongo, Session, Update, Write

BATCH = 500
LEASE_MS = 5_000
POLL_S, POLL_AWAY_S = 0.05, 0.1  # looking for what other nodes committed; for what another node numbered
RETRY_S = 0.5

_ORDER = ("version", "fact", "place")

log = structlog.get_logger()


class Sequencer:
    """`now` is only for the lease: how soon another node takes over."""

    def __init__(self, mongo: Mongo, node: str, now: Callable[[], int] = lambda: int(time() * 1000)) -> None:
        self._mongo, self._node, self._now = mongo, node, now
        self._stirred = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._heard = 0
        self._fence: int | None = None
        self._until = 0
        self.told: Callable[[int], None] | None = None

    @property
    def holds(self) -> bool:
        """Whether this node is the one that numbers, as far as it knows."""
        return self._fence is not None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="feed numbers")

    async def stop(self) -> None:
        """Give the lease back, so that nobody has to wait for its end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        async with self._one_at_a_time:
            if self._fence is not None:
                mine = {"_id": "feed", "fence": self._fence}
                self._fence = None
                with suppress(StoreError):
                    await self._mongo.change("feed", mine, {"$set": {"until": 0}})

    def nudge(self) -> None:
        """Something was committed here, or somebody says that something was elsewhere."""
        self._stirred.set()

    async def _run(self) -> None:
        while True:
            self._stirred.clear()
            try:
                given = await self.number()
            except StoreError as error:
                log.warning("feed.not_numbered", reason=str(error))
                await asyncio.sleep(RETRY_S)
                continue
            if given < BATCH:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stirred.wait(), POLL_S if self.holds else POLL_AWAY_S)

    async def number(self) -> int:
        """Number what is there, if it is this node's turn; how many. Tells of what was numbered by whomever."""
        async with self._one_at_a_time:
            try:
                given = await self._number() if await self._lease() else 0
            except StoreError:
                self._fence = None  # taken anew, which finishes what was left half done
                raise
            if not self.holds:
                feed = await self._mongo.one("feed", {"_id": "feed"}, fields=["shown"])
                self._tell(feed["shown"] if feed is not None else 0)
            return given

    def _tell(self, n: int) -> None:
        if n > self._heard:
            self._heard = n
            if self.told is not None:
                self.told(n)

    # --- the lease -----------------------------------------------------------------------------------------

    async def _lease(self) -> bool:
        now = self._now()
        until = now + LEASE_MS
        if self._fence is not None:
            if self._until - now > LEASE_MS // 2:
                return True
            held = await self._mongo.change("feed", {"_id": "feed", "fence": self._fence}, {"$set": {"until": until}})
            self._fence = held["fence"] if held is not None else None
        if self._fence is None:
            won = await self._mongo.change(
                "feed",
                {"_id": "feed", "$or": [{"until": {"$lte": now}}, {"node": self._node}]},
                {"$set": {"node": self._node, "until": until}, "$inc": {"fence": 1}},
            )
            if won is not None:
                self._fence = won["fence"]
                await self._show(won["shown"], won["n"])
        self._until = until
        return self._fence is not None

    # --- numbering -----------------------------------------------------------------------------------------

    async def _number(self) -> int:
        if await self._mongo.one("event", {"pending": {"$exists": True}}, fields=["_id"]) is None:
            return 0
        fence = self._fence

        async def work(within: Session) -> tuple[int, int, int]:
            feed = await self._mongo.one("feed", {"_id": "feed", "fence": fence}, session=within)
            if feed is None:
                raise Missed("feed")
            events = await _in_order(self._mongo, within)
            first = feed["n"] + 1
            writes: list[Write] = [
                Update("feed", {"_id": "feed", "fence": fence}, {"$set": {"n": feed["n"] + len(events)}}, must="feed")
            ]
            for n, event in enumerate(events, first):
                writes.append(Update("event", {"_id": event["_id"]}, {"$set": {"n": n}, "$unset": {"pending": ""}}))
            await self._mongo.write(writes, within)
            return feed["shown"], feed["n"] + len(events), len(events)

        try:
            shown, after, given = await self._mongo.transact(work)
        except Missed:
            self._fence = None
            return 0
        await self._show(shown, after)
        return given

    async def _show(self, before: int, after: int) -> None:
        """Move sessions to where the numbers put them, then let the numbers be seen. May be done twice."""
        where = {"n": {"$gt": before, "$lte": after}, "moves": {"$ne": None}}
        newest: dict[str, int] = {}
        for event in await self._mongo.find("event", where, fields=["n", "moves"]):
            newest[event["moves"]] = max(event["n"], newest.get(event["moves"], 0))
        await self._mongo.write(
            [Update("session", {"_id": session}, {"$max": {"active_n": n}}) for session, n in newest.items()]
        )
        await self._mongo.change("feed", {"_id": "feed"}, {"$max": {"shown": after}})
        self._tell(after)


async def _in_order(mongo: Mongo, within: Session) -> list[Doc]:
    """What is to be numbered, oldest first; inside a conversation in its order, whatever the nodes' clocks said."""
    fields = ["conversation", "pending", *_ORDER]
    waiting: Doc = {"pending": {"$exists": True}}
    found = await mongo.find(
        "event", waiting, sort=[("pending", 1), ("_id", 1)], limit=BATCH, fields=fields, session=within
    )
    if len(found) == BATCH:
        # The rest of these conversations: none of their events may come before an older one that was cut off.
        mine = {**waiting, "conversation": {"$in": sorted({event["conversation"] for event in found})}}
        found = await mongo.find("event", mine, sort=[("pending", 1), ("_id", 1)], fields=fields, session=within)
    queues: dict[str, list[Doc]] = {}
    for event in found:
        queues.setdefault(event["conversation"], []).append(event)
    ordered = {
        conversation: iter(sorted(events, key=lambda event: tuple(event[name] for name in _ORDER)))
        for conversation, events in queues.items()
    }
    return [next(ordered[event["conversation"]]) for event in found]
