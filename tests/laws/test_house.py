"""The laws of the whole middle (DESIGN.md "Laws" 1, 3, 4, 5), in simulated time, with everything that may go wrong."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core import command as c
from core.ports.desk import Seat
from core.session import Session
from tests.laws.world import NAMES, TEAMS, World

CUSTOMERS = [f"{channel}:{name}" for channel in ("one", "two", "three") for name in ("ann", "bob", "cid")]
WHO = st.sampled_from(CUSTOMERS)
AGENT = st.sampled_from(sorted(NAMES))
TEXT = st.sampled_from(["hello", "5", "are you there?", "5 minutes ago"])


def members(group: str | None) -> frozenset[str]:
    return TEAMS[group].members if group else frozenset(NAMES)


def has_place(seat: Seat) -> bool:
    return seat.status == "online" and seat.load < seat.capacity


def waiting(world: World) -> list[Session]:
    return [session for session in world.store.sessions_now() if session.phase == "queued"]


def capacity_is_kept(world: World) -> None:
    seats = world.store.open_seats()
    active = Counter(
        session.agent.id for session in world.store.sessions_now() if session.phase == "active" and session.agent
    )
    for agent, seat in seats.items():
        assert active[agent] == seat.load, f"{agent} is said to have {seat.load} chats and has {active[agent]}"
    assert world.store.memory.counters["seats_below_zero"] == 0


def nobody_is_passed_over(world: World, command: c.Assign) -> None:
    """Right when the desk made its choice. A commit that went through without the store saying so is not known yet."""
    queue = {session.id: session for session in waiting(world)}
    chosen = queue.get(command.session)
    if chosen is None:
        return  # it was taken in the meantime: the offer will be refused
    for session in queue.values():
        if world.troubled and world.desk.position(session.id) is None:
            continue
        earlier = (session.queued_at, session.id) < (chosen.queued_at, chosen.id)
        fits = command.agent.id in members(session.group) - set(session.excluded)
        assert not (earlier and fits), f"{session.id} waits longer than {chosen.id} and fits {command.agent.id}"


def nobody_waits_for_a_free_agent(world: World) -> None:
    """Once everything has settled. Who just let go of a chat counts when no other member is online for it."""
    seats = world.store.open_seats()
    for session in waiting(world):
        team = [seats[agent] for agent in members(session.group) if agent in seats]
        others = [seat for seat in team if seat.agent not in session.excluded]
        candidates = others if any(seat.status == "online" for seat in others) else team
        assert not any(map(has_place, candidates)), f"{session.id} waits although somebody is free"


def everything_went_out_in_order(world: World) -> None:
    """Nothing arrived twice, everything in the order of its chat, and what did not arrive is shown with a reason."""
    places = {}
    for stored in world.outgoing():
        assert stored.state in ("sent", "failed"), f"{stored.message} is still {stored.state}"
        assert (stored.state == "failed") == (stored.code is not None) == (stored.reason is not None)
        if stored.provider_id is not None:
            places[stored.provider_id] = world.store.number_of(stored)
    for arrivals in world.provider.arrived.values():
        assert len({id for id, _ in arrivals}) == len(arrivals)
        order = [places[f"p-{id}-0"] for id, _ in arrivals if f"p-{id}-0" in places]
        assert order == sorted(order)


def every_webhook_became_one_message(world: World) -> None:
    kept = Counter(
        (stored.session, stored.message.provider_id)
        for stored in world.store.everything_said()
        if stored.message.provider_id is not None
    )
    assert all(times == 1 for times in kept.values())
    assert {id for _, id in kept} == {id for _, id in world.posted}


class House(RuleBasedStateMachine):
    """A morning at the desk."""

    @initialize(
        seed=st.integers(0, 10_000), faults=st.sampled_from([0.0, 0.3, 0.7]), trouble=st.sampled_from([0.0, 0.0, 0.2])
    )
    def opens(self, seed: int, faults: float, trouble: float) -> None:
        self.world = World(seed, faults=faults, trouble=trouble)
        self.ids: list[tuple[str, str]] = []
        self.world.store.watch = lambda: capacity_is_kept(self.world)
        self.world.engine.offered = lambda command: nobody_is_passed_over(self.world, command)
        for agent in sorted(NAMES):
            self.world.sits(agent, "offline", capacity=2)

    @rule(customer=WHO, text=TEXT)
    def a_customer_writes(self, customer: str, text: str) -> None:
        self.ids.append((customer, self.world.writes(customer, text)))

    @rule(which=st.integers(0, 50))
    def a_webhook_comes_again(self, which: int) -> None:
        if self.ids:
            customer, id = self.ids[which % len(self.ids)]
            self.world.writes(customer, "again", id)
            self.world.writes(customer, "again", id)

    @rule(agent=AGENT, status=st.sampled_from(["online", "online", "busy", "offline"]), capacity=st.integers(1, 3))
    def an_agent_changes_status(self, agent: str, status: str, capacity: int) -> None:
        load = self.world.store.open_seats()[agent].load
        self.world.sits(agent, status, max(capacity, load))

    @rule(agent=AGENT, customer=WHO)
    def an_agent_claims(self, agent: str, customer: str) -> None:
        self.world.asks(customer, c.Claim(c.Actor(agent, NAMES[agent])))

    @rule(customer=WHO, long=st.booleans())
    def whoever_has_it_answers(self, customer: str, long: bool) -> None:
        for agent in NAMES:
            self.world.answers(agent, customer, "A sentence that is long enough to be split. " * (3 if long else 1))

    @rule(customer=WHO, group=st.sampled_from(["sales", "help", None]))
    def it_is_transferred_to_a_group(self, customer: str, group: str | None) -> None:
        for agent, name in NAMES.items():
            self.world.asks(customer, c.Transfer(by=c.Actor(agent, name), group=group))

    @rule(customer=WHO, agent=AGENT)
    def it_is_transferred_to_an_agent(self, customer: str, agent: str) -> None:
        boss = c.Actor("a-boss", "Bea", supervisor=True)
        self.world.asks(customer, c.Transfer(by=boss, agent=c.Actor(agent, NAMES[agent]).ref))

    @rule(customer=WHO)
    def it_is_closed(self, customer: str) -> None:
        self.world.asks(customer, c.Close(c.Actor("a-boss", "Bea", supervisor=True)))

    @rule(up=st.booleans())
    def the_provider_goes_or_comes(self, up: bool) -> None:
        self.world.provider.up = up

    @rule(seconds=st.sampled_from([0.005, 0.2, 2.0, 45.0, 200.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.run(seconds)

    @rule()
    def everything_settles(self) -> None:
        self.world.store.trouble = 0.0
        self.world.run(100.0)  # longer than a lease and than the desk's own look at the store
        capacity_is_kept(self.world)
        nobody_waits_for_a_free_agent(self.world)

    @invariant()
    def nothing_broke(self) -> None:
        if getattr(self, "world", None) is not None and self.world.lost:
            raise self.world.lost[0]

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.world.run(60.0)  # with everything that goes wrong still going wrong
            self.world.provider.up, self.world.provider.faults = True, 0.0
            self.everything_settles()
            self.world.run(1200.0)  # twice the longest wait between two attempts, and then some
            everything_went_out_in_order(self.world)
            every_webhook_became_one_message(self.world)
        finally:
            self.world.close()


TestHouse = House.TestCase
TestHouse.settings = settings(  # not made smaller when it fails: that takes minutes, and the seed is in the example
    max_examples=40, stateful_step_count=30, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)


@pytest.fixture
def build() -> Iterator[Callable[[int], World]]:
    with ExitStack() as stack:
        yield lambda seed: stack.enter_context(closing(World(seed)))


def test_after_an_hour_without_the_provider_everything_arrives_in_order(build: Callable[[int], World]) -> None:
    world = build(1)
    for agent in NAMES:
        world.sits(agent, "online", capacity=9)
    world.provider.up = False
    for round in range(12):
        for customer in CUSTOMERS:
            world.writes(customer, f"message {round}")
            for agent in NAMES:
                world.answers(agent, customer, f"answer {round}")
        world.run(300.0)
    assert world.provider.arrived == {}
    world.provider.up = True
    world.run(600.0)
    assert {stored.state for stored in world.outgoing()} == {"sent", "failed"}
    late = [stored for stored in world.outgoing() if stored.state == "failed"]
    assert {stored.reason for stored in late} == {"It could not be sent in time to be of use."}
    people = [stored for stored in world.outgoing() if stored.message.author.kind == "agent"]
    assert len(people) >= 9 * 11
    assert {stored.state for stored in people} == {"sent"}
    everything_went_out_in_order(world)
    every_webhook_became_one_message(world)


@pytest.mark.parametrize("seed", range(3))
def test_a_whole_queue_is_drained_at_once_and_first_come_first_served(build: Callable[[int], World], seed: int) -> None:
    world = build(seed)
    order: list[str] = []
    world.engine.offered = lambda command: order.append(command.session)
    for agent in NAMES:
        world.sits(agent, "offline", capacity=1)
    for number in range(20):
        world.writes(f"three:customer{number}")
        world.run(0.1)
    queue = [session.id for session in sorted(waiting(world), key=lambda session: session.queued_at)]
    assert len(queue) == 20
    for agent in NAMES:
        world.sits(agent, "online")
    world.run(1.0)
    for left in range(17, 0, -1):
        assert len(waiting(world)) == left
        customer, agent = world.store.chats()[0]
        world.asks(customer, c.Close(c.Actor(agent, NAMES[agent])))
        world.run(1.0)
        nobody_waits_for_a_free_agent(world)
    assert waiting(world) == []
    assert order == queue


def test_a_place_that_was_freed_without_the_store_saying_so_is_found_again(build: Callable[[int], World]) -> None:
    world = build(1)
    world.sits("a-kai", "online", capacity=1)
    world.writes("three:ann")
    world.run(1.0)
    world.writes("three:bob")
    world.run(1.0)
    world.store.trouble = 1.0  # half of all writes are done and then reported as failed
    while len(waiting(world)) == 1:
        world.asks("three:ann", c.Close(c.Actor("a-kai", "Kai")))
        world.run(1.0)
        if not any(session.phase == "active" for session in world.store.sessions_now()):
            world.store.trouble = 0.0
            world.run(35.0)
            break
    assert waiting(world) == []
    assert world.store.open_seats()["a-kai"].load == 1
