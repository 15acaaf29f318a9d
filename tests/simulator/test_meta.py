"""Meta's look-alike: there is no official SDK, so signature and shapes are spelled out here."""

import base64
import hashlib
import hmac
from typing import Any

import pytest
from aiohttp import FormData, web

from simulator import actions as do
from simulator.accounts import Account
from simulator.app import Simulator
from simulator.meta_webhooks import Credentials
from tests.simulator.business import Business, Hook

Json = dict[str, Any]


@pytest.fixture
def account(sim: Simulator, business: Business) -> Account[Credentials]:
    return sim.meta.account(webhook_url=f"{business.url}/hooks/meta", app_secret="s3cret")


class Api:
    """The few lines a business writes for itself."""

    def __init__(self, sim: Simulator, account: Account[Credentials]) -> None:
        self.session = sim.world.session
        self.base = f"{sim.url}/meta/v23.0"
        self.number = account.credentials.phone_number_id
        self.headers = {"Authorization": f"Bearer {account.credentials.access_token}"}

    async def send(self, body: Json) -> tuple[int, Json]:
        full = {"messaging_product": "whatsapp"} | body
        async with self.session.post(f"{self.base}/{self.number}/messages", json=full, headers=self.headers) as answer:
            return answer.status, await answer.json()

    async def text(self, to: str, text: str, **rest: Any) -> tuple[int, Json]:
        return await self.send({"to": to, "type": "text", "text": {"body": text}} | rest)

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.session.get(f"{self.base}/{path}", headers=self.headers) as answer:
            return answer.status, await answer.json()


@pytest.fixture
def api(sim: Simulator, account: Account[Credentials]) -> Api:
    return Api(sim, account)


def value(hook: Hook) -> Json:
    found: Json = hook.json["entry"][0]["changes"][0]["value"]
    return found


def statuses(business: Business) -> list[Json]:
    return [status for hook in business.hooks for status in value(hook).get("statuses", [])]


async def until_reported(business: Business, status: str) -> None:
    await business.until(lambda: any(one["status"] == status for one in statuses(business)))


async def test_the_raw_body_is_signed_and_escaped_as_meta_does(
    account: Account[Credentials], business: Business
) -> None:
    await account.phone("16505551234", name="Zoë").text("価格 a/b")
    hook = business.hooks[0]
    expected = "sha256=" + hmac.new(b"s3cret", hook.body, hashlib.sha256).hexdigest()
    assert hook.headers["X-Hub-Signature-256"] == expected
    assert hook.body.isascii()
    assert b"a\\/b" in hook.body
    assert value(hook)["messages"][0]["text"] == {"body": "価格 a/b"}
    assert value(hook)["contacts"][0]["profile"] == {"name": "Zoë"}
    assert value(hook)["metadata"]["phone_number_id"] == account.credentials.phone_number_id


async def test_every_kind_a_phone_can_send_has_metas_shape(account: Account[Credentials], business: Business) -> None:
    phone = account.phone()
    said = await phone.text("hi")
    await phone.text("about that", reply_to=said.message_id)
    await phone.image(b"jpeg", caption="look")
    await phone.voice(b"opus")
    await phone.file(b"%PDF", "bill.pdf")
    await phone.sticker()
    await phone.location(35.65, 139.7, "Shibuya")
    await phone.contact("Ann", "+15005550001")
    await phone.press("Yes", data="yes")
    await phone.react(said.message_id, "😮")
    await phone.react(said.message_id, "")
    await phone.edit(said.message_id, "hello")
    await phone.unsend(said.message_id)
    await phone.unknown("unsupported")
    await phone.unknown("hologram", depth=3)
    messages = [value(hook)["messages"][0] for hook in business.hooks]
    assert [message["type"] for message in messages] == [
        "text",
        "text",
        "image",
        "audio",
        "document",
        "sticker",
        "location",
        "contacts",
        "interactive",
        "reaction",
        "reaction",
        "edit",
        "revoke",
        "unsupported",
        "hologram",
    ]
    assert messages[1]["context"]["id"] == said.message_id
    assert messages[2]["image"]["caption"] == "look"
    assert messages[3]["audio"]["voice"] is True
    assert messages[4]["document"]["filename"] == "bill.pdf"
    assert messages[8]["interactive"] == {
        "type": "button_reply",
        "button_reply": {"id": "yes", "title": "Yes"},
    }
    assert messages[9]["reaction"] == {"message_id": said.message_id, "emoji": "😮"}
    assert messages[10]["reaction"] == {"message_id": said.message_id}
    assert messages[13]["errors"][0]["code"] == 131051


async def test_a_customer_with_a_username_has_no_number_and_can_be_answered(
    account: Account[Credentials], business: Business, api: Api
) -> None:
    phone = account.phone(name="Sheena")
    phone.hidden_number = True
    await phone.text("hi")
    said = value(business.hooks[0])
    assert "from" not in said["messages"][0]
    assert "wa_id" not in said["contacts"][0]
    assert said["messages"][0]["from_user_id"] == phone.alias
    status, _ = await api.text(phone.alias, "hello")
    assert (status, [message.text for message in phone.received]) == (200, ["hello"])


async def test_statuses_carry_the_callback_data(account: Account[Credentials], business: Business, api: Api) -> None:
    phone = account.phone()
    await phone.text("hi")
    status, answer = await api.text(phone.id, "hello", biz_opaque_callback_data="our-7")
    assert (status, answer["contacts"]) == (200, [{"input": phone.id, "wa_id": phone.id}])
    await until_reported(business, "delivered")
    await phone.read()
    assert [(one["status"], one["biz_opaque_callback_data"]) for one in statuses(business)] == [
        ("sent", "our-7"),
        ("delivered", "our-7"),
        ("read", "our-7"),
    ]
    assert {one["id"] for one in statuses(business)} == {answer["messages"][0]["id"]}


async def test_outside_the_window_free_text_fails_with_131047_and_a_template_goes_through(
    sim: Simulator, account: Account[Credentials], business: Business, api: Api
) -> None:
    phone = account.phone()
    await phone.text("hi")
    sim.clock.advance(24 * 3_600_000 + 1)
    sim.meta.template(account, "hello", "Hello {{1}}", "en_US", ["Yes", "No"])
    await api.text(phone.id, "late")
    await until_reported(business, "failed")
    assert statuses(business)[0]["errors"][0]["code"] == 131047
    body = {"type": "body", "parameters": [{"type": "text", "text": "Mei"}]}
    template = {"name": "hello", "language": {"code": "en_US"}, "components": [body]}
    assert (await api.send({"to": phone.id, "type": "template", "template": template}))[0] == 200
    assert [message.text for message in phone.received] == ["Hello Mei"]
    await phone.press("Yes")
    assert value(business.hooks[-1])["messages"][0]["button"] == {"payload": "Yes", "text": "Yes"}
    status, listed = await api.get(f"{account.credentials.waba_id}/message_templates")
    assert (status, [one["name"] for one in listed["data"]]) == (200, ["hello"])


async def test_buttons_and_lists_are_shown_and_answered(
    account: Account[Credentials], business: Business, api: Api
) -> None:
    phone = account.phone()
    await phone.text("hi")
    buttons = [{"type": "reply", "reply": {"id": f"b{n}", "title": f"Button {n}"}} for n in (1, 2)]
    rows = [{"id": f"r{n}", "title": f"Row {n}"} for n in range(10)]
    shapes: list[Json] = [
        {"type": "button", "body": {"text": "Which?"}, "action": {"buttons": buttons}},
        {"type": "list", "body": {"text": "Row?"}, "action": {"button": "Open", "sections": [{"rows": rows}]}},
    ]
    for shape in shapes:
        assert (await api.send({"to": phone.id, "type": "interactive", "interactive": shape}))[0] == 200
    await phone.press("Button 2")
    await phone.press("r9")
    said = [message for hook in business.hooks for message in value(hook).get("messages", [])]
    replies = [message["interactive"] for message in said if message["type"] == "interactive"]
    assert replies == [
        {"type": "button_reply", "button_reply": {"id": "b2", "title": "Button 2"}},
        {"type": "list_reply", "list_reply": {"id": "r9", "title": "Row 9"}},
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "text", "text": {"body": "x" * 4097}}, 131009),
        ({"type": "text", "text": {}}, 131008),
        ({"type": "hologram", "hologram": {}}, 100),
        ({"type": "image", "image": {}}, 131008),
        ({"type": "template", "template": {"name": "no", "language": {"code": "en"}}}, 132001),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "button",
                    "body": {"text": "?"},
                    "action": {"buttons": [{"reply": {"id": str(n), "title": "x"}} for n in range(4)]},
                },
            },
            131009,
        ),
    ],
)
async def test_what_meta_refuses_is_refused_with_its_code(
    account: Account[Credentials], api: Api, body: Json, code: int
) -> None:
    status, answer = await api.send({"to": account.phone().id} | body)
    assert (status in (400, 404), answer["error"]["code"], answer["error"]["type"]) == (
        True,
        code,
        "OAuthException",
    )
    assert account.sent == []


async def test_media_is_found_by_id_and_fetched_with_the_token(
    sim: Simulator, account: Account[Credentials], business: Business, api: Api
) -> None:
    await account.phone().image(b"\xff\xd8jpeg")
    image = value(business.hooks[0])["messages"][0]["image"]
    _, about = await api.get(image["id"])
    digest = base64.b64encode(hashlib.sha256(b"\xff\xd8jpeg").digest()).decode()
    assert (about["sha256"], about["file_size"], about["mime_type"]) == (digest, 6, "image/jpeg")
    async with api.session.get(about["url"], headers=api.headers) as file:
        assert await file.read() == b"\xff\xd8jpeg"
    async with api.session.get(about["url"]) as anonymous:
        assert anonymous.status == 401
    upload = FormData({"messaging_product": "whatsapp", "type": "image/png"})
    upload.add_field("file", b"png", filename="a.png", content_type="image/png")
    async with api.session.post(f"{api.base}/{api.number}/media", data=upload, headers=api.headers) as answer:
        assert (await api.get((await answer.json())["id"]))[1]["file_size"] == 3


async def test_read_and_typing_are_kept_as_signals(account: Account[Credentials], api: Api) -> None:
    said = await account.phone().text("hi")
    mark = {"status": "read", "message_id": said.message_id, "typing_indicator": {"type": "text"}}
    assert await api.send(mark) == (200, {"success": True})
    assert [message.kind for message in account.mailbox.messages[1:]] == ["read", "typing"]
    assert account.sent == []


async def test_a_wrong_token_is_190_and_ordered_failures_have_metas_codes(
    account: Account[Credentials], api: Api
) -> None:
    phone = account.phone()
    account.fail(429)
    account.fail(400, code=131047)
    account.fail(500)
    codes = [(status, answer["error"]["code"]) for status, answer in [await api.text(phone.id, "x") for _ in "123"]]
    assert codes == [(429, 130429), (400, 131047), (500, 131000)]
    api.headers = {"Authorization": "Bearer wrong"}
    status, answer = await api.text(phone.id, "x")
    assert (status, answer["error"]["code"]) == (401, 190)
    assert (await api.get(api.number))[0] == 401


async def test_the_phone_number_answers_the_health_check(account: Account[Credentials], api: Api) -> None:
    status, number = await api.get(api.number)
    assert (status, number["id"], number["quality_rating"]) == (200, api.number, "GREEN")
    assert (await api.get("999"))[1]["error"]["code"] == 100


async def test_verification_wants_the_challenge_back(
    sim: Simulator, account: Account[Credentials], business: Business
) -> None:
    assert not await sim.meta.verify(account)
    assert "hub.verify_token" in business.hooks[0].url


async def test_messages_of_several_customers_come_in_one_post(
    account: Account[Credentials], business: Business
) -> None:
    first, second = account.phone(name="Ann"), account.phone(name="Bo")
    await account.together([(first, do.Text("one")), (second, do.Text("two"))])
    said = value(business.hooks[0])
    assert [message["from"] for message in said["messages"]] == [first.id, second.id]
    assert len(said["contacts"]) == 2


async def test_anything_but_200_is_retried_with_the_same_bytes(
    account: Account[Credentials], business: Business
) -> None:
    business.answers += [web.Response(status=500), web.Response(status=202)]
    outcome = await account.phone().text("hi")
    assert outcome.deliveries[0].attempts == [500, 202, 200]
    assert len({hook.body for hook in business.hooks}) == 1
