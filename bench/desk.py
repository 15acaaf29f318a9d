"""The desk, in process: what one event costs (told and decided) in a full house, and how that grows.

Every agent is full and thousands wait; each event is one of a day: a chat ends and the next one is chosen, somebody
comes, gives up, goes away, comes back, hands a chat on. No event is left out of the figures.
"""

import math
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Literal

from bench.load import middle, percentile
from bench.machine import Cores
from bench.options import Options
from bench.outcome import Goal, Line, Outcome
from core.ports.desk import Seat, Waiting
from core.session import Method, Place
from routing.desk import Desk
from routing.pools import Team

AGENTS, WAITING = 2_000, 10_000
GROUPS, CAPACITY = 50, 5
CALM_MS = 1.0
METHODS: tuple[Method, ...] = ("saturation", "round_robin", "least", "idle", "language", "weighted")
TONGUES = ("en", "de", "pt-BR", "ja", "ar")


class House:
    """A desk of so many agents in 50 groups (each agent in two), all full, and so many sessions waiting."""

    def __init__(self, agents: int, waiting: int, seed: int) -> None:
        self.random = Random(seed)
        ids = [f"a{number:05}" for number in range(agents)]
        teams = {
            f"g{number}": Team(
                frozenset(ids[number::GROUPS]) | frozenset(ids[(number + 7) % GROUPS :: GROUPS]),
                f"Group {number}",
                METHODS[number % len(METHODS)],
                familiar=number % 2 == 0,
            )
            for number in range(GROUPS)
        }
        self.desk = Desk(teams, {agent: (TONGUES[at % len(TONGUES)], "en") for at, agent in enumerate(ids)})
        self.clock, self.next = 1_000_000, 0
        self.agents, self.chats = ids, [agent for agent in ids for _ in range(CAPACITY)]
        for agent in ids:
            self.desk.seat(Seat(agent=agent, status="online", capacity=CAPACITY, load=CAPACITY))
        for _ in range(waiting):
            self.comes()
        self.drain()

    def comes(self, excluded: tuple[str, ...] = ()) -> None:
        """A session of a random group; some overflow, some ask for an agent, some matter more."""
        random, group = self.random, self.random.randrange(GROUPS)
        chain = [Place(f"g{group}")]
        if random.random() < 0.5:
            chain.append(Place(f"g{(group + 3) % GROUPS}", when=("any", "all_busy", "nobody_online")[group % 3]))
        prefer = (random.choice(self.agents),) if random.random() < 0.2 else ()
        self.next += 1
        self.clock += 1
        name = f"s{self.next:08}"
        self.desk.pass_time(self.clock)
        self.desk.wait(
            Waiting(
                session=name, conversation=name, channel="c", address=name, group=f"g{group}", since=self.clock,
                priority=random.choice((0, 0, 0, 1, 5)), excluded=excluded, excluded_until=self.clock + 500,
                prefer=prefer, chain=tuple(chain), language=random.choice(TONGUES),
                familiar=(random.choice(self.agents),),
            )
        )  # fmt: skip

    def drain(self) -> None:
        while (match := self.desk.match(self.random.randrange)) is not None:
            self.chats.append(match.agent)

    def ends(self) -> str:
        """A chat ends: somebody has a place."""
        at = self.random.randrange(len(self.chats))
        self.chats[at], self.chats[-1] = self.chats[-1], self.chats[at]
        agent = self.chats.pop()
        self.desk.load(agent, -1)
        return agent

    def gives_up(self) -> None:
        self.desk.leave(f"s{self.random.randrange(self.next) + 1:08}")

    def is_handed_on(self) -> None:
        self.comes(excluded=(self.ends(),))

    def blinks(self) -> None:
        """Somebody's connection goes and comes."""
        agent = self.random.choice(self.agents)
        seat = self.desk.seats[agent]
        states: tuple[Literal["offline", "online"], ...] = ("offline", "online")
        for status in states:
            self.desk.seat(Seat(agent=agent, status=status, capacity=CAPACITY, load=seat.load))

    def moments(self) -> tuple[Callable[[], object], ...]:
        return (self.ends, self.comes, self.ends, self.comes, self.gives_up, self.comes, self.is_handed_on, self.blinks)


def _costs(house: House, events: int) -> list[float]:
    """Seconds of each event."""
    found: list[float] = []
    moments = house.moments()
    for number in range(events):
        moment = moments[number % len(moments)]
        began = time.perf_counter()
        moment()
        house.drain()
        found.append(time.perf_counter() - began)
    return found


async def measure(options: Options, cores: Cores) -> Outcome:
    """Sizes side by side in short rounds: another's work on the machine then falls on all of them."""
    sizes = [(AGENTS // 4, WAITING // 4), (AGENTS, WAITING), (AGENTS * 4, WAITING * 4)]
    houses = [House(*size, seed=1) for size in sizes]
    rounds = [[_costs(house, 4_000) for house in houses] for _ in range(options.rounds)]
    lines = [
        Line(
            f"{agents:,} agents, {waiting:,} waiting: p99 of an event",
            percentile([cost for each in rounds for cost in each[at]], 0.99),
            "ms",
            Goal("≤", CALM_MS) if agents == AGENTS else None,
            detail=f"mean {middle([_mean(each[at]) for each in rounds]) * 1e6:.0f} µs",
        )
        for at, (agents, waiting) in enumerate(sizes)
    ]
    grown = middle([_mean(each[-1]) / _mean(each[0]) for each in rounds])
    logarithm = math.log(WAITING * 4) / math.log(WAITING // 4)
    growth = Line("16 × the house, of the cost", grown, "×", Goal("≤", 2.0), f"the logarithm grows {logarithm:.2f} ×")
    return Outcome("desk", [*lines, growth], ["each event is told to the desk and all that follows is decided."])


def _mean(costs: Sequence[float]) -> float:
    return sum(costs) / len(costs)
