"""The HTTP application: which rim answers where. Webhooks stand beside the API, without its decoding and sign-in."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web

import inbox
from admin.routes import ROUTES as ADMIN
from api.openapi import served
from api.problems import middleware
from api.rim import Rim
from api.routes import Route, mount
from api.signin import ROUTES as SIGN_IN
from core.errors import StoreDown
from core.ports import Store
from gateway import files, static, webhooks, widget
from gateway.files import Files
from gateway.metrics import Metrics
from gateway.webhooks import MAX_BODY, Intake

PROBE_S = 2.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """`/readyz`: whether intake can be made durable, and what is wrong besides."""

    store: Store
    draining: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        if self.draining.is_set():
            return web.json_response({"ready": False, "degraded": ["draining"]}, status=503)
        try:
            async with asyncio.timeout(PROBE_S):
                await self.store.newest()
        except (StoreDown, TimeoutError) as error:
            reason = str(error) or "the store does not answer"
            return web.json_response({"ready": False, "degraded": [f"store: {reason}"]}, status=503)
        return web.json_response({"ready": True, "degraded": []})


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
