"""Who changed what: newest first, found by person, thing and time, page by page, each with its difference."""

import pytest

from tests.admin.test_agents import MEI
from tests.api.client import Client
from tests.api.world import World

ADMIN = "/api/v1/admin"
AUDIT = f"{ADMIN}/audit"
START = "2025-06-15T15:06:40.000Z"


async def changed(here: World, owner: Client) -> None:
    """A channel, and a second apart three areas of settings on three levels, the last by an admin."""
    admin = await here.as_role("admin")
    await here.channel()
    await owner.post(f"{ADMIN}/groups", {"name": "Sales"})
    for number, (path, area, body) in enumerate(
        [
            ("", "surveys", {"on": True}),
            ("channels/kites/", "closing", {"agent_idle_seconds": 60}),
            ("", "closing", {"agent_idle_seconds": 90}),
        ]
    ):
        here.clock.at += 1000
        client = owner if number < 2 else admin
        assert (await client.put(f"{ADMIN}/{path}settings/{area}", body)).status == 200


async def told(client: Client, **asked: str) -> list[tuple[str, str | None, str | None]]:
    seen = await client.get(AUDIT, params=asked)
    assert seen.status == 200, seen.body
    return [(each["what"], each["name"], each["area"]) for each in seen.body["items"]]


async def test_every_change_is_told_newest_first_and_names_itself(here: World, owner: Client) -> None:
    await changed(here, owner)
    newest, second = (await owner.get(AUDIT, params={"limit": "2"})).body["items"]
    assert second == {
        "at": "2025-06-15T15:06:42.000Z",
        "who": {"id": "owner", "name": "Owner"},
        "what": "settings",
        "id": "kites",
        "name": "Kites",
        "level": "channel",
        "area": "closing",
        "document": "channel:kites:closing",
        "version": 1,
    }
    assert (newest["who"]["id"], newest["level"], newest["id"], newest["name"]) == ("admin", "all", None, None)
    whole = await told(owner, limit="500")
    assert {what for what, _, _ in whole} == {"settings", "channels", "groups", "agents"}


@pytest.mark.parametrize("limit", ["1", "2", "3"])
async def test_pages_hold_every_change_once(here: World, owner: Client, limit: str) -> None:
    await changed(here, owner)
    whole = [(each["document"], each["version"]) for each in (await owner.get(AUDIT)).body["items"]]
    found, after = [], None
    while True:
        page = (await owner.get(AUDIT, params={"limit": limit} | ({"after": after} if after else {}))).body
        found += [(each["document"], each["version"]) for each in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == whole
    assert len(found) > 5


async def test_changes_are_found_by_person_thing_and_time(here: World, owner: Client) -> None:
    await changed(here, owner)
    everywhere, kites = ("settings", None, "closing"), ("settings", "Kites", "closing")
    assert await told(owner, who="admin") == [everywhere]
    assert await told(owner, area="closing") == [everywhere, kites]
    assert await told(owner, what="settings") == [everywhere, kites, ("settings", None, "surveys")]
    assert await told(owner, what="groups") == [("groups", "Sales", None)]
    assert await told(owner, what="channels", id="kites") == [("channels", "Kites", None)]
    assert await told(owner, what="channels", id="drums") == []
    between = {"since": "2025-06-15T15:06:42.000Z", "until": "2025-06-15T15:06:43.000Z"}
    assert await told(owner, **between) == [kites]
    assert await told(owner, who="nobody") == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"what": "weather"}, "what"),
        ({"area": "weather"}, "area"),
        ({"area": "closing", "what": "groups"}, "area"),
        ({"id": "kites"}, "id"),
        ({"id": "kites", "what": "settings"}, "id"),
        ({"since": "yesterday"}, "since"),
        ({"until": "2025-06-15"}, "until"),
        ({"after": "next"}, "after"),
        ({"after": "gaFh"}, "after"),
    ],
)
async def test_a_filter_that_means_nothing_is_named(owner: Client, asked: dict[str, str], field: str) -> None:
    seen = await owner.get(AUDIT, params=asked)
    assert (seen.status, list(seen.fields)) == (422, [field])


async def test_a_change_tells_what_it_changed(here: World, owner: Client) -> None:
    await changed(here, owner)
    await owner.put(f"{ADMIN}/settings/closing", {"agent_idle_seconds": 30})
    seen = (await owner.get(f"{AUDIT}/settings/all::closing/2")).body
    assert (seen["version"], seen["who"]["id"]) == (2, "owner")
    assert seen["diff"] == [{"path": "agent_idle_seconds", "before": 90, "after": 30}]


async def test_secrets_show_as_changed_and_never_as_they_are(here: World, owner: Client) -> None:
    await here.channel()
    await owner.patch(f"{ADMIN}/channels/kites", {"name": "Big kites", "settings": {"string_token": "an0ther-string"}})
    mei = (await owner.post(f"{ADMIN}/agents", MEI)).body["id"]
    await owner.patch(f"{ADMIN}/agents/{mei}", {"password": "an0ther pass phrase"})
    items = (await owner.get(AUDIT)).body["items"]
    shown = {}
    for one in items:
        seen = await owner.get(f"{AUDIT}/{one['what']}/{one['document']}/{one['version']}")
        assert seen.status == 200
        shown[one["document"], one["version"]] = seen.body["diff"]
        for secret in ("s3cret-string", "an0ther", "argon2", "sealed", "password_hash"):
            assert secret not in str(seen.body)
    assert [each["path"] for each in shown["kites", 2]] == ["name", "settings.string_token.version"]
    assert [each["path"] for each in shown[mei, 2]] == ["password.version"]


async def test_what_was_removed_says_so(here: World, owner: Client) -> None:
    group = (await owner.post(f"{ADMIN}/groups", {"name": "Sales"})).body["id"]
    await owner.delete(f"{ADMIN}/groups/{group}")
    diff = (await owner.get(f"{AUDIT}/groups/{group}/2")).body["diff"]
    assert [each["path"] for each in diff] == ["removed_at"]


@pytest.mark.parametrize("path", ["settings/all::closing/9", "health/kites/1", "groups/sales/one", "groups/sales/²"])
async def test_a_change_that_never_was_is_not_found(owner: Client, path: str) -> None:
    assert (await owner.get(f"{AUDIT}/{path}")).status == 404
