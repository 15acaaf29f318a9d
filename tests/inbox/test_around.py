"""What is around a chat: colleagues, counts, stars, tags, a customer's other chats, and the floor."""

from core.ports.writing import Lease
from tests.inbox.floor import Floor

BASE = "/api/v1/inbox"


async def test_who_and_what_there_is_to_choose_from(desk: Floor) -> None:
    mei = await desk.agent("mei", capacity=3)
    await desk.agent("kim", "supervisor", status="offline")
    await desk.group("sales", "mei")
    session = await desk.chat()
    await mei.post(f"{BASE}/sessions/{session}/claim")
    found = (await mei.get(f"{BASE}/around")).body
    kim, me = found["agents"]
    assert (kim["name"], kim["status"], kim["groups"]) == ("Kim", "offline", [])
    assert (me["name"], me["status"], me["load"], me["capacity"], me["groups"]) == ("Mei", "online", 1, 3, ["sales"])
    assert found["groups"] == [{"id": "sales", "name": "Sales"}]
    assert {"id": "kites", "kind": "kite", "name": "Kites"} in found["channels"]
    assert (await desk.client.get(f"{BASE}/around")).status == 401


async def test_the_open_chats_are_counted_as_far_as_one_sees_them(desk: Floor) -> None:
    mei, kim = await desk.agent("mei"), await desk.agent("kim")
    boss = await desk.agent("boss", "supervisor")
    await desk.group("sales", "mei")
    await desk.channel("shop", group="sales")
    await desk.chat(channel="shop")
    await desk.chat(channel="shop", address="bob")
    session = await desk.chat()
    await kim.post(f"{BASE}/sessions/{session}/claim")
    waiting = {"phase": "queued", "channel": "shop", "group": "sales", "agent": None, "count": 2}
    kims = {"phase": "active", "channel": "kites", "group": None, "agent": "kim", "count": 1}

    async def counted(who: object) -> list[object]:
        page = await who.get(f"{BASE}/tallies")  # type: ignore[attr-defined]
        return sorted(page.body["items"], key=str)

    assert await counted(mei) == sorted([waiting, kims], key=str)
    assert await counted(kim) == [kims]
    assert await counted(boss) == sorted([waiting, kims], key=str)


async def test_a_star_is_ones_own_and_the_list_of_them_filters_and_pages(desk: Floor) -> None:
    mei, kim = await desk.agent("mei"), await desk.agent("kim")
    chats = [await desk.chat(address=name) for name in ("ann", "bob", "cat")]
    for chat in chats:
        await mei.post(f"{BASE}/sessions/{chat}/star")
    await mei.post(f"{BASE}/sessions/{chats[0]}/claim")
    assert (await mei.get(f"{BASE}/me/stars")).body == {"sessions": chats[::-1]}
    assert (await kim.get(f"{BASE}/me/stars")).body == {"sessions": []}
    first = (await mei.get(f"{BASE}/sessions", params={"starred": "true", "limit": "2"})).body
    rest = (await mei.get(f"{BASE}/sessions", params={"starred": "true", "after": first["next"]})).body
    assert [item["id"] for page in (first, rest) for item in page["items"]] == chats[::-1]
    assert rest["next"] is None
    active = (await mei.get(f"{BASE}/sessions", params={"starred": "true", "phase": "active", "mine": "true"})).body
    assert [item["id"] for item in active["items"]] == [chats[0]]
    after = (await mei.post(f"{BASE}/sessions/{chats[1]}/star", {"on": False})).body
    assert after == {"sessions": [chats[2], chats[0]]}
    assert (await mei.post(f"{BASE}/sessions/nothing/star")).status == 404


async def test_chats_are_found_by_tag(desk: Floor) -> None:
    mei = await desk.agent("mei")
    chats = [await desk.chat(address=f"customer {number}") for number in range(6)]
    for chat in chats[::2]:
        await mei.post(f"{BASE}/sessions/{chat}/tags", {"add": ["refund"]})
    tagged = [*reversed(chats[::2])]
    page = (await mei.get(f"{BASE}/sessions", params={"tag": "refund", "limit": "2"})).body
    rest = (await mei.get(f"{BASE}/sessions", params={"tag": "refund", "after": page["next"]})).body
    assert [item["id"] for item in page["items"]] == tagged[:2]
    assert ([item["id"] for item in rest["items"]], rest["next"]) == (tagged[2:], None)
    assert (await mei.get(f"{BASE}/sessions", params={"tag": "fund"})).body == {"items": [], "next": None}


async def test_a_customers_other_chats_and_a_colleagues(desk: Floor) -> None:
    mei, kim = await desk.agent("mei"), await desk.agent("kim")
    first = await desk.chat()
    await mei.post(f"{BASE}/sessions/{first}/claim")
    await mei.post(f"{BASE}/sessions/{first}/close")
    second = await desk.chat("again")
    other = await desk.chat(address="bob")
    await kim.post(f"{BASE}/sessions/{other}/claim")
    person = (await mei.get(f"{BASE}/sessions/{second}")).body["customer"]["id"]
    page = (await mei.get(f"{BASE}/sessions", params={"customer": person})).body
    assert [item["id"] for item in page["items"]] == [second, first]
    page = (await mei.get(f"{BASE}/sessions", params={"agent": "kim"})).body
    assert [item["id"] for item in page["items"]] == [other]


async def test_how_long_a_customer_waits_is_shown_until_somebody_answers(desk: Floor) -> None:
    mei = await desk.agent("mei")
    session = await desk.chat()
    (queued,) = (await mei.get(f"{BASE}/sessions")).body["items"]
    assert queued["waits_since"] == "2025-06-15T15:06:40.000Z"
    await mei.post(f"{BASE}/sessions/{session}/claim")
    assert (await mei.get(f"{BASE}/sessions/{session}")).body["waits_since"] == "2025-06-15T15:06:40.000Z"
    body = {"client_id": "1", "content": {"type": "text", "text": "Hello"}}
    await mei.post(f"{BASE}/sessions/{session}/messages", body)
    assert (await mei.get(f"{BASE}/sessions/{session}")).body["waits_since"] is None


async def test_the_floor_shows_agents_counts_and_the_queue_longest_wait_first(desk: Floor) -> None:
    await desk.agent("mei", capacity=2)
    boss = await desk.agent("boss", "supervisor", status="offline")
    first = await desk.chat()
    desk.clock.at += 60_000
    second = await desk.chat(address="bob")
    found = (await boss.get(f"{BASE}/floor")).body
    assert found["at"] == "2025-06-15T15:07:40.000Z"
    assert [(agent["id"], agent["status"], agent["capacity"]) for agent in found["agents"]] == [
        ("boss", "offline", 5),
        ("mei", "online", 2),
    ]
    assert found["sessions"] == [{"phase": "queued", "channel": "kites", "group": None, "agent": None, "count": 2}]
    assert found["waiting"] == 2
    assert [(each["id"], each["since"]) for each in found["queue"]] == [
        (first, "2025-06-15T15:06:40.000Z"),
        (second, "2025-06-15T15:07:40.000Z"),
    ]
    assert found["queue"][0]["session"]["last_message"] is not None


async def test_a_supervisor_sets_a_colleagues_status(desk: Floor) -> None:
    await desk.agent("mei")
    boss = await desk.agent("boss", "supervisor")
    line = await desk.socket("mei")
    await line.next()
    found = (await boss.put(f"{BASE}/agents/mei/status", {"status": "offline"})).body
    assert (found["id"], found["status"], found["reason"]) == ("mei", "offline", "set by Boss")
    assert (await line.until(type="agent.status"))["status"] == "offline"
    assert [(seat.agent, seat.status) for seat in desk.seated] == [("mei", "offline")]
    assert (await boss.put(f"{BASE}/agents/nobody/status", {"status": "online"})).status == 404


async def test_a_whisper_reaches_agents_and_never_the_customer(desk: Floor) -> None:
    mei, boss = await desk.agent("mei"), await desk.agent("boss", "supervisor")
    session = await desk.chat()
    path = f"{BASE}/sessions/{session}"
    waiting = await boss.post(f"{path}/whisper", {"text": "Who takes this?"})
    assert waiting.body["content"] == {"type": "note", "text": "Who takes this?", "whisper": True}
    await mei.post(f"{path}/claim")
    line = await desk.socket("mei")
    await line.next()
    said = await boss.post(f"{path}/whisper", {"text": "Offer a refund", "client_id": "w1"})
    assert said.status == 201
    assert said.body["content"] == {"type": "note", "text": "Offer a refund", "mentions": ["mei"], "whisper": True}
    assert (await boss.post(f"{path}/whisper", {"text": "Offer a refund", "client_id": "w1"})).body == said.body
    assert (await line.until(type="message.created"))["message"] == said.body
    sent = [errand.effect for errand in await desk.store.claim(desk.clock.at, 100, Lease("t", 1))]
    assert "refund" not in str(sent)
    assert (await boss.post(f"{BASE}/sessions/nothing/whisper", {"text": "x"})).status == 404
    await mei.post(f"{path}/close")
    assert (await boss.post(f"{path}/whisper", {"text": "too late"})).status == 409


async def test_a_note_mentions_colleagues_who_see_the_chat(desk: Floor) -> None:
    mei = await desk.agent("mei")
    await desk.agent("kim")
    await desk.agent("boss", "supervisor")
    await desk.group("sales", "mei")
    await desk.channel("shop", group="sales")
    session = await desk.chat(channel="shop")
    path = f"{BASE}/sessions/{session}/notes"
    noted = await mei.post(path, {"text": "@Boss please look", "mentions": ["boss", "boss"]})
    assert noted.body["content"] == {"type": "note", "text": "@Boss please look", "mentions": ["boss"]}
    for nobody in ("kim", "nothing"):
        assert (await mei.post(path, {"text": "look", "mentions": [nobody]})).fields.keys() == {"mentions"}
