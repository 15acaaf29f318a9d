"""The store on SQLite: one file, one serving process, one thread that writes and a few that read.

A method here only says where its work is done; what the work is stands in the files beside it.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from threading import local
from typing import TypeVar

from core.changes import ChangePage, ChangeQuery
from core.channel import StatusUpdate
from core.customer import Customer
from core.errors import StoreDown, StoreError
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
from stores import _sqlite_alter as alter
from stores import _sqlite_fade as fade
from stores import _sqlite_lists as lists
from stores import _sqlite_move as move
from stores import _sqlite_open as opening
from stores import _sqlite_outbox as outbox
from stores import _sqlite_papers as papers
from stores import _sqlite_people as people
from stores import _sqlite_pulse as pulse
from stores import _sqlite_read as read
from stores import _sqlite_submissions as submissions
from stores._neutral import BATCH, Row
from stores._sqlite_commit import prepare
from stores._sqlite_hooks import SqliteHooks
from stores._sqlite_mentions import SqliteMentions
from stores._sqlite_rows import decode_customer, encode, one
from stores._sqlite_writer import Work, Writer

T = TypeVar("T")
Look = Callable[[sqlite3.Connection], T]

_READERS = 2
MERGES_AT_MOST = 10_000  # each is 64 pages of the index: more than any has


class SqliteStore:
    """Open it with `SqliteStore.open`; `read_only` is for looking at what another process may be serving."""

    def __init__(self, path: Path, writer: Writer | None, lock: int | None) -> None:
        self._path, self._writer, self._lock = path, writer, lock
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="sqlite-reader")
        self._mine = local()
        self._connections: list[sqlite3.Connection] = []
        self.hooks = SqliteHooks(self._read, self._write_plainly)
        self.mentions = SqliteMentions(self._read, self._write_plainly)

    @classmethod
    async def open(
        cls, path: str | Path, *, read_only: bool = False, on_step: opening.OnStep | None = None
    ) -> "SqliteStore":
        """Raises `StoreDown` with a sentence if the file cannot be had: taken, too new, unreadable."""
        where = Path(path)
        if read_only:
            await asyncio.to_thread(opening.same_version, where)
            return cls(where, None, None)
        lock, connection = await asyncio.to_thread(_take, where, on_step)
        return cls(where, Writer(connection), lock)

    async def close(self) -> None:
        if self._writer is not None:
            await self._writer.close()
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        if self._lock is not None:
            opening.unlock(self._lock)
            self._lock = None

    async def _write(self, work: Work[T]) -> T:
        if self._writer is None:
            raise StoreDown(f"{self._path} was opened for reading only")
        return await self._writer.do(work)

    async def _write_plainly(self, work: Look[T]) -> T:
        """For what needs nothing of what the writer remembers."""
        return await self._write(lambda connection, _: work(connection))

    async def _read(self, look: Look[T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._look, look)
        except sqlite3.OperationalError as error:
            raise StoreDown(f"{self._path} cannot be read: {error}") from error
        except RuntimeError as error:
            raise StoreDown("the store is closed") from error

    def _look(self, look: Look[T]) -> T:
        """One look is one snapshot, however many statements it takes."""
        connection: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = opening.reading(self._path)
            self._connections.append(connection)
        connection.execute("BEGIN")
        try:
            return look(connection)
        finally:
            connection.execute("ROLLBACK")

    def listen(self, told: Callable[[int], None]) -> None:
        if self._writer is not None:
            self._writer.told = told

    def nudge(self) -> None:
        return None  # nobody else writes here

    # --- conversations -------------------------------------------------------------------------------------

    async def load(self, channel: str, address: str) -> tuple[Conversation, int] | None:
        return await self._read(lambda c: read.load(c, channel, address))

    async def load_of(self, session: str) -> tuple[Conversation, int] | None:
        return await self._read(lambda c: read.load_of(c, session))

    async def commit(self, commit: Commit) -> Committed:
        if self._writer is None:
            raise StoreDown(f"{self._path} was opened for reading only")
        return await self._writer.commit(prepare(commit))

    async def alias(self, channel: str, alias: str, conversation: str) -> None:
        sql = "INSERT OR IGNORE INTO alias VALUES (?, ?, ?)"
        await self._write(lambda c, _: c.execute(sql, (channel, alias, conversation)).rowcount)

    async def place(self, channel: str, provider_id: str) -> tuple[str, int] | None:
        return await self._read(lambda c: read.place(c, channel, provider_id))

    # --- errands -------------------------------------------------------------------------------------------

    async def claim(self, now: int, limit: int, lease: Lease) -> Sequence[Leased]:
        return await self._write(lambda c, _: outbox.claim(c, now, limit, lease))

    async def next_due(self) -> int | None:
        return await self._read(
            lambda c: one(c, "SELECT min(ready) FROM errand WHERE ready IS NOT NULL AND node IS NULL")
        )

    async def settle(self, settlement: Settlement) -> None:
        await self._write(lambda c, ledger: outbox.settle(c, ledger, settlement))

    async def release(self, node: str, key: str | None = None) -> None:
        await self._write(lambda c, _: outbox.release(c, node, key))

    async def recover(self, node: str, now: int) -> int:
        return await self._write(lambda c, _: outbox.recover(c, node, now))

    async def report(self, channel: str, update: StatusUpdate, at: int) -> bool:
        return await self._write(lambda c, ledger: outbox.report(c, ledger, channel, update, at))

    # --- reading -------------------------------------------------------------------------------------------

    async def history(self, session: str, after: int = 0, limit: int = 50) -> Sequence[StoredMessage]:
        return await self._read(lambda c: read.history(c, session, after, limit))

    async def message(self, session: str, seq: int) -> StoredMessage | None:
        return await self._read(lambda c: read.message(c, session, seq))

    async def session(self, session: str) -> SessionRow | None:
        return await self._read(lambda c: read.session(c, session))

    async def sessions(self, query: SessionQuery) -> Page:
        return await self._read(lambda c: lists.sessions(c, query))

    async def tally(self) -> Sequence[Tally]:
        return await self._read(lists.tally)

    async def pulse(self, since: int, until: int, width: int) -> Sequence[Beat]:
        return await self._read(lambda c: pulse.pulse(c, since, until, width))

    async def trace(self, session: str) -> Sequence[FeedRow]:
        return await self._read(lambda c: read.trace(c, session))

    async def submission(self, id: str) -> SubmissionRow | None:
        return await self._read(lambda c: submissions.submission(c, id))

    async def submissions(self, query: SubmissionQuery) -> SubmissionPage:
        return await self._read(lambda c: submissions.submissions(c, query))

    async def thread(self, submission: str, limit: int = 200) -> Sequence[StoredMessage]:
        return await self._read(lambda c: submissions.thread(c, submission, limit))

    async def rating(self, session: str) -> Rating | None:
        row = await self.session(session)
        return row.session.rating if row is not None else None

    async def customer(self, customer: str) -> Customer | None:
        body = await self._read(lambda c: one(c, "SELECT body FROM customer WHERE id = ?", customer))
        return None if body is None else decode_customer(body)

    async def customers(
        self,
        *,
        partner_id: str | None = None,
        q: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> CustomerPage:
        return await self._read(lambda c: people.customers(c, partner_id, q, after, limit))

    async def conversations(self, customer: str, limit: int = 1000) -> Sequence[Conversation]:
        return await self._read(lambda c: people.conversations(c, customer, limit))

    async def partner(self, partner_id: str, claim: str | None = None) -> str | None:
        if claim is None:
            return await self._read(lambda c: people.partner(c, partner_id, None))
        return await self._write(lambda c, _: people.partner(c, partner_id, claim))

    # --- letting go ----------------------------------------------------------------------------------------

    async def erase(self, conversation: str, after: str | None, limit: int) -> str | None:
        return await self._write(lambda c, _: people.erase(c, conversation, after, limit))

    async def fade(self, wanted: Fading, limit: int) -> int:
        return await self._write(lambda c, _: fade.fade(c, wanted, limit))

    async def forget_revisions(self, before: int, limit: int) -> int:
        return await self._write(lambda c, _: fade.forget_revisions(c, before, limit))

    async def silent(self, before: int, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        return await self._read(lambda c: people.silent(c, before, after, limit))

    async def forget_raws(self, before: int, limit: int) -> int:
        sql = "DELETE FROM raw WHERE id IN (SELECT id FROM raw WHERE at < ? LIMIT ?)"
        return await self._write(lambda c, _: c.execute(sql, (before, limit)).rowcount)

    async def dropped_files(self, limit: int) -> Sequence[str]:
        sql = "SELECT url FROM dropped_file LIMIT ?"
        return await self._read(lambda c: [row[0] for row in c.execute(sql, (limit,))])

    async def swept(self, urls: Sequence[str]) -> None:
        await self._write(lambda c, _: people.swept(c, urls))

    async def scrub(self) -> None:
        """The index still holds erased words in its old segments, and the log of writes what was there before."""
        await self._write(lambda c, _: alter.soil(c))
        steps = 0
        while steps < MERGES_AT_MOST and await self._write(lambda c, _: alter.merge(c)):
            steps += 1
        await asyncio.to_thread(opening.empty_log, self._path)

    async def feed(self, after: int, limit: int) -> Sequence[FeedRow]:
        return await self._read(lambda c: read.feed(c, after, limit))

    async def words_found(self, before: int | None, limit: int) -> Sequence[FeedRow]:
        return await self._read(lambda c: read.words_found(c, before, limit))

    async def newest(self) -> int:
        return await self._read(read.newest)

    async def index(self, limit: int) -> int:
        return await self._write(lambda c, _: people.index(c, limit) or alter.index(c, limit))

    async def desk(self) -> DeskView:
        return await self._read(read.desk)

    # --- seats ---------------------------------------------------------------------------------------------

    async def seats(self) -> Sequence[Seat]:
        return await self._read(read.seats)

    async def seat(self, agent: str, *, capacity: int, at: int) -> None:
        await self._write(lambda c, _: papers.set_capacity(c, agent, capacity))

    async def set_status(self, agent: str, status: str, reason: str | None, at: int) -> Seat:
        return await self._write(lambda c, _: papers.set_status(c, agent, status, reason, at))

    async def remove_seat(self, agent: str) -> None:
        await self._write(lambda c, _: c.execute("DELETE FROM seat WHERE agent = ?", (agent,)).rowcount)

    async def keep_desk(self, node: str, now: int, until: int) -> int | None:
        return await self._write(lambda _, ledger: ledger.keeper.keep(node, now, until))

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
        encoded = None if body is None else encode(body)
        return await self._write(lambda c, _: papers.put(c, collection, id, encoded, who, at, expected))

    async def get(self, collection: str, id: str) -> Document | None:
        return await self._read(lambda c: papers.get(c, collection, id))

    async def all(self, collection: str) -> Sequence[Document]:
        return await self._read(lambda c: papers.every(c, collection))

    async def revisions(self, collection: str, id: str) -> Sequence[Revision]:
        return await self._read(lambda c: papers.revisions(c, collection, id))

    async def revision(self, collection: str, id: str, version: int) -> Revision | None:
        return await self._read(lambda c: pulse.revision(c, collection, id, version))

    async def changes(self, query: ChangeQuery) -> ChangePage:
        return await self._read(lambda c: pulse.changes(c, query))

    # --- the rest ------------------------------------------------------------------------------------------

    async def grant(self, grant: Grant) -> None:
        await self._write(lambda c, _: papers.grant(c, grant))

    async def granted(self, digest: bytes) -> Grant | None:
        return await self._read(lambda c: papers.granted(c, digest))

    async def revoke(self, digest: bytes | None = None, agent: str | None = None) -> None:
        await self._write(lambda c, _: papers.revoke(c, digest, agent))

    async def keep_raw(self, raw: Raw) -> None:
        await self._write(lambda c, _: papers.keep_raw(c, raw))

    async def raws(self, channel: str, limit: int = 50) -> Sequence[Raw]:
        return await self._read(lambda c: papers.raws(c, channel, limit))

    async def reserve(self, name: str, count: int) -> int:
        return await self._write(lambda c, _: papers.reserve(c, name, count))

    async def forget(self, before: int, limit: int) -> int:
        return await self._write(lambda c, _: papers.forget(c, before, limit))

    async def counts(self) -> Mapping[str, int]:
        return await self._read(read.counts)

    async def backup(self, path: str) -> None:
        """A consistent copy of the database as it was when this began, made while it is written."""
        try:
            await asyncio.to_thread(opening.copy, self._path, Path(path))
        except (sqlite3.Error, OSError) as error:
            raise StoreDown(f"cannot back up to {path}: {error}") from error

    async def dump(self) -> AsyncIterator[list[Row]]:
        """All there is, as of one moment, read beside whoever writes."""
        try:
            connection = await asyncio.to_thread(opening.reading, self._path)
        except sqlite3.Error as error:
            raise StoreDown(f"{self._path} cannot be read: {error}") from error
        try:
            await asyncio.to_thread(connection.execute, "BEGIN")
            rows = move.rows(connection)
            while batch := await asyncio.to_thread(lambda: list(islice(rows, BATCH))):
                yield batch
        finally:
            await asyncio.to_thread(connection.close)

    async def fill(self, rows: AsyncIterator[list[Row]]) -> None:
        """In one transaction of its own."""
        if self._writer is None or not await self._read(move.is_empty):
            raise StoreError(f"{self._path} is not empty; an import overwrites nothing")
        connection = await asyncio.to_thread(opening.connect, self._path)
        try:
            await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
            filling = move.Filling(connection)
            async for batch in rows:
                await asyncio.to_thread(filling.put_all, batch)
            await asyncio.to_thread(connection.execute, "COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be filled: {error}") from error
        finally:
            await asyncio.to_thread(connection.close)
        await self._write(lambda connection, ledger: ledger.reload(connection))


def _take(path: Path, on_step: opening.OnStep | None) -> tuple[int, opening.Connection]:
    lock = opening.lock(path)
    try:
        return lock, opening.writing(path, on_step)
    except BaseException:
        opening.unlock(lock)
        raise
