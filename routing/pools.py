"""Who could take the chats of one place: a group's team, one agent, or everybody; how many are there, who is free."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from core.ports.desk import Seat
from core.session import Method, Picking
from routing.methods import Free


@dataclass(frozen=True, slots=True)
class Team:
    """A group as the desk sees it: who is in it, how one of them is picked, and whether its hours hold now."""

    members: frozenset[str]
    name: str
    method: Method = "saturation"
    familiar: bool = False
    weights: Mapping[str, int] = field(default_factory=dict)
    open: bool = True


@dataclass(slots=True)
class Pool:
    """`members` None: everybody. `online` counts who is there at all; with `away` that is whoever has a seat."""

    members: frozenset[str] | None
    free: Free
    where: str
    away: bool = False
    familiar: bool = False
    online: int = 0
    _there: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, team: Team | None, agent: str | None, picking: Picking, away: bool) -> Self:
        """A group that is gone or has nobody in it is served by all. What a channel says of picking comes first."""
        if agent is not None:
            return cls(frozenset((agent,)), Free(), "for this chat", away)
        team = team or Team(frozenset(), "")
        free = Free(picking.method or team.method, team.weights)
        familiar = team.familiar if picking.familiar is None else picking.familiar
        return cls(team.members or None, free, f"in {team.name}" if team.name else "among all agents", away, familiar)

    def seat(self, seat: Seat, languages: tuple[str, ...]) -> bool:
        """An agent's seat is now like this; whether something may be possible that was not."""
        there = self.away or seat.status == "online"
        moved = there != (seat.agent in self._there)
        if moved:
            self._there ^= {seat.agent}
            self.online = len(self._there)
        if there and seat.load < seat.capacity:
            new = seat.agent not in self.free
            self.free.put(seat, languages)
            return moved or new
        self.free.drop(seat.agent)
        return moved

    def leaves(self, agent: str) -> bool:
        """An agent has no seat any more; whether something may be possible that was not."""
        moved = agent in self._there
        self._there.discard(agent)
        self.online = len(self._there)
        self.free.drop(agent)
        return moved

    def others_than(self, agents: tuple[str, ...]) -> bool:
        """Whether somebody is there besides these."""
        return self.online > sum(agent in self._there for agent in agents)
