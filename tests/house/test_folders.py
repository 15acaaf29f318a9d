"""Our top-level names are short (`core`, `routing`, …): nothing else in the environment may claim them."""

import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT


@pytest.mark.parametrize("name", [*PACKAGES, "bench", "tests", "web"])
def test_no_installed_distribution_provides_a_name_of_ours(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"frontdesk"}
    assert name not in sys.stdlib_module_names


@pytest.mark.parametrize("name", PACKAGES)
def test_a_name_of_ours_means_this_tree(name: str) -> None:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin) == ROOT / name / "__init__.py"


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {file.parent for file in (ROOT / "tests").rglob("*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_a_connector_uses_no_other_connector() -> None:
    """A channel is one file; what several share is in a module whose name starts with an underscore."""
    modules = [file for file in (ROOT / "connectors").glob("*.py") if not file.stem.startswith("_")]
    names = {file.stem for file in modules}
    crossing = [
        f"{file.name} -> {name}"
        for file in modules
        for name in names - {file.stem}
        if f"connectors.{name} " in (text := file.read_text(encoding="utf-8")).replace("\n", " ")
        or f"from connectors import {name}\n" in text
    ]
    assert crossing == []
