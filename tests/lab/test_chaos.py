"""Three real nodes, their store and their Redis killed under load: a short one; the long one is `make lab`."""

import random
from pathlib import Path

import pytest

from tests.lab.chaos import chaos


@pytest.mark.serial
@pytest.mark.timeout(900)
async def test_what_was_acknowledged_survives_the_death_of_anything(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    report = await chaos(tmp_path, seed, kills=4, minutes=4.0, kinds=("line", "telegram"))
    print(*report.lines(), sep="\n")
    assert report.broken == []
    assert report.kills.total() >= 4
    assert report.figures["acknowledged"] >= 10
    assert report.figures["answered"] >= 5
