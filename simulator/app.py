"""The simulator as one web application: four look-alikes, the control API and the page; and as an object for tests."""

from collections.abc import Callable
from typing import Any, Self

from aiohttp import web

from simulator import control, page
from simulator.guard import same_origin_only
from simulator.lookalikes import LOOKALIKES, Lookalikes
from simulator.world import wall_ms

LARGEST_UPLOAD = 64 * 1024 * 1024


class Simulator(Lookalikes):
    """Used in one process with tests: `async with Simulator(time_scale=0.001) as sim: account = sim.line.account(...)`.
    A channel's `api_base` is `f"{sim.url}/line"`, `/twilio`, `/meta` or `/telegram`."""

    def __init__(self, time_scale: float = 1.0, seed: int | None = None, now: Callable[[], int] = wall_ms) -> None:
        super().__init__(time_scale, seed, now)
        self._runner: web.AppRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Port 0 takes a free one; `url` tells which."""
        runner = web.AppRunner(create_app(self), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        bound = runner.addresses[0][1]
        self.world.url = f"http://{host}:{bound}"

    async def stop(self) -> None:
        self.world.stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def settle(self) -> None:
        """Returns when no webhook of any account is under way."""
        for account in self.accounts():
            await account.settle()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()


def create_app(sim: Simulator | None = None) -> web.Application:
    """For a server of one's own; `sim.world.url` must then be set to where it listens."""
    simulator = sim or Simulator()
    app = web.Application(client_max_size=LARGEST_UPLOAD, middlewares=[same_origin_only])
    app[LOOKALIKES] = simulator
    for look in simulator.providers.values():
        app.add_routes(look.routes())
    app.add_routes(control.routes())
    app.add_routes(page.routes())

    async def world_open(_: web.Application) -> Any:
        await simulator.world.open()
        yield
        await simulator.world.close()

    app.cleanup_ctx.append(world_open)
    return app
