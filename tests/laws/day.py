"""A day at a busy house in simulated time: customers who come, wait, give up or keep waiting; agents who answer, fall
silent, go and come back; three channels with a mode each. What must hold is looked at with every commit."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core import command as c
from core import event as e
from core.customer import Address
from core.engine import Done
from core.hours import Opening, Span
from core.message import Text
from core.mode import AlwaysOn, Reception
from core.policy import Level, Policy
from core.ports.desk import EXCLUDED_MS
from core.promise import Promise, Sla
from core.routes import Assignment
from core.session import Conversation, Session
from core.waiting import Absence, Queue, Silence
from gateway.absence import Absences
from routing.pools import Team
from tests.core.given import NOON, policy
from tests.laws.world import Fake, World

LIMIT = 20
ASSIGNMENT = Assignment(
    queue=Queue(limit=LIMIT, reminder_seconds=120, answer_seconds=60),
    agent_silent=Silence(reminder_seconds=60, transfer_seconds=180),
    agent_offline=Absence("move"),
)
PATIENT = Assignment(agent_silent=Silence(transfer_seconds=240), agent_offline=Absence("close"))
PROMISES = Sla(
    (Promise(name="All", first_response_seconds=120, next_response_seconds=90, remind_before_seconds=(30,)),)
)  # fmt: skip
WITH_A_BREAK = Opening(  # NOON is Tuesday, 23:13 there
    zone="Europe/Berlin",
    week={"tue": (Span("09:00", "24:00"),), "wed": (Span("00:00", "00:30"), Span("01:00", "24:00"))},
)
LEVELS = {
    "shop": Level(assignment=ASSIGNMENT, sla=PROMISES, hours=WITH_A_BREAK),
    "mail": Level(reception=Reception("always_on", AlwaysOn("online", 600)), assignment=PATIENT, sla=PROMISES),
    "care": Level(reception=Reception("always_on", AlwaysOn("all", 900)), assignment=PATIENT),
}
GROUPS = {"shop": "g-shop", "mail": "g-mail", "care": "g-care"}


def policies() -> dict[str, Policy]:
    return {channel: _policy(channel, level) for channel, level in LEVELS.items()}


def _policy(channel: str, level: Level) -> Policy:
    made = policy(Fake.capabilities, group=GROUPS[channel])
    return replace(made, channel=replace(made.channel, id=channel), everywhere=level, compiled={})


@dataclass(slots=True)
class Ledger:
    """What was seen; `problems` is what must stay empty."""

    problems: list[str] = field(default_factory=list)
    log: list[tuple[int, str, str, str | None]] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    breached: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)


class Day(World):
    """`agents` and `customers` by number; each agent is in two groups."""

    def __init__(self, seed: int, *, agents: int, customers: int, hours: float) -> None:
        self.agents = [f"a{number:05}" for number in range(agents)]
        members = {
            group: frozenset(agent for index, agent in enumerate(self.agents) if index % 3 in (place, (place + 1) % 3))
            for place, group in enumerate(GROUPS.values())
        }
        self.teams = {group: Team(found, group) for group, found in members.items()}
        self.ledger = Ledger()
        super().__init__(seed, names={agent: agent for agent in self.agents}, teams=self.teams, policies=policies())
        self.absences = Absences(self.store, self.engine, lambda: True, alone=True)
        self.begin(self.absences.run())
        self.length = hours * 3600
        for agent in self.agents:
            self.wait(self.store.seat(agent, capacity=self.random.randint(1, 3), at=NOON))
            self.begin(self._shift(agent))
        for number in range(customers):
            self.begin(self._customer(f"{self.random.choice(list(LEVELS))}:c{number}"))

    # who is there

    async def _set(self, agent: str, status: str) -> None:
        seat = await self.store.set_status(agent, status, None, self.now())
        self.desk.seat_changed(seat)
        self.absences.seated(seat)

    async def _shift(self, agent: str) -> None:
        random = self.random
        await asyncio.sleep(random.uniform(0, 600))
        while self.loop.time() < self.length:
            await self._set(agent, "online")
            await asyncio.sleep(random.uniform(300, 5400))
            await self._set(agent, random.choice(("busy", "offline", "offline")))
            await asyncio.sleep(random.uniform(60, 1800))
        await self._set(agent, "online")

    async def _customer(self, who: str) -> None:
        random, where = self.random, Address(who.partition(":")[0], who)
        await asyncio.sleep(random.uniform(0, self.length))
        self.writes(who)
        for _ in range(random.randint(0, 6)):
            await asyncio.sleep(random.uniform(20, 400))
            found = await self.store.load(*where)
            if found is None or found[0].session is None:
                return
            if found[0].session.wait_until is None or random.random() < 0.6:
                self.writes(who, "and?")

    def _serve(self, conversation: Conversation, session: Session, agent: str) -> None:
        if self.random.random() < 0.9:  # the others fall silent
            self.begin(self._answers_and_closes(conversation, session.id, agent))

    async def _answers_and_closes(self, conversation: Conversation, session: str, agent: str) -> None:
        by, where = c.Actor(agent, agent), Address(conversation.channel, conversation.address)
        for _ in range(self.random.randint(1, 4)):
            await asyncio.sleep(self.random.uniform(3, 100))
            await self._asked(where, c.Reply(by=by, client_id=f"c{next(self.clients)}", content=Text("Yes.")))
        found = await self.store.load(*where)
        if found is not None and found[0].session is not None and found[0].session.id == session:
            await self._asked(where, c.Close(by))

    # what must hold

    def happened(self, done: Done) -> None:
        super().happened(done)
        session, ledger = done.session, self.ledger
        if session is None:
            return
        for event in done.decision.events:
            ledger.counts[type(event).__name__] += 1
            match event:
                case e.Assigned():
                    self._assigned(session, event)
                    self._serve(done.conversation, session, event.agent.id)
                case e.Transferred(source=str(source), by="system"):
                    ledger.left[session.id] = source
                case e.SlaBreached(goal=goal, due=due):
                    ledger.breached[session.id, goal, due] += 1
                    self._hold(self.now() >= due, "a breach was told too early")
                case e.SlaEnded(due=due, met=met):
                    self._hold(met == (self.now() <= due), "a goal ended otherwise than by its time")
                case e.Closed():
                    self._ended_chat(session, event)
                case e.Queued():
                    self._queued(session, any(isinstance(one, e.Opened) for one in done.decision.events))
                case _:
                    pass
            who = session.agent.id if session.agent is not None else None
            ledger.log.append((self.now(), session.id, type(event).__name__, who))

    def _hold(self, right: bool, otherwise: str) -> None:
        if not right:
            self.ledger.problems.append(f"{self.now() - NOON}: {otherwise}")

    def _assigned(self, session: Session, event: e.Assigned) -> None:
        seats, agent = self.store.open_seats(), event.agent.id
        self._hold(seats[agent].load <= seats[agent].capacity, f"{agent} has too many chats")
        self._hold(seats[agent].status == "online" or session.away_too, f"{agent} was given a chat while away")
        self._hold(bool(event.why) and bool(event.inputs), f"nobody knows why {agent} got {session.id}")
        source = self.ledger.left.pop(session.id, "")
        team = self.teams[session.group or ""].members - {source}
        others = any(seats[one].status == "online" for one in team)
        right = agent != source or not others or event.at - session.queued_at >= EXCLUDED_MS
        self._hold(right, f"{session.id} went straight back to {agent}")

    def _queued(self, session: Session, is_new: bool) -> None:
        real_time = session.group == "g-shop"
        self._hold((session.phase == "queued") == real_time, f"{session.id} waits in the wrong way")
        waiting = sum(one.phase == "queued" for one in self.store.sessions_now())
        full = is_new and real_time and waiting > LIMIT + 3  # those who come at one instant all see the last place
        self._hold(not full, f"{waiting} wait, and {LIMIT} may")

    def _ended_chat(self, session: Session, event: e.Closed) -> None:
        self.ledger.left.pop(session.id, None)
        self.ledger.counts[f"closed: {event.reason}"] += 1
        if event.reason == "queue_cut":
            self._hold(
                session.wait_until is not None and session.wait_until <= self.now(), "cut although they answered"
            )
        if event.reason == "pending":
            longest = {"g-mail": 600, "g-care": 900}[session.group or ""]
            self._hold(self.now() - session.queued_at >= longest * 1000, "closed before its time")

    def at_the_end(self) -> Sequence[str]:
        """Once nobody comes any more and everything has settled."""
        ledger, seats = self.ledger, self.store.open_seats()
        held = Counter(one.agent.id for one in self.store.sessions_now() if one.phase == "active")
        for agent, seat in seats.items():
            self._hold(held[agent] == seat.load, f"{agent} is said to have {seat.load} chats and has {held[agent]}")
        for session in self.store.sessions_now():
            if session.phase in ("queued", "unassigned"):
                team = [seats[agent] for agent in self.teams[session.group].members]
                free = any(seat.status == "online" and seat.load < seat.capacity for seat in team)
                self._hold(not free, f"{session.id} waits although somebody is free")
        self._hold(all(times == 1 for times in ledger.breached.values()), "a breach was told twice")
        return ledger.problems
