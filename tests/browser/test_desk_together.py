"""Several people at once: who was first, who else is there, a supervisor beside an agent."""

import asyncio

from playwright.async_api import Browser, Route, expect

from tests.browser.desk import at_the_desk, customer
from tests.browser.shop import EMAIL, PASSWORD, Shop

MEI, KIM = "mei@example.com", "kim@example.com"


async def with_kim(shop: Shop) -> None:
    """A second agent; nobody is given anything by itself."""
    kim = {"name": "Kim", "email": KIM, "password": PASSWORD, "role": "agent"}
    await shop.call("owner", "POST", "admin/agents", kim)
    await shop.call("agent", "PUT", "inbox/me/status", {"status": "busy"})


async def test_two_agents_claim_at_once_and_one_is_told_who_has_it(shop: Shop, browser: Browser) -> None:
    await with_kim(shop)
    async with customer(shop) as grace:
        await grace.says("Anybody there?")
        page = await shop.until("inbox/sessions?phase=queued", lambda page: page["items"])
        path = f"/desk/chats/{page['items'][0]['id']}"
        agents = [await at_the_desk(browser, shop, who) for who in (MEI, KIM)]
        for agent in agents:
            await agent.goes(path)
        mei, kim = agents
        await expect(mei.page.get_by_label("Also here: Kim")).to_be_visible()
        await expect(kim.page.get_by_label("Also here: Mei")).to_be_visible()
        both = asyncio.Barrier(2)

        async def together(route: Route) -> None:
            await both.wait()
            await route.continue_()

        for agent in agents:
            await agent.page.route("**/claim", together)
        for agent in agents:
            await agent.button("Claim").first.click()
        found = await shop.until(f"inbox/sessions/{page['items'][0]['id']}", lambda session: session["agent"])
        name = found["agent"]["name"]  # whose request the server met first is nobody's to say
        first, second = {"Mei": (mei, kim), "Kim": (kim, mei)}[name]
        await expect(first.page.get_by_label("Write a reply…")).to_be_visible()
        await expect(second.page.get_by_text(f"{name} has this chat.").first).to_be_visible()
        await expect(second.page.get_by_text(f"{name} has it")).to_be_visible()
        await second.visitor.pictured("desk-claimed-by-another")


async def test_a_supervisor_whispers_joins_and_takes_over_from_the_floor(shop: Shop, browser: Browser) -> None:
    mei, boss = await at_the_desk(browser, shop, MEI), await at_the_desk(browser, shop, EMAIL)
    async with customer(shop, "Grace Hopper") as grace:
        await grace.says("I want my money back")
        session = await shop.session()
        await mei.goes(f"/desk/chats/{session}")
        await boss.goes("/desk/floor")
        await boss.button("Mei").first.click()
        await boss.page.get_by_role("region", name="Chats of Mei").get_by_role("link").click()
        await boss.page.get_by_label("Tell the agent something…").fill("Offer them a voucher")
        await boss.page.keyboard.press("Enter")
        await expect(mei.page.get_by_role("log")).to_contain_text("Offer them a voucher")
        await mei.visitor.pictured("desk-whisper")
        await boss.button("Reply").click()
        await boss.page.get_by_label("Answer beside Mei…").fill("This is the manager.")
        await boss.page.keyboard.press("Enter")
        await grace.until(lambda frame: "This is the manager." in str(frame))
        assert "voucher" not in str(grace.heard)
        await boss.button("Take over").first.click()
        await expect(boss.page.get_by_role("complementary")).to_contain_text("Owner")
        await expect(mei.page.get_by_text("Owner has this chat.")).to_be_visible()
        assert mei.visitor.complaints == []
        assert boss.visitor.complaints == []


async def test_a_supervisor_gives_waiting_chats_away_and_sends_somebody_home(shop: Shop, browser: Browser) -> None:
    await with_kim(shop)
    boss = await at_the_desk(browser, shop, EMAIL)
    await boss.goes("/desk/floor")
    async with customer(shop, "Grace Hopper") as grace:
        await grace.says("Hello?")
        row = boss.page.get_by_role("row").filter(has_text="Grace Hopper")
        await expect(row).to_be_visible()
        await boss.button("Set the status of Kim").click()
        await boss.page.get_by_role("menuitem", name="Online").click()
        await expect(row).to_have_count(0)
        page = await shop.until("inbox/sessions?limit=1", lambda page: page["items"][0]["agent"])
        assert page["items"][0]["agent"]["name"] == "Kim"
        await expect(boss.page.get_by_text("1 of 5")).to_be_visible()
        await boss.visitor.pictured("desk-floor-busy")
        await boss.button("Set the status of Kim").click()
        await boss.page.get_by_role("menuitem", name="Offline").click()
        await expect(boss.page.get_by_text("set by Owner")).to_be_visible()
        assert await boss.visitor.barriers() == []
