"""What single events make of a conversation; that replaying gives the same is the business of tests/laws."""

from typing import get_args

import pytest
from msgspec.structs import replace

from core import event as e
from core.customer import Customer
from core.evolve import evolve
from core.message import Author, Message, Text
from core.session import Closure, Conversation, Invitation, Rating, ReplyToken
from tests.core.given import MEI_REF, NOON, TOM, active, closed

NEW = Conversation(id="conv", channel="chan", address="ann", customer=Customer(id="cust"))


def text(seq: int, kind: str = "customer") -> Message:
    return Message(seq=seq, author=Author(kind=kind), content=Text("x"), at=NOON)  # type: ignore[arg-type]


def test_every_kind_of_event_is_known_by_a_tag_of_its_own() -> None:
    tags = [kind.__struct_config__.tag for kind in (*get_args(e.Event), *get_args(e.Fact))]
    assert "received" in tags and len(tags) == len(set(tags))


def test_an_opened_session_is_the_open_one_and_counts() -> None:
    state = evolve(NEW, e.Opened("s1", 9, NOON, "ja", True, "sales"))
    assert state.session is not None
    assert (state.sessions, state.session.id, state.session.number, state.session.phase) == (1, "s1", 9, "bot")
    assert (state.session.language, state.session.group, state.session.seq) == ("ja", "sales", 0)


def test_a_message_moves_the_seq_and_keeps_the_token() -> None:
    state = evolve(NEW, e.Opened("s1", 1, NOON, "en"))
    token = ReplyToken("tok", NOON)
    state = evolve(state, e.Received(message=text(1), at=NOON, seq=1, heard=NOON - 5, token=token, read_mark="r1"))
    assert state.session is not None
    assert (state.session.seq, state.session.wrote, state.session.unread, state.session.said_at) == (1, 1, 1, NOON)
    assert (state.token, state.read_mark, state.heard_at, state.window_from) == (token, "r1", NOON - 5, NOON)
    state = evolve(state, e.Received(message=text(2), at=NOON + 1, seq=2, heard=NOON - 9))
    assert (state.token, state.read_mark, state.heard_at) == (token, "r1", NOON - 5)


def test_a_prompt_that_spends_the_token_uses_it_up() -> None:
    state = replace(active().state, token=ReplyToken("tok", NOON))
    kept = evolve(state, e.Prompted(message=text(4, "system"), at=NOON, seq=4, key="greeting"))
    spent = evolve(state, e.Prompted(message=text(4, "system"), at=NOON, seq=4, key="greeting", spends=True))
    assert (kept.token, spent.token) == (ReplyToken("tok", NOON), None)


def test_an_answer_of_a_bot_is_no_agents_first_reply() -> None:
    state = evolve(active().state, e.Replied(message=text(4, "bot"), at=NOON, seq=4))
    assert state.session is not None
    assert (state.session.replies, state.session.answered) == (0, True)


def test_a_transfer_leaves_the_agent_out_until_somebody_has_it() -> None:
    state = evolve(active().state, e.Transferred(at=NOON, by="agent-mei", source="agent-mei", group="sales"))
    state = evolve(state, e.Queued(NOON + 1, "sales"))
    assert state.session is not None
    assert (state.session.agent, state.session.excluded, state.session.queued_at) == (None, ("agent-mei",), NOON + 1)
    state = evolve(state, e.Assigned(TOM.ref, NOON))
    assert state.session is not None
    assert (state.session.phase, state.session.agent, state.session.excluded) == ("active", TOM.ref, ())


def test_a_closed_session_is_the_last_one_and_has_no_timers() -> None:
    state = evolve(active().state, e.TimerSet("customer_idle", NOON + 5))
    assert state.session is not None and state.session.timers == {"customer_idle": NOON + 5}
    state = evolve(state, e.Closed(by="agent", reason="closed", at=NOON, who="agent-mei", agent="agent-mei"))
    assert state.session is None and state.last is not None
    assert (state.last.phase, state.last.timers) == ("closed", {})
    assert state.last.closed == Closure(by="agent", reason="closed", at=NOON, who="agent-mei")


def test_a_timer_that_is_set_again_has_the_later_time_and_one_that_ended_is_gone() -> None:
    state = active().state
    for event in (e.TimerSet("a", 1), e.TimerSet("b", 2), e.TimerSet("a", 3), e.TimerEnded("b")):
        state = evolve(state, event)
    assert state.session is not None and state.session.timers == {"a": 3}


def test_a_rating_belongs_to_the_closed_session_that_was_asked() -> None:
    state = evolve(closed().state, e.Invited("stars", NOON, NOON + 9))
    assert state.last is not None and state.last.invited == Invitation("stars", NOON + 9)
    state = evolve(state, e.Opened("s2", 2, NOON, "en"))
    state = evolve(state, e.Rated("stars", 5, NOON, NOON + 4))
    assert state.last is not None and state.session is not None
    assert state.last.rating == Rating("stars", 5, NOON, comment=True)
    assert state.last.invited == Invitation("stars", NOON + 9, comment_until=NOON + 4, step="comment")
    state = evolve(state, e.Commented(7, NOON))
    assert state.last is not None and state.last.invited is None
    assert state.session is not None and (state.session.rating, state.session.invited) == (None, None)


def test_a_rating_nobody_asked_for_is_a_defect() -> None:
    with pytest.raises(AssertionError, match="only an invited session is rated"):
        evolve(active().state, e.Rated("stars", 5, NOON))


@pytest.mark.parametrize(
    "event",
    [
        e.Alerted(NOON, 1, "customer", ("list",)),
        e.Amended("s1", 1, NOON, Text("new")),
        e.Retracted("s1", 1, NOON),
        e.Recalled("s1", 1, NOON, "agent-mei"),
    ],
)
def test_what_happens_to_a_message_alone_leaves_the_conversation_as_it_is(event: e.Event) -> None:
    state = active().state
    assert evolve(state, event) is state


def test_names_locks_tags_blocks_and_reads_are_kept() -> None:
    state = active().state
    for event in (
        e.AliasesLearned(("a", "b")),
        e.LockChanged(True, NOON, "agent-mei"),
        e.Tagged(("vip",), NOON, "agent-mei"),
        e.WasRead(NOON, "agent-mei"),
        e.Reminded(NOON),
        e.ReachableChanged(False, NOON),
        e.LanguageChosen("th", True),
        e.CustomerBlocked(-1, NOON, "agent-mei"),
        e.TurnedAway(text(0), NOON, told=True),
        e.CustomerKnown(Customer(id="cust", name="Ann")),
    ):
        state = evolve(state, event)
    assert state.session is not None
    assert (state.aliases, state.reachable, state.blocked_until, state.told_blocked) == (("a", "b"), False, -1, True)
    assert (state.session.locked, state.session.tags, state.session.unread, state.session.reminded) == (
        True, ("vip",), 0, True,
    )  # fmt: skip
    assert (state.session.language, state.session.agent, state.customer.name) == ("th", MEI_REF, "Ann")
