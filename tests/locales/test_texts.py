import re
from unicodedata import name

import msgspec
import pytest
from babel import Locale as Cldr
from icu4py.messageformat import MessageFormat

import locales
from core.language import direction
from core.pattern import arguments
from core.prompts import DEFINITIONS, KEYS, Catalogue, Override, validate_prompts
from locales.__main__ import WIDGET, missing

TEXTS = {tag: locale.prompts for tag, locale in locales.read().items()}
_OF_SCRIPT = {
    "LATIN": "cs da de en es fi fil fr hu id it ms nl no pl pt ro sv tr vi",
    "CYRILLIC": "ru uk",
    "ARABIC": "ar fa",
    "GREEK": "el",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "HANGUL": "ko",
    "THAI": "th",
    "CJK": "zh-Hans zh-Hant",
}
SCRIPTS: dict[str, str | tuple[str, ...]] = {
    tag: script for script, tags in _OF_SCRIPT.items() for tag in tags.split()
} | {"ja": ("HIRAGANA", "KATAKANA", "CJK")}
ARGUMENT = re.compile(r"\{\w+\}")
each_language = pytest.mark.parametrize("language", TEXTS)


def test_there_are_thirty_languages_and_more_three_of_them_written_from_the_right() -> None:
    assert TEXTS.keys() == SCRIPTS.keys()
    assert len(TEXTS) >= 30
    assert {tag for tag in TEXTS if direction(tag) == "rtl"} == {"ar", "fa", "he"}


def test_every_text_of_prompts_and_widget_is_in_every_language_and_no_other() -> None:
    assert [line for line in missing() if "/desk/" not in line] == []


@each_language
def test_texts_stand_in_the_order_of_the_keys(language: str) -> None:
    assert [key for key in TEXTS[language] if key in KEYS] == [key for key in KEYS if key in TEXTS[language]]


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
        assert letters or key in ("link_media", "nps_score"), key
        own = [c for c in letters if name(c).startswith(SCRIPTS[language])]
        assert len(own) >= 0.95 * len(letters), key


@pytest.mark.parametrize("language", sorted(TEXTS.keys() - {"en"}))
def test_hardly_any_text_is_left_in_english(language: str) -> None:
    worded = [key for key, text in TEXTS[language].items() if any(c.isalpha() for c in ARGUMENT.sub("", text))]
    same = [key for key in worded if TEXTS[language][key] == TEXTS["en"][key]]
    assert len(same) <= 0.05 * len(worded), same
    assert len(worded) >= len(KEYS) - 2  # all but {score} and a link


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
        assert [int(digit) for digit in re.findall(r"\d", later.text)] == [3]
        assert not re.search(r"\d", next_one.text)


WIDGETS = {file.stem: msgspec.json.decode(file.read_bytes(), type=dict[str, str]) for file in WIDGET.glob("*.json")}


@pytest.mark.parametrize("language", sorted(WIDGETS))
def test_the_widgets_texts_have_their_values_their_script_and_are_no_longer_english(language: str) -> None:
    for key, text in WIDGETS[language].items():
        assert ARGUMENT.findall(text) == ARGUMENT.findall(WIDGETS["en"][key]), key
        letters = [c for c in ARGUMENT.sub("", text) if c.isalpha()]
        assert letters and all(name(c).startswith(SCRIPTS[language]) for c in letters), key
    same = [key for key, text in WIDGETS[language].items() if language != "en" and text == WIDGETS["en"][key]]
    assert len(same) <= 0.05 * len(WIDGETS["en"]), same


def test_the_widget_knows_every_language_there_is() -> None:
    source = (WIDGET.parent / "widget" / "texts.ts").read_text()
    have = re.search(r"const HAVE = \[(.*?)\];", source, re.DOTALL)
    assert have is not None
    assert sorted(re.findall(r'"([^"]+)"', have[1])) == sorted(TEXTS)
