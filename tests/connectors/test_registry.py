"""The registry: kinds are found by looking, and looking imports no SDK."""

import importlib
import subprocess
import sys

import pytest

from connectors import kinds, load
from core.errors import BadInput
from tests.connectors.contract import Contract, Declares


def test_kinds_are_the_modules_without_an_underscore() -> None:
    found = kinds()
    assert found["line"] == "connectors.line"
    assert found["telegram"] == "connectors.telegram"
    assert not [kind for kind in found if kind.startswith(("_", "-"))]


def test_every_kind_names_itself_as_its_module_does() -> None:
    assert {kind: load(kind).kind for kind in kinds()} == {kind: kind for kind in kinds()}


def test_an_unknown_kind_is_bad_input_that_lists_the_known() -> None:
    with pytest.raises(BadInput, match="line, "):
        load("carrier-pigeon")


def test_a_path_is_no_kind() -> None:
    with pytest.raises(BadInput):
        load("line.os")


def test_importing_every_connector_imports_no_sdk() -> None:
    listing = (
        "import sys; from connectors import kinds, load; [load(kind) for kind in kinds()]; "
        "print([name for name in ('linebot', 'telegram', 'twilio', 'httpx', 'aiohttp') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_is_held_to_the_contract(kind: str) -> None:
    module = importlib.import_module(f"tests.connectors.test_{kind.replace('-', '_')}")
    held = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Declares)]
    assert kind in [each.samples.kind for each in held if each not in (Contract, Declares)]
