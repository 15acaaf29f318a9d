"""What the contract suite needs: a MongoDB-protocol server, and the counts of crash points in the summary."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.stores.servers import MongoServer

COUNTED = ("crash points tried on SQLite", "torn logs tried on SQLite", "crash points tried on MongoDB",
           "kills of the MongoDB server at a commit")  # fmt: skip


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
            terminalreporter.write_line(f"{counted}: {sum(numbers)}")


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """One for all tests of a worker; each test has a database of its own."""
    server = MongoServer(tmp_path_factory.mktemp("mongo") / "data")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mongo_url(mongo_server: MongoServer) -> str:
    return mongo_server.url(f"test_{uuid4().hex[:12]}")
