"""Files people sent, kept in memory: `api.rim.Files` for tests."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from core.errors import Rejected
from core.message import Content, Media
from gateway.files import Kept, sniffed

URL = "https://desk.example"
MOST_BYTES = 1000


@dataclass
class MemoryFiles:
    kept: dict[str, bytes] = field(default_factory=dict)

    async def keep(self, chunks: AsyncIterator[bytes]) -> Kept:
        body = b"".join([chunk async for chunk in chunks])
        if not body or len(body) > MOST_BYTES:
            raise Rejected("too_large" if body else "empty", "This file cannot be kept.")
        url = f"media:{len(self.kept):032x}"
        self.kept[url] = body
        return Kept(url, sniffed(body[:64]), len(body))

    def public(self, content: Content) -> Content:
        if isinstance(content, Media) and (content.url or "").startswith("media:"):
            return replace(content, url=f"{URL}/signed/{content.url}")
        return content

    async def remove(self, url: str) -> None:
        del self.kept[url]
