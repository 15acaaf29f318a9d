"""Several nodes over one store: one keeps the desk, settings reach all, and a lost hint costs a second at most."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection

import pytest

from api.documents import EVERYWHERE
from api.rim import Signal
from core.command import Assign
from core.customer import Address
from core.errors import Fenced
from core.ports.nodes import Hint
from core.session import AgentRef
from gateway import presence as presence_module
from gateway.presence import Presence
from tests.gateway.house_of_nodes import Bus, Floor, Roll, Wire, agent_doc, finally_is, group_doc, until

pytestmark = pytest.mark.serial  # within how long what is told reaches the others is what is tested


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    async with Floor() as floor:
        yield floor


# --- the desk


async def test_one_node_keeps_the_desk(floor: Floor) -> None:
    assert floor.keeper is floor.nodes[0]
    assert floor.other.keeping.fence is None


async def test_a_chat_that_came_in_at_another_node_is_assigned(floor: Floor) -> None:
    await floor.agent("mei")
    began = time.monotonic()
    await floor.other.writes("ann", "m1")
    await finally_is(lambda: floor.served_by("ann"), "mei")
    assert time.monotonic() - began < 0.8  # by the hint, not by the look of each second


async def test_it_is_assigned_too_when_every_hint_is_lost(floor: Floor) -> None:
    floor.bus.cut = True
    await floor.agent("mei")
    await floor.other.writes("ann", "m1")
    await finally_is(lambda: floor.served_by("ann"), "mei", within=3)


async def test_who_waited_longest_is_first_whichever_node_they_came_to(floor: Floor) -> None:
    for number in range(6):
        await floor.nodes[number % 2].writes(f"c{number}", f"m{number}")
    await floor.agent("mei", capacity=3)
    await finally_is(lambda: floor.served_by("c2"), "mei")
    assert [await floor.served_by(f"c{number}") for number in range(6)] == ["mei"] * 3 + [None] * 3
    [seat] = await floor.store.seats()
    assert seat.load == 3


async def test_a_dead_keepers_desk_is_taken_over(floor: Floor) -> None:
    keeper = floor.keeper
    assert keeper is not None
    await keeper.die()
    floor.nodes.remove(keeper)
    await floor.agent("mei")
    await floor.nodes[0].writes("ann", "m1")
    floor.clock.at += 10_000  # the lease ran out
    await finally_is(lambda: floor.served_by("ann"), "mei")
    assert floor.keeper is floor.nodes[0]


async def test_a_keeper_that_gives_the_desk_back_is_followed_at_once(floor: Floor) -> None:
    keeper, other = floor.nodes
    await keeper.die()
    await keeper.keeping.give_back()
    await until(lambda: other.keeping.fence is not None, within=3)


async def test_an_assignment_under_an_old_fence_is_refused_and_the_chat_keeps_waiting(floor: Floor) -> None:
    keeper = floor.keeper
    assert keeper is not None
    old = keeper.keeping.fence
    assert old is not None
    await floor.other.writes("ann", "m1")
    floor.clock.at += 10_000
    assert await floor.store.keep_desk("somebody else", floor.clock.now(), floor.clock.now() + 60_000) == old + 1
    await floor.agent("mei")
    keeper.desk.look()
    await until(lambda: keeper.keeping.fence is None)
    assert (await floor.session("ann")).session.phase == "queued"
    [seat] = await floor.store.seats()
    assert seat.load == 0


async def test_a_fence_is_not_tried_again(floor: Floor) -> None:
    await floor.other.writes("ann", "m1")
    await floor.agent("mei")
    session = (await floor.session("ann")).session.id
    command = Assign(session, AgentRef("mei", "Mei"), "a test", {})
    with pytest.raises(Fenced):
        await floor.other.engine.handle(Address("a", "ann"), command, fence=99)


# --- settings


async def test_a_setting_reaches_the_other_node_within_a_second(floor: Floor) -> None:
    first, second = floor.nodes
    await first.directory.save_setting(EVERYWHERE, "closing", {"customer_idle_seconds": 60}, who="mei")
    await until(lambda: second.directory.setting(EVERYWHERE, "closing").version == 1, within=1)


async def test_it_does_so_without_a_hint(floor: Floor) -> None:
    floor.bus.cut = True
    first, second = floor.nodes
    await first.directory.save_group(group_doc("sales", "mei"), who="mei")
    await until(lambda: "sales" in second.directory.groups, within=1.5)
    await second.directory.save_agent(agent_doc("tom"), who="mei")
    await until(lambda: "tom" in first.directory.agents, within=1.5)


async def test_listeners_hear_what_another_node_changed(floor: Floor) -> None:
    first, second = floor.nodes
    heard: list[tuple[str, str, str]] = []
    second.directory.listen(lambda change: heard.append((change.collection, change.id, change.who)))
    await first.directory.save_group(group_doc("sales"), who="mei")
    await until(lambda: heard)
    assert heard == [("groups", "sales", "another node")]


async def test_nodes_do_not_answer_each_others_changes_for_ever(floor: Floor) -> None:
    await floor.nodes[0].directory.save_group(group_doc("sales"), who="mei")
    await until(lambda: "sales" in floor.nodes[1].directory.groups)
    await asyncio.sleep(0.1)
    assert [hint.about for hint in floor.bus.told].count("settings") == 1


# --- the feed


async def test_what_one_node_wrote_is_shown_at_the_other(floor: Floor) -> None:
    first, second = floor.nodes
    floor.store.listen(first.neighbours.reached)
    shown: list[int] = []

    async def show(rows: Collection[object]) -> None:
        shown.append(len(rows))

    second.hub.listen(show)
    await first.writes("ann", "m1")
    await until(lambda: shown, within=0.7)


async def test_it_is_shown_without_a_hint(floor: Floor) -> None:
    floor.bus.cut = True
    await floor.nodes[0].writes("ann", "m1")
    newest = await floor.store.newest()
    await until(lambda: floor.nodes[1].hub.cursor >= newest, within=2)


async def test_a_number_is_not_echoed(floor: Floor) -> None:
    first, second = floor.nodes
    first.neighbours.reached(1000)
    await asyncio.sleep(0.01)
    second.neighbours.reached(1000)
    assert floor.bus.told.count(Hint("feed", 1000)) == 1


# --- presence


class Desks:
    """Two nodes' presence, with a grace time of no time."""

    def __init__(self, grace: float = 0.01) -> None:
        self.sheets: dict[int, Collection[str]] = {}
        self.gone: list[str] = []
        bus = Bus()
        self.rolls = [Roll(self.sheets, number) for number in range(2)]
        self.here, self.there = (
            Presence(self._gone, lambda: grace, feed=Wire(bus, number), roll=roll)
            for number, roll in enumerate(self.rolls)
        )

    async def _gone(self, agent: str) -> None:
        self.gone.append(agent)


@pytest.fixture
async def desks(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desks]:
    monkeypatch.setattr(presence_module, "LOOK_EVERY_S", 0.01)
    desks = Desks()
    yield desks
    await desks.here.stop()
    await desks.there.stop()


async def test_an_agent_whose_socket_moved_to_another_node_is_not_gone(desks: Desks) -> None:
    desks.here.opened("mei")
    desks.there.opened("mei")
    desks.here.closed("mei")
    desks.here.opened("tom")
    desks.here.closed("tom")
    await until(lambda: desks.gone)
    assert desks.gone == ["tom"]


async def test_nobody_is_called_gone_while_nobody_can_say_who_is_elsewhere(desks: Desks) -> None:
    desks.rolls[0].known = False
    desks.here.opened("mei")
    desks.here.closed("mei")
    await asyncio.sleep(0.1)
    assert desks.gone == []
    desks.rolls[0].known = True
    await until(lambda: desks.gone)
    assert desks.gone == ["mei"]


async def test_who_vanished_with_a_dead_node_is_gone_after_the_grace_time(desks: Desks) -> None:
    desks.there.opened("mei")
    desks.there.opened("tom")
    await desks.here.look()
    desks.sheets[1] = ()  # the node died, and the roll forgot it
    desks.here.opened("tom")  # he came here instead
    await desks.here.look()
    await until(lambda: desks.gone)
    assert desks.gone == ["mei"]


async def test_typing_is_seen_at_the_other_node_and_shown_once_here(desks: Desks) -> None:
    here: list[Signal] = []
    there: list[Signal] = []
    desks.here.listen(here.append)
    desks.there.listen(there.append)
    typing = Signal(kind="typing", session="s", by="customer")
    desks.here.send(typing)
    await until(lambda: there)
    assert (here, there) == ([typing], [typing])
