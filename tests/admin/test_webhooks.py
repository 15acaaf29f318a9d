"""Message webhooks for the admin: set with a secret that is never shown, watched, tested, resumed, replayed."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from api.documents import EVERYWHERE
from core.hook import TYPES, Outcome
from core.ports.hooks import HookDelivery
from tests.api.client import Client
from tests.api.world import NOON, World

ADMIN = "/api/v1/admin"
AREA = f"{ADMIN}/settings/webhooks"
HOOK = f"{ADMIN}/webhooks/all.crm"
SECRET = "canary-hook-secret"
AT = "2025-06-15T15:06:40.000Z"


def entry(**more: Any) -> dict[str, Any]:
    return {"name": "crm", "url": "https://crm.example/in", "secret": SECRET, "types": ["session.closed"], **more}


async def put(owner: Client, *entries: dict[str, Any]) -> Any:
    return await owner.put(AREA, {"subscriptions": list(entries)})


@pytest.fixture
async def crm(owner: Client) -> Client:
    assert (await put(owner, entry())).status == 200
    return owner


async def logged(here: World, *deliveries: HookDelivery) -> None:
    hook = await here.store.hooks.keep("all.crm", "n1", NOON, NOON + 9, 1)
    assert hook is not None
    await here.store.hooks.add(hook, deliveries)


def delivery(n: int, **more: Any) -> HookDelivery:
    made = HookDelivery(
        id=f"d{n}", hook="all.crm", ord=n, lane=f"v{n}", type="session.closed", at=NOON, made=NOON, due=NOON,
        session=f"s{n}", body=b"{}",
    )  # fmt: skip
    return replace(made, **more)


# --- the secret ------------------------------------------------------------------------------------------------------


async def test_the_secret_is_nowhere_to_be_read(here: World, crm: Client) -> None:
    shown = (await crm.get(AREA)).body["subscriptions"][0]
    assert shown["secret"] == {"set": True}
    kept = json.dumps(here.rim.directory.setting(EVERYWHERE, "webhooks").body)
    history = json.dumps((await crm.get(f"{AREA}/history")).body)
    listed = json.dumps((await crm.get(f"{ADMIN}/webhooks")).body)
    assert SECRET not in kept + history + listed
    assert "sealed" not in history + listed


async def test_sending_back_what_was_shown_keeps_the_secret(here: World, crm: Client) -> None:
    before: Any = here.rim.directory.setting(EVERYWHERE, "webhooks").body
    seen = await put(crm, entry(secret={"set": True}, url="https://other.example"))
    assert seen.status == 200
    after: Any = here.rim.directory.setting(EVERYWHERE, "webhooks").body
    assert after["subscriptions"][0]["secret"] == before["subscriptions"][0]["secret"]
    assert (await crm.post(f"{AREA}/undo", {"version": 1})).body["subscriptions"][0]["url"] == "https://crm.example/in"


async def test_another_secret_shows_as_a_change_without_being_shown(crm: Client) -> None:
    await put(crm, entry(secret="another-hook-secret"))
    (change,) = (await crm.get(f"{AREA}/history")).body["items"][0]["diff"]
    assert change["path"] == "subscriptions.crm.secret.version"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"secret": {"set": True}}, "subscriptions.0.secret"),
        ({"secret": {"sealed": "mine"}}, "subscriptions.0.secret"),
        ({"secret": "short"}, "subscriptions.0.secret"),
        ({"secret": None}, "subscriptions.0.secret"),
        ({"url": "http://127.0.0.1/in"}, "subscriptions.0.url"),
        ({"url": ""}, "subscriptions.0.url"),
        ({"types": []}, "subscriptions.0.types"),
        ({"types": ["session.exploded"]}, "subscriptions.0.types"),
        ({"name": "Über CRM"}, "subscriptions.0.name"),
        ({"on": "yes"}, "subscriptions.0.on"),
        ({"nonsense": 1}, "subscriptions.0.nonsense"),
    ],
)
async def test_what_is_wrong_is_named_by_its_field(owner: Client, wrong: dict[str, Any], field: str) -> None:
    seen = await put(owner, entry(**wrong))
    assert (seen.status, list(seen.fields)) == (422, [field])
    assert (await owner.get(AREA)).body == {}


async def test_two_of_one_name_are_one_too_many(owner: Client) -> None:
    seen = await put(owner, entry(), entry())
    assert (seen.status, list(seen.fields)) == (422, ["subscriptions.1.name"])


# --- how they are ----------------------------------------------------------------------------------------------------


async def test_the_types_are_listed_with_what_they_mean(owner: Client) -> None:
    seen = await owner.get(f"{ADMIN}/webhook-types")
    assert {each["type"]: each["meaning"] for each in seen.body["items"]} == dict(TYPES)


async def test_one_that_was_just_set_is_well(crm: Client) -> None:
    seen = await crm.get(HOOK)
    assert seen.body == {
        "id": "all.crm", "level": "all", "of": None, "name": "crm", "url": "https://crm.example/in",
        "types": ["session.closed"], "on": True, "waiting": 0, "parked": 0, "failures": 0, "paused_at": None,
        "probe_at": None, "reason": None,
    }  # fmt: skip
    assert (await crm.get(f"{ADMIN}/webhooks")).body["items"] == [seen.body]


async def test_one_that_is_paused_says_why_and_goes_on_by_hand(here: World, crm: Client) -> None:
    await logged(here, delivery(1), delivery(2, state="parked", done_at=NOON))
    hook = await here.store.hooks.get("all.crm")
    assert hook is not None
    tired = replace(hook, failures=5, paused_at=NOON, reason="HTTP 500", probe_at=NOON + 1000)
    await here.store.hooks.settle(tired, delivery(1, attempt=5, due=NOON + 60_000))
    seen = (await crm.get(HOOK)).body
    assert (seen["waiting"], seen["parked"], seen["paused_at"], seen["reason"]) == (1, 1, AT, "HTTP 500")
    assert seen["probe_at"] == "2025-06-15T15:06:41.000Z"
    seen = (await crm.post(f"{HOOK}/resume")).body
    assert (seen["paused_at"], seen["failures"]) == (None, 0)
    assert here.hooks.stirred == ["all.crm"]


async def test_the_log_is_read_page_by_page(here: World, crm: Client) -> None:
    await logged(here, delivery(1, status=500, reason="HTTP 500", attempt=3), delivery(2, state="parked", done_at=NOON))
    first = (await crm.get(f"{HOOK}/deliveries", params={"limit": "1"})).body
    assert [each["id"] for each in first["items"]] == ["d2"]
    rest = (await crm.get(f"{HOOK}/deliveries", params={"after": first["next"]})).body
    assert rest == {
        "items": [
            {
                "id": "d1", "type": "session.closed", "at": AT, "state": "waiting", "attempts": 3, "next_at": AT,
                "done_at": None, "status": 500, "reason": "HTTP 500", "took": None, "session": "s1", "erased": False,
            }
        ],
        "next": None,
    }  # fmt: skip
    parked = (await crm.get(f"{HOOK}/deliveries", params={"state": "parked"})).body
    assert [each["id"] for each in parked["items"]] == ["d2"]
    assert (await crm.get(f"{HOOK}/deliveries", params={"after": "x.y"})).status == 422
    assert (await crm.get(f"{HOOK}/deliveries", params={"state": "lost"})).status == 422


async def test_a_test_says_what_the_receiver_answered(here: World, crm: Client) -> None:
    seen = await crm.post(f"{HOOK}/test")
    assert seen.body == {"delivered": True, "status": 204, "reason": None, "took": 7}
    here.hooks.answer = Outcome(taken=False, status=500, reason="HTTP 500")
    assert (await crm.post(f"{HOOK}/test")).body["reason"] == "HTTP 500"
    assert here.hooks.tested == ["all.crm", "all.crm"]


async def test_one_or_all_that_were_given_up_are_sent_again(here: World, crm: Client) -> None:
    parked = [delivery(n, state="parked", done_at=NOON) for n in (1, 2, 3)]
    await logged(here, *parked, delivery(4, state="parked", done_at=NOON, body=None))
    assert (await crm.post(f"{HOOK}/replay", {"delivery": "d2"})).body == {"replayed": 1}
    assert (await crm.post(f"{HOOK}/replay", {})).body == {"replayed": 2}
    assert [each.id for each in await here.store.hooks.due("all.crm", NOON, 9)] == ["d1", "d2", "d3"]
    assert (await crm.post(f"{HOOK}/replay", {"delivery": "d4"})).status == 404, "what was erased cannot be sent"


@pytest.mark.parametrize(
    ("method", "rest"),
    [("GET", ""), ("GET", "/deliveries"), ("POST", "/test"), ("POST", "/resume"), ("POST", "/replay")],
)
async def test_of_one_that_is_not_there_nothing_is_known(owner: Client, method: str, rest: str) -> None:
    assert (
        await owner.send(method, f"{ADMIN}/webhooks/all.none{rest}", {} if rest == "/replay" else None)
    ).status == 404
