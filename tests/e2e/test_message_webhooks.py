"""Message webhooks and erasing in the whole product: over a `kill -9`, and down to the bytes on the disk."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.app import Simulator
from tests.api import hits
from tests.e2e.house import ADMIN, INBOX, House, free_port, housed, until, visited
from tests.e2e.process import environment, start

SECRET, WORD = "canary-hook-secret", "kanarienvogel"
TYPES = ("session.opened", "message.customer", "message.agent", "session.closed", "customer.saved", "customer.erased")
LOOPBACK = ("127.0.0.1",)


@dataclass
class Receiver:
    """Takes what comes, or refuses it; every call is checked as a careful receiver would."""

    url: str = ""
    well: bool = True
    bodies: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        id, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        digest = hmac.digest(SECRET.encode(), f"{id}.{timestamp}.".encode() + raw, hashlib.sha256)
        assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
        if not self.well:
            return web.Response(status=500)
        self.bodies.append(json.loads(raw))
        return web.Response()

    def told(self, type: str) -> list[dict[str, Any]]:
        """Each once, however often it came."""
        return list({body["id"]: body["data"] for body in self.bodies if body["type"] == type}.values())

    async def until(self, type: str, count: int = 1) -> list[dict[str, Any]]:
        async def look() -> list[dict[str, Any]] | None:
            return found if len(found := self.told(type)) >= count else None

        return await until(look)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/in", receiver.take)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/in"))
        yield receiver


async def subscribe(house: House, receiver: Receiver) -> None:
    entry = {"name": "crm", "url": receiver.url, "secret": SECRET, "types": list(TYPES)}
    await house.settings("webhooks", {"subscriptions": [entry]})


def found_in(folder: Path, *words: str) -> list[str]:
    """Every file of the data directory that holds one of the words in clear."""
    return [
        f"{path.relative_to(folder)}: {word}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for word in words
        if word.encode() in path.read_bytes().lower()
    ]


async def test_a_customer_is_saved_told_and_erased_down_to_the_bytes(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async with receiving() as receiver, housed(tmp_path, hits.of(request.config), allow_private=LOOPBACK) as house:
        await house.channel("web")
        await house.settings("customers", {"auto_save": True})
        await subscribe(house, receiver)
        assert (await house.owner.post(f"{ADMIN}/webhooks/all.crm/test")).body["delivered"] is True
        mei = await house.agent("Mei")
        ear = await house.ear(mei)
        visitor = await house.visitor(partner_id="p-77", name=f"Ann {WORD.title()}", phone="+49 151 1234567")
        await visitor.say(type="message", client_id="c1", content={"type": "text", "text": f"Where is my {WORD}?"})
        session = await house.session_of(ear, f"Where is my {WORD}?")
        await house.reply(mei, session, f"Your {WORD} is here")
        (saved,) = await receiver.until("customer.saved")
        assert (saved["customer"]["partner_id"], saved["customer"]["name"]) == ("p-77", f"Ann {WORD.title()}")
        (said,) = await receiver.until("message.agent")
        assert said["message"]["content"]["text"] == f"Your {WORD} is here"
        (person,) = (await mei.get(f"{INBOX}/customers", params={"q": WORD})).body["items"]
        assert found_in(tmp_path, WORD) != []
        assert (await house.owner.post(f"{INBOX}/customers/{person['id']}/erase")).status == 202
        (gone,) = await receiver.until("customer.erased")
        assert gone["customer"]["id"] == person["id"]

        async def clean() -> bool | None:
            return True if not await asyncio.to_thread(found_in, tmp_path, WORD, "1234567") else None

        await until(clean)
        assert (await mei.get(f"{INBOX}/customers/{person['id']}")).status == 404
        texts = [each["content"].get("text") for each in await house.messages(session)]
        assert texts == [""] * len(texts) and len(texts) >= 2
    assert found_in(tmp_path, WORD, "1234567") == []


async def test_what_was_told_to_nobody_is_told_after_a_kill_in_order(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    port = free_port()
    env = environment(tmp_path / "data", port, FRONTDESK_ALLOW_PRIVATE="127.0.0.1")
    server = await start(env)
    try:
        async with (
            receiving() as receiver,
            Simulator(time_scale=0.005) as simulator,
            visited(f"http://127.0.0.1:{port}", simulator, hits.of(request.config)) as house,
        ):
            await house.channel("web")
            await subscribe(house, receiver)
            mei = await house.agent("Mei")
            ear = await house.ear(mei)
            receiver.well = False
            said: dict[str, list[str]] = defaultdict(list)
            for visitor in [await house.visitor() for _ in range(3)]:
                for n in range(4):
                    words = f"words {len(said)} {n}"
                    await visitor.say(type="message", client_id=f"c{n}", content={"type": "text", "text": words})
                    said[await house.session_of(ear, words)].append(words)
            await server.kill()
            receiver.well = True
            server = await start(env)
            await house.owner.post(f"{ADMIN}/webhooks/all.crm/resume")
            await receiver.until("message.customer", 12)
            told: dict[str, list[str]] = defaultdict(list)
            for data in {body["id"]: body["data"] for body in receiver.bodies if "message" in body["data"]}.values():
                if data["message"]["author"]["kind"] == "customer":
                    told[data["session"]["id"]].append(data["message"]["content"]["text"])
            assert told == said
    finally:
        await server.stop()
