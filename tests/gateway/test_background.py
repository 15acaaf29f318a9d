"""The loops of the process: what ends one, and what is said of it."""

from structlog.testing import capture_logs

from core.errors import StoreDown
from gateway.background import _watched


async def test_a_loop_goes_on_when_the_store_was_away_which_is_no_defect() -> None:
    turns = iter((StoreDown("not there"), None))

    async def work() -> None:
        if (error := next(turns)) is not None:
            raise error

    with capture_logs() as logged:
        await _watched("index", work)
    assert [(line["event"], line["log_level"], line["reason"]) for line in logged] == [
        ("background.store_down", "warning", "not there")
    ]
