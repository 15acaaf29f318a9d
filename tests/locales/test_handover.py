"""Asking for a person instead of a bot, in each language's own words."""

import pytest

import locales
from core.handover import Wishes

ASKS = locales.read_asks()
WISHES = Wishes.compile(ASKS)


def test_every_language_that_is_spoken_can_ask_for_a_person() -> None:
    assert locales.read().keys() <= ASKS.keys()


@pytest.mark.parametrize("language", ASKS)
def test_each_of_its_ways_is_understood(language: str) -> None:
    asks = ASKS[language]
    assert len(asks.whole) >= 3 and len(asks.within) >= 4
    own = Wishes.compile({language: asks})
    assert [words for words in (*asks.whole, *asks.within) if not own.wanted(f" {words}! ", language)] == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I want to talk to a person please", "en"),
        ("Human!!", "en"),
        ("quiero hablar con alguien", "es"),
        ("オペレーターと話したいです", "ja"),
        ("我要转人工", "zh-Hans"),
        ("請轉真人", "zh-Hant"),
        ("ขอคุยกับเจ้าหน้าที่หน่อย", "th"),
        ("أريد التحدث مع شخص من فضلك", "ar"),
        ("saya mau bicara dengan petugas", "id"),
        ("Ich möchte mit einem Menschen sprechen", "de"),
        ("je voudrais parler à quelqu'un", "fr"),
        ("상담원 연결해 주세요", "ko"),
        ("соедините с оператором", "ru"),
        ("אני רוצה לדבר עם נציג", "he"),
        ("talk to a person", "ja"),
    ],
)
def test_people_ask_for_people_in_their_own_words(text: str, language: str) -> None:
    assert WISHES.wanted(text, language) is not None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("where is my order", "en"),
        ("my travel agent booked it", "en"),
        ("a human error, I think", "en"),
        ("人的问题", "zh-Hans"),
        ("Menschen kaufen das", "de"),
        ("", "en"),
    ],
)
def test_not_everything_with_such_a_word_asks_for_one(text: str, language: str) -> None:
    assert WISHES.wanted(text, language) is None
