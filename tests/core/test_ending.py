"""How chats end: by an agent, by the customer, by silence, by a block."""

import pytest

from core import command as c
from core import effect as f
from core import event as e
from core.errors import Refused
from core.policy import Closing, Surveys
from core.prompts import Override
from core.session import Closure
from tests.core.given import BOSS, DAY, MEI, MINUTE, NOON, TOM, Talk, active, closed, named, policy, said

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
    talk.do(c.Lock(MEI, False))
    assert named(talk.later(10 * MINUTE).do(c.Wake("customer_idle"))) == ["Prompted", "Closed"]


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
