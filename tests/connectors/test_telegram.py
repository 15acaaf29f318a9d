"""Telegram against the contract, and what only Telegram has: callbacks, moved chats, tokens in addresses."""

import json
import logging
from pathlib import Path
from typing import Any

import msgspec
import pytest
from telegram import Update

from connectors._telegram_bot import Moved
from connectors.telegram import Telegram, TelegramSettings
from core.channel import (
    Delivery,
    Edited,
    Health,
    HookRequest,
    Ignored,
    Part,
    Profile,
    Reached,
    Receipt,
    Received,
)
from core.codec import convert
from core.errors import NotUnderstood, Rejected, Throttled, Uncertain, Unreachable
from core.message import (
    Audio,
    Choice,
    Chosen,
    Contact,
    Content,
    File,
    Image,
    Location,
    Option,
    Reaction,
    Sticker,
    Text,
    Unsupported,
    Video,
)
from tests.connectors.contract import Contract, Failure, Heard, Samples, Sent, Spoken
from tests.connectors.wires import FakeWire, answer

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SECRET = "Hooks-only_9f8e7d6c"
CHAT = "1111111"
ID = "0192c3d4e5f67890abcdef0123456789"
API = f"https://api.telegram.org/bot{TOKEN}"
DATE = 1441645532
AT = 1441645532000

PRIVATE = {"id": 1111111, "type": "private", "first_name": "Taro", "last_name": "Yamada"}
GROUP = {"id": -1001234567890, "type": "supergroup", "title": "Friends"}
PERSON = {
    "id": 1111111,
    "is_bot": False,
    "first_name": "Taro",
    "last_name": "Yamada",
    "language_code": "ja",
}
TARO = Profile(name="Taro Yamada", language="ja")


def hook(**update: Any) -> HookRequest:
    headers = {"x-telegram-bot-api-secret-token": SECRET, "content-type": "application/json"}
    body = json.dumps({"update_id": 10000, **update}).encode()
    return HookRequest("POST", "https://desk.example/hooks/c2", {}, headers, body)


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 1365, "date": DATE, "chat": PRIVATE, "from": PERSON, **fields}


def received(content: Content, **fields: Any) -> Received:
    told = {"message_id": "1365", "at": AT, "profile": TARO, **fields}
    return Received(id="10000", address=CHAT, content=content, **told)


def heard(name: str, content: Content, **fields: Any) -> Heard:
    return Heard(name, hook(message=message(**fields)), (received(content),))


def blob(**fields: Any) -> dict[str, Any]:
    return {"file_id": "BAADBAAD", "file_unique_id": "u1", **fields}


def size(number: int) -> dict[str, Any]:
    return blob(file_id=f"AgAC{number}", width=90 * number, height=51 * number, file_size=1101 * number)


BUTTONS = {
    "inline_keyboard": [
        [{"text": "Yes, please", "callback_data": "opt-2"}],
        [{"text": "Site", "url": "https://a.b/"}],
    ]
}
PLACE = {"latitude": 35.65, "longitude": 139.7}


def pressed(**fields: Any) -> dict[str, Any]:
    return {"id": "4382bfdwdsb323b2d9", "from": PERSON, "chat_instance": "-3", "data": "opt-2", **fields}


def member(status: str, chat: dict[str, Any] = PRIVATE) -> dict[str, Any]:
    bot = {"id": 110201543, "is_bot": True, "first_name": "Desk"}
    until = {"until_date": 0} if status == "kicked" else {}
    return {
        "chat": chat,
        "from": PERSON,
        "date": DATE,
        "old_chat_member": {"user": bot, "status": "left"},
        "new_chat_member": {"user": bot, "status": status, **until},
    }


def reaction(*emoji: dict[str, Any], chat: dict[str, Any] = PRIVATE) -> dict[str, Any]:
    return {
        "chat": chat,
        "message_id": 1360,
        "user": PERSON,
        "date": DATE,
        "old_reaction": [],
        "new_reaction": list(emoji),
    }


COMMAND = [{"type": "bot_command", "offset": 0, "length": 6}]
POLL = {
    "id": "1",
    "question": "?",
    "options": [],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": False,
    "members_only": False,
}

HEARD = (
    heard("text", Text("Hello, 世界"), text="Hello, 世界"),
    heard("command", Text("/start deep-link"), text="/start deep-link", entities=COMMAND),
    Heard(
        "reply",
        hook(message=message(text="that one", reply_to_message=message(message_id=1300, text="this?"))),
        (received(Text("that one"), reply_to="1300"),),
    ),
    Heard(
        "a person with one name and no language",
        hook(message=message(text="hi", **{"from": {"id": 1111111, "is_bot": False, "first_name": "Ann"}})),
        (received(Text("hi"), profile=Profile(name="Ann")),),
    ),
    heard(
        "photo of an album",
        Image(mime="image/jpeg", size=3303, caption="us", ref="AgAC3"),
        photo=[size(1), size(2), size(3)],
        caption="us",
        media_group_id="13",
    ),
    heard(
        "audio",
        Audio(mime="audio/mp4", size=9, name="song.m4a", duration=243000, ref="BAADBAAD"),
        audio=blob(duration=243, mime_type="audio/mp4", file_name="song.m4a", file_size=9),
    ),
    heard("voice", Audio(mime="audio/ogg", duration=4000, ref="BAADBAAD"), voice=blob(duration=4)),
    heard(
        "video",
        Video(mime="video/mp4", name="v.mp4", caption="look", duration=12000, ref="BAADBAAD"),
        video=blob(width=1, height=1, duration=12, mime_type="video/mp4", file_name="v.mp4"),
        caption="look",
    ),
    heard(
        "video note",
        Video(mime="video/mp4", duration=5000, ref="BAADBAAD"),
        video_note=blob(length=240, duration=5),
    ),
    heard(
        "animation, which is told as a document as well",
        Video(mime="video/mp4", duration=2000, ref="BAADBAAD"),
        animation=blob(width=1, height=1, duration=2, mime_type="video/mp4"),
        document=blob(mime_type="video/mp4"),
    ),
    heard(
        "document",
        File(mime="application/pdf", size=2138, name="a.pdf", ref="BAADBAAD"),
        document=blob(mime_type="application/pdf", file_name="a.pdf", file_size=2138),
    ),
    heard("location", Location(35.65, 139.7), location=PLACE),
    heard(
        "venue, which is told as a location as well",
        Location(35.65, 139.7, "Shop", "1-3 Kioicho"),
        location=PLACE,
        venue={"location": PLACE, "title": "Shop", "address": "1-3 Kioicho"},
    ),
    heard(
        "contact",
        Contact("Ann Lee", ("+15005550006",)),
        contact={"phone_number": "+15005550006", "first_name": "Ann", "last_name": "Lee"},
    ),
    heard(
        "sticker",
        Sticker("BAADBAAD", text="😀"),
        sticker=blob(type="regular", width=512, height=512, is_animated=False, is_video=False, emoji="😀"),
    ),
    heard("unknown message type", Unsupported("hologram"), hologram={"depth": 3}),
    heard("dice", Unsupported("dice"), dice={"emoji": "🎲", "value": 6}),
    Heard(
        "a message whose details are odd still shows that somebody wrote",
        hook(message=message(document={"file_id": 7})),
        (
            received(Unsupported("message"), profile=Profile()),
            Ignored(kind="unreadable", keep=True),
        ),
    ),
    Heard(
        "an option",
        hook(callback_query=pressed(message=message(text="Sure?", reply_markup=BUTTONS))),
        (
            received(
                Chosen("opt-2", "Yes, please"),
                at=0,
                message_id=None,
                reply_to="1365",
                ack="4382bfdwdsb323b2d9",
            ),
        ),
    ),
    Heard(
        "an option of a message too old to be shown",
        hook(callback_query=pressed(message={"chat": PRIVATE, "message_id": 1365, "date": 0})),
        (
            received(
                Chosen("opt-2", "opt-2"),
                at=0,
                message_id=None,
                reply_to="1365",
                ack="4382bfdwdsb323b2d9",
            ),
        ),
    ),
    Heard(
        "a press in an inline message",
        hook(callback_query=pressed(inline_message_id="i1")),
        (Ignored(kind="callback_query without data", keep=True),),
    ),
    Heard(
        "reaction",
        hook(message_reaction=reaction({"type": "emoji", "emoji": "👍"})),
        (received(Reaction("👍", "1360"), message_id=None),),
    ),
    Heard(
        "reaction taken back",
        hook(message_reaction=reaction()),
        (received(Reaction("", "1360"), message_id=None),),
    ),
    Heard(
        "reaction without an emoji",
        hook(message_reaction=reaction({"type": "custom_emoji", "custom_emoji_id": "5"})),
        (received(Unsupported("reaction custom_emoji"), message_id=None),),
    ),
    Heard(
        "edited",
        hook(edited_message=message(text="better", edit_date=DATE + 60)),
        (
            Edited(
                id="10000",
                address=CHAT,
                message_id="1365",
                content=Text("better"),
                at=AT + 60_000,
            ),
        ),
    ),
    Heard(
        "blocked",
        hook(my_chat_member=member("kicked")),
        (Reached(id="10000", address=CHAT, reachable=False, at=AT, profile=TARO),),
    ),
    Heard(
        "unblocked",
        hook(my_chat_member=member("member")),
        (Reached(id="10000", address=CHAT, reachable=True, at=AT, profile=TARO),),
    ),
    Heard(
        "a standing we do not know",
        hook(my_chat_member=member("left")),
        (Ignored(kind="my_chat_member left", keep=True),),
    ),
    Heard("group", hook(message=message(chat=GROUP, text="hi")), (Ignored(kind="group"),)),
    Heard("edited in a group", hook(edited_message=message(chat=GROUP, text="hi")), (Ignored(kind="group"),)),
    Heard("channel", hook(channel_post=message(chat=GROUP, text="hi")), (Ignored(kind="group"),)),
    Heard("reaction in a group", hook(message_reaction=reaction(chat=GROUP)), (Ignored(kind="group"),)),
    Heard("joined a group", hook(my_chat_member=member("member", GROUP)), (Ignored(kind="group"),)),
    Heard(
        "press in a group",
        hook(callback_query=pressed(message=message(chat=GROUP, text="?"))),
        (Ignored(kind="group"),),
    ),
    Heard("a poll", hook(poll=POLL), (Ignored(kind="poll", keep=True),)),
    Heard("unknown update", hook(telepathy={"thought": "?"}), (Ignored(kind="telepathy", keep=True),)),
    Heard("empty update", hook(), (Ignored(kind="empty", keep=True),)),
)


def delivery(*contents: Content, quote: str | None = None, **fields: Any) -> Delivery:
    parts = tuple(Part(seq, content, quote) for seq, content in enumerate(contents, 1))
    return Delivery(id=ID, address=CHAT, parts=parts, **fields)


def sent(method: str, chat: int = 1111111, **fields: Any) -> Sent:
    return Sent("POST", f"{API}/{method}", {"chat_id": chat, **fields}, {"content-type": "application/json"})


def refused(status: int, description: str, **parameters: Any) -> Any:
    told = {"parameters": parameters} if parameters else {}
    return answer(status, {"ok": False, "error_code": status, "description": description, **told})


OK = answer(200, {"ok": True, "result": message(message_id=1366, text="Hello")})
SENT = Receipt(message_ids=("1366",))
HTTPS = "https://desk.example/m/1"


def spoken(name: str, content: Content, call: Sent, quote: str | None = None) -> Spoken:
    return Spoken(name, delivery(content, quote=quote), (OK,), (call,), SENT)


QUOTING = {"message_id": 1365, "allow_sending_without_reply": True}
KEYBOARD = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}], [{"text": "No", "callback_data": "n"}]]}

SPOKEN = (
    spoken("text", Text("Hello"), sent("sendMessage", text="Hello")),
    spoken("text that looks like markup", Text("*a* <b>"), sent("sendMessage", text="*a* <b>")),
    spoken(
        "text that quotes",
        Text("Hello"),
        sent("sendMessage", text="Hello", reply_parameters=QUOTING),
        quote="1365",
    ),
    spoken(
        "choice",
        Choice("Sure?", (Option("y", "Yes"), Option("n", "No"))),
        sent("sendMessage", text="Sure?", reply_markup=KEYBOARD),
    ),
    spoken("image", Image(url=HTTPS, caption="us"), sent("sendPhoto", photo=HTTPS, caption="us")),
    spoken("audio", Audio(url=HTTPS), sent("sendAudio", audio=HTTPS)),
    spoken("video", Video(url=HTTPS, caption="us"), sent("sendVideo", video=HTTPS, caption="us")),
    spoken("file", File(url=HTTPS, caption="us"), sent("sendDocument", document=HTTPS, caption="us")),
    spoken("location", Location(35.5, 139.25), sent("sendLocation", latitude=35.5, longitude=139.25)),
    spoken(
        "venue",
        Location(35.5, 139.25, "Shop", "1-3 Kioicho"),
        sent("sendVenue", latitude=35.5, longitude=139.25, title="Shop", address="1-3 Kioicho"),
    ),
    spoken(
        "venue with a title only",
        Location(35.5, 139.25, "Shop"),
        sent("sendVenue", latitude=35.5, longitude=139.25, title="Shop", address="Shop"),
    ),
    spoken(
        "contact",
        Contact("Ann Lee", ("+15005550006", "+1")),
        sent("sendContact", phone_number="+15005550006", first_name="Ann Lee"),
    ),
    spoken("sticker", Sticker("CAACAgIAAxk"), sent("sendSticker", sticker="CAACAgIAAxk")),
    Spoken(
        "sent again after an unclear end, perhaps twice",
        delivery(Text("Hello"), uncertain=True),
        (OK,),
        (sent("sendMessage", text="Hello"),),
        Receipt(message_ids=("1366",), maybe_twice=True),
    ),
    Spoken(
        "a chat that has moved",
        delivery(Text("Hello")),
        (refused(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001), OK),
        (sent("sendMessage", text="Hello"), sent("sendMessage", chat=-1001, text="Hello")),
        Receipt(message_ids=("1366",), address="-1001"),
    ),
    Spoken(
        "taken, in words that nobody knows",
        delivery(Text("Hello")),
        (answer(200, {"ok": True, "result": {"message_id": {"new": "shape"}}}),),
        (sent("sendMessage", text="Hello"),),
        Receipt(),
    ),
)

FAILURES = (
    Failure(
        "too fast",
        (refused(429, "Too Many Requests: retry after 14", retry_after=14),),
        Throttled,
        "429",
        after=14.0,
    ),
    Failure("too fast, told by the header", (answer(429, b"", retry_after="3"),), Throttled, after=3.0),
    Failure(
        "blocked",
        (refused(403, "Forbidden: bot was blocked by the user"),),
        Rejected,
        "blocked",
        "the customer has blocked the bot",
    ),
    Failure(
        "deactivated",
        (refused(403, "Forbidden: user is deactivated"),),
        Rejected,
        "forbidden",
        "user is deactivated",
    ),
    Failure("no such chat", (refused(400, "Bad Request: chat not found"),), Rejected, "400", "Chat not found"),
    Failure("a revoked token", (refused(401, "Unauthorized"),), Rejected, "credentials"),
    Failure("a false token", (refused(404, "Not Found"),), Rejected, "credentials"),
    Failure("a conflict", (refused(409, "Conflict: terminated by other"),), Rejected, "409"),
    Failure("too large", (answer(413, b"<html>"),), Rejected, "413"),
    Failure("a failure of theirs", (refused(500, "Internal Server Error"),), Unreachable, "500"),
    Failure("a gateway's failure", (answer(502, b"<html>"),), Unreachable, "502"),
    Failure("an unclear end", (Uncertain("timeout", "no answer"),), Uncertain, "timeout"),
    Failure("a page in between", (answer(200, b"<html>"),), Uncertain, "unreadable"),
    Failure(
        "a chat that moves twice",
        (refused(400, "moved", migrate_to_chat_id=-1001), refused(400, "moved", migrate_to_chat_id=-1002)),
        Moved,
        "moved",
        "moved",
    ),
    Failure("a content Telegram has not", (), Rejected, "unsupported", delivery=delivery(Reaction("👍", "1"))),
    Failure("a contact without a number", (), Rejected, "unsupported", delivery=delivery(Contact("Ann"))),
    Failure("media without an address", (), Rejected, "media", delivery=delivery(Image())),
    Failure(
        "an option's id that is too long",
        (),
        Rejected,
        "invalid",
        "64 bytes",
        delivery=delivery(Choice("?", (Option("世" * 22, "x"),))),
    ),
)


class TestTelegram(Contract):
    samples = Samples(
        kind="telegram",
        settings={"bot_token": TOKEN, "secret_token": SECRET},
        signature="x-telegram-bot-api-secret-token",
        heard=HEARD,
        spoken=SPOKEN,
        failures=FAILURES,
        delivery=delivery(Text("Hello")),
        events=frozenset({"edited", "reached", "ignored"}),
        body_is_signed=False,
    )


def telegram(**settings: str) -> Telegram:
    return Telegram(convert({"bot_token": TOKEN, "secret_token": SECRET, **settings}, TelegramSettings))


AS_DOCUMENTED = [each for each in HEARD if "odd" not in each.name]


@pytest.mark.parametrize("sample", AS_DOCUMENTED, ids=lambda sample: sample.name)
def test_the_sdk_reads_the_same_update(sample: Heard) -> None:
    raw = json.loads(sample.request.body)
    update = Update.de_json(raw, None)
    assert update.update_id == 10000
    kind = next((key for key in raw if key != "update_id"), None)
    if kind not in (None, "telepathy"):
        assert getattr(update, str(kind)) is not None
    if isinstance(said := sample.says[0], Received) and update.effective_chat:
        assert str(update.effective_chat.id) == said.address


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'{"update_id":"x"}', b"\xff", b'{"update_id":1'])
def test_a_body_that_is_no_update_is_not_understood(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        telegram().read(msgspec.structs.replace(hook(), body=body))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"secret_token": ""}, "secret_token"),
        ({"secret_token": "has spaces"}, "secret_token"),
        ({"secret_token": "x" * 257}, "secret_token"),
        ({"bot_token": ""}, "bot_token"),
        ({"bot_token": "1:a/../../other"}, "bot_token"),
    ],
)
def test_settings_that_would_let_anybody_in_or_elsewhere_are_refused(settings: dict[str, str], named: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=named):
        telegram(**settings)


@pytest.mark.parametrize("ref", ["secret.txt", "./secret.txt"])
async def test_a_sticker_that_names_a_local_file_does_not_read_it(
    ref: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.txt").write_text("canary")
    monkeypatch.chdir(tmp_path)
    wire = FakeWire([OK])
    await telegram().deliver(delivery(Sticker(ref)), wire)
    assert wire.calls[0].data == {"chat_id": 1111111, "sticker": ref}


async def test_media_are_never_files_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("canary")
    for url in (str(tmp_path / "secret.txt"), f"file://{tmp_path}/secret.txt"):
        with pytest.raises(Rejected, match="http address"):
            await telegram().deliver(delivery(File(url=url)), FakeWire())


async def test_one_bot_serves_every_delivery_over_one_wire() -> None:
    made, wire = telegram(), FakeWire([OK, OK])
    await made.deliver(delivery(Text("1")), wire)
    first = made._bot(wire)
    await made.deliver(delivery(Text("2")), wire)
    assert made._bot(wire) is first
    assert [call.data["text"] for call in wire.calls] == ["1", "2"]


async def test_the_token_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await telegram().deliver(delivery(Text("1")), FakeWire([OK]))
    with pytest.raises(Rejected):
        await telegram().deliver(delivery(Text("1")), FakeWire([answer(401, b"<html>")]))
    assert TOKEN not in caplog.text


async def test_a_mistake_below_the_sdk_is_not_taken_for_a_refusal() -> None:
    class Broken(FakeWire):
        async def call(self, *told: Any, **named: Any) -> Any:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await telegram().deliver(delivery(Text("1")), Broken())


async def test_the_api_base_is_where_calls_go() -> None:
    wire = FakeWire([OK])
    await telegram(api_base="http://127.0.0.1:8081/telegram/").deliver(delivery(Text("1")), wire)
    assert wire.calls[0].url == f"http://127.0.0.1:8081/telegram/bot{TOKEN}/sendMessage"


async def test_a_callback_is_answered() -> None:
    wire = FakeWire([answer(200, {"ok": True, "result": True})])
    await telegram().acknowledge("4382bf", wire)
    assert [(call.url, call.data) for call in wire.calls] == [
        (f"{API}/answerCallbackQuery", {"callback_query_id": "4382bf"})
    ]


async def test_typing_is_shown() -> None:
    wire = FakeWire([answer(200, {"ok": True, "result": True})])
    await telegram().typing(CHAT, None, wire)
    assert [(call.url, call.data) for call in wire.calls] == [
        (f"{API}/sendChatAction", {"chat_id": CHAT, "action": "typing"})
    ]


async def test_a_message_is_recalled() -> None:
    wire = FakeWire([answer(200, {"ok": True, "result": True})])
    await telegram().recall(CHAT, "1366", wire)
    assert [(call.url, call.data) for call in wire.calls] == [
        (f"{API}/deleteMessage", {"chat_id": CHAT, "message_id": 1366})
    ]


async def test_a_recall_past_the_limits_says_so() -> None:
    wire = FakeWire([refused(400, "Bad Request: message can't be deleted for everyone")])
    with pytest.raises(Rejected, match="can't be deleted"):
        await telegram().recall(CHAT, "1366", wire)


async def test_a_recall_of_what_is_no_message_makes_no_call() -> None:
    with pytest.raises(Rejected):
        await telegram().recall(CHAT, "wamid.1", FakeWire())


def file_answer(path: str | None) -> Any:
    return answer(200, {"ok": True, "result": {"file_id": "B", "file_unique_id": "u", "file_path": path}})


async def test_media_are_where_get_file_says() -> None:
    wire = FakeWire([file_answer("photos/file 1.jpg")])
    url, headers = await telegram().media("BAADBAAD", wire)
    assert url == f"https://api.telegram.org/file/bot{TOKEN}/photos/file%201.jpg"
    assert headers == {}
    assert [(call.url, call.data) for call in wire.calls] == [(f"{API}/getFile", {"file_id": "BAADBAAD"})]


async def test_a_path_that_exists_here_is_still_fetched_from_telegram(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_text("local")
    monkeypatch.chdir(tmp_path)
    url, _ = await telegram().media("B", FakeWire([file_answer("photos/1.jpg")]))
    assert url == f"https://api.telegram.org/file/bot{TOKEN}/photos/1.jpg"


@pytest.mark.parametrize("path", ["/var/lib/bot/1.jpg", "../../botOTHER/1", None])
async def test_paths_that_lead_elsewhere_are_refused(path: str | None) -> None:
    with pytest.raises(Rejected):
        await telegram().media("B", FakeWire([file_answer(path)]))


async def test_media_that_are_too_big_are_refused_in_telegrams_words() -> None:
    with pytest.raises(Rejected, match=r"(?i)file is too big"):
        await telegram().media("B", FakeWire([refused(400, "Bad Request: file is too big")]))


async def test_the_webhook_is_registered_with_the_secret_and_the_updates_we_read() -> None:
    wire = FakeWire([answer(200, {"ok": True, "result": True})])
    await telegram().register("https://desk.example/hooks/c2", wire)
    assert [(call.url, call.data) for call in wire.calls] == [
        (
            f"{API}/setWebhook",
            {
                "url": "https://desk.example/hooks/c2",
                "secret_token": SECRET,
                "allowed_updates": [
                    "message",
                    "edited_message",
                    "callback_query",
                    "message_reaction",
                    "my_chat_member",
                ],
            },
        )
    ]


WEBHOOK = "https://desk.example/hooks/c2"
ME = answer(
    200,
    {"ok": True, "result": {"id": 110201543, "is_bot": True, "first_name": "Desk", "username": "desk_bot"}},
)


def hook_info(**fields: Any) -> Any:
    told = {"url": WEBHOOK, "has_custom_certificate": False, "pending_update_count": 0, **fields}
    return answer(200, {"ok": True, "result": told})


FACTS = {"bot": "Desk @desk_bot", "webhook": WEBHOOK, "waiting updates": "0"}
ERROR = {"last_error_date": DATE, "last_error_message": "Connection refused"}
ERROR_FACT = "2015-09-07T17:05:32+00:00 Connection refused"


@pytest.mark.parametrize(
    ("answers", "health"),
    [
        ([ME, hook_info()], Health(True, None, FACTS)),
        ([ME, hook_info(**ERROR)], Health(True, None, {**FACTS, "last error": ERROR_FACT})),
        (
            [ME, hook_info(pending_update_count=12, **ERROR)],
            Health(
                False,
                "updates are stuck at Telegram: Connection refused",
                {**FACTS, "waiting updates": "12", "last error": ERROR_FACT},
            ),
        ),
        (
            [ME, hook_info(url="")],
            Health(False, f"Telegram does not send its updates to {WEBHOOK}", {**FACTS, "webhook": "none"}),
        ),
        ([refused(401, "Unauthorized")], Health(False, "Telegram does not accept the bot token")),
        ([Unreachable("refused", "nobody there")], Health(False, "nobody there")),
        ([answer(200, b"<html>")], Health(False, "Telegram's answer cannot be read")),
        (
            [answer(200, {"ok": True, "result": {}})],
            Health(False, "Telegram's answer is not what it documents (TypeError)"),
        ),
    ],
)
async def test_health_says_what_is_wrong(answers: list[Any], health: Health) -> None:
    assert await telegram().check(FakeWire(answers), WEBHOOK) == health
