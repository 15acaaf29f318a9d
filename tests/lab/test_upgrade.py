"""A rolling upgrade under load: an earlier version and this one side by side over one store, and the books compared.

The earlier one is the latest tag before this commit; as long as there is none, the first commit that serves on several
nodes. It runs from its own sources, with the packages that are installed.
"""

import asyncio
import io
import random
import signal
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.e2e.three import becomes
from tests.lab.chaos import Chaos, laid_out
from tests.lab.chaos_kills import up

ROOT = Path(__file__).parents[2]
FIRST_THAT_SERVES = "ac1534baee0c7d17927a1496073c3bd199d5fd2a"
"""Before it no node on MongoDB could give anybody a chat: there is nothing older to be compatible with."""
ANSWERS = 6  # that are given in each company of versions, before it changes
LEAVES_S = 60.0  # a drain takes 30 at most, on a machine with nothing else to do


@pytest.mark.serial
@pytest.mark.timeout(900)
async def test_an_earlier_version_and_this_one_are_one_desk(tmp_path: Path) -> None:
    commit, name = _earlier()
    print(f"side by side with {name}")
    sources = _unpacked(commit, tmp_path / "earlier")
    async with laid_out(tmp_path, random.randrange(10**6), sources) as lab:
        await lab.run(lambda: _one_after_another(lab))
    print(*lab.report.lines(), sep="\n")
    assert lab.report.broken == []
    assert lab.report.figures["acknowledged"] >= 20
    assert lab.report.figures["answered"] >= 4 * ANSWERS


async def _one_after_another(lab: Chaos) -> None:
    """As docs/operating.md says: each is told to go, and comes back as this version in the same place."""
    await _answered(lab, ANSWERS)
    for number, node in enumerate(lab.house.nodes):
        node.signal(signal.SIGTERM)
        assert node.process is not None
        assert await asyncio.to_thread(node.process.wait, LEAVES_S) == 0, node.log[-3000:]
        node.replaced(ROOT)
        node.start()
        await up(lab.house, number, lab.book)
        await _answered(lab, ANSWERS)


async def _answered(lab: Chaos, more: int) -> None:
    before = len(lab.book.answered)

    async def enough() -> bool:
        return len(lab.book.answered) >= before + more

    await becomes(enough, within=180)


# --- which it is -------------------------------------------------------------------------------------------------


def _earlier() -> tuple[str, str]:
    """A commit, and what to call it."""
    if _git("rev-parse", "--is-shallow-repository") != "false":
        pytest.skip("no earlier version to run beside this one: the sources are no clone, or one without its history")
    here = set(_git("tag", "--points-at", "HEAD").split())
    tags = [tag for tag in _git("tag", "--merged", "HEAD", "--sort=-version:refname").split() if tag not in here]
    if tags:
        return tags[0], f"the tag {tags[0]}"
    if not _git("cat-file", "-t", FIRST_THAT_SERVES):
        pytest.skip(f"no earlier version to run beside this one: no tag, and no {FIRST_THAT_SERVES[:10]} in this clone")
    return FIRST_THAT_SERVES, f"{FIRST_THAT_SERVES[:10]}, the first that serves on several nodes: there is no tag yet"


def _git(*words: str) -> str:
    """What git says; nothing where there is no git, no clone, or no such thing."""
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _unpacked(commit: str, folder: Path) -> Path:
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder
