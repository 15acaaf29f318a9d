"""Being mentioned by a colleague, as it is seen: the count, the list, and the way to the note."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import Agent, address, at_the_desk, customer
from tests.browser.shop import EMAIL, PASSWORD, Shop

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 780}, "has_touch": True},
    "right-to-left": {"locale": "ar"},
}


async def joined(shop: Shop, name: str) -> str:
    """The id of a new colleague, who may speak by their first name."""
    email = f"{name.lower()}@example.com"
    body = {"name": name, "email": email, "password": PASSWORD, "role": "agent"}
    id = str((await shop.call("owner", "POST", "admin/agents", body))["id"])
    await shop.sign_in(name.lower(), email)
    return id


async def notes(shop: Shop, session: str, text: str, *mentions: str) -> None:
    await shop.call("agent", "POST", f"inbox/sessions/{session}/notes", {"text": text, "mentions": mentions})


def badge(agent: Agent) -> Any:
    link = f"a[href='{address('mentions')}']"
    return agent.page.get_by_role("navigation").locator(f"{link} .count")


async def test_a_mention_is_counted_listed_and_leads_to_its_note(shop: Shop, browser: Browser) -> None:
    kim = await joined(shop, "Kim")
    async with customer(shop, "Grace Hopper") as grace:
        await grace.says("Do you have the blue kite?")
        session = await shop.session()
        await notes(shop, session, "@Kim do we have it?", kim)
        for number in range(70):
            await shop.reply(session, {"type": "text", "text": f"We are looking, {number}"})
        desk = await at_the_desk(browser, shop, "kim@example.com")
        await expect(badge(desk)).to_have_text("1")
        await notes(shop, session, "@Kim it is urgent", kim)
        await expect(badge(desk)).to_have_text("2")
        await desk.page.get_by_role("navigation").get_by_role("link", name="Mentions").click()
        rows = desk.page.locator(".mentions li")
        await expect(rows).to_have_count(2)
        await expect(rows.nth(1)).to_contain_text("Mei mentions you")
        await expect(rows.nth(1)).to_contain_text("@Kim do we have it?")
        await expect(rows.nth(1)).to_contain_text("Grace Hopper")
        await rows.nth(1).get_by_role("link").click()
        note = desk.page.locator(".said").filter(has_text="@Kim do we have it?")
        await expect(note).to_be_in_viewport()
        await expect(badge(desk)).to_have_count(0)
        await notes(shop, session, "@Kim and one while you look", kim)
        await expect(desk.page.locator(".said").filter(has_text="while you look")).to_have_count(1)
        await desk.goes(address("mentions"))
        await expect(desk.page.locator(".mentions li")).to_have_count(3)
        await expect(desk.page.locator(".mentions .new")).to_have_count(0)
        await expect(badge(desk)).to_have_count(0)
        assert desk.visitor.complaints == []


async def test_all_of_them_are_marked_as_read_and_only_unread_ones_shown(shop: Shop, browser: Browser) -> None:
    kim = await joined(shop, "Kim")
    async with customer(shop) as grace:
        await grace.says("Hello")
        session = await shop.session()
        desk = await at_the_desk(browser, shop, "kim@example.com")
        await desk.goes(address("mentions"))
        await expect(desk.page.get_by_text("No one has mentioned you yet")).to_be_visible()
        await notes(shop, session, "@Kim look", kim)
        await expect(desk.page.locator(".mentions .new")).to_have_count(1)
        await desk.button("Mark all as read").click()
        await expect(desk.page.locator(".mentions .new")).to_have_count(0)
        await expect(desk.page.locator(".mentions li")).to_have_count(1)
        await expect(badge(desk)).to_have_count(0)
        await desk.page.get_by_role("button", name="Unread", exact=True).click()
        await expect(desk.page.get_by_text("You have read every mention")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
async def test_the_list_looks_as_it_should(shop: Shop, browser: Browser, look: str) -> None:
    owner = (await shop.call("owner", "GET", "inbox/me"))["id"]
    session = ""
    for name, text in (
        ("Grace Hopper", "@owner the tail of her kite is torn; may I send her a new one? " * 3),
        ("أحمد الراشد", "@owner يسأل عن طلبه رقم 17"),
        ("田中 愛子", "@owner 在庫はありますか"),
    ):
        async with customer(shop, name) as someone:
            await someone.says("Hello")
            session = await shop.session()
            await notes(shop, session, text, owner)
    await shop.call("owner", "POST", "inbox/mentions/read", {"session": session})
    boss = await at_the_desk(browser, shop, EMAIL, **LOOKS[look])
    await boss.goes(address("mentions"))
    await expect(boss.page.locator(".mentions li")).to_have_count(3)
    await boss.visitor.pictured(f"desk-mentions-list-{look}")
    assert await boss.visitor.barriers() == []
    assert boss.visitor.complaints == []
    assert await boss.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def test_the_list_of_chats_shows_the_same_after_it_was_loaded_anew(shop: Shop, browser: Browser) -> None:
    await shop.call("agent", "PUT", "inbox/me/status", {"status": "busy"})
    boss = await at_the_desk(browser, shop, EMAIL)
    await boss.button("All").click()
    async with customer(shop) as grace:
        await grace.says("Where is my parcel?")
        row = boss.page.locator(".session")
        await expect(row).to_contain_text("Where is my parcel?")
        last = (await shop.until("inbox/sessions?limit=1", lambda page: page["items"][0]["phase"] == "queued"))[
            "items"
        ][0]
        assert last["last_message"]["author"]["kind"] == "system", "it was told where it stands"
        await expect(row).to_contain_text("Waiting")
        live = await row.locator(".excerpt").inner_text()
        await boss.page.reload()
        await expect(row).to_contain_text("Where is my parcel?")
        assert await row.locator(".excerpt").inner_text() == live


async def test_chats_of_a_tag_are_found_wherever_they_stand(shop: Shop, browser: Browser) -> None:
    async with customer(shop, "Grace Hopper") as grace:
        await grace.says("Hello")
        session = await shop.session()
        await shop.call("agent", "POST", f"inbox/sessions/{session}/tags", {"add": ["refund"]})
    for name in ("Ada", "Lin"):
        async with customer(shop, name) as other:
            await other.says("Hello")
    boss = await at_the_desk(browser, shop, EMAIL)
    await boss.button("All").click()
    await expect(boss.page.locator(".session")).to_have_count(3)
    await boss.button("Filter and group").click()
    await boss.page.get_by_role("menuitem", name="refund").click()
    await expect(boss.page.locator(".session")).to_have_count(1)
    await expect(boss.page.locator(".session")).to_contain_text("Grace Hopper")
