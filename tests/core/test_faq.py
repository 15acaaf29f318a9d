"""The FAQ bot: which question a message means, through typos, in which language it answers."""

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.faq import Entry, Faq, Said, validate_entries
from core.message import Option

ENTRIES = (
    Entry(
        id="return",
        question={"en": "How do I return an item?", "de": "Wie sende ich einen Artikel zurück?"},
        variants={"en": ("I want to send something back", "return policy", "can I give back my shoes")},
        answer={"en": "Print the label in your account.", "de": "Drucken Sie das Etikett im Konto aus."},
    ),
    Entry(
        id="hours",
        question={"en": "When are you open?", "ja": "営業時間を教えてください"},
        variants={"en": ("opening hours", "what time do you close"), "ja": ("何時まで開いていますか",)},
        answer={"en": "Nine to five.", "ja": "9時から17時までです。"},
    ),
    Entry(
        id="shipping",
        question={"en": "How much is shipping?"},
        variants={"en": ("delivery costs", "what does delivery to Germany cost"), "zh-Hans": ("运费是多少",)},
        answer={"en": "Free above 50 euros.", "zh-Hans": "满50欧元免运费。"},
    ),
    Entry(
        id="shipped",
        question={"en": "When will my order ship?"},
        variants={"en": ("where is my parcel", "track my order"), "th": ("พัสดุของฉันอยู่ที่ไหน",)},
        answer={"en": "Within a day.", "th": "ภายในหนึ่งวัน"},
    ),
)
FAQ = Faq.compile(ENTRIES)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("How do I return an item?", "return"),
        ("how do i RETURN an item", "return"),
        ("how do i retrun an itme", "return"),
        ("how to return an item", "return"),
        ("return polcy", "return"),
        ("i want to sned somthing back", "return"),
        ("Wie sende ich einen Artikel zuruck", "return"),
        ("oppening hours?", "hours"),
        ("when are u open", "hours"),
        ("what time do you close today", "hours"),
        ("営業時間を教えて", "hours"),
        ("何時まで開いてますか", "hours"),
        ("运费多少", "shipping"),
        ("how mutch is shiping", "shipping"),
        ("delivery cost", "shipping"),
        ("wheres my parcel", "shipped"),
        ("พัสดุอยู่ที่ไหน", "shipped"),
    ],
)
def test_a_question_is_known_through_typos_and_other_words(text: str, entry: str) -> None:
    found = FAQ.answer(text, "en")
    assert (found.verdict, found.entry) == ("known", entry), found


@pytest.mark.parametrize("text", ["ship", "when does it ship and how much is it", "my item"])
def test_what_may_mean_several_is_offered_as_buttons(text: str) -> None:
    found = FAQ.answer(text, "en")
    assert found.verdict == "near"
    assert 1 <= len(found.suggestions) <= 3
    assert all(option.id.startswith("faq:") and option.label for option in found.suggestions)


@pytest.mark.parametrize(
    "text", ["", "   ", "🙂", "my dog ate my homework", "zzz qqq", "注文をキャンセルしたい", "\ud800"]
)
def test_what_is_none_of_them_is_not_known(text: str) -> None:
    assert FAQ.answer(text, "en").verdict == "unknown"


def test_the_answer_is_in_the_customers_language_or_the_nearest() -> None:
    assert FAQ.answer("return policy", "de-AT").text == "Drucken Sie das Etikett im Konto aus."
    assert FAQ.answer("return policy", "fr").text == "Print the label in your account."
    assert FAQ.answer("opening hours", "ja").text == "9時から17時までです。"
    assert Faq.compile(ENTRIES, default="de").answer("return policy", "fr").text.startswith("Drucken")


def test_a_suggestion_that_was_pressed_is_answered() -> None:
    assert FAQ.pressed("faq:hours", "en") == Said("known", "Nine to five.", "hours", score=1.0)
    assert FAQ.pressed("faq:gone", "en") is None
    assert FAQ.pressed("hours", "en") is None


def test_suggestions_are_asked_in_the_customers_language() -> None:
    found = FAQ.answer("営業時間", "ja")
    assert found.verdict == "near" and found.suggestions == (Option("faq:hours", "営業時間を教えてください"),)


def test_how_sure_it_has_to_be_can_be_set() -> None:
    strict = Faq.compile(ENTRIES, known=1.0, near=0.9)
    assert strict.answer("how do i retrun an itme", "en").verdict == "unknown"
    assert strict.answer("return policy", "en").verdict == "known"


def test_a_bot_without_questions_knows_nothing() -> None:
    assert Faq.compile(()).answer("hello", "en") == Said("unknown")


@given(st.text(max_size=200), st.sampled_from(["en", "ja", "xx"]))
def test_anything_may_be_asked(text: str, language: str) -> None:
    found = FAQ.answer(text, language)
    assert 0.0 <= found.score <= 1.01
    assert bool(found.suggestions) == (found.verdict == "near")
    assert bool(found.text) == (found.verdict == "known")


def test_five_thousand_questions_are_searched_quickly() -> None:
    words = ("blue", "red", "fast", "slow", "big", "small", "parcel", "order", "refund", "invoice", "gift", "card")
    many = tuple(
        Entry(
            id=f"q{number}",
            question={"en": f"What about {words[number % 12]} {words[number // 12 % 12]} {number} please?"},
            answer={"en": str(number)},
        )
        for number in range(5000)
    )
    faq = Faq.compile(many)
    began = thread_time()
    assert faq.answer("what abuot parcel refund 4232 please", "en").verdict in ("known", "near")
    assert thread_time() - began < 0.5


def test_what_is_wrong_with_questions_is_named_by_its_field() -> None:
    wrong = (
        ENTRIES[0],
        Entry(id="return", question={}, answer={}),
        Entry(id="x", question={"en": "?"}, variants={"q-": ("a",)}, answer={"q-": "a", "en": " "}),
    )
    assert [field for field, _ in validate_entries(wrong)] == [
        "settings.questions.1.id",
        "settings.questions.1.question",
        "settings.questions.1.answer",
        "settings.questions.2.answer.q-",
        "settings.questions.2.answer.en",
        "settings.questions.2.variants.q-",
    ]
    assert validate_entries(ENTRIES) == []
