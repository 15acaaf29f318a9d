"""The writer thread: all that waits is done in one transaction, and answered once that is durable.

There is no window: the next batch begins as soon as the last is on disk, with what has come in the meantime.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar, cast

from core.errors import StoreDown, StoreError
from core.ports.writing import Committed
from stores._sqlite_commit import Batch, Ledger, Prepared
from stores._sqlite_open import Connection

T = TypeVar("T")
Work = Callable[[sqlite3.Connection, Ledger], T]

WAITING_AT_MOST = 4096
_BATCH_AT_MOST = 1024

# A broken or full disk, another process that holds the file: nothing is wrong with the operation itself.
_DISK = frozenset(
    (
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
    )
)


@dataclass(slots=True)
class _Waiting:
    what: Prepared | Work[Any]
    future: asyncio.Future[Any]


_Outcome = tuple[asyncio.Future[Any], Any, Exception | None]


class Writer:
    """One thread, one connection. `submit` waits where too many wait already."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ledger = Ledger(connection)
        self._queue: SimpleQueue[list[_Waiting] | None] = SimpleQueue()
        self._gathered: list[_Waiting] = []
        self._loop = asyncio.get_running_loop()
        self._waiting = 0
        self._turned_back: deque[asyncio.Future[None]] = deque()
        self._closed = False
        self.told: Callable[[int], None] | None = None
        self._thread = Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def commit(self, prepared: Prepared) -> Committed:
        return cast(Committed, await self._submit(prepared))

    async def do(self, work: Work[T]) -> T:
        """Run `work` in the writer's next transaction; it raises a `StoreError` before it writes, or not at all."""
        return cast(T, await self._submit(work))

    async def _submit(self, what: Prepared | Work[Any]) -> Any:
        while self._waiting >= WAITING_AT_MOST and not self._closed:
            gate = self._loop.create_future()
            self._turned_back.append(gate)
            await gate
        if self._closed:
            raise StoreDown("the store is closed")
        future = self._loop.create_future()
        self._waiting += 1
        if not self._gathered:
            self._loop.call_soon(self._hand_over)
        self._gathered.append(_Waiting(what, future))
        return await future

    def _hand_over(self) -> None:
        """Once per turn of the loop: those whom the last batch answered come back together, not one by one."""
        if self._gathered:
            self._queue.put(self._gathered)
            self._gathered = []

    async def close(self) -> None:
        """Everything that waits is still done."""
        if not self._closed:
            self._closed = True
            self._hand_over()
            self._queue.put(None)
            await self._loop.run_in_executor(None, self._thread.join)

    # --- on the thread -------------------------------------------------------------------------------------

    def _run(self) -> None:
        going = True
        while going:
            batch, going = self._next_batch()
            if batch:
                outcomes = self._attempt(batch)
                if self._connection.on_step is not None:
                    self._connection.on_step("answer")
                self._answer(outcomes, self._ledger.n)
        self._connection.close()

    def _next_batch(self) -> tuple[list[_Waiting], bool]:
        """All that waits now; the second is False when nothing will follow."""
        batch: list[_Waiting] = []
        waiting = self._queue.get()
        try:
            while waiting is not None:
                batch.extend(waiting)
                if len(batch) >= _BATCH_AT_MOST:
                    return batch, True
                waiting = self._queue.get_nowait()
        except Empty:
            return batch, True
        return batch, False

    def _attempt(self, batch: Sequence[_Waiting]) -> list[_Outcome]:
        try:
            return self._transact(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, the thread must live and somebody must hear of it
            self._roll_back()
            if isinstance(error, sqlite3.Error) and _is_disk(error):
                down = StoreDown(f"the database cannot be written: {error}")
                return [(waiting.future, None, down) for waiting in batch]
            if len(batch) == 1:
                return [(batch[0].future, None, error)]
            return [outcome for waiting in batch for outcome in self._attempt([waiting])]

    def _transact(self, batch: Sequence[_Waiting]) -> list[_Outcome]:
        """Commits first, then the rest: none of them has been answered, so any order is theirs."""
        connection, ledger = self._connection, self._ledger
        commits = [waiting for waiting in batch if isinstance(waiting.what, Prepared)]
        if ledger.doubted:
            ledger.reload(connection)
        connection.execute("BEGIN IMMEDIATE")
        outcomes: list[_Outcome] = []
        if commits:
            results = Batch(connection, ledger, [cast(Prepared, w.what) for w in commits]).run()
            outcomes = [_outcome(waiting, result) for waiting, result in zip(commits, results, strict=True)]
        for waiting in batch:
            if not isinstance(waiting.what, Prepared):
                outcomes.append(self._work(waiting.what, waiting.future))
        connection.execute("COMMIT")
        ledger.trim()
        return outcomes

    def _work(self, work: Work[Any], future: asyncio.Future[Any]) -> _Outcome:
        try:
            return future, work(self._connection, self._ledger), None
        except StoreError as error:
            return future, None, error

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._ledger.reload(self._connection)
        except sqlite3.Error:
            self._ledger.doubted = True

    def _answer(self, outcomes: list[_Outcome], n: int) -> None:
        try:
            self._loop.call_soon_threadsafe(self._resolve, outcomes, n)
        except RuntimeError:
            return  # the loop is gone, and with it everybody who waited

    # --- on the loop ---------------------------------------------------------------------------------------

    def _resolve(self, outcomes: list[_Outcome], n: int) -> None:
        self._waiting -= len(outcomes)
        if self.told is not None:
            self.told(n)
        for future, result, error in outcomes:
            if future.done():
                continue  # whoever asked has gone; what they asked for is done all the same
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)
        free = len(self._turned_back) if self._closed else WAITING_AT_MOST - self._waiting
        while self._turned_back and free > 0:
            gate = self._turned_back.popleft()
            if not gate.done():
                gate.set_result(None)
                free -= 1


def _outcome(waiting: _Waiting, result: Committed | StoreError) -> _Outcome:
    if isinstance(result, StoreError):
        return waiting.future, None, result
    return waiting.future, result, None


def _is_disk(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _DISK
