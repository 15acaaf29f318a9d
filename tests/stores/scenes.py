"""Commits as the rules would make them, made small: a first message, a next one, an answer, a close."""

from dataclasses import dataclass
from itertools import count
from typing import Literal

from msgspec.structs import replace

from core.channel import Part
from core.customer import Customer
from core.effect import Deliver, Effect, FindAgent, WakeAt
from core.event import Assigned, Closed, CustomerKnown, Event, Opened, Queued, Received, Replied
from core.message import Author, Content, Message, Text
from core.ports.writing import Cause, Commit, Lease
from core.session import AgentRef, Closure, Conversation, Phase, Session

CUSTOMER = Author(kind="customer")
NOON = 1_000_000
NODE = Lease("node-1", NOON + 90_000)


@dataclass
class Scene:
    """One customer on one channel; each method gives the commit that comes next and takes it as done."""

    name: str = "ann"
    channel: str = "line-1"
    state: Conversation | None = None
    version: int = 0
    at: int = NOON
    lease: Lease = NODE

    def __post_init__(self) -> None:
        self._ids = count(1)

    def id(self, kind: str) -> str:
        return f"{kind}-{self.name}-{next(self._ids)}"

    @property
    def session(self) -> Session:
        assert self.state is not None
        session = self.state.session or self.state.last
        assert session is not None
        return session

    def fresh(self, customer: Customer | None = None) -> Conversation:
        person = customer or Customer(id=f"customer-{self.name}", name=self.name.title())
        return Conversation(id=f"conv-{self.name}", channel=self.channel, address=f"addr-{self.name}", customer=person)

    def take(self, commit: Commit) -> Commit:
        """The commit went through: what comes next builds on it."""
        self.state, self.version = commit.conversation, commit.expected + 1
        return commit

    def opens(
        self,
        text: str = "hello",
        *,
        group: str | None = None,
        number: int = 1,
        customer: Customer | None = None,
        cause: str | None = None,
        phase: Phase = "bot",
        away_too: bool = False,
        effects: tuple[Effect, ...] = (),
    ) -> Commit:
        state = self.state or self.fresh(customer)
        session = Session(
            id=self.id("session"),
            number=number,
            phase="bot",
            opened_at=self.at,
            language="en",
            group=group,
            seq=1,
            unread=1,
        )
        opened = Opened(session.id, number, self.at, "en", group=group)
        events: tuple[Event, ...] = (CustomerKnown(state.customer), opened, self._heard(1, text, cause))
        if phase in {"queued", "unassigned"}:
            session = replace(session, phase=phase, queued_at=self.at, away_too=away_too)
            waits: Literal["queued", "unassigned"] = "unassigned" if phase == "unassigned" else "queued"
            events += (Queued(self.at, group, phase=waits, away_too=away_too),)
        return self._commit(replace(state, session=session), session, events, effects, self._cause(cause, 1))

    def says(self, text: str = "and more", *, cause: str | None = None, ref: str | None = None) -> Commit:
        session = replace(self.session, seq=self.session.seq + 1, unread=self.session.unread + 1)
        heard = self._heard(session.seq, text, cause)
        return self._commit(self._with(session), session, (heard,), (), self._cause(cause, session.seq, ref))

    def answers(
        self, text: str = "how can I help?", *, cause: str | None = None, delivery: str | None = None
    ) -> Commit:
        assert self.state is not None
        session = replace(self.session, seq=self.session.seq + 1, unread=0)
        content = Text(text)
        message = Message(seq=session.seq, author=Author(kind="agent", id="bo"), content=content, at=self.at)
        deliver = self.delivery(content, session, delivery)
        events = (Replied(message=message, at=self.at, seq=session.seq),)
        causes = () if cause is None else (Cause(session.id, cause, session.seq),)
        return self._commit(self._with(session), session, events, (deliver,), causes)

    def delivery(self, content: Content, session: Session, key: str | None = None) -> Deliver:
        part = Part(session.seq, content)
        return Deliver(id=key or self.id("deliver"), session=session.id, parts=(part,), not_after=self.at + 86_400_000)

    def assigned(self, agent: str, *, frees: str | None = None, force: bool = False, beyond: bool = False) -> Commit:
        ref = AgentRef(agent, agent.title())
        session = replace(self.session, phase="active", agent=ref)
        commit = self._commit(self._with(session), session, (Assigned(ref, self.at),))
        return replace(commit, takes=agent, frees=frees, force=force, beyond=beyond)

    def closed(self) -> Commit:
        assert self.state is not None
        agent = self.session.agent.id if self.session.phase == "active" and self.session.agent else None
        closure = Closure("agent", "closed", self.at)
        session = replace(self.session, phase="closed", closed=closure)
        event = Closed("agent", "closed", self.at, agent=agent)
        return replace(self._commit(replace(self.state, session=None, last=session), session, (event,)), frees=agent)

    def with_events(self, *events: Event, session: Session | None = None) -> Commit:
        kept = session or self.session
        return self._commit(self._with(kept), kept, events)

    def with_effects(self, *effects: Effect) -> Commit:
        return self._commit(self._with(self.session), self.session, (), effects)

    def wakes(self, name: str, due: int) -> Commit:
        return self.with_effects(WakeAt(name, due))

    def seeks(self) -> Commit:
        return self.with_effects(FindAgent(self.id("find"), self.session.id))

    def _heard(self, seq: int, text: str, provider_id: str | None) -> Received:
        message = Message(seq=seq, author=CUSTOMER, content=Text(text), at=self.at, provider_id=provider_id)
        return Received(message=message, at=self.at, seq=seq, heard=self.at)

    def _cause(self, id: str | None, seq: int, ref: str | None = None) -> tuple[Cause, ...]:
        return () if id is None else (Cause(self.channel, id, seq, ref),)

    def _with(self, session: Session) -> Conversation:
        assert self.state is not None
        if session.phase == "closed":
            return replace(self.state, last=session)
        return replace(self.state, session=session)

    def _commit(
        self,
        state: Conversation,
        session: Session | None,
        events: tuple[Event, ...],
        effects: tuple[Effect, ...] = (),
        causes: tuple[Cause, ...] = (),
    ) -> Commit:
        return Commit(
            conversation=state,
            expected=self.version,
            session=session,
            events=events,
            effects=effects,
            causes=causes,
            at=self.at,
            lease=self.lease,
        )
