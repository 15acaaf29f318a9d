"""What agents do besides writing: sum up, answer what was left, translate, keep promises, send templates, mend what
failed; with the keyboard, by dropping files, and told of news while they look elsewhere.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from gateway.config import Config
from gateway.translator import TranslatorAddress
from simulator.app import Simulator
from tests.browser.conftest import visiting
from tests.browser.desk import Agent, at_the_desk, customer
from tests.browser.shop import EMAIL, PASSWORD, Shop, opened
from tests.e2e.house import settings_of

MEI = "mei@example.com"

HIDDEN = """
Object.defineProperty(document, "visibilityState", { get: () => (window.elsewhere ? "hidden" : "visible") });
"""
# The browser's own notices cannot be seen from here: this keeps what a page would show.
NOTICES = """
window.notices = [];
window.Notification = class {
  static permission = "default";
  static async requestPermission() { return (this.permission = "granted"); }
  constructor(title, options) { Object.assign(this, { title, ...options }); window.notices.push(this); }
  close() {}
};
"""


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(time_scale=0.005) as sim:
        yield sim


async def connected(shop: Shop, sim: Simulator, kind: str, provider: str) -> Any:
    """A channel of this kind and its account at the look-alike."""
    account = getattr(sim, provider).account(provider)
    body = {"kind": kind, "name": f"Our {provider}", "settings": settings_of(kind, account, sim.url)}
    made = await shop.call("owner", "POST", "admin/channels", body)
    account.webhook_url = made["webhook_url"]
    return account


async def at_a_chat(shop: Shop, browser: Browser, session: str, email: str = MEI, **options: Any) -> Agent:
    agent = await at_the_desk(browser, shop, email, **options)
    await agent.goes(f"/desk/chats/{session}")
    return agent


async def writes(agent: Agent, text: str) -> None:
    field = agent.page.get_by_label("Write a reply…")
    await field.fill(text)
    await field.press("Enter")


async def test_a_whatsapp_window_counts_down_and_afterwards_only_a_template_goes(
    shop: Shop, sim: Simulator, browser: Browser
) -> None:
    account = await connected(shop, sim, "whatsapp-cloud", "meta")
    sim.meta.template(account, "order_update", "Hello {{1}}, your order {{2}} is on its way.")
    phone = account.phone(name="Ahmed")
    await phone.text("Where is my order?")
    session = await shop.session()
    mei = await at_the_desk(browser, shop, MEI)
    await mei.page.clock.install()
    await mei.goes(f"/desk/chats/{session}")
    window = mei.page.get_by_role("timer")
    await expect(window).to_contain_text("Free text: 23:5")
    await mei.page.clock.fast_forward("24:00:01")
    await expect(window).to_have_text("Only templates")
    await expect(mei.page.get_by_label("Write a reply…")).to_have_count(0)
    await mei.visitor.pictured("desk-window-shut")
    await mei.page.locator(".claim-first").get_by_role("button", name="Template").click()
    await mei.page.get_by_role("button", name="order_update").click()
    await mei.page.get_by_label("Value 1").fill("Ahmed")
    await mei.page.get_by_label("Value 2").fill("17")
    await expect(mei.page.get_by_role("figure")).to_contain_text("Hello Ahmed, your order 17 is on its way.")
    await mei.visitor.pictured("desk-template")
    assert await mei.visitor.barriers() == []
    await mei.page.get_by_role("dialog").get_by_role("button", name="Send").click()
    await phone.wait_for(lambda message: "your order 17" in (message.text or ""), 10)
    await expect(mei.page.get_by_role("log")).to_contain_text("your order 17 is on its way.")
    assert mei.visitor.complaints == []


async def test_a_failed_message_says_why_and_is_sent_again(shop: Shop, sim: Simulator, browser: Browser) -> None:
    account = await connected(shop, sim, "telegram", "telegram")
    phone = account.phone(name="Tom")
    await phone.text("Hello")
    session = await shop.session()
    mei = await at_a_chat(shop, browser, session)
    await phone.wait_for(lambda message: "joined" in (message.text or ""), 10)
    account.fail(400, method="sendMessage", message="Bad Request: chat is deactivated")
    await writes(mei, "Your parcel left")
    failure = mei.page.get_by_role("note")
    await expect(failure).to_contain_text("Not delivered.")
    await expect(failure).to_contain_text("Chat is deactivated")
    await expect(mei.page.locator(".session .failed")).to_have_count(1)
    await mei.visitor.pictured("desk-failed")
    assert await mei.visitor.barriers() == []
    await failure.get_by_role("button", name="Send again").click()
    await phone.wait_for(lambda message: message.text == "Your parcel left", 10)
    await expect(mei.page.locator(".said.ours:not(.bad)").filter(has_text="Your parcel left")).to_have_count(1)


async def test_what_may_have_been_sent_twice_is_marked(
    shop: Shop, sim: Simulator, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.limits.FIRST_RETRY_S", 0.05)
    account = await connected(shop, sim, "telegram", "telegram")
    phone = account.phone(name="Tom")
    await phone.text("Hello")
    session = await shop.session()
    await phone.wait_for(lambda message: "joined" in (message.text or ""), 10)
    mei = await at_a_chat(shop, browser, session)
    account.fail("drop", method="sendMessage", after=True)
    await writes(mei, "Your parcel left")
    marked = mei.page.locator(".said").filter(has_text="Your parcel left").get_by_text("perhaps sent twice")
    await expect(marked).to_be_visible()
    assert "gave no clear answer" in (await marked.get_attribute("title") or "")


@pytest.mark.parametrize("opens", ["Enter", "ArrowDown", "Space"])
async def test_a_menu_is_opened_walked_through_and_left_with_the_keyboard(
    shop: Shop, browser: Browser, opens: str
) -> None:
    async with customer(shop, "Ada") as ada:
        await ada.says("Hello")
        mei = await at_a_chat(shop, browser, await shop.session())
        button = mei.page.locator(".said.theirs").get_by_role("button", name="More for this message")
        for _ in range(2):  # the first time and any other
            await button.focus()
            await expect(button).to_have_attribute("aria-expanded", "false")
            await button.press(opens)
            await expect(button).to_have_attribute("aria-expanded", "true")
            await expect(mei.page.get_by_role("menu")).to_be_visible()
            await mei.page.keyboard.press("ArrowDown")
            await expect(mei.page.locator("[role=menuitem][data-active-item]")).to_have_count(1)
            await mei.page.keyboard.press("Escape")
            await expect(mei.page.get_by_role("menu")).to_have_count(0)
            await expect(button).to_be_focused()
        assert await mei.visitor.barriers() == []


async def test_the_keyboard_alone_is_enough(shop: Shop, browser: Browser) -> None:
    async with customer(shop, "Ada") as ada, customer(shop, "Grace") as grace, customer(shop, "Hedy") as hedy:
        await ada.says("one")
        await shop.until("inbox/sessions?mine=true", lambda page: len(page["items"]) == 1)
        await grace.says("two")
        await shop.until("inbox/sessions?mine=true", lambda page: len(page["items"]) == 2)
        await shop.call("agent", "PUT", "inbox/me/status", {"status": "busy"})
        await hedy.says("three")
        await shop.until("inbox/sessions?phase=queued", lambda page: len(page["items"]) == 1)
        mei = await at_the_desk(browser, shop, MEI)
        keys = mei.page.keyboard
        await expect(mei.page.locator(".session")).to_have_count(2)
        await keys.press("j")
        head = mei.page.locator(".chat-head h2")
        await expect(head).to_have_text("Grace")
        field = mei.page.get_by_label("Write a reply…")
        await expect(field).to_be_focused()
        await keys.press("Escape")
        await keys.press("j")
        await expect(head).to_have_text("Ada")
        await expect(field).to_be_focused()
        await keys.press("Escape")
        await expect(field).not_to_be_focused()
        await keys.press("r")
        await expect(field).to_be_focused()
        await keys.type("jk")
        await expect(field).to_have_value("jk")
        await keys.press("Escape")
        await expect(field).not_to_be_focused()
        await keys.press("k")
        await expect(head).to_have_text("Grace")
        await expect(field).to_be_focused()
        await keys.press("Escape")
        await keys.press("s")
        await expect(mei.page.locator(".session[aria-current] .first > svg")).to_have_count(1)
        await keys.press("Control+k")
        await expect(mei.page.locator("#search")).to_be_focused()
        await keys.press("Escape")
        await keys.press("?")
        await expect(mei.page.get_by_role("dialog", name="Keyboard")).to_be_visible()
        await mei.visitor.pictured("desk-keys")
        await keys.press("Escape")
        await mei.button("Waiting").click()
        await expect(mei.page.locator(".session")).to_have_count(1)
        await keys.press("j")
        await expect(head).to_have_text("Hedy")
        await keys.press("c")
        await expect(mei.page.get_by_label("Write a reply…")).to_be_visible()
        assert mei.visitor.complaints == []


async def test_a_file_is_dropped_onto_the_chat(shop: Shop, browser: Browser) -> None:
    async with customer(shop) as grace:
        await grace.says("Hello")
        mei = await at_a_chat(shop, browser, await shop.session())
        gif = list(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;")
        moved = await mei.page.evaluate_handle(
            """bytes => {
              const moved = new DataTransfer();
              moved.items.add(new File([new Uint8Array(bytes)], "kite.gif", { type: "image/gif" }));
              return moved;
            }""",
            gif,
        )
        composer = mei.page.locator(".composer")
        await composer.dispatch_event("dragover", {"dataTransfer": moved})
        await expect(mei.page.get_by_text("Drop files here")).to_be_visible()
        await mei.visitor.pictured("desk-drop")
        await composer.dispatch_event("drop", {"dataTransfer": moved})
        await expect(mei.page.get_by_text("Drop files here")).to_have_count(0)
        await expect(composer.locator(".attached li")).to_contain_text("kite.gif")
        await mei.page.get_by_role("button", name="Send").click()
        came = await grace.until(lambda frame: frame.get("message", frame).get("content", {}).get("type") == "image")
        assert came.get("message", came)["content"]["name"] == "kite.gif"


async def test_who_looks_elsewhere_is_told_by_a_notice_of_the_desktop(shop: Shop, browser: Browser) -> None:
    async with customer(shop, "Grace") as grace:
        await grace.says("Hello")
        session = await shop.session()
        mei = await at_the_desk(browser, shop, MEI)
        await mei.page.add_init_script(HIDDEN + NOTICES)
        await mei.goes("/desk/preferences")
        await expect(mei.page.get_by_text("Desktop notifications: not asked yet")).to_be_visible()
        await mei.button("Allow").click()
        await expect(mei.page.get_by_text("Desktop notifications: allowed")).to_be_visible()
        await mei.page.get_by_role("link", name="Inbox").click()
        await mei.page.locator(".session").wait_for()
        await grace.says("while you look")
        await expect(mei.page.locator(".session")).to_contain_text("while you look")
        assert await mei.page.evaluate("notices.length") == 0
        await mei.page.evaluate("window.elsewhere = true")
        await grace.says("while you do not")
        await mei.page.wait_for_function("notices.length === 1")
        told = await mei.page.evaluate("({title: notices[0].title, body: notices[0].body})")
        assert told == {"title": "Grace", "body": "while you do not"}
        await mei.page.evaluate("window.elsewhere = false; notices[0].onclick()")
        await mei.page.wait_for_url(f"**/desk/chats/{session}")


async def test_a_chat_is_summed_up_before_it_is_closed(shop: Shop, browser: Browser) -> None:
    fields = [{"key": "order", "label": {"en": "Order number"}, "kind": "number", "required": True}]
    form = {"required": True, "types": ["Delivery", "Invoice"], "type": "required", "fields": fields}
    await shop.call("owner", "PUT", "admin/settings/closing", {"summary": form})
    async with customer(shop) as grace:
        await grace.says("Where is my parcel?")
        session = await shop.session()
        mei = await at_a_chat(shop, browser, session)
        await mei.button("Close").first.click()
        dialog = mei.page.get_by_role("dialog", name="Sum up")
        await dialog.get_by_label("Order number").fill("many")
        await dialog.get_by_role("button", name="Close", exact=True).last.click()
        await expect(dialog.get_by_text("Name at least one type.").first).to_be_visible()
        await expect(dialog.get_by_text("Give a number.").first).to_be_visible()
        assert await mei.visitor.barriers() == []
        await mei.visitor.pictured("desk-summary-wrong")
        await dialog.get_by_label("Delivery").check()
        await dialog.get_by_label("Solved?").select_option("yes")
        await dialog.get_by_label("Order number").fill("17")
        await dialog.get_by_label("Note").fill("The parcel was at the neighbour's.")
        await dialog.get_by_role("button", name="Close", exact=True).last.click()
        await expect(mei.page.get_by_text("The chat is closed.")).to_be_visible()
        detail = await shop.until(f"inbox/sessions/{session}", lambda detail: detail["closed"])
        kept = {name: detail["summary"][name] for name in ("types", "solved", "note", "fields")}
        assert kept == {
            "types": ["Delivery"],
            "solved": True,
            "note": "The parcel was at the neighbour's.",
            "fields": {"order": "17"},
        }
        await expect(mei.page.get_by_role("complementary")).to_contain_text("Order number")
        await mei.visitor.pictured("desk-summary")
        assert await mei.visitor.barriers() == []


async def test_what_was_left_is_found_taken_answered_solved_and_exported(
    shop: Shop, site: str, browser: Browser, tmp_path: Path
) -> None:
    fields = [{"key": "text", "label": {"en": "What is it about?"}, "required": True}]
    await shop.call("owner", "PUT", "admin/settings/submissions", {"on": True, "fields": fields})
    await shop.call("agent", "PUT", "inbox/me/status", {"status": "offline"})
    mei = await at_the_desk(browser, shop, MEI)
    await shop.call("agent", "PUT", "inbox/me/status", {"status": "offline"})
    await mei.goes("/desk/submissions")
    visitor = await visiting(browser)
    await visitor.goes(site)
    await visitor.launcher.click()
    await visitor.writes("My kite is broken")
    asked = visitor.panel.locator("form:not(.composer)")
    await asked.get_by_label("What is it about?").fill("The string came off.")
    await asked.get_by_role("button", name="Submit").click()
    row = mei.page.get_by_role("row").filter(has_text="The string came off.")
    await expect(row).to_contain_text("New")
    await mei.page.get_by_label("State").select_option("solved")
    await expect(row).to_have_count(0)
    await mei.page.get_by_label("State").select_option("new")
    await mei.page.get_by_label("Search").fill("string")
    await expect(row).to_have_count(1)
    await mei.visitor.pictured("desk-submissions-list")
    await row.get_by_role("link").click()
    await mei.button("Claim").click()
    await expect(mei.page.get_by_label("Agent")).to_contain_text("Mei")
    await expect(mei.button("Claim")).to_have_count(0)
    await mei.page.get_by_label("Reply").fill("A new string is on its way.")
    await mei.button("Send").click()
    await visitor.hears("A new string is on its way.")
    await visitor.writes("Thank you!")
    await expect(mei.page.locator(".talk .theirs").filter(has_text="Thank you!")).to_have_count(1)
    await mei.page.get_by_label("State").select_option("solved")
    (left,) = (await shop.until("inbox/submissions?state=solved", lambda page: page["items"]))["items"]
    assert left["agent"]["name"] == "Mei"
    await mei.settled()
    await mei.visitor.pictured("desk-submission")
    assert await mei.visitor.barriers() == []
    assert mei.visitor.complaints == []
    owner = await at_the_desk(browser, shop, EMAIL)
    await owner.goes("/desk/submissions")
    async with owner.page.expect_download() as download:
        await owner.button("Export").click()
    await (await download.value).save_as(tmp_path / "left.csv")
    assert "The string came off." in (tmp_path / "left.csv").read_text(encoding="utf-8")


async def test_an_invitation_is_ended_by_who_gave_it_and_by_who_got_it(shop: Shop, browser: Browser) -> None:
    kim = {"name": "Kim", "email": "kim@example.com", "password": PASSWORD, "role": "agent"}
    made = await shop.call("owner", "POST", "admin/agents", kim)
    async with customer(shop) as grace:
        await grace.says("Hello")
        session = await shop.session()
        mei = await at_a_chat(shop, browser, session)
        await shop.call("agent", "POST", f"inbox/sessions/{session}/invite", {"agent": made["id"]})
        await mei.button("End the invitation of Kim").click()
        await shop.until(f"inbox/sessions/{session}", lambda detail: detail["guests"] == [])
        await shop.call("agent", "POST", f"inbox/sessions/{session}/invite", {"agent": made["id"]})
        guest = await at_a_chat(shop, browser, session, "kim@example.com")
        await guest.visitor.pictured("desk-invited")
        await guest.button("Leave this chat").click()
        await shop.until(f"inbox/sessions/{session}", lambda detail: detail["guests"] == [])
        await expect(mei.button("End the invitation of Kim")).to_have_count(0)


async def test_what_was_promised_is_seen_in_the_list_and_in_the_chat(shop: Shop, browser: Browser) -> None:
    policy = {"name": "Gold", "first_response_seconds": 600, "resolution_seconds": 7200}
    await shop.call("owner", "PUT", "admin/settings/sla", {"policies": [policy]})
    async with customer(shop) as grace:
        await grace.says("Hello")
        session = await shop.session()
        mei = await at_the_desk(browser, shop, MEI)
        await mei.page.clock.install()
        await mei.goes(f"/desk/chats/{session}")
        for place in (".session", ".chat-head"):
            await expect(mei.page.locator(f"{place} .promised")).to_contain_text("9:")
        await mei.page.clock.fast_forward("05:30")
        await expect(mei.page.locator(".chat-head .promised.warn")).to_contain_text("4:")
        await mei.page.clock.fast_forward("05:00")
        await expect(mei.page.locator(".chat-head .promised.bad")).to_contain_text("+0:")
        await mei.visitor.pictured("desk-promise")
        assert await mei.visitor.barriers() == []
        await writes(mei, "Here I am")
        await expect(mei.page.locator(".chat-head .promised")).to_contain_text("1:4")


async def test_a_notice_of_the_system_does_not_hide_what_a_person_said(shop: Shop, browser: Browser) -> None:
    mei = await at_the_desk(browser, shop, MEI)
    async with customer(shop) as grace:
        await grace.says("Do you have kites?")
        session = await shop.session()
        said = await shop.until(f"inbox/sessions/{session}", lambda detail: detail["last_message"])
        assert said["last_message"]["author"]["kind"] == "system", "the greeting comes after the question"
        await expect(mei.page.locator(".session .excerpt")).to_contain_text("Do you have kites?")


# --- translation ---------------------------------------------------------------------------------------------------

WORDS = {"凧はありますか？": "Do you have kites?", "Yes, three of them.": "はい、三つあります。"}


async def translated(request: web.Request) -> web.Response:
    said = (await request.json())["q"]
    source = "en" if said.isascii() else "ja"
    return web.json_response({"translatedText": WORDS.get(said, f"<{said}>"), "detectedLanguage": {"language": source}})


@pytest.fixture
async def bilingual(config: Config) -> AsyncIterator[Shop]:
    app = web.Application()
    app.router.add_post("/translate", translated)
    async with TestServer(app, host="127.0.0.1") as server:
        address = TranslatorAddress("libretranslate", str(server.make_url("")).rstrip("/"))
        async with opened(replace(config, translator=address)) as shop:
            await shop.call("owner", "PUT", "admin/settings/languages", {"translate": True, "translate_to": "en"})
            yield shop


async def test_both_sides_write_in_their_own_language_and_what_was_written_stays(
    bilingual: Shop, browser: Browser
) -> None:
    async with customer(bilingual, "田中", language="ja") as aiko:
        await aiko.says("凧はありますか？")
        mei = await at_a_chat(bilingual, browser, await bilingual.session())
        theirs = mei.page.locator(".said.theirs")
        await expect(theirs).to_contain_text("凧はありますか？")
        await expect(theirs.locator(".translation")).to_contain_text("Do you have kites?")
        field = mei.page.get_by_label("Write a reply…")
        await field.fill("Yes, three of them.")
        await mei.button("Translate into Japanese").click()
        await expect(field).to_have_value("はい、三つあります。")
        await mei.button("Back to what I wrote").click()
        await expect(field).to_have_value("Yes, three of them.")
        await mei.button("Translate into Japanese").click()
        await expect(field).to_have_value("はい、三つあります。")
        await mei.visitor.pictured("desk-draft")
        assert await mei.visitor.barriers() == []
        await field.press("Enter")
        ours = mei.page.locator(".said.ours").filter(has_text="はい、三つあります。")
        await expect(ours.locator(".translation")).to_contain_text("Yes, three of them.")
        await mei.visitor.pictured("desk-translation")
        assert await mei.visitor.barriers() == []
        await mei.button("More for this chat").click()
        await mei.page.get_by_role("menuitem", name="Show translations").click()
        await expect(mei.page.locator(".translation")).to_have_count(0)
        await expect(theirs).to_contain_text("凧はありますか？")
        assert mei.visitor.complaints == []
