"""LINE against the contract, and what only LINE has: reply tokens, retry keys, standby, transcoding."""

import base64
import hashlib
import hmac
import json
from typing import Any

import msgspec
import pytest
from linebot.v3 import WebhookParser
from linebot.v3.messaging import PushMessageRequest, ReplyMessageRequest
from linebot.v3.webhook import UnknownEvent

from connectors.line import Line, LineSettings
from core.channel import (
    Answer,
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
    Secret,
    Unsent,
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
    Sticker,
    Text,
    Unsupported,
    Video,
)
from tests.connectors.contract import Contract, Failure, Heard, Samples, Sent, Spoken
from tests.connectors.wires import Call, FakeWire, answer

SECRET = "4c1f0e9b8a7d6c5b4a39281706f5e4d3"
TOKEN = "channel-access-token/AbC+123="
USER = "U4af4980629d5f1a8b0000000000000aa"
ID = "0192c3d4e5f67890abcdef0123456789"
KEY = "0192c3d4-e5f6-7890-abcd-ef0123456789"
API = "https://api.line.me/v2/bot"
AT = 1692251666727


def signed(body: bytes) -> HookRequest:
    signature = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    headers = {"x-line-signature": signature, "content-type": "application/json; charset=utf-8"}
    return HookRequest("POST", "https://desk.example/hooks/c1", {}, headers, body)


def hook(*events: dict[str, Any]) -> HookRequest:
    return signed(json.dumps({"destination": "Ub0t", "events": events}).encode())


def event(kind: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "mode": "active",
        "timestamp": AT,
        "source": {"type": "user", "userId": USER},
        "webhookEventId": f"01H8{number:022}",
        "deliveryContext": {"isRedelivery": False},
        **fields,
    }


def message(kind: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    said = {"id": f"46800000000000{number}", "type": kind, **fields}
    return event("message", number, replyToken=f"r{number}", message=said)


def heard(name: str, kind: str, content: Content, *, quote: str | None = "q1", **fields: Any) -> Heard:
    quoted: dict[str, Any] = {} if quote is None else {"quoteToken": quote}
    said = received(content, quote=quote, read_mark="m1")
    return Heard(name, hook(message(kind, markAsReadToken="m1", **quoted, **fields)), (said,))


def received(content: Content, number: int = 1, **fields: Any) -> Received:
    told = {"message_id": f"46800000000000{number}", "reply_token": f"r{number}", **fields}
    id = told["message_id"] or f"01H8{number:022}"  # what is no message is known by its event's id
    return Received(id=id, address=USER, content=content, at=AT, **told)


def redelivered(request: HookRequest) -> HookRequest:
    body = json.loads(request.body)
    for each in body["events"]:
        each["deliveryContext"] = {"isRedelivery": True}
    return signed(json.dumps(body).encode())


PROVIDER = {"type": "line"}
FROM_GROUP = {"type": "group", "groupId": "Ca56f94637c", "userId": USER}
FROM_ROOM = {"type": "room", "roomId": "Ra8dbf4673c"}
ELSEWHERE = {
    "type": "external",
    "originalContentUrl": "https://example.com/p.jpg",
    "previewImageUrl": "https://example.com/s.jpg",
}

HEARD = (
    heard("text", "text", Text("Hello, 世界 (moon)"), text="Hello, 世界 (moon)"),
    Heard(
        "text that quotes, with emoji and a mention",
        hook(
            message(
                "text",
                text="@All (love)",
                quoteToken="q1",
                quotedMessageId="325708",
                emojis=[{"index": 5, "length": 6, "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001"}],
                mention={"mentionees": [{"index": 0, "length": 4, "type": "all"}]},
            )
        ),
        (received(Text("@All (love)"), quote="q1", reply_to="325708"),),
    ),
    heard(
        "image",
        "image",
        Image(mime="image/jpeg", ref="468000000000001"),
        contentProvider=PROVIDER,
        imageSet={"id": "E005D41A", "index": 1, "total": 2},
    ),
    heard(
        "image that is elsewhere",
        "image",
        Image(mime="image/jpeg", ref="external:https://example.com/p.jpg"),
        contentProvider=ELSEWHERE,
    ),
    heard(
        "video",
        "video",
        Video(mime="video/mp4", duration=60000, ref="transcoded:468000000000001"),
        contentProvider=PROVIDER,
        duration=60000,
    ),
    heard(
        "audio",
        "audio",
        Audio(mime="audio/x-m4a", duration=4500, ref="transcoded:468000000000001"),
        quote=None,
        contentProvider=PROVIDER,
        duration=4500,
    ),
    heard(
        "file",
        "file",
        File(name="見積.pdf", size=2138, ref="468000000000001"),
        quote=None,
        fileName="見積.pdf",
        fileSize=2138,
    ),
    heard(
        "location",
        "location",
        Location(35.65910807942215, 139.70372892916203, "my location", "1-3 Kioicho"),
        quote=None,
        title="my location",
        address="1-3 Kioicho",
        latitude=35.65910807942215,
        longitude=139.70372892916203,
    ),
    heard("bare location", "location", Location(1.5, -2.0), quote=None, latitude=1.5, longitude=-2.0),
    heard(
        "sticker",
        "sticker",
        Sticker("446/1988", text="cheerful, happy"),
        packageId="446",
        stickerId="1988",
        stickerResourceType="ANIMATION",
        keywords=["cheerful", "happy"],
    ),
    heard("unknown message type", "hologram", Unsupported("hologram"), quote=None, depth=3),
    Heard(
        "an option of ours",
        hook(event("postback", replyToken="r1", postback={"data": "opt-2\nYes, please"})),
        (received(Chosen("opt-2", "Yes, please"), message_id=None),),
    ),
    Heard(
        "a postback of a rich menu",
        hook(event("postback", replyToken="r1", postback={"data": "action=buy&item=7"})),
        (received(Chosen("action=buy&item=7", "action=buy&item=7"), message_id=None),),
    ),
    Heard(
        "a picked date",
        hook(event("postback", replyToken="r1", postback={"data": "when", "params": {"date": "2026-12-24"}})),
        (received(Chosen("when", "2026-12-24"), message_id=None),),
    ),
    Heard(
        "unsend",
        hook(event("unsend", unsend={"messageId": "325708"})),
        (Unsent(id=f"01H8{1:022}", address=USER, message_id="325708", at=AT),),
    ),
    Heard(
        "edited",
        hook(event("messageEdited", message={"id": "325708", "type": "text", "text": "better", "quoteToken": "q"})),
        (Edited(id=f"01H8{1:022}", address=USER, message_id="325708", content=Text("better"), at=AT),),
    ),
    Heard(
        "follow",
        hook(event("follow", replyToken="r1", follow={"isUnblocked": True})),
        (Reached(id=f"01H8{1:022}", address=USER, reachable=True, at=AT),),
    ),
    Heard(
        "unfollow",
        hook(event("unfollow")),
        (Reached(id=f"01H8{1:022}", address=USER, reachable=False, at=AT),),
    ),
    Heard(
        "groups and rooms",
        hook(
            {**message("text", text="hi", quoteToken="q"), "source": FROM_GROUP},
            {**event("join", 2, replyToken="r2"), "source": FROM_ROOM},
            {
                **event("memberJoined", 3, replyToken="r3", joined={"members": [{"type": "user", "userId": USER}]}),
                "source": {"type": "group", "groupId": "C1"},
            },
        ),
        (Ignored(kind="group"), Ignored(kind="group"), Ignored(kind="group")),
    ),
    Heard("verification", hook(), (Ignored(kind="verification"),)),
    Heard(
        "the console's dummy events",
        hook({**message("text", text="Hello, world", quoteToken="q"), "replyToken": "0" * 32}),
        (Ignored(kind="verification"),),
    ),
    Heard(
        "events that are no conversation, and one that is unknown",
        hook(
            event("accountLink", replyToken="r1", link={"result": "ok", "nonce": "n"}),
            event("beacon", 2, replyToken="r2", beacon={"hwid": "d41d8cd98f", "type": "enter"}),
            event("videoPlayComplete", 3, replyToken="r3", videoPlayComplete={"trackingId": "t"}),
            event("telepathy", 4),
        ),
        (
            Ignored(kind="accountLink"),
            Ignored(kind="beacon"),
            Ignored(kind="videoPlayComplete"),
            Ignored(kind="telepathy", keep=True),
        ),
    ),
    Heard(
        "several events of two people, one of them odd",
        hook(
            message("text", 1, text="one", quoteToken="q1"),
            {**message("text", 2, text="two", quoteToken="q2"), "timestamp": "yesterday"},
            {
                **message("text", 3, text="three", quoteToken="q3"),
                "source": {"type": "user", "userId": "Uother"},
            },
        ),
        (
            received(Text("one"), 1, quote="q1"),
            Ignored(kind="unreadable", keep=True),
            msgspec.structs.replace(received(Text("three"), 3, quote="q3"), address="Uother"),
        ),
    ),
    Heard(
        "a message whose details are odd still shows that somebody wrote",
        hook(message("file", fileName="a.pdf", fileSize="big")),
        (
            received(Unsupported("file"), reply_token=None),
            Ignored(kind="unreadable", keep=True),
        ),
    ),
    Heard(
        "standby",
        hook({**message("text", text="hi", quoteToken="q1"), "mode": "standby"}),
        (received(Text("hi"), quote="q1", reply_token=None),),
    ),
)


def delivery(*contents: Content, quote: str | None = None, **fields: Any) -> Delivery:
    parts = tuple(Part(seq, content, quote) for seq, content in enumerate(contents, 1))
    return Delivery(id=ID, address=USER, parts=parts, **fields)


def pushed(*messages: dict[str, Any]) -> Sent:
    data = {"to": USER, "messages": list(messages), "notificationDisabled": False}
    return Sent("POST", f"{API}/message/push", data, {**AUTHORIZED, "x-line-retry-key": KEY})


def replied(*messages: dict[str, Any], token: str = "r1") -> Sent:
    data = {"replyToken": token, "messages": list(messages), "notificationDisabled": False}
    return Sent("POST", f"{API}/message/reply", data, AUTHORIZED)


AUTHORIZED = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
OK = answer(200, {"sentMessages": [{"id": "461230966842064897", "quoteToken": "IStG5h1Tz7b"}]})
SENT = Receipt(message_ids=("461230966842064897",))
INVALID = answer(400, {"message": "Invalid reply token"})
HELLO = {"type": "text", "text": "Hello"}
HTTPS = "https://desk.example/m/1"


def spoken(name: str, content: Content, said: dict[str, Any], quote: str | None = None) -> Spoken:
    return Spoken(name, delivery(content, quote=quote), (OK,), (pushed(said),), SENT)


def button(option: str, label: str) -> dict[str, Any]:
    action = {"type": "postback", "label": label, "data": f"{option}\n{label}", "displayText": label}
    return {"type": "action", "action": action}


SPOKEN = (
    spoken("text", Text("Hello"), HELLO),
    spoken("text that quotes", Text("Hello"), {**HELLO, "quoteToken": "q1"}, quote="q1"),
    spoken(
        "image",
        Image(url=HTTPS),
        {"type": "image", "originalContentUrl": HTTPS, "previewImageUrl": HTTPS},
    ),
    spoken(
        "video",
        Video(url=HTTPS),
        {"type": "video", "originalContentUrl": HTTPS, "previewImageUrl": HTTPS},
    ),
    spoken(
        "audio",
        Audio(url=HTTPS, duration=4500),
        {"type": "audio", "originalContentUrl": HTTPS, "duration": 4500},
    ),
    spoken(
        "location",
        Location(35.5, 139.25, "Shop", "1-3 Kioicho"),
        {"type": "location", "title": "Shop", "address": "1-3 Kioicho", "latitude": 35.5, "longitude": 139.25},
    ),
    spoken(
        "bare location",
        Location(35.5, 139.25),
        {
            "type": "location",
            "title": "35.5, 139.25",
            "address": "35.5, 139.25",
            "latitude": 35.5,
            "longitude": 139.25,
        },
    ),
    spoken("sticker", Sticker("446/1988"), {"type": "sticker", "packageId": "446", "stickerId": "1988"}),
    spoken(
        "choice",
        Choice("Sure?", (Option("y", "Yes"), Option("n", "No"))),
        {"type": "text", "text": "Sure?", "quickReply": {"items": [button("y", "Yes"), button("n", "No")]}},
    ),
    Spoken(
        "five at once by reply token",
        delivery(*[Text("Hello")] * 5, token="r1", token_age=19.9),
        (answer(200, {"sentMessages": [{"id": str(number)} for number in range(5)]}),),
        (replied(*[HELLO] * 5),),
        Receipt(message_ids=("0", "1", "2", "3", "4")),
    ),
    Spoken(
        "a token of twenty seconds is not used",
        delivery(Text("Hello"), token="r1", token_age=20.0),
        (OK,),
        (pushed(HELLO),),
        SENT,
    ),
    Spoken(
        "a refused token is followed by a push at once",
        delivery(Text("Hello"), token="r1", token_age=3.0),
        (INVALID, OK),
        (replied(HELLO), pushed(HELLO)),
        SENT,
    ),
    Spoken(
        "an unclear reply is tried again with the same token",
        delivery(Text("Hello"), token="r1", token_age=12.0, uncertain=True),
        (OK,),
        (replied(HELLO),),
        SENT,
    ),
    Spoken(
        "a token that an unclear reply has used means that it was sent",
        delivery(Text("Hello"), token="r1", token_age=12.0, uncertain=True),
        (INVALID,),
        (replied(HELLO),),
        Receipt(),
    ),
    Spoken(
        "an unclear reply that is too old is pushed, perhaps twice",
        delivery(Text("Hello"), token="r1", token_age=45.0, uncertain=True),
        (OK,),
        (pushed(HELLO),),
        Receipt(message_ids=("461230966842064897",), maybe_twice=True),
    ),
    Spoken(
        "an unclear push is repeated under its key, and 409 says that it was sent",
        delivery(Text("Hello"), uncertain=True),
        (
            answer(
                409,
                {
                    "message": "The retry key is already accepted",
                    "sentMessages": [{"id": "461230966842064897", "quoteToken": "q"}],
                },
            ),
        ),
        (pushed(HELLO),),
        SENT,
    ),
)

FAILURES = (
    Failure(
        "an invalid message, with the property that is wrong",
        (
            answer(
                400,
                {
                    "message": "The request body has 1 error(s)",
                    "details": [{"message": "May not be empty", "property": "messages[0].text"}],
                },
            ),
        ),
        Rejected,
        "400",
        "messages[0].text: May not be empty",
    ),
    Failure("a revoked token", (answer(401, {"message": "Authentication failed"}),), Rejected, "credentials"),
    Failure("not authorised", (answer(403, {"message": "Not available"}),), Rejected, "credentials"),
    Failure(
        "too fast, with a time to wait",
        (answer(429, {"message": "The API rate limit has been exceeded. Try again later."}, retry_after="7"),),
        Throttled,
        "429",
        after=7.0,
    ),
    Failure("too fast, without one", (answer(429, {"message": "Try again later."}),), Throttled, after=1.0),
    Failure(
        "the month's quota",
        (answer(429, {"message": "You have reached your monthly limit."}),),
        Rejected,
        "quota",
        "monthly message limit",
    ),
    Failure("a failure of LINE's", (answer(500, {"message": "Internal"}),), Unreachable, "500"),
    Failure("an unclear push", (Uncertain("timeout", "no answer"),), Uncertain, "timeout"),
    Failure(
        "an unclear reply",
        (Uncertain("timeout", "no answer"),),
        Uncertain,
        delivery=delivery(Text("Hello"), token="r1", token_age=1.0),
    ),
    Failure(
        "an unclear push after a refused token may be begun anew",
        (INVALID, Uncertain("timeout", "no answer")),
        Unreachable,
        "timeout",
        delivery=delivery(Text("Hello"), token="r1", token_age=1.0),
    ),
    Failure(
        "a reply that is wrong for another reason is not pushed",
        (answer(400, {"message": "The property is invalid"}),),
        Rejected,
        "400",
        delivery=delivery(Text("Hello"), token="r1", token_age=1.0),
    ),
    Failure("a content LINE has not", (), Rejected, "unsupported", delivery=delivery(Contact("Ann", ("+1",)))),
    Failure("media without an address", (), Rejected, "unsupported", delivery=delivery(Image())),
    Failure("six messages", (), Rejected, "invalid", "messages", delivery=delivery(*[Text("Hello")] * 6)),
    Failure(
        "fourteen options",
        (),
        Rejected,
        "invalid",
        delivery=delivery(Choice("?", tuple(Option(str(each), "x") for each in range(14)))),
    ),
)


def accepts(call: Call) -> None:
    """LINE's own models take the body, and make the same of it."""
    model: Any = ReplyMessageRequest if call.url.endswith("/reply") else PushMessageRequest
    assert model.from_dict(call.data).to_dict() == call.data


class TestLine(Contract):
    samples = Samples(
        kind="line",
        settings={"channel_secret": SECRET, "channel_access_token": TOKEN},
        signature="x-line-signature",
        heard=HEARD,
        spoken=SPOKEN,
        failures=FAILURES,
        delivery=delivery(Text("Hello")),
        events=frozenset({"edited", "unsent", "reached", "ignored"}),
        redelivered=redelivered,
        accepts=accepts,
    )


def line(**settings: str) -> Line:
    return Line(convert({"channel_secret": SECRET, "channel_access_token": TOKEN, **settings}, LineSettings))


NO_MODEL = {"hologram", "telepathy"}  # made up: neither the SDK nor we know them


AS_DOCUMENTED = [each for each in HEARD if "odd" not in each.name]


@pytest.mark.parametrize("sample", AS_DOCUMENTED, ids=lambda sample: sample.name)
def test_the_sdk_reads_the_same_events(sample: Heard) -> None:
    signature = sample.request.headers["x-line-signature"]
    events = WebhookParser(SECRET).parse(sample.request.body.decode(), signature)
    raw = json.loads(sample.request.body)["events"]
    assert [each.type for each in events] == [each["type"] for each in raw]
    for each, told in zip(events, raw, strict=True):
        made_up = {told["type"], told.get("message", {}).get("type")} & NO_MODEL
        assert isinstance(each, UnknownEvent) == bool(made_up)


def test_a_body_that_is_no_envelope_is_not_understood() -> None:
    for body in (b"", b"null", b"[]", b"{}", b'{"events":1}', b"\xff\xfe", b'{"events":[}'):
        with pytest.raises(NotUnderstood):
            line().read(signed(body))


def test_an_empty_channel_secret_is_refused_since_anybody_could_sign_with_it() -> None:
    with pytest.raises(msgspec.ValidationError, match="`channel_secret` must not be empty"):
        line(channel_secret="")


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, "https://api-data.line.me/v2/bot/message/468/content"),
        ({"api_base": "http://127.0.0.1:8081/line/"}, "http://127.0.0.1:8081/line/v2/bot/message/468/content"),
        ({"api_base": "http://a", "data_base": "http://b"}, "http://b/v2/bot/message/468/content"),
    ],
)
async def test_media_come_from_the_data_base_which_follows_the_api_base(settings: dict[str, str], wanted: str) -> None:
    assert await line(**settings).media("468", FakeWire()) == (wanted, {"Authorization": f"Bearer {TOKEN}"})


async def test_media_of_somebody_else_are_fetched_without_our_token() -> None:
    assert await line().media("external:https://example.com/p.jpg", FakeWire()) == ("https://example.com/p.jpg", {})


async def test_a_media_id_cannot_lead_to_another_path() -> None:
    url, _ = await line().media("../../../evil?x=", FakeWire())
    assert url == "https://api-data.line.me/v2/bot/message/..%2F..%2F..%2Fevil%3Fx%3D/content"


async def test_audio_is_fetched_once_it_is_transcoded() -> None:
    wire = FakeWire([answer(200, {"status": "succeeded"})])
    url, headers = await line().media("transcoded:468", wire)
    assert url == "https://api-data.line.me/v2/bot/message/468/content"
    assert headers == {"Authorization": f"Bearer {TOKEN}"}
    assert [call.url for call in wire.calls] == [f"{url}/transcoding"]


@pytest.mark.parametrize(("status", "error"), [("processing", Throttled), ("failed", Rejected)])
async def test_audio_that_is_not_transcoded_waits_or_fails(status: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await line().media("transcoded:468", FakeWire([answer(200, {"status": status})]))


async def test_typing_shows_the_loading_animation() -> None:
    wire = FakeWire([answer(202, {})])
    await line().typing(USER, "m1", wire)
    assert wire.calls[0].url == f"{API}/chat/loading/start"
    assert wire.calls[0].data == {"chatId": USER, "loadingSeconds": 20}


async def test_a_message_is_marked_read_by_its_token() -> None:
    wire = FakeWire([answer(200, {})])
    await line().mark_read(USER, "m1", wire)
    assert wire.calls[0].url == f"{API}/chat/markAsRead"
    assert wire.calls[0].data == {"markAsReadToken": "m1"}


async def test_a_profile_is_looked_up() -> None:
    told = {"displayName": "花子", "userId": USER, "pictureUrl": "https://p.example/1", "language": "ja"}
    wire = FakeWire([answer(200, told)])
    assert await line().profile(USER, wire) == Profile(name="花子", language="ja", avatar="https://p.example/1")
    assert [(call.method, call.url) for call in wire.calls] == [("GET", f"{API}/profile/{USER}")]


async def test_the_webhook_is_registered() -> None:
    wire = FakeWire([answer(200, {})])
    await line().register("https://desk.example/hooks/c1", wire)
    assert [(call.method, call.url, call.data) for call in wire.calls] == [
        ("PUT", f"{API}/channel/webhook/endpoint", {"endpoint": "https://desk.example/hooks/c1"})
    ]


WEBHOOK = "https://desk.example/hooks/c1"
BOT = answer(200, {"userId": "Ub0t", "basicId": "@216ru", "displayName": "Shop", "chatMode": "bot"})
QUOTA = answer(200, {"type": "limited", "value": 1000})


def endpoint(url: str = WEBHOOK, active: bool = True) -> Answer:
    return answer(200, {"endpoint": url, "active": active})


def used(number: int) -> Answer:
    return answer(200, {"totalUsage": number})


FACTS = {
    "bot": "Shop @216ru",
    "messages this month": "500 of 1000",
    "webhook": WEBHOOK,
    "webhook in use": "yes",
}


@pytest.mark.parametrize(
    ("answers", "health"),
    [
        ([BOT, QUOTA, used(500), endpoint()], Health(True, None, FACTS)),
        (
            [BOT, answer(200, {"type": "none"}), used(5), endpoint()],
            Health(True, None, {**FACTS, "messages this month": "5"}),
        ),
        (
            [BOT, QUOTA, used(1000), endpoint()],
            Health(
                False,
                "the monthly message limit is used up; only replies still go out",
                {**FACTS, "messages this month": "1000 of 1000"},
            ),
        ),
        (
            [BOT, QUOTA, used(500), endpoint("https://old.example/")],
            Health(
                False,
                f"LINE does not send its webhooks to {WEBHOOK}",
                {**FACTS, "webhook": "https://old.example/"},
            ),
        ),
        (
            [BOT, QUOTA, used(500), answer(404, {"message": "Not found"})],
            Health(
                False,
                f"LINE does not send its webhooks to {WEBHOOK}",
                {**FACTS, "webhook": "none", "webhook in use": "no"},
            ),
        ),
        (
            [BOT, QUOTA, used(500), endpoint(active=False)],
            Health(False, "webhooks are switched off at LINE", {**FACTS, "webhook in use": "no"}),
        ),
        (
            [answer(401, {"message": "Authentication failed"})],
            Health(False, "LINE does not accept the channel access token: Authentication failed"),
        ),
        ([Unreachable("refused", "nobody there")], Health(False, "nobody there")),
        ([answer(200, b"<html>")], Health(False, "LINE's answer to /v2/bot/info is not what it documents")),
    ],
)
async def test_health_says_what_is_wrong(answers: list[Any], health: Health) -> None:
    assert await line().check(FakeWire(answers), WEBHOOK) == health


async def test_a_label_comes_back_with_its_option_and_gives_way_where_both_are_too_long() -> None:
    long = "i" * 290
    wire = FakeWire([OK])
    await line().deliver(delivery(Choice("?", (Option(long, "A label of twenty ch"), Option("a", "b")))), wire)
    data = [item["action"]["data"] for item in wire.calls[0].data["messages"][0]["quickReply"]["items"]]
    assert data == [long, "a\nb"]
    said = [line().read(hook(event("postback", postback={"data": each})))[0] for each in data]
    assert [each.content for each in said if isinstance(each, Received)] == [Chosen(long, long), Chosen("a", "b")]


def test_settings_show_no_secret() -> None:
    settings = LineSettings(channel_secret=Secret(SECRET), channel_access_token=Secret(TOKEN))
    assert "Secret(…)" in repr(settings)
    assert TOKEN not in repr(settings)
