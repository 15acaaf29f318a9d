"""Audience segments: conditions with a name, who uses them, and that a used one stays."""

from typing import Any

import pytest

from core.command import Visit
from core.customer import Address, Customer
from tests.api.client import Client
from tests.api.world import World

SEGMENTS = "/api/v1/admin/segments"
ADMIN = "/api/v1/admin"
VIPS = {"name": "VIPs", "condition": {"if": "any", "of": [{"if": "vip"}, {"if": "tags", "any": ["gold"]}]}}


async def made(owner: Client, body: dict[str, Any] = VIPS) -> str:
    seen = await owner.post(SEGMENTS, body)
    assert seen.status == 201, seen.body
    return str(seen.body["id"])


async def test_a_segment_is_a_condition_with_a_name(owner: Client) -> None:
    id = await made(owner)
    seen = await owner.get(f"{SEGMENTS}/{id}")
    assert seen.body["name"] == "VIPs"
    assert seen.body["condition"]["of"][1] == {"if": "tags", "any": ["gold"]}
    assert seen.body["users"] == []
    changed = await owner.patch(f"{SEGMENTS}/{id}", {"condition": {"if": "vip"}})
    assert (changed.body["name"], changed.body["condition"]) == ("VIPs", {"if": "vip"})
    assert (await owner.patch(f"{SEGMENTS}/{id}", {"name": "Best"})).body["name"] == "Best"
    assert [each["id"] for each in (await owner.get(SEGMENTS)).body["items"]] == [id]


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ({"if": "moon"}, "condition"),
        ({"if": "all", "of": []}, "condition.of"),
        ({"if": "channel", "is": ["gone"]}, "condition.is.0"),
        ({"if": "hours", "group": "gone"}, "condition.group"),
        ({"if": "language", "is": ["q-"]}, "condition.is.0"),
        ({"if": "time", "zone": "Mars/Base"}, "condition.zone"),
    ],
)
async def test_what_is_wrong_with_a_condition_is_named(owner: Client, condition: Any, field: str) -> None:
    seen = await owner.post(SEGMENTS, {"name": "X", "condition": condition})
    assert (seen.status, next(iter(seen.fields)).startswith(field)) == (422, True), seen.body
    id = await made(owner)
    assert (await owner.patch(f"{SEGMENTS}/{id}", {"condition": condition})).status == 422


async def test_a_used_segment_stays_and_says_who_uses_it(here: World, owner: Client) -> None:
    await here.channel()
    id = await made(owner)
    scheme = {"name": "gold", "segment": id, "service": "people_only"}
    assert (await owner.put(f"{ADMIN}/channels/kites/settings/reception", {"schemes": [scheme]})).status == 200
    (use,) = (await owner.get(f"{SEGMENTS}/{id}")).body["users"]
    assert (use["level"], use["id"], use["name"]) == ("channel", "kites", "Kites")
    assert (use["area"], use["field"]) == ("reception", "schemes.0.segment")
    seen = await owner.delete(f"{SEGMENTS}/{id}")
    assert (seen.status, seen.body["code"]) == (409, "used")
    assert seen.body["detail"] == ("This segment is still used: reception of the channel Kites (schemes.0.segment).")
    await owner.put(f"{ADMIN}/channels/kites/settings/reception", {})
    assert (await owner.delete(f"{SEGMENTS}/{id}")).status == 204
    assert (await owner.get(f"{SEGMENTS}/{id}")).status == 404
    assert (await owner.patch(f"{SEGMENTS}/{id}", {})).status == 404
    assert (await owner.delete(f"{SEGMENTS}/{id}")).status == 404


async def test_a_stale_change_is_refused(owner: Client) -> None:
    id = await made(owner)
    tag = (await owner.get(f"{SEGMENTS}/{id}")).headers["ETag"]
    assert (await owner.patch(f"{SEGMENTS}/{id}", {"name": "A"}, headers={"If-Match": tag})).status == 200
    assert (await owner.patch(f"{SEGMENTS}/{id}", {"name": "B"}, headers={"If-Match": tag})).status == 412


async def test_a_segment_is_in_force_at_once(here: World, owner: Client) -> None:
    await here.channel()
    id = await made(owner)
    scheme = {"name": "gold", "segment": id, "prompts": {"greeting": {"text": {"en": "Welcome back!"}}}}
    await owner.put(f"{ADMIN}/settings/reception", {"schemes": [scheme]})
    where = Address("kites", "ann")
    await here.rim.engine.handle(where, Visit(Customer(id="c", vip=True)))
    session = await here.chat("kites")
    texts = [stored.message.content for stored in await here.store.history(session)]
    assert getattr(texts[1], "text", "") == "Welcome back!"


# --- the settings of reception ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"service": "magic"}, "service"),
        ({"service": "bot_first"}, "bot"),
        ({"service": "bot_only", "bot": None}, "bot"),
        ({"bot": "gone"}, "bot"),
        ({"schemes": [{"name": "a", "segment": "gone"}]}, "schemes.0.segment"),
        ({"schemes": [{"name": "a", "segment": "x", "bot": "gone"}]}, "schemes.0.segment"),
        ({"repeat": {"greeting": "often"}}, "repeat.greeting"),
        ({"repeat": {"agent_closed": "session"}}, "repeat.agent_closed"),
        ({"prechat": {"on": True}}, "prechat.questions"),
        ({"prechat": {"questions": [{"key": "A b", "label": {"en": "?"}}]}}, "prechat.questions.0.key"),
        ({"prechat": {"give_up_seconds": 1}}, "prechat.give_up_seconds"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_is_wrong_with_reception_is_named(owner: Client, body: Any, field: str) -> None:
    seen = await owner.put(f"{ADMIN}/settings/reception", body)
    assert (seen.status, next(iter(seen.fields))) == (422, field), seen.body


async def test_a_channel_may_rely_on_the_bot_that_is_set_for_all(here: World, owner: Client) -> None:
    await here.channel()
    bot = (await owner.post(f"{ADMIN}/bots", {"name": "Robo", "kind": "faq"})).body["id"]
    channel = f"{ADMIN}/channels/kites/settings/reception"
    assert (await owner.put(channel, {"service": "bot_only"})).status == 422
    assert (await owner.put(f"{ADMIN}/settings/reception", {"bot": bot})).status == 200
    assert (await owner.put(channel, {"service": "bot_only"})).status == 200
    serving = here.rim.directory.policy("kites").rules(None).serving
    assert (serving.service, serving.bot) == ("bot_only", bot)


async def test_going_back_to_a_version_that_names_what_is_gone_is_refused(owner: Client) -> None:
    bot = (await owner.post(f"{ADMIN}/bots", {"name": "Robo", "kind": "faq"})).body["id"]
    path = f"{ADMIN}/settings/reception"
    await owner.put(path, {"bot": bot})
    await owner.put(path, {})
    assert (await owner.delete(f"{ADMIN}/bots/{bot}")).status == 204
    seen = await owner.post(f"{path}/undo", {"version": 1})
    assert (seen.status, seen.fields) == (422, {"bot": "There is no such bot."})


async def test_a_segment_has_a_history_and_goes_back(owner: Client) -> None:
    id = await made(owner)
    here = f"{SEGMENTS}/{id}"
    await owner.patch(here, {"name": "Best", "condition": {"if": "vip"}})
    changed, first = (await owner.get(f"{here}/history")).body["items"]
    assert (changed["version"], first["version"]) == (2, 1)
    assert [line["path"] for line in changed["diff"]] == ["condition.if", "condition.of", "name"]
    assert [line["path"] for line in first["diff"]] == ["condition", "name"]
    undone = await owner.post(f"{here}/undo", {"version": 2})
    assert (undone.status, undone.body["name"], undone.body["condition"]["if"]) == (200, "VIPs", "any")
    assert (await owner.post(f"{here}/undo", {"version": 2})).body["name"] == "Best"
    assert len((await owner.get(f"{here}/history")).body["items"]) == 4


async def test_going_back_is_refused_where_it_cannot_be(here: World, owner: Client) -> None:
    await here.channel()
    id = await made(owner, {"name": "Kites", "condition": {"if": "channel", "is": ["kites"]}})
    path = f"{SEGMENTS}/{id}"
    for version in (0, 1, 9):
        assert (await owner.post(f"{path}/undo", {"version": version})).status == 404
    await owner.patch(path, {"condition": {"if": "vip"}})
    assert (await owner.post(f"{path}/undo", {"version": 1}, headers={"If-Match": '"1"'})).status == 412
    assert (await owner.delete(f"{ADMIN}/channels/kites")).status == 204
    seen = await owner.post(f"{path}/undo", {"version": 1})
    assert (seen.status, list(seen.fields)) == (422, ["condition.is.0"])
    assert (await owner.post(f"{path}/undo", {"version": -1})).status == 422
    assert (await owner.get(f"{SEGMENTS}/gone/history")).status == 404
    assert (await owner.post(f"{SEGMENTS}/gone/undo", {"version": 1})).status == 404
