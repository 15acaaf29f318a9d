"""Message webhooks at work: signed, in order, at least once, again after failures, one node at a time."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from api.documents import EVERYWHERE, Scope
from core.command import Annotate, Close
from core.errors import StoreDown
from core.hook import DAY_MS, Outcome
from gateway.hooks import Hooks, HookShell, signed
from inbox.routes import ROUTES as INBOX
from tests.api import hits
from tests.api.world import NOON, World, world
from tests.core.given import BOSS

SECRET = "canary-hook-secret"
TAKEN = Outcome(taken=True, status=200)
BROKEN = Outcome(taken=False, status=500, reason="HTTP 500")
ALL = ("session.opened", "session.closed", "message.customer", "message.agent", "session.queued")


@dataclass
class Wire:
    """A receiver: answers as it is told for each address, and keeps what came."""

    answers: dict[str, Outcome] = field(default_factory=dict)
    hanging: set[str] = field(default_factory=set)
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Outcome:
        async with self.came:
            self.calls.append((url, headers, body))
            self.came.notify_all()
        if url in self.hanging:
            await asyncio.Event().wait()
        return self.answers.get(url, TAKEN)

    def bodies(self, url: str = "https://crm.example") -> list[Any]:
        return [json.loads(body) for to, _, body in self.calls if to == url]

    def types(self, url: str = "https://crm.example") -> list[str]:
        return [body["type"] for body in self.bodies(url)]

    async def until(self, right: Callable[[], bool]) -> None:
        async with asyncio.timeout(20), self.came:
            await self.came.wait_for(right)


@dataclass
class House:
    world: World
    wire: Wire

    def hooks(self, node: str = "n1", wire: Wire | None = None) -> Hooks:
        rim = self.world.rim
        return Hooks(
            HookShell(
                store=rim.store, clock=rim.clock, random=Random(1), node=node, directory=rim.directory,
                hub=rim.hub, files=rim.files, vault=rim.vault, wire=wire or self.wire, new_id=rim.new_id,
            )
        )  # fmt: skip

    async def sets(self, *names: str, scope: Scope = EVERYWHERE, **more: Any) -> None:
        """Message webhooks by name, each with an address of its own."""
        rim, place = self.world.rim, f"settings {scope.key('webhooks')}"
        entries = [
            {
                "name": name, "url": f"https://{name}.example", "types": list(ALL),
                "secret": {"sealed": rim.vault.seal(SECRET, place, name)}, **more,
            }
            for name in names
        ]  # fmt: skip
        await rim.directory.save_setting(scope, "webhooks", {"subscriptions": entries}, who="owner")

    @asynccontextmanager
    async def running(self, node: str = "n1", wire: Wire | None = None) -> AsyncIterator[Hooks]:
        hooks = self.hooks(node, wire)
        task = asyncio.ensure_future(hooks.run())
        await asyncio.sleep(0)
        try:
            yield hooks
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await hooks.stop()

    async def settled(self, hook: str = "all.crm") -> None:
        """Until nothing waits for a webhook."""
        async with asyncio.timeout(20):
            while (await self.world.store.hooks.sizes(hook, 1000)).waiting:
                await asyncio.sleep(0.01)


@pytest.fixture
async def house(aiohttp_client: Any, request: pytest.FixtureRequest) -> House:
    here = await world(aiohttp_client, INBOX, hits.of(request.config))
    await here.channel()
    return House(here, Wire())


async def test_what_happens_is_told_signed_and_in_order(house: House) -> None:
    await house.sets("crm")
    async with house.running():
        session = await house.world.chat("kites", "ann", "Hello")
        await house.world.rim.engine.at_session(session, Close(BOSS))
        await house.wire.until(lambda: len(house.wire.calls) == 4)
    assert house.wire.types() == ["session.opened", "message.customer", "session.queued", "session.closed"]
    _, headers, raw = house.wire.calls[1]
    said = json.loads(raw)
    assert said["id"] == headers["webhook-id"]
    assert (said["webhook"], said["at"]) == ("all.crm", "2025-06-15T15:06:40.000Z")
    assert said["data"]["message"]["content"] == {"type": "text", "text": "Hello"}
    assert said["data"]["session"]["id"] == session
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + raw
    digest = base64.b64encode(hmac.digest(SECRET.encode(), text, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    assert headers["webhook-timestamp"] == str(NOON // 1000)


def test_a_secret_with_the_usual_prefix_is_the_base64_of_its_key() -> None:
    """As standardwebhooks.com gives it: id, timestamp, body and secret of its own example."""
    headers = signed(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330000, b'{"test": 2432232314}'
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_what_was_said_before_it_was_set_is_not_told(house: House) -> None:
    await house.world.chat("kites", "ann", "before")
    async with house.running():
        await house.sets("crm")
        await house.world.chat("kites", "bob", "after")
        await house.wire.until(lambda: len(house.wire.calls) == 3)
    assert [each["data"]["message"]["content"]["text"] for each in house.wire.bodies()[1:2]] == ["after"]


async def test_what_was_said_while_nobody_ran_is_told_afterwards(house: House) -> None:
    await house.sets("crm")
    async with house.running():
        await house.world.chat("kites", "ann", "first")
        await house.wire.until(lambda: len(house.wire.calls) == 3)
        await house.settled()
    await house.world.chat("kites", "bob", "second")
    async with house.running():
        await house.wire.until(lambda: len(house.wire.calls) == 6)
        await house.settled()
    assert [body["data"]["session"]["number"] for body in house.wire.bodies()] == [1, 1, 1, 2, 2, 2]


async def test_notes_are_not_told_and_nothing_of_other_types(house: House) -> None:
    await house.sets("crm", types=["message.agent", "session.closed"])
    async with house.running():
        session = await house.world.chat("kites", "ann", "Hello")
        await house.world.rim.engine.at_session(session, Annotate(BOSS, "canary note"))
        await house.world.rim.engine.at_session(session, Close(BOSS))
        await house.wire.until(lambda: bool(house.wire.calls))
        await house.settled()
    assert house.wire.types() == ["session.closed"]
    assert b"canary" not in house.wire.calls[0][2]


async def test_one_that_is_switched_off_hears_nothing_of_that_time(house: House) -> None:
    async with house.running():
        await house.sets("crm", on=False)
        await house.world.chat("kites", "ann", "unheard")
        async with asyncio.timeout(20):
            while (hook := await house.world.store.hooks.get("all.crm")) is None or hook.cursor < 4:
                house.world.clock.at += 1
                await asyncio.sleep(0.05)
                await house.sets("crm", on=False)
        await house.sets("crm")
        await house.world.chat("kites", "bob", "heard")
        await house.wire.until(lambda: len(house.wire.calls) == 3)
    assert {body["data"]["session"]["number"] for body in house.wire.bodies()} == {2}


# --- failures --------------------------------------------------------------------------------------------------------


async def test_a_failure_is_tried_again_before_what_follows_in_its_chat(house: House) -> None:
    await house.sets("crm")
    house.wire.answers["https://crm.example"] = BROKEN
    async with house.running() as hooks:
        await house.world.chat("kites", "ann", "Hello")
        await house.wire.until(lambda: len(house.wire.calls) == 1)
        async with asyncio.timeout(20):
            while not (log := (await house.world.store.hooks.log("all.crm"))[0]) or log[-1].attempt == 0:
                await asyncio.sleep(0.01)
        del house.wire.answers["https://crm.example"]
        house.world.clock.at += 10_000
        hooks.stir("all.crm")
        await house.wire.until(lambda: len(house.wire.calls) == 4)
        await house.settled()
    assert house.wire.types() == ["session.opened", "session.opened", "message.customer", "session.queued"]
    assert house.wire.bodies()[0] == house.wire.bodies()[1], "the same id, so that the receiver knows it"


async def test_a_receiver_that_hangs_or_fails_costs_the_others_nothing(house: House) -> None:
    await house.sets("slow", "bad", "crm")
    house.wire.hanging.add("https://slow.example")
    house.wire.answers["https://bad.example"] = BROKEN
    async with house.running():
        for name in "abcdefgh":
            await house.world.chat("kites", name, "Hello")
        await house.wire.until(lambda: len(house.wire.bodies()) == 24)
        await house.settled()
    assert len(house.wire.bodies("https://slow.example")) == 4, "no more calls at once to one endpoint"


async def test_a_dead_endpoint_is_not_hammered_and_goes_on_when_a_probe_succeeds(house: House) -> None:
    await house.sets("crm")
    house.wire.answers["https://crm.example"] = BROKEN
    store = house.world.store.hooks
    async with house.running() as hooks:
        for name in "abcdefghij":
            await house.world.chat("kites", name, "Hello")
        async with asyncio.timeout(20):
            while (hook := await store.get("all.crm")) is None or hook.paused_at is None:
                await asyncio.sleep(0.01)
        tried = len(house.wire.calls)
        assert tried <= 8, "five in a row, and what was under way then"
        house.world.clock.at += 20_000
        hooks.stir("all.crm")
        await asyncio.sleep(0.25)  # two looks of the lane
        assert len(house.wire.calls) == tried, "it is left alone until the probe"
        del house.wire.answers["https://crm.example"]
        house.world.clock.at += 60_000
        hooks.stir("all.crm")
        await house.settled()
        well = await store.get("all.crm")
    assert well is not None and (well.paused_at, well.failures) == (None, 0)
    for number in range(1, 11):
        told = [each["type"] for each in house.wire.bodies() if each["data"]["session"]["number"] == number]
        assert list(dict.fromkeys(told)) == ["session.opened", "message.customer", "session.queued"]


async def test_one_that_is_resumed_by_hand_is_tried_at_once(house: House) -> None:
    await house.sets("crm")
    house.wire.answers["https://crm.example"] = Outcome(taken=False, status=410, gone=True, reason="HTTP 410")
    store = house.world.store.hooks
    async with house.running() as hooks:
        await house.world.chat("kites", "ann", "Hello")
        async with asyncio.timeout(20):
            while (hook := await store.get("all.crm")) is None or hook.paused_at is None:
                await asyncio.sleep(0.01)
        del house.wire.answers["https://crm.example"]
        await store.resume("all.crm", house.world.clock.at)
        hooks.stir("all.crm")
        await house.settled()


async def test_after_a_day_what_waits_is_given_up_and_may_be_replayed(house: House) -> None:
    await house.sets("crm")
    house.wire.answers["https://crm.example"] = Outcome(taken=False, status=410, gone=True, reason="HTTP 410")
    store = house.world.store.hooks
    async with house.running() as hooks:
        await house.world.chat("kites", "ann", "Hello")
        async with asyncio.timeout(20):
            while (hook := await store.get("all.crm")) is None or hook.paused_at is None:
                await asyncio.sleep(0.01)
        house.world.clock.at += DAY_MS + 1
        hooks.stir("all.crm")
        await house.settled()
        assert (await store.sizes("all.crm", 9)).parked == 3
        del house.wire.answers["https://crm.example"]
        await store.resume("all.crm", house.world.clock.at)
        await store.replay_parked("all.crm", house.world.clock.at, 9)
        hooks.stir("all.crm")
        await house.settled()
    assert house.wire.types()[-3:] == ["session.opened", "message.customer", "session.queued"]


async def test_a_store_that_is_away_for_a_while_loses_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.sets("crm")
    store, down = house.world.store.hooks, [3]
    add = store.add

    async def failing(*args: Any) -> None:
        if down[0]:
            down[0] -= 1
            raise StoreDown("away")
        await add(*args)

    monkeypatch.setattr(store, "add", failing)
    monkeypatch.setattr("gateway.hooks.RETRY_S", 0.01)
    async with house.running():
        await house.world.chat("kites", "ann", "Hello")
        await house.wire.until(lambda: len(house.wire.calls) == 3)
        await house.settled()
    assert house.wire.types() == ["session.opened", "message.customer", "session.queued"]


async def test_a_secret_of_another_key_is_told_and_nothing_leaves(house: House) -> None:
    await house.sets("crm", secret={"sealed": "nokey.abc"})
    async with house.running() as hooks:
        assert (await hooks.test("all.crm")).reason == (
            "Its secret cannot be opened with the key in use: set it again."
        )
    assert house.wire.calls == []


# --- nodes -----------------------------------------------------------------------------------------------------------


async def test_two_nodes_tell_everything_once_and_the_second_takes_over(house: House) -> None:
    await house.sets("crm")
    one, two = Wire(), Wire()
    async with house.running("n2", two):
        async with house.running("n1", one):
            for name in "abcdef":
                await house.world.chat("kites", name, "Hello")
            async with asyncio.timeout(20):
                while len(one.calls) + len(two.calls) < 18:
                    await asyncio.sleep(0.01)
            await house.settled()
        assert {len(one.calls), len(two.calls)} == {0, 18}
        house.world.clock.at += 20_000  # whichever of them had it, its lease is over
        await house.world.chat("kites", "zoe", "Hello")
        await two.until(lambda: any(each["data"]["session"]["number"] == 7 for each in two.bodies()))
        await house.settled()
    ids = [headers["webhook-id"] for _, headers, _ in one.calls + two.calls]
    assert len(ids) == len(set(ids)) == 21


async def test_one_that_was_fenced_stops_at_once(house: House) -> None:
    await house.sets("crm")
    async with house.running("n1"):
        await house.world.chat("kites", "ann", "Hello")
        await house.wire.until(lambda: len(house.wire.calls) == 3)
        await house.settled()
        house.world.clock.at += 100_000
        taken = await house.world.store.hooks.keep("all.crm", "n2", NOON + 100_000, NOON + 900_000, 0)
        assert taken is not None and taken.fence == 2
        await house.world.chat("kites", "bob", "Hello")
        await asyncio.sleep(0.3)  # three looks of the lane
    assert len(house.wire.calls) == 3
    assert (await house.world.store.hooks.get("all.crm")) == taken


# --- what stands on no feed ------------------------------------------------------------------------------------------


async def test_an_agents_status_is_told_when_it_changed(house: House) -> None:
    await house.world.agent("agent", "mei")
    await house.sets("crm", types=["agent.status"])
    store = house.world.store
    async with house.running() as hooks:
        async with asyncio.timeout(20):
            while (hook := await store.hooks.get("all.crm")) is None or not hook.statuses:
                await asyncio.sleep(0.01)
        await store.set_status("mei", "busy", "lunch", NOON)
        hooks.stir("all.crm")
        await house.wire.until(lambda: bool(house.wire.calls))
        await house.settled()
    (told,) = house.wire.bodies()
    assert told["data"] == {"agent": {"id": "mei", "name": "Mei", "status": "busy", "reason": "lunch"}}


async def test_a_test_is_sent_at_once_and_kept_nowhere(house: House) -> None:
    await house.sets("crm")
    async with house.running() as hooks:
        assert await hooks.test("all.crm") == TAKEN
    (told,) = house.wire.bodies()
    assert (told["type"], told["data"]) == ("test", {})
    assert (await house.world.store.hooks.log("all.crm"))[0] == []


async def test_what_belongs_to_one_that_is_gone_is_forgotten(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.hooks.STRANGE_S", 0.0)
    await house.sets("crm")
    async with house.running():
        await house.world.chat("kites", "ann", "Hello")
        await house.wire.until(lambda: len(house.wire.calls) == 3)
        await house.settled()
        await house.sets()
        async with asyncio.timeout(20):
            while await house.world.store.hooks.all():
                await asyncio.sleep(0.01)
    assert (await house.world.store.hooks.log("all.crm"))[0] == []


async def test_nothing_at_all_is_done_where_none_is_set(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(*_: Any, **__: Any) -> Any:
        raise AssertionError("the feed was read")

    monkeypatch.setattr(house.world.store, "feed", read)
    async with house.running() as hooks:
        await house.world.chat("kites", "ann", "Hello")
        assert hooks._lanes == {}
