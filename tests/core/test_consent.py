"""What follows when a customer's words match a list: asked for consent, warned once, answered at once."""

from core import command as c
from core import event as e
from core.message import Choice, Chosen, Text, Unsupported
from core.words import WordList
from tests.core.given import BOSS, HOUR, MEI, Talk, active, closed, message, named, policy, said, words

PHONE = WordList(name="data", side="customer", action="consent", find=("phone",))
NUMBER = "call me: +66 81 234 5678"


def released(talk: Talk, answer: str | Chosen) -> list[int]:
    decision = talk.hear(Text(answer) if isinstance(answer, str) else answer)
    return [event.seq for event in decision.events if isinstance(event, e.Released)]


def test_personal_data_waits_until_the_customer_agrees() -> None:
    talk = active(policy(lists=(PHONE,)))
    decision = talk.hear(NUMBER)
    kept = message(decision)
    assert (kept.content, kept.original) == (Unsupported("withheld"), Text(NUMBER))
    assert named(decision)[-4:] == ["Received", "WordsFound", "ConsentAsked", "Prompted"]
    asked = decision.events[-1]
    assert isinstance(asked, e.Prompted) and isinstance(asked.message.content, Choice)
    assert [option.id for option in asked.message.content.options] == ["consent:yes", "consent:no"]
    assert talk.session.held == (kept.seq,)
    assert released(talk, Chosen("consent:yes", "Yes")) == [kept.seq]
    assert not talk.session.held


def test_several_held_messages_are_asked_about_once_and_passed_on_together() -> None:
    talk = active(policy(lists=(PHONE,)))
    first = message(talk.hear(NUMBER)).seq
    again = talk.hear("or +66 81 999 9999")
    assert named(again) == ["Received", "WordsFound", "ConsentAsked"]
    assert released(talk, "1") == [first, message(again).seq]


def test_consent_is_understood_in_the_customers_words_and_remembered_for_a_day() -> None:
    talk = active(policy(lists=(PHONE,)))
    talk.hear(NUMBER)
    assert released(talk, "what do you mean?") == []
    assert len(released(talk, "yes")) == 1
    assert message(talk.later(23 * HOUR).hear(NUMBER)).content == Text(NUMBER)
    assert message(talk.later(2 * HOUR).hear(NUMBER)).content == Unsupported("withheld")


def test_a_customer_who_does_not_agree_is_told_that_nothing_was_passed_on() -> None:
    talk = active(policy(lists=(PHONE,)))
    talk.hear(NUMBER)
    assert said(talk.hear(Chosen("consent:no", "No"))) == ["consent_refused"]
    assert talk.session.held == ()
    assert message(talk.hear(NUMBER)).content == Unsupported("withheld")


def test_an_edit_that_brings_personal_data_waits_too() -> None:
    talk = active(policy(lists=(PHONE,)))
    seq = message(talk.hear("call me")).seq
    decision = talk.do(c.Amend(talk.session.id, seq, Text(NUMBER), talk.now))
    assert named(decision) == ["Amended", "WordsFound", "ConsentAsked", "Prompted"]
    assert released(talk, "yes") == [seq]


def test_a_warning_is_said_once_in_a_session_by_its_own_words() -> None:
    fraud = WordList(
        name="fraud", side="customer", action="warn", words=("gift card",), text={"en": "We never ask for gift cards."}
    )
    talk = active(policy(lists=(fraud,)))
    assert said(talk.hear("I bought a gift card")) == ["We never ask for gift cards."]
    assert said(talk.hear("another gift card")) == []


def test_an_agents_word_warns_the_customer_too() -> None:
    talk = active(policy(lists=(words("warn", "transfer", side="agent"),)))
    assert said(talk.reply("please transfer it")) == ["please transfer it", "word_warning"]


def test_a_customers_question_is_answered_at_once() -> None:
    lists = (
        WordList(name="prices", side="customer", action="replace", words=("price",), text={"en": "See our site."}),
    )
    decision = active(policy(lists=lists)).hear("what is the price?")
    assert message(decision).content == Text("what is the price?")
    assert said(decision) == ["See our site."]


def test_what_an_agent_may_not_say_is_replaced_and_kept_for_those_allowed() -> None:
    decision = active(policy(lists=(words("replace", "guarantee", side="agent"),))).reply("I guarantee it")
    assert said(decision) == ["word_replaced"]
    kept = message(decision)
    assert (kept.content, kept.original, kept.hits) == (Text("word_replaced"), Text("I guarantee it"), ("list",))


def test_a_refused_message_leaves_only_its_line_in_the_log() -> None:
    talk = active(policy(lists=(words("block", "fool", side="agent"),)))
    seq = talk.session.seq
    decision = talk.do(c.Withhold(MEI, Text("you fool")))
    assert decision.events == (
        e.WordsFound(at=talk.now, side="agent", found=(e.FoundWord("list", "fool", "block"),), by="agent-mei"),
    )
    assert (decision.effects, talk.session.seq) == ((), seq)
    assert talk.do(c.Withhold(BOSS, Text("fine"))).events == ()


def test_a_blocked_word_outweighs_all_others_and_asks_nothing() -> None:
    lists = (words("block", "fool", name="b"), PHONE, words("warn", "fool", name="w"))
    decision = active(policy(lists=lists)).hear(f"fool, {NUMBER}")
    assert message(decision).content == Unsupported("withheld")
    assert said(decision) == ["That was not passed on."]


def test_words_in_the_answer_to_a_survey_ask_nothing_after_the_close() -> None:
    talk = closed(policy(lists=(PHONE,)))
    decision = talk.hear(NUMBER)
    assert talk.session.held == (message(decision).seq,)
