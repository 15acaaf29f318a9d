"""A company for the browser tests: the whole product on its own port, an agent at work, a site with the widget."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.app import running
from gateway.config import Config, read

EMAIL, PASSWORD = "owner@example.com", "correct horse battery"
SECONDS = 20.0


def configuration(folder: Path) -> Config:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {"FRONTDESK_DATA": str(folder), "FRONTDESK_PORT": str(port)}
    return read(environment | {"FRONTDESK_ADMIN_EMAIL": EMAIL, "FRONTDESK_ADMIN_PASSWORD": PASSWORD})


@dataclass
class Shop:
    """`channel` is the web widget's; `agent` speaks as Mei, who is online."""

    url: str
    http: aiohttp.ClientSession
    channel: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=count)

    async def call(self, who: str, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who in self.tokens else {}
        async with self.http.request(method, f"{self.url}/api/v1/{path}", json=body, headers=headers) as answer:
            assert answer.status < 400, f"{method} {path}: {answer.status} {await answer.text()}"
            return await answer.json() if answer.content_type == "application/json" else None

    async def open(self) -> None:
        await self.sign_in("owner", EMAIL)
        mei = {"name": "Mei", "email": "mei@example.com", "password": PASSWORD, "role": "agent"}
        await self.call("owner", "POST", "admin/agents", mei)
        self.channel = (await self.call("owner", "POST", "admin/channels", {"kind": "web", "name": "Shop"}))["id"]
        await self.call("owner", "PUT", "admin/settings/surveys", {"on": True, "kind": "stars"})
        await self.sign_in("agent", "mei@example.com")
        await self.call("agent", "PUT", "inbox/me/status", {"status": "online"})

    async def sign_in(self, who: str, email: str) -> None:
        answer = await self.call("nobody", "POST", "auth/login", {"email": email, "password": PASSWORD})
        self.tokens[who] = answer["token"]

    async def session(self) -> str:
        """The newest session, once Mei has it."""
        page = await self.until("inbox/sessions?limit=1", lambda page: page["items"] and page["items"][0]["agent"])
        return str(page["items"][0]["id"])

    async def reply(self, session: str, content: object) -> Any:
        body = {"client_id": f"reply-{next(self.numbers)}", "content": content}
        return await self.call("agent", "POST", f"inbox/sessions/{session}/messages", body)

    async def said(self, session: str) -> list[str]:
        """What the customer wrote, as the agent sees it."""
        page = await self.call("agent", "GET", f"inbox/sessions/{session}/messages?limit=500")
        return [item["content"].get("text", "") for item in page["items"] if item["author"]["kind"] == "customer"]

    async def until(self, path: str, holds: Callable[[Any], object]) -> Any:
        """Ask again until what is answered is as it should be."""
        async with asyncio.timeout(SECONDS):
            while not holds(answer := await self.call("agent", "GET", path)):
                await asyncio.sleep(0.02)
            return answer


@asynccontextmanager
async def opened(config: Config) -> AsyncIterator[Shop]:
    async with running(config) as frontdesk, aiohttp.ClientSession() as http:
        shop = Shop(frontdesk.url, http)
        await shop.open()
        yield shop


Page = Callable[[web.Request], Awaitable[web.Response]]


def site(shop: Shop) -> web.Application:
    """Another company's page under the strictest policy there is: nothing inline, no markup from strings."""
    policy = (
        f"default-src 'none'; script-src {shop.url}; connect-src {shop.url} {shop.url.replace('http', 'ws')}; "
        f"img-src {shop.url} data:; base-uri 'none'; require-trusted-types-for 'script'"
    )

    async def page(request: web.Request) -> web.Response:
        options = " ".join(f'data-{key}="{value}"' for key, value in request.query.items())
        html = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Kites</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<main><h1>Kites for every wind</h1><p>Red, blue and green ones. <a href="#kites">See them all</a>.</p></main>
<script async src="{shop.url}/widget.js" data-channel="{shop.channel}" {options}></script></html>"""
        return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": policy})

    app = web.Application()
    app.router.add_get("/", page)
    return app


@asynccontextmanager
async def embedding(shop: Shop) -> AsyncIterator[str]:
    async with TestServer(site(shop)) as server:
        yield str(server.make_url("/"))
