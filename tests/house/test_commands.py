"""What the documents tell a reader to type exists, and the image is built by what CI has run."""

import re
import subprocess

import pytest

from tests.house.tree import ROOT

RULE = re.compile(r"^([a-z]+):([^#=\n]*)", re.MULTILINE)
PROMISED = {"run", "test", "setup", "check", "bench", "lab", "lock", "clean"}


def rules() -> dict[str, set[str]]:
    """Each named target of the Makefile with the targets it needs."""
    found = RULE.findall((ROOT / "Makefile").read_text(encoding="utf-8"))
    return {name: {word for word in needs.split() if word.isalpha()} for name, needs in found}


def called(file: str) -> set[str]:
    """The targets of `make a b` where a command can stand: in code spans, code blocks, scripts."""
    text = (ROOT / file).read_text(encoding="utf-8")
    calls = re.findall(r"(?:^ *|`|&& |RUN |\$ )make ((?:[a-z]+ ?)+)", text, re.MULTILINE)
    return {target for call in calls for target in call.split()}


def test_the_makefile_has_every_promised_target() -> None:
    assert PROMISED - set(rules()) == set()


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md", "docs/adding-a-channel.md", ".ci/run", "Dockerfile"])
def test_a_command_that_is_written_down_exists(file: str) -> None:
    assert called(file) != set()
    assert called(file) - set(rules()) == set()


def test_ci_runs_the_checks_and_the_tests_of_the_readme() -> None:
    assert {"check", "test"} <= called(".ci/run")
    assert {"run", "test"} <= called("README.md")


def test_the_image_is_built_only_by_what_ci_has_run() -> None:
    run = called(".ci/run")
    for _ in rules():
        run |= {need for target in run for need in rules().get(target, set())}
    assert called("Dockerfile") - run == set()


def test_setting_up_fails_with_a_sentence_where_python_is_too_old() -> None:
    command = ["make", "--silent", "python", "PYTHON="]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0
    assert "Frontdesk needs Python 3.11 or newer as python3" in done.stderr
