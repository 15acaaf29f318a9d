"""The desk at work: feeds the pure `routing.desk.Desk` with what happens, and carries out its matches as commands.

Who was matched is taken off the queue at once; a refused assignment (closed meanwhile, agent full) comes back.
"""

import asyncio
from collections.abc import Callable, Mapping
from random import Random

import structlog

from core import event as e
from core.command import Assign, Inform
from core.customer import Address
from core.effect import FindAgent
from core.engine import Done, Engine
from core.errors import Full, Refused, StoreDown
from core.ports import Clock, Leased, Seat, Store, Waiting
from core.session import AgentRef, Conversation, Session
from core.turn import Outlook
from routing.desk import Desk, Match, Team

RETRY_S = 1.0  # before looking again when the store could not be reached

log = structlog.get_logger()


class DeskKeeper:
    """Keeps the desk of this process. `names` tells an agent's name; `teams` the groups as they are now."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        random: Random,
        names: Callable[[str], str | None],
        teams: Callable[[], Mapping[str, Team]],
    ) -> None:
        self._store, self._clock, self._random = store, clock, random
        self._names, self._teams = names, teams
        self._desk = Desk()
        self._engine: Engine | None = None
        self._stirred = asyncio.Event()
        self._outdated = False

    async def start(self, engine: Engine) -> None:
        """Build the desk from the store: who waits and who sits."""
        self._engine = engine
        view = await self._store.desk()
        self._desk.teams = self._teams()
        for seat in view.seats:
            self._desk.seat(seat)
        for waiting in view.waiting:
            self._desk.wait(waiting)
        self._stirred.set()

    async def run(self) -> None:
        """Assign for as long as somebody waits and somebody fits; then wait until something changes."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            if self._outdated:
                await self._refresh_all()
            while (match := self._desk.match(self._random.choice)) is not None:
                await self._assign(match)

    # what it is told

    def staff_changed(self) -> None:
        """Groups, agents or their capacities are others now."""
        self._desk.teams = self._teams()
        self._outdated = True
        self._stirred.set()

    def seat_changed(self, seat: Seat) -> None:
        self._desk.seat(seat)
        self._stirred.set()

    def happened(self, done: Done) -> None:
        """Follow what was committed: loads change, waiting ends. (Waiting begins with a `FindAgent` errand.)"""
        decision = done.decision
        if decision.takes != decision.frees:
            if decision.takes is not None and not any(self._own(event) for event in decision.events):
                self._desk.load(decision.takes, +1)
            if decision.frees is not None:
                self._desk.load(decision.frees, -1)
                self._stirred.set()
        session = decision.session
        if session is not None and session.phase not in ("queued", "unassigned"):
            self._desk.leave(session.id)

    @staticmethod
    def _own(event: e.Event) -> bool:
        """The desk's own assignment: it counted the chat when it matched."""
        return isinstance(event, e.Assigned) and bool(event.inputs)

    def outlook(self, channel: str, group: str | None) -> Outlook:
        return self._desk.outlook(group)

    def position(self, session: str) -> int | None:
        return self._desk.position(session)

    # what it does

    async def find(self, errand: Leased, effect: FindAgent) -> None:
        """A session waits: take it in, and let the customer know where they stand if nobody was free."""
        found = await self._store.load_of(effect.session)
        if found is None or found[0].session is None or found[0].session.id != effect.session:
            return
        conversation, session = found[0], found[0].session
        if session.phase not in ("queued", "unassigned"):
            return
        self._desk.wait(waiting_of(conversation, session))
        self._stirred.set()
        if not session.positioned and not self._desk.outlook(session.group).free:
            await self._inform(conversation, session)

    async def _inform(self, conversation: Conversation, session: Session) -> None:
        position = self._desk.position(session.id)
        if position is None or self._engine is None:
            return
        online = self._desk.outlook(session.group).online
        where = Address(conversation.channel, conversation.address)
        try:
            await self._engine.handle(where, Inform(session.id, position, online))
        except Refused as error:
            log.debug("desk.not_informed", reason=str(error))  # it closed meanwhile: nothing to tell

    async def _assign(self, match: Match) -> None:
        assert self._engine is not None, "the desk was not started"
        waiting = match.waiting
        name = self._names(match.agent) or "Agent"
        command = Assign(waiting.session, AgentRef(match.agent, name), f"{name} {match.why}.", match.inputs)
        try:
            await self._engine.handle(Address(waiting.channel, waiting.address), command, aim=waiting.session)
        except Refused:
            self._desk.load(match.agent, -1)  # it no longer waits, and the agent is free after all
            self._stirred.set()
        except Full:
            await self._refresh(match.agent)
            self._desk.wait(waiting)
            self._stirred.set()
        except StoreDown as error:
            log.warning("desk.store_down", reason=str(error))
            self._desk.load(match.agent, -1)
            self._desk.wait(waiting)
            await asyncio.sleep(RETRY_S)
            self._stirred.set()

    async def _refresh_all(self) -> None:
        self._outdated = False
        seats = {seat.agent: seat for seat in await self._store.seats()}
        for gone in self._desk.seats.keys() - seats.keys():
            self._desk.remove_seat(gone)
        for seat in seats.values():
            self._desk.seat(seat)

    async def _refresh(self, agent: str) -> None:
        """The store knows better how many chats an agent has."""
        for seat in await self._store.seats():
            if seat.agent == agent:
                self._desk.seat(seat)


def waiting_of(conversation: Conversation, session: Session) -> Waiting:
    return Waiting(
        session=session.id,
        conversation=conversation.id,
        channel=conversation.channel,
        address=conversation.address,
        group=session.group,
        since=session.queued_at,
        excluded=session.excluded,
    )
