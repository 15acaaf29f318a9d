"""The console's tools that reach outside: word lists in and out as CSV, webhooks that go on and are sent again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from gateway.config import Config
from tests.browser.desk import Agent, address, at_the_desk, customer
from tests.browser.shop import EMAIL, SECONDS, Shop, opened

LISTS = [
    {"name": "Rude", "side": "customer", "action": "mask", "words": ["darn", "=heck"]},
    {"name": "Prices", "side": "agent", "action": "alert", "words": ["discount"]},
]


async def at(shop: Shop, browser: Browser, area: str, **options: Any) -> Agent:
    owner = await at_the_desk(browser, shop, EMAIL, **options)
    await owner.goes(address("admin-area", area=area))
    return owner


async def takes_in(owner: Agent, text: str) -> None:
    await owner.page.locator("input[type=file]").set_input_files(
        {"name": "words.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )


async def words(shop: Shop) -> dict[str, list[str]]:
    kept = await shop.call("owner", "GET", "admin/settings/words")
    return {each["name"]: each["words"] for each in kept["lists"]}


async def test_word_lists_leave_as_csv_and_the_same_file_brings_them_back(
    shop: Shop, browser: Browser, tmp_path: Path
) -> None:
    await shop.call("owner", "PUT", "admin/settings/words", {"lists": LISTS})
    owner = await at(shop, browser, "words")
    async with owner.page.expect_download() as started:
        await owner.button("Export").click()
    file = await started.value
    assert file.suggested_filename == "words.csv"
    await file.save_as(tmp_path / "words.csv")
    text = (tmp_path / "words.csv").read_text(encoding="utf-8")
    assert text.splitlines() == [
        "list,side,action,on,anywhere,language,kind,value",
        "Rude,customer,mask,true,,,word,darn",
        "Rude,customer,mask,true,,,word,'=heck",
        "Prices,agent,alert,true,,,word,discount",
    ]
    await shop.call("owner", "PUT", "admin/settings/words", {"lists": []})
    await takes_in(owner, text)
    await expect(owner.page.locator(".toast")).to_contain_text("Saved")
    assert await words(shop) == {"Rude": ["darn", "=heck"], "Prices": ["discount"]}
    assert owner.visitor.complaints == []


@pytest.mark.parametrize("look", ["light", "phone", "right-to-left"])
async def test_an_import_adds_or_replaces_and_shows_what_it_made(shop: Shop, browser: Browser, look: str) -> None:
    looks: dict[str, dict[str, Any]] = {
        "light": {}, "phone": {"viewport": {"width": 390, "height": 780}}, "right-to-left": {"locale": "ar"},
    }  # fmt: skip
    await shop.call("owner", "PUT", "admin/settings/words", {"lists": LISTS})
    owner = await at(shop, browser, "words", **looks[look])
    await takes_in(owner, "list,side,action,value\nRude,customer,mask,heck\nNames,customer,alert,罵倒\n")
    await expect(owner.page.locator(".toast")).to_be_visible()
    assert await words(shop) == {"Rude": ["darn", "=heck", "heck"], "Prices": ["discount"], "Names": ["罵倒"]}
    await expect(owner.page.locator(".item")).to_have_count(3)
    card = owner.page.locator("section").filter(has=owner.page.locator("#csv"))
    await card.scroll_into_view_if_needed()
    await owner.visitor.pictured(f"admin-words-csv-{look}")
    assert await owner.visitor.barriers() == []
    await card.locator("select").select_option(index=1)
    await takes_in(owner, "list,side,action,value\nOnly,customer,block,darn\n")
    await expect(owner.page.locator(".item")).to_have_count(1)
    assert await words(shop) == {"Only": ["darn"]}


async def test_a_file_that_is_none_changes_nothing_and_says_which_line(shop: Shop, browser: Browser) -> None:
    await shop.call("owner", "PUT", "admin/settings/words", {"lists": LISTS})
    owner = await at(shop, browser, "words")
    await takes_in(owner, "list,side,action,kind,value\nRude,customer,mask,word,ok\nRude,customer,mask,nonsense,x\n")
    await expect(owner.page.get_by_role("alert")).to_contain_text("Line 3: “nonsense” is no kind")
    await takes_in(owner, "a,b\n1,2\n")
    await expect(owner.page.get_by_role("alert")).to_contain_text("The first line lacks the columns")
    assert await words(shop) == {"Rude": ["darn", "=heck"], "Prices": ["discount"]}
    assert await owner.visitor.barriers() == []


# --- webhooks --------------------------------------------------------------------------------------------------


@dataclass
class Receiver:
    """A company's own server that takes webhooks, or for a time does not."""

    url: str = ""
    status: int = 200
    ids: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        await request.read()
        if self.status == 200:
            self.ids.append(request.headers["webhook-id"])
        self.news.set()
        return web.Response(status=self.status)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(SECONDS):
            while len(self.ids) < count:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/in", receiver.take)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/in"))
        yield receiver


@pytest.fixture
async def connected(config: Config, receiver: Receiver) -> AsyncIterator[Shop]:
    """With one webhook, which hears of every chat that is opened."""
    async with opened(replace(config, allow_private=("127.0.0.1",))) as shop:
        hook = {"name": "crm", "url": receiver.url, "secret": "s" * 32, "types": ["session.opened"]}
        await shop.call("owner", "PUT", "admin/settings/webhooks", {"subscriptions": [hook]})
        yield shop


async def test_a_paused_webhook_goes_on_when_an_admin_says_so(
    connected: Shop, receiver: Receiver, browser: Browser
) -> None:
    receiver.status = 410
    async with customer(connected) as grace:
        await grace.says("Hello")
    async with asyncio.timeout(SECONDS):
        while not (await connected.call("owner", "GET", "admin/webhooks"))["items"][0]["paused_at"]:
            await asyncio.sleep(0.05)
    owner = await at(connected, browser, "webhooks")
    hook = owner.page.locator("#deliveries ~ .result")
    await expect(hook).to_contain_text("Paused")
    await expect(hook).to_contain_text("410")
    await owner.visitor.pictured("admin-webhook-paused")
    assert await owner.visitor.barriers() == []
    receiver.status = 200
    await hook.get_by_role("button", name="Go on").click()
    await receiver.until(1)
    await expect(hook.get_by_role("button", name="Go on")).to_have_count(0)
    await expect(hook).not_to_contain_text("Paused")
    assert owner.visitor.complaints == []


async def test_a_delivery_is_sent_again_under_its_own_id(connected: Shop, receiver: Receiver, browser: Browser) -> None:
    async with customer(connected) as grace:
        await grace.says("Hello")
    await receiver.until(1)
    owner = await at(connected, browser, "webhooks")
    hook = owner.page.locator("#deliveries ~ .result")
    await hook.locator("summary").click()
    row = hook.get_by_role("row").filter(has_text="session.opened")
    await expect(row).to_contain_text("Delivered · 1")
    await row.get_by_role("button", name="Send again").click()
    await receiver.until(2)
    assert receiver.ids[0] == receiver.ids[1], "so that the receiver knows it"
    await owner.visitor.pictured("admin-webhook-sent-again")
    assert await owner.visitor.barriers() == []
    assert owner.visitor.complaints == []
