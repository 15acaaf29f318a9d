"""What agents read: lists, details, who may see what."""

from tests.inbox.floor import Floor

BASE = "/api/v1/inbox"


async def test_a_new_chat_is_listed_as_waiting_with_its_last_message(desk: Floor) -> None:
    mei = await desk.agent()
    session = await desk.chat("Is the blue one in stock?")
    (item,) = (await mei.get(f"{BASE}/sessions")).body["items"]
    assert item["id"] == session
    assert item["number"] == 1
    assert item["phase"] == "queued"
    assert item["channel"] == {"id": "kites", "kind": "kite", "name": "Kites"}
    assert item["agent"] is None
    assert item["unread"] == 1
    listed = (await mei.get(f"{BASE}/sessions/{session}/messages")).body
    assert listed["items"][0]["content"] == {"type": "text", "text": "Is the blue one in stock?"}
    assert [message["seq"] for message in listed["items"]] == list(range(1, item["last_seq"] + 1))
    assert listed["next"] is None


async def test_lists_come_in_pages_newest_activity_first(desk: Floor) -> None:
    mei = await desk.agent()
    sessions = [await desk.chat(address=f"customer {number}") for number in range(5)]
    first = (await mei.get(f"{BASE}/sessions", params={"limit": "2"})).body
    second = (await mei.get(f"{BASE}/sessions", params={"limit": "2", "after": first["next"]})).body
    third = (await mei.get(f"{BASE}/sessions", params={"limit": "2", "after": second["next"]})).body
    shown = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert shown == sessions[::-1]
    assert third["next"] is None


async def test_a_cursor_of_nobody_is_bad_input(desk: Floor) -> None:
    mei = await desk.agent()
    assert (await mei.get(f"{BASE}/sessions", params={"after": "zzz"})).fields.keys() == {"after"}
    assert (await mei.get(f"{BASE}/sessions", params={"phase": "asleep"})).status == 422
    assert (await mei.get(f"{BASE}/sessions/x/messages", params={"after": "-1"})).fields.keys() == {"after"}
    assert (await mei.get(f"{BASE}/customers", params={"limit": "0"})).fields.keys() == {"limit"}


async def test_messages_go_on_after_a_seq(desk: Floor) -> None:
    mei = await desk.agent()
    session = ""
    for number in range(4):
        session = await desk.chat(f"line {number}")
    path = f"{BASE}/sessions/{session}/messages"
    whole = (await mei.get(path)).body["items"]
    page = (await mei.get(path, params={"after": "1", "limit": "2"})).body
    assert page["items"] == whole[1:3]
    rest = (await mei.get(path, params={"after": page["next"]})).body
    assert rest["items"] == whole[3:]


async def test_an_agent_sees_their_own_their_groups_and_those_of_no_group(desk: Floor) -> None:
    mei, kim = await desk.agent("mei"), await desk.agent("kim")
    boss = await desk.agent("boss", "supervisor")
    await desk.group("sales", "mei")
    await desk.channel("shop", group="sales")
    open_to_all, sales = await desk.chat(), await desk.chat(channel="shop")

    async def listed(who: object) -> set[str]:
        page = await who.get(f"{BASE}/sessions")  # type: ignore[attr-defined]
        return {item["id"] for item in page.body["items"]}

    assert await listed(mei) == {open_to_all, sales}
    assert await listed(kim) == {open_to_all}
    assert await listed(boss) == {open_to_all, sales}
    for path in (f"{BASE}/sessions/{sales}", f"{BASE}/sessions/{sales}/messages"):
        assert (await kim.get(path)).status == 404
        assert (await mei.get(path)).status == 200
    assert (await kim.post(f"{BASE}/sessions/{sales}/claim")).status == 404


async def test_mine_are_those_the_agent_has(desk: Floor) -> None:
    mei, _ = await desk.agent("mei"), await desk.agent("kim")
    mine, _other = await desk.chat(address="ann"), await desk.chat(address="bob")
    await mei.post(f"{BASE}/sessions/{mine}/claim")
    page = await mei.get(f"{BASE}/sessions", params={"mine": "true", "phase": "active", "channel": "kites"})
    assert [item["id"] for item in page.body["items"]] == [mine]


async def test_the_detail_tells_why_the_chat_is_where_it_is(desk: Floor) -> None:
    mei = await desk.agent("mei")
    session = await desk.chat()
    await mei.post(f"{BASE}/sessions/{session}/claim")
    await mei.post(f"{BASE}/sessions/{session}/close", {"reason": "solved"})
    found = (await mei.get(f"{BASE}/sessions/{session}")).body
    assert [line["step"] for line in found["trace"]] == ["opened", "unavailable", "queued", "assigned", "closed"]
    assert found["trace"][1]["text"] == "Nobody can take it now: nobody is online."
    assert found["trace"][3]["text"] == "Given to Mei: Mei took it from the queue."
    assert found["closed"]["by"] == "agent"
    assert found["closed"]["reason"] == "solved"
    assert found["rating"] is None
    assert found["window"] == {"until": "2025-06-16T15:06:40.000Z"}


async def test_a_rating_is_shown_unless_the_setting_hides_it_from_agents(desk: Floor) -> None:
    mei, boss = await desk.agent("mei"), await desk.agent("boss", "supervisor")
    await desk.setting("surveys", {"on": True, "ask_on_close": True, "comment": True})
    session = await desk.chat()
    await mei.post(f"{BASE}/sessions/{session}/claim")
    await mei.post(f"{BASE}/sessions/{session}/close")
    assert await desk.chat("5") == session
    assert await desk.chat("Very kind!") == session
    shown = (await mei.get(f"{BASE}/sessions/{session}")).body["rating"]
    assert (shown["kind"], shown["score"], shown["comment"]) == ("stars", 5, "Very kind!")
    await desk.setting("surveys", {"on": True, "comment": True, "visible_to_agent": False})
    hidden = (await mei.get(f"{BASE}/sessions/{session}")).body
    assert hidden["rating"] is None
    assert "rated" not in [line["step"] for line in hidden["trace"]]
    assert (await boss.get(f"{BASE}/sessions/{session}")).body["rating"]["score"] == 5


async def test_what_a_mask_hides_is_for_supervisors(desk: Floor) -> None:
    words = {"name": "cards", "side": "customer", "action": "mask", "words": ["canary"]}
    await desk.setting("words", {"lists": [words]})
    mei, boss = await desk.agent("mei"), await desk.agent("boss", "supervisor")
    session = await desk.chat("my canary sings")
    path = f"{BASE}/sessions/{session}/messages"
    seen, whole = (await mei.get(path)).body["items"][0], (await boss.get(path)).body["items"][0]
    assert seen["content"]["text"] == "my ****** sings"
    assert seen["hits"] == ["cards"]
    assert "original" not in seen
    assert whole["original"]["text"] == "my canary sings"
    for page in ("sessions", f"sessions/{session}"):
        assert "canary" not in str((await mei.get(f"{BASE}/{page}")).body)


async def test_me_and_my_status(desk: Floor) -> None:
    mei = await desk.agent("mei", capacity=3, status="offline")
    await desk.group("sales", "mei")
    assert (await mei.get(f"{BASE}/me")).body == {
        "id": "mei",
        "name": "Mei",
        "role": "agent",
        "status": "offline",
        "reason": None,
        "capacity": 3,
        "load": 0,
        "languages": [],
        "groups": [{"id": "sales", "name": "Sales"}],
    }
    after = (await mei.put(f"{BASE}/me/status", {"status": "busy", "reason": "lunch"})).body
    assert (after["status"], after["reason"]) == ("busy", "lunch")
    assert [(seat.agent, seat.status) for seat in desk.seated] == [("mei", "busy")]
    assert (await mei.put(f"{BASE}/me/status", {"status": "asleep"})).fields.keys() == {"status"}


async def test_customers_are_found_by_name(desk: Floor) -> None:
    mei = await desk.agent("mei")
    await desk.chat()
    (known,) = (await mei.get(f"{BASE}/customers")).body["items"]
    assert (await mei.get(f"{BASE}/customers/{known['id']}")).body == known
    assert (await mei.get(f"{BASE}/customers", params={"partner_id": "p1"})).body["items"] == []
    assert (await mei.get(f"{BASE}/customers/nobody")).status == 404


async def test_without_a_token_there_is_nothing(desk: Floor) -> None:
    session = await desk.chat()
    for path in ("me", "sessions", f"sessions/{session}", f"sessions/{session}/messages", "customers"):
        assert (await desk.client.get(f"{BASE}/{path}")).status == 401
