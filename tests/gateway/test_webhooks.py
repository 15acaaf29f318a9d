"""The verdicts of `/hooks` (API.md "Channels"): what a provider is answered, and what is kept of what it sent."""

import asyncio
import gzip
import hmac
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from io import BytesIO
from itertools import count
from typing import Any, ClassVar

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from yarl import URL

from core.channel import (
    Capabilities,
    Delivery,
    Edited,
    HookRequest,
    Ignored,
    Inbound,
    Reached,
    Receipt,
    Received,
    StatusUpdate,
    Unsent,
)
from core.engine import Engine, Surroundings
from core.errors import Forged, NotUnderstood, StoreDown, Unreadable
from core.message import Text
from core.ports.writing import Commit, Committed, Lease
from core.turn import Outlook
from gateway.spool import Kept, SpoolFull
from gateway.webhooks import MAX_BODY, Door, Intake, routes
from stores.memory import MemoryStore
from tests.core.given import CHAT, NOON, policy

Client = TestClient[web.Request, web.Application]
Connect = Callable[[web.Application], Awaitable[Client]]
SECRET = b"key"


class Signed:
    """A provider whose webhooks are JSON lists of `Inbound`, signed by HMAC."""

    kind: ClassVar[str] = "signed"
    title: ClassVar[str] = "Signed"
    Settings: ClassVar[type[msgspec.Struct]] = msgspec.Struct
    capabilities: ClassVar[Capabilities] = CHAT

    def __init__(self, settings: object = None) -> None:
        self.seen: list[HookRequest] = []

    def verify(self, request: HookRequest) -> None:
        self.seen.append(request)
        given = request.headers.get("x-signature")
        if given == "?":
            raise Unreadable("The signature cannot be read.")
        if given is None or not hmac.compare_digest(given.encode(), signature(request.body).encode()):
            raise Forged("The signature is missing or wrong.")

    def read(self, request: HookRequest) -> Sequence[Inbound]:
        if request.body == b"defect":
            raise KeyError("a field nobody thought of")
        try:
            return msgspec.json.decode(
                request.body, type=list[Received | Edited | Unsent | Reached | StatusUpdate | Ignored]
            )
        except msgspec.DecodeError as error:
            raise NotUnderstood("This is not what was expected.") from error

    async def deliver(self, delivery: Delivery, wire: Any) -> Receipt:
        raise AssertionError("nothing is sent here")


class Challenged(Signed):
    def challenge(self, request: HookRequest) -> bytes:
        if request.query.get("verify") != "right":
            raise Forged("Wrong verify token.")
        return request.query["challenge"].encode()


class Failing(MemoryStore):
    """Loses the disk for a number of commits."""

    down = 0

    async def commit(self, commit: Commit) -> Committed:
        self.fail()
        return await super().commit(commit)

    async def keep_raw(self, raw: Any) -> None:
        self.fail()
        await super().keep_raw(raw)

    def fail(self) -> None:
        if self.down:
            self.down -= 1
            raise StoreDown("the disk is away")


class NoSpool:
    """A second disk that is away as well."""

    def holds(self, channel: str) -> bool:
        return False

    async def keep(self, kept: Kept) -> None:
        raise SpoolFull("there is none")


def signature(body: bytes) -> str:
    return hmac.new(SECRET, body, "sha256").hexdigest()


def said(id: str, text: str = "hello", *, at: int = NOON, address: str = "ann", **more: Any) -> Received:
    return Received(id=id, address=address, content=Text(text), at=at, **more)


class House:
    def __init__(self, connect: Connect, connector: Signed, enforce: bool) -> None:
        self.store, self.connector, self.counted = Failing(), connector, Counter[str]()
        ids, numbers, rules = count(1), count(1), policy()
        around = Surroundings(
            policy=lambda channel: rules,
            new_id=lambda: f"id-{next(ids):04}",
            number=lambda: next(numbers),
            outlook=lambda channel, group: Outlook(free=True),
            lease=lambda now: Lease("node", now + 60_000),
            done=lambda done: None,
        )
        doors = {"chan": Door(connector, enforce)}
        self.intake = Intake(
            self.store,
            Engine(self.store, self, around),
            self,
            "https://desk.test",
            doors.__getitem__,
            self.count,
            NoSpool(),
        )
        self._connect = connect

    def now(self) -> int:
        return NOON + 5

    def count(self, channel: str, what: str) -> None:
        self.counted[what] += 1

    async def open(self) -> "House":
        app = web.Application(client_max_size=MAX_BODY)
        app.add_routes(routes(self.intake))
        self.client = await self._connect(app)
        return self

    async def post(self, body: bytes | Sequence[Inbound], path: str = "/hooks/chan", **headers: str) -> int:
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        named = {"X-Signature": signature(raw), **{key.replace("_", "-"): value for key, value in headers.items()}}
        async with self.client.post(URL(path, encoded=True), data=BytesIO(raw), headers=named) as response:
            return response.status

    async def kept(self, address: str = "ann") -> list[tuple[int, str]]:
        """What stands in the customer's open session, of theirs."""
        found = await self.store.load("chan", address)
        if found is None or found[0].session is None:
            return []
        return [
            (stored.message.seq, stored.message.content.text)
            for stored in await self.store.history(found[0].session.id)
            if stored.message.author.kind == "customer" and isinstance(stored.message.content, Text)
        ]


@pytest.fixture
async def house(aiohttp_client: Connect) -> House:
    return await House(aiohttp_client, Signed(), True).open()


# --- verdicts --------------------------------------------------------------------------------------------------


async def test_a_message_is_answered_once_it_is_kept(house: House) -> None:
    assert await house.post([said("m1")]) == 200
    assert await house.kept() == [(1, "hello")]
    assert house.counted == {"kept": 1}


async def test_an_unknown_channel_is_404(house: House) -> None:
    assert await house.post([said("m1")], "/hooks/other") == 404


@pytest.mark.parametrize("given", ["", "0" * 64, "ü"])
async def test_a_forged_webhook_is_403_and_changes_nothing(house: House, given: str) -> None:
    assert await house.post([said("m1")], X_Signature=given) == 403
    assert (await house.kept(), house.counted) == ([], {"forged": 1})


async def test_a_webhook_that_was_tampered_with_is_403(house: House) -> None:
    good = msgspec.json.encode([said("m1")])
    assert await house.post(good.replace(b"hello", b"jello"), X_Signature=signature(good)) == 403
    assert await house.post(good[:-3], X_Signature=signature(good)) == 403


async def test_a_signature_that_cannot_be_looked_at_is_400(house: House) -> None:
    assert await house.post([said("m1")], X_Signature="?") == 400
    assert house.counted == {"unreadable": 1}


async def test_too_large_is_413_and_just_large_enough_is_read(house: House) -> None:
    assert await house.post(b"[" + b" " * MAX_BODY + b"]") == 413
    assert house.counted == {"too_large": 1}
    assert await house.post(b"[" + b" " * (MAX_BODY - 2) + b"]") == 200


async def test_a_body_that_grows_when_unpacked_is_measured_unpacked(house: House) -> None:
    packed = gzip.compress(b"[" + b" " * (MAX_BODY + 1) + b"]")
    assert len(packed) < 10_000
    assert await house.post(packed, Content_Encoding="gzip") == 413


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 10_000, b'{"a": 1}', b'[{"type": "dance"}]', b"null"])
async def test_what_is_signed_but_not_understood_is_kept_raw_and_counted(house: House, body: bytes) -> None:
    assert await house.post(body) == 200
    assert [(raw.body, raw.why, raw.at) for raw in await house.store.raws("chan")] == [
        (body, "This is not what was expected.", NOON + 5)
    ]
    assert house.counted == {"not_understood": 1}
    assert await house.post([said("m1")]) == 200


async def test_a_defect_in_reading_loses_nothing(house: House) -> None:
    assert await house.post(b"defect") == 200
    assert [(raw.body, raw.why) for raw in await house.store.raws("chan")] == [
        (b"defect", "could not be read: KeyError")
    ]


async def test_without_a_disk_it_is_503_and_later_200(house: House) -> None:
    house.store.down = 1
    body = msgspec.json.encode([said("m1")])
    async with house.client.post("/hooks/chan", data=body, headers={"X-Signature": signature(body)}) as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
    assert await house.post(body) == 200
    assert await house.kept() == [(1, "hello")]


async def test_what_cannot_even_be_kept_raw_is_503(house: House) -> None:
    house.store.down = 1
    assert await house.post(b"{") == 503


async def test_if_any_message_of_a_webhook_was_not_kept_it_comes_again_and_the_others_only_once(house: House) -> None:
    house.store.down = 1
    both = [said("m1", address="ann"), said("m2", address="bob")]
    assert await house.post(both) == 503
    assert await house.post(both) == 200
    assert (await house.kept("ann"), await house.kept("bob")) == ([(1, "hello")], [(1, "hello")])


async def test_report_only_lets_in_what_it_counts(aiohttp_client: Connect) -> None:
    house = await House(aiohttp_client, Signed(), False).open()
    assert await house.post([said("m1")], X_Signature="wrong") == 200
    assert (await house.kept(), house.counted) == ([(1, "hello")], {"forged": 1, "kept": 1})


async def test_a_verification_by_get_is_answered_where_the_provider_makes_one(
    aiohttp_client: Connect, house: House
) -> None:
    async with house.client.get("/hooks/chan") as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")
    challenged = await House(aiohttp_client, Challenged(), True).open()
    async with challenged.client.get("/hooks/chan?verify=right&challenge=42") as response:
        assert (response.status, await response.text()) == (200, "42")
    async with challenged.client.get("/hooks/chan?verify=wrong&challenge=42") as response:
        assert response.status == 403
    assert challenged.counted == {"forged": 1}


async def test_a_connector_sees_the_address_the_provider_called(house: House) -> None:
    await house.post(b"[]", "/hooks/chan/status?d=1&x=%2F")
    (seen,) = house.connector.seen
    assert (seen.url, seen.part, seen.query["x"]) == ("https://desk.test/hooks/chan/status?d=1&x=%2F", "status", "/")
    assert (seen.method, seen.headers["x-signature"]) == ("POST", signature(b"[]"))


# --- what becomes of it ----------------------------------------------------------------------------------------


async def test_a_redelivery_makes_no_second_message(house: House) -> None:
    assert [await house.post([said("m1")]) for _ in range(3)] == [200, 200, 200]
    assert (await house.kept(), house.counted) == ([(1, "hello")], {"kept": 1, "duplicate": 2})


async def test_redeliveries_at_one_instant_make_one_message(house: House) -> None:
    assert await asyncio.gather(*(house.post([said("m1")]) for _ in range(5))) == [200] * 5
    assert len(await house.kept()) == 1


async def test_messages_of_one_webhook_stand_in_the_providers_order(house: House) -> None:
    await house.post([said("m2", "second", at=NOON + 2), said("x1", address="bob"), said("m1", "first", at=NOON + 1)])
    assert [text for _, text in await house.kept()] == ["first", "second"]


async def test_where_the_provider_tells_no_time_it_is_ours(house: House) -> None:
    await house.post([said("m1", at=0)])
    found = await house.store.load("chan", "ann")
    assert found is not None and found[0].session is not None
    (first, *_) = await house.store.history(found[0].session.id)
    assert (first.message.at, first.message.late) == (NOON + 5, False)


async def test_an_edit_changes_the_message_and_one_of_an_unknown_message_is_a_message(house: House) -> None:
    await house.post([said("m1", message_id="p1")])
    await house.post([Edited(id="e1", address="ann", message_id="p1", content=Text("hallo"), at=NOON)])
    await house.post([Edited(id="e2", address="ann", message_id="p9", content=Text("what?"), at=NOON)])
    assert [text for _, text in await house.kept()] == ["hallo", "what?"]


async def test_an_unsend_blanks_the_message_also_in_a_chat_before(house: House) -> None:
    await house.post([said("m1", message_id="p1")])
    await house.post([Unsent(id="u1", address="ann", message_id="p1", at=NOON)])
    await house.post([Unsent(id="u2", address="ann", message_id="p9", at=NOON)])
    assert (await house.kept(), house.counted["unsent_unknown"]) == ([(1, "")], 1)


async def test_an_answer_to_an_earlier_message_names_it(house: House) -> None:
    await house.post([said("m1", message_id="p1")])
    await house.post([said("m2", "as I said", reply_to="p1"), said("m3", "and", reply_to="p9", at=NOON + 1)])
    found = await house.store.load("chan", "ann")
    assert found is not None and found[0].session is not None
    history = await house.store.history(found[0].session.id)
    theirs = [stored.message for stored in history if stored.message.author.kind == "customer"]
    assert [message.reply_to for message in theirs] == [None, 1, None]


async def test_what_is_no_message_of_a_person_is_counted_and_kept_if_it_is_new_to_us(house: House) -> None:
    await house.post([Ignored(kind="group"), Ignored(kind="hologram", keep=True)])
    assert house.counted == {"ignored_group": 1, "unknown": 1}
    assert [raw.why for raw in await house.store.raws("chan")] == ["unknown: hologram"]


async def test_a_follow_and_a_status_are_taken(house: House) -> None:
    assert await house.post([Reached(id="f1", address="ann", reachable=False, at=NOON)]) == 200
    assert (
        await house.post([StatusUpdate(id="s1", state="read", at=NOON, message_id="p5")], "/hooks/chan/status") == 200
    )
    found = await house.store.load("chan", "ann")
    assert found is not None and not found[0].reachable
    assert house.counted == {"kept": 1, "status": 1}
