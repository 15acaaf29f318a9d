"""The whole product as its tests see it: a running Frontdesk, the providers' look-alikes, people at both ends.

Everything goes through the outside: HTTP and WebSockets. What is waited for is a condition, never a time.
"""

import asyncio
import json
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import aiohttp
from aiohttp.test_utils import TestClient

from api.openapi import document
from gateway.app import Frontdesk, running
from gateway.config import Config
from gateway.web import table
from simulator.accounts import Account, Phone
from simulator.app import Simulator
from simulator.kept import Message
from tests.api.client import Client, Described
from tests.api.hits import Hit

OWNER, PASSWORD = "owner@desk.example", "owner-password-of-tests"
AGENT_PASSWORD = "agent-password-of-tests"
PROVIDERS: Mapping[str, str] = {
    "line": "line",
    "whatsapp": "twilio",
    "whatsapp-cloud": "meta",
    "telegram": "telegram",
}
KINDS = (*PROVIDERS, "web")
WAIT_S = 15.0
INBOX, ADMIN = "/api/v1/inbox", "/api/v1/admin"
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\r\xefF\xb8\x00\x00\x00\x00IEND\xaeB`\x82"
)

T = TypeVar("T")
Frame = dict[str, Any]
Fits = Callable[[Frame], bool]


def free_port() -> int:
    """One below those that the system gives to outgoing connections: none of them can take it meanwhile."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as found:
            try:
                found.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


def settings_of(kind: str, account: Account[Any] | None, simulator: str) -> dict[str, str]:
    """A channel's settings that fit a look-alike's account."""
    if account is None:
        return {}
    own = account.credentials
    match kind:
        case "line":
            given = {"channel_secret": own.channel_secret, "channel_access_token": own.channel_access_token}
            return {**given, "api_base": f"{simulator}/line", "data_base": f"{simulator}/line"}
        case "whatsapp":
            given = {"account_sid": own.account_sid, "auth_token": own.auth_token, "from": own.sender}
            return {**given, "api_base": f"{simulator}/twilio"}
        case "whatsapp-cloud":
            named = ("phone_number_id", "access_token", "app_secret", "verify_token", "waba_id")
            return {**{name: getattr(own, name) for name in named}, "api_base": f"{simulator}/meta"}
        case _:
            given = {"bot_token": own.bot_token, "secret_token": own.secret_token}
            return {**given, "api_base": f"{simulator}/telegram"}


class Ear:
    """A WebSocket that is listened to all the while: `heard` finds a frame, also one that came before."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, overheard: list[str]) -> None:
        self.socket, self._overheard = socket, overheard
        self.frames: list[Frame] = []
        self._changed = asyncio.Condition()
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for message in self.socket:
            self._overheard.append(str(message.data))
            self.frames.append(json.loads(message.data))
            async with self._changed:
                self._changed.notify_all()
        async with self._changed:
            self._changed.notify_all()

    async def heard(self, fits: Fits, what: str = "a frame", *, after: int = 0) -> Frame:
        """The first frame that fits, of all but the first `after`; fails with all that came instead."""

        def found() -> Frame | None:
            return next((frame for frame in self.frames[after:] if fits(frame)), None)

        try:
            async with asyncio.timeout(WAIT_S), self._changed:
                await self._changed.wait_for(lambda: found() is not None or self._task.done())
        except TimeoutError:
            pass  # said below, with what was heard
        frame = found()
        assert frame is not None, f"{what} was never heard; {[_short(frame) for frame in self.frames]}"
        return frame

    async def message(self, words: str, *, type: str | None = None) -> Frame:
        """The frame of a message that reads so."""

        def fits(frame: Frame) -> bool:
            said = frame.get("message") or {}
            return said.get("content", {}).get("text") == words and type in (None, frame["type"])

        return await self.heard(fits, f"“{words}”")

    async def of(self, session: str, type: str) -> Frame:
        def fits(frame: Frame) -> bool:
            return frame["type"] == type and str(frame["session"]["id"]) == session

        return await self.heard(fits, type)

    async def state(self, message: str, state: str) -> Frame:
        """The frame that tells of a message's state, or of a later one."""
        ranks = ("queued", "sent", "delivered", "read")
        wanted = (state,) if state == "failed" else ranks[ranks.index(state) :]

        def fits(frame: Frame) -> bool:
            said = frame.get("message") or {}
            return said.get("id") == message and said.get("state") in wanted

        found = await self.heard(fits, f"{message} {state}")
        said: Frame = found["message"]
        return said

    async def say(self, **frame: Any) -> None:
        await self.socket.send_json(frame)

    async def close(self) -> None:
        await self.socket.close()
        await self._task


def _short(frame: Frame) -> str:
    said = frame.get("message") or {}
    return f"{frame['type']} {said.get('content', {}).get('text', '')} {said.get('state', '')}".strip()


@dataclass
class House:
    """`overheard` is all that any answer or socket of the product has said, for canaries."""

    url: str
    simulator: Simulator
    http: aiohttp.ClientSession
    described: Described
    hits: set[Hit]
    overheard: list[str]
    owner: Client
    desk: Frontdesk | None = None
    agents: dict[str, Client] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    channels: dict[str, Frame] = field(default_factory=dict)
    accounts: dict[str, Account[Any]] = field(default_factory=dict)
    ears: list[Ear] = field(default_factory=list)

    @property
    def nobody(self) -> Client:
        return Client(cast("TestClient[Any, Any]", self.http), self.described, self.hits)

    async def signed_in(self, email: str, password: str) -> Client:
        answer = await self.nobody.post("/api/v1/auth/login", {"email": email, "password": password})
        assert answer.status == 200, answer.body
        return self.nobody.as_(answer.body["token"])

    async def agent(self, name: str, role: str = "agent", **more: Any) -> Client:
        """An agent who is signed in and online."""
        email = f"{name.lower()}@desk.example"
        body = {"name": name, "email": email, "password": AGENT_PASSWORD, "role": role, **more}
        made = await self.owner.post(f"{ADMIN}/agents", body)
        assert made.status == 201, made.body
        self.ids[name] = made.body["id"]
        client = self.agents[name] = await self.signed_in(email, AGENT_PASSWORD)
        assert (await client.put(f"{INBOX}/me/status", {"status": "online"})).status == 200
        return client

    async def channel(self, kind: str, **more: Any) -> Frame:
        """A channel of a kind, with an account at its provider's look-alike that knows its address."""
        provider = PROVIDERS.get(kind)
        account = getattr(self.simulator, provider).account(provider) if provider else None
        settings = settings_of(kind, account, self.simulator.url)
        made = await self.owner.post(
            f"{ADMIN}/channels", {"kind": kind, "name": f"Our {kind}", "settings": settings, **more}
        )
        assert made.status == 201, made.body
        if account is not None:
            account.webhook_url = made.body["webhook_url"]
            self.accounts[kind] = account
        self.channels[kind] = made.body
        return self.channels[kind]

    async def settings(self, area: str, body: Frame) -> None:
        answer = await self.owner.put(f"{ADMIN}/settings/{area}", body)
        assert answer.status == 200, answer.body

    async def ear(self, client: Client, after: str | None = None) -> Ear:
        """The socket of an agent."""
        ear = await self._connected(f"{INBOX}/socket", client.token, after)
        await ear.heard(lambda frame: frame["type"] in ("ready", "reload"), "ready")
        return ear

    async def visitor(self, **params: Any) -> Ear:
        """A web visitor with an open widget."""
        channel = self.channels["web"]["id"]
        async with self.http.post(f"/widget/{channel}/visits", json=params) as answer:
            assert answer.status == 201, await answer.text()
            visit = await answer.json()
        ear = await self._connected(f"/widget/{channel}/socket", visit["token"], visit["cursor"])
        await ear.heard(lambda frame: frame["type"] == "ready", "ready")
        return ear

    async def _connected(self, path: str, token: str | None, after: str | None) -> Ear:
        ear = Ear(await self.http.ws_connect(path), self.overheard)
        self.ears.append(ear)
        await ear.say(type="auth", token=token, after=after)
        return ear

    async def session_of(self, ear: Ear, words: str) -> str:
        """The session in which a customer said so, as an agent's socket tells it."""
        frame = await ear.message(words, type="message.created")
        return str(frame["session"]["id"])

    async def reply(self, agent: Client, session: str, content: Frame | str, **more: Any) -> Frame:
        body = {
            "client_id": f"c{len(self.overheard)}-{id(content)}",
            "content": text(content) if isinstance(content, str) else content,
        }
        answer = await agent.post(f"{INBOX}/sessions/{session}/messages", body | more)
        assert answer.status == 201, answer.body
        said: Frame = answer.body
        return said

    async def detail(self, session: str) -> Frame:
        answer = await self.owner.get(f"{INBOX}/sessions/{session}")
        assert answer.status == 200, answer.body
        found: Frame = answer.body
        return found

    async def messages(self, session: str) -> list[Frame]:
        answer = await self.owner.get(f"{INBOX}/sessions/{session}/messages", params={"limit": "500"})
        assert answer.status == 200, answer.body
        return list(answer.body["items"])

    async def sessions(self, kind: str) -> list[Frame]:
        params = {"channel": self.channels[kind]["id"], "limit": "500"}
        answer = await self.owner.get(f"{INBOX}/sessions", params=params)
        assert answer.status == 200, answer.body
        return list(answer.body["items"])

    async def figure(self, kind: str, what: str) -> float:
        """How often a channel's webhooks came to this, from /metrics."""
        async with self.http.get("/metrics") as answer:
            page = await answer.text()
        start = f'frontdesk_webhooks_total{{channel="{self.channels[kind]["id"]}",what="{what}"}} '
        return next((float(line.removeprefix(start)) for line in page.splitlines() if line.startswith(start)), 0.0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        for ear in self.ears:
            await ear.close()


def shown(messages: Sequence[Message]) -> list[str]:
    return [message.text for message in messages]


async def reaches(phone: Phone, words: str) -> Message:
    """What the customer's phone shows, as soon as it does."""
    return await phone.wait_for(lambda message: message.text == words, WAIT_S)


async def kept(account: Account[Any], fits: Callable[[Message], bool]) -> Message:
    """The first of all that a look-alike kept which fits; signals like "typing" are kept too."""

    def found() -> Message | None:
        return next((message for message in account.mailbox.messages if fits(message)), None)

    return await account.mailbox.wait_until(found, WAIT_S)


async def until(look: Callable[[], Awaitable[T | None]], seconds: float = WAIT_S) -> T:
    """The first answer of `look` that is not None: for what only the API tells, and on no socket."""
    async with asyncio.timeout(seconds):
        while (found := await look()) is None:
            await asyncio.sleep(0.02)
        return found


def config_of(data: Path, **more: Any) -> Config:
    port = free_port()
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "public_url": f"http://127.0.0.1:{port}",
        "data": data,
        "store": f"sqlite:///{data / 'frontdesk.db'}",
        "secret": "a-secret-that-only-these-tests-know-of",
        "admin_email": OWNER,
        "admin_password": PASSWORD,
        "allow_private": (),
        "log": "console",
    }
    return Config(**(given | more))


@asynccontextmanager
async def visited(
    url: str, simulator: Simulator, hits: set[Hit], *, email: str = OWNER, password: str = PASSWORD
) -> AsyncIterator[House]:
    """A house around a Frontdesk that listens at `url`; the owner is signed in."""
    overheard: list[str] = []
    trace = aiohttp.TraceConfig()

    async def chunk(session: object, context: object, params: aiohttp.TraceResponseChunkReceivedParams) -> None:
        overheard.append(params.chunk.decode(errors="replace"))

    trace.on_response_chunk_received.append(chunk)
    described = Described(document(table()))
    async with aiohttp.ClientSession(base_url=url, trace_configs=[trace]) as http:
        nobody = Client(cast("TestClient[Any, Any]", http), described, hits)
        async with House(url, simulator, http, described, hits, overheard, nobody) as house:
            house.owner = await house.signed_in(email, password)
            yield house


@asynccontextmanager
async def housed(data: Path, hits: set[Hit], **more: Any) -> AsyncIterator[House]:
    """Frontdesk in this process, on a port of its own, with the simulator beside it."""
    async with (
        Simulator(time_scale=0.005) as simulator,
        running(config_of(data, **more)) as desk,
        visited(desk.url, simulator, hits) as house,
    ):
        house.desk = desk
        yield house
