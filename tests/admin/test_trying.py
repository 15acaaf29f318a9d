"""The dry run: what changed rules would do, before they are saved."""

from typing import Any

import pytest

from core import command as c
from core.customer import Address
from core.session import AgentRef
from tests.api.client import Client
from tests.api.world import World

ADMIN = "/api/v1/admin"
VIPS = {"rules": [{"name": "VIPs", "to": {"group": "vips"}, "when": {"if": "vip"}}]}
REFUNDS = {"rules": [{"name": "Refunds", "to": {"group": "help"}, "when": {"if": "text", "contains": ["refund"]}}]}


@pytest.fixture
async def desk(here: World, owner: Client) -> Client:
    for agent in ("mei", "tom"):
        await here.agent("agent", agent)
        await here.store.set_status(agent, "online", None, 0)
    await here.group("sales", "mei", "tom")
    await here.group("help", "tom")
    await here.group("vips", "mei")
    await here.channel(group="sales")
    return owner


async def tried(desk: Client, area: str = "routing", **body: Any) -> Any:
    return (await desk.post(f"{ADMIN}/settings/{area}/try", body)).body


def ref(id: str) -> dict[str, str]:
    names = {"vips": "Vips", "sales": "Sales", "help": "Help", "mei": "Mei", "tom": "Tom"}
    return {"id": id, "name": names[id]}


def place(group: str | None = None, agent: str | None = None, when: str = "any") -> dict[str, Any]:
    return {"group": group and ref(group), "agent": agent and ref(agent), "when": when}


async def test_a_made_up_message_is_routed_by_both(desk: Client) -> None:
    seen = await tried(desk, settings=VIPS, message={"channel": "kites", "vip": True})
    now, changed = seen["message"]["now"], seen["message"]["changed"]
    assert (now["step"], now["places"]) == ("default", [place("sales")])
    assert changed == {
        "step": "rule",
        "text": "The rule “VIPs” says Vips, because the customer is a VIP.",
        "lines": ["The rule “VIPs” says Vips, because the customer is a VIP."],
        "prefer": [],
        "places": [place("vips")],
        "agent": ref("mei"),
    }
    assert seen["message"]["differs"] is True
    assert seen["replay"] is None
    plain = await tried(desk, settings=VIPS, message={"channel": "kites"})
    assert plain["message"]["differs"] is False
    assert (await desk.get(f"{ADMIN}/settings/routing")).body == {}


async def test_everything_a_rule_looks_at_can_be_made_up(desk: Client) -> None:
    when = {"if": "all", "of": [
        {"if": "language", "is": ["de"]}, {"if": "vip_level", "from": 3}, {"if": "tags", "any": ["gold"]},
        {"if": "param", "name": "plan", "is": ["pro"]}, {"if": "field", "name": "city"},
        {"if": "ip", "in": ["10.0.0.0/8"]},
        {"if": "country", "is": ["DE"]}, {"if": "page", "contains": ["/sale"]}, {"if": "returning"},
        {"if": "text", "contains": ["refund"]}, {"if": "time", "zone": "UTC", "days": ["sun"]},
    ]}  # fmt: skip
    message = {
        "channel": "kites", "text": "Refund!", "language": "de-AT", "vip_level": 3, "tags": ["gold"], "ip": "10.1.1.1",
        "params": {"plan": "pro"}, "fields": {"city": "Bonn"}, "country": "DE", "page": "https://x.example/sale",
        "returning": True, "at": 1_750_000_000_000,
    }  # fmt: skip
    rules = {"rules": [{"name": "All of it", "to": {"agent": "tom", "must": True}, "when": when}]}
    seen = await tried(desk, settings=rules, message=message)
    assert seen["message"]["changed"]["places"] == [place(agent="tom")]
    asked = await tried(desk, message={"channel": "kites", "agent": "tom", "picked": "help"})
    assert (asked["message"]["now"]["prefer"], asked["message"]["now"]["places"]) == ([ref("tom")], [place("help")])


async def test_overflow_and_method_are_tried_too(desk: Client) -> None:
    settings = {"overflow": [{"group": "vips", "when": "all_busy"}], "method": "round_robin"}
    seen = await tried(
        desk, "assignment", settings=settings, group="help", message={"channel": "kites", "group": "help"}
    )
    assert seen["message"]["now"]["places"] == [place("help")]
    assert seen["message"]["changed"]["places"] == [place("help"), place("vips", when="all_busy")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "message"),
        ({"days": 3, "message": {"channel": "kites"}}, "message"),
        ({"days": 0}, "days"),
        ({"days": 91}, "days"),
        ({"days": 1, "channel": "none"}, "channel"),
        ({"days": 1, "group": "none"}, "group"),
        ({"days": 1, "group": "sales", "channel": "kites"}, "group"),
        ({"message": {"channel": "none"}}, "message.channel"),
        ({"message": {"channel": "kites", "language": "??"}}, "message.language"),
        ({"days": 1, "settings": {"rules": [{"name": "A", "to": {"group": "none"}}]}}, "settings.rules.0.to.group"),
        ({"days": 1, "settings": {"rules": 5}}, "settings.rules"),
    ],
)
async def test_what_cannot_be_tried_is_named(desk: Client, body: dict[str, Any], field: str) -> None:
    seen = await desk.post(f"{ADMIN}/settings/routing/try", body)
    assert (seen.status, list(seen.fields)) == (422, [field])


async def routed_chat(here: World, address: str, text: str, candidates: dict[str, list[int]] | None = None) -> str:
    session = await here.chat("kites", address, text)
    if candidates:
        inputs = {"method": "saturation", "place": ["sales", None], "free": len(candidates), "candidates": candidates}
        command = c.Assign(session, AgentRef("mei", "Mei"), "Mei has the lowest load.", inputs)
        await here.rim.engine.handle(Address("kites", address), command)
    return session


async def test_the_last_days_are_gone_through_again(here: World, desk: Client) -> None:
    first = await routed_chat(here, "ann", "I want a refund")
    await routed_chat(here, "bob", "Hello")
    seen = (await tried(desk, settings=REFUNDS, days=7))["replay"]
    assert (seen["chats"], seen["replayed"], seen["differing"], seen["not_replayed"], seen["more"]) == (
        2,
        2,
        1,
        0,
        False,
    )
    assert seen["differences"] == [
        {
            "session": first,
            "number": 1,
            "at": "2025-06-15T15:06:40.000Z",
            "was": "Sales",
            "would": "Help",
            "why": "The rule “Refunds” says Help, because they wrote “refund”.",
        }
    ]
    unchanged = (await tried(desk, days=7))["replay"]
    assert (unchanged["replayed"], unchanged["differing"]) == (2, 0)


async def test_what_is_older_is_left_alone(here: World, desk: Client) -> None:
    here.clock.at -= 8 * 86_400_000
    await routed_chat(here, "ann", "refund")
    here.clock.at += 8 * 86_400_000
    assert (await tried(desk, settings=REFUNDS, days=7))["replay"]["chats"] == 0


async def test_what_cannot_be_known_is_counted_with_its_reason(here: World, desk: Client) -> None:
    session = await here.chat("kites", "ann", "Hello")
    boss = c.Actor("owner", "Owner", supervisor=True)
    await here.rim.engine.at_session(session, c.Assign(session, AgentRef("mei", "Mei"), "…", {"candidates": {}}))
    await here.rim.engine.at_session(session, c.Transfer(by=boss, group="help", group_name="Help"))
    seen = (await tried(desk, "assignment", settings={"method": "idle"}, days=1))["replay"]
    assert (seen["replayed"], seen["not_replayed"]) == (1, 1)
    assert seen["reasons"] == {"Who could have taken it was not kept.": 1}


async def test_another_method_would_have_chosen_another(here: World, desk: Client) -> None:
    await routed_chat(here, "ann", "Hello", {"mei": [0, 5, 900], "tom": [4, 5, 100]})
    seen = (await tried(desk, "assignment", settings={"method": "idle"}, days=1))["replay"]
    assert (seen["replayed"], seen["differing"]) == (2, 1)
    assert {key: seen["differences"][0][key] for key in ("was", "would", "why")} == {
        "was": "Mei", "would": "Tom", "why": "by the method idle"
    }  # fmt: skip
    weighted = (await tried(desk, "assignment", settings={"method": "weighted"}, days=1))["replay"]
    assert weighted["reasons"] == {"Shares by weight depend on the chats before.": 1}
