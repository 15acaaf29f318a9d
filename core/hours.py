"""Opening hours as arithmetic: whether it is open, until when, and when so much opening time will have passed.

Times are ms since the epoch; days and clocks are those of the place (`zone`). On the days clocks change, an opening
whose time is skipped begins with the first moment after it, and one that begins or ends in a doubled hour begins with
the first and ends with the second. An opening that ends at or before its beginning runs over midnight.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Meta, UnsetType

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL_DAY = 24 * 60
MOST_SPANS, MOST_HOLIDAYS = 20, 1000
FAR_DAYS = 3 * 366  # what does not change within three years never changes
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_YEARLY = re.compile(r"(\d\d)-(\d\d)")

Minutes = tuple[int, int]
"""From and to, in minutes of the day it begins on; `to` may lie in the next day."""


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One opening. `to` at or before `from` is the next day's."""

    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")


Spans = Annotated[tuple[Span, ...], Meta(max_length=MOST_SPANS)]


class Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A day with hours of its own (none: closed): `2026-12-24`, or `12-24` for every year's."""

    date: Annotated[str, Meta(max_length=10)]
    name: Annotated[str, Meta(max_length=100)] = ""
    hours: Spans = ()


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `hours`. `week` null: open all days round the clock; a day that is left out of it is closed."""

    zone: str | UnsetType = UNSET
    week: dict[Day, Spans] | UnsetType | None = UNSET
    holidays: Annotated[tuple[Holiday, ...], Meta(max_length=MOST_HOLIDAYS)] | UnsetType = UNSET


class Schedule(msgspec.Struct, frozen=True):
    """What is in force, every value set."""

    zone: str = "UTC"
    week: dict[Day, Spans] | None = None
    holidays: tuple[Holiday, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """Ready to be asked. `week` begins with Monday; `fixed`: it is always like this, by no means different later."""

    zone: ZoneInfo
    week: tuple[tuple[Minutes, ...], ...]
    dated: Mapping[date, tuple[Minutes, ...]] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], tuple[Minutes, ...]] = field(default_factory=dict)
    fixed: bool | None = None


ALWAYS = Hours(ZoneInfo("UTC"), (((0, FULL_DAY),),) * 7, fixed=True)


def compiled(schedule: Schedule) -> Hours:
    """Of a schedule that `problems` finds nothing wrong with."""
    if schedule.week is None and not schedule.holidays:
        return ALWAYS
    week = tuple(_minutes_of(schedule.week.get(day, ())) for day in DAYS) if schedule.week is not None else ALWAYS.week
    dated, yearly = {}, {}
    for holiday in schedule.holidays:
        minutes = _minutes_of(holiday.hours)
        if (every := _YEARLY.fullmatch(holiday.date)) is not None:
            yearly[int(every[1]), int(every[2])] = minutes
        else:
            dated[date.fromisoformat(holiday.date)] = minutes
    days = [*week, *dated.values(), *yearly.values()]
    fixed = True if all(map(_is_full, days)) else False if not any(days) else None
    return Hours(ZoneInfo(schedule.zone), week, dated, yearly, fixed)


def _minutes_of(spans: Sequence[Span]) -> tuple[Minutes, ...]:
    return tuple(sorted(_minutes(span) for span in spans))


def _minutes(span: Span) -> Minutes:
    start, end = _clock(span.start), _clock(span.end)
    return start, end if end > start else end + FULL_DAY


def _clock(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _is_full(spans: Sequence[Minutes]) -> bool:
    covered = 0
    for start, end in spans:
        if start > covered:
            return False
        covered = max(covered, end)
    return covered >= FULL_DAY


# --- asking ----------------------------------------------------------------------------------------------------------


def is_open(hours: Hours, now: int) -> bool:
    if hours.fixed is not None:
        return hours.fixed
    for start, end in _spans(hours, now):
        if start > now:
            return False
        if end > now:
            return True
    return False


def next_change(hours: Hours, now: int) -> int | None:
    """When it will open, if it is closed, or close, if it is open; None: never, or not within three years."""
    if hours.fixed is not None:
        return None
    until = now
    for start, end in _spans(hours, now):
        if start > until:
            return start if until == now else until
        until = max(until, end)
    far = now + (FAR_DAYS - 7) * 86_400_000
    return until if now < until < far else None


def opens_at(hours: Hours, now: int) -> int | None:
    """The first moment from now on at which it is open; None if it never opens."""
    return now if is_open(hours, now) else next_change(hours, now)


def after_open(hours: Hours, start: int, amount: int) -> int | None:
    """The moment by which `amount` ms of opening time will have passed since `start`; None: not within three years."""
    if hours.fixed is not None:
        return start + amount if hours.fixed else None
    counted = start
    for begin, end in _spans(hours, start):
        left = end - max(begin, counted)
        if left >= amount:
            return end - left + amount
        amount -= max(left, 0)
        counted = max(counted, end)
    return None


def open_between(hours: Hours, start: int, end: int) -> int:
    """How many ms of opening time lie between two moments."""
    if hours.fixed is not None:
        return max(end - start, 0) if hours.fixed else 0
    total, counted = 0, start
    for begin, until in _spans(hours, start):
        if begin >= end:
            break
        total += max(min(until, end) - max(begin, counted), 0)
        counted = max(counted, until)
    return total


def _spans(hours: Hours, now: int) -> Iterator[tuple[int, int]]:
    """The openings from the one that may still run, in order of their beginning, as moments; some may touch."""
    day = datetime.fromtimestamp(now / 1000, hours.zone).date() - timedelta(days=1)
    for _ in range(FAR_DAYS):
        for start, end in _of_day(hours, day):
            begins, ends = _moment(hours.zone, day, start, last=False), _moment(hours.zone, day, end, last=True)
            if ends > max(now, begins):
                yield begins, ends
        day += timedelta(days=1)


def _of_day(hours: Hours, day: date) -> tuple[Minutes, ...]:
    found = hours.dated.get(day)
    if found is None:
        found = hours.yearly.get((day.month, day.day))
    return hours.week[day.weekday()] if found is None else found


def _moment(zone: ZoneInfo, day: date, minute: int, *, last: bool) -> int:
    """When clocks there show a minute of a day, the last time or the first; one that is skipped: when they jump."""
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    first = wall.replace(tzinfo=zone).timestamp()
    second = wall.replace(tzinfo=zone, fold=1).timestamp()
    if second < first:  # the two offsets around a jump forward lead to its two sides
        return _jump(zone, int(second), int(first)) * 1000
    return int(second if last else first) * 1000


def _jump(zone: ZoneInfo, before: int, after: int) -> int:
    """The second between two at which the offset changes."""
    old = datetime.fromtimestamp(before, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


# --- what is wrong with a document -----------------------------------------------------------------------------------


def problems(document: Opening, is_zone: Callable[[str], bool]) -> list[tuple[str, str]]:
    """(field, what is wrong with it) of each. `is_zone` knows the names of the IANA time zones."""
    found: list[tuple[str, str]] = []
    if isinstance(document.zone, str) and not is_zone(document.zone):
        found.append(("zone", f'There is no time zone "{document.zone}"; give one such as Europe/Berlin or UTC.'))
    if isinstance(document.week, dict):
        wrong = [line for day in DAYS for line in _bad_spans(document.week.get(day, ()), f"week.{day}")]
        found += wrong or _bad_midnights(document.week)
    if isinstance(document.holidays, tuple):
        found += _bad_holidays(document.holidays)
    return found


def _bad_spans(spans: Sequence[Span], field: str) -> list[tuple[str, str]]:
    found = [
        (f"{field}.{index}.{name}", f'"{text}" is no time of day such as 09:00 or 24:00.')
        for index, span in enumerate(spans)
        for name, text in (("from", span.start), ("to", span.end))
        if _CLOCK.fullmatch(text) is None or (name == "from" and text == "24:00")
    ]
    if found:
        return found
    for index, span in enumerate(spans):
        if span.start == span.end:
            found.append((f"{field}.{index}.to", "It ends when it begins; all day is 00:00 to 24:00."))
        elif any(_overlap(_minutes(span), _minutes(other)) for other in spans[:index]):
            found.append((f"{field}.{index}", "It overlaps another opening of this day."))
    return found


def _bad_midnights(week: Mapping[Day, Sequence[Span]]) -> list[tuple[str, str]]:
    """An opening over midnight that runs into one of the next day."""
    found = []
    for index, day in enumerate(DAYS):
        tomorrow = DAYS[(index + 1) % 7]
        late = [(start - FULL_DAY, end - FULL_DAY) for start, end in map(_minutes, week.get(day, ()))]
        for place, span in enumerate(week.get(tomorrow, ())):
            if any(_overlap(_minutes(span), other) for other in late):
                found.append((f"week.{tomorrow}.{place}", f"An opening of {day} runs over midnight into this one."))
    return found


def _overlap(one: Minutes, other: Minutes) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _bad_holidays(holidays: Sequence[Holiday]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    for index, holiday in enumerate(holidays):
        field = f"holidays.{index}"
        if not _is_date(holiday.date):
            found.append((f"{field}.date", f'"{holiday.date}" is no date such as 2026-12-24, or 12-24 for every year.'))
        elif holiday.date in seen:
            found.append((f"{field}.date", "This date is there twice."))
        seen.add(holiday.date)
        found += _bad_spans(holiday.hours, f"{field}.hours")
    return found


def _is_date(text: str) -> bool:
    full = f"2024-{text}" if _YEARLY.fullmatch(text) else text  # a leap year: 02-29 is a day of some years
    try:
        return date.fromisoformat(full).isoformat() == full
    except ValueError:
        return False
