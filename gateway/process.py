"""The process: how it is asked to stop, and how its memory is kept quiet."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable


def settle_memory() -> None:
    """What is there after the start stays: keep the collector from walking it, and let it look less often.

    Messages are made of frozen values without cycles; the default threshold cost 10 % of a webhook's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    # The writer thread lets go of the interpreter at every step of SQLite; to force it in between only costs.
    sys.setswitchinterval(0.02)


def stopped() -> asyncio.Event:
    """Set when the process is asked to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, _once(stop, name))
    return stop


def _once(stop: asyncio.Event, name: signal.Signals) -> Callable[[], None]:
    def asked() -> None:
        if stop.is_set():
            signal.signal(name, signal.SIG_DFL)
            os.kill(os.getpid(), name)
        stop.set()

    return asked
