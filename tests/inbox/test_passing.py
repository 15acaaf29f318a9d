"""Chats that change hands between people: transferred with somebody's word, given out, taken over; colleagues."""

from typing import Any

import pytest

from tests.inbox.floor import Floor

BASE = "/api/v1/inbox"


def text(words: str, client_id: str = "c1") -> dict[str, Any]:
    return {"client_id": client_id, "content": {"type": "text", "text": words}}


async def steps(who: Any, chat: str) -> list[str]:
    return [line["text"] for line in (await who.get(chat)).body["trace"]]


async def had_by_mei(desk: Floor, transfer: str = "direct") -> tuple[Any, Any, Any, str]:
    """Mei, Tom, their supervisor, and a chat that Mei has."""
    mei, tom = await desk.agent("mei"), await desk.agent("tom")
    boss = await desk.agent("bea", "supervisor")
    await desk.setting("assignment", {"transfer": transfer})
    session = await desk.chat()
    chat = f"{BASE}/sessions/{session}"
    assert (await mei.post(f"{chat}/claim")).status == 200
    return mei, tom, boss, chat


async def test_a_transfer_waits_until_the_colleague_accepts_it(desk: Floor) -> None:
    mei, tom, boss, chat = await had_by_mei(desk, "accept")
    offered = await mei.post(f"{chat}/transfer", {"agent": "tom", "note": "Speaks Dutch"})
    assert offered.status == 200
    assert offered.body["agent"] == {"id": "mei", "name": "Mei"}
    assert offered.body["offer"] == {
        "kind": "accept",
        "by": {"id": "mei", "name": "Mei"},
        "agent": {"id": "tom", "name": "Tom"},
        "group": None,
        "expires_at": "2025-06-15T15:07:40.000Z",
    }
    assert (await mei.post(f"{chat}/transfer", {"agent": "tom"})).status == 409
    assert (await boss.post(f"{chat}/accept")).body["who"] == "Tom"
    taken = await tom.post(f"{chat}/accept")
    assert (taken.status, taken.body["agent"], taken.body["offer"]) == (200, {"id": "tom", "name": "Tom"}, None)
    assert {seat.agent: seat.load for seat in await desk.store.seats()} == {"mei": 0, "tom": 1, "bea": 0}
    assert (await steps(tom, chat))[-4:] == [
        "Mei would like to hand it to Tom; it waits for Tom's word.",
        "The transfer was accepted by Tom.",
        "Transferred by Mei: Mei transferred it to Tom.",
        "Given to Tom: Mei transferred it to Tom.",
    ]
    assert (await tom.post(f"{chat}/accept")).status == 409


@pytest.mark.parametrize(
    ("who", "outcome"), [("tom", "declined by Tom"), ("mei", "withdrawn by Mei"), ("bea", "declined by Bea")]
)
async def test_an_offer_that_is_not_taken_leaves_the_chat_where_it_is(desk: Floor, who: str, outcome: str) -> None:
    mei, tom, boss, chat = await had_by_mei(desk, "accept")
    kai = await desk.agent("kai")
    await mei.post(f"{chat}/transfer", {"agent": "tom"})
    assert (await kai.post(f"{chat}/decline")).status == 409
    seen = await {"tom": tom, "mei": mei, "bea": boss}[who].post(f"{chat}/decline")
    assert (seen.status, seen.body["agent"], seen.body["offer"]) == (200, {"id": "mei", "name": "Mei"}, None)
    assert (await steps(mei, chat))[-1] == f"The transfer was {outcome}."
    assert (await tom.post(f"{chat}/decline")).status == 409


async def test_a_supervisor_approves_a_transfer(desk: Floor) -> None:
    mei, tom, boss, chat = await had_by_mei(desk, "approve")
    await desk.group("sales", "tom")
    await mei.post(f"{chat}/transfer", {"group": "sales"})
    assert (await tom.post(f"{chat}/accept")).status == 409
    seen = await boss.post(f"{chat}/accept")
    assert (seen.body["phase"], seen.body["group"], seen.body["agent"]) == (
        "queued",
        {"id": "sales", "name": "Sales"},
        None,
    )


async def test_a_supervisors_own_transfer_needs_nobodys_word(desk: Floor) -> None:
    _, _, boss, chat = await had_by_mei(desk, "approve")
    assert (await boss.post(f"{chat}/transfer", {"agent": "tom"})).body["agent"] == {"id": "tom", "name": "Tom"}


async def test_who_is_full_cannot_accept(desk: Floor) -> None:
    mei, _, _, chat = await had_by_mei(desk, "accept")
    kai = await desk.agent("kai", capacity=1)
    other = await desk.chat(address="bob")
    await kai.post(f"{BASE}/sessions/{other}/claim")
    await mei.post(f"{chat}/transfer", {"agent": "kai"})
    assert (await kai.post(f"{chat}/accept")).status == 409
    assert (await mei.get(chat)).body["agent"] == {"id": "mei", "name": "Mei"}


async def test_a_supervisor_gives_out_what_waits(desk: Floor) -> None:
    await desk.agent("mei")
    boss = await desk.agent("bea", "supervisor")
    await desk.group("sales", "mei")
    chat = f"{BASE}/sessions/{await desk.chat()}"
    assert (await boss.post(f"{chat}/assign", {})).fields == {"agent": "Name an agent or a group, one of them."}
    assert (await boss.post(f"{chat}/assign", {"agent": "nobody"})).fields == {"agent": "There is no such agent."}
    assert (await boss.post(f"{chat}/assign", {"group": "none"})).fields == {"group": "There is no such group."}
    moved = await boss.post(f"{chat}/assign", {"group": "sales"})
    assert (moved.body["phase"], moved.body["group"]) == ("queued", {"id": "sales", "name": "Sales"})
    given = await boss.post(f"{chat}/assign", {"agent": "mei"})
    assert (given.body["phase"], given.body["agent"]) == ("active", {"id": "mei", "name": "Mei"})
    again = await boss.post(f"{chat}/assign", {"agent": "bea"})
    assert (again.status, again.body["who"]) == (409, "Mei")
    assert (await steps(boss, chat))[-1] == "Given to Mei: Bea gave it to them from the queue."


async def test_nothing_is_given_to_who_is_away(desk: Floor) -> None:
    await desk.agent("mei", status="offline")
    boss = await desk.agent("bea", "supervisor")
    chat = f"{BASE}/sessions/{await desk.chat()}"
    assert (await boss.post(f"{chat}/assign", {"agent": "mei"})).status == 409


async def test_a_supervisor_takes_a_chat_over(desk: Floor) -> None:
    mei, tom, boss, chat = await had_by_mei(desk)
    assert (await tom.post(f"{chat}/take-over")).status == 403
    seen = await boss.post(f"{chat}/take-over")
    assert seen.body["agent"] == {"id": "bea", "name": "Bea"}
    assert {seat.agent: seat.load for seat in await desk.store.seats()} == {"mei": 0, "tom": 0, "bea": 1}
    assert (await mei.post(f"{chat}/messages", text("Wait"))).body["who"] == "Bea"
    assert (await steps(boss, chat))[-1] == "Given to Bea: Bea took it over from Mei."
    assert (await boss.post(f"{chat}/take-over")).status == 200
    waiting = await desk.chat(address="bob")
    assert (await boss.post(f"{BASE}/sessions/{waiting}/take-over")).status == 409


@pytest.mark.parametrize(("allowed", "status", "load"), [(False, 409, 1), (True, 200, 2)])
async def test_a_full_supervisor_takes_over_only_if_the_settings_allow_it(
    desk: Floor, allowed: bool, status: int, load: int
) -> None:
    _, _, _, chat = await had_by_mei(desk)
    kay = await desk.agent("kay", "supervisor", capacity=1)
    await kay.post(f"{BASE}/sessions/{await desk.chat(address='bob')}/claim")
    await desk.setting("assignment", {"take_over_beyond": allowed})
    assert (await kay.post(f"{chat}/take-over")).status == status
    assert {seat.agent: seat.load for seat in await desk.store.seats()}["kay"] == load


async def test_a_colleague_who_is_asked_in_reads_and_answers_beside_the_agent(desk: Floor) -> None:
    mei, tom, _, chat = await had_by_mei(desk)
    await desk.group("sales", "mei")
    other = f"{BASE}/sessions/{await desk.chat(address='bob')}"
    assert (await mei.post(f"{other}/invite", {"agent": "tom"})).status == 409
    assert (await tom.post(f"{chat}/messages", text("Hi"))).status == 409
    assert (await mei.post(f"{chat}/invite", {"agent": "nobody"})).fields == {"agent": "There is no such agent."}
    assert (await mei.post(f"{chat}/invite", {"agent": "mei"})).status == 409
    asked = await mei.post(f"{chat}/invite", {"agent": "tom"})
    assert (asked.status, asked.body["guests"]) == (200, [{"id": "tom", "name": "Tom"}])
    assert (await mei.post(f"{chat}/invite", {"agent": "tom"})).body["guests"] == [{"id": "tom", "name": "Tom"}]
    assert (await tom.post(f"{chat}/messages", text("Tom here"))).body["author"]["name"] == "Tom"
    assert (await tom.post(f"{chat}/transfer", {"agent": "tom"})).status == 409
    assert {seat.agent: seat.load for seat in await desk.store.seats()} == {"mei": 1, "tom": 0, "bea": 0}
    left = await tom.post(f"{chat}/uninvite", {"agent": "tom"})
    assert left.body["guests"] == []
    assert (await steps(mei, chat))[-2:] == ["Mei asked Tom in.", "Tom left."]
    assert (await tom.post(f"{chat}/messages", text("Again", "c2"))).status == 409
    assert (await tom.post(f"{chat}/uninvite", {"agent": "mei"})).status == 409


async def test_a_guest_sees_a_chat_of_a_group_that_is_not_theirs(desk: Floor) -> None:
    mei, tom = await desk.agent("mei"), await desk.agent("tom")
    await desk.group("sales", "mei")
    await desk.channel("shop", group="sales")
    chat = f"{BASE}/sessions/{await desk.chat(channel='shop')}"
    await mei.post(f"{chat}/claim")
    assert (await tom.get(chat)).status == 404
    assert (await mei.post(f"{chat}/invite", {"agent": "tom"})).status == 200
    assert (await tom.get(chat)).status == 200


async def test_an_offline_message_goes_out_after_the_end_and_opens_nothing(desk: Floor) -> None:
    mei, tom, _, chat = await had_by_mei(desk)
    assert (await mei.post(f"{chat}/offline", text("Found it!"))).status == 409
    await mei.post(f"{chat}/close")
    sent = await mei.post(f"{chat}/offline", text("Found it!"))
    assert (sent.status, sent.body["state"], sent.body["author"]["name"]) == (201, "queued", "Mei")
    assert (await mei.post(f"{chat}/offline", text("Found it!"))).body["id"] == sent.body["id"]
    assert (await mei.get(chat)).body["phase"] == "closed"
    assert (await mei.get(f"{chat}/messages")).body["items"][-1] == sent.body
    assert (await mei.post(f"{chat}/offline", text(" ", "c2"))).fields == {
        "content.text": "A message needs at least one character that can be seen."
    }
    again = await desk.chat()
    assert (await tom.get(f"{BASE}/sessions/{again}")).body["phase"] == "queued"
    assert (await mei.post(f"{chat}/offline", text("One more", "c3"))).status == 409


@pytest.mark.parametrize("act", ["accept", "decline", "assign", "take-over", "invite", "uninvite", "offline"])
async def test_of_a_chat_that_is_not_there_nothing_can_be_done(desk: Floor, act: str) -> None:
    await desk.agent("mei")
    boss = await desk.agent("bea", "supervisor")
    body = {"offline": text("Hi")}.get(act, {"agent": "mei"} if act not in ("accept", "decline", "take-over") else None)
    assert (await boss.post(f"{BASE}/sessions/nothing/{act}", body)).status == 404
