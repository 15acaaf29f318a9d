"""Three real nodes: processes of their own over one database and one Valkey, spoken to over HTTP."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.stores.servers import MongoServer
from tests.stores.valkey import Valkey, free_port, one

OWNER, PASSWORD = "owner@example.com", "a password for tests"
WAIT_S = 30.0


@dataclass
class Node:
    """`frontdesk serve` as an operator runs it, from the sources at `root` (those of the tests themselves)."""

    folder: Path
    environment: dict[str, str]
    port: int
    root: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        own = {"FRONTDESK_PORT": str(self.port), "FRONTDESK_DATA": str(self.folder)}
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway", "serve"], env={**os.environ, **self.environment, **own},
                stdout=log, stderr=log, cwd=self.root,
            )  # fmt: skip

    def replaced(self, root: Path) -> None:
        """Its next process comes from other sources. The log begins anew: what those before complained of is theirs."""
        self.root = root
        self._log.rename(self.folder.with_suffix(".earlier.log"))

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> str:
        """What its processes said, of the sources it has now."""
        return self._log.read_text()

    @property
    def _log(self) -> Path:
        return self.folder.with_suffix(".log")


class Three:
    def __init__(self, nodes: list[Node], database: MongoServer, valkey: Valkey, http: aiohttp.ClientSession) -> None:
        self.nodes, self.database, self.valkey, self.http = nodes, database, valkey, http
        self.token, self.channel = "", ""

    async def call(self, node: int, method: str, path: str, **body: Any) -> Any:
        """The decoded answer; anything but a success fails."""
        url = f"{self.nodes[node].url}/api/v1{path}"
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.http.request(method, url, json=body or None, headers=headers) as answer:
            text = await answer.text()
            assert answer.status < 300, f"{method} {path}: {answer.status} {text}"
            return await answer.json() if text else None

    async def says(self, node: int, number: int, who: int, text: str) -> int:
        """A customer's message comes to a node; the status that the provider is answered."""
        message = {
            "update_id": number,
            "message": {
                "message_id": number, "date": 1_700_000_000 + number, "text": text,
                "chat": {"id": who, "type": "private", "first_name": "Ann"},
                "from": {"id": who, "is_bot": False, "first_name": "Ann"},
            },
        }  # fmt: skip
        headers = {"X-Telegram-Bot-Api-Secret-Token": "a-secret-of-ours"}
        async with self.http.post(
            f"{self.nodes[node].url}/hooks/{self.channel}", json=message, headers=headers
        ) as answer:
            return answer.status

    async def ready(self, node: int) -> tuple[int, list[str]]:
        async with self.http.get(f"{self.nodes[node].url}/readyz") as answer:
            return answer.status, (await answer.json())["degraded"]

    async def sessions(self, node: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call(node, "GET", "/inbox/sessions?limit=500"))["items"]
        return found

    async def heard(self, node: int) -> dict[str, list[str]]:
        """By customer, what they said, in order."""
        said: dict[str, list[str]] = {}
        for session in await self.sessions(node):
            page = await self.call(node, "GET", f"/inbox/sessions/{session['id']}/messages?limit=500")
            texts = [item["content"]["text"] for item in page["items"] if item["author"]["kind"] == "customer"]
            said.setdefault(session["customer"]["id"], []).extend(texts)
        return said


@asynccontextmanager
async def three(folder: Path) -> AsyncIterator[Three]:
    """Set up, with one Telegram channel and its owner signed in and online."""
    async with started(folder) as house:
        settings = {"bot_token": "1:abc", "secret_token": "a-secret-of-ours", "api_base": "http://127.0.0.1:9"}
        made = await house.call(0, "POST", "/admin/channels", kind="telegram", name="Bot", settings=settings)
        house.channel = made["id"]
        await asyncio.sleep(1.0)  # what was set is in force at all nodes within a second: the promise, not a guess
        yield house


@asynccontextmanager
async def started(
    folder: Path, public_url: str = "http://127.0.0.1:9", root: Path | None = None
) -> AsyncIterator[Three]:
    """Three nodes on empty servers, and the owner signed in."""
    database, valkey = MongoServer(folder / "database", synced=True), await one(folder / "valkey")
    await asyncio.to_thread(database.start)
    environment = {
        "FRONTDESK_STORE": database.url("frontdesk"), "FRONTDESK_REDIS": f"redis://127.0.0.1:{valkey.port}",
        "FRONTDESK_SECRET": "0123456789abcdef0123456789abcdef", "FRONTDESK_LOG": "json",
        "FRONTDESK_ADMIN_EMAIL": OWNER, "FRONTDESK_ADMIN_PASSWORD": PASSWORD,
        "FRONTDESK_PUBLIC_URL": public_url,
    }  # fmt: skip
    nodes = [Node(folder / f"node{number}", environment, free_port(), root) for number in range(3)]
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http:
            house = Three(nodes, database, valkey, http)
            for node in nodes:  # together, on an empty database: one owner is made, and one schema
                node.start()
            for number in range(3):
                await up(house, number)
            house.token = (await house.call(0, "POST", "/auth/login", email=OWNER, password=PASSWORD))["token"]
            assert [agent["role"] for agent in (await house.call(0, "GET", "/admin/agents"))["items"]] == ["owner"]
            yield house
    finally:
        for node in nodes:
            node.kill()
        valkey.kill()
        database.stop()


async def up(house: Three, number: int) -> None:
    async def answers() -> bool:
        try:
            return (await house.ready(number))[0] == 200
        except aiohttp.ClientError:
            assert house.nodes[number].alive, house.nodes[number].log
            return False

    await becomes(answers)


async def becomes(true: Callable[[], Awaitable[bool]], within: float = WAIT_S) -> None:
    async with asyncio.timeout(within):
        while not await true():
            await asyncio.sleep(0.05)
