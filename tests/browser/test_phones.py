"""The simulator's page: whoever tries Frontdesk chats with themselves, from any phone and from a shop's page."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from simulator.app import Simulator
from simulator.lookalikes import Site
from tests.browser.conftest import visiting
from tests.browser.shop import Shop
from tests.simulator.business import Business

QUESTION = "Where to?"
DESK = {"width": 1720, "height": 760}


@pytest.fixture
async def business() -> AsyncIterator[Business]:
    async with Business() as business:
        yield business


@pytest.fixture
async def sim(shop: Shop, business: Business) -> AsyncIterator[Simulator]:
    async with Simulator(time_scale=0.001) as sim:
        sim.line.account("line", webhook_url=business.url).phone(name="Aiko", language="ja")
        sim.twilio.account("twilio", webhook_url=business.url).phone(name="Maria")
        sim.meta.account("meta", webhook_url=business.url).phone(name="Ahmed")
        sim.telegram.account("telegram", webhook_url=business.url).phone("4242", name="Tom")
        sim.site = Site(shop.url, shop.channel, f"{shop.url}/desk/")
        yield sim


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_phone_writes_and_shows_what_it_gets(
    sim: Simulator, business: Business, browser: Browser, scheme: str
) -> None:
    visitor = await visiting(browser, color_scheme=scheme, viewport=DESK)
    page = visitor.page
    await page.goto(sim.url)
    for name in ("Aiko", "Maria", "Ahmed", "Tom"):
        phone = page.get_by_role("article", name=f"{name}, ")
        await phone.get_by_role("textbox").fill(f"Hello from {name}")
        await phone.get_by_role("button", name="Send", exact=True).click()
        await expect(phone.get_by_role("list")).to_contain_text(f"Hello from {name}")
        await phone.get_by_label("Send something else").click()
        await phone.get_by_role("button", name="Picture").click()
        await expect(phone.get_by_role("list")).to_contain_text("🖼 Picture")
    keyboard = {"inline_keyboard": [[{"text": "Sales", "callback_data": "sales"}]]}
    token = sim.telegram.accounts["telegram"].credentials.bot_token
    await page.request.post(
        f"{sim.url}/telegram/bot{token}/sendMessage",
        data={"chat_id": 4242, "text": QUESTION, "reply_markup": keyboard},
    )
    tom = page.get_by_role("article", name="Tom, ")
    await expect(tom.get_by_role("list")).to_contain_text(QUESTION)  # nobody loaded the page again
    await visitor.pictured(f"phones-{scheme}")
    assert await visitor.barriers() == []
    await tom.get_by_role("button", name="Sales").click()
    await expect(tom.get_by_role("button", name="Sales")).to_have_count(0)
    assert visitor.complaints == []


async def test_the_shops_page_has_the_widget_of_another_origin(sim: Simulator, browser: Browser) -> None:
    visitor = await visiting(browser, viewport=DESK)
    await visitor.page.goto(sim.url)
    shop = visitor.page.frame_locator("iframe")
    await shop.get_by_role("button", name="Open the chat").click()
    await shop.get_by_role("textbox").fill("Do you have red ones?")
    await shop.get_by_role("textbox").press("Enter")
    await expect(shop.get_by_role("log")).to_contain_text("Do you have red ones?")
    await visitor.pictured("phones-shop")
    assert visitor.complaints == []


async def test_the_inbox_opens_beside(sim: Simulator, browser: Browser) -> None:
    assert sim.site is not None
    visitor = await visiting(browser)
    await visitor.page.goto(sim.url)
    async with visitor.context.expect_page() as opened:
        await visitor.page.get_by_role("link", name="Open the inbox beside").click()
    assert (await opened.value).url.startswith(f"{sim.site.url}/desk/")
