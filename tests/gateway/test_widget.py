"""The web widget over HTTP and its socket: who is let in, what a customer is shown, nothing lost and nothing twice."""

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from api.documents import EVERYWHERE, BotDoc
from api.hub import Cursor, write_cursor
from core.command import Leave
from core.customer import Address
from core.ports.reading import SessionQuery
from core.session import Wish
from gateway.visitor import LIFE_MS, RENEWAL_MS
from tests.api import hits
from tests.inbox.floor import Floor, Line, floor

INBOX = "/api/v1/inbox"
SECRET = "canary-identity-secret"


@pytest.fixture
async def desk(aiohttp_client: Any, request: pytest.FixtureRequest) -> Floor:
    found = await floor(aiohttp_client, hits.of(request.config))
    await found.channel("site", "web")
    return found


def identity(exp: int = 2_000_000_000, secret: str = SECRET, **claims: Any) -> dict[str, str]:
    """What the company's own server would sign."""
    body = base64.urlsafe_b64encode(json.dumps({"exp": exp, **claims}).encode()).decode().rstrip("=")
    return {"token": f"{body}.{hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()}"}


def text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


async def say(line: Line, words: str, client_id: str = "c1") -> dict[str, Any]:
    await line.say(type="message", client_id=client_id, content=text(words))
    return await line.until(type="ack", client_id=client_id)


async def visiting(desk: Floor, **params: Any) -> Line:
    line = await desk.widget((await desk.visit(**params))["token"])
    assert (await line.next())["type"] == "ready"
    return line


def created(line: Line) -> list[int]:
    return [frame["message"]["seq"] for frame in line.frames if frame["type"] == "message.created"]


# --- visits ------------------------------------------------------------------------------------------------------


async def test_a_visit_gives_a_token_and_writes_nothing(desk: Floor) -> None:
    visit = await desk.visit(name="Ann", language="ja", params={"plan": "gold"}, fields={"size": "M"}, title="Shop")
    assert visit["ignored"] == []
    assert visit["expires_at"] == "2025-06-15T16:06:40.000Z"
    assert await desk.store.newest() == 0


async def test_a_page_may_ask_for_the_queue_first_and_the_next_one_need_not(desk: Floor) -> None:
    await desk.rim.directory.save_bot(BotDoc(id="robo", name="Robo", kind="faq"), who="setup")
    await desk.setting("reception", {"service": "bot_first", "bot": "robo"})
    first = await desk.visit(name="Ann", queue_first=True)
    await say(await desk.widget(first["token"]), "Hello")
    (chat,) = (await desk.store.sessions(SessionQuery())).items
    assert (chat.session.phase, chat.customer.params) == ("queued", {"queue_first": "yes"})
    await desk.rim.engine.handle(Address("site", chat.address), Leave())
    again = await desk.visit(token=first["token"], name="Ann")
    await say(await desk.widget(again["token"]), "Hello again", "c2")
    newest = (await desk.store.sessions(SessionQuery(phase="bot"))).items[0]
    assert newest.customer.params == {}


async def test_a_page_may_ask_for_people_and_the_next_one_need_not(desk: Floor) -> None:
    await desk.rim.directory.save_bot(BotDoc(id="robo", name="Robo", kind="faq"), who="setup")
    await desk.setting("reception", {"service": "bot_first", "bot": "robo"})
    first = await desk.visit(name="Ann", service="people_only")
    await say(await desk.widget(first["token"]), "Hello")
    (chat,) = (await desk.store.sessions(SessionQuery())).items
    assert (chat.session.phase, chat.customer.params) == ("queued", {"page.service": "people_only"})
    await desk.rim.engine.handle(Address("site", chat.address), Leave())
    again = await desk.visit(token=first["token"], name="Ann")
    await say(await desk.widget(again["token"]), "Hello again", "c2")
    newest = (await desk.store.sessions(SessionQuery(phase="bot"))).items[0]
    assert newest.customer.params == {}
    assert (await desk.http.post("/widget/site/visits", json={"service": "magic"})).status == 422


async def test_who_the_visitor_is_is_kept_with_their_first_message(desk: Floor) -> None:
    mei = await desk.agent("mei")
    line = await visiting(
        desk,
        name="Ann",
        language="ja",
        email="ann@x.example",
        timezone="Asia/Tokyo",
        params={"plan": "gold", "page.url": "forged"},
        fields={"size": "M"},
        url="https://shop.example/blue",
        title="Blue",
    )
    await say(line, "Hello")
    (known,) = (await mei.get(f"{INBOX}/customers")).body["items"]
    assert (known["name"], known["email"], known["timezone"]) == ("Ann", "ann@x.example", "Asia/Tokyo")
    assert known["params"] == {
        "plan": "gold",
        "field.size": "M",
        "page.title": "Blue",
        "page.url": "https://shop.example/blue",
    }
    assert known["fields"] == {"size": "M"}
    (chat,) = (await mei.get(f"{INBOX}/sessions")).body["items"]
    assert chat["language"] == "ja"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"colour": "blue"}, "colour"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"email": "nobody"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"avatar": "javascript:alert(1)"}, "avatar"),
        ({"url": "data:text/html,x"}, "url"),
        ({"vip": "yes"}, "vip"),
        ({"tags": ["x" * 51]}, "tags"),
        ({"tags": ["x"] * 21}, "tags"),
        ({"params": {"a": 1}}, "params"),
        ({"params": {"a": "x" * 501}}, "params"),
        ({"params": {str(number): "" for number in range(31)}}, "params"),
        ({"language": "<script>"}, "language"),
        ({"identity": {}}, "identity.token"),
        ({"identity": {"token": "x"}}, "identity.token"),
        ({"params": {str(number): "y" * 500 for number in range(30)}, "url": "https://x/" + "z" * 1900}, "params"),
    ],
)
async def test_a_parameter_that_is_wrong_is_named(desk: Floor, params: dict[str, Any], field: str) -> None:
    answer = await desk.http.post("/widget/site/visits", json=params)
    assert answer.status == 422
    assert [each for each in (await answer.json())["errors"] if each["field"].startswith(field)]


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[" * 20_000, 400), (b"[]", 422), (b" " * 70_000, 413)])
async def test_a_body_that_is_none(desk: Floor, body: bytes, status: int) -> None:
    assert (await desk.http.post("/widget/site/visits", data=body)).status == status


async def test_other_channels_have_no_widget(desk: Floor) -> None:
    await desk.channel("kites")
    for channel in ("kites", "nobody"):
        assert (await desk.http.post(f"/widget/{channel}/visits", json={})).status == 404
        assert (await desk.http.get(f"/widget/{channel}/socket")).status == 404


async def test_only_allowed_sites_may_call(desk: Floor) -> None:
    await desk.channel("shop", "web", settings={"allowed_origins": ["https://shop.example"]})
    path = "/widget/shop/visits"
    for origin in ("https://evil.example", "https://shop.example.evil.example", "null", None):
        headers = {"Origin": origin} if origin else {}
        assert (await desk.http.post(path, json={}, headers=headers)).status == 403
        assert (await desk.http.get("/widget/shop/socket", headers=headers)).status == 403
    headers = {"Origin": "https://shop.example"}
    good = await desk.http.post(path, json={}, headers=headers)
    bad = await desk.http.post(path, json={"colour": 1}, headers=headers)
    asked = await desk.http.options(path, headers=headers)
    assert (good.status, bad.status, asked.status) == (201, 422, 204)
    for answer in (good, bad, asked):
        assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
        assert answer.headers["Vary"] == "Origin"
    assert "authorization" in asked.headers["Access-Control-Allow-Headers"]


async def test_what_is_claimed_unsigned_is_ignored_and_told(desk: Floor) -> None:
    mei = await desk.agent("mei")
    visit = await desk.visit(partner_id="p1", vip=True, vip_level=3, tags=["gold"], name="Ann")
    assert visit["ignored"] == ["partner_id", "vip", "vip_level", "tags"]
    await say(await desk.widget(visit["token"]), "Hello")
    assert (await mei.get(f"{INBOX}/customers", params={"partner_id": "p1"})).body["items"] == []
    (known,) = (await mei.get(f"{INBOX}/customers")).body["items"]
    assert (known["vip"], known["tags"]) == (False, [])


async def test_a_signed_identity_is_believed_and_is_the_same_customer_everywhere(desk: Floor) -> None:
    await desk.channel("shop", "web", settings={"identity_secret": SECRET})
    mei = await desk.agent("mei")
    signed = identity(partner_id="p1", name="Ann Real", vip=True, vip_level=2, tags=["gold"])
    visit = await desk.visit("shop", identity=signed, name="Mallory")
    assert visit["ignored"] == []
    line = await desk.widget(visit["token"], channel="shop")
    await say(line, "Hello")
    (known,) = (await mei.get(f"{INBOX}/customers", params={"partner_id": "p1"})).body["items"]
    assert (known["name"], known["vip"], known["tags"]) == ("Ann Real", True, ["gold"])
    assert known["params"] == {"vip_level": "2"}
    assert (known["vip_level"], known["verified"], known["saved"]) == (2, True, False)
    elsewhere = await desk.widget((await desk.visit("shop", identity=signed))["token"], channel="shop")
    assert (await elsewhere.until(type="message.created"))["message"]["content"] == text("Hello")


@pytest.mark.parametrize(
    "forged",
    [
        identity(exp=1_000, partner_id="p1"),
        identity(secret="another", partner_id="p1"),
        identity(secret="", partner_id="p1"),
        {"token": identity(partner_id="p1")["token"][:-1]},
        {"token": identity(partner_id="p1")["token"] + "é"},
        {"token": "a." + hmac.new(SECRET.encode(), b"a", hashlib.sha256).hexdigest()},
        identity(),
        identity(partner_id=""),
        identity(partner_id=5),
    ],
    ids=range(9),
)
async def test_an_identity_that_is_not_right_is_refused(desk: Floor, forged: dict[str, str]) -> None:
    await desk.channel("shop", "web", settings={"identity_secret": SECRET})
    answer = await desk.http.post("/widget/shop/visits", json={"identity": forged})
    assert answer.status == 422
    assert (await answer.json())["errors"][0]["field"] == "identity.token"
    assert SECRET not in await answer.text()


@pytest.mark.parametrize(
    ("headers", "settings", "kept"),
    [
        ({}, {}, {"visit.ip": "127.0.0.1"}),
        ({"X-Real-Ip": "9.9.9.9", "X-Country": "DE"}, {}, {"visit.ip": "127.0.0.1"}),
        ({"X-Real-Ip": "9.9.9.9, 10.0.0.1", "X-Country": "DE"},
         {"ip_header": "X-Real-Ip", "country_header": "X-Country"},
         {"visit.ip": "9.9.9.9", "visit.country": "DE"}),
    ],
)  # fmt: skip
async def test_where_a_visitor_calls_from_is_kept_only_if_a_rule_asks_for_it(
    desk: Floor, headers: dict[str, str], settings: dict[str, str], kept: dict[str, str]
) -> None:
    mei = await desk.agent("mei")
    for rules in ([], [{"name": "Near", "to": {"agent": "mei"}, "when": {"if": "ip", "in": ["9.0.0.0/8"]}}]):
        await desk.setting("routing", {"rules": rules, **settings})
        body = {"params": {"visit.ip": "1.1.1.1", "plan": "gold"}, "name": f"Ann {len(rules)}"}
        seen = await desk.http.post("/widget/site/visits", json=body, headers=headers)
        line = await desk.widget((await seen.json())["token"])
        await line.next()
        await say(line, "Hello")
        known = (await mei.get(f"{INBOX}/customers", params={"q": f"Ann {len(rules)}"})).body["items"][0]
        assert known["params"] == {"plan": "gold", **(kept if rules else {})}


async def test_whom_the_page_asks_for_is_kept_with_the_first_message(desk: Floor) -> None:
    await desk.agent("mei")
    line = await visiting(desk, agent="mei", must=True, picked="sales")
    ack = await say(line, "Hello")
    found = await desk.store.load_of(ack["message"]["id"].partition(".")[0])
    assert found is not None
    assert found[0].wish == Wish(agent="mei", must=True, picked="sales")


async def test_a_visitor_is_the_same_again_by_their_token(desk: Floor) -> None:
    first = await desk.visit(name="Ann")
    await say(await desk.widget(first["token"]), "Hello")
    desk.clock.at += LIFE_MS + 1
    assert await (await desk.widget(first["token"])).end() == 4401
    again = await desk.visit(token=first["token"])
    line = await desk.widget(again["token"])
    assert (await line.until(type="message.created"))["message"]["content"] == text("Hello")
    desk.clock.at += LIFE_MS + RENEWAL_MS
    stranger = await desk.visit(token=again["token"])
    assert stranger["ignored"] == ["token"]
    assert (await (await desk.widget(stranger["token"])).next())["session"] is None


async def test_a_signed_customer_is_not_renewed_without_their_signature(desk: Floor) -> None:
    """The next person at this computer is not them."""
    await desk.channel("shop", "web", settings={"identity_secret": SECRET})
    visit = await desk.visit("shop", identity=identity(partner_id="p1"))
    await say(await desk.widget(visit["token"], channel="shop"), "Private")
    next_person = await desk.visit("shop", token=visit["token"])
    assert next_person["ignored"] == ["token"]
    line = await desk.widget(next_person["token"], channel="shop")
    await say(line, "Mine")
    assert "Private" not in str(line.frames)


async def test_a_token_serves_its_channel_only_and_no_bit_of_it_may_change(desk: Floor) -> None:
    await desk.channel("other", "web")
    token = (await desk.visit())["token"]
    body, _, signature = token.partition(".")
    changed = (
        base64.urlsafe_b64encode(
            base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).replace(b"visitor:", b"partner:")
        )
        .decode()
        .rstrip("=")
    )
    assert await (await desk.widget(token, channel="other")).end() == 4401
    for forged in (f"{changed}.{signature}", body, f"{body}.", "", "é", "x" * 17_000, f"{body}.x.y"):
        assert await (await desk.widget(forged)).end() == 4401


async def test_too_many_visits_from_one_place_are_slowed_down(desk: Floor) -> None:
    statuses = [(await desk.http.post("/widget/site/visits", json={})).status for _ in range(260)]
    assert statuses[:200] == [201] * 200
    assert 429 in statuses[200:]


# --- the socket --------------------------------------------------------------------------------------------------


async def test_a_message_is_acknowledged_and_answered(desk: Floor) -> None:
    mei = await desk.agent("mei")
    line = await visiting(desk)
    ack = await say(line, "Is it blue?")
    assert ack["message"]["content"] == text("Is it blue?")
    assert (ack["message"]["client_id"], ack["message"]["author"]) == ("c1", {"kind": "customer"})
    (chat,) = (await mei.get(f"{INBOX}/sessions")).body["items"]
    await mei.post(f"{INBOX}/sessions/{chat['id']}/claim")
    await mei.post(f"{INBOX}/sessions/{chat['id']}/messages", {"client_id": "a1", "content": text("Very blue.")})
    while line.frames[-1].get("message", {}).get("content") != text("Very blue."):
        await line.next()
    shown = line.frames[-1]
    assert shown["message"]["author"] == {"kind": "agent", "name": "Mei"}
    assert shown["session"]["agent"] == "Mei"
    assert "mei" not in str(line.frames)
    assert created(line) == list(range(1, shown["message"]["seq"] + 1))


async def test_a_repeat_gets_the_same_ack_and_is_kept_once(desk: Floor) -> None:
    mei = await desk.agent("mei")
    visit = await desk.visit()
    first, second = await desk.widget(visit["token"]), await desk.widget(visit["token"])
    acks = [*await asyncio.gather(say(first, "Hello"), say(second, "Hello")), await say(first, "Hello")]
    assert len({ack["message"]["id"] for ack in acks}) == 1
    (chat,) = (await mei.get(f"{INBOX}/sessions")).body["items"]
    messages = (await mei.get(f"{INBOX}/sessions/{chat['id']}/messages")).body["items"]
    assert [message["content"] for message in messages].count(text("Hello")) == 1


async def test_two_visitors_may_use_the_same_client_id(desk: Floor) -> None:
    ann, bob = await visiting(desk), await visiting(desk)
    assert (await say(ann, "Hello"))["message"]["id"] != (await say(bob, "Hello"))["message"]["id"]


async def test_a_customer_sees_no_note_no_original_no_tag(desk: Floor) -> None:
    await desk.setting("words", {"lists": [{"name": "w", "side": "agent", "action": "mask", "words": ["canary"]}]})
    mei = await desk.agent("mei")
    visit = await desk.visit()
    line = await desk.widget(visit["token"])
    await say(line, "Hello")
    (chat,) = (await mei.get(f"{INBOX}/sessions")).body["items"]
    path = f"{INBOX}/sessions/{chat['id']}"
    await mei.post(f"{path}/claim")
    await mei.post(f"{path}/notes", {"text": "difficult customer"})
    await mei.post(f"{path}/tags", {"add": ["troll"]})
    await mei.post(f"{path}/messages", {"client_id": "a1", "content": text("the canary")})
    await mei.post(f"{path}/messages", {"client_id": "a2", "content": text("regretted")})
    taken = (await mei.get(f"{path}/messages")).body["items"][-1]
    await mei.post(f"{path}/recall", {"message": taken["id"]})
    frame = await line.until(type="message.updated")
    assert (frame["message"]["recalled"], frame["message"]["content"]) == (True, text(""))
    fresh = await desk.widget(visit["token"])
    await say(fresh, "Bye", "c2")
    for frames in (line.frames, fresh.frames):
        assert "the ******" in str(frames)
        for secret in ("difficult", "troll", "canary", "'mei'", "hits"):
            assert secret not in str(frames)
    assert "regretted" not in str(fresh.frames)


async def test_a_message_that_was_held_back_says_so(desk: Floor) -> None:
    await desk.setting("words", {"lists": [{"name": "w", "side": "customer", "action": "block", "words": ["canary"]}]})
    line = await visiting(desk)
    ack = await say(line, "a canary")
    assert ack["message"]["content"] == {"type": "unsupported", "kind": "withheld"}


async def test_a_blocked_visitor_is_told_and_nothing_is_kept(desk: Floor) -> None:
    mei = await desk.agent("mei")
    line = await visiting(desk)
    await say(line, "Hello")
    (chat,) = (await mei.get(f"{INBOX}/sessions")).body["items"]
    await mei.post(f"{INBOX}/sessions/{chat['id']}/block", {"duration": "forever"})
    await line.until(type="session.closed")
    ack = await say(line, "Let me in", "c2")
    assert ack["message"] is None
    assert "notice" in line.types()


async def test_a_widget_that_comes_back_misses_nothing_and_gets_nothing_twice(desk: Floor) -> None:
    visit = await desk.visit()
    line = await desk.widget(visit["token"], visit["cursor"])
    await say(line, "one")
    cursor = line.frames[-1].get("cursor") or (await line.until(type="message.created"))["cursor"]
    await line.close()
    writer = await desk.widget(visit["token"])
    for number in range(30):
        await say(writer, f"meanwhile {number}", f"m{number}")
    back = await desk.widget(visit["token"], cursor)
    last = await say(back, "back", "b")
    while last["message"]["seq"] not in created(back):
        await back.next()
    assert created(line) + created(back) == list(range(1, last["message"]["seq"] + 1))


@pytest.mark.parametrize("missed", [3, 80, 700])
async def test_however_long_the_gap_nothing_is_missing(desk: Floor, missed: int) -> None:
    """The feed's rows are no longer at hand: the chat itself is read."""
    visit = await desk.visit()
    line = await desk.widget(visit["token"])
    await say(line, "one")
    frame = await line.until(type="message.created") if not created(line) else line.frames[-1]
    while created(line)[-1] < 2:
        frame = await line.until(type="message.created")
    seen = frame["message"]["seq"]
    await line.close()
    address = (await _addresses(desk))[0]
    for number in range(missed):
        await desk.chat(f"meanwhile {number}", address, "site")
    desk.hub.recent = lambda after: None  # type: ignore[method-assign]
    back = await desk.widget(visit["token"], frame["cursor"])
    last = await say(back, "back", "b")
    while last["message"]["seq"] not in created(back):
        await back.next()
    assert created(back) == list(range(seen + 1, last["message"]["seq"] + 1))


async def test_a_gap_that_spans_chats_is_filled_across_them(desk: Floor) -> None:
    visit = await desk.visit()
    line = await desk.widget(visit["token"])
    await say(line, "one")
    frame = await line.until(type="message.created")
    await line.say(type="leave")
    await line.until(type="session.closed")
    first = line.frames[-1]["session"]["id"]
    await line.close()
    other = await desk.widget(visit["token"])
    second = (await say(other, "a new chat", "n"))["message"]["id"].rpartition(".")[0]
    assert second != first
    desk.hub.recent = lambda after: None  # type: ignore[method-assign]
    back = await desk.widget(visit["token"], frame["cursor"])
    ready = await back.next()
    assert ready["session"]["id"] == second
    await back.until(type="message.created")
    while back.frames[-1]["session"]["id"] != second:
        await back.next()
    assert {each["session"]["id"] for each in back.frames[1:]} == {first, second}


async def test_with_no_cursor_the_last_fifty_are_shown(desk: Floor) -> None:
    visit = await desk.visit()
    await say(await desk.widget(visit["token"]), "one")
    address = (await _addresses(desk))[0]
    session = ""
    for number in range(70):
        session = await desk.chat(f"line {number}", address, "site")
    end = (await desk.store.session(session)).session.seq  # type: ignore[union-attr]
    line = await desk.widget(visit["token"])
    while end not in created(line):
        await line.next()
    assert created(line) == list(range(end - 49, end + 1))
    assert line.frames[0]["session"]["id"] == session


@pytest.mark.parametrize("read", [0, 1, 20, 50])
async def test_who_is_cut_off_in_the_history_goes_on_in_it(desk: Floor, read: int) -> None:
    visit = await desk.visit()
    await say(await desk.widget(visit["token"]), "one")
    address, session = (await _addresses(desk))[0], ""
    for number in range(70):
        session = await desk.chat(f"line {number}", address, "site")
    end = (await desk.store.session(session)).session.seq  # type: ignore[union-attr]
    line = await desk.widget(visit["token"])
    for _ in range(read + 1):
        await line.next()
    await line.close()
    back = await desk.widget(visit["token"], line.frames[-1]["cursor"])
    last = await say(back, "back", "b")
    while last["message"]["seq"] not in created(back):
        await back.next()
    assert created(line) + created(back) == list(range(end - 49, last["message"]["seq"] + 1))


@pytest.mark.parametrize(
    "after", ["nonsense", write_cursor(Cursor("another", 3)), write_cursor(Cursor("tests", 1 << 40))]
)
async def test_a_cursor_of_nobody_shows_the_chat_from_its_end(desk: Floor, after: str) -> None:
    visit = await desk.visit()
    await say(await desk.widget(visit["token"]), "one")
    line = await desk.widget(visit["token"], after)
    assert (await line.until(type="message.created"))["message"]["content"] == text("one")


async def test_a_cursor_made_up_with_anothers_chat_shows_nothing_of_it(desk: Floor) -> None:
    ann = await visiting(desk)
    secret = await say(ann, "secret of Ann")
    theirs = secret["message"]["id"].rpartition(".")[0]
    desk.hub.recent = lambda after: None  # type: ignore[method-assign]
    bob = await desk.widget((await desk.visit())["token"], write_cursor(Cursor("tests", 0, theirs, 0)))
    await say(bob, "hello of Bob")
    await bob.say(type="read", session=theirs, seq=1)
    assert (await bob.until(type="error"))["code"] == "unknown"
    assert "secret" not in str(bob.frames)


async def test_delivered_and_read_are_told_to_agents_and_never_go_back(desk: Floor) -> None:
    mei = await desk.agent("mei")
    line = await visiting(desk)
    await say(line, "Hello")
    (chat,) = (await mei.get(f"{INBOX}/sessions")).body["items"]
    path = f"{INBOX}/sessions/{chat['id']}"
    await mei.post(f"{path}/claim")
    sent = await mei.post(f"{path}/messages", {"client_id": "a1", "content": text("Hi")})
    seq = sent.body["seq"]
    agent = await desk.socket("mei")
    await agent.next()
    await line.say(type="delivered", seq=seq)
    frame = await agent.until(type="message.updated")
    while frame["message"]["seq"] != seq:
        frame = await agent.until(type="message.updated")
    assert frame["message"]["state"] == "delivered"
    await line.say(type="read", seq=10**6)
    while (frame["message"]["seq"], frame["message"]["state"]) != (seq, "read"):
        frame = await agent.until(type="message.updated")
    await line.say(type="delivered", seq=seq)
    await say(line, "Thanks", "c2")
    states = {each["seq"]: each["state"] for each in (await mei.get(f"{path}/messages")).body["items"]}
    assert states[seq] == "read"
    assert states[1] is None
    await mei.post(f"{path}/read")
    assert (await line.until(type="session.read"))["session"] == chat["id"]


async def test_typing_goes_both_ways(desk: Floor) -> None:
    await desk.agent("mei")
    line = await visiting(desk)
    session = (await say(line, "Hello"))["message"]["id"].rpartition(".")[0]
    while not created(line):
        await line.next()
    agent = await desk.socket("mei")
    await agent.next()
    await line.say(type="typing")
    assert (await agent.until(type="typing"))["by"] == "customer"
    await agent.say(type="typing", session=session)
    assert await line.until(type="typing") == {"type": "typing", "by": "agent", "name": "Mei"}


async def test_a_survey_is_a_form_and_its_answer_a_rating(desk: Floor) -> None:
    await desk.setting("surveys", {"on": True})
    mei = await desk.agent("mei")
    line = await visiting(desk)
    session = (await say(line, "Hello"))["message"]["id"].rpartition(".")[0]
    await line.say(type="leave")
    await line.until(type="session.closed")
    forms = [
        f["message"]["content"] for f in line.frames if f.get("message", {}).get("content", {}).get("type") == "form"
    ]
    assert forms[0]["fields"][0]["key"] == "score"
    await line.say(
        type="message", client_id="r", content={"type": "form", "text": "", "fields": [], "values": {"score": "4"}}
    )
    await line.until(type="ack", client_id="r")
    rating = (await mei.get(f"{INBOX}/sessions/{session}")).body["rating"]
    assert (rating["kind"], rating["score"]) == ("stars", 4)
    await line.say(type="leave")
    assert (await line.until(type="error"))["code"] == "closed"


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "null",
        "[]",
        "[" * 20_000,
        '{"type": "close"}',
        '{"type": "message"}',
        '{"type": "message", "client_id": 5, "content": {"type": "text", "text": "x"}}',
        '{"type": "message", "client_id": "c", "content": {"type": "spell"}}',
        '{"type": "read", "seq": -1}',
        '{"type": "read", "seq": 1e99}',
        '{"type": "auth", "token": "x"}',
        '{"type": "message", "client_id": "c", "content": {"type": "text", "text": "\\ud800"}}',
    ],
    ids=range(13),
)
async def test_a_frame_that_is_not_understood_is_answered_and_the_socket_lives(desk: Floor, frame: str) -> None:
    line = await visiting(desk)
    await line.socket.send_str(frame)
    assert (await line.next())["code"] == "bad_frame"
    assert (await say(line, "still here"))["message"] is not None


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"type": "note", "text": "x"}, "content.type"),
        ({"type": "template", "name": "x"}, "content.type"),
        ({"type": "text", "text": " "}, "content.text"),
        ({"type": "text", "text": "x" * 10_001}, "content.text"),
        ({"type": "image", "url": "https://evil.example/track.gif"}, "content.url"),
        ({"type": "image", "url": "media:" + "0" * 32, "ref": "x"}, "content.url"),
    ],
)
async def test_what_a_visitor_cannot_say_names_its_field_and_its_client_id(
    desk: Floor, content: dict[str, Any], field: str
) -> None:
    line = await visiting(desk)
    await line.say(type="message", client_id="c", content=content)
    error = await line.next()
    assert (error["type"], error["field"], error["client_id"]) == ("error", field, "c")
    assert await desk.store.newest() == 0


async def test_a_frame_too_large_ends_the_socket(desk: Floor) -> None:
    line = await visiting(desk)
    await line.socket.send_str("x" * 70_000)
    assert await line.end() == 1009


async def test_binary_frames_are_not_understood(desk: Floor) -> None:
    line = await visiting(desk)
    await line.socket.send_bytes(b"\xff\x00")
    assert (await line.next())["code"] == "bad_frame"


async def test_a_flood_is_slowed_down_and_what_was_taken_is_acknowledged(desk: Floor) -> None:
    line = await visiting(desk)
    for number in range(80):
        await line.say(type="message", client_id=f"c{number}", content=text(f"{number}"))
    answers: dict[str, str] = {}
    while len(answers) < 80:
        frame = await line.next()
        if frame["type"] in ("ack", "error"):
            answers[frame["client_id"]] = frame.get("code", "ack")
    assert list(answers.values())[:40] == ["ack"] * 40
    assert set(answers.values()) == {"ack", "slow_down"}
    assert all(frame["retry_after"] > 0 for frame in line.frames if frame["type"] == "error")


async def test_only_so_many_tabs(desk: Floor) -> None:
    token = (await desk.visit())["token"]
    lines = [await desk.widget(token) for _ in range(11)]
    for line in lines[1:]:
        await line.next()
    assert await lines[0].end() == 1008


async def test_a_visitor_uploads_a_file_and_sends_it(desk: Floor) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
    token = (await desk.visit())["token"]
    headers = {"Authorization": f"Bearer {token}"}
    kept = await desk.http.post("/widget/site/files?name=a.png", data=png, headers=headers)
    assert kept.status == 201
    assert (await desk.http.post("/widget/site/files", data=png)).status == 401
    assert (await desk.http.post("/widget/site/files", data=b"<html>", headers=headers)).status == 415
    line = await desk.widget(token)
    await line.say(type="message", client_id="c", content=await kept.json())
    ack = await line.until(type="ack")
    assert ack["message"]["content"]["url"].startswith("https://desk.example/signed/media:")


async def test_a_slow_widget_is_told_to_reload(aiohttp_client: Any, request: pytest.FixtureRequest) -> None:
    desk = await floor(aiohttp_client, hits.of(request.config), max_waiting=20_000)
    await desk.channel("site", "web")
    line = await visiting(desk)
    await say(line, "one")
    address = (await _addresses(desk))[0]
    line.socket._response.connection.protocol.pause_reading()  # type: ignore[union-attr]
    guests = desk.widget_side.guests
    while guests.open:
        await desk.chat("long " * 1500, address, "site")
        await asyncio.sleep(0)
    line.socket._response.connection.protocol.resume_reading()  # type: ignore[union-attr]
    await line.end()
    assert line.types()[-1] == "reload"
    assert created(line) == list(range(1, created(line)[-1] + 1))


async def _addresses(desk: Floor) -> list[str]:
    """Where the visitors are who wrote."""
    return [row.address for row in (await desk.store.sessions(SessionQuery())).items]


# --- the built-in CRM --------------------------------------------------------------------------------------------


async def saving(desk: Floor, **more: Any) -> Any:
    await desk.rim.directory.save_setting(EVERYWHERE, "customers", {"auto_save": True, **more}, who="owner")
    return await desk.agent("mei")


async def people(mei: Any, **params: str) -> list[Any]:
    return list((await mei.get(f"{INBOX}/customers", params=params)).body["items"])


async def test_who_gives_an_id_of_the_company_is_saved_with_their_first_message(desk: Floor) -> None:
    mei = await saving(desk)
    line = await visiting(desk, partner_id="p1", name="Ann", nickname="Nan", queue_first=True)
    assert await people(mei) == [], "a visit writes nothing"
    await say(line, "Hello")
    (ann,) = await people(mei, partner_id="p1")
    assert (ann["name"], ann["nickname"], ann["saved"], ann["verified"]) == ("Ann", "Nan", True, False)
    assert ann["params"]["queue_first"] == "yes"


async def test_without_an_id_a_visitor_stays_anonymous(desk: Floor) -> None:
    mei = await saving(desk)
    await say(await visiting(desk, name="Ann"), "Hello")
    (ann,) = await people(mei)
    assert (ann["partner_id"], ann["saved"]) == (None, False)


async def test_the_same_id_elsewhere_is_the_same_customer_with_one_history(desk: Floor) -> None:
    mei = await saving(desk)
    await desk.channel("other", "web")
    await say(await visiting(desk, partner_id="p1", name="Ann"), "from here")
    there = await desk.widget(
        (await desk.visit("other", partner_id="p1", phone="+1 555 0100"))["token"], channel="other"
    )
    await say(there, "from there")
    (ann,) = await people(mei, partner_id="p1")
    assert (ann["name"], ann["phone"]) == ("Ann", "+1 555 0100")
    page = await desk.store.sessions(SessionQuery(customer=ann["id"]))
    assert sorted(row.channel for row in page.items) == ["other", "site"]


async def test_an_id_that_nobody_signed_is_never_joined_with_one_that_was(desk: Floor) -> None:
    mei = await saving(desk)
    await desk.channel("shop", "web", settings={"identity_secret": SECRET})
    signed = await desk.visit("shop", identity=identity(partner_id="p1", name="Ann Real"))
    await say(await desk.widget(signed["token"], channel="shop"), "it is me")
    await say(await visiting(desk, partner_id="p1", name="Mallory"), "it is me too")
    found = {each["name"]: each for each in await people(mei, partner_id="p1")}
    assert {name: each["verified"] for name, each in found.items()} == {"Ann Real": True, "Mallory": False}
    page = await desk.store.sessions(SessionQuery(customer=found["Ann Real"]["id"]))
    assert [row.channel for row in page.items] == ["shop"]


async def test_a_channel_that_asks_for_signatures_believes_nothing_else(desk: Floor) -> None:
    mei = await saving(desk, trust_page=True)
    await desk.channel("shop", "web", settings={"identity_secret": SECRET})
    visit = await desk.visit("shop", partner_id="p1", vip=True, vip_level=3, tags=["gold"])
    assert visit["ignored"] == ["partner_id", "vip", "vip_level", "tags"]
    await say(await desk.widget(visit["token"], channel="shop"), "Hello")
    assert await people(mei, partner_id="p1") == []


async def test_a_page_is_believed_about_vips_where_the_settings_say_so(desk: Floor) -> None:
    mei = await saving(desk, trust_page=True)
    visit = await desk.visit(partner_id="p1", vip=True, vip_level=3, tags=["gold"])
    assert visit["ignored"] == []
    await say(await desk.widget(visit["token"]), "Hello")
    (ann,) = await people(mei, partner_id="p1")
    assert (ann["vip"], ann["vip_level"], ann["tags"]) == (True, 3, ["gold"])


async def test_only_the_fields_that_are_defined_are_taken(desk: Floor) -> None:
    mei = await saving(desk, fields=["size"])
    visit = await desk.visit(fields={"size": "M", "shoe": "42"})
    assert visit["ignored"] == ["fields.shoe"]
    await say(await desk.widget(visit["token"]), "Hello")
    assert (await people(mei))[0]["fields"] == {"size": "M"}


async def test_who_is_turned_away_in_one_place_is_turned_away_in_the_next(desk: Floor) -> None:
    await saving(desk)
    await desk.channel("other", "web")
    await say(await visiting(desk, partner_id="p1"), "Hello")
    boss = await desk.agent("boss", "supervisor")
    (ann,) = await people(boss, partner_id="p1")
    assert (await boss.post(f"{INBOX}/customers/{ann['id']}/block", {"duration": "forever"})).status == 200
    there = await desk.widget((await desk.visit("other", partner_id="p1"))["token"], channel="other")
    await there.until(type="ready")
    ack = await say(there, "Hello again")
    assert ack.get("message") is None
