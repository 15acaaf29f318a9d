"""An idle Frontdesk: its memory, the SDKs it has loaded, and how long it is away when killed with a full database."""

import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path
from random import Random

import aiohttp

from bench import big, sink
from bench.load import drive
from bench.machine import Cores
from bench.mail import Mail
from bench.options import Options
from bench.outcome import Goal, Line, Outcome
from bench.process import ROOT, SERVING, Failed, Process, free_port
from bench.product import SECRET, Desk, Product, started

SETTLE_S = 3.0  # until the first checks and housekeeping are over
BIG = ROOT / "bench" / "results" / "big"
FULL, SMALL = big.Size(100_000, 1_000_000), big.Size(5_000, 50_000)


async def measure(options: Options, cores: Cores) -> Outcome:
    lines = await _idle(cores)
    lines += await _restart(cores, SMALL if options.quick else FULL)
    return Outcome("memory", lines)


# --- idle --------------------------------------------------------------------------------------------------------


async def _idle(cores: Cores) -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        async with sink.listening() as provider, aiohttp.ClientSession() as session:
            data = Path(folder)
            await _rss(data, cores)  # the first start hashes a password, whose memory is not that of an idle server
            empty = await _rss(data, cores)
            product = await started(data, cores.server)
            with product.process:
                desk = await Desk.signed_in(session, product)
                await desk.channel("web", "Web", {})
            with_web, loaded = await _rss(data, cores), await _sdks(data, cores)
            product = await started(data, cores.server)
            with product.process:
                desk = await Desk.signed_in(session, product)
                for kind, settings in _settings(provider.base).items():
                    await desk.channel(kind, kind, settings)
            every, all_loaded = await _rss(data, cores), await _sdks(data, cores)
    goal = Goal("≤", 130.0)
    return [
        Line("idle, no channel", empty, "MiB", goal),
        Line("idle, a web channel", with_web, "MiB", goal),
        Line("idle, one channel of each kind", every, "MiB", goal),
        Line("SDKs loaded for a web channel alone", len(loaded), "", Goal("≤", 0), ", ".join(loaded) or "none"),
        Line("SDKs loaded for all kinds", len(all_loaded), "", None, ", ".join(all_loaded) or "none"),
    ]


def _settings(api_base: str) -> dict[str, dict[str, str]]:
    secret = "0" * 32
    return {
        "line": {"channel_secret": SECRET, "channel_access_token": "token", "api_base": api_base},
        "telegram": {"bot_token": f"1:{secret}", "secret_token": secret, "api_base": api_base},
        "whatsapp": {
            "account_sid": f"AC{secret}", "auth_token": secret, "from": "whatsapp:+15005550006", "api_base": api_base,
        },
        "whatsapp-cloud": {
            "phone_number_id": "1", "access_token": secret, "app_secret": secret, "verify_token": secret,
            "api_base": api_base,
        },
    }  # fmt: skip


async def _rss(data: Path, cores: Cores) -> float:
    product = await started(data, cores.server)
    with product.process:
        await asyncio.sleep(SETTLE_S)
        return product.process.rss_mib()


async def _sdks(data: Path, cores: Cores) -> list[str]:
    environment = {"FRONTDESK_DATA": str(data), "FRONTDESK_PORT": str(free_port())}
    with Process(["-m", "bench.modules"], cores.server, environment, python=SERVING) as process:
        for _ in range(600):
            if not process.alive():
                break
            await asyncio.sleep(0.05)
        said = next((line for line in process.said().splitlines() if line.startswith("LOADED")), None)
        if said is None:
            raise Failed(f"which modules are loaded was not told:\n{process.said()}")
        return [name for name in said.removeprefix("LOADED").strip().split(",") if name]


# --- killed ------------------------------------------------------------------------------------------------------


async def _restart(cores: Cores, size: big.Size) -> list[Line]:
    async with sink.listening() as provider, aiohttp.ClientSession() as session:
        if big.made(BIG) != size:
            await _fill(session, provider, cores, size)
        product = await started(BIG, cores.server)
        try:
            desk = await Desk.signed_in(session, product)
            account = (await desk.line(provider.base, 1))[0]
            mail = Mail(Random(os.urandom(8)))
            users = [mail.user() for _ in range(500)]
            hooks = [webhook.request for webhook in mail.webhooks([account], users, 20_000)]
            rows = product.rows()
            tally = await drive(product.port, iter(hooks), seconds=2.0)
            killed = time.perf_counter()
            product.process.kill()
        finally:
            product.process.stop()
        product = await started(BIG, cores.server)
        away = time.perf_counter() - killed
        with product.process:
            kept = product.rows() - rows
            await asyncio.sleep(SETTLE_S)
            rss = product.process.rss_mib()
    if kept != tally.good:
        raise Failed(f"{tally.good} webhooks were answered 2xx before the kill and {kept} messages are there after it")
    detail = (
        f"{size.sessions:,} open sessions, {size.messages:,} messages, killed under load; no acknowledged row missing"
    )
    return [
        Line("from kill -9 to ready", away, "s", Goal("≤", 2.0), detail),
        Line("memory with that database", rss, "MiB"),
    ]


async def _fill(session: aiohttp.ClientSession, provider: sink.Sink, cores: Cores, size: big.Size) -> None:
    shutil.rmtree(BIG, ignore_errors=True)
    BIG.mkdir(parents=True)
    product: Product = await started(BIG, cores.server)
    with product.process:
        desk = await Desk.signed_in(session, product)
        account = (await desk.line(provider.base, 1))[0]
    print(f"making a database of {size.messages:,} messages in {BIG.relative_to(ROOT)} (once) …", flush=True)
    await asyncio.to_thread(big.fill, BIG, account.path.rpartition("/")[2], size)
