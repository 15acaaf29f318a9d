"""Leaving a message or a ticket: offered, asked question by question or at once, kept, answered both ways."""

from typing import Any

import pytest
from msgspec.structs import replace

from core import command as c
from core import effect as f
from core import event as e
from core.channel import Capabilities
from core.errors import BadInput, Refused
from core.form import Alternative, Question
from core.hours import Opening, Span
from core.message import Choice, Chosen, Form, Image, Option, Text, Unsupported
from core.mode import Reception
from core.policy import ChannelFacts, Level, Policy, Words
from core.promise import Promise, Sla
from core.routes import Assignment
from core.submitted import Answer, Submission, Submissions
from core.waiting import Queue
from core.words import WordList
from tests.core.given import (
    BUSY,
    CHAT,
    DAY,
    EVERYTHING,
    HOUR,
    MEI,
    MINUTE,
    NOBODY,
    NOON,
    PLAIN,
    TEXTS,
    TOM,
    WINDOW,
    Talk,
    answers,
    delivers,
    message,
    named,
    policy,
    said,
    words,
)

FORMS = replace(CHAT, outbound=EVERYTHING | {"form"})
FIELDS = (
    Question(key="order", label={"en": "Order?"}, kind="number", required=True),
    Question(
        key="colour",
        label={"en": "Colour?"},
        kind="choice",
        options=(Alternative(id="r", label={"en": "Red"}), Alternative(id="g", label={"en": "Green"})),
    ),
    Question(key="photo", label={"en": "Photo?"}, kind="file"),
)
CLOSED = Opening(week={"mon": (Span("09:00", "10:00"),)})
KEPT = ["Received", "Submitted", "Prompted", "Prompted", "Closed"]
ACCEPT, DECLINE = Chosen("submission:accept", "Leave a message"), Chosen("submission:decline", "No")


def rules(capabilities: Capabilities = CHAT, **settings: Any) -> Policy:
    other = {area: settings.pop(area) for area in ("hours", "assignment", "reception", "sla") if area in settings}
    return Policy(
        version=7,
        channel=ChannelFacts("chan", "Shop", "en", capabilities),
        texts=TEXTS,
        answers=answers(),
        everywhere=Level(submissions=Submissions(on=True, **settings), **other),
        groups={},
        here=Level(),
    )


def late(capabilities: Capabilities = CHAT, **settings: Any) -> Talk:
    """Nobody is online, and Ann wrote."""
    talk = Talk(rules(capabilities, **settings), outlook=NOBODY)
    talk.hear("My kite is broken")
    return talk


def left(capabilities: Capabilities = CHAT, **settings: Any) -> Talk:
    """The same, and she left it as a ticket."""
    talk = late(capabilities, **settings)
    talk.hear(ACCEPT)
    talk.hear("Please send a new one")
    return talk


# --- offering ----------------------------------------------------------------------------------------------------


def test_it_is_offered_when_nobody_is_online() -> None:
    talk = Talk(rules(), outlook=NOBODY)
    decision = talk.hear("My kite is broken")
    assert named(decision)[-4:] == ["Unavailable", "SubmissionOffered", "TimerSet", "Prompted"]
    assert delivers(decision)[0].parts[-1].content == Choice(
        "submission_nobody_online",
        (Option("submission:accept", "leave_message"), Option("submission:decline", "submission_decline")),
    )
    assert (talk.session.phase, [effect for effect in decision.effects if isinstance(effect, f.FindAgent)]) == (
        "bot",
        [],
    )


@pytest.mark.parametrize("settings", [{"on": False}, {"offer": ("asked",)}])
def test_where_it_is_off_whoever_writes_waits(settings: dict[str, Any]) -> None:
    talk = Talk(rules(**settings) if "offer" in settings else policy(), outlook=NOBODY)
    assert "Queued" in named(talk.hear())
    assert said(talk.do(c.Inform(talk.session.id, 1, 0))) == []


def test_it_is_offered_out_of_hours_and_whoever_declines_waits_for_the_opening() -> None:
    talk = Talk(rules(hours=CLOSED), outlook=BUSY)
    decision = talk.hear("My kite is broken")
    assert said(decision)[-1].startswith("submission_out_of_hours")
    assert said(talk.hear(DECLINE)) == ["out_of_hours"]
    assert "opening" in talk.session.timers
    assert (talk.session.phase, talk.session.leaving) == ("bot", None)
    assert named(talk.hear("hello?")) == ["Received"]


def test_it_is_offered_when_the_queue_is_full_and_whoever_declines_waits_all_the_same() -> None:
    talk = Talk(rules(assignment=Assignment(queue=Queue(limit=1))), outlook=BUSY)
    assert said(talk.hear("My kite is broken"))[-1].startswith("submission_queue_full")
    assert said(talk.hear(DECLINE)) == ["You are number 3."]
    assert talk.session.phase == "queued"


def test_whoever_is_always_answered_some_day_needs_no_form() -> None:
    talk = Talk(rules(reception=Reception(mode="always_on"), words={"en": ("leave",)}), outlook=NOBODY)
    assert "SubmissionOffered" not in named(talk.hear("hello"))
    assert "SubmissionOffered" not in named(talk.hear("leave"))
    assert talk.session.phase == "unassigned"


def test_while_somebody_is_online_nobody_is_turned_to_a_form() -> None:
    assert "SubmissionOffered" not in named(Talk(rules(), outlook=BUSY).hear())


def test_whoever_would_rather_wait_waits_and_is_not_offered_it_again() -> None:
    talk = late()
    decision = talk.hear(DECLINE)
    assert named(decision) == ["Received", "SubmissionDeclined", "Queued", "Prompted"]
    assert (said(decision), talk.session.phase) == (["Nobody is here."], "queued")
    assert named(talk.hear("hello?")) == ["Received"]


def test_an_agent_who_claims_the_chat_ends_the_asking() -> None:
    talk = late()
    talk.hear(ACCEPT)
    talk.do(c.Claim(MEI))
    assert talk.session.leaving is None
    assert named(talk.hear("Here is my order: 17")) == ["Received"]
    assert talk.later(HOUR).do(c.Wake("submission")).events == (e.TimerEnded("submission"),)


@pytest.mark.parametrize("ask", ["Leave a message", "LEAVE A MESSAGE"])
def test_a_customer_asks_for_it_in_words(ask: str) -> None:
    talk = Talk(rules(words={"en": ("leave a message",)}), outlook=BUSY)
    talk.hear("hello")
    assert talk.session.phase == "queued"
    decision = talk.hear(ask)
    assert (said(decision), talk.session.phase) == (["submission_asked", "field_text"], "bot")
    assert named(talk.hear("I will leave a message tomorrow")) == [
        "Received",
        "Submitted",
        "Prompted",
        "Prompted",
        "Closed",
    ]


PROMISED = Sla((Promise(name="Quick", first_response_seconds=300, resolution_seconds=3600),))
ASK = Chosen("after:leave_message", "Leave a message")


def waiting() -> Talk:
    """Everybody is busy; Ann waits, and an answer within five minutes is promised to her."""
    talk = Talk(rules(fields=FIELDS, sla=PROMISED), outlook=BUSY)
    talk.hear("hello")
    assert talk.session.sla is not None
    return talk


def test_nobody_is_late_for_somebody_who_leaves_something_instead_of_waiting() -> None:
    talk = waiting()
    talk.later(4 * MINUTE).hear(ASK)
    assert talk.session.sla is None
    assert talk.later(2 * MINUTE).do(c.Wake("sla_first_response")).events == (e.TimerEnded("sla_first_response"),)
    talk.hear("17")
    talk.hear("Red")
    assert [name for name in named(talk.hear("-")) if name.startswith("Sla")] == []
    assert talk.state.last is not None and talk.state.last.sla is None


def test_whoever_waits_on_after_all_was_promised_an_answer_since_they_first_waited() -> None:
    agree = Question(key="agree", label={"en": "Agree?"}, kind="consent")
    talk = Talk(rules(FORMS, fields=(agree,), sla=PROMISED), outlook=BUSY)
    talk.hear("hello")
    talk.later(MINUTE).hear(ASK)
    talk.later(MINUTE).hear(Form("", (), {"agree": "no"}))
    assert (talk.session.phase, talk.session.sla) != ("queued", None)
    assert talk.session.sla is not None
    assert {goal.goal: goal.due for goal in talk.session.sla.running} == {
        "first_response": NOON + 5 * MINUTE,
        "resolution": NOON + HOUR,
    }


def test_a_promise_that_was_broken_before_stays_broken_and_is_told_once() -> None:
    talk = waiting()
    assert "SlaBreached" in named(talk.later(5 * MINUTE).do(c.Wake("sla_first_response")))
    assert "SlaApplied" not in named(talk.hear(ASK))
    talk.do(c.Claim(MEI))
    assert [name for name in named(talk.reply()) if name.startswith("Sla")] == ["SlaEnded"]


def test_what_was_left_is_no_chat_that_was_resolved_in_time() -> None:
    talk = waiting()
    talk.later(5 * MINUTE).do(c.Wake("sla_first_response"))
    for answer in (ASK, "17", "Red"):
        talk.hear(answer)
    decision = talk.hear("-")
    assert "Submitted" in named(decision) and "SlaEnded" not in named(decision)


def test_a_customer_asks_for_it_with_a_button_after_the_end() -> None:
    talk = Talk(rules(), outlook=BUSY)
    talk.hear("hello")
    talk.close()
    decision = talk.hear(Chosen("after:leave_message", "Leave a message"))
    assert (talk.session.number, said(decision)) == (2, ["submission_asked", "field_text"])


def test_a_chat_an_agent_has_is_not_turned_into_a_form() -> None:
    talk = Talk(rules(), outlook=BUSY)
    talk.hear("hello")
    talk.assign()
    assert named(talk.hear(Chosen("after:leave_message", "Leave a message"))) == ["Received"]


# --- asking ------------------------------------------------------------------------------------------------------


def test_on_a_messaging_channel_one_question_follows_the_other() -> None:
    talk = late(fields=FIELDS)
    assert said(talk.hear(ACCEPT)) == ["Order?"]
    assert said(talk.hear("a few")) == ["form_wrong_number", "Order?"]
    assert said(talk.hear("17"))[0] == "Colour?"
    assert said(talk.hear(Chosen("form:colour:g", "Green"))) == ["Photo?\nform_optional"]
    decision = talk.hear(Image(url="media:1", mime="image/png"))
    assert named(decision) == KEPT
    assert said(decision) == ["submitted", "ticket_created"]
    (kept,) = talk.state.submissions
    assert [(answer.key, answer.seq) for answer in kept.answers] == [("order", 9), ("colour", 11), ("photo", 13)]
    assert kept.answers[0] == Answer("order", "Order?", 9)
    assert (kept.unfinished, kept.kind, kept.state, kept.reason) == (False, "ticket", "new", "nobody_online")
    assert (talk.state.session, talk.last.closed and talk.last.closed.reason) == (None, "submitted")


def test_what_is_not_required_can_be_passed_over() -> None:
    talk = late(fields=FIELDS)
    talk.hear(ACCEPT)
    talk.hear("17")
    talk.hear("-")
    talk.hear("-")
    assert [answer.key for answer in talk.state.submissions[0].answers] == ["order"]


def test_nobody_is_trapped_in_a_form() -> None:
    talk = late(fields=FIELDS)
    talk.hear(ACCEPT)
    for _ in range(2):
        talk.hear("no idea")
    decision = talk.hear("really none")
    assert named(decision)[-4:] == ["Submitted", "Prompted", "Prompted", "Closed"]
    assert talk.state.submissions[0].unfinished is True


def test_a_numbered_list_is_answered_by_number() -> None:
    talk = late(replace(PLAIN, text_limit=300), fields=FIELDS)
    talk.hear("1")
    talk.hear("17")
    assert said(talk.hear("2"))[0].startswith("Photo?")


def test_a_withheld_answer_is_asked_again() -> None:
    talk = late()
    talk.policy = banning(talk.policy, words("block", "bomb"))
    talk.hear(ACCEPT)
    decision = talk.hear("a bomb")
    assert said(decision) == ["That was not passed on.", "field_text"]
    assert isinstance(message(decision).content, Unsupported)


def banning(old: Policy, *lists: WordList) -> Policy:
    level = Level(submissions=old.everywhere.submissions, words=Words(lists))
    return Policy(old.version, old.channel, old.texts, old.answers, level, {}, Level())


def test_where_the_channel_has_forms_all_is_asked_at_once() -> None:
    talk = Talk(rules(FORMS), outlook=NOBODY)
    form = delivers(talk.hear("hi"))[0].parts[-1].content
    assert isinstance(form, Form)
    assert (form.text, [field.key for field in form.fields]) == ("submission_nobody_online", ["name", "email", "text"])


def test_a_filled_form_names_each_wrong_answer_and_keeps_nothing() -> None:
    talk = late(FORMS, fields=FIELDS)
    before = talk.state
    with pytest.raises(BadInput) as error:
        talk.hear(Form("", (), {"order": "many", "colour": "blue"}))
    assert error.value.errors == (
        ("content.values.order", "form_wrong_number"),
        ("content.values.colour", "form_wrong_choice"),
    )
    assert talk.state == before
    talk.hear("Do I have to fill this in?")
    assert talk.session.leaving is not None
    decision = talk.hear(Form("", (), {"order": "17", "colour": "Green"}))
    assert named(decision) == KEPT
    assert [(answer.key, answer.label) for answer in talk.state.submissions[0].answers] == [
        ("order", "Order?"),
        ("colour", "Colour?"),
    ]


def test_a_form_says_what_was_asked_where_it_is_read() -> None:
    talk = late(FORMS, fields=FIELDS)
    decision = talk.hear(Form("", (), {"order": "17"}))
    content = message(decision).content
    assert isinstance(content, Form)
    assert [field.label for field in content.fields] == ["Order?", "Colour?", "Photo?"]
    assert content.values == {"order": "17"}


def test_whoever_refuses_consent_leaves_nothing_and_waits() -> None:
    consent = Question(key="ok", label={"en": "May we keep it?"}, kind="consent")
    talk = late(fields=(consent, *FIELDS))
    talk.hear(ACCEPT)
    decision = talk.hear(Chosen("form:ok:no", "No"))
    assert "SubmissionDeclined" in named(decision)
    assert (talk.session.phase, talk.state.submissions) == ("queued", ())


# --- silence -----------------------------------------------------------------------------------------------------


def test_whoever_goes_silent_leaves_what_they_wrote() -> None:
    talk = late()
    assert talk.later(HOUR - 1).do(c.Wake("submission")).events == (e.TimerSet("submission", NOON + HOUR),)
    decision = talk.later(1).do(c.Wake("submission"))
    assert named(decision) == ["Submitted", "Prompted", "Prompted", "Closed"]
    assert talk.state.submissions[0].unfinished is True


def test_a_form_that_was_asked_for_and_never_begun_leaves_nothing() -> None:
    talk = Talk(rules(), outlook=BUSY)
    talk.hear(Chosen("after:leave_message", "Leave a message"))
    talk.later(HOUR).do(c.Wake("submission"))
    assert (talk.state.submissions, talk.last.closed and talk.last.closed.reason) == ((), "abandoned")


# --- both ways afterwards ----------------------------------------------------------------------------------------


def reply(talk: Talk, text: str = "On its way.", by: c.Actor = MEI) -> object:
    id = talk.state.submissions[-1].id
    return talk.do(c.ReplyToSubmission(by=by, submission=id, client_id="c", content=Text(text)))


def kept(talk: Talk) -> Submission:
    return talk.state.submissions[-1]


def test_an_agent_answers_on_the_channel_and_it_is_theirs() -> None:
    talk = left()
    decision = talk.later(DAY).do(
        c.ReplyToSubmission(by=MEI, submission=kept(talk).id, client_id="c", content=Text("On its way."))
    )
    assert named(decision) == ["Prompted", "SubmissionReplied", "SubmissionChanged"]
    assert said(decision) == ["ticket_replied", "On its way."]
    assert (kept(talk).state, kept(talk).agent) == ("open", MEI.id)
    assert delivers(decision)[0].session == talk.last.id
    assert decision.submissions == (kept(talk),)


def test_the_customers_next_words_are_its_answer_and_open_no_chat() -> None:
    talk = left()
    reply(talk)
    talk.do(c.ChangeSubmission(by=MEI, submission=kept(talk).id, state="solved"))
    decision = talk.later(DAY).hear("It came, but the string is missing")
    assert named(decision) == ["Received", "SubmissionChanged"]
    assert (kept(talk).state, talk.state.session) == ("open", None)
    assert message(decision).submission == kept(talk).id
    talk.later(8 * DAY).hear("hello")
    assert talk.session.number == 2


def test_a_button_for_a_new_chat_opens_one_all_the_same() -> None:
    talk = left()
    reply(talk)
    talk.hear(Chosen("after:restart", "Start a new chat"))
    assert talk.session.number == 2


def test_an_answer_in_a_later_chat_stands_there_and_takes_nobodys_turn() -> None:
    talk = left()
    talk.outlook = BUSY
    talk.hear("something else")
    talk.assign(TOM)
    wrote = talk.session
    decision = talk.do(c.ReplyToSubmission(by=MEI, submission=kept(talk).id, client_id="c", content=Text("Sent.")))
    assert decision.session is talk.session
    assert (talk.session.answered, talk.session.unread) == (wrote.answered, wrote.unread)


@pytest.mark.parametrize(
    ("talk", "by", "code"),
    [(left(), TOM, "not_yours"), (left(), MEI, "too_late")],
)
def test_what_cannot_be_answered_is_refused(talk: Talk, by: c.Actor, code: str) -> None:
    id = kept(talk).id if code == "not_yours" else "nothing"
    reply(talk)
    with pytest.raises(Refused) as error:
        talk.do(c.ReplyToSubmission(by=by, submission=id, client_id="d", content=Text("Hi")))
    assert error.value.code == code


def test_a_blocked_word_and_a_closed_window_hold_for_tickets_too() -> None:
    talk = left()
    banned = Level(
        submissions=talk.policy.everywhere.submissions, words=Words((words("block", "idiot", side="agent"),))
    )
    talk.policy = Policy(7, talk.policy.channel, talk.policy.texts, talk.policy.answers, banned, {}, Level())
    with pytest.raises(Refused) as error:
        reply(talk, "you idiot")
    assert error.value.code == "blocked_word"
    window = left(WINDOW).later(2 * DAY)
    with pytest.raises(Refused) as error:
        reply(window)
    assert error.value.code == "window_closed"


def test_a_solved_ticket_is_told_and_may_be_reopened() -> None:
    talk = left()
    decision = talk.do(c.ChangeSubmission(by=MEI, submission=kept(talk).id, state="solved"))
    assert (named(decision), said(decision)) == (["SubmissionChanged", "Prompted"], ["ticket_solved"])
    talk.hear("Not at all!")
    assert kept(talk).state == "open"


def test_a_message_is_no_ticket_and_has_no_number_to_tell() -> None:
    talk = left(kind="message")
    assert kept(talk).kind == "message"
    assert said(reply(talk)) == ["On its way."]  # type: ignore[arg-type]
    decision = talk.do(c.ChangeSubmission(by=MEI, submission=kept(talk).id, state="solved"))
    assert said(decision) == []


def test_it_is_assigned_to_an_agent_or_back_to_a_group() -> None:
    talk = left()
    talk.do(c.ChangeSubmission(by=MEI, submission=kept(talk).id, agent="agent-tom"))
    assert kept(talk).agent == "agent-tom"
    with pytest.raises(Refused):
        talk.do(c.ChangeSubmission(by=MEI, submission=kept(talk).id, agent="agent-mei"))
    talk.do(c.ChangeSubmission(by=TOM, submission=kept(talk).id, group="sales"))
    assert (kept(talk).agent, kept(talk).group) == (None, "sales")
    assert talk.do(c.ChangeSubmission(by=TOM, submission=kept(talk).id, group="sales")).events == ()
    talk.do(c.ChangeSubmission(by=TOM, submission=kept(talk).id, agent="agent-tom"))
    late_one = c.ChangeSubmission(by=MEI, submission=kept(talk).id, agent="agent-mei", only_new=True)
    with pytest.raises(Refused):
        talk.do(late_one)


def test_the_state_keeps_the_newest_and_first_of_all_the_unsolved() -> None:
    talk = Talk(rules(words={"en": ("leave",)}), outlook=BUSY)
    for number in range(25):
        talk.hear("leave")
        talk.hear(f"message {number}")
        if number < 10:
            talk.do(c.ChangeSubmission(by=MEI, submission=kept(talk).id, state="solved"))
            talk.now += 8 * DAY
    assert [each.number for each in talk.state.submissions] == list(range(6, 26))


def test_whoever_has_twenty_open_ones_is_not_offered_another() -> None:
    talk = Talk(rules(words={"en": ("leave",)}), outlook=BUSY)
    for number in range(20):
        talk.hear("leave")
        talk.hear(f"message {number}")
    assert "Queued" in named(talk.hear("leave"))
