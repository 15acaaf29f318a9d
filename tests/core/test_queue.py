"""Waiting for an agent: the two working modes and what each has alone, limit, reminders, cut, opening hours."""

from dataclasses import replace

import pytest

from core import command as c
from core import effect as f
from core import event as e
from core.channel import Capabilities
from core.conversation import Decision
from core.customer import Customer
from core.hours import Opening, Span
from core.message import Choice, Chosen, Text
from core.mode import AlwaysOn, Mode, Reception
from core.policy import Level, Policy
from core.ports.desk import waiting_of
from core.routes import Assignment, Route
from core.session import Closure, Place
from core.submitted import Submissions
from core.turn import Outlook, Standing
from core.waiting import Queue, Silence
from tests.core.given import (
    BUSY,
    CHAT,
    FREE,
    HOUR,
    MEI,
    MINUTE,
    NOBODY,
    NOON,
    PLAIN,
    TOKENS,
    WINDOW,
    Talk,
    delivers,
    named,
    policy,
    said,
)

FULL = Outlook(waiting=3, online=2)
SHUT = Opening(week={})  # closed for good
NIGHT = Opening(week={"tue": (Span("22:30", "23:00"),)})  # NOON is Tuesday, 22:13:20


def desk(
    mode: Mode = "real_time",
    *,
    queue: Queue | None = None,
    pending: AlwaysOn | None = None,
    hours: Opening | None = None,
    capabilities: Capabilities = CHAT,
) -> Policy:
    level = Level(
        reception=Reception(mode, pending or AlwaysOn()),
        assignment=Assignment(queue=queue or Queue()),
        hours=hours or Opening(),
    )
    made = policy(capabilities)
    return Policy(made.version, made.channel, made.texts, made.answers, level, {}, Level())


def wakes(decision: Decision) -> list[tuple[str, int]]:
    return [(effect.name, effect.due) for effect in decision.effects if isinstance(effect, f.WakeAt)]


# --- what each mode has alone -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "outlook", "phase", "told"),
    [
        ("real_time", FREE, "queued", ["Hello!"]),
        ("real_time", BUSY, "queued", ["Hello!", "You are number 3."]),
        ("real_time", NOBODY, "queued", ["Hello!", "Nobody is here."]),
        ("always_on", FREE, "unassigned", ["Hello!"]),
        ("always_on", BUSY, "unassigned", ["Hello!", "Nobody is here."]),
        ("always_on", NOBODY, "unassigned", ["Hello!", "Nobody is here."]),
    ],
)
def test_a_chat_nobody_can_take_queues_or_is_unassigned(
    mode: Mode, outlook: Outlook, phase: str, told: list[str]
) -> None:
    talk = Talk(desk(mode), outlook)
    assert (said(talk.hear()), talk.session.phase) == (told, phase)


@pytest.mark.parametrize(("mode", "reasons"), [("real_time", ["queue_full"]), ("always_on", [])])
def test_only_a_queue_is_ever_full(mode: Mode, reasons: list[str]) -> None:
    decision = Talk(desk(mode, queue=Queue(limit=3)), FULL).hear()
    assert [event.reason for event in decision.events if isinstance(event, e.Unavailable)] == reasons


@pytest.mark.parametrize(("mode", "reasons"), [("real_time", ["out_of_hours"]), ("always_on", [])])
def test_only_real_time_is_ever_out_of_hours(mode: Mode, reasons: list[str]) -> None:
    decision = Talk(desk(mode, hours=SHUT), FREE).hear()
    assert [event.reason for event in decision.events if isinstance(event, e.Unavailable)] == reasons


@pytest.mark.parametrize(("mode", "reasons"), [("real_time", ["nobody_online"]), ("always_on", [])])
def test_only_in_real_time_somebody_has_to_be_online(mode: Mode, reasons: list[str]) -> None:
    decision = Talk(desk(mode), NOBODY).hear()
    assert [event.reason for event in decision.events if isinstance(event, e.Unavailable)] == reasons


@pytest.mark.parametrize(("mode", "timers"), [("real_time", ["queue_reminder"]), ("always_on", ["pending"])])
def test_a_queue_reminds_and_what_is_pending_ends(mode: Mode, timers: list[str]) -> None:
    rules = desk(mode, queue=Queue(reminder_seconds=60), pending=AlwaysOn(pending_seconds=60))
    assert [name for name, _ in wakes(Talk(rules, BUSY).hear())] == timers


@pytest.mark.parametrize(
    ("mode", "target", "away"),
    [
        ("real_time", "all", False),
        ("real_time", "online", False),
        ("always_on", "online", False),
        ("always_on", "all", True),
    ],
)
def test_only_always_on_with_the_target_all_goes_to_those_who_are_away(mode: Mode, target: str, away: bool) -> None:
    talk = Talk(desk(mode, pending=AlwaysOn(target=target)), NOBODY)  # type: ignore[arg-type]
    talk.away_free = True
    decision = talk.hear()
    assert talk.session.away_too is away
    assert ("Nobody is here." in said(decision)) is not away


@pytest.mark.parametrize("away", [True, False])
def test_an_away_agents_place_is_taken_by_force_only_where_the_desk_says_so(away: bool) -> None:
    talk = Talk(desk("always_on"), NOBODY)
    talk.hear()
    given = talk.do(c.Assign(talk.session.id, MEI.ref, "was away", {}, away))
    assert (given.takes, given.force) == ("agent-mei", away)


# --- always-on --------------------------------------------------------------------------------------------------------


def test_what_was_pending_for_too_long_ends_with_its_own_prompt() -> None:
    talk = Talk(desk("always_on", pending=AlwaysOn(pending_seconds=3600)), BUSY)
    talk.hear()
    decision = talk.later(HOUR).do(c.Wake("pending"))
    assert said(decision) == ["pending_closed"]
    assert talk.last.closed == Closure(by="system", reason="pending", at=NOON + HOUR)


def test_what_went_back_to_pending_waits_its_time_anew() -> None:
    talk = Talk(desk("always_on", pending=AlwaysOn(pending_seconds=3600)), BUSY)
    talk.hear()
    talk.later(HOUR // 2).assign()
    talk.do(c.Transfer(by=MEI, group=None))
    assert talk.session.phase == "unassigned"
    assert wakes(talk.later(HOUR // 2).do(c.Wake("pending"))) == [("pending", NOON + HOUR + HOUR // 2)]


def test_what_somebody_has_is_not_pending() -> None:
    talk = Talk(desk("always_on", pending=AlwaysOn(pending_seconds=3600)), BUSY)
    talk.hear()
    talk.assign()
    assert named(talk.later(HOUR).do(c.Wake("pending"))) == ["TimerEnded"]


def test_an_unassigned_customer_is_told_once_that_nobody_was_free_after_all() -> None:
    talk = Talk(desk("always_on"), FREE)
    talk.hear()
    inform = c.Inform(talk.session.id, 1, 0)
    assert said(talk.do(inform)) == ["Nobody is here."]
    assert said(talk.do(inform)) == []


# --- place and wait ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(None, "You are number 3."), (1, "You are number 3.\nWait 1."), (61, "You are number 3.\nWait 2.")],
)
def test_the_expected_wait_is_told_in_whole_minutes_once_it_was_measured(seconds: int | None, told: str) -> None:
    decision = Talk(desk(), Outlook(waiting=2, online=1, wait=seconds)).hear()
    assert said(decision)[1] == told


def test_place_and_wait_are_told_in_the_customers_language() -> None:
    talk = Talk(desk(), Outlook(waiting=2, online=1, wait=300))
    japanese = {"queue_position": "{position}番目", "queue_wait": "約{minutes}分"}
    talk.policy = replace(talk.policy, texts={**talk.policy.texts, "ja": japanese}, compiled={})
    assert said(talk.hear("こんにちは、注文について聞きたいです"))[1] == "3番目\n約5分"


# --- reminders --------------------------------------------------------------------------------------------------------

ASKING = Queue(reminder_seconds=120, answer_seconds=60)


def waiting(queue: Queue = ASKING, capabilities: Capabilities = CHAT) -> Talk:
    talk = Talk(desk(queue=queue, capabilities=capabilities), BUSY)
    talk.hear()
    return talk


def test_who_waits_is_reminded_with_a_button_to_keep_waiting() -> None:
    talk = waiting()
    talk.standing = Standing(2, 240)
    decision = talk.later(2 * MINUTE).do(c.Wake("queue_reminder"))
    assert named(decision) == ["Prompted", "AskedToWait", "TimerSet"]
    (deliver,) = delivers(decision)
    content = deliver.parts[0].content
    assert isinstance(content, Choice)
    assert (content.text, [option.id for option in content.options]) == ("queue_reminder\nWait 4.", ["keep_waiting"])
    assert (deliver.courtesy, deliver.not_after) == (True, NOON + 3 * MINUTE)
    assert wakes(decision) == [("queue_reminder", NOON + 3 * MINUTE)]


def test_who_says_nothing_is_let_go_with_the_prompt_of_the_cut() -> None:
    talk = waiting()
    talk.later(2 * MINUTE).do(c.Wake("queue_reminder"))
    decision = talk.later(MINUTE).do(c.Wake("queue_reminder"))
    assert said(decision) == ["queue_cut"]
    assert talk.last.closed == Closure(by="system", reason="queue_cut", at=NOON + 3 * MINUTE)


@pytest.mark.parametrize("answer", [Chosen("keep_waiting", "Keep waiting"), Text("I am still here")])
def test_who_keeps_waiting_is_reminded_again_as_long_after_the_last_time(answer: Chosen | Text) -> None:
    talk = waiting()
    talk.later(2 * MINUTE).do(c.Wake("queue_reminder"))
    talk.later(MINUTE // 2).hear(answer)
    assert wakes(talk.later(MINUTE // 2).do(c.Wake("queue_reminder"))) == [("queue_reminder", NOON + 4 * MINUTE)]
    decision = talk.later(MINUTE).do(c.Wake("queue_reminder"))
    assert named(decision) == ["Prompted", "AskedToWait", "TimerSet"]


def test_where_there_are_no_buttons_a_number_keeps_the_place() -> None:
    talk = waiting(capabilities=PLAIN)
    decision = talk.later(2 * MINUTE).do(c.Wake("queue_reminder"))
    assert "1. keep_waiting" in "\n".join(said(decision))
    talk.hear("1")
    assert talk.session.wait_until is None


def test_without_an_answer_time_reminders_have_no_button_and_nobody_is_let_go() -> None:
    talk = waiting(Queue(reminder_seconds=120))
    for round in range(1, 6):
        decision = talk.later(2 * MINUTE).do(c.Wake("queue_reminder"))
        assert said(decision) == ["queue_reminder"]
        assert wakes(decision) == [("queue_reminder", NOON + 2 * (round + 1) * MINUTE)]


def test_a_reminder_that_is_switched_off_still_asks_nobody_to_answer_what_they_never_saw() -> None:
    talk = waiting(Queue(reminder_seconds=120))
    talk.policy = desk()
    assert named(talk.later(2 * MINUTE).do(c.Wake("queue_reminder"))) == ["TimerEnded"]


def test_who_was_given_to_somebody_is_reminded_no_more() -> None:
    talk = waiting()
    talk.assign()
    assert named(talk.later(2 * MINUTE).do(c.Wake("queue_reminder"))) == ["TimerEnded"]


def test_outside_the_service_window_nothing_is_said_and_nobody_let_go() -> None:
    talk = waiting(Queue(reminder_seconds=90_000, answer_seconds=60), capabilities=WINDOW)
    decision = talk.later(25 * HOUR).do(c.Wake("queue_reminder"))
    assert (said(decision), talk.session.wait_until) == ([], None)


def test_no_timer_is_set_where_nothing_is_set() -> None:
    assert wakes(Talk(desk(), BUSY).hear()) == []


# --- the limit --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "outlook", "phase"),
    [
        (None, FULL, "queued"), (4, FULL, "queued"), (3, FULL, "closed"), (0, FULL, "closed"), (0, FREE, "queued"),
    ],
)  # fmt: skip
def test_a_full_queue_takes_nobody_but_a_free_agent_does(limit: int | None, outlook: Outlook, phase: str) -> None:
    talk = Talk(desk(queue=Queue(limit=limit)), outlook)
    talk.hear()
    assert (talk.state.session or talk.last).phase == phase


def test_whom_a_full_queue_cannot_take_is_told_so_without_a_survey() -> None:
    talk = Talk(desk(queue=Queue(limit=3)), FULL)
    decision = talk.hear()
    assert named(decision)[-3:] == ["Unavailable", "Prompted", "Closed"]
    assert said(decision) == ["Hello!", "queue_full"]
    assert talk.last.closed == Closure(by="system", reason="queue_full", at=NOON)


def test_a_transfer_is_taken_even_by_a_full_queue() -> None:
    talk = Talk(desk(queue=Queue(limit=3)), FREE)
    talk.hear()
    talk.assign()
    talk.outlook = FULL
    talk.do(c.Transfer(by=MEI, group=None))
    assert talk.session.phase == "queued"


# --- opening hours ----------------------------------------------------------------------------------------------------


def test_out_of_hours_a_chat_waits_for_the_opening_and_is_told_so_once() -> None:
    talk = Talk(desk(hours=NIGHT), FREE)
    decision = talk.hear()
    opens = NOON + 1000 * 1000
    assert e.Unavailable(NOON, "out_of_hours", opens) in decision.events
    assert (said(decision), wakes(decision)) == (["Hello!", "out_of_hours"], [("opening", opens)])
    assert talk.session.phase == "bot"
    assert said(talk.later(MINUTE).hear("anyone?")) == []
    talk.later(1000 * 1000 - MINUTE).do(c.Wake("opening"))
    assert (talk.session.phase, talk.session.queued_at) == ("queued", opens)


def test_who_waited_for_the_opening_is_not_sent_away_by_a_full_queue() -> None:
    talk = Talk(desk(hours=NIGHT, queue=Queue(limit=1)), FULL)
    talk.hear()
    talk.later(1000 * 1000).do(c.Wake("opening"))
    assert talk.session.phase == "queued"


def test_who_writes_again_when_it_is_open_queues_at_once_and_is_not_greeted_twice() -> None:
    talk = Talk(desk(hours=NIGHT), FREE)
    talk.hear()
    decision = talk.later(20 * MINUTE).hear("now?")
    assert (said(decision), talk.session.phase) == ([], "queued")
    assert named(talk.do(c.Wake("opening"))) == ["TimerEnded"]


def test_an_agent_may_take_it_out_of_hours_all_the_same() -> None:
    talk = Talk(desk(hours=NIGHT), FREE)
    talk.hear()
    talk.do(c.Claim(MEI))
    assert talk.session.phase == "active"
    assert named(talk.later(HOUR).do(c.Wake("opening"))) == ["TimerEnded"]


def test_where_it_never_opens_no_timer_is_set() -> None:
    assert wakes(Talk(desk(hours=SHUT), FREE).hear()) == []


@pytest.mark.parametrize(("level", "phase"), [("channel", "bot"), ("group", "bot"), ("all", "bot"), ("none", "queued")])
def test_hours_are_the_channels_before_the_groups_before_those_of_all(level: str, phase: str) -> None:
    shut, open_ = Level(hours=SHUT), Level(hours=Opening(week=None))
    made = policy(group="sales")
    everywhere, group, here = {
        "channel": (open_, open_, shut), "group": (open_, shut, Level()), "all": (shut, Level(), Level()),
        "none": (shut, shut, open_),
    }[level]  # fmt: skip
    talk = Talk(Policy(7, made.channel, made.texts, made.answers, everywhere, {"sales": group}, here), FREE)
    talk.hear()
    assert talk.session.phase == phase


def test_the_reply_token_goes_to_what_is_said_first() -> None:
    talk = Talk(desk(hours=SHUT, capabilities=TOKENS), FREE)
    (deliver,) = delivers(talk.hear(reply_token="tok"))
    assert deliver.token is not None
    assert deliver.token.value == "tok"


# --- priority


def person(*, vip: bool = False, level: int | None = None) -> Customer:
    return Customer(id="cust", vip=vip, params={} if level is None else {"vip_level": str(level)})


@pytest.mark.parametrize(
    ("customer", "step", "priority"),
    [
        (person(), "default", 0),
        (person(), "rule", 0),
        (person(), "designated", 1),
        (person(), "last_agent", 1),
        (person(vip=True), "default", 2),
        (person(vip=True), "designated", 3),
        (person(vip=True, level=1), "default", 4),
        (person(vip=True, level=3), "designated", 9),
        (person(level=3), "default", 8),
        (person(level=0), "default", 0),
    ],
)
def test_vips_come_first_then_who_was_designated_then_who_waits_longer(
    customer: Customer, step: str, priority: int
) -> None:
    talk = Talk(desk(), BUSY)
    talk.route = Route((Place(),), step=step)
    talk.do(c.Visit(customer))
    talk.hear()
    assert talk.session.priority == priority


def test_a_chat_a_silent_agent_lost_keeps_its_place_in_the_queue() -> None:
    level = Level(assignment=Assignment(agent_silent=Silence(transfer_seconds=60)))
    made = policy()
    talk = Talk(Policy(7, made.channel, made.texts, made.answers, level, {}, Level()), BUSY)
    talk.hear()
    talk.later(MINUTE).assign()
    talk.later(MINUTE).do(c.Wake("agent_transfer"))
    waiting = waiting_of(talk.state, talk.session)
    assert (waiting.since, talk.session.queued_at) == (NOON, NOON + 2 * MINUTE)
    talk.later(MINUTE).assign()
    talk.do(c.Transfer(by=MEI, group=None))
    assert waiting_of(talk.state, talk.session).since == NOON + 3 * MINUTE


# --- leaving something instead: submissions, which exist in real-time mode only

LEAVE = Submissions(on=True)


def leaving(mode: Mode, **more: object) -> Policy:
    made = desk(mode, **more)  # type: ignore[arg-type]
    return replace(made, everywhere=replace(made.everywhere, submissions=LEAVE), compiled={})


@pytest.mark.parametrize(
    ("more", "outlook", "reason"),
    [
        ({"hours": SHUT}, FREE, "out_of_hours"),
        ({"queue": Queue(limit=3)}, FULL, "queue_full"),
        ({}, NOBODY, "nobody_online"),
    ],
)
def test_whom_nobody_can_take_is_offered_to_leave_something(
    more: dict[str, object], outlook: Outlook, reason: str
) -> None:
    talk = Talk(leaving("real_time", **more), outlook)
    decision = talk.hear()
    assert [event.reason for event in decision.events if isinstance(event, e.Unavailable)] == [reason]
    assert [event.reason for event in decision.events if isinstance(event, e.SubmissionOffered)] == [reason]
    assert talk.session.phase == "bot"


@pytest.mark.parametrize(("more", "outlook"), [({"hours": SHUT}, FREE), ({}, FULL), ({}, NOBODY)])
def test_in_always_on_mode_nobody_is_offered_to_leave_something(more: dict[str, object], outlook: Outlook) -> None:
    talk = Talk(leaving("always_on", **more), outlook)
    assert "SubmissionOffered" not in named(talk.hear())
    assert talk.session.phase == "unassigned"


@pytest.mark.parametrize(
    ("more", "outlook", "phase", "told"),
    [
        ({"hours": NIGHT}, FREE, "bot", ["out_of_hours"]),
        ({"queue": Queue(limit=3)}, FULL, "queued", ["You are number 4."]),
        ({}, NOBODY, "queued", ["Nobody is here."]),
    ],
)
def test_who_would_rather_wait_waits(more: dict[str, object], outlook: Outlook, phase: str, told: list[str]) -> None:
    talk = Talk(leaving("real_time", **more), outlook)
    talk.hear()
    decision = talk.hear(Chosen("submission:decline", "No"))
    assert (talk.session.phase, said(decision)) == (phase, told)
    assert ("opening" in talk.session.timers) == ("hours" in more)
