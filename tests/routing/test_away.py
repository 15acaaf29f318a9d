"""Chats that may also go to those who are away (always-on mode, target all): who is online comes first."""

from random import Random
from typing import get_args

import pytest

from core.ports.desk import Seat, Waiting
from core.session import Method
from routing.desk import Desk
from routing.pools import Team

METHODS = get_args(Method)


def waiting(session: str, *, away: bool = True, priority: int = 0, excluded: tuple[str, ...] = ()) -> Waiting:
    return Waiting(
        session=session, conversation=session, channel="c", address=session, group="sales", since=int(session[1:]),
        priority=priority, away=away, excluded=excluded,
    )  # fmt: skip


def desk(method: Method = "saturation", **statuses: str) -> Desk:
    made = Desk()
    made.staff({"sales": Team(frozenset(statuses), "Sales", method)})
    for agent, status in statuses.items():
        made.seat(Seat(agent=agent, status=status, capacity=2))  # type: ignore[arg-type]
    return made


def matches(made: Desk) -> list[tuple[str, str]]:
    found = []
    while (match := made.match(Random(1).randrange)) is not None:
        found.append((match.waiting.session, match.agent))
    return found


@pytest.mark.parametrize("method", METHODS)
def test_the_away_get_what_the_online_have_no_place_for(method: Method) -> None:
    made = desk(method, ann="offline", bob="online", cid="busy")
    for number in range(1, 8):
        made.wait(waiting(f"s{number}"))
    found = matches(made)
    assert [agent for _, agent in found[:2]] == ["bob", "bob"]
    assert sorted(agent for _, agent in found[2:]) == ["ann", "ann", "cid", "cid"]
    assert len(list(made.waiting())) == 1


def test_what_goes_only_to_those_online_waits_for_them() -> None:
    made = desk(ann="offline", bob="busy")
    made.wait(waiting("s1", away=False))
    assert matches(made) == []
    made.seat(Seat(agent="bob", status="online"))
    assert matches(made) == [("s1", "bob")]


def test_both_kinds_share_one_agent_by_priority_and_time() -> None:
    made = desk(ann="online")
    made.wait(waiting("s2", away=False))
    made.wait(waiting("s1"))
    made.wait(waiting("s3", away=False, priority=1))
    assert [session for session, _ in matches(made)] == ["s3", "s1"]


def test_it_is_offered_again_when_a_place_is_freed_and_when_an_agent_comes_online() -> None:
    made = desk(ann="offline")
    for number in (1, 2, 3):
        made.wait(waiting(f"s{number}"))
    made.wait(waiting("s4", away=False))
    assert [session for session, _ in matches(made)] == ["s1", "s2"]
    made.load("ann", -1)
    assert matches(made) == [("s3", "ann")]
    made.seat(Seat(agent="ann", status="online", capacity=4, load=2))
    assert matches(made) == [("s4", "ann")]


def test_nobody_online_is_no_reason_to_give_it_back_while_another_is_away() -> None:
    made = desk(ann="offline", bob="offline")
    made.wait(waiting("s1", excluded=("ann",)))
    assert matches(made) == [("s1", "bob")]


def test_the_desk_knows_whether_somebody_else_is_online_and_whether_anybody_has_a_place() -> None:
    made = desk(ann="online", bob="offline")
    assert (made.others_online("sales", "bob"), made.others_online("sales", "ann")) == (True, False)
    assert made.away_free("sales")
    for agent in ("ann", "bob"):
        made.seat(Seat(agent=agent, status="offline", capacity=1, load=1))
    assert not made.away_free("sales")
