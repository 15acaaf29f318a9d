"""How long somebody in a queue will wait, from how fast that queue has lately moved.

The expected wait of the n-th in a queue is n times the mean time between its last departures: sessions that left it
after a real wait, to an agent or for any other reason. The time in which nobody waited does not count. Nothing is said
until three were measured within the last hour.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

REAL_WAIT_MS = 1_000  # who is given to somebody at once did not wait
FEWEST, MOST = 3, 20
FRESH_MS = 3_600_000
LONGEST_S = 86_400  # what would be longer is not worth saying


@dataclass(slots=True)
class _Pace:
    last: int = 0
    steps: "deque[tuple[int, int]]" = field(default_factory=lambda: deque(maxlen=MOST))


@dataclass(slots=True)
class Waits:
    """The pace of each group's queue (None: those without a group). Times are ms."""

    _paces: dict[str | None, _Pace] = field(default_factory=dict)

    def left(self, group: str | None, since: int, at: int) -> None:
        """Somebody who waited `since` left the queue."""
        pace = self._paces.get(group)
        if pace is None:
            pace = self._paces[group] = _Pace()
        if at - since >= REAL_WAIT_MS:
            pace.steps.append((at, at - max(since, min(pace.last, at))))
        pace.last = max(pace.last, at)

    def expected(self, group: str | None, position: int, now: int) -> int | None:
        """Seconds until the one at this position (from 1) will be out of the queue; None: not measured."""
        pace = self._paces.get(group)
        steps = [step for at, step in pace.steps if now - at <= FRESH_MS] if pace is not None else []
        if len(steps) < FEWEST:
            return None
        seconds = position * sum(steps) // len(steps) // 1000
        return seconds if seconds <= LONGEST_S else None

    def keep(self, is_group: Callable[[str], bool]) -> None:
        """Forget groups that are no more."""
        self._paces = {group: pace for group, pace in self._paces.items() if group is None or is_group(group)}
