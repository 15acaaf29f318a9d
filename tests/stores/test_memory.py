"""The memory store keeps the contract."""

from collections.abc import AsyncIterator

import pytest

from core.errors import StoreError
from core.ports.store import Store
from stores.memory import MemoryStore
from tests.stores.contract import StoreContract


class TestMemory(StoreContract):
    @pytest.fixture
    async def store(self) -> AsyncIterator[Store]:
        store = MemoryStore()
        yield store
        await store.close()

    async def test_there_is_nothing_to_back_up(self, store: Store) -> None:
        with pytest.raises(StoreError, match="nothing that could be backed up"):
            await store.backup("/tmp/never-written")
