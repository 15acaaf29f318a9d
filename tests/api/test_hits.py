"""The law of the document: a whole run fails unless every documented status was met, on whichever worker."""

import pytest

pytest_plugins = ["pytester"]

HOOKS = """
from pathlib import Path

from tests.api import hits
from tests.api.hits import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown

hits.ROOT = Path(__file__).parent
hits.documented = lambda: {("GET", "/one", 200), ("GET", "/two", 404)}
"""
SUITE = """
import pytest
from tests.api import hits

@pytest.mark.parametrize("hit", [("GET", "/one", 200), ("GET", "/two", 404)][:COUNT])
def test_meets(request, hit):
    hits.of(request.config).add(hit)
"""


@pytest.fixture
def suite(
    pytester: pytest.Pytester, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(request.config.rootpath))
    pytester.makeini("[pytest]\ntestpaths = .\n")
    pytester.makeconftest(HOOKS)
    return pytester


def write(suite: pytest.Pytester, count: int) -> None:
    suite.makepyfile(SUITE.replace("COUNT", str(count)))


def test_a_whole_run_that_met_everything_passes_though_each_worker_met_a_part(suite: pytest.Pytester) -> None:
    write(suite, 2)
    assert suite.runpytest_subprocess("-n", "2").ret == pytest.ExitCode.OK


def test_a_whole_run_that_missed_one_fails_and_names_it(suite: pytest.Pytester) -> None:
    write(suite, 1)
    done = suite.runpytest_subprocess()
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["GET /two never answered 404"])


def test_a_part_of_the_suite_is_not_held_to_it(suite: pytest.Pytester) -> None:
    write(suite, 1)
    assert suite.runpytest_subprocess("-k", "meets").ret == pytest.ExitCode.OK
