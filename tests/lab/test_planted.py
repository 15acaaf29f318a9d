"""Bugs planted on purpose in a copy of the product: the laboratory finds each, and names the seed that did."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANTED = sorted((Path(__file__).parent / "planted").glob("*.patch"))
NEEDED = ("core", "routing", "api", "connectors", "stores", "gateway", "admin", "inbox", "locales", "tests/lab")
LAWS = {
    "ack-before-commit": {"lost"},
    "capacity-not-in-commit": {"capacity"},
    "dedupe-by-request-id": {"doubled", "lost"},
    "expired-lease-is-certain": {"sent twice"},
    "lost-lease": {"sent twice", "order"},
    "no-fencing": {"fenced"},
}
FIRST = {
    "ack-before-commit": 1, "capacity-not-in-commit": 1, "dedupe-by-request-id": 1, "expired-lease-is-certain": 3,
    "lost-lease": 1, "no-fencing": 1,
}  # fmt: skip
"""The seed that found it the last time: tried before the others, so that the test is quick."""
SEEDS = range(1, 11)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("patch", PLANTED, ids=lambda patch: patch.stem)
def test_the_laboratory_finds(patch: Path, tmp_path: Path) -> None:
    copy = _planted(patch, tmp_path / "copy")
    for seed in sorted(SEEDS, key=lambda seed: seed != FIRST[patch.stem]):
        found = _run(copy, seed)
        laws = {law for law, _ in found["broken"]}
        if laws & LAWS[patch.stem]:
            print(f"{patch.stem}: found by seed {seed}: {found['broken'][0]}")
            return
    pytest.fail(f"{patch.stem} was not found by the seeds {SEEDS}")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", sorted(set(FIRST.values())))
def test_without_a_planted_bug_the_same_seeds_find_nothing(seed: int) -> None:
    assert _run(ROOT, seed)["broken"] == []


def test_each_planted_bug_names_the_law_it_breaks() -> None:
    assert {patch.stem for patch in PLANTED} == LAWS.keys() == FIRST.keys()


def _planted(patch: Path, copy: Path) -> Path:
    for folder in NEEDED:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    (copy / "tests" / "__init__.py").touch()
    command = ["git", "apply", "--unsafe-paths", "--directory=" + str(copy), str(patch)]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{patch.name} no longer applies: plant the bug anew in what the code is now.\n{done.stderr}")
    return copy


def _run(copy: Path, seed: int) -> dict[str, list[list[str]]]:
    command = [sys.executable, "-m", "tests.lab", "--one", f"--seed={seed}", "--days=1.5"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.stdout, f"the simulation did not run: {done.stderr[-3000:]}"
    found: dict[str, list[list[str]]] = json.loads(done.stdout.splitlines()[-1])
    return found
