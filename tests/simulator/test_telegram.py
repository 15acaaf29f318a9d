"""Telegram's look-alike against python-telegram-bot: it reads the updates and drives the API."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter
from yarl import URL

from simulator import actions as do
from simulator.accounts import Account
from simulator.actions import NotOnThisChannel
from simulator.app import Simulator
from simulator.telegram_bots import Credentials
from tests.simulator.business import Business


@pytest.fixture
def account(sim: Simulator, business: Business) -> Account[Credentials]:
    return sim.telegram.account(webhook_url=f"{business.url}/hooks/tg", secret_token="s3cret")


def bot_for(sim: Simulator, token: str) -> Bot:
    return Bot(token, base_url=f"{sim.url}/telegram/bot", base_file_url=f"{sim.url}/telegram/file/bot")


@pytest.fixture
async def bot(sim: Simulator, account: Account[Credentials]) -> AsyncIterator[Bot]:
    async with bot_for(sim, account.credentials.bot_token) as made:
        yield made


def updates(business: Business) -> list[Update]:
    return [Update.de_json(hook.json, None) for hook in business.hooks]


async def test_every_kind_a_phone_can_send_is_read_by_the_library(
    account: Account[Credentials], business: Business
) -> None:
    phone = account.phone(name="Mei", language="ja")
    said = await phone.text("/start now")
    await phone.text("about that", reply_to=said.message_id)
    await phone.image(b"jpeg", caption="look")
    await phone.audio(b"mp3", "audio/mpeg")
    await phone.voice(b"opus")
    await phone.video(b"mp4")
    await phone.file(b"%PDF", "bill.pdf")
    await phone.do(do.Media("animation", b"gif", "video/mp4"))
    await phone.sticker()
    await phone.location(35.65, 139.7)
    await phone.location(35.65, 139.7, "Shibuya", "Tokyo")
    await phone.contact("Ann", "+15005550001")
    await phone.edit(said.message_id, "changed")
    await phone.press("Yes", data="yes")
    await phone.react(said.message_id, "👍")
    await phone.unfollow()
    await phone.unknown("hologram", depth=3)
    found = updates(business)
    messages = [update.message for update in found if update.message is not None]
    assert [field for message in messages[:12] for field in SHAPES if getattr(message, field)] == [
        "text",
        "text",
        "photo",
        "audio",
        "voice",
        "video",
        "document",
        "document",
        "animation",
        "sticker",
        "location",
        "location",
        "venue",
        "contact",
    ]
    assert messages[0].from_user is not None
    assert (messages[0].from_user.first_name, messages[0].from_user.language_code) == ("Mei", "ja")
    assert messages[0].entities[0].type == "bot_command"
    assert messages[1].reply_to_message is not None
    edited, pressed, reaction, member = found[12:16]
    assert edited.edited_message is not None
    assert edited.edited_message.text == "changed"
    assert pressed.callback_query is not None
    assert pressed.callback_query.data == "yes"
    assert reaction.message_reaction is not None
    assert reaction.message_reaction.new_reaction[0].to_dict() == {"type": "emoji", "emoji": "👍"}
    assert member.my_chat_member is not None
    assert member.my_chat_member.new_chat_member.status == "kicked"
    assert messages[12].api_kwargs == {"hologram": {"depth": 3}}
    assert all(hook.headers["X-Telegram-Bot-Api-Secret-Token"] == "s3cret" for hook in business.hooks)
    ids = [update.update_id for update in found]
    assert ids == list(range(ids[0], ids[0] + 17))


SHAPES = (
    "text",
    "photo",
    "audio",
    "voice",
    "video",
    "document",
    "animation",
    "sticker",
    "location",
    "venue",
    "contact",
)


async def test_set_webhook_gives_the_secret_and_the_kinds_of_updates(sim: Simulator, business: Business) -> None:
    account = sim.telegram.account("fresh")
    async with bot_for(sim, account.credentials.bot_token) as bot:
        await bot.set_webhook(f"{business.url}/new", secret_token="other")
        assert (await bot.get_webhook_info()).url == f"{business.url}/new"
        phone = account.phone()
        said = await phone.text("hi")
        assert (await phone.react(said.message_id, "👍")).deliveries == ()
        await bot.set_webhook(
            f"{business.url}/new", secret_token="other", allowed_updates=["message", "message_reaction"]
        )
        assert (await phone.react(said.message_id, "👎")).status == 200
        await bot.delete_webhook()
        assert (await bot.get_webhook_info()).url == ""
    assert [hook.headers["X-Telegram-Bot-Api-Secret-Token"] for hook in business.hooks] == ["other", "other"]


async def test_the_library_sends_every_kind_and_reads_the_result(account: Account[Credentials], bot: Bot) -> None:
    phone = account.phone()
    await phone.text("hi")
    chat = int(phone.id)
    results: list[Message] = [
        await bot.send_message(chat, "<b>hello</b> you", parse_mode=ParseMode.HTML),
        await bot.send_photo(chat, b"\xff\xd8jpeg", caption="look"),
        await bot.send_photo(chat, "https://example.com/a.jpg"),
        await bot.send_audio(chat, b"mp3"),
        await bot.send_voice(chat, b"opus"),
        await bot.send_video(chat, b"mp4"),
        await bot.send_document(chat, b"%PDF", filename="bill.pdf"),
        await bot.send_animation(chat, b"gif"),
        await bot.send_sticker(chat, b"webp"),
        await bot.send_location(chat, 35.65, 139.7),
        await bot.send_venue(chat, 35.65, 139.7, "Shibuya", "Tokyo"),
        await bot.send_contact(chat, "+1500", "Ann"),
        *await bot.send_media_group(chat, [InputMediaPhoto(b"one", caption="first"), InputMediaPhoto(b"two")]),
    ]
    assert results[0].text == "hello you"
    assert results[0].entities[0].to_dict() == {"type": "bold", "offset": 0, "length": 5}
    assert [str(message.message_id) for message in results] == [message.id for message in account.sent]
    assert [message.kind for message in account.sent] == [
        "text",
        "image",
        "image",
        "audio",
        "voice",
        "video",
        "file",
        "animation",
        "sticker",
        "location",
        "location",
        "contact",
        "image",
        "image",
    ]
    assert [message.text for message in account.sent][1:3] == ["look", ""]
    assert results[12].media_group_id == results[13].media_group_id


async def test_an_inline_keyboard_is_pressed_answered_and_edited_away(
    account: Account[Credentials], bot: Bot, business: Business
) -> None:
    phone = account.phone()
    await phone.text("hi")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("5 ★", callback_data="rate:5")]])
    asked = await bot.send_message(int(phone.id), "How was it?", reply_markup=keyboard)
    assert [(o.label, o.id) for o in phone.received[0].options] == [("5 ★", "rate:5")]
    await phone.press("5 ★")
    query = updates(business)[-1].callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.message_id) == ("rate:5", asked.message_id)
    assert await bot.answer_callback_query(query.id, "Thank you")
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query(query.id, "Thank you")
    edited = await bot.edit_message_text("Thank you!", chat_id=phone.id, message_id=asked.message_id)
    assert isinstance(edited, Message)
    assert (edited.text, edited.reply_markup) == ("Thank you!", None)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text("Thank you!", chat_id=phone.id, message_id=asked.message_id)
    assert await bot.delete_message(phone.id, asked.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await bot.delete_message(phone.id, asked.message_id)
    assert [message.kind for message in account.sent] == ["text", "edit", "delete"]


async def test_a_reply_keyboard_is_answered_with_its_text(
    account: Account[Credentials], bot: Bot, business: Business
) -> None:
    phone = account.phone()
    await phone.text("hi")
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("Sales"), KeyboardButton("Help")]])
    await bot.send_message(int(phone.id), "Where to?", reply_markup=keyboard)
    await phone.press("Help")
    message = updates(business)[-1].message
    assert message is not None
    assert message.text == "Help"


async def test_typing_and_reactions_of_the_bot_are_kept(account: Account[Credentials], bot: Bot) -> None:
    phone = account.phone()
    said = await phone.text("hi")
    assert await bot.send_chat_action(int(phone.id), ChatAction.TYPING)
    assert await bot.set_message_reaction(phone.id, int(said.message_id), "👍")
    assert [message.kind for message in account.mailbox.messages[1:]] == ["typing", "reaction"]
    assert [message.text for message in account.sent] == ["👍"]


async def test_files_are_downloaded_also_with_an_escaped_colon(
    account: Account[Credentials], bot: Bot, business: Business, sim: Simulator
) -> None:
    await account.phone().file(b"%PDF-1.7", "bill.pdf")
    message = updates(business)[0].message
    assert message is not None
    assert message.document is not None
    file = await bot.get_file(message.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.7"
    assert file.file_path is not None
    path = file.file_path.rsplit("/files/", 1)[1]
    token = account.credentials.bot_token
    for written in (token, token.replace(":", "%3A")):
        url = URL(f"{sim.url}/telegram/file/bot{written}/files/{path}", encoded=True)
        async with sim.world.session.get(url) as answer:
            assert await answer.read() == b"%PDF-1.7"


async def test_what_telegram_refuses_is_refused_in_its_words(account: Account[Credentials], bot: Bot) -> None:
    phone = account.phone()
    chat = int(phone.id)
    with pytest.raises(Forbidden, match=r"(?i)can't initiate conversation"):
        await bot.send_message(chat, "hello")
    await phone.text("hi")
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message(1, "hello")
    with pytest.raises(BadRequest, match=r"(?i)message is too long"):
        await bot.send_message(chat, "x" * 4097)
    with pytest.raises(BadRequest, match=r"(?i)can't parse entities"):
        await bot.send_message(chat, "<b>open", parse_mode=ParseMode.HTML)
    with pytest.raises(BadRequest, match=r"(?i)reserved and must be escaped"):
        await bot.send_message(chat, "1.5", parse_mode=ParseMode.MARKDOWN_V2)
    too_much = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="é" * 33)]])
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(chat, "hello", reply_markup=too_much)
    await phone.unfollow()
    with pytest.raises(Forbidden, match=r"(?i)blocked by the user"):
        await bot.send_message(chat, "hello")
    assert account.sent == []


async def test_flood_control_and_wrong_tokens(
    sim: Simulator, account: Account[Credentials], bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    phone = account.phone()
    await phone.text("hi")
    account.fail(429, method="sendMessage", retry_after=3)
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(int(phone.id), "hello")
    assert flood.value.retry_after == timedelta(seconds=3)
    await bot.send_message(int(phone.id), "hello")
    with pytest.raises(InvalidToken):
        async with bot_for(sim, "123456:wrong") as stranger:
            await stranger.get_me()


async def test_updates_of_a_chat_come_strictly_in_order_and_another_chat_overtakes(
    account: Account[Credentials], business: Business
) -> None:
    business.answers += [web.Response(status=500), web.Response(status=500, headers={"Retry-After": "30"})]
    first, second = account.phone(name="Ann"), account.phone(name="Bo")
    business.gate.clear()
    waiting = [
        asyncio.create_task(phone.text(text))
        for phone, text in ((first, "1"), (first, "2"), (first, "3"), (second, "other"))
    ]
    await business.until(lambda: len(business.hooks) == 2)
    assert sorted(hook.json["message"]["text"] for hook in business.hooks) == ["1", "other"]
    business.gate.set()
    outcomes = [await task for task in waiting]
    texts = [hook.json["message"]["text"] for hook in business.hooks]
    in_first_chat = [text for text in texts if text != "other"]
    assert in_first_chat == sorted(in_first_chat)
    assert [outcome.status for outcome in outcomes] == [200, 200, 200, 200]
    assert sum(len(outcome.deliveries[0].attempts) for outcome in outcomes) == 6


async def test_an_answer_that_names_a_method_is_carried_out(account: Account[Credentials], business: Business) -> None:
    phone = account.phone()
    body = {"method": "sendMessage", "chat_id": int(phone.id), "text": "hello"}
    business.answers.append(web.json_response(body))
    await phone.text("hi")
    assert [message.text for message in phone.received] == ["hello"]


async def test_groups_have_their_own_chat(account: Account[Credentials], business: Business, bot: Bot) -> None:
    phone = account.phone()
    await phone.text("hi all", group="-1001234567")
    message = updates(business)[0].message
    assert message is not None
    assert (message.chat.id, message.chat.type) == (-1001234567, "supergroup")
    await bot.send_message(-1001234567, "hello all")
    assert account.sent[0].customer == "-1001234567"


async def test_telegram_tells_bots_nothing_of_reading_and_deleting(
    account: Account[Credentials],
) -> None:
    for action in (do.Read(), do.Unsend("1")):
        with pytest.raises(NotOnThisChannel):
            await account.phone().do(action)
