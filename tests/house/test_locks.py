"""The locks: every package pinned by version and hash, no address of its origin, nothing forgotten."""

import json
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


def project() -> dict[str, list[str]]:
    """What pyproject.toml asks for: `build`, `run` and `dev`."""
    text = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = text["project"]["optional-dependencies"]
    return {
        "build": extras["build"] + text["build-system"]["requires"],
        "run": text["project"]["dependencies"],
        "dev": extras["dev"],
    }


def pinned(lock: str) -> Iterator[tuple[Requirement, int]]:
    """Each requirement of a lock with the number of its hashes."""
    entries = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    for entry in filter(None, entries):
        requirement, *hashes = re.split(r"\s+--hash=", entry)
        yield Requirement(requirement.strip()), len([text for text in hashes if text.startswith("sha256:")])


def versions(lock: str) -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for requirement, _ in pinned(lock):
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def missing(asked: list[str], lock: str) -> list[str]:
    """What is asked for and not pinned to a version that satisfies it."""
    have = versions(lock)
    return [
        text
        for text in asked
        if not any(
            Requirement(text).specifier.contains(str(pin.specifier).removeprefix("=="), prereleases=True)
            for pin in have.get(canonicalize_name(Requirement(text).name), [])
        )
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert re.findall(r"\S*://\S*|.*(?:index-url|find-links|trusted-host| @ ).*", text) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_one_version_with_hashes(lock: str) -> None:
    assert [
        str(pin) for pin, hashes in pinned(lock) if hashes == 0 or not re.fullmatch(r"==[^,*]+", str(pin.specifier))
    ] == []


def test_the_locks_hold_what_the_project_asks_for() -> None:
    asked = project()
    assert missing(asked["run"] + asked["build"], "requirements.lock") == []
    assert missing(asked["run"] + asked["build"] + asked["dev"], "requirements-dev.lock") == []


def test_serving_installs_no_test_tool() -> None:
    run = versions("requirements.lock")
    assert [name for name in map(canonicalize_name, project()["dev"]) if name in run] == []


def test_what_is_tested_is_what_is_served() -> None:
    run, dev = versions("requirements.lock"), versions("requirements-dev.lock")
    assert {name: list(map(str, pins)) for name, pins in run.items()} == {
        name: list(map(str, dev[name])) for name in run
    }


def test_what_is_installed_is_what_is_pinned() -> None:
    here = [pin for pin, _ in pinned("requirements-dev.lock") if pin.marker is None or pin.marker.evaluate()]
    wrong = [f"{pin} is {version(pin.name)}" for pin in here if not pin.specifier.contains(version(pin.name), True)]
    assert wrong == []


def test_the_lock_of_the_web_assets_holds_no_address() -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry and not entry.get("link")] == []
