"""Notes in which an agent is mentioned, in memory."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.ports import Mention


@dataclass(slots=True)
class _Place:
    n: int
    session: str
    unread: bool = True


class MemoryMentions:
    """`shown` makes of a feed number, its session and whether it is unread what is told of it."""

    def __init__(self, shown: Callable[[int, str, bool], Mention]) -> None:
        self._shown = shown
        self._places: dict[str, list[_Place]] = {}

    def put(self, agents: Iterable[str], n: int, session: str) -> None:
        for agent in dict.fromkeys(agents):
            self._places.setdefault(agent, []).append(_Place(n, session))

    async def of(self, agent: str, *, unread: bool = False, before: int | None = None, limit: int) -> Sequence[Mention]:
        places = [
            place
            for place in reversed(self._places.get(agent, []))
            if (before is None or place.n < before) and (place.unread or not unread)
        ]
        return [self._shown(place.n, place.session, place.unread) for place in places[:limit]]

    async def read(self, agent: str, session: str | None = None) -> int:
        new = [place for place in self._places.get(agent, []) if place.unread and session in (None, place.session)]
        for place in new:
            place.unread = False
        return len(new)
