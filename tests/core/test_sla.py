"""SLA: which policy a chat gets and when, what is due when, who is told, what edits do not touch."""

import msgspec
import pytest

from core import command as c
from core import effect as f
from core import event as e
from core.agreement import GOALS, Goal
from core.condition import All, Speaks, Vip
from core.condition_check import Known
from core.conversation import Decision
from core.hours import Opening, Span
from core.policy import Level, Policy
from core.promise import Promise, Sla, problems
from core.routes import Route
from core.session import Place
from tests.core.given import BOSS, BUSY, HOUR, MEI, MINUTE, NOON, TOM, Talk, named, policy

QUICK = Promise(
    name="Quick", first_response_seconds=300, next_response_seconds=120, resolution_seconds=3600,
    remind_before_seconds=(60,), remind_after_seconds=(600,),
)  # fmt: skip
SLOW = Promise(name="Slow", first_response_seconds=3600)


def desk(*policies: Promise, hours: Opening | None = None, groups: dict[str, Level] | None = None) -> Policy:
    made = policy()
    level = Level(sla=Sla(policies), hours=hours or Opening())
    return Policy(made.version, made.channel, made.texts, made.answers, level, groups or {}, Level())


def wakes(decision: Decision) -> dict[str, int]:
    return {effect.name: effect.due for effect in decision.effects if isinstance(effect, f.WakeAt)}


def given(*policies: Promise, hours: Opening | None = None) -> Talk:
    talk = Talk(desk(*policies, hours=hours))
    talk.hear()
    talk.assign()
    return talk


def running(talk: Talk) -> dict[Goal, int]:
    sla = talk.session.sla
    return {} if sla is None else {goal.goal: goal.due for goal in sla.running}


def policy_of(talk: Talk) -> str | None:
    return None if talk.session.sla is None else talk.session.sla.policy


def sla_events(decision: Decision) -> list[str]:
    return [name for name in named(decision) if name.startswith("Sla")]


# --- which policy


def test_it_is_decided_when_the_chat_is_queued_and_not_before() -> None:
    rules = desk(QUICK, hours=Opening(week={"wed": (Span("09:00", "17:00"),)}))  # NOON is a Tuesday: nobody is asked
    talk = Talk(rules)
    talk.hear()
    assert (talk.session.phase, talk.session.sla) == ("bot", None)
    talk = Talk(desk(QUICK), BUSY)
    talk.hear()
    assert (talk.session.phase, policy_of(talk)) == ("queued", "Quick")
    before = talk.session.sla
    assert sla_events(talk.later(MINUTE).assign()) == []
    assert talk.session.sla == before


def test_who_waits_is_under_the_policy_of_the_group_they_wait_for() -> None:
    talk = Talk(desk(QUICK, groups={"sales": Level(sla=Sla((SLOW,)))}), BUSY)
    talk.route = Route((Place("sales"),))
    talk.hear()
    assert (talk.session.phase, policy_of(talk), running(talk)) == ("queued", "Slow", {"first_response": NOON + HOUR})


def test_a_breach_is_seen_while_the_chat_still_waits() -> None:
    talk = Talk(desk(QUICK), BUSY)
    assert wakes(talk.hear())["sla_first_response"] == NOON + 4 * MINUTE
    talk.later(4 * MINUTE).do(c.Wake("sla_first_response"))
    decision = talk.later(MINUTE).do(c.Wake("sla_first_response"))
    due = NOON + 5 * MINUTE
    assert e.SlaBreached(due, "first_response", due, "Quick", None) in decision.events
    assert sla_events(talk.assign()) == []
    assert sla_events(talk.reply()) == ["SlaEnded"]


def test_another_policy_may_fit_by_the_time_the_chat_is_assigned() -> None:
    talk = Talk(desk(Promise(name="VIP", when=Vip(), first_response_seconds=60), SLOW), BUSY)
    talk.hear()
    assert policy_of(talk) == "Slow"
    talk.do(c.Identify(msgspec.structs.replace(talk.state.customer, vip=True), MEI.id))
    talk.assign()
    assert (policy_of(talk), running(talk)) == ("VIP", {"first_response": NOON + MINUTE})


def test_the_first_policy_whose_condition_holds_counts() -> None:
    german = Promise(name="German", when=Speaks(("de",)), first_response_seconds=60)
    talk = given(german, Promise(name="VIP", when=Vip(), first_response_seconds=60), QUICK, SLOW)
    assert policy_of(talk) == "Quick"
    talk = Talk(desk(german, QUICK))
    talk.hear("Guten Tag, ich habe eine Frage zu meiner Bestellung")
    talk.assign()
    assert policy_of(talk) == "German"


def test_a_policy_that_is_off_is_passed_over_and_none_may_fit() -> None:
    off = msgspec.structs.replace(QUICK, on=False)
    assert policy_of(given(off, SLOW)) == "Slow"
    assert policy_of(given(msgspec.structs.replace(QUICK, when=Vip()))) is None


def test_a_transfer_to_another_group_brings_that_groups_policy_and_what_ran_goes_on_from_its_start() -> None:
    groups = {"sales": Level(sla=Sla((SLOW,)))}
    talk = Talk(desk(QUICK, groups=groups))
    talk.hear()
    talk.later(MINUTE).assign()
    talk.later(MINUTE).do(c.Transfer(by=MEI, group="sales"))
    assert (policy_of(talk), running(talk)) == ("Slow", {"first_response": NOON + HOUR})
    talk.do(c.Transfer(by=BOSS, group=None))
    assert (policy_of(talk), running(talk)["first_response"]) == ("Quick", NOON + 5 * MINUTE)


def test_a_transfer_within_the_same_policy_changes_nothing_of_it() -> None:
    talk = given(QUICK)
    before = talk.session.sla
    assert sla_events(talk.later(MINUTE).do(c.Transfer(by=MEI, agent=TOM.ref))) == []
    assert talk.session.sla == before


def test_edits_touch_new_sessions_only() -> None:
    talk = given(QUICK)
    talk.policy = desk(SLOW)
    talk.do(c.Transfer(by=MEI, agent=TOM.ref))
    assert policy_of(talk) == "Quick"
    talk.do(c.Close(TOM))
    talk.hear("me again")
    talk.assign()
    assert policy_of(talk) == "Slow"


def test_what_was_opened_without_policies_gets_none_when_there_are_some_later() -> None:
    talk = Talk(policy())
    talk.hear()
    talk.policy = desk(QUICK)
    assert sla_events(talk.assign()) == []


def test_an_edit_that_is_undone_was_none() -> None:
    talk = Talk(desk(QUICK))
    talk.hear()
    talk.policy = desk(QUICK)
    talk.assign()
    assert policy_of(talk) == "Quick"


def test_nothing_is_added_where_there_is_no_policy() -> None:
    decision = given().reply()
    assert sla_events(decision) == []
    assert wakes(decision) == {}


# --- when goals are due


def test_the_first_response_counts_from_when_people_were_asked_for_and_the_resolution_from_the_opening() -> None:
    talk = Talk(desk(QUICK), BUSY)
    talk.hear()
    talk.later(2 * MINUTE).assign()
    assert running(talk) == {"first_response": NOON + 5 * MINUTE, "resolution": NOON + HOUR}


def test_the_next_response_is_due_from_the_first_message_that_waits() -> None:
    talk = given(QUICK)
    talk.later(MINUTE).reply()
    assert "next_response" not in running(talk)
    talk.later(MINUTE).hear("one")
    talk.later(MINUTE).hear("two")
    assert running(talk)["next_response"] == NOON + 4 * MINUTE
    talk.later(MINUTE // 2).reply(client_id="c2")
    assert "next_response" not in running(talk)


def test_in_opening_time_a_goal_is_due_tomorrow() -> None:
    office = Opening(zone="UTC", week={"tue": (Span("09:00", "22:15"),), "wed": (Span("09:00", "17:00"),)})
    slow = msgspec.structs.replace(SLOW, clock="open")
    talk = given(slow, hours=office)  # NOON is Tuesday, 22:13:20
    tomorrow_at_nine = NOON + 100_000 + (10 * 60 + 45) * MINUTE
    assert running(talk) == {"first_response": tomorrow_at_nine + HOUR - 100_000}


def test_where_it_never_opens_nothing_is_ever_due() -> None:
    talk = Talk(desk(msgspec.structs.replace(SLOW, clock="open"), hours=Opening(week={})))
    talk.hear()
    talk.do(c.Claim(MEI))
    assert (policy_of(talk), running(talk)) == ("Slow", {})


# --- alarms


def test_people_are_reminded_before_told_of_the_breach_and_reminded_after() -> None:
    talk = Talk(desk(msgspec.structs.replace(QUICK, next_response_seconds=None, resolution_seconds=None)))
    assert wakes(talk.hear()) == {"sla_first_response": NOON + 4 * MINUTE}
    talk.assign()
    seen = []
    for minute, next_alarm in ((4, 5), (5, 15), (15, None)):
        talk.now = NOON + minute * MINUTE
        decision = talk.do(c.Wake("sla_first_response"))
        seen += [event for event in decision.events if isinstance(event, e.SlaReminded | e.SlaBreached)]
        assert wakes(decision) == ({} if next_alarm is None else {"sla_first_response": NOON + next_alarm * MINUTE})
    due = NOON + 5 * MINUTE
    assert seen == [
        e.SlaReminded(NOON + 4 * MINUTE, "first_response", due, "Quick", MEI.id),
        e.SlaBreached(due, "first_response", due, "Quick", MEI.id),
        e.SlaReminded(NOON + 15 * MINUTE, "first_response", due, "Quick", MEI.id),
    ]


def test_alarms_that_were_slept_through_are_all_given_once() -> None:
    talk = given(QUICK)
    decision = talk.later(30 * MINUTE).do(c.Wake("sla_first_response"))
    assert sla_events(decision) == ["SlaReminded", "SlaBreached", "SlaReminded"]
    assert sla_events(talk.do(c.Wake("sla_first_response"))) == []


def test_a_reminder_longer_before_than_the_goal_itself_does_not_come() -> None:
    talk = Talk(
        desk(Promise(name="P", first_response_seconds=60, resolution_seconds=600, remind_before_seconds=(300,)))
    )
    assert wakes(talk.hear()) == {"sla_first_response": NOON + MINUTE, "sla_resolution": NOON + 5 * MINUTE}


def test_a_timer_whose_goal_was_met_ends_quietly() -> None:
    talk = given(QUICK)
    talk.reply()
    assert named(talk.later(4 * MINUTE).do(c.Wake("sla_first_response"))) == ["TimerEnded"]


def test_a_timer_that_runs_is_not_set_again_by_each_message() -> None:
    talk = given(QUICK)
    talk.reply()
    assert "sla_next_response" in wakes(talk.hear("one"))
    talk.later(MINUTE // 2).reply(client_id="c2")
    assert wakes(talk.hear("two")) == {}
    assert wakes(talk.later(MINUTE // 2).do(c.Wake("sla_next_response"))) == {
        "sla_next_response": NOON + MINUTE * 3 // 2
    }


# --- what was kept


def test_an_answer_in_time_keeps_the_promise() -> None:
    talk = given(QUICK)
    decision = talk.later(5 * MINUTE).reply()
    assert e.SlaEnded(NOON + 5 * MINUTE, "first_response", NOON + 5 * MINUTE, True, "Quick") in decision.events
    assert set(running(talk)) == {"resolution"}


def test_an_answer_too_late_breaks_it_even_if_the_alarm_has_not_come_yet() -> None:
    talk = given(QUICK)
    decision = talk.later(5 * MINUTE + 1).reply()
    assert sla_events(decision) == ["SlaBreached", "SlaEnded"]
    assert [event.met for event in decision.events if isinstance(event, e.SlaEnded)] == [False]


def test_a_breach_is_told_once() -> None:
    talk = given(QUICK)
    talk.later(5 * MINUTE).do(c.Wake("sla_first_response"))
    assert sla_events(talk.later(MINUTE).reply()) == ["SlaEnded"]


@pytest.mark.parametrize(("minutes", "events"), [(60, ["SlaEnded"]), (61, ["SlaBreached", "SlaEnded"])])
def test_the_close_ends_the_resolution(minutes: int, events: list[str]) -> None:
    talk = given(QUICK)
    talk.reply()
    assert sla_events(talk.later(minutes * MINUTE).close()) == events


def test_a_close_without_an_answer_neither_keeps_nor_breaks_the_first_response() -> None:
    decision = given(SLOW).close()
    assert sla_events(decision) == []


# --- what is refused

KNOWN = Known()
A = {"name": "A", "resolution_seconds": 60}


@pytest.mark.parametrize(
    ("policies", "fields"),
    [
        ([{"name": "A", "first_response_seconds": 60}], []),
        ([{"name": "A"}], ["policies.0.first_response_seconds"]),
        (
            [{"name": "A", "resolution_seconds": 60, "when": {"if": "vip"}}, {"name": "a", "resolution_seconds": 60}],
            ["policies.1.name"],
        ),
        (
            [{"name": "A", "resolution_seconds": 60}, {"name": "B", "resolution_seconds": 60}],
            ["policies.0.when"],
        ),
        (
            [{"name": "A", "resolution_seconds": 60, "when": {"if": "channel", "is": ["gone"]}}],
            ["policies.0.when.is.0"],
        ),
        (
            [{"name": "A", "resolution_seconds": 60, "when": {"if": "hours", "group": "gone"}}],
            ["policies.0.when.group"],
        ),
        (
            [{**A, "remind_before_seconds": [60]}],
            ["policies.0.remind_before_seconds.0"],
        ),
        (
            [{**A, "remind_after_seconds": [9, 9]}],
            ["policies.0.remind_after_seconds"],
        ),
    ],
)
def test_what_is_wrong_is_named(policies: list[dict[str, object]], fields: list[str]) -> None:
    found = problems(msgspec.convert({"policies": policies}, Sla), KNOWN)
    assert [field for field, _ in found] == fields


def test_a_condition_may_be_a_tree() -> None:
    rule = Promise(name="A", when=All((Vip(False), Speaks(("en",)))), first_response_seconds=60)
    assert policy_of(given(rule)) == "A"


def test_every_goal_has_a_timer_of_its_own() -> None:
    assert GOALS == ("first_response", "next_response", "resolution")
