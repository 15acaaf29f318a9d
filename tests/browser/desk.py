"""Agents at the desk's own page, for the browser tests; the screens are those of the router's own table."""

import json
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Locator

from tests.browser.conftest import Visitor, visiting
from tests.browser.shop import PASSWORD, Shop
from tests.house.tree import ROOT

SCREENS: dict[str, dict[str, str]] = json.loads(
    (ROOT / "web" / "src" / "desk" / "screens.json").read_text(encoding="utf-8")
)


@dataclass
class Agent:
    """Somebody signed in at the desk."""

    visitor: Visitor
    url: str

    @property
    def page(self) -> Any:
        return self.visitor.page

    async def goes(self, path: str) -> None:
        await self.page.goto(self.url + path)
        await self.settled()

    async def settled(self) -> None:
        """The screen is there and nothing on it waits."""
        await self.page.locator("main").first.wait_for()
        await self.page.wait_for_function("!document.querySelector('.waits')")

    def button(self, name: str) -> Locator:
        found: Locator = self.page.get_by_role("button", name=name)
        return found


async def at_the_desk(browser: Browser, shop: Shop, email: str, **options: Any) -> Agent:
    """A fresh browser, signed in through the page."""
    visitor = await visiting(browser, **{"viewport": {"width": 1360, "height": 840}, **options})
    agent = Agent(visitor, shop.url)
    await agent.goes("/desk/sign-in")
    await agent.page.get_by_label("E-mail").fill(email)
    await agent.page.get_by_label("Password").fill(PASSWORD)
    await agent.button("Sign in").click()
    await agent.page.get_by_role("navigation").wait_for()
    await agent.settled()
    return agent


def address(screen: str, **params: str) -> str:
    path = SCREENS[screen]["path"]
    for name, value in params.items():
        path = path.replace(f":{name}", value)
    return path
