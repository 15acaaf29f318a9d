"""A wrong value is answered with a sentence: what to give instead, and the choices where there are some."""

import pytest

from api.fields import Wrong, typed
from core.policy import AREAS


@pytest.mark.parametrize(
    ("area", "body", "field", "message"),
    [
        ("submissions", {"on": 1}, "on", "Give true or false, not a whole number."),
        ("retention", {"message_days": "x"}, "message_days", "Give a whole number or null, not a text."),
        ("words", [], "body", "Give an object with fields, not a list."),
        ("submissions", {"abandon_seconds": 1}, "abandon_seconds", "Give 60 or more."),
        ("surveys", {"invitations": 99}, "invitations", "Give 10 or less."),
        ("customers", {"fields": [""]}, "fields.0", "Give at least 1 character."),
        ("customers", {"fields": ["x"] * 51}, "fields", "Give at most 50 entries."),
        ("submissions", {"kind": "x"}, "kind", "“x” is none of: message, ticket."),
        ("surveys", {"comment": "maybe"}, "comment", "“maybe” is none of: off, optional, required."),
        ("closing", {"after_close": ["x"]}, "after_close.0", "“x” is none of: leave_message, rate, restart."),
        (
            "reception",
            {"service": "y" * 99},
            "service",
            f"“{'y' * 60}” is none of: bot_first, bot_only, people_first, people_only.",
        ),
        (
            "submissions",
            {"fields": [{"key": "Order", "label": {}}]},
            "fields.0.key",
            "Write it with a-z, 0-9 and _, beginning with a letter; at most 40 characters.",
        ),
        ("closing", {"summary": {"types": [" "]}}, "summary.types.0", "This may not be blank."),
        ("surveys", {"x": 1}, "x", "There is no such field."),
    ],
)
def test_a_wrong_value_is_answered_in_words(area: str, body: object, field: str, message: str) -> None:
    with pytest.raises(Wrong) as error:
        typed(body, AREAS[area])
    assert (error.value.field, error.value.message) == (field, message)


def test_a_tag_names_the_kinds_there_are() -> None:
    body = {"rules": [{"name": "x", "when": {"if": "moon"}}]}
    with pytest.raises(Wrong, match="“moon” is none of: all, any, not, language, vip") as error:
        typed(body, AREAS["routing"])
    assert error.value.field == "rules.0.when.if"
