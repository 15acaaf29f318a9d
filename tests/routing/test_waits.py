"""The expected wait: measured from how fast a queue moves, not told before it was."""

from hypothesis import given
from hypothesis import strategies as st

from routing.waits import FRESH_MS, Waits

MINUTE = 60_000
START = 1_700_000_000_000


def moving(*minutes: float, since: int = START) -> Waits:
    """A queue in which somebody has waited since the start, and from which one after another leaves."""
    waits = Waits()
    for minute in minutes:
        waits.left("sales", since, START + int(minute * MINUTE))
    return waits


def test_nothing_is_said_until_three_have_left() -> None:
    assert moving().expected("sales", 1, START) is None
    assert moving(2, 4).expected("sales", 1, START + 4 * MINUTE) is None
    assert moving(2, 4, 6).expected("sales", 1, START + 6 * MINUTE) == 120


def test_each_place_waits_as_long_as_the_queue_takes_for_one() -> None:
    waits = moving(1, 2, 3)
    assert [waits.expected("sales", place, START + 3 * MINUTE) for place in (1, 2, 10)] == [60, 120, 600]


def test_groups_are_measured_each_for_itself() -> None:
    assert moving(1, 2, 3).expected("help", 1, START + 3 * MINUTE) is None


def test_who_was_given_to_somebody_at_once_did_not_wait() -> None:
    waits = Waits()
    for minute in range(9):
        at = START + minute * MINUTE
        waits.left("sales", at, at + 10)
    assert waits.expected("sales", 1, START + 9 * MINUTE) is None


def test_time_in_which_nobody_waited_does_not_count() -> None:
    waits = moving(1, 2, 3)
    night = START + 20 * MINUTE
    waits.left("sales", night, night + MINUTE)
    assert waits.expected("sales", 1, night + MINUTE) == 60


def test_only_the_last_hour_counts() -> None:
    waits = moving(1, 2, 3)
    assert waits.expected("sales", 1, START + FRESH_MS + 2 * MINUTE) is None


def test_the_newest_twenty_count() -> None:
    slow = [5.0 * n for n in range(1, 4)]
    fast = [15 + 1.0 * n for n in range(1, 21)]
    assert moving(*slow, *fast).expected("sales", 1, START + 36 * MINUTE) == 60


def test_more_than_a_day_is_not_said() -> None:
    assert moving(10, 20, 30).expected("sales", 1000, START + 30 * MINUTE) is None


def test_a_group_that_is_gone_is_forgotten() -> None:
    waits = moving(1, 2, 3)
    waits.keep(lambda group: group != "sales")
    assert waits.expected("sales", 1, START + 3 * MINUTE) is None


def test_a_clock_that_jumps_back_measures_nothing_below_zero() -> None:
    waits = moving(10, 4, 6, 12)
    assert (waits.expected("sales", 1, START + 12 * MINUTE) or 0) >= 0


@given(st.lists(st.integers(1_000, 600_000), min_size=3, max_size=60), st.integers(1, 50))
def test_a_queue_that_is_never_empty_moves_by_the_mean_of_its_last_steps(steps: list[int], place: int) -> None:
    waits, at = Waits(), START
    for step in steps:
        at += step
        waits.left("sales", START, at)
    moments = [sum(steps[: n + 1]) for n in range(len(steps))]
    fresh = [step for moment, step in zip(moments, steps, strict=True) if moments[-1] - moment <= FRESH_MS][-20:]
    expected = waits.expected("sales", place, at)
    assert expected == (None if len(fresh) < 3 else place * sum(fresh) // len(fresh) // 1000)
