"""A whole store to a file and back, between any two backends."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from core.errors import StoreError
from stores._neutral import BATCH, FORMAT, End, Head, Line, Movable, Row

_encode_lines = msgspec.json.Encoder().encode_lines
_decode = msgspec.json.Decoder(Line).decode


async def export(store: Movable, path: Path) -> int:
    """Write all there is to `path`, as of one moment; how many rows. The file takes its name once it is whole."""
    part = path.with_name(f"{path.name}.part")
    count = 0
    try:
        file = await asyncio.to_thread(part.open, "wb")
        try:
            await asyncio.to_thread(file.write, _encode_lines([Head()]))
            async for rows in store.dump():
                count += len(rows)
                await asyncio.to_thread(file.write, _encode_lines(rows))
            await asyncio.to_thread(file.write, _encode_lines([End(count)]))
            await asyncio.to_thread(file.flush)
            await asyncio.to_thread(os.fsync, file.fileno())
        finally:
            await asyncio.to_thread(file.close)
        await asyncio.to_thread(os.replace, part, path)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror or error}") from error
    return count


async def bring_in(store: Movable, path: Path) -> int:
    """Fill an empty store from a file that `export` wrote; how many rows. Raises `StoreError` with a sentence."""
    count = 0

    async def rows() -> AsyncIterator[list[Row]]:
        nonlocal count
        async for batch in _read(path):
            count += len(batch)
            yield batch

    await store.fill(rows())
    return count


async def _read(path: Path) -> AsyncIterator[list[Row]]:
    """The rows of a file in batches; raises `StoreError` for one that is another kind, or is not whole."""
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    try:
        head = _line(path, await asyncio.to_thread(file.readline), 1)
        if not isinstance(head, Head):
            raise StoreError(f"{path} is no export")
        if head.format > FORMAT:
            raise StoreError(f"{path} is of format {head.format}, this version knows {FORMAT}: upgrade first")
        count = 0
        while lines := await asyncio.to_thread(file.readlines, BATCH * 500):
            read = [_line(path, line, count + at) for at, line in enumerate(lines, 2)]
            batch = [line for line in read if not isinstance(line, Head | End)]
            count += len(batch)
            if batch:
                yield batch
            if isinstance(read[-1], End):
                if read[-1].rows != count:
                    raise StoreError(f"{path} lacks rows: it holds {count} of {read[-1].rows}")
                return
        raise StoreError(f"{path} was cut off after {count} rows")
    finally:
        await asyncio.to_thread(file.close)


def _line(path: Path, line: bytes, number: int) -> Line:
    try:
        found: Line = _decode(line)
    except msgspec.DecodeError as error:
        raise StoreError(f"{path}, line {number}, is no line of an export: {error}") from error
    return found
