"""The receiving side of webhooks, as a small real server: keeps what came and answers what it is told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import msgspec
from aiohttp import web
from multidict import CIMultiDictProxy


@dataclass(frozen=True, slots=True)
class Hook:
    url: str
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass(slots=True)
class Business:
    """`answers` are used up one a webhook, then 200. `gate`: webhooks wait until it is set."""

    hooks: list[Hook] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    in_flight: int = 0
    most_in_flight: int = 0
    url: str = ""
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        self.gate.set()
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", self._hook)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Asked again after every webhook. Raises TimeoutError after 5 s."""
        async with asyncio.timeout(20), self.changed:
            await self.changed.wait_for(holds)

    async def _hook(self, request: web.Request) -> web.Response:
        self.hooks.append(Hook(self.url + request.raw_path, request.headers, await request.read()))
        self.in_flight += 1
        async with self.changed:
            self.changed.notify_all()
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await self.gate.wait()
        self.in_flight -= 1
        return self.answers.pop(0) if self.answers else web.Response()
