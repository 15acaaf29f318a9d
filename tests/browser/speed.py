"""How quick and how large the pages are, measured in a real browser: by the tests, and by `make bench`."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from playwright.async_api import Page

from core.channel import Received
from core.command import Receive
from core.customer import Address
from core.engine import Engine
from core.message import Text
from core.ports.writing import Cause
from gateway import static
from tests.browser.desk import Agent, customer
from tests.browser.shop import Shop

CHATS = 10_000
PACE_S = (0.11, 0.17, 0.23, 0.29)  # between two messages, so that no rhythm of the browser's is met

# The instant the first chat of the list is in the page, counted from the click that led here.
_FIRST = """
new MutationObserver((_, seen) => {
  if (!document.querySelector(".session")) return;
  seen.disconnect();
  requestAnimationFrame(() => (window.firstScreen = performance.now()));
}).observe(document, { childList: true, subtree: true });
"""
# The instant each message was painted: after the frame that it came into the page before.
_NEWS = """
window.shownAt = {};
const seen = new Set();
new MutationObserver(() => {
  const found = [...document.querySelectorAll(".said[data-id]")].filter((line) => !seen.has(line.dataset.id));
  for (const line of found) seen.add(line.dataset.id);
  if (!found.length) return;
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      for (const line of found) shownAt[line.dataset.id] = performance.timeOrigin + performance.now();
    };
    port2.postMessage(0);
  });
}).observe(document, { childList: true, subtree: true });
"""
# The instant the widget can be opened.
_READY = """
const there = () => {
  const launcher = document.querySelector("frontdesk-widget")?.shadowRoot?.querySelector(".launcher");
  if (!launcher) return false;
  window.widgetReady = performance.now();
  return true;
};
new MutationObserver((_, seen) => {
  const root = document.querySelector("frontdesk-widget")?.shadowRoot;
  if (!root) return;
  seen.disconnect();
  if (there()) return;
  const deeper = new MutationObserver(() => there() && deeper.disconnect());
  deeper.observe(root, { childList: true, subtree: true });
}).observe(document, { childList: true, subtree: true });
"""
_SCRIPT = "performance.getEntriesByType('resource').find(each => each.name.endsWith('/widget.js')).responseEnd"


async def crowd(engine: Engine, channel: str, chats: int = CHATS) -> None:
    """So many customers who each wrote once."""

    async def writes(number: int) -> None:
        said = Received(id=f"m{number}", address=f"visitor-{number}", content=Text(f"Question {number}"), at=0)
        await engine.handle(Address(channel, said.address), Receive(said), Cause(channel, said.id))

    for start in range(0, chats, 250):
        await asyncio.gather(*(writes(number) for number in range(start, min(start + 250, chats))))


async def first_screens(agent: Agent, count: int) -> list[float]:
    """Milliseconds from the click that leads to the inbox until its first chat can be read; of so many loads."""
    await agent.page.add_init_script(_FIRST)
    times = []
    for _ in range(count):
        await agent.goes("/desk/")
        await agent.page.locator(".session").first.wait_for()
        await agent.page.wait_for_function("window.firstScreen")
        times.append(float(await agent.page.evaluate("window.firstScreen")))
    return sorted(times)


async def news(shop: Shop, agent: Agent, count: int, claimed: Callable[[str], Awaitable[object]]) -> list[float]:
    """Milliseconds from a customer's message (its event's own time) until it is painted in the open chat, beside the
    list of all chats. `claimed` makes the chat what it is to be."""
    async with customer(shop, "Grace") as grace:
        await grace.says("Hello")
        session = (await shop.call("owner", "GET", "inbox/sessions?limit=1"))["items"][0]["id"]
        await claimed(session)
        await agent.page.add_init_script(_NEWS)
        await agent.goes(f"/desk/chats/{session}")
        await agent.page.locator(".said.theirs").first.wait_for()
        sent: dict[str, float] = {}
        for number in range(count):
            message = (await grace.says(f"news {number}"))["message"]
            sent[message["id"]] = datetime.fromisoformat(message["at"]).timestamp() * 1000
            await asyncio.sleep(PACE_S[number % len(PACE_S)])
        await agent.page.wait_for_function(f"{json.dumps(list(sent))}.every(id => id in shownAt)")
        shown: dict[str, float] = await agent.page.evaluate("window.shownAt")
    return sorted(shown[id] - at for id, at in sent.items())


async def widget_ready(page: Page, address: str, count: int) -> list[float]:
    """Milliseconds from the script's last byte until the widget can be opened."""
    await page.add_init_script(_READY)
    times = []
    for _ in range(count):
        await page.goto(address)
        await page.wait_for_function("window.widgetReady")
        times.append(float(await page.evaluate(f"window.widgetReady - {_SCRIPT}")))
    return sorted(times)


async def loaded(page: Page) -> int:
    """Compressed bytes of all that the page's own address, scripts, styles and words were, as they came."""
    return int(
        await page.evaluate(
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            ".filter(each => !each.name.includes('/api/')).reduce((sum, each) => sum + each.encodedBodySize, 0)"
        )
    )


def sizes() -> dict[str, int]:
    """Compressed bytes, as they are served."""
    folder = static.DIST / "desk"
    pieces = {file.name.removesuffix(".gz"): file.stat().st_size for file in (folder / "assets").glob("*.gz")}
    page = (folder / "index.html").read_text(encoding="utf-8")
    return {
        "desk: script and style of the first page": sum(size for name, size in pieces.items() if name in page),
        "desk: all pieces": sum(pieces.values()),
        "widget: script": (static.DIST / "widget.js.gz").stat().st_size,
    }


def quantile(sorted_times: list[float], part: float) -> float:
    return sorted_times[min(len(sorted_times) - 1, int(len(sorted_times) * part))]


def figures(times: list[float]) -> dict[str, Any]:
    return {"p50": round(quantile(times, 0.5), 1), "p90": round(quantile(times, 0.9), 1), "worst": round(times[-1], 1)}
