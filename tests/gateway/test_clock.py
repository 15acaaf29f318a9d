"""Ids rise with time, also where the clock does not."""

from itertools import chain, repeat
from uuid import UUID

from gateway.clock import SystemClock, uuid7

NOON = 1_700_000_000_000


def nothing(size: int) -> bytes:
    return bytes(size)


def test_an_id_is_a_version_7_uuid_of_its_millisecond() -> None:
    id = UUID(hex=uuid7(lambda: NOON)())
    assert (id.version, id.variant, id.int >> 80) == (7, "specified in RFC 4122", NOON)


def test_its_parts_stand_where_the_standard_says() -> None:
    new = uuid7(lambda: NOON, nothing)
    assert [new(), new()] == ["018bcfe568007000" + "8000000000000000", "018bcfe568007001" + "8000000000000000"]
    assert uuid7(lambda: NOON, lambda size: b"\xff" * size)()[16:] == "bfffffffffffffff"


def test_ids_rise_within_one_millisecond_and_beyond_what_it_holds() -> None:
    new = uuid7(lambda: NOON)
    ids = [new() for _ in range(10_000)]
    assert ids == sorted(set(ids))


def test_ids_rise_when_the_clock_is_set_back() -> None:
    times = chain([NOON, NOON + 5], repeat(NOON - 60_000))
    new = uuid7(lambda: next(times))
    ids = [new() for _ in range(5)]
    assert ids == sorted(set(ids))


def test_the_clock_tells_milliseconds_since_the_epoch() -> None:
    assert 1_700_000_000_000 < SystemClock().now() < 10_000_000_000_000
