"""The store on MongoDB: one replica set, any number of nodes, each with a `MongoStore` of its own.

A method here only says where its work is done; what the work is stands in the files beside it. Feed numbers are given
after the commit, by one node for all (`_mongo_feed`).
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from bson import ObjectId

from core.changes import ChangePage, ChangeQuery
from core.channel import StatusUpdate
from core.customer import Customer
from core.fading import Fading
from core.ports.desk import DeskView, Seat
from core.ports.papers import Document, Grant, Raw, Revision
from core.ports.reading import (
    CustomerPage,
    FeedRow,
    Page,
    SessionQuery,
    SessionRow,
    StoredMessage,
    SubmissionPage,
    SubmissionQuery,
    SubmissionRow,
    Tally,
)
from core.ports.writing import Commit, Committed, Lease, Leased, Settlement
from core.pulse import Beat
from core.session import Conversation, Rating
from stores import _mongo_alter as alter
from stores import _mongo_fade as fade
from stores import _mongo_lists as lists
from stores import _mongo_move as move
from stores import _mongo_outbox as outbox
from stores import _mongo_papers as papers
from stores import _mongo_people as people
from stores import _mongo_pulse as pulse
from stores import _mongo_read as read
from stores import _mongo_shape as shape
from stores import _mongo_submissions as submissions
from stores._mongo_alive import Alive
from stores._mongo_commit import commit as write_commit
from stores._mongo_driver import Mongo
from stores._mongo_feed import Sequencer
from stores._mongo_hooks import MongoHooks
from stores._mongo_mentions import MongoMentions
from stores._neutral import Row
from stores.move import export


class MongoStore:
    """Open it with `MongoStore.open`."""

    def __init__(self, mongo: Mongo, sequencer: Sequencer, alive: Alive) -> None:
        self._mongo, self._sequencer, self._alive = mongo, sequencer, alive
        self.hooks = MongoHooks(mongo)
        self.mentions = MongoMentions(mongo)
        self._short_snapshots = False  # for a server that has only those of a transaction: tests

    @classmethod
    async def open(cls, url: str, *, place: str = "", numbering: bool = True, listeners: Sequence[Any] = ()) -> Self:
        """Raises `StoreDown` with a sentence if it cannot be had: unreachable; `StoreUnfit`: no replica set, too new.

        `place` names what this node alone holds, from one start to the next.
        Without `numbering` this one never gives feed numbers by itself: for looking at what others serve, for tests.
        """
        mongo, node = Mongo(url, listeners), str(ObjectId())
        alive = Alive(mongo, node, place)
        try:
            await mongo.open()
            await shape.migrate(mongo)
            await alive.start()
        except BaseException:
            await alive.stop()
            mongo.close()
            raise
        sequencer = Sequencer(mongo, node)
        if numbering:
            sequencer.start()
        return cls(mongo, sequencer, alive)

    async def close(self) -> None:
        """What was committed here and not numbered yet is numbered by another node, or at the next start."""
        await self._sequencer.stop()
        await self._alive.stop()
        await self._mongo.finished()
        await self._alive.leave()
        self._mongo.close()

    def listen(self, told: Callable[[int], None]) -> None:
        self._sequencer.told = told

    def nudge(self) -> None:
        self._sequencer.nudge()

    async def number(self) -> None:
        """Give feed numbers to all that waits now, if this node is the one to do it."""
        while await self._sequencer.number():
            pass

    # --- conversations -------------------------------------------------------------------------------------

    async def load(self, channel: str, address: str) -> tuple[Conversation, int] | None:
        return await read.load(self._mongo, channel, address)

    async def load_of(self, session: str) -> tuple[Conversation, int] | None:
        return await read.load_of(self._mongo, session)

    async def commit(self, commit: Commit) -> Committed:
        committed = await write_commit(self._mongo, commit)
        self._sequencer.nudge()
        return committed

    async def alias(self, channel: str, alias: str, conversation: str) -> None:
        await papers.alias(self._mongo, channel, alias, conversation)

    async def place(self, channel: str, provider_id: str) -> tuple[str, int] | None:
        return await read.place(self._mongo, channel, provider_id)

    # --- errands -------------------------------------------------------------------------------------------

    async def claim(self, now: int, limit: int, lease: Lease) -> Sequence[Leased]:
        return await outbox.claim(self._mongo, now, limit, lease)

    async def next_due(self) -> int | None:
        return await outbox.next_due(self._mongo)

    async def settle(self, settlement: Settlement) -> None:
        await outbox.settle(self._mongo, settlement)
        self._sequencer.nudge()

    async def release(self, node: str, key: str | None = None) -> None:
        await outbox.release(self._mongo, node, key)

    async def recover(self, node: str, now: int) -> int:
        return await outbox.recover(self._mongo, node, now)

    async def report(self, channel: str, update: StatusUpdate, at: int) -> bool:
        known = await outbox.report(self._mongo, channel, update, at)
        self._sequencer.nudge()
        return known

    # --- reading -------------------------------------------------------------------------------------------

    async def history(self, session: str, after: int = 0, limit: int = 50) -> Sequence[StoredMessage]:
        return await read.history(self._mongo, session, after, limit)

    async def message(self, session: str, seq: int) -> StoredMessage | None:
        return await read.message(self._mongo, session, seq)

    async def session(self, session: str) -> SessionRow | None:
        return await read.session(self._mongo, session)

    async def sessions(self, query: SessionQuery) -> Page:
        return await lists.sessions(self._mongo, query)

    async def tally(self) -> Sequence[Tally]:
        return await lists.tally(self._mongo)

    async def pulse(self, since: int, until: int, width: int) -> Sequence[Beat]:
        return await pulse.pulse(self._mongo, since, until, width)

    async def trace(self, session: str) -> Sequence[FeedRow]:
        return await read.trace(self._mongo, session)

    async def submission(self, id: str) -> SubmissionRow | None:
        return await submissions.submission(self._mongo, id)

    async def submissions(self, query: SubmissionQuery) -> SubmissionPage:
        return await submissions.submissions(self._mongo, query)

    async def thread(self, submission: str, limit: int = 200) -> Sequence[StoredMessage]:
        return await submissions.thread(self._mongo, submission, limit)

    async def rating(self, session: str) -> Rating | None:
        row = await self.session(session)
        return row.session.rating if row is not None else None

    async def customer(self, customer: str) -> Customer | None:
        found = await self._mongo.one("customer", {"_id": customer})
        return None if found is None else shape.decode_customer(found["body"])

    async def customers(
        self,
        *,
        partner_id: str | None = None,
        q: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> CustomerPage:
        return await people.customers(self._mongo, partner_id, q, after, limit)

    async def conversations(self, customer: str, limit: int = 1000) -> Sequence[Conversation]:
        return await people.conversations(self._mongo, customer, limit)

    async def partner(self, partner_id: str, claim: str | None = None) -> str | None:
        return await people.partner(self._mongo, partner_id, claim)

    # --- letting go ----------------------------------------------------------------------------------------

    async def erase(self, conversation: str, after: str | None, limit: int) -> str | None:
        return await people.erase(self._mongo, conversation, after, limit)

    async def fade(self, wanted: Fading, limit: int) -> int:
        return await fade.fade(self._mongo, wanted, limit)

    async def forget_revisions(self, before: int, limit: int) -> int:
        return await fade.forget_revisions(self._mongo, before, limit)

    async def silent(self, before: int, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        return await people.silent(self._mongo, before, after, limit)

    async def forget_raws(self, before: int, limit: int) -> int:
        return await people.forget_raws(self._mongo, before, limit)

    async def dropped_files(self, limit: int) -> Sequence[str]:
        return await people.dropped_files(self._mongo, limit)

    async def swept(self, urls: Sequence[str]) -> None:
        await people.swept(self._mongo, urls)

    async def scrub(self) -> None:
        """The server's own log and files are its business: they are written over with time."""

    async def feed(self, after: int, limit: int) -> Sequence[FeedRow]:
        return await read.feed(self._mongo, after, limit)

    async def words_found(self, before: int | None, limit: int) -> Sequence[FeedRow]:
        return await read.words_found(self._mongo, before, limit)

    async def newest(self) -> int:
        return await read.newest(self._mongo)

    async def index(self, limit: int) -> int:
        """The node that numbers also indexes: the others have nothing to do."""
        return await alter.index(self._mongo, limit) if self._sequencer.holds else 0

    async def desk(self) -> DeskView:
        return await read.desk(self._mongo)

    # --- seats ---------------------------------------------------------------------------------------------

    async def seats(self) -> Sequence[Seat]:
        return await read.seats(self._mongo)

    async def seat(self, agent: str, *, capacity: int, at: int) -> None:
        await papers.set_capacity(self._mongo, agent, capacity)

    async def set_status(self, agent: str, status: str, reason: str | None, at: int) -> Seat:
        return await papers.set_status(self._mongo, agent, status, reason, at)

    async def remove_seat(self, agent: str) -> None:
        await papers.remove_seat(self._mongo, agent)

    async def keep_desk(self, node: str, now: int, until: int) -> int | None:
        return await papers.keep_desk(self._mongo, node, now, until)

    # --- documents -----------------------------------------------------------------------------------------

    async def put(
        self,
        collection: str,
        id: str,
        body: dict[str, object] | None,
        *,
        who: str,
        at: int,
        expected: int | None = None,
    ) -> int:
        return await papers.put(self._mongo, collection, id, body, who, at, expected)

    async def get(self, collection: str, id: str) -> Document | None:
        return await papers.get(self._mongo, collection, id)

    async def all(self, collection: str) -> Sequence[Document]:
        return await papers.every(self._mongo, collection)

    async def revisions(self, collection: str, id: str) -> Sequence[Revision]:
        return await papers.revisions(self._mongo, collection, id)

    async def revision(self, collection: str, id: str, version: int) -> Revision | None:
        return await pulse.revision(self._mongo, collection, id, version)

    async def changes(self, query: ChangeQuery) -> ChangePage:
        return await pulse.changes(self._mongo, query)

    # --- the rest ------------------------------------------------------------------------------------------

    async def grant(self, grant: Grant) -> None:
        await papers.grant(self._mongo, grant)

    async def granted(self, digest: bytes) -> Grant | None:
        return await papers.granted(self._mongo, digest)

    async def revoke(self, digest: bytes | None = None, agent: str | None = None) -> None:
        await papers.revoke(self._mongo, digest, agent)

    async def keep_raw(self, raw: Raw) -> None:
        await papers.keep_raw(self._mongo, raw)

    async def raws(self, channel: str, limit: int = 50) -> Sequence[Raw]:
        return await papers.raws(self._mongo, channel, limit)

    async def reserve(self, name: str, count: int) -> int:
        return await papers.reserve(self._mongo, name, count)

    async def forget(self, before: int, limit: int) -> int:
        return await papers.forget(self._mongo, before, limit)

    async def counts(self) -> Mapping[str, int]:
        return await read.counts(self._mongo)

    async def backup(self, path: str) -> None:
        """All there is, as of one moment, in the neutral form (`_neutral`): what `import` reads."""
        await export(self, Path(path))

    async def dump(self) -> AsyncIterator[list[Row]]:
        """A server keeps old states for minSnapshotHistoryWindowInSeconds: five minutes, unless it is told more."""
        async with self._mongo.snapshot(short=self._short_snapshots) as within:
            async for rows in move.dump(self._mongo, within):
                yield rows

    async def fill(self, rows: AsyncIterator[list[Row]]) -> None:
        await move.fill(self._mongo, rows)
