"""How each kind of bot is asked and understood, against the shapes its documentation names (docs/bots.md)."""

from typing import Any

import msgspec
import pytest

from api.bots import FaqSettings, RasaSettings, ReplyIn, WebhookSettings, WishIn
from api.contents import ChoiceIn, FileIn, ImageIn, OptionIn, TextIn
from api.signing import ID, is_signed
from core.channel import Secret
from core.customer import Customer
from core.errors import DeliveryError, Rejected, Throttled, Unreachable
from core.faq import Faq
from core.message import Author, Chosen, Content, Image, Message, Text
from core.ports.reading import SessionRow
from core.session import Session
from gateway.bot_kinds import Question, ask_faq, ask_rasa, ask_webhook
from tests.connectors.wires import FakeWire, answer
from tests.core.given import NOON
from tests.core.test_faq import ENTRIES

HOOK = WebhookSettings(url="https://bot.example/f", secret=Secret("a secret of 22 letters"))
RASA = RasaSettings(url="https://rasa.example/")


def question(content: Content | str = "where is my order", language: str = "en") -> Question:
    said = Text(content) if isinstance(content, str) else content
    session = Session(id="s1", number=7, phase="bot", opened_at=NOON, language=language, seq=1)
    customer = Customer(id="c1", name="Ann", tags=("gold",), params={"plan": "pro"})
    row = SessionRow(session=session, conversation="v1", channel="ch1", address="ann", customer=customer)
    return Question(
        id="e1",
        bot="b1",
        row=row,
        message=Message(seq=1, author=Author(kind="customer", id="c1"), content=said, at=NOON),
        channel_name="Shop",
        reply_url="https://desk.example/api/v1/bots/b1/sessions/s1/messages",
        now=NOON,
    )


# --- our own ----------------------------------------------------------------------------------------------------


def test_our_own_bot_answers_suggests_or_does_not_know() -> None:
    faq, settings = Faq.compile(ENTRIES), FaqSettings(questions=ENTRIES)
    assert ask_faq(faq, settings, question("oppening hours")) == ReplyIn(
        messages=(TextIn("Nine to five."),), helpful=True
    )
    assert ask_faq(faq, settings, question("ship")).suggestions[0] == OptionIn(
        "faq:shipped", "When will my order ship?"
    )
    assert ask_faq(faq, settings, question("my dog ate it")) == ReplyIn(unknown=True)
    assert ask_faq(faq, settings, question(Chosen("faq:hours", "When?"), "ja")).messages == (
        TextIn("9時から17時までです。"),
    )
    quiet = FaqSettings(questions=ENTRIES, helpful=False)
    assert not ask_faq(faq, quiet, question("opening hours")).helpful


# --- a signed webhook -------------------------------------------------------------------------------------------


async def hooked(*outcomes: Any, ask: Question | None = None) -> tuple[ReplyIn | None, FakeWire]:
    wire = FakeWire(outcomes)
    return await ask_webhook(HOOK, ask or question(), wire, 15.0), wire


async def test_the_call_is_signed_and_says_all_there_is() -> None:
    _, wire = await hooked(answer(200, {}))
    (call,) = wire.calls
    assert (call.method, call.url, call.headers[ID]) == ("POST", "https://bot.example/f", "e1")
    assert call.body is not None and is_signed(HOOK.secret, call.headers, call.body, now=NOON)
    assert call.data == {
        "id": "e1",
        "bot": "b1",
        "at": "2023-11-14T22:13:20.000Z",
        "session": {
            "id": "s1",
            "number": 7,
            "phase": "bot",
            "language": "en",
            "group": None,
            "channel": "ch1",
            "channel_name": "Shop",
            "customer": {
                "id": "c1",
                "name": "Ann",
                "language": None,
                "partner_id": None,
                "vip": False,
                "tags": ["gold"],
                "params": {"plan": "pro"},
            },
        },
        "message": {
            "seq": 1,
            "at": "2023-11-14T22:13:20.000Z",
            "text": "where is my order",
            "content": {"type": "text", "text": "where is my order"},
        },
        "reply_url": "https://desk.example/api/v1/bots/b1/sessions/s1/messages",
        "test": False,
    }
    assert HOOK.secret.encode() not in call.body


async def test_its_answer_is_read_whole() -> None:
    reply, _ = await hooked(
        answer(
            200,
            {
                "messages": [
                    {"type": "text", "text": "Which one?"},
                    {"type": "choice", "text": "Pick:", "options": [{"id": "a", "label": "A"}]},
                ],
                "handover": {"group": "sales", "note": "Wants ten."},
                "end": True,
            },
        )
    )
    assert reply == ReplyIn(
        messages=(TextIn("Which one?"), ChoiceIn("Pick:", (OptionIn("a", "A"),))),
        handover=WishIn(group="sales", note="Wants ten."),
        end=True,
    )


@pytest.mark.parametrize("status", [202, 204])
async def test_it_may_answer_later(status: int) -> None:
    assert (await hooked(answer(status)))[0] is None


@pytest.mark.parametrize(
    ("outcome", "error", "words"),
    [
        (answer(404), Rejected, "HTTP 404"),
        (answer(302), Rejected, "HTTP 302"),
        (answer(503), Unreachable, "HTTP 503"),
        (answer(429, retry_after="3"), Throttled, "asked too much"),
        (answer(200, b"<html>"), Rejected, "no JSON"),
        (answer(200, b"[" * 100_000), Rejected, "no JSON"),
        (answer(200, {"messages": "hello"}), Rejected, "wrong at messages"),
        (answer(200, {"message": "hello"}), Rejected, "wrong at message: There is no such field"),
        (Unreachable("network", "away"), Unreachable, "away"),
    ],
)
async def test_what_is_no_answer_says_why(outcome: Any, error: type[DeliveryError], words: str) -> None:
    with pytest.raises(error, match=words) as raised:
        await hooked(outcome)
    assert type(raised.value) is error


# --- Rasa -------------------------------------------------------------------------------------------------------


async def rasa(*outcomes: Any, ask: Question | None = None, settings: RasaSettings = RASA) -> tuple[ReplyIn, FakeWire]:
    wire = FakeWire(outcomes)
    return await ask_rasa(settings, ask or question(), wire, 15.0), wire


async def test_rasa_is_asked_as_its_rest_channel_wants() -> None:
    _, wire = await rasa(answer(200, []))
    (call,) = wire.calls
    assert (call.method, call.url) == ("POST", "https://rasa.example/webhooks/rest/webhook")
    assert (call.data["sender"], call.data["message"]) == ("s1", "where is my order")
    assert call.data["metadata"]["customer"]["name"] == "Ann"


async def test_a_custom_channel_and_a_token_stand_in_the_address() -> None:
    settings = RasaSettings(url="https://rasa.example", channel="callback", token=Secret("s e/cret"))
    _, wire = await rasa(answer(200, []), settings=settings)
    assert wire.calls[0].url == "https://rasa.example/webhooks/callback/webhook?token=s%20e%2Fcret"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (Text("hi"), "hi"),
        (Chosen("/affirm", "Yes"), "/affirm"),
        (Image(url="https://m.example/1", caption="this one"), "this one https://m.example/1"),
    ],
)
async def test_a_button_is_its_payload_and_a_file_its_address(content: Content, message: str) -> None:
    _, wire = await rasa(answer(200, []), ask=question(content))
    assert wire.calls[0].data["message"] == message


@pytest.mark.parametrize(
    ("utterances", "reply"),
    [
        ([{"recipient_id": "s1", "text": "Hey!"}], ReplyIn(messages=(TextIn("Hey!"),))),
        (
            [{"recipient_id": "s1", "text": "A"}, {"recipient_id": "s1", "image": "https://i.example/c.png"}],
            ReplyIn(messages=(TextIn("A"), ImageIn(url="https://i.example/c.png", mime="image/png"))),
        ),
        (
            [
                {
                    "recipient_id": "s1",
                    "text": "Sure?",
                    "buttons": [{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}],
                }
            ],
            ReplyIn(messages=(ChoiceIn("Sure?", (OptionIn("/affirm", "Yes"), OptionIn("/deny", "No"))),)),
        ),
        ([{"text": "Pick", "buttons": [{"title": "A"}]}], ReplyIn(messages=(ChoiceIn("Pick", (OptionIn("A", "A"),)),))),
        (
            [{"attachment": "https://f.example/terms.pdf"}],
            ReplyIn(messages=(FileIn(url="https://f.example/terms.pdf", mime="application/pdf", name="terms.pdf"),)),
        ),
        (
            [{"attachment": {"type": "video", "payload": {"src": "https://f.example/a.mp4"}}}],
            ReplyIn(messages=(FileIn(url="https://f.example/a.mp4", mime="video/mp4", name="a.mp4"),)),
        ),
        ([], ReplyIn(unknown=True)),
        ([{"recipient_id": "s1", "text": " "}], ReplyIn(unknown=True)),
        ([{"custom": {"handover": True}}], ReplyIn(handover=WishIn())),
        (
            [{"text": "One moment."}, {"custom": {"handover": {"group": "sales", "note": "Ten."}}}],
            ReplyIn(messages=(TextIn("One moment."),), handover=WishIn(group="sales", note="Ten.")),
        ),
        ([{"custom": {"handover": {"floor": 3}}}], ReplyIn(handover=WishIn())),
        ([{"text": "?"}, {"custom": {"unknown": True}}], ReplyIn(messages=(TextIn("?"),), unknown=True)),
        ([{"text": "Bye"}, {"custom": {"end": True}}], ReplyIn(messages=(TextIn("Bye"),), end=True)),
        ([{"text": "Hi", "wave": 1}], ReplyIn(messages=(TextIn("Hi"),))),
    ],
)
async def test_what_rasa_says(utterances: Any, reply: ReplyIn) -> None:
    assert (await rasa(answer(200, utterances)))[0] == reply


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (answer(200, {"status": "failure"}), Rejected),
        (answer(200, b"oops"), Rejected),
        (answer(200, [{"custom": {"chart": 1}}]), Rejected),
        (answer(401), Rejected),
        (answer(500), Unreachable),
    ],
)
async def test_what_is_not_rasas_says_why(outcome: Any, error: type[DeliveryError]) -> None:
    with pytest.raises(error):
        await rasa(outcome)


async def test_a_flood_of_utterances_is_cut() -> None:
    reply, _ = await rasa(answer(200, [{"text": str(number)} for number in range(50)]))
    assert len(reply.messages) == 10


def test_what_is_sent_is_plain_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(ReplyIn(unknown=True)))["unknown"] is True
