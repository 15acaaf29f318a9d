"""What agents do in a session."""

import pytest
from msgspec.structs import replace

from core import command as c
from core import effect as f
from core import event as e
from core.errors import Refused
from core.message import Author, Choice, Contact, Content, Image, Location, Note, Option, Sticker, Template, Text
from core.turn import Outlook
from tests.core.given import (
    BOSS,
    CHAT,
    COLOURS,
    DAY,
    MEI,
    MEI_REF,
    NOBODY,
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
    policy,
    said,
    words,
)


def refused(talk: Talk, command: c.Command, aim: str | None = None) -> Refused:
    """The refusal; the state is as before."""
    before = talk.state
    with pytest.raises(Refused) as caught:
        talk.do(command, aim)
    assert talk.state is before
    return caught.value


def answer(content: Content | str, by: c.Actor = MEI) -> c.Reply:
    return c.Reply(by=by, client_id="c1", content=Text(content) if isinstance(content, str) else content)


# --- answering -------------------------------------------------------------------------------------------------


def test_an_agents_answer_goes_out_and_counts() -> None:
    talk = active()
    decision = talk.reply("How can I help?")
    assert (said(decision), decision.seq) == (["How can I help?"], 4)
    assert message(decision).author == Author(kind="agent", id="agent-mei", name="Mei")
    assert message(decision).client_id == "c1"
    assert (talk.session.replies, talk.session.unread, talk.session.answered) == (1, 0, True)
    assert delivers(decision)[0].not_after == NOON + DAY


def test_only_the_agent_who_has_the_chat_or_a_supervisor_may_answer() -> None:
    talk = active()
    error = refused(talk, answer("Me too!", by=TOM))
    assert (error.code, error.reason, error.who) == ("not_yours", "This chat is Mei's.", "Mei")
    assert said(talk.do(answer("I take care of it.", by=BOSS))) == ["I take care of it."]


def test_a_waiting_chat_is_claimed_before_it_is_answered() -> None:
    talk = Talk()
    talk.hear()
    assert refused(talk, answer("Hi")).reason == "Claim this chat first."


def test_a_closed_chat_takes_no_answer_and_neither_does_the_next_by_accident() -> None:
    talk = closed()
    first = talk.last.id
    assert refused(talk, answer("Hi"), first).code == "closed"
    talk.hear("again")
    talk.assign()
    assert refused(talk, answer("Hi"), first).code == "closed"
    assert said(talk.do(answer("Hi"), talk.session.id)) == ["Hi"]


def test_a_blocked_word_is_refused_and_named() -> None:
    error = refused(active(policy(lists=(words("block", "idiot", side="agent"),))), answer("You IDIOT"))
    assert (error.code, error.field, error.word) == ("blocked_word", "content.text", "idiot")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (Choice("You idiot", (Option("a", "One"),)), "text"),
        (Choice("Which?", (Option("a", "idiot"), Option("b", "Other"))), "options"),
        (Template("offer", variables=("Hello", "idiot"), text="{{1}} {{2}}"), "variables"),
        (Image(url="media:1", mime="image/png", caption="idiot"), "caption"),
        (Image(url="media:1", mime="image/png", name="idiot.png"), "name"),
        (Location(1.0, 2.0, title="idiot"), "title"),
        (Location(1.0, 2.0, address="idiot street"), "address"),
        (Contact("idiot"), "name"),
        (Contact("Ann", ("idiot",)), "phones"),
    ],
)
def test_a_blocked_word_is_found_wherever_it_stands_and_its_field_is_named(content: Content, field: str) -> None:
    rules = policy(replace(CHAT, templates=True), lists=(words("block", "idiot", side="agent"),))
    error = refused(active(rules), answer(content))
    assert (error.word, error.field) == ("idiot", f"content.{field}")


def test_a_masked_word_goes_out_with_stars_and_the_question_stays_a_question() -> None:
    talk = active(policy(lists=(words("mask", "green", side="agent", name="colours"),)))
    (deliver,) = delivers(talk.reply(COLOURS))
    masked = Choice("Which colour?", (Option("r", "Red"), Option("g", "*****")))
    assert deliver.parts[0].content == masked
    assert talk.session.pending == (("r", "Red"), ("g", "*****"))


def test_an_agents_alert_goes_out_and_is_seen() -> None:
    decision = active(policy(lists=(words("alert", "refund", side="agent", name="money"),))).reply("A refund then.")
    assert said(decision) == ["A refund then."]
    assert decision.events[-1] == e.Alerted(NOON, 4, "agent", ("money",))


@pytest.mark.parametrize("content", ["", "   ", Sticker("s1")])
def test_a_message_of_which_nothing_is_left_is_refused(content: Content | str) -> None:
    assert refused(active(policy(PLAIN)), answer(content)).code == "empty"


def test_what_is_no_message_to_a_customer_is_refused() -> None:
    error = refused(active(), answer(Note("psst")))
    assert (error.code, error.field) == ("not_sendable", "content.type")


def test_a_quote_goes_out_in_the_providers_words() -> None:
    decision = active().do(c.Reply(by=MEI, client_id="c1", content=Text("Yes"), reply_to=1, quote="q-token"))
    assert (delivers(decision)[0].parts[0].quote, message(decision).reply_to) == ("q-token", 1)


def test_a_long_text_on_a_channel_with_small_messages_is_several_calls_of_one_message() -> None:
    decision = active(policy(PLAIN)).reply("One sentence is here. Another sentence is there.")
    assert said(decision) == ["One sentence is here.", "Another sentence is there."]
    assert [deliver.shared for deliver in delivers(decision)] == [(4,), (4,)]


# --- the service window ----------------------------------------------------------------------------------------


def test_outside_the_window_free_text_is_refused_and_a_template_passes() -> None:
    talk = active(policy(WINDOW))
    talk.later(DAY - 1).reply("just in time")
    talk.later(1)
    error = refused(talk, answer("too late"))
    assert error.code == "window_closed"
    assert error.reason == "The customer last wrote more than 24 hours ago: only a template may be sent now."
    decision = talk.do(answer(Template("hello", text="Hello again")))
    assert [part.content for part in delivers(decision)[0].parts] == [Template("hello", text="Hello again")]


def test_the_window_opens_again_when_the_customer_writes() -> None:
    talk = active(policy(WINDOW)).later(2 * DAY)
    talk.hear("I am back")
    assert said(talk.reply("Welcome")) == ["Welcome"]


def test_a_channel_without_templates_takes_none() -> None:
    assert refused(active(), answer(Template("hello"))).code == "no_templates"


def test_the_system_says_nothing_that_the_provider_would_refuse() -> None:
    talk = active(policy(WINDOW)).later(2 * DAY)
    decision = talk.close()
    assert (named(decision), decision.effects) == (["Closed"], ())


# --- claiming --------------------------------------------------------------------------------------------------


def test_who_claims_first_has_it_and_the_other_is_told_who() -> None:
    talk = Talk(outlook=NOBODY)
    talk.hear()
    decision = talk.do(c.Claim(TOM))
    assert (decision.takes, decision.frees, decision.force) == ("agent-tom", None, True)
    assert said(decision) == ["Tom is here."]
    error = refused(talk, c.Claim(MEI))
    assert (error.code, error.reason, error.who) == ("taken", "Tom has this chat.", "Tom")


def test_claiming_what_one_has_changes_nothing() -> None:
    assert active().do(c.Claim(MEI)).events == ()


def test_the_desks_choice_comes_too_late_for_a_chat_that_is_taken() -> None:
    talk = active()
    assert refused(talk, c.Assign(talk.session.id, TOM.ref, "Tom was free.")).code == "not_waiting"


def test_the_desks_choice_keeps_its_inputs() -> None:
    talk = Talk()
    talk.hear()
    decision = talk.assign()
    assigned = decision.events[0]
    assert isinstance(assigned, e.Assigned)
    assert (assigned.agent, assigned.at, assigned.why) == (MEI_REF, NOON, "Mei was free.")
    assert assigned.inputs == {"method": "saturation"}
    assert (decision.takes, decision.force, talk.session.phase) == ("agent-mei", False, "active")


# --- handing over ----------------------------------------------------------------------------------------------


def test_a_transfer_to_an_agent_frees_one_place_and_takes_another() -> None:
    talk = active()
    decision = talk.do(c.Transfer(by=MEI, agent=TOM.ref))
    assert named(decision) == ["Transferred", "Assigned", "Prompted"]
    assert (decision.takes, decision.frees, decision.force) == ("agent-tom", "agent-mei", False)
    assert (said(decision), talk.session.agent) == (["Over to Tom."], TOM.ref)


def test_a_transfer_to_a_group_queues_again_and_not_for_who_let_go() -> None:
    talk = active()
    talk.outlook = Outlook(waiting=4, online=2)
    decision = talk.do(c.Transfer(by=MEI, group="sales", group_name="Sales", note="Wants a discount"))
    assert named(decision) == ["Noted", "Transferred", "Prompted", "Queued", "Prompted"]
    assert (decision.takes, decision.frees) == (None, "agent-mei")
    assert said(decision) == ["Over to .", "You are number 5."]
    assert (talk.session.phase, talk.session.group, talk.session.agent) == ("queued", "sales", None)
    assert talk.session.excluded == ("agent-mei",)
    assert any(isinstance(effect, f.FindAgent) for effect in decision.effects)


def test_whoever_gets_it_next_ends_the_exclusion() -> None:
    talk = active()
    talk.do(c.Transfer(by=MEI, group="sales"))
    talk.assign(TOM)
    assert talk.session.excluded == ()


def test_a_note_is_never_delivered() -> None:
    decision = active().do(c.Transfer(by=MEI, agent=TOM.ref, note="Angry"))
    assert "Angry" not in "".join(said(decision))


def test_a_transfer_to_oneself_is_refused() -> None:
    assert refused(active(), c.Transfer(by=MEI, agent=MEI_REF)).code == "same_agent"


def test_a_supervisor_moves_a_waiting_chat() -> None:
    talk = Talk()
    talk.hear()
    decision = talk.do(c.Transfer(by=BOSS, agent=TOM.ref))
    assert (decision.takes, decision.frees, talk.session.phase) == ("agent-tom", None, "active")


# --- taking back -----------------------------------------------------------------------------------------------


def test_an_agent_takes_their_own_message_back() -> None:
    talk = active()
    talk.reply("Oops")
    decision = talk.do(c.Recall(MEI, 4, "agent-mei", NOON))
    assert decision.events == (e.Recalled(talk.session.id, 4, NOON, "agent-mei"),)
    assert [effect.seq for effect in decision.effects if isinstance(effect, f.Recall)] == [4]


def test_nobody_takes_back_what_another_wrote_but_a_supervisor() -> None:
    talk = active()
    talk.reply("Oops")
    assert refused(talk, c.Recall(MEI, 4, "agent-tom", NOON)).code == "not_yours"
    assert named(talk.do(c.Recall(BOSS, 4, "agent-mei", NOON))) == ["Recalled"]


def test_a_channel_that_cannot_take_back_says_so() -> None:
    talk = active(policy(PLAIN))
    talk.reply("Oops")
    assert refused(talk, c.Recall(MEI, 4, "agent-mei", NOON)).code == "no_recall"


# --- the rest --------------------------------------------------------------------------------------------------


def test_tags_come_and_go_in_order() -> None:
    talk = active()
    talk.do(c.Tag(TOM, add=("vip", "late", "vip")))
    talk.do(c.Tag(TOM, add=("paid",), remove=("late",)))
    assert talk.session.tags == ("vip", "paid")
    assert talk.do(c.Tag(TOM, add=("vip",))).events == ()


def test_a_chat_has_fifty_tags_at_most() -> None:
    talk = active()
    talk.do(c.Tag(MEI, add=tuple(f"tag {number}" for number in range(50))))
    assert refused(talk, c.Tag(MEI, add=("one more",))).code == "too_many_tags"


def test_reading_is_marked_once_and_told_where_the_channel_can() -> None:
    talk = active(policy(replace(CHAT, read_marks=True)))
    talk.hear("are you there?", message_id="provider-9")
    decision = talk.do(c.MarkRead(MEI))
    assert [effect.read_mark for effect in decision.effects if isinstance(effect, f.MarkRead)] == ["provider-9"]
    assert (talk.session.unread, talk.do(c.MarkRead(MEI)).events) == (0, ())


def test_a_lock_is_the_agents_own() -> None:
    talk = active()
    assert refused(talk, c.Lock(TOM, True)).code == "not_yours"
    assert talk.do(c.Lock(MEI, True)).events == (e.LockChanged(True, NOON, "agent-mei"),)
    assert talk.do(c.Lock(MEI, True)).events == ()


def test_a_note_takes_a_place_in_the_chat_and_goes_nowhere() -> None:
    decision = active().do(c.Annotate(TOM, "Called before", "n1"))
    assert (decision.seq, decision.effects, message(decision).content) == (4, (), Note("Called before"))
