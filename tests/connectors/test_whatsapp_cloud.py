"""WhatsApp through Meta's Cloud API: what it says and is told, its signatures, and what its refusals mean."""

import hashlib
import hmac
import json
from typing import Any

import msgspec
import pytest

from connectors.whatsapp_cloud import CloudSettings, WhatsAppCloud
from core.channel import (
    Answer,
    Challenged,
    Delivery,
    Edited,
    Health,
    HookRequest,
    Ignored,
    Inbound,
    Part,
    Profile,
    Receipt,
    Received,
    StatusUpdate,
    TemplateInfo,
    Unsent,
)
from core.codec import convert
from core.errors import Forged, NotUnderstood, Rejected, Throttled, Uncertain, Unreachable
from core.message import (
    Audio,
    Choice,
    Chosen,
    Contact,
    Content,
    File,
    Image,
    Location,
    Note,
    Option,
    Reaction,
    State,
    Sticker,
    Template,
    Text,
    Unsupported,
    Video,
)
from tests.connectors.contract import Contract, Failure, Heard, Samples, Sent, Spoken
from tests.connectors.wires import FakeWire, answer

NUMBER = "106540352242922"
TOKEN = "meta-canary-access-token"
APP_SECRET = "meta-canary-app-secret"
SETTINGS = {
    "phone_number_id": NUMBER,
    "access_token": TOKEN,
    "app_secret": APP_SECRET,
    "verify_token": "meta-canary-verify-token",
}
BASE = "https://graph.facebook.com/v23.0"
HOOK = "https://desk.example/hooks/ch1"
SENDER = "16505551234"
BSUID = "US.13491208655302741918"
WAMID = "wamid.HBgLMTY1"
AT = 1_749_416_383_000

Json = dict[str, Any]


def sign(body: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def hook(body: bytes) -> HookRequest:
    headers = {"content-type": "application/json", "x-hub-signature-256": sign(body)}
    return HookRequest("POST", HOOK, {}, headers, body)


def envelope(*changes: Json) -> Json:
    return {"object": "whatsapp_business_account", "entry": [{"id": "WABA", "changes": list(changes)}]}


def change(value: Json, field: str = "messages", number: str = NUMBER) -> Json:
    metadata = {"display_phone_number": "15550783881", "phone_number_id": number}
    return {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata} | value}


PERSON = {"profile": {"name": "Sheena"}, "wa_id": SENDER, "user_id": BSUID}


def wrote(kind: str, said: Any = None, **more: Any) -> Json:
    common = {"from": SENDER, "from_user_id": BSUID, "id": WAMID, "timestamp": "1749416383", "type": kind}
    return common | ({} if said is None else {kind: said}) | more


def messages(*said: Json, person: Json = PERSON) -> Json:
    return change({"contacts": [person], "messages": list(said)})


def said(content: Content, **more: Any) -> Received:
    common: Json = {
        "id": WAMID,
        "address": SENDER,
        "content": content,
        "at": AT,
        "message_id": WAMID,
        "profile": Profile(name="Sheena", phone=f"+{SENDER}"),
        "aliases": (BSUID,),
    }
    return Received(**common | more)


def heard(name: str, *changes: Json, says: tuple[Inbound, ...]) -> Heard:
    """As Meta writes it: what is not ASCII is escaped."""
    return Heard(name, hook(json.dumps(envelope(*changes)).encode()), says)


def hears(name: str, message: Json, *says: Inbound) -> Heard:
    return heard(name, messages(message), says=says)


def status(name: str, state: State, code: str | None = None, reason: str | None = None, **more: Any) -> Heard:
    told: Json = {"id": WAMID, "status": name, "timestamp": "1749416383", "recipient_id": SENDER}
    told |= {"biz_opaque_callback_data": "d1", "pricing": {"billable": True}}
    update = StatusUpdate(
        id=f"{WAMID}:{name}", state=state, at=AT, message_id=WAMID, delivery="d1", code=code, reason=reason
    )
    return heard(f"status {name} {code or ''}".strip(), change({"statuses": [told | more]}), says=(update,))


def error(code: int, details: str = "", message: str = "") -> list[Json]:
    data = {"error_data": {"details": details}} if details else {}
    return [{"code": code, "title": "Title", "message": message, "href": "https://…"} | data]


def media(mime: str, **more: Any) -> Json:
    return {"id": "65463453", "mime_type": mime, "sha256": "b64="} | more


ODD = Ignored(kind="unreadable", keep=True)

HEARD = (
    hears("a text", wrote("text", {"body": "Grüße 😀"}), said(Text("Grüße 😀"))),
    hears(
        "a reply to a message of ours",
        wrote("text", {"body": "yes"}, context={"from": "15550783881", "id": "wamid.OURS"}),
        said(Text("yes"), reply_to="wamid.OURS"),
    ),
    hears("a forwarded text", wrote("text", {"body": "look"}, context={"forwarded": True}), said(Text("look"))),
    hears(
        "an image",
        wrote("image", media("image/jpeg", caption="My cat", url="https://lookaside.fbsbx.com/x")),
        said(Image(ref="65463453", mime="image/jpeg", caption="My cat")),
    ),
    hears("a video", wrote("video", media("video/mp4")), said(Video(ref="65463453", mime="video/mp4"))),
    hears(
        "a voice message",
        wrote("audio", media("audio/ogg; codecs=opus", voice=True)),
        said(Audio(ref="65463453", mime="audio/ogg; codecs=opus")),
    ),
    hears(
        "a document",
        wrote("document", media("application/pdf", filename="bill.pdf", caption="May")),
        said(File(ref="65463453", mime="application/pdf", name="bill.pdf", caption="May")),
    ),
    hears("a sticker", wrote("sticker", media("image/webp", animated=False)), said(Sticker("65463453"))),
    hears(
        "a location",
        wrote("location", {"latitude": 37.4, "longitude": -122.2, "name": "HQ", "address": "1 Hacker Way"}),
        said(Location(37.4, -122.2, "HQ", "1 Hacker Way")),
    ),
    hears(
        "a contact",
        wrote(
            "contacts",
            [{"name": {"formatted_name": "Mei Lin"}, "phones": [{"phone": "+65 9123", "type": "CELL"}]}],
        ),
        said(Contact("Mei Lin", ("+65 9123",))),
    ),
    hears(
        "two contacts",
        wrote(
            "contacts",
            [
                {"name": {"formatted_name": "A"}, "phones": [{"wa_id": "1"}]},
                {"name": {"formatted_name": "B"}},
            ],
        ),
        said(Contact("A", ("1",)), id=f"{WAMID}:0"),
        said(Contact("B"), id=f"{WAMID}:1"),
    ),
    hears(
        "a template's button",
        wrote("button", {"payload": "ok-1", "text": "Confirm"}),
        said(Chosen("ok-1", "Confirm")),
    ),
    hears(
        "a reply button",
        wrote(
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "b1", "title": "Yes"}},
            context={"id": "wamid.OURS"},
        ),
        said(Chosen("b1", "Yes"), reply_to="wamid.OURS"),
    ),
    hears(
        "a row of a list",
        wrote(
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "r1", "title": "Red", "description": "warm"}},
        ),
        said(Chosen("r1", "Red")),
    ),
    hears(
        "a flow's answer",
        wrote("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{}", "body": "Sent"}}),
        said(Unsupported("nfm_reply")),
    ),
    hears(
        "a reaction",
        wrote("reaction", {"message_id": "wamid.OURS", "emoji": "😮"}),
        said(Reaction("😮", to="wamid.OURS")),
    ),
    hears(
        "a reaction taken back",
        wrote("reaction", {"message_id": "wamid.OURS"}),
        said(Reaction("", to="wamid.OURS")),
    ),
    hears(
        "an edit",
        wrote(
            "edit",
            {"original_message_id": "wamid.FIRST", "message": {"type": "text", "text": {"body": "hello"}}},
        ),
        Edited(id=WAMID, address=SENDER, message_id="wamid.FIRST", content=Text("hello"), at=AT),
    ),
    hears(
        "a message taken back",
        wrote("revoke", {"original_message_id": "wamid.FIRST"}),
        Unsent(id=WAMID, address=SENDER, message_id="wamid.FIRST", at=AT),
    ),
    hears(
        "what WhatsApp itself calls unsupported",
        wrote("unsupported", errors=error(131051)),
        said(Unsupported("unsupported")),
    ),
    hears("an order", wrote("order", {"catalog_id": "c", "product_items": []}), said(Unsupported("order"))),
    hears(
        "a changed number",
        wrote("system", {"body": "changed", "wa_id": "16505559999", "type": "user_changed_number"}),
        said(Unsupported("system"), aliases=(BSUID, "16505559999")),
    ),
    hears(
        "a text from an advertisement",
        wrote("text", {"body": "hi"}, referral={"source_url": "https://fb.me/x", "ctwa_clid": "c"}),
        said(Text("hi")),
    ),
    hears("a type unknown to us", wrote("hologram", {"beam": 1}), said(Unsupported("hologram"))),
    hears(
        "a type known to us in a shape that is not",
        wrote("text", {"words": "hi"}),
        said(Unsupported("text")),
        ODD,
    ),
    heard(
        "somebody who hides the number",
        messages(
            {
                "from_user_id": BSUID,
                "id": WAMID,
                "timestamp": "1749416383",
                "type": "text",
                "text": {"body": "hi"},
            },
            person={
                "profile": {"name": "Sheena", "username": "@s"},
                "user_id": BSUID,
                "parent_user_id": "US.ENT.118",
            },
        ),
        says=(said(Text("hi"), address=BSUID, aliases=("US.ENT.118",), profile=Profile(name="Sheena")),),
    ),
    heard(
        "a lone person whose message names nobody",
        messages({"id": WAMID, "timestamp": "1749416383", "type": "text", "text": {"body": "hi"}}),
        says=(said(Text("hi")),),
    ),
    heard(
        "several people in several entries, one of them odd",
        change(
            {
                "contacts": [PERSON, {"profile": {"name": "Bob"}, "wa_id": "44770"}, "odd"],
                "messages": [
                    wrote("text", {"body": "1"}),
                    {"id": 7},
                    {
                        "from": "44770",
                        "id": "wamid.B",
                        "timestamp": "1749416384",
                        "type": "text",
                        "text": {"body": "2"},
                    },
                ],
            }
        ),
        {"field": "messages", "value": {"messages": []}},
        messages(wrote("text", {"body": "3"}, id="wamid.C")),
        says=(
            said(Text("1")),
            ODD,
            Received(
                id="wamid.B",
                address="44770",
                content=Text("2"),
                at=AT + 1000,
                message_id="wamid.B",
                profile=Profile(name="Bob", phone="+44770"),
            ),
            ODD,
            said(Text("3"), id="wamid.C", message_id="wamid.C"),
        ),
    ),
    heard(
        "another number of the same app",
        change({"contacts": [PERSON], "messages": [wrote("text", {"body": "hi"})]}, number="999"),
        says=(Ignored(kind="other_number"),),
    ),
    hears("a group", wrote("text", {"body": "hi"}, group_id="g1"), Ignored(kind="group")),
    heard(
        "an operator's own telephone",
        change({"message_echoes": [wrote("text", {"body": "hi"})]}, field="smb_message_echoes"),
        says=(Ignored(kind="smb_message_echoes"),),
    ),
    heard(
        "a field unknown to us",
        {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}},
        says=(Ignored(kind="account_update", keep=True),),
    ),
    heard(
        "an error of the account",
        change({"errors": error(130429)}),
        says=(Ignored(kind="error:130429", keep=True),),
    ),
    heard("nothing at all", says=()),
    status("sent", "sent", conversation={"id": "c"}),
    status("delivered", "delivered", recipient_type="individual"),
    status("read", "read"),
    status("played", "read"),
    status(
        "failed",
        "failed",
        "131047",
        "more than 24 hours have passed since the customer's last message: send a template",
        errors=error(131047, "Re-engagement message"),
    ),
    status("failed", "failed", "199999", "Something new", errors=error(199999, "Something new")),
    status("failed", "failed", "199998", "Title", errors=error(199998)),
    status("failed", "failed", None, "WhatsApp could not deliver it", errors="odd"),
    heard(
        "statuses of a group, of an unknown kind and of none",
        change(
            {
                "statuses": [
                    {"id": WAMID, "status": "sent", "timestamp": "1749416383", "recipient_type": "group"},
                    {"id": WAMID, "status": "pondered", "timestamp": "1749416383"},
                    {"id": WAMID},
                ]
            }
        ),
        says=(Ignored(kind="group"), Ignored(kind="status:pondered", keep=True), ODD),
    ),
)

HELLO = Delivery(id="d1", address=SENDER, parts=(Part(1, Text("Hello, Sheena")),))
TAKEN = answer(
    200,
    {
        "messaging_product": "whatsapp",
        "contacts": [{"input": SENDER, "wa_id": SENDER}],
        "messages": [{"id": "wamid.NEW", "message_status": "accepted"}],
    },
)
SENT = Receipt(message_ids=("wamid.NEW",))
URL = "https://desk.example/m/1"


def posts(kind: str, body: Any, **more: Any) -> Sent:
    common = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": SENDER}
    data = common | {"type": kind, kind: body, "biz_opaque_callback_data": "d1"} | more
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    return Sent("POST", f"{BASE}/{NUMBER}/messages", data, headers)


def speaks(name: str, content: Content, kind: str, body: Any) -> Spoken:
    delivery = msgspec.structs.replace(HELLO, parts=(Part(1, content),))
    return Spoken(name, delivery, (TAKEN,), (posts(kind, body),), SENT)


def colours(count: int) -> tuple[Option, ...]:
    return tuple(Option(f"c{number}", f"Colour {number}") for number in range(count))


SPOKEN = (
    speaks("a text", Text("Grüße 😀"), "text", {"body": "Grüße 😀", "preview_url": False}),
    speaks("an image", Image(url=URL, mime="image/png", caption="Map"), "image", {"link": URL, "caption": "Map"}),
    speaks("a video", Video(url=URL, mime="video/mp4"), "video", {"link": URL}),
    speaks("audio", Audio(url=URL, mime="audio/ogg"), "audio", {"link": URL}),
    speaks(
        "a file",
        File(url=URL, name="bill.pdf", caption="May"),
        "document",
        {"link": URL, "filename": "bill.pdf", "caption": "May"},
    ),
    speaks("a sticker", Sticker("x", url=URL), "sticker", {"link": URL}),
    speaks("a sticker of theirs sent back", Sticker("65463453"), "sticker", {"id": "65463453"}),
    speaks(
        "a location",
        Location(37.4, -122.2, "HQ", "1 Hacker Way"),
        "location",
        {"latitude": 37.4, "longitude": -122.2, "name": "HQ", "address": "1 Hacker Way"},
    ),
    speaks(
        "a contact",
        Contact("Mei Lin", ("+659123",)),
        "contacts",
        [{"name": {"formatted_name": "Mei Lin", "first_name": "Mei Lin"}, "phones": [{"phone": "+659123"}]}],
    ),
    speaks("a reaction", Reaction("👍", to=WAMID), "reaction", {"message_id": WAMID, "emoji": "👍"}),
    speaks(
        "three options as buttons",
        Choice("Which?", colours(3)),
        "interactive",
        {
            "type": "button",
            "body": {"text": "Which?"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "c0", "title": "Colour 0"}},
                    {"type": "reply", "reply": {"id": "c1", "title": "Colour 1"}},
                    {"type": "reply", "reply": {"id": "c2", "title": "Colour 2"}},
                ]
            },
        },
    ),
    speaks(
        "four options as a list",
        Choice("Which?", colours(4)),
        "interactive",
        {
            "type": "list",
            "body": {"text": "Which?"},
            "action": {
                "button": "☰",
                "sections": [
                    {
                        "rows": [
                            {"id": "c0", "title": "Colour 0"},
                            {"id": "c1", "title": "Colour 1"},
                            {"id": "c2", "title": "Colour 2"},
                            {"id": "c3", "title": "Colour 3"},
                        ]
                    }
                ],
            },
        },
    ),
    speaks("a template", Template("hello"), "template", {"name": "hello", "language": {"code": "en"}}),
    speaks(
        "a template with variables",
        Template("order", "pt_BR", ("Mei", "7"), "Oi {{1}}, pedido {{2}}"),
        "template",
        {
            "name": "order",
            "language": {"code": "pt_BR"},
            "components": [
                {
                    "type": "body",
                    "parameters": [{"type": "text", "text": "Mei"}, {"type": "text", "text": "7"}],
                }
            ],
        },
    ),
    speaks(
        "a template whose variables have names",
        Template("order", "en", ("Mei",), "Hi {{first_name}}"),
        "template",
        {
            "name": "order",
            "language": {"code": "en"},
            "components": [
                {
                    "type": "body",
                    "parameters": [{"type": "text", "text": "Mei", "parameter_name": "first_name"}],
                }
            ],
        },
    ),
    Spoken(
        "a quote",
        msgspec.structs.replace(HELLO, parts=(Part(1, Text("yes"), quote=WAMID),)),
        (TAKEN,),
        (posts("text", {"body": "yes", "preview_url": False}, context={"message_id": WAMID}),),
        SENT,
    ),
    Spoken(
        "a second attempt after an uncertain one",
        msgspec.structs.replace(HELLO, uncertain=True, began=1),
        (TAKEN,),
        (posts("text", {"body": "Hello, Sheena", "preview_url": False}),),
        msgspec.structs.replace(SENT, maybe_twice=True),
    ),
)


def refused(status: int, code: int, message: str = "", details: str = "", **headers: str) -> Answer:
    said = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A"}
    return answer(status, {"error": said | ({"error_data": {"details": details}} if details else {})}, **headers)


FAILURES = (
    Failure("the window is closed", (refused(400, 131047),), Rejected, "131047", "24 hours"),
    Failure("an expired token", (refused(401, 190, "Session has expired"),), Rejected, "190", "access token"),
    Failure("a bare 401", (answer(401),), Rejected, "401", "access token"),
    Failure("no such template", (refused(404, 132001),), Rejected, "132001", "no such template"),
    Failure("the marketing limit", (refused(400, 131049),), Rejected, "131049", "tomorrow"),
    Failure("a phone number is needed", (refused(400, 131062),), Rejected, "131062", "phone number"),
    Failure("an unknown refusal, in detail", (refused(400, 999, "Bad", "Very bad"),), Rejected, "999", "Very bad"),
    Failure("an unknown refusal", (refused(400, 999, "Bad"),), Rejected, "999", "Bad"),
    Failure("the number's rate", (refused(400, 130429),), Throttled, "130429", after=5),
    Failure("the rate to one customer", (refused(400, 131056),), Throttled, "131056", after=6),
    Failure("the app's rate", (refused(400, 4),), Throttled, "4", after=60),
    Failure("the account's rate, said when", (refused(400, 80007, retry_after="9"),), Throttled, "80007", after=9),
    Failure("a bare 429", (answer(429),), Throttled, "429", after=1),
    Failure("a passing failure", (refused(400, 131000),), Unreachable, "131000"),
    Failure("WhatsApp is overloaded", (refused(503, 131016),), Unreachable, "131016"),
    Failure("maintenance", (refused(400, 131057),), Unreachable, "131057"),
    Failure("Meta is away", (answer(502, b"<html>"),), Unreachable, "502"),
    Failure("an answer that is no answer", (answer(200, b"<html>"),), Uncertain, "200"),
    Failure(
        "a content that was not fitted",
        (),
        Rejected,
        "unsupported",
        "note",
        delivery=msgspec.structs.replace(HELLO, parts=(Part(1, Note("psst")),)),
    ),
    Failure(
        "a file whose bytes are not here",
        (),
        Rejected,
        "no_url",
        delivery=msgspec.structs.replace(HELLO, parts=(Part(1, Image(mime="image/png")),)),
    ),
)

SAMPLES = Samples(
    kind="whatsapp-cloud",
    settings=SETTINGS,
    signature="x-hub-signature-256",
    heard=HEARD,
    spoken=SPOKEN,
    failures=FAILURES,
    delivery=HELLO,
    events=frozenset({"edited", "unsent", "ignored"}),
)


class TestContract(Contract):
    samples = SAMPLES


def make(**settings: str) -> WhatsAppCloud:
    return WhatsAppCloud(convert(SETTINGS | settings, CloudSettings))


# --- settings and the challenge


@pytest.mark.parametrize("field", ["phone_number_id", "access_token", "app_secret", "verify_token"])
def test_an_empty_setting_is_named(field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=rf"at `\$\.{field}`"):
        convert(SETTINGS | {field: ""}, CloudSettings)


def challenged(**query: str) -> HookRequest:
    named = {f"hub.{name}": value for name, value in query.items()}
    return HookRequest("GET", HOOK, named, {}, b"")


def test_the_challenge_is_given_back_for_the_right_token() -> None:
    connector = make()
    assert isinstance(connector, Challenged)
    asked = challenged(mode="subscribe", verify_token="meta-canary-verify-token", challenge="1158201444")
    assert connector.challenge(asked) == b"1158201444"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"mode": "subscribe", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "wrong", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "é\ud800", "challenge": "1"},
        {"mode": "unsubscribe", "verify_token": "meta-canary-verify-token", "challenge": "1"},
    ],
)
def test_any_other_challenge_is_forged(query: dict[str, str]) -> None:
    with pytest.raises(Forged):
        make().challenge(challenged(**query))


# --- reading


def test_the_signature_is_over_the_bytes_not_over_the_json() -> None:
    body = json.dumps(envelope(messages(wrote("text", {"body": "Grüße"})))).encode()
    unescaped = json.dumps(json.loads(body), ensure_ascii=False).encode()
    request = hook(body)
    make().verify(request)
    with pytest.raises(Forged):
        make().verify(msgspec.structs.replace(request, body=unescaped))


def test_a_webhook_of_another_product_is_not_understood() -> None:
    with pytest.raises(NotUnderstood):
        make().read(hook(b'{"object":"page","entry":[]}'))


def test_a_number_in_place_of_a_timestamp_is_odd_and_spoils_no_other() -> None:
    odd, fine = wrote("text", {"body": "1"}, timestamp=1749416383), wrote("text", {"body": "2"})
    body = json.dumps(envelope(messages(odd, fine))).encode()
    assert make().read(hook(body)) == [ODD, said(Text("2"))]


# --- sending


async def test_a_user_id_is_written_to_as_recipient() -> None:
    wire = FakeWire(
        [answer(200, {"messages": [{"id": "wamid.NEW"}], "contacts": [{"input": BSUID, "user_id": "US.2"}]})]
    )
    receipt = await make().deliver(msgspec.structs.replace(HELLO, address=BSUID), wire)
    sent = wire.calls[0].data
    assert (sent["recipient"], "to" in sent) == (BSUID, False)
    assert receipt == Receipt(message_ids=("wamid.NEW",), address="US.2")


async def test_an_answer_without_an_id_is_still_an_answer() -> None:
    assert await make().deliver(HELLO, FakeWire([answer(200, {"messages": "odd"})])) == Receipt()


async def test_typing_marks_the_message_read_by_the_way() -> None:
    wire = FakeWire([answer(200, {"success": True})])
    await make().typing(SENDER, WAMID, wire)
    assert wire.calls[0].data == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": WAMID,
        "typing_indicator": {"type": "text"},
    }


async def test_typing_without_a_message_asks_nothing() -> None:
    await make().typing(SENDER, None, FakeWire())


async def test_a_message_is_marked_read() -> None:
    wire = FakeWire([answer(200, {"success": True})])
    await make().mark_read(SENDER, WAMID, wire)
    assert wire.calls[0].url == f"{BASE}/{NUMBER}/messages"
    assert wire.calls[0].data == {"messaging_product": "whatsapp", "status": "read", "message_id": WAMID}


# --- the rest of the API


async def test_a_number_that_answers_is_healthy() -> None:
    found = {
        "id": NUMBER,
        "display_phone_number": "+1 555 078 3881",
        "verified_name": "Shop",
        "quality_rating": "GREEN",
    }
    wire = FakeWire([answer(200, found)])
    facts = {"number": "+1 555 078 3881", "name": "Shop", "quality": "GREEN", "webhook": HOOK}
    assert await make().check(wire, HOOK) == Health(True, facts=facts)
    assert wire.calls[0].url == f"{BASE}/{NUMBER}?fields=display_phone_number,verified_name,quality_rating"


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (refused(401, 190), "the access token is not valid, or no longer"),
        (Unreachable("dns", "no such host"), "no such host"),
        (answer(200, b"[]"), "Meta's answer could not be read"),
    ],
)
async def test_anything_else_is_red_with_the_reason(outcome: Any, reason: str) -> None:
    assert await make().check(FakeWire([outcome]), HOOK) == Health(False, reason)


def template(name: str, text: str, status: str = "APPROVED") -> Json:
    components = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": text}]
    return {"name": name, "language": "en", "status": status, "components": components}


async def test_approved_templates_are_listed_page_by_page() -> None:
    pages = [
        {
            "data": [
                template("order", "Hi {{1}}, {{2}} and {{1}}"),
                template("spam", "x", "REJECTED"),
                "odd",
            ],
            "paging": {"cursors": {"after": "MjQ="}, "next": "https://evil.example/steal"},
        },
        {"data": [template("hello", "Hello")], "paging": {"cursors": {"after": "x"}}},
    ]
    wire = FakeWire([answer(200, page) for page in pages])
    assert await make(waba_id="WABA").templates(wire) == [
        TemplateInfo("order", "en", "Hi {{1}}, {{2}} and {{1}}", 2),
        TemplateInfo("hello", "en", "Hello", 0),
    ]
    assert [call.url for call in wire.calls] == [
        f"{BASE}/WABA/message_templates?status=APPROVED&limit=100",
        f"{BASE}/WABA/message_templates?status=APPROVED&limit=100&after=MjQ%3D",
    ]


async def test_there_are_no_templates_without_the_business_account() -> None:
    assert await make().templates(FakeWire()) == []


@pytest.mark.parametrize(
    ("base", "url"),
    [
        (BASE, "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"),
        (BASE, "https://graph.facebook.com/v23.0/x"),
        ("http://127.0.0.1:8081/meta/", "http://127.0.0.1:8081/media/1"),
    ],
)
async def test_media_are_where_meta_says_and_want_the_token(base: str, url: str) -> None:
    wire = FakeWire([answer(200, {"url": url, "mime_type": "image/jpeg"})])
    found, headers = await make(api_base=base).media("65463453/../x", wire)
    assert (found, headers["authorization"]) == (url, f"Bearer {TOKEN}")
    assert wire.calls[0].url == f"{base.rstrip('/')}/65463453%2F..%2Fx"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/1",
        "http://lookaside.fbsbx.com/1",
        "https://lookaside.fbsbx.com.evil.example/1",
        "https://lookaside.fbsbx.com@evil.example/1",
        "https://lookaside.fbsbx.com:8443/1",
        "https://[oops",
        "file:///etc/passwd",
        None,
    ],
)
async def test_media_anywhere_else_get_no_token(url: str | None) -> None:
    with pytest.raises(Rejected):
        await make().media("1", FakeWire([answer(200, {"url": url})]))
