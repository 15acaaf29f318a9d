"""Agents at the desk's own page, for the browser tests; the screens are those of the router's own table."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp
from playwright.async_api import Browser, Locator, expect

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
        await expect(self.page.locator(".waits")).to_have_count(0)

    def button(self, name: str) -> Locator:
        found: Locator = self.page.get_by_role("button", name=name)
        return found


async def at_the_desk(browser: Browser, shop: Shop, email: str, **options: Any) -> Agent:
    """A fresh browser, signed in through the page."""
    visitor = await visiting(browser, **{"viewport": {"width": 1360, "height": 840}, **options})
    agent = Agent(visitor, shop.url)
    await agent.goes("/desk/sign-in")
    await agent.page.locator("input[name=email]").fill(email)
    await agent.page.locator("input[name=password]").fill(PASSWORD)
    await agent.page.locator("button[type=submit]").click()
    await agent.page.get_by_role("navigation").wait_for()
    await agent.settled()
    return agent


def address(screen: str, **params: str) -> str:
    path = SCREENS[screen]["path"]
    for name, value in params.items():
        path = path.replace(f":{name}", value)
    return path


@dataclass
class Customer:
    """Somebody at the widget's own socket."""

    socket: aiohttp.ClientWebSocketResponse
    numbers: "count[int]" = field(default_factory=count)
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def says(self, content: str | dict[str, Any]) -> dict[str, Any]:
        """What the server made of it."""
        said = {"type": "text", "text": content} if isinstance(content, str) else content
        id = f"c{next(self.numbers)}"
        while True:
            await self.socket.send_json({"type": "message", "client_id": id, "content": said})
            frame = await self.until(lambda frame: frame.get("client_id") == id and frame["type"] in ("ack", "error"))
            if frame["type"] == "ack":
                return frame
            assert frame["code"] == "slow_down", frame
            await asyncio.sleep(frame["retry_after"])

    async def until(self, wanted: Any) -> dict[str, Any]:
        while True:
            frame: dict[str, Any] = await self.socket.receive_json(timeout=10)
            self.heard.append(frame)
            if wanted(frame):
                return frame


@asynccontextmanager
async def customer(shop: Shop, name: str = "Grace", **visit: Any) -> AsyncIterator[Customer]:
    visits = f"{shop.url}/widget/{shop.channel}/visits"
    async with shop.http.post(visits, json={"name": name, **visit}) as answer:
        assert answer.status == 201, await answer.text()
        visited = await answer.json()
    async with shop.http.ws_connect(f"{shop.url}/widget/{shop.channel}/socket") as socket:
        await socket.send_json({"type": "auth", "token": visited["token"], "after": visited["cursor"]})
        yield Customer(socket)
