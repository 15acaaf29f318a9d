"""The spool's files: frames of length, CRC and payload, appended and read back; where the whole ones end is known.

Nothing here waits or decides; it is called in the spool's own thread.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from zlib import crc32

HEADER = 8
MOST_PAYLOAD = 8 << 20  # a webhook has at most 4 MiB; its headers and query come on top
READ_AT_ONCE = MOST_PAYLOAD + HEADER  # so that one look always holds a whole frame

Rest = Literal["none", "more", "torn", "damaged"]


class Disk(Protocol):
    """What may fail: a test puts a full disk here."""

    def write(self, descriptor: int, data: bytes) -> None:
        """All of it, or `OSError`."""

    def sync(self, descriptor: int) -> None: ...


class RealDisk:
    def write(self, descriptor: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    def sync(self, descriptor: int) -> None:
        os.fsync(descriptor)


def framed(payload: bytes) -> bytes:
    return len(payload).to_bytes(4) + crc32(payload).to_bytes(4) + payload


def unframed(data: bytes) -> tuple[list[tuple[bytes, int]], Rest]:
    """The whole frames at the beginning, each with where it ends, and what comes after them.

    `torn` is a frame that was still being written and so was never acknowledged; `damaged` is one that is all there
    and whose bytes are not what was written. Never raises, whatever the bytes.
    """
    found: list[tuple[bytes, int]] = []
    start = 0
    while start < len(data):
        size = int.from_bytes(data[start : start + 4])
        end = start + HEADER + size
        if len(data) - start >= HEADER and not 0 < size <= MOST_PAYLOAD:
            return found, "damaged" if any(data[start:]) else "torn"  # zeros: the file grew before its bytes came
        if end > len(data) or len(data) - start < HEADER:
            return found, "torn"
        payload = data[start + HEADER : end]
        if crc32(payload) != int.from_bytes(data[start + 4 : start + HEADER]):
            return found, "damaged"
        found.append((payload, end))
        start = end
    return found, "none"


@dataclass(frozen=True, slots=True)
class Look:
    """Payloads with the offsets where they end, and what follows them in the file."""

    frames: Sequence[tuple[bytes, int]]
    rest: Rest


def look(path: Path, offset: int, most: int) -> Look:
    """The next frames of a file that nobody writes any more."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(offset)
        data = file.read(READ_AT_ONCE)
    frames, rest = unframed(data)
    kept = [(payload, offset + end) for payload, end in frames[:most]]
    if kept and kept[-1][1] < size:
        rest = "more"  # also when a broken one follows: the next look will say so
    return Look(kept, rest)


class Appender:
    """One file being written. After a failure nothing of the failed write is left in it."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self.path, self._disk, self.size = path, disk, 0
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            sync_folder(path.parent, disk)
        except OSError:
            self.close()
            path.unlink()
            raise

    def append(self, data: bytes) -> None:
        """Durable when it returns. Raises `OSError`; the file is then of no further use to a writer."""
        try:
            self._disk.write(self._descriptor, data)
            self._disk.sync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, self.size)  # always possible: it needs no room
            raise
        self.size += len(data)

    def close(self) -> None:
        os.close(self._descriptor)


def sync_folder(folder: Path, disk: Disk) -> None:
    """A new file's name is durable only with its folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        disk.sync(descriptor)
    finally:
        os.close(descriptor)
