"""A whole API over the memory store, for the tests of the rims: real rules, real sign-in, a clock that stands still."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web
from argon2 import PasswordHasher

from api.auth import Auth
from api.bots import ReplyIn
from api.directory import Directory
from api.documents import AgentDoc, ChannelDoc, GroupDoc, Role
from api.hub import Hub
from api.openapi import document
from api.problems import middleware
from api.rim import Limits, Rim, Signal, Trial
from api.routes import Route, mount
from api.vault import Vault
from api.wording import Wording
from core.channel import Received, TemplateInfo
from core.command import Actor, Claim, Receive
from core.customer import Address
from core.engine import Done, Engine, Surroundings
from core.errors import BadInput, DeliveryError
from core.hook import Outcome
from core.message import Text
from core.ports.desk import Seat
from core.ports.writing import Cause, Lease
from core.session import Place
from core.survey import Answers
from core.turn import Outlook
from locales import read, read_asks, read_forms
from routing.rules import route
from stores.memory import MemoryStore
from tests.api.client import Client, Described
from tests.api.hits import Hit
from tests.api.kept import URL, MemoryFiles
from tests.api.kinds import KINDS

NOON = 1_750_000_000_000
PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class StillClock:
    at: int = NOON

    def now(self) -> int:
        return self.at


@dataclass
class Signals:
    """Keeps what was sent, and tells whoever listens."""

    sent: list[Signal] = field(default_factory=list)
    takers: list[Callable[[Signal], None]] = field(default_factory=list)
    sockets: list[tuple[str, str]] = field(default_factory=list)

    def send(self, signal: Signal) -> None:
        self.sent.append(signal)
        for take in tuple(self.takers):
            take(signal)

    def listen(self, take: Callable[[Signal], None]) -> Callable[[], None]:
        self.takers.append(take)
        return lambda: self.takers.remove(take)

    def opened(self, agent: str) -> None:
        self.sockets.append(("opened", agent))

    def closed(self, agent: str) -> None:
        self.sockets.append(("closed", agent))


@dataclass
class Actions:
    """What was asked of providers; `failure` is raised by the next."""

    checked: list[str] = field(default_factory=list)
    typed: list[tuple[str, str]] = field(default_factory=list)
    offered: tuple[TemplateInfo, ...] = (TemplateInfo("welcome_back", "en", "Hello {{1}}", 1),)
    failure: DeliveryError | None = None

    def check_soon(self, channel: str) -> None:
        self.checked.append(channel)

    async def check(self, channel: str) -> None:
        self.checked.append(channel)

    async def templates(self, channel: str) -> Sequence[TemplateInfo]:
        if self.failure is not None:
            raise self.failure
        return self.offered

    async def typing(self, channel: str, address: str, read_mark: str | None) -> None:
        self.typed.append((channel, address))


@dataclass
class Trials:
    """What bots are asked by admins who try them, and what they answer."""

    asked: list[tuple[str, str, str]] = field(default_factory=list)
    answer: Trial = Trial(True, 12, None, ReplyIn(unknown=True))

    async def try_out(self, bot: str, text: str, language: str) -> Trial:
        self.asked.append((bot, text, language))
        return self.answer


@dataclass
class HookTests:
    """What message webhooks were asked to do at once."""

    answer: Outcome = Outcome(taken=True, status=204, took=7)
    tested: list[str] = field(default_factory=list)
    stirred: list[str] = field(default_factory=list)

    async def test(self, hook: str) -> Outcome:
        self.tested.append(hook)
        return self.answer

    def stir(self, hook: str) -> None:
        self.stirred.append(hook)


@dataclass
class World:
    """Everything at hand. `client` speaks as nobody; `as_role` as somebody with a role."""

    rim: Rim
    store: MemoryStore
    clock: StillClock
    signals: Signals
    actions: Actions
    trials: Trials
    seated: list[Seat]
    client: Client
    hooks: HookTests
    tokens: dict[str, str] = field(default_factory=dict)

    async def agent(self, role: Role = "agent", id: str | None = None, **more: Any) -> AgentDoc:
        id = id or role
        doc = AgentDoc(
            id=id,
            name=id.title(),
            email=f"{id}@desk.example",
            role=role,
            password_hash=CHEAP.hash(PASSWORD),
            created_at=self.clock.at,
            **more,
        )
        await self.rim.directory.save_agent(doc, who="setup")
        return doc

    async def token(self, agent: AgentDoc) -> str:
        found = self.tokens.get(agent.id)
        if found is None:
            signed = await self.rim.auth.login(agent.email, PASSWORD)
            found = self.tokens[agent.id] = signed.token
        return found

    async def as_role(self, role: Role = "agent") -> Client:
        """A client that speaks as the agent whose id is their role, made if need be."""
        known = self.rim.directory.agents.get(role) or await self.agent(role)
        return self.client.as_(await self.token(known))

    async def channel(self, id: str = "kites", kind: str = "kite", **more: Any) -> ChannelDoc:
        sealed = {"string_token": self.rim.directory.seal(id, "string_token", "s3cret-string")}
        settings = sealed if kind == "kite" else {}
        doc = ChannelDoc(id=id, kind=kind, name=id.title(), settings=settings, created_at=self.clock.at, **more)
        await self.rim.directory.save_channel(doc, who="setup")
        return doc

    async def group(self, id: str, *agents: str) -> GroupDoc:
        doc = GroupDoc(id=id, name=id.title(), agents=agents, created_at=self.clock.at)
        await self.rim.directory.save_group(doc, who="setup")
        return doc

    async def chat(self, channel: str, address: str = "ann", text: str = "Hello") -> str:
        """A customer writes; the session's id."""
        id = self.rim.new_id()
        inbound = Received(id=id, address=address, content=Text(text), at=self.clock.at)
        done = await self.rim.engine.handle(Address(channel, address), Receive(inbound), Cause(channel, id))
        assert done.session is not None
        return done.session.id

    async def claim(self, session: str, agent: AgentDoc) -> None:
        await self.store.set_status(agent.id, "online", None, self.clock.at)
        await self.rim.engine.at_session(session, Claim(Actor(agent.id, agent.name)))


@dataclass
class Away:
    """Who there is to be routed to; nobody of them is free."""

    directory: Directory

    def is_free(self, agent: str) -> bool:
        return False

    def finds(self, prefer: tuple[str, ...], chain: tuple[Place, ...]) -> bool:
        return False

    def agent_name(self, agent: str) -> str | None:
        found = self.directory.agents.get(agent)
        return found.name if found else None

    def group_name(self, group: str) -> str | None:
        found = self.directory.groups.get(group)
        return found.name if found else None


async def rim_over(
    store: MemoryStore, clock: StillClock, hub: Hub, connector_class: Callable[[str], Any], **more: Any
) -> Rim:
    """What every rim of a test has; `more` is the rest of it."""
    ids, numbers, texts, vault = count(1), count(1), read(), Vault.of("a secret for tests only")
    directory = Directory(
        store,
        vault,
        clock,
        connector_class=connector_class,
        texts={tag: locale.prompts for tag, locale in texts.items()},
        answers=Answers.compile({tag: locale.survey for tag, locale in texts.items()}),
        asks=read_asks(),
    )
    await directory.load()

    def done(what: Done) -> None:
        if what.committed is not None:
            hub.reached(what.committed.n)

    around = Surroundings(
        policy=directory.policy,
        new_id=lambda: f"{next(ids):032x}",
        number=lambda: next(numbers),
        outlook=lambda channel, group: Outlook(),
        route=lambda asked: route(asked, Away(directory)),
        lease=lambda now: Lease("test", now + 60_000),
        done=done,
    )
    return Rim(
        store=store,
        engine=Engine(store, clock, around),
        directory=directory,
        auth=Auth(store, directory, clock, CHEAP),
        clock=clock,
        hub=hub,
        vault=vault,
        kinds=lambda: KINDS,
        new_id=around.new_id,
        public_url=URL,
        **more,
    )


async def world(serve: Any, routes: Sequence[Route], hits: set[Hit], limits: Limits | None = None) -> World:
    """`serve` is pytest-aiohttp's `aiohttp_client`; `hits` where the met statuses are kept (hits.py)."""
    store, clock = MemoryStore(), StillClock()
    signals, actions, trials, hooks = Signals(), Actions(), Trials(), HookTests()
    seated: list[Seat] = []
    rim = await rim_over(
        store,
        clock,
        Hub(store, "tests"),
        _kind,
        signals=signals,
        actions=actions,
        bots=trials,
        files=MemoryFiles(),
        seated=seated.append,
        limits=limits or Limits(body=20_000, settings=100_000),
        objection=lambda url: None if url.startswith("https://") else "Only https addresses may be reached.",
        hooks=hooks,
        wording=Wording(read_forms()),
    )
    app = web.Application(middlewares=[middleware])
    mount(app, routes, rim)
    http = await serve(app)
    client = Client(http, Described(document(routes)), hits)
    return World(rim, store, clock, signals, actions, trials, seated, client, hooks)


def _kind(kind: str) -> Any:
    if kind not in KINDS:
        raise BadInput(("kind", f"There is no kind {kind}."))
    return KINDS[kind]
