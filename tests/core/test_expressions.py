import pytest

from core.expressions import complaint
from core.words import Filter, WordList

EVERYTHING = WordList(name="data", side="customer", action="mask", find=("card", "phone", "email", "iban"))
BOOKING = WordList(
    name="data", side="customer", action="mask", patterns=(r"\bab-\d{4}\b",), except_=("AB-0000",), anywhere=True
)


def masked(text: str, *lists: WordList) -> str:
    return Filter.compile(lists or [EVERYTHING]).scan(text, "customer").text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("card 4111 1111 1111 1111!", "card *******************!"),
        ("card 4111-1111-1111-1111", "card *******************"),
        ("４１１１１１１１１１１１１１１１", "****************"),
        ("٤١١١١١١١١١١١١١١١", "****************"),
        ("call +66 81-234-5678 now", "call *************** now"),
        ("call 081 234 5678", "call ************"),
        ("call (415) 555-2671", "call **************"),
        ("我的手机13812345678谢谢", "我的手机***********谢谢"),
        ("mail Ann.B@Example.co.uk please", "mail ******************* please"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN ***************************"),
    ],
)
def test_personal_data_is_found_however_it_is_written(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "order 1234567890123",
        "4111 1111 1111 1112",
        "on 2026-11-22 at 10:30",
        "room 101, floor 12",
        "me@home",
        "DE89 3704 1044 1532 1130 01",
        "",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert masked(text) == text


def test_an_expression_of_an_admin_sees_case_and_width_alike_and_exceptions_win() -> None:
    assert masked("ＡＢ-１２３４ and AB-0000", BOOKING) == "******* and AB-0000"


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("(", "missing"),
        ("(?=x)", "invalid perl operator"),
        (r"(a)\1", "invalid escape"),
        ("a*", "matches nothing at all"),
        ("x" * 501, "at most 500"),
        ("(?:(?:a{1000}){1000}){1000}", "repetition"),
    ],
)
def test_an_expression_that_cannot_be_used_says_why(expression: str, why: str) -> None:
    told = complaint(expression)
    assert told is not None and why in told


def test_an_expression_that_blows_others_up_takes_no_time() -> None:
    evil = WordList(name="evil", side="customer", action="alert", patterns=("(a+)+$", "(a|aa)+c"))
    assert Filter.compile([evil]).scan("a" * 20_000 + "b", "customer").action == "pass"
