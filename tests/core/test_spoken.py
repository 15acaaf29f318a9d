"""Which language a session is held in: said outright, chosen, the profile's, guessed, the channel's."""

import dataclasses

import msgspec
import pytest

from core import command as c
from core import event as e
from core.channel import Profile
from core.message import Choice, Chosen
from core.policy import Languages, Policy
from core.prompts import Override
from core.spoken import autonym
from tests.core.given import Talk, named, policy, said

NOTICE = {"language_switched": Override(on=True, text={"en": "Now in {language}.", "ja": "{language}です。"})}


def speaking(**settings: object) -> Policy:
    made = policy(prompts=NOTICE)
    languages = Languages(**settings)  # type: ignore[arg-type]
    return dataclasses.replace(made, everywhere=dataclasses.replace(made.everywhere, languages=languages))


def spoken(talk: Talk) -> tuple[str, bool]:
    return talk.session.language, talk.session.language_sure


def test_a_profile_comes_before_what_is_written() -> None:
    talk = Talk(speaking())
    talk.hear("注文した商品がまだ届いていません", profile=Profile(language="th"))
    assert spoken(talk) == ("th", True)


def test_what_is_written_clearly_is_the_language() -> None:
    talk = Talk(speaking())
    talk.hear("注文した商品がまだ届いていません")
    assert spoken(talk) == ("ja", True)


def test_the_same_guess_twice_is_as_good_as_sure_and_is_told() -> None:
    talk = Talk(speaking())
    talk.hear("hola amigo")
    assert (spoken(talk), talk.session.language_guess) == (("en", False), "es")
    assert said(talk.hear("buenos días"))[:1] == ["Now in Español."]
    assert spoken(talk) == ("es", True)


def test_a_short_word_decides_nothing() -> None:
    talk = Talk(speaking())
    talk.hear("ok")
    assert (spoken(talk), talk.session.language_guess) == (("en", False), None)


def test_guessing_can_be_switched_off_or_be_stricter() -> None:
    japanese = "注文した商品がまだ届いていません"
    deaf, strict = Talk(speaking(detect=False)), Talk(speaking(sure=0.99))
    deaf.hear(japanese)
    strict.hear(japanese)
    assert (spoken(deaf), spoken(strict)) == (("en", False), ("en", False))
    strict.hear(japanese)
    assert spoken(strict) == ("ja", True)


def test_a_page_that_says_its_language_is_followed() -> None:
    talk = Talk(speaking())
    talk.hear("hello")
    customer = msgspec.structs.replace(talk.state.customer, language="ja")
    assert said(talk.do(c.Visit(customer, "ja"))) == ["日本語です。"]
    assert spoken(talk) == ("ja", True)


@pytest.mark.parametrize(
    ("picker", "first", "asked"),
    [
        ("never", "ok", False),
        ("unsure", "ok", True),
        ("unsure", "注文した商品がまだ届いていません", False),
        ("always", "注文した商品がまだ届いていません", True),
    ],
)
def test_customers_are_asked_as_the_picker_is_set(picker: str, first: str, asked: bool) -> None:
    talk = Talk(speaking(picker=picker, offered=("en", "ja", "zh-Hant")))
    decision = talk.hear(first)
    prompts = [event.message.content for event in decision.events if isinstance(event, e.Prompted)]
    assert any(isinstance(content, Choice) for content in prompts) is asked
    assert talk.session.language_asked is asked


def test_a_language_is_picked_by_number_name_or_button_and_kept_for_the_next_chat() -> None:
    for answer in ("2", "日本語", Chosen("language:ja", "日本語")):
        talk = Talk(speaking(picker="always", offered=("en", "ja")))
        talk.hear("ok")
        decision = talk.hear(answer)
        assert said(decision)[:1] == ["日本語です。"]
        assert (spoken(talk), talk.state.customer.language) == (("ja", True), "ja")
        assert "LanguageChosen" in named(decision)
        talk.assign()
        talk.close()
        talk.hear("hello again")
        assert (spoken(talk), talk.session.language_asked) == (("ja", True), False)


def test_what_was_not_offered_is_no_choice() -> None:
    talk = Talk(speaking(picker="always", offered=("en", "ja")))
    talk.hear("ok")
    talk.hear(Chosen("language:th", "ไทย"))
    assert spoken(talk) == ("en", False)


@pytest.mark.parametrize(
    ("tag", "name"),
    [("ja", "日本語"), ("es", "Español"), ("pt-BR", "Português (Brasil)"), ("zh-Hant", "繁體中文"), ("xx", "xx")],
)
def test_a_language_is_called_by_its_own_name(tag: str, name: str) -> None:
    assert autonym(tag) == name
