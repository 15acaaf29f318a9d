"""What is to be forgotten is forgotten: whoever asked for it, whoever was silent, and what is too old."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace

from api.documents import EVERYWHERE, Scope
from core.command import Actor, Close, Identify
from core.customer import Address
from core.errors import StoreDown
from core.message import plain
from core.ports.hooks import HookDelivery
from core.ports.papers import Raw
from gateway.letting_go import LettingGo
from inbox.customers import ERASURES
from inbox.routes import ROUTES
from tests.api import hits
from tests.api.world import NOON, World, world

DAY = 86_400_000
INBOX = "/api/v1/inbox"


@dataclass
class Folder:
    removed: list[str] = field(default_factory=list)

    async def remove(self, url: str) -> None:
        self.removed.append(url)


@dataclass
class House:
    here: World
    folder: Folder = field(default_factory=Folder)
    mine: bool = True
    spooled: bool = False
    forgotten: int = 0

    def letting_go(self) -> LettingGo:
        rim = self.here.rim

        def forgotten() -> None:
            self.forgotten += 1

        return LettingGo(
            rim.store, rim.engine, rim.directory, self.folder, rim.clock,
            mine=lambda: self.mine, spooled=lambda: self.spooled, forgotten=forgotten,
        )  # fmt: skip

    async def chat(self, name: str, text: str = "my canary") -> str:
        session = await self.here.chat("kites", name, text)
        found = await self.here.store.load("kites", name)
        assert found is not None
        known = replace(found[0].customer, name="Canary", phone="+1 555")
        await self.here.rim.engine.handle(Address("kites", name), Identify(known, "setup"))
        return session

    async def over(self, name: str, text: str = "my canary") -> str:
        """A chat that is closed."""
        session = await self.chat(name, text)
        await self.here.rim.engine.at_session(session, Close(Actor("boss", "Boss", supervisor=True)))
        return session

    async def customer(self, name: str) -> str:
        found = await self.here.store.load("kites", name)
        assert found is not None
        return found[0].customer.id

    async def sets(self, **days: object) -> None:
        await self.here.rim.directory.save_setting(EVERYWHERE, "retention", days, who="owner")

    async def texts(self, session: str) -> list[str]:
        return [plain(each.message.content) for each in await self.here.store.history(session)]


@pytest.fixture
async def house(aiohttp_client: Any, request: pytest.FixtureRequest) -> House:
    here = await world(aiohttp_client, ROUTES, hits.of(request.config))
    await here.channel()
    return House(here)


async def test_who_is_to_be_erased_is_and_the_order_with_them(house: House) -> None:
    session, other = await house.chat("ann"), await house.chat("bob", "hello")
    boss = await house.here.as_role("admin")
    ann = await house.customer("ann")
    assert (await boss.post(f"{INBOX}/customers/{ann}/erase")).status == 202
    await house.letting_go().round()
    assert await house.here.store.all(ERASURES) == []
    assert (await boss.get(f"{INBOX}/customers/{ann}")).status == 404
    assert set(await house.texts(session)) == {""}
    assert "hello" in await house.texts(other)
    assert await house.here.store.load("kites", "ann") is None
    assert house.forgotten == 1
    rows = await house.here.store.feed(0, 1000)
    assert "canary" not in repr([row for row in rows if row.session == session]).lower()


async def test_whoever_writes_again_is_a_stranger(house: House) -> None:
    await house.chat("ann")
    ann = await house.customer("ann")
    await house.here.store.put(ERASURES, ann, {"by": "boss"}, who="boss", at=NOON)
    await house.letting_go().round()
    session = await house.here.chat("kites", "ann", "hello again")
    assert (await house.texts(session))[0] == "hello again"
    assert await house.customer("ann") != ann


async def test_an_order_waits_while_webhooks_wait_on_the_disk(house: House) -> None:
    await house.chat("ann")
    ann = await house.customer("ann")
    await house.here.store.put(ERASURES, ann, {"by": "boss"}, who="boss", at=NOON)
    house.spooled = True
    await house.letting_go().round()
    assert await house.here.store.customer(ann) is not None
    house.spooled = False
    await house.letting_go().round()
    assert await house.here.store.customer(ann) is None


async def test_an_order_that_was_cut_off_is_carried_out_the_next_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await house.chat("ann")
    await house.here.store.put(ERASURES, await house.customer("ann"), {"by": "boss"}, who="boss", at=NOON)
    store = house.here.store

    async def down(*_: Any) -> Any:
        raise StoreDown("away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "erase", down)
        with pytest.raises(StoreDown):
            await house.letting_go().round()
    assert "my canary" in await house.texts(session)
    await house.letting_go().round()
    assert set(await house.texts(session)) == {""}


async def test_the_one_node_that_is_to_do_it_is_told_at_once(house: House) -> None:
    session = await house.chat("ann")
    letting_go = house.letting_go()
    task = asyncio.ensure_future(letting_go.run())
    await asyncio.sleep(0)
    await house.here.store.put(ERASURES, await house.customer("ann"), {"by": "boss"}, who="boss", at=NOON)
    letting_go.soon()
    async with asyncio.timeout(20):
        while set(await house.texts(session)) != {""}:
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_another_node_does_nothing(house: House) -> None:
    session = await house.chat("ann")
    await house.here.store.put(ERASURES, await house.customer("ann"), {"by": "boss"}, who="boss", at=NOON)
    house.mine = False
    letting_go = house.letting_go()
    task = asyncio.ensure_future(letting_go.run())
    letting_go.soon()
    await asyncio.sleep(0.05)  # several turns of the loop
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "my canary" in await house.texts(session)


# --- time ------------------------------------------------------------------------------------------------------------


async def test_nothing_set_keeps_what_was_said(house: House) -> None:
    session = await house.chat("ann")
    house.here.clock.at += 10_000 * DAY
    await house.letting_go().round()
    assert "my canary" in await house.texts(session)


async def test_words_that_are_too_old_go_and_the_customer_stays(house: House) -> None:
    await house.sets(message_days=30)
    old = await house.over("ann")
    house.here.clock.at += 20 * DAY
    young = await house.over("bob")
    house.here.clock.at += 11 * DAY
    await house.letting_go().round()
    assert set(await house.texts(old)) == {""}
    assert "my canary" in await house.texts(young)
    assert await house.here.store.customer(await house.customer("ann")) is not None


async def test_a_chat_that_still_waits_keeps_its_words_until_it_is_over(house: House) -> None:
    await house.sets(message_days=30, session_days=30, file_days=30)
    waiting = await house.chat("ann")
    house.here.clock.at += 100 * DAY
    await house.letting_go().round()
    assert "my canary" in await house.texts(waiting)
    boss = await house.here.as_role("admin")
    assert (await boss.post(f"{INBOX}/sessions/{waiting}/close", {})).status == 200
    await house.letting_go().round()
    assert "my canary" in await house.texts(waiting)
    house.here.clock.at += 31 * DAY
    await house.letting_go().round()
    assert set(await house.texts(waiting)) == {""}


async def test_a_channel_keeps_its_words_for_a_time_of_its_own(house: House) -> None:
    await house.sets(message_days=30)
    session = await house.over("ann")
    channel = Scope("channel", "kites")
    await house.here.rim.directory.save_setting(channel, "retention", {"message_days": None}, who="owner")
    house.here.clock.at += 1000 * DAY
    await house.letting_go().round()
    assert "my canary" in await house.texts(session)
    await house.here.rim.directory.save_setting(channel, "retention", {"message_days": 900}, who="owner")
    await house.letting_go().round()
    assert set(await house.texts(session)) == {""}


async def test_old_changes_go_from_the_audit_and_the_newest_stays(house: House) -> None:
    for days in (300, 200, 100):
        await house.sets(audit_days=days)
        house.here.clock.at += 60 * DAY
    before = await house.here.store.revisions("policy", "current")
    await house.letting_go().round()
    after = await house.here.store.revisions("policy", "current")
    assert 0 < len(after) < len(before) and after[-1] == before[-1]
    house.here.clock.at += 1000 * DAY
    await house.letting_go().round()
    assert await house.here.store.revisions("policy", "current") == [before[-1]]


async def test_who_was_silent_for_long_is_erased_as_if_they_had_asked(house: House) -> None:
    await house.sets(customer_days=30)
    session = await house.chat("ann")
    ann = await house.customer("ann")
    boss = await house.here.as_role("admin")
    assert (await boss.post(f"{INBOX}/sessions/{session}/close", {})).status == 200
    house.here.clock.at += 29 * DAY
    await house.letting_go().round()
    assert await house.here.store.customer(ann) is not None
    house.here.clock.at += 2 * DAY
    letting_go = house.letting_go()
    await letting_go.round()
    await letting_go.round()
    assert await house.here.store.customer(ann) is None
    assert set(await house.texts(session)) == {""}


async def test_logs_go_by_themselves(house: House) -> None:
    store = house.here.store
    hook = await store.hooks.keep("all.crm", "n1", NOON, NOON + 1, 0)
    assert hook is not None
    done = HookDelivery(
        id="d1", hook="all.crm", ord=1, lane="v1", type="session.closed", at=NOON, made=NOON, due=NOON,
        state="delivered", done_at=NOON,
    )  # fmt: skip
    await store.hooks.add(hook, [done, replace(done, id="d2", state="waiting", done_at=None)])
    await store.keep_raw(Raw("kites", NOON, "odd", b"{}"))
    house.here.clock.at += 15 * DAY
    await house.letting_go().round()
    assert [each.id for each in (await store.hooks.log("all.crm"))[0]] == ["d2"]
    assert len(await store.raws("kites")) == 1
    house.here.clock.at += 16 * DAY
    await house.letting_go().round()
    assert await store.raws("kites") == []


async def test_files_that_no_message_holds_any_more_are_removed(house: House) -> None:
    house.here.store.memory.dropped["media:0123"] = None
    await house.letting_go().round()
    assert house.folder.removed == ["media:0123"]
    assert await house.here.store.dropped_files(9) == []
