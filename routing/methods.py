"""How one of several free agents is picked; pure, with the randomness handed in."""

from collections.abc import Callable, Sequence
from typing import Literal

from core.ports import Seat

Method = Literal["saturation", "round_robin"]
METHODS: tuple[Method, ...] = ("saturation", "round_robin")
Pick = Callable[[Sequence[Seat]], Seat]


def saturation(free: Sequence[Seat], choose: Pick) -> Seat:
    """The lowest share of chats to capacity; ties at random."""
    lowest = min(seat.load / seat.capacity for seat in free)
    return choose([seat for seat in free if seat.load / seat.capacity == lowest])


def round_robin(free: Sequence[Seat], last: str | None) -> Seat:
    """The next by account age after whoever had the last turn; ids are time-ordered, so they stand for the age."""
    in_order = sorted(free, key=lambda seat: seat.agent)
    return next((seat for seat in in_order if last is not None and seat.agent > last), in_order[0])
