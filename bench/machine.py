"""The machine: which core the measured server gets, which one everything else, and facts to print beside figures."""

import os
import platform
import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cores:
    """`server` is for the process that is measured (floor, product and peer alike), `rest` for whoever measures."""

    server: int
    rest: int

    @property
    def shared(self) -> bool:
        return self.server == self.rest


def cores() -> Cores:
    mine = sorted(os.sched_getaffinity(0))
    return Cores(mine[0], mine[-1])


def facts() -> dict[str, object]:
    """What somebody needs to judge the figures by."""
    chosen = cores()
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "server_core": chosen.server,
        "load_core": chosen.rest,
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_average": list(os.getloadavg()),
    }


def _cpu() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
