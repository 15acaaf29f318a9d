"""Load, decide, commit: races, repeats, what is remembered, who is told."""

import asyncio
from itertools import count

import pytest

from core import command as c
from core.customer import Address
from core.engine import Done, Engine, Surroundings
from core.errors import Duplicate, Full, Refused, Stale
from core.message import Text
from core.policy import Policy
from core.ports.writing import Cause, Commit, Committed, Lease
from core.turn import Outlook
from stores.memory import MemoryStore
from tests.core.given import BOSS, MEI, NOON, TOM, inbound, policy

ANN, BOB = Address("chan", "ann"), Address("chan", "bob")


class Clock:
    at = NOON

    def now(self) -> int:
        return self.at


class Racing(MemoryStore):
    """Lets somebody else write right before a commit, as often as it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.rivals: list[Engine] = []
        self.loads = 0

    async def load(self, channel: str, address: str):  # type: ignore[no-untyped-def]
        self.loads += 1
        return await super().load(channel, address)

    async def commit(self, commit: Commit) -> Committed:
        waiting, self.rivals = self.rivals, []
        if waiting:
            await waiting.pop().handle(ANN, c.Receive(inbound("from the other node", id=f"r{len(waiting)}")))
        self.rivals = waiting
        return await super().commit(commit)


class House:
    """An engine over a store, with everything it told."""

    def __init__(self, store: MemoryStore | None = None, rules: Policy | None = None, node: str = "n1") -> None:
        self.store = store or Racing()
        self.done: list[Done] = []
        ids, numbers, rules = count(1), count(1), rules or policy()
        around = Surroundings(
            policy=lambda channel: rules,
            new_id=lambda: f"{node}-{next(ids):04}",
            number=lambda: next(numbers),
            outlook=lambda channel, group: Outlook(free=True, online=1),
            lease=lambda now: Lease(node, now + 60_000),
            done=self.done.append,
        )
        self.engine = Engine(self.store, Clock(), around, remember=2)

    async def hear(self, text: str, id: str = "m1", where: Address = ANN) -> Done:
        return await self.engine.handle(where, c.Receive(inbound(text, id=id)), Cause("chan", id))

    async def seated(self, *agents: c.Actor, capacity: int = 5) -> None:
        for agent in agents:
            await self.store.seat(agent.id, capacity=capacity, at=NOON)
            await self.store.set_status(agent.id, "online", None, NOON)


async def test_a_first_message_makes_a_conversation_and_tells_of_it_once() -> None:
    house = House()
    done = await house.hear("hello")
    assert (done.version, done.session and done.session.number) == (1, 1)
    assert house.done == [done]
    assert done.committed is not None
    assert [type(errand.effect).__name__ for errand in done.committed.errands] == ["Deliver", "FindAgent"]


async def test_a_redelivery_is_known_as_the_message_it_became() -> None:
    house = House()
    first = await house.hear("hello")
    assert first.session is not None
    with pytest.raises(Duplicate) as error:
        await house.hear("hello")
    assert (error.value.session, error.value.seq) == (first.session.id, 1)
    assert len(house.done) == 1


async def test_two_redeliveries_at_one_instant_make_one_message() -> None:
    house = House()
    results = await asyncio.gather(*(house.hear("hello") for _ in range(5)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Done"] + ["Duplicate"] * 4


async def test_two_first_messages_at_one_instant_open_one_session() -> None:
    store = Racing()
    one, two = House(store, node="n1"), House(store, node="n2")
    await asyncio.gather(one.hear("hello", "a"), two.hear("hello?", "b"))
    found = await store.load(*ANN)
    assert found is not None and found[0].session is not None
    assert (found[0].sessions, found[0].session.wrote) == (1, 2)


async def test_who_loses_a_race_decides_again_on_what_is_there() -> None:
    store = Racing()
    house, rival = House(store), House(store, node="n2")
    await house.hear("hello", "a")
    store.rivals = [rival.engine]
    done = await house.hear("and then", "b")
    assert done.session is not None and (done.session.wrote, done.version) == (3, 3)
    history = await store.history(done.session.id)
    assert [stored.message.seq for stored in history] == [1, 2, 3, 4]


async def test_losing_for_ever_is_a_defect_that_says_so() -> None:
    store = Racing()
    rival = House(store, node="n2")
    store.rivals = [rival.engine] * 40
    house = House(store)
    await_error = house.hear("hello", "a")
    with pytest.raises(Stale, match="16 races"):
        await await_error


async def test_what_a_stale_memory_refuses_is_looked_at_again() -> None:
    store = Racing()
    house, other = House(store), House(store, node="n2")
    await house.seated(MEI, TOM)
    await house.hear("hello")
    await other.engine.handle(ANN, c.Claim(MEI))
    with pytest.raises(Refused, match="Mei has this chat"):
        await house.engine.handle(ANN, c.Claim(TOM))
    await other.engine.handle(ANN, c.Close(BOSS))
    await other.hear("again", "m2")
    assert (await house.engine.handle(ANN, c.Claim(TOM))).decision.takes == "agent-tom"


async def test_commands_for_one_conversation_wait_for_each_other() -> None:
    house = House()
    await house.hear("hello", "a")
    loads = house.store.loads  # type: ignore[attr-defined]
    results = await asyncio.gather(*(house.hear("more", f"m-{number}") for number in range(10)))
    assert [result.version for result in results] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert house.store.loads == loads  # type: ignore[attr-defined]


async def test_only_so_many_conversations_are_remembered() -> None:
    house = House()
    for name in ("ann", "bob", "cid", "dan"):
        await house.hear("hello", name, Address("chan", name))
    assert len(house.engine._known) == 2
    assert house.engine._queues == {}


async def test_a_full_agent_gets_nothing_and_the_chat_still_waits() -> None:
    house = House()
    await house.seated(MEI, capacity=1)
    await house.hear("hello", "a", ANN)
    await house.hear("hello", "b", BOB)
    await house.engine.handle(ANN, c.Claim(MEI))
    with pytest.raises(Full) as error:
        await house.engine.handle(BOB, c.Claim(MEI))
    assert error.value.agent == "agent-mei"
    found = await house.store.load(*BOB)
    assert found is not None and found[0].session is not None and found[0].session.phase == "queued"


async def test_a_wish_that_changes_nothing_is_no_commit() -> None:
    house = House()
    await house.seated(MEI)
    await house.hear("hello")
    await house.engine.handle(ANN, c.Claim(MEI))
    told = len(house.done)
    assert (await house.engine.handle(ANN, c.Claim(MEI))).committed is None
    assert len(house.done) == told


async def test_a_repeated_client_id_is_known_also_with_other_words() -> None:
    house = House()
    await house.seated(MEI)
    done = await house.hear("hello")
    assert done.session is not None
    session, cause = done.session.id, Cause(done.session.id, "client:c1")
    await house.engine.handle(ANN, c.Claim(MEI))
    said = c.Reply(by=MEI, client_id="c1", content=Text("Hi"))
    first = await house.engine.at_session(session, said, cause)
    for repeat in (said, c.Reply(by=MEI, client_id="c1", content=Text("Other"))):
        with pytest.raises(Duplicate) as error:
            await house.engine.at_session(session, repeat, cause)
        assert (error.value.session, error.value.seq) == (session, first.decision.seq) == (session, 4)
    await house.engine.at_session(session, c.Close(MEI))
    assert await house.store.place(session, "client:c1") == (session, 4)


async def test_a_command_for_an_unknown_chat_is_refused() -> None:
    with pytest.raises(Refused) as error:
        await House().engine.at_session("nowhere", c.Claim(MEI))
    assert error.value.code == "unknown"


async def test_a_command_never_falls_on_the_next_chat_by_accident() -> None:
    house = House()
    await house.seated(MEI)
    first = await house.hear("hello", "a")
    assert first.session is not None
    await house.engine.handle(ANN, c.Close(MEI))
    await house.hear("again", "b")
    with pytest.raises(Refused, match="closed"):
        await house.engine.at_session(first.session.id, c.Claim(MEI))
