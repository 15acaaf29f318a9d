"""Opening hours: weeks, holidays, time zones, the days on which clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.hours import (
    ALWAYS,
    DAYS,
    Day,
    Holiday,
    Hours,
    Opening,
    Schedule,
    Span,
    after_open,
    compiled,
    is_open,
    next_change,
    open_between,
    opens_at,
    problems,
)

MINUTE, HOUR = 60_000, 3_600_000
BERLIN, NEW_YORK, APIA = "Europe/Berlin", "America/New_York", "Pacific/Apia"
NINE_TO_FIVE = (Span("09:00", "17:00"),)
OFFICE: dict[Day, tuple[Span, ...]] = dict.fromkeys(DAYS[:5], NINE_TO_FIVE)


def at(text: str, zone: str = "UTC", *, fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()) * 1000


def shown(ms: int | None, zone: str = "UTC") -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, ZoneInfo(zone)).isoformat()


def office(zone: str = BERLIN, *holidays: Holiday) -> Hours:
    return compiled(Schedule(zone, OFFICE, holidays))


def daily(start: str, end: str, zone: str = BERLIN) -> Hours:
    return compiled(Schedule(zone, dict.fromkeys(DAYS, (Span(start, end),))))


# --- ordinary days ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "open", "change"),
    [
        ("2026-06-01T08:59:59", False, "2026-06-01T09:00:00+02:00"),
        ("2026-06-01T09:00:00", True, "2026-06-01T17:00:00+02:00"),
        ("2026-06-01T16:59:59", True, "2026-06-01T17:00:00+02:00"),
        ("2026-06-01T17:00:00", False, "2026-06-02T09:00:00+02:00"),
        ("2026-06-05T17:00:00", False, "2026-06-08T09:00:00+02:00"),
        ("2026-06-06T12:00:00", False, "2026-06-08T09:00:00+02:00"),
    ],
)
def test_office_hours_in_berlin(moment: str, open: bool, change: str) -> None:
    now = at(moment, BERLIN)
    assert (is_open(office(), now), shown(next_change(office(), now), BERLIN)) == (open, change)


def test_the_same_hours_are_others_elsewhere() -> None:
    noon = at("2026-06-01T12:00:00")
    assert [is_open(office(zone), noon) for zone in (BERLIN, NEW_YORK, "Asia/Tokyo")] == [True, False, False]


def test_nothing_set_is_always_open() -> None:
    assert compiled(Schedule()) is ALWAYS
    assert (is_open(ALWAYS, 0), next_change(ALWAYS, 0), after_open(ALWAYS, 5, 7), open_between(ALWAYS, 5, 7)) == (
        True, None, 12, 2,
    )  # fmt: skip


def test_a_week_without_openings_is_always_closed() -> None:
    never = compiled(Schedule("UTC", {}))
    assert (is_open(never, 0), next_change(never, 0), after_open(never, 0, 1), open_between(never, 0, 9)) == (
        False, None, None, 0,
    )  # fmt: skip


def test_round_the_clock_does_not_close_at_midnight() -> None:
    full = daily("00:00", "24:00")
    assert (is_open(full, at("2026-06-01T00:00:00", BERLIN)), next_change(full, 0)) == (True, None)


def test_an_opening_may_run_over_midnight() -> None:
    bar = compiled(Schedule(BERLIN, {"fri": (Span("22:00", "02:00"),)}))
    late = at("2026-06-06T01:30:00", BERLIN)
    assert (is_open(bar, late), shown(next_change(bar, late), BERLIN)) == (True, "2026-06-06T02:00:00+02:00")
    assert not is_open(bar, at("2026-06-06T22:30:00", BERLIN))


def test_openings_that_touch_are_one() -> None:
    hours = compiled(Schedule("UTC", {"mon": (Span("08:00", "12:00"), Span("12:00", "18:00"))}))
    assert shown(next_change(hours, at("2026-06-01T09:00:00"))) == "2026-06-01T18:00:00+00:00"


def test_a_lunch_break() -> None:
    hours = compiled(Schedule("UTC", {"mon": (Span("13:00", "18:00"), Span("08:00", "12:00"))}))
    assert not is_open(hours, at("2026-06-01T12:30:00"))
    assert shown(next_change(hours, at("2026-06-01T12:30:00"))) == "2026-06-01T13:00:00+00:00"


# --- holidays ---------------------------------------------------------------------------------------------------------


def test_a_holiday_is_closed_and_one_with_hours_has_its_own() -> None:
    hours = office(BERLIN, Holiday("2026-12-24", "Christmas Eve", (Span("09:00", "12:00"),)), Holiday("12-25"))
    eve, day = at("2026-12-24T11:00:00", BERLIN), at("2026-12-25T11:00:00", BERLIN)
    assert (is_open(hours, eve), is_open(hours, eve + 2 * HOUR), is_open(hours, day)) == (True, False, False)
    assert shown(next_change(hours, eve + 2 * HOUR), BERLIN) == "2026-12-28T09:00:00+01:00"


def test_a_yearly_holiday_comes_again_and_a_dated_one_overrules_it() -> None:
    hours = office("UTC", Holiday("05-01"), Holiday("2028-05-01", "", NINE_TO_FIVE))
    days = [at(f"{year}-05-01T10:00:00") for year in (2025, 2026, 2028)]
    assert [is_open(hours, day) for day in days] == [False, False, True]


def test_the_leap_day_may_be_a_holiday() -> None:
    assert problems(Opening(holidays=(Holiday("02-29"),)), known) == []
    assert not is_open(office("UTC", Holiday("02-29")), at("2028-02-29T10:00:00"))


def test_a_holiday_belongs_to_its_place() -> None:
    hours = compiled(Schedule("Asia/Tokyo", None, (Holiday("2026-01-01"),)))
    assert is_open(hours, at("2026-01-01T16:00:00"))  # it is the second there
    assert not is_open(hours, at("2025-12-31T16:00:00"))


def test_an_opening_on_one_day_ever_closes_again_for_good() -> None:
    hours = compiled(Schedule("UTC", {}, (Holiday("2026-06-06", "Fair", NINE_TO_FIVE),)))
    assert shown(next_change(hours, at("2026-06-06T10:00:00"))) == "2026-06-06T17:00:00+00:00"
    assert next_change(hours, at("2026-06-06T18:00:00")) is None


# --- the days clocks change -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, "2026-03-28", 24), (BERLIN, "2026-03-29", 23), (BERLIN, "2026-10-25", 25),
        (NEW_YORK, "2026-03-08", 23), (NEW_YORK, "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5), ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Asia/Kolkata", "2026-03-29", 24), (APIA, "2011-12-30", 0), ("Africa/Cairo", "2026-04-24", 23),
    ],
)  # fmt: skip
def test_a_whole_day_has_the_hours_it_has_there(zone: str, day: str, hours: float) -> None:
    full = compiled(Schedule(zone, None, (Holiday("2001-01-01"),)))
    only = compiled(Schedule(zone, {}, (Holiday(day, "", (Span("00:00", "24:00"),)),)))
    noon = at(f"{day}T12:00:00", zone)
    assert open_between(only, noon - 48 * HOUR, noon + 48 * HOUR) == hours * HOUR
    assert open_between(full, noon - 48 * HOUR, noon + 48 * HOUR) == 96 * HOUR


@pytest.mark.parametrize(
    ("start", "end", "day", "opens", "closes"),
    [
        # Clocks go from 02:00 to 03:00: what is skipped begins, and ends, as they jump.
        ("02:30", "04:00", "2026-03-29", "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"),
        ("01:00", "02:30", "2026-03-29", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"),
        # Clocks go from 03:00 back to 02:00: from the first 02:30 to the second.
        ("02:30", "04:00", "2026-10-25", "2026-10-25T02:30:00+02:00", "2026-10-25T04:00:00+01:00"),
        ("01:00", "02:30", "2026-10-25", "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+01:00"),
        ("02:10", "02:50", "2026-10-25", "2026-10-25T02:10:00+02:00", "2026-10-25T02:50:00+01:00"),
        ("22:00", "06:00", "2026-03-28", "2026-03-28T22:00:00+01:00", "2026-03-29T06:00:00+02:00"),
    ],
)
def test_openings_in_the_hour_that_is_skipped_or_doubled(
    start: str, end: str, day: str, opens: str, closes: str
) -> None:
    hours = compiled(Schedule(BERLIN, {}, (Holiday(day, "", (Span(start, end),)),)))
    morning = at(f"{day}T00:00:00", BERLIN)
    begins = next_change(hours, morning)
    assert begins is not None
    assert (shown(begins, BERLIN), shown(next_change(hours, begins), BERLIN)) == (opens, closes)


def test_an_opening_inside_the_skipped_hour_does_not_take_place() -> None:
    assert open_between(
        daily("02:10", "02:50"), at("2026-03-29T00:00:00", BERLIN), at("2026-03-30T00:00:00", BERLIN)
    ) == 0  # fmt: skip


def test_opening_time_is_counted_through_the_night_clocks_change() -> None:
    friday = at("2026-03-27T16:00:00", BERLIN)
    assert shown(after_open(office(), friday, 3 * HOUR), BERLIN) == "2026-03-30T11:00:00+02:00"
    night = daily("22:00", "06:00")
    assert shown(after_open(night, at("2026-03-28T22:00:00", BERLIN), 7 * HOUR), BERLIN) == "2026-03-29T06:00:00+02:00"


# --- opening time -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        ("2026-06-01T10:00:00", HOUR, "2026-06-01T11:00:00+00:00"),
        ("2026-06-01T16:30:00", HOUR, "2026-06-02T09:30:00+00:00"),
        ("2026-06-01T16:30:00", 30 * MINUTE, "2026-06-01T17:00:00+00:00"),
        ("2026-06-05T16:59:00", 2 * MINUTE, "2026-06-08T09:01:00+00:00"),
        ("2026-06-06T03:00:00", 16 * HOUR, "2026-06-09T17:00:00+00:00"),
        ("2026-06-01T20:00:00", 80 * HOUR, "2026-06-15T17:00:00+00:00"),
    ],
)
def test_when_so_much_opening_time_will_have_passed(start: str, amount: int, due: str) -> None:
    assert shown(after_open(office("UTC"), at(start), amount)) == due


def test_what_takes_longer_than_three_years_of_opening_is_never() -> None:
    assert after_open(compiled(Schedule("UTC", {"mon": (Span("09:00", "09:01"),)})), 0, 100 * HOUR) is None


# --- properties -------------------------------------------------------------------------------------------------------

CLOCK = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 10, 30, 59)))
SPAN = st.builds(Span, CLOCK, CLOCK).filter(lambda span: span.start != span.end)
ZONES = st.sampled_from(
    (BERLIN, NEW_YORK, APIA, "UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca")
)
HOURS = st.builds(
    Schedule,
    ZONES,
    st.none() | st.dictionaries(st.sampled_from(DAYS), st.tuples(SPAN) | st.just(()), max_size=7),
    st.lists(
        st.builds(
            Holiday,
            st.dates(datetime(2026, 1, 1).date(), datetime(2026, 12, 31).date()).map(str),  # noqa: DTZ001
            st.just(""),
            st.just(()) | st.tuples(SPAN),
        ),
        max_size=5,
    ).map(tuple),
).map(compiled)
MOMENT = st.integers(
    int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2027, 1, 1, tzinfo=UTC).timestamp())
)
PROPERTY = settings(max_examples=150, deadline=None)


@given(HOURS, MOMENT)
@PROPERTY
def test_it_stays_as_it_is_until_the_next_change_and_is_different_then(hours: Hours, second: int) -> None:
    now = second * 1000
    state, change = is_open(hours, now), next_change(hours, now)
    until = change if change is not None else now + 30 * 24 * HOUR
    assert until > now
    steps = range(now, min(until, now + 9 * 24 * HOUR), max((min(until, now + 9 * 24 * HOUR) - now) // 40, 1))
    assert {is_open(hours, moment) for moment in steps} == {state}
    if change is not None:
        assert (is_open(hours, change - 1), is_open(hours, change)) == (state, not state)


@given(HOURS, MOMENT, st.integers(1, 200 * HOUR))
@PROPERTY
def test_by_the_moment_it_is_due_exactly_so_much_opening_time_has_passed(
    hours: Hours, second: int, amount: int
) -> None:
    start = second * 1000
    due = after_open(hours, start, amount)
    if due is not None:
        assert open_between(hours, start, due) == amount
        assert open_between(hours, start, due - 1) == amount - 1


@given(HOURS, MOMENT, st.lists(st.integers(0, 400 * HOUR), min_size=3, max_size=3))
@PROPERTY
def test_opening_time_adds_up(hours: Hours, second: int, steps: list[int]) -> None:
    first, middle, last = (second * 1000 + step for step in sorted(steps))
    assert open_between(hours, first, last) == open_between(hours, first, middle) + open_between(hours, middle, last)


@given(HOURS, MOMENT)
@PROPERTY
def test_it_is_open_when_it_opens(hours: Hours, second: int) -> None:
    opens = opens_at(hours, second * 1000)
    assert opens is None or (opens >= second * 1000 and is_open(hours, opens))


@given(ZONES, MOMENT)
@PROPERTY
def test_office_hours_are_what_a_clock_on_the_wall_says(zone: str, second: int) -> None:
    wall = datetime.fromtimestamp(second, ZoneInfo(zone))
    assert is_open(office(zone), second * 1000) == (wall.weekday() < 5 and 9 <= wall.hour < 17)


# --- what is refused --------------------------------------------------------------------------------------------------


LATE = [{"from": "22:00", "to": "02:00"}]


def known(zone: str) -> bool:
    return zone in available_timezones()


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ({"zone": "Europe/Berlin", "week": {"mon": [{"from": "09:00", "to": "17:00"}]}}, []),
        ({"zone": "Mars/Olympus"}, ["zone"]),
        ({"week": {"mon": [{"from": "9", "to": "25:00"}]}}, ["week.mon.0.from", "week.mon.0.to"]),
        ({"week": {"mon": [{"from": "24:00", "to": "08:00"}]}}, ["week.mon.0.from"]),
        ({"week": {"mon": [{"from": "09:00", "to": "09:00"}]}}, ["week.mon.0.to"]),
        ({"week": {"mon": [{"from": "09:00", "to": "12:00"}, {"from": "11:00", "to": "14:00"}]}}, ["week.mon.1"]),
        ({"week": {"sun": LATE, "mon": [{"from": "01:00", "to": "09:00"}]}}, ["week.mon.0"]),
        ({"week": {"sun": LATE, "mon": [{"from": "02:00", "to": "09:00"}]}}, []),
        ({"holidays": [{"date": "2026-02-30"}, {"date": "13-01"}]}, ["holidays.0.date", "holidays.1.date"]),
        ({"holidays": [{"date": "Easter"}]}, ["holidays.0.date"]),
        ({"holidays": [{"date": "12-25"}, {"date": "12-25"}]}, ["holidays.1.date"]),
        ({"holidays": [{"date": "12-25", "hours": [{"from": "x", "to": "10:00"}]}]}, ["holidays.0.hours.0.from"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(document: dict[str, object], fields: list[str]) -> None:
    found = problems(msgspec.convert(document, Opening), known)
    assert [field for field, _ in found] == fields
