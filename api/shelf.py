"""The documents of one collection as a process holds them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from api.documents import AgentDoc, BotDoc, ChannelDoc, Collection, GroupDoc, SegmentDoc
from core.codec import convert
from core.ports.papers import Document

D = TypeVar("D", ChannelDoc, AgentDoc, GroupDoc, BotDoc, SegmentDoc)


class Shelf(dict[str, D]):
    """The documents of one collection by id, those removed among them, and their versions."""

    __slots__ = ("collection", "versions", "wanted")

    def __init__(self, collection: Collection, wanted: type[D]) -> None:
        super().__init__()
        self.collection = collection
        self.wanted: type[D] = wanted
        self.versions: dict[str, int] = {}

    def differs(self, documents: Sequence[Document]) -> list[str]:
        """Which of them are others, newer or gone."""
        found = {document.id: document.version for document in documents}
        return [id for id in found.keys() | self.versions.keys() if found.get(id) != self.versions.get(id)]

    def fill(self, documents: Sequence[Document]) -> None:
        """All at once: whoever reads in between finds the old ones or the new ones. Unchanged ones stay the same."""
        same = {document.id for document in documents if self.versions.get(document.id) == document.version}
        fresh = {d.id: self[d.id] if d.id in same else convert(d.body, self.wanted) for d in documents}
        self.clear()
        self.update(fresh)
        self.versions = {document.id: document.version for document in documents}

    def alive(self) -> Mapping[str, D]:
        return MappingProxyType({id: doc for id, doc in self.items() if doc.removed_at is None})
