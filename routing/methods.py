"""How one of several free agents is picked: each method is an order in which the free ones are kept sorted.

Kept sorted, so that picking costs the logarithm of how many there are; the randomness is handed in.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sortedcontainers import SortedList

from core import language
from core.ports.desk import Seat
from core.session import Method

METHODS: Mapping[Method, str] = {
    "saturation": "has the lowest load",
    "round_robin": "is next in turn",
    "least": "has the fewest chats",
    "idle": "has been without a new chat the longest",
    "language": "speaks the language and has the lowest load",
    "weighted": "is due by weight",
}
Pick = Callable[[int], int]
"""A number from 0 to below its argument, all alike."""

Entry = tuple[float, str]  # rank, agent
AWAY = 1e6  # who is not online comes after everybody who is, where they count at all; small, so that shares stay exact
AWAY_MS = 1e14  # the same where the rank is a time
LAST = "\U0010ffff"


@dataclass(slots=True)
class Free:
    """The free agents of a team in the order of its method. `turn` is who was given a chat last; `given` how much of
    their share each has had (weighted: a chat costs 1 / weight, and the lowest is next), `_due` where that stands."""

    method: Method = "saturation"
    weights: Mapping[str, int] = field(default_factory=dict)
    turn: str | None = None
    _given: dict[str, float] = field(default_factory=dict)
    _due: float = 0.0
    _ranks: dict[str, float] = field(default_factory=dict)
    _order: "SortedList[Entry]" = field(default_factory=SortedList)
    _speaking: dict[str, "SortedList[Entry]"] = field(default_factory=dict)
    _languages: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._ranks)

    def __contains__(self, agent: str) -> bool:
        return agent in self._ranks

    def put(self, seat: Seat, languages: tuple[str, ...] = ()) -> None:
        """This agent is free, with this load."""
        agent = seat.agent
        if self.method == "weighted" and agent not in self._ranks:
            self._given[agent] = max(self._given.get(agent, 0.0), self._due)  # what they missed is not made up for
        rank = self._rank(seat)
        languages = _spoken(languages) if self.method == "language" else ()
        if self._ranks.get(agent) == rank and self._languages.get(agent, ()) == languages:
            return
        self.drop(agent)
        self._ranks[agent] = rank
        self._order.add((rank, agent))
        if languages:
            self._languages[agent] = languages
            for spoken in languages:
                self._speaking.setdefault(spoken, SortedList()).add((rank, agent))

    def drop(self, agent: str) -> None:
        """This agent is not free (any more)."""
        rank = self._ranks.pop(agent, None)
        if rank is None:
            return
        self._order.remove((rank, agent))
        for spoken in self._languages.pop(agent, ()):
            self._speaking[spoken].remove((rank, agent))

    def fitting(self, excluded: Collection[str]) -> int:
        """How many are free besides these."""
        return len(self._ranks) - sum(agent in self._ranks for agent in excluded)

    def first(self, most: int) -> Iterator[str]:
        """Those in front, in the order of the method."""
        return (agent for _, agent in self._order[:most])

    def pick(self, excluded: Collection[str], spoken: tuple[str, ...], choose: Pick) -> str:
        """The one whose turn it is; somebody besides `excluded` is free. `spoken`: the customer's language, and what
        it is a form of."""
        if self.method == "round_robin":
            return self._next(excluded)
        if self.method == "language":
            for tag in spoken:
                speaking = self._speaking.get(tag)
                found = _least(speaking, excluded, choose) if speaking else None
                if found is not None:
                    return found
        found = _least(self._order, excluded, choose)
        assert found is not None, "somebody is free"
        return found

    def took(self, agent: str) -> None:
        """They were given a chat of this team."""
        self.turn = agent
        if self.method == "weighted":
            self._due = max(self._due, self._given.get(agent, 0.0))
            self._given[agent] = self._given.get(agent, 0.0) + 1.0 / self.weights.get(agent, 1)

    def _rank(self, seat: Seat) -> float:
        if seat.status == "online":
            return self._own_rank(seat)
        return self._own_rank(seat) + (AWAY_MS if self.method == "idle" else AWAY)

    def _own_rank(self, seat: Seat) -> float:
        match self.method:
            case "saturation" | "language":
                return seat.load / seat.capacity
            case "least":
                return float(seat.load)
            case "idle":
                return float(seat.assigned_at)
            case "weighted":
                return self._given.get(seat.agent, 0.0)
            case "round_robin":
                return 0.0

    def _next(self, excluded: Collection[str]) -> str:
        """By account age (ids are time-ordered) after whoever had the last turn; those who are online first."""
        online = self._order.bisect_right((0.0, LAST))
        found = self._after(0, online, excluded) or self._after(online, len(self._order), excluded)
        assert found is not None, "somebody is free"
        return found

    def _after(self, low: int, high: int, excluded: Collection[str]) -> str | None:
        """The one after the last turn in a part of the order, in which all have one rank."""
        if low == high:
            return None
        rank = self._order[low][0]
        start = self._order.bisect_right((rank, self.turn)) if self.turn is not None else low
        for step in range(high - low):
            agent: str = self._order[low + (start - low + step) % (high - low)][1]
            if agent not in excluded:
                return agent
        return None


def _spoken(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Who speaks de-AT speaks de."""
    return tuple(dict.fromkeys(form for tag in languages for form in language.forms(tag)))


def _least(order: "SortedList[Entry]", excluded: Collection[str], choose: Pick) -> str | None:
    """One of the lowest rank, at random; from the next rank where all of one are excluded."""
    start = 0
    while start < len(order):
        end = order.bisect_right((order[start][0], LAST))
        at = choose(end - start)
        for step in range(end - start):
            agent: str = order[start + (at + step) % (end - start)][1]
            if agent not in excluded:
                return agent
        start = end
    return None
