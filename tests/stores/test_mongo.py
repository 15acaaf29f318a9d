"""The MongoDB store keeps the contract."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.ports.store import Store
from tests.stores.contract import CommitContract, ErrandContract, SeatContract, StoreContract
from tests.stores.numbered import Numbered


@pytest.fixture
async def mongo(mongo_url: str) -> AsyncIterator[Numbered]:
    store: Any = await Numbered.open(mongo_url, numbering=False)
    yield store
    await store.close()


class TestMongo(StoreContract):
    restarted = "node-1"

    numbers_at_once = False
    in_order = False
    one_process = False

    @pytest.fixture
    def store(self, mongo: Numbered) -> Store:
        return mongo


class TestBefore80(CommitContract, SeatContract, ErrandContract):
    """A server that does not know how to write several collections in one command."""

    restarted = "node-1"

    numbers_at_once = False
    in_order = False
    one_process = False

    @pytest.fixture
    def store(self, mongo: Numbered) -> Store:
        mongo._mongo._bulk = False
        return mongo
