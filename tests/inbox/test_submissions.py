"""Tickets and offline messages in the inbox: listed, searched, answered, assigned, solved, exported."""

import csv
import io
from typing import Any

import pytest

from core.channel import Received
from core.command import Receive
from core.customer import Address
from core.message import Chosen, Content, Image, Text
from core.ports.writing import Cause
from tests.api.client import Client
from tests.inbox.floor import Floor

BASE = "/api/v1/inbox/submissions"
ON: dict[str, object] = {
    "on": True,
    "fields": [
        {"key": "order", "label": {"en": "Order number"}, "kind": "number", "required": True},
        {"key": "photo", "label": {"en": "Photo"}, "kind": "file"},
    ],
}


async def says(desk: Floor, content: Content | str, address: str = "ann") -> None:
    id = desk.rim.new_id()
    said = Text(content) if isinstance(content, str) else content
    heard = Received(id=id, address=address, content=said, at=desk.clock.at)
    await desk.rim.engine.handle(Address("kites", address), Receive(heard), Cause("kites", id))


async def left(desk: Floor, address: str = "ann", order: str = "17", **settings: object) -> None:
    """Nobody is online: a customer writes and leaves it."""
    if desk.rim.directory.channel("kites") is None:
        await desk.channel()
    await desk.setting("submissions", {**ON, **settings})
    await says(desk, "My kite is broken", address)
    await says(desk, Chosen("submission:accept", "Leave a message"), address)
    await says(desk, order, address)
    await says(desk, Image(url="media:" + "0" * 32, mime="image/png", name="kite.png"), address)


async def only(who: Client, **query: str) -> dict[str, Any]:
    (found,) = (await who.get(BASE, params=query)).body["items"]
    one: dict[str, Any] = found
    return one


async def test_what_was_left_is_listed_with_its_answers(desk: Floor) -> None:
    mei = await desk.agent("mei", status="offline")
    await left(desk)
    found = await only(mei)
    assert (found["number"], found["kind"], found["state"], found["reason"]) == (1, "ticket", "new", "nobody_online")
    assert (found["customer"]["id"] != "", found["agent"], found["unfinished"]) == (True, None, False)
    assert [(each["label"], each["value"]) for each in found["fields"]] == [
        ("Order number", "17"),
        ("Photo", "kite.png"),
    ]
    assert "0" * 32 in found["fields"][1]["url"]


async def test_one_of_them_shows_what_was_said(desk: Floor) -> None:
    mei = await desk.agent("mei", status="offline")
    await left(desk)
    one = await mei.get(f"{BASE}/{(await only(mei))['id']}")
    said = [each["content"].get("text") for each in one.body["chat"] if each["author"]["kind"] == "customer"]
    assert said == ["My kite is broken", None, "17", None]
    assert one.body["thread"] == []
    assert (await mei.get(f"{BASE}/nothing")).status == 404


async def test_lists_are_filtered_searched_and_paged(desk: Floor) -> None:
    mei = await desk.agent("mei", status="offline")
    for number, name in enumerate(("ann", "bo", "cy")):
        await left(desk, name, order=f"77{number}")
    await desk.store.index(1000)
    listed = (await mei.get(BASE)).body["items"]
    assert [each["number"] for each in listed] == [3, 2, 1]
    await mei.post(f"{BASE}/{listed[0]['id']}/state", {"state": "solved"})
    await mei.post(f"{BASE}/{listed[1]['id']}/assign", {})
    assert (await only(mei, state="solved"))["number"] == 3
    assert (await only(mei, mine="true"))["number"] == 2
    assert [each["number"] for each in (await mei.get(BASE, params={"agent": "none"})).body["items"]] == [3, 1]
    assert (await only(mei, q="771"))["number"] == 2
    assert (await only(mei, q="#1"))["number"] == 1
    assert (await mei.get(BASE, params={"kind": "message"})).body["items"] == []
    first = (await mei.get(BASE, params={"limit": "2"})).body
    assert [each["number"] for each in first["items"]] == [3, 2]
    second = (await mei.get(BASE, params={"limit": "2", "after": first["next"]})).body
    assert ([each["number"] for each in second["items"]], second["next"]) == ([1], None)


@pytest.mark.parametrize(("query", "field"), [({"state": "lost"}, "state"), ({"after": "x"}, "after")])
async def test_a_query_that_makes_no_sense_names_its_field(desk: Floor, query: dict[str, str], field: str) -> None:
    boss = await desk.agent("boss", role="supervisor")
    assert (await boss.get(BASE, params=query)).fields.keys() == {field}
    assert (await boss.get(f"{BASE}/export", params=query)).status == 422


async def test_agents_see_their_own_their_groups_and_nobodys(desk: Floor) -> None:
    mei, tom = await desk.agent("mei", status="offline"), await desk.agent("tom", status="offline")
    await desk.group("sales", "mei")
    await desk.channel(group="sales")
    await left(desk)
    one = await only(mei)
    assert (await tom.get(BASE)).body["items"] == []
    for call in ("", "/messages", "/assign", "/state"):
        method, body = ("GET", None) if not call else ("POST", BODIES[call])
        assert (await tom.send(method, f"{BASE}/{one['id']}{call}", body)).status == 404
    await mei.post(f"{BASE}/{one['id']}/assign", {"agent": "tom"})
    assert (await only(tom))["agent"] == {"id": "tom", "name": "Tom"}


BODIES: dict[str, dict[str, Any]] = {
    "/messages": {"client_id": "c1", "content": {"type": "text", "text": "A new one is on its way."}},
    "/assign": {},
    "/state": {"state": "open"},
}


async def test_an_answer_goes_to_the_customer_once_and_theirs_comes_back(desk: Floor) -> None:
    mei = await desk.agent("mei", status="offline")
    await left(desk)
    one = f"{BASE}/{(await only(mei))['id']}"
    sent = await mei.post(f"{one}/messages", BODIES["/messages"])
    again = await mei.post(f"{one}/messages", BODIES["/messages"])
    assert (sent.status, sent.body["state"], again.body["id"]) == (201, "queued", sent.body["id"])
    other = {"client_id": "c1", "content": {"type": "text", "text": "Something else"}}
    assert (await mei.post(f"{one}/messages", other)).status == 409
    await says(desk, "Thank you, it came!")
    shown = (await mei.get(one)).body
    assert [each["content"]["text"] for each in shown["thread"]] == ["A new one is on its way.", "Thank you, it came!"]
    assert (shown["state"], shown["agent"]["id"]) == ("open", "mei")
    assert (await mei.get("/api/v1/inbox/sessions")).body["items"][0]["number"] == 1, "no new chat was opened"


async def test_an_answer_that_cannot_be_is_refused(desk: Floor) -> None:
    mei, tom = await desk.agent("mei", status="offline"), await desk.agent("tom", status="offline")
    await left(desk)
    one = f"{BASE}/{(await only(mei))['id']}"
    await mei.post(f"{one}/assign", {})
    assert (await tom.post(f"{one}/messages", BODIES["/messages"])).status == 409
    assert (await tom.post(f"{one}/assign", {})).status == 409
    assert (await tom.post(f"{one}/state", {"state": "solved"})).status == 409
    blank = {"client_id": "c9", "content": {"type": "text", "text": " "}}
    assert (await mei.post(f"{one}/messages", blank)).fields.keys() == {"content.text"}
    assert (await mei.post(f"{one}/assign", {"agent": "nobody"})).fields.keys() == {"agent"}
    assert (await mei.post(f"{one}/assign", {"group": "nobodys"})).fields.keys() == {"group"}
    assert (await mei.post(f"{one}/state", {"state": "lost"})).fields.keys() == {"state"}


async def test_sockets_are_told(desk: Floor) -> None:
    mei = await desk.agent("mei", status="offline")
    await desk.channel()
    line = await desk.socket("mei")
    await line.until(type="ready")
    await left(desk)
    created = await line.until(type="submission.created")
    assert (created["submission"]["number"], created["submission"]["state"]) == (1, "new")
    await mei.post(f"{BASE}/{created['submission']['id']}/state", {"state": "solved"})
    assert (await line.until(type="submission.updated"))["submission"]["state"] == "solved"
    await line.close()


async def test_offline_messages_go_to_an_agent_who_returns(desk: Floor) -> None:
    mei, tom = await desk.agent("mei", status="offline"), await desk.agent("tom", status="offline")
    await left(desk, kind="message")
    await left(desk, "bo", kind="ticket")
    await mei.put("/api/v1/inbox/me/status", {"status": "online"})
    assert (await only(mei, mine="true"))["kind"] == "message"
    await tom.put("/api/v1/inbox/me/status", {"status": "online"})
    assert (await tom.get(BASE, params={"mine": "true"})).body["items"] == []


async def test_supervisors_export_all_of_it_and_nothing_in_it_is_a_formula(desk: Floor) -> None:
    mei, boss = await desk.agent("mei", status="offline"), await desk.agent("boss", role="supervisor")
    await desk.setting("submissions", {"on": True})
    await desk.channel()
    await says(desk, "hello")
    await says(desk, Chosen("submission:accept", "Leave a message"))
    await says(desk, '=HYPERLINK("https://evil.example")\nand 注文')
    assert (await mei.get(f"{BASE}/export")).status == 403
    assert (await boss.get(f"{BASE}/export")).status == 200
    async with desk.http.request(
        "GET", f"{BASE}/export", headers={"Authorization": f"Bearer {desk.tokens['boss']}"}
    ) as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="submissions.csv"'
        rows = list(csv.DictReader(io.StringIO((await answer.text()).lstrip("\ufeff"))))
    assert [(row["number"], row["kind"], row["state"]) for row in rows] == [("1", "ticket", "new")]
    assert rows[0]["fields"] == 'Your message: =HYPERLINK("https://evil.example")\nand 注文'
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


async def test_a_file_that_was_left_is_in_the_export_as_its_address(desk: Floor) -> None:
    boss = await desk.agent("boss", role="supervisor", status="offline")
    question = {"key": "photo", "label": {"en": "Photo?"}, "kind": "file", "required": True}
    await desk.setting("submissions", {"on": True, "fields": [question]})
    await desk.channel()
    await says(desk, "hello")
    await says(desk, Chosen("submission:accept", "Leave a message"))
    await says(desk, Image(url="media:77"))
    url = (await boss.get(BASE)).body["items"][0]["fields"][0]["url"]
    async with desk.http.request(
        "GET", f"{BASE}/export", headers={"Authorization": f"Bearer {desk.tokens['boss']}"}
    ) as answer:
        rows = list(csv.DictReader(io.StringIO((await answer.text()).lstrip("\ufeff"))))
    assert rows[0]["fields"].startswith("Photo?: ") and rows[0]["fields"].removeprefix("Photo?: ").startswith(url[:20])


# --- summaries ---------------------------------------------------------------------------------------------------

SUMMARY: dict[str, object] = {
    "required": True,
    "types": ["order", "complaint"],
    "type": "required",
    "fields": [{"key": "amount", "label": {"en": "Amount"}, "kind": "number"}],
}
CHAT = "/api/v1/inbox/sessions"


async def test_a_chat_is_summed_up_before_it_is_closed_where_that_is_required(desk: Floor) -> None:
    mei, tom = await desk.agent("mei"), await desk.agent("tom")
    await desk.setting("closing", {"summary": SUMMARY})
    chat = f"{CHAT}/{await desk.chat()}"
    await mei.post(f"{chat}/claim")
    refused = await mei.post(f"{chat}/close")
    assert (refused.status, refused.body["code"]) == (409, "summary_required")
    for body, field in (
        ({}, "types"),
        ({"types": ["weather"]}, "types"),
        ({"types": ["order"], "fields": {"amount": "lots"}}, "fields.amount"),
        ({"types": ["order"], "fields": {"mood": "good"}}, "fields.mood"),
    ):
        seen = await mei.post(f"{chat}/summary", body)
        assert (seen.status, list(seen.fields)) == (422, [field])
    assert (await tom.post(f"{chat}/summary", {"types": ["order"]})).status == 409
    assert (await tom.post(f"{CHAT}/nothing/summary", {})).status == 404
    made = await mei.post(
        f"{chat}/summary", {"types": ["order"], "solved": True, "note": "Sent again.", "fields": {"amount": "12"}}
    )
    assert made.status == 200
    assert {name: made.body["summary"][name] for name in ("types", "solved", "note", "fields")} == {
        "types": ["order"],
        "solved": True,
        "note": "Sent again.",
        "fields": {"amount": "12"},
    }
    assert (await mei.post(f"{chat}/close")).status == 200


async def test_a_chat_of_long_ago_is_summed_up_and_the_chats_since_stay_as_they_are(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chats: list[str] = []
    for _ in range(3):
        chats.append(await desk.chat())
        await mei.post(f"{CHAT}/{chats[-1]}/claim")
        await mei.post(f"{CHAT}/{chats[-1]}/close")
    assert len(set(chats)) == 3
    before = [(await mei.get(f"{CHAT}/{chat}")).body for chat in chats[1:]]
    made = await mei.post(f"{CHAT}/{chats[0]}/summary", {"note": "It came back in spring.", "solved": True})
    assert (made.status, made.body["summary"]["note"]) == (200, "It came back in spring.")
    again = await mei.post(f"{CHAT}/{chats[0]}/summary", {"note": "And was mended."})
    said = (await mei.get(f"{CHAT}/{chats[0]}/messages")).body["items"]
    assert [one["content"].get("note") for one in said][-2:] == ["It came back in spring.", "And was mended."]
    assert [one["seq"] for one in said] == list(range(1, len(said) + 1))
    assert again.body["last_seq"] == len(said)
    assert [(await mei.get(f"{CHAT}/{chat}")).body for chat in chats[1:]] == before


async def test_a_summary_is_changed_afterwards_and_stays_inside(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = f"{CHAT}/{await desk.chat()}"
    await mei.post(f"{chat}/claim")
    await mei.post(f"{chat}/summary", {"note": "Later."})
    await mei.post(f"{chat}/close")
    await mei.post(f"{chat}/summary", {"note": "A difficult customer.", "solved": False})
    assert (await mei.get(chat)).body["summary"]["note"] == "A difficult customer."
    said = (await mei.get(f"{chat}/messages")).body["items"]
    assert [each["state"] for each in said if each["content"]["type"] == "summary"] == [None, None]
