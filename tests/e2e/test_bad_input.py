"""Everything that can be wrong from outside, against the running server: API.md's verdicts and the reason, shown."""

import asyncio
import base64
import gzip
import hashlib
import hmac
import io
from collections.abc import Mapping
from typing import Any

import pytest

from tests.api.client import Client, Seen
from tests.e2e.house import ADMIN, INBOX, KINDS, PROVIDERS, Frame, House, reaches, text

MIB = 1 << 20
NESTED = b"[" * 10_000 + b"]" * 10_000
SIGNATURES: Mapping[str, str] = {
    "line": "x-line-signature",
    "whatsapp": "X-Twilio-Signature",
    "whatsapp-cloud": "X-Hub-Signature-256",
    "telegram": "X-Telegram-Bot-Api-Secret-Token",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GREETING = "Hello and welcome! How can we help you today?"


def provider(house: House, kind: str) -> Any:
    """The look-alike as what signs and encodes: `simulator.courier.Carrier`."""
    return house.accounts[kind].provider


def signed(house: House, kind: str, body: bytes) -> dict[str, str]:
    account = house.accounts[kind]
    headers: dict[str, str] = provider(house, kind).sign(account, account.webhook_url, body)
    return headers


async def post(house: House, kind: str, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Status and words of the answer; signed unless `headers` are given."""
    url = house.channels[kind]["webhook_url"]
    given = signed(house, kind, body) if headers is None else headers
    async with house.http.post(url, data=body, headers=given) as answer:
        return answer.status, await answer.text()


async def raws(house: House, kind: str) -> list[Frame]:
    answer = await house.owner.get(f"{ADMIN}/channels/{house.channels[kind]['id']}/raws")
    assert answer.status == 200, answer.body
    return list(answer.body["items"])


async def nothing_happened(house: House, kind: str) -> None:
    assert await house.sessions(kind) == []
    assert await raws(house, kind) == []


async def still_works(house: House, kind: str) -> None:
    """The server is up, and the channel's next customer is served."""
    async with house.http.get("/readyz") as answer:
        assert (answer.status, (await answer.json())["degraded"]) == (200, [])
    phone = house.accounts[kind].phone(name="Next")
    assert (await phone.text("I am well-formed")).status == 200
    await reaches(phone, GREETING)


# --- webhooks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PROVIDERS)
async def test_a_forged_webhook_is_403_changes_nothing_and_is_counted(house: House, kind: str) -> None:
    await house.channel(kind)
    account = house.accounts[kind]
    outcome = await account.phone(name="Ann").text("genuine")
    delivery = outcome.deliveries[0].post
    body = provider(house, kind).encode(delivery.payload, False)
    true = signed(house, kind, body)
    name = SIGNATURES[kind]
    forgeries: list[dict[str, str]] = [
        {**true, name: ""},
        {key: value for key, value in true.items() if key != name},
        {**true, name: true[name][:-2] + "zz"},
        {**true, name: true[name][:-1]},
        {**true, name: "ü" * 40},
        {**true, name: "x" * 5000},
    ]
    for headers in forgeries:
        status, words = await post(house, kind, body, headers)
        assert (status, true[name] in words) == (403, False), headers
    status, _ = await post(house, kind, body + b" ", true)
    assert status == 403 if kind != "telegram" else status == 200, "its header is a password: bytes are not signed"
    assert await house.figure(kind, "forged") == len(forgeries) + (kind != "telegram")
    assert len(await house.sessions(kind)) == 1
    await still_works(house, kind)


@pytest.mark.parametrize("kind", PROVIDERS)
async def test_a_signed_body_that_cannot_be_read_is_taken_kept_raw_once_counted_and_shown(
    house: House, kind: str
) -> None:
    await house.channel(kind)
    good = provider(house, kind).encode({"events": []}, False)
    bodies = {
        "truncated": good[:-3] + b'{"event',
        "no JSON": b"hello, this is no webhook",
        "a list": b"[1, 2, 3]",
        "a number": b"17",
        "null": b"null",
        "nested": NESTED,
        "nested inside": b'{"events":' + NESTED + b',"entry":' + NESTED + b',"update_id":1,"message":' + NESTED + b"}",
        "no UTF-8": b'{"events": ["\xff\xfe"], "x": "\xff"}',
        "a surrogate": b'{"events": ["\\ud800"], "update_id": "\\ud800"}',
        "a huge number": b'{"update_id": ' + b"9" * 400 + b', "events": ' + b"9" * 400 + b"}",
        "empty": b"",
    }
    for what, body in bodies.items():
        headers = None
        if kind == "whatsapp":  # whose bodies are forms; anything else is signed by a hash in the address
            if what in ("no UTF-8", "empty", "nested inside", "nested"):
                continue
            headers = _twilio_json(house, body)
            url = house.channels[kind]["webhook_url"] + f"?bodySHA256={hashlib.sha256(body).hexdigest()}"
            async with house.http.post(url, data=body, headers=headers) as answer:
                status, words = answer.status, await answer.text()
        else:
            status, words = await post(house, kind, body)
        assert status == 200, (what, status, words)
    kept = await raws(house, kind)
    assert kept and all(raw["why"] for raw in kept)
    assert await house.sessions(kind) == []
    before = len(kept)
    if kind != "whatsapp":
        for body in bodies.values():
            assert (await post(house, kind, body))[0] == 200
        assert len(await raws(house, kind)) == before, "what is sent again is not kept again"
    await still_works(house, kind)


def _twilio_json(house: House, body: bytes) -> dict[str, str]:
    token = house.accounts["whatsapp"].credentials.auth_token
    url = house.channels["whatsapp"]["webhook_url"] + f"?bodySHA256={hashlib.sha256(body).hexdigest()}"
    mark = base64.b64encode(hmac.new(token.encode(), url.encode(), hashlib.sha1).digest()).decode()
    return {"Content-Type": "application/json", "X-Twilio-Signature": mark}


async def test_a_form_that_is_no_utf8_is_400_because_no_signature_can_be_looked_at(house: House) -> None:
    await house.channel("whatsapp")
    headers = {**FORM, "X-Twilio-Signature": "c2lnbmF0dXJl"}
    for body in (b"Body=%ff%fe&MessageSid=SM1", b"Body=\xff"):
        status, words = await post(house, "whatsapp", body, headers)
        assert status in (400, 403), words
    await nothing_happened(house, "whatsapp")
    await still_works(house, "whatsapp")


@pytest.mark.parametrize("kind", KINDS)
async def test_more_than_four_mebibytes_are_413_signed_or_not(house: House, kind: str) -> None:
    await house.channel(kind)
    url = house.channels[kind]["webhook_url"]
    for size, chunked in ((4 * MIB + 1, False), (5 * MIB, True)):
        body = b"a=" + b"x" * (size - 2)
        headers = signed(house, kind, body) if kind != "web" else {}
        data: Any = _chunks(body) if chunked else io.BytesIO(body)
        try:
            async with house.http.post(url, data=data, headers=headers) as answer:
                assert answer.status == 413, size
                assert "4194304" in await answer.text()
        except ConnectionError:
            assert chunked, "the answer to a whole body is heard"  # the server may hang up on one that goes on
    if kind != "web":
        assert await house.figure(kind, "too_large") == 2
        await nothing_happened(house, kind)
        await still_works(house, kind)


async def _chunks(body: bytes) -> Any:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


async def test_a_body_in_a_broken_or_explosive_encoding_is_refused(house: House) -> None:
    await house.channel("line")
    bomb = gzip.compress(b"0" * (64 * MIB))
    for body in (b"this is no gzip", bomb):
        headers = {**signed(house, "line", body), "Content-Encoding": "gzip", "Connection": "close"}
        url = house.channels["line"]["webhook_url"]
        async with house.http.post(url, data=body, headers=headers) as answer:
            assert answer.status in (400, 403, 413), answer.status
    await nothing_happened(house, "line")
    await still_works(house, "line")


async def test_an_unknown_channel_is_404_and_a_web_channel_has_no_webhook(house: House) -> None:
    await house.channel("web")
    for path in ("/hooks/nobody", "/hooks/nobody/status", "/hooks/%00", "/hooks/..%2f..%2fetc"):
        async with house.http.post(path, data=b"{}") as answer:
            assert answer.status == 404, path
    async with house.http.post(house.channels["web"]["webhook_url"], data=b"{}") as answer:
        assert answer.status == 403


@pytest.mark.parametrize("kind", PROVIDERS)
async def test_an_unknown_kind_of_message_is_shown_and_one_of_update_is_kept_raw_once(house: House, kind: str) -> None:
    await house.channel(kind)
    account = house.accounts[kind]
    outcome = await account.phone(name="Ann").unknown("hologram", depth=3)
    assert outcome.status == 200
    (session,) = await house.sessions(kind)
    assert (await house.messages(session["id"]))[0]["content"]["type"] == "unsupported"

    strange: dict[str, Any] = {
        "line": {"destination": "U1", "events": [{"type": "telepathy", "webhookEventId": "01H", "timestamp": 1,
                 "mode": "active", "source": {"type": "user", "userId": "U2"}}]},
        "whatsapp-cloud": {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [
            {"field": "telepathy", "value": {"messaging_product": "whatsapp"}}]}]},
        "telegram": {"update_id": 17, "telepathy": {"id": 3}},
        "whatsapp": {"MessageSid": "SM1", "EventType": "telepathy"},
    }  # fmt: skip
    before = len(await raws(house, kind))
    body = provider(house, kind).encode(strange[kind], False)
    for _ in range(3):
        assert (await post(house, kind, body))[0] == 200
    kept = await raws(house, kind)
    assert len(kept) == before + 1, "replayed, and kept once"
    assert "telepathy" in kept[0]["body"]
    assert kept[0]["why"]
    await still_works(house, kind)


@pytest.mark.parametrize("kind", PROVIDERS)
async def test_a_channel_that_only_reports_signatures_takes_the_forged_and_counts_them(house: House, kind: str) -> None:
    await house.channel(kind, signature="report-only")
    account = house.accounts[kind]
    phone = account.phone(name="Ann")
    outcome = await phone.text("first")
    body = provider(house, kind).encode(outcome.deliveries[0].post.payload, False)
    assert (await post(house, kind, body, {**signed(house, kind, body), SIGNATURES[kind]: "wrong"}))[0] == 200
    assert await house.figure(kind, "forged") == 1
    assert await house.figure(kind, "duplicate") == 1
    enforced = await house.owner.patch(f"{ADMIN}/channels/{house.channels[kind]['id']}", {"signature": "enforce"})
    assert enforced.body["signature"] == "enforce"
    assert (await post(house, kind, body, {**signed(house, kind, body), SIGNATURES[kind]: "wrong"}))[0] == 403


# --- settings and bodies -----------------------------------------------------------------------------------------

LINE = {"channel_secret": "s", "channel_access_token": "t"}
TWILIO = {"account_sid": "AC", "auth_token": "t"}
META = {"phone_number_id": "1", "access_token": "a", "app_secret": "s", "verify_token": "v"}
WRONG_CHANNELS: list[tuple[Frame, str]] = [
    ({"kind": "fax"}, "kind"),
    ({"kind": "line", "name": ""}, "name"),
    ({"kind": "line"}, "settings.channel_secret"),
    ({"kind": "line", "settings": LINE | {"channel_secret": 5}}, "settings.channel_secret"),
    ({"kind": "line", "settings": LINE | {"channel_secret": ""}}, "settings.channel_secret"),
    ({"kind": "line", "settings": LINE | {"colour": 1}}, "settings.colour"),
    ({"kind": "line", "settings": LINE | {"api_base": "ftp://x"}}, "settings.api_base"),
    ({"kind": "whatsapp", "settings": TWILIO}, "settings.from"),
    ({"kind": "whatsapp", "settings": TWILIO | {"from": "+1"}}, "settings.from"),
    ({"kind": "whatsapp-cloud", "settings": META | {"app_secret": ""}}, "settings.app_secret"),
    ({"kind": "telegram", "settings": {"bot_token": "nonsense", "secret_token": "s"}}, "settings.bot_token"),
    ({"kind": "telegram", "settings": {"bot_token": "1:a", "secret_token": "a b"}}, "settings.secret_token"),
    ({"kind": "web", "group": "nobody"}, "group"),
    ({"kind": "web", "language": "x" * 65}, "language"),
    ({"kind": "web", "signature": "perhaps"}, "signature"),
    ({"kind": "web", "extra": 1}, "extra"),
    ({"kind": "web", "settings": {"allowed_origins": "https://x"}}, "settings.allowed_origins"),
    ({"kind": "web", "settings": []}, "settings"),
    ({}, "kind"),
]

WRONG_SETTINGS: list[tuple[str, Frame, str]] = [
    ("words", {"lists": [{"name": "a", "side": "nobody", "action": "mask", "words": ["x"]}]}, "lists.0.side"),
    ("words", {"lists": [{"name": "a", "side": "agent", "action": "mask", "words": "x"}]}, "lists.0.words"),
    ("surveys", {"on": "yes"}, "on"),
    ("surveys", {"kind": "smileys"}, "kind"),
    ("closing", {"customer_idle_seconds": -1}, "customer_idle_seconds"),
    ("closing", {"prompts": {"agent_closed": {"text": {"en": "{agent, plural,"}}}}, "prompts.agent_closed.text.en"),
    ("prompts", {"prompts": {"no_such_prompt": {"on": True}}}, "prompts.no_such_prompt"),
    ("assignment", {"method": "by magic"}, "method"),
    ("surveys", {"on": True, "nonsense": 1}, "nonsense"),
]


async def test_a_wrong_setting_is_422_with_its_name_and_saves_nothing(house: House) -> None:
    for wrong, field in WRONG_CHANNELS:
        body = {"name": "Ours", "settings": {}} | wrong
        answer = await house.owner.post(f"{ADMIN}/channels", body)
        _names(answer, field, body)
    assert (await house.owner.get(f"{ADMIN}/channels")).body["items"] == []
    for area, body, field in WRONG_SETTINGS:
        _names(await house.owner.put(f"{ADMIN}/settings/{area}", body), field, body)
        assert (await house.owner.get(f"{ADMIN}/settings/{area}")).body == {}


def _names(answer: Seen, field: str, body: Frame) -> None:
    assert answer.status == 422, (body, answer.body)
    named = answer.fields
    assert field in named, (body, named)
    assert all(message.strip() for message in named.values())


async def test_a_wrong_body_is_named_and_a_broken_one_is_400_and_the_session_is_as_before(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("telegram")
    ear = await house.ear(mei)
    phone = house.accounts["telegram"].phone(name="Ann")
    await phone.text("Hello")
    session = await house.session_of(ear, "Hello")
    await ear.of(session, "session.assigned")
    await reaches(phone, GREETING)
    path = f"{INBOX}/sessions/{session}/messages"
    wrong: list[tuple[Any, str]] = [
        ({}, "client_id"),
        ({"client_id": "1"}, "content"),
        ({"client_id": "", "content": text("x")}, "client_id"),
        ({"client_id": "x" * 201, "content": text("x")}, "client_id"),
        ({"client_id": 1, "content": text("x")}, "client_id"),
        ({"client_id": "1", "content": {"type": "text"}}, "content.text"),
        ({"client_id": "1", "content": text("")}, "content.text"),
        ({"client_id": "1", "content": text(" \n ")}, "content.text"),
        ({"client_id": "1", "content": {"type": "telepathy"}}, "content.type"),
        ({"client_id": "1", "content": {"type": "image", "url": "file:///etc/passwd"}}, "content.url"),
        ({"client_id": "1", "content": {"type": "image", "url": "javascript:alert(1)"}}, "content.url"),
        ({"client_id": "1", "content": {"type": "location", "latitude": 91, "longitude": 0}}, "content.latitude"),
        ({"client_id": "1", "content": {"type": "choice", "text": "?", "options": []}}, "content.options"),
        ({"client_id": "1", "content": text("x"), "reply_to": "nothing"}, "reply_to"),
        ({"client_id": "1", "content": text("x"), "colour": "red"}, "colour"),
        ([], "body"),
    ]
    for body, field in wrong:
        _names(await mei.post(path, body), field, body)
    for raw in (b"{", b"\xff\xfe", NESTED, b'{"client_id": "\\ud800"', b""):
        answer = await mei.send("POST", path, raw=raw)
        assert answer.status in (400, 422), raw[:20]
    async with house.http.post(path, data=io.BytesIO(b" " * (2 * MIB)), headers=_bearer(mei)) as large:
        assert (large.status, (await large.json())["code"]) == (413, "too_large")
    headers = {**_bearer(mei), "Content-Encoding": "gzip", "Connection": "close"}
    async with house.http.post(path, data=b"this is no gzip", headers=headers) as broken:
        assert (broken.status, (await broken.json())["code"]) == (400, "bad_body")
    assert {message["author"]["kind"] for message in await house.messages(session)} == {"customer", "system"}
    for query in ({"limit": "x"}, {"limit": "0"}, {"after": "-1"}, {"nonsense": "1"}):
        answer = await mei.get(f"{INBOX}/sessions/{session}/messages", params=query)
        assert (answer.status, list(answer.fields)) == (422, list(query))


def _bearer(client: Client) -> dict[str, str]:
    return {"Authorization": f"Bearer {client.token}"}


async def test_frames_that_are_none_are_answered_and_the_socket_goes_on(house: House) -> None:
    mei = await house.agent("Mei")
    await house.channel("web")
    ear, visitor = await house.ear(mei), await house.visitor()
    for socket in (ear, visitor):
        for frame in (
            "",
            "{",
            "null",
            "[]",
            NESTED.decode(),
            '{"type": "telepathy"}',
            '{"type": "message"}',
            "x" * 70_000,
        ):
            if len(frame) > 65_536:
                continue
            seen = len(socket.frames)
            await socket.socket.send_str(frame)
            problem = await socket.heard(lambda frame: True, "what is wrong", after=seen)
            assert problem["type"] == "error"
            assert problem["detail"]
    await visitor.say(type="message", client_id="1", content=text("Still here"))
    await ear.message("Still here")


async def test_sockets_without_a_valid_first_frame_are_told_why_and_closed(house: House) -> None:
    await house.channel("web")
    for path in (f"{INBOX}/socket", f"/widget/{house.channels['web']['id']}/socket"):
        for hello in ('{"type": "auth", "token": "guessed"}', "nonsense", NESTED.decode()):
            async with house.http.ws_connect(path) as socket:
                await socket.send_str(hello)
                assert (await socket.receive_json())["type"] == "error"
                await socket.receive()
                assert socket.close_code == 4401


async def test_many_broken_requests_at_once_leave_the_server_as_it_was(house: House) -> None:
    for kind in PROVIDERS:
        await house.channel(kind)

    async def one(number: int) -> int:
        kind = list(PROVIDERS)[number % 4]
        body = [NESTED, b"\xff" * 1000, b"{" * 50, b"%ff=%fe&" * 20][number // 4 % 4]
        headers = {**signed(house, kind, b"a=b"), SIGNATURES[kind]: "wrong"}
        return (await post(house, kind, body, headers))[0]

    statuses = await asyncio.gather(*(one(number) for number in range(160)))
    assert set(statuses) <= {400, 403}
    for kind in PROVIDERS:
        await nothing_happened(house, kind)
        await still_works(house, kind)
