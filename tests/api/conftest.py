"""The API with nothing but sign-in, for the tests of what all rims share."""

from typing import Any

import pytest

from api.openapi import served
from api.signin import ROUTES
from tests.api import hits
from tests.api.world import World, world


@pytest.fixture
async def here(aiohttp_client: Any, request: pytest.FixtureRequest) -> World:
    return await world(aiohttp_client, served(ROUTES), hits.of(request.config))
