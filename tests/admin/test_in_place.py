"""Rules about who answers: what they name has to be there, together they have to make sense, and nothing they name is
removed under them."""

from typing import Any

import pytest

from api.levels import assigning
from tests.api.client import Client
from tests.api.world import World

ADMIN = "/api/v1/admin"
MISSING = {"group": "There is no such group.", "agent": "There is no such agent."}


@pytest.fixture
async def desk(here: World, owner: Client) -> Client:
    await here.group("sales", "owner")
    await here.group("help")
    await here.channel(group="sales")
    return owner


def rule(name: str = "A", **more: Any) -> dict[str, Any]:
    return {"name": name, "to": {"group": "sales"}, **more}


@pytest.mark.parametrize(
    ("area", "body", "fields"),
    [
        ("routing", {"rules": [rule(to={"group": "none"})]}, {"rules.0.to.group": MISSING["group"]}),
        ("routing", {"triggers": [rule(to={"agent": "none"})]}, {"triggers.0.to.agent": MISSING["agent"]}),
        ("routing", {"rules": [rule(to={})]}, {"rules.0.to": "Name a group or an agent, one of them."}),
        ("routing", {"rules": [rule(to={"group": "sales", "agent": "owner"})]},
         {"rules.0.to": "Name a group or an agent, one of them."}),
        ("routing", {"rules": [rule(when={"if": "vip"}), rule()]},
         {"rules.1.name": "Another one of this list has this name."}),
        ("routing", {"rules": [rule("All"), rule("VIPs", when={"if": "vip"})]},
         {"rules.1": "This is never reached: “All” before it holds always."}),
        ("routing", {"rules": [rule(when={"if": "language", "is": ["klingon?"]})]},
         {"rules.0.when.is.0": "“klingon?” is not a language tag such as en, pt-BR or zh-Hant."}),
        ("routing", {"rules": [rule(when={"if": "time", "zone": "Berlin"})]},
         {"rules.0.when.zone": "“Berlin” is not a time zone such as Europe/Berlin."}),
        ("routing", {"rules": [rule(when={"if": "all", "of": [{"if": "hours", "group": "none"}]})]},
         {"rules.0.when.of.0.group": MISSING["group"]}),
        ("routing", {"rules": [rule(when={"if": "channel", "is": ["kites", "kind:kite", "gone"]})]},
         {"rules.0.when.is.2": "There is no such channel."}),
        ("routing", {"ip_header": "X Forwarded"},
         {"ip_header": "“X Forwarded” is not the name of a header such as X-Forwarded-For."}),
        ("assignment", {"weights": {"owner": 2, "none": 1}}, {"weights.none": MISSING["agent"]}),
        ("assignment", {"overflow": [{"group": "none"}]}, {"overflow.0.group": MISSING["group"]}),
        ("assignment", {"overflow": [{}]}, {"overflow.0": "Name a group or an agent, one of them."}),
        ("assignment", {"overflow": [{"group": "sales"}, {"group": "sales", "when": "all_busy"}]},
         {"overflow.1.group": "A chat was there already: it would go round in circles."}),
        ("assignment", {"overflow": [{"group": "sales"}, {"agent": "owner"}]},
         {"overflow.1.agent": "This agent is in a group before this level already."}),
        ("assignment", {"overflow": [{"agent": "owner"}, {"group": "help", "when": "off_duty"}]},
         {"overflow.1.when": "The place before this one is an agent, who has no opening hours."}),
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_named(
    desk: Client, area: str, body: dict[str, Any], fields: dict[str, str]
) -> None:
    seen = await desk.put(f"{ADMIN}/settings/{area}", body)
    assert (seen.status, seen.fields) == (422, fields)
    assert (await desk.get(f"{ADMIN}/settings/{area}")).body == {}


@pytest.mark.parametrize(
    ("area", "body", "field"),
    [
        ("routing", {"rules": [rule(when={"if": "weather"})]}, "rules.0.when.if"),
        ("routing", {"rules": [rule(when={"if": "vip", "is": "yes"})]}, "rules.0.when.is"),
        ("routing", {"rules": [rule(when={"if": "all", "of": []})]}, "rules.0.when.of"),
        ("routing", {"rules": [rule(colour="red")]}, "rules.0.colour"),
        ("routing", {"rules": [rule(name=" ")]}, "rules.0.name"),
        ("assignment", {"method": "favourites"}, "method"),
        ("assignment", {"transfer": "perhaps"}, "transfer"),
        ("assignment", {"weights": {"owner": 0}}, "weights.owner"),
        ("assignment", {"last_agent_seconds": 0}, "last_agent_seconds"),
        ("assignment", {"overflow": [{"group": "sales", "when": "raining"}]}, "overflow.0.when"),
    ],
)
async def test_what_has_the_wrong_shape_is_named(desk: Client, area: str, body: dict[str, Any], field: str) -> None:
    seen = await desk.put(f"{ADMIN}/settings/{area}", body)
    assert (seen.status, list(seen.fields)) == (422, [field])


async def test_a_condition_without_an_end_is_refused(desk: Client) -> None:
    deep: dict[str, Any] = {"if": "vip"}
    for _ in range(9):
        deep = {"if": "not", "of": deep}
    seen = await desk.put(f"{ADMIN}/settings/routing", {"rules": [rule(when=deep)]})
    assert (seen.status, seen.fields) == (422, {"rules.0.when" + ".of" * 8: "Conditions nest at most 8 deep."})
    inside = b'{"if":"not","of":' * 900 + b'{"if":"vip"}' + b"}" * 900
    raw = b'{"rules":[{"name":"A","to":{"group":"sales"},"when":' + inside + b"}]}"
    seen = await desk.send("PUT", f"{ADMIN}/settings/routing", raw=raw)
    assert seen.status == 422


async def test_at_most_four_levels_of_overflow(here: World, desk: Client) -> None:
    for number in range(5):
        await here.group(f"g{number}")
    levels = [{"group": f"g{number}"} for number in range(5)]
    seen = await desk.put(f"{ADMIN}/groups/sales/settings/assignment", {"overflow": levels})
    assert seen.fields == {"overflow": "There are at most 4 levels of overflow."}
    assert (await desk.put(f"{ADMIN}/groups/sales/settings/assignment", {"overflow": levels[:4]})).status == 200


async def test_overflow_that_leads_back_is_refused_however_far_round(here: World, desk: Client) -> None:
    await here.group("night")

    async def put(group: str, *targets: str) -> Any:
        body = {"overflow": [{"group": target, "when": "all_busy"} for target in targets]}
        return await desk.put(f"{ADMIN}/groups/{group}/settings/assignment", body)

    assert (await put("sales", "sales")).status == 422
    assert (await put("sales", "help")).status == 200
    assert (await put("help", "night")).status == 200
    seen = await put("night", "sales")
    assert seen.fields == {"overflow": "Chats would go round in circles: Night → Sales → Help → Night."}
    assert (await put("help")).status == 200
    assert (await put("night", "sales")).status == 200
    undone = await desk.post(f"{ADMIN}/groups/help/settings/assignment/undo", {"version": 1})
    assert (undone.status, list(undone.fields)) == (422, ["overflow"])


async def test_routing_is_nothing_a_group_can_set_and_weights_nothing_a_channel_can(desk: Client) -> None:
    seen = await desk.put(f"{ADMIN}/groups/sales/settings/routing", {"rules": [rule()]})
    assert seen.fields == {"rules": "Routing says which group a chat goes to: set it for a channel or for all."}
    seen = await desk.put(f"{ADMIN}/channels/kites/settings/assignment", {"weights": {"owner": 2}})
    assert list(seen.fields) == ["weights"]


async def test_what_settings_name_is_not_removed_under_them(here: World, desk: Client) -> None:
    await here.agent("agent", "mei")
    await here.channel("lamps")
    when = {"if": "channel", "is": ["lamps"]}
    await desk.put(f"{ADMIN}/settings/routing", {"rules": [rule("Lamps", to={"group": "help"}, when=when)]})
    await desk.put(f"{ADMIN}/channels/kites/settings/routing", {"triggers": [rule("Mei", to={"agent": "mei"})]})
    await desk.put(
        f"{ADMIN}/groups/sales/settings/assignment", {"overflow": [{"group": "help"}], "weights": {"mei": 3}}
    )
    for path, errors in (
        ("groups/help", {
            "routing.rules.0.to.group": "The routing settings for all name it.",
            "assignment.overflow.0.group": "The assignment settings of the group Sales name it.",
        }),
        ("agents/mei", {
            "routing.triggers.0.to.agent": "The routing settings of the channel Kites name it.",
            "assignment.weights.mei": "The assignment settings of the group Sales name it.",
        }),
        ("channels/lamps", {"routing.rules.0.when.is.0": "The routing settings for all name it."}),
    ):  # fmt: skip
        seen = await desk.delete(f"{ADMIN}/{path}")
        assert (seen.status, seen.body["code"], seen.fields) == (409, "in_use", errors)
    for path in ("settings/routing", "channels/kites/settings/routing", "groups/sales/settings/assignment"):
        await desk.put(f"{ADMIN}/{path}", {})
    for path in ("groups/help", "agents/mei", "channels/lamps"):
        assert (await desk.delete(f"{ADMIN}/{path}")).status == 204


async def test_a_channels_way_of_picking_is_in_force_for_its_chats(here: World, desk: Client) -> None:
    await desk.put(f"{ADMIN}/groups/sales/settings/assignment", {"method": "least"})
    assert here.rim.directory.policy("kites").picking is None
    assert assigning(here.rim.directory, "sales").method == "least"
    await desk.put(f"{ADMIN}/channels/kites/settings/assignment", {"method": "idle"})
    picking = here.rim.directory.policy("kites").picking
    assert picking is not None and (picking.method, picking.familiar) == ("idle", None)
