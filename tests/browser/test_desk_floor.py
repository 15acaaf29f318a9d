"""The floor: what is at risk, the words found today, and the day's charts that are read with a pointer, with the
keyboard and as a table; of a group and channel."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import address, at_the_desk, customer
from tests.browser.shop import EMAIL, Shop

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 780}, "has_touch": True},
    "right-to-left": {"locale": "ar"},
}


async def a_day(shop: Shop) -> None:
    """Two are answered, one of them is over; one waits; one gave up."""
    session = ""
    for name in ("Ann", "Bob"):
        async with customer(shop, name) as one:
            await one.says("Hello")
            session = await shop.session()
    await shop.call("agent", "POST", f"inbox/sessions/{session}/close", {})
    await shop.call("agent", "PUT", "inbox/me/status", {"status": "busy"})
    for name in ("Cat", "Dan"):
        async with customer(shop, name) as one:
            await one.says("Hello?")
    waiting = await shop.until("inbox/sessions?phase=queued", lambda page: len(page["items"]) == 2)
    await shop.call("owner", "POST", f"inbox/sessions/{waiting['items'][0]['id']}/close", {})


@pytest.mark.parametrize("look", LOOKS)
async def test_how_today_goes_is_drawn_on_every_screen(shop: Shop, browser: Browser, look: str) -> None:
    await a_day(shop)
    boss = await at_the_desk(browser, shop, EMAIL, **LOOKS[look])
    await boss.goes(address("floor"))
    day = boss.page.locator(".today")
    await expect(day.locator(".chart svg path.stroke")).to_have_count(4)
    await day.scroll_into_view_if_needed()
    await boss.visitor.pictured(f"floor-today-{look}")
    await day.locator("summary").first.click()
    assert await boss.visitor.barriers() == []
    assert boss.visitor.complaints == []
    wide = await boss.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


async def test_the_numbers_of_the_day_are_told_with_their_definitions(shop: Shop, browser: Browser) -> None:
    await a_day(shop)
    boss = await at_the_desk(browser, shop, EMAIL)
    await boss.goes(address("floor"))
    tiles = boss.page.locator(".today .tile")
    await expect(tiles.nth(0)).to_contain_text("Came in4 Chats that came to people")
    await expect(tiles.nth(1)).to_contain_text("Answered2 Chats that an agent got for the first time.")
    await expect(tiles.nth(2)).to_contain_text("Abandoned1 Chats that came in and ended before any agent had them.")


async def test_a_chart_is_read_with_the_keyboard_and_as_a_table(shop: Shop, browser: Browser) -> None:
    await a_day(shop)
    boss = await at_the_desk(browser, shop, EMAIL)
    await boss.goes(address("floor"))
    chart = boss.page.get_by_role("slider", name="Waiting · Active chats")
    await chart.focus()
    await chart.press("End")
    last = int(await chart.get_attribute("aria-valuenow") or "")
    text = await chart.get_attribute("aria-valuetext") or ""
    assert text.endswith("Waiting 1, Active chats 1")
    await chart.press("Home")
    await chart.press("ArrowRight")
    assert await chart.get_attribute("aria-valuenow") == "1"
    figure = boss.page.get_by_role("figure", name="Waiting · Active chats")
    await figure.get_by_text("As a table").click()
    rows = figure.get_by_role("row")
    await expect(rows).to_have_count(last + 2)
    await expect(rows.last.get_by_role("cell")).to_have_text(["1", "1"])
    await expect(rows.last.get_by_role("rowheader")).to_have_text(text.rpartition(": ")[0])


async def test_the_day_of_one_group_or_channel(shop: Shop, browser: Browser) -> None:
    await shop.call("owner", "POST", "admin/channels", {"kind": "web", "name": "Elsewhere"})
    await a_day(shop)
    boss = await at_the_desk(browser, shop, EMAIL)
    await boss.goes(address("floor"))
    day = boss.page.locator(".today")
    came = day.locator(".tile").first
    await expect(came).to_contain_text("Came in4")
    asked = boss.page.locator(".floor-of")
    await asked.get_by_label("Channel").select_option("Elsewhere")
    await expect(came).to_contain_text("Came in0")
    await asked.get_by_label("Channel").select_option("Shop")
    await expect(came).to_contain_text("Came in4")
    await asked.get_by_label("Group").select_option("No group")
    await expect(came).to_contain_text("Came in4")


async def a_bad_day(shop: Shop) -> None:
    """Two who nearly waited too long, and one who says what is on a list."""
    policy = {"name": "Gold", "first_response_seconds": 3600, "remind_before_seconds": [3599]}
    await shop.call("owner", "PUT", "admin/settings/sla", {"policies": [policy]})
    rude = {"name": "rude", "side": "customer", "action": "alert", "words": ["darn"]}
    await shop.call("owner", "PUT", "admin/settings/words", {"lists": [rude]})
    for name, said in (("Ann", "Hello"), ("Bob", "Where is my darn kite?")):
        async with customer(shop, name) as one:
            await one.says(said)
            await shop.session()


@pytest.mark.parametrize("look", LOOKS)
async def test_what_is_at_risk_and_the_words_of_today_are_shown_on_every_screen(
    shop: Shop, browser: Browser, look: str
) -> None:
    await a_bad_day(shop)
    boss = await at_the_desk(browser, shop, EMAIL, **LOOKS[look])
    await boss.goes(address("floor"))
    await expect(boss.page.locator(".risk tbody tr")).to_have_count(2, timeout=20_000)
    await expect(boss.page.locator(".hits tbody tr")).to_have_count(1)
    await boss.page.locator(".floor-of").scroll_into_view_if_needed()
    await boss.visitor.pictured(f"floor-risk-{look}")
    assert await boss.visitor.barriers() == []
    assert boss.visitor.complaints == []
    wide = await boss.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


async def test_what_comes_at_risk_is_seen_at_once_and_leads_to_the_chat(shop: Shop, browser: Browser) -> None:
    boss = await at_the_desk(browser, shop, EMAIL)
    await boss.goes(address("floor"))
    risk, words = boss.page.locator(".risk"), boss.page.locator(".hits")
    await expect(risk).to_contain_text("Missed0 Open chats with a goal that was due and is not met.")
    await expect(risk).to_contain_text("Nothing is missed or due soon")
    await expect(words).to_contain_text("None were found today")
    await a_bad_day(shop)
    row = words.get_by_role("row").nth(1)
    await expect(row).to_contain_text("rude: darn")
    await expect(row.get_by_role("cell").nth(2)).to_have_text("Alert")
    await expect(row.get_by_role("cell").nth(3)).to_have_text("Customer")
    await expect(risk.locator(".tile").nth(1)).to_contain_text("Due soon2")
    first = risk.get_by_role("row").nth(1)
    await expect(first).to_contain_text("First answer")
    await expect(first.get_by_role("cell").nth(2)).to_have_text("Mei")
    await first.get_by_role("link").click()
    await expect(boss.page.get_by_role("heading", level=2, name="Ann")).to_be_visible()
    await boss.page.go_back()
    await words.get_by_role("link").click()
    await expect(boss.page.get_by_role("heading", level=2, name="Bob")).to_be_visible()


async def test_what_is_at_risk_of_one_channel(shop: Shop, browser: Browser) -> None:
    await shop.call("owner", "POST", "admin/channels", {"kind": "web", "name": "Elsewhere"})
    await a_bad_day(shop)
    boss = await at_the_desk(browser, shop, EMAIL)
    await boss.goes(address("floor"))
    risk, words = boss.page.locator(".risk tbody tr"), boss.page.locator(".hits tbody tr")
    await expect(risk).to_have_count(2, timeout=20_000)
    await boss.page.locator(".floor-of").get_by_label("Channel").select_option("Elsewhere")
    await expect(risk).to_have_count(0)
    await expect(words).to_have_count(0)
    await boss.page.locator(".floor-of").get_by_label("Channel").select_option("Shop")
    await expect(risk).to_have_count(2)
    await expect(words).to_have_count(1)
