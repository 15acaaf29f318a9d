from collections.abc import AsyncIterator

import pytest

from simulator.app import Simulator
from tests.simulator.business import Business


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(time_scale=0.001, seed=7) as simulator:
        yield simulator


@pytest.fixture
async def business() -> AsyncIterator[Business]:
    async with Business() as receiver:
        yield receiver
