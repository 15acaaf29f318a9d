"""The outbox with other nodes beside it: rates and pauses of all, and a hint that something waits behind ours."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from core.channel import Rate
from core.errors import Throttled
from core.ports.writing import Lease, Leased
from tests.gateway.test_outbox import House


@dataclass
class Book:
    """What the nodes keep together: answers as it is told, `then` after that."""

    answers: list[tuple[float, float] | None] = field(default_factory=list)
    then: tuple[float, float] | None = (0.0, 0.0)
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    pauses: list[tuple[str, float]] = field(default_factory=list)

    async def take(self, channel: str, buckets: Sequence[tuple[str, Rate]]) -> tuple[float, float] | None:
        self.asked.append((channel, tuple(name for name, _ in buckets)))
        return self.answers.pop(0) if self.answers else self.then

    async def pause(self, channel: str, seconds: float) -> None:
        self.pauses.append((channel, seconds))


class Shared(House):
    def __init__(self) -> None:
        self.book = Book()
        super().__init__(shares=self.book)
        self.book.asked.clear()


@pytest.fixture
def house() -> Iterator[Shared]:
    with closing(Shared()) as house:
        yield house


def test_a_delivery_waits_for_its_turn_among_all_nodes(house: Shared) -> None:
    house.book.answers = [(2.0, 0.0)]
    house.says("hi")
    house.run(1.9)
    assert house.called() == []
    house.run(0.3)
    assert house.called() == ["hi"]
    assert house.book.asked == [("three", ("all",))]


def test_while_the_others_cannot_be_asked_our_own_rate_holds(house: Shared) -> None:
    house.book.then = None
    house.says("hi")
    house.run(0.5)
    assert house.called() == ["hi"]


def test_what_a_provider_tells_one_node_is_told_to_all(house: Shared) -> None:
    house.script.outcomes = [Throttled("429", "Slow down.", 20.0)]
    house.says("hi")
    house.run(0.5)
    assert house.book.pauses == [("three", 20.0)]


def test_a_pause_that_another_node_was_told_sends_ours_back_to_the_store_until_it_is_over(house: Shared) -> None:
    house.book.answers = [(60.0, 60.0)]
    house.says("hi")
    house.run(1.0)
    assert (house.called(), house.outbox.held) == ([], 0)
    house.run(57.0)
    assert house.called() == []
    house.run(5.0)
    assert house.called() == ["hi"]
    assert house.states() == ["sent"]


def test_what_another_node_left_behind_ours_is_claimed_at_once(house: Shared) -> None:
    claims: list[int] = []
    claim = house.store.claim

    async def counted(now: int, limit: int, lease: Lease) -> Sequence[Leased]:
        claims.append(now)
        return await claim(now, limit, lease)

    house.store.claim = counted  # type: ignore[method-assign]
    house.run(0.05)
    claims.clear()
    house.outbox.behind("a conversation that nobody works at here")
    house.run(0.005)
    assert len(claims) == 1
