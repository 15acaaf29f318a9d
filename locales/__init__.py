"""The built-in texts, one file a language: what is said, how surveys are answered, how a person is asked for. Read
once, at start."""

from importlib.resources import files

import msgspec

from core.handover import Asks
from core.survey import Grammar


class Locale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    prompts: dict[str, str]
    survey: Grammar
    handover: Asks = Asks()


def read() -> dict[str, Locale]:
    """Every language there is a file for, by tag. Raises msgspec.ValidationError naming what is wrong."""
    found = sorted(
        (entry for entry in files(__name__).iterdir() if entry.name.endswith(".json")),
        key=lambda e: e.name,
    )
    return {entry.name.removesuffix(".json"): msgspec.json.decode(entry.read_bytes(), type=Locale) for entry in found}
