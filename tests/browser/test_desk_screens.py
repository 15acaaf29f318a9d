"""Every screen of the router's table: it opens, says nothing bad to the console, keeps nobody out, and is pictured."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import SCREENS, address, at_the_desk, customer
from tests.browser.shop import EMAIL, Shop

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 780}, "has_touch": True},
    "right-to-left": {"locale": "ar"},
}


async def leaves_a_message(shop: Shop) -> str:
    fields = [{"key": "text", "label": {"en": "What is it about?"}, "required": True}]
    await shop.call("owner", "PUT", "admin/settings/submissions", {"on": True, "fields": fields})
    await shop.call("agent", "PUT", "inbox/me/status", {"status": "offline"})
    async with customer(shop, "Lin") as lin:
        await lin.says("My kite is broken")
        await lin.says({"type": "form", "text": "", "fields": [], "values": {"text": "The string came off."}})
    page = await shop.until("inbox/submissions", lambda page: page["items"])
    return str(page["items"][0]["id"])


@pytest.mark.parametrize("look", LOOKS)
async def test_every_screen_opens_and_keeps_nobody_out(shop: Shop, browser: Browser, look: str) -> None:
    async with customer(shop, "Grace Hopper", email="grace@example.com") as grace:
        await grace.says("Is anybody there?")
        session = await shop.session()
    async with customer(shop, "أحمد") as waiting:
        await shop.call("agent", "PUT", "inbox/me/status", {"status": "busy", "reason": "lunch"})
        await waiting.says("مرحبا")
        await shop.until("inbox/sessions?phase=queued", lambda page: len(page["items"]) == 1)
    left = await leaves_a_message(shop)
    person = (await shop.call("agent", "GET", f"inbox/sessions/{session}"))["customer"]["id"]
    owner = await at_the_desk(browser, shop, EMAIL, **LOOKS[look])
    for screen in SCREENS:
        place = address(screen, session=session, customer=person, submission=left, area="assignment", id="new")
        await owner.goes(place)
        if screen != "sign-in":
            await owner.page.get_by_role("heading").first.wait_for(state="attached")
        await owner.visitor.pictured(f"desk-{screen}-{look}")
        assert await owner.visitor.barriers() == [], screen
        assert owner.visitor.complaints == [], screen
        wide = await owner.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{screen} is {wide} px wider than its window"


@pytest.mark.parametrize("screen", [name for name, row in SCREENS.items() if row["role"] != "nobody"])
async def test_whoever_is_not_signed_in_is_asked_to_and_led_back(shop: Shop, browser: Browser, screen: str) -> None:
    mei = await at_the_desk(browser, shop, EMAIL)
    await mei.page.evaluate("localStorage.clear()")
    nothing = dict.fromkeys(("session", "customer", "submission"), "nothing")
    await mei.page.goto(shop.url + address(screen, **nothing, area="hours", id="new"))
    await expect(mei.page.get_by_role("heading", name="Welcome back")).to_be_visible()


async def test_what_a_role_may_not_see_is_not_shown(shop: Shop, browser: Browser) -> None:
    mei = await at_the_desk(browser, shop, "mei@example.com")
    for screen, row in SCREENS.items():
        if row["role"] in ("supervisor", "admin", "owner"):
            await mei.goes(address(screen))
            await expect(mei.page.get_by_text("You may not see this page")).to_be_visible()
    await expect(mei.page.get_by_role("navigation").get_by_role("link")).to_have_count(4)


async def test_a_wrong_password_and_an_address_that_is_none_are_told(shop: Shop, browser: Browser) -> None:
    mei = await at_the_desk(browser, shop, "mei@example.com")
    await mei.goes("/desk/nowhere/at/all")
    await expect(mei.page.get_by_text("There is nothing at this address")).to_be_visible()
    await mei.button("Mei").click()
    await mei.page.get_by_role("menuitem", name="Sign out").click()
    await mei.page.get_by_label("E-mail").fill("mei@example.com")
    await mei.page.get_by_label("Password").fill("wrong")
    await mei.button("Sign in").click()
    await expect(mei.page.get_by_role("alert")).to_be_visible()
    assert await mei.visitor.barriers() == []
