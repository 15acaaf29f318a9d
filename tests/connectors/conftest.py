"""Counts channel × content × direction: what the capabilities declare, and what passing contract tests have shown."""

import pytest


def _named(reporter: pytest.TerminalReporter, wanted: str) -> set[str]:
    passed = (report for report in reporter.stats.get("passed", ()) if isinstance(report, pytest.TestReport))
    return {str(value) for report in passed for name, value in report.user_properties if name == wanted}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    declared, tested = _named(terminalreporter, "declared"), _named(terminalreporter, "tested")
    if not declared:
        return
    terminalreporter.section("channel × content × direction")
    for kind in sorted({pair.split(" × ")[0] for pair in declared}):
        of_kind = {pair for pair in declared if pair.split(" × ")[0] == kind}
        terminalreporter.line(f"{kind}: {len(of_kind & tested)} tested of {len(of_kind)} declared")
    terminalreporter.line(f"channel × content × direction: {len(declared & tested)} tested of {len(declared)} declared")
    for pair in sorted(declared - tested):
        terminalreporter.line(f"not tested: {pair}", red=True)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    chosen = any("::" in each for each in session.config.args) or (reporter and reporter.stats.get("deselected"))
    if (
        reporter
        and not chosen
        and session.exitstatus == 0
        and _named(reporter, "declared") - _named(reporter, "tested")
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
