"""The desk's own words: every part that is translated has them all, in every language of the prompts."""

import re
from unicodedata import name

import msgspec
import pytest

import locales
from locales.__main__ import DESK, missing
from tests.locales.test_texts import ARGUMENT, SCRIPTS

PARTS = ("admin", "common", "floor", "inbox")
NAMES = re.compile(r"\{\w+\}|\b(?:VIP|SLA|CSV|URL|JSON|J|en|zh-Hant|[Ww]ebhooks?)\b")


def _texts(language: str) -> dict[str, str]:
    files = {part: (DESK / part / f"{language}.json").read_bytes() for part in PARTS}
    found = {part: msgspec.json.decode(raw, type=dict[str, str]) for part, raw in files.items()}
    return {f"{part}/{key}": text for part, texts in found.items() for key, text in texts.items()}


ENGLISH = _texts("en")
each_language = pytest.mark.parametrize("language", sorted(locales.read()))


@each_language
def test_every_text_of_the_desk_is_there_with_its_values_in_the_same_order_of_keys(language: str) -> None:
    texts = _texts(language)
    assert list(texts) == list(ENGLISH)
    for key, text in texts.items():
        assert text.strip(), key
        assert sorted(ARGUMENT.findall(text)) == sorted(ARGUMENT.findall(ENGLISH[key])), key


@each_language
def test_the_desk_is_written_in_the_script_of_the_language(language: str) -> None:
    for key, text in _texts(language).items():
        letters = [c for c in NAMES.sub("", text) if c.isalpha()]
        assert [c for c in letters if not name(c).startswith(SCRIPTS[language])] == [], key


@pytest.mark.parametrize("language", sorted(locales.read().keys() - {"en"}))
def test_hardly_any_text_of_the_desk_is_left_in_english(language: str) -> None:
    worded = {key: text for key, text in _texts(language).items() if any(c.isalpha() for c in NAMES.sub("", text))}
    same = [key for key, text in worded.items() if text == ENGLISH[key]]
    assert len(same) <= 0.05 * len(worded), same


def test_nothing_lacks_in_the_translated_parts() -> None:
    assert [line for line in missing() if line.split("/desk/locales/")[-1].startswith(PARTS)] == []
