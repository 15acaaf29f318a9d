"""`python -m bench [--quick] [--only NAME …]`: run the benchmarks, print one table, write bench/results/latest.json."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import uvloop

from bench import ceiling, desk, growth, inbound, inbox, memory, mongo, socket, turn, words
from bench.machine import Cores, cores, facts
from bench.options import Options
from bench.outcome import Outcome, as_json, shown
from bench.process import ROOT, Failed

Measure = Callable[[Options, Cores], Awaitable[Outcome]]

ALL: Mapping[str, Measure] = {
    "load": ceiling.measure,
    "inbound": inbound.measure,
    "turn": turn.measure,
    "socket": socket.measure,
    "memory": memory.measure,
    "words": words.measure,
    "desk": desk.measure,
    "inbox": inbox.measure,
    "growth": growth.measure,
    "mongo": mongo.measure,
}


BUSY = 2.5  # over five minutes; the benchmarks themselves make about two


def main() -> int:
    """0 if everything could be measured, whatever the verdicts; 1 if something failed or a row was lost."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a second of each, to see that it works")
    parser.add_argument("--only", action="append", choices=list(ALL), metavar="NAME", help=", ".join(ALL))
    asked = parser.parse_args()
    chosen = cores()
    machine = facts()
    os.sched_setaffinity(0, {chosen.rest})
    outcomes, failures = uvloop.run(_run(Options(quick=asked.quick), chosen, asked.only or list(ALL)))
    print(f"\n{shown(outcomes)}\n\n{_words(machine, chosen)}")
    _write(outcomes, failures, machine, quick=asked.quick)
    for name, reason in failures.items():
        print(f"\n{name} FAILED: {reason}", file=sys.stderr)
    return 1 if failures else 0


async def _run(options: Options, chosen: Cores, names: list[str]) -> tuple[list[Outcome], dict[str, str]]:
    outcomes: list[Outcome] = []
    failures: dict[str, str] = {}
    for name in names:
        print(f"{name} …", flush=True)
        try:
            outcomes.append(await ALL[name](options, chosen))
            print(shown(outcomes[-1:]), flush=True)  # and all together at the end: it takes the better part of an hour
        except (Failed, OSError) as error:
            failures[name] = str(error)
            print(f"FAILED: {error}", file=sys.stderr)
        await asyncio.sleep(0.2)
    return outcomes, failures


def _words(machine: Mapping[str, object], chosen: Cores) -> str:
    where = "ONE core for everything: ratios mean little" if chosen.shared else "server and load on a core each"
    busy = "; the machine was BUSY: take the figures again when it is not" if os.getloadavg()[1] > BUSY else ""
    return (
        f"{machine['cpu']}, Python {machine['python']}, SQLite {machine['sqlite']}; {where}; "
        f"load average at the start {machine['load_average']}{busy}"
    )


def _write(outcomes: list[Outcome], failures: Mapping[str, str], machine: Mapping[str, object], *, quick: bool) -> None:
    folder = ROOT / "bench" / "results"
    folder.mkdir(parents=True, exist_ok=True)
    found = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "quick": quick,
        "machine": machine,
        "results": as_json(outcomes),
        "failures": dict(failures),
    }
    (folder / "latest.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
