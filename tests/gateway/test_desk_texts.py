"""The desk's own words: every part in every language, every value in them, none that nobody shows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.house.tree import ROOT

DESK = ROOT / "web" / "src" / "desk"
LOCALES = DESK / "locales"
PARTS = sorted(folder.name for folder in LOCALES.iterdir())
FILES = sorted(LOCALES.glob("*/*.json"))
# Looked up by a kind, a state, a role and the like: `t(`phase_${session.phase}`)`.
BUILT = re.compile(r"`(\w+_)\$\{")


def texts(file: Path) -> dict[str, str]:
    found: Any = json.loads(file.read_text(encoding="utf-8"))
    return {str(key): str(text) for key, text in found.items()}


def named(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


LANGUAGES = {"ar", "en", "es", "id", "ja", "th", "zh-Hans", "zh-Hant"}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_speaks_the_same_languages(part: str) -> None:
    spoken = {file.stem for file in (LOCALES / part).glob("*.json")}
    assert spoken >= LANGUAGES
    assert spoken == {file.stem for file in (LOCALES / "common").glob("*.json")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_language_has_every_text_and_every_value_in_it(file: Path) -> None:
    english, translated = texts(file.parent / "en.json"), texts(file)
    assert list(translated) == list(english)
    assert {key: named(text) for key, text in translated.items()} == {key: named(text) for key, text in english.items()}
    assert [key for key, text in translated.items() if not text.strip()] == []


def test_every_text_is_shown_somewhere() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in DESK.rglob("*.ts*"))
    source += (DESK / "screens.json").read_text(encoding="utf-8")
    built = tuple(BUILT.findall(source))
    for part in PARTS:
        unused = [
            key for key in texts(LOCALES / part / "en.json") if f'"{key}"' not in source and not key.startswith(built)
        ]
        assert unused == [], part
