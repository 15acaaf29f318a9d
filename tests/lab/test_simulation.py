"""The simulation itself: the laws hold, one seed is one run, whatever Python's hash seed is."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.lab.__main__ import FAULTS


def run(seed: int, days: float, hash_seed: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.lab", "--one", f"--seed={seed}", f"--days={days}"]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_laws_hold_through_two_days_of_faults(seed: int) -> None:
    found = run(seed, 2, "0")
    assert found["broken"] == []
    assert found["counts"]["kill"] >= 5
    assert sum(found["counts"].get(what, 0) for what in FAULTS) >= 100
    assert found["counts"]["messages"] >= 500


@pytest.mark.timeout(120)
def test_one_seed_is_one_run() -> None:
    assert run(4, 1, "1")["hash"] == run(4, 1, "4711")["hash"]
    assert run(4, 1, "1")["hash"] != run(5, 1, "1")["hash"]
