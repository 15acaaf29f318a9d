"""SLA at risk, on the floor: what is missed or due soon in the open chats, of one group and channel or of all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.agreement import Agreement, Running, pressing_from
from core.ports.reading import Page, SessionQuery
from tests.api.client import Client
from tests.inbox.floor import Floor

BASE = "/api/v1/inbox"
RISK = f"{BASE}/floor/risk"
MINUTE = 60_000


async def promised(desk: Floor, **goals: Any) -> None:
    """An answer in ten minutes, and what else is promised."""
    await desk.setting("sla", {"policies": [{"name": "Gold", "first_response_seconds": 600, **goals}]})


async def seen(boss: Client, **asked: str) -> tuple[int, int, list[tuple[str, str, bool]]]:
    found = (await boss.get(RISK, params=asked)).body
    listed = [(one["session"]["id"], one["goal"]["goal"], one["goal"]["breached"]) for one in found["items"]]
    return found["missed"], found["soon"], listed


async def test_a_chat_is_at_risk_in_the_last_fifth_of_its_time_and_missed_after_it(desk: Floor) -> None:
    await promised(desk)
    boss = await desk.agent("boss", "supervisor")
    chat = await desk.chat()
    desk.clock.at += 8 * MINUTE - 1
    assert await seen(boss) == (0, 0, [])
    desk.clock.at += 1
    assert await seen(boss) == (0, 1, [(chat, "first_response", False)])
    desk.clock.at += 2 * MINUTE + 1
    assert await seen(boss) == (1, 0, [(chat, "first_response", True)])
    assert (await boss.get(RISK)).body["items"][0]["policy"] == "Gold"


async def test_a_policy_s_first_reminder_says_what_is_soon(desk: Floor) -> None:
    await promised(desk, remind_before_seconds=[60, 300])
    boss = await desk.agent("boss", "supervisor")
    chat = await desk.chat()
    desk.clock.at += 5 * MINUTE - 1
    assert await seen(boss) == (0, 0, [])
    desk.clock.at += 1
    assert await seen(boss) == (0, 1, [(chat, "first_response", False)])


async def test_what_happens_in_a_chat_is_followed_without_asking_the_store_for_all_of_them_again(
    desk: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await promised(desk, next_response_seconds=60)
    mei, boss = await desk.agent("mei"), await desk.agent("boss", "supervisor")
    ann = await desk.chat()
    line = await desk.socket("boss")
    await line.until(type="ready")
    desk.clock.at += 8 * MINUTE
    assert await seen(boss) == (0, 1, [(ann, "first_response", False)])
    asked: list[SessionQuery] = []
    whole = desk.store.sessions

    async def noted(query: SessionQuery) -> Page:
        asked.append(query)
        return await whole(query)

    monkeypatch.setattr(desk.store, "sessions", noted)
    await mei.post(f"{BASE}/sessions/{ann}/claim")
    body = {"client_id": "1", "content": {"type": "text", "text": "Hello"}}
    await mei.post(f"{BASE}/sessions/{ann}/messages", body)
    await line.until(type="message.created")
    assert await seen(boss) == (0, 0, [])
    desk.clock.at += 5_000
    await desk.chat("And?")
    await line.until(type="message.created")
    desk.clock.at += 50_000
    assert await seen(boss) == (0, 1, [(ann, "next_response", False)])
    await mei.post(f"{BASE}/sessions/{ann}/close")
    await line.until(type="session.closed")
    assert await seen(boss) == (0, 0, [])
    assert asked == []


async def test_after_a_minute_without_a_question_the_store_is_read_anew(desk: Floor) -> None:
    await promised(desk)
    boss = await desk.agent("boss", "supervisor")
    assert await seen(boss) == (0, 0, [])
    desk.clock.at += MINUTE
    chat = await desk.chat()
    desk.clock.at += 9 * MINUTE
    assert await seen(boss) == (0, 1, [(chat, "first_response", False)])


async def test_the_earliest_is_first_and_ten_are_listed(desk: Floor) -> None:
    await promised(desk)
    boss = await desk.agent("boss", "supervisor")
    chats = []
    for number in range(12):
        chats.append(await desk.chat(address=f"customer {number}"))
        desk.clock.at += 1_000
    desk.clock.at += 10 * MINUTE - 6_000
    missed, soon, listed = await seen(boss)
    assert (missed, soon) == (6, 6)
    assert [chat for chat, *_ in listed] == chats[:10]


async def test_of_a_group_and_a_channel(desk: Floor) -> None:
    await promised(desk)
    boss = await desk.agent("boss", "supervisor")
    await desk.group("sales", "boss")
    await desk.channel("shop", group="sales")
    await desk.chat(channel="shop")
    await desk.chat(channel="kites", address="bob")
    await desk.chat(channel="kites", address="cat")
    desk.clock.at += 9 * MINUTE
    counts = [(await seen(boss, **asked))[1] for asked in ({}, {"group": "sales"}, {"group": ""}, {"channel": "shop"})]
    assert counts == [3, 1, 2, 1]
    assert (await boss.get(RISK, params={"group": "nowhere"})).fields == {"group": "There is no such group."}


async def test_it_is_for_supervisors(desk: Floor) -> None:
    mei = await desk.agent("mei")
    assert (await mei.get(RISK)).status == 403


@given(
    since=st.integers(0, 10**12),
    seconds=st.integers(1, 7_776_000),
    before=st.lists(st.integers(1, 7_776_000), max_size=5, unique=True),
)
def test_what_is_soon_begins_after_the_start_and_before_the_end(since: int, seconds: int, before: list[int]) -> None:
    agreement = Agreement(policy="Gold", resolution=seconds, before=tuple(before))
    running = Running("resolution", since, since + seconds * 1000)
    assert since < pressing_from(agreement, running) < running.due
