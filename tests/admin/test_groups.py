"""Groups: who is in them, and what follows when they go."""

from tests.api.client import Client
from tests.api.world import World

GROUPS = "/api/v1/admin/groups"


async def test_a_group_has_members_and_a_method(here: World, owner: Client) -> None:
    seen = await owner.post(GROUPS, {"name": "Sales", "agents": ["owner", "owner"], "method": "round_robin"})
    assert seen.status == 201
    assert seen.body["agents"] == ["owner"]
    assert seen.body["method"] == "round_robin"
    id = seen.body["id"]
    assert here.rim.directory.groups_of("owner") == (id,)
    seen = await owner.patch(f"{GROUPS}/{id}", {"name": "Sellers", "agents": [], "method": None})
    assert (seen.body["name"], seen.body["agents"], seen.body["method"]) == ("Sellers", [], None)
    assert (await owner.get(f"{GROUPS}/{id}")).body == seen.body
    assert [each["id"] for each in (await owner.get(GROUPS)).body["items"]] == [id]


async def test_every_unknown_agent_is_named(owner: Client) -> None:
    seen = await owner.post(GROUPS, {"name": "Sales", "agents": ["who", "owner", "whom"]})
    assert seen.status == 422
    assert seen.fields == {"agents.0": "There is no such agent.", "agents.2": "There is no such agent."}


async def test_a_group_with_open_chats_stays(here: World, owner: Client) -> None:
    await here.group("sales", "owner")
    await here.channel(group="sales")
    await here.chat("kites")
    assert (await owner.delete(f"{GROUPS}/sales")).status == 409


async def test_a_channel_loses_a_removed_group(here: World, owner: Client) -> None:
    await here.group("sales", "owner")
    await here.channel(group="sales")
    assert here.rim.directory.policy("kites").channel.group == "sales"
    assert (await owner.delete(f"{GROUPS}/sales")).status == 204
    assert here.rim.directory.channels["kites"].group is None
    assert here.rim.directory.policy("kites").channel.group is None
    assert (await owner.get(f"{GROUPS}/sales")).status == 404
    assert (await owner.patch(f"{GROUPS}/sales", {})).status == 404
    assert (await owner.delete(f"{GROUPS}/sales")).status == 404


async def test_a_stale_change_is_refused(here: World, owner: Client) -> None:
    await here.group("sales")
    tag = (await owner.get(f"{GROUPS}/sales")).headers["ETag"]
    assert (await owner.patch(f"{GROUPS}/sales", {"name": "A"}, headers={"If-Match": tag})).status == 200
    assert (await owner.patch(f"{GROUPS}/sales", {"name": "B"}, headers={"If-Match": tag})).status == 412
