"""Times, cursors and field names on the wire."""

from typing import Any

import msgspec
import pytest

from api.fields import Wrong, typed
from api.paging import Listing, Window, cursor, position, slice_of
from api.times import iso, milliseconds
from core.errors import BadInput


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_750_000_000_007, "2025-06-15T15:06:40.007Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_time_is_written_with_its_milliseconds_and_read_again(ms: int, text: str) -> None:
    assert iso(ms) == text
    assert milliseconds(text) == ms


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T00:00:00.1Z", 100),
        ("1970-01-01T00:00:00.123999Z", 123),
        ("1969-12-31T23:59:59.5Z", -500),
    ],
)
def test_other_ways_to_write_a_time_are_read(text: str, ms: int) -> None:
    assert milliseconds(text) == ms


@pytest.mark.parametrize("text", ["", "now", "2025-06-15", "2025-06-15T15:06:40", "2025-13-15T15:06:40Z", "1750000000"])
def test_what_is_no_full_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        milliseconds(text)


def test_a_cursor_is_read_again_and_says_nothing() -> None:
    assert position(cursor(0)) == 0
    assert position(cursor(123_456_789_012)) == 123_456_789_012
    assert "123" not in cursor(123)


@pytest.mark.parametrize("text", ["", "5", "aaaaaaaa", "é", cursor(7)[:-1], cursor(7) + "a" * 40, "\ud800"])
def test_what_is_no_cursor_names_its_field(text: str) -> None:
    with pytest.raises(BadInput) as raised:
        position(text)
    assert raised.value.errors[0][0] == "after"


def test_pages_hold_everything_once() -> None:
    items, seen, after = list(range(7)), [], None
    while True:
        page: Listing[int] = slice_of(items, Window(limit=3, after=after))
        seen += page.items
        if page.next is None:
            break
        after = page.next
    assert seen == items
    assert slice_of(items, Window(limit=100_000)).items == items


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    on: bool
    text: dict[str, str] = {}


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    prompts: dict[str, Inner] = {}
    many: tuple[Inner, ...] = ()
    numbers: dict[str, dict[str, int]] = {}


GOOD: dict[str, Any] = {f"key{number}": {"on": True} for number in range(9)}


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"prompts": GOOD | {"bad": {"on": 5}}}, "prompts.bad.on"),
        ({"prompts": {"bad": {"on": 5}} | GOOD}, "prompts.bad.on"),
        ({"prompts": GOOD | {"bad": {}}}, "prompts.bad.on"),
        ({"prompts": GOOD | {"bad": {"on": True, "off": True}}}, "prompts.bad.off"),
        ({"prompts": {"a": {"on": True, "text": {"en": "x", "ja": 5, "th": "x"}}}}, "prompts.a.text.ja"),
        ({"many": [{"on": True}, {"on": None}]}, "many.1.on"),
        ({"many": [{"on": True, "text": {"en": []}}]}, "many.0.text.en"),
        ({"numbers": {"a": {"b": 1}, "c": {"d": 1, "e": "f"}}}, "numbers.c.e"),
        ({"more": 1}, "more"),
        ([], "body"),
        (None, "body"),
    ],
)
def test_the_field_that_is_wrong_is_named_exactly(value: object, field: str) -> None:
    with pytest.raises(Wrong) as raised:
        typed(value, Outer)
    assert raised.value.field == field


def test_what_a_query_writes_as_text_is_read() -> None:
    assert typed({"limit": "7"}, Window, strict=False) == Window(limit=7)
    with pytest.raises(Wrong, match="limit"):
        typed({"limit": "seven"}, Window, strict=False)
