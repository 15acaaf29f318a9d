"""Every admin route that takes a body, and what is no body for it."""

import pytest

from admin.routes import ROUTES
from api.routes import Route
from tests.admin.test_roles import address
from tests.api.client import Client
from tests.api.world import World

TAKING = [route for route in ROUTES if route.body is not None]
IDS = [f"{route.method} {route.path}" for route in TAKING]


@pytest.mark.parametrize("route", TAKING, ids=IDS)
async def test_what_is_no_json_is_refused(owner: Client, route: Route) -> None:
    assert (await owner.send(route.method, address(route), raw=b"{")).status == 400


@pytest.mark.parametrize("route", TAKING, ids=IDS)
async def test_what_is_no_object_is_refused(owner: Client, route: Route) -> None:
    seen = await owner.send(route.method, address(route), [])
    assert (seen.status, list(seen.fields)) == (422, ["body"])


@pytest.mark.parametrize("route", TAKING, ids=IDS)
async def test_what_is_too_large_is_refused(here: World, owner: Client, route: Route) -> None:
    assert (await owner.send(route.method, address(route), raw=b" " * 100_001)).status == 413
