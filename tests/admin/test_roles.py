"""Every route of the whole API, every role and nobody: let in or turned away exactly as the table says."""

import re

import pytest

from api.auth import RANK
from api.documents import Role
from api.routes import Route
from tests.api.tables import WHOLE
from tests.api.world import World

ROLES: tuple[Role, ...] = ("agent", "supervisor", "admin", "owner")
GUARDED = [route for route in WHOLE if route.role != "nobody" and route.path.startswith("/api/v1/admin")]
IDS = [f"{route.method} {route.path}" for route in GUARDED]


def address(route: Route) -> str:
    return re.sub(r"{\w+}", "nothing", route.path)


@pytest.mark.parametrize("route", GUARDED, ids=IDS)
async def test_nobody_is_let_in_without_a_token(here: World, route: Route) -> None:
    seen = await here.client.send(route.method, address(route), {})
    assert seen.status == 401


@pytest.mark.parametrize("route", GUARDED, ids=IDS)
async def test_a_made_up_token_is_none(here: World, route: Route) -> None:
    seen = await here.client.as_("made-up").send(route.method, address(route), {})
    assert seen.status == 401


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", GUARDED, ids=IDS)
async def test_a_role_is_enough_or_not_as_the_table_says(here: World, route: Route, role: Role) -> None:
    seen = await (await here.as_role(role)).send(route.method, address(route), {})
    assert (seen.status == 403) is (RANK[role] < RANK[route.role])
    assert seen.status != 401


def test_the_admin_api_asks_for_an_admin_everywhere() -> None:
    assert {route.role for route in GUARDED} == {"admin"}
