"""Bots in the whole product: our own on a messaging channel with buttons, an outside one over real HTTP, hand-over to
an agent who sees what the bot said."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from api.signing import is_signed, signed
from core.channel import Secret
from simulator.accounts import Phone
from tests.api import hits
from tests.e2e.house import ADMIN, INBOX, WAIT_S, Frame, House, housed, reaches, text

SECRET = "a secret of 22 letters"
HOURS = {
    "id": "hours",
    "question": {"en": "When are you open?"},
    "variants": {"en": ["opening hours"]},
    "answer": {"en": "Nine to five."},
}
COSTS = {"id": "costs", "question": {"en": "How much is shipping?"}, "answer": {"en": "Nothing above 50 euros."}}


@pytest.fixture
async def house(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """One whose operator allows bots on this machine."""
    async with housed(tmp_path, hits.of(request.config), allow_private=("127.0.0.1",)) as found:
        yield found


async def bot(house: House, body: Frame) -> str:
    made = await house.owner.post(f"{ADMIN}/bots", {"name": "Robo", **body})
    assert made.status == 201, made.body
    id = str(made.body["id"])
    await house.settings("reception", {"service": "bot_first", "bot": id})
    return id


@asynccontextmanager
async def outside(answers: list[Any]) -> AsyncIterator[tuple[str, list[Frame]]]:
    """A bot's server on this machine: its address, and what it was asked, once it is known to be signed."""
    asked: list[Frame] = []

    async def hear(request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked.append(msgspec.json.decode(body))
        assert is_signed(Secret(SECRET), headers, body, now=int(headers["x-frontdesk-timestamp"]) * 1000)
        answer = answers.pop(0)
        return web.Response(status=answer) if isinstance(answer, int) else web.json_response(answer)

    app = web.Application()
    app.router.add_post("/frontdesk", hear)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("/frontdesk")), asked


async def test_our_own_bot_answers_through_typos_and_gives_way_to_an_agent(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("telegram")
    id = await bot(house, {"kind": "faq", "settings": {"questions": [HOURS, COSTS]}})
    tried = await house.owner.post(f"{ADMIN}/bots/{id}/test", {"text": "openning hours"})
    assert tried.body["reply"]["messages"] == [text("Nine to five.")]
    ear = await house.ear(mei)
    phone: Phone = house.accounts["telegram"].phone(name="Ann")
    await phone.text("what are your openning hours?")
    await reaches(phone, "Nine to five.")
    asked = await phone.wait_for(lambda message: message.text.startswith("Did this answer your question?"), WAIT_S)
    assert [option.label for option in asked.options] == ["Yes", "No", "Talk to a person"]
    await phone.press("Talk to a person")
    await reaches(phone, "I am passing you on to a person.")
    session = await house.session_of(ear, "Nine to five.")
    await ear.of(session, "session.assigned")
    said = [(message["author"]["kind"], message["content"].get("text")) for message in await house.messages(session)]
    assert ("bot", "Nine to five.") in said
    steps = [(line["step"], line["text"]) for line in (await house.detail(session))["trace"]]
    assert ("handover", "The bot gave the chat to people: The customer pressed the button for a person.") in steps


async def test_an_outside_bot_answers_now_and_later_and_hands_over(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("web")
    answers: list[Any] = [{"messages": [text("Let me look.")]}, 204, {"handover": {"note": "Wants ten."}}]
    async with outside(answers) as (url, asked):
        id = await bot(house, {"kind": "webhook", "settings": {"url": url, "secret": SECRET}})
        ear = await house.ear(mei)
        ann = await house.visitor(name="Ann", language="en")
        await ann.say(type="message", client_id="1", content=text("where is my order"))
        await ann.message("Let me look.")
        session = str(asked[0]["session"]["id"])
        assert (asked[0]["message"]["text"], asked[0]["session"]["customer"]["name"]) == ("where is my order", "Ann")
        await ann.say(type="message", client_id="2", content=text("it is number 12"))
        async with asyncio.timeout(20):
            while len(asked) < 2:
                await asyncio.sleep(0.01)
        raw = msgspec.json.encode({"client_id": "later-1", "messages": [text("It left us this morning.")]})
        now = time.time_ns() // 1_000_000
        path = f"/api/v1/bots/{id}/sessions/{session}/messages"
        later = await house.nobody.send("POST", path, raw=raw, headers=signed(SECRET, raw, id="x", now=now))
        assert later.status == 201, later.body
        await ann.message("It left us this morning.")
        await ann.say(type="message", client_id="3", content=text("can I have ten of them"))
        await ear.of(session, "session.assigned")
        assert "Wants ten." in [message["content"].get("text") for message in await house.messages(session)]


async def test_a_bot_that_is_down_gives_way_to_people(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("web")
    await bot(house, {"kind": "rasa", "settings": {"url": "http://127.0.0.1:9"}, "wait_seconds": 2})
    ear = await house.ear(mei)
    ann = await house.visitor(name="Ann", language="en")
    await ann.say(type="message", client_id="1", content=text("where is my order"))
    session = await house.session_of(ear, "where is my order")
    await ear.of(session, "session.assigned")
    (line,) = [line for line in (await house.detail(session))["trace"] if line["step"] == "handover"]
    assert "does not answer" in line["text"]


async def test_a_form_before_the_chat_is_asked_in_questions_on_a_messaging_channel(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("line")
    form = {
        "on": True,
        "questions": [
            {"key": "email", "label": {"en": "Your e-mail?"}, "kind": "email"},
        ],
    }
    await house.settings("reception", {"prechat": form})
    ear = await house.ear(mei)
    phone: Phone = house.accounts["line"].phone(name="A")
    await phone.text("my order is late")
    await phone.wait_for(lambda message: message.text.startswith("Your e-mail?"), WAIT_S)
    await phone.text("nope")
    await phone.wait_for(lambda message: "does not look like an e-mail" in message.text, WAIT_S)
    await phone.text("ann@example.com")
    session = await house.session_of(ear, "my order is late")
    await ear.of(session, "session.assigned")
    customer = (await house.detail(session))["customer"]["id"]
    assert (await mei.get(f"{INBOX}/customers/{customer}")).body["email"] == "ann@example.com"
