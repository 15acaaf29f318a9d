"""What follows from what happened: which errands, in which order, with what in them."""

from msgspec.structs import replace

from core import command as c
from core import effect as f
from core.message import Image, Text
from core.policy import Closing
from core.scheme import Surveys
from tests.core.given import (
    BUSY,
    CHAT,
    DAY,
    MEI,
    MINUTE,
    NOON,
    PLAIN,
    TOM,
    Talk,
    active,
    closed,
    delivers,
    policy,
    said,
    words,
)


def test_what_is_said_at_once_is_one_call_up_to_the_channels_batch() -> None:
    talk = Talk(policy(replace(CHAT, batch=2), surveys=Surveys(on=True)), outlook=BUSY)
    assert [len(deliver.parts) for deliver in delivers(talk.hear())] == [2]
    single = Talk(policy(replace(CHAT, batch=1)), outlook=BUSY)
    assert [len(deliver.parts) for deliver in delivers(single.hear())] == [1, 1]


def test_deliveries_come_first_and_in_the_order_of_the_chat() -> None:
    talk = Talk(policy(replace(CHAT, batch=1)), outlook=BUSY)
    decision = talk.hear()
    assert [type(effect).__name__ for effect in decision.effects] == ["Deliver", "Deliver", "FindAgent"]
    assert [part.seq for deliver in delivers(decision) for part in deliver.parts] == [2, 3]


def test_a_position_alone_is_a_courtesy_and_with_a_greeting_it_is_not() -> None:
    talk = Talk()
    talk.hear()
    (position,) = delivers(talk.do(c.Inform(talk.session.id, 2, 1)))
    assert (position.courtesy, position.not_after) == (True, NOON + MINUTE)
    (greeting,) = delivers(Talk(outlook=BUSY).hear())
    assert (greeting.courtesy, greeting.not_after) == (False, NOON + DAY)
    apart = delivers(Talk(policy(replace(CHAT, batch=1)), outlook=BUSY).hear())
    assert [(deliver.courtesy, deliver.not_after) for deliver in apart] == [(False, NOON + DAY), (True, NOON + MINUTE)]


def test_a_reminder_is_a_courtesy() -> None:
    talk = active(policy(closing=Closing(customer_reminder_seconds=60)))
    talk.reply()
    (reminder,) = delivers(talk.later(MINUTE).do(c.Wake("customer_reminder")))
    assert reminder.courtesy


def test_a_delivery_belongs_to_the_chat_of_its_messages() -> None:
    talk = closed(policy(surveys=Surveys(on=True)))
    first = talk.last.id
    (greeting,) = delivers(talk.hear("next"))
    (thanks,) = delivers(talk.hear("5"))
    assert (greeting.session, thanks.session) == (talk.session.id, first)


def test_what_one_call_carries_whole_is_shared_with_none() -> None:
    (deliver,) = delivers(active().reply("short"))
    assert deliver.shared == ()


def test_parts_of_one_message_over_several_calls_are_shared_and_its_neighbours_are_not() -> None:
    talk = active(policy(replace(PLAIN, batch=2)))
    first, second = delivers(talk.reply("One sentence is here. Another sentence is there. And a third one at last."))
    assert [part.content for part in (*first.parts, *second.parts)] == [
        Text("One sentence is here."),
        Text("Another sentence is there."),
        Text("And a third one at last."),
    ]
    assert (first.shared, second.shared) == ((4,), (4,))


def test_a_media_message_without_a_reference_needs_no_fetching() -> None:
    assert active().hear(Image(url="https://x.test/a.png", mime="image/png")).effects == ()


def test_a_withheld_picture_is_not_fetched() -> None:
    talk = active(policy(lists=(words("block", "secret"),)))
    decision = talk.hear(Image(mime="image/png", ref="r1", caption="secret"))
    assert [type(effect).__name__ for effect in decision.effects] == ["Deliver"]


def test_every_errand_but_a_timer_has_an_id_of_its_own() -> None:
    talk = Talk(policy(replace(CHAT, batch=1), closing=Closing(customer_idle_seconds=60)), outlook=BUSY)
    decisions = [talk.hear(), talk.do(c.Claim(MEI)), talk.reply(), talk.do(c.Transfer(by=MEI, agent=TOM.ref))]
    effects = [effect for decision in decisions for effect in decision.effects]
    ids = [effect.id for effect in effects if not isinstance(effect, f.WakeAt)]
    assert len(ids) == len(set(ids)) == 6
    assert [effect for effect in effects if isinstance(effect, f.WakeAt)] == [f.WakeAt("customer_idle", NOON + MINUTE)]


def test_a_wish_that_changes_nothing_owes_nothing() -> None:
    decision = active().do(c.Claim(MEI))
    assert (decision.events, decision.effects, said(decision)) == ((), (), [])
