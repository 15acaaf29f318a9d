"""A bot in a chat: asked, answering, silent, and giving way to people on every trigger there is."""

import pytest
from msgspec.structs import replace

from core import command as c
from core import effect as f
from core import event as e
from core.conversation import Decision
from core.errors import Refused
from core.handover import Handover, Keyword
from core.message import Author, Choice, Chosen, Content, Image, Note, Option, Reaction, Text, plain
from core.mode import Reception
from core.policy import Closing, Level
from core.prompts import Override
from core.routes import Handed
from core.service import Bot
from core.session import BotTurn
from tests.core.given import (
    MEI,
    MINUTE,
    NOON,
    ROBO,
    TOKENS,
    WINDOW,
    Talk,
    bots,
    delivers,
    named,
    policy,
    said,
    words,
)

FIRST = Reception(service="bot_first", bot="robo")
ONLY = Reception(service="bot_only", bot="robo")
SECOND = 1000


def talk_to(bot: Bot = ROBO, reception: Reception = FIRST, **more: object) -> Talk:
    """Ann asked where her order is, and the bot has the chat."""
    talk = Talk(policy(reception=reception, audience=bots(bot), **more))  # type: ignore[arg-type]
    talk.hear("where is my order")
    return talk


def says(talk: Talk, *contents: Content | str, id: str = "r1", **more: object) -> Decision:
    found = tuple(Text(each) if isinstance(each, str) else each for each in contents)
    return talk.do(c.BotSays(session=talk.session.id, bot="robo", client_id=id, contents=found, **more))  # type: ignore[arg-type]


def asks(decision: Decision) -> list[f.AskBot]:
    return [effect for effect in decision.effects if isinstance(effect, f.AskBot)]


def handed(decision: Decision) -> e.HandedOver:
    (found,) = [event for event in decision.events if isinstance(event, e.HandedOver)]
    return found


# --- asking -----------------------------------------------------------------------------------------------------


def test_a_customers_message_is_an_errand_to_the_bot() -> None:
    talk = Talk(policy(reception=FIRST, audience=bots()))
    decision = talk.hear("where is my order")
    assert named(decision)[:5] == ["CustomerKnown", "Opened", "Received", "Prompted", "BotBegan"]
    assert [(ask.bot, ask.seq, ask.until) for ask in asks(decision)] == [("robo", 1, NOON + 15 * SECOND)]
    assert (talk.session.phase, said(decision)) == ("bot", ["Hello!"])
    assert not [effect for effect in decision.effects if isinstance(effect, f.FindAgent)]


def test_every_further_message_is_passed_on_too() -> None:
    talk = talk_to()
    assert [ask.seq for ask in asks(talk.hear("it is number 12"))] == [3]


def test_what_the_word_lists_withhold_the_bot_does_not_hear() -> None:
    talk = talk_to(lists=(words("block", "bomb"),))
    assert asks(talk.hear("a bomb")) == []


# --- answering --------------------------------------------------------------------------------------------------


def test_the_bots_answer_is_a_message_of_the_bots() -> None:
    talk = talk_to()
    decision = says(talk, "It is on its way.", seq=1)
    replied = next(event for event in decision.events if isinstance(event, e.Replied))
    assert replied.message.author == Author(kind="bot", id="robo", name="Robo")
    assert (said(decision), decision.seq, talk.session.replies) == (["It is on its way."], 3, 0)
    assert talk.session.answered and talk.session.bot is not None and talk.session.bot.waits == 0


def test_an_answer_spends_the_reply_token() -> None:
    talk = Talk(policy(TOKENS, reception=FIRST, audience=bots(), prompts={"greeting": Override(on=False)}))
    talk.hear("where is my order", reply_token="tok")
    (deliver,) = delivers(says(talk, "On its way."))
    assert deliver.token is not None and deliver.token.value == "tok"


def test_whether_it_helped_is_asked_in_the_customers_language() -> None:
    decision = says(talk_to(), "It is on its way.", helpful=True)
    (_, question) = [part.content for part in delivers(decision)[0].parts]
    assert question == Choice(
        "bot_helpful",
        (Option("bot:yes", "bot_yes"), Option("bot:no", "bot_no"), Option("bot:person", "bot_person")),
    )


def test_near_misses_are_offered_as_buttons() -> None:
    decision = says(talk_to(), suggestions=(Option("faq:1", "Where is my order?"),))
    (question,) = [part.content for part in delivers(decision)[0].parts]
    assert isinstance(question, Choice)
    assert [option.id for option in question.options] == ["faq:1", "bot:none", "bot:person"]


def test_without_the_button_nobody_is_offered_a_person() -> None:
    bot = replace(ROBO, handover=Handover(button=False))
    decision = says(talk_to(bot), "It is on its way.", helpful=True)
    question = delivers(decision)[0].parts[-1].content
    assert isinstance(question, Choice) and [option.id for option in question.options] == ["bot:yes", "bot:no"]


def test_a_bot_may_end_the_chat() -> None:
    talk = talk_to()
    decision = says(talk, "Bye!", end=True)
    assert said(decision) == ["Bye!", "Goodbye from ."]
    assert talk.last.closed is not None and talk.last.closed.reason == "bot_ended"


def test_what_no_channel_carries_is_refused() -> None:
    talk = talk_to()
    with pytest.raises(Refused, match="nothing in this message"):
        says(talk, " ")
    with pytest.raises(Refused, match="cannot be sent"):
        says(talk, Note("psst"))


def test_outside_the_service_window_the_bot_is_refused_too() -> None:
    talk = Talk(policy(WINDOW, reception=FIRST, audience=bots()))
    talk.hear("where is my order")
    with pytest.raises(Refused, match="only a template"):
        says(talk.later(25 * 3_600_000), "On its way.")


def test_only_the_bot_of_the_chat_may_speak() -> None:
    talk = talk_to()
    with pytest.raises(Refused, match="not the bot's"):
        talk.do(c.BotSays(session=talk.session.id, bot="other", client_id="r1", contents=(Text("hi"),)))


def test_a_bot_that_says_nothing_on_purpose_is_not_taken_for_dead() -> None:
    talk = talk_to()
    says(talk, seq=1)
    assert named(talk.later(15 * SECOND).do(c.Wake("bot_silent"))) == ["TimerEnded"]


# --- words of the side "bot" ------------------------------------------------------------------------------------


def test_sensitive_words_of_the_bots_side_apply() -> None:
    lists = (words("block", "idiot", side="bot", name="manners"), words("mask", "sekrit", side="bot", name="codes"))
    talk = talk_to(lists=lists)
    assert said(says(talk, "The code is sekrit.")) == ["The code is ******."]
    decision = says(talk, "You idiot!", id="r2", end=True)
    assert (said(decision), talk.session.phase) == (["bot_handover"], "queued")
    assert (handed(decision).trigger, handed(decision).why) == (
        "withheld", "Word lists withheld what the bot said (manners).",
    )  # fmt: skip
    (missed,) = [event for event in decision.events if isinstance(event, e.BotAnswered)]
    assert (missed.missed, missed.lists) == (1, ("manners",))
    (hit,) = [event for event in decision.events if isinstance(event, e.WordsFound)]
    assert (hit.side, hit.seq, hit.by, [found.word for found in hit.found]) == ("bot", None, "robo", ["idiot"])


@pytest.mark.parametrize(
    "content",
    [
        Text("an idiot"),
        Image(url="https://x.example/a.png", caption="an idiot"),
        Choice("Who?", (Option("1", "You"), Option("2", "An idiot"))),
    ],
)
def test_a_blocked_message_of_the_bots_never_leaves_whatever_its_kind(content: Content) -> None:
    lists = (words("block", "idiot", side="bot"),)
    decision = says(talk_to(lists=lists), "Well.", content, "Sorry.")
    assert [plain(part.content) for part in delivers(decision)[0].parts] == ["Well.", "Sorry.", "bot_handover"]


def test_blocked_suggestions_never_leave_and_people_go_on() -> None:
    decision = says(
        talk_to(lists=(words("block", "idiot", side="bot"),)), suggestions=(Option("faq:1", "Am I an idiot?"),)
    )
    assert (said(decision), handed(decision).trigger) == (["bot_handover"], "withheld")


def test_what_a_bot_says_later_by_itself_is_screened_too() -> None:
    talk = talk_to(lists=(words("block", "idiot", side="bot"),))
    says(talk, "One moment.", seq=1)
    assert said(says(talk.later(MINUTE), "You idiot!", id="r2")) == ["bot_handover"]


def test_a_bot_that_is_withheld_goes_where_it_wanted_to() -> None:
    talk = talk_to(lists=(words("block", "idiot", side="bot"),), groups={"sales": Level()})
    assert handed(says(talk, "You idiot!", handover=Handed(group="sales"))).group == "sales"


def test_where_only_the_bot_answers_the_customer_hears_that_it_does_not_know() -> None:
    talk = talk_to(reception=ONLY, lists=(words("block", "idiot", side="bot"),))
    decision = says(talk, "You idiot!", end=True)
    assert (said(decision), talk.session.phase) == (["bot_unknown"], "bot")


def test_what_the_bot_says_is_replaced_and_warned_about() -> None:
    lists = (
        words("replace", "sekrit", side="bot", name="codes"), words("warn", "iban", side="bot", name="money"),
    )  # fmt: skip
    talk = talk_to(lists=lists)
    decision = says(talk, "The code is sekrit.")
    assert said(decision) == ["word_replaced"]
    (replied,) = [event.message for event in decision.events if isinstance(event, e.Replied)]
    assert (replied.original, replied.author.kind) == (Text("The code is sekrit."), "bot")
    assert said(says(talk, "Send your IBAN.", id="r2")) == ["Send your IBAN.", "word_warning"]
    assert talk.session.phase == "bot"


def test_an_alert_about_the_bot_is_seen_at_once() -> None:
    talk = talk_to(lists=(words("alert", "refund", side="bot", name="money"),))
    (alerted,) = [event for event in says(talk, "A refund!").events if isinstance(event, e.Alerted)]
    assert (alerted.side, alerted.lists) == ("bot", ("money",))


# --- hand-over --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "trigger"),
    [
        (Text("Human!"), "person"),
        (Text("I want to talk to a person now"), "person"),
        (Chosen("bot:person", "Talk to a person"), "person"),
        (Text("I need a refund"), "keyword"),
        (Text("Where is  MY order?"), "repeat"),
        (Chosen("bot:no", "No"), "dislike"),
        (Text("👎"), "dislike"),
        (Reaction("👎🏽", "m1"), "dislike"),
    ],
)
def test_a_customer_is_handed_over_when(content: Content, trigger: str) -> None:
    talk = talk_to(replace(ROBO, handover=Handover(keywords=(Keyword(words=("refund",)),))))
    decision = talk.hear(content)
    assert handed(decision).trigger == trigger
    assert (said(decision), talk.session.phase, asks(decision)) == (["bot_handover"], "queued", [])
    assert any(isinstance(effect, f.FindAgent) for effect in decision.effects)


def test_the_words_for_a_person_can_be_added_to_by_language() -> None:
    bot = replace(ROBO, handover=Handover(words={"en": ("supervisor",)}))
    assert handed(talk_to(bot).hear("get me a supervisor")).why == "The customer asked for a person (“supervisor”)."


def test_the_first_message_may_ask_for_a_person() -> None:
    talk = Talk(policy(reception=FIRST, audience=bots()))
    assert handed(talk.hear("human")).trigger == "person"


def test_answers_that_are_not_known_lead_to_people() -> None:
    talk = talk_to()
    assert said(says(talk, unknown=True, seq=1)) == ["bot_unknown"]
    talk.hear("I mean the parcel")
    decision = says(talk, unknown=True, id="r2")
    assert handed(decision).why == "The bot did not know an answer 2 times in a row."
    assert said(decision) == ["bot_handover"]


def test_an_answer_in_between_starts_the_count_again() -> None:
    talk = talk_to()
    says(talk, unknown=True, id="r1")
    says(talk, "It is on its way.", id="r2")
    says(talk, unknown=True, id="r3")
    assert talk.session.phase == "bot"


def test_none_of_the_suggestions_is_not_known() -> None:
    talk = talk_to(replace(ROBO, handover=Handover(after_unknown=1)))
    says(talk, suggestions=(Option("faq:1", "Order?"),))
    assert handed(talk.hear(Chosen("bot:none", "None of these"))).trigger == "unknown"


def test_a_bot_hands_over_by_itself_with_whom_it_means_and_a_note() -> None:
    talk = talk_to(groups={"sales": Level()})
    decision = says(talk, "One moment.", handover=Handed("sales", "agent-mei", "Wants to buy ten."))
    found = handed(decision)
    assert (found.trigger, found.group, found.agent) == ("bot", "sales", "agent-mei")
    assert talk.session.group == "sales"
    (note,) = [event.message for event in decision.events if isinstance(event, e.Noted)]
    assert (note.content, note.author) == (Note("Wants to buy ten."), Author(kind="bot", id="robo", name="Robo"))
    assert said(decision) == ["One moment.", "bot_handover"]


def test_a_group_that_is_gone_is_passed_over() -> None:
    decision = says(talk_to(group="home"), handover=Handed("gone"))
    assert (handed(decision).group, decision.state.session.group if decision.state.session else "") == (None, "home")


def test_a_keyword_may_name_its_group() -> None:
    bot = replace(ROBO, handover=Handover(keywords=(Keyword(words=("buy",), group="sales", agent="agent-tom"),)))
    talk = talk_to(bot, groups={"sales": Level()})
    found = handed(talk.hear("I want to buy one"))
    assert (found.group, found.agent, talk.session.group) == ("sales", "agent-tom", "sales")


def test_each_trigger_can_be_switched_off() -> None:
    talk = talk_to(replace(ROBO, handover=Handover(on_repeat=False, on_dislike=False, after_unknown=None)))
    assert asks(talk.hear("where is my order"))
    assert said(talk.hear(Chosen("bot:no", "No"))) == ["bot_unknown"]
    for number in range(5):
        says(talk, unknown=True, id=f"r{number}")
    assert talk.session.phase == "bot"


def test_yes_it_helped_asks_nobody() -> None:
    decision = talk_to().hear(Chosen("bot:yes", "Yes"))
    assert (said(decision), asks(decision)) == (["bot_glad"], [])


def test_short_answers_may_be_repeated() -> None:
    talk = talk_to()
    talk.hear("yes")
    assert asks(talk.hear("yes"))


def test_a_heart_is_nothing_to_answer() -> None:
    decision = talk_to().hear(Reaction("❤", "m1"))
    assert (asks(decision), said(decision)) == ([], [])


def test_a_picture_is() -> None:
    assert asks(talk_to().hear(Image(url="media:1")))


# --- down or slow -----------------------------------------------------------------------------------------------


def test_a_bot_that_is_silent_for_the_stated_time_gives_way_to_people() -> None:
    talk = talk_to(replace(ROBO, wait_seconds=5))
    assert named(talk.later(4 * SECOND).do(c.Wake("bot_silent"))) == ["TimerSet"]
    decision = talk.later(SECOND).do(c.Wake("bot_silent"))
    assert (handed(decision).trigger, handed(decision).why) == ("down", "The bot did not answer within 5 seconds.")
    assert talk.session.phase == "queued"


def test_the_time_counts_from_the_first_message_without_an_answer() -> None:
    talk = talk_to(replace(ROBO, wait_seconds=5))
    talk.later(3 * SECOND).hear("hello?")
    assert handed(talk.later(2 * SECOND).do(c.Wake("bot_silent"))).trigger == "down"


def test_an_answer_to_an_older_message_leaves_the_newer_one_waiting() -> None:
    talk = talk_to(replace(ROBO, wait_seconds=5))
    talk.later(3 * SECOND).hear("and the other one?")
    says(talk, "On its way.", seq=1)
    assert named(talk.later(2 * SECOND).do(c.Wake("bot_silent"))) == ["TimerSet"]
    assert handed(talk.later(3 * SECOND).do(c.Wake("bot_silent"))).trigger == "down"


def test_a_bot_that_cannot_be_asked_gives_way_at_once() -> None:
    talk = talk_to()
    decision = talk.do(c.BotFailed(talk.session.id, "robo", 1, "bot.example could not be reached."))
    assert handed(decision).why == "bot.example could not be reached."


def test_a_failure_after_the_answer_changes_nothing() -> None:
    talk = talk_to()
    says(talk, "On its way.")
    assert talk.do(c.BotFailed(talk.session.id, "robo", 1, "late")).events == ()


def test_a_bot_that_was_removed_is_down() -> None:
    talk = talk_to()
    talk.policy = policy(reception=FIRST)
    assert handed(talk.hear("hello?")).why == "The bot was removed."


# --- bot only ---------------------------------------------------------------------------------------------------


def test_where_only_the_bot_answers_nobody_else_is_called() -> None:
    talk = talk_to(reception=ONLY)
    decision = talk.hear("human")
    assert (said(decision), talk.session.phase) == (["bot_no_person"], "bot")
    assert asks(talk.hear("where is my parcel"))


def test_where_only_the_bot_answers_and_is_down_the_customer_is_told() -> None:
    talk = talk_to(reception=ONLY)
    decision = talk.later(15 * SECOND).do(c.Wake("bot_silent"))
    assert (said(decision), talk.session.phase) == (["bot_unavailable"], "bot")


def test_where_only_the_bot_answers_no_button_promises_a_person() -> None:
    decision = says(talk_to(reception=ONLY), suggestions=(Option("faq:1", "Order?"),))
    question = delivers(decision)[0].parts[-1].content
    assert isinstance(question, Choice) and [option.id for option in question.options] == ["faq:1", "bot:none"]


# --- while people are waited for --------------------------------------------------------------------------------


def test_a_bot_is_quiet_while_the_customer_waits_for_people() -> None:
    talk = talk_to()
    talk.hear("human")
    assert asks(talk.hear("hello?")) == []
    with pytest.raises(Refused, match="quiet"):
        says(talk, "Hi again!")


def test_unless_it_is_set_to_go_on() -> None:
    talk = talk_to(replace(ROBO, while_queued="answers"))
    talk.hear("human")
    assert asks(talk.hear("human"))  # and hands nothing over twice
    assert said(says(talk, "Somebody is coming.")) == ["Somebody is coming."]
    assert said(says(talk, unknown=True, id="r2")) == []
    assert talk.session.phase == "queued"


def test_a_bot_that_was_down_is_quiet_in_any_case() -> None:
    talk = talk_to(replace(ROBO, while_queued="answers"))
    talk.do(c.BotFailed(talk.session.id, "robo", 1, "down"))
    assert asks(talk.hear("hello?")) == []


def test_once_an_agent_has_the_chat_the_bot_is_out() -> None:
    talk = talk_to(replace(ROBO, while_queued="answers"))
    talk.hear("human")
    talk.assign(MEI)
    assert (talk.session.bot, asks(talk.hear("thanks"))) == (None, [])
    with pytest.raises(Refused, match="not the bot's"):
        says(talk, "Me too!")


def test_an_agent_may_take_a_chat_from_the_bot() -> None:
    talk = talk_to()
    talk.do(c.Claim(MEI))
    assert (talk.session.phase, talk.session.bot) == ("active", None)


# --- no loops ---------------------------------------------------------------------------------------------------


def test_a_machine_at_the_other_end_is_not_answered_for_ever() -> None:
    talk = talk_to()
    for number in range(1, 20):
        says(talk, f"Answer {number}", id=f"r{number}")
        assert asks(talk.later(SECOND).hear(f"Auto-reply number {number} of today"))
    says(talk, "Answer 20", id="r20")
    assert handed(talk.later(SECOND).hear("Auto-reply number 20 of today")).trigger == "loop"


def test_where_only_the_bot_answers_it_falls_silent() -> None:
    talk = talk_to(reception=ONLY)
    for number in range(25):
        talk.hear(f"Auto-reply number {number} of today")
    assert talk.session.bot is not None and talk.session.bot.quiet
    assert asks(talk.hear("one more of these")) == []


def test_a_person_who_writes_much_is_no_machine() -> None:
    talk = talk_to()
    for number in range(60):
        talk.later(4 * SECOND).hear(f"Here is line {number} of my letter")
    assert talk.session.phase == "bot"


def test_a_bot_does_not_talk_on_and_on_by_itself() -> None:
    talk = talk_to()
    for number in range(20):
        says(talk, f"News {number}", id=f"r{number}")
    with pytest.raises(Refused, match="at most 20 messages"):
        says(talk, "More news", id="r20")
    talk.hear("oh really")
    assert said(says(talk, "Yes.", id="r21")) == ["Yes."]


# --- the end of a bot's chat ------------------------------------------------------------------------------------


def test_a_chat_with_a_bot_that_nobody_goes_on_with_is_closed() -> None:
    talk = talk_to(replace(ROBO, idle_seconds=600))
    says(talk, "On its way.")
    assert named(talk.later(9 * MINUTE).do(c.Wake("bot_idle"))) == ["TimerSet"]
    talk.later(MINUTE).do(c.Wake("bot_idle"))
    assert talk.last.closed is not None and talk.last.closed.reason == "customer_timeout"


def test_the_settings_for_the_end_of_a_chat_come_before_the_bots_own() -> None:
    talk = talk_to(closing=Closing(customer_idle_seconds=120))
    says(talk, "On its way.")
    assert "bot_idle" not in talk.session.timers
    talk.later(2 * MINUTE).do(c.Wake("customer_idle"))
    assert talk.last.closed is not None


def test_a_customer_who_waits_for_the_bot_is_not_closed_on() -> None:
    talk = talk_to(replace(ROBO, idle_seconds=600))
    says(talk, "On its way.")
    talk.later(9 * MINUTE).hear("and the other one?")
    assert named(talk.later(MINUTE).do(c.Wake("bot_idle"))) == ["TimerEnded"]


def test_a_new_chat_begins_with_a_fresh_bot() -> None:
    talk = talk_to()
    says(talk, unknown=True, end=True)
    talk.hear("hello again there")
    assert talk.session.bot is not None
    assert talk.session.bot == BotTurn("robo", waits=1, asked=NOON, marks=talk.session.bot.marks, since=NOON, count=1)
