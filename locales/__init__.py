"""The built-in texts, one file a language: what is said and how surveys are answered; in handover/ how a person is
asked for instead of a bot; in forms/ what the forms of the administration are called (api/wording.py). Read once, at
start."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from core.handover import Asks
from core.survey import Grammar


class Locale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    prompts: dict[str, str]
    survey: Grammar


def read() -> dict[str, Locale]:
    """Every language there is a file for, by tag. Raises msgspec.ValidationError naming what is wrong."""
    return {tag: msgspec.json.decode(raw, type=Locale) for tag, raw in _languages(files(__name__))}


def read_asks() -> dict[str, Asks]:
    """How a person is asked for, by language."""
    return {tag: msgspec.json.decode(raw, type=Asks) for tag, raw in _languages(files(__name__) / "handover")}


def read_forms() -> dict[str, bytes]:
    """The words of forms, undecoded: few ask for them."""
    return dict(_languages(files(__name__) / "forms"))


def _languages(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".json"):
            yield entry.name.removesuffix(".json"), entry.read_bytes()
