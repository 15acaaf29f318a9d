"""`house`: a running Frontdesk beside the simulator."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api import hits
from tests.e2e.house import House, housed


@pytest.fixture
async def house(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    async with housed(tmp_path, hits.of(request.config)) as found:
        yield found
