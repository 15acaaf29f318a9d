"""What stands before three nodes: any request goes to one of them, or to the next where nobody listens."""

from collections.abc import Sequence
from random import Random
from typing import Self

import aiohttp
from aiohttp import web

DROPPED = {"host", "content-length", "transfer-encoding", "connection"}


class Balancer:
    """Used as `async with Balancer(random) as balancer`; `ports` are the nodes'. It tries a request again only where
    there was no connection: what was handed over may have been done."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.ports: Sequence[int] = ()
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=8 << 20)
        app.router.add_route("*", "/{tail:.*}", self._forward)
        self._http = aiohttp.ClientSession(auto_decompress=False)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._runner.cleanup()
        await self._http.close()

    async def _forward(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in DROPPED]
        for port in self._random.sample(self.ports, len(self.ports)):
            url = f"http://127.0.0.1:{port}{request.raw_path}"
            try:
                async with self._http.request(request.method, url, headers=headers, data=body) as answer:
                    text = await answer.read()
            except aiohttp.ClientConnectorError:
                continue
            except aiohttp.ClientError as error:
                raise web.HTTPBadGateway(text=repr(error)) from error
            kind = answer.headers.get("content-type", "text/plain")
            return web.Response(status=answer.status, body=text, headers={"content-type": kind})
        raise web.HTTPBadGateway(text="no node listens")
