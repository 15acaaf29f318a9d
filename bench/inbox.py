"""What people see, in a real Chromium beside the server: the inbox with 10,000 chats, a new message, the widget."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from playwright.async_api import Browser, async_playwright

from bench.machine import Cores
from bench.options import Options
from bench.outcome import Goal, Line, Outcome
from bench.process import Failed
from bench.product import started
from gateway import static
from gateway.app import running
from tests.browser import speed
from tests.browser.conftest import CHROMIUM, FLAGS, visiting
from tests.browser.desk import Agent, at_the_desk
from tests.browser.shop import EMAIL, Shop, configuration, embedding

MEI = "mei@example.com"
FIRST_SCREEN, NEWS, READY = Goal("≤", 1_000), Goal("≤", 50), Goal("≤", 150)
WIDGET = Goal("≤", 20)  # kB of script before the first message


async def measure(options: Options, cores: Cores) -> Outcome:
    if not (static.DIST / "widget.js").is_file():
        raise Failed("the web assets are not built: run `make web`")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        channel = await _filled(data)
        product = await started(data, cores.server)
        with product.process:
            async with aiohttp.ClientSession() as http, _chromium(cores) as browser:
                shop = Shop(product.url, http, channel)
                await shop.sign_in("owner", EMAIL)
                await shop.sign_in("agent", MEI)
                lines = await _desk(options, shop, browser)
                return Outcome("inbox", [*lines, *await _widget(options, shop, browser)], [_HOW])


_HOW = (
    "Chromium without a graphics card and whoever measures run on both cores, the server on one of them; a message "
    "counts from its event's own time (before it is durable) until the frame with it was painted, in an agent's own "
    "chat beside the list of all chats"
)


async def _filled(data: Path) -> str:
    """A data directory with 10,000 customers who wait; the id of its web channel."""
    async with running(configuration(data)) as frontdesk, aiohttp.ClientSession() as http:
        shop = Shop(frontdesk.url, http)
        await shop.open()
        await shop.call("agent", "PUT", "inbox/me/status", {"status": "busy"})
        await speed.crowd(frontdesk.engine, shop.channel)
        return shop.channel


@asynccontextmanager
async def _chromium(cores: Cores) -> AsyncIterator[Browser]:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        raise Failed("there is no Chromium. Run: sudo apt-get install chromium")
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cores.server, cores.rest})  # whom it starts inherits this
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=found, headless=True, args=FLAGS)
            yield browser
            await browser.close()
    finally:
        os.sched_setaffinity(0, mine)


async def _desk(options: Options, shop: Shop, browser: Browser) -> list[Line]:
    mei = await at_the_desk(browser, shop, MEI)
    first_load = await speed.loaded(mei.page)
    await mei.button("All").click()
    claim = "inbox/sessions/{}/claim".format
    screens = await speed.first_screens(mei, 3 if options.quick else 15)
    late = await speed.news(
        shop, mei, 20 if options.quick else 200, lambda session: shop.call("agent", "POST", claim(session))
    )
    _must_be_well(mei)
    return [
        Line(
            f"first screen with {speed.CHATS:,} chats, p50", speed.quantile(screens, 0.5), "ms", FIRST_SCREEN,
            f"p90 {speed.quantile(screens, 0.9):.0f}, of {len(screens)} loads",
        ),
        Line("new message on screen, p50", speed.quantile(late, 0.5), "ms", NEWS, f"{len(late)} messages"),
        Line(
            "new message on screen, p90", speed.quantile(late, 0.9), "ms", NEWS,
            f"p99 {speed.quantile(late, 0.99):.0f}",
        ),
        Line("desk's first load, compressed", first_load / 1000, "kB", detail="page, scripts, styles; English"),
    ]  # fmt: skip


async def _widget(options: Options, shop: Shop, browser: Browser) -> list[Line]:
    async with embedding(shop) as address:
        visitor = await visiting(browser)
        ready = await speed.widget_ready(visitor.page, address, 5 if options.quick else 30)
    script = speed.sizes()["widget: script"]
    return [
        Line(
            "widget ready after its script, p50", speed.quantile(ready, 0.5), "ms", READY,
            f"p90 {speed.quantile(ready, 0.9):.0f}, of {len(ready)} loads",
        ),
        Line("widget's script before the first message, compressed", script / 1000, "kB", WIDGET),
    ]  # fmt: skip


def _must_be_well(agent: Agent) -> None:
    if agent.visitor.complaints:
        raise Failed(f"the browser complained: {agent.visitor.complaints}")
