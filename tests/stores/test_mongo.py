"""The MongoDB store keeps the contract."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from core.ports import DeskView, FeedRow, Page, SessionQuery, SessionRow, Store
from stores.mongo import MongoStore
from tests.stores.contract import StoreContract


class Numbered(MongoStore):
    """Whoever reads what has numbers waits until all has them: the contract is of what is seen then."""

    async def newest(self) -> int:
        await self.number()
        return await super().newest()

    async def feed(self, after: int, limit: int) -> Sequence[FeedRow]:
        await self.number()
        return await super().feed(after, limit)

    async def trace(self, session: str) -> Sequence[FeedRow]:
        await self.number()
        return await super().trace(session)

    async def session(self, session: str) -> SessionRow | None:
        await self.number()
        return await super().session(session)

    async def sessions(self, query: SessionQuery) -> Page:
        await self.number()
        return await super().sessions(query)

    async def index(self, limit: int) -> int:
        await self.number()
        return await super().index(limit)

    async def desk(self) -> DeskView:
        await self.number()
        return await super().desk()


@pytest.fixture
async def mongo(mongo_url: str) -> AsyncIterator[Numbered]:
    store: Any = await Numbered.open(mongo_url, numbering=False)
    yield store
    await store.close()


class TestMongo(StoreContract):
    numbers_at_once = False
    in_order = False
    one_process = False

    @pytest.fixture
    def store(self, mongo: Numbered) -> Store:
        return mongo
