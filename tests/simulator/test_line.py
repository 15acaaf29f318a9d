"""LINE's look-alike against the official SDK: its parser reads the webhooks, its client drives the API."""

import uuid
from collections.abc import AsyncIterator

import pytest
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    LocationMessage,
    MarkMessagesAsReadByTokenRequest,
    MessageAction,
    PostbackAction,
    PushMessageRequest,
    QuickReply,
    QuickReplyItem,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
    TextMessage,
)
from linebot.v3.webhook import SignatureValidator, WebhookParser
from linebot.v3.webhooks import (
    FollowEvent,
    MessageEvent,
    PostbackEvent,
    StickerMessageContent,
    UnfollowEvent,
    UnsendEvent,
)

from simulator import actions as do
from simulator.accounts import Account, Settings
from simulator.actions import NotOnThisChannel
from simulator.app import Simulator
from simulator.line_webhooks import Credentials
from tests.simulator.business import Business, Hook


@pytest.fixture
def account(sim: Simulator, business: Business) -> Account[Credentials]:
    return sim.line.account(webhook_url=f"{business.url}/hooks/line", channel_secret="s3cret")


@pytest.fixture
async def client(sim: Simulator, account: Account[Credentials]) -> AsyncIterator[AsyncApiClient]:
    configuration = Configuration(host=f"{sim.url}/line", access_token=account.credentials.channel_access_token)
    async with AsyncApiClient(configuration) as api_client:
        yield api_client


@pytest.fixture
def api(client: AsyncApiClient) -> AsyncMessagingApi:
    return AsyncMessagingApi(client)


def parsed(hook: Hook, secret: str = "s3cret") -> list[object]:
    return list(WebhookParser(secret).parse(hook.body.decode(), hook.headers["x-line-signature"]))


async def test_the_official_validator_accepts_the_signature_and_only_with_the_right_secret(
    account: Account[Credentials], business: Business
) -> None:
    outcome = await account.phone().text("こんにちは 😀")
    assert outcome.status == 200
    hook = business.hooks[0]
    assert SignatureValidator("s3cret").validate(hook.body.decode(), hook.headers["x-line-signature"])
    assert not SignatureValidator("other").validate(hook.body.decode(), hook.headers["x-line-signature"])
    assert hook.json["destination"] == account.credentials.bot_user_id


async def test_the_official_parser_knows_every_kind_a_phone_can_send(
    account: Account[Credentials], business: Business
) -> None:
    phone = account.phone()
    said = await phone.text("hi")
    await phone.image(b"jpeg")
    await phone.video(b"mp4")
    await phone.audio(b"m4a", "audio/mp4")
    await phone.file(b"%PDF", "bill.pdf")
    await phone.location(35.65, 139.7, "Shibuya", "Tokyo")
    await phone.sticker()
    await phone.press("Yes", data="answer=yes")
    await phone.unsend(said.message_id)
    await phone.follow()
    await phone.unfollow()
    events = [event for hook in business.hooks for event in parsed(hook)]
    kinds = [event.message.type for event in events if isinstance(event, MessageEvent)]
    assert kinds == ["text", "image", "video", "audio", "file", "location", "sticker"]
    assert [type(event) for event in events[7:]] == [PostbackEvent, UnsendEvent, FollowEvent, UnfollowEvent]
    sticker = events[6]
    assert isinstance(sticker, MessageEvent)
    assert isinstance(sticker.message, StickerMessageContent)


async def test_several_customers_events_come_in_one_post(account: Account[Credentials], business: Business) -> None:
    first, second = account.phone(name="Ann"), account.phone(name="Bo")
    await account.together([(first, do.Text("one")), (second, do.Text("two"))])
    assert [event["source"]["userId"] for event in business.hooks[0].json["events"]] == [first.id, second.id]
    assert len(business.hooks) == 1


async def test_a_redelivery_has_the_same_ids_and_says_so(account: Account[Credentials], business: Business) -> None:
    outcome = await account.phone().text("hi")
    await account.redeliver(outcome.deliveries[0])
    first, again = (hook.json["events"][0] for hook in business.hooks)
    assert again["webhookEventId"] == first["webhookEventId"]
    assert (first["deliveryContext"], again["deliveryContext"]) == (
        {"isRedelivery": False},
        {"isRedelivery": True},
    )
    assert parsed(business.hooks[1])


async def test_failed_webhooks_are_redelivered_only_when_switched_on(sim: Simulator, business: Business) -> None:
    url = f"{business.url}/hooks/line"
    off = sim.line.account("off", url, Settings(deadline=5))
    on = sim.line.account("on", "http://127.0.0.1:9/closed", Settings(redelivery=True))
    gone = await on.phone().text("hi")
    assert gone.deliveries[0].attempts == [0, 0, 0, 0]
    off.webhook_url = "http://127.0.0.1:9/closed"
    assert (await off.phone().text("hi")).deliveries[0].attempts == [0]


async def test_a_reply_token_works_once(account: Account[Credentials], api: AsyncMessagingApi) -> None:
    phone = account.phone()
    token = await reply_token(account)
    request = ReplyMessageRequest(reply_token=token, messages=[TextMessage(text="hello")])
    answer = await api.reply_message(request)
    assert [(m.text, m.via, m.id) for m in phone.account.sent] == [("hello", "reply", answer.sent_messages[0].id)]
    with pytest.raises(ApiException) as refused:
        await api.reply_message(request)
    assert refused.value.status == 400
    assert "Invalid reply token" in refused.value.body
    assert len(account.sent) == 1


async def test_a_reply_token_expires_after_a_minute(
    sim: Simulator, account: Account[Credentials], api: AsyncMessagingApi
) -> None:
    token = await reply_token(account)
    sim.clock.advance(60_001)
    with pytest.raises(ApiException) as refused:
        await api.reply_message(ReplyMessageRequest(reply_token=token, messages=[TextMessage(text="late")]))
    assert refused.value.status == 400
    assert account.sent == []


async def reply_token(account: Account[Credentials]) -> str:
    outcome = await account.phone().text("hi")
    token: str = outcome.deliveries[0].post.payload["events"][0]["replyToken"]
    return token


async def test_a_retry_key_is_accepted_once_in_24_hours(
    sim: Simulator, account: Account[Credentials], api: AsyncMessagingApi
) -> None:
    phone, key = account.phone(), str(uuid.UUID(int=1))
    request = PushMessageRequest(to=phone.id, messages=[TextMessage(text="once")])
    first = await api.push_message_with_http_info(request, x_line_retry_key=key)
    with pytest.raises(ApiException) as repeated:
        await api.push_message(request, x_line_retry_key=key)
    assert repeated.value.status == 409
    accepted = repeated.value.headers["x-line-accepted-request-id"]
    assert accepted == first.headers["x-line-request-id"]
    sent = account.sent
    assert [(m.text, m.key) for m in sent] == [("once", key)]
    assert account.mailbox.repeats[sent[0].id] == 1
    sim.clock.advance(24 * 3_600_000 + 1)
    await api.push_message(request, x_line_retry_key=key)
    assert len(account.sent) == 2


async def test_what_line_refuses_is_refused_with_details(account: Account[Credentials], api: AsyncMessagingApi) -> None:
    phone = account.phone()
    place = LocationMessage(title="T" * 101, address="Tokyo", latitude=1, longitude=2)
    for message, complaint in (
        (TextMessage(text="x" * 5001), "messages[0].text"),
        (place, "messages[0].title"),
    ):
        with pytest.raises(ApiException) as refused:
            await api.push_message(PushMessageRequest(to=phone.id, messages=[message]))
        assert refused.value.status == 400
        assert complaint in refused.value.body
    assert account.sent == []


async def test_six_messages_in_one_call_are_refused(account: Account[Credentials], sim: Simulator) -> None:
    body = {"to": account.phone().id, "messages": [{"type": "text", "text": str(n)} for n in range(6)]}
    headers = {"Authorization": f"Bearer {account.credentials.channel_access_token}"}
    async with sim.world.session.post(f"{sim.url}/line/v2/bot/message/push", json=body, headers=headers) as answer:
        assert answer.status == 400
        assert (await answer.json())["details"] == [{"message": "Size must be between 1 and 5", "property": "messages"}]


async def test_quick_replies_become_options_that_can_be_pressed(
    account: Account[Credentials], api: AsyncMessagingApi, business: Business
) -> None:
    phone = account.phone()
    actions = [PostbackAction(label="Sales", data="group=sales"), MessageAction(label="Hello", text="hello!")]
    quick = QuickReply(items=[QuickReplyItem(action=action) for action in actions])
    await api.push_message(PushMessageRequest(to=phone.id, messages=[TextMessage(text="Where to?", quick_reply=quick)]))
    assert [(option.label, option.id) for option in account.sent[0].options] == [
        ("Sales", "group=sales"),
        ("Hello", "hello!"),
    ]
    await phone.press("Sales")
    await phone.press("Hello")
    events = [hook.json["events"][0] for hook in business.hooks]
    assert events[0]["postback"] == {"data": "group=sales"}
    assert events[1]["message"]["text"] == "hello!"


async def test_the_smaller_methods_answer_what_the_sdk_expects(
    account: Account[Credentials], api: AsyncMessagingApi, client: AsyncApiClient
) -> None:
    phone = account.phone(name="Mei", language="ja")
    picture = await phone.image(b"\xff\xd8jpeg")
    read_token = picture.deliveries[0].post.payload["events"][0]["message"]["markAsReadToken"]
    await api.show_loading_animation(ShowLoadingAnimationRequest(chat_id=phone.id, loading_seconds=20))
    await api.mark_messages_as_read_by_token(MarkMessagesAsReadByTokenRequest(mark_as_read_token=read_token))
    assert [message.kind for message in account.mailbox.messages[1:]] == ["typing", "read"]
    assert account.sent == []
    assert (await api.get_bot_info()).user_id == account.credentials.bot_user_id
    assert (await api.get_message_quota()).type == "none"
    assert (await api.get_message_quota_consumption()).total_usage == 0
    profile = await api.get_profile(phone.id)
    assert (profile.display_name, profile.language) == ("Mei", "ja")
    assert (await api.test_webhook_endpoint()).success
    blob = AsyncMessagingApiBlob(client)
    assert bytes(await blob.get_message_content(picture.message_id)) == b"\xff\xd8jpeg"
    transcoding = await blob.get_message_content_transcoding_by_message_id(picture.message_id)
    assert transcoding.status == "succeeded"


async def test_a_spent_quota_is_told_apart_from_a_rate_limit(sim: Simulator, business: Business) -> None:
    account = sim.line.account("poor", business.url, Settings(quota=1))
    phone = account.phone()
    async with AsyncApiClient(
        Configuration(host=f"{sim.url}/line", access_token=account.credentials.channel_access_token)
    ) as client:
        api = AsyncMessagingApi(client)
        request = PushMessageRequest(to=phone.id, messages=[TextMessage(text="one"), TextMessage(text="two")])
        await api.push_message(request)
        with pytest.raises(ApiException) as spent:
            await api.push_message(request)
    assert spent.value.status == 429
    assert "monthly limit" in spent.value.body


async def test_a_wrong_token_is_401(sim: Simulator, account: Account[Credentials]) -> None:
    async with AsyncApiClient(Configuration(host=f"{sim.url}/line", access_token="wrong")) as client:
        with pytest.raises(ApiException) as refused:
            await AsyncMessagingApi(client).get_bot_info()
    assert refused.value.status == 401
    assert account.calls == []


async def test_a_blocked_business_gets_200_and_reaches_nobody(
    account: Account[Credentials], api: AsyncMessagingApi
) -> None:
    phone = account.phone()
    await phone.unfollow()
    await api.push_message(PushMessageRequest(to=phone.id, messages=[TextMessage(text="hello?")]))
    assert [message.text for message in account.sent] == ["hello?"]
    assert phone.received == []


async def test_line_has_no_reactions_contacts_or_edits_in_a_chat_of_two(
    account: Account[Credentials],
) -> None:
    phone = account.phone()
    for action in (do.React("1", "👍"), do.Contact("Ann", ("+1",)), do.Edit("1", "x"), do.Read()):
        with pytest.raises(NotOnThisChannel):
            await phone.do(action)


async def test_in_a_group_the_reply_goes_to_the_group(
    account: Account[Credentials], api: AsyncMessagingApi, business: Business
) -> None:
    phone, group = account.phone(), "C" + "0" * 32
    await phone.text("hi all", group=group)
    event = business.hooks[0].json["events"][0]
    assert event["source"] == {"type": "group", "groupId": group, "userId": phone.id}
    await api.reply_message(ReplyMessageRequest(reply_token=event["replyToken"], messages=[TextMessage(text="hello")]))
    assert account.sent[0].customer == group
