"""What an event is called outside, when a delivery is tried again, and when an endpoint counts as dead."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core import event as e
from core.customer import Customer
from core.hook import DAY_MS, TYPES, KeptSecret, Outcome, Subscription, Webhooks, outcome, problems, types_of
from core.message import Author, Message, Text
from core.ports.hooks import Hook, HookDelivery
from core.ports.reading import FeedRow, SessionRow
from core.session import AgentRef, Session
from core.submitted import Submission

NOON = 1_750_000_000_000
HOOK = Hook(id="all.crm", cursor=1)
FRESH = HookDelivery(id="d1", hook="all.crm", ord=1, lane="v1", type="message.agent", at=NOON, made=NOON, due=NOON)
WELL, BROKEN = Outcome(taken=True, status=200, took=12), Outcome(taken=False, status=500, reason="HTTP 500", took=3)


TICKET = Submission(id="s1", number=1, kind="ticket", reason="asked", language="en", at=NOON, changed_at=NOON)


def row(event: e.Event | e.Fact, unread: int = 0) -> FeedRow:
    session = Session(id="s1", number=1, phase="active", opened_at=NOON, language="en", unread=unread)
    shown = SessionRow(session=session, conversation="v1", channel="c1", address="a1", customer=Customer(id="p1"))
    return FeedRow(n=7, at=NOON, conversation="v1", event=event, row=shown)


def said(kind: str) -> e.Replied:
    author = Author(kind=kind)  # type: ignore[arg-type]  # one of those that are tried
    return e.Replied(message=Message(seq=1, author=author, content=Text("hi"), at=NOON), at=NOON, seq=1)


@pytest.mark.parametrize("kind", ["customer", "agent", "bot", "system"])
def test_a_message_is_called_by_who_wrote_it(kind: str) -> None:
    assert types_of(row(said(kind))) == (f"message.{kind}",)


def test_a_chat_that_ends_unread_is_told_twice() -> None:
    closed = e.Closed("agent", "closed", NOON)
    assert types_of(row(closed)) == ("session.closed",)
    assert types_of(row(closed, unread=2)) == ("message.unread", "session.closed")


def test_what_is_left_is_called_by_its_kind() -> None:
    assert types_of(row(e.Submitted(TICKET))) == ("submission.created",)
    assert types_of(row(e.Submitted(replace(TICKET, kind="message")))) == ("message.offline",)


def test_notes_and_what_only_the_rules_need_stay_inside() -> None:
    note = e.Noted(message=said("agent").message, at=NOON, seq=1)
    for event in (note, e.TimerSet("idle", 1), e.WasRead(NOON, "mei"), e.StateChanged(1, "sent", NOON)):
        assert types_of(row(event)) == ()


def test_every_type_that_is_told_can_be_subscribed_to() -> None:
    made = {
        e.Assigned: e.Assigned(AgentRef("mei", "Mei"), NOON),
        e.CustomerSaved: e.CustomerSaved(Customer(id="p1"), NOON),
        e.Closed: e.Closed("agent", "closed", NOON),
        e.Submitted: e.Submitted(TICKET),
    }
    for kind in get_args(e.Event):
        event: Any = made.get(kind) or (said("agent") if "message" in kind.__struct_fields__ else None)
        event = event or kind(**dict.fromkeys(kind.__struct_fields__))
        assert set(types_of(row(event, unread=1))) <= TYPES.keys()


# --- after an attempt ------------------------------------------------------------------------------------------------


def test_what_was_taken_is_done_and_forgives_everything() -> None:
    tired = replace(HOOK, failures=7, paused_at=NOON, reason="HTTP 500", probe_at=NOON)
    hook, delivery = outcome(tired, replace(FRESH, attempt=2), WELL, NOON + 5, 0.5)
    assert hook == HOOK
    assert delivery == replace(FRESH, attempt=3, state="delivered", status=200, took=12, done_at=NOON + 5)


def test_what_was_not_taken_waits_longer_each_time() -> None:
    waits = [
        outcome(HOOK, replace(FRESH, attempt=attempt), BROKEN, NOON, 0.5)[1].due - NOON for attempt in (0, 1, 2, 3, 20)
    ]
    assert waits == [5_000, 15_000, 60_000, 300_000, 14_400_000]


def test_failures_in_a_row_pause_it_whichever_chats_they_were_of() -> None:
    hook = HOOK
    for n in range(4):
        hook, _ = outcome(hook, replace(FRESH, id=f"d{n}"), BROKEN, NOON, 0.5)
        assert hook.paused_at is None
    hook, _ = outcome(hook, FRESH, BROKEN, NOON, 0.5)
    assert (hook.failures, hook.paused_at, hook.reason, hook.probe_at) == (5, NOON, "HTTP 500", NOON + 30_000)
    again, _ = outcome(hook, FRESH, BROKEN, NOON + 30_000, 0.5)
    assert (again.paused_at, again.probe_at) == (NOON, NOON + 90_000)


def test_what_was_under_way_when_it_was_paused_does_not_lengthen_the_pause() -> None:
    paused = replace(HOOK, failures=5, paused_at=NOON, reason="HTTP 500", probe_at=NOON + 30_000)
    assert outcome(paused, FRESH, BROKEN, NOON + 10, 0.5)[0] == paused


def test_who_says_that_it_is_gone_is_paused_at_once() -> None:
    hook, delivery = outcome(HOOK, FRESH, Outcome(taken=False, status=410, gone=True, reason="HTTP 410"), NOON, 0.5)
    assert (hook.paused_at, delivery.state) == (NOON, "waiting")


def test_who_asks_for_patience_gets_it() -> None:
    _, delivery = outcome(HOOK, FRESH, Outcome(taken=False, status=429, after=600_000), NOON, 0.5)
    assert delivery.due == NOON + 600_000


def test_after_a_day_it_is_given_up() -> None:
    last = outcome(HOOK, FRESH, BROKEN, NOON + DAY_MS - 1, 0.5)[1]
    assert (last.state, last.done_at) == ("waiting", None)
    gone = outcome(HOOK, FRESH, BROKEN, NOON + DAY_MS, 0.5)[1]
    assert (gone.state, gone.done_at, gone.reason) == ("parked", NOON + DAY_MS, "HTTP 500")


@given(st.integers(0, 50), st.integers(0, 100), st.floats(0, 1), st.integers(0, 2 * DAY_MS))
def test_no_wait_is_zero_or_longer_than_five_hours(failures: int, attempt: int, jitter: float, later: int) -> None:
    hook = replace(HOOK, failures=failures)
    after, delivery = outcome(hook, replace(FRESH, attempt=attempt), BROKEN, NOON + later, jitter)
    if delivery.state == "waiting":
        assert 4_000 <= delivery.due - (NOON + later) <= 5 * 3_600_000
    if after.paused_at is not None:
        assert 24_000 <= after.probe_at - (NOON + later) <= 1_080_000


# --- the settings ----------------------------------------------------------------------------------------------------


def test_what_is_wrong_with_a_subscription_is_named_by_its_field() -> None:
    good = Subscription(name="crm", url="https://crm.example", secret="0123456789abcdef", types=("rating.given",))
    kept = replace(good, name="bi", secret=KeptSecret(set=True))
    assert problems(Webhooks()) == []
    assert problems(Webhooks(subscriptions=(good, kept))) == []
    wrong = (good, replace(good, secret="short"), replace(kept, types=("session.closed", "nonsense")))
    assert [field for field, _ in problems(Webhooks(subscriptions=wrong))] == [
        "subscriptions.1.name", "subscriptions.1.secret", "subscriptions.2.types",
    ]  # fmt: skip
