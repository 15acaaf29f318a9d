"""All that is used of the driver: sessions, transactions that are tried again, and errors in our words.

Only what motor shares with PyMongo Async is used, and only here: moving over is a day's work in this file. Every
operation of motor runs on one of its threads (MOTOR_MAX_WORKERS), so a cancelled task does not stop it; a
transaction therefore runs to its end whoever still waits for it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from random import random
from time import monotonic
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

import structlog
from motor.frameworks.asyncio import max_workers
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import DeleteOne, InsertOne, ReadPreference, ReturnDocument, UpdateOne, WriteConcern
from pymongo.errors import (
    BulkWriteError,
    ClientBulkWriteException,
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    InvalidURI,
    PyMongoError,
    ServerSelectionTimeoutError,
)
from pymongo.read_concern import ReadConcern

from core.errors import StoreDown, StoreError, StoreUnfit

log = structlog.get_logger()
T = TypeVar("T")
Doc = dict[str, Any]
Session = Any
Work = Callable[[Session], Awaitable[T]]

_DUPLICATE_KEY, _WRITE_CONFLICT = 11000, 112
_BULK_WRITE_WIRE = 25  # MongoDB 8.0: one command writes several collections
TRIES, WAIT_MOST_S, GIVE_UP_S = 60, 0.2, 8.0
AT_ONCE = max(3, max_workers * 3 // 4)
"""Transactions of this process. One that waits in the middle for a thread holds what it wrote against all others: with
more of them than threads, each makes the others fail and come again, and nothing gets through any more."""
_DEFAULTS = {"serverSelectionTimeoutMS": 5_000, "connectTimeoutMS": 5_000, "socketTimeoutMS": 30_000}


@dataclass(frozen=True, slots=True)
class Insert:
    collection: str
    document: Doc


@dataclass(frozen=True, slots=True)
class Update:
    """`must` names what its finding nothing means; the transaction is then given up by `Missed`."""

    collection: str
    where: Doc
    change: Doc
    upsert: bool = False
    must: str | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    collection: str
    where: Doc


Write = Insert | Update | Delete


class Missed(Exception):
    """A write that had to find something found nothing."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Taken(Exception):
    """A unique key is there already, committed by somebody."""


class Mongo:
    """One database of one replica set. `listeners` are the driver's own, for tests and measurements."""

    def __init__(self, url: str, listeners: Sequence[Any] = ()) -> None:
        self.name = database_of(url)
        given = {name.lower() for name, _ in parse_qsl(urlsplit(url).query)}
        options: Any = {name: value for name, value in _DEFAULTS.items() if name.lower() not in given}
        try:
            self._client: Any = AsyncIOMotorClient(url, event_listeners=list(listeners), **options)
        except (InvalidURI, ConfigurationError, ValueError) as error:
            raise StoreUnfit("FRONTDESK_STORE is no address of a MongoDB: mongodb://HOST,HOST/DATABASE") from error
        self._concern = WriteConcern("majority", j=True)
        self._db: Any = self._client.get_database(
            self.name,
            read_concern=ReadConcern("majority"),
            write_concern=self._concern,
            read_preference=ReadPreference.PRIMARY,
        )
        self._running: set[asyncio.Task[Any]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._bulk = False
        self._known_sessions: set[bytes] = set()
        self.announce: Callable[[Any], Awaitable[None]] | None = None  # told of each session before its first use

    async def open(self) -> None:
        """Raises `StoreDown` with a sentence if nobody answers, `StoreUnfit` if what answers keeps no transactions."""
        with _Told("MongoDB cannot be reached"):
            hello = await self._client.admin.command("hello")
        if hello.get("msg") == "isdbgrid":
            raise StoreUnfit("FRONTDESK_STORE leads to a sharded cluster; it wants a replica set.")
        if not hello.get("setName"):
            raise StoreUnfit(
                "FRONTDESK_STORE leads to a MongoDB that is no replica set: transactions need one. A single server"
                " is enough: start it with --replSet NAME and run rs.initiate() once."
            )
        self._bulk = hello.get("maxWireVersion", 0) >= _BULK_WRITE_WIRE

    async def now(self) -> datetime:
        """By the server's clock."""
        with _Told("MongoDB cannot be read"):
            found: datetime = (await self._client.admin.command("hello"))["localTime"]
            return found

    def touch(self, collection: str, id: str) -> bool:
        """Write the server's time into a document's `seen`, from another thread than ours; whether it is there."""
        with _Told("MongoDB cannot be written"):
            plain: Any = self._client.delegate[self.name][collection]
            done = plain.update_one({"_id": id}, {"$currentDate": {"seen": True}})
            return bool(done.matched_count)

    async def finished(self) -> None:
        """Wait for the transactions that are running."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    def close(self) -> None:
        self._client.close()

    # --- single operations ---------------------------------------------------------------------------------

    async def find(
        self,
        collection: str,
        where: Doc,
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 0,
        fields: Sequence[str] | None = None,
        session: Session = None,
    ) -> list[Doc]:
        with _Told("MongoDB cannot be read"):
            cursor = self._db[collection].find(where, fields, session=session, limit=limit)
            if sort:
                cursor = cursor.sort(list(sort))
            found: list[Doc] = await cursor.to_list(None)
            return found

    async def one(
        self, collection: str, where: Doc, *, fields: Sequence[str] | None = None, session: Session = None
    ) -> Doc | None:
        found = await self.find(collection, where, limit=1, fields=fields, session=session)
        return found[0] if found else None

    async def batches(
        self, collection: str, where: Doc, sort: str, size: int, session: Session
    ) -> AsyncIterator[list[Doc]]:
        """All of it, `size` documents at a time."""
        with _Told("MongoDB cannot be read"):
            cursor = self._db[collection].find(where, session=session, batch_size=size).sort([(sort, 1)])
            while batch := await cursor.to_list(size):
                yield batch

    async def change(
        self, collection: str, where: Doc, change: Doc, *, upsert: bool = False, session: Session = None
    ) -> Doc | None:
        """Change one document; as it is then, or None if there is none such."""

        async def attempt() -> Doc | None:
            with _Told("MongoDB cannot be written"):
                found: Doc | None = await self._db[collection].find_one_and_update(
                    where, change, upsert=upsert, return_document=ReturnDocument.AFTER, session=session
                )
                return found

        return await (attempt() if session is not None else _until_it_goes(attempt))

    async def change_all(self, collection: str, where: Doc, change: Doc | list[Doc], session: Session = None) -> int:

        async def attempt() -> int:
            with _Told("MongoDB cannot be written"):
                return int((await self._db[collection].update_many(where, change, session=session)).matched_count)

        return await (attempt() if session is not None else _until_it_goes(attempt))

    async def delete(self, collection: str, where: Doc, session: Session = None) -> int:
        with _Told("MongoDB cannot be written"):
            return int((await self._db[collection].delete_many(where, session=session)).deleted_count)

    async def insert(self, collection: str, documents: Sequence[Doc], session: Session = None) -> None:
        with _Told("MongoDB cannot be written"):
            await self._db[collection].insert_many(list(documents), session=session)

    async def count(self, collection: str, where: Doc) -> int:
        with _Told("MongoDB cannot be read"):
            return int(await self._db[collection].count_documents(where))

    async def grouped(self, collection: str, where: Doc, by: str, adding: object = 1) -> dict[str, int]:
        """How many documents (or what sum of a field) there are for each value of a field."""
        stages = [{"$match": where}, {"$group": {"_id": f"${by}", "sum": {"$sum": adding}}}]
        with _Told("MongoDB cannot be read"):
            return {row["_id"]: row["sum"] async for row in self._db[collection].aggregate(stages)}

    async def tallied(self, collection: str, where: Doc, by: Sequence[str]) -> list[tuple[Doc, int]]:
        """How many documents there are for each combination of some fields' values (None where one is not there)."""
        names = {name: {"$ifNull": [f"${name}", None]} for name in by}
        stages = [{"$match": where}, {"$group": {"_id": names, "sum": {"$sum": 1}}}]
        with _Told("MongoDB cannot be read"):
            return [(row["_id"], row["sum"]) async for row in self._db[collection].aggregate(stages)]

    async def make_index(self, collection: str, keys: Sequence[tuple[str, int]], name: str, **options: Any) -> None:
        with _Told("an index cannot be made"):
            await self._db[collection].create_index(list(keys), name=name, **options)

    async def drop(self) -> None:
        """The whole database: for tests."""
        with _Told("MongoDB cannot be written"):
            await self._client.drop_database(self.name)

    # --- many writes at once -------------------------------------------------------------------------------

    async def write(self, writes: Sequence[Write], session: Session = None) -> list[int]:
        """Write in order; how many documents each found (1 for what was inserted). Raises `Missed`, `Taken`."""
        if not writes:
            return []

        async def attempt() -> list[int]:
            with _Told("MongoDB cannot be written"):
                written = self._write_together if self._bulk else self._write_each
                return await written(writes, session)

        found = await (attempt() if session is not None else _until_it_goes(attempt))
        for write, count in zip(writes, found, strict=True):
            if isinstance(write, Update) and write.must is not None and count == 0:
                raise Missed(write.must)
        return found

    async def _write_together(self, writes: Sequence[Write], session: Session) -> list[int]:
        models = [_model(write, f"{self.name}.{write.collection}") for write in writes]
        # Outside a transaction the client's own concern would hold, and that is the server's default.
        concern = None if session is not None else self._concern
        result = await self._client.bulk_write(models, session=session, verbose_results=True, write_concern=concern)
        updated, deleted = result.update_results, result.delete_results
        return [
            updated[at].raw_result["n"] if at in updated else deleted[at].deleted_count if at in deleted else 1
            for at in range(len(writes))
        ]

    async def _write_each(self, writes: Sequence[Write], session: Session) -> list[int]:
        """Before MongoDB 8.0: one command for each run of inserts, and one for each other write."""
        found: list[int] = []
        at = 0
        while at < len(writes):
            write = writes[at]
            into = self._db[write.collection]
            if isinstance(write, Insert):
                run = [write.document]
                while (
                    at + len(run) < len(writes)
                    and isinstance(next_one := writes[at + len(run)], Insert)
                    and next_one.collection == write.collection
                ):
                    run.append(next_one.document)
                await into.insert_many(run, session=session)
                found += [1] * len(run)
                at += len(run)
                continue
            if isinstance(write, Update):
                done = await into.update_one(write.where, write.change, upsert=write.upsert, session=session)
                found.append(done.matched_count or int(done.upserted_id is not None))
            else:
                found.append((await into.delete_one(write.where, session=session)).deleted_count)
            at += 1
        return found

    # --- transactions --------------------------------------------------------------------------------------

    async def transact(self, work: Work[T], already: Callable[[], Awaitable[T | None]] | None = None) -> T:
        """Do `work` in a transaction, durably; again after a lost race or a lost connection.

        `already` is asked before another attempt if an earlier one may have gone through after all. What `work`
        raises of its own ends it: nothing is written then.
        """
        return await self._whatever_happens(self._transact(work, already))

    async def _whatever_happens(self, coroutine: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(coroutine)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_unheard)
            raise

    async def _transact(self, work: Work[T], already: Callable[[], Awaitable[T | None]] | None) -> T:
        begun, doubt, attempt = monotonic(), False, 0
        while True:
            if attempt:
                await _pause(attempt)
            attempt += 1
            try:
                if doubt and already is not None and (found := await already()) is not None:
                    return found
                async with self._places, await self._client.start_session() as session:
                    await self._announce(session.session_id["id"])
                    # On one replica set a transaction sees one state whatever its read concern; what it saw is
                    # durable on a majority when its commit is, for it came before that.
                    session.start_transaction(write_concern=self._concern, read_preference=ReadPreference.PRIMARY)
                    try:
                        result = await work(session)
                    except BaseException:
                        with suppress(PyMongoError):
                            await session.abort_transaction()
                        raise
                    await self._end(session)
                    return result
            except _Again as error:
                doubt = doubt or error.unknown
                if monotonic() - begun > GIVE_UP_S:
                    raise StoreDown(f"MongoDB cannot be written: {error}") from error
            except PyMongoError as error:
                raise _ours(error, "MongoDB cannot be written") from error

    async def _announce(self, id: Any) -> None:
        if self.announce is not None and bytes(id) not in self._known_sessions:
            await self.announce(id)
            self._known_sessions.add(bytes(id))

    async def kill_sessions(self, ids: Sequence[Any]) -> None:
        with _Told("MongoDB cannot be written"):
            await self._client.admin.command({"killSessions": [{"id": id} for id in ids]})

    async def _end(self, session: Session) -> None:
        """Commit; raises `_Again`, `unknown` unless it is sure that nothing was written."""
        for _ in range(3):
            try:
                await session.commit_transaction()
            except ServerSelectionTimeoutError as error:
                raise _Again(str(error), unknown=True) from error
            except PyMongoError as error:
                if error.has_error_label("UnknownTransactionCommitResult"):
                    continue
                if error.has_error_label("TransientTransactionError"):
                    raise _Again(str(error), unknown=False) from error
                if isinstance(error, ConnectionFailure):
                    continue
                raise
            else:
                return
        raise _Again("it is not known whether a commit went through", unknown=True)

    @asynccontextmanager
    async def snapshot(self, *, short: bool = False) -> AsyncIterator[Session]:
        """One state of the database for all reads within; a `short` one, a transaction, lives for a minute at most."""
        with _Told("MongoDB cannot be read"):
            async with await self._client.start_session(snapshot=not short) as session:
                if not short:
                    yield session
                    return
                session.start_transaction(read_concern=ReadConcern("snapshot"), read_preference=ReadPreference.PRIMARY)
                try:
                    yield session
                finally:
                    with suppress(PyMongoError):
                        await session.abort_transaction()


class _Again(StoreDown):
    """This attempt came to nothing (or `unknown`: perhaps not), and another may go better."""

    def __init__(self, why: str, *, unknown: bool) -> None:
        super().__init__(why)
        self.unknown = unknown


async def _until_it_goes(attempt: Callable[[], Awaitable[T]]) -> T:
    """Outside a transaction: again after a conflict with one, or with another upsert of the same key."""
    for turn in range(TRIES):
        try:
            return await attempt()
        except (_Again, Taken):
            await _pause(turn)
    return await attempt()


def _unheard(task: asyncio.Task[Any]) -> None:
    """Whoever waited for it has gone, and holds it as perhaps done: how it failed is nobody's to handle any more."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.info("mongo.unheard", reason=str(error))


async def _pause(attempt: int) -> None:
    await asyncio.sleep(random() * min(0.002 * 2 ** min(attempt, 20), WAIT_MOST_S))


class _Told:
    """Within it the driver's errors become ours; those worth another attempt become `_Again` in a transaction."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: object) -> None:
        if isinstance(error, PyMongoError):
            raise _ours(error, self._what) from error


def _ours(error: PyMongoError, what: str) -> Exception:
    inner = error.error if isinstance(error, ClientBulkWriteException) else None
    causes = [error, inner] if isinstance(inner, PyMongoError) else [error]
    codes = {getattr(cause, "code", None) for cause in causes} | set(_codes_within(error))
    if _WRITE_CONFLICT in codes or any(cause.has_error_label("TransientTransactionError") for cause in causes):
        return _Again(str(error), unknown=False)
    if isinstance(error, DuplicateKeyError) or _DUPLICATE_KEY in codes:
        return Taken(str(error))
    if any(isinstance(cause, ConnectionFailure) for cause in causes):
        return StoreDown(f"{what}: {_short(error)}")
    return StoreError(f"{what}: {_short(error)}")


def _codes_within(error: PyMongoError) -> list[int]:
    if isinstance(error, BulkWriteError):
        return [one["code"] for one in error.details.get("writeErrors", ())]
    if isinstance(error, ClientBulkWriteException):
        return [one["code"] for one in cast(list[Doc], error.write_errors or ())]
    return []


def _short(error: PyMongoError) -> str:
    return str(error).split(", Timeout:")[0][:300]


def _model(write: Write, namespace: str) -> Any:
    if isinstance(write, Insert):
        return InsertOne(write.document, namespace=namespace)
    if isinstance(write, Update):
        return UpdateOne(write.where, write.change, upsert=write.upsert, namespace=namespace)
    return DeleteOne(write.where, namespace=namespace)


def database_of(url: str) -> str:
    """The database a URL names. Raises `StoreUnfit` with a sentence, never with the URL: it may hold a password."""
    name = urlsplit(url).path.removeprefix("/")
    if not name or "/" in name:
        raise StoreUnfit("FRONTDESK_STORE wants the database's name at its end: mongodb://HOST,HOST/DATABASE")
    return name
