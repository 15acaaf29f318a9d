"""A real Chromium, without a network beyond this machine; and what every page must not do: complain."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from gateway import static
from gateway.config import Config
from tests.browser.shop import Shop, configuration, embedding, opened
from tests.house.tree import ROOT

ARTEFACTS = ROOT / "tests" / "artefacts"
PATIENCE_MS = 15_000  # of a page on a machine that tests two things at once; a speed has its own test
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
]  # fmt: skip
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    assert (static.DIST / "widget.js").is_file(), "the web assets are not built: run `make web`"
    return configuration(tmp_path / "data")


@pytest.fixture
async def shop(config: Config) -> AsyncIterator[Shop]:
    async with opened(config) as shop:
        yield shop


@pytest.fixture
async def site(shop: Shop) -> AsyncIterator[str]:
    """The address of a page of another company that embeds the widget."""
    async with embedding(shop) as url:
        yield url


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert found, "the browser tests need Chromium: sudo apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, headless=True, args=FLAGS)
        yield browser
        await browser.close()


@dataclass
class Visitor:
    """Somebody at a browser. `complaints` is what the browser's console said that it should not."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    async def goes(self, url: str) -> None:
        await self.page.goto(url)
        if "channel" not in url:
            await self.launcher.wait_for()

    @property
    def launcher(self) -> Locator:
        return self.page.locator("frontdesk-widget .launcher")

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def bubbles(self) -> Locator:
        return self.panel.locator(".bubble:not(.typing)")

    async def writes(self, text: str) -> None:
        await self.panel.locator(".composer").get_by_role("textbox").fill(text)
        await self.panel.locator(".composer").get_by_role("textbox").press("Enter")

    async def hears(self, text: str) -> Locator:
        """A message with this text, exactly once."""
        found = self.bubbles.filter(has_text=text)
        await found.first.wait_for()
        assert await found.count() == 1
        return found

    async def texts(self) -> list[str]:
        return await self.bubbles.all_inner_texts()

    async def pictured(self, name: str) -> None:
        ARTEFACTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=ARTEFACTS / f"{name}.png", animations="disabled")

    async def barriers(self) -> list[str]:
        """What axe finds on this page that keeps people out: its serious and critical findings."""
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]


async def visiting(browser: Browser, **options: Any) -> Visitor:
    context = await browser.new_context(**{"viewport": {"width": 1100, "height": 760}, "locale": "en-US", **options})
    context.set_default_timeout(PATIENCE_MS)
    visitor = Visitor(context, await context.new_page())
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    visitor.page.on(
        "console", lambda said: visitor.complaints.append(said.text) if said.type in ("error", "warning") else None
    )
    return visitor


@pytest.fixture
async def visitor(browser: Browser, site: str) -> Visitor:
    """At the site, in English, at a desk."""
    visitor = await visiting(browser)
    await visitor.goes(site)
    return visitor
