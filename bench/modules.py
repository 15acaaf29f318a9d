"""Prints which channel SDKs a Frontdesk of this environment has loaded once it serves: `python -m bench.modules`."""

import asyncio
import os
import sys

import uvloop

from gateway import config, logs
from gateway.app import running

SDKS = ("linebot", "twilio", "telegram")


async def _loaded() -> None:
    settings = config.read(os.environ)
    logs.configure(settings.log)
    async with running(settings):
        await asyncio.sleep(0.5)
        print("LOADED " + ",".join(name for name in SDKS if name in sys.modules))


if __name__ == "__main__":
    uvloop.run(_loaded())
