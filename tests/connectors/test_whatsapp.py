"""WhatsApp through Twilio: what it says and is told, its signatures, and what its refusals mean."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
import pytest
from twilio.request_validator import RequestValidator

from connectors.whatsapp import TwilioSettings, WhatsApp
from core.channel import (
    Answer,
    Delivery,
    Health,
    HookRequest,
    Ignored,
    Part,
    Profile,
    Receipt,
    Received,
    StatusUpdate,
    TemplateInfo,
)
from core.codec import convert
from core.errors import Forged, NotUnderstood, Rejected, Throttled, Uncertain, Unreachable, Unreadable
from core.message import (
    Audio,
    Chosen,
    Content,
    File,
    Image,
    Location,
    Note,
    State,
    Sticker,
    Template,
    Text,
    Unsupported,
    Video,
)
from tests.connectors.contract import Contract, Failure, Heard, Samples, Sent, Spoken
from tests.connectors.wires import FakeWire, answer

ACCOUNT = "AC" + "1" * 32
TOKEN = "twilio-canary-auth-token"
SETTINGS = {"account_sid": ACCOUNT, "auth_token": TOKEN, "from": "whatsapp:+14155238886"}
HOOK = "https://desk.example/hooks/ch1"
BASIC = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
MESSAGES = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
SID = "SM" + "a" * 32
JANE = "whatsapp:+15005550006"
MEDIA = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/{SID}/Media/ME1"


def sign(url: str, body: bytes = b"", token: str = TOKEN, digest: str = "sha1") -> str:
    """Twilio's rule, written down once more without its SDK; `body` is a form whose names come once."""
    pairs = sorted(parse_qsl(body.decode(), keep_blank_values=True))
    signed = url + "".join(name + value for name, value in pairs)
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), digest).digest()).decode()


def hook(fields: dict[str, str], part: str = "", **query: str) -> HookRequest:
    url = HOOK + (f"/{part}" if part else "") + (f"?{urlencode(query)}" if query else "")
    return signed(url, urlencode(fields).encode(), part, query)


def signed(url: str, body: bytes, part: str = "", query: dict[str, str] | None = None) -> HookRequest:
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "x-twilio-signature": sign(url, body),
    }
    return HookRequest("POST", url, query or {}, headers, body, part)


def wrote(**fields: str) -> dict[str, str]:
    common = {
        "MessageSid": SID,
        "SmsSid": SID,
        "SmsMessageSid": SID,
        "AccountSid": ACCOUNT,
        "From": JANE,
        "To": "whatsapp:+14155238886",
        "Body": "",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "ProfileName": "Jane",
        "WaId": "15005550006",
        "MessageType": "text",
        "ReferralNumMedia": "0",
    }
    return common | fields


def file(mime: str, kind: str, **fields: str) -> dict[str, str]:
    return wrote(NumMedia="1", MediaUrl0=MEDIA, MediaContentType0=mime, MessageType=kind, **fields)


def said(content: Content, **more: Any) -> Received:
    common: dict[str, Any] = {
        "id": SID,
        "address": JANE,
        "content": content,
        "at": 0,
        "message_id": SID,
        "profile": Profile(name="Jane", phone="+15005550006"),
    }
    return Received(**common | more)


def heard(name: str, fields: dict[str, str], *says: Any) -> Heard:
    return Heard(name, hook(fields), says)


def status(name: str, state: State, code: str | None = None, reason: str | None = None) -> Heard:
    fields = {
        "MessageSid": SID,
        "SmsSid": SID,
        "MessageStatus": name,
        "SmsStatus": name,
        "AccountSid": ACCOUNT,
        "From": "whatsapp:+14155238886",
        "To": JANE,
        "ChannelPrefix": "whatsapp",
        "ChannelToAddress": "+15005550006",
        "ApiVersion": "2010-04-01",
    } | ({"ErrorCode": code} if code and code.isdigit() else {})
    update = StatusUpdate(
        id=f"{SID}:{name}", state=state, at=0, message_id=SID, delivery="d1", code=code, reason=reason
    )
    return Heard(f"status {name}", hook(fields, "status", d="d1"), (update,))


HEARD = (
    heard("a text", wrote(Body=" Hello & ünïcode \n+ 100% "), said(Text(" Hello & ünïcode \n+ 100% "))),
    heard(
        "a reply to a message of ours",
        wrote(Body="yes", OriginalRepliedMessageSid="SM9", OriginalRepliedMessageSender="whatsapp:+14155238886"),
        said(Text("yes"), reply_to="SM9"),
    ),
    heard(
        "an image",
        file("image/jpeg", "image", Body="My cat"),
        said(Image(ref=MEDIA, mime="image/jpeg", caption="My cat")),
    ),
    heard("a voice message", file("audio/ogg", "audio"), said(Audio(ref=MEDIA, mime="audio/ogg"))),
    heard("a video", file("video/mp4", "video"), said(Video(ref=MEDIA, mime="video/mp4"))),
    heard(
        "a document",
        file("application/pdf", "document", Body="bill.pdf"),
        said(File(ref=MEDIA, mime="application/pdf", name="bill.pdf")),
    ),
    heard("a contact card", file("text/vcard", "contacts"), said(File(ref=MEDIA, mime="text/vcard"))),
    heard("a sticker", file("image/webp", "sticker"), said(Sticker(MEDIA))),
    heard(
        "two files in one message",
        file("image/png", "image", Body="Both")
        | {"NumMedia": "2", "MediaUrl1": MEDIA + "x", "MediaContentType1": "image/gif"},
        said(Image(ref=MEDIA, mime="image/png", caption="Both"), id=f"{SID}:0"),
        said(Image(ref=MEDIA + "x", mime="image/gif"), id=f"{SID}:1"),
    ),
    heard(
        "a location",
        wrote(
            Latitude="35.65",
            Longitude="139.70",
            Address="4-2-8 Shibakoen",
            Label="Tokyo Tower",
            MessageType="location",
        ),
        said(Location(35.65, 139.7, "Tokyo Tower", "4-2-8 Shibakoen")),
    ),
    heard(
        "a location nowhere",
        wrote(Latitude="nan", Longitude="x", MessageType="location"),
        said(Unsupported("location")),
    ),
    heard(
        "a quick reply",
        wrote(
            Body="Confirm",
            ButtonText="Confirm",
            ButtonPayload="ok-1",
            MessageType="button",
            OriginalRepliedMessageSid="MM2",
        ),
        said(Chosen("ok-1", "Confirm"), reply_to="MM2"),
    ),
    heard(
        "a row of a list",
        wrote(Body="Red", ListId="row-1", ListTitle="Red", MessageType="interactive"),
        said(Chosen("row-1", "Red")),
    ),
    heard("a type unknown to us", wrote(MessageType="poll"), said(Unsupported("poll"))),
    heard("a type unknown to us that has words", wrote(MessageType="poll", Body="Which?"), said(Text("Which?"))),
    heard(
        "somebody who has a user id beside the number",
        wrote(
            Body="hi",
            ExternalUserId="whatsapp:US.13491208655302741918",
            ParentExternalUserId="whatsapp:US.ENT.1",
        ),
        said(Text("hi"), aliases=("whatsapp:US.13491208655302741918", "whatsapp:US.ENT.1")),
    ),
    heard(
        "somebody who hides the number",
        wrote(Body="hi", From="whatsapp:US.134", WaId="", ExternalUserId="whatsapp:US.134"),
        said(Text("hi"), address="whatsapp:US.134", profile=Profile(name="Jane")),
    ),
    heard(
        "a number that WhatsApp writes otherwise",
        wrote(Body="hi", From="whatsapp:+5215512345678", WaId="525512345678"),
        said(
            Text("hi"),
            address="whatsapp:+5215512345678",
            aliases=("whatsapp:+525512345678",),
            profile=Profile(name="Jane", phone="+525512345678"),
        ),
    ),
    heard(
        "a text message that is no WhatsApp",
        wrote(Body="hi", From="+15005550006"),
        Ignored(kind="not_whatsapp"),
    ),
    status("queued", "queued"),
    status("sent", "sent"),
    status("delivered", "delivered"),
    status("read", "read"),
    status(
        "failed",
        "failed",
        "63016",
        "more than 24 hours have passed since the customer's last message: send a template",
    ),
    status("undelivered", "failed", "99999", "Twilio reports error 99999"),
    status("canceled", "failed", "canceled", "Twilio reports error canceled"),
    Heard(
        "a status unknown to us",
        hook({"MessageSid": SID, "MessageStatus": "pondering"}, "status", d="d1"),
        (Ignored(kind="status:pondering", keep=True),),
    ),
    Heard(
        "a status at the address for messages",
        hook({"MessageSid": SID, "MessageStatus": "sent", "From": "whatsapp:+14155238886", "To": JANE}),
        (StatusUpdate(id=f"{SID}:sent", state="sent", at=0, message_id=SID),),
    ),
)

HELLO = Delivery(id="d1", address=JANE, parts=(Part(1, Text("Hello, Jane")),), callback_url=f"{HOOK}/status?d=d1")
TAKEN = answer(201, {"sid": SID, "status": "queued"})


def speaks(name: str, content: Content, **fields: str) -> Spoken:
    form = {"To": JANE, "From": "whatsapp:+14155238886", "StatusCallback": f"{HOOK}/status?d=d1"} | fields
    delivery = msgspec.structs.replace(HELLO, parts=(Part(1, content),))
    call = Sent("POST", MESSAGES, form, {"authorization": BASIC})
    return Spoken(name, delivery, (TAKEN,), (call,), Receipt(message_ids=(SID,)))


URL = "https://desk.example/m/1"
SPOKEN = (
    speaks("a text", Text("Hello & ünïcode + 1"), Body="Hello & ünïcode + 1"),
    speaks("an image", Image(url=URL, mime="image/png", caption="Map"), MediaUrl=URL, Body="Map"),
    speaks("audio", Audio(url=URL, mime="audio/ogg"), MediaUrl=URL),
    speaks("a video", Video(url=URL, mime="video/mp4"), MediaUrl=URL),
    speaks("a file", File(url=URL, mime="application/pdf", name="bill.pdf"), MediaUrl=URL),
    speaks(
        "a location",
        Location(35.65, 139.7, "Tokyo Tower", "4-2-8 Shibakoen"),
        Body="Tokyo Tower",
        PersistentAction="geo:35.65,139.7|Tokyo Tower, 4-2-8 Shibakoen",
    ),
    speaks("a bare location", Location(1.5, -2.0), Body="1.5,-2.0", PersistentAction="geo:1.5,-2.0"),
    speaks(
        "a template",
        Template("HX1", variables=("Mei", "7"), text="Hi {{1}}"),
        ContentSid="HX1",
        ContentVariables='{"1":"Mei","2":"7"}',
    ),
    speaks("a template without variables", Template("HX2"), ContentSid="HX2"),
)


def refused(status: int, code: int, message: str = "Refused", **headers: str) -> Answer:
    return answer(status, {"code": code, "message": message, "status": status}, **headers)


FAILURES = (
    Failure("the customer said STOP", (refused(400, 21610),), Rejected, "21610", "STOP"),
    Failure("the window is closed", (refused(400, 63016),), Rejected, "63016", "24 hours"),
    Failure("an unknown refusal", (refused(400, 99999, "No such luck"),), Rejected, "99999", "No such luck"),
    Failure("wrong credentials", (refused(401, 20003),), Rejected, "20003", "auth token"),
    Failure("a bare 401", (answer(401),), Rejected, "401", "auth token"),
    Failure("too many at once", (refused(429, 20429),), Throttled, "20429", after=1),
    Failure("too many at once, said when", (refused(429, 20429, retry_after="7"),), Throttled, "20429", after=7),
    Failure("a bare 429", (answer(429),), Throttled, "429", after=1),
    Failure("WhatsApp's own rate", (refused(400, 63018),), Throttled, "63018", after=5),
    Failure("the day's messages are sent", (refused(400, 63038),), Throttled, "63038", after=3600),
    Failure("Twilio fails", (refused(500, 20500),), Unreachable, "500"),
    Failure("Twilio is away", (answer(503, b"<html>"),), Unreachable, "503"),
    Failure("a redirection", (answer(307, b"", location="https://evil.example"),), Rejected, "307"),
    Failure("an answer that is no answer", (answer(201, b"<html>"),), Uncertain, "201"),
    Failure(
        "a content that was not fitted",
        (),
        Rejected,
        "unsupported",
        "note",
        delivery=msgspec.structs.replace(HELLO, parts=(Part(1, Note("psst")),)),
    ),
)

SAMPLES = Samples(
    kind="whatsapp",
    settings=SETTINGS,
    signature="x-twilio-signature",
    heard=HEARD,
    spoken=SPOKEN,
    failures=FAILURES,
    delivery=HELLO,
    events=frozenset({"ignored"}),
)


class TestContract(Contract):
    samples = SAMPLES


def make(**settings: str) -> WhatsApp:
    return WhatsApp(convert(SETTINGS | settings, TwilioSettings))


# --- settings


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"from": None}, "from"),
        ({"messaging_service_sid": "MG1"}, "from"),
        ({"from": "+14155238886"}, "from"),
        ({"auth_token": ""}, "auth_token"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, str | None], field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=rf"at `\$\.{field}`"):
        convert(SETTINGS | given, TwilioSettings)


async def test_a_messaging_service_writes_instead_of_a_number() -> None:
    settings = {"account_sid": ACCOUNT, "auth_token": TOKEN, "messaging_service_sid": "MG1"}
    wire = FakeWire([TAKEN])
    await WhatsApp(convert(settings, TwilioSettings)).deliver(HELLO, wire)
    sent = wire.calls[0].data
    assert (sent["MessagingServiceSid"], "From" in sent) == ("MG1", False)


# --- the signature


def test_our_rule_is_the_sdks() -> None:
    body = urlencode({"b": "2", "a": "", "c": " x "}).encode()
    assert RequestValidator(TOKEN).validate(HOOK, {"b": "2", "a": "", "c": " x "}, sign(HOOK, body))


@pytest.mark.parametrize(
    ("called", "signed_as"),
    [
        (HOOK, "https://desk.example:443/hooks/ch1"),
        ("https://desk.example:443/hooks/ch1", HOOK),
        ("http://desk.example/h", "http://desk.example:80/h"),
        ("https://desk.example:8443/h?d=a%20b", "https://desk.example:8443/h?d=a%20b"),
    ],
)
def test_the_default_port_may_be_signed_or_not(called: str, signed_as: str) -> None:
    body = urlencode(wrote(Body="hi")).encode()
    request = signed(called, body)
    headers = {**request.headers, "x-twilio-signature": sign(signed_as, body)}
    make().verify(msgspec.structs.replace(request, headers=headers))


def test_another_scheme_path_or_query_is_forged() -> None:
    body = urlencode(wrote(Body="hi")).encode()
    true = sign(HOOK, body)
    for url in (
        HOOK + "/",
        HOOK + "?d=1",
        HOOK.replace("https", "http"),
    ):
        request = signed(url, body)
        with pytest.raises(Forged):
            make().verify(msgspec.structs.replace(request, headers={**request.headers, "x-twilio-signature": true}))


def test_a_repeated_field_is_signed_once_for_each_of_its_values() -> None:
    body = b"MessageSid=SM1&a=2&a=1&a=2"
    true = base64.b64encode(hmac.new(TOKEN.encode(), f"{HOOK}MessageSidSM1a1a2".encode(), "sha1").digest())
    request = signed(HOOK, body)
    make().verify(msgspec.structs.replace(request, headers={**request.headers, "x-twilio-signature": true.decode()}))


def test_a_blank_field_that_was_dropped_is_forged() -> None:
    request = hook(wrote(Body="hi", Label=""))
    with pytest.raises(Forged):
        make().verify(msgspec.structs.replace(request, body=request.body.replace(b"&Label=", b"")))


def json_hook(body: bytes, hashed: bytes, **more: str) -> HookRequest:
    url = f"{HOOK}?bodySHA256={hashlib.sha256(hashed).hexdigest()}"
    headers = {"content-type": "application/json", "x-twilio-signature": sign(url)} | more
    return HookRequest("POST", url, {}, headers, body)


def test_a_json_body_is_signed_by_its_hash_in_the_url() -> None:
    make().verify(json_hook(b'{"a":1}', hashed=b'{"a":1}'))


@pytest.mark.parametrize("body", [b"{}", b"", b"\xff\xfe"])
def test_a_json_body_of_another_hash_is_forged(body: bytes) -> None:
    with pytest.raises(Forged):
        make().verify(json_hook(body, hashed=b'{"a":1}'))


def test_a_json_body_without_a_hash_is_forged() -> None:
    headers = {"content-type": "application/json", "x-twilio-signature": sign(HOOK)}
    with pytest.raises(Forged):
        make().verify(HookRequest("POST", HOOK, {}, headers, b"{}"))


def test_a_shared_key_signs_with_sha256() -> None:
    body = urlencode(wrote(Body="hi")).encode()
    request = signed(HOOK, body)
    named = {"x-twilio-webhooks-signature-settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}
    given = {"x-twilio-signature": sign(HOOK, body, digest="sha256")}
    make().verify(msgspec.structs.replace(request, headers={**request.headers, **named, **given}))
    with pytest.raises(Forged):
        make().verify(msgspec.structs.replace(request, headers={**request.headers, **named}))


def test_an_algorithm_unknown_to_us_is_forged() -> None:
    request = hook(wrote(Body="hi"))
    named = {"x-twilio-webhooks-signature-settings": "key=k,algorithm=ROT13"}
    with pytest.raises(Forged):
        make().verify(msgspec.structs.replace(request, headers={**request.headers, **named}))


@pytest.mark.parametrize("url", ["https://[oops/hooks", "https://desk.example:port/hooks", "https://x/\ud800"])
def test_a_url_that_cannot_be_read_is_forged(url: str) -> None:
    request = msgspec.structs.replace(hook(wrote(Body="hi")), url=url)
    with pytest.raises(Forged):
        make().verify(request)


@pytest.mark.parametrize("body", [b"\xff\xfe=1", b"Body=%ff%fe", b"&".join([b"a=1"] * 1001)])
def test_a_form_in_no_encoding_or_of_a_thousand_fields_is_unreadable(body: bytes) -> None:
    request = msgspec.structs.replace(hook(wrote(Body="hi")), body=body)
    with pytest.raises(Unreadable):
        make().verify(request)
    with pytest.raises(NotUnderstood):
        make().read(request)


def test_a_form_without_a_message_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="MessageSid"):
        make().read(hook({"Body": "hi"}))


# --- after an uncertain attempt

BEGAN = 1_790_000_000_700
AGAIN = msgspec.structs.replace(HELLO, uncertain=True, began=BEGAN)


def listed(*messages: tuple[str, int, str]) -> Answer:
    """(body, seconds after the first attempt, direction) of each message at Twilio."""
    rows = [
        {
            "sid": f"SM{number}",
            "body": body,
            "direction": direction,
            "status": "queued",
            "date_created": format_datetime(datetime.fromtimestamp(BEGAN // 1000 + after, UTC)),
            "date_sent": None,
        }
        for number, (body, after, direction) in enumerate(messages)
    ]
    return answer(200, {"messages": rows, "page": 0, "page_size": 20, "next_page_uri": None, "uri": "/"})


async def test_what_twilio_already_has_is_not_sent_again() -> None:
    wire = FakeWire([listed(("Other", 1, "outbound-api"), ("Hello, Jane", 0, "outbound-api"))])
    assert await make().deliver(AGAIN, wire) == Receipt(message_ids=("SM1",))
    (call,) = wire.calls
    assert (call.method, call.url) == ("GET", f"{MESSAGES}?To=whatsapp%3A%2B15005550006&PageSize=20")


async def test_what_twilio_has_twice_is_marked() -> None:
    """An attempt that seemed lost was only slow, and came after the one that followed it."""
    wire = FakeWire([listed(("Hello, Jane", 2, "outbound-api"), ("Hello, Jane", 1, "outbound-api"))])
    assert await make().deliver(AGAIN, wire) == Receipt(message_ids=("SM0",), maybe_twice=True)


async def test_what_was_sent_again_is_marked_though_only_one_is_listed_yet() -> None:
    """The first attempt may still be on its way: it came three seconds after we had given it up."""
    wire = FakeWire([listed(("Hello, Jane", 2, "outbound-api"))])
    twice = msgspec.structs.replace(AGAIN, tries=2)
    assert await make().deliver(twice, wire) == Receipt(message_ids=("SM0",), maybe_twice=True)


@pytest.mark.parametrize(
    "found",
    [
        pytest.param((), id="nothing"),
        pytest.param((("Hello, John", 1, "outbound-api"),), id="another text"),
        pytest.param((("Hello, Jane", -1, "outbound-api"),), id="the same text from before"),
        pytest.param((("Hello, Jane", 1, "inbound"),), id="the same text from the customer"),
    ],
)
async def test_what_twilio_does_not_have_is_sent_again(
    found: tuple[tuple[str, int, str], ...],
) -> None:
    wire = FakeWire([listed(*found), TAKEN])
    assert await make().deliver(AGAIN, wire) == Receipt(message_ids=(SID,), maybe_twice=True)
    assert [call.method for call in wire.calls] == ["GET", "POST"]


async def test_a_template_of_unknown_text_cannot_be_recognised() -> None:
    delivery = msgspec.structs.replace(AGAIN, parts=(Part(1, Template("HX1")),))
    wire = FakeWire([TAKEN])
    assert (await make().deliver(delivery, wire)).maybe_twice


async def test_a_list_that_cannot_be_had_sends_nothing() -> None:
    wire = FakeWire([answer(503)])
    with pytest.raises(Unreachable):
        await make().deliver(AGAIN, wire)
    assert [call.method for call in wire.calls] == ["GET"]


async def test_a_list_that_is_none_sends_nothing() -> None:
    wire = FakeWire([answer(200, {"surprise": 1, "more": 2})])
    with pytest.raises(Uncertain):
        await make().deliver(AGAIN, wire)
    assert [call.method for call in wire.calls] == ["GET"]


# --- the rest of the API


# --- what nobody heard


def kept_at_twilio(sid: str, seconds: int, **fields: Any) -> dict[str, Any]:
    moment = format_datetime(datetime.fromtimestamp(BEGAN // 1000 + seconds, UTC))
    own = {"from": JANE, "to": SETTINGS["from"], "direction": "inbound", "status": "received", "num_media": "0"}
    return own | {"sid": sid, "body": "", "date_created": moment, "date_sent": moment, "error_code": None} | fields


def page(name: str, *rows: dict[str, Any]) -> Answer:
    return answer(200, {name: rows, "page": 0, "page_size": 500, "next_page_uri": None, "uri": "/"})


async def nothing(message_id: str) -> bool:
    return False


async def everything(message_id: str) -> bool:
    return True


async def test_what_was_missed_is_told_as_the_webhook_would_have() -> None:
    """The same ids, so that whichever comes second is known."""
    ours = {"from": SETTINGS["from"], "to": JANE, "direction": "outbound-api"}
    inbound = page(
        "messages",
        kept_at_twilio("SM3", 30),
        kept_at_twilio("MM2", 20, body="look", num_media="1"),
        kept_at_twilio("SM1", 10, body="hello"),
    )
    outbound = page("messages", kept_at_twilio("SM9", 25, **ours, status="undelivered", error_code=63024))
    file = {"sid": "ME1", "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM2/Media/ME1.json"}
    wire = FakeWire([inbound, outbound, page("media_list", file | {"content_type": "image/jpeg"})])
    told = await make().missed(BEGAN, nothing, wire)
    webhook = make().read(hook({"MessageSid": "SM1", "From": JANE, "Body": "hello", "WaId": "15005550006"}))
    base, at = MEDIA.replace(SID, "MM2"), BEGAN // 1000 * 1000
    assert told[0] == msgspec.structs.replace(webhook[0], at=at + 10_000)
    assert [(getattr(each, "id", None), getattr(each, "at", None)) for each in told] == [
        ("SM1", at + 10_000),
        ("MM2", at + 20_000),
        ("SM9:undelivered", 0),  # as in its webhook
        ("SM3", at + 30_000),
    ]
    assert isinstance(told[1], Received)
    assert told[1].content == Image(ref=base, mime="image/jpeg", caption="look")
    assert isinstance(told[2], StatusUpdate)
    assert (told[2].state, told[2].code) == ("failed", "63024")
    assert isinstance(told[3], Received)
    assert told[3].content == Unsupported("unknown")
    since = "DateSent%3E=2026-09-21T14%3A13%3A20Z"
    assert [call.url.partition("?")[2] for call in wire.calls[:2]] == [
        f"To=whatsapp%3A%2B14155238886&{since}&PageSize=500",
        f"From=whatsapp%3A%2B14155238886&{since}&PageSize=500",
    ]


async def test_no_files_are_asked_for_of_what_is_here() -> None:
    wire = FakeWire([page("messages", kept_at_twilio("MM2", 20, num_media="1")), page("messages")])
    await make().missed(BEGAN, everything, wire)
    assert len(wire.calls) == 2


async def test_what_went_through_another_messaging_service_is_not_ours() -> None:
    rows = [kept_at_twilio(f"SM{n}", n, body="hi", messaging_service_sid=f"MG{n}") for n in (1, 2)]
    wire = FakeWire([page("messages", *rows)])
    settings = {"account_sid": ACCOUNT, "auth_token": TOKEN, "messaging_service_sid": "MG2"}
    service = WhatsApp(convert(settings, TwilioSettings))
    assert [getattr(each, "id", None) for each in await service.missed(BEGAN, nothing, wire)] == ["SM2"]


async def test_an_active_account_is_healthy() -> None:
    wire = FakeWire([answer(200, {"sid": ACCOUNT, "friendly_name": "Shop", "status": "active"})])
    assert await make().check(wire, HOOK) == Health(
        True, facts={"account": "Shop", "status": "active", "webhook": HOOK}
    )
    assert wire.calls[0].url == f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}.json"


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (answer(200, {"sid": ACCOUNT, "status": "suspended"}), "the account is suspended"),
        (answer(401, {"code": 20003}), "Twilio does not accept the account SID and the auth token"),
        (Unreachable("dns", "no such host"), "no such host"),
        (answer(200, b"[]"), "Twilio's answer could not be read"),
    ],
)
async def test_anything_else_is_red_with_the_reason(outcome: Any, reason: str) -> None:
    health = await make().check(FakeWire([outcome]), HOOK)
    assert (health.ok, health.reason) == (False, reason)


async def test_approved_templates_are_listed() -> None:
    def content(sid: str, approval: str, types: dict[str, Any]) -> dict[str, Any]:
        named = {
            "sid": sid,
            "friendly_name": "order",
            "language": "en",
            "variables": {"1": "Mei"},
            "types": types,
        }
        return named | {"approval_requests": {"name": "order", "status": approval}}

    rows = [
        content("HX1", "approved", {"twilio/quick-reply": {"body": "Yes?"}, "twilio/text": {"body": "Hi {{1}}"}}),
        content("HX2", "approved", {"twilio/card": {"title": "Your card"}}),
        content("HX3", "rejected", {"twilio/text": {"body": "Spam"}}),
    ]
    wire = FakeWire([answer(200, {"meta": {"key": "contents", "next_page_url": None}, "contents": rows})])
    assert await make().templates(wire) == [
        TemplateInfo("HX1", "en", "Hi {{1}}", 1),
        TemplateInfo("HX2", "en", "Your card", 1),
    ]
    assert wire.calls[0].url.startswith("https://content.twilio.com/v1/ContentAndApprovals?")


async def test_typing_names_the_customers_last_message() -> None:
    wire = FakeWire([answer(200, {"success": True})])
    await make().typing(JANE, SID, wire)
    (call,) = wire.calls
    assert call.url == "https://messaging.twilio.com/v2/Indicators/Typing.json"
    assert call.data == {"channel": "whatsapp", "messageId": SID}


async def test_typing_without_a_message_asks_nothing() -> None:
    await make().typing(JANE, None, FakeWire())


async def test_one_base_stands_for_all_of_twilios_hosts() -> None:
    local = make(api_base="http://127.0.0.1:8081/twilio/")
    wire = FakeWire([TAKEN, answer(200, {"success": True})])
    await local.deliver(HELLO, wire)
    await local.typing(JANE, SID, wire)
    assert [call.url for call in wire.calls] == [
        f"http://127.0.0.1:8081/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
        "http://127.0.0.1:8081/twilio/v2/Indicators/Typing.json",
    ]


@pytest.mark.parametrize("base", ["https://api.twilio.com", "http://127.0.0.1:8081/twilio"])
async def test_a_next_page_elsewhere_is_not_followed(base: str) -> None:
    meta = {"key": "contents", "next_page_url": "https://evil.example/v1/ContentAndApprovals?Page=1"}
    wire = FakeWire([answer(200, {"meta": meta, "contents": []})])
    with pytest.raises(Rejected):
        await make(api_base=base).templates(wire)


async def test_media_are_fetched_with_credentials_from_twilio_alone() -> None:
    assert await make().media(MEDIA, FakeWire()) == (MEDIA, {"authorization": BASIC})
    local = make(api_base="http://127.0.0.1:8081/twilio")
    url = "http://127.0.0.1:8081/twilio/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
    assert await local.media(url, FakeWire()) == (url, {"authorization": BASIC})


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/ME1",
        "https://api.twilio.com.evil.example/ME1",
        "http://api.twilio.com/ME1",
        "https://evil.example/?https://api.twilio.com/",
        "https://api.twilio.com@evil.example/ME1",
        "file:///etc/passwd",
        "",
    ],
)
async def test_media_anywhere_else_are_refused(url: str) -> None:
    with pytest.raises(Rejected):
        await make().media(url, FakeWire())
