"""What holds for every test: `serial` ones have the run to themselves, and the whole run meets the whole API."""

from tests.api.hits import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown
from tests.turns import pytest_runtest_protocol

__all__ = ["pytest_runtest_protocol", "pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown"]
