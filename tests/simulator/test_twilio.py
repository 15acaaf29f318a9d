"""Twilio's look-alike against the official SDK: its validator checks the webhooks, its client drives the API."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from simulator import actions as do
from simulator.accounts import Account, Settings
from simulator.actions import NotOnThisChannel
from simulator.app import Simulator
from simulator.twilio_webhooks import Credentials
from tests.simulator.business import Business, Hook

T = TypeVar("T")
SENDER = "whatsapp:+14155238886"


@pytest.fixture
def account(sim: Simulator, business: Business) -> Account[Credentials]:
    url = f"{business.url}/hooks/wa?x=a%20b"
    return sim.twilio.account(webhook_url=url, auth_token="t0ken", sender=SENDER)


@pytest.fixture
def client(sim: Simulator, account: Account[Credentials]) -> Client:
    made = Client(account.credentials.account_sid, account.credentials.auth_token)
    for domain in (made.api, made.content, made.messaging):
        domain.base_url = f"{sim.url}/twilio"
    return made


async def call(work: Callable[[], T]) -> T:
    """The SDK is synchronous; the simulator answers on this loop."""
    return await asyncio.to_thread(work)


def form(hook: Hook) -> dict[str, str]:
    return dict(parse_qsl(hook.body.decode(), keep_blank_values=True))


async def test_the_official_validator_accepts_the_signature_and_only_for_this_url(
    account: Account[Credentials], business: Business
) -> None:
    await account.phone("+15005550006").text("  Grüße 😀 ")
    hook = business.hooks[0]
    given = hook.headers["X-Twilio-Signature"]
    assert RequestValidator("t0ken").validate(hook.url, form(hook), given)
    assert not RequestValidator("t0ken").validate(f"{business.url}/other", form(hook), given)
    assert not RequestValidator("wrong").validate(hook.url, form(hook), given)
    assert form(hook)["Body"] == "  Grüße 😀 "
    assert (form(hook)["From"], form(hook)["To"]) == ("whatsapp:+15005550006", SENDER)


async def test_every_kind_a_phone_can_send_has_twilios_parameters(
    account: Account[Credentials], business: Business
) -> None:
    phone = account.phone()
    said = await phone.text("hi")
    await phone.text("about that", reply_to=said.message_id)
    await phone.image(b"jpeg", caption="look")
    await phone.file(b"%PDF", "bill.pdf")
    await phone.location(35.65, 139.7, "Shibuya", "Tokyo")
    await phone.sticker()
    await phone.contact("Ann", "+15005550001")
    await phone.press("Confirm", data="confirm-1")
    await phone.unknown("hologram")
    forms = [form(hook) for hook in business.hooks]
    assert [one["MessageType"] for one in forms] == [
        "text",
        "text",
        "image",
        "document",
        "location",
        "sticker",
        "contacts",
        "interactive",
        "hologram",
    ]
    assert forms[1]["OriginalRepliedMessageSid"] == said.message_id
    assert (forms[2]["Body"], forms[2]["MediaContentType0"]) == ("look", "image/jpeg")
    assert (forms[4]["Latitude"], forms[4]["Label"]) == ("35.65", "Shibuya")
    assert (forms[7]["ButtonText"], forms[7]["ButtonPayload"]) == ("Confirm", "confirm-1")


async def test_media_is_fetched_with_basic_auth_through_a_redirect(
    account: Account[Credentials], business: Business, sim: Simulator
) -> None:
    await account.phone().image(b"\xff\xd8jpeg")
    url = form(business.hooks[0])["MediaUrl0"]
    own = account.credentials
    auth = {"Authorization": aiohttp.encode_basic_auth(own.account_sid, own.auth_token)}
    async with sim.world.session.get(url) as anonymous:
        assert (anonymous.status, (await anonymous.json())["code"]) == (401, 20003)
    async with sim.world.session.get(url, headers=auth, allow_redirects=False) as hop:
        assert hop.status == 307
        place = hop.headers["Location"]
    async with sim.world.session.get(place) as file:
        assert (await file.read(), file.content_type) == (b"\xff\xd8jpeg", "image/jpeg")


async def test_a_message_is_reported_queued_sent_delivered_and_read(
    account: Account[Credentials], business: Business, client: Client
) -> None:
    phone = account.phone()
    await phone.text("hi")
    message = await call(
        lambda: client.messages.create(
            to=f"whatsapp:{phone.id}", from_=SENDER, body="hello", status_callback=f"{business.url}/status"
        )
    )
    assert message.status == "queued"
    await until_reported(business, "delivered")
    await phone.read()
    reports = [form(hook) for hook in business.hooks if hook.url.endswith("/status")]
    assert [one["MessageStatus"] for one in reports] == ["queued", "sent", "delivered", "read"]
    assert {one["MessageSid"] for one in reports} == {message.sid}
    assert reports[-1]["EventType"] == "READ"
    hook = business.hooks[-1]
    assert RequestValidator("t0ken").validate(hook.url, form(hook), hook.headers["X-Twilio-Signature"])
    assert [one.text for one in phone.received] == ["hello"]


async def until_reported(business: Business, status: str) -> None:
    await business.until(lambda: any(form(hook).get("MessageStatus") == status for hook in business.hooks))


async def test_free_text_outside_the_24_hour_window_fails_in_the_callback_and_a_template_does_not(
    sim: Simulator, account: Account[Credentials], business: Business, client: Client
) -> None:
    phone = account.phone()
    await phone.text("hi")
    sim.clock.advance(24 * 3_600_000 + 1)
    to, status = f"whatsapp:{phone.id}", f"{business.url}/status"
    template = sim.twilio.template("hello", {"twilio/text": {"body": "Hello {{1}}"}})
    await call(lambda: client.messages.create(to=to, from_=SENDER, body="late", status_callback=status))
    await until_reported(business, "failed")
    assert form(business.hooks[-1])["ErrorCode"] == "63016"
    await call(
        lambda: client.messages.create(to=to, from_=SENDER, content_sid=template.sid, content_variables='{"1": "Mei"}')
    )
    assert [message.text for message in phone.received] == ["Hello Mei"]


async def test_quick_replies_are_made_as_content_and_pressed(
    account: Account[Credentials], business: Business, sim: Simulator, client: Client
) -> None:
    phone, own = account.phone(), account.credentials
    await phone.text("hi")
    actions = [{"title": "Yes", "id": "yes"}, {"title": "No", "id": "no"}]
    content = {
        "friendly_name": "sure",
        "language": "en",
        "types": {"twilio/quick-reply": {"body": "Sure, {{1}}?", "actions": actions}},
    }
    auth = {"Authorization": aiohttp.encode_basic_auth(own.account_sid, own.auth_token)}
    async with sim.world.session.post(f"{sim.url}/twilio/v1/Content", json=content, headers=auth) as answer:
        assert answer.status == 201
        sid = (await answer.json())["sid"]
    listed = await call(client.content.v1.contents.list)
    assert [(one.sid, one.friendly_name) for one in listed] == [(sid, "sure")]
    await call(
        lambda: client.messages.create(
            to=f"whatsapp:{phone.id}", from_=SENDER, content_sid=sid, content_variables='{"1": "Mei"}'
        )
    )
    assert [option.label for option in phone.received[0].options] == ["Yes", "No"]
    await phone.press("No")
    assert phone.received[0].text == "Sure, Mei?"
    assert form(business.hooks[-1])["ButtonPayload"] == "no"
    assert form(business.hooks[-1])["OriginalRepliedMessageSid"] == phone.received[0].id


async def test_messages_are_listed_for_reconciling(
    sim: Simulator, account: Account[Credentials], client: Client
) -> None:
    phone, other = account.phone(), account.phone()
    for one in (phone, other):
        await one.text("hi")
    sim.clock.advance(3_600_000)
    sent = await call(lambda: client.messages.create(to=f"whatsapp:{phone.id}", from_=SENDER, body="hello"))
    since = datetime.fromtimestamp(sim.clock.now() / 1000, UTC) - timedelta(minutes=1)
    found = await call(lambda: client.messages.list(to=f"whatsapp:{phone.id}", date_sent_after=since, limit=20))
    assert [(one.sid, one.body, one.direction) for one in found] == [(sent.sid, "hello", "outbound-api")]
    assert (await call(lambda: client.messages(sent.sid).fetch())).body == "hello"


async def test_the_files_of_a_message_are_listed(account: Account[Credentials], client: Client) -> None:
    said = await account.phone().image(b"jpeg", caption="look")
    (kept,) = await call(lambda: client.messages.list(to=SENDER, limit=20))
    assert (kept.sid, kept.num_media, kept.direction) == (said.message_id, "1", "inbound")
    (file,) = await call(lambda: client.messages(kept.sid).media.list(limit=10))
    assert file.content_type == "image/jpeg"
    assert file.uri.startswith(f"/2010-04-01/Accounts/{account.credentials.account_sid}/Messages/{kept.sid}/Media/ME")


async def test_the_typing_indicator_and_the_account_answer_the_sdk(
    account: Account[Credentials], client: Client
) -> None:
    said = await account.phone().text("hi")
    typing = await call(
        lambda: client.messaging.v2.typing_indicator.create(channel="whatsapp", message_id=said.message_id)
    )
    assert typing.success
    assert [message.kind for message in account.mailbox.messages[1:]] == ["typing", "read"]
    fetched = await call(lambda: client.api.v2010.accounts(account.credentials.account_sid).fetch())
    assert fetched.status == "active"


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"body": "x" * 1601}, 400, 21617),
        ({"to": "whatsapp:nobody"}, 400, 21211),
        ({"from_": "whatsapp:+19999999999"}, 400, 63007),
        ({"body": None}, 400, 21619),
        ({"body": None, "content_sid": "HX" + "0" * 32}, 400, 21655),
    ],
)
async def test_what_twilio_refuses_is_refused_with_its_code(
    account: Account[Credentials], client: Client, wrong: dict[str, Any], status: int, code: int
) -> None:
    phone = account.phone()
    right: dict[str, Any] = {"to": f"whatsapp:{phone.id}", "from_": SENDER, "body": "hello"}
    with pytest.raises(TwilioRestException) as refused:
        await call(lambda: client.messages.create(**right | wrong))
    assert (refused.value.status, refused.value.code) == (status, code)
    assert account.sent == []


async def test_a_customer_who_opted_out_is_21610_until_they_return(
    account: Account[Credentials], client: Client
) -> None:
    phone = account.phone()
    await phone.text("hi")
    assert (await phone.unfollow()).status is None
    with pytest.raises(TwilioRestException) as refused:
        await call(lambda: client.messages.create(to=f"whatsapp:{phone.id}", from_=SENDER, body="hello"))
    assert refused.value.code == 21610
    await phone.follow()
    await call(lambda: client.messages.create(to=f"whatsapp:{phone.id}", from_=SENDER, body="hello"))
    assert [message.text for message in phone.received] == ["hello"]


async def test_a_wrong_token_is_20003_and_too_many_requests_20429(
    sim: Simulator, account: Account[Credentials], client: Client
) -> None:
    stranger = Client(account.credentials.account_sid, "wrong")
    stranger.api.base_url = f"{sim.url}/twilio"
    account.fail(429)
    for one, status, code in ((stranger, 401, 20003), (client, 429, 20429)):
        with pytest.raises(TwilioRestException) as refused:
            await asyncio.to_thread(one.messages.create, to="whatsapp:+1500", from_=SENDER, body="x")
        assert (refused.value.status, refused.value.code) == (status, code)


async def test_a_refused_connection_is_tried_once_more_and_an_error_is_not(sim: Simulator, business: Business) -> None:
    closed = sim.twilio.account("closed", "http://127.0.0.1:9/closed")
    assert (await closed.phone().text("hi")).deliveries[0].attempts == [0, 0]
    business.answers.append(web.Response(status=500))
    failing = sim.twilio.account("failing", business.url)
    assert (await failing.phone().text("hi")).deliveries[0].attempts == [500]


async def test_a_webhook_that_takes_too_long_is_lost(sim: Simulator, business: Business) -> None:
    business.gate.clear()
    slow = sim.twilio.account("slow", business.url, Settings(deadline=0.05))
    assert (await slow.phone().text("hi")).deliveries[0].attempts == [0]
    business.gate.set()


async def test_twilio_tells_nothing_of_reactions_edits_and_deletions(
    account: Account[Credentials],
) -> None:
    for action in (do.React("SM1", "👍"), do.Edit("SM1", "x"), do.Unsend("SM1")):
        with pytest.raises(NotOnThisChannel):
            await account.phone().do(action)
