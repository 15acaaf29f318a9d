"""The floor by itself, and what the load generator could do at most: whether it is the server that is measured."""

import itertools
import os
import time
from random import Random

from bench import floor
from bench.load import drive
from bench.machine import Cores
from bench.mail import Account, Mail
from bench.options import Options
from bench.outcome import Goal, Line, Outcome
from bench.process import Process, answering, free_port


async def measure(options: Options, cores: Cores) -> Outcome:
    mail = Mail(Random(os.urandom(8)))
    users = [mail.user() for _ in range(1_000)]
    requests = [webhook.request for webhook in mail.webhooks([Account(floor.PATH, "s")], users, 10_000)]
    port = free_port()
    with Process(["-m", "bench.floor", str(port)], cores.server) as ground:
        await answering(ground, port)
        before, own = ground.cpu_seconds(), time.process_time()
        tally = await drive(port, itertools.cycle(requests), seconds=options.seconds)
        server = (ground.cpu_seconds() - before) / tally.good * 1e6
        generator = (time.process_time() - own) / tally.good * 1e6
    detail = f"{generator:.0f} µs CPU a request against the server's {server:.0f}; {len(requests[0])} bytes each"
    return Outcome(
        "load",
        [
            Line(
                "floor",
                tally.rate,
                "/s",
                detail=f"p50 {tally.percentile(0.5):.1f}, p99 {tally.percentile(0.99):.1f} ms",
            ),
            Line("what the generator could do, of the floor", server / generator, "×", Goal("≥", 1.2), detail),
        ],
    )
