"""How one of several free agents is picked."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ports.desk import Seat
from core.session import Method
from routing.methods import METHODS, Free, Pick


def seat(agent: str, load: int = 0, capacity: int = 5, assigned_at: int = 0) -> Seat:
    return Seat(agent=agent, status="online", load=load, capacity=capacity, assigned_at=assigned_at)


def last(size: int) -> int:
    return size - 1


def nth(at: int) -> Pick:
    return lambda size: at % size


def free(method: Method, *seats: Seat, **more: object) -> Free:
    made = Free(method, **more)  # type: ignore[arg-type]
    for one in seats:
        made.put(one)
    return made


@pytest.mark.parametrize(
    ("method", "seats", "chosen"),
    [
        ("saturation", [seat("a", 1), seat("b", 0)], "b"),
        ("saturation", [seat("a", 2, 10), seat("b", 1, 2)], "a"),
        ("saturation", [seat("a", 3, 5), seat("b", 6, 10), seat("c", 4, 5)], "b"),
        ("saturation", [seat("a", 1, 3), seat("b", 2, 6), seat("c", 3, 9)], "c"),
        ("saturation", [seat("a", 0, 1)], "a"),
        ("least", [seat("a", 2, 10), seat("b", 1, 2)], "b"),
        ("least", [seat("a", 1), seat("b", 1), seat("c", 2)], "b"),
        ("idle", [seat("a", assigned_at=9), seat("b", 4, assigned_at=5), seat("c", assigned_at=7)], "b"),
        ("idle", [seat("a", assigned_at=9), seat("new", 4)], "new"),
    ],
)
def test_the_method_says_who_is_next_and_ties_are_left_to_chance(
    method: Method, seats: list[Seat], chosen: str
) -> None:
    assert free(method, *seats).pick((), (), last) == chosen


def test_chance_chooses_only_among_those_who_tie() -> None:
    made = free("saturation", seat("a", 1), seat("b", 2), seat("c", 1))
    assert [made.pick((), (), nth(at)) for at in range(4)] == ["a", "c", "a", "c"]


@pytest.mark.parametrize(
    ("before", "chosen"), [(None, "a"), ("a", "b"), ("b", "d"), ("c", "d"), ("d", "a"), ("zz", "a"), ("", "a")]
)
def test_round_robin_goes_on_after_whoever_had_the_last_turn(before: str | None, chosen: str) -> None:
    made = free("round_robin", seat("d"), seat("a"), seat("b"), turn=before)
    assert made.pick((), (), last) == chosen


def test_round_robin_passes_over_the_excluded() -> None:
    assert free("round_robin", seat("a"), seat("b"), seat("c"), turn="a").pick(("b",), (), last) == "c"


@pytest.mark.parametrize(
    ("spoken", "chosen"),
    [(("de-AT", "de"), "alma"), (("de",), "alma"), (("fr",), "bob"), (("pt-BR", "pt"), "caio"), ((), "bob")],
)
def test_language_first_takes_the_least_loaded_who_speaks_it_then_anybody(spoken: tuple[str, ...], chosen: str) -> None:
    made = Free("language")
    made.put(seat("alma", 3), ("de-AT", "en"))
    made.put(seat("bob", 0), ("en",))
    made.put(seat("caio", 4), ("pt",))
    assert made.pick((), spoken, last) == chosen


def test_weights_share_out_chats_in_their_proportion() -> None:
    made = free("weighted", seat("a"), seat("b"), seat("c"), weights={"a": 3, "b": 2})
    had: Counter[str] = Counter()
    for _ in range(60):
        agent = made.pick((), (), last)
        made.took(agent)
        made.put(seat(agent))
        had[agent] += 1
    assert had == {"a": 30, "b": 20, "c": 10}


def test_who_was_away_for_long_is_not_flooded_with_what_they_missed() -> None:
    made = free("weighted", seat("a"))
    for _ in range(50):
        made.took("a")
        made.put(seat("a"))
    made.put(seat("b"))
    had: Counter[str] = Counter()
    for _ in range(20):
        agent = made.pick((), (), last)
        made.took(agent)
        made.put(seat(agent))
        had[agent] += 1
    assert had["a"] >= 9


SEATS = st.lists(
    st.builds(lambda agent, load, at: seat(agent, load, 5, at), st.sampled_from("abcdef"), st.integers(0, 4),
              st.integers(0, 9)),
    min_size=1, max_size=12,
)  # fmt: skip


@given(st.sampled_from(sorted(METHODS)), SEATS, st.sets(st.sampled_from("abcdef"), max_size=3), st.integers(0, 99))
def test_whoever_is_picked_is_free_not_excluded_and_nobody_is_better_placed(
    method: Method, seats: list[Seat], excluded: set[str], chance: int
) -> None:
    made = free(method, *seats)
    now = {one.agent: one for one in seats}
    left = [one for one in now.values() if one.agent not in excluded]
    assert (len(made), made.fitting(excluded)) == (len(now), len(left))
    if not left:
        return
    chosen = now[made.pick(tuple(excluded), (), Random(chance).randrange)]
    assert chosen in left
    if method in ("saturation", "least", "language"):
        assert chosen.load == min(one.load for one in left)
    if method == "idle":
        assert chosen.assigned_at == min(one.assigned_at for one in left)


@pytest.mark.parametrize("method", ["saturation", "language"])
def test_among_the_absent_a_small_difference_in_load_counts_too(method: Method) -> None:
    made = Free(method)
    for agent, load in (("a", 51), ("b", 50)):
        made.put(Seat(agent=agent, status="offline", load=load, capacity=1000))
    assert made.pick((), (), lambda size: 0) == "b"
