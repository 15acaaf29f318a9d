"""The terms of search: words, and pairs of characters where a script writes no spaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.terms import Phrase, answers, phrases, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where is my Parcel?", ["where", "is", "my", "parcel"]),
        ("Straße ＡＢＣ", ["strasse", "abc"]),
        ("我的包裹", ["我的", "的包", "包裹", "裹"]),
        ("我", ["我"]),
        ("ﾊﾞｽ bus", ["バス", "ス", "bus"]),
        ("订单A1234", ["订单", "单", "a1234"]),
        ("кафé and كِتَاب", ["кафé", "and", "كتاب"]),
        ("snake_case 1,234", ["snake", "case", "1", "234"]),
        ("✓ … !", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into_its_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_a_question_asks_for_neighbouring_pairs_or_the_beginning_of_a_word() -> None:
    assert phrases("包裹在 par 我") == [
        Phrase(("包裹", "裹在"), prefix=False),
        Phrase(("par",), prefix=True),
        Phrase(("我",), prefix=True),
    ]


@pytest.mark.parametrize(
    "script", ["我的包裹在哪里呢", "พัสดุของฉันอยู่ที่ไหน", "소포가어디에있나요", "ພັດສະດຸຢູ່ໃສ", "កញ្ចប់នៅឯណា"]
)
def test_every_piece_of_an_unspaced_text_finds_it(script: str) -> None:
    said = terms(script)
    for start in range(len(script)):
        for end in range(start + 1, len(script) + 1):
            assert answers(said, phrases(script[start:end])), script[start:end]


def test_nothing_answers_an_empty_question() -> None:
    assert not answers(terms("hello"), phrases("?!"))


@given(st.text())
def test_a_text_answers_itself_and_terms_hold_no_separator(text: str) -> None:
    found = terms(text)
    assert not found or answers(found, phrases(text))
    assert all(term and not set(term) & set(" \"*()^:-+'") for term in found)
