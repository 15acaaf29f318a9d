"""How one of several free agents is picked."""

from collections.abc import Sequence

import pytest

from core.ports import Seat
from routing.methods import round_robin, saturation


def seat(agent: str, load: int = 0, capacity: int = 5) -> Seat:
    return Seat(agent=agent, status="online", load=load, capacity=capacity)


def last(seats: Sequence[Seat]) -> Seat:
    return seats[-1]


@pytest.mark.parametrize(
    ("free", "chosen"),
    [
        ([seat("a", 1), seat("b", 0)], "b"),
        ([seat("a", 2, 10), seat("b", 1, 2)], "a"),
        ([seat("a", 3, 5), seat("b", 6, 10), seat("c", 4, 5)], "b"),
        ([seat("a", 1, 3), seat("b", 2, 6), seat("c", 3, 9)], "c"),
        ([seat("a", 0, 1)], "a"),
    ],
)
def test_saturation_takes_the_lowest_share_of_chats_to_capacity(free: list[Seat], chosen: str) -> None:
    assert saturation(free, last).agent == chosen


def test_saturation_leaves_a_tie_to_chance() -> None:
    seen: list[list[str]] = []

    def choose(tied: Sequence[Seat]) -> Seat:
        seen.append([one.agent for one in tied])
        return tied[0]

    saturation([seat("a", 1), seat("b", 2), seat("c", 1)], choose)
    assert seen == [["a", "c"]]


@pytest.mark.parametrize(
    ("before", "chosen"), [(None, "a"), ("a", "b"), ("b", "d"), ("c", "d"), ("d", "a"), ("zz", "a"), ("", "a")]
)
def test_round_robin_goes_on_after_whoever_had_the_last_turn(before: str | None, chosen: str) -> None:
    assert round_robin([seat("d"), seat("a"), seat("b")], before).agent == chosen
