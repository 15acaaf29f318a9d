"""The inbox as agents use it, in a real browser, against the whole product."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.conftest import visiting
from tests.browser.desk import at_the_desk, customer
from tests.browser.shop import PASSWORD, Shop

MEI = "mei@example.com"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f0003840180"
    "5fd0e8c90000000049454e44ae426082"
)


async def test_a_customer_writes_in_the_widget_an_agent_answers_in_the_inbox_and_the_rating_shows(
    shop: Shop, site: str, browser: Browser
) -> None:
    mei = await at_the_desk(browser, shop, MEI)
    visitor = await visiting(browser)
    await visitor.goes(site)
    await visitor.launcher.click()
    await visitor.writes("Do you have the blue kite?")
    row = mei.page.locator(".session")
    await expect(row).to_have_count(1)
    await row.click()
    await expect(mei.page.get_by_role("log")).to_contain_text("Do you have the blue kite?")
    field = mei.page.get_by_label("Write a reply…")
    await field.fill("Yes, three of them.")
    await field.press("Enter")
    await visitor.hears("Yes, three of them.")
    await mei.visitor.pictured("desk-journey-answered")
    await mei.button("Close").first.click()
    await mei.button("Really close?").click()
    await visitor.panel.get_by_role("button", name="★★★★ Good", exact=True).click()
    await expect(mei.page.get_by_role("complementary")).to_contain_text("4 / 5")
    await mei.visitor.pictured("desk-journey-rated")
    assert mei.visitor.complaints == []
    assert await mei.visitor.barriers() == []


async def test_a_day_at_the_desk_looks_as_it_should(shop: Shop, browser: Browser, tmp_path: Path) -> None:
    """The pictures designers look at: a full list, a long chat with every kind of content, light and dark, phone."""
    kim = {"name": "Kim Seo-yeon", "email": "kim@example.com", "password": PASSWORD, "role": "agent"}
    await shop.call("owner", "POST", "admin/agents", kim)
    names = ["Grace Hopper", "أحمد الراشد", "田中 愛子", "María del Carmen", "สมชาย", "Jürgen Groß", "O'Brien", "李雷"]
    said = [
        "Where is my order?",
        "مرحبا، أين طلبي من فضلكم؟",
        "注文がまだ届きません",
        "Hola, ¿tienen la azul?",
        "สวัสดีครับ",
        "Guten Tag",
        "hi",
        "你好，发票什么时候开？",
    ]
    async with customer(
        shop,
        "Ada Lovelace",
        email="ada@example.com",
        phone="+442079460000",
        vip=True,
        partner_id="C-1815",
        tags=["gold"],
    ) as ada:
        await ada.says("Hello! My parcel arrived, but the tail of the kite is torn.")
        await ada.says({"type": "location", "latitude": 51.5, "longitude": -0.12, "title": "My street"})
        page = await shop.until(
            "inbox/sessions?limit=1",
            lambda page: page["items"] and page["items"][0]["customer"]["name"] == "Ada Lovelace",
        )
        session = page["items"][0]["id"]
        mei = await at_the_desk(browser, shop, MEI)
        for name, text in zip(names, said, strict=True):
            async with customer(shop, name) as someone:
                await someone.says(text)
        await shop.call("agent", "POST", f"inbox/sessions/{session}/tags", {"add": ["refund", "damaged"]})
        await mei.goes(f"/desk/chats/{session}")
        await shop.reply(session, {"type": "text", "text": "I am sorry to hear that. Could you send a picture of it?"})
        picture = tmp_path / "kite.png"
        picture.write_bytes(PNG)
        await shop.reply(
            session,
            {
                "type": "choice",
                "text": "What would you prefer?",
                "options": [{"id": "a", "label": "A new one"}, {"id": "b", "label": "My money back"}],
            },
        )
        await ada.says({"type": "chosen", "id": "a", "label": "A new one"})
        await shop.call(
            "agent",
            "POST",
            f"inbox/sessions/{session}/notes",
            {"text": "@Kim Seo-yeon can you check the stock? https://stock.example.com/kites"},
        )
        await ada.socket.send_json({"type": "typing"})
        await mei.page.get_by_text("A new one").first.wait_for()
        await mei.visitor.pictured("desk-inbox-light")
        assert await mei.visitor.barriers() == []
        await mei.page.emulate_media(color_scheme="dark")
        await mei.visitor.pictured("desk-inbox-dark")
        assert await mei.visitor.barriers() == []
        await mei.page.emulate_media(color_scheme="light")
        await mei.page.set_viewport_size({"width": 390, "height": 780})
        await mei.visitor.pictured("desk-inbox-phone-chat")
        assert await mei.visitor.barriers() == []
        await mei.goes("/desk/")
        await mei.button("All").click()
        await mei.page.locator(".session").nth(5).wait_for()
        await mei.visitor.pictured("desk-inbox-phone-list")
        assert await mei.visitor.barriers() == []
        assert mei.visitor.complaints == []
