"""Agents who do not answer, or are gone: reminded, then the chat goes on to somebody else, never straight back."""

import pytest

from core import command as c
from core import effect as f
from core import event as e
from core.conversation import Decision
from core.policy import Closing, Level, Policy
from core.routes import Assignment
from core.session import Closure
from core.waiting import Absence, Silence
from tests.core.given import BOSS, MEI, MINUTE, NOON, TOM, Talk, named, policy, said

BOTH = Silence(reminder_seconds=60, transfer_seconds=180)


def desk(silence: Silence | None = None, absence: Absence | None = None) -> Policy:
    made = policy()
    assignment = Assignment(agent_silent=silence or Silence(), agent_offline=absence or Absence())
    return Policy(made.version, made.channel, made.texts, made.answers, Level(assignment=assignment), {}, Level())


def wakes(decision: Decision) -> list[tuple[str, int]]:
    return [(effect.name, effect.due) for effect in decision.effects if isinstance(effect, f.WakeAt)]


def given(rules: Policy) -> Talk:
    talk = Talk(rules)
    talk.hear()
    talk.assign()
    return talk


# --- silent


def test_the_time_runs_from_when_the_agent_got_the_chat() -> None:
    talk = Talk(desk(BOTH))
    talk.hear()
    decision = talk.later(10 * MINUTE).assign()
    assert wakes(decision) == [("agent_idle", NOON + 11 * MINUTE), ("agent_transfer", NOON + 13 * MINUTE)]


def test_a_silent_agent_is_reminded_and_then_the_chat_goes_to_somebody_else() -> None:
    talk = given(desk(BOTH))
    assert e.AgentReminded(NOON + MINUTE, MEI.id) in talk.later(MINUTE).do(c.Wake("agent_idle")).events
    decision = talk.later(2 * MINUTE).do(c.Wake("agent_transfer"))
    assert named(decision) == ["TimerEnded", "Transferred", "Prompted", "Queued"]
    assert (said(decision), decision.frees) == (["Over to ."], MEI.id)
    assert (talk.session.phase, talk.session.excluded) == ("queued", (MEI.id,))
    assert "Mei did not answer for 3 min." in {getattr(event, "why", None) for event in decision.events}


def test_whoever_gets_it_then_has_the_whole_time() -> None:
    talk = given(desk(BOTH))
    talk.later(3 * MINUTE).do(c.Wake("agent_transfer"))
    assert ("agent_transfer", NOON + 7 * MINUTE) in wakes(talk.later(MINUTE).assign(TOM))


def test_while_nobody_else_is_there_it_stays() -> None:
    talk = given(desk(BOTH))
    talk.others_online = False
    decision = talk.later(3 * MINUTE).do(c.Wake("agent_transfer"))
    assert (named(decision), wakes(decision)) == (["TimerSet"], [("agent_transfer", NOON + 6 * MINUTE)])
    talk.others_online = True
    assert "Transferred" in named(talk.later(3 * MINUTE).do(c.Wake("agent_transfer")))


def test_an_agent_who_answered_keeps_the_chat() -> None:
    talk = given(desk(BOTH))
    talk.reply()
    assert named(talk.later(3 * MINUTE).do(c.Wake("agent_transfer"))) == ["TimerEnded"]


def test_a_message_that_came_since_gives_the_agent_its_time() -> None:
    talk = given(desk(BOTH))
    talk.reply()
    talk.later(2 * MINUTE).hear("and then?")
    assert wakes(talk.later(MINUTE).do(c.Wake("agent_transfer"))) == [("agent_transfer", NOON + 5 * MINUTE)]


def test_a_locked_chat_stays() -> None:
    talk = given(desk(BOTH))
    talk.do(c.Lock(MEI, True))
    assert wakes(talk.later(3 * MINUTE).do(c.Wake("agent_transfer"))) == [("agent_transfer", NOON + 6 * MINUTE)]


def test_the_reminder_of_the_end_of_chat_holds_where_there_is_no_own_one() -> None:
    made = desk(Silence(transfer_seconds=180))
    level = Level(closing=Closing(agent_idle_seconds=90), assignment=made.everywhere.assignment)
    talk = Talk(Policy(7, made.channel, made.texts, made.answers, level, {}, Level()))
    talk.hear()
    assert wakes(talk.assign()) == [("agent_idle", NOON + 90_000), ("agent_transfer", NOON + 3 * MINUTE)]


def test_nothing_set_sets_no_timer() -> None:
    talk = Talk(desk())
    talk.hear()
    assert wakes(talk.assign()) == []


# --- absent


@pytest.mark.parametrize(
    ("chats", "phase", "told"),
    [("keep", "active", []), ("move", "queued", ["Over to ."]), ("close", "closed", ["agent_offline"])],
)
def test_the_chats_of_who_went_offline_are_kept_moved_or_closed(chats: str, phase: str, told: list[str]) -> None:
    talk = given(desk(absence=Absence(chats)))  # type: ignore[arg-type]
    decision = talk.do(c.Absent(MEI.id, NOON))
    assert ((talk.state.session or talk.last).phase, said(decision)) == (phase, told)
    assert decision.frees == (None if chats == "keep" else MEI.id)


def test_kept_is_what_happens_where_nothing_is_set() -> None:
    assert given(desk()).do(c.Absent(MEI.id, NOON)).events == ()


def test_a_moved_chat_does_not_go_back_at_once() -> None:
    talk = given(desk(absence=Absence("move")))
    talk.do(c.Absent(MEI.id, NOON))
    assert talk.session.excluded == (MEI.id,)


def test_a_chat_is_closed_by_the_system_with_its_reason() -> None:
    talk = given(desk(absence=Absence("close")))
    talk.do(c.Absent(MEI.id, NOON))
    assert talk.last.closed == Closure(by="system", reason="agent_offline", at=NOON)


def test_what_an_absent_agent_was_given_since_stays_theirs() -> None:
    talk = Talk(desk(absence=Absence("close")))
    talk.hear()
    talk.later(MINUTE).assign()
    assert talk.do(c.Absent(MEI.id, NOON)).events == ()


def test_anothers_chat_is_not_touched() -> None:
    talk = given(desk(absence=Absence("close")))
    talk.do(c.Transfer(by=BOSS, agent=TOM.ref))
    assert talk.do(c.Absent(MEI.id, NOON)).events == ()


LOCKED = [
    ("keep", "active", ["LockChanged"], None),
    ("move", "queued", ["LockChanged", "Transferred", "Prompted", "Queued"], MEI.id),
    ("close", "closed", ["LockChanged", "Prompted", "Closed"], MEI.id),
]


@pytest.mark.parametrize(("chats", "phase", "events", "frees"), LOCKED)
def test_a_locked_chat_rests_until_it_is_unlocked(chats: str, phase: str, events: list[str], frees: str | None) -> None:
    talk = given(desk(absence=Absence(chats)))  # type: ignore[arg-type]
    talk.do(c.Lock(MEI, True))
    talk.gone_since = NOON
    assert talk.do(c.Absent(MEI.id, NOON)).events == ()
    decision = talk.later(MINUTE).do(c.Lock(BOSS, False))
    assert (named(decision), (talk.state.session or talk.last).phase, decision.frees) == (events, phase, frees)


def test_after_the_unlock_nothing_happens_to_who_is_back_or_got_the_chat_while_away() -> None:
    talk = given(desk(absence=Absence("close")))
    talk.do(c.Lock(MEI, True))
    talk.do(c.Absent(MEI.id, NOON))
    assert named(talk.do(c.Lock(MEI, False))) == ["LockChanged"]
    talk.do(c.Lock(MEI, True))
    talk.gone_since = NOON - MINUTE
    assert named(talk.do(c.Lock(BOSS, False))) == ["LockChanged"]
