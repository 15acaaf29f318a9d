"""Survey schemes: wordings, tags, “solved?”, comments, alarms; asked step by step or all at once."""

import pytest
from msgspec.structs import replace

from core import command as c
from core import event as e
from core.errors import BadInput, Refused
from core.form import Question
from core.message import Choice, Chosen, Form, Option, Sticker, Text
from core.policy import Level, Policy
from core.scheme import Score, Surveys, Tag
from core.session import Rating
from core.submitted import Submissions
from tests.core.given import (
    CHAT,
    DAY,
    EVERYTHING,
    MEI,
    MINUTE,
    NOBODY,
    NOON,
    PLAIN,
    WINDOW,
    Talk,
    active,
    closed,
    delivers,
    named,
    policy,
    said,
)

SLOW, RUDE = Tag("slow", {"en": "Too slow", "ja": "遅い"}), Tag("rude")
WHOLE = Surveys(
    on=True,
    scores={
        "1": Score(tags=(SLOW, RUDE), comment="required", tags_required=True),
        "2": Score(tags=(SLOW, RUDE)),
        "5": Score(text={"en": "Splendid"}, comment="optional"),
    },
    solved="optional",
    alert_at_most=2,
)
FORMS = replace(CHAT, outbound=EVERYTHING | {"form"})


def asked(surveys: Surveys = WHOLE, **more: object) -> Talk:
    return closed(policy(surveys=surveys, **more))  # type: ignore[arg-type]


def filled(**values: str) -> Form:
    return Form("", (), {key.replace("__", "."): value for key, value in values.items()})


# --- step by step ------------------------------------------------------------------------------------------------


def test_a_score_is_asked_what_it_was_for_whether_it_was_solved_and_why() -> None:
    talk = asked()
    first = talk.hear("1")
    assert named(first) == ["Received", "Rated", "ScoreAlerted", "Prompted"]
    assert delivers(first)[0].parts[0].content == Choice(
        "survey_tags", (Option("survey:tag:0", "Too slow"), Option("survey:tag:1", "rude"))
    )
    assert said(talk.hear(Chosen("survey:tag:0", "Too slow"))) == ["survey_solved"]
    assert said(talk.hear("no")) == ["Why?"]
    assert said(talk.hear("An hour of waiting")) == ["Thank you."]
    assert talk.last.rating == Rating("stars", 1, NOON, comment=True, tags=("slow",), solved=False)
    assert (talk.last.invited, talk.state.session) == (None, None)


def test_a_score_that_is_asked_nothing_more_goes_on_to_what_all_are_asked() -> None:
    talk = asked()
    assert said(talk.hear("3")) == ["survey_solved"]
    assert said(talk.hear(Chosen("survey:yes", "Yes"))) == ["Thank you."]
    assert talk.last.rating == Rating("stars", 3, NOON, solved=True)


def test_tags_that_are_not_required_can_be_skipped() -> None:
    talk = asked()
    question = delivers(talk.hear("2"))[0].parts[0].content
    assert isinstance(question, Choice)
    assert [option.label for option in question.options] == ["Too slow", "rude", "survey_skip"]
    assert said(talk.hear(Chosen("survey:skip", "Skip"))) == ["survey_solved"]
    assert talk.last.rating == Rating("stars", 2, NOON)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("1", ("slow",)),
        ("2", ("rude",)),
        ("1, 2", ("slow", "rude")),
        ("2 1", ("slow", "rude")),
        ("too slow", ("slow",)),
    ],
)
def test_tags_are_understood_in_numbers_and_words(text: str, tags: tuple[str, ...]) -> None:
    talk = asked(capabilities=replace(PLAIN, text_limit=400))
    talk.hear("1")
    talk.hear(text)
    assert talk.last.rating is not None and talk.last.rating.tags == tags


def test_a_second_button_adds_a_tag_and_asks_nothing_anew() -> None:
    talk = asked()
    talk.hear("1")
    talk.hear(Chosen("survey:tag:1", "rude"))
    decision = talk.hear(Chosen("survey:tag:0", "Too slow"))
    assert (named(decision), said(decision)) == (["Received", "RatingDetailed"], [])
    assert talk.last.rating is not None and talk.last.rating.tags == ("slow", "rude")
    assert said(talk.hear("no")) == ["Why?"]


def test_a_score_that_is_pressed_twice_asks_the_same_again() -> None:
    talk = asked()
    talk.hear(Chosen("rate:1", "*"))
    assert said(talk.hear(Chosen("rate:4", "****"))) == ["survey_tags"]
    assert talk.last.rating == Rating("stars", 1, NOON)


@pytest.mark.parametrize("text", ["Where is my parcel?", "1 hour ago", "I have 2 questions"])
def test_what_is_no_answer_to_a_step_is_a_new_chat_and_the_score_stays(text: str) -> None:
    talk = asked()
    talk.hear("1")
    talk.hear(text)
    assert talk.session.number == 2
    assert talk.last.rating == Rating("stars", 1, NOON)


NEEDED = Surveys(on=True, tags=(SLOW, RUDE), tags_required=True, solved="required", comment="required")


def test_what_is_required_is_asked_one_after_another_and_cannot_be_skipped() -> None:
    talk = asked(NEEDED)
    question = delivers(talk.hear("4"))[0].parts[0].content
    assert isinstance(question, Choice) and [option.label for option in question.options] == ["Too slow", "rude"]
    for no_answer in (Chosen("survey:skip", "Skip"), Text("3"), Text("👍"), Sticker("s1")):
        decision = talk.hear(no_answer)
        assert (said(decision), talk.state.session) == (["form_wrong_choice", "survey_tags"], None)
    assert said(talk.hear("2")) == ["survey_solved"]
    assert said(talk.hear(Text("9"))) == ["form_wrong_choice", "survey_solved"]
    assert said(talk.hear("yes")) == ["Why?"]
    assert said(talk.hear(Sticker("s1"))) == ["form_required", "Why?"]
    assert said(talk.hear("Rude but right")) == ["Thank you."]
    assert talk.last.rating == Rating("stars", 4, NOON, comment=True, tags=("rude",), solved=True)


def test_words_that_are_no_answer_are_a_new_chat_and_the_required_question_stays_open() -> None:
    talk = asked(NEEDED)
    talk.hear("4")
    talk.hear("Where is my parcel?")
    assert talk.session.number == 2
    assert said(talk.hear(Chosen("survey:tag:1", "rude"))) == ["survey_solved"]


def test_what_is_not_required_is_not_asked_again() -> None:
    talk = asked()
    talk.hear("2")
    talk.hear(Sticker("s1"))
    assert talk.session.number == 2


def test_words_count_for_ten_minutes_and_buttons_until_the_survey_ends() -> None:
    talk = asked()
    talk.hear("1")
    talk.later(10 * MINUTE)
    assert said(talk.hear(Chosen("survey:tag:0", "Too slow"))) == ["survey_solved"]
    talk.later(10 * MINUTE).hear("no")
    assert talk.session.number == 2


def test_a_schemes_own_words_are_shown_and_understood() -> None:
    talk = active(policy(surveys=WHOLE))
    question = delivers(talk.close())[0].parts[-1].content
    assert isinstance(question, Choice)
    assert [option.label for option in question.options] == ["*", "**", "***", "****", "Splendid"]
    talk.hear("splendid")
    assert talk.last.rating is not None and talk.last.rating.score == 5


# --- all at once -------------------------------------------------------------------------------------------------


def test_where_the_channel_has_forms_all_is_asked_at_once() -> None:
    form = delivers(active(policy(FORMS, surveys=WHOLE)).close())[0].parts[-1].content
    assert isinstance(form, Form)
    assert [(field.key, field.kind, field.required, field.many, field.when) for field in form.fields] == [
        ("score", "stars", True, False, ()),
        ("tags.1", "choice", True, True, ("rate:1",)),
        ("tags.2", "choice", False, True, ("rate:2",)),
        ("solved", "choice", False, False, ()),
        ("comment.1", "text", True, False, ("rate:1",)),
        ("comment.5", "text", False, False, ("rate:5",)),
    ]


def test_a_filled_form_is_the_whole_rating() -> None:
    talk = asked(capabilities=FORMS)
    decision = talk.hear(
        filled(score="rate:1", tags__1="survey:tag:0\nsurvey:tag:1", solved="survey:no", comment__1="Bad.")
    )
    assert named(decision) == ["Received", "Rated", "ScoreAlerted", "Commented", "Prompted"]
    assert said(decision) == ["Thank you."]
    assert talk.last.rating == Rating("stars", 1, NOON, comment=True, tags=("slow", "rude"), solved=False)
    assert (talk.last.invited, talk.state.session) == (None, None)


def test_a_form_with_the_score_alone_asks_no_further() -> None:
    talk = asked(capabilities=FORMS)
    assert said(talk.hear(filled(score="rate:5"))) == ["Thank you."]


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"score": "rate:1"}, ["tags", "comment"]),
        ({"score": "rate:1", "tags.1": "survey:tag:7", "comment.1": "Bad."}, ["tags"]),
        ({"score": "rate:1", "tags.1": "survey:tag:0", "comment.1": " "}, ["comment"]),
        ({"score": "rate:3", "solved": "perhaps"}, ["solved"]),
        ({"score": "rate:9"}, ["score"]),
        ({"solved": "survey:yes"}, ["score"]),
    ],
)
def test_what_is_required_is_missed_by_name(values: dict[str, str], fields: list[str]) -> None:
    talk = asked(capabilities=FORMS)
    with pytest.raises(BadInput) as error:
        talk.hear(Form("", (), values))
    assert [field for field, _ in error.value.errors] == [f"content.values.{field}" for field in fields]
    assert talk.last.rating is None


def test_a_form_with_a_field_of_the_same_name_is_not_the_surveys() -> None:
    question = Question(key="score", label={"en": "Your score in the game?"}, required=True)
    rules = policy(FORMS, surveys=WHOLE)
    level = Level(surveys=WHOLE, submissions=Submissions(on=True, fields=(question,)))
    talk = Talk(Policy(rules.version, rules.channel, rules.texts, rules.answers, level, {}, Level()), outlook=NOBODY)
    talk.hear("hello")
    decision = talk.hear(Form("", (), {"score": "17"}))
    assert "Submitted" in named(decision)


def test_a_form_that_comes_too_late_opens_no_chat() -> None:
    talk = asked(Surveys(on=True, expires_seconds=60), capabilities=FORMS)
    assert said(talk.later(MINUTE).hear(filled(score="rate:5"))) == ["survey_over"]
    assert (talk.state.session, talk.last.rating) == (None, None)


# --- who asks, and how often ---------------------------------------------------------------------------------------


def test_a_button_pressed_after_the_survey_is_over_opens_no_chat() -> None:
    talk = asked()
    talk.hear("3")
    talk.hear("yes")
    decision = talk.later(2 * DAY).hear(Chosen("rate:5", "Splendid"))
    assert (said(decision), talk.state.session) == (["survey_over"], None)
    talk.hear("hello again")
    decision = talk.hear(Chosen("survey:yes", "Yes"))
    assert (decision.session, talk.session.wrote) == (talk.last, 1)


def test_an_agent_may_ask_as_often_as_the_scheme_says() -> None:
    talk = active(policy(surveys=Surveys(on=True, invitations=2)))
    talk.do(c.InviteRating(MEI))
    talk.do(c.InviteRating(MEI))
    with pytest.raises(Refused, match="already asked"):
        talk.do(c.InviteRating(MEI))
    assert named(talk.close()) == ["Prompted", "Closed"]


def test_nobody_is_asked_by_itself_again_before_they_have_rested() -> None:
    talk = asked(Surveys(on=True, rest_seconds=3600))
    talk.later(MINUTE).hear("one more thing")
    talk.assign()
    assert named(talk.close()) == ["Prompted", "Closed"]
    talk.later(60 * MINUTE).hear("and another")
    talk.assign()
    assert "Invited" in named(talk.close())


def test_a_customer_asks_for_the_survey_by_themselves() -> None:
    talk = asked(Surveys(on=True, ask_on_close=False))
    decision = talk.later(DAY).hear(Chosen("after:rate", "Rate"))
    assert (named(decision), talk.state.session) == (["Received", "Invited", "Prompted"], None)
    talk.hear("5")
    assert talk.last.rating == Rating("stars", 5, NOON + DAY)
    assert said(talk.hear(Chosen("after:rate", "Rate"))) == ["survey_over"]


def test_a_customer_may_be_kept_from_asking() -> None:
    talk = asked(Surveys(on=True, ask_on_close=False, customer_may_ask=False))
    assert said(talk.hear(Chosen("after:rate", "Rate"))) == ["survey_over"]
    assert talk.last.invited is None


def test_outside_the_service_window_nothing_is_asked_and_nothing_said() -> None:
    talk = closed(policy(WINDOW, surveys=WHOLE))
    talk.hear("1")
    assert talk.last.rating is not None
    late = active(policy(WINDOW, surveys=WHOLE)).later(2 * DAY)
    assert delivers(late.close()) == []


def test_the_groups_scheme_goes_before_the_one_for_all() -> None:
    group = Level(surveys=Surveys(kind="thumbs", alert_at_most=0))
    talk = active(policy(surveys=WHOLE, group="sales", groups={"sales": group}))
    assert said(talk.close())[-1] == "Happy?"
    decision = talk.hear("no")
    assert e.ScoreAlerted("thumbs", 0, NOON) in decision.events


# --- alarms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("score", "alarms"), [("1", True), ("2", True), ("3", False), ("5", False)])
def test_a_low_score_alarms_supervisors(score: str, alarms: bool) -> None:
    assert ("ScoreAlerted" in named(asked().hear(score))) is alarms


def test_what_answers_a_survey_is_marked_as_such() -> None:
    talk = asked()
    heard = [event.message for event in talk.hear("1").events if isinstance(event, e.Received)]
    assert [message.rates for message in heard] == [True]
    assert heard[0].content == Chosen("rate:1", "*")
