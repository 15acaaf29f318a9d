"""Random days at a large desk, in simulated time: hundreds to thousands of agents and chats, everything that happens in
a day, and after each single decision the laws it must have kept."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Literal

import pytest

from core.ports.desk import EXCLUDED_MS, Seat, Waiting
from core.session import Method, Overflowing, Picking, Place
from routing.desk import Desk, Match
from routing.pools import Team

METHODS: tuple[Method, ...] = ("saturation", "round_robin", "least", "idle", "language", "weighted")
STATES: tuple[Overflowing, ...] = ("any", "nobody_online", "all_busy", "off_duty")
TONGUES = ("en", "de", "pt-BR", "ja")
HOUR_MS = 3_600_000


@dataclass
class Day:
    """The truth, kept without the desk: seats, who has whom, who waits. `step` is one thing that happens."""

    seed: int
    agents: int
    groups: int
    checked: bool = True  # whether the slow look over everybody is taken after each step
    now: int = 9 * HOUR_MS
    seats: dict[str, Seat] = field(default_factory=dict)
    chats: dict[str, tuple[str, Waiting]] = field(default_factory=dict)
    queue: dict[str, Waiting] = field(default_factory=dict)
    story: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        ids = [f"a{number:04}" for number in range(self.agents)]
        self.teams = {
            f"g{number}": Team(
                frozenset(self.random.sample(ids, self.random.randint(1, max(1, 2 * self.agents // self.groups)))),
                f"Group {number}",
                self.random.choice(METHODS),
                familiar=self.random.random() < 0.5,
                open=self.random.random() < 0.8,
            )
            for number in range(self.groups)
        }
        self.desk = Desk(dict(self.teams), {id: (self.random.choice(TONGUES),) for id in ids})
        for id in ids:
            self.sits(Seat(agent=id, status="online" if self.random.random() < 0.5 else "offline",
                           capacity=self.random.randint(1, 4)))  # fmt: skip
        self.serial = 0

    # what happens

    def sits(self, seat: Seat) -> None:
        self.seats[seat.agent] = seat
        self.desk.seat(seat)

    def step(self) -> None:
        self.now += self.random.randint(1, 20_000)
        self.desk.pass_time(self.now)
        acts: list[Callable[[], None]] = [
            self.comes, self.comes, self.comes, self.ends, self.ends, self.gives_up, self.is_let_go,
            self.changes_status, self.changes_status, self.is_claimed, self.changes_hours,
        ]  # fmt: skip
        self.random.choice(acts)()
        self.decide()

    def comes(self) -> None:
        self.serial += 1
        name, random = f"s{self.serial:06}", self.random
        chain = tuple(
            Place(f"g{group}", when=random.choice(STATES))
            for group in random.sample(range(self.groups), random.randint(1, min(5, self.groups)))
        )
        if random.random() < 0.1:
            chain = (Place(agent=random.choice(list(self.seats))),)
        elif random.random() < 0.1:
            chain = (Place(),)
        self.waits(
            Waiting(
                name, name, "c", name, chain[0].group, self.now, random.choice((0, 0, 0, 1, 2)), chain=chain,
                prefer=(random.choice(list(self.seats)),) if random.random() < 0.2 else (),
                language=random.choice(TONGUES), familiar=(random.choice(list(self.seats)),),
                picking=Picking(random.choice(METHODS)) if random.random() < 0.1 else Picking(),
                away=random.random() < 0.05,
            )
        )  # fmt: skip

    def waits(self, waiting: Waiting) -> None:
        self.queue[waiting.session] = waiting
        self.desk.wait(waiting)

    def ends(self) -> None:
        if self.chats:
            agent, _ = self.chats.pop(self.random.choice(list(self.chats)))
            self.changes_load(agent, -1)

    def gives_up(self) -> None:
        if self.queue:
            session = self.random.choice(list(self.queue))
            del self.queue[session]
            self.desk.leave(session)

    def is_let_go(self) -> None:
        """Transferred away: back into the queue, and not to the same agent."""
        if self.chats:
            session = self.random.choice(list(self.chats))
            agent, waiting = self.chats.pop(session)
            until = self.now + EXCLUDED_MS
            self.waits(Waiting(
                session, session, "c", session, waiting.group, self.now, waiting.priority, (agent,), until, (),
                waiting.chain, waiting.picking, waiting.language, waiting.familiar, waiting.away,
            ))  # fmt: skip
            self.changes_load(agent, -1)

    def changes_status(self) -> None:
        seat = self.seats[self.random.choice(list(self.seats))]
        status: Literal["online", "busy", "offline"] = self.random.choice(("online", "online", "busy", "offline"))
        self.sits(Seat(agent=seat.agent, status=status, capacity=seat.capacity, load=seat.load,
                       assigned_at=seat.assigned_at))  # fmt: skip

    def is_claimed(self) -> None:
        free = [seat for seat in self.seats.values() if seat.load < seat.capacity]
        if self.queue and free:
            session, seat = self.random.choice(list(self.queue)), self.random.choice(free)
            self.chats[session] = (seat.agent, self.queue.pop(session))
            self.desk.leave(session)
            self.changes_load(seat.agent, +1)

    def changes_hours(self) -> None:
        group = self.random.choice(list(self.teams))
        team = self.teams[group]
        self.teams[group] = Team(team.members, team.name, team.method, team.familiar, team.weights, not team.open)
        self.desk.staff(dict(self.teams))

    def changes_load(self, agent: str, change: int) -> None:
        seat = self.seats[agent]
        self.seats[agent] = Seat(
            agent=agent, status=seat.status, capacity=seat.capacity, load=seat.load + change,
            assigned_at=self.now if change > 0 else seat.assigned_at,
        )  # fmt: skip
        self.desk.load(agent, change)

    # what must hold

    def decide(self) -> None:
        while True:
            before = dict(self.queue) if self.checked else {}
            match = self.desk.match(self.random.randrange)
            if match is None:
                break
            self.is_right(match, before)
            seat = self.seats[match.agent]
            self.seats[match.agent] = Seat(agent=seat.agent, status=seat.status, capacity=seat.capacity,
                                           load=seat.load + 1, assigned_at=self.now)  # fmt: skip
            self.chats[match.waiting.session] = (match.agent, self.queue.pop(match.waiting.session))
            self.story.append((match.waiting.session, match.agent))
        if self.checked:
            left = [(chat.session, self.places_for(chat)) for chat in self.queue.values() if self.places_for(chat)]
            assert not left, "a free agent and a chat that fits wait for each other"

    def is_right(self, match: Match, queue: dict[str, Waiting]) -> None:
        seat, chat = self.seats[match.agent], self.queue[match.waiting.session]
        assert seat.load < seat.capacity, "a capacity is exceeded"
        assert seat.status == "online" or chat.away, "somebody who is away was given a chat"
        assert match.why, "the trace says why"
        assert match.agent in match.inputs["candidates"], "the inputs explain the outcome"  # type: ignore[operator]
        if not queue:
            return
        assert match.agent in self.places_for(chat), "it was given to somebody it may not go to"
        for other in queue.values():
            earlier = (-other.priority, other.since, other.session) < (-chat.priority, chat.since, chat.session)
            assert not (earlier and match.agent in self.places_for(other)), "an earlier one was passed over"

    def places_for(self, chat: Waiting) -> set[str]:
        """Every agent who could take it now, found the slow way."""
        there = {id for id, seat in self.seats.items() if chat.away or seat.status == "online"}
        free = {id for id in there if self.seats[id].load < self.seats[id].capacity}
        everybody = self.in_reach(chat, there)
        out = set(chat.excluded) if chat.excluded_until > self.now else set()
        if not (everybody & there) - out:
            out = set()
        return (everybody | (set(chat.prefer) - out)) & free - out

    def in_reach(self, chat: Waiting, there: set[str]) -> set[str]:
        """Whoever belongs to a place the chat may go to as things are."""
        reach, last = [chat.chain[0]], chat.chain[0]
        for place in chat.chain[1:]:
            inside = self.members(last) & there
            goes_on = {
                "any": True,
                "nobody_online": not inside,
                "all_busy": bool(inside),
                "off_duty": last.group is not None and not self.teams[last.group].open,
            }[place.when]
            if goes_on:
                reach.append(place)
                last = place
        return set().union(*(self.members(place) for place in reach))

    def members(self, place: Place) -> set[str]:
        if place.agent is not None:
            return {place.agent}
        return set(self.seats) if place.group is None else set(self.teams[place.group].members)


@pytest.mark.parametrize("seed", range(12))
def test_a_random_day_keeps_every_law_after_every_decision(seed: int) -> None:
    day = Day(seed, agents=12 + seed, groups=2 + seed % 5)
    for _ in range(400):
        day.step()
    assert len(day.story) > 50


@pytest.mark.parametrize("seed", range(2))
def test_thousands_of_agents_and_chats_keep_them_too(seed: int) -> None:
    day = Day(seed, agents=2_000, groups=60, checked=False)
    for _ in range(60):
        for _ in range(100):
            day.comes()
        for _ in range(10):
            day.step()
    assert len(day.story) + len(day.queue) > 5_500
    free = [id for id, seat in day.seats.items() if seat.status == "online" and seat.load < seat.capacity]
    assert not any(day.places_for(chat) for chat in Random(seed).sample(list(day.queue.values()), 200)), free
    loads = Counter(agent for agent, _ in day.chats.values())
    assert all(loads[id] == seat.load <= seat.capacity for id, seat in day.seats.items())
    assert {id: seat.load for id, seat in day.desk.seats.items()} == {id: seat.load for id, seat in day.seats.items()}


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_tells_the_same_story(seed: int) -> None:
    stories = []
    for _ in range(2):
        day = Day(seed, agents=40, groups=5, checked=False)
        for _ in range(600):
            day.step()
        stories.append(day.story)
    assert stories[0] == stories[1]


def test_a_chat_that_was_let_go_does_not_bounce_straight_back() -> None:
    day = Day(3, agents=30, groups=3)
    back = 0
    for _ in range(800):
        before = {session: agent for session, (agent, _) in day.chats.items()}
        told = len(day.story)
        day.step()
        for session, agent in day.story[told:]:
            if before.get(session) == agent:
                back += 1
                online = {seat.agent for seat in day.seats.values() if seat.status == "online"}
                assert day.in_reach(day.chats[session][1], online) & online <= {agent}, "somebody else was there"
    assert back < 20
