"""Agents: added, changed, removed, and who may do that to whom."""

from api.documents import AgentDoc
from core.command import Actor, Close
from tests.api.client import Client
from tests.api.world import NOON, PASSWORD, World

AGENTS = "/api/v1/admin/agents"
MEI = {"name": "Mei", "email": "Mei@Desk.example", "password": "long enough", "role": "agent"}


async def test_an_agent_is_added_and_can_sign_in(here: World, owner: Client) -> None:
    seen = await owner.post(AGENTS, MEI | {"capacity": 3, "languages": ["zh_tw", "ja", "ja"]})
    assert seen.status == 201
    id = seen.body["id"]
    assert seen.body == {
        "id": id,
        "name": "Mei",
        "email": "mei@desk.example",
        "role": "agent",
        "capacity": 3,
        "languages": ["zh-TW", "ja"],
        "groups": [],
        "created_at": "2025-06-15T15:06:40.000Z",
    }
    login = {"email": "mei@desk.example", "password": "long enough"}
    assert (await here.client.post("/api/v1/auth/login", login)).body["agent"]["id"] == id
    seats = {seat.agent: seat.capacity for seat in (await here.store.desk()).seats}
    assert seats[id] == 3


async def test_each_wrong_field_is_named(owner: Client) -> None:
    for wrong, field in (
        ({"email": "nobody"}, "email"),
        ({"email": "owner@desk.example"}, "email"),
        ({"password": "too short"}, "password"),
        ({"role": "king"}, "role"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": "5"}, "capacity"),
        ({"languages": ["ja", "klingon language"]}, "languages.1"),
        ({"name": ""}, "name"),
        ({"shoes": 42}, "shoes"),
    ):
        seen = await owner.post(AGENTS, MEI | wrong)
        assert seen.status == 422
        assert list(seen.fields) == [field]


async def test_a_password_is_never_shown(here: World, owner: Client) -> None:
    id = (await owner.post(AGENTS, MEI)).body["id"]
    seen = await owner.get(f"{AGENTS}/{id}")
    assert "password" not in str(seen.body)
    assert "argon2" not in repr(here.rim.directory.agent(id))


async def test_a_new_password_ends_every_sign_in(here: World, owner: Client) -> None:
    agent = await here.as_role("agent")
    seen = await owner.patch(f"{AGENTS}/agent", {"password": "another long one", "capacity": 9})
    assert (seen.status, seen.body["capacity"]) == (200, 9)
    assert (await agent.post("/api/v1/auth/logout")).status == 401
    login = {"email": "agent@desk.example", "password": "another long one"}
    assert (await here.client.post("/api/v1/auth/login", login)).status == 200


async def test_a_change_of_role_is_in_force_at_once(here: World, owner: Client) -> None:
    agent = await here.as_role("agent")
    assert (await agent.get(AGENTS)).status == 403
    assert (await owner.patch(f"{AGENTS}/agent", {"role": "admin"})).status == 200
    assert (await agent.get(AGENTS)).status == 200


async def test_only_an_owner_makes_changes_or_removes_owners(here: World, owner: Client) -> None:
    admin = await here.as_role("admin")
    assert (await admin.post(AGENTS, MEI | {"role": "owner"})).status == 403
    assert (await admin.post(AGENTS, MEI)).status == 201
    assert (await admin.patch(f"{AGENTS}/admin", {"role": "owner"})).status == 403
    assert (await admin.patch(f"{AGENTS}/owner", {"password": "taken over now"})).status == 403
    assert (await admin.delete(f"{AGENTS}/owner")).status == 403
    assert (await owner.patch(f"{AGENTS}/admin", {"role": "owner"})).status == 200


async def test_the_last_owner_stays_one(here: World, owner: Client) -> None:
    assert (await owner.patch(f"{AGENTS}/owner", {"role": "admin"})).status == 409
    last = await owner.delete(f"{AGENTS}/owner")
    assert (last.status, last.body["code"]) == (409, "last_owner")
    await here.agent("owner", "second")
    assert (await owner.patch(f"{AGENTS}/owner", {"role": "admin"})).status == 200


async def test_an_agent_with_open_chats_stays(here: World, owner: Client) -> None:
    mei = await here.agent("agent", "mei")
    await here.channel()
    session = await here.chat("kites")
    await here.claim(session, mei)
    refused = await owner.delete(f"{AGENTS}/mei")
    assert (refused.status, refused.body["code"]) == (409, "open_chats")
    assert await status_of(here, "mei") == "online"
    assert [seat.status for seat in here.seated] == ["offline", "online"]  # the desk was told of both
    await here.rim.engine.at_session(session, Close(Actor("mei", "Mei")))
    assert (await owner.delete(f"{AGENTS}/mei")).status == 204
    assert (await owner.delete(f"{AGENTS}/mei")).status == 404


async def test_a_removed_agent_leaves_only_a_name(here: World, owner: Client) -> None:
    await here.agent("agent", "mei")
    await here.group("sales", "mei", "owner")
    assert (await owner.delete(f"{AGENTS}/mei")).status == 204
    gone = here.rim.directory.agent("mei")
    assert isinstance(gone, AgentDoc)
    assert (gone.name, gone.password_hash, gone.removed_at) == ("Mei", "", NOON)
    assert here.rim.directory.members("sales") == ("owner",)
    assert await status_of(here, "mei") is None
    login = {"email": "mei@desk.example", "password": PASSWORD}
    assert (await here.client.post("/api/v1/auth/login", login)).status == 401
    assert (await owner.post(AGENTS, MEI)).status == 201


async def test_agents_are_listed(here: World, owner: Client) -> None:
    await here.agent("agent", "mei")
    await here.group("sales", "mei")
    seen = await owner.get(AGENTS)
    assert [(each["id"], each["groups"]) for each in seen.body["items"]] == [("owner", []), ("mei", ["sales"])]
    assert (await owner.get(f"{AGENTS}/nobody")).status == 404
    assert (await owner.patch(f"{AGENTS}/nobody", {})).status == 404


async def test_a_stale_change_is_refused(here: World, owner: Client) -> None:
    await here.agent("agent", "mei")
    tag = (await owner.get(f"{AGENTS}/mei")).headers["ETag"]
    assert (await owner.patch(f"{AGENTS}/mei", {"name": "May"}, headers={"If-Match": tag})).status == 200
    assert (await owner.patch(f"{AGENTS}/mei", {"name": "Mai"}, headers={"If-Match": tag})).status == 412
    assert here.rim.directory.agents["mei"].name == "May"


async def test_who_changed_what_is_kept(here: World, owner: Client) -> None:
    id = (await owner.post(AGENTS, MEI)).body["id"]
    await owner.patch(f"{AGENTS}/{id}", {"name": "May"})
    kept = await here.store.revisions("agents", id)
    assert [(one.version, one.who, one.at) for one in kept] == [(1, "owner", NOON), (2, "owner", NOON)]


async def status_of(here: World, agent: str) -> str | None:
    return next((seat.status for seat in (await here.store.desk()).seats if seat.agent == agent), None)
