"""Token buckets: how long to wait before the next call."""

import pytest

from core.channel import Rate
from gateway.limits import Bucket, Buckets


def waits(bucket: Bucket, *times: float) -> list[float]:
    return [pytest.approx(bucket.take(at)) for at in times]  # type: ignore[misc]


def test_a_burst_is_free_and_what_follows_comes_at_the_rate() -> None:
    assert [Bucket(Rate(10, 3)).take(0.0) for _ in range(1)] == [0.0]
    bucket = Bucket(Rate(10, 3))
    assert waits(bucket, 0, 0, 0, 0, 0) == [0, 0, 0, 0.1, 0.2]


def test_time_fills_it_up_to_the_burst_and_no_further() -> None:
    bucket = Bucket(Rate(10, 3))
    assert waits(bucket, 0, 0, 0, 0.1, 100, 100, 100, 100) == [0, 0, 0, 0, 0, 0, 0, 0.1]


def test_waiters_queue_up_fairly() -> None:
    bucket = Bucket(Rate(1, 1))
    assert waits(bucket, 0, 0, 0.5, 0.5) == [0, 1, 1.5, 2.5]


def test_a_pause_holds_everybody_and_is_never_shortened() -> None:
    bucket = Bucket(Rate(10, 10))
    bucket.pause(5.0, 30.0)
    bucket.pause(6.0, 1.0)
    assert (bucket.paused(5.0), bucket.paused(34.0), bucket.paused(36.0)) == (30.0, 1.0, 0.0)
    assert waits(bucket, 10, 35) == [25, 0]


def test_each_name_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(Rate(1, 1))
    assert [buckets.take(name, 0.0) for name in ("ann", "bob", "ann", "bob", "ann")] == [0, 0, 1, 1, 2]


def test_the_one_unused_longest_is_forgotten() -> None:
    buckets = Buckets(Rate(1, 1), most=2)
    for name in ("ann", "bob", "ann", "cid"):
        buckets.take(name, 0.0)
    assert buckets.take("ann", 0.0) == 2
    assert buckets.take("bob", 0.0) == 0
