"""The live feed: nothing lost, nothing twice, and only what may be seen."""

import asyncio
from typing import Any

import pytest

from api.hub import Cursor, write_cursor
from core.event import StateChanged
from core.ports.writing import Settlement
from inbox.socket import BOARD
from tests.api import hits
from tests.inbox.floor import Floor, Line, floor

BASE = "/api/v1/inbox"


def created(frames: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(frame["session"]["id"], frame["message"]["seq"]) for frame in frames if frame["type"] == "message.created"]


async def test_the_first_frame_signs_in_and_the_feed_follows(desk: Floor) -> None:
    await desk.agent("mei")
    line = await desk.socket("mei")
    ready = await line.next()
    assert (ready["type"], ready["agent"]) == ("ready", {"id": "mei", "name": "Mei"})
    session = await desk.chat("Hello")
    frame = await line.until(type="message.created")
    assert frame["session"]["id"] == session
    assert frame["message"]["content"] == {"type": "text", "text": "Hello"}
    assert frame["at"] == "2025-06-15T15:06:40.000Z"
    assert "session.opened" in line.types()
    await line.until(type="session.queued")


@pytest.mark.parametrize(
    "hello",
    [
        "",
        "{",
        "[" * 20_000,
        "null",
        '{"type": "auth"}',
        '{"type": "auth", "token": 5}',
        '{"type": "auth", "token": "nobody\'s"}',
        '{"type": "typing", "session": "x"}',
    ],
    ids=range(8),
)
async def test_who_does_not_sign_in_is_told_and_turned_away(desk: Floor, hello: str) -> None:
    await desk.agent("mei")
    line = Line(await desk.http.ws_connect(f"{BASE}/socket"))
    await line.socket.send_str(hello)
    assert await line.end() == 4401
    assert line.types() == ["error"]


async def test_a_socket_that_comes_back_misses_nothing_and_gets_nothing_twice(desk: Floor) -> None:
    await desk.agent("mei")
    line = await desk.socket("mei")
    await line.next()
    for number in range(3):
        session = await desk.chat(f"before {number}")
    last = await line.until(type="message.created")
    while len(created(line.frames)) < 4:
        last = await line.next()
    await line.close()
    session = ""
    for number in range(30):
        session = await desk.chat(f"meanwhile {number}")
    back = await desk.socket("mei", last["cursor"])
    after = await desk.chat("after")
    while (session, 34) not in created(back.frames):
        await back.next()
    assert after == session
    seqs = [seq for _, seq in created(line.frames) + created(back.frames)]
    assert seqs == list(range(1, len(seqs) + 1))
    cursors = [frame["cursor"] for frame in line.frames[1:] + back.frames[1:]]
    assert len(set(cursors)) == len(cursors)


@pytest.mark.parametrize("recent", [True, False], ids=["from memory", "from the store"])
async def test_catching_up_while_the_feed_goes_on(desk: Floor, recent: bool) -> None:
    await desk.agent("mei")
    for number in range(40):
        await desk.chat(f"before {number}")
    if not recent:
        desk.hub.recent = lambda after: None  # type: ignore[method-assign]
    start = write_cursor(Cursor("tests", 0))

    async def chatter() -> None:
        for number in range(60):
            await desk.chat(f"live {number}")
            await asyncio.sleep(0)

    talking = asyncio.create_task(chatter())
    line = await desk.socket("mei", start)
    await talking
    session = await desk.chat("the end")
    end = (await desk.store.session(session)).session.seq  # type: ignore[union-attr]
    while (session, end) not in created(line.frames):
        await line.next()
    assert created(line.frames) == [(session, seq) for seq in range(1, end + 1)]


@pytest.mark.parametrize(
    "after",
    ["nonsense", "", write_cursor(Cursor("another", 1)), write_cursor(Cursor("tests", 10**9))],
    ids=["nonsense", "empty", "of another database", "of the future"],
)
async def test_a_cursor_that_is_no_use_means_reload_and_the_feed_goes_on(desk: Floor, after: str) -> None:
    await desk.agent("mei")
    await desk.chat("before")
    line = await desk.socket("mei", after)
    frame = await line.next()
    assert frame["type"] == "reload"
    session = await desk.chat("after")
    assert (await line.until(type="message.created"))["session"]["id"] == session
    back = await desk.socket("mei", frame["cursor"])
    assert (await back.next())["type"] == "ready"
    assert (await back.until(type="message.created"))["session"]["id"] == session


async def test_a_cursor_too_far_behind_means_reload(desk: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbox.socket.MOST_BEHIND", 3)
    await desk.agent("mei")
    await desk.chat("before")
    line = await desk.socket("mei", write_cursor(Cursor("tests", 1)))
    assert (await line.next())["type"] == "reload"


async def test_agents_are_sent_what_they_may_see_and_nothing_else(desk: Floor) -> None:
    await desk.agent("mei")
    await desk.agent("kim")
    await desk.agent("boss", "supervisor")
    await desk.group("sales", "mei")
    await desk.channel("shop", group="sales")
    await desk.setting(
        "words",
        {
            "lists": [
                {"name": "m", "side": "customer", "action": "mask", "words": ["canary"]},
                {"name": "a", "side": "customer", "action": "alert", "words": ["lawyer"]},
            ]
        },
    )
    lines = {who: await desk.socket(who) for who in ("mei", "kim", "boss")}
    for line in lines.values():
        await line.next()
    await desk.chat("my canary has a lawyer", channel="shop")
    everybody = await desk.chat("the end", address="bob")
    for line in lines.values():
        while (everybody, 1) not in created(line.frames):
            await line.next()
    assert "shop" not in str(lines["kim"].frames)
    assert "session.alerted" not in lines["mei"].types()
    assert "session.alerted" in lines["boss"].types()
    assert "canary" not in str(lines["mei"].frames)
    assert "canary" in str(lines["boss"].frames)


async def test_a_chat_that_comes_into_sight_is_sent_whole_and_one_that_leaves_is_taken_back(desk: Floor) -> None:
    await desk.agent("mei")
    await desk.agent("kim")
    await desk.agent("boss", "supervisor")
    await desk.group("sales", "mei")
    await desk.group("support", "kim")
    await desk.channel("shop", group="sales")
    session = await desk.chat("Hello", channel="shop")
    mei, kim = await desk.socket("mei"), await desk.socket("kim")
    cursor = (await mei.next())["cursor"]
    start = (await kim.next())["cursor"]
    boss = desk.client.as_(desk.tokens["boss"])
    await boss.post(f"{BASE}/sessions/{session}/transfer", {"group": "support"})
    gone = await mei.until(type="session.gone")
    assert gone["session"] == {"id": session}
    whole = await kim.next()
    assert (whole["type"], whole["session"]["group"]["id"]) == ("session.opened", "support")
    assert whole["session"]["last_message"] is not None
    await mei.close()
    await kim.close()
    mei, kim = await desk.socket("mei", cursor), await desk.socket("kim", start)
    assert (await mei.until(type="session.gone"))["session"] == {"id": session}
    whole = await kim.until(type="session.opened")
    assert (whole["session"]["id"], kim.types()) == (session, ["ready", "session.opened"])
    await kim.until(type="session.queued")


async def test_an_agent_whose_groups_change_is_told_to_reload(desk: Floor) -> None:
    await desk.agent("mei")
    line = await desk.socket("mei")
    await line.next()
    await desk.group("sales", "mei")
    assert await line.end() == 1013
    assert line.types() == ["ready", "reload"]


async def test_a_slow_socket_is_told_to_reload_and_closed_and_the_others_go_on(
    aiohttp_client: Any, request: pytest.FixtureRequest
) -> None:
    desk = await floor(aiohttp_client, hits.of(request.config), max_waiting=20_000)
    await desk.channel()
    await desk.agent("mei")
    slow, quick = await desk.socket("mei"), await desk.socket("mei")
    await slow.next()
    await quick.next()
    slow.socket._response.connection.protocol.pause_reading()  # type: ignore[union-attr]
    session, number = "", 0
    assert desk.http.app is not None
    board = desk.http.app[BOARD]
    while board.desks == 2:
        number += 1
        session = await desk.chat(f"{number} " + "long " * 150)
        while (session, 1) not in created(quick.frames) or created(quick.frames)[-1][1] < number:
            await quick.next()
    slow.socket._response.connection.protocol.resume_reading()  # type: ignore[union-attr]
    await slow.end()
    assert slow.types()[-1] == "reload"
    seqs = [seq for _, seq in created(slow.frames)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert created(quick.frames)[-1][0] == session


async def test_signing_out_ends_the_socket(desk: Floor) -> None:
    mei = await desk.agent("mei")
    line = await desk.socket("mei")
    await line.next()
    await mei.post("/api/v1/auth/logout")
    assert desk.http.app is not None
    await desk.http.app[BOARD].check_sign_ins()
    assert await line.end() == 1008


async def test_what_an_agent_may_not_say_is_answered_and_the_socket_lives(desk: Floor) -> None:
    await desk.agent("mei")
    await desk.agent("kim")
    await desk.group("sales", "kim")
    await desk.channel("shop", group="sales")
    hidden = await desk.chat(channel="shop")
    line = await desk.socket("mei")
    await line.next()
    for bad in ("{", "null", "[" * 20_000, '{"type": "close", "session": "x"}', '{"type": "typing"}'):
        await line.socket.send_str(bad)
        assert (await line.next())["code"] == "bad_frame"
    await line.socket.send_bytes(b"\xff\xfe")
    assert (await line.next())["code"] == "bad_frame"
    await line.say(type="typing", session=hidden)
    assert (await line.next())["code"] == "unknown"
    assert desk.signals.sent == []
    await line.socket.send_str("x" * 70_000)
    assert await line.end() == 1009


async def test_typing_and_status_are_shown_to_those_who_see(desk: Floor) -> None:
    mei = await desk.agent("mei")
    await desk.agent("kim")
    session = await desk.chat()
    lines = [await desk.socket("mei"), await desk.socket("kim")]
    for line in lines:
        await line.next()
    await desk.chat("again")
    for line in lines:
        await line.until(type="message.created")
    await lines[0].say(type="typing", session=session)
    frame = await lines[1].until(type="typing")
    assert frame == {
        "type": "typing",
        "session": {"id": session},
        "by": "agent",
        "agent": {"id": "mei", "name": "Mei"},
    }
    await mei.put(f"{BASE}/me/status", {"status": "busy"})
    frame = await lines[0].until(type="agent.status")
    assert frame == {"type": "agent.status", "agent": {"id": "mei", "name": "Mei"}, "status": "busy"}
    assert "typing" not in lines[0].types()


async def test_presence_counts_sockets(desk: Floor) -> None:
    await desk.agent("mei")
    first, second = await desk.socket("mei"), await desk.socket("mei")
    await first.next()
    await second.next()
    await first.close()
    await desk.chat()
    await second.until(type="message.created")
    assert desk.signals.sockets == [("opened", "mei"), ("opened", "mei"), ("closed", "mei")]


async def test_a_change_of_state_is_an_update_of_the_message(desk: Floor) -> None:
    mei = await desk.agent("mei")
    session = await desk.chat()
    await mei.post(f"{BASE}/sessions/{session}/claim")
    sent = (
        await mei.post(
            f"{BASE}/sessions/{session}/messages",
            {"client_id": "c", "content": {"type": "text", "text": "Hi"}},
        )
    ).body
    line = await desk.socket("mei")
    await line.next()
    row = await desk.store.session(session)
    assert row is not None
    fact = StateChanged(sent["seq"], "failed", desk.clock.at, "63016", "The window is closed.")
    await desk.store.settle(
        Settlement(key="x", conversation=row.conversation, session=session, done=True, facts=(fact,), at=desk.clock.at)
    )
    desk.hub.reached(await desk.store.newest())
    frame = await line.until(type="message.updated")
    assert frame["message"]["id"] == sent["id"]
    assert frame["message"]["state"] == "failed"
    assert frame["message"]["error"] == {"code": "63016", "reason": "The window is closed."}


async def test_a_call_that_is_no_websocket_is_refused(desk: Floor) -> None:
    assert (await desk.client.get(f"{BASE}/socket")).status == 400


async def test_who_opens_a_chat_hears_who_else_has_it_open_and_when_they_leave(desk: Floor) -> None:
    await desk.agent("mei")
    await desk.agent("kim")
    await desk.agent("ann")
    session = await desk.chat()
    mei, kim, ann = [await desk.socket(who) for who in ("mei", "kim", "ann")]
    for line in (mei, kim, ann):
        await line.next()
    await mei.say(type="looking", session=session)
    await kim.say(type="looking", session=session)
    told = {"type": "looking", "session": {"id": session}, "on": True}
    assert await mei.until(type="looking") == {**told, "agent": {"id": "kim", "name": "Kim"}}
    assert await kim.until(type="looking") == {**told, "agent": {"id": "mei", "name": "Mei"}}
    await mei.close()
    assert await kim.until(type="looking", on=False) == {**told, "on": False, "agent": {"id": "mei", "name": "Mei"}}
    await kim.say(type="looking", session=None)
    await kim.say(type="looking", session="nothing")
    assert (await kim.next())["code"] == "unknown"
    await desk.chat("again")
    await ann.until(type="message.created")
    assert "looking" not in ann.types()
