"""The law of `serial`: while such a test runs no other does, and it is let in however busy the others are."""

import pytest

SUITE = """
import time, pathlib, pytest

here = pathlib.Path(__file__).parent

def stay(name, seconds):
    started = time.monotonic_ns()
    time.sleep(seconds)
    (here / name).write_text(f"{started} {time.monotonic_ns()}")

@pytest.mark.parametrize("n", range(12))
def test_in_company(n):
    stay(f"company-{n}", 0.02)

@pytest.mark.serial
@pytest.mark.parametrize("n", range(3))
def test_alone(n):
    stay(f"alone-{n}", 0.05)
"""

pytest_plugins = ["pytester"]


def spans(pytester: pytest.Pytester, pattern: str) -> list[tuple[int, int]]:
    files = list(pytester.path.glob(pattern))
    return [(int(a), int(b)) for a, b in (file.read_text().split() for file in files)]


def test_a_serial_test_shares_its_time_with_no_other(
    pytester: pytest.Pytester, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(request.config.rootpath))  # the conftest imports from tests/
    pytester.makeconftest((request.config.rootpath / "tests" / "conftest.py").read_text())
    pytester.makeini("[pytest]\nmarkers =\n    serial: alone\n")
    pytester.makepyfile(SUITE)
    pytester.runpytest_subprocess("-n", "3", "--dist", "load").assert_outcomes(passed=15)

    alone, company = spans(pytester, "alone-*"), spans(pytester, "company-*")
    assert (len(alone), len(company)) == (3, 12)
    crossing = [(a, b) for a in alone for b in company + alone if a != b and a[0] < b[1] and b[0] < a[1]]
    assert crossing == []
