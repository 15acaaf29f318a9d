"""Webhooks on local disk while the store cannot take them: appended before the 2xx, replayed in order, then dropped.

Each process writes a folder of its own, held by a lock; what a dead one left in the same data directory is taken over
at the next start. Putting the webhooks into the store again is gateway/replay.py's.
"""

import asyncio
import fcntl
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

from core.errors import Error
from gateway.segments import Appender, Disk, RealDisk, framed, look, sync_folder

MOST_BYTES = 1 << 30  # about a million webhooks: hours of a busy desk
SEGMENT_BYTES = 16 << 20
AT_ONCE = 500  # webhooks replayed together
MOST_WAITING = 64 << 20  # bytes in memory on their way to a slow disk
FOLDERS = 64  # processes that share a data directory
PROGRESS = "progress"

log = structlog.get_logger()
T = TypeVar("T")


class SpoolFull(Error):
    """The disk, or the spool's share of it, can take no more."""


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A webhook whose signature was right when it came, at `at`."""

    channel: str
    at: int
    method: str
    url: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    part: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """The oldest webhooks, from one segment, which they end at `end`; `last`: nothing of it is left after them."""

    kept: Sequence[Kept]
    segment: Path
    end: int
    last: bool


@dataclass(frozen=True, slots=True)
class _Written:
    frame: bytes
    channel: str
    at: int
    durable: "asyncio.Future[None]"


class Spool:
    """`open` makes one. All files are touched in one thread of its own, so nothing needs a lock."""

    def __init__(self, folder: Path, lock: int, disk: Disk, most_bytes: int, segment_bytes: int) -> None:
        self._folder, self._lock, self._disk = folder, lock, disk
        self._most, self._segment = most_bytes, segment_bytes
        self._thread = ThreadPoolExecutor(1, "spool")
        self._closed: list[Path] = []  # segments that are only read any more, oldest first
        self._open: Appender | None = None
        self._number = 0
        self._offset = 0  # how far the oldest segment was replayed
        self._unreadable = False  # something in the oldest segment is of a version that this one cannot read
        self._bytes = 0
        self._held: Counter[str] = Counter()
        self._since: int | None = None
        self._pending: list[_Written] = []
        self._waiting_bytes = 0
        self._flushing: asyncio.Task[None] | None = None
        self._filled = asyncio.Event()
        self._failure: str | None = None

    @classmethod
    async def open(
        cls,
        root: Path,
        *,
        disk: Disk | None = None,
        most_bytes: int = MOST_BYTES,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> "Spool":
        """Raises `SpoolFull` if its folder cannot be made."""
        disk = disk or RealDisk()
        try:
            folder, lock = await asyncio.to_thread(_own_folder, root)
        except OSError as error:
            raise SpoolFull(f"FRONTDESK_DATA: {root} cannot be written ({error.strerror}).") from error
        spool = cls(folder, lock, disk, most_bytes, segment_bytes)
        await spool._do(lambda: spool._begin(root))
        return spool

    @property
    def folder(self) -> Path:
        """This process's own, for as long as it lives."""
        return self._folder

    # what is in it

    def holds(self, channel: str) -> bool:
        """Whether older webhooks of the channel wait here: a newer one has to come behind them."""
        return channel in self._held

    @property
    def waiting(self) -> int:
        return self._held.total()

    @property
    def since(self) -> int | None:
        """When the oldest one came, or an older one that went already with its neighbours waiting."""
        return self._since if self._held else None

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._bytes

    async def refuses(self) -> str | None:
        """Why it could not take a webhook now; tried on the disk if the last write failed."""
        if self._bytes + self._waiting_bytes >= self._most:
            return f"the spool has reached its {self._most >> 20} MiB"
        if self._failure is not None:
            await self._do(self._probe)
        return self._failure

    # in

    async def keep(self, kept: Kept) -> None:
        """Durable when it returns. Raises `SpoolFull`."""
        frame = framed(msgspec.msgpack.encode(kept))
        if self._bytes + self._waiting_bytes + len(frame) > self._most or self._waiting_bytes > MOST_WAITING:
            raise SpoolFull("the spool can take no more")
        written = _Written(frame, kept.channel, kept.at, asyncio.get_running_loop().create_future())
        self._held[kept.channel] += 1
        self._since = kept.at if self._since is None else self._since
        self._waiting_bytes += len(frame)
        self._pending.append(written)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush(), name="spool")
        await written.durable

    async def _flush(self) -> None:
        """Everybody who waits shares one write and one fsync."""
        while self._pending:
            group, self._pending = self._pending, []
            data = b"".join(written.frame for written in group)
            try:
                await self._do(partial(self._append, data))
            except (OSError, RuntimeError) as error:  # RuntimeError: closed meanwhile
                self._failure = f"the spool's disk: {getattr(error, 'strerror', None) or error}"
                self._lost(group, self._failure)
            else:
                self._failure = None
                self._bytes += len(data)
                self._filled.set()
                for written in group:
                    if not written.durable.done():
                        written.durable.set_result(None)
            self._waiting_bytes -= len(data)
        self._flushing = None

    def _lost(self, group: Sequence[_Written], reason: str) -> None:
        log.error("spool.full", reason=reason, webhooks=len(group))
        self._gone(written.channel for written in group)
        for written in group:
            if not written.durable.done():
                written.durable.set_exception(SpoolFull(reason))

    def _gone(self, channels: Iterable[str]) -> None:
        for channel in channels:
            self._held[channel] -= 1
            if not self._held[channel]:
                del self._held[channel]
        if not self._held:
            self._since = None

    # out

    async def filled(self) -> None:
        """Wait until there is something to replay."""
        await self._filled.wait()

    async def oldest(self) -> Batch | None:
        """The next ones in order; None if there are none."""
        batch = await self._do(self._next)
        if batch is None:
            if self._flushing is None:
                self._held.clear()  # a damaged segment ended before all that was counted in it
                self._since = None
                self._filled.clear()
            return None
        self._since = batch.kept[0].at
        return batch

    async def drop(self, batch: Batch) -> None:
        """They are in the store."""
        await self._do(lambda: self._advance(batch))
        self._gone(kept.channel for kept in batch.kept)
        if not self._held:
            self._filled.clear()

    async def close(self) -> None:
        """What is being written is finished; what was not replayed is at the next start."""
        while self._flushing is not None:
            await asyncio.gather(self._flushing, return_exceptions=True)
        await self._do(self._rotate)
        self._thread.shutdown()
        os.close(self._lock)

    # in the thread

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _begin(self, root: Path) -> None:
        """Take over what was left, and count it."""
        self._closed = _segments(self._folder)
        self._number = max((int(path.stem) for path in self._closed), default=0)
        self._offset = self._progress()
        self._adopt(root)
        offset = self._offset
        for path in tuple(self._closed):
            self._count(path, offset)
            offset = 0
        if self._held:
            self._filled.set()
            log.warning("spool.found", webhooks=self.waiting, folder=str(self._folder))

    def _count(self, path: Path, offset: int) -> None:
        self._bytes += path.stat().st_size
        rest = "more"
        while rest == "more":
            seen = look(path, offset, AT_ONCE)
            for payload, _ in seen.frames:
                kept = _read(payload)
                if kept is not None:
                    self._held[kept.channel] += 1
                    self._since = kept.at if self._since is None else min(self._since, kept.at)
            offset, rest = seen.frames[-1][1] if seen.frames else offset, seen.rest

    def _adopt(self, root: Path) -> None:
        """What dead processes left in their folders."""
        for folder in sorted(root.iterdir()):
            if folder == self._folder or not folder.is_dir() or not _segments(folder):
                continue
            lock = _locked(folder)
            if lock is None:
                continue
            for path in _segments(folder):
                os.rename(path, self._named())
            (folder / PROGRESS).unlink(missing_ok=True)
            os.close(lock)
            self._closed = _segments(self._folder)

    def _named(self) -> Path:
        self._number += 1
        return self._folder / f"{self._number:012d}.spool"

    def _append(self, data: bytes) -> None:
        if self._open is not None and self._open.size >= self._segment:
            self._rotate()
        if self._open is None:
            self._open = Appender(self._named(), self._disk)
        try:
            self._open.append(data)
        except OSError:
            self._rotate()
            raise

    def _rotate(self) -> None:
        """From now on the segment is only read."""
        if self._open is None:
            return
        self._open.close()
        if self._open.size:
            self._closed.append(self._open.path)
        else:
            self._open.path.unlink()
        self._open = None

    def _next(self) -> Batch | None:
        while True:
            if not self._closed:
                self._rotate()
            if not self._closed:
                return None
            path = self._closed[0]
            seen = look(path, self._offset, AT_ONCE)
            kept = [found for payload, _ in seen.frames if (found := _read(payload)) is not None]
            self._unreadable |= len(kept) < len(seen.frames)
            if kept:
                return Batch(kept, path, seen.frames[-1][1], seen.rest == "none")
            if seen.rest == "more":
                self._offset = seen.frames[-1][1]
            else:
                self._finish(path, seen.rest)

    def _advance(self, batch: Batch) -> None:
        self._offset = batch.end
        if batch.last:
            self._finish(batch.segment, "none")
            return
        part = self._folder / f"{PROGRESS}.part"
        part.write_text(f"{batch.segment.name} {batch.end}")  # not synced: what is replayed twice is kept once
        os.replace(part, self._folder / PROGRESS)

    def _finish(self, path: Path, rest: str) -> None:
        """A segment has nothing more to give. What is damaged stays for a person to look at."""
        self._bytes -= path.stat().st_size
        if rest == "damaged" or self._unreadable:
            log.error("spool.damaged", segment=str(path), good_until=self._offset)
            os.rename(path, path.with_suffix(".damaged"))
        else:
            if rest == "torn":
                log.warning("spool.torn", segment=path.name, good_until=self._offset)
            path.unlink()
        self._closed.remove(path)
        self._offset, self._unreadable = 0, False
        (self._folder / PROGRESS).unlink(missing_ok=True)
        sync_folder(self._folder, self._disk)

    def _progress(self) -> int:
        """How far the oldest segment was replayed; 0 if that is not known."""
        try:
            name, _, end = (self._folder / PROGRESS).read_text().partition(" ")
            return int(end) if self._closed and name == self._closed[0].name else 0
        except (OSError, ValueError):
            return 0

    def _probe(self) -> None:
        path = self._folder / "probe"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            self._disk.write(descriptor, bytes(64 << 10))
            self._disk.sync(descriptor)
            self._failure = None
        except OSError as error:
            self._failure = f"the spool's disk: {error.strerror or error}"
        finally:
            os.close(descriptor)
            path.unlink()


def _read(payload: bytes) -> Kept | None:
    """None for what a later version wrote and this one cannot read: said, and not in the way of the others."""
    try:
        return msgspec.msgpack.decode(payload, type=Kept)
    except msgspec.MsgspecError:
        log.exception("spool.unreadable", bytes=len(payload))
        return None


def _segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.spool"))


def _own_folder(root: Path) -> tuple[Path, int]:
    """The first folder that no living process holds, and the lock on it."""
    for number in range(FOLDERS):
        folder = root / str(number)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _locked(folder)
        if lock is not None:
            return folder, lock
    raise OSError(None, f"all its {FOLDERS} folders are held by other processes")


def _locked(folder: Path) -> int | None:
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
