"""Settings in three levels, compiled once: channel before group before all."""

import msgspec
import pytest

from core.codec import convert
from core.policy import AREAS, ChannelFacts, Closing, Ending, Level, Policy, Prompts, Words
from core.prompts import Override
from core.routes import Assignment
from core.scheme import Survey, Surveys
from tests.core.given import CHAT, TEXTS, answers, policy, words


def made(everywhere: Level, group: Level, channel: Level) -> Policy:
    facts = ChannelFacts("chan", "Shop", "en", CHAT)
    return Policy(3, facts, TEXTS, answers(), everywhere, {"sales": group}, channel)


def test_nothing_set_is_the_defaults() -> None:
    rules = policy().rules(None)
    assert rules.survey == Survey(on=False, kind="stars", ask_on_close=True, comment=False, expires_seconds=86_400)
    assert rules.ending == Ending(customer_idle_seconds=None, customer_reminder_seconds=None)
    assert (rules.say("greeting", "en"), rules.say("customer_left", "en"), rules.version) == ("Hello!", None, 7)


def test_the_nearest_level_that_sets_a_value_wins() -> None:
    rules = made(
        Level(surveys=Surveys(on=True, kind="nps", expires_seconds=60), closing=Closing(customer_idle_seconds=600)),
        Level(surveys=Surveys(kind="thumbs"), closing=Closing(customer_idle_seconds=None)),
        Level(surveys=Surveys(expires_seconds=30)),
    )
    assert rules.rules("sales").survey == Survey(on=True, kind="thumbs", expires_seconds=30)
    assert rules.rules("sales").ending.customer_idle_seconds is None
    assert rules.rules(None).survey == Survey(on=True, kind="nps", expires_seconds=30)
    assert rules.rules(None).ending.customer_idle_seconds == 600


def test_a_group_that_is_gone_has_the_settings_of_all() -> None:
    rules = made(Level(surveys=Surveys(on=True)), Level(surveys=Surveys(on=False)), Level())
    assert rules.rules("gone").survey.on


def test_prompts_of_both_areas_fall_through_key_by_key() -> None:
    rules = made(
        Level(prompts=Prompts({"greeting": Override(text={"en": "All"}), "no_agent": Override(on=False)})),
        Level(closing=Closing(prompts={"agent_closed": Override(text={"en": "Group bye"})})),
        Level(prompts=Prompts({"greeting": Override(text={"en": "Channel"})})),
    ).rules("sales")
    assert rules.say("greeting", "en") == "Channel"
    assert rules.say("agent_closed", "en") == "Group bye"
    assert rules.say("no_agent", "en") is None


def test_word_lists_of_all_levels_add_up() -> None:
    rules = made(
        Level(words=Words((words("mask", "one", name="a"),))),
        Level(words=Words((words("block", "two", name="b"),))),
        Level(words=Words((words("alert", "three", name="c"),))),
    )
    assert [rules.rules("sales").words.scan(text, "customer").action for text in ("one", "two", "three", "four")] == [
        "mask", "block", "alert", "pass",
    ]  # fmt: skip
    assert rules.rules(None).words.scan("two", "customer").action == "pass"


def test_groups_without_lists_of_their_own_share_one_compiled_filter() -> None:
    rules = made(Level(words=Words((words("mask", "one"),))), Level(), Level())
    assert rules.rules("sales").words is rules.rules(None).words


def test_rules_are_compiled_once() -> None:
    rules = policy()
    assert rules.rules("x") is rules.rules("x")


def test_phrases_are_kept_for_a_bounded_number_of_languages() -> None:
    rules = policy().rules(None)
    for number in range(2000):
        assert rules.phrases(f"x{number}").options_hint == "Send a number."
    assert len(rules.known_phrases) <= 512


@pytest.mark.parametrize(
    ("area", "body", "complaint"),
    [
        ("closing", {"customer_idle_seconds": 0}, "$.customer_idle_seconds"),
        ("closing", {"customer_reminder_seconds": -5}, "$.customer_reminder_seconds"),
        ("closing", {"customer_idle_seconds": "soon"}, "$.customer_idle_seconds"),
        ("surveys", {"kind": "hearts"}, "$.kind"),
        ("surveys", {"expires_seconds": 0}, "$.expires_seconds"),
        ("surveys", {"onn": True}, "onn"),
        ("assignment", {"method": "darts"}, "$.method"),
        ("words", {"lists": [{"name": "x", "side": "nobody", "action": "mask"}]}, "$.lists[0].side"),
    ],
)
def test_a_bad_setting_names_its_field(area: str, body: dict[str, object], complaint: str) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        convert(body, AREAS[area])
    assert complaint in str(error.value)


def test_null_switches_a_timer_off_and_absence_leaves_it() -> None:
    assert convert({"customer_idle_seconds": None}, Closing) == Closing(customer_idle_seconds=None)
    assert convert({}, Closing) == Closing()
    assert convert({"method": "round_robin"}, Assignment) == Assignment("round_robin")
