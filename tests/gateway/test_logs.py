"""Logs of a defect: where it was, and nothing of what the code had in hand."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import logging, sys
import structlog
from gateway import logs

logs.configure(sys.argv[1])

def fails(token):
    raise ValueError("the reason")

for log in (structlog.get_logger(), logging.getLogger("aiohttp.server")):
    try:
        fails("canary-in-hand")
    except ValueError:
        log.exception("something broke")
"""


@pytest.mark.parametrize("style", ["console", "json"])
def test_a_traceback_is_logged_with_its_lines_and_without_the_values_in_them(style: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, style], capture_output=True, text=True, check=True)
    assert done.stderr.count("something broke") == 2
    assert done.stderr.count("ValueError: the reason") == 2
    assert done.stderr.count("in fails") == 2
    assert "canary-in-hand" not in done.stderr
    if style == "json":
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        assert [line["level"] for line in lines] == ["error", "error"]
