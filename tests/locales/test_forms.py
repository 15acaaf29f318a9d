"""The words of the administration's forms in every language there is a file for."""

import re
from unicodedata import name

import msgspec
import pytest

import locales
from locales.__main__ import FORMS, missing
from tests.locales.test_texts import ARGUMENT, SCRIPTS

FILES = {tag: msgspec.json.decode(raw, type=dict[str, str]) for tag, raw in locales.read_forms().items()}
ENGLISH = FILES["en"]
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_.:+-]*")
KNOWN = frozenset(["api", "faq", "iban", "id", "ip", "line", "sla", "url", "utc", "vip", "webhook", "whatsapp"])
BRANDS = frozenset(
    ("channels.line", "channels.telegram", "channels.whatsapp", "channels.whatsapp-cloud", "bots.rasa")
)  # fmt: skip
each_language = pytest.mark.parametrize("language", sorted(FILES))


def in_script(language: str, letter: str) -> bool:
    return name(letter).startswith((*_scripts(language), "IDEOGRAPHIC"))


def _scripts(language: str) -> tuple[str, ...]:
    found = SCRIPTS[language]
    return (found,) if isinstance(found, str) else found


def named(text: str) -> set[str]:
    """Latin words: names, values and terms of providers may stay what they are."""
    found = {word.strip(".:-").casefold() for word in LATIN.findall(text)}
    return found | {word.removesuffix("s") for word in found}


def test_every_language_of_the_prompts_has_words_for_forms() -> None:
    assert FILES.keys() == SCRIPTS.keys()


def test_no_word_lacks_or_is_too_much() -> None:
    assert [line for line in missing() if line.startswith(f"{FORMS.parent.name}/{FORMS.name}/")] == []


@each_language
def test_words_stand_in_the_order_of_the_english_ones_with_their_values(language: str) -> None:
    assert list(FILES[language]) == list(ENGLISH)
    for key, text in FILES[language].items():
        assert text, key
        assert text.strip() == text, key
        assert sorted(ARGUMENT.findall(text)) == sorted(ARGUMENT.findall(ENGLISH[key])), key


@each_language
def test_help_is_made_of_sentences_and_titles_are_not(language: str) -> None:
    for key, text in FILES[language].items():
        if key.endswith(".help"):
            assert text[-1] in ".。।)" or language == "th", key
        elif ".guide." not in key:
            assert text[-1] not in ".。।", key


@each_language
def test_forms_are_written_in_the_script_of_the_language(language: str) -> None:
    for key, text in FILES[language].items():
        own = text
        if SCRIPTS[language] != "LATIN":
            own = LATIN.sub("", text)
            assert {
                word for word in named(text) if not {word, word.removesuffix("s")} & (named(ENGLISH[key]) | KNOWN)
            } == set(), key
        assert [c for c in own if c.isalpha() and not in_script(language, c)] == [], key


@each_language
def test_hardly_any_word_of_forms_is_left_in_english(language: str) -> None:
    same = [key for key, text in FILES[language].items() if text == ENGLISH[key] and key not in BRANDS]
    assert language == "en" or len(same) <= 0.05 * len(ENGLISH), same
    bare = [
        key for key, text in FILES[language].items() if not any(in_script(language, c) for c in text if c.isalpha())
    ]
    assert len(bare) <= 0.05 * len(ENGLISH), bare


@each_language
def test_the_choices_of_a_field_and_the_prompts_are_told_apart(language: str) -> None:
    fields: dict[str, list[str]] = {}
    for key in ENGLISH:
        field, colon, value = key.partition(":")
        if colon and field != "*" and value != "null":
            fields.setdefault(field, []).append(key)
    for keys in fields.values():
        texts = [FILES[language][key] for key in keys]
        assert [key for key in keys if texts.count(FILES[language][key]) > 1] == []
