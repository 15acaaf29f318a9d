"""The loops of the process: they begin anew, and tell a store that is away from a defect of ours."""

import pytest
from structlog.testing import capture_logs

from core.errors import StoreDown
from gateway import background


async def test_a_store_that_is_away_is_no_defect_of_the_loop_that_asks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "AGAIN_S", 0.0)
    errors: list[Exception] = [StoreDown("no route to the store"), KeyError("a defect")]

    async def work() -> None:
        if errors:
            raise errors.pop(0)

    with capture_logs() as told:
        await background._watched("index", work)
    assert [(entry["log_level"], entry["event"], entry["loop"]) for entry in told] == [
        ("warning", "background.store_down", "index"),
        ("error", "background.defect", "index"),
    ]
