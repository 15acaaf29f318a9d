"""The HTTP application: which rim answers where. Webhooks stand beside the API, without its decoding and sign-in."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

import inbox
from admin.routes import ROUTES as ADMIN
from api.openapi import served
from api.problems import middleware
from api.rim import Rim
from api.routes import Route, mount
from api.signin import ROUTES as SIGN_IN
from api.times import iso
from core.errors import StoreDown
from core.ports.store import Store
from gateway import files, static, webhooks, widget
from gateway.files import Files
from gateway.metrics import Metrics
from gateway.spool import Spool
from gateway.webhooks import MAX_BODY, Intake

PROBE_S = 2.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """`/readyz`: whether intake can be made durable, and what is wrong besides. `troubles` say what else is."""

    store: Store
    spool: Spool
    troubles: Sequence[Callable[[], str | None]] = ()
    draining: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        if self.draining.is_set():
            return web.json_response({"ready": False, "degraded": ["draining"]}, status=503)
        away, refuses = await self._store(), await self.spool.refuses()
        reasons = [f"store: {away}"] if away else []
        if self.spool.waiting and self.spool.since is not None:
            reasons.append(f"spooling: {self.spool.waiting} webhooks since {iso(self.spool.since)}")
        if refuses:
            reasons.append(f"spool: {refuses}")
        reasons += [reason for trouble in self.troubles if (reason := trouble())]
        ready = not (away and refuses)
        return web.json_response({"ready": ready, "degraded": reasons}, status=200 if ready else 503)

    async def _store(self) -> str | None:
        try:
            async with asyncio.timeout(PROBE_S):
                await self.store.newest()
        except (StoreDown, TimeoutError) as error:
            return str(error) or "it does not answer"
        return None


def table() -> Sequence[Route]:
    """Every route of the API, the one that describes them included."""
    return served((*SIGN_IN, *ADMIN, *inbox.ROUTES))


def application(rim: Rim, intake: Intake, kept: Files, metrics: Metrics, readiness: Readiness) -> web.Application:
    app = web.Application(middlewares=[middleware], client_max_size=MAX_BODY)
    app.add_routes(webhooks.routes(intake))
    app.add_routes(files.routes(kept))
    mount(app, table(), rim)
    inbox.install(app, rim)
    widget.install(app, rim)
    app.add_routes(static.routes(static.DIST))
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/readyz", readiness.answer)
    app.router.add_get("/metrics", metrics.answer)
    return app


async def _alive(request: web.Request) -> web.Response:
    return web.json_response({"alive": True})
