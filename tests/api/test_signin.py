"""Signing in, staying signed in, and what somebody who guesses meets."""

import asyncio

from api.auth import FREE_TRIES, LIFE_MS
from tests.api.world import NOON, PASSWORD, World

LOGIN = "/api/v1/auth/login"
LOGOUT = "/api/v1/auth/logout"


async def test_signing_in_gives_a_token_for_twelve_hours(here: World) -> None:
    mei = await here.agent("supervisor", "mei")
    seen = await here.client.post(LOGIN, {"email": " MEI@desk.example ", "password": PASSWORD})
    assert seen.status == 200
    assert seen.body["agent"] == {"id": "mei", "name": "Mei", "role": "supervisor"}
    assert seen.body["expires_at"] == "2025-06-16T03:06:40.000Z"
    caller = await here.rim.auth.caller(seen.body["token"])
    assert caller is not None
    assert caller.id == mei.id


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(here: World) -> None:
    await here.agent(id="mei")
    wrong = await here.client.post(LOGIN, {"email": "mei@desk.example", "password": "not this one"})
    unknown = await here.client.post(LOGIN, {"email": "who@desk.example", "password": "not this one"})
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body
    assert wrong.body["code"] == "wrong_login"


async def test_after_five_failures_an_address_has_to_wait(here: World) -> None:
    await here.agent(id="mei")
    for _ in range(FREE_TRIES):
        assert (await here.client.post(LOGIN, {"email": "mei@desk.example", "password": "guess"})).status == 401
    right = {"email": "mei@desk.example", "password": PASSWORD}
    locked = await here.client.post(LOGIN, right)
    assert locked.status == 429
    assert locked.headers["Retry-After"] == "30"
    here.clock.at += 30_000
    assert (await here.client.post(LOGIN, right)).status == 200


async def test_guesses_at_one_instant_count_too(here: World) -> None:
    await here.agent(id="mei")
    guess = {"email": "mei@desk.example", "password": "guess"}
    seen = await asyncio.gather(*(here.client.post(LOGIN, guess) for _ in range(12)))
    assert sorted(each.status for each in seen) == [401] * FREE_TRIES + [429] * (12 - FREE_TRIES)


async def test_signing_out_ends_the_token(here: World) -> None:
    client = await here.as_role()
    assert (await client.post(LOGOUT)).status == 204
    assert (await client.post(LOGOUT)).status == 401


async def test_a_token_ends_by_itself(here: World) -> None:
    client = await here.as_role()
    here.clock.at = NOON + LIFE_MS
    assert (await client.post(LOGOUT)).status == 401


async def test_a_revoked_token_is_believed_for_seconds_only(here: World) -> None:
    client = await here.as_role()
    assert client.token is not None
    await here.store.revoke(agent="agent")
    here.clock.at += 30_000
    assert await here.rim.auth.caller(client.token) is None


async def test_the_store_keeps_no_token(here: World) -> None:
    client = await here.as_role()
    assert client.token is not None
    assert client.token.encode() not in repr(vars(here.store)).encode()


async def test_a_removed_agent_is_signed_out_at_once(here: World) -> None:
    client = await here.as_role()
    await here.rim.directory.remove_agent("agent", who="setup")
    assert (await client.post(LOGOUT)).status == 401


async def test_what_is_no_token_is_none(here: World) -> None:
    for header in ("Bearer", "Bearer  ", "Basic YTpi", "Bearer \u00e9\u00e9", "bearer nonsense"):
        seen = await here.client.post(LOGOUT, headers={"Authorization": header})
        assert seen.status == 401, header
        assert seen.headers["WWW-Authenticate"] == "Bearer"
