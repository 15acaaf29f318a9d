"""What goes wrong all day: bad lines, lost answers, forbidden words, hostile customers."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.desk import Agent, Customer, at_the_desk, customer
from tests.browser.shop import Shop

MEI = "mei@example.com"


async def in_a_chat(shop: Shop, browser: Browser, grace: Customer) -> tuple[Agent, str]:
    await grace.says("Hello")
    session = await shop.session()
    mei = await at_the_desk(browser, shop, MEI)
    await mei.goes(f"/desk/chats/{session}")
    return mei, session


async def writes(agent: Agent, text: str) -> None:
    field = agent.page.get_by_label("Write a reply…")
    await field.fill(text)
    await field.press("Enter")


async def texts(shop: Shop, session: str) -> list[str]:
    page = await shop.call("agent", "GET", f"inbox/sessions/{session}/messages?limit=500")
    return [
        item["content"].get("text", "") for item in page["items"] if item["author"]["kind"] in ("customer", "agent")
    ]


async def test_a_network_that_drops_loses_nothing_and_doubles_nothing(shop: Shop, browser: Browser) -> None:
    async with customer(shop) as grace:
        mei, session = await in_a_chat(shop, browser, grace)
        await mei.visitor.context.set_offline(True)
        await expect(mei.page.get_by_text("No connection.")).to_be_visible()
        for number in range(3):
            await grace.says(f"customer {number}")
        for number in range(3):
            await writes(mei, f"agent {number}")
        await expect(mei.page.get_by_text("Waiting to be sent")).to_have_count(3)
        await mei.visitor.pictured("desk-offline")
        assert await texts(shop, session) == ["Hello", *(f"customer {number}" for number in range(3))]
        await asyncio.sleep(2)  # a while without a line, in which it tries again
        await mei.visitor.context.set_offline(False)
        wanted = ["Hello", *(f"customer {n}" for n in range(3)), *(f"agent {n}" for n in range(3))]
        for text in wanted:
            await expect(mei.page.locator(".said:not(.system) .words").filter(has_text=text)).to_have_count(
                1, timeout=20_000
            )
        await expect(mei.page.get_by_text("Waiting to be sent")).to_have_count(0)
        assert await texts(shop, session) == wanted
        await expect(mei.page.get_by_text("No connection.")).to_have_count(0)


async def test_an_answer_that_got_lost_on_its_way_back_is_sent_once(shop: Shop, browser: Browser) -> None:
    async with customer(shop) as grace:
        mei, session = await in_a_chat(shop, browser, grace)
        calls = 0

        async def lose(route: Route) -> None:
            nonlocal calls
            calls += 1
            if calls == 1:
                await route.fetch()
                await route.abort()
            else:
                await route.continue_()

        await mei.page.route(
            "**/messages", lambda route: lose(route) if route.request.method == "POST" else route.continue_()
        )
        await writes(mei, "only once")
        async with asyncio.timeout(15):
            while calls < 2:
                await asyncio.sleep(0.05)
        await expect(mei.page.get_by_text("Waiting to be sent")).to_have_count(0)
        assert (await texts(shop, session)).count("only once") == 1
        await expect(mei.page.locator(".words").filter(has_text="only once")).to_have_count(1)


async def test_what_was_not_sent_yet_outlives_the_page(shop: Shop, browser: Browser) -> None:
    async with customer(shop) as grace:
        mei, session = await in_a_chat(shop, browser, grace)
        await mei.page.route(
            "**/messages", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
        )
        await writes(mei, "before the reload")
        await mei.page.get_by_label("Write a reply…").fill("a draft")
        await expect(mei.page.get_by_text("Waiting to be sent")).to_be_visible()
        await mei.page.unroute("**/messages")
        await mei.page.reload()
        await shop.until(
            f"inbox/sessions/{session}/messages?limit=500",
            lambda page: any(item["content"].get("text") == "before the reload" for item in page["items"]),
        )
        await expect(mei.page.get_by_label("Write a reply…")).to_have_value("a draft")


async def test_a_blocked_word_comes_back_into_the_field_with_the_reason(shop: Shop, browser: Browser) -> None:
    lists = [{"name": "rude", "side": "agent", "action": "block", "words": ["darn"]}]
    await shop.call("owner", "PUT", "admin/settings/words", {"lists": lists})
    async with customer(shop) as grace:
        mei, session = await in_a_chat(shop, browser, grace)
        await writes(mei, "That darn kite")
        await expect(mei.page.get_by_role("alert")).to_contain_text("“darn”")
        field = mei.page.get_by_label("Write a reply…")
        await expect(field).to_have_value("That darn kite")
        await expect(field).to_have_attribute("aria-invalid", "true")
        marked = "(field => field.value.slice(field.selectionStart, field.selectionEnd))(document.activeElement)"
        await asyncio.wait_for(_until(mei, marked, "darn"), 20)
        await mei.visitor.pictured("desk-blocked-word")
        assert await mei.visitor.barriers() == []
        await writes(mei, "That lovely kite")
        await grace.until(lambda frame: "lovely" in str(frame))
        assert await texts(shop, session) == ["Hello", "That lovely kite"]


async def _until(agent: Agent, expression: str, value: object) -> None:
    while await agent.page.evaluate(expression) != value:
        await asyncio.sleep(0.05)


async def test_quick_replies_come_by_a_slash_and_are_made_where_they_are_used(shop: Shop, browser: Browser) -> None:
    body = {"shortcut": "hello", "texts": {"en": "Hello {customer}, {agent} here."}, "shared": True}
    await shop.call("owner", "POST", "inbox/quick-replies", body)
    async with customer(shop, "Grace") as grace:
        mei, _ = await in_a_chat(shop, browser, grace)
        field = mei.page.get_by_label("Write a reply…")
        await field.press_sequentially("/he")
        await expect(mei.page.get_by_role("option")).to_contain_text("/hello")
        await mei.visitor.pictured("desk-quick-replies")
        assert await mei.visitor.barriers() == []
        await field.press("Enter")
        await expect(field).to_have_value("Hello Grace, Mei here.")
        await field.press("Enter")
        await grace.until(lambda frame: "Hello Grace, Mei here." in str(frame))
        await mei.button("Quick replies").click()
        await mei.button("New quick reply").click()
        await mei.page.get_by_label("Shortcut").fill("two words")
        await mei.page.get_by_label("Text", exact=True).fill("Thank you!")
        await mei.button("Save").click()
        await expect(mei.page.get_by_label("Shortcut")).to_have_attribute("aria-invalid", "true")
        await mei.visitor.pictured("desk-quick-reply-wrong")
        await mei.page.get_by_label("Shortcut").fill("thanks")
        await mei.button("Save").click()
        await mei.page.get_by_role("button", name="/thanks").first.click()
        await expect(field).to_have_value("Thank you!")


async def test_files_are_dropped_sent_and_seen(shop: Shop, browser: Browser, tmp_path: Path) -> None:
    async with customer(shop) as grace:
        mei, _ = await in_a_chat(shop, browser, grace)
        good, bad = tmp_path / "kite.pdf", tmp_path / "kite.svg"
        good.write_bytes(b"%PDF-1.4 a kite")
        bad.write_text("<svg onload='alert(1)'/>")
        await mei.page.locator("input[type=file]").set_input_files([good, bad])
        await expect(mei.page.locator(".attached li.bad")).to_contain_text("kite.svg")
        await expect(mei.page.locator(".attached .spinner")).to_have_count(0)
        await mei.visitor.pictured("desk-attached")
        await mei.button("Send").click()
        heard = await grace.until(lambda frame: "kite.pdf" in str(frame))
        assert heard["message"]["content"]["type"] == "file"
        await expect(mei.page.get_by_role("log")).to_contain_text("kite.pdf")


HOSTILE: dict[str, Any] = {
    "script": "<script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">",
    "svg": "<svg/onload=\"document.title='pwned'\"><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "address": 'javascript:alert(1) https://example.com/"onmouseover=alert(1) data:text/html,<script>alert(1)</script>',
    "huge": "long " * 1_900,
    "one word": "w" * 9_000,
    "lines": "\n" * 3_000 + "end",
    "right to left override": "\u202e\u2066evil.exe\u202dgpj.\u2067 " * 30,
    "emoji": "\N{PILE OF POO}" * 4_500,
    "joined emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 800,
    "stacked": "Z" + "\u0300\u0301\u0302\u0303\u0304" * 900,
    "nothing to see": "\u200b\u200c\u200d\u2060x",
}


async def test_a_hostile_customer_breaks_nothing(shop: Shop, browser: Browser) -> None:
    name = "\u202e<script>document.title='pwned'</script>" + "N" * 150
    async with customer(shop, name) as grace:
        mei, _ = await in_a_chat(shop, browser, grace)
        for text in HOSTILE.values():
            await grace.says(text)
        await grace.says(
            {"type": "location", "latitude": 1, "longitude": 1, "title": "<b onclick=alert(1)>" + "t" * 150}
        )
        await expect(mei.page.locator(".said.theirs")).to_have_count(len(HOSTILE) + 2, timeout=20_000)
        await mei.visitor.pictured("desk-hostile")
        assert "pwned" not in await mei.page.title()
        assert (
            await mei.page.locator(
                "script:not([src]), .log svg a, .log [onerror], .log [onload], .log [onclick]"
            ).count()
            == 0
        )
        for link in await mei.page.locator(".log a").all():
            assert str(await link.get_attribute("href")).startswith(("https://", "http://"))
        boxes = "document.querySelectorAll('.log, .sessions, .details, .chat-head, body')"
        across = await mei.page.evaluate(f"[...{boxes}].map(box => box.scrollWidth - box.clientWidth)")
        assert max(across) <= 0
        await mei.page.get_by_role("button", name="Show all").first.click()
        await writes(mei, "still working")
        await grace.until(lambda frame: "still working" in str(frame))
        assert await mei.visitor.barriers() == []
        assert mei.visitor.complaints == []


@pytest.mark.parametrize("count", [100])
async def test_a_long_chat_is_read_back_page_by_page(shop: Shop, browser: Browser, count: int) -> None:
    async with customer(shop) as grace:
        for number in range(count):
            await grace.says(f"line {number:03}")
        mei, _ = await in_a_chat(shop, browser, grace)
        log = mei.page.get_by_role("log")
        await expect(log.get_by_text(f"line {count - 1:03}")).to_be_in_viewport()
        await expect(log.get_by_text("line 000")).to_have_count(0)
        for _ in range(20):
            if await log.get_by_text("line 000").count():
                break
            await log.evaluate("box => box.scrollTo(0, 0)")
            await asyncio.sleep(0.2)
        shown = [text for text in await log.locator(".words").all_inner_texts() if text.startswith("line")]
        assert shown == [f"line {number:03}" for number in range(count)]
