"""Agents who are gone: their chats are told once, also after a restart, and what the settings say happens."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.command import Actor, Lock
from core.policy import Level
from core.routes import Assignment
from core.waiting import Absence
from gateway.absence import Absences
from tests.core.given import NOON, policy
from tests.laws.world import Fake, World


def world_of(chats: str) -> World:
    made = policy(Fake.capabilities)
    level = Level(assignment=Assignment(agent_offline=Absence(chats)))  # type: ignore[arg-type]
    rules = replace(made, channel=replace(made.channel, id="three"), everywhere=level, compiled={})
    return World(1, policies={"three": rules})


class House:
    """Kai and Mei are online; Kai has two chats."""

    def __init__(self, chats: str) -> None:
        self.world = world_of(chats)
        self.absences = self.begin()
        self.world.sits("a-kai", "online", capacity=5)
        for customer in ("three:ann", "three:bob"):
            self.world.writes(customer)
            self.world.run(1.0)
        self.world.sits("a-mei", "online", capacity=5)

    def begin(self) -> Absences:
        absences = Absences(self.world.store, self.world.engine, lambda: True, alone=True)
        self.world.begin(absences.run())
        return absences

    def sits(self, agent: str, status: str) -> None:
        self.world.sits(agent, status)
        self.absences.seated(self.world.store.open_seats()[agent])
        self.world.run(1.0)

    @property
    def holders(self) -> list[str | None]:
        sessions = sorted(self.world.store.sessions_now(), key=lambda session: session.id)
        return [session.agent.id if session.agent and not session.closed else None for session in sessions]


@pytest.fixture
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    made = House(request.param)
    yield made
    made.world.close()


def set_to(chats: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("house", [chats], indirect=True)


@set_to("keep")
def test_kept_chats_stay_with_their_agent(house: House) -> None:
    house.sits("a-kai", "offline")
    assert house.holders == ["a-kai", "a-kai"]


@set_to("move")
def test_moved_chats_go_to_who_is_there(house: House) -> None:
    house.sits("a-kai", "offline")
    assert house.holders == ["a-mei", "a-mei"]
    assert house.world.store.open_seats()["a-kai"].load == 0


@set_to("close")
def test_closed_chats_say_why(house: House) -> None:
    house.sits("a-kai", "offline")
    assert house.holders == [None, None]
    assert {session.closed.reason for session in house.world.store.sessions_now()} == {"agent_offline"}


@set_to("move")
def test_busy_is_not_gone(house: House) -> None:
    house.sits("a-kai", "busy")
    assert house.holders == ["a-kai", "a-kai"]


@set_to("move")
def test_who_went_while_nobody_looked_is_found_at_the_start(house: House) -> None:
    house.world.sits("a-kai", "offline")  # and the process died
    house.world.run(1.0)
    assert house.holders == ["a-kai", "a-kai"]
    house.begin()
    house.world.run(1.0)
    assert house.holders == ["a-mei", "a-mei"]


@set_to("move")
def test_who_comes_back_and_goes_again_is_told_again(house: House) -> None:
    house.sits("a-mei", "busy")
    house.sits("a-kai", "offline")
    assert house.holders == [None, None]  # they wait
    house.world.run(61.0)  # until the exclusion ends
    house.sits("a-kai", "online")
    assert house.holders == ["a-kai", "a-kai"]
    house.sits("a-mei", "online")
    house.sits("a-kai", "offline")
    assert house.holders == ["a-mei", "a-mei"]


def test_among_several_nodes_only_the_keeper_does_it() -> None:
    made = House("move")
    try:
        idle = Absences(made.world.store, made.world.engine, lambda: False, alone=False)
        made.world.begin(idle.run())
        made.world.sits("a-kai", "offline")
        idle.seated(made.world.store.open_seats()["a-kai"])
        made.world.run(20.0)
        assert made.holders == ["a-kai", "a-kai"]
        keeper = Absences(made.world.store, made.world.engine, lambda: True, alone=False)
        made.world.begin(keeper.run())
        made.world.run(6.0)  # nobody told it: it looks by itself
        assert made.holders == ["a-mei", "a-mei"]
    finally:
        made.world.close()


def test_a_store_that_is_away_is_asked_again() -> None:
    made = House("move")
    try:
        made.world.store.trouble = 1.0
        made.world.sits("a-kai", "offline")
        made.absences.seated(made.world.store.open_seats()["a-kai"])
        made.world.run(30.0)
        made.world.store.trouble = 0.0
        made.world.run(60.0)
        assert "a-kai" not in made.holders
        assert made.world.now() > NOON
    finally:
        made.world.close()


@set_to("move")
def test_a_locked_chat_is_moved_when_it_is_unlocked_and_its_agent_still_gone(house: House) -> None:
    first = min(house.world.store.sessions_now(), key=lambda session: session.id).id
    boss = Actor("a-boss", "Bea", supervisor=True)
    house.world.wait(house.world.engine.at_session(first, Lock(boss, True)))
    house.sits("a-kai", "offline")
    assert house.holders == ["a-kai", "a-mei"]
    house.world.wait(house.world.engine.at_session(first, Lock(boss, False)))
    house.world.run(1.0)
    assert house.holders == ["a-mei", "a-mei"]
    assert house.world.store.open_seats()["a-kai"].load == 0
