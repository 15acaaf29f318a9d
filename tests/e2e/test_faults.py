"""Providers that fail and webhooks that come twice: nothing lost, order kept, nothing doubled that can be deduped."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from simulator import actions as do
from simulator.accounts import Account, Phone, Settings
from tests.e2e.house import INBOX, PROVIDERS, WAIT_S, Ear, Frame, House, kept, reaches, shown

SEND: Mapping[str, str] = {
    "line": "push",
    "whatsapp": "messages",
    "whatsapp-cloud": "messages",
    "telegram": "sendMessage",
}
"""The provider's name of the call that sends a text."""
GREETING = "Hello and welcome! How can we help you today?"
JOINED = "Mei has joined the chat and will be happy to help you."


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first retry after a twentieth of a second instead of a second; the doubling is the product's own."""
    monkeypatch.setattr("gateway.limits.FIRST_RETRY_S", 0.05)


class Chat:
    """One customer with an agent, greeted; on LINE the reply token is spent, so that what follows is pushed."""

    def __init__(self, house: House, kind: str, mei: Any, ear: Ear, phone: Phone, session: str) -> None:
        self.house, self.kind, self.mei, self.ear, self.phone, self.session = house, kind, mei, ear, phone, session

    @property
    def account(self) -> Account[Any]:
        return self.house.accounts[self.kind]

    async def say(self, words: str) -> Frame:
        return await self.house.reply(self.mei, self.session, words)

    def told(self) -> list[str]:
        """What the phone shows after the desk's own words."""
        return [words for words in shown(self.phone.received) if words not in (GREETING, JOINED)]


async def chat(house: House, kind: str) -> Chat:
    mei = await house.agent("Mei")
    await house.channel(kind)
    ear = await house.ear(mei)
    phone = house.accounts[kind].phone(name="Ann")
    await phone.text("Hello")
    session = await house.session_of(ear, "Hello")
    await ear.of(session, "session.assigned")
    await reaches(phone, GREETING)
    await reaches(phone, JOINED)
    return Chat(house, kind, mei, ear, phone, session)


@pytest.mark.parametrize("kind", PROVIDERS)
async def test_later_and_down_and_gone_delay_what_is_sent_and_its_order_stays(
    house: House, kind: str, soon: None
) -> None:
    found = await chat(house, kind)
    found.account.fail(429, method=SEND[kind], retry_after=1)
    if kind != "telegram":  # a call that Telegram dropped may have been done; below
        found.account.fail(500, method=SEND[kind], times=3)
    said = [await found.say(words) for words in ("one", "two", "three")]
    await reaches(found.phone, "three")
    assert found.told() == ["one", "two", "three"]
    for message in said:
        await found.ear.state(message["id"], "sent")
    assert not any(message.get("maybe_twice") for message in await house.messages(found.session))


@pytest.mark.parametrize("kind", PROVIDERS)
async def test_a_provider_that_is_down_for_a_while_gets_everything_in_order_afterwards(
    house: House, kind: str, soon: None
) -> None:
    """An hour of it, in virtual time, is in tests/laws; here five attempts on the real wire."""
    found = await chat(house, kind)
    found.account.fail(503, method="*", times=None)
    said = [await found.say(f"part {number}") for number in range(1, 5)]
    await house.detail(found.session)
    assert (await found.phone.text("Are you there?")).status == 200, "what comes in does not wait for what goes out"
    await _calls(found.account, failed=5)
    assert found.told() == []
    assert [message["state"] for message in (await house.messages(found.session))[-5:-1]] == ["queued"] * 4
    found.account.faults.clear()
    await reaches(found.phone, "part 4")
    assert found.told() == [f"part {number}" for number in range(1, 5)]
    for message in said:
        await found.ear.state(message["id"], "sent")


async def _calls(account: Account[Any], *, failed: int) -> None:
    """As soon as that many calls were answered with a failure; calls make no noise in the mailbox."""
    async with asyncio.timeout(WAIT_S):
        while sum(call.status >= 500 for call in account.calls) < failed:
            await asyncio.sleep(0.02)


async def test_a_line_push_that_was_done_but_not_answered_is_made_again_with_its_key_and_not_doubled(
    house: House, soon: None
) -> None:
    found = await chat(house, "line")
    for _ in range(2):
        found.account.fail("drop", method="push", after=True)
    said = await found.say("your parcel left")
    await found.ear.state(said["id"], "sent")
    assert found.told() == ["your parcel left"]
    (message,) = [message for message in found.phone.received if message.text == "your parcel left"]
    assert found.account.mailbox.repeats[message.id] == 2, "the retry key told LINE that it has it"
    assert message.key is not None
    assert not (await house.messages(found.session))[-1].get("maybe_twice")


async def test_a_line_reply_that_was_done_but_not_answered_is_not_doubled_because_its_token_works_once(
    house: House, soon: None
) -> None:
    mei = await house.agent("Mei")
    await house.channel("line")
    ear = await house.ear(mei)
    account = house.accounts["line"]
    phone = account.phone(name="Ann")
    account.fail("drop", method="reply", after=True)
    await phone.text("Hello")
    session = await house.session_of(ear, "Hello")
    await ear.of(session, "session.assigned")
    said = await house.reply(mei, session, "done")
    await reaches(phone, "done")
    await ear.state(said["id"], "sent")
    assert sorted(shown(phone.received)) == sorted([GREETING, JOINED, "done"])


async def test_a_call_to_telegram_without_an_answer_is_made_once_more_and_says_that_it_may_be_there_twice(
    house: House, soon: None
) -> None:
    found = await chat(house, "telegram")
    found.account.fail("drop", method="sendMessage", after=True)
    said = await found.say("your parcel left")
    state = await found.ear.state(said["id"], "sent")
    assert state["maybe_twice"] is True
    assert found.told() == ["your parcel left"] * 2
    before = await found.say("it comes tomorrow")
    await found.ear.state(before["id"], "sent")
    assert not (await house.messages(found.session))[-1].get("maybe_twice")


async def test_a_call_to_twilio_without_an_answer_is_looked_up_in_its_list_and_not_doubled(
    house: House, soon: None
) -> None:
    found = await chat(house, "whatsapp")
    found.account.fail("drop", method="messages", after=True)
    said = await found.say("your parcel left")
    await found.ear.state(said["id"], "delivered")
    assert found.told() == ["your parcel left"]
    assert not (await house.messages(found.session))[-1].get("maybe_twice")


async def test_a_call_to_meta_without_an_answer_is_settled_by_the_status_that_names_it(
    house: House, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from msgspec.structs import replace

    from connectors.whatsapp_cloud import WhatsAppCloud

    quick = replace(WhatsAppCloud.capabilities, confirms_by_status_seconds=1)  # 30 s are too long for a test
    monkeypatch.setattr(WhatsAppCloud, "capabilities", quick)
    found = await chat(house, "whatsapp-cloud")
    found.account.fail("drop", method="messages", after=True)
    said = await found.say("your parcel left")
    await found.ear.state(said["id"], "delivered")
    after = await found.say("it comes tomorrow")
    await found.ear.state(after["id"], "delivered")
    assert found.told() == ["your parcel left", "it comes tomorrow"]
    assert not any(message.get("maybe_twice") for message in await house.messages(found.session))


async def test_a_connection_that_is_dropped_before_anything_was_done_loses_nothing(house: House, soon: None) -> None:
    found = await chat(house, "line")
    found.account.fail("drop", method="push", times=2)
    for words in ("one", "two"):
        await found.say(words)
    await reaches(found.phone, "two")
    assert found.told() == ["one", "two"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that name it before `house`: a call may take half a second."""
    monkeypatch.setattr("gateway.wire.TOTAL_S", 0.5)


async def test_a_provider_that_never_answers_is_given_up_on_in_time_and_asked_again(
    impatient: None, house: House, soon: None
) -> None:
    found = await chat(house, "line")
    found.account.fail("hang", method="push")
    said = await found.say("are you there")
    other = house.accounts["line"].phone(name="Tom")
    await other.text("And I?")
    await reaches(other, GREETING)
    assert found.told() == [], "a call that hangs holds up one conversation and no other"
    await found.ear.state(said["id"], "sent")
    assert found.told() == ["are you there"]


async def test_what_the_provider_will_never_take_is_shown_with_the_reason_and_lets_the_next_one_through(
    house: House, soon: None
) -> None:
    found = await chat(house, "telegram")
    found.account.fail(400, method="sendMessage", message="Bad Request: chat is deactivated")
    said = await found.say("one")
    failed = await found.ear.state(said["id"], "failed")
    assert failed["error"] == {"code": "400", "reason": "Chat is deactivated"}
    await found.say("two")
    await reaches(found.phone, "two")


@pytest.mark.parametrize("kind", PROVIDERS)
async def test_a_webhook_that_comes_twice_at_one_instant_and_once_more_later_is_kept_once(
    house: House, kind: str
) -> None:
    mei = await house.agent("Mei")
    await house.channel(kind)
    ear = await house.ear(mei)
    account = house.accounts[kind]
    phone = account.phone(name="Ann")
    account.fail_webhooks("duplicate")
    outcome = await phone.text("Only once")
    assert outcome.deliveries[0].attempts == [200, 200]
    assert (await account.redeliver(outcome.deliveries[0])).status == 200
    session = await house.session_of(ear, "Only once")
    await ear.of(session, "session.assigned")
    await reaches(phone, GREETING)
    await phone.text("And another")
    await ear.message("And another", type="message.created")
    said = [
        message["content"]["text"]
        for message in await house.messages(session)
        if message["author"]["kind"] == "customer"
    ]
    assert said == ["Only once", "And another"]
    assert len(await house.sessions(kind)) == 1
    assert await house.figure(kind, "duplicate") == 2
    assert shown(phone.received).count(GREETING) == 1


async def test_forty_copies_at_one_instant_are_kept_once(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("telegram")
    ear = await house.ear(mei)
    account = house.accounts["telegram"]
    outcome = await account.phone(name="Ann").text("Hello")
    session = await house.session_of(ear, "Hello")
    await asyncio.gather(*(account.redeliver(outcome.deliveries[0]) for _ in range(40)))
    assert [m["content"]["text"] for m in await house.messages(session)].count("Hello") == 1


async def test_webhooks_that_overtake_each_other_are_all_kept_and_the_older_one_is_marked_late(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("whatsapp-cloud")
    ear = await house.ear(mei)
    account = house.accounts["whatsapp-cloud"]
    account.settings = Settings(receipts="none")  # or a receipt might be what is held back
    phone = account.phone(name="Ann")
    await phone.text("zero")
    session = await house.session_of(ear, "zero")
    await ear.of(session, "session.assigned")
    account.fail_webhooks("reorder")
    await phone.text("first")
    house.simulator.clock.advance(2_000)  # Meta's times are whole seconds
    await phone.text("second")
    await ear.message("first", type="message.created")
    heard = [m for m in await house.messages(session) if m["author"]["kind"] == "customer"]
    assert [m["content"]["text"] for m in heard] == ["zero", "second", "first"]
    assert [m.get("late", False) for m in heard] == [False, False, True]
    assert [m["seq"] for m in await house.messages(session)] == list(range(1, 1 + len(await house.messages(session))))


async def test_several_people_in_one_post_each_get_their_own_chat_in_the_order_of_the_providers_time(
    house: House,
) -> None:
    await house.agent("Mei", capacity=50)
    await house.channel("line")
    account = house.accounts["line"]
    phones = [account.phone(name=f"Guest {number}") for number in range(5)]
    acts = [(phone, do.Text(f"{phone.name} says {part}")) for part in (1, 2, 3) for phone in phones]
    outcome = await account.together(acts)
    assert (len(outcome.deliveries), outcome.status) == (1, 200)
    sessions = await house.sessions("line")
    assert len(sessions) == 5
    for session in sessions:
        said = [m["content"]["text"] for m in await house.messages(session["id"]) if m["author"]["kind"] == "customer"]
        assert [words[-1] for words in said] == ["1", "2", "3"], said


async def test_statuses_that_come_twice_late_or_before_the_answer_never_go_backwards(house: House) -> None:
    found = await chat(house, "whatsapp")
    found.account.fail("slow", method="messages", ms=150, after=True)  # its statuses come before its answer
    said = await found.say("hello")
    await found.ear.state(said["id"], "delivered")
    await found.phone.read()
    await found.ear.state(said["id"], "read")
    for delivery in tuple(found.account.deliveries):
        if delivery.post.url is not None:
            assert (await found.account.redeliver(delivery)).status == 200
    states = [
        frame["message"]["state"] for frame in found.ear.frames if (frame.get("message") or {}).get("id") == said["id"]
    ]
    order = ["queued", "sent", "delivered", "read"]
    assert states == sorted(states, key=order.index)
    assert (await house.messages(found.session))[-1]["state"] == "read"


async def test_a_click_that_is_sent_twice_is_one_message(house: House) -> None:
    found = await chat(house, "telegram")
    body = {"client_id": "click-1", "content": {"type": "text", "text": "Once, please"}}
    path = f"{INBOX}/sessions/{found.session}/messages"
    answers = await asyncio.gather(*(found.mei.post(path, body) for _ in range(6)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["id"] for answer in answers}) == 1
    await kept(found.account, lambda message: message.text == "Once, please")
    await found.say("next")
    await reaches(found.phone, "next")
    assert found.told() == ["Once, please", "next"]
    other = await found.mei.post(path, body | {"content": {"type": "text", "text": "Something else"}})
    assert (other.status, other.body["code"]) == (409, "client_id")
