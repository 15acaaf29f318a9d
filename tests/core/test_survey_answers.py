from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import locales
from core.survey import Answers, Kind, chosen_score, options

TEXTS = locales.read()
ANSWERS = Answers.compile({tag: locale.survey for tag, locale in TEXTS.items()})


class More(msgspec.Struct, frozen=True):
    """The languages that came later: star answers, messages that are none, thumbs."""

    answers: dict[str, dict[str, int]]
    others: dict[str, tuple[str, ...]]
    thumbs: dict[str, dict[str, int]]


MORE = msgspec.json.decode(Path(__file__).with_name("survey_answers.json").read_bytes(), type=More)

STARS = {
    "en": {
        "5": 5,
        "five stars": 5,
        "4 out of 5": 4,
        "I'd say three": 3,
        "Excellent!!": 5,
        "two": 2,
    },
    "zh-Hans": {
        "五星": 5,
        "5分": 5,
        "满意": 4,
        "非常满意！": 5,
        "我给四分": 4,
        "差评": 1,
    },
    "zh-Hant": {
        "五星": 5,
        "滿意": 4,
        "給 3 顆星": 3,
        "很棒！": 5,
        "兩顆星": 2,
        "4分": 4,
    },
    "ja": {
        "５": 5,
        "星五つ": 5,
        "星3つです": 3,
        "とても満足です。": 5,
        "普通": 3,
        "4点": 4,
    },
    "th": {"๕": 5, "ห้าดาว": 5, "4 ดาว": 4, "ให้ 3 คะแนน": 3, "ดีมากค่ะ": 5, "พอใช้": 3},
    "id": {
        "lima": 5,
        "bintang 5": 5,
        "4 bintang": 4,
        "3 dari 5": 3,
        "Puas": 4,
        "mantap!": 5,
    },
    "es": {
        "cinco": 5,
        "5 estrellas": 5,
        "un 4": 4,
        "3 de 5": 3,
        "muy bien": 5,
        "pesimo": 1,
    },
    "ar": {"٥": 5, "خمس نجوم": 5, "٤ من ٥": 4, "ممتاز!": 5, "جيدة": 4, "ثلاثة": 3},
}
NO_STARS = {
    "en": [
        "5 minutes ago",
        "I have five questions",
        "is it good?",
        "4-5",
        "not five stars",
        "5 or 4",
    ],
    "zh-Hans": [
        "五分钟前",
        "我要五个",
        "满意吗？",
        "五星酒店在哪里",
        "5元",
        "不是五星",
    ],
    "zh-Hant": [
        "五分鐘前",
        "我要三個",
        "滿意嗎？",
        "五星飯店在哪裡",
        "一下",
        "分數是多少",
    ],
    "ja": [
        "5分前です",
        "五つください",
        "満足できますか",
        "星を見ました",
        "３番の商品",
        "4時です",
    ],
    "th": ["5 นาทีที่แล้ว", "ขอห้าชิ้น", "ดีไหมคะ", "ดาว", "ห้าร้อย", "มี 4 ดาวไหม"],
    "id": [
        "5 menit yang lalu",
        "saya mau lima",
        "apakah bagus?",
        "bintang",
        "lima ratus",
        "tidak 5",
    ],
    "es": [
        "hace 5 minutos",
        "quiero cinco",
        "¿está bien?",
        "estrellas",
        "cinco mil",
        "a las 5",
    ],
    "ar": ["قبل ٥ دقائق", "أريد خمسة", "هل هو ممتاز؟", "نجوم", "خمسون", "الساعة 5"],
}
THUMBS = {
    "en": {"yes": 1, "No": 0, "satisfied": 1, "not good": 0, "👍🏽": 1, "👎 no": 0},
    "zh-Hans": {"满意": 1, "不满意": 0, "是的": 1, "不好": 0, "👍": 1},
    "zh-Hant": {"滿意": 1, "不滿意": 0, "是": 1, "爛": 0, "讚！": 1},
    "ja": {"はい": 1, "いいえ": 0, "満足です": 1, "不満": 0, "よかったです": 1},
    "th": {"พอใจค่ะ": 1, "ไม่พอใจ": 0, "ใช่": 1, "ไม่": 0, "ดีมาก": 1},
    "id": {"ya": 1, "tidak": 0, "puas": 1, "tidak puas": 0, "mantap": 1},
    "es": {"sí": 1, "si": 1, "no": 0, "muy bien": 1, "insatisfecho": 0},
    "ar": {"نعم": 1, "لا": 0, "راض": 1, "غير راضٍ": 0, "ممتاز": 1},
}


def read(text: str, kind: Kind, language: str) -> int | None:
    return ANSWERS.read_score(text, kind, language)


@pytest.mark.parametrize("language", STARS)
def test_free_text_answers_are_understood_in_each_language(language: str) -> None:
    assert {said: read(said, "stars", language) for said in STARS[language]} == STARS[language]
    assert {said: read(said, "thumbs", language) for said in THUMBS[language]} == THUMBS[language]


@pytest.mark.parametrize("language", NO_STARS)
def test_what_only_contains_an_answer_is_none_in_any_language(language: str) -> None:
    for kind in ("stars", "nps", "thumbs"):
        assert {said: read(said, kind, language) for said in NO_STARS[language]} == dict.fromkeys(NO_STARS[language])


def test_every_language_has_five_answers_and_five_that_are_none() -> None:
    assert STARS.keys() == NO_STARS.keys() == THUMBS.keys() == TEXTS.keys() - MORE.answers.keys()
    assert MORE.answers.keys() == MORE.others.keys() == MORE.thumbs.keys()
    groups = (STARS, NO_STARS, THUMBS, MORE.answers, MORE.others, MORE.thumbs)
    assert all(len(said) >= 5 for group in groups for said in group.values())


@pytest.mark.parametrize("language", MORE.answers)
def test_answers_in_the_other_languages_are_understood_and_others_are_none(language: str) -> None:
    answers, others, thumbs = MORE.answers[language], MORE.others[language], MORE.thumbs[language]
    assert {said: read(said, "stars", language) for said in answers} == answers
    assert {said: read(said, "thumbs", language) for said in thumbs} == thumbs
    for kind in ("stars", "nps", "thumbs"):
        assert {said: read(said, kind, language) for said in others} == dict.fromkeys(others)


@pytest.mark.parametrize(
    "said",
    [
        "5",
        " 5 ! ",
        "5.",
        "5/5",
        "5 / 5",
        "⭐⭐⭐⭐⭐",
        "★★★★★",
        "5️⃣",
        "５",
        "⑤",
        "٥",
        "๕",
        "५",
    ],
)
def test_five_stars_need_no_language(said: str) -> None:
    assert read(said, "stars", "xx") == 5


@pytest.mark.parametrize(
    ("said", "kind", "score"),
    [
        ("★★★★☆", "stars", 4),
        ("0", "stars", None),
        ("6", "stars", None),
        ("4/10", "stars", None),
        ("4.5", "stars", None),
        ("-1", "nps", None),
        ("5?", "stars", None),
        ("⭐⭐⭐⭐⭐⭐", "stars", None),
        ("★★★ Excellent", "stars", None),
        ("👍", "stars", None),
        ("10", "nps", 10),
        ("0", "nps", 0),
        ("8/10", "nps", 8),
        ("8/5", "nps", None),
        ("ten", "nps", 10),
        ("11", "nps", None),
        ("1", "thumbs", 1),
        ("2", "thumbs", 0),
        ("👍👍", "thumbs", 1),
        ("👍👎", "thumbs", None),
        ("👍 no", "thumbs", None),
        ("", "stars", None),
        ("thanks", "thumbs", None),
    ],
)
def test_only_what_the_scale_has_is_a_score(said: str, kind: Kind, score: int | None) -> None:
    assert read(said, kind, "en") == score


def test_english_is_understood_from_everybody() -> None:
    assert read("five stars", "stars", "ja") == 5
    assert read("五星", "stars", "en") is None


@pytest.mark.parametrize("language", TEXTS)
def test_the_label_of_every_option_is_its_answer(language: str) -> None:
    kinds: tuple[Kind, ...] = ("stars", "thumbs", "nps")
    for kind in kinds:
        for option in options(kind):
            label = TEXTS[language].prompts[option.key].replace("{score}", str(option.score))
            assert read(label, kind, language) == option.score, label


def test_options_are_listed_so_that_a_star_option_has_the_number_of_its_score() -> None:
    assert [(o.id, o.key) for o in options("stars")] == [(f"rate:{n}", f"rating_{n}") for n in range(1, 6)]
    assert [o.id for o in options("thumbs")] == ["rate:1", "rate:0"]
    assert [o.score for o in options("nps")] == list(range(11))


def test_a_button_gives_its_score_and_no_other_does() -> None:
    assert chosen_score("rate:5", "stars") == 5
    assert chosen_score("rate:0", "thumbs") == 0
    assert chosen_score("rate:0", "stars") is None
    assert chosen_score("order:5", "stars") is None


@given(st.text(st.characters(codec="utf-8") | st.just("\ud800"), max_size=80))
def test_no_text_makes_reading_fail(text: str) -> None:
    assert read(text, "stars", "ar") in (None, 1, 2, 3, 4, 5)
    assert read(text, "thumbs", "th") in (None, 0, 1)
