"""The contract is not a test file by name, so its assertions are made to explain themselves here."""

import pytest

pytest.register_assert_rewrite("tests.stores.contract")

COUNTED = ("crash points", "torn logs")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many crash points were tried: through the reports, so that it works with several workers too."""
    for counted in COUNTED:
        numbers = [
            value
            for report in terminalreporter.stats.get("passed", ())
            for name, value in getattr(report, "user_properties", ())
            if name == counted and report.when == "call"
        ]
        if numbers:
            terminalreporter.write_line(f"{counted} tried on SQLite: {sum(numbers)}")
