"""Opening hours as a week calendar: days and times, over midnight, days that are different, and whether it is open."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import Agent, address, at_the_desk
from tests.browser.shop import EMAIL, Shop
from tests.browser.test_desk_admin import saved

HOURS = "admin/settings/hours"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 780}, "has_touch": True},
    "right-to-left": {"locale": "ar"},
}
WEEK = {
    "mon": [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "17:30"}],
    "fri": [{"from": "18:00", "to": "02:00"}],
    "sun": [{"from": "00:00", "to": "24:00"}],
}
DAYS = [
    {"date": "2026-12-24", "name": "Christmas Eve", "hours": [{"from": "09:00", "to": "12:00"}]},
    {"date": "12-25", "name": "Christmas"},
]


@pytest.fixture
async def owner(shop: Shop, browser: Browser) -> Agent:
    """Their own clock is Tokyo's."""
    return await at_the_desk(browser, shop, EMAIL, timezone_id="Asia/Tokyo")


async def at(owner: Agent, more: str = "") -> None:
    await owner.goes(address("admin-area", area="hours") + more)
    await owner.page.locator(".open-now .chip").wait_for()


async def sets(owner: Agent, field: str) -> None:
    await owner.page.get_by_label(f"Set here: {field}").check()


@pytest.mark.parametrize("look", LOOKS)
async def test_a_week_is_shown_on_every_screen(shop: Shop, browser: Browser, look: str) -> None:
    await shop.call("owner", "PUT", HOURS, {"zone": "Europe/Berlin", "week": WEEK, "holidays": DAYS})
    owner = await at_the_desk(browser, shop, EMAIL, **LOOKS[look])
    await at(owner)
    await expect(owner.page.locator(".week .day")).to_have_count(7)
    await owner.visitor.pictured(f"hours-{look}")
    await owner.page.locator(".dates").scroll_into_view_if_needed()
    await owner.visitor.pictured(f"hours-{look}-dates")
    assert await owner.visitor.barriers() == []
    assert owner.visitor.complaints == []
    assert await owner.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert await shop.call("owner", "GET", HOURS) == {"zone": "Europe/Berlin", "week": WEEK, "holidays": DAYS}


async def test_a_week_is_filled_in_with_the_keyboard_alone(shop: Shop, owner: Agent) -> None:
    await at(owner)
    await sets(owner, "Week")
    await expect(owner.page.get_by_label("Open round the clock, every day")).to_be_checked()
    await owner.page.get_by_label("Open round the clock, every day").press("Space")
    monday = owner.page.get_by_role("group", name="Monday", exact=True)
    await monday.get_by_label("Monday 1: From").fill("08:30")
    await monday.get_by_role("button", name="Add: Monday").press("Enter")
    await monday.get_by_label("Monday 2: From").fill("18:00")
    await monday.get_by_label("Monday 2: To").fill("01:00")
    await expect(monday.get_by_text("the next day")).to_be_visible()
    await monday.get_by_role("button", name="Copy to Tuesday – Friday").press("Enter")
    friday = owner.page.get_by_role("group", name="Friday", exact=True)
    await friday.get_by_role("button", name="Remove: Friday 2").press("Enter")
    await friday.get_by_label("Friday 1: To").fill("00:00")
    await owner.page.get_by_role("button", name="Add: Saturday").press("Enter")
    saturday = owner.page.get_by_role("group", name="Saturday", exact=True)
    await saturday.get_by_label("Saturday 1: From").fill("00:00")
    await saturday.get_by_label("Saturday 1: To").fill("00:00")
    await expect(saturday.get_by_text("All day")).to_be_visible()
    await saved(owner)
    long = [{"from": "08:30", "to": "17:00"}, {"from": "18:00", "to": "01:00"}]
    assert (await shop.call("owner", "GET", HOURS))["week"] == {
        "mon": long, "tue": long, "wed": long, "thu": long,
        "fri": [{"from": "08:30", "to": "24:00"}], "sat": [{"from": "00:00", "to": "24:00"}],
    }  # fmt: skip


async def test_hours_are_drawn_on_a_day_and_joined(shop: Shop, owner: Agent) -> None:
    await shop.call("owner", "PUT", HOURS, {"week": {"mon": [{"from": "10:00", "to": "12:00"}]}})
    await at(owner)
    bar = owner.page.get_by_role("group", name="Monday", exact=True).locator(".day-bar")
    box = await bar.bounding_box()
    assert box is not None

    async def draws(start: float, end: float) -> None:
        y = box["y"] + box["height"] / 2
        await owner.page.mouse.move(box["x"] + box["width"] * start / 24, y)
        await owner.page.mouse.down()
        await owner.page.mouse.move(box["x"] + box["width"] * end / 24, y, steps=4)
        await owner.page.mouse.up()

    await draws(14, 16.5)
    await draws(23.9, 20)
    await draws(9, 10.5)
    await saved(owner)
    assert (await shop.call("owner", "GET", HOURS))["week"] == {
        "mon": [
            {"from": "09:00", "to": "12:00"}, {"from": "14:00", "to": "16:30"}, {"from": "20:00", "to": "24:00"},
        ]
    }  # fmt: skip


async def test_days_that_are_different_once_or_every_year(shop: Shop, owner: Agent) -> None:
    await at(owner)
    await sets(owner, "Holidays")
    await owner.page.get_by_role("button", name="Add: Holidays").click()
    await owner.page.get_by_label("Date").fill("2026-12-24")
    await owner.page.get_by_label("Name").fill("Christmas Eve")
    await owner.page.get_by_label("Open on this day").check()
    await owner.page.get_by_label("Christmas Eve 1: To").fill("14:00")
    await owner.page.get_by_role("button", name="Add: Holidays").click()
    second = owner.page.locator(".dates .days > li").nth(1)
    await second.get_by_label("Every year").check()
    await second.get_by_label("Date: month").select_option("February")
    await second.get_by_label("Date: day").select_option("29")
    await saved(owner)
    assert (await shop.call("owner", "GET", HOURS))["holidays"] == [
        {"date": "2026-12-24", "name": "Christmas Eve", "hours": [{"from": "09:00", "to": "14:00"}]},
        {"date": "02-29"},
    ]


async def test_a_zone_is_found_or_taken_from_the_device_and_what_is_none_is_said(shop: Shop, owner: Agent) -> None:
    await at(owner)
    await sets(owner, "Time zone")
    zone = owner.page.get_by_label("Time zone", exact=True)
    await expect(owner.page.locator("datalist option[value='America/New_York']")).to_have_count(1)
    await owner.page.get_by_role("button", name="Use Asia/Tokyo, as this device does").click()
    await expect(zone).to_have_value("Asia/Tokyo")
    await expect(owner.page.get_by_text("there now.")).to_be_visible()
    await expect(owner.page.locator(".open-now")).to_contain_text("Asia/Tokyo")
    await zone.fill("Mars/Olympus")
    await expect(owner.page.get_by_text("Shown as soon as what is written can be saved.")).to_be_visible()
    await owner.page.get_by_role("button", name="Save", exact=True).click()
    await expect(owner.page.get_by_text("There is no time zone").first).to_be_visible()


async def test_whether_it_is_open_now_follows_what_is_written(shop: Shop, owner: Agent) -> None:
    await at(owner)
    now = owner.page.locator(".open-now")
    await expect(now).to_contain_text("Open now")
    await expect(now).to_contain_text("This does not change.")
    await sets(owner, "Week")
    await owner.page.get_by_label("Open round the clock, every day").uncheck()
    await expect(now.locator("li").first).to_contain_text("s ")
    assert await now.locator("li").count() == 6
    assert await shop.call("owner", "GET", HOURS) == {}


async def test_what_is_wrong_with_hours_is_said_at_the_hours(shop: Shop, owner: Agent) -> None:
    week = {"mon": [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "14:00"}]}
    await shop.call("owner", "PUT", HOURS, {"week": week})
    await at(owner)
    monday = owner.page.get_by_role("group", name="Monday", exact=True)
    await monday.get_by_label("Monday 2: From").fill("11:00")
    await owner.page.get_by_role("button", name="Save", exact=True).click()
    wrong = monday.locator("li").nth(1).get_by_role("alert")
    await expect(wrong).to_have_text("It overlaps another opening of this day.")


async def test_a_group_s_hours_come_from_above_until_they_are_set(shop: Shop, owner: Agent) -> None:
    group = (await shop.call("owner", "POST", "admin/groups", {"name": "Sales"}))["id"]
    await shop.call("owner", "PUT", HOURS, {"zone": "Asia/Tokyo", "week": {}})
    await at(owner, f"?group={group}")
    await expect(owner.page.locator(".open-now")).to_contain_text("Closed now")
    await expect(owner.page.locator(".open-now")).to_contain_text("Asia/Tokyo")
