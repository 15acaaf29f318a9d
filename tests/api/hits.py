"""Which (route, status) of the OpenAPI document the run has met; a whole run fails unless it met every one.

`tests/conftest.py` takes the hooks from here. Under xdist each worker hands its hits to the controller at its end.
"""

from pathlib import Path
from typing import Any, cast

import pytest

ROOT = Path(__file__).parents[2]
Hit = tuple[str, str, int]  # method, path template, status
HITS = pytest.StashKey[set[Hit]]()
UNMET = pytest.StashKey[list[str]]()


def of(config: pytest.Config) -> set[Hit]:
    return config.stash.setdefault(HITS, set())


def documented() -> set[Hit]:
    """Every status the whole API may answer with, but for `default`."""
    from tests.api.tables import WHOLE

    return {(route.method, route.path, status) for route in WHOLE for status in (*route.answers, *route.problems)}


def unmet(hits: set[Hit]) -> list[str]:
    return sorted(f"{method} {path} never answered {status}" for method, path, status in documented() - hits)


def is_whole(config: pytest.Config) -> bool:
    """Whether nothing of the suite was left out on purpose."""
    asked = {(ROOT / name.partition("::")[0]).resolve() for name in config.args if "::" not in name}
    whole = asked in ({ROOT}, {ROOT / "tests"}) and len(asked) == len(set(config.args))
    chosen = ("keyword", "markexpr", "lf", "deselect", "collectonly", "ignore", "ignore_glob", "maxfail", "stepwise")
    return whole and not any(config.getoption(name, None) for name in chosen)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of xdist is done."""
    found = getattr(node, "workeroutput", {}).get("api_hits", [])
    of(node.config).update(cast(Hit, tuple(hit)) for hit in found)


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output["api_hits"] = sorted(of(config))
        return
    if session.exitstatus == pytest.ExitCode.OK and is_whole(config):
        config.stash[UNMET] = unmet(of(config))
        if config.stash[UNMET]:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash.get(UNMET, [])
    if lines:
        terminalreporter.section("documented and never seen", sep="=", red=True)
        for line in lines:
            terminalreporter.write_line(line)
