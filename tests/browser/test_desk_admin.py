"""The administration in a browser: every area's form as the server describes it, and what an admin does with it."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from core.policy import AREAS
from tests.browser.desk import Agent, address, at_the_desk
from tests.browser.shop import EMAIL, Shop


@pytest.fixture
async def owner(shop: Shop, browser: Browser) -> Agent:
    return await at_the_desk(browser, shop, EMAIL)


async def at(owner: Agent, area: str, more: str = "") -> None:
    await owner.goes(address("admin-area", area=area) + more)


async def saved(owner: Agent) -> None:
    async with owner.page.expect_response(lambda answer: answer.request.method in ("PUT", "PATCH")) as answered:
        await owner.page.get_by_role("button", name="Save", exact=True).click()
    assert (await answered.value).ok
    await expect(owner.page.get_by_text("Saved").first).to_be_visible()


CLOSE = "Close after the customer's silence of"


def field(owner: Agent, label: str) -> Locator:
    found: Locator = owner.page.get_by_label(label, exact=True)
    return found


FULL: dict[str, dict[str, Any]] = {
    "hours": {
        "zone": "Asia/Tokyo",
        "week": {"mon": [{"from": "09:00", "to": "17:00"}]},
        "holidays": [{"date": "12-25", "name": "Christmas"}],
    },
    "routing": {"rules": [{"name": "VIPs", "to": {"must": False}, "when": {"if": "all", "of": [{"if": "vip"}]}}]},
    "words": {"lists": [{"name": "Rude", "side": "customer", "action": "mask", "words": ["darn", "heck"]}]},
    "prompts": {"prompts": {"greeting": {"on": True, "text": {"en": "Hello!", "ar": "مرحبا"}}}},
    "closing": {"customer_idle_seconds": 600, "summary": {"types": ["Order", "Refund"]}},
    "surveys": {"on": True, "kind": "stars", "scores": {"1": {"text": {"en": "Bad"}}}, "tags": [{"name": "slow"}]},
    "sla": {"policies": [{"name": "Gold", "when": {"if": "vip"}, "first_response_seconds": 60}]},
    "webhooks": {
        "subscriptions": [
            {"name": "crm", "url": "https://crm.invalid/in", "secret": "s" * 32, "types": ["session.opened"]}
        ]
    },
}


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
async def test_every_area_shows_what_is_set_and_changes_nothing_by_itself(
    shop: Shop, browser: Browser, look: str
) -> None:
    looks: dict[str, dict[str, Any]] = {
        "light": {}, "dark": {"color_scheme": "dark"}, "phone": {"viewport": {"width": 390, "height": 780}},
    }  # fmt: skip
    group = (await shop.call("owner", "POST", "admin/groups", {"name": "Sales", "agents": []}))["id"]
    FULL["routing"]["rules"][0]["to"]["group"] = group
    for area, body in FULL.items():
        await shop.call("owner", "PUT", f"admin/settings/{area}", body)
    owner = await at_the_desk(browser, shop, EMAIL, **looks[look])
    for area in AREAS:
        await at(owner, area)
        await expect(owner.page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
        await owner.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        await owner.settled()
        await expect(owner.page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
        await owner.page.evaluate("document.querySelectorAll('main, .admin-nav').forEach(e => e.scrollTo(0, 0))")
        await owner.visitor.pictured(f"admin-{area}-{look}")
        assert await owner.visitor.barriers() == [], area
        assert owner.visitor.complaints == [], area
        shown = await owner.page.locator("main").inner_text()
        assert re.search(r'[{\[]"|_seconds|\bnull\b|undefined', shown) is None, f"{area} shows what only programs read"
        wide = await owner.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{area} is {wide} px wider than its window"


async def test_a_field_falls_through_until_it_is_set_here(shop: Shop, owner: Agent) -> None:
    await shop.call("owner", "PUT", "admin/settings/closing", {"customer_idle_seconds": 600})
    await at(owner, "closing", f"?channel={shop.channel}")
    row = owner.page.locator(".property").filter(has_text=CLOSE)
    await expect(row).to_contain_text("Not set here. From Everybody: 10 minutes")
    await row.get_by_role("checkbox", name=f"Set here: {CLOSE}").check()
    await expect(field(owner, CLOSE)).to_have_value("10")
    await field(owner, CLOSE).fill("20")
    await saved(owner)
    kept = await shop.call("owner", "GET", f"admin/channels/{shop.channel}/settings/closing")
    assert kept == {"customer_idle_seconds": 1200}


async def test_the_choice_of_never_is_a_box_beside_the_number(shop: Shop, owner: Agent) -> None:
    await shop.call("owner", "PUT", "admin/settings/closing", {"customer_idle_seconds": 600})
    await at(owner, "closing")
    never = owner.page.get_by_role("checkbox", name=f"{CLOSE}: Never", exact=True)
    await expect(never).not_to_be_checked()
    await never.check()
    await expect(field(owner, CLOSE)).to_have_value("")
    await saved(owner)
    assert await shop.call("owner", "GET", "admin/settings/closing") == {"customer_idle_seconds": None}
    await never.uncheck()
    await expect(field(owner, CLOSE)).to_have_value("10")


async def test_forms_are_asked_for_in_the_agents_language(shop: Shop, browser: Browser) -> None:
    owner = await at_the_desk(browser, shop, EMAIL, locale="pt-BR")
    async with owner.page.expect_request(lambda request: "/admin/settings?" in request.url) as asked:
        await at(owner, "surveys")
    assert (await asked.value).url.endswith("?language=pt")


async def test_what_is_wrong_stands_at_its_field(shop: Shop, owner: Agent) -> None:
    await shop.call(
        "owner", "PUT", "admin/settings/closing", {"customer_idle_seconds": 600, "customer_reminder_seconds": 300}
    )
    await at(owner, "closing")
    await field(owner, "Remind a silent customer after").fill("60")
    await owner.page.get_by_role("button", name="Save", exact=True).click()
    wrong = owner.page.locator(".field").filter(has=field(owner, "Remind a silent customer after")).get_by_role("alert")
    await expect(wrong).to_have_text("The reminder has to come before the close.")
    await expect(field(owner, "Remind a silent customer after")).to_have_attribute("aria-invalid", "true")
    assert await owner.visitor.barriers() == []


async def test_a_rule_is_made_of_conditions_and_tried_before_it_is_saved(shop: Shop, owner: Agent) -> None:
    sales = (await shop.call("owner", "POST", "admin/groups", {"name": "Sales", "agents": []}))["id"]
    await at(owner, "routing")
    await owner.page.get_by_role("checkbox", name="Set here: Rules").check()
    await owner.page.get_by_role("button", name="Add: Rule").click()
    rule = owner.page.locator(".item").first
    await rule.get_by_label("Name", exact=True).fill("VIPs")
    await rule.get_by_label("Group", exact=True).select_option("Sales")
    await rule.get_by_label("Kind of condition", exact=True).select_option("All of these")
    await rule.get_by_role("button", name="Add: Condition").click()
    await rule.get_by_label("Kind of condition", exact=True).nth(1).select_option("VIP")
    await owner.page.get_by_text("A made-up message").click()
    await owner.page.get_by_role("switch", name="VIP", exact=True).check()
    await owner.page.get_by_role("button", name="Try this message").click()
    await expect(owner.page.get_by_role("heading", name="With these settings (different)")).to_be_visible()
    await owner.visitor.pictured("admin-dry-run")
    assert await owner.visitor.barriers() == []
    await saved(owner)
    kept = (await shop.call("owner", "GET", "admin/settings/routing"))["rules"]
    assert kept[0]["name"] == "VIPs"
    assert kept[0]["to"]["group"] == sales
    assert kept[0]["when"]["of"][0]["if"] == "vip"


async def test_somebody_else_was_faster_and_nothing_is_overwritten(shop: Shop, owner: Agent) -> None:
    await at(owner, "surveys")
    await shop.call("owner", "PUT", "admin/settings/surveys", {"on": False})
    await field(owner, "Scale").select_option("Recommendation, 0 to 10")
    await owner.page.get_by_role("button", name="Save", exact=True).click()
    await expect(owner.page.get_by_text("Somebody else changed this first")).to_be_visible()
    assert await shop.call("owner", "GET", "admin/settings/surveys") == {"on": False}


async def test_a_change_is_seen_in_the_history_and_undone(shop: Shop, owner: Agent) -> None:
    await shop.call("owner", "PUT", "admin/settings/surveys", {"on": True, "kind": "nps"})
    await at(owner, "surveys")
    await owner.page.get_by_role("heading", name="History").click()
    changed = owner.page.locator(".versions li").first
    await expect(changed).to_contain_text("Scale Stars, 1 to 5 Recommendation, 0 to 10")
    await owner.page.get_by_role("button", name="Undo", exact=True).click()
    await expect(owner.page.get_by_text("Undone")).to_be_visible()
    await expect(field(owner, "Scale").locator("option:checked")).to_have_text("Stars, 1 to 5")
    assert (await shop.call("owner", "GET", "admin/settings/surveys"))["kind"] == "stars"


async def test_the_list_of_changes_leads_back(shop: Shop, owner: Agent) -> None:
    await shop.call("owner", "PUT", "admin/settings/surveys", {"on": True, "kind": "nps"})
    await owner.goes(address("admin-audit"))
    row = owner.page.get_by_role("row").filter(has_text="Surveys").first
    await row.get_by_role("button", name="Details").click()
    await owner.page.get_by_role("button", name="Go back to before this change").click()
    await expect(owner.page.get_by_text("Undone")).to_be_visible()
    assert (await shop.call("owner", "GET", "admin/settings/surveys"))["kind"] == "stars"


async def test_changes_are_found_by_person_thing_and_day_and_come_page_by_page(shop: Shop, owner: Agent) -> None:
    for number in range(60):
        await shop.call("owner", "PUT", "admin/settings/surveys", {"on": True, "expires_seconds": 600 + number})
    await owner.goes(address("admin-audit"))
    rows = owner.page.locator("table.audit tbody tr")
    await expect(rows).to_have_count(50)
    await owner.button("More").click()
    whole = 65  # and the owner, Mei, the channel and its survey
    await expect(rows).to_have_count(len((await shop.call("owner", "GET", "admin/audit?limit=500"))["items"]))
    assert await rows.count() <= whole
    await field(owner, "What").select_option("Channels")
    await expect(rows).to_have_count(1)
    await expect(rows.first).to_contain_text("Shop")
    await rows.first.get_by_role("button", name="Details").click()
    await expect(owner.page.locator(".diff")).to_contain_text("Name")
    await field(owner, "What").select_option("Settings: Surveys")
    await expect(rows).to_have_count(50)
    await field(owner, "To").fill("2020-01-01")
    await expect(owner.page.get_by_text("Nothing found")).to_be_visible()
    await owner.visitor.pictured("audit-nothing-found")
    await field(owner, "To").fill("")
    await field(owner, "Who").select_option("Mei")
    await expect(owner.page.get_by_text("Nothing found")).to_be_visible()
    assert await owner.visitor.barriers() == []


async def test_a_channel_is_set_up_step_by_step(shop: Shop, owner: Agent) -> None:
    await owner.goes(address("admin-channel", id="new"))
    await field(owner, "Kind").select_option("LINE")
    await expect(owner.page.get_by_role("heading", name="What to do where")).to_be_visible()
    await field(owner, "Name").fill("Kites on LINE")
    await owner.page.get_by_role("button", name="Create").click()
    secret = owner.page.locator(".field").filter(has=field(owner, "Channel secret"))
    await expect(secret.get_by_role("alert")).to_be_visible()
    await field(owner, "Channel secret").fill("0123456789abcdef")
    await field(owner, "Channel access token").fill("token")
    await field(owner, "API address").fill(f"{shop.url}/nothing")
    await owner.page.get_by_role("button", name="Create").click()
    await owner.page.get_by_role("heading", name="Kites on LINE").wait_for()
    await owner.settled()
    kept = (await shop.call("owner", "GET", "admin/channels"))["items"]
    line = next(each for each in kept if each["kind"] == "line")
    await expect(owner.page.locator(".copied code")).to_have_text(line["webhook_url"])
    await expect(field(owner, "Channel secret")).to_have_value("")
    await owner.button("Test now").click()
    await expect(owner.page.get_by_text("Does not work")).to_be_visible()
    await owner.visitor.pictured("admin-channel-line")
    assert await owner.visitor.barriers() == []
    await field(owner, "Name").fill("Kites by LINE")
    await saved(owner)
    again = await shop.call("owner", "GET", f"admin/channels/{line['id']}")
    assert (again["name"], again["settings"]["channel_secret"]) == ("Kites by LINE", {"set": True})


@pytest.mark.parametrize("kind", ["line", "whatsapp", "whatsapp-cloud", "telegram", "web"])
async def test_every_kind_of_channel_has_its_guide(owner: Agent, kind: str) -> None:
    await owner.goes(f"{address('admin-channel', id='new')}?kind={kind}")
    assert await owner.page.locator(".guide li").count() >= 3
    await owner.visitor.pictured(f"admin-guide-{kind}")
    assert await owner.visitor.barriers() == []


async def test_an_agent_joins_moves_and_leaves(shop: Shop, owner: Agent) -> None:
    await owner.goes(address("admin-agent", id="new"))
    await field(owner, "Name").fill("Ada")
    await field(owner, "E-mail").fill("ada@example.com")
    await field(owner, "Password").fill("correct horse battery")
    await field(owner, "Role").select_option("Supervisor")
    await owner.page.get_by_role("button", name="Create").click()
    await owner.page.get_by_role("heading", name="Ada").wait_for()
    await field(owner, "Capacity").fill("9")
    await saved(owner)
    ada = next(one for one in (await shop.call("owner", "GET", "admin/agents"))["items"] if one["name"] == "Ada")
    assert (ada["role"], ada["capacity"]) == ("supervisor", 9)
    await owner.page.get_by_role("button", name="Delete").click()
    await owner.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(owner.page.get_by_role("heading", name="Agents", level=1)).to_be_visible()
    assert len((await shop.call("owner", "GET", "admin/agents"))["items"]) == 2


async def test_a_bot_with_questions_is_asked(shop: Shop, owner: Agent) -> None:
    entry = {"id": "hours", "question": {"en": "When are you open?"}, "answer": {"en": "From nine to five."}}
    bot = {"name": "Robo", "kind": "faq", "settings": {"questions": [entry]}}
    id = (await shop.call("owner", "POST", "admin/bots", bot))["id"]
    await owner.goes(address("admin-bot", id=id))
    await field(owner, "A customer writes").fill("When are you open?")
    await owner.page.get_by_role("button", name="Ask", exact=True).click()
    await expect(owner.page.get_by_text("From nine to five.").last).to_be_visible()
    await owner.visitor.pictured("admin-bot")
    assert await owner.visitor.barriers() == []


async def test_words_are_tried_and_a_prompt_is_previewed(shop: Shop, owner: Agent) -> None:
    await shop.call("owner", "PUT", "admin/settings/words", FULL["words"])
    await at(owner, "words")
    await field(owner, "Text").fill("well darn")
    await owner.page.get_by_role("button", name="Try it").click()
    await expect(owner.page.locator(".said")).to_have_text("well ****")
    await at(owner, "prompts")
    await owner.page.get_by_label("Prompt", exact=True).select_option("greeting")
    await owner.page.get_by_role("button", name="Show").click()
    await expect(owner.page.locator(".said")).to_have_text(re.compile("."))
    assert await owner.visitor.barriers() == []


async def test_a_webhook_that_fails_is_tested_and_its_log_is_there(shop: Shop, owner: Agent) -> None:
    await shop.call("owner", "PUT", "admin/settings/webhooks", FULL["webhooks"])
    await at(owner, "webhooks")
    await owner.button("Test now").click()
    await expect(owner.page.locator(".toast")).to_contain_text("Failed")
    await owner.page.locator("#deliveries ~ .result summary").click()
    await expect(owner.page.locator(".result").get_by_text("Nothing yet")).to_be_visible()
    await owner.visitor.pictured("admin-webhook-log")
    assert await owner.visitor.barriers() == []
