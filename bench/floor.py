"""F0, what everything is held against: a bare aiohttp POST handler on uvloop that reads the body and answers 200.

`python -m bench.floor PORT` serves it.
"""

import asyncio
import sys

import uvloop
from aiohttp import web

PATH = "/hook"


async def _hook(request: web.Request) -> web.Response:
    await request.read()
    return web.Response()


async def _alive(request: web.Request) -> web.Response:
    return web.Response()


async def serve(port: int) -> None:
    app = web.Application()
    app.router.add_post(PATH, _hook)
    app.router.add_get("/", _alive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
