"""One whole conversation on each kind of channel: greeting, agent, answer, close, survey, rating."""

import pytest

from simulator.accounts import Phone
from tests.e2e.house import INBOX, PROVIDERS, Ear, House, reaches, text

GREETING = "Hello and welcome! How can we help you today?"
JOINED = "Mei has joined the chat and will be happy to help you."
CLOSED = "This chat has been closed. Thank you for contacting us; write to us again at any time."
INVITED = "How satisfied were you with our service? Please rate it from 1 (very poor) to 5 (excellent)."
THANKS = "Thank you for your feedback!"
STARS = ["★ Very poor", "★★ Poor", "★★★ Fair", "★★★★ Good", "★★★★★ Excellent"]
FURTHEST = {"line": "sent", "whatsapp": "read", "whatsapp-cloud": "read", "telegram": "sent"}
FORM = {
    "line": [("postback", label) for label in STARS],
    "whatsapp": [],
    "whatsapp-cloud": [("list", label) for label in STARS],
    "telegram": [("postback", label) for label in STARS],
}
"""How each provider shows the survey's answers: quick replies, none at all, a list, buttons."""


@pytest.mark.parametrize("kind", PROVIDERS)
async def test_a_customer_is_greeted_answered_closed_and_asked_and_the_rating_is_shown(house: House, kind: str) -> None:
    mei = await house.agent("Mei")
    await house.channel(kind)
    await house.settings("surveys", {"on": True, "kind": "stars"})
    ear = await house.ear(mei)
    phone: Phone = house.accounts[kind].phone(name="Ann")

    assert (await phone.text("Where is my order?")).status == 200
    await reaches(phone, GREETING)
    session = await house.session_of(ear, "Where is my order?")
    assigned = await ear.of(session, "session.assigned")
    assert assigned["session"]["agent"]["name"] == "Mei"
    await reaches(phone, JOINED)

    answer = await house.reply(mei, session, "It left us this morning.")
    await reaches(phone, "It left us this morning.")
    await ear.state(answer["id"], "sent")
    if FURTHEST[kind] == "read":
        await ear.state(answer["id"], "delivered")
        await phone.read()
    state = (await ear.state(answer["id"], FURTHEST[kind]))["state"]
    assert state == FURTHEST[kind]

    closed = await mei.post(f"{INBOX}/sessions/{session}/close")
    assert (closed.status, closed.body["phase"]) == (200, "closed")
    await reaches(phone, CLOSED)
    asked = await phone.wait_for(lambda message: message.text.startswith(INVITED))
    assert [(option.answers, option.label) for option in asked.options] == FORM[kind]
    await (phone.press(STARS[3]) if asked.options else phone.text("4"))
    await reaches(phone, THANKS)
    await ear.of(session, "session.rated")
    rating = (await house.detail(session))["rating"]
    assert (rating["kind"], rating["score"]) == ("stars", 4)
    assert len(await house.sessions(kind)) == 1, "the answer to a survey opens no chat"


async def test_the_same_on_the_web_over_the_widgets_socket(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("web")
    await house.settings("surveys", {"on": True, "kind": "stars"})
    ear = await house.ear(mei)
    visitor: Ear = await house.visitor(name="Ann", language="en")

    await visitor.say(type="message", client_id="1", content=text("Is anybody there?"))
    acked = await visitor.heard(lambda frame: frame["type"] == "ack", "the ack")
    assert (acked["client_id"], acked["message"]["content"]) == ("1", text("Is anybody there?"))
    await visitor.message(GREETING)
    session = await house.session_of(ear, "Is anybody there?")
    await visitor.message(JOINED)
    answer = await house.reply(mei, session, "Yes, hello Ann.")
    said = await visitor.message("Yes, hello Ann.")
    await ear.state(answer["id"], "sent")
    await visitor.say(type="delivered", seq=said["message"]["seq"])
    assert (await ear.state(answer["id"], "delivered"))["state"] == "delivered"
    await visitor.say(type="read", seq=said["message"]["seq"])
    assert (await ear.state(answer["id"], "read"))["state"] == "read"

    assert (await mei.post(f"{INBOX}/sessions/{session}/close")).status == 200
    await visitor.message(CLOSED)
    form = await visitor.message(INVITED)
    assert form["message"]["content"]["type"] == "form"
    await visitor.say(type="message", client_id="2", content=text("5 stars"))
    await visitor.message(THANKS)
    await ear.of(session, "session.rated")
    assert (await house.detail(session))["rating"]["score"] == 5
    assert len(await house.sessions("web")) == 1, "the answer to a survey opens no chat"
