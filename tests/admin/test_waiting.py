"""Settings of reception, queue, hours and SLA: what is refused at which level, and the mode they depend on."""

import pytest

from api.documents import EVERYWHERE, Scope
from api.levels import grace, working
from tests.api.client import Client
from tests.api.world import World

ADMIN = "/api/v1/admin"
ALL, GROUP, CHANNEL = f"{ADMIN}/settings", f"{ADMIN}/groups/sales/settings", f"{ADMIN}/channels/kites/settings"
QUEUE = {"queue": {"limit": 3}}


@pytest.fixture
async def desk(here: World, owner: Client) -> Client:
    await here.group("sales", "owner")
    await here.channel(group="sales")
    return owner


@pytest.mark.parametrize(
    ("area", "body", "fields"),
    [
        ("reception", {"mode": "sometimes"}, ["mode"]),
        ("reception", {"mode": "real_time", "always_on": {"target": "all"}}, ["always_on"]),
        ("reception", {"always_on": {"pending_seconds": 60}}, ["always_on"]),
        ("reception", {"mode": "always_on", "always_on": {"target": "some"}}, ["always_on.target"]),
        ("reception", {"mode": "always_on", "always_on": {"pending_seconds": 0}}, ["always_on.pending_seconds"]),
        ("assignment", {"queue": {"limit": -1}}, ["queue.limit"]),
        ("assignment", {"queue": {"answer_seconds": 60, "reminder_seconds": None}}, ["queue.answer_seconds"]),
        (
            "assignment",
            {"agent_silent": {"reminder_seconds": 60, "transfer_seconds": 60}},
            ["agent_silent.reminder_seconds"],
        ),
        ("assignment", {"agent_offline": {"chats": "drop"}}, ["agent_offline.chats"]),
        ("hours", {"zone": "Mars/Olympus"}, ["zone"]),
        ("hours", {"zone": "../../etc/passwd"}, ["zone"]),
        ("hours", {"week": {"someday": []}}, ["week"]),
        ("hours", {"week": {"mon": [{"from": "09:00", "to": "09:00"}]}}, ["week.mon.0.to"]),
        ("hours", {"holidays": [{"date": "2026-02-30"}]}, ["holidays.0.date"]),
        ("sla", {"policies": [{"name": "A"}]}, ["policies.0.first_response_seconds"]),
        (
            "sla",
            {"policies": [{"name": "A", "resolution_seconds": 60, "when": {"if": "channel", "is": ["gone"]}}]},
            ["policies.0.when.is.0"],
        ),
        (
            "sla",
            {"policies": [{"name": "A", "resolution_seconds": 60, "when": {"if": "hours", "group": "gone"}}]},
            ["policies.0.when.group"],
        ),
        (
            "sla",
            {"policies": [{"name": "A", "resolution_seconds": 60, "when": {"if": "time", "zone": "Nowhere/City"}}]},
            ["policies.0.when.zone"],
        ),
    ],
)
async def test_what_is_wrong_is_named(desk: Client, area: str, body: dict[str, object], fields: list[str]) -> None:
    seen = await desk.put(f"{ALL}/{area}", body)
    assert (seen.status, list(seen.fields)) == (422, fields)
    assert (await desk.get(f"{ALL}/{area}")).body == {}


@pytest.mark.parametrize("level", [ALL, GROUP, CHANNEL])
async def test_a_policy_may_name_what_there_is(desk: Client, level: str) -> None:
    named = {"if": "any", "of": [{"if": "channel", "is": ["kites", "kind:kite"]}, {"if": "hours", "group": "sales"}]}
    body = {"policies": [{"name": "A", "resolution_seconds": 60, "when": named}]}
    assert (await desk.put(f"{level}/sla", body)).status == 200


# --- the mode decides what exists


@pytest.mark.parametrize(
    ("set_at", "put_at", "status"),
    [
        (ALL, ALL, 422), (ALL, GROUP, 422), (ALL, CHANNEL, 422),
        (GROUP, ALL, 200), (GROUP, GROUP, 422), (GROUP, CHANNEL, 422),
        (CHANNEL, ALL, 200), (CHANNEL, GROUP, 200), (CHANNEL, CHANNEL, 422),
    ],
)  # fmt: skip
async def test_where_the_mode_is_always_on_there_is_no_queue_to_set(
    desk: Client, set_at: str, put_at: str, status: int
) -> None:
    assert (await desk.put(f"{put_at}/assignment", QUEUE)).status == 200
    assert (await desk.put(f"{set_at}/reception", {"mode": "always_on"})).status == 200
    seen = await desk.put(f"{put_at}/assignment", QUEUE)
    assert seen.status == status
    assert status == 200 or list(seen.fields) == ["queue"]


async def test_where_the_mode_is_always_on_there_are_no_submissions_to_set(desk: Client) -> None:
    assert (await desk.put(f"{CHANNEL}/submissions", {"on": True})).status == 200
    await desk.put(f"{GROUP}/reception", {"mode": "always_on"})
    seen = await desk.put(f"{CHANNEL}/submissions", {"on": True})
    assert (seen.status, list(seen.fields)) == (422, ["on"])
    assert (await desk.put(f"{ALL}/submissions", {"on": True})).status == 200
    assert (await desk.put(f"{CHANNEL}/submissions", {})).status == 200


async def test_a_nearer_real_time_has_its_queue(desk: Client) -> None:
    await desk.put(f"{ALL}/reception", {"mode": "always_on"})
    await desk.put(f"{CHANNEL}/reception", {"mode": "real_time"})
    assert (await desk.put(f"{CHANNEL}/assignment", QUEUE)).status == 200


async def test_what_always_on_has_alone_may_be_set_where_a_farther_level_says_so(desk: Client) -> None:
    pending = {"always_on": {"target": "all", "pending_seconds": 3600}}
    assert (await desk.put(f"{CHANNEL}/reception", pending)).fields.keys() == {"always_on"}
    await desk.put(f"{GROUP}/reception", {"mode": "always_on"})
    assert (await desk.put(f"{CHANNEL}/reception", pending)).status == 200


async def test_undoing_is_checked_like_putting(desk: Client) -> None:
    await desk.put(f"{ALL}/assignment", QUEUE)
    await desk.put(f"{ALL}/assignment", {})
    await desk.put(f"{ALL}/reception", {"mode": "always_on"})
    undone = await desk.post(f"{ALL}/assignment/undo", {"version": 1})
    assert (undone.status, list(undone.fields)) == (422, ["queue"])


@pytest.mark.parametrize(("level", "status"), [(ALL, 200), (GROUP, 422), (CHANNEL, 422)])
async def test_the_grace_of_a_lost_connection_is_one_for_all(desk: Client, level: str, status: int) -> None:
    seen = await desk.put(f"{level}/assignment", {"agent_offline": {"grace_seconds": 90}})
    assert seen.status == status
    assert status == 200 or list(seen.fields) == ["agent_offline.grace_seconds"]


# --- what is in force


async def test_the_levels_come_together(here: World, desk: Client) -> None:
    await desk.put(f"{ALL}/assignment", {"queue": {"limit": 9, "reminder_seconds": 60}})
    await desk.put(f"{CHANNEL}/assignment", {"queue": {"limit": 3}})
    rules = here.rim.directory.policy("kites").rules("sales")
    assert (rules.queue.limit, rules.queue.reminder_seconds, rules.queue.answer_seconds) == (3, 60, None)


async def test_the_grace_is_thirty_seconds_or_what_is_set(here: World, desk: Client) -> None:
    assert grace(here.rim.directory) == 30.0
    await desk.put(f"{ALL}/assignment", {"agent_offline": {"grace_seconds": 5}})
    assert grace(here.rim.directory) == 5.0


async def test_a_group_is_open_or_not_as_its_hours_say(here: World, desk: Client) -> None:
    directory = here.rim.directory
    assert directory.is_open("sales")
    await desk.put(f"{GROUP}/hours", {"week": {}})
    assert not directory.is_open("sales")
    assert directory.policy("kites").is_open("sales", here.clock.at) is False


async def test_the_mode_of_each_level(here: World, desk: Client) -> None:
    await desk.put(f"{GROUP}/reception", {"mode": "always_on"})
    directory = here.rim.directory
    scopes = (EVERYWHERE, Scope("group", "sales"), Scope("channel", "kites"))
    assert [working(directory, scope).mode for scope in scopes] == ["real_time", "always_on", "always_on"]
