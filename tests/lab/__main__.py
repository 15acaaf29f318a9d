"""Run one world, or many side by side: `python -m tests.lab --seed 1 --days 3`."""

import argparse
import os
import sys
import time

from tests.lab.world import World


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=float, default=2)
    parser.add_argument("--a-day", type=int, default=500)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    began = time.perf_counter()
    world = World(options.seed, options.days, a_day=options.a_day)
    world.run()
    print(f"seed {options.seed} hash {world.trace.digest()} {time.perf_counter() - began:.1f} s")
    print("messages", len(world.ledger.posted), "replies", world.people.replies, "acked", len(world.ledger.acknowledged))
    if options.verbose:
        for what, times in sorted(world.counts.items()):
            print(f"  {times:8} {what}")
    for law, how in world.broken[:10]:
        print("BROKEN", law, how)
    sys.stdout.flush()
    os._exit(1 if world.broken else 0)  # what belongs to dead nodes is not to be woken by a tidy end


main()
