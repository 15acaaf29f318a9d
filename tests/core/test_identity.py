"""Who a customer is: kept, saved in the CRM, linked, erased; and the law that erasing leaves a history that replays."""

from dataclasses import replace as with_
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core import command as c
from core import event as e
from core.customer import Customer, merge, own_fields, vip_level
from core.erasing import blank_event, blank_text, files_of, is_erased
from core.evolve import evolve
from core.message import Author, Image, Message, Text, Translation
from core.people import Customers, Retention, customer_problems, keeping, keeping_of, retention_problems
from core.policy import Level
from tests.core.given import BOSS, MEI, Talk, inbound, named, policy

SAVING = with_(policy(), here=Level(customers=Customers(auto_save=True)))
ANN = Customer(id="cust", name="Ann", partner_id="p-1", phone="+1", tags=("gold",), params={"plan": "a"})


def test_who_is_known_is_told_once() -> None:
    talk = Talk()
    known = replace(talk.state.customer, name="Ann", partner_id="p-1")
    assert named(talk.do(c.Identify(known, "mei"))) == ["CustomerKnown"]
    assert named(talk.do(c.Identify(known, "mei"))) == []


def test_with_automatic_saving_an_id_of_the_company_makes_a_customer_of_the_crm() -> None:
    talk = Talk(SAVING)
    anonymous = replace(talk.state.customer, name="Ann")
    assert named(talk.do(c.Visit(anonymous))) == ["CustomerKnown"]
    assert talk.state.customer.saved is False
    assert named(talk.do(c.Visit(replace(anonymous, partner_id="p-1")))) == ["CustomerSaved"]
    assert talk.state.customer.saved is True


def test_another_record_takes_the_conversation_over() -> None:
    talk = Talk()
    talk.hear("hello")
    was = talk.state.customer.id
    decision = talk.do(c.Identify(Customer(id="other", name="Ann"), "mei"))
    assert decision.events == (e.CustomerLinked(Customer(id="other", name="Ann"), was, talk.now, "mei"),)
    assert talk.state.customer.id == "other"


def test_two_records_of_one_person_keep_what_either_knows() -> None:
    other = Customer(
        id="other", name="A. Lee", email="ann@x.example", partner_id="p-2", vip=True, tags=("new", "gold"),
        params={"plan": "b", "size": "M"},
    )  # fmt: skip
    both = merge(ANN, other)
    assert (both.id, both.name, both.email, both.partner_id, both.vip) == ("cust", "Ann", "ann@x.example", "p-1", True)
    assert (both.tags, both.params) == (("gold", "new"), {"plan": "a", "size": "M"})
    assert merge(Customer(id="x"), other).partner_id == "p-2"


@given(st.text(max_size=5))
def test_a_level_is_a_number_or_none(text: str) -> None:
    assert vip_level(replace(ANN, params={"vip_level": text})) >= 0
    assert own_fields(replace(ANN, params={"field.size": text, "plan": "a"})) == {"size": text}


# --- erasing ---------------------------------------------------------------------------------------------------------


def chatted() -> Talk:
    """Everything in it that could hold a word."""
    talk = Talk()
    talk.hear("my canary")
    talk.assign()
    talk.do(c.Tag(MEI, add=("canary",)))
    talk.do(c.Identify(replace(talk.state.customer, name="canary"), "mei"))
    return talk


def test_erasing_ends_the_chat_in_silence_and_leaves_nobody() -> None:
    talk = chatted()
    decision = talk.do(c.Erase("boss"))
    assert named(decision) == ["Closed", "Erased"]
    assert decision.effects == ()
    assert decision.frees == MEI.id
    assert is_erased(talk.state)
    assert "canary" not in repr(talk.state)
    assert talk.state.customer == Customer(id=talk.state.customer.id)
    assert (talk.state.token, talk.state.read_mark, talk.state.aliases) == (None, None, ())


def test_erasing_twice_changes_nothing() -> None:
    talk = chatted()
    talk.do(c.Erase("boss"))
    assert talk.do(c.Erase("boss")).events == ()


def test_the_history_replays_with_every_word_and_every_name_blanked() -> None:
    talk = Talk()
    state, events = talk.state, list[e.Event]()
    known = replace(state.customer, name="canary")
    for command in (
        c.Receive(inbound("my canary", reply_token="t", aliases=("canary",))), c.Identify(known, "mei"),
        c.Annotate(MEI, "a canary"), c.Tag(BOSS, add=("canary",)), c.Erase("boss"),
    ):  # fmt: skip
        events += talk.do(command).events
    for event in events:
        state = evolve(state, blank_event(event))
    assert state == talk.state
    assert "canary" not in repr([blank_event(event) for event in events])


# --- the settings ----------------------------------------------------------------------------------------------------


def test_what_is_not_set_is_kept_for_ever_but_for_logs() -> None:
    assert keeping(Retention()) == keeping(Retention(message_days=None))
    assert (keeping(Retention()).webhook_days, keeping(Retention(webhook_days=3)).webhook_days) == (14, 3)


def test_what_contradicts_itself_is_named() -> None:
    assert retention_problems(Retention(message_days=30, customer_days=30)) == []
    assert [field for field, _ in retention_problems(Retention(message_days=30, customer_days=7))] == ["customer_days"]
    assert [field for field, _ in customer_problems(Customers(fields=("a", "b", "a")))] == ["fields.2"]


@pytest.mark.parametrize("kind", [kind for kind in get_args(e.Event) if "message" in kind.__struct_fields__])
def test_every_event_that_carries_words_loses_them(kind: type[Any]) -> None:
    """Also those that are yet to be thought of."""
    said = Message(seq=1, author=Author("customer", name="canary"), content=Text("canary"), at=1, provider_id="canary")
    said = replace(said, translation=Translation("canary", "en"))
    event = kind(**{**dict.fromkeys(kind.__struct_fields__), "message": said})
    assert "canary" not in repr(blank_event(event))
    assert "canary" not in repr(replace(blank_text(event).message, author=Author("customer"), provider_id=None))
    picture = Image(url="media:7", caption="canary")
    assert files_of(kind(**{**dict.fromkeys(kind.__struct_fields__), "message": replace(said, content=picture)})) == (
        "media:7",
    )


@pytest.mark.parametrize(
    ("for_all", "channel", "sessions"),
    [
        (Retention(session_days=1), Retention(), 1),
        (Retention(session_days=1), Retention(message_days=None), None),
        (Retention(session_days=1), Retention(message_days=30), 30),
        (Retention(session_days=60), Retention(message_days=30), 60),
        (Retention(session_days=1), Retention(message_days=30, session_days=40), 40),
        (Retention(session_days=90), Retention(file_days=3), 90),
        (Retention(), Retention(message_days=30), None),
    ],
)
def test_a_channel_that_keeps_its_messages_keeps_their_chats(
    for_all: Retention, channel: Retention, sessions: int | None
) -> None:
    assert keeping_of(for_all, channel).session_days == sessions


def test_a_translation_is_words_too() -> None:
    made = e.Translated("s1", 1, 5, Translation("canary", "en"))
    for blank in (blank_event, blank_text):
        assert "canary" not in repr(blank(made))
