"""Bots at work over a real engine, outbox and store: the answer comes back as a command, once, and a bot that is down
gives way to people."""

import asyncio
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from api.documents import BotDoc
from api.rim import Signal
from api.vault import CannotOpen
from core import command as c
from core.channel import Answer
from core.customer import Address
from core.effect import AskBot
from core.engine import Done, Engine, Surroundings
from core.errors import DeliveryError, Rejected, Uncertain, Unreachable
from core.handover import Handover
from core.message import Author, Text
from core.mode import Reception
from core.policy import Policy
from core.ports.reading import SessionQuery
from core.ports.writing import Cause, Lease, Leased
from core.turn import Outlook
from gateway.bot_typing import TypingSign, showing
from gateway.bots import Bots
from gateway.outbox import Outbox
from gateway.shell import Shell
from stores.memory import MemoryStore
from tests.connectors.wires import FakeWire, answer
from tests.core.given import CHAT, NOON, bots, inbound, policy

ANN = Address("chan", "ann")


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> int:
        return self.at


class House:
    """One conversation, one bot behind a fake wire, and everything between them as it is."""

    def __init__(self, kind: str = "webhook", **more: Any) -> None:
        settings: dict[str, Any] = {"url": "https://bot.example"} if kind != "faq" else {}
        if kind == "webhook":
            settings["secret"] = "a secret of 22 letters"
        if kind == "faq":
            hours = {"id": "hours", "question": {"en": "When are you open?"}, "answer": {"en": "Nine."}}
            settings["questions"] = [hours]
        self.doc = BotDoc(id="robo", name="Robo", kind=kind, settings=settings, **more)  # type: ignore[arg-type]
        self.store, self.clock, self.wire = MemoryStore(), Clock(), FakeWire()
        self.policy: Policy = policy(
            CHAT, reception=Reception(service="bot_first", bot="robo"), audience=bots(self.doc.rules)
        )
        self.known = {"robo": self.doc}
        self.sealed = False
        directory = SimpleNamespace(bots=self.known, opened=self.opened, channel=lambda channel: None)
        network = SimpleNamespace(wire=lambda trusted: self.wire)
        self.bots = Bots(directory, network, self.store, self.clock, lambda it: it, "https://desk.example", self.shows)  # type: ignore[arg-type]
        ids, numbers = count(1), count(1)
        around = Surroundings(
            policy=lambda channel: self.policy,
            new_id=lambda: f"id-{next(ids):06}",
            number=lambda: next(numbers),
            outlook=lambda channel, group: Outlook(),
            lease=self.lease,
            done=self.happened,
        )
        self.engine = Engine(self.store, self.clock, around)
        self.asked: list[Leased] = []
        self.signs: list[tuple[str, str]] = []
        self.inbounds = count(1)

    async def shows(self, session: str, channel: str, address: str) -> None:
        self.signs.append((channel, address))

    def opened(self, doc: BotDoc) -> dict[str, Any]:
        if self.sealed:
            raise CannotOpen("sealed with another key")
        return doc.settings

    def lease(self, now: int) -> Lease:
        return Lease("here", now + 60_000)

    def happened(self, done: Done) -> None:
        if done.committed is not None:
            self.asked += [errand for errand in done.committed.errands if isinstance(errand.effect, AskBot)]

    async def hear(self, text: str) -> str:
        id = f"m{next(self.inbounds)}"
        done = await self.engine.handle(ANN, c.Receive(inbound(text, id=id)), Cause("chan", id))
        assert done.session is not None
        return done.session.id

    async def ask(self) -> None:
        """Carry out the errands there are, in order."""
        while self.asked:
            errand = self.asked.pop(0)
            assert isinstance(errand.effect, AskBot)
            await self.bots.ask(self.engine, errand, errand.effect)

    async def said(self, session: str) -> list[tuple[str, str]]:
        return [
            (stored.message.author.kind, stored.message.content.text)
            for stored in await self.store.history(session)
            if isinstance(stored.message.content, Text)
        ]

    async def phase(self, session: str) -> str:
        row = await self.store.session(session)
        assert row is not None
        return row.session.phase


async def test_the_answer_stands_in_the_chat() -> None:
    house = House()
    house.wire.outcomes = [answer(200, {"messages": [{"type": "text", "text": "On its way."}]})]
    session = await house.hear("where is my order")
    await house.ask()
    assert await house.said(session) == [
        ("customer", "where is my order"),
        ("system", "Hello!"),
        ("bot", "On its way."),
    ]
    last = (await house.store.history(session))[-1].message
    assert last.author == Author(kind="bot", id="robo", name="Robo")


async def test_an_errand_done_twice_is_answered_once() -> None:
    house = House()
    reply = answer(200, {"messages": [{"type": "text", "text": "On its way."}]})
    house.wire.outcomes = [reply, reply]
    session = await house.hear("where is my order")
    house.asked *= 2
    await house.ask()
    assert [kind for kind, _ in await house.said(session)] == ["customer", "system", "bot"]


async def test_our_own_bot_needs_no_network() -> None:
    house = House("faq")
    session = await house.hear("when are u open")
    await house.ask()
    assert ("bot", "Nine.") in await house.said(session)


async def test_messages_are_asked_one_after_another() -> None:
    house = House()
    order: list[str] = []
    gate = asyncio.Event()

    class Slow(FakeWire):
        async def call(self, method: str, url: str, headers: Any = None, body: Any = None, **more: Any) -> Answer:
            text = msgspec.json.decode(body)["message"]["text"]
            order.append(f"asked {text}")
            if text == "one":
                await gate.wait()
            order.append(f"answered {text}")
            return answer(204)

    house.wire = Slow()
    await house.hear("one")
    await house.hear("two")
    first, second = house.asked
    assert isinstance(first.effect, AskBot) and isinstance(second.effect, AskBot)
    tasks = [
        asyncio.ensure_future(house.bots.ask(house.engine, errand, errand.effect))
        for errand in (first, second)
        if isinstance(errand.effect, AskBot)
    ]
    while not order:
        await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*tasks)
    assert order == ["asked one", "answered one", "asked two", "answered two"]


@pytest.mark.parametrize("error", [Rejected("404", "HTTP 404."), Uncertain("network", "took too long.")])
async def test_a_bot_that_is_down_gives_way_to_people_at_once(error: DeliveryError) -> None:
    house = House()
    house.wire.outcomes = [error]
    session = await house.hear("where is my order")
    await house.ask()
    assert await house.phase(session) == "queued"


async def test_a_bot_that_cannot_be_reached_is_tried_again_while_there_is_time() -> None:
    house = House(wait_seconds=15)
    house.wire.outcomes = [Unreachable("network", "refused."), Unreachable("network", "refused.")]
    session = await house.hear("where is my order")
    (errand,) = house.asked
    with pytest.raises(Unreachable):
        await house.ask()
    house.clock.at += 14_000
    house.asked = [errand]
    await house.ask()
    assert await house.phase(session) == "queued"


async def test_nobody_is_asked_once_the_time_is_over() -> None:
    house = House()
    await house.hear("where is my order")
    house.clock.at += 15_000
    await house.ask()
    assert house.wire.calls == []


async def test_an_answer_that_comes_after_people_have_it_is_dropped() -> None:
    house = House()
    session = await house.hear("where is my order")
    mei = c.Actor("mei", "Mei")
    await house.store.seat("mei", capacity=5, at=NOON)
    await house.store.set_status("mei", "online", None, NOON)
    await house.engine.at_session(session, c.Claim(mei))
    house.wire.outcomes = [answer(200, {"messages": [{"type": "text", "text": "On its way."}]})]
    await house.ask()
    assert "bot" not in [kind for kind, _ in await house.said(session)]
    assert await house.phase(session) == "active"


async def test_an_answer_that_cannot_be_sent_calls_people() -> None:
    house = House()
    house.wire.outcomes = [answer(200, {"messages": [{"type": "text", "text": " "}]})]
    session = await house.hear("where is my order")
    await house.ask()
    assert await house.phase(session) == "queued"


async def test_a_bot_that_was_removed_meanwhile_calls_people() -> None:
    house = House()
    session = await house.hear("where is my order")
    house.known.clear()
    await house.ask()
    assert await house.phase(session) == "queued"


async def test_a_bot_that_hands_over_names_whom_it_means() -> None:
    house = House(handover=Handover())
    house.wire.outcomes = [answer(200, {"handover": {"note": "Wants ten."}})]
    session = await house.hear("where is my order")
    await house.ask()
    assert await house.phase(session) == "queued"
    notes = [stored.message.content for stored in await house.store.history(session)]
    assert any(getattr(note, "text", "") == "Wants ten." for note in notes)


async def test_secrets_that_no_key_opens_are_said_to_be_so() -> None:
    house = House()
    house.sealed = True
    trial = await house.bots.try_out("robo", "hello", "en")
    assert (trial.ok, trial.reason) == (False, "Its secrets were sealed with a key that is not here: set them again.")


async def test_trying_a_bot_leaves_no_chat() -> None:
    house = House()
    house.wire.outcomes = [answer(200, {"messages": [{"type": "text", "text": "Hi!"}]}), answer(202), answer(404)]
    trial = await house.bots.try_out("robo", "hello", "en")
    assert trial.ok and trial.reply is not None and house.wire.calls[0].data["test"] is True
    assert (await house.bots.try_out("robo", "hello", "en")).reason == "The bot will answer later."
    failed = await house.bots.try_out("robo", "hello", "en")
    assert (failed.ok, failed.reason, failed.reply) == (False, "The bot answered HTTP 404.", None)
    assert (await house.store.sessions(SessionQuery())).items == ()


async def test_the_outbox_does_the_errand_and_the_timer() -> None:
    house = House(wait_seconds=5)
    house.wire.outcomes = [answer(202)]
    shell = Shell(
        store=house.store, engine=house.engine, clock=house.clock, random=Random(1), lease=house.lease,
        ways=_gone, find_agent=_nothing, fetch=_nothing, public=lambda content: content,  # type: ignore[arg-type]
        count=lambda channel, what: None, ask_bot=lambda errand, effect: house.bots.ask(house.engine, errand, effect),
    )  # fmt: skip
    outbox = Outbox(shell)
    session = await house.hear("where is my order")
    outbox.accept(tuple(house.asked))
    running = asyncio.ensure_future(outbox.run())
    while not house.wire.calls:
        await asyncio.sleep(0)
    house.clock.at += 5_000
    while await house.phase(session) == "bot":
        outbox.wake()
        await asyncio.sleep(0)
    await outbox.stop(1.0)
    await running
    assert await house.phase(session) == "queued"


def _gone(channel: str) -> Any:
    raise KeyError(channel)


async def _nothing(*_: Any) -> None:
    return None


async def test_the_customer_sees_that_somebody_writes_while_the_bot_works() -> None:
    seen: list[Signal] = []
    told: list[tuple[str, str, str | None]] = []

    class Actions:
        async def typing(self, channel: str, address: str, read_mark: str | None) -> None:
            told.append((channel, address, read_mark))
            raise Unreachable("down", "The provider is down.")

    house = House()
    session = await house.hear("where is my order")
    await TypingSign(Actions(), house.store, seen.append).show(session, "chan", "ann")  # type: ignore[arg-type]
    assert seen == [Signal(kind="typing", session=session, by="agent")]
    assert told == [("chan", "ann", None)], "that it could not be shown harms nothing"


async def test_a_sign_that_takes_long_keeps_no_answer_waiting() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def slow(session: str, channel: str, address: str) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with showing(slow, "s1", "chan", "ann"):
        await begun.wait()
    assert ended.is_set()


@pytest.mark.parametrize(("kind", "signs"), [("webhook", [("chan", "ann")]), ("faq", [])])
async def test_only_an_outside_bot_is_worth_a_sign(kind: str, signs: list[tuple[str, str]]) -> None:
    house = House(kind)
    house.wire.outcomes = [answer(200, {"messages": []})]
    await house.hear("When are you open?")
    await house.ask()
    assert house.signs == signs
