"""Forms: what is asked next, how it is put, and what counts as an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import message as m
from core.form import (
    MOST_WRONG,
    Alternative,
    Asking,
    Kind,
    Question,
    Reading,
    Wording,
    at,
    following,
    put,
    read,
    read_all,
    validate_questions,
    whole,
)
from core.reading import read_date, read_email, read_number, read_phone

WORDS = Wording("Skip with -.", "I agree", "No thanks")
NAME = Question(key="name", label={"en": "Your name?", "ja": "お名前は?"}, required=True)
AGE = Question(key="age", label={"en": "Your age?"}, kind="number")
COLOUR = Question(
    key="colour",
    label={"en": "Which colour?"},
    kind="choice",
    options=(Alternative(id="r", label={"en": "Red", "ja": "赤"}), Alternative(id="g", label={"en": "Green"})),
)
TERMS = Question(key="terms", label={"en": "May we keep this?"}, kind="consent")
PHOTO = Question(key="photo", label={"en": "A photo?"}, kind="file")


def of(kind: Kind, *, required: bool = False, country: str | None = None) -> Question:
    return Question(key="it", label={"en": "It?"}, kind=kind, required=required, country=country)


def answer(question: Question, content: m.Content | str, language: str = "en") -> Reading:
    said = m.Text(content) if isinstance(content, str) else content
    return read(question, said, language, "en", WORDS)


# --- asking -----------------------------------------------------------------------------------------------------


def test_questions_are_asked_in_order_until_none_is_left() -> None:
    assert following((NAME, AGE), ()) == NAME
    assert following((NAME, AGE), ("name",)) == AGE
    assert following((NAME, AGE), ("name", "age")) is None


def test_what_was_answered_is_remembered_by_the_messages_that_did() -> None:
    asking = Asking("prechat", "name").missed().taken(4, then="age")
    assert asking == Asking("prechat", "age", (("name", 4),), wrong=0)
    assert (at((NAME, AGE), asking), at((NAME,), asking)) == (AGE, None)


def test_nobody_is_asked_for_ever() -> None:
    asking = Asking("prechat", "name")
    for _ in range(MOST_WRONG):
        assert not asking.given_up
        asking = asking.missed()
    assert asking.given_up


def test_a_question_is_put_in_the_customers_language_or_the_nearest() -> None:
    assert put(NAME, "ja-JP", "en", WORDS) == m.Text("お名前は?")
    assert put(NAME, "fr", "ja", WORDS) == m.Text("お名前は?")
    assert put(NAME, "fr", "de", WORDS) == m.Text("Your name?")


def test_one_that_may_be_skipped_says_so() -> None:
    assert put(AGE, "en", "en", WORDS) == m.Text("Your age?\nSkip with -.")


def test_a_choice_and_a_consent_are_put_with_their_options() -> None:
    red_green = (m.Option("form:colour:r", "Red"), m.Option("form:colour:g", "Green"))
    assert put(COLOUR, "en", "en", WORDS) == m.Choice("Which colour?", red_green)
    yes_no = (m.Option("form:terms:yes", "I agree"), m.Option("form:terms:no", "No thanks"))
    assert put(TERMS, "en", "en", WORDS) == m.Choice("May we keep this?", yes_no)


def test_a_channel_with_forms_gets_all_of_it_at_once() -> None:
    form = whole((NAME, COLOUR), "Hello!", "ja", "en", WORDS)
    options = (m.Option("form:colour:r", "赤"), m.Option("form:colour:g", "Green"))
    assert form == m.Form(
        "Hello!",
        (m.Field("name", "お名前は?", "text", True), m.Field("colour", "Which colour?", "choice", False, options)),
    )


# --- reading ----------------------------------------------------------------------------------------------------


def test_a_pressed_button_its_label_or_its_id_is_the_answer() -> None:
    assert answer(COLOUR, m.Chosen("form:colour:r", "Red")) == Reading("r")
    assert answer(COLOUR, "green") == Reading("g")
    assert answer(COLOUR, "2") == Reading("g")
    assert answer(COLOUR, "r") == Reading("r")
    assert answer(COLOUR, "blue") == Reading(wrong="form_wrong_choice")


def test_a_button_of_another_question_is_no_answer() -> None:
    assert answer(COLOUR, m.Chosen("form:size:r", "Large")) == Reading(wrong="form_wrong_choice")


def test_a_dash_skips_what_is_not_required() -> None:
    assert answer(AGE, "-") == Reading()
    assert answer(NAME, " – ") == Reading(wrong="form_required")
    assert answer(TERMS, "-") == Reading(wrong="form_required")
    assert answer(PHOTO, "-") == Reading()


def test_a_picture_answers_no_question_in_words() -> None:
    assert answer(NAME, m.Image(url="media:1")) == Reading(wrong="form_required")
    assert answer(AGE, m.Image(url="media:1")) == Reading(wrong="form_wrong_number")


def test_a_file_is_named_by_its_value() -> None:
    assert answer(PHOTO, m.Image(url="media:1", name="cat.png")) == Reading("cat.png")
    assert answer(PHOTO, m.Image(ref="abc")) == Reading("image")
    assert answer(PHOTO, "a cat") == Reading(wrong="form_wrong_file")


def test_a_shared_contact_is_a_phone_number() -> None:
    assert answer(of("phone"), m.Contact("Ann", ("+4930123456",))) == Reading("+4930123456")


def test_consent_is_agreed_to_or_not() -> None:
    assert answer(TERMS, m.Chosen("form:terms:no", "No thanks")) == Reading("no")
    assert answer(TERMS, "I agree") == Reading("yes")


def test_a_filled_form_is_read_whole() -> None:
    values = {"name": " Ann ", "age": "old", "colour": "form:colour:g", "terms": "form:terms:yes", "other": "x"}
    answers, wrong = read_all((NAME, AGE, COLOUR, TERMS), values, "en", "en", WORDS)
    assert answers == {"name": "Ann", "colour": "g", "terms": "yes"}
    assert wrong == {"age": "form_wrong_number"}
    assert read_all((NAME, AGE), {"age": ""}, "en", "en", WORDS) == ({}, {"name": "form_required"})


def test_who_does_not_consent_is_asked_nothing_more() -> None:
    assert read_all((TERMS, NAME), {"terms": "no"}, "en", "en", WORDS) == ({"terms": "no"}, {})


@given(st.text(max_size=80), st.sampled_from(["en", "ja", "de", "th", "ar"]))
def test_any_answer_to_any_question_is_read_without_an_error(text: str, language: str) -> None:
    for kind in ("text", "number", "date", "phone", "email", "file", "consent"):
        reading = read(of(kind), m.Text(text), language, "en", WORDS)
        assert reading.value is None or reading.wrong is None
        if reading.value is not None and kind not in ("text", "file"):
            again = read(of(kind), m.Text(reading.value), "en-GB", "en", WORDS)
            assert again.value == reading.value


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("12", "en", "12"),
        ("+12", "en", "12"),
        ("-3", "en", "-3"),
        ("007", "en", "7"),
        ("1.50", "en", "1.5"),
        ("1,5", "de", "1.5"),
        ("1,5", "en", "1.5"),
        ("1,234", "en", "1234"),
        ("1,234", "de", "1.234"),
        ("1.234", "en", "1.234"),
        ("1.234", "de", "1234"),
        ("1.234.567", "en", "1234567"),
        ("1,234.5", "de", "1234.5"),
        ("1.234,5", "en", "1234.5"),
        ("1 234", "fr", "1234"),
        ("１２", "ja", "12"),
        ("٣٤", "ar", "34"),
        ("๑๒", "th", "12"),
        ("12 years", "en", None),
        ("1.2.3", "en", None),
        ("1,2,3", "en", None),
        ("1e9", "en", None),
        ("1" * 40, "en", None),
        ("0", "en", "0"),
        ("0.0", "en", "0"),
        ("100", "en", "100"),
    ],
)
def test_numbers_as_people_write_them(text: str, language: str, value: str | None) -> None:
    assert read_number(text, language) == value


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("2026-11-23", "en", "2026-11-23"),
        ("2026/1/3", "en", "2026-01-03"),
        ("２０２６年１月３日", "ja", "2026-01-03"),
        ("23.11.2026", "de", "2026-11-23"),
        ("3/4/2026", "de", "2026-04-03"),
        ("3/4/2026", "en-US", "2026-03-04"),
        ("3/4/2026", "en-GB", "2026-04-03"),
        ("3/4/2026", "en", None),
        ("4/4/2026", "en", "2026-04-04"),
        ("25/12/2026", "en", "2026-12-25"),
        ("12/25/2026", "en", "2026-12-25"),
        ("23/11/2569", "th", "2026-11-23"),
        ("2026-02-29", "en", None),
        ("3/4/26", "de", None),
        ("1066-10-14", "en", None),
        ("tomorrow", "en", None),
    ],
)
def test_dates_as_people_write_them(text: str, language: str, value: str | None) -> None:
    assert read_date(text, language) == value


@pytest.mark.parametrize(
    ("text", "country", "value"),
    [
        ("+44 20 7946 0958", None, "+442079460958"),
        ("0044 20 7946 0958", None, "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("020 7946 0958", None, None),
        ("+８１ ３-１２３４-５６７８", None, "+81312345678"),
        ("12", "GB", None),
        ("call me", "GB", None),
        ("", None, None),
    ],
)
def test_phone_numbers_as_people_write_them(text: str, country: str | None, value: str | None) -> None:
    assert read_phone(text, country) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ann@example.com", "ann@example.com"),
        ("Ann.Lee+shop@Example.CO.uk", "Ann.Lee+shop@example.co.uk"),
        ("it is ann@example.com.", "ann@example.com"),
        ("ann＠example.com", "ann@example.com"),
        ("ann@müller.de", "ann@müller.de"),
        ("ann@example", None),
        ("ann@@example.com", None),
        (".ann@example.com", None),
        ("a..b@example.com", None),
        ("ann@-example.com", None),
        ("a@example.com or b@example.com", None),
        ("nothing", None),
    ],
)
def test_email_addresses_as_people_write_them(text: str, value: str | None) -> None:
    assert read_email(text) == value


def test_the_country_of_the_language_helps_a_phone_number_and_its_own_comes_first() -> None:
    assert answer(of("phone"), "020 7946 0958", "en-GB") == Reading("+442079460958")
    assert answer(of("phone"), "020 7946 0958") == Reading(wrong="form_wrong_phone")
    assert answer(of("phone", country="GB"), "020 7946 0958", "en-US") == Reading("+442079460958")


# --- settings ---------------------------------------------------------------------------------------------------


def test_a_form_that_is_right_has_no_problems() -> None:
    assert validate_questions((NAME, AGE, COLOUR, TERMS, PHOTO)) == []


def test_what_is_wrong_with_a_form_is_named_by_its_field() -> None:
    wrong = (
        NAME,
        Question(key="name", label={}),
        Question(key="a", label={"en": " ", "xx-": "y"}),
        Question(key="b", label={"en": "B"}, kind="choice", options=COLOUR.options[:1]),
        Question(key="c", label={"en": "C"}, options=COLOUR.options, country="DE"),
        Question(key="d", label={"en": "D"}, kind="choice", options=(COLOUR.options[0], COLOUR.options[0])),
    )
    assert [field for field, _ in validate_questions(wrong)] == [
        "questions.1.key",
        "questions.1.label",
        "questions.2.label.en",
        "questions.2.label.xx-",
        "questions.3.options",
        "questions.4.options",
        "questions.4.country",
        "questions.5.options.1.id",
    ]
    assert validate_questions((NAME,) * 21)[0] == ("questions", "A form has at most 20 questions.")


def test_an_options_id_fits_a_button_of_every_channel() -> None:
    def asked(key: str, option: str) -> Question:
        options = (Alternative(id=option, label={"en": "A"}), Alternative(id="b", label={"en": "B"}))
        return Question(key=key, label={"en": "Which?"}, kind="choice", options=options)

    assert validate_questions((asked("k" * 29, "o" * 29),)) == []  # with "form:" and ":" 64 bytes
    assert validate_questions((asked("k" * 40, "o" * 40),)) == [
        (
            "questions.0.options.0.id",
            "The question's key and the option's id are 22 characters too long together for a button.",
        ),
    ]
