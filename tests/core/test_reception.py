"""Who comes in: the first message, those that follow, those that are turned away."""

import pytest
from msgspec.structs import replace

from core import command as c
from core import effect as f
from core import event as e
from core.channel import Reached
from core.customer import Customer
from core.message import Author, Choice, Chosen, Image, Option, Text, Unsupported
from core.prompts import Override
from core.session import ReplyToken
from core.turn import Outlook
from tests.core.given import (
    BOSS,
    BUSY,
    COLOURS,
    DAY,
    HOUR,
    MEI,
    MINUTE,
    NOBODY,
    NOON,
    PLAIN,
    TOKENS,
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

# --- the first message -----------------------------------------------------------------------------------------


def test_a_first_message_opens_a_session_greets_and_looks_for_a_person() -> None:
    talk = Talk()
    decision = talk.hear("hello")
    assert named(decision) == ["CustomerKnown", "Opened", "Received", "Prompted", "Queued"]
    assert [type(effect).__name__ for effect in decision.effects] == ["Deliver", "FindAgent"]
    assert said(decision) == ["Hello!"]
    assert (talk.session.number, talk.session.phase, talk.session.seq) == (1, "queued", 2)
    assert decision.seq == 1


def test_what_the_profile_tells_is_kept_without_overwriting_what_is_known() -> None:
    talk = Talk()
    talk.hear("hello", profile=named_profile("Ann", "ja-JP"))
    talk.hear("more", profile=named_profile("Annie", "fr"))
    assert talk.state.customer == Customer(id="cust", name="Annie", language="ja-JP")
    assert message(talk.hear("x")).author == Author(kind="customer", id="cust", name="Annie")


def test_the_greeting_is_in_the_language_the_channel_tells() -> None:
    assert said(Talk().hear("hello", profile=named_profile("Ann", "ja"))) == ["こんにちは!"]


def test_the_language_is_guessed_from_what_was_written() -> None:
    talk = Talk()
    assert said(talk.hear("こんにちは、注文のことで質問があります")) == ["こんにちは!"]
    assert (talk.session.language, talk.session.language_sure) == ("ja", True)


def test_a_language_that_is_not_sure_is_looked_at_again() -> None:
    talk = Talk()
    talk.hear("ok")
    assert (talk.session.language, talk.session.language_sure) == ("en", False)
    assert named(talk.hear("注文した商品がまだ届いていません")) == ["LanguageChosen", "Received"]
    assert (talk.session.language, talk.session.language_sure) == ("ja", True)


def test_a_customer_in_the_queue_is_told_their_position() -> None:
    talk = Talk(outlook=Outlook(waiting=2, free=False, online=1))
    assert said(talk.hear()) == ["Hello!", "You are number 3."]
    assert talk.session.positioned


def test_without_anybody_online_the_customer_is_told_so() -> None:
    assert said(Talk(outlook=NOBODY).hear()) == ["Hello!", "Nobody is here."]


def test_prompts_that_are_off_are_not_said() -> None:
    off = {"greeting": Override(on=False), "queue_position": Override(on=False)}
    decision = Talk(policy(prompts=off), outlook=BUSY).hear()
    assert (said(decision), delivers(decision)) == ([], [])


def test_the_desk_tells_the_position_once() -> None:
    talk = Talk()
    talk.hear()
    inform = c.Inform(talk.session.id, 4, 1)
    assert said(talk.do(inform)) == ["You are number 4."]
    assert talk.do(inform).events == ()


def test_a_position_for_a_chat_that_no_longer_waits_is_dropped() -> None:
    talk = active()
    assert talk.do(c.Inform(talk.session.id, 4, 1)).events == ()


def test_the_session_belongs_to_the_channels_group() -> None:
    talk = Talk(policy(group="sales"))
    talk.hear()
    assert talk.session.group == "sales"


# --- reply tokens ----------------------------------------------------------------------------------------------


def test_greeting_and_position_go_out_in_one_call_on_the_reply_token() -> None:
    talk = Talk(policy(TOKENS), outlook=BUSY)
    decision = talk.hear(reply_token="tok")
    (deliver,) = delivers(decision)
    assert [part.content for part in deliver.parts] == [Text("Hello!"), Text("You are number 3.")]
    assert deliver.token == ReplyToken("tok", NOON)
    assert [event.spends for event in decision.events if isinstance(event, e.Prompted)] == [True, False]
    assert talk.state.token is None


def test_a_token_is_used_once() -> None:
    talk = Talk(policy(TOKENS))
    talk.hear(reply_token="tok")
    assert [deliver.token for deliver in delivers(talk.assign())] == [None]


def test_an_answer_within_the_tokens_time_uses_it_and_one_after_does_not() -> None:
    talk = active(policy(TOKENS))
    talk.hear("and?", reply_token="new")
    talk.later(19_999)
    assert [deliver.token for deliver in delivers(talk.reply("soon"))] == [ReplyToken("new", NOON)]
    talk.hear("and?", reply_token="old")
    talk.later(20_000)
    assert [deliver.token for deliver in delivers(talk.reply("late"))] == [None]


def test_a_token_is_worth_nothing_on_a_channel_without_them() -> None:
    assert [deliver.token for deliver in delivers(Talk().hear(reply_token="tok"))] == [None]


def test_only_the_first_of_several_calls_takes_the_token() -> None:
    talk = active(policy(replace(TOKENS, text_limit=40, batch=2)))
    talk.hear("go on", reply_token="tok")
    decision = talk.reply("one two three four five. " * 8)
    assert [deliver.token is not None for deliver in delivers(decision)] == [True, False, False]
    assert all(deliver.shared == (decision.seq,) for deliver in delivers(decision))


# --- later messages --------------------------------------------------------------------------------------------


def test_the_next_message_goes_into_the_open_session_and_says_nothing() -> None:
    talk = Talk()
    talk.hear("hello")
    decision = talk.hear("ok?")
    assert (named(decision), decision.effects) == (["Received"], ())
    assert (message(decision).seq, talk.session.wrote, talk.session.unread) == (3, 2, 2)


def test_an_older_message_that_comes_later_is_appended_and_marked_late() -> None:
    talk = Talk().later(5000)
    talk.hear("second", at=NOON + 2000)
    decision = talk.hear("first", at=NOON + 1000)
    assert (message(decision).seq, message(decision).at, message(decision).late) == (3, NOON + 1000, True)
    assert not message(talk.hear("third", at=NOON + 3000)).late


def test_a_providers_clock_that_is_ahead_makes_nobody_late() -> None:
    talk = Talk()
    talk.hear("from the future", at=NOON + HOUR)
    assert not message(talk.later(1000).hear("now")).late


def test_a_file_is_fetched_after_it_is_kept() -> None:
    decision = active().hear(Image(mime="image/png", ref="provider-7"))
    assert decision.effects == (f.FetchMedia("id-0005", "id-0001", 4, "provider-7"),)


def test_a_pressed_button_is_answered_to_the_provider() -> None:
    decision = active().hear(Chosen("r", "Red"), ack="callback-1")
    assert [effect.ack for effect in decision.effects if isinstance(effect, f.Acknowledge)] == ["callback-1"]


def test_a_message_after_the_close_opens_the_next_session() -> None:
    talk = closed()
    decision = talk.later(HOUR).hear("one more thing")
    assert "Opened" in named(decision)
    assert (talk.session.number, talk.session.seq, talk.last.number) == (2, 2, 1)


# --- numbered lists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("2", Chosen("g", "Green")),
        ("red", Chosen("r", "Red")),
        ("٢", Chosen("g", "Green")),
        ("3", Text("3")),
        ("2 please", Text("2 please")),
    ],
)
def test_a_number_that_answers_a_numbered_list_is_the_option(text: str, understood: object) -> None:
    talk = active(policy(PLAIN))
    assert said(talk.reply(COLOURS)) == ["Which colour?\n1. Red\n2. Green", "Send a number."]
    assert message(talk.hear(text)).content == understood


def test_a_list_is_answered_by_the_next_message_or_not_at_all() -> None:
    talk = active(policy(PLAIN))
    talk.reply(COLOURS)
    talk.hear("wait")
    assert message(talk.hear("2")).content == Text("2")


def test_an_agents_next_message_takes_the_question_back() -> None:
    talk = active(policy(PLAIN))
    talk.reply(COLOURS)
    talk.reply("Never mind.", client_id="c2")
    assert message(talk.hear("2")).content == Text("2")


# --- sensitive words -------------------------------------------------------------------------------------------


def test_a_masked_word_is_kept_from_agents_and_the_original_kept() -> None:
    decision = active(policy(lists=(words("mask", "secret", name="codes"),))).hear("my secret code")
    assert (message(decision).content, message(decision).original) == (Text("my ****** code"), Text("my secret code"))
    assert message(decision).hits == ("codes",)
    assert said(decision) == []


def test_a_blocked_word_is_not_passed_on_and_the_customer_told() -> None:
    decision = active(policy(lists=(words("block", "secret"),))).hear("my secret code")
    assert message(decision).content == Unsupported("withheld")
    assert message(decision).original == Text("my secret code")
    assert said(decision) == ["That was not passed on."]


def test_an_alert_passes_and_supervisors_see_it() -> None:
    decision = active(policy(lists=(words("alert", "lawyer", name="legal"),))).hear("my lawyer says")
    assert message(decision).content == Text("my lawyer says")
    assert [event for event in decision.events if isinstance(event, e.Alerted)] == [
        e.Alerted(NOON, 4, "customer", ("legal",))
    ]


def test_a_mask_beside_an_alert_masks_and_alerts() -> None:
    lists = (words("mask", "secret", name="codes"), words("alert", "lawyer", name="legal"))
    decision = active(policy(lists=lists)).hear("secret lawyer")
    assert message(decision).content == Text("****** lawyer")
    assert named(decision) == ["LanguageChosen", "Received", "WordsFound", "Alerted"]


def test_words_in_a_caption_and_in_a_files_name_are_masked_too() -> None:
    picture = Image(mime="image/png", ref="r", caption="my secret", name="secret.png")
    heard = message(active(policy(lists=(words("mask", "secret"),))).hear(picture))
    assert heard.content == Image(mime="image/png", ref="r", caption="my ******", name="******.png")


def test_lists_for_agents_leave_customers_alone() -> None:
    rules = policy(lists=(words("block", "secret", side="agent"),))
    assert message(active(rules).hear("my secret")).content == Text("my secret")


# --- edits and unsends -----------------------------------------------------------------------------------------


def test_an_edit_passes_the_word_filter_again() -> None:
    talk = active(policy(lists=(words("mask", "secret", name="codes"), words("alert", "lawyer", name="legal"))))
    decision = talk.do(c.Amend(talk.session.id, 1, Text("secret lawyer"), NOON))
    assert decision.events == (
        e.Amended("id-0001", 1, NOON, Text("****** lawyer"), Text("secret lawyer"), ("codes", "legal")),
        e.WordsFound(
            at=talk.now,
            side="customer",
            found=(e.FoundWord("codes", "secret", "mask"), e.FoundWord("legal", "lawyer", "alert")),
            seq=1,
        ),
        e.Alerted(NOON, 1, "customer", ("codes", "legal")),
    )
    assert talk.session.seq == 3


def test_an_edit_of_a_closed_chat_names_that_chat() -> None:
    talk = closed()
    first = talk.last.id
    talk.hear("again")
    decision = talk.do(c.Amend(first, 1, Text("hallo"), NOON))
    assert decision.events == (e.Amended(first, 1, NOON, Text("hallo")),)


def test_an_unsent_message_keeps_its_place() -> None:
    talk = active()
    decision = talk.do(c.Retract(talk.session.id, 1))
    assert (decision.events, talk.session.seq) == ((e.Retracted("id-0001", 1, NOON),), 3)


# --- who is turned away ----------------------------------------------------------------------------------------


def test_a_blocked_customer_is_turned_away_and_told_once() -> None:
    talk = active()
    talk.do(c.Block(MEI, NOON + DAY))
    decision = talk.later(MINUTE).hear("hey")
    assert (named(decision), said(decision)) == (["TurnedAway"], ["You cannot write here."])
    assert message(decision).content == Text("hey")
    decision = talk.later(MINUTE).hear("hey!")
    assert (named(decision), said(decision)) == (["TurnedAway"], [])
    assert talk.state.session is None


def test_what_a_blocked_customer_is_told_goes_out_on_their_reply_token() -> None:
    talk = active(policy(TOKENS))
    talk.do(c.Block(MEI, -1))
    (deliver,) = delivers(talk.hear("hey", reply_token="tok"))
    assert (deliver.token, deliver.session) == (ReplyToken("tok", NOON), None)


def test_a_reply_token_that_died_under_way_carries_nothing_to_a_blocked_customer() -> None:
    talk = active(policy(TOKENS))
    talk.do(c.Block(MEI, -1))
    (deliver,) = delivers(talk.hear("hey", at=NOON - DAY, reply_token="tok"))
    assert deliver.token is None


def test_a_block_ends_by_itself() -> None:
    talk = active()
    talk.do(c.Block(MEI, NOON + DAY))
    talk.later(DAY).hear("may I?")
    assert talk.session.number == 2


def test_a_block_for_good_ends_only_by_hand_and_a_new_one_is_told_again() -> None:
    talk = active()
    talk.do(c.Block(MEI, -1))
    assert named(talk.later(1000 * DAY).hear("hey")) == ["TurnedAway"]
    talk.do(c.Block(BOSS, None))
    talk.hear("back")
    assert talk.session.number == 2
    talk.do(c.Block(BOSS, -1))
    assert said(talk.hear("hey")) == ["You cannot write here."]


# --- names and reach -------------------------------------------------------------------------------------------


def test_other_names_of_the_same_person_are_learned_once() -> None:
    talk = Talk()
    assert talk.hear("hello", aliases=("bsuid-1",)).aliases == ("bsuid-1",)
    assert talk.hear("hello", aliases=("bsuid-1", "ann")).aliases == ()
    assert talk.state.aliases == ("bsuid-1",)


def test_only_the_newest_names_stay_in_the_state() -> None:
    talk = Talk()
    talk.hear("hello", aliases=tuple(f"name-{number}" for number in range(20)))
    assert talk.state.aliases == tuple(f"name-{number}" for number in range(4, 20))


def test_who_stops_and_starts_to_accept_messages_is_known() -> None:
    talk = active()
    gone = Reached(id="u1", address="ann", reachable=False, at=NOON)
    assert talk.do(c.Reach(gone)).events == (e.ReachableChanged(False, NOON),)
    assert talk.do(c.Reach(gone)).events == ()
    assert named(talk.hear("I am back")) == ["ReachableChanged", "LanguageChosen", "Received"]
    assert talk.state.reachable


def test_a_follow_opens_no_session() -> None:
    talk = Talk()
    reached = Reached(id="u1", address="ann", reachable=True, at=NOON, profile=named_profile("Ann"))
    assert named(talk.do(c.Reach(reached))) == ["CustomerKnown"]
    assert talk.state.session is None


def test_a_visit_opens_nothing_and_keeps_who_it_is() -> None:
    talk = Talk()
    known = replace(talk.state.customer, name="Ann", partner_id="p-1")
    assert named(talk.do(c.Visit(known))) == ["CustomerKnown"]
    assert (talk.do(c.Visit(known)).events, talk.state.session) == ((), None)


def test_times_of_a_session_are_ours_and_times_of_a_message_the_providers() -> None:
    talk = Talk().later(5)
    assert message(talk.hear("hello", at=NOON)).at == NOON
    assert (talk.session.opened_at, talk.state.heard_at) == (NOON + 5, NOON)


def test_options_of_a_customers_list_are_no_list_of_ours() -> None:
    asked = Choice("Which?", (Option("a", "A"),))
    talk = active()
    talk.hear(asked)
    assert message(talk.hear("1")).content == Text("1")
