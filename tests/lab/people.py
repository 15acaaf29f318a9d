"""Customers and agents: seeded actors who write, edit, take back, press, rate; answer, transfer, close, go home."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

from connectors.web import Said, client_name, hear
from core import command as c
from core import event as e
from core.customer import Address, Customer
from core.erasing import is_erased
from core.errors import BadInput, DeliveryError, Duplicate, Error, Full, Refused, StoreDown
from core.message import (
    Audio,
    Choice,
    Chosen,
    Contact,
    Content,
    File,
    Form,
    Image,
    Location,
    Option,
    Sticker,
    Template,
    Text,
    Video,
    plain,
)  # fmt: skip
from core.ports.reading import SessionQuery
from core.ports.writing import Cause, Commit
from core.session import AgentRef, Session, Wish
from tests.lab import deeds
from tests.lab.ledger import Ledger
from tests.lab.node import Gone, Node
from tests.lab.providers.base import TOKEN, Provider
from tests.lab.store import Shared

NAMES = {"a-ada": "Ada", "a-bob": "Bob", "a-cho": "Cho", "a-dan": "Dan", "a-eva": "Eva", "a-fay": "Fay"}
BOSS = c.Actor("a-eva", "Eva", supervisor=True)
WISHES = ((), (), ("a-bob",), (None, "g-sales"), ("a-fay", None, True), (None, None, False, "g-sales"))
PARAMS: tuple[dict[str, str], ...] = ({}, {"field.topic": "a"}, {"page.url": "/shop", "visit.ip": "10.0.0.9"})
WORDS = (
    "hello", "where is my order?", "5", "5 minutes ago", "thanks!", "this is a damn shame", "こんにちは、元気ですか",
    "สวัสดีครับ ขอถามหน่อย", "¿dónde está mi pedido?", "你好,我想問一下訂單", "你们好,请问发货了吗", "مرحبا أين طلبي",
    "b.a.d w0rd and ｂａｄｗｏｒｄ", "1", "2", "five stars", "five stars!", "👍", "call me at +1 555", "secretword",
    "selamat pagi, di mana pesanan saya", "a" * 300, "", "★★★★", "four", "Привет, где заказ?", "dαmn",
    "daaamn it", "d a m n", "my card is 4111 1111 1111 1111", "write to ann@shop.example", "my password is 1234",
    "order-4711 is late", "ticket", "refund", "boss", "human please", "when does my parcel come", "when are you",
    "/start", "blue", "1990-05-04", "42",
)  # fmt: skip


class World(Protocol):
    random: Any
    shared: Shared
    ledger: Ledger
    counts: Any
    providers_by_channel: dict[str, Provider]

    def time(self) -> float: ...
    def later(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None: ...
    def pick(self) -> Node | None: ...
    def posted(self, channel: str, message: str, address: str, kind: str) -> None: ...


class People:
    def __init__(self, world: World) -> None:
        self._world = world
        self._serial = 0
        self._mine: dict[str, list[tuple[str, str]]] = {}
        self._busy: set[str] = set()
        self._options: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.replies = 0

    @property
    def _draw(self) -> Callable[[], float]:
        draw: Callable[[], float] = self._world.random.random
        return draw

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    # --- customers

    def address(self, channel: str, number: int) -> str:
        match channel:
            case "c-line":
                return f"U{number:032x}"
            case "c-twilio":
                return f"whatsapp:+1555{number:07}"
            case "c-meta":
                return f"1650{number:07}"
            case "c-telegram":
                return str(70_000 + number)
            case _:
                return f"visitor:{number}"

    async def visit(self, channel: str, number: int) -> None:
        """A few messages, one after another; the rest of the talk follows from what comes back."""
        address = self.address(channel, number)
        for _ in range(1 + int(self._draw() * 3)):
            self.write(channel, address)
            await asyncio.sleep(self._draw() ** 3 * 60)

    def write(self, channel: str, address: str, text: str | None = None) -> None:
        said = self._world.random.choice(WORDS) if text is None else text
        if channel == "c-web":
            self._on_the_web(address, Text(said or "hello"))
            return
        provider: Any = self._world.providers_by_channel[channel]
        kind = "text" if text is not None else self._world.random.choice(provider.kinds)
        mine = self._mine.setdefault(address, [])
        phone = provider.phones[address]
        reply_to = phone[-1].id if phone and self._draw() < 0.1 else None
        if reply_to and channel == "c-line" and not reply_to.isdigit():
            reply_to = None
        mine.append((provider.write(address, kind, said or "hm", reply_to=reply_to), kind))
        del mine[:-5]
        if self._draw() < 0.06:
            self._world.later(20 + self._draw() * 300, lambda: self._second_thoughts(channel, address))

    async def _second_thoughts(self, channel: str, address: str) -> None:
        """Edit or take back a message that is in the store (one that waits in a spool is not known yet); block us, or
        come back."""
        provider: Any = self._world.providers_by_channel[channel]
        told = [id for id, kind in self._mine[address] if self._world.shared.has(channel, id)]
        draw = self._draw()
        if draw < 0.15 and hasattr(provider, "befriend"):
            provider.befriend(address, False)
            await asyncio.sleep(self._draw() * 4000)
            provider.befriend(address, True)
        elif told and draw < 0.55 and hasattr(provider, "edit"):
            provider.edit(address, told[-1], self._world.random.choice(WORDS) or "edited")
        elif told and draw < 0.9 and hasattr(provider, "unsend"):
            provider.unsend(address, told[-1])
        elif told and hasattr(provider, "react"):
            provider.react(address, told[-1])

    def heard(self, channel: str, address: str, text: str, options: list[tuple[str, str]]) -> None:
        """Something came to the customer's phone: press, rate, answer, or leave it at that."""
        draw = self._draw()
        if options and draw < 0.7:
            self._options[channel, address] = options
            self._world.later(2 + self._draw() * 60, lambda: self._press(channel, address))
        elif draw < 0.9 and (said := deeds.answer(self._world.random, text)) is not None:
            self._world.later(2 + self._draw() * 60, lambda: self._say(channel, address, said))
        elif "survey" in text and draw < 0.6:
            answer = self._world.random.choice(("5", "4", "five stars", "great, thank you", "👍"))
            self._world.later(2 + self._draw() * 60, lambda: self._say(channel, address, answer))
        elif "[r:" in text and draw < 0.4:
            self._world.later(4 + self._draw() * 90, lambda: self._say(channel, address, None))

    async def _say(self, channel: str, address: str, text: str | None) -> None:
        self.write(channel, address, text)

    async def _fill(self, address: str, form: Form) -> None:
        self._on_the_web(address, form)

    async def _press(self, channel: str, address: str) -> None:
        id, label = self._world.random.choice(self._options[channel, address])
        if channel == "c-web":
            self._on_the_web(address, Chosen(id, label))
        else:
            provider: Any = self._world.providers_by_channel[channel]
            provider.press(address, id, label)

    def _on_the_web(self, address: str, content: Content) -> None:
        client_id = f"w{self.serial()}"
        if isinstance(content, Text) and self._draw() < 0.2:
            media = f"media:{self.serial():032x}"
            content = self._world.random.choice((
                Image(url=media, mime="image/png"), File(url=media, name="a.pdf"), Location(1.0, 2.0, "here"),
                Contact("Bob", ("+1555",)), Form("", (), {"score": "5"}), Audio(url=media),
                Video(url=media, caption="x"),
            ))  # fmt: skip
        name = client_name(address, client_id)
        self._world.posted("c-web", name, address, "web")
        self._world.later(0, lambda: self._socket(address, client_id, content))

    async def _socket(self, address: str, client_id: str, content: Content) -> None:
        """As `gateway.widget_socket`: said again with the same client id until there is an ack."""
        name = client_name(address, client_id)
        while True:
            node = self._world.pick()
            if node is not None:
                try:
                    await node.ask(self._web(node, address, client_id, content), 30.0)
                except Duplicate:
                    break
                except (Gone, TimeoutError, Error):
                    self._world.counts["web said again"] += 1
                else:
                    break
            await asyncio.sleep(1 + self._draw() * 10)
        self._world.ledger.acknowledged["c-web", name] = self._world.time()
        if self._draw() < 0.05:
            await self._try(lambda node: node.engine.handle(Address("c-web", address), c.Leave()))

    async def _web(self, node: Node, address: str, client_id: str, content: Content) -> None:
        said = hear(Said(client_id=client_id, content=content), address=address, now=node.now())
        where = Address("c-web", address)
        found = await node.front.load("c-web", address)
        if found is None and self._draw() < 0.5:
            wish = Wish(*self._world.random.choice(WISHES))
            params = self._world.random.choice(PARAMS)
            known = Customer(id=f"cu{self.serial()}", name="Web", vip=self._draw() < 0.1, params=params)
            await node.engine.handle(where, c.Visit(known, None, wish))
        await node.engine.handle(where, c.Receive(said), Cause("c-web", said.id))

    # --- agents

    def saw(self, commit: Commit) -> None:
        """Sockets, as it were: agents see what is theirs, web customers what is said to them."""
        session = commit.session
        if session is None:
            return
        for event in commit.events:
            if isinstance(event, e.Assigned) and session.id not in self._busy and self._draw() < 0.97:
                self._busy.add(session.id)
                self._world.later(2 + self._draw() * 40, partial(self._serve, session.id))
            if commit.conversation.channel == "c-web" and isinstance(event, e.Replied | e.Prompted):
                content = event.message.content
                options = [(o.id, o.label) for o in content.options] if isinstance(content, Choice) else []
                text = plain(content) + (" survey" if isinstance(content, Form) else "")
                if isinstance(content, Form) and self._draw() < 0.7:
                    values = {field.key: deeds.KEYS.get(field.key, "1") for field in content.fields}
                    filled = partial(self._fill, commit.conversation.address, Form("", (), values))
                    self._world.later(2 + self._draw() * 60, filled)
                self.heard("c-web", commit.conversation.address, text, options)

    def _session(self, id: str) -> Session | None:
        kept = self._world.shared.open.get(id)
        return kept.session if kept else None

    async def _serve(self, id: str) -> None:
        """Answer a few times, now and then do something else, and close."""
        try:
            for _ in range(1 + int(self._draw() * 3)):
                session = self._session(id)
                if session is None or session.agent is None:
                    return
                by = c.Actor(session.agent.id, session.agent.name)
                if self._draw() < 0.75:
                    await self._reply(id, by)
                else:
                    await self._something(id, by, session)
                await asyncio.sleep(3 + self._draw() * 80)
            session = self._session(id)
            if session is not None and session.agent is not None and (session.locked or self._draw() < 0.85):
                by = c.Actor(session.agent.id, session.agent.name)
                await self._insist(lambda node: node.engine.at_session(id, c.Close(by)))
        finally:
            self._busy.discard(id)

    async def _reply(self, id: str, by: c.Actor) -> None:
        client = f"{self.serial()}"
        token = f"[r:{client}]"
        content = self._content(token)
        command = c.Reply(by=by, client_id=client, content=content, quote=None)
        said = await self._insist(lambda node: node.engine.at_session(id, command, Cause(id, f"client:{client}")))
        if said:
            self.replies += 1
            if TOKEN.search(plain(content)):
                self._world.ledger.answered[token] = id

    def _content(self, token: str) -> Content:
        draw = self._draw()
        if draw < 0.7:
            return Text(f"{token} how can I help?")
        link = "https://shop.example/file"
        few, many = (tuple(Option(f"o{n}", f"Option {n}") for n in range(count)) for count in (3, 12))
        choices: tuple[Content, ...] = (
            Text(f"{token} " + "long words of help. " * 400), Text("refuse"),
            Image(url=link, mime="image/jpeg", caption=token), Video(url=link, mime="video/mp4", caption=token),
            Audio(url=link, mime="audio/mpeg"),
            File(url=link, mime="application/pdf", name="a.pdf", caption="the letter"),
            Location(1.0, 2.0, token, "Main St"), Location(1.0, 2.0), Sticker("1/2", text="hi"),
            Contact("Bob", ("+1555",)), Choice(f"{token} which?", few), Choice(f"{token} which?", many),
            Template("hello", "en", ("Ann",), "Hello {{1}}"), Image(url="media:0", size=99_000_000, caption="large"),
            Text(f"{token} damn"), Form("?", ()), Text(f"{token} 漢字"), Template("HX1"),
        )  # fmt: skip
        return choices[int(self._draw() * len(choices))]

    async def _something(self, id: str, by: c.Actor, session: Session) -> None:
        others = [AgentRef(a, n) for a, n in NAMES.items() if a != by.id]
        mine = [s.message.seq for s in self._world.shared.said_in(id) if s.state and s.message.author.kind == "agent"]
        seq = mine[-1] if mine else 0
        acts: list[c.Command] = [
            c.Annotate(by, "a note", f"n{self.serial()}"), c.Tag(by, ("vip", "late"), ("new",)),
            c.MarkRead(by), c.Lock(by, not session.locked), c.InviteRating(by),
            c.Transfer(by=by, group="g-help", group_name="Help", note="please"), c.Transfer(by=by, group="g-sales"),
            c.Transfer(by=by, agent=self._world.random.choice(others)),
        ]  # fmt: skip
        if seq:
            acts.append(c.Recall(by, seq, by.id, 0))
        if self._draw() < 0.05:
            acts = [c.Block(by, self._world.random.choice((-1, None))), c.Claim(by)]
        command = self._world.random.choice(acts)
        if self._draw() < 0.6:
            command = deeds.of_agent(self._world.random, by, session, others, BOSS, self.serial())
        await self._insist(lambda node: node.engine.at_session(id, command))
        offered = self._session(id)
        said = deeds.of_offer(self._world.random, offered, BOSS) if offered is not None else None
        if said is not None:
            await asyncio.sleep(self._draw() * 50)
            await self._insist(lambda node: node.engine.at_session(id, said))

    async def supervise(self) -> None:
        """Look around: lists, search, traces, what channels say of themselves, chats taken from the queue, and those
        that an agent has forgotten."""
        for kept in list(self._world.shared.open.values()):
            if kept.session.agent is not None and kept.session.id not in self._busy:
                self._busy.add(kept.session.id)
                self._world.later(self._draw() * 60, partial(self._serve, kept.session.id))
        waiting = [kept.session.id for kept in self._world.shared.open.values() if kept.session.agent is None]
        if waiting and self._draw() < 0.8:
            agent = self._world.random.choice(list(NAMES))
            chosen = self._world.random.choice(waiting)
            await self._try(lambda node: node.engine.at_session(chosen, c.Claim(c.Actor(agent, NAMES[agent]))))
        await self._oversee()
        await self._try(self._look)

    async def _oversee(self) -> None:
        """Something for one customer, whoever it is."""
        known = self._world.shared.conversations_now()
        others = [AgentRef(agent, name) for agent, name in NAMES.items()]
        left = [state for state in known if state.submissions]
        for _ in range(3):
            state = self._world.random.choice(left if left and self._draw() < 0.4 else known) if known else None
            if state is None or is_erased(state):
                continue
            command = deeds.of_supervisor(self._world.random, BOSS, state, others, self.serial())
            where = Address(state.channel, state.address)
            done = await self._insist(lambda node: node.engine.handle(where, command))  # noqa: B023
            if done and isinstance(command, c.Erase):
                await self._insist(lambda node: node.front.erase(state.id, None, 10_000))  # noqa: B023

    async def _look(self, node: Node) -> None:
        rare = self._draw() < 0.1  # the memory store searches by reading everything
        page = await node.front.sessions(
            SessionQuery(q=None if not rare else self._world.random.choice(("hello", "訂單", "ครับ ok", '"my order"')))
        )
        for row in page.items[: int(self._draw() * 1.5)]:
            await node.front.trace(row.session.id)
        for channel, ways in node.ways.items():
            for work in _questions(ways, channel):
                try:
                    await work
                except DeliveryError:
                    self._world.counts["provider did not say"] += 1

    async def shift(self, agent: str) -> None:
        """Come in the morning, take breaks, go home; somebody stays for the night now and then."""
        while True:
            await self._status(agent, "online")
            for _ in range(3):
                await asyncio.sleep(3600 * (2 + 2 * self._draw()))
                await self._status(agent, "busy")
                await asyncio.sleep(600 + 1800 * self._draw())
                await self._status(agent, "online")
            if self._draw() < 0.8:
                await self._status(agent, "offline")
                await asyncio.sleep(3600 * (6 + 4 * self._draw()))

    async def _status(self, agent: str, status: str) -> None:
        async def work(node: Node) -> None:
            node.desk.seat_changed(await node.front.set_status(agent, status, None, node.now()))

        await self._insist(work)

    async def _insist(self, work: Callable[[Node], Any]) -> bool:
        """As a client does: again while nobody answers, with the same ids; whether it was done."""
        for _ in range(60):
            node = self._world.pick()
            if node is not None:
                try:
                    await node.ask(work(node), 30.0)
                except (Gone, TimeoutError, StoreDown):
                    self._world.counts["agent asked again"] += 1
                except Duplicate:
                    return True
                except (Refused, Full, BadInput) as error:
                    self._world.counts[f"refused {getattr(error, 'code', 'full')}"] += 1
                    return False
                else:
                    return True
            await asyncio.sleep(1 + self._draw() * 5)
        return False

    async def _try(self, work: Callable[[Node], Any]) -> None:
        node = self._world.pick()
        if node is None:
            return
        try:
            await node.ask(work(node), 60.0)
        except (Gone, TimeoutError, Error):
            self._world.counts["tried in vain"] += 1


def _questions(ways: Any, channel: str) -> list[Any]:
    """What is asked of a provider at once, beside messages."""
    connector, wire, found = ways.connector, ways.wire, []
    if hasattr(connector, "register"):
        found.append(connector.register(f"https://desk.example/hooks/{channel}", wire))
    if hasattr(connector, "check"):
        found.append(connector.check(wire, f"https://desk.example/hooks/{channel}"))
    if hasattr(connector, "templates"):
        found.append(connector.templates(wire))
    if hasattr(connector, "typing"):
        found.append(connector.typing("70001", "wamid.1", wire))
    if hasattr(connector, "profile"):
        found.append(connector.profile("U1", wire))
    return found
