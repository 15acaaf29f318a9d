"""The desk: who waits, who is free, and who gets whom. Derived: it can always be rebuilt from sessions and seats.

Nothing here keeps capacity; the assigning commit does. The desk only has to be right soon, not always. Each event
costs the logarithm of how many wait and how many are free (docs/decisions.md, "The desk keeps lines, not lists").
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count
from typing import TypeVar

from msgspec.structs import replace
from sortedcontainers import SortedKeyList

from core import language
from core.ports.desk import Seat, Waiting
from core.session import Picking, Place
from core.turn import Outlook
from routing.methods import METHODS, Pick
from routing.pools import Pool, Team

Key = tuple[int, int, str]
LineId = tuple[tuple[Place, ...], Picking, bool]  # the chain, how one is picked, whether it goes to the absent too
PoolId = tuple[str | None, str | None, Picking, bool]  # a group, an agent, or everybody; the same
K = TypeVar("K")
V = TypeVar("V")
MOST_CANDIDATES = 30  # kept with an assignment: the choice was made among more, but was nearly made among these


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
class Line:
    """Those who wait for the same places."""

    places: tuple[Place, ...]
    picking: Picking
    away: bool
    waiting: "SortedKeyList[Waiting]" = field(default_factory=lambda: SortedKeyList(key=_key))

    def pool_of(self, place: Place) -> PoolId:
        return (place.group, place.agent, self.picking, self.away)


@dataclass(slots=True)
class Desk:
    """`teams` maps a group's id to its team; a session without a group may go to anybody. `languages` of agents.

    A line is *open* while somebody in it may have a match: `_open` has a key before which nobody has. Whatever could
    make a match possible opens the lines it concerns; `match` closes those in which nobody fits.
    """

    teams: Mapping[str, Team] = field(default_factory=dict)
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    now: int = 0
    _waiting: dict[str, Waiting] = field(default_factory=dict)
    _lines: dict[LineId, Line] = field(default_factory=dict)
    _homes: dict[Place, set[LineId]] = field(default_factory=dict)
    _pools: dict[PoolId, Pool] = field(default_factory=dict)
    _pools_of: dict[str, set[PoolId]] = field(default_factory=dict)
    _for_all: set[PoolId] = field(default_factory=set)
    _lines_of: dict[PoolId, set[LineId]] = field(default_factory=dict)
    _open: dict[LineId, Key] = field(default_factory=dict)
    _heads: list[tuple[Key, int, LineId]] = field(default_factory=list)
    _serial: Iterator[int] = field(default_factory=count)
    _ends: list[tuple[int, str]] = field(default_factory=list)  # when sessions forget whom they excluded

    # what the desk is told

    def wait(self, waiting: Waiting) -> None:
        """A session waits (again)."""
        self.leave(waiting.session)
        if waiting.excluded and waiting.excluded_until:
            if waiting.excluded_until <= self.now:
                waiting = replace(waiting, excluded=())
            else:
                heappush(self._ends, (waiting.excluded_until, waiting.session))
        self._waiting[waiting.session] = waiting
        for id in _lines_for(waiting):
            line = self._lines.get(id) or self._new_line(id)
            line.waiting.add(waiting)
            self._may_match(id, _key(waiting))

    def leave(self, session: str) -> None:
        """A session waits no longer: assigned, closed, or being offered right now."""
        waiting = self._waiting.pop(session, None)
        if waiting is None:
            return
        for id in _lines_for(waiting):
            line = self._lines[id]
            line.waiting.remove(waiting)
            if not line.waiting:
                self._end_line(id)

    def seat(self, seat: Seat) -> None:
        """An agent's seat is now like this."""
        self.seats[seat.agent] = seat
        for id in self._pools_with(seat.agent):
            if self._pools[id].seat(seat, self.languages.get(seat.agent, ())):
                self._reopen(id)

    def load(self, agent: str, change: int) -> None:
        """An agent got (+1) or lost (-1) a chat."""
        seat = self.seats.get(agent)
        if seat is not None:
            given = max(seat.assigned_at, self.now) if change > 0 else seat.assigned_at
            self.seat(replace(seat, load=max(0, seat.load + change), assigned_at=given))

    def remove_seat(self, agent: str) -> None:
        if self.seats.pop(agent, None) is not None:
            for id in self._pools_with(agent):
                if self._pools[id].leaves(agent):
                    self._reopen(id)

    def staff(self, teams: Mapping[str, Team], languages: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """Groups, their methods, who is in them, whether they are open, who speaks what: now like this."""
        languages = self.languages if languages is None else languages
        if teams == self.teams and languages == self.languages:
            return
        before, all_anew = self.teams, languages != self.languages
        self.teams, self.languages = teams, languages
        for id in list(self._pools):
            if all_anew or (id[0] is not None and teams.get(id[0]) != before.get(id[0])):
                turn = self._drop_pool(id).free.turn
                self._pool(id).free.turn = turn
        for where, line in self._lines.items():
            self._may_match(where, _key(line.waiting[0]))

    def pass_time(self, now: int) -> None:
        """It is now so late (ms): who was excluded for a while counts again."""
        self.now = max(now, self.now)
        while self._ends and self._ends[0][0] <= self.now:
            _, session = heappop(self._ends)
            waiting = self._waiting.get(session)
            if waiting is not None and waiting.excluded_until <= self.now:
                self.wait(replace(waiting, excluded=()))

    @property
    def next_change(self) -> int | None:
        """When time alone may change something (ms)."""
        for due, _ in self._ends[:1]:
            return due
        return None

    # what the desk says

    def outlook(self, group: str | None) -> Outlook:
        """What a newcomer to a group's queue may expect."""
        pool = self._pool((group, None, Picking(), False))
        waiting = sum(len(self._lines[id].waiting) for id in self._homes.get(Place(group), ()))
        return Outlook(waiting=waiting, free=waiting == 0 and len(pool.free) > 0, online=pool.online)

    def is_free(self, agent: str) -> bool:
        """Online, with a place."""
        seat = self.seats.get(agent)
        return seat is not None and seat.status == "online" and seat.load < seat.capacity

    def finds(self, prefer: Iterable[str], chain: tuple[Place, ...]) -> bool:
        """Whether a newcomer would be given to somebody at once."""
        if any(self.is_free(agent) for agent in prefer):
            return True
        line = Line(chain, Picking(), False)
        return any(
            len(self._pool(line.pool_of(place)).free) > 0 and not self._somebody_waits(place)
            for place in self._reach(line)
        )

    def places(self, prefer: Iterable[str], chain: tuple[Place, ...], most: int) -> int:
        """How many newcomers would be given to somebody at once, counted up to `most`."""
        free = dict.fromkeys(agent for agent in prefer if self.is_free(agent))
        line = Line(chain, Picking(), False)
        for place in self._reach(line):
            if not self._somebody_waits(place):
                free |= dict.fromkeys(self._pool(line.pool_of(place)).free.first(most))
        return min(most, sum(self.seats[agent].capacity - self.seats[agent].load for agent in free))

    def position(self, session: str) -> int | None:
        """A waiting session's place in its queue, from 1."""
        waiting = self._waiting.get(session)
        if waiting is None:
            return None
        home, key = _home(waiting), _key(waiting)
        before: int = sum(self._lines[id].waiting.bisect_key_left(key) for id in self._homes[home])
        return before + 1

    def find(self, session: str) -> Waiting | None:
        return self._waiting.get(session)

    def others_online(self, group: str | None, agent: str) -> bool:
        return self._pool((group, None, Picking(), False)).others_than((agent,))

    def away_free(self, group: str | None) -> bool:
        """Whether somebody of a group has a place, online or not."""
        return len(self._pool((group, None, Picking(), True)).free) > 0

    def waiting(self) -> Iterable[Waiting]:
        return self._waiting.values()

    def match(self, choose: Pick) -> Match | None:
        """The next session to assign and its agent, or None when no waiting session fits a free agent.

        The oldest of the highest priority first, over all lines that a free agent could serve: nobody is passed over
        by a later one for an agent both could go to.
        """
        while self._heads:
            bound, _, id = heappop(self._heads)
            if self._open.get(id) != bound:
                continue  # the line ended, or opened further in front
            del self._open[id]
            waiting = self._first_fit(self._lines[id], bound)
            if waiting is None:
                continue
            self._may_match(id, _key(waiting))
            if _key(waiting) == bound:
                return self._matched(waiting, choose)
        return None

    # inside: lines

    def _new_line(self, id: LineId) -> Line:
        line = self._lines[id] = Line(*id)
        self._homes.setdefault(line.places[0], set()).add(id)
        for place in line.places:
            pool = line.pool_of(place)
            self._pool(pool)
            self._lines_of.setdefault(pool, set()).add(id)
        return line

    def _end_line(self, id: LineId) -> None:
        line = self._lines.pop(id)
        self._open.pop(id, None)
        _without(self._homes, line.places[0], id)
        for place in line.places:
            _without(self._lines_of, line.pool_of(place), id)

    def _may_match(self, id: LineId, bound: Key) -> None:
        """Somebody in this line may have a match, nobody before this key."""
        known = self._open.get(id)
        if known is None or bound < known:
            self._open[id] = bound
            heappush(self._heads, (bound, next(self._serial), id))
            if len(self._heads) > 64 + 4 * len(self._open):  # what was overtaken is thrown away now and again
                self._heads = [(key, next(self._serial), line) for line, key in self._open.items()]
                heapify(self._heads)

    def _reopen(self, pool: PoolId) -> None:
        for id in self._lines_of.get(pool, ()):
            self._may_match(id, _key(self._lines[id].waiting[0]))

    def _first_fit(self, line: Line, bound: Key) -> Waiting | None:
        """The first who fits somebody free. Only the excluded are walked past, and they are few."""
        reach = self._pools_in_reach(line)
        if not any(len(pool.free) for pool in reach):
            return None
        for waiting in line.waiting.irange_key(min_key=bound):
            out = _out(waiting, reach)
            if any(pool.free.fitting(out) > 0 for pool in reach):
                return waiting  # type: ignore[no-any-return]  # sortedcontainers has no types
        return None

    def _pools_in_reach(self, line: Line) -> list[Pool]:
        return [self._pool(line.pool_of(place)) for place in self._reach(line)]

    def _reach(self, line: Line) -> Iterator[Place]:
        """The places a session of the line may go to now: overflow goes on in the state its level names."""
        last = line.places[0]
        yield last
        for place in line.places[1:]:
            if self._goes_on(place, last, line):
                last = place
                yield place

    def _goes_on(self, place: Place, last: Place, line: Line) -> bool:
        """Asked only where nobody free fits: somebody who is online then is busy, or not wanted for this session."""
        match place.when:
            case "any":
                return True
            case "nobody_online":
                return self._pool(line.pool_of(last)).online == 0
            case "all_busy":
                return self._pool(line.pool_of(last)).online > 0
            case "off_duty":
                team = self.teams.get(last.group or "")
                return team is not None and not team.open

    def _somebody_waits(self, place: Place) -> bool:
        return any(self._lines[id].waiting for id in self._homes.get(Place(place.group, place.agent), ()))

    # inside: pools

    def _pool(self, id: PoolId) -> Pool:
        found = self._pools.get(id)
        return found if found is not None else self._new_pool(id)

    def _new_pool(self, id: PoolId) -> Pool:
        group, agent, picking, away = id
        pool = self._pools[id] = Pool.of(self.teams.get(group or ""), agent, picking, away)
        if pool.members is None:
            self._for_all.add(id)
            members: Iterable[str] = self.seats
        else:
            members = pool.members
            for member in members:
                self._pools_of.setdefault(member, set()).add(id)
        for member in members:
            if member in self.seats:
                pool.seat(self.seats[member], self.languages.get(member, ()))
        pool.free.turn = self._last_turn(members)
        return pool

    def _drop_pool(self, id: PoolId) -> Pool:
        pool = self._pools.pop(id)
        self._for_all.discard(id)
        for member in pool.members or ():
            _without(self._pools_of, member, id)
        return pool

    def _pools_with(self, agent: str) -> Iterable[PoolId]:
        return (*self._pools_of.get(agent, ()), *self._for_all)

    def _last_turn(self, members: Iterable[str]) -> str | None:
        """Who was assigned last before this desk was built."""
        seats = [self.seats[agent] for agent in members if agent in self.seats]
        newest = max(seats, key=lambda seat: seat.assigned_at, default=None)
        return newest.agent if newest is not None and newest.assigned_at else None

    # inside: the choice

    def _matched(self, waiting: Waiting, choose: Pick) -> Match:
        choice = self._chosen(waiting, choose)
        seat, free = self.seats[choice.agent], choice.pool.free
        fitting = free.fitting(choice.out)
        why = f"{choice.how} ({seat.load} of {seat.capacity} chats) of {fitting} free {choice.pool.where}"
        inputs = _inputs(choice, waiting, self.seats)
        self.leave(waiting.session)
        free.took(seat.agent)
        self.load(seat.agent, +1)
        return Match(waiting, seat.agent, why, inputs)

    def _chosen(self, waiting: Waiting, choose: Pick) -> "_Choice":
        """Whom it asks for before its places, in their order; in a place who knows the customer before the method."""
        for agent in waiting.prefer:
            pool = self._pool((None, agent, Picking(), waiting.away))
            if len(pool.free) and agent not in waiting.excluded:
                return _Choice(agent, Place(agent=agent), pool, "was asked for", ())
        line = Line(*_lines_for(waiting)[-1])
        reach = [(place, self._pool(line.pool_of(place))) for place in self._reach(line)]
        out = _out(waiting, [pool for _, pool in reach])
        place, pool = next((place, pool) for place, pool in reach if pool.free.fitting(out) > 0)
        known = waiting.familiar if pool.familiar else ()
        for agent in known:
            if agent in pool.free and agent not in out:
                return _Choice(agent, place, pool, "knows the customer", out)
        agent = pool.free.pick(out, language.forms(waiting.language), choose)
        how = "is the one it waits for" if place.agent else METHODS[pool.free.method]
        return _Choice(agent, place, pool, how, out)


@dataclass(frozen=True, slots=True)
class _Choice:
    agent: str
    place: Place
    pool: Pool
    how: str
    out: tuple[str, ...]


def _out(waiting: Waiting, reach: Sequence[Pool]) -> tuple[str, ...]:
    """Whom the session may not go to. Who it just left counts again once nobody else is online for it."""
    out = waiting.excluded
    return out if not out or any(pool.others_than(out) for pool in reach) else ()


def _inputs(choice: _Choice, waiting: Waiting, seats: Mapping[str, Seat]) -> dict[str, object]:
    """What it was chosen from: the first by the method, with load, capacity and when they last got a chat; whose turn
    it was last; who knows the customer."""
    free = choice.pool.free
    others = [agent for agent in free.first(MOST_CANDIDATES) if agent != choice.agent and agent not in choice.out]
    found = {agent: seats[agent] for agent in sorted((choice.agent, *others[: MOST_CANDIDATES - 1]))}
    more: dict[str, object] = {"turn": free.turn, "familiar": list(waiting.familiar)}
    return {
        "method": free.method,
        "place": [choice.place.group, choice.place.agent],
        "free": free.fitting(choice.out),
        "candidates": {agent: [seat.load, seat.capacity, seat.assigned_at] for agent, seat in found.items()},
        **{name: value for name, value in more.items() if value},
    }


def _lines_for(waiting: Waiting) -> tuple[LineId, ...]:
    """The lines a session stands in: one for each agent it asks for, and (last) the one of its places."""
    own = (waiting.chain or (Place(waiting.group),), waiting.picking, waiting.away)
    wanted = (agent for agent in waiting.prefer if agent not in waiting.excluded)
    asked = (((Place(agent=agent),), Picking(), waiting.away) for agent in wanted)
    return (*(id for id in dict.fromkeys(asked) if id != own), own)


def _home(waiting: Waiting) -> Place:
    return waiting.chain[0] if waiting.chain else Place(waiting.group)


def _without(index: dict[K, set[V]], key: K, value: V) -> None:
    """Take a value out of an index of sets, and the set with its last."""
    index[key].discard(value)
    if not index[key]:
        del index[key]
