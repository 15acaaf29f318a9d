"""The laboratory: three nodes, one store, four providers and the web, people, and everything that may go wrong.

`World(seed, days).run()` ends with the laws looked at; `broken` names those that did not hold.
"""

import asyncio
import logging
import re
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from random import Random
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

import structlog

import connectors
from core import event as e
from core.channel import Connector
from core.codec import convert
from core.errors import Error
from core.ports.nodes import Hint
from core.ports.writing import Commit, Committed
from core.session import Place, Session
from routing.replay import Names
from tests.lab import admin
from tests.lab.company import CHANNELS, TEAMS, policies
from tests.lab.ledger import Ledger
from tests.lab.loop import Loop, Mortal
from tests.lab.node import HEARTBEAT_S, KEEPER_MS, LOOK_S, NOON, Disk, Gone, Node, Request, Setting, slow_heartbeats
from tests.lab.people import NAMES, People
from tests.lab.providers import meta as meta_provider
from tests.lab.providers.base import ALWAYS, IDS, NONE, Arrived, Asked, Provider, Trouble
from tests.lab.providers.line import Line
from tests.lab.providers.meta import Meta
from tests.lab.providers.telegram import Telegram
from tests.lab.providers.twilio import Twilio
from tests.lab.store import Shared
from tests.lab.trace import Trace

DAY_S = 86_400.0
NODES = 3
A_VISIT = 11.5  # messages that come of one, customers' and agents', on the average
EPISODES_A_DAY = 40
"""Node clocks differ by 20 s at most. A lease (60 s) less the longest call (20 s) is what order needs of them, and a
LINE token's minute less the 40 s in which it is used what "invalid" needs to mean "sent"."""
KNOWN_TO_ALL_S = 600.0
"""After so long the keeper of the desk must know of a session: a hint may be lost, and the
store may be away when the desk is looked at without one."""


STAFF = Names(NAMES, {id: team.name for id, team in TEAMS.items()})


class World:
    def __init__(self, seed: int, days: float, *, a_day: int = 500) -> None:
        self.seed, self.days, self.a_day = seed, days, a_day
        slow_heartbeats()
        self.random = Random(seed)
        self.loop = Loop(self.random)
        asyncio.set_event_loop(self.loop)
        self.trace, self.ledger = Trace(), Ledger()
        self.counts: Counter[str] = self.trace.counts
        self.shared = Shared(self.ledger.breaks, self._saw)
        self.line, self.twilio, self.meta, self.telegram = Line(self), Twilio(self), Meta(self), Telegram(self)
        self.providers_by_channel: dict[str, Provider] = {
            one.channel: one for one in (self.line, self.twilio, self.meta, self.telegram)
        }
        self.people = People(self)
        self.nodes: list[Node | None] = [None] * NODES
        self.disks = [Disk(self.random, self.counts) for _ in range(NODES)]
        self.buried: list[Any] = []
        self._known: dict[str, float] = {}
        self._hinted: set[Hint] = set()
        self._requests = 0
        self._born = 0
        self._storms, self._aimed = True, False
        self._tasks: set[asyncio.Task[None]] = set()
        structlog.configure(processors=[self._logged], cache_logger_on_first_use=False)
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # tasks of dead nodes are never ended
        self.setting = Setting(
            loop=self.loop, random=self.random, shared=self.shared, counts=self.counts, providers=self._hosts(),
            policies=policies(), names=NAMES, teams=TEAMS, connectors=_connectors, hint=self._hint,
            called=self._called,
        )  # fmt: skip
        self.loop.set_exception_handler(self._unhandled)
        self.loop.kill = self._killed

    @property
    def broken(self) -> list[tuple[str, str]]:
        return self.ledger.broken

    def run(self) -> None:
        try:
            self.loop.run_until_complete(self._run())
        finally:
            structlog.reset_defaults()

    # --- time

    def time(self) -> float:
        return self.loop.time()

    def later(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        async def wait() -> None:
            if seconds:
                await asyncio.sleep(seconds)
            await work()

        task = self.loop.apart(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def note(self, what: str, *about: object) -> None:
        self.trace.note(self.loop.time(), what, *about)

    # --- the whole

    async def _run(self) -> None:
        for place in range(NODES):
            self._start(place)
        for n, agent in enumerate(NAMES):
            await self.shared.seat(agent, capacity=1 + n % 2, at=NOON)
        self._administer()
        await asyncio.sleep(1.0)
        for agent in NAMES:
            self.later(self.random.random() * 300, lambda agent=agent: self.people.shift(agent))  # type: ignore[misc]
        self.later(0, self._storm)
        self.later(0, self._kills)
        self.later(60, lambda: meta_provider.challenge(self.meta))
        for _ in range(int(self.days * 24)):
            await self._hour()
            if self.broken:
                return
        await self._calm()

    async def _hour(self) -> None:
        """Most of the traffic comes by day."""
        hour = int(self.time() / 3600) % 24
        share = 0.07 if 8 <= hour < 20 else 0.0133
        visits = self.a_day * share / A_VISIT
        for _ in range(int(visits) + (self.random.random() < visits % 1)):
            channel = self.random.choice(list(CHANNELS))
            number = int(self.random.random() ** 2 * 400)
            self.later(self.random.random() * 3500, lambda c=channel, n=number: self.people.visit(c, n))  # type: ignore[misc]
        if self.random.random() < 0.5:
            provider: Any = self.random.choice(list(self.providers_by_channel.values()))
            provider.chatter()
        if self.random.random() < 0.5:
            self.later(self.random.random() * 3000, self.people.supervise)
        if self.random.random() < 0.2:
            self.later(self.random.random() * 3000, self._forged)
        await asyncio.sleep(3600.0)
        if hour % 6 == 5:
            await self._quiet()

    def _administer(self) -> None:
        for complaint in (*admin.settings(), *admin.rehearsals(self.random, self.setting.policies)):
            self.ledger.breaks("settings", complaint)

    async def _quiet(self) -> None:
        """A quarter of an hour without faults; then nobody waits for an agent who is free."""
        self._storms = False
        self._heal()
        await asyncio.sleep(900.0)
        before = self._waits_for_free()
        await asyncio.sleep(LOOK_S + 60.0)  # a hint may have been lost
        for session, agent in before & self._waits_for_free():
            self.ledger.breaks("free and waiting", f"{session} waits although {agent} is free")
        self._storms = True
        for provider in self.providers_by_channel.values():
            provider.trouble = ALWAYS

    async def _calm(self) -> None:
        """Nobody writes any more; everything heals; a day later all must be settled."""
        self._storms = False
        self._heal()
        await asyncio.sleep(9 * DAY_S / 4)
        self.ledger.audit(self.shared, {one.host: one for one in self.providers_by_channel.values()})

    # --- nodes

    def _start(self, place: int) -> None:
        self._born += 1
        skew = self.random.choice((0, 0, 40, -300, 2_000))
        node = Node(f"n{self._born}", self.setting, skew, self.disks[place])
        node.front.keeper_changed = lambda: self._kept_by(node)
        self.nodes[place] = node
        self.note("node starts", node.name)
        node.begin(node.live())

    def _kept_by(self, keeper: Node) -> None:
        """Who slept through the end of their turn may wake up just as another's begins."""
        self.note("new keeper", keeper.name)
        for node in self.nodes:
            if node is not None and node.frozen is not None and node.desk._offering is not None:
                self.later(self.random.choice((0.0, 0.05)) * self.random.random(), partial(self._thawed, node))

    def alive(self) -> list[Node]:
        return [node for node in self.nodes if node is not None and node.ready]

    def pick(self) -> Node | None:
        """Whom the balancer in front of the nodes asks; it may not know yet that one is gone."""
        if None in self.nodes and self.random.random() < 0.15:
            return None
        alive = self.alive()
        return self.random.choice(alive) if alive else None

    def _killed(self, owner: Mortal) -> None:
        node = owner
        assert isinstance(node, Node)
        self.loop.kill_at = 1 << 62
        self.note("kill", node.name)
        self.buried.append(node.crash())
        place = self.nodes.index(node)
        self.nodes[place] = None
        self.later(1 + self.random.random() ** 2 * 120, lambda: self._again(place))

    async def _again(self, place: int) -> None:
        self._start(place)

    def _hint(self, source: Node, hint: Hint) -> None:
        """The feed between nodes, which may lose a hint."""
        if hint in self._hinted or self.random.random() < 0.05:
            return
        self._hinted.add(hint)
        self.later(0.02 + self.random.random() * 0.5, lambda: self._hear(source, hint))

    def _called(self, node: Node, provider: Provider, request: Asked) -> None:
        tokens = ",".join(token.decode() for token in re.findall(rb"\[[rp]:[^\]]*\]", unquote_to_bytes(request.body)))
        self.note("call", node.name, request.method, request.path.rsplit("/", 1)[-1], tokens)

    async def _hear(self, source: Node, hint: Hint) -> None:
        self._hinted.discard(hint)
        for node in self.alive():
            if node is not source:
                node.context.run(node.take, hint)

    # --- what goes wrong

    async def _kills(self) -> None:
        """At any await: a few hundred steps from now, whoever's turn it is; or soon after the next webhook came in."""
        while True:
            await asyncio.sleep(self.random.expovariate(1 / (DAY_S / 10)))
            if self._storms and len(self.alive()) > 1:
                self._aimed = self.random.random() < 0.5
                self.loop.kill_at = 1 << 62 if self._aimed else self.loop.steps + self.random.randrange(1, 1500)

    async def _storm(self) -> None:
        while True:
            await asyncio.sleep(self.random.expovariate(EPISODES_A_DAY / DAY_S))
            if self._storms:
                self._episode()

    def _episode(self) -> None:
        node, length = self.random.choice(self.nodes), 1 + self.random.random() ** 2 * 180
        provider = self.random.choice(list(self.providers_by_channel.values()))
        match self.random.randrange(7):
            case 0 if node:
                self.note("partition", node.name)
                node.weather.cut = True
                self.later(length, lambda: self._joined(node))
            case 1 if node:
                self.note("slow store", node.name)
                node.weather.slow = self.random.choice((0.3, 3.0, 9.0))
                self.later(length, lambda: self._quick(node))
            case 2 if node:
                self.note("flaky store", node.name)
                node.weather.flaky = self.random.choice((0.1, 0.4))
                self.later(length, lambda: self._firm(node))
            case 3 if node:
                node.skew = self.random.choice((-10_000, -3_000, -300, 300, 3_000, 10_000))
                self.note("clock jump", node.name, node.skew)
                self.shared.stirred()
                self.later(length * 20, lambda: self._right(node))
            case 4:
                busy = self.random.random() < 0.5
                self.loop.freeze = lambda owner: self._frozen(owner, busy, 20 + 3 * length)
            case _:
                self.note("provider in trouble", provider.channel)
                share = self.random.choice((0.2, 0.6))
                kind = self.random.choice(("down", "broken", "busy", "hang", "drop"))
                provider.trouble = Trouble(**{kind: share})
                self.later(300 + length * 12, lambda: self._well(provider))

    def _frozen(self, owner: Mortal, busy: bool, length: float) -> None:
        """A machine is suspended in the middle of a step; `busy`: while it gives somebody a chat."""
        node = owner
        assert isinstance(node, Node)
        if not self._storms or not node.ready or (busy and node.desk._offering is None):
            return
        self.loop.freeze = None
        node.frozen = []
        self.note("freeze", node.name)
        self.later(KEEPER_MS / 1000 + HEARTBEAT_S + length if busy else length, lambda: self._thawed(node))

    async def _thawed(self, node: Node) -> None:
        self.loop.thaw(node)

    async def _joined(self, node: Node) -> None:
        node.weather.cut = False
        self.shared.stirred()

    async def _quick(self, node: Node) -> None:
        node.weather.slow = 0.0

    async def _firm(self, node: Node) -> None:
        node.weather.flaky = 0.0

    async def _right(self, node: Node) -> None:
        node.skew = 0
        self.shared.stirred()

    async def _well(self, provider: Provider) -> None:
        provider.trouble = ALWAYS if self._storms else NONE

    def _heal(self) -> None:
        self.loop.kill_at, self.loop.freeze = 1 << 62, None
        for node in self.nodes:
            if node is not None:
                self.loop.thaw(node)
                node.weather.cut, node.weather.slow, node.weather.flaky, node.skew = False, 0.0, 0.0, 0
        for provider in self.providers_by_channel.values():
            provider.trouble = NONE
        self.shared.stirred()

    # --- what providers ask of the world

    async def knock(
        self, channel: str, body: bytes, headers: Mapping[str, str], *, part: str = "", query: str = "",
        timeout: float, method: str = "POST",
    ) -> int | None:  # fmt: skip
        """One webhook: its status, 0 if there was no connection, None if no answer came."""
        node = self.pick()
        await asyncio.sleep(0.005)
        if node is None or node.dead:
            self.counts["webhook refused"] += 1
            return 0
        if self._aimed and self._storms:
            self._aimed = False
            self.loop.kill_at = self.loop.steps + self.random.randrange(1, 60)
        self._requests += 1
        path = f"/hooks/{channel}" + (f"/{part}" if part else "") + (f"?{query}" if query else "")
        ids = headers.get(IDS, "")
        request = Request(
            method, path, dict(parse_qsl(query)), {**headers, "x-request-id": f"r{self._requests}"}, body,
            {"channel": channel, "part": part},
        )  # fmt: skip
        try:
            status = await node.ask(node.hook(request, lambda: self._acknowledged(channel, ids)), timeout)
        except (Gone, TimeoutError):
            self.counts["webhook unanswered"] += 1
            return None
        except Exception as error:  # noqa: BLE001 (what ends in a 500 is looked at)
            self.note("500", channel, type(error).__name__, error)
            if not isinstance(error, Error):
                self.ledger.breaks("defect", f"a webhook of {channel} ended in {error!r}")
            return 500
        if ids:
            self.note("webhook", channel, ids, status, node.name)
        return status

    def _acknowledged(self, channel: str, ids: str) -> None:
        for id in ids.split(",") if ids else ():
            self.ledger.acknowledged.setdefault((channel, id), self.time())

    def posted(self, channel: str, message: str, address: str, kind: str) -> None:
        from tests.lab.ledger import SEVERAL

        self.note("writes", channel, address, message, kind)
        self.ledger.writers[channel, message] = channel, address
        self.ledger.posted[channel, message] = SEVERAL.get(kind, 1)

    def arrived(self, channel: str, address: str, message: Arrived, options: list[tuple[str, str]]) -> None:
        self.note("arrived", channel, address, message.id, message.text[:40])
        self.people.heard(channel, address, message.text, options)

    async def _forged(self) -> None:
        """Anybody may knock; nothing of it may be kept."""
        for channel in self.providers_by_channel:
            for headers in ({}, {"x-line-signature": "x", "x-twilio-signature": "x", "x-hub-signature-256": "x"}):
                kinds = ("application/json", "application/x-www-form-urlencoded")
                for kind in kinds:
                    body = self.random.choice((b"{}", b"\xff\xfe", b"a=b&c", b'{"events":[]}'))
                    told = {**headers, "content-type": kind, "x-twilio-webhooks-signature-settings": "algorithm=X"}
                    status = await self.knock(channel, body, told if headers else {"content-type": kind}, timeout=10.0)
                    if status is not None and status not in (0, 400, 403, 503):
                        self.ledger.breaks("forged", f"{channel} said {status} to a forgery")

    # --- looking on

    def _saw(self, commit: Commit, done: Committed) -> None:
        names = ",".join(type(event).__name__ for event in commit.events)
        self.note("commit", commit.conversation.address, done.version, done.n, names)
        if any(isinstance(event, e.TurnedAway) for event in commit.events):
            for cause in commit.causes:
                self.ledger.turned_away.add((cause.scope, cause.ref or cause.id))
        session = commit.session
        if session is not None:
            if session.phase == "queued":
                self._known.setdefault(session.id, self.time())
                if any(isinstance(event, e.Queued) for event in commit.events):
                    self._known[session.id] = self.time()
            else:
                self._known.pop(session.id, None)
            for event in commit.events:
                if isinstance(event, e.Assigned) and event.inputs:
                    self._passed_over(session, event.agent.id)
        self._replays(commit)
        self.people.saw(commit)

    def _replays(self, commit: Commit) -> None:
        policy = self.setting.policies[commit.conversation.channel]
        for how in admin.replays(commit, policy, STAFF, admin.first_words(commit)):
            self.ledger.breaks("replayed", how)

    def _passed_over(self, chosen: Session, agent: str) -> None:
        now = self.time()
        for kept in self.shared.open.values():
            other = kept.session
            if other.phase != "queued" or _turn(other) >= _turn(chosen) or chosen.prefer:
                continue
            known_for = now - self._known.get(other.id, now)
            if known_for > KNOWN_TO_ALL_S and agent in _first_choice(other) and agent not in other.excluded:
                self.ledger.breaks(
                    "passed over", f"{agent} got {chosen.id} before {other.id}, known for {known_for:.0f} s"
                )

    def _waits_for_free(self) -> set[tuple[str, str]]:
        seats = {seat.agent: seat for seat in self.shared.seats_now()}
        found = set()
        for kept in self.shared.open.values():
            session = kept.session
            if session.phase != "queued":
                continue
            team = [seats[agent] for agent in sorted(_first_choice(session))]
            others = [seat for seat in team if seat.agent not in session.excluded]
            fitting = others if any(seat.status == "online" for seat in others) else team
            for seat in fitting:
                if seat.status == "online" and seat.load < seat.capacity:
                    found.add((session.id, seat.agent))
        return found

    def _logged(self, logger: object, level: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
        """What the product logs as an error is a defect, unless it is a loop that begins again."""
        if level in ("error", "exception", "critical") and entry.get("event") != "intake.refused":
            error = sys.exc_info()[1] or entry.get("exc_info")
            self.ledger.breaks("defect", f"{entry.get('event')}: {error!r} {entry}")
        elif level == "warning":
            self.counts[f"log {entry.get('event')}"] += 1
        raise structlog.DropEvent

    def _unhandled(self, loop: object, context: dict[str, Any]) -> None:
        if "was destroyed" in context["message"] or isinstance(context.get("exception"), Gone):
            return
        self.ledger.breaks("defect", f"{context['message']}: {context.get('exception')!r}")

    def _hosts(self) -> dict[str, Provider]:
        hosts: dict[str, Provider] = {one.host: one for one in self.providers_by_channel.values()}
        hosts["api-data.line.me"] = self.line
        hosts["content.twilio.com"] = hosts["messaging.twilio.com"] = self.twilio
        return hosts


def _turn(session: Session) -> tuple[int, int, str]:
    """Who comes first comes first, after those who matter more; what was moved keeps its place."""
    return -session.priority, session.waits_since, session.id


def _first_choice(session: Session) -> frozenset[str]:
    """Who may take a waiting chat whatever is so of the places it overflows to."""
    place = session.chain[0] if session.chain else Place(session.group)
    if place.agent is not None:
        return frozenset((place.agent,))
    return TEAMS[place.group].members if place.group in TEAMS else frozenset(NAMES)


def _connectors() -> dict[str, Connector]:
    found: dict[str, Connector] = {}
    for channel, (kind, _, settings) in CHANNELS.items():
        made = connectors.load(kind)
        found[channel] = made(convert(dict(settings), made.Settings))
    return found
