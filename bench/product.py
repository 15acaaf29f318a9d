"""`frontdesk serve` under measurement: its own data directory, set up over its admin API like any other."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.load import drive
from bench.mail import Account, Mail
from bench.process import SERVING, Failed, Process, answering, free_port

EMAIL, PASSWORD = "owner@bench.example", "correct horse battery"
SECRET = "0123456789abcdef0123456789abcdef"


@dataclass(slots=True)
class Product:
    """A running `frontdesk serve`. `ready_s` is how long it took from its start to a 200 of /readyz."""

    process: Process
    port: int
    data: Path
    ready_s: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def rows(self) -> int:
        """Customer messages in the database, each provider id once."""
        return self.ask(
            "SELECT count(DISTINCT provider_id) FROM event WHERE seq IS NOT NULL AND fact = 0"
            " AND json_extract(CAST(body AS TEXT), '$.type') = 'received'"
        )

    def ask(self, sql: str) -> int:
        """One number from the database."""
        with closing(sqlite3.connect(f"file:{self.data / 'frontdesk.db'}?mode=ro", uri=True)) as database:
            return int(database.execute(sql).fetchone()[0])

    async def drained(self, within: float = 120.0) -> None:
        """Wait until the outbox is empty but for timers, and search has caught up."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within
        while self.ask("SELECT count(*) FROM errand WHERE kind <> 'wake_at'") or self._behind():
            if loop.time() > until:
                raise Failed(f"the outbox did not drain within {within:.0f} s:\n{self.process.said()}")
            await asyncio.sleep(0.1)

    def _behind(self) -> bool:
        indexed = "coalesce((SELECT value FROM counter WHERE name = 'indexed'), 0)"
        return self.ask(f"SELECT coalesce((SELECT max(n) FROM event), 0) > {indexed}") == 1


async def started(data: Path, core: int) -> Product:
    """Raises `Failed`."""
    port = free_port()
    environment = {
        "FRONTDESK_PORT": str(port),
        "FRONTDESK_DATA": str(data),
        "FRONTDESK_ADMIN_EMAIL": EMAIL,
        "FRONTDESK_ADMIN_PASSWORD": PASSWORD,
    }
    process = Process(["-m", "gateway", "serve"], core, environment, python=SERVING)
    try:
        ready = await answering(process, port, "/readyz")
    except BaseException:
        process.stop()
        raise
    return Product(process, port, data, ready)


async def warmed(product: Product, accounts: Sequence[Account]) -> None:
    """A first message on each channel: it compiles the channel's rules, ten thousand words among them, once."""
    mail = Mail()
    requests = [mail.webhook(account, mail.user()).request for account in accounts]
    tally = await drive(product.port, iter(requests), connections=1, seconds=60.0)
    if tally.good != len(accounts):
        raise Failed(f"{dict(tally.statuses)} instead of 2xx:\n{product.process.said()}")
    await product.drained()


class Desk:
    """The owner, signed in."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self.token = token
        self._session, self._url = session, url

    @classmethod
    async def signed_in(cls, session: aiohttp.ClientSession, product: Product) -> "Desk":
        desk = cls(session, product.url, "")
        found = await desk.call("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD})
        desk.token = found["token"]
        return desk

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self._session.request(method, f"{self._url}/api/v1{path}", json=body, headers=headers) as response:
            if response.status >= 400:
                raise Failed(f"{method} {path}: {response.status} {await response.text()}")
            return await response.json() if response.content_length else None

    async def channel(self, kind: str, name: str, settings: Mapping[str, Any]) -> str:
        """The new channel's id."""
        made = await self.call("POST", "/admin/channels", {"kind": kind, "name": name, "settings": settings})
        return str(made["id"])

    async def line(self, api_base: str, count: int) -> list[Account]:
        """LINE channels that send to a sink. One is held to LINE's own rate, so a fast bench needs several."""
        settings = {"channel_secret": SECRET, "channel_access_token": "token", "api_base": api_base}
        ids = [await self.channel("line", f"LINE {number}", settings) for number in range(count)]
        return [Account(f"/hooks/{id}", SECRET) for id in ids]

    async def furnish(self, words: Sequence[str]) -> None:
        """Surveys on, a long list of sensitive words, an agent online; the greeting is on by itself."""
        await self.call("PUT", "/admin/settings/surveys", {"on": True, "kind": "stars", "ask_on_close": True})
        lists = [{"name": "bench", "side": "customer", "action": "mask", "words": list(words)}]
        await self.call("PUT", "/admin/settings/words", {"lists": lists})
        await self.call("PUT", "/inbox/me/status", {"status": "online"})
