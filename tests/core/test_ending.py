"""How chats end: by an agent, by the customer, by silence, by a block."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from core import command as c
from core import effect as f
from core import event as e
from core.channel import Capabilities
from core.closing import Summaries
from core.conversation import Decision
from core.errors import BadInput, Refused
from core.message import Choice, Summary
from core.policy import Closing, Policy
from core.prompts import Override
from core.scheme import Surveys
from core.session import Closure, SummaryRef
from core.submitted import Submissions
from tests.core.given import (
    BOSS,
    DAY,
    MEI,
    MINUTE,
    NOON,
    PLAIN,
    TOKENS,
    TOM,
    WINDOW,
    Talk,
    active,
    closed,
    delivers,
    named,
    policy,
    said,
)

IDLE = Closing(customer_idle_seconds=600, customer_reminder_seconds=300)


def wakes(decision: object) -> list[tuple[str, int]]:
    return [(effect.name, effect.due) for effect in decision.effects if isinstance(effect, f.WakeAt)]  # type: ignore[attr-defined]


# --- by hand ---------------------------------------------------------------------------------------------------


def test_an_agent_closes_with_a_prompt_and_gives_the_place_back() -> None:
    talk = active()
    decision = talk.close()
    assert (named(decision), said(decision)) == (["Prompted", "Closed"], ["Goodbye from Mei."])
    assert (decision.frees, decision.takes) == ("agent-mei", None)
    assert talk.last.closed == Closure(by="agent", reason="closed", at=NOON, who="agent-mei")
    assert (talk.state.session, talk.last.phase) == (None, "closed")
    assert decision.session is talk.last


def test_the_end_prompt_is_the_channels_or_nothing() -> None:
    talk = active(policy(closing=Closing(prompts={"agent_closed": Override(text={"en": "Chat {session} is over."})})))
    assert said(talk.close()) == ["Chat 1 is over."]
    talk = active(policy(closing=Closing(prompts={"agent_closed": Override(on=False)})))
    assert named(talk.close()) == ["Closed"]


def test_another_agents_chat_is_closed_by_supervisors_only() -> None:
    talk = active()
    with pytest.raises(Refused, match="This chat is Mei's"):
        talk.close(TOM)
    assert talk.close(BOSS).frees == "agent-mei"


def test_a_waiting_chat_is_closed_by_whoever_sees_it_and_frees_nobody() -> None:
    talk = Talk()
    talk.hear()
    assert talk.close(TOM).frees is None


def test_a_closed_chat_is_not_closed_again() -> None:
    talk = closed()
    with pytest.raises(Refused) as error:
        talk.do(c.Close(MEI), talk.last.id)
    assert error.value.code == "closed"


def test_the_customer_leaves() -> None:
    talk = active()
    decision = talk.do(c.Leave())
    assert (named(decision), decision.frees) == (["Closed"], "agent-mei")
    assert talk.last.closed == Closure(by="customer", reason="left", at=NOON)


def test_a_block_ends_the_chat_with_its_own_prompt_and_without_a_survey() -> None:
    talk = active(policy(surveys=Surveys(on=True)))
    decision = talk.do(c.Block(MEI, NOON + DAY))
    assert named(decision) == ["Prompted", "Closed", "CustomerBlocked"]
    assert (said(decision), decision.frees) == (["Chat over."], "agent-mei")


def test_nobody_blocks_a_customer_away_from_another_agent() -> None:
    talk = active()
    with pytest.raises(Refused, match="This chat is Mei's"):
        talk.do(c.Block(TOM, -1))


def test_lifting_a_block_ends_no_chat() -> None:
    talk = active()
    assert named(talk.do(c.Block(TOM, None))) == ["CustomerBlocked"]


# --- by silence ------------------------------------------------------------------------------------------------


def test_an_answer_sets_the_timers_that_are_not_running() -> None:
    talk = active(policy(closing=IDLE))
    assert wakes(talk.reply()) == [("customer_reminder", NOON + 300_000), ("customer_idle", NOON + 600_000)]
    assert wakes(talk.later(MINUTE).reply(client_id="c2")) == []


def test_without_settings_there_are_no_timers() -> None:
    assert wakes(active().reply()) == []


def test_a_silent_customer_is_reminded_and_then_let_go() -> None:
    talk = active(policy(closing=IDLE))
    talk.reply()
    decision = talk.later(5 * MINUTE).do(c.Wake("customer_reminder"))
    assert (named(decision), said(decision)) == (["TimerEnded", "Prompted", "Reminded"], ["Still there?"])
    decision = talk.later(5 * MINUTE).do(c.Wake("customer_idle"))
    assert (said(decision), decision.frees) == (["You were silent."], "agent-mei")
    assert talk.last.closed == Closure(by="system", reason="customer_timeout", at=NOON + 10 * MINUTE)


def test_a_timer_looks_at_the_time_again_when_it_wakes() -> None:
    talk = active(policy(closing=IDLE))
    talk.reply()
    talk.later(4 * MINUTE).reply("One moment.", client_id="c2")
    decision = talk.later(6 * MINUTE).do(c.Wake("customer_idle"))
    assert (named(decision), wakes(decision)) == (["TimerSet"], [("customer_idle", NOON + 14 * MINUTE)])


def test_a_customer_who_wrote_is_not_silent_and_the_next_answer_sets_the_timer_again() -> None:
    talk = active(policy(closing=IDLE))
    talk.reply()
    talk.later(9 * MINUTE).hear("still here")
    assert named(talk.later(MINUTE).do(c.Wake("customer_idle"))) == ["TimerEnded"]
    assert ("customer_idle", NOON + 20 * MINUTE) in wakes(talk.reply("Good.", client_id="c2"))


def test_who_spoke_last_does_not_depend_on_the_clock() -> None:
    talk = active(policy(closing=IDLE))
    talk.hear("quick")
    talk.reply("quick too")
    assert named(talk.later(10 * MINUTE).do(c.Wake("customer_idle"))) == ["Prompted", "Closed"]
    talk = active(policy(closing=IDLE))
    talk.reply("slow")
    talk.later(-2 * MINUTE).hear("the clock was set back")
    assert named(talk.later(20 * MINUTE).do(c.Wake("customer_idle"))) == ["TimerEnded"]


def test_a_customer_is_reminded_once_until_they_write_again() -> None:
    talk = active(policy(closing=IDLE))
    talk.reply()
    talk.later(5 * MINUTE).do(c.Wake("customer_reminder"))
    talk.reply("Hello?", client_id="c2")
    assert named(talk.later(5 * MINUTE).do(c.Wake("customer_reminder"))) == ["TimerEnded"]
    talk.hear("yes")
    talk.reply("Good.", client_id="c3")
    assert said(talk.later(5 * MINUTE).do(c.Wake("customer_reminder"))) == ["Still there?"]


def test_a_lock_pauses_the_timers() -> None:
    talk = active(policy(closing=IDLE))
    talk.reply()
    talk.do(c.Lock(MEI, True))
    decision = talk.later(10 * MINUTE).do(c.Wake("customer_idle"))
    assert wakes(decision) == [("customer_idle", NOON + 20 * MINUTE)]
    talk.later(5 * MINUTE).do(c.Lock(MEI, False))
    decision = talk.later(5 * MINUTE).do(c.Wake("customer_idle"))
    assert wakes(decision) == [("customer_idle", NOON + 25 * MINUTE)], "the silence counts from the unlocking"
    assert named(talk.later(5 * MINUTE).do(c.Wake("customer_idle"))) == ["Prompted", "Closed"]


def test_a_lock_pauses_the_reminder_too() -> None:
    talk = active(policy(closing=IDLE))
    talk.reply()
    talk.do(c.Lock(MEI, True))
    assert said(talk.later(5 * MINUTE).do(c.Wake("customer_reminder"))) == []
    assert wakes(talk.do(c.Wake("customer_reminder"))) == [("customer_reminder", NOON + 10 * MINUTE)]


@pytest.mark.parametrize("capabilities", [WINDOW])
def test_outside_the_service_window_a_chat_ends_without_a_word(capabilities: Capabilities) -> None:
    day = Closing(customer_idle_seconds=2 * 86_400, customer_reminder_seconds=86_400)
    talk = active(policy(capabilities, closing=day, surveys=Surveys(on=True)))
    talk.reply()
    assert said(talk.later(DAY).do(c.Wake("customer_reminder"))) == []
    decision = talk.later(DAY).do(c.Wake("customer_idle"))
    assert (named(decision), said(decision)) == (["Closed"], [])


def test_inside_it_the_customer_is_told() -> None:
    talk = active(policy(WINDOW, closing=IDLE))
    talk.reply()
    assert said(talk.later(5 * MINUTE).do(c.Wake("customer_reminder"))) == ["Still there?"]


def test_a_reminder_answers_with_the_free_token_only_while_it_is_one() -> None:
    talk = Talk(policy(TOKENS, closing=Closing(customer_idle_seconds=15, customer_reminder_seconds=10)))
    talk.hear("hello")
    talk.assign()
    talk.hear("one question", reply_token="t")
    talk.reply("Yes?")
    decision = talk.later(10_000).do(c.Wake("customer_reminder"))
    assert [deliver.token for deliver in delivers(decision)] == [None], "the answer took it"


@pytest.mark.parametrize(("under_way", "left"), [(10_000, True), (29_999, True), (30_000, False), (55_000, False)])
def test_a_token_that_was_long_under_way_is_that_much_older(under_way: int, left: bool) -> None:
    """It was delivered again, or who took it slept; ten seconds are what clocks may differ."""
    talk = active(policy(TOKENS))
    talk.hear("one question", at=talk.now - under_way, reply_token="t")
    (deliver,) = delivers(talk.reply("Yes?"))
    assert (deliver.token is not None) is left


def test_who_waits_in_a_queue_waits_for_us_and_is_not_cut_off() -> None:
    talk = active(policy(closing=IDLE))
    talk.reply("I hand you over.")
    talk.do(c.Transfer(by=MEI, group="sales"))
    assert named(talk.later(10 * MINUTE).do(c.Wake("customer_idle"))) == ["TimerEnded"]


def test_a_timer_of_a_chat_that_is_over_says_nothing() -> None:
    talk = active(policy(closing=IDLE))
    talk.reply()
    talk.close()
    assert talk.later(10 * MINUTE).do(c.Wake("customer_idle")).events == ()
    talk.hear("again")
    assert talk.do(c.Wake("customer_idle")).events == ()


def test_switching_the_timeout_off_ends_the_running_timer() -> None:
    talk = active(policy(closing=IDLE))
    talk.reply()
    talk.policy = policy()
    assert talk.later(10 * MINUTE).do(c.Wake("customer_idle")).events == (e.TimerEnded("customer_idle"),)


WAITING = Closing(agent_idle_seconds=300)


def test_an_agent_who_lets_the_customer_wait_is_reminded() -> None:
    talk = Talk(policy(closing=WAITING))
    talk.hear("Are you there?")
    assert wakes(talk.assign()) == [("agent_idle", NOON + 5 * MINUTE)]
    decision = talk.later(5 * MINUTE).do(c.Wake("agent_idle"))
    assert decision.events == (e.TimerEnded("agent_idle"), e.AgentReminded(talk.now, MEI.id))
    assert decision.effects == ()


def test_an_agent_who_answered_in_time_is_left_alone() -> None:
    talk = active(policy(closing=WAITING))
    talk.hear("Are you there?")
    talk.reply("Yes.")
    assert talk.later(5 * MINUTE).do(c.Wake("agent_idle")).events == (e.TimerEnded("agent_idle"),)


def test_a_lock_pauses_the_agents_timer_too() -> None:
    talk = active(policy(closing=WAITING))
    talk.hear("Are you there?")
    talk.do(c.Lock(MEI, True))
    assert wakes(talk.later(5 * MINUTE).do(c.Wake("agent_idle"))) == [("agent_idle", NOON + 10 * MINUTE)]


# --- afterwards --------------------------------------------------------------------------------------------------

ASKING = Closing(ask_after_close=True)


def offered(decision: Decision) -> list[str]:
    content = delivers(decision)[0].parts[-1].content
    return [option.id for option in content.options] if isinstance(content, Choice) else []


def left_on(talk: Talk) -> Talk:
    rules = talk.policy
    level = replace(rules.everywhere, submissions=Submissions(on=True))
    talk.policy = Policy(rules.version, rules.channel, rules.texts, rules.answers, level, rules.groups, rules.here)
    return talk


def test_what_is_next_is_asked_where_it_is_wanted_and_there_is_a_choice() -> None:
    talk = left_on(active(policy(closing=ASKING, surveys=Surveys(on=True, ask_on_close=False))))
    assert offered(talk.close()) == ["after:restart", "after:rate", "after:leave_message"]
    assert offered(left_on(active(policy(closing=ASKING))).close()) == ["after:restart", "after:leave_message"]
    assert offered(active(policy(closing=ASKING)).close()) == [], "a new chat alone needs no question"
    some = Closing(ask_after_close=True, after_close=("leave_message",))
    assert offered(left_on(active(policy(closing=some))).close()) == ["after:leave_message"]


def test_nothing_else_is_asked_beside_the_survey_and_nothing_after_a_block() -> None:
    talk = left_on(active(policy(closing=ASKING, surveys=Surveys(on=True))))
    assert offered(talk.close()) == [f"rate:{score}" for score in range(1, 6)]
    assert said(left_on(active(policy(closing=ASKING))).do(c.Block(MEI, -1))) == ["Chat over."]


@pytest.mark.parametrize(("answer", "said_then"), [("2", ["submission_asked", "field_text"]), ("1", ["Hello!"])])
def test_the_answer_by_number_does_what_it_names(answer: str, said_then: list[str]) -> None:
    talk = left_on(active(policy(msgspec.structs.replace(PLAIN, text_limit=200), closing=ASKING)))
    talk.close()
    assert said(talk.hear(answer)) == said_then
    assert talk.session.number == 2


def test_a_message_after_the_close_begins_a_new_chat() -> None:
    talk = closed(policy(closing=ASKING))
    assert "Opened" in named(talk.hear("one more thing"))


# --- summing up --------------------------------------------------------------------------------------------------

SUMMED = Closing(summary=Summaries(required=True, types=("order", "complaint"), note="required", solved="required"))


def summing(talk: Talk, by: c.Actor = MEI, session: str = "", **words: Any) -> Decision:
    whole: dict[str, Any] = {"types": ("order",), "solved": True, "note": "Done."} | words
    return talk.do(c.Summarize(by=by, session=session or talk.session.id, summary=Summary(**whole)))


def test_an_agent_sums_up_before_closing_where_that_is_required() -> None:
    talk = active(policy(closing=SUMMED))
    with pytest.raises(Refused) as error:
        talk.close()
    assert error.value.code == "summary_required"
    decision = summing(talk)
    assert (named(decision), delivers(decision)) == (["Summarized"], [])
    assert talk.session.summary == SummaryRef(MEI.id, NOON, talk.session.seq, ("order",), True)
    talk.close()
    assert talk.last.summary is not None


@pytest.mark.parametrize(
    ("words", "field"),
    [({"types": ("weather",)}, "types"), ({"solved": None}, "solved"), ({"note": " "}, "note")],
)
def test_a_summary_is_what_the_settings_want(words: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as error:
        summing(active(policy(closing=SUMMED)), **words)
    assert [name for name, _ in error.value.errors] == [field]


def test_nobody_is_held_back_who_has_no_agent_to_sum_up() -> None:
    talk = Talk(policy(closing=SUMMED))
    talk.hear()
    assert "Closed" in named(talk.close(TOM))
    idle = active(policy(closing=SUMMED))
    assert "Closed" in named(idle.do(c.Leave()))


def test_a_chat_that_is_over_is_summed_up_while_it_is_the_last() -> None:
    talk = closed(policy(closing=Closing(summary=Summaries(types=("order",)))))
    first = talk.last.id
    summing(talk, session=first)
    talk.hear("again")
    summing(talk, session=first, note="Better.")
    with pytest.raises(Refused, match="This chat is Mei's"):
        summing(talk, by=TOM, session=first)


def test_a_chat_from_before_the_last_is_summed_up_where_it_was_looked_up() -> None:
    talk = closed(policy())
    first, number = talk.last, talk.last.seq
    for _ in range(2):
        talk.hear("again")
        talk.close(BOSS)
    with pytest.raises(Refused) as error:
        summing(talk, session=first.id, types=())
    assert error.value.code == "unknown"
    talk.earlier = first
    before = talk.state
    decision = summing(talk, session=first.id, types=())
    assert decision.session is not None and decision.session.id == first.id
    assert decision.session.summary == SummaryRef(MEI.id, talk.now, number + 1, (), True)
    assert decision.session.seq == number + 1 and decision.state == before


def test_a_chat_that_is_over_is_anybodys_to_sum_up_until_somebody_did() -> None:
    talk = closed(policy())
    summing(talk, by=TOM, session=talk.last.id, types=())
    with pytest.raises(Refused, match="This chat is Mei's"):
        summing(talk, by=c.Actor("agent-kim", "Kim"), session=talk.last.id, types=())
    summing(talk, session=talk.last.id, types=())
    summing(talk, by=BOSS, session=talk.last.id, types=())
