"""The floor of the inbox's tests: one channel, "kites", and whoever a test makes."""

from typing import Any

import pytest

from tests.api import hits
from tests.inbox.floor import Floor, floor


@pytest.fixture
async def desk(aiohttp_client: Any, request: pytest.FixtureRequest) -> Floor:
    found = await floor(aiohttp_client, hits.of(request.config))
    await found.channel()
    return found
