"""The widget in a real browser against the whole product: the journey, gaps, strangers, keyboards, screens."""

import json

from playwright.async_api import Browser, WebSocketRoute, expect

from gateway.app import running
from gateway.config import Config
from tests.browser.conftest import Visitor, visiting
from tests.browser.shop import Shop, embedding, opened

GREETING = "Hello and welcome! How can we help you today?"


async def test_a_visitor_writes_an_agent_answers_and_the_rating_arrives(shop: Shop, visitor: Visitor) -> None:
    await visitor.launcher.click()
    await visitor.writes("Do you have red kites?")
    await visitor.hears(GREETING)
    session = await shop.session()
    await shop.call("agent", "POST", f"inbox/sessions/{session}/typing", {})
    await expect(visitor.panel.get_by_role("img", name="Mei is writing…")).to_be_visible()
    replied = await shop.reply(session, {"type": "text", "text": "We do: https://example.com/red, from 12 €."})
    link = (await visitor.hears("We do")).get_by_role("link")
    assert await link.get_attribute("href") == "https://example.com/red"
    assert await link.get_attribute("rel") == "noopener noreferrer nofollow"
    await expect(visitor.panel.locator("header")).to_contain_text("Mei")
    await shop.until(
        f"inbox/sessions/{session}/messages?after={replied['seq'] - 1}",
        lambda page: page["items"][0]["state"] == "read",
    )
    await visitor.pictured("widget-chat")
    assert await visitor.barriers() == []
    await shop.call("agent", "POST", f"inbox/sessions/{session}/close", {})
    await expect(visitor.panel.get_by_role("status")).to_contain_text("This chat has ended.")
    form = visitor.bubbles.filter(has_text="How satisfied were you")
    await expect(form.get_by_role("button")).to_have_count(5)
    await visitor.pictured("widget-rating")
    assert await visitor.barriers() == []
    await form.get_by_role("button", name="★★★★ Good", exact=True).click()
    await visitor.hears("Thank you for your feedback!")
    await expect(form.get_by_role("button", disabled=True)).to_have_count(5)
    detail = await shop.until(f"inbox/sessions/{session}", lambda detail: detail["rating"])
    assert (detail["rating"]["kind"], detail["rating"]["score"]) == ("stars", 4)
    assert visitor.complaints == []


async def test_what_was_said_on_both_sides_while_the_line_was_down_is_there_once_and_in_order(
    shop: Shop, visitor: Visitor
) -> None:
    await visitor.launcher.click()
    await visitor.writes("first")
    session = await shop.session()
    await visitor.hears("has joined the chat")
    await visitor.context.set_offline(True)
    await expect(visitor.panel.get_by_role("status")).to_contain_text("No connection.")
    for number in range(3):
        await shop.reply(session, {"type": "text", "text": f"answer {number}"})
        await visitor.writes(f"question {number}")
    await expect(visitor.panel.get_by_text("Waiting to be sent")).to_have_count(3)
    await visitor.pictured("widget-no-connection")
    assert await visitor.barriers() == []
    await visitor.context.set_offline(False)
    await expect(visitor.panel.get_by_text("Waiting to be sent")).to_have_count(0)
    await expect(visitor.panel.get_by_role("status")).to_be_empty()
    assert await shop.said(session) == ["first", "question 0", "question 1", "question 2"]
    assert (await visitor.texts())[-6:] == [
        *(f"answer {number}" for number in range(3)),
        *(f"question {number}" for number in range(3)),
    ]


async def test_an_acknowledgement_that_was_lost_doubles_nothing(shop: Shop, browser: Browser, site: str) -> None:
    visitor = await visiting(browser)
    sent: list[str] = []
    lines: list[WebSocketRoute] = []

    async def between(route: WebSocketRoute) -> None:
        """On the first line nothing comes back once the message was sent, and then it breaks."""
        lines.append(route)
        server, first = route.connect_to_server(), len(lines) == 1

        def forth(frame: str | bytes) -> None:
            if json.loads(frame)["type"] == "message":
                sent.append(json.loads(frame)["client_id"])
            server.send(frame)

        async def back(frame: str | bytes) -> None:
            if not (first and sent):
                route.send(frame)
            elif json.loads(frame)["type"] == "ack":
                await route.close(code=1001)

        route.on_message(forth)
        server.on_message(back)

    await visitor.page.route_web_socket("**/socket", between)
    await visitor.goes(site)
    await visitor.launcher.click()
    await visitor.writes("only once")
    await visitor.hears(GREETING)
    await visitor.hears("only once")
    assert (len(lines), len(sent), len(set(sent))) == (2, 2, 1)
    assert await shop.said(await shop.session()) == ["only once"]


async def test_the_chat_goes_on_after_the_server_was_restarted(config: Config, browser: Browser) -> None:
    visitor = await visiting(browser)
    async with opened(config) as shop, embedding(shop) as site:
        await visitor.goes(site)
        await visitor.launcher.click()
        await visitor.writes("before")
        await visitor.hears(GREETING)
        session = await shop.session()
    await expect(visitor.panel.get_by_role("status")).to_contain_text("No connection.")
    await visitor.writes("meanwhile")
    async with running(config):
        await expect(visitor.panel.get_by_text("Waiting to be sent")).to_have_count(0)
        await visitor.hears("meanwhile")
        await visitor.hears(GREETING)
        assert (await visitor.texts()).count("before") == 1
    assert session


async def test_unsent_words_outlive_the_page(shop: Shop, visitor: Visitor, site: str) -> None:
    await visitor.launcher.click()
    await visitor.writes("first")
    await visitor.hears(GREETING)
    session = await shop.session()
    await visitor.context.set_offline(True)
    await visitor.writes("typed in a tunnel")
    await visitor.context.set_offline(False)
    await visitor.page.reload()
    await visitor.launcher.click()
    await visitor.hears("typed in a tunnel")
    await visitor.hears(GREETING)
    await expect(visitor.panel.get_by_text("Waiting to be sent")).to_have_count(0)
    assert await shop.said(session) == ["first", "typed in a tunnel"]


async def test_what_came_while_the_panel_was_closed_is_counted_until_it_is_looked_at(
    shop: Shop, visitor: Visitor
) -> None:
    await visitor.launcher.click()
    await visitor.writes("hello")
    await visitor.hears("has joined the chat")
    session = await shop.session()
    await visitor.panel.get_by_role("button", name="Close the chat").click()
    for number in range(2):
        await shop.reply(session, {"type": "text", "text": f"answer {number}"})
    await expect(visitor.launcher).to_have_attribute("aria-label", "Open the chat. Unread messages: 2")
    await visitor.pictured("widget-unread")
    assert await visitor.barriers() == []
    await visitor.page.reload()
    await expect(visitor.launcher).to_have_attribute("aria-label", "Open the chat. Unread messages: 2")
    await visitor.launcher.click()
    await visitor.hears("answer 1")
    await expect(visitor.launcher).to_have_attribute("aria-label", "Close the chat")
    await visitor.page.reload()
    await visitor.launcher.wait_for()
    await visitor.launcher.click()
    await visitor.hears("answer 1")
    await visitor.panel.get_by_role("button", name="Close the chat").click()
    await expect(visitor.launcher).to_have_attribute("aria-label", "Open the chat")


async def test_choices_are_buttons_until_one_was_pressed(shop: Shop, visitor: Visitor) -> None:
    await visitor.launcher.click()
    await visitor.writes("hello")
    session = await shop.session()
    options = [{"id": "red", "label": "Red"}, {"id": "blue", "label": "Blue"}]
    await shop.reply(session, {"type": "choice", "text": "Which colour?", "options": options})
    await visitor.panel.get_by_role("button", name="Blue").click()
    await expect(visitor.panel.get_by_role("button", name="Red")).to_be_disabled()
    page = await shop.until(
        f"inbox/sessions/{session}/messages?limit=500", lambda page: page["items"][-1]["author"]["kind"] == "customer"
    )
    assert page["items"][-1]["content"] == {"type": "chosen", "id": "blue", "label": "Blue"}


async def test_a_file_is_attached_and_shown_on_both_sides(shop: Shop, visitor: Visitor) -> None:
    await visitor.launcher.click()
    await visitor.writes("look")
    await visitor.hears(GREETING)
    session = await shop.session()
    picture = await visitor.page.screenshot(clip={"x": 0, "y": 0, "width": 200, "height": 120})
    file = {"name": "kite.png", "mimeType": "image/png", "buffer": picture}
    await visitor.panel.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]  # one file
    shown = visitor.panel.get_by_role("img", name="kite.png")
    await shown.wait_for()
    await expect(shown).to_have_js_property("naturalWidth", 200)
    page = await shop.call("agent", "GET", f"inbox/sessions/{session}/messages?limit=500")
    content = page["items"][-1]["content"]
    assert (content["type"], content["name"], content["size"]) == ("image", "kite.png", len(picture))
    assert visitor.complaints == []


async def test_a_hostile_text_is_only_text(shop: Shop, visitor: Visitor) -> None:
    hostile = [
        "<img src=x onerror=alert(1)><script>alert(2)</script>",
        "javascript:alert(3) data:text/html,<svg/onload=alert(4)>",
        "\u202egnp.exe\u202d and \u2066more",
        "e\u0301\u0301\u0301" * 200,
        "W" * 4000,
        "🪁" * 2000,
    ]
    await visitor.launcher.click()
    await visitor.writes("hello")
    session = await shop.session()
    for text in hostile:
        await shop.reply(session, {"type": "text", "text": text})
        await visitor.writes(text)
    await shop.reply(session, {"type": "text", "text": "the end"})
    await visitor.hears("the end")
    await expect(visitor.panel.get_by_text("Waiting to be sent")).to_have_count(0)
    assert (await visitor.panel.locator("a, script, .bubble svg, .bubble img").count()) == 0
    wide = "log => log.scrollWidth > log.clientWidth"
    assert await visitor.panel.get_by_role("log").evaluate(wide) is False
    await visitor.pictured("widget-hostile")
    assert visitor.complaints == []


async def test_it_is_used_by_keyboard_alone(shop: Shop, visitor: Visitor) -> None:
    keyboard = visitor.page.keyboard
    await keyboard.press("Tab")
    await keyboard.press("Tab")
    await expect(visitor.launcher).to_be_focused()
    await keyboard.press("Enter")
    box = visitor.panel.get_by_role("textbox")
    await expect(box).to_be_focused()
    await keyboard.type("one line")
    await keyboard.press("Shift+Enter")
    await keyboard.type("another")
    await keyboard.press("Enter")
    await visitor.hears(GREETING)
    assert await shop.said(await shop.session()) == ["one line\nanother"]
    await keyboard.press("Tab")
    await expect(visitor.panel.get_by_role("button", name="Send")).to_be_focused()
    await keyboard.press("Tab")
    await expect(visitor.panel.get_by_role("button", name="Close the chat")).to_be_focused()
    await keyboard.press("Shift+Tab")
    await expect(visitor.panel.get_by_role("button", name="Send")).to_be_focused()
    await keyboard.press("Escape")
    await expect(visitor.panel).to_have_count(0)
    await expect(visitor.launcher).to_be_focused()


async def test_arabic_runs_from_right_to_left_in_the_widget_and_in_what_we_say(
    shop: Shop, browser: Browser, site: str
) -> None:
    visitor = await visiting(browser, locale="ar-EG")
    await visitor.goes(site)
    await visitor.launcher.click()
    await expect(visitor.panel).to_have_attribute("aria-label", "تحدث معنا")
    await visitor.writes("مرحبا، أين طلبي رقم 4711؟")
    session = await shop.session()
    await shop.reply(session, {"type": "text", "text": "طلبك في الطريق، ويصل غدًا. Tracking: DHL-99"})
    await visitor.hears("DHL-99")
    launcher, mine = await visitor.launcher.bounding_box(), await visitor.panel.locator(".mine").bounding_box()
    theirs = await visitor.panel.locator(".theirs").last.bounding_box()
    assert launcher and mine and theirs
    assert launcher["x"] < 100
    assert mine["x"] < theirs["x"]
    await visitor.pictured("widget-arabic")
    assert await visitor.barriers() == []
    detail = await shop.call("agent", "GET", f"inbox/sessions/{session}")
    assert detail["language"] == "ar-EG"


async def test_on_a_phone_it_fills_the_screen(shop: Shop, browser: Browser, site: str) -> None:
    visitor = await visiting(browser, viewport={"width": 375, "height": 667}, has_touch=True, locale="ja-JP")
    await visitor.goes(site)
    await visitor.launcher.tap()
    await expect(visitor.panel).to_have_attribute("aria-modal", "true")
    assert await visitor.panel.bounding_box() == {"x": 0, "y": 0, "width": 375, "height": 667}
    await visitor.writes("凧はありますか")
    session = await shop.session()
    await shop.reply(session, {"type": "text", "text": "はい、ございます。"})
    await visitor.hears("はい、ございます。")
    await visitor.pictured("widget-phone")
    assert await visitor.barriers() == []
    await visitor.panel.get_by_role("button", name="チャットを閉じる").tap()
    await expect(visitor.panel).to_have_count(0)


async def test_dark_and_in_the_colour_of_the_house(shop: Shop, browser: Browser, site: str) -> None:
    visitor = await visiting(browser)
    await visitor.goes(f"{site}?theme=dark&position=start&title=Kite+help&open=true&language=zh-Hant")
    await visitor.writes("你好")
    await visitor.hears("你好")
    await shop.session()
    assert await visitor.panel.get_attribute("aria-label") == "Kite help"
    await visitor.pictured("widget-dark")
    assert await visitor.barriers() == []


async def test_a_browser_that_refuses_to_store_still_gets_a_chat(shop: Shop, browser: Browser, site: str) -> None:
    visitor = await visiting(browser)
    refuse = (
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    await visitor.page.add_init_script(refuse)
    await visitor.goes(site)
    await visitor.launcher.click()
    await visitor.writes("hello")
    await visitor.hears(GREETING)
    assert visitor.complaints == []


async def test_what_the_rules_refuse_says_so_and_can_be_sent_again_or_dropped(shop: Shop, visitor: Visitor) -> None:
    await visitor.launcher.click()
    await visitor.writes("hello")
    await visitor.hears(GREETING)
    await visitor.page.evaluate(
        "localStorage.setItem(Object.keys(localStorage)[0].replace(/[^:]+$/, 'out:x'), "
        "JSON.stringify({client_id: 'x', content: {type: 'contact', name: ' ', phones: []}, at: 1}))"
    )
    await visitor.page.reload()
    await visitor.launcher.click()
    await expect(visitor.panel.get_by_role("alert")).to_contain_text("Not sent. must be 1 to 255 characters")
    await visitor.panel.get_by_role("button", name="Discard").click()
    await expect(visitor.panel.get_by_role("alert")).to_have_count(0)
