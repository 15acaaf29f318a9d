"""The simulation from the command line: one world for each seed, as many at once as there are processors.

`python -m tests.lab` runs a few days; with LAB=long a thousand, with LAB=ci as many as fit into four minutes.
Exit status 1 if a law was broken (with the command that repeats it), or if the run proved less than it must.
"""

import argparse
import gc
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from coverage import Coverage

FAULTS = (
    "kill", "freeze", "partition", "slow store", "flaky store", "clock jump", "provider in trouble", "disk full",
    "store away", "store failed before", "store failed after", "connection reset", "provider hung", "provider refused",
    "provider failed", "provider throttled", "webhook refused", "webhook unanswered", "webhook sent twice",
)  # fmt: skip
COVERED = ("connectors", "core", "routing")
MEASURED = 2  # worlds, the first ones: what they reach together
SIZES = {"": (3, 2.0), "ci": (50, 4.0), "long": (50, 20.0)}  # worlds, days each
CI_MINUTES = 3.0  # then no further one is begun; the last takes most of another
LEAST = {"ci": (200, 20), "long": (1000, 200)}  # faults, and how many of them are kills
LEAST_REACHED = {"connectors": 90.0, "core": 90.0, "routing": 90.0}  # percent of statements


def main() -> int:
    options = _options()
    if options.one:
        return _one(options)
    lab = os.environ.get("LAB", "")
    worlds, days = SIZES.get(lab, SIZES[""])
    options.coverage = options.coverage or lab in LEAST
    options.worlds, options.days = options.worlds or worlds, options.days or days
    if lab == "ci" and options.minutes is None:
        options.minutes = CI_MINUTES
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lab") as folder:
        results = _all(options, began, Path(folder))
        reached = _reached(sorted(Path(folder).iterdir())) if options.coverage else {}
    _report(results, options.days, time.monotonic() - began)
    if reached:
        print(f"  reached by the first {MEASURED}, percent of statements: "
              + ", ".join(f"{name} {percent:.1f}" for name, percent in reached.items()))  # fmt: skip
    failings = _failings(results, reached, *LEAST[lab]) if lab in LEAST else []
    for failing in failings:
        print(f"  too little: {failing}")
    return 1 if failings or any(result["broken"] for result in results) else 0


def _all(options: argparse.Namespace, began: float, folder: Path) -> list[dict[str, Any]]:
    """The seeds in order, each in a process of its own; none is begun when the time is over."""

    def run(seed: int) -> dict[str, Any] | None:
        if options.minutes is not None and time.monotonic() - began > options.minutes * 60:
            return None
        measured = options.coverage and seed < options.seed + MEASURED
        return _process(seed, options, folder / f"{seed}" if measured else None)

    with ThreadPoolExecutor(options.jobs) as pool:
        found = pool.map(run, range(options.seed, options.seed + options.worlds))
        return [result for result in found if result is not None]


def _failings(
    results: Sequence[dict[str, Any]], reached: Mapping[str, float], least_faults: int, least_kills: int
) -> list[str]:
    """What such a run must prove and this one did not."""
    counts = _counted(results)
    faults, found = sum(counts[what] for what in FAULTS), []
    if faults < least_faults:
        found.append(f"{faults} faults, not {least_faults}")
    if counts["kill"] < least_kills:
        found.append(f"{counts['kill']} kills, not {least_kills}")
    little = [name for name in COVERED if reached.get(name, 0.0) < LEAST_REACHED[name]]
    return [*found, *(f"{reached.get(name, 0.0):.1f} % of {name}/, not {LEAST_REACHED[name]:g}" for name in little)]


def _counted(results: Sequence[dict[str, Any]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result["counts"])
    return counts


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--worlds", type=int, help="how many seeds")
    parser.add_argument("--days", type=float, help="days of traffic in each world")
    parser.add_argument("--a-day", type=int, default=500, help="messages a day, about")
    parser.add_argument("--minutes", type=float, help="begin no further world after so long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--one", action="store_true", help="run the one world of --seed in this process, print JSON")
    parser.add_argument("--coverage", action="store_true", help=f"measure what the first {MEASURED} worlds reach")
    parser.add_argument("--measured", default="", help="with --one: the file for what it reaches")
    parser.add_argument("--about", default="", help="with --one: print the trace's lines that name this|or that")
    return parser.parse_args()


def _process(seed: int, options: argparse.Namespace, measured: Path | None) -> dict[str, Any]:
    world = ["-m", "tests.lab", "--one", f"--seed={seed}", f"--days={options.days:g}", f"--a-day={options.a_day}"]
    command = [sys.executable, *world]
    if measured is not None:
        command.append(f"--measured={measured}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        found = {"seed": seed, "broken": [["crashed", done.stderr[-3000:]]], "counts": {}, "hash": "", "seconds": 0}
    said, took = found["counts"].get("messages", 0), found["seconds"]
    print(f"  seed {seed:4} {found['hash'][:16]} {said:7} messages {took:7.1f} s", flush=True)
    for law, how in found["broken"][:5]:
        print(f"seed {seed}: {law}: {how}", flush=True)
    if found["broken"]:
        print(f"seed {seed} again: python {' '.join(world)}", flush=True)
    return found


def _report(results: Sequence[dict[str, Any]], days: float, seconds: float) -> None:
    counts = _counted(results)
    together = hashlib.sha256("".join(result["hash"] for result in results).encode()).hexdigest()
    faults = sum(counts[what] for what in FAULTS)
    print(f"simulation: seeds {results[0]['seed']} to {results[-1]['seed']}, {len(results) * days:g} days, "
          f"trace {together}, {seconds:.0f} s")  # fmt: skip
    print(f"  {counts['messages']} messages ({counts['written']} from customers, of these {counts['acknowledged']} "
          f"acknowledged), {counts['commit']} commits, {counts['arrived']} arrivals on phones")  # fmt: skip
    print(f"  {faults} faults, of these {counts['kill']} kills: "
          + ", ".join(f"{counts[what]} {what}" for what in FAULTS))  # fmt: skip
    print(f"  doubled, marked as such, where the provider cannot dedupe: {counts['doubles']}; "
          f"repeats that LINE refused: {counts['line 409']}")  # fmt: skip
    print(f"  webhooks through the spool: {counts['spooled']}; keepers of the desk: {counts['new keeper']}")
    print(f"  laws broken: {sum(len(result['broken']) for result in results)}")


def _one(options: argparse.Namespace) -> int:
    measured = Coverage(source=list(COVERED), data_file=options.measured) if options.measured else None
    if measured is not None:
        measured.start()
    from tests.lab.world import World  # what it imports is measured as well

    gc.freeze()
    gc.set_threshold(100_000, 20, 50)  # what is made is mostly kept until the end, for the audit
    began = time.perf_counter()
    world = World(options.seed, options.days or 1.0, a_day=options.a_day)
    world.run()
    if options.about:
        print(*world.trace.about(*options.about.split("|")), sep="\n")
    ledger = world.ledger
    totals = {
        "messages": len(ledger.posted) + world.people.replies, "written": len(ledger.posted),
        "acknowledged": len(ledger.acknowledged), "doubles": sum(ledger.doubles.values()),
    }  # fmt: skip
    seconds = time.perf_counter() - began
    found = {
        "seed": options.seed, "hash": world.trace.digest(), "seconds": seconds, "broken": ledger.broken,
        "counts": {**world.counts, **totals},
    }  # fmt: skip
    if measured is not None:
        measured.stop()
        measured.save()
    print(json.dumps(found))
    return 1 if ledger.broken else 0


def _reached(files: Sequence[Path]) -> dict[str, float]:
    """Percent of statements, by package, and by file where it is under 90."""
    measured = Coverage(source=list(COVERED), data_file=None)
    measured.combine([str(path) for path in files], keep=True)
    packages = {name: sorted(Path(name).rglob("*.py")) for name in COVERED}
    found = {name: measured.report(include=f"{name}/*", file=io.StringIO()) for name in COVERED}
    for path in [path for paths in packages.values() for path in paths if path.stat().st_size]:
        if (percent := measured.report(include=str(path), file=io.StringIO())) < 90:
            found[str(path)] = percent
    return found


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # what belongs to dead nodes is not to be woken by a tidy end
