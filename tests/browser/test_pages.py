"""The pages beside the widget: the start, the demo, the API's documentation."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import visiting
from tests.browser.shop import Shop


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_start_page_leads_on_and_keeps_nobody_out(shop: Shop, browser: Browser, scheme: str) -> None:
    visitor = await visiting(browser, color_scheme=scheme)
    await visitor.page.goto(shop.url)
    await visitor.pictured(f"start-{scheme}")
    assert await visitor.barriers() == []
    for link in await visitor.page.get_by_role("link").all():
        target = await link.get_attribute("href")
        assert (await visitor.page.request.get(f"{shop.url}{target}")).status == 200
    assert visitor.complaints == []


async def test_the_demo_asks_for_a_channel_and_then_shows_the_widget_there(shop: Shop, browser: Browser) -> None:
    visitor = await visiting(browser)
    await visitor.page.goto(f"{shop.url}/widget-demo.html")
    assert await visitor.barriers() == []
    await visitor.pictured("demo-asking")
    await visitor.page.get_by_label("Channel").fill(shop.channel)
    await visitor.page.get_by_label("Language").fill("es")
    await visitor.page.get_by_role("button", name="Show the widget").click()
    await visitor.page.get_by_role("button", name="Abrir el chat").click()
    await visitor.writes("una cometa roja")
    await visitor.hears("una cometa roja")
    tag = f'<script async src="{shop.url}/widget.js" data-channel="{shop.channel}"></script>'
    await expect(visitor.page.locator("#tag")).to_have_text(tag)
    await visitor.pictured("demo")
    assert await visitor.barriers() == []
    assert visitor.complaints == []


async def test_a_wrong_channel_is_told_to_the_visitor_and_the_reason_to_the_page(shop: Shop, browser: Browser) -> None:
    visitor = await visiting(browser)
    await visitor.page.goto(f"{shop.url}/widget-demo.html?channel=nowhere")
    await visitor.launcher.click()
    await expect(visitor.panel.get_by_role("status")).to_have_text("This chat is not available at the moment.")
    await expect(visitor.panel.get_by_role("textbox")).to_be_disabled()
    assert any("this chat cannot be opened (404)" in complaint for complaint in visitor.complaints)


async def test_the_documentation_shows_every_route_of_the_api(shop: Shop, browser: Browser) -> None:
    visitor = await visiting(browser)
    await visitor.page.goto(f"{shop.url}/api/docs")
    document = await (await visitor.page.request.get(f"{shop.url}/api/openapi.json")).json()
    operations = sum(len(set(path) & {"get", "put", "post", "patch", "delete"}) for path in document["paths"].values())
    await visitor.page.locator(".opblock-tag").first.wait_for()
    closed = visitor.page.locator(".opblock-tag-section:not(.is-open) .opblock-tag")
    while await closed.count():
        await closed.first.click()
    await expect(visitor.page.locator(".opblock")).to_have_count(operations)
    await visitor.page.locator(".opblock").first.click()
    await visitor.pictured("api-docs")
    assert visitor.complaints == []
