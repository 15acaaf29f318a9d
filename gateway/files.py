"""Files people sent: kept under the data directory, named by our own ids, served only by signed addresses that expire.

Inside contents they are named `media:ID`; a link is made when one is shown or handed to a provider.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import msgspec
from aiohttp import web
from msgspec.structs import replace

from api.vault import Vault
from core.errors import Rejected
from core.message import Content, Media
from core.ports.clock import Clock

PREFIX = "media:"
MOST_BYTES = 25 << 20
LINK_SECONDS = 24 * 3600
_ID = re.compile(r"[0-9a-f]{32}")

# What is shown inline at all; everything else is a download. Never SVG or HTML: they can carry scripts.
INLINE = frozenset(
    {
        "image/jpeg", "image/png", "image/gif", "image/webp",
        "audio/mpeg", "audio/ogg", "audio/mp4", "audio/aac", "audio/amr", "video/mp4", "video/3gpp", "video/webm",
    }
)  # fmt: skip
_MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"OggS", 0, "audio/ogg"),
    (b"ID3", 0, "audio/mpeg"),
    (b"#!AMR", 0, "audio/amr"),
    (b"ftypM4A", 4, "audio/mp4"),
    (b"ftyp", 4, "video/mp4"),
    (b"\x1aE\xdf\xa3", 0, "video/webm"),
    (b"%PDF-", 0, "application/pdf"),
    (b"PK\x03\x04", 0, "application/zip"),
)


def sniffed(head: bytes) -> str:
    """The type the first bytes show; what a sender declares is not believed. Unknown is a plain download."""
    return next((mime for magic, at, mime in _MAGIC if head[at : at + len(magic)] == magic), "application/octet-stream")


class Kept(msgspec.Struct, frozen=True):
    """A file that is here: `url` is its name inside contents, `size` in bytes."""

    url: str
    mime: str
    size: int


class Files:
    """`folder` is made at the first file. `new_id` gives hex UUIDs, which are the file names."""

    def __init__(self, folder: Path, public_url: str, vault: Vault, clock: Clock, new_id: Callable[[], str]) -> None:
        self._folder, self._public_url, self._vault, self._clock = folder, public_url, vault, clock
        self._new_id = new_id

    async def keep(self, chunks: AsyncIterator[bytes]) -> Kept:
        """Write a file as it comes; raises `Rejected` if it is empty or too large, and leaves nothing then."""
        id = self._new_id()
        path = self._path(id)
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        try:
            head, size = await self._written(part, chunks)
            await asyncio.to_thread(os.replace, part, path)
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)
        return Kept(PREFIX + id, sniffed(head), size)

    async def _written(self, path: Path, chunks: AsyncIterator[bytes]) -> tuple[bytes, int]:
        head, size = b"", 0
        file = await asyncio.to_thread(path.open, "wb")
        try:
            async for chunk in chunks:
                head = head or chunk[:64]
                size += len(chunk)
                if size > MOST_BYTES:
                    raise Rejected("too_large", f"The file is larger than {MOST_BYTES >> 20} MB.")
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(_synced, file)
        finally:
            await asyncio.to_thread(file.close)
        if size == 0:
            raise Rejected("empty", "The file is empty.")
        return head, size

    def link(self, url: str, name: str | None = None) -> str:
        """A signed address of a `media:` name, good for a day; any other address as it is."""
        if not url.startswith(PREFIX):
            return url
        id = url.removeprefix(PREFIX)
        expires = self._clock.now() // 1000 + LINK_SECONDS
        signature = self._vault.sign(f"{id}.{expires}".encode(), "media")
        shown = "/" + quote(name, safe="") if name else ""
        return f"{self._public_url}/media/{id}.{expires}.{signature}{shown}"

    def public(self, content: Content) -> Content:
        """The same content with an address that works outside."""
        if isinstance(content, Media) and content.url is not None and content.url.startswith(PREFIX):
            return replace(content, url=self.link(content.url, content.name))
        return content

    async def remove(self, url: str) -> None:
        if url.startswith(PREFIX):
            await asyncio.to_thread(self._path(url.removeprefix(PREFIX)).unlink, missing_ok=True)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """`/media/{ticket}[/{name}]`: to whoever has a signed address; Range and HEAD work (providers use both)."""
        id, _, rest = request.match_info["ticket"].partition(".")
        expires, _, signature = rest.partition(".")
        signed = bool(_ID.fullmatch(id)) and expires.isdecimal()
        if not signed or not self._vault.verify(f"{id}.{expires}".encode(), signature, "media"):
            raise web.HTTPForbidden(text="This address was not made here.")
        if int(expires) < self._clock.now() // 1000:
            raise web.HTTPGone(text="This address is no longer good; load the chat again.")
        path = self._path(id)
        if not await asyncio.to_thread(path.is_file):
            raise web.HTTPNotFound(text="The file is gone.")
        mime = sniffed(await asyncio.to_thread(_head, path))
        disposition = "inline" if mime in INLINE else "attachment"
        name = request.match_info.get("name", "")
        return web.FileResponse(
            path,
            headers={
                "Content-Type": mime,
                "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(name or id, safe='')}",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "Cache-Control": "private, max-age=3600",
            },
        )

    def _path(self, id: str) -> Path:
        return self._folder / id[-2:] / id


def _synced(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


def routes(files: Files) -> list[web.RouteDef]:
    return [
        web.get("/media/{ticket}", files.serve),
        web.get("/media/{ticket}/{name}", files.serve),
    ]
