"""What Twilio told nobody, asked for again: over real HTTP from its look-alike, with the connector the product has."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, replace
from itertools import count
from typing import cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from structlog.testing import capture_logs

from api.directory import Directory
from connectors.whatsapp import TwilioSettings, WhatsApp
from core.channel import Delivery
from core.codec import convert
from core.command import Block, Erase
from core.customer import Address
from core.effect import Deliver
from core.engine import Done, Engine, Surroundings
from core.errors import StoreDown
from core.event import StateChanged
from core.message import Image, Message, Text
from core.ports.reading import StoredMessage
from core.ports.writing import Lease, Leased, Settlement
from core.turn import Outlook
from gateway.catching_up import CatchingUp
from gateway.shell import Ways
from gateway.webhooks import Door, Intake, routes
from gateway.wire import Network
from simulator.accounts import Phone
from simulator.app import Simulator
from stores.memory import MemoryStore
from tests.core.given import BOSS, policy
from tests.gateway.test_webhooks import NoSpool

CHANNEL, SENDER, MINUTE, HOUR = "wa", "whatsapp:+14155238886", 60_000, 3_600_000


@dataclass
class Doc:
    created_at: int


class Shelf:
    """What is asked of the directory here."""

    def __init__(self, created_at: int) -> None:
        self.channels = {CHANNEL: Doc(created_at)}

    def prepare(self, channel: str) -> Awaitable[None] | None:
        return None


class House:
    """One WhatsApp channel of two days ago, its door and what asks for what the door missed."""

    def __init__(self, sim: Simulator, network: Network, port: int) -> None:
        self.clock, self.store, self.counts, self.errands = sim.clock, MemoryStore(), list[str](), list[Leased]()
        url = f"http://127.0.0.1:{port}"
        self.account = sim.twilio.account(sender=SENDER, webhook_url=f"{url}/hooks/{CHANNEL}")
        own = self.account.credentials
        settings = {"account_sid": own.account_sid, "auth_token": own.auth_token, "from": own.sender}
        self.connector = WhatsApp(convert(settings | {"api_base": f"{sim.url}/twilio"}, TwilioSettings))
        rules = policy(self.connector.capabilities)
        rules = replace(rules, channel=replace(rules.channel, id=CHANNEL), compiled={})
        ids = count(1)
        around = Surroundings(
            policy=lambda channel: rules,
            new_id=lambda: f"{next(ids):08}",
            number=lambda: next(ids),
            outlook=lambda channel, group: Outlook(),
            lease=lambda now: Lease("node", now + MINUTE),
            done=self._done,
        )
        self.engine = Engine(self.store, self.clock, around)
        door = Door(self.connector, True)
        intake = Intake(
            self.store, self.engine, self.clock, url, lambda channel: door, lambda _, what: self.counts.append(what),
            NoSpool(),
        )  # fmt: skip
        self.app = web.Application()
        self.app.add_routes(routes(intake))
        self.wire = network.wire([sim.url])
        ways = Ways(self.connector, self.wire, None)
        self.shelf = Shelf(self.clock.now() - 48 * HOUR)
        directory = cast(Directory, self.shelf)
        self.catching_up = CatchingUp(directory, self.store, intake, self.clock, lambda channel: ways, lambda: True)

    def _done(self, done: Done) -> None:
        self.errands += done.committed.errands if done.committed else ()

    def deaf(self) -> None:
        """From now on no webhook arrives."""
        self.account.fail_webhooks("drop", times=None)

    async def look(self) -> int:
        return await self.catching_up.look(CHANNEL)

    async def stored(self, phone: Phone) -> list[StoredMessage]:
        found = await self.store.load(CHANNEL, f"whatsapp:{phone.id}")
        return list(await self.store.history(found[0].session.id)) if found and found[0].session else []

    async def said(self, phone: Phone) -> list[Message]:
        """By the customer."""
        return [each.message for each in await self.stored(phone) if each.message.author.kind == "customer"]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    network, port = Network(), unused_port()
    await network.start()
    async with Simulator(time_scale=0.001, seed=7) as sim:
        made = House(sim, network, port)
        async with TestServer(made.app, port=port):
            yield made
    await network.stop()


async def test_what_came_while_nobody_listened_is_taken_once_in_order_and_with_its_time(house: House) -> None:
    house.deaf()
    phone, other = house.account.phone(), house.account.phone()
    then = house.clock.now()
    await phone.text("hello?")
    await phone.text("is anybody there?")
    house.clock.advance(2_000)
    await phone.image(b"jpeg", caption="look")
    await other.text("hello")
    house.clock.advance(3 * HOUR)
    with capture_logs() as logged:
        assert await house.look() == 4
    assert [line["count"] for line in logged if line["event"] == "catching_up.caught_up"] == [4]
    first, second, third = await house.said(phone)
    assert (first.content, abs(first.at - then) < 2_000) == (Text("hello?"), True)
    assert second.content == Text("is anybody there?")
    assert isinstance(third.content, Image)
    assert (third.content.caption, third.content.mime) == ("look", "image/jpeg")
    assert [message.content for message in await house.said(other)] == [Text("hello")]
    assert await house.look() == 0


async def test_what_a_webhook_brought_is_left_alone(house: House) -> None:
    phone = house.account.phone()
    await phone.text("heard")
    house.clock.advance(HOUR)
    assert await house.look() == 0
    assert [message.content for message in await house.said(phone)] == [Text("heard")]
    assert house.counts == ["kept"]


async def test_what_may_still_be_on_its_way_is_waited_for(house: House) -> None:
    """The webhook says more than the list does: a name, a place, a button."""
    house.deaf()
    await house.account.phone().text("just now")
    assert await house.look() == 0
    house.clock.advance(2 * MINUTE)
    assert await house.look() == 1


async def test_nothing_is_taken_from_before_the_channel_was_set_up_as_it_is(house: House) -> None:
    house.deaf()
    phone = house.account.phone()
    await phone.text("said to somebody else")
    house.clock.advance(HOUR)
    await house.store.put("channels", CHANNEL, {}, who="admin", at=house.clock.now())
    house.clock.advance(HOUR)
    await phone.text("said to us")
    house.clock.advance(HOUR)
    assert await house.look() == 1
    assert [message.content for message in await house.said(phone)] == [Text("said to us")]


async def test_nothing_is_taken_whose_cause_may_be_forgotten(house: House) -> None:
    house.deaf()
    phone = house.account.phone()
    await phone.text("yesterday")
    house.clock.advance(23 * HOUR + MINUTE)
    await phone.text("today")
    house.clock.advance(2 * MINUTE)
    assert await house.look() == 1
    assert [message.content for message in await house.said(phone)] == [Text("today")]


async def test_a_customer_who_was_erased_stays_erased(house: House) -> None:
    phone = house.account.phone()
    await phone.text("forget me")
    where = Address(CHANNEL, f"whatsapp:{phone.id}")
    state, _ = await house.store.load(where.channel, where.id) or pytest.fail("nothing was kept")
    await house.engine.handle(where, Erase("owner"))
    await house.store.erase(state.id, None, 1_000)
    house.clock.advance(HOUR)
    await house.look()
    assert await house.store.load(where.channel, where.id) is None


async def test_what_has_no_place_afterwards_is_taken_once_too(house: House) -> None:
    """A blocked customer's message stands in no chat."""
    phone = house.account.phone()
    await phone.text("hello")
    await house.engine.handle(Address(CHANNEL, f"whatsapp:{phone.id}"), Block(BOSS, -1))
    house.deaf()
    await phone.text("let me in")
    house.clock.advance(HOUR)
    assert [await house.look() for _ in range(3)] == [1, 0, 0]
    assert house.counts == ["kept", "kept"]


async def test_a_failure_that_was_told_to_nobody_is_shown(house: House) -> None:
    """Sent without a callback, a day after the customer wrote: Twilio takes it, and WhatsApp does not."""
    phone = house.account.phone()
    await phone.text("hello")
    house.clock.advance(25 * HOUR)
    greeting = next(errand for errand in house.errands if isinstance(errand.effect, Deliver))
    assert isinstance(greeting.effect, Deliver)
    delivery = Delivery(id="1", address=greeting.address, parts=greeting.effect.parts)
    (sid,) = (await house.connector.deliver(delivery, house.wire)).message_ids
    seq, now = greeting.effect.parts[0].seq or pytest.fail("it stands in no session"), house.clock.now()
    sent = Settlement(
        key=greeting.key, conversation=greeting.conversation, session=greeting.effect.session, done=True,
        message_ids=((seq, sid),),
        facts=(StateChanged(seq, "sent", now),), at=now,
    )  # fmt: skip
    await house.store.settle(sent)
    async with asyncio.timeout(20):
        while await house.look() == 0:
            await asyncio.sleep(0.01)
    shown = next(each for each in await house.stored(phone) if each.message.seq == seq)
    assert (shown.state, shown.code) == ("failed", "63016")
    assert await house.look() == 0


async def test_what_waits_in_the_spool_comes_first(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was answered 2xx, and says more than the provider's list."""
    house.deaf()
    await house.account.phone().text("hello")
    house.clock.advance(HOUR)
    monkeypatch.setattr(NoSpool, "holds", lambda spool, channel: True)
    assert await house.look() == 0
    monkeypatch.undo()
    assert await house.look() == 1


async def test_a_provider_that_does_not_answer_is_asked_again(house: House) -> None:
    house.deaf()
    phone = house.account.phone()
    await phone.text("hello")
    house.clock.advance(HOUR)
    house.account.fail(503)
    with capture_logs() as logged:
        assert await house.look() == 0
    assert [line["event"] for line in logged] == ["catching_up.not_told"]
    assert await house.look() == 1


async def test_one_channel_that_cannot_be_looked_at_costs_the_others_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its provider is not asked again before its time."""
    asked: list[str] = []

    async def look(channel: str) -> int:
        asked.append(channel)
        raise (StoreDown("away") if channel == CHANNEL else KeyError("of ours"))

    monkeypatch.setattr(house.catching_up, "look", look)
    house.shelf.channels["other"] = Doc(0)
    running = asyncio.create_task(house.catching_up.run())
    with capture_logs() as logged:
        async with asyncio.timeout(20):
            while len(logged) < 2:
                await asyncio.sleep(0.01)
    running.cancel()
    assert asked == [CHANNEL, "other"]
    assert [line["event"] for line in logged] == ["catching_up.store_down", "catching_up.defect"]
