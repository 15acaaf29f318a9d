"""How today goes, quarter of an hour by quarter: what is over is read from the store once and kept."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from core.ports.store import Store
from core.pulse import Beat

QUARTER_MS = 900_000
SETTLED_MS = 120_000  # a commit is in the store so long after the time that is written on it, on any node's clock
KEPT = 200  # quarters: two days


def midnight(now: int, zone: str) -> int:
    """When the day began there; all zones differ from UTC by quarters of an hour."""
    day = datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    start = int(day.timestamp()) * 1000
    return start - start % QUARTER_MS


class Pulse:
    """The quarters that are over, as they were counted. Asked twice at once it may read twice: no harm."""

    def __init__(self) -> None:
        self._over: OrderedDict[int, tuple[Beat, ...]] = OrderedDict()

    async def quarters(self, store: Store, since: int, now: int) -> list[tuple[int, tuple[Beat, ...]]]:
        """Each quarter from `since` (the beginning of one) to the running one, with what was counted in it."""
        starts = range(since, now + 1, QUARTER_MS)
        known = {start: self._over[start] for start in starts if start in self._over}
        missing = [start for start in starts if start not in known]
        if missing:
            beats = await store.pulse(missing[0], missing[-1] + QUARTER_MS, QUARTER_MS)
            known |= _by_quarter(missing, beats)
            self._keep({start: known[start] for start in missing if start + QUARTER_MS + SETTLED_MS <= now})
        return [(start, known[start]) for start in starts]

    def _keep(self, over: dict[int, tuple[Beat, ...]]) -> None:
        self._over |= over
        while len(self._over) > KEPT:
            self._over.popitem(last=False)


def _by_quarter(starts: Sequence[int], beats: Sequence[Beat]) -> dict[int, tuple[Beat, ...]]:
    found: dict[int, list[Beat]] = {start: [] for start in starts}
    for beat in beats:
        if beat.at in found:  # others are known already: what is missing may have a gap
            found[beat.at].append(beat)
    return {start: tuple(each) for start, each in found.items()}
