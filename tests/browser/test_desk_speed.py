"""How quick the inbox is with ten thousand chats; the figures go to the artefacts and to the run's output."""

import asyncio
import json
from collections.abc import AsyncIterator
from statistics import median
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from gateway.app import running
from gateway.config import Config
from tests.browser import speed
from tests.browser.conftest import ARTEFACTS
from tests.browser.desk import at_the_desk
from tests.browser.shop import EMAIL, Shop

FIRST_SCREEN_MS, NEWS_MS = 1_000, 50

pytestmark = [pytest.mark.serial, pytest.mark.timeout(300)]


@pytest.fixture
async def crowded(config: Config) -> AsyncIterator[Shop]:
    async with running(config) as desk, aiohttp.ClientSession() as http:
        shop = Shop(desk.url, http)
        await shop.open()
        await shop.call("agent", "PUT", "inbox/me/status", {"status": "busy"})

        await speed.crowd(desk.engine, shop.channel)
        yield shop


def noted(figures: dict[str, Any]) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    path = ARTEFACTS / "desk-figures.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(known | figures, indent=2))
    print("\n" + json.dumps(figures, indent=2))


async def test_the_first_screen_and_the_whole_list_with_ten_thousand_chats(crowded: Shop, browser: Browser) -> None:
    boss = await at_the_desk(browser, crowded, EMAIL)
    await boss.button("All").click()
    times = await speed.first_screens(boss, 5)
    rows = boss.page.locator(".session")
    list_ = boss.page.locator(".sessions")
    async with asyncio.timeout(60):
        while await boss.page.locator(".sessions li[aria-setsize]").first.get_attribute("aria-setsize") == "-1":
            await list_.evaluate("box => box.scrollTo(0, box.scrollHeight)")
            await asyncio.sleep(0.05)
    await expect(boss.page.locator(".sessions li").first).to_have_attribute("aria-setsize", str(speed.CHATS))
    assert await rows.count() < 60, "only what can be seen is in the page"
    await boss.visitor.pictured("desk-ten-thousand")
    # One frame's work while all of them are loaded: scrolling through the list, and a new chat that comes on top.
    frames = await list_.evaluate(
        """async box => {
          const times = [];
          for (let step = 0; step < 60; step++) {
            const start = performance.now();
            box.scrollTo(0, box.scrollHeight * Math.random());
            await new Promise(requestAnimationFrame);
            await new Promise(requestAnimationFrame);
            times.push((performance.now() - start) / 2);
          }
          return times.sort((a, b) => a - b);
        }"""
    )
    figures = {
        "first screen with 10,000 chats, ms, five loads": [round(each) for each in times],
        "a frame while scrolling through 10,000 chats, ms, median and worst of 60": [
            round(frames[30], 1),
            round(frames[-1], 1),
        ],
    }
    noted(figures)
    assert median(times) < FIRST_SCREEN_MS
    assert boss.visitor.complaints == []


async def test_a_new_message_is_on_the_screen_soon_after_its_event(crowded: Shop, browser: Browser) -> None:
    boss = await at_the_desk(browser, crowded, EMAIL)
    await boss.button("All").click()

    async def left_waiting(session: str) -> None:
        """A chat that nobody has, as the owner sees it."""

    late = await speed.news(crowded, boss, 40, left_waiting)
    noted({"a new message painted after its event, with 10,000 chats, ms": speed.figures(late)})
    assert speed.quantile(late, 0.5) < NEWS_MS


def test_the_scripts_are_small_and_the_widget_shares_nothing_with_the_desk() -> None:
    found = speed.sizes()
    noted({f"{name}, bytes, compressed": size for name, size in found.items()})
    assert found["desk: script and style of the first page"] < 90_000
    assert found["widget: script"] < 20_000
