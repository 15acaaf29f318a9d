"""Every route of the whole API, from its table: whom it lets in, and what it does with a body that is none."""

import re
from typing import Any

import pytest

from api.auth import RANK
from api.documents import Role
from api.routes import Route
from tests.api import hits
from tests.api.tables import WHOLE
from tests.api.world import World, world

ROLES: tuple[Role, ...] = ("agent", "supervisor", "admin", "owner")
LONGER = {False: 20_001, True: 100_001}  # than the world's limits, by `Route.large`


@pytest.fixture
async def all_of_it(aiohttp_client: Any, request: pytest.FixtureRequest) -> World:
    return await world(aiohttp_client, WHOLE, hits.of(request.config))


def named(routes: list[Route]) -> Any:
    return pytest.mark.parametrize("route", routes, ids=[f"{route.method} {route.path}" for route in routes])


def address(route: Route) -> str:
    return re.sub(r"{\w+}", "nothing", route.path)


@named([route for route in WHOLE if route.role != "nobody"])
async def test_a_route_lets_in_exactly_whom_the_table_names(all_of_it: World, route: Route) -> None:
    async def status(token: str | None) -> int:
        return (await all_of_it.client.as_(token).send(route.method, address(route), {})).status

    assert await status(None) == 401
    assert await status("made-up") == 401
    for role in ROLES:
        found = await status((await all_of_it.as_role(role)).token)
        assert found != 401
        assert (found == 403) is (RANK[role] < RANK[route.role])


@named([route for route in WHOLE if route.body is not None])
async def test_a_body_that_is_none_is_refused_before_anything_else(all_of_it: World, route: Route) -> None:
    client = all_of_it.client if route.role == "nobody" else await all_of_it.as_role(role_for(route))
    assert (await client.send(route.method, address(route), raw=b"{")).status == 400
    assert (await client.send(route.method, address(route), raw=b" " * LONGER[route.large])).status == 413
    seen = await client.send(route.method, address(route), [])
    assert (seen.status, list(seen.fields)) == (422, ["body"])


@named([route for route in WHOLE if route.query is not None and route.raw is None])
async def test_a_query_that_is_none_names_its_field(all_of_it: World, route: Route) -> None:
    client = all_of_it.client if route.role == "nobody" else await all_of_it.as_role(role_for(route))
    seen = await client.send(route.method, address(route), params={"nonsense": "1"})
    assert (seen.status, seen.fields) == (422, {"nonsense": "There is no such field."})


def role_for(route: Route) -> Role:
    return next(role for role in ROLES if RANK[role] >= RANK[route.role])


def test_nobody_reaches_more_than_the_front_door() -> None:
    assert {(route.method, route.path) for route in WHOLE if route.role == "nobody"} == {
        ("POST", "/api/v1/auth/login"),
        ("GET", "/api/openapi.json"),
        ("GET", "/api/v1/inbox/socket"),  # its first frame signs in
        ("POST", "/api/v1/bots/{id}/sessions/{session}/messages"),  # signed with the bot's own secret
    }


def test_what_is_administered_is_for_admins() -> None:
    assert {route.role for route in WHOLE if route.path.startswith("/api/v1/admin")} == {"admin"}
