"""What an outside bot says by itself: signed, once, and only while the chat is its."""

import json
from typing import Any

from api.bots import LaterIn
from api.documents import BotDoc
from api.signing import TIMESTAMP, signature, signed
from core.handover import Handover
from tests.api.client import Client, Seen
from tests.inbox.floor import Floor

SECRET = "a secret of 22 letters"
HELLO = {"messages": [{"type": "text", "text": "It is on its way."}]}


async def with_bot(desk: Floor, bot: str = "hook") -> str:
    """Ann wrote, and the bot has the chat; the session's id."""
    directory = desk.rim.directory
    settings = {"url": "https://bot.example", "secret": directory.seal(bot, "secret", SECRET)}
    doc = BotDoc(id=bot, name="Hook", kind="webhook", settings=settings, handover=Handover())
    await directory.save_bot(doc, who="setup")
    await desk.setting("reception", {"service": "bot_first", "bot": bot})
    return await desk.chat("where is my order")


async def say(
    desk: Floor,
    session: str,
    body: dict[str, Any],
    *,
    client_id: str = "r1",
    bot: str = "hook",
    secret: str = SECRET,
    now: int | None = None,
    client: Client | None = None,
) -> Seen:
    raw = json.dumps({"client_id": client_id, **body}).encode()
    headers = signed(secret, raw, id="x", now=desk.clock.at if now is None else now)
    path = f"/api/v1/bots/{bot}/sessions/{session}/messages"
    return await (client or desk.client).send("POST", path, raw=raw, headers=headers)


async def test_a_bot_says_something_later(desk: Floor) -> None:
    session = await with_bot(desk)
    seen = await say(desk, session, HELLO)
    assert (seen.status, seen.body["message"]["author"]) == (201, {"kind": "bot", "id": "hook", "name": "Hook"})
    mei = await desk.agent("mei")
    messages = (await mei.get(f"/api/v1/inbox/sessions/{session}/messages")).body["items"]
    assert (messages[-1]["author"]["kind"], messages[-1]["content"]["text"]) == ("bot", "It is on its way.")


async def test_a_repeat_says_it_once(desk: Floor) -> None:
    session = await with_bot(desk)
    first = await say(desk, session, HELLO)
    assert (await say(desk, session, HELLO)).body == first.body
    assert len(await desk.store.history(session)) == 3
    other = await say(desk, session, {"messages": [{"type": "text", "text": "Else"}]})
    assert (other.status, other.body["code"]) == (409, "client_id")


async def test_a_repeat_is_answered_also_when_people_have_the_chat(desk: Floor) -> None:
    session = await with_bot(desk)
    first = await say(desk, session, HELLO)
    mei = await desk.agent("mei")
    assert (await mei.post(f"/api/v1/inbox/sessions/{session}/claim")).status == 200
    assert (await say(desk, session, HELLO)).body == first.body
    late = await say(desk, session, HELLO, client_id="r2")
    assert (late.status, late.body["code"]) == (409, "not_yours")


async def test_a_hand_over_says_nothing_of_its_own(desk: Floor) -> None:
    session = await with_bot(desk)
    seen = await say(desk, session, {"handover": {"note": "Wants ten."}})
    assert (seen.status, seen.body["message"]["content"]) == (201, {"type": "note", "text": "Wants ten."})
    mei = await desk.agent("mei")
    shown = (await mei.get(f"/api/v1/inbox/sessions/{session}")).body
    assert shown["phase"] == "queued"
    assert [line["text"] for line in shown["trace"] if line["step"] in ("bot", "handover")] == [
        "Hook has the chat: The bot answers first here.",
        "The bot gave the chat to people: The bot asked for it.",
    ]


async def test_silence_on_purpose_is_no_message(desk: Floor) -> None:
    session = await with_bot(desk)
    assert (await say(desk, session, {})).body == {"message": None}


async def test_what_is_not_signed_changes_nothing(desk: Floor) -> None:
    session = await with_bot(desk)
    hour = 3_600_000
    for seen in (
        await say(desk, session, HELLO, secret="another secret of theirs"),
        await say(desk, session, HELLO, now=desk.clock.at - hour),
        await say(desk, session, HELLO, now=desk.clock.at + hour),
        await say(desk, session, HELLO, bot="gone"),
        await desk.client.post(f"/api/v1/bots/hook/sessions/{session}/messages", {"client_id": "r1"}),
    ):
        assert (seen.status, seen.body["code"]) == (403, "forged")
    assert len(await desk.store.history(session)) == 2


async def test_a_signature_covers_the_body_and_the_time(desk: Floor) -> None:
    session = await with_bot(desk)
    raw, other = b'{"client_id": "r1"}', b'{"client_id": "r2"}'
    headers = signed(SECRET, raw, id="x", now=desk.clock.at)
    path = f"/api/v1/bots/hook/sessions/{session}/messages"
    assert (await desk.client.send("POST", path, raw=other, headers=headers)).status == 403
    later = headers | {TIMESTAMP: str(int(headers[TIMESTAMP]) + 1)}
    assert (await desk.client.send("POST", path, raw=raw, headers=later)).status == 403
    assert signature(SECRET, "1", b"x").startswith("sha256=")


async def test_a_kind_without_a_secret_cannot_speak_later(desk: Floor) -> None:
    session = await with_bot(desk)
    await desk.rim.directory.save_bot(BotDoc(id="faq", name="Robo", kind="faq"), who="setup")
    assert (await say(desk, session, HELLO, bot="faq")).status == 403


async def test_a_chat_that_is_not_there_or_not_its(desk: Floor) -> None:
    session = await with_bot(desk)
    assert (await say(desk, "gone", HELLO)).status == 404
    await with_bot(desk, "other")
    assert (await say(desk, session, HELLO, bot="other")).body["code"] == "not_yours"


async def test_what_is_wrong_with_it_is_named(desk: Floor) -> None:
    session = await with_bot(desk)
    for body, field in (
        ({"messages": [{"type": "text", "text": ""}]}, "messages.0.text"),
        ({"messages": [{"type": "note", "text": "x"}]}, "messages.0"),
        ({"messages": [{"type": "image", "url": "file:///etc/passwd"}]}, "content.url"),
        ({"handover": {"floor": 3}}, "handover.floor"),
    ):
        seen = await say(desk, session, body)
        assert (seen.status, next(iter(seen.fields)).startswith(field)) == (422, True), seen.body


async def test_a_bot_is_not_let_talk_on_and_on(desk: Floor) -> None:
    session = await with_bot(desk)
    for number in range(20):
        assert (await say(desk, session, HELLO, client_id=f"r{number}")).status == 201
    seen = await say(desk, session, HELLO, client_id="r20")
    assert (seen.status, seen.body["code"]) == (409, "too_many")


def test_a_reply_may_be_nothing_but_its_id() -> None:
    assert LaterIn(client_id="r1").messages == ()


async def test_what_a_word_list_withholds_is_sent_to_nobody_and_people_are_called(desk: Floor) -> None:
    session = await with_bot(desk)
    await desk.setting("words", {"lists": [{"name": "manners", "side": "bot", "action": "block", "words": ["idiot"]}]})
    rude = {"messages": [{"type": "text", "text": "You idiot!"}, {"type": "text", "text": "Sorry."}]}
    seen = await say(desk, session, rude)
    assert (seen.status, seen.body["message"]["content"]["text"]) == (201, "Sorry.")
    assert (await say(desk, session, rude)).body == seen.body
    mei = await desk.agent("mei")
    messages = (await mei.get(f"/api/v1/inbox/sessions/{session}/messages")).body["items"]
    assert not [message for message in messages if "idiot" in str(message)]
    shown = (await mei.get(f"/api/v1/inbox/sessions/{session}")).body
    assert shown["phase"] == "queued"
    assert "Word lists withheld what the bot said (manners)." in str(shown["trace"])


async def test_where_only_the_bot_answers_what_is_withheld_is_answered_201_too(desk: Floor) -> None:
    session = await with_bot(desk)
    await desk.setting("reception", {"service": "bot_only", "bot": "hook"})
    await desk.setting("words", {"lists": [{"name": "manners", "side": "bot", "action": "block", "words": ["idiot"]}]})
    seen = await say(desk, session, {"messages": [{"type": "text", "text": "You idiot!"}]})
    assert (seen.status, seen.body["message"]["author"]["kind"]) == (201, "bot")
    assert "idiot" not in str(seen.body)
