"""What is done to a customer: linked, merged, turned away, exported, erased; by whom, and what is left."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from core.command import Identify
from core.customer import Address, Customer
from inbox.customers import ERASURES
from tests.api.client import Client
from tests.api.world import NOON
from tests.inbox.floor import Floor

INBOX = "/api/v1/inbox"
DAY = 86_400_000


@pytest.fixture
async def boss(desk: Floor) -> Client:
    return await desk.agent("boss", "admin")


async def customer(desk: Floor, channel: str, address: str) -> Customer:
    found = await desk.store.load(channel, address)
    assert found is not None
    return found[0].customer


async def somebody(desk: Floor, name: str, channel: str = "kites", **known: Any) -> Customer:
    """Who wrote once, with what is known of them."""
    await desk.chat(f"{name} was here", name.lower(), channel)
    person = replace(await customer(desk, channel, name.lower()), name=name, **known)
    await desk.rim.engine.handle(Address(channel, name.lower()), Identify(person, "setup"))
    return person


async def chats(desk: Floor, boss: Client, id: str) -> list[str]:
    export = (await boss.get(f"{INBOX}/customers/{id}/export")).body
    return sorted(message["content"]["text"] for chat in export["chats"] for message in chat["messages"]
                  if message["author"]["kind"] == "customer")  # fmt: skip


async def test_two_records_become_one_with_both_histories(desk: Floor, boss: Client) -> None:
    ann = await somebody(desk, "Ann", phone="+1 555")
    nan = await somebody(desk, "Nan", email="nan@x.example")
    seen = await boss.post(f"{INBOX}/customers/{ann.id}/merge", {"other": nan.id})
    assert (seen.status, seen.body["name"], seen.body["phone"], seen.body["email"]) == (
        200, "Ann", "+1 555", "nan@x.example",
    )  # fmt: skip
    assert (await boss.get(f"{INBOX}/customers/{nan.id}")).status == 404
    assert await chats(desk, boss, ann.id) == ["Ann was here", "Nan was here"]
    again = await boss.post(f"{INBOX}/customers/{ann.id}/merge", {"other": nan.id})
    assert (again.status, list(again.fields)) == (422, ["other"])


async def test_an_id_of_the_company_joins_whoever_has_it(desk: Floor, boss: Client) -> None:
    ann, nan = await somebody(desk, "Ann"), await somebody(desk, "Nan")
    first = await boss.post(f"{INBOX}/customers/{ann.id}/link", {"partner_id": "p-1"})
    assert (first.body["id"], first.body["partner_id"]) == (ann.id, "p-1")
    second = await boss.post(f"{INBOX}/customers/{nan.id}/link", {"partner_id": "p-1"})
    assert (second.body["id"], second.body["name"]) == (ann.id, "Ann")
    assert await chats(desk, boss, ann.id) == ["Ann was here", "Nan was here"]
    (found,) = (await boss.get(f"{INBOX}/customers", params={"partner_id": "p-1"})).body["items"]
    assert found["id"] == ann.id
    other = await boss.post(f"{INBOX}/customers/{ann.id}/link", {"partner_id": "p-2"})
    assert other.fields == {"partner_id": "This customer has another id already; merge the two instead."}
    assert (await boss.post(f"{INBOX}/customers/{ann.id}/link", {"partner_id": "a b"})).status == 422


async def test_who_is_turned_away_is_so_everywhere_for_as_long_as_said(desk: Floor, boss: Client) -> None:
    ann = await somebody(desk, "Ann")
    nan = await somebody(desk, "Nan")
    await boss.post(f"{INBOX}/customers/{ann.id}/merge", {"other": nan.id})
    seen = await boss.post(f"{INBOX}/customers/{ann.id}/block", {"duration": "day"})
    assert seen.body == {"blocked": True, "until": "2025-06-16T15:06:40.000Z"}
    assert [state.blocked_until for state in await desk.store.conversations(ann.id)] == [NOON + DAY] * 2
    assert (await boss.post(f"{INBOX}/customers/{ann.id}/block", {"duration": "forever"})).body == {
        "blocked": True, "until": None,
    }  # fmt: skip
    assert (await boss.post(f"{INBOX}/customers/{ann.id}/block", {"duration": "off"})).body["blocked"] is False
    assert [state.blocked_until for state in await desk.store.conversations(ann.id)] == [None, None]


async def test_who_is_found_to_be_somebody_turned_away_is_turned_away(desk: Floor, boss: Client) -> None:
    ann, nan = await somebody(desk, "Ann"), await somebody(desk, "Nan")
    await boss.post(f"{INBOX}/customers/{ann.id}/block", {"duration": "forever"})
    await boss.post(f"{INBOX}/customers/{ann.id}/merge", {"other": nan.id})
    assert [state.blocked_until for state in await desk.store.conversations(ann.id)] == [-1, -1]


async def test_an_export_holds_all_of_one_customer_and_nothing_of_others(desk: Floor, boss: Client) -> None:
    ann = await somebody(desk, "Ann", phone="+1 555", partner_id="p-1", params={"field.size": "M", "plan": "gold"})
    await somebody(desk, "Bob")
    seen = await boss.get(f"{INBOX}/customers/{ann.id}/export")
    assert seen.headers["Content-Disposition"] == f'attachment; filename="customer-{ann.id}.json"'
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.body["places"] == [{"channel": {"id": "kites", "kind": "kite", "name": "Kites"}, "address": "ann"}]
    assert (seen.body["customer"]["phone"], seen.body["customer"]["fields"]) == ("+1 555", {"size": "M"})
    assert len(seen.body["chats"]) == 1
    assert "Bob" not in json.dumps(seen.body)


async def test_erasing_is_an_order_that_is_kept(desk: Floor, boss: Client) -> None:
    ann = await somebody(desk, "Ann")
    seen = await boss.post(f"{INBOX}/customers/{ann.id}/erase")
    assert (seen.status, seen.body) == (202, {"state": "erasing"})
    (order,) = await desk.store.all(ERASURES)
    assert (order.id, order.body) == (ann.id, {"by": "boss"})


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("POST", "link", {"partner_id": "p-1"}), ("POST", "merge", {"other": "x"}), ("POST", "block", {}),
        ("GET", "export", None), ("POST", "erase", None),
    ],
)  # fmt: skip
async def test_nobody_can_be_done_nothing_to(boss: Client, method: str, what: str, body: Any) -> None:
    assert (await boss.send(method, f"{INBOX}/customers/nobody/{what}", body)).status == 404
