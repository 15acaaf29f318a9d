"""What agents do in a chat, and that doing it twice does it once."""

import asyncio
from typing import Any

import pytest

from core.errors import Refused, Rejected
from tests.inbox.floor import Floor

BASE = "/api/v1/inbox"


def text(words: str, client_id: str = "c1") -> dict[str, Any]:
    return {"client_id": client_id, "content": {"type": "text", "text": words}}


async def claimed(desk: Floor, who: Any) -> str:
    session = await desk.chat()
    answer = await who.post(f"{BASE}/sessions/{session}/claim")
    assert answer.status == 200
    assert answer.body["phase"] == "active"
    return f"{BASE}/sessions/{session}"


async def test_an_answer_is_kept_queued_and_shown(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    sent = await mei.post(f"{chat}/messages", text("Yes, three."))
    assert sent.status == 201
    assert sent.body["state"] == "queued"
    assert sent.body["author"] == {"kind": "agent", "id": "mei", "name": "Mei"}
    assert (await mei.get(f"{chat}/messages")).body["items"][-1] == sent.body


async def test_a_repeat_gets_the_first_answer_and_sends_once(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    answers = await asyncio.gather(*(mei.post(f"{chat}/messages", text("Yes.")) for _ in range(5)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["id"] for answer in answers}) == 1
    said = [each["content"] for each in (await mei.get(f"{chat}/messages")).body["items"]]
    assert said.count({"type": "text", "text": "Yes."}) == 1


async def test_a_repeat_gets_the_first_answer_even_after_the_close(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    first = await mei.post(f"{chat}/messages", text("Yes."))
    await mei.post(f"{chat}/close")
    again = await mei.post(f"{chat}/messages", text("Yes."))
    assert (again.status, again.body["id"]) == (201, first.body["id"])
    assert (await mei.post(f"{chat}/messages", text("Yes.", "c2"))).status == 409
    assert (await mei.post(f"{chat}/messages", text("No."))).status == 409


async def test_the_same_client_id_with_other_content_is_a_conflict(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    await mei.post(f"{chat}/messages", text("Yes."))
    other = await mei.post(f"{chat}/messages", text("No."))
    assert (other.status, other.body["code"]) == (409, "client_id")
    assert (await mei.post(f"{chat}/notes", {"text": "Yes.", "client_id": "c1"})).status == 409


async def test_a_masked_answer_may_be_repeated_too(desk: Floor) -> None:
    await desk.setting("words", {"lists": [{"name": "w", "side": "agent", "action": "mask", "words": ["canary"]}]})
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    first = await mei.post(f"{chat}/messages", text("a canary"))
    again = await mei.post(f"{chat}/messages", text("a canary"))
    assert first.body["content"]["text"] == "a ******"
    assert again.body == first.body


async def test_a_blocked_word_is_named_and_nothing_is_sent(desk: Floor) -> None:
    await desk.setting("words", {"lists": [{"name": "w", "side": "agent", "action": "block", "words": ["refund"]}]})
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    refused = await mei.post(f"{chat}/messages", text("You get a refund"))
    assert refused.status == 422
    assert refused.body["errors"][0]["field"] == "content.text"
    assert refused.body["errors"][0]["word"] == "refund"
    assert (await mei.post(f"{chat}/messages", text("You get nothing"))).status == 201


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"type": "text", "text": ""}, "content.text"),
        ({"type": "text", "text": " \n\t "}, "content.text"),
        ({"type": "text"}, "content.text"),
        ({"type": "text", "text": 5}, "content.text"),
        ({"type": "note", "text": "x"}, "content"),
        ({"type": "unsupported", "kind": "x"}, "content"),
        ({"type": "chosen", "id": "a", "label": "A"}, "content"),
        ({"text": "no type"}, "content"),
        ({"type": "image", "url": "javascript:alert(1)"}, "content.url"),
        ({"type": "image", "url": "file:///etc/passwd"}, "content.url"),
        ({"type": "image", "url": "media:../../secret"}, "content.url"),
        ({"type": "image"}, "content.url"),
        ({"type": "image", "url": "https://x.example/a.jpg", "ref": "theirs"}, "content.ref"),
        ({"type": "location", "latitude": 91, "longitude": 0}, "content.latitude"),
        ({"type": "choice", "text": "?", "options": []}, "content.options"),
    ],
)
async def test_what_cannot_be_sent_names_its_field(desk: Floor, content: Any, field: str) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    refused = await mei.post(f"{chat}/messages", {"client_id": "c1", "content": content})
    assert refused.status == 422
    assert [name for name in refused.fields if name.startswith(field)]
    assert "alert(1)" not in str((await mei.get(f"{chat}/messages")).body)


async def test_bodies_that_are_none(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    assert (await mei.post(f"{chat}/messages", raw=b"{")).status == 400
    assert (await mei.post(f"{chat}/messages", raw=b"[" * 50_000)).status == 400
    assert (await mei.post(f"{chat}/messages", raw=b" " * 200_000)).status == 413
    assert (await mei.post(f"{chat}/messages", {**text("x"), "extra": 1})).fields.keys() == {"extra"}
    assert (await mei.post(f"{chat}/messages", text("x", ""))).fields.keys() == {"client_id"}
    assert (await mei.post(f"{BASE}/sessions/%00/messages", text("x"))).status == 404


async def test_only_whose_chat_it_is_answers(desk: Floor) -> None:
    mei, kim = await desk.agent("mei"), await desk.agent("kim")
    boss = await desk.agent("boss", "supervisor")
    waiting = f"{BASE}/sessions/{await desk.chat(address='bob')}"
    assert (await mei.post(f"{waiting}/messages", text("Hi"))).status == 409
    chat = await claimed(desk, mei)
    refused = await kim.post(f"{chat}/messages", text("Hi"))
    assert (refused.status, refused.body["who"]) == (409, "Mei")
    assert (await boss.post(f"{chat}/messages", text("Hi from above", "b1"))).status == 201


async def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(desk: Floor) -> None:
    mei, kim = await desk.agent("mei"), await desk.agent("kim")
    session = await desk.chat()
    answers = await asyncio.gather(
        *(who.post(f"{BASE}/sessions/{session}/claim") for who in (mei, kim) for _ in range(3))
    )
    won = {answer.body["agent"]["name"] for answer in answers if answer.status == 200}
    lost = {answer.body["who"] for answer in answers if answer.status == 409}
    assert len(won) == 1
    assert lost == won
    loads = {seat.agent: seat.load for seat in (await desk.store.desk()).seats}
    assert sorted(loads.values()) == [0, 1]


async def test_who_is_full_cannot_claim(desk: Floor) -> None:
    mei = await desk.agent("mei", capacity=1)
    await claimed(desk, mei)
    another = await desk.chat(address="bob")
    refused = await mei.post(f"{BASE}/sessions/{another}/claim")
    assert (refused.status, refused.body["code"], refused.body["who"]) == (409, "full", "mei")


async def test_a_transfer_goes_to_an_agent_or_a_group(desk: Floor) -> None:
    mei = await desk.agent("mei")
    await desk.agent("kim")
    await desk.group("sales", "kim")
    chat = await claimed(desk, mei)
    assert (await mei.post(f"{chat}/transfer", {})).status == 422
    assert (await mei.post(f"{chat}/transfer", {"agent": "kim", "group": "sales"})).status == 422
    assert (await mei.post(f"{chat}/transfer", {"agent": "nobody"})).fields.keys() == {"agent"}
    assert (await mei.post(f"{chat}/transfer", {"group": "nobody"})).fields.keys() == {"group"}
    moved = await mei.post(f"{chat}/transfer", {"agent": "kim", "note": "knows the blue one"})
    assert moved.body["agent"] == {"id": "kim", "name": "Kim"}
    kim = desk.client.as_(desk.tokens["kim"])
    said = [each["content"] for each in (await kim.get(f"{chat}/messages")).body["items"]]
    assert {"type": "note", "text": "knows the blue one"} in said
    queued = await kim.post(f"{chat}/transfer", {"group": "sales"})
    assert (queued.body["phase"], queued.body["group"]["id"]) == ("queued", "sales")


async def test_notes_are_for_agents_and_are_never_delivered(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    note = await mei.post(f"{chat}/notes", {"text": "She called before.", "client_id": "n1"})
    again = await mei.post(f"{chat}/notes", {"text": "She called before.", "client_id": "n1"})
    assert (note.status, note.body["state"]) == (201, None)
    assert again.body["id"] == note.body["id"]
    assert (await mei.post(f"{chat}/notes", {"text": "  "})).fields.keys() == {"text"}


async def test_tags_lock_block_and_read(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    assert (await mei.post(f"{chat}/tags", {"add": ["vip", "blue"]})).body["tags"] == ["vip", "blue"]
    assert (await mei.post(f"{chat}/tags", {"remove": ["vip"]})).body["tags"] == ["blue"]
    many = {"add": [f"tag {number}" for number in range(50)]}
    assert (await mei.post(f"{chat}/tags", many)).fields.keys() == {"add"}
    assert (await mei.post(f"{chat}/lock")).body["locked"] is True
    assert (await mei.post(f"{chat}/lock", {"on": False})).body["locked"] is False
    assert (await mei.get(chat)).body["unread"] == 1
    assert (await mei.post(f"{chat}/read")).status == 204
    assert (await mei.get(chat)).body["unread"] == 0
    assert (await mei.post(f"{chat}/block", {"duration": "day"})).body["phase"] == "closed"


async def test_a_reply_quotes_the_message_it_answers(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    asked = (await mei.get(f"{chat}/messages")).body["items"][0]
    sent = await mei.post(f"{chat}/messages", {**text("That one."), "reply_to": asked["id"]})
    assert sent.body["reply_to"] == asked["seq"]
    for wrong in ("nonsense", asked["id"] + "9", "other.1"):
        refused = await mei.post(f"{chat}/messages", {**text("That one.", "c9"), "reply_to": wrong})
        assert refused.fields.keys() == {"reply_to"}


async def test_what_was_sent_can_be_taken_back_by_who_sent_it(desk: Floor) -> None:
    mei, kim = await desk.agent("mei"), await desk.agent("kim")
    chat = await claimed(desk, mei)
    asked = (await mei.get(f"{chat}/messages")).body["items"][0]
    sent = (await mei.post(f"{chat}/messages", text("Oops"))).body
    assert (await mei.post(f"{chat}/recall", {"message": asked["id"]})).fields.keys() == {"message"}
    assert (await kim.post(f"{chat}/recall", {"message": sent["id"]})).status == 409
    taken = await mei.post(f"{chat}/recall", {"message": sent["id"]})
    assert taken.body["recalled"] is True
    assert (await mei.post(f"{chat}/recall", {"message": sent["id"]})).body == taken.body


async def test_outside_the_window_only_a_template_is_sent(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    desk.clock.at += 25 * 3_600_000
    mei = desk.client.as_((await desk.rim.auth.login("mei@desk.example", "correct horse battery")).token)
    refused = await mei.post(f"{chat}/messages", text("Still there?"))
    assert (refused.status, refused.body["code"]) == (422, "window_closed")
    (offered,) = (await mei.get(f"{chat}/templates")).body["items"]
    sent = await mei.post(
        f"{chat}/template", {"client_id": "t1", "name": offered["name"], "variables": ["Ann"], "text": "Hello Ann"}
    )
    assert (sent.status, sent.body["content"]["name"]) == (201, "welcome_back")


async def test_a_provider_that_lists_no_templates_is_said_to_be_at_fault(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    desk.actions.failure = Rejected("190", "the token was revoked")
    refused = await mei.get(f"{chat}/templates")
    assert (refused.status, refused.body["code"]) == (502, "190")


async def test_asking_for_a_rating(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    assert (await mei.post(f"{chat}/invite-rating")).body["code"] == "survey_off"
    await desk.setting("surveys", {"on": True})
    assert (await mei.post(f"{chat}/invite-rating")).status == 200
    assert (await mei.post(f"{chat}/invite-rating")).body["code"] == "invited"


async def test_typing_is_shown_to_the_customer_and_costs_nothing_when_it_fails(desk: Floor) -> None:
    mei = await desk.agent("mei")
    session = await desk.chat()
    assert (await mei.post(f"{BASE}/sessions/{session}/typing")).status == 204
    assert desk.actions.typed == [("kites", "ann")]
    (signal,) = desk.signals.sent
    assert (signal.kind, signal.session, signal.agent) == ("typing", session, "mei")


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


async def test_an_upload_is_a_content_to_send(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chat = await claimed(desk, mei)
    upload = await mei.post(f"{BASE}/files", raw=PNG, params={"name": "../a/blue\x00.png"})
    assert upload.status == 201
    assert upload.body == {
        "type": "image",
        "url": "media:" + "0" * 32,
        "mime": "image/png",
        "size": 28,
        "name": "..ablue.png",
    }
    sent = await mei.post(f"{chat}/messages", {"client_id": "c1", "content": upload.body})
    assert sent.body["content"]["url"] == f"https://desk.example/signed/media:{'0' * 32}"


async def test_uploads_that_are_not_taken_leave_nothing(desk: Floor) -> None:
    mei = await desk.agent("mei")
    assert (await mei.post(f"{BASE}/files", raw=b"")).status == 422
    assert (await mei.post(f"{BASE}/files", raw=PNG + b"\0" * 2000)).status == 413
    assert (await mei.post(f"{BASE}/files", raw=b"<html><script>alert(1)</script>")).status == 415
    assert (await mei.post(f"{BASE}/files", raw=b"<svg onload=alert(1)>")).status == 415
    assert (await desk.client.post(f"{BASE}/files", raw=PNG)).status == 401
    assert desk.files.kept == {}


ACTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("messages", text("Hi", "new")),
    ("template", {"client_id": "new", "name": "welcome_back"}),
    ("notes", {"text": "Hm.", "client_id": "new"}),
    ("claim", {}),
    ("transfer", {"group": "sales"}),
    ("close", {}),
    ("invite-rating", {}),
    ("lock", {}),
    ("tags", {"add": ["vip"]}),
    ("recall", {"message": "MESSAGE"}),
    ("read", {}),
)


@pytest.mark.parametrize(("act", "body"), ACTS, ids=[act for act, _ in ACTS])
async def test_a_closed_chat_stays_as_it_is_and_an_unknown_one_is_nowhere(
    desk: Floor, act: str, body: dict[str, Any]
) -> None:
    mei = await desk.agent("mei")
    await desk.group("sales", "mei")
    chat = await claimed(desk, mei)
    sent = await mei.post(f"{chat}/messages", text("Hello"))
    body = {key: sent.body["id"] if value == "MESSAGE" else value for key, value in body.items()}
    await mei.post(f"{chat}/close")
    before = (await mei.get(f"{chat}/messages")).body
    assert (await mei.post(f"{chat}/{act}", body)).status == 409
    assert (await mei.post(f"{BASE}/sessions/unknown/{act}", body)).status == 404
    assert (await mei.get(f"{chat}/messages")).body == before


async def test_channels_without_templates_and_channels_that_are_gone_say_so(desk: Floor) -> None:
    mei = await desk.agent("mei")
    session = await desk.chat()
    for failure, status in ((Refused("no_templates", "This channel has none."), 422), (KeyError("kites"), 409)):
        desk.actions.failure = failure  # type: ignore[assignment]  # whatever the shell raises
        assert (await mei.get(f"{BASE}/sessions/{session}/templates")).status == status


async def test_a_supervisor_reads_the_log_of_words_found_and_sees_it_live(desk: Floor) -> None:
    lists = [
        {"name": "refunds", "side": "agent", "action": "block", "words": ["refund"]},
        {"name": "rude", "side": "customer", "action": "mask", "words": ["darn"]},
        {"name": "data", "side": "customer", "action": "consent", "find": ["phone"]},
    ]
    await desk.setting("words", {"lists": lists})
    mei, boss = await desk.agent("mei"), await desk.agent("boss", "supervisor")
    line, others = await desk.socket("boss"), await desk.socket("mei")
    chat = await claimed(desk, mei)
    assert (await mei.post(f"{chat}/messages", text("You get a refund"))).status == 422
    await desk.chat("darn it")
    session = await desk.chat("call +66 81 234 5678")
    listed = (await boss.get(f"{BASE}/word-hits")).body
    assert [(hit["side"], hit["hits"], hit["message"] is None) for hit in listed["items"]] == [
        ("customer", [{"list": "data", "word": "phone", "action": "consent"}], False),
        ("customer", [{"list": "rude", "word": "darn", "action": "mask"}], False),
        ("agent", [{"list": "refunds", "word": "refund", "action": "block"}], True),
    ]
    assert listed["items"][2]["agent"] == {"id": "mei", "name": "Mei"}
    assert listed["items"][0]["session"]["id"] == session
    assert "66 81" not in str(listed)
    first = (await boss.get(f"{BASE}/word-hits", params={"limit": "2"})).body
    rest = (await boss.get(f"{BASE}/word-hits", params={"limit": "2", "after": first["next"]})).body
    assert first["items"] + rest["items"] == listed["items"]
    assert rest["next"] is None
    for asked, count in (
        ({"side": "agent"}, 1),
        ({"list": "rude"}, 1),
        ({"action": "consent"}, 1),
        ({"channel": "no"}, 0),
        ({"group": ""}, 3),
        ({"group": "no"}, 0),
        ({"today": "true"}, 3),
    ):
        assert len((await boss.get(f"{BASE}/word-hits", params=asked)).body["items"]) == count
    assert (await mei.get(f"{BASE}/word-hits")).status == 403
    assert (await boss.get(f"{BASE}/word-hits", params={"after": "nonsense"})).status == 422
    await desk.chat("yes")
    while "call +66" not in str(others.frames):  # agreed: shown to agents from now on
        await others.next()
    assert "words.found" not in others.types()
    while line.types().count("words.found") < 3:
        await line.next()
    assert [frame["hits"][0]["list"] for frame in line.frames if frame["type"] == "words.found"] == [
        "refunds",
        "rude",
        "data",
    ]


async def test_the_words_found_today_are_those_since_midnight(desk: Floor) -> None:
    await desk.setting(
        "words", {"lists": [{"name": "rude", "side": "customer", "action": "mask", "words": ["darn", "heck"]}]}
    )
    boss = await desk.agent("boss", "supervisor")
    await desk.chat("darn")
    desk.clock.at += 32_400_000  # six minutes past midnight
    assert (await boss.get(f"{BASE}/word-hits", params={"today": "true"})).body == {"items": [], "next": None}
    await desk.chat("heck", address="bob")
    found = (await boss.get(f"{BASE}/word-hits", params={"today": "true"})).body
    assert [hit["hits"][0]["word"] for hit in found["items"]] == ["heck"]
    assert found["next"] is None
