"""A desk with its customers, agents and sockets, over the memory store: the real rules, inbox and widget."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType, web
from aiohttp.test_utils import TestClient

import connectors
import inbox
from api.documents import AgentDoc, ChannelDoc, GroupDoc, Role, Scope
from api.hub import Hub
from api.openapi import document, served
from api.problems import middleware
from api.rim import Limits, Rim
from api.routes import mount
from api.signin import ROUTES as SIGN_IN
from core.channel import Connector, Received
from core.command import Receive
from core.customer import Address
from core.errors import Unreachable
from core.message import Text, Translation
from core.ports.desk import Seat
from core.ports.writing import Cause, Lease, Settlement
from gateway import widget
from gateway.widget import Widget
from stores.memory import MemoryStore
from tests.api.client import Client, Described
from tests.api.hits import Hit
from tests.api.kept import MemoryFiles
from tests.api.kinds import KINDS
from tests.api.world import CHEAP, PASSWORD, Actions, Signals, StillClock, Trials, rim_over

ROUTES = served((*SIGN_IN, *inbox.ROUTES))


class Line:
    """One WebSocket, read frame by frame."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []

    async def say(self, **frame: Any) -> None:
        await self.socket.send_json(frame)

    async def next(self) -> dict[str, Any]:
        frame: dict[str, Any] = await self.socket.receive_json(timeout=20)
        self.frames.append(frame)
        return frame

    async def until(self, **wanted: Any) -> dict[str, Any]:
        """The next frame that has these values; what came before it is in `frames`."""
        while True:
            frame = await self.next()
            if all(frame.get(key) == value for key, value in wanted.items()):
                return frame

    async def end(self) -> int | None:
        """Read until the other side closes; its code."""
        while True:
            message = await self.socket.receive(timeout=20)
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
                return self.socket.close_code
            self.frames.append(message.json())

    def types(self) -> list[str]:
        return [frame["type"] for frame in self.frames]

    async def close(self) -> None:
        await self.socket.close()


@dataclass
class Floor:
    rim: Rim
    store: MemoryStore
    clock: StillClock
    signals: Signals
    actions: Actions
    files: MemoryFiles
    seated: list[Seat]
    hub: Hub
    http: "TestClient[Any, Any]"
    client: Client
    widget_side: Widget
    tokens: dict[str, str] = field(default_factory=dict)
    errands: list[Any] = field(default_factory=list)

    async def agent(
        self, id: str = "mei", role: Role = "agent", *, status: str = "online", capacity: int = 5
    ) -> Client:
        doc = AgentDoc(
            id=id,
            name=id.title(),
            email=f"{id}@desk.example",
            role=role,
            capacity=capacity,
            password_hash=CHEAP.hash(PASSWORD),
        )
        await self.rim.directory.save_agent(doc, who="setup")
        await self.store.set_status(id, status, None, self.clock.at)
        self.tokens[id] = (await self.rim.auth.login(doc.email, PASSWORD)).token
        return self.client.as_(self.tokens[id])

    async def group(self, id: str, *agents: str) -> GroupDoc:
        doc = GroupDoc(id=id, name=id.title(), agents=agents)
        await self.rim.directory.save_group(doc, who="setup")
        return doc

    async def channel(self, id: str = "kites", kind: str = "kite", **more: Any) -> ChannelDoc:
        settings: dict[str, object] = more.pop("settings", {})
        if kind == "kite":
            settings = {"string_token": self.rim.directory.seal(id, "string_token", "s3cret-string")}
        if "identity_secret" in settings:
            secret = str(settings["identity_secret"])
            settings = {**settings, "identity_secret": self.rim.directory.seal(id, "identity_secret", secret)}
        doc = ChannelDoc(id=id, kind=kind, name=id.title(), settings=settings, **more)
        await self.rim.directory.save_channel(doc, who="setup")
        return doc

    async def setting(self, area: str, body: dict[str, object]) -> None:
        await self.rim.directory.save_setting(Scope(), area, body, who="setup")

    async def chat(self, text: str = "Hello", address: str = "ann", channel: str = "kites", at: int = 0) -> str:
        """A customer writes; the session's id."""
        id = self.rim.new_id()
        said = Received(id=id, address=address, content=Text(text), at=at or self.clock.at)
        done = await self.rim.engine.handle(Address(channel, address), Receive(said), Cause(channel, id))
        assert done.session is not None
        return done.session.id

    async def deliver(self) -> None:
        """What the outbox would settle: everything was sent."""
        for errand in await self.store.claim(self.clock.at, 1000, Lease("test", self.clock.at + 1)):
            await self.store.settle(
                Settlement(key=errand.key, conversation=errand.conversation, done=True, at=self.clock.at)
            )

    async def socket(self, agent: str, after: str | None = None) -> Line:
        line = Line(await self.http.ws_connect("/api/v1/inbox/socket"))
        self.client.hits.add(("GET", "/api/v1/inbox/socket", 101))
        await line.say(type="auth", token=self.tokens[agent], after=after)
        return line

    async def visit(self, channel: str = "site", **params: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/widget/{channel}/visits", json=params)
        assert answer.status == 201, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found

    async def widget(self, token: str, after: str | None = None, channel: str = "site") -> Line:
        line = Line(await self.http.ws_connect(f"/widget/{channel}/socket"))
        await line.say(type="auth", token=token, after=after)
        return line


class Interpreter:
    """A translation service that puts the language before the text, and is away when it is told so."""

    async def translate(self, text: str, target: str) -> Translation:
        if text == "fail":
            raise Unreachable("503", "The translation service has a failure of its own.")
        return Translation(f"({target}) {text}", target, "en")


async def floor(serve: Any, hits: set[Hit], *, max_waiting: int = 256 * 1024, kinds: Any = None) -> Floor:
    store, clock = MemoryStore(), StillClock()
    hub = Hub(store, "tests")
    signals, actions, files, seated = Signals(), Actions(), MemoryFiles(), list[Seat]()
    rim = await rim_over(
        store,
        clock,
        hub,
        kind_of,
        signals=signals,
        actions=actions,
        bots=Trials(),
        files=files,
        seated=seated.append,
        translator=Interpreter(),
        limits=Limits(body=100_000, settings=100_000),
    )
    app = web.Application(middlewares=[middleware])
    mount(app, ROUTES, rim)
    inbox.install(app, rim, max_waiting=max_waiting)
    side = widget.install(app, rim, max_waiting=max_waiting)
    await hub.start()

    async def stop(app: web.Application) -> None:
        await hub.stop()

    app.on_cleanup.append(stop)
    http = await serve(app)
    client = Client(http, Described(document(ROUTES)), hits)
    return Floor(rim, store, clock, signals, actions, files, seated, hub, http, client, side)


def kind_of(kind: str) -> type[Connector]:
    return KINDS[kind] if kind in KINDS else connectors.load(kind)


Serve = Callable[[web.Application], Any]
