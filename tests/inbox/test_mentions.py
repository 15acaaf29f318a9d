"""Where one was mentioned: listed newest first, until it was read, and only in chats one still sees."""

from typing import Any

from tests.inbox.floor import Floor

BASE = "/api/v1/inbox"
MENTIONS = f"{BASE}/mentions"


async def note(who: Any, session: str, text: str, *mentions: str) -> dict[str, Any]:
    said = await who.post(f"{BASE}/sessions/{session}/notes", {"text": text, "mentions": list(mentions)})
    assert said.status == 201
    body: dict[str, Any] = said.body
    return body


def texts(page: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(item["message"]["content"]["text"], item["unread"]) for item in page["items"]]


async def test_notes_that_mention_one_are_listed_with_their_chat_until_they_were_read(desk: Floor) -> None:
    mei, kim = await desk.agent("mei"), await desk.agent("kim")
    first, second = await desk.chat(), await desk.chat(address="bob")
    said = await note(kim, first, "@Mei please look", "mei")
    await note(kim, second, "@Mei and here", "mei")
    await note(kim, second, "nobody is named")
    page = (await mei.get(MENTIONS)).body
    assert texts(page) == [("@Mei and here", True), ("@Mei please look", True)]
    assert (page["next"], page["unread"]) == (None, 2)
    assert (page["items"][1]["message"], page["items"][1]["session"]["id"]) == (said, first)
    assert (await mei.post(f"{MENTIONS}/read", {"session": first})).status == 204
    page = (await mei.get(MENTIONS)).body
    assert (texts(page), page["unread"]) == ([("@Mei and here", True), ("@Mei please look", False)], 1)
    assert texts((await mei.get(MENTIONS, params={"unread": "true"})).body) == [("@Mei and here", True)]
    assert (await kim.get(MENTIONS)).body == {"items": [], "next": None, "unread": 0}
    assert (await mei.post(f"{MENTIONS}/read", {})).status == 204
    assert (await mei.get(MENTIONS)).body["unread"] == 0


async def test_mentions_come_in_pages(desk: Floor) -> None:
    mei, kim = await desk.agent("mei"), await desk.agent("kim")
    session = await desk.chat()
    for number in range(5):
        await note(kim, session, f"note {number}", "mei")
    found: list[tuple[str, bool]] = []
    after: dict[str, str] = {}
    while True:
        page = (await mei.get(MENTIONS, params={"limit": "2", **after})).body
        found += texts(page)
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == [(f"note {number}", True) for number in (4, 3, 2, 1, 0)]
    assert (await mei.get(MENTIONS, params={"after": "nonsense"})).fields.keys() == {"after"}


async def test_a_mention_in_a_chat_one_sees_no_longer_is_not_shown_and_not_counted(desk: Floor) -> None:
    mei, kim = await desk.agent("mei"), await desk.agent("kim")
    await desk.group("sales", "mei", "kim")
    await desk.channel("shop", group="sales")
    session = await desk.chat(channel="shop")
    other = await desk.chat(address="bob")
    await note(kim, other, "in the open", "mei")
    await note(kim, session, "among ourselves", "mei")
    assert (await mei.get(MENTIONS)).body["unread"] == 2
    await desk.group("sales", "kim")
    page = (await mei.get(MENTIONS)).body
    assert (texts(page), page["unread"]) == ([("in the open", True)], 1)


async def test_a_supervisors_whisper_is_for_the_agent_of_the_chat(desk: Floor) -> None:
    mei, boss = await desk.agent("mei"), await desk.agent("boss", "supervisor")
    session = await desk.chat()
    await mei.post(f"{BASE}/sessions/{session}/claim")
    await boss.post(f"{BASE}/sessions/{session}/whisper", {"text": "Offer a refund"})
    assert texts((await mei.get(MENTIONS)).body) == [("Offer a refund", True)]


async def test_a_list_tells_what_a_person_said_last_beside_the_systems_notice(desk: Floor) -> None:
    mei = await desk.agent("mei")
    session = await desk.chat("Where is my parcel?")
    item = (await mei.get(f"{BASE}/sessions/{session}")).body
    assert item["last_message"]["author"]["kind"] == "system", "the greeting came after it"
    assert item["last_said"]["content"] == {"type": "text", "text": "Where is my parcel?"}
    await mei.post(f"{BASE}/sessions/{session}/claim")
    line = await desk.socket("mei")
    sent = await mei.post(
        f"{BASE}/sessions/{session}/messages", {"client_id": "a", "content": {"type": "text", "text": "On its way"}}
    )
    frame = await line.until(type="message.created")
    assert (frame["session"]["last_message"], frame["session"]["last_said"]) == (sent.body, None)
