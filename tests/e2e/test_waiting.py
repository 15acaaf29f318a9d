"""Waiting and not being answered, through the whole product: the queue, both modes, hours, absence, SLA."""

from typing import Any

from tests.e2e.house import ADMIN, INBOX, Ear, House, reaches, text, until

FULL = "We are sorry, too many people are waiting right now. Please try again a little later."
CLOSED = "Thank you for your message. We are closed at the moment; we will get back to you as soon as we open."
NEXT = "You are next in line. Someone will be with you shortly."


async def writes(ear: Ear, words: str, id: str = "c1") -> str:
    """The visitor says so; the session."""
    await ear.say(type="message", client_id=id, content=text(words))
    await ear.heard(lambda frame: frame["type"] == "ack" and frame["client_id"] == id, "ack")
    frame = await ear.heard(lambda frame: frame.get("session") is not None and "phase" in frame["session"], "a chat")
    return str(frame["session"]["id"])


async def steps(house: House, session: str) -> list[str]:
    return [line["step"] for line in (await house.detail(session))["trace"]]


async def in_phase(house: House, session: str, phase: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found = await house.detail(session)
        return found if found["phase"] == phase else None

    return await until(look)


async def test_a_visitor_sees_their_place_and_who_comes_too_late_is_told_that_the_queue_is_full(house: House) -> None:
    await house.channel("web")
    await house.settings("assignment", {"queue": {"limit": 1}})
    mei = await house.agent("Mei", capacity=1)
    first, second, third = [await house.visitor() for _ in range(3)]
    session = await writes(first, "one")
    await in_phase(house, session, "active")
    waiting = await writes(second, "two")
    await second.message(NEXT)
    shown = await second.heard(lambda frame: frame["type"] == "queue", "the place")
    assert shown == {"type": "queue", "session": waiting, "position": 1, "wait_seconds": None}
    refused = await writes(third, "three")
    await third.message(FULL)
    assert (await house.detail(refused))["closed"]["reason"] == "queue_full"
    assert "unavailable" in await steps(house, refused)
    assert (await mei.post(f"{INBOX}/sessions/{session}/close")).status == 200
    await in_phase(house, waiting, "active")


async def test_who_waits_is_asked_and_let_go_or_keeps_waiting(house: House) -> None:
    await house.channel("telegram")
    await house.settings("assignment", {"queue": {"reminder_seconds": 1, "answer_seconds": 2}})
    ann, bob = (house.accounts["telegram"].phone(name=name) for name in ("Ann", "Bob"))
    for phone in (ann, bob):
        assert (await phone.text("Anyone?")).status == 200
    asked = await bob.wait_for(lambda message: [option.label for option in message.options] == ["Keep waiting"])
    await bob.press(asked.options[0].label)
    await ann.wait_for(lambda message: message.text.startswith("We are sorry, everyone is still busy"))

    async def phases() -> dict[str, str] | None:
        found = {chat["customer"]["name"]: chat["phase"] for chat in await house.sessions("telegram")}
        return found if found["Ann"] == "closed" else None

    assert (await until(phases))["Bob"] == "queued"


async def test_out_of_hours_a_customer_is_told_so_and_nobody_is_given_the_chat(house: House) -> None:
    await house.agent("Mei")
    await house.channel("telegram")
    await house.settings("hours", {"zone": "Europe/Berlin", "week": {}})
    phone = house.accounts["telegram"].phone(name="Ann")
    assert (await phone.text("Are you there?")).status == 200
    await reaches(phone, CLOSED)
    (chat,) = await house.sessions("telegram")
    assert (chat["phase"], chat["agent"]) == ("bot", None)
    assert await steps(house, chat["id"]) == ["opened", "unavailable"]


async def test_always_on_gives_chats_to_those_who_are_away_if_all_are_the_target(house: House) -> None:
    mei = await house.agent("Mei", capacity=1)
    group = await house.owner.post(f"{ADMIN}/groups", {"name": "Sales", "agents": [house.ids["Mei"]]})
    await house.channel("telegram", group=group.body["id"])
    await house.settings("reception", {"mode": "always_on", "always_on": {"target": "all", "pending_seconds": 3600}})
    assert (await mei.put(f"{INBOX}/me/status", {"status": "offline"})).status == 200
    ann, bob = (house.accounts["telegram"].phone(name=name) for name in ("Ann", "Bob"))
    assert (await ann.text("one")).status == 200
    await reaches(ann, "Mei has joined the chat and will be happy to help you.")
    assert (await bob.text("two")).status == 200
    await bob.wait_for(lambda message: message.text.startswith("Thank you for your message. Nobody is available"))
    chats = {chat["customer"]["name"]: chat for chat in await house.sessions("telegram")}
    assert {name: chat["phase"] for name, chat in chats.items()} == {"Ann": "active", "Bob": "unassigned"}
    assert (await mei.post(f"{INBOX}/sessions/{chats['Ann']['id']}/close")).status == 200
    await in_phase(house, chats["Bob"]["id"], "active")


async def test_the_chats_of_an_agent_who_goes_offline_move_on(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("telegram")
    await house.settings("assignment", {"agent_offline": {"chats": "move"}})
    phone = house.accounts["telegram"].phone(name="Ann")
    assert (await phone.text("Hello")).status == 200
    await reaches(phone, "Mei has joined the chat and will be happy to help you.")
    await house.agent("Tom")
    assert (await mei.put(f"{INBOX}/me/status", {"status": "offline"})).status == 200
    await reaches(phone, "Tom has joined the chat and will be happy to help you.")
    (chat,) = await house.sessions("telegram")
    told = [line["text"] for line in (await house.detail(chat["id"]))["trace"] if line["step"] == "transferred"]
    assert told == ["Transferred by system: Mei went offline."]


async def test_a_lost_connection_counts_as_offline_after_the_grace_that_is_set(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("telegram")
    await house.settings("assignment", {"agent_offline": {"chats": "close", "grace_seconds": 1}})
    phone = house.accounts["telegram"].phone(name="Ann")
    assert (await phone.text("Hello")).status == 200
    await reaches(phone, "Mei has joined the chat and will be happy to help you.")
    ear = await house.ear(mei)
    await ear.close()
    await phone.wait_for(lambda message: message.text.startswith("We are sorry, the colleague helping you has gone"))


async def test_a_silent_agent_is_reminded_and_loses_the_chat_and_its_promise_is_broken(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("telegram")
    await house.settings("assignment", {"agent_silent": {"reminder_seconds": 1, "transfer_seconds": 3}})
    await house.settings("sla", {"policies": [{"name": "Quick", "first_response_seconds": 2}]})
    ear = await house.ear(mei)
    phone = house.accounts["telegram"].phone(name="Ann")
    assert (await phone.text("Hello")).status == 200
    session = await house.session_of(ear, "Hello")
    await ear.of(session, "session.reminded")
    tom = await house.agent("Tom")
    breached = await ear.of(session, "session.sla_breached")
    assert breached["session"]["sla"]["policy"] == "Quick"
    assert [goal["breached"] for goal in breached["session"]["sla"]["goals"]] == [True]
    await reaches(phone, "Tom has joined the chat and will be happy to help you.")
    await house.reply(tom, session, "Hello Ann")
    told = [line["text"] for line in (await house.detail(session))["trace"] if line["step"] == "sla"]
    assert told[0] == "SLA “Quick”: first response in 2 s."
    assert told[-1] == "The first response came late."


async def test_a_group_that_a_policy_names_is_not_removed(house: House) -> None:
    made = await house.owner.post(f"{ADMIN}/groups", {"name": "Sales", "agents": []})
    named = {"if": "hours", "group": made.body["id"]}
    await house.settings("sla", {"policies": [{"name": "A", "when": named, "resolution_seconds": 60}]})
    gone = await house.owner.delete(f"{ADMIN}/groups/{made.body['id']}")
    assert gone.status == 409
    assert list(gone.fields) == ["sla.policies.0.when.group"]
