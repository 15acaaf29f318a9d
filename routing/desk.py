"""The desk: who waits, who is free, and who gets whom. Derived: it can always be rebuilt from sessions and seats.

Nothing here keeps capacity; the assigning commit does. The desk only has to be right soon, not always.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from core.ports import Seat, Waiting
from core.turn import Outlook
from routing.methods import Method, round_robin, saturation

Key = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Team:
    """A group as the desk sees it: who is in it and how one of them is picked."""

    members: frozenset[str]
    name: str
    method: Method = "saturation"


@dataclass(frozen=True, slots=True)
class Match:
    """A waiting session and the agent for it, with the reason in words and what the choice was made from."""

    waiting: Waiting
    agent: str
    why: str
    inputs: dict[str, object]


def _key(waiting: Waiting) -> Key:
    """First come first served within a priority; the session's id breaks ties, and it is time-ordered too."""
    return (-waiting.priority, waiting.since, waiting.session)


@dataclass(slots=True)
class Desk:
    """`teams` maps a group's id to its team; a session without a group may go to anybody."""

    teams: Mapping[str, Team] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    _free: set[str] = field(default_factory=set)
    _waiting: dict[str, Waiting] = field(default_factory=dict)
    _queues: dict[str | None, list[Key]] = field(default_factory=dict)
    _turns: dict[str | None, str] = field(default_factory=dict)

    # what the desk is told

    def wait(self, waiting: Waiting) -> None:
        """A session waits (again)."""
        self.leave(waiting.session)
        self._waiting[waiting.session] = waiting
        insort(self._queues.setdefault(waiting.group, []), _key(waiting))

    def leave(self, session: str) -> None:
        """A session waits no longer: assigned, closed, or being offered right now."""
        waiting = self._waiting.pop(session, None)
        if waiting is None:
            return
        queue = self._queues[waiting.group]
        del queue[bisect_left(queue, _key(waiting))]
        if not queue:
            del self._queues[waiting.group]

    def seat(self, seat: Seat) -> None:
        """An agent's seat is now like this."""
        self.seats[seat.agent] = seat
        if seat.status == "online" and seat.load < seat.capacity:
            self._free.add(seat.agent)
        else:
            self._free.discard(seat.agent)

    def load(self, agent: str, change: int) -> None:
        """An agent got (+1) or lost (-1) a chat."""
        seat = self.seats.get(agent)
        if seat is not None:
            self.seat(replace(seat, load=max(0, seat.load + change)))

    def remove_seat(self, agent: str) -> None:
        self.seats.pop(agent, None)
        self._free.discard(agent)

    # what the desk says

    def outlook(self, group: str | None) -> Outlook:
        """What a newcomer to a group's queue may expect."""
        waiting = len(self._queues.get(group, ()))
        members = self._members(group)
        free = waiting == 0 and any(agent in self._free for agent in members)
        online = sum(1 for agent in members if agent in self.seats and self.seats[agent].status == "online")
        return Outlook(waiting=waiting, free=free, online=online)

    def position(self, session: str) -> int | None:
        """A waiting session's place in its queue, from 1."""
        waiting = self._waiting.get(session)
        return None if waiting is None else bisect_left(self._queues[waiting.group], _key(waiting)) + 1

    def waiting(self) -> Iterable[Waiting]:
        return self._waiting.values()

    def match(self, choose: Callable[[Sequence[Seat]], Seat]) -> Match | None:
        """The next session to assign and its agent, or None when no waiting session fits a free agent.

        The oldest of the highest priority first, over all queues that a free agent could serve: nobody is passed over
        by a later one for an agent both could go to.
        """
        best: tuple[Key, Waiting, list[Seat]] | None = None
        for group, queue in self._queues.items():
            free = [self.seats[agent] for agent in sorted(self._members(group)) if agent in self._free]
            if not free:
                continue
            for key in queue:
                if best is not None and best[0] <= key:
                    break
                waiting = self._waiting[key[2]]
                fitting = self._fitting(waiting, free)
                if fitting:
                    best = key, waiting, fitting
                    break
        return None if best is None else self._matched(best[1], best[2], choose)

    def _fitting(self, waiting: Waiting, free: list[Seat]) -> list[Seat]:
        """Free agents the session may go to. Who it just left counts again once nobody else is online for it."""
        fitting = [seat for seat in free if seat.agent not in waiting.excluded]
        if fitting or not waiting.excluded:
            return fitting
        others = (
            agent
            for agent in self._members(waiting.group)
            if agent not in waiting.excluded and agent in self.seats and self.seats[agent].status == "online"
        )
        return [] if any(True for _ in others) else free

    def _matched(self, waiting: Waiting, fitting: list[Seat], choose: Callable[[Sequence[Seat]], Seat]) -> Match:
        team = self.teams.get(waiting.group or "")
        method: Method = team.method if team else "saturation"
        if method == "round_robin":
            chosen = round_robin(fitting, self._turns.get(waiting.group) or self._last_turn(waiting.group))
        else:
            chosen = saturation(fitting, choose)
        self._turns[waiting.group] = chosen.agent
        self.leave(waiting.session)
        self.load(chosen.agent, +1)
        return Match(waiting, chosen.agent, _why(chosen, fitting, team, method), _inputs(fitting, method))

    def _last_turn(self, group: str | None) -> str | None:
        """Who was assigned last before this desk was built."""
        seats = [self.seats[agent] for agent in self._members(group) if agent in self.seats]
        newest = max(seats, key=lambda seat: seat.assigned_at, default=None)
        return newest.agent if newest is not None and newest.assigned_at else None

    def _members(self, group: str | None) -> Iterable[str]:
        """Who may take a group's sessions; a group that is gone or has nobody in it is served by all."""
        team = self.teams.get(group or "")
        return team.members if team is not None and team.members else self.seats.keys()


def _why(chosen: Seat, fitting: Sequence[Seat], team: Team | None, method: Method) -> str:
    where = f"in {team.name}" if team else "among all agents"
    how = "has the lowest load" if method == "saturation" else "is next in turn"
    return f"{how} ({chosen.load} of {chosen.capacity} chats) of {len(fitting)} free {where}"


def _inputs(fitting: Sequence[Seat], method: Method) -> dict[str, object]:
    return {
        "method": method,
        "candidates": {seat.agent: [seat.load, seat.capacity] for seat in sorted(fitting, key=lambda s: s.agent)},
    }
