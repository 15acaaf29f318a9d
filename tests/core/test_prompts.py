import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pattern import Argument, arguments
from core.prompts import (
    CLOSING_KEYS,
    KEYS,
    PROMPT_KEYS,
    Catalogue,
    Override,
    Said,
    validate_prompts,
)

ENGLISH: dict[str, str] = {
    **{key: f"built-in {key}" for key in KEYS},
    "agent_joined": "{agent} is here. It's your turn.",
    "queue_position": "{position, plural, one {One person} other {# people}} for {agent}",
    "link_media": "{name}: {url}",
}
BUILT_IN = {
    "en": ENGLISH,
    "zh-Hant": {"greeting": "歡迎"},
    "fr": {"greeting": "Bienvenue"},
}


def catalogue(*levels: dict[str, Override], default: str = "en") -> Catalogue:
    return Catalogue.compile(BUILT_IN, levels, default)


def text_of(said: Said | None) -> str:
    assert said is not None
    return said.text


def test_says_the_built_in_text_in_the_nearest_language() -> None:
    assert catalogue().say("greeting", "zh-TW") == Said("greeting", "zh-Hant", "歡迎")
    assert catalogue().say("greeting", "fr-CA") == Said("greeting", "fr", "Bienvenue")


def test_falls_back_to_the_channels_language_and_then_to_english() -> None:
    assert text_of(catalogue(default="fr").say("greeting", "sv")) == "Bienvenue"
    assert text_of(catalogue(default="fr").say("agent_closed", "sv")) == "built-in agent_closed"
    assert text_of(catalogue().say("greeting", None)) == "built-in greeting"
    assert text_of(catalogue().say("greeting", "no such tag")) == "built-in greeting"


def test_the_nearest_level_wins_within_a_language() -> None:
    everywhere = {"greeting": Override(text={"en": "all", "ja": "全部"})}
    group = {"greeting": Override(text={"en": "group"})}
    channel = {"greeting": Override(text={"de": "Kanal"})}
    said = catalogue(everywhere, group, channel)
    assert text_of(said.say("greeting", "en")) == "group"
    assert text_of(said.say("greeting", "ja")) == "全部"
    assert text_of(said.say("greeting", "de")) == "Kanal"


def test_the_language_counts_more_than_the_level() -> None:
    said = catalogue({}, {}, {"greeting": Override(text={"en": "channel, in English"})})
    assert text_of(said.say("greeting", "fr")) == "Bienvenue"


def test_tags_of_overrides_are_read_as_people_write_them() -> None:
    said = catalogue({"greeting": Override(text={"zh_hant_tw": "您好", "iw": "שלום"})})
    assert text_of(said.say("greeting", "zh-Hant-TW")) == "您好"
    assert text_of(said.say("greeting", "he-IL")) == "שלום"


def test_the_nearest_level_that_says_so_turns_a_prompt_on_or_off() -> None:
    off, on, silent = ({"greeting": Override(on=on)} for on in (False, True, None))
    assert catalogue(off).say("greeting", "en") is None
    assert catalogue(off, on).say("greeting", "en") is not None
    assert catalogue(on, off, silent).say("greeting", "en") is None
    assert not catalogue(off).is_on("greeting")


def test_some_prompts_are_off_until_turned_on() -> None:
    assert catalogue().say("customer_left", "en") is None
    assert text_of(catalogue({"customer_left": Override(on=True)}).say("customer_left", "en")) != ""


def test_values_are_put_in_and_never_interpreted() -> None:
    name = "{agent} '{x}' # {0, plural, other {}}"
    assert text_of(catalogue().say("agent_joined", "en", agent=name)) == f"{name} is here. It's your turn."


@given(st.text(st.characters(codec="utf-8")))
def test_any_name_is_shown_as_it_is(name: str) -> None:
    assert text_of(catalogue().say("agent_joined", "en", agent=name)) == f"{name} is here. It's your turn."


def test_half_a_character_in_a_name_is_replaced() -> None:
    assert text_of(catalogue().say("agent_joined", "en", agent="M\ud800")) == "M\ufffd is here. It's your turn."


def test_plurals_follow_the_language_of_the_text_even_in_a_fallback() -> None:
    said = catalogue()
    assert text_of(said.say("queue_position", "ar", position=1, agent="Mei")) == "One person for Mei"
    assert text_of(said.say("queue_position", "ar", position=2, agent="Mei")) == "2 people for Mei"


def test_a_common_value_nobody_gave_is_empty_and_an_own_one_an_error() -> None:
    assert text_of(catalogue().say("queue_position", "en", position=2)) == "2 people for "
    with pytest.raises(ValueError, match="link_media needs name, url"):
        catalogue().say("link_media", "en")


def test_a_session_number_is_not_grouped() -> None:
    said = catalogue({"agent_closed": Override(text={"en": "Chat {session} on {channel} closed"})})
    assert text_of(said.say("agent_closed", "en", session=12345, channel="Shop")) == "Chat 12345 on Shop closed"


def test_apostrophes_mean_the_same_with_and_without_values() -> None:
    said = catalogue({"greeting": Override(text={"en": "It''s '{'open'}', isn't it"})})
    assert text_of(said.say("greeting", "en")) == "It's {open}, isn't it"


def test_many_languages_do_not_fill_the_memory() -> None:
    said = catalogue()
    for number in range(5000):
        said.say("greeting", f"en-{number % 1000:03}-{number:05}")
    assert len(said._found) <= 4096


def test_english_must_be_complete() -> None:
    with pytest.raises(ValueError, match="the English texts lack greeting"):
        Catalogue.compile({"en": {key: "x" for key in KEYS if key != "greeting"}})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            {"ja": "{name}さん"},
            "{name} is unknown here; there are {agent}, {channel}, {session}.",
        ),
        ({"j!": "x"}, '"j!" is not a language tag such as en, pt-BR or zh-Hant.'),
        ({"ja": " "}, "A text may not be empty; to say nothing, set on to false."),
        ({"ja": "x" * 2001}, "A text has at most 2000 characters; this one has 2001."),
        ({"ja": "{agent"}, "This is not a valid message: a { has no matching }."),
        (
            {"ja": "{session, plural, one {x}}"},
            'This is not a valid message: a plural or select has no case "other".',
        ),
        (
            {"ja": "{session, plural, other {x}}"},
            "{session} is a text and has no plural.",
        ),
        ({"ja": "{agent, date}"}, "{agent} is a text and has no date."),
        (
            {"ja": "l'{agent}"},
            "An apostrophe right before { makes it plain text; write two apostrophes.",
        ),
        ({"ja": "\ud800"}, "This text has half a character in it."),
    ],
)
def test_an_admin_is_told_what_is_wrong_with_a_text(text: dict[str, str], message: str) -> None:
    (tag,) = text
    problems = validate_prompts({"agent_closed": Override(text=text)}, CLOSING_KEYS)
    assert problems == [(f"prompts.agent_closed.text.{tag}", message)]


def test_a_key_of_another_area_and_an_unknown_one_are_refused() -> None:
    refused = validate_prompts({"agent_closed": Override(), "nonsense": Override()}, PROMPT_KEYS)
    assert [field for field, _ in refused] == [
        "prompts.agent_closed",
        "prompts.nonsense",
    ]
    assert refused[0][1] == '"agent_closed" is set under closing.'
    assert validate_prompts({"greeting": Override()}, CLOSING_KEYS) == [
        ("prompts.greeting", '"greeting" is set under prompts.')
    ]


def test_a_label_can_be_reworded_but_not_turned_off() -> None:
    assert validate_prompts({"thumb_up": Override(text={"en": "Great"})}, PROMPT_KEYS) == []
    assert validate_prompts({"thumb_up": Override(on=False)}, PROMPT_KEYS) == [
        (
            "prompts.thumb_up.on",
            "This text belongs to something else and can't be switched off.",
        )
    ]


def test_a_broken_text_never_gets_into_a_catalogue() -> None:
    with pytest.raises(ValueError, match=r"prompts.greeting.text.en: .*no matching"):
        catalogue({"greeting": Override(text={"en": "{agent"})})


def test_closing_keys_are_those_of_the_closing_area() -> None:
    assert len(CLOSING_KEYS) == 8
    assert frozenset(KEYS) == CLOSING_KEYS | PROMPT_KEYS


def test_a_pattern_names_its_arguments_and_their_cases() -> None:
    pattern = "It''s '{no}' {a} {n, plural, offset:1 =1 {you, {b}} one {#} other {# {c, select, x {X} other {Y}}}}"
    assert arguments(pattern) == (
        Argument("a"),
        Argument("n", "plural", ("=1", "one", "other")),
        Argument("b"),
        Argument("c", "select", ("x", "other")),
    )


def test_a_value_may_be_called_language_too() -> None:
    said = catalogue({"language_switched": Override(on=True, text={"en": "Now in {language}"})})
    assert text_of(said.say("language_switched", "en", language="ไทย")) == "Now in ไทย"
