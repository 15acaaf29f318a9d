"""The built-in texts, one file a language: what is said and how surveys are answered; in handover/ how a person is
asked for instead of a bot; in forms/ what the forms of the administration are called (api/wording.py). What is said is
read once, at start."""

from collections.abc import Iterator, Mapping
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


def read_forms() -> Mapping[str, bytes]:
    """The words of forms by language, each file read when it is asked for: few ask, and all would be 1.6 MB."""
    return _Files(files(__name__) / "forms")


class _Files(Mapping[str, bytes]):
    def __init__(self, folder: Traversable) -> None:
        self._folder = folder
        self._tags = sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if _is_text(entry))

    def __getitem__(self, tag: str) -> bytes:
        if tag not in self._tags:
            raise KeyError(tag)
        return (self._folder / f"{tag}.json").read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._tags)

    def __len__(self) -> int:
        return len(self._tags)


def _languages(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if _is_text(entry):
            yield entry.name.removesuffix(".json"), entry.read_bytes()


def _is_text(entry: Traversable) -> bool:
    return entry.name.endswith(".json")
