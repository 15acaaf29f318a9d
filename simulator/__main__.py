"""`python -m simulator --port 8081`: the simulator on its own, until interrupted."""

import argparse
import asyncio
import logging
import signal

from simulator.app import Simulator


def main() -> None:
    parser = argparse.ArgumentParser(prog="simulator", description="LINE, Twilio, Meta and Telegram on localhost")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--time-scale", type=float, default=1.0, help="of the providers' retries: 0.1 is 10 × faster")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(_serve(options.host, options.port, options.time_scale))


async def _serve(host: str, port: int, time_scale: float) -> None:
    sim = Simulator(time_scale)
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    await sim.start(host, port)
    print(f"Simulator: {sim.url}", flush=True)
    try:
        await stop.wait()
    finally:
        await sim.stop()


if __name__ == "__main__":
    main()
