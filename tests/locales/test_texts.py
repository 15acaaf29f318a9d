import re
from unicodedata import name

import pytest
from babel import Locale as Cldr
from icu4py.messageformat import MessageFormat

import locales
from core.pattern import arguments
from core.prompts import DEFINITIONS, KEYS, Catalogue, Override, validate_prompts

TEXTS = {tag: locale.prompts for tag, locale in locales.read().items()}
SCRIPTS: dict[str, str | tuple[str, ...]] = {
    "ar": "ARABIC",
    "en": "LATIN",
    "es": "LATIN",
    "id": "LATIN",
    "ja": ("HIRAGANA", "KATAKANA", "CJK"),
    "th": "THAI",
    "zh-Hans": "CJK",
    "zh-Hant": "CJK",
}
ARGUMENT = re.compile(r"\{\w+\}")
each_language = pytest.mark.parametrize("language", TEXTS)


def test_the_eight_languages_are_there() -> None:
    assert TEXTS.keys() == SCRIPTS.keys()


@each_language
def test_every_key_is_in_every_language_and_no_other(language: str) -> None:
    assert list(TEXTS[language]) == list(KEYS)


@each_language
def test_every_text_is_one_an_admin_could_have_written(language: str) -> None:
    overrides = {key: Override(text={language: text}) for key, text in TEXTS[language].items()}
    assert validate_prompts(overrides, KEYS) == []


@each_language
def test_values_are_those_of_the_english_text(language: str) -> None:
    for key, text in TEXTS[language].items():
        assert {a.name for a in arguments(text)} == {a.name for a in arguments(TEXTS["en"][key])}, key


@each_language
def test_plurals_have_the_forms_the_language_needs_and_no_other(language: str) -> None:
    needed = set(Cldr.parse(language, sep="-").plural_form.tags) | {"other"}
    plurals = [a for text in TEXTS[language].values() for a in arguments(text) if a.kind == "plural"]
    assert {plural.name for plural in plurals} >= {"position"}
    for plural in plurals:
        assert {s for s in plural.selectors if not s.startswith("=")} == needed


@each_language
def test_texts_are_in_the_script_of_the_language(language: str) -> None:
    for key, text in TEXTS[language].items():
        values = dict.fromkeys(DEFINITIONS[key].texts | {"agent"}, "") | dict.fromkeys(DEFINITIONS[key].numbers, 5)
        shown = MessageFormat(text, language).format({**values})
        letters = [c for c in shown if c.isalpha()]
        own = [c for c in letters if name(c).startswith(SCRIPTS[language])]
        assert len(own) >= 0.95 * len(letters), key


@pytest.mark.parametrize("language", sorted(TEXTS.keys() - {"en"}))
def test_hardly_any_text_is_left_in_english(language: str) -> None:
    worded = [key for key, text in TEXTS[language].items() if any(c.isalpha() for c in ARGUMENT.sub("", text))]
    same = [key for key in worded if TEXTS[language][key] == TEXTS["en"][key]]
    assert len(same) <= 0.05 * len(worded), same
    assert len(worded) >= len(KEYS) - 2


def test_the_two_ways_of_writing_chinese_are_not_mixed() -> None:
    assert not set("们这说请问谢对时来为会没还样开关见听话让给过进边认识该") & set("".join(TEXTS["zh-Hant"].values()))
    assert not set("們這說請問謝對時來為會沒還樣開關見聽話讓給過進邊認識該") & set("".join(TEXTS["zh-Hans"].values()))


@pytest.mark.parametrize(
    ("ahead", "form"),
    [(1, "شخص واحد"), (2, "شخصان"), (3, "3 أشخاص"), (11, "11 شخصًا"), (100, "100 شخص ")],
)
def test_arabic_counts_people_as_arabic_does(ahead: int, form: str) -> None:
    said = Catalogue.compile(TEXTS).say("queue_position", "ar", position=ahead + 1)
    assert said is not None
    assert form in said.text


def test_the_next_in_line_is_told_so_in_each_language() -> None:
    catalogue = Catalogue.compile(TEXTS)
    for language in TEXTS:
        next_one, later = (catalogue.say("queue_position", language, position=n) for n in (1, 4))
        assert next_one is not None and later is not None
        assert "3" in later.text and not re.search(r"\d", next_one.text)
