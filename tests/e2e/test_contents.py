"""What customers and agents send beside words, through real webhooks, real calls and real files."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from simulator.accounts import Outcome, Phone
from tests.e2e.house import ADMIN, INBOX, PIXEL, PROVIDERS, WAIT_S, Ear, Frame, House, kept, reaches, text, until

Act = Callable[[Phone], Awaitable[Outcome]]
OGG = b"OggS\x00\x02" + bytes(40)
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(40)
PDF = b"%PDF-1.7\n%%EOF\n"
FILES = ("image", "audio", "video", "file")

ACTS: dict[str, Act] = {
    "image": lambda phone: phone.image(PIXEL, "image/png"),
    "audio": lambda phone: phone.audio(OGG),
    "video": lambda phone: phone.video(MP4),
    "file": lambda phone: phone.file(PDF, "bill.pdf"),
    "location": lambda phone: phone.location(35.65, 139.7, "Tower", "Minato"),
    "sticker": lambda phone: phone.sticker(),
    "contact": lambda phone: phone.contact("Grace Hopper", "+15550100"),
    "unsupported": lambda phone: phone.unknown("hologram", depth=3),
}
BYTES = {"image": PIXEL, "audio": OGG, "video": MP4, "file": PDF}
HEARD = {
    "line": {"image", "audio", "video", "file", "location", "sticker", "unsupported"},
    "whatsapp": {"image", "audio", "video", "file", "location", "sticker", "contact", "unsupported"},
    "whatsapp-cloud": set(ACTS),
    "telegram": set(ACTS),
}
AS: dict[tuple[str, str], str] = {("whatsapp", "contact"): "file"}
"""Twilio's contact is a file in vCard format."""


async def _heard(ear: Ear, seen: int) -> Frame:
    """The content of the customer's next message."""

    def fits(frame: Frame) -> bool:
        return bool(frame["type"] == "message.created") and frame["message"]["author"]["kind"] == "customer"

    found = await ear.heard(fits, "the customer's message", after=seen)
    message: Frame = found["message"]
    return message


@pytest.mark.parametrize("kind", PROVIDERS)
async def test_whatever_a_phone_sends_is_shown_with_its_bytes_behind_a_signed_address(house: House, kind: str) -> None:
    mei = await house.agent("Mei")
    await house.channel(kind)
    ear = await house.ear(mei)
    phone = house.accounts[kind].phone(name="Ann")
    for name in sorted(HEARD[kind]):
        seen = len(ear.frames)
        assert (await ACTS[name](phone)).status == 200, name
        message = await _heard(ear, seen)
        content = message["content"]
        assert content["type"] == AS.get((kind, name), name), content
        match content["type"]:
            case "location":
                assert (content["latitude"], content["longitude"]) == (35.65, 139.7)
            case "contact":
                assert (content["name"], list(content["phones"])) == ("Grace Hopper", ["+15550100"])
            case "unsupported" if kind != "telegram":
                assert content["kind"] == "hologram"
            case "image" | "audio" | "video" | "file" if name in BYTES:
                await _its_bytes_are(house, ear, message["id"], BYTES[name])
            case _:
                pass
    assert await house.figure(kind, "kept") == len(HEARD[kind])


async def _its_bytes_are(house: House, ear: Ear, message: str, data: bytes) -> None:
    def arrived(frame: Frame) -> bool:
        said = frame.get("message") or {}
        return said.get("id") == message and bool(said["content"].get("url"))

    url = (await ear.heard(arrived, "the file"))["message"]["content"]["url"]
    assert url.startswith(f"{house.url}/media/"), "a provider's own address is never shown"
    async with house.http.get(url) as answer:
        assert (answer.status, await answer.read()) == (200, data)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    async with house.http.get(url[:-1] + ("0" if url[-1] != "0" else "1")) as answer:
        named = url.endswith((".pdf", ".jpg", ".ogg", ".mp4"))
        assert answer.status == (200 if named else 403), "the address is signed; only the name behind it is free"


CHOICE: Frame = {
    "type": "choice",
    "text": "Which size?",
    "options": [{"id": "s", "label": "Small"}, {"id": "l", "label": "Large"}],
}


@pytest.mark.parametrize("kind", PROVIDERS)
async def test_an_agent_sends_choices_places_and_pictures_and_a_press_comes_back_as_the_choice(
    house: House, kind: str
) -> None:
    mei = await house.agent("Mei")
    await house.channel(kind)
    ear = await house.ear(mei)
    phone = house.accounts[kind].phone(name="Ann")
    await phone.text("Do you have it?")
    session = await house.session_of(ear, "Do you have it?")
    await ear.of(session, "session.assigned")

    await house.reply(mei, session, CHOICE)
    asked = await phone.wait_for(lambda message: message.text.startswith("Which size?"), WAIT_S)
    seen = len(ear.frames)
    await (phone.press("Large") if asked.options else phone.text("2"))
    assert (await _heard(ear, seen))["content"] == {"type": "chosen", "id": "l", "label": "Large"}

    place = await house.reply(mei, session, {"type": "location", "latitude": 48.85, "longitude": 2.35, "title": "Shop"})
    await phone.wait_for(lambda message: message.kind == "location", WAIT_S)
    await ear.state(place["id"], "sent")

    picture = await _uploaded(house, mei)
    sent = await house.reply(mei, session, picture)
    await ear.state(sent["id"], "sent")
    received = await phone.wait_for(lambda message: message.kind in ("image", "media"), WAIT_S)
    raw: dict[str, Any] = received.raw
    url = raw.get("photo") or raw.get("originalContentUrl") or raw.get("image", {}).get("link") or raw["MediaUrl"][0]
    async with house.http.get(url) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", PIXEL)


async def _uploaded(house: House, agent: Any) -> Frame:
    headers = {"Authorization": f"Bearer {agent.token}"}
    async with house.http.post(f"{INBOX}/files?name=plan.png", data=PIXEL, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        content: Frame = await answer.json()
    return content


async def test_a_visitor_and_an_agent_exchange_files_and_choices_on_the_web(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("web")
    ear = await house.ear(mei)
    visitor = await house.visitor(language="en")
    await visitor.say(type="message", client_id="1", content=text("Hello there"))
    session = await house.session_of(ear, "Hello there")
    await ear.of(session, "session.assigned")

    sent = await house.reply(mei, session, await _uploaded(house, mei))
    shown = await visitor.heard(lambda frame: (frame.get("message") or {}).get("seq") == sent["seq"], "the picture")
    async with house.http.get(shown["message"]["content"]["url"]) as answer:
        assert (answer.status, await answer.read()) == (200, PIXEL)

    await house.reply(mei, session, CHOICE)
    await visitor.message("Which size?")
    seen = len(ear.frames)
    await visitor.say(type="message", client_id="2", content={"type": "chosen", "id": "l", "label": "Large"})
    assert (await _heard(ear, seen))["content"]["id"] == "l"


@pytest.mark.parametrize(("kind", "status"), [("telegram", 200), ("line", 409)])
async def test_a_message_is_taken_back_where_the_channel_can_and_refused_elsewhere(
    house: House, kind: str, status: int
) -> None:
    mei = await house.agent("Mei")
    await house.channel(kind)
    ear = await house.ear(mei)
    phone = house.accounts[kind].phone(name="Ann")
    await phone.text("Hello")
    session = await house.session_of(ear, "Hello")
    await ear.of(session, "session.assigned")
    said = await house.reply(mei, session, "Oops")
    arrived = await reaches(phone, "Oops")
    await ear.state(said["id"], "sent")
    answer = await mei.post(f"{INBOX}/sessions/{session}/recall", {"message": said["id"]})
    assert answer.status == status, answer.body
    if status == 200:
        await kept(phone.account, lambda message: message.kind == "delete" and message.id == arrived.id)
        assert (await house.messages(session))[said["seq"] - 1]["recalled"]


async def test_an_edit_shows_the_new_words(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("telegram")
    ear = await house.ear(mei)
    tom = house.accounts["telegram"].phone(name="Tom")
    outcome = await tom.text("I want tow")
    await tom.edit(outcome.message_id, "I want two")
    await ear.message("I want two", type="message.updated")


@pytest.mark.parametrize("kind", ["line", "whatsapp-cloud"])
async def test_what_a_customer_took_back_is_shown_nowhere(house: House, kind: str) -> None:
    mei = await house.agent("Mei")
    await house.channel(kind)
    ear = await house.ear(mei)
    phone = house.accounts[kind].phone(name="Ann")
    outcome = await phone.text("my secret words")
    session = await house.session_of(ear, "my secret words")
    assert (await phone.unsend(outcome.message_id)).status == 200
    await ear.heard(lambda frame: (frame.get("message") or {}).get("recalled", False), "that it is gone")
    assert "my secret" not in str(await house.messages(session))


@pytest.mark.parametrize("kind", ["telegram", "line", "whatsapp-cloud"])
async def test_an_edit_or_unsend_after_the_chat_was_closed_is_taken_all_the_same(house: House, kind: str) -> None:
    """A provider that is refused would send it for days, and Telegram hold back that customer's next messages."""
    mei = await house.agent("Mei")
    await house.channel(kind)
    ear = await house.ear(mei)
    phone = house.accounts[kind].phone(name="Ann")
    outcome = await phone.text("The first words")
    session = await house.session_of(ear, "The first words")
    await ear.of(session, "session.assigned")
    assert (await mei.post(f"{INBOX}/sessions/{session}/close")).status == 200
    if kind == "telegram":
        assert (await phone.edit(outcome.message_id, "The other words")).status == 200
        assert (await house.messages(session))[0]["content"]["text"] == "The other words"
    else:
        assert (await phone.unsend(outcome.message_id)).status == 200
        assert "The first words" not in str(await house.messages(session))


@pytest.mark.parametrize("kind", PROVIDERS)
async def test_typing_and_read_marks_are_shown_where_the_channel_has_them(house: House, kind: str) -> None:
    mei = await house.agent("Mei")
    await house.channel(kind)
    ear = await house.ear(mei)
    account = house.accounts[kind]
    await account.phone(name="Ann").text("Hello")
    session = await house.session_of(ear, "Hello")
    await ear.of(session, "session.assigned")
    assert (await mei.post(f"{INBOX}/sessions/{session}/typing")).status == 204
    await kept(account, lambda message: message.kind == "typing")
    assert (await mei.post(f"{INBOX}/sessions/{session}/read")).status == 204
    if kind in ("line", "whatsapp-cloud"):
        await kept(account, lambda message: message.kind == "read")


async def test_a_template_goes_out_and_what_whatsapp_refuses_outside_its_window_is_shown(house: House) -> None:
    mei = await house.agent("Mei")
    for kind in ("whatsapp", "whatsapp-cloud"):
        await house.channel(kind)
    ear = await house.ear(mei)
    simulator = house.simulator
    approved = simulator.twilio.template(
        "hello_again", {"twilio/text": {"body": "Hello {{1}}, still there?"}}, variables={"1": "name"}
    )
    simulator.meta.template(house.accounts["whatsapp-cloud"], "hello_again", "Hello {{1}}, still there?")
    sessions = {}
    for kind in ("whatsapp", "whatsapp-cloud"):
        await house.accounts[kind].phone("15005550006", "Ann").text(f"Hello {kind}")
        sessions[kind] = await house.session_of(ear, f"Hello {kind}")
        await ear.of(sessions[kind], "session.assigned")

    simulator.clock.advance(25 * 3_600_000)  # the provider's clock alone: the desk still believes the window open
    for kind, code in (("whatsapp", "63016"), ("whatsapp-cloud", "131047")):
        said = await house.reply(mei, sessions[kind], "Are you still there?")
        failed = await ear.state(said["id"], "failed")
        assert failed["error"]["code"] == code, failed
        listed = await mei.get(f"{INBOX}/sessions/{sessions[kind]}/templates")
        assert [item["variables"] for item in listed.body["items"]] == [1], listed.body
        name = listed.body["items"][0]["name"]
        assert name in ("hello_again", approved.sid)
        body = {"client_id": f"t-{kind}", "name": name, "variables": ["Ann"], "text": "Hello {{1}}, still there?"}
        sent = await mei.post(f"{INBOX}/sessions/{sessions[kind]}/template", body)
        assert sent.status == 201, sent.body
        await reaches(house.accounts[kind].phone("15005550006"), "Hello Ann, still there?")
        await ear.state(sent.body["id"], "delivered")


async def test_metas_challenge_is_answered_to_who_knows_the_word_and_to_nobody_else(house: House) -> None:
    await house.channel("whatsapp-cloud")
    await house.channel("line")
    account = house.accounts["whatsapp-cloud"]
    assert await house.simulator.meta.verify(account) is True
    assert await house.simulator.meta.verify(account, "guessed") is False
    async with house.http.get(house.channels["line"]["webhook_url"]) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")


BAD_TOKENS = {
    "line": ("channel_access_token", "wrong-token-for-line"),
    "whatsapp": ("auth_token", "wrong-token-for-twilio"),
    "whatsapp-cloud": ("access_token", "wrong-token-for-meta"),
    "telegram": ("bot_token", "123456789:AAFwrongwrongwrongwrongwrongwrongwro"),
}


@pytest.mark.parametrize("kind", PROVIDERS)
async def test_a_channel_is_green_and_turns_red_with_the_reason_when_its_token_is_wrong(
    house: House, kind: str
) -> None:
    channel = await house.channel(kind)
    assert (await _health(house, channel["id"], ok=True))["reason"] is None
    name, wrong = BAD_TOKENS[kind]
    changed = await house.owner.patch(f"{ADMIN}/channels/{channel['id']}", {"settings": {name: wrong}})
    assert changed.status == 200
    reason = (await _health(house, channel["id"], ok=False))["reason"]
    assert reason and wrong not in reason, reason


async def _health(house: House, channel: str, *, ok: bool) -> Frame:
    """As soon as the look that began with the change has ended."""

    async def look() -> Frame | None:
        health: Frame = (await house.owner.get(f"{ADMIN}/channels/{channel}")).body["health"]
        return health if health["ok"] is ok else None

    return await until(look)
