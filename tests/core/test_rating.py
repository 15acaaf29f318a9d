"""The satisfaction survey: how it is asked, what is an answer to it, and when it is over."""

import pytest
from msgspec.structs import replace

from core import command as c
from core import event as e
from core.errors import Refused
from core.message import Choice, Chosen, Field, Form, Option, Text, Unsupported
from core.scheme import Surveys
from core.session import Invitation, Rating
from core.words import WordList
from tests.core.given import (
    BOSS,
    CHAT,
    DAY,
    EVERYTHING,
    MEI,
    MINUTE,
    NOON,
    PLAIN,
    TOM,
    WINDOW,
    Talk,
    active,
    closed,
    delivers,
    message,
    named,
    named_profile,
    policy,
    said,
    words,
)

STARS = Surveys(on=True)
OPTIONS = tuple(Option(f"rate:{score}", "*" * score) for score in range(1, 6))


def asked(surveys: Surveys = STARS, **more: object) -> Talk:
    """A chat that was closed, and its survey asked."""
    return closed(policy(surveys=surveys, **more))  # type: ignore[arg-type]


# --- asking ----------------------------------------------------------------------------------------------------


def test_the_survey_is_asked_on_close_with_buttons() -> None:
    talk = active(policy(surveys=STARS))
    decision = talk.close()
    assert named(decision) == ["Prompted", "Invited", "Prompted", "Closed"]
    (deliver,) = delivers(decision)
    assert [part.content for part in deliver.parts] == [Text("Goodbye from Mei."), Choice("How was it?", OPTIONS)]
    assert talk.last.invited == Invitation("stars", NOON + DAY)


def test_on_a_channel_of_words_it_is_a_numbered_list() -> None:
    talk = active(policy(replace(PLAIN, text_limit=200), surveys=STARS))
    assert said(talk.close())[1] == "How was it?\n1. *\n2. **\n3. ***\n4. ****\n5. *****\nSend a number."


def test_where_the_channel_has_forms_it_is_one() -> None:
    talk = active(policy(replace(CHAT, outbound=EVERYTHING | {"form"}), surveys=STARS))
    form = Form("How was it?", (Field("score", "How was it?", "stars", required=True, options=OPTIONS),))
    assert delivers(talk.close())[0].parts[-1].content == form


def test_nps_and_thumbs_have_their_own_questions() -> None:
    decision = active(policy(surveys=Surveys(on=True, kind="nps"))).close()
    question = delivers(decision)[0].parts[-1].content
    assert isinstance(question, Choice)
    assert (question.text, [option.label for option in question.options]) == (
        "Recommend us?",
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"],
    )
    assert said(active(policy(surveys=Surveys(on=True, kind="thumbs"))).close())[-1] == "Happy?"


@pytest.mark.parametrize("surveys", [Surveys(), Surveys(on=False), Surveys(on=True, ask_on_close=False)])
def test_it_is_not_asked_where_it_is_off(surveys: Surveys) -> None:
    assert named(active(policy(surveys=surveys)).close()) == ["Prompted", "Closed"]


def test_it_is_not_asked_when_the_channel_would_not_carry_it() -> None:
    assert named(active(policy(WINDOW, surveys=STARS)).later(2 * DAY).close()) == ["Closed"]


def test_an_agent_asks_before_the_end_and_then_it_is_not_asked_again() -> None:
    talk = active(policy(surveys=STARS))
    assert said(talk.do(c.InviteRating(MEI))) == ["How was it?"]
    assert named(talk.close()) == ["Prompted", "Closed"]
    assert talk.last.invited == Invitation("stars", NOON + DAY)
    talk.hear("5")
    assert talk.last.rating == Rating("stars", 5, NOON)


@pytest.mark.parametrize(
    ("talk", "by", "code"),
    [
        (active(), MEI, "survey_off"),
        (active(policy(surveys=STARS)), TOM, "not_yours"),
        (active(policy(WINDOW, surveys=STARS)).later(2 * DAY), BOSS, "window_closed"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused(talk: Talk, by: c.Actor, code: str) -> None:
    with pytest.raises(Refused) as error:
        talk.do(c.InviteRating(by))
    assert error.value.code == code


def test_nobody_is_asked_twice_nor_after_they_rated() -> None:
    talk = active(policy(surveys=STARS))
    talk.do(c.InviteRating(MEI))
    with pytest.raises(Refused, match="already asked"):
        talk.do(c.InviteRating(MEI))
    talk.hear("4")
    with pytest.raises(Refused, match="already rated"):
        talk.do(c.InviteRating(MEI))
    assert named(talk.close()) == ["Prompted", "Closed"]


# --- answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "score"),
    [
        (Chosen("rate:4", "****"), 4),
        (Text("5"), 5),
        (Text("five stars"), 5),
        (Text("3/5"), 3),
        (Form("How was it?", (), {"score": "2"}), 2),
    ],
)
def test_what_is_wholly_an_answer_is_the_rating(content: Chosen | Text | Form, score: int) -> None:
    talk = asked()
    decision = talk.later(MINUTE).hear(content)
    assert named(decision) == ["Received", "Rated", "Prompted"]
    assert talk.last.rating == Rating("stars", score, NOON + MINUTE)
    assert (said(decision), talk.state.session, talk.last.invited) == (["Thank you."], None, None)
    assert decision.session is talk.last


def test_the_answer_stands_in_the_chat_it_rates_in_order() -> None:
    talk = asked()
    assert talk.last.seq == 6
    decision = talk.hear("5")
    assert [event.seq for event in decision.events if isinstance(event, e.Received | e.Prompted)] == [7, 8]
    assert delivers(decision)[0].session == talk.last.id


@pytest.mark.parametrize(
    "text", ["5 minutes ago", "I have 5 questions", "6", "hello", "rate:5", "not 5 stars at all I would say"]
)
def test_anything_else_opens_a_session_and_leaves_the_invitation_open(text: str) -> None:
    talk = asked()
    talk.hear(text)
    assert talk.session.number == 2
    assert (talk.last.rating, talk.last.invited) == (None, Invitation("stars", NOON + DAY))


def test_a_button_of_another_scale_is_no_answer_and_opens_no_chat() -> None:
    talk = asked()
    assert said(talk.hear(Chosen("rate:9", "9"))) == ["survey_over"]
    assert (talk.state.session, talk.last.rating) == (None, None)
    talk.hear(Chosen("order:9", "9"))
    assert talk.session.number == 2


def test_an_answer_after_a_new_session_opened_rates_the_old_one() -> None:
    talk = asked()
    talk.hear("by the way, where is my parcel?")
    decision = talk.hear("4")
    assert (talk.last.rating, talk.session.seq) == (Rating("stars", 4, NOON), 2)
    assert (decision.session, decision.others) == (talk.last, ())
    assert delivers(decision)[0].session == talk.last.id


def test_the_first_answer_of_an_agent_in_the_next_chat_overtakes_the_invitation() -> None:
    talk = asked()
    talk.hear("where is my parcel?")
    talk.assign()
    decision = talk.reply("How many did you order?")
    assert named(decision) == ["InvitationEnded", "Replied"]
    assert [session.number for session in decision.others] == [1]
    talk.hear("5")
    assert (talk.last.rating, talk.session.wrote) == (None, 2)


def test_the_invitation_expires_counted_from_the_close() -> None:
    talk = asked(Surveys(on=True, expires_seconds=60))
    talk.later(59_999)
    assert "Rated" in named(closed_copy(talk).hear("5"))
    talk.later(1).hear("5")
    assert (talk.session.number, talk.last.rating) == (2, None)


def closed_copy(talk: Talk) -> Talk:
    """The same conversation, to be talked to without touching the other."""
    copy = Talk(talk.policy)
    copy.state, copy.now = talk.state, talk.now
    return copy


def test_a_chat_is_rated_once() -> None:
    talk = asked()
    talk.hear("5")
    talk.hear("4")
    assert (talk.last.rating, talk.session.number) == (Rating("stars", 5, NOON), 2)


def test_the_next_survey_takes_the_place_of_an_open_invitation() -> None:
    talk = asked()
    talk.hear("hello again")
    assert named(talk.close()) == ["Prompted", "InvitationEnded", "Invited", "Prompted", "Closed"]
    talk.hear("3")
    assert (talk.last.number, talk.last.rating) == (2, Rating("stars", 3, NOON))


def test_an_answer_is_understood_and_thanked_for_in_the_customers_language() -> None:
    talk = Talk(policy(surveys=STARS))
    talk.hear("hello", profile=named_profile("Ann", "ja"))
    talk.close()
    assert said(talk.hear("満足")) == ["ありがとう"]
    assert talk.last.rating == Rating("stars", 4, NOON)


# --- comments --------------------------------------------------------------------------------------------------

COMMENTS = Surveys(on=True, comment=True)


def test_after_the_score_the_next_message_within_ten_minutes_is_the_comment() -> None:
    talk = asked(COMMENTS)
    assert said(talk.hear("2")) == ["Why?"]
    assert talk.last.rating == Rating("stars", 2, NOON, comment=True)
    decision = talk.later(10 * MINUTE - 1).hear("Nobody answered for an hour")
    assert (named(decision), said(decision)) == (["Received", "Commented", "Prompted"], ["Thank you."])
    assert (talk.state.session, talk.last.invited) == (None, None)


def test_after_ten_minutes_it_is_a_new_chat() -> None:
    talk = asked(COMMENTS)
    talk.hear("2")
    talk.later(10 * MINUTE).hear("Nobody answered for an hour")
    assert talk.session.number == 2


def asked_for_consent_and_a_comment() -> Talk:
    """What she wrote next waits for her consent, and the chat before for her comment."""
    talk = asked(COMMENTS, lists=(WordList(name="data", side="customer", action="consent", find=("phone",)),))
    talk.hear("call me: +66 81 234 5678")
    assert talk.session.held
    talk.hear(Chosen("rate:2", "**"))
    assert talk.last.invited is not None
    return talk


def test_a_button_of_the_next_chat_is_no_comment() -> None:
    talk = asked_for_consent_and_a_comment()
    decision = talk.hear(Chosen("consent:no", "No"))
    assert (named(decision), talk.session.held) == (["Received", "ConsentAnswered", "Prompted"], ())
    assert decision.session is not None and decision.session.id == talk.session.id


def test_a_comment_answers_nothing_that_is_asked_in_the_next_chat() -> None:
    talk = asked_for_consent_and_a_comment()
    before = talk.session
    decision = talk.hear("no")
    assert (named(decision), said(decision)) == (["Received", "Commented", "Prompted"], ["Thank you."])
    assert talk.session == before


def test_a_comment_passes_the_word_filter_like_any_message() -> None:
    talk = asked(COMMENTS, lists=(words("mask", "secret"),))
    talk.hear("1")
    heard = message(talk.hear("my secret code"))
    assert (heard.content, heard.original, heard.hits) == (Text("my ****** code"), Text("my secret code"), ("list",))


def test_a_blocked_comment_is_withheld_and_the_customer_told() -> None:
    talk = asked(COMMENTS, lists=(words("block", "secret"),))
    talk.hear("1")
    decision = talk.hear("my secret code")
    assert message(decision).content == Unsupported("withheld")
    assert said(decision) == ["That was not passed on.", "Thank you."]
    assert talk.state.session is None
