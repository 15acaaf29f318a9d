"""The desk tells newcomers, and those who wait, how long it will take: measured from how its queues moved."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core import command as c
from core.message import Choice, plain
from core.policy import Level
from core.routes import Assignment
from core.turn import Standing
from core.waiting import Queue
from tests.core.given import policy
from tests.laws.world import NAMES, Fake, World

REMINDING = Level(assignment=Assignment(queue=Queue(reminder_seconds=100, answer_seconds=50)))


@pytest.fixture
def world() -> Iterator[World]:
    made = policy(Fake.capabilities)
    rules = replace(made, channel=replace(made.channel, id="three"), everywhere=REMINDING, compiled={})
    found = World(1, policies={"three": rules})
    found.sits("a-kai", "online", capacity=1)
    yield found
    found.close()


def comes(world: World, *names: str) -> None:
    for name in names:
        world.writes(f"three:{name}")
        world.run(0.5)


def serves(world: World, seconds: float) -> str:
    """Kai takes so long for the chat they have, and closes it."""
    ((customer, agent),) = world.store.chats()
    world.run(seconds)
    world.asks(customer, c.Close(c.Actor(agent, NAMES[agent])))
    world.run(0.5)
    return customer


def told(world: World, name: str) -> list[str]:
    conversation = world.wait(world.store.load("three", f"three:{name}"))
    assert conversation is not None and conversation[0].session is not None
    return [plain(stored.message.content) for stored in world.wait(world.store.history(conversation[0].session.id))]


def test_nothing_is_said_of_the_wait_until_it_was_measured(world: World) -> None:
    comes(world, "ann", "bob", "cid")
    assert told(world, "cid")[-1] == "You are number 2."


def test_a_newcomer_is_told_what_the_queue_has_shown(world: World) -> None:
    comes(world, *(f"c{n}" for n in range(6)))
    for _ in range(4):
        serves(world, 19.5)
    comes(world, "late")
    assert told(world, "late")[-1] == "You are number 2.\nWait 1."
    standing = world.desk.standing(world.store.sessions_now()[-1].id)
    assert standing is not None and standing.wait is not None
    assert 39 <= standing.wait <= 41


def test_the_first_come_is_served_first_and_the_places_move_up(world: World) -> None:
    comes(world, "c0", "c1", "c2", "c3")
    sessions = {one.id: number for number, one in enumerate(sorted(world.store.sessions_now(), key=lambda one: one.id))}
    order = [session for session in sessions if world.desk.position(session) is not None]
    assert [world.desk.position(session) for session in order] == [1, 2, 3]
    assert serves(world, 10) == "three:c0"
    assert [world.desk.position(session) for session in order] == [None, 1, 2]
    assert world.desk.standing(order[2]) == Standing(2, None)


def test_a_reminder_asks_with_place_and_button_and_who_is_silent_is_let_go(world: World) -> None:
    comes(world, "ann", "bob")
    world.run(101.0)
    conversation = world.wait(world.store.load("three", "three:bob"))
    assert conversation is not None and conversation[0].session is not None
    (asked,) = [
        stored.message.content
        for stored in world.wait(world.store.history(conversation[0].session.id))
        if isinstance(stored.message.content, Choice)
    ]
    assert (asked.text, [option.id for option in asked.options]) == ("queue_reminder", ["keep_waiting"])
    world.run(51.0)
    conversation = world.wait(world.store.load("three", "three:bob"))
    assert conversation is not None and conversation[0].last is not None
    assert conversation[0].last.closed is not None
    assert conversation[0].last.closed.reason == "queue_cut"


def test_the_place_that_is_cut_free_moves_the_others_up_at_once(world: World) -> None:
    comes(world, "ann", "bob", "cid")
    world.run(140.0)
    world.writes("three:cid", "still here")
    world.run(15.0)
    (cid,) = [one for one in world.store.sessions_now() if one.phase == "queued"]
    assert world.desk.position(cid.id) == 1
