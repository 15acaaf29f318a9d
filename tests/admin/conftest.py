"""The admin API over the memory store, and a client for an owner."""

from typing import Any

import pytest

from admin.routes import ROUTES
from api.signin import ROUTES as SIGNIN
from tests.api import hits
from tests.api.client import Client
from tests.api.world import World, world


@pytest.fixture
async def here(aiohttp_client: Any, request: pytest.FixtureRequest) -> World:
    return await world(aiohttp_client, (*SIGNIN, *ROUTES), hits.of(request.config))


@pytest.fixture
async def owner(here: World) -> Client:
    return await here.as_role("owner")
