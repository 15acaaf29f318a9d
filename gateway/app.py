"""Frontdesk started in order, served, stopped in reverse; a half start is unwound."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

import structlog
from aiohttp import web

from api.auth import Auth
from api.directory import Directory
from api.rim import Rim
from core.engine import Engine
from core.errors import StoreDown, StoreUnfit
from gateway.assembly import assembled
from gateway.background import DRAIN_S
from gateway.config import BadConfiguration, Config
from gateway.open_store import OpenStore
from gateway.parts import Parts
from gateway.web import Readiness, application

# A drain takes 3 + 10 + 10 s and a second for each thing that is closed: supervisors are to wait for 30.
NOTICE_S = 3.0  # for proxies that ask /readyz each second to send the next ones elsewhere
AGAIN_S = 2.0  # between two attempts to start while the store is away

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Frontdesk:
    """A running one. `url` is where it listens."""

    config: Config
    store: OpenStore
    directory: Directory
    auth: Auth
    engine: Engine
    rim: Rim
    url: str


@asynccontextmanager
async def running(config: Config, *, stop: asyncio.Event | None = None) -> AsyncIterator[Frontdesk]:
    """Start, serve until the block is left, stop. Raises `Error` with a sentence if it cannot start.

    With `stop`, a store on another machine that is away is waited for until that is set.
    """
    async with AsyncExitStack() as stack:
        parts = await _patiently(config, stack, stop)
        url = await _listening(parts, config, stack)
        rim = parts.rim
        yield Frontdesk(config, parts.ground.store, rim.directory, rim.auth, rim.engine, rim, url)


async def _patiently(config: Config, stack: AsyncExitStack, stop: asyncio.Event | None) -> Parts:
    while True:
        try:
            async with AsyncExitStack() as half:
                parts = await assembled(config, half)
                await stack.enter_async_context(half.pop_all())
                return parts
        except StoreUnfit:
            raise
        except StoreDown as error:
            if stop is None or stop.is_set() or not config.shared:
                raise
            log.warning("store.away", reason=str(error), again_in_seconds=AGAIN_S)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), AGAIN_S)


async def _listening(parts: Parts, config: Config, stack: AsyncExitStack) -> str:
    ground = parts.ground
    readiness = Readiness(ground.store, ground.spool, (lambda: ground.feed.trouble,))
    app = application(parts.rim, parts.intake, parts.files, parts.metrics, readiness)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN_S)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, config.host, config.port, backlog=1024)
    try:
        await site.start()
    except OSError as error:
        raise BadConfiguration(
            f"FRONTDESK_HOST and FRONTDESK_PORT: {config.host}:{config.port} cannot be listened on "
            f"({error.strerror or error})."
        ) from error

    async def drain() -> None:
        readiness.draining.set()
        if config.shared:
            await asyncio.sleep(NOTICE_S)

    stack.push_async_callback(drain)
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"
