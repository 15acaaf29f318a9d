"""The desk at work: feeds the pure `routing.desk.Desk` with what happens, and carries out its matches as commands.

Who was matched is taken off the queue at once; a refused assignment (closed meanwhile, agent full) comes back. What
commits say is applied in their order and by their feed numbers, so that a look at the store never counts one twice.
With several nodes only the keeper assigns, and derives the desk from the store each time it is stirred (decision 6).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random

import structlog
from msgspec.structs import replace

from core import event as e
from core.command import Assign, Inform
from core.customer import Address
from core.effect import FindAgent
from core.engine import Done, Engine
from core.errors import Fenced, Full, Refused, StoreError
from core.ports.clock import Clock
from core.ports.desk import DeskView, Seat, waiting_of
from core.ports.reading import SessionQuery
from core.ports.store import Store
from core.ports.writing import Leased
from core.routes import Route
from core.session import AgentRef, Conversation, Place, Session
from core.turn import Asked, Outlook, Standing
from gateway.keeping import Keeping
from routing.desk import Desk, Match
from routing.pools import Team
from routing.rules import route
from routing.waits import Waits

REMEMBERED = 100  # chats from which a new process learns how fast queues move
RETRY_S = 1.0  # before looking again when the store could not be reached
LOOK_EVERY_S = 1.0  # with several nodes: should a hint be lost
REST = 3  # times as long as the last look at the store took, before the next: a quarter of the time at most
RESYNC_S = 30.0  # a commit may have gone through although the store failed to say so

log = structlog.get_logger()


class DeskKeeper:
    """Keeps the desk of this process. `names` tells an agent's name; `teams` the groups as they are now, `languages`
    what agents speak.

    With several nodes `keeping` says whether this one assigns, and `tell` tells the others that there is something to.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        random: Random,
        names: Callable[[str], str | None],
        teams: Callable[[], Mapping[str, Team]],
        *,
        languages: Callable[[], Mapping[str, tuple[str, ...]]] = dict,
        keeping: Keeping | None = None,
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._clock, self._random = store, clock, random
        self._names, self._teams, self._languages = names, teams, languages
        self._desk, self._waits = Desk(), Waits()
        self._engine: Engine | None = None
        self._offering: str | None = None
        self._as_of: dict[str, int] = {}
        self._built_at = 0
        self._told: set[str] = set()
        self._entering: Counter[str | None] = Counter()
        self._stirred = asyncio.Event()
        self._outdated = False
        self._keeping, self._tell = keeping, tell
        if keeping is not None:
            keeping.taken = self.look

    async def start(self, engine: Engine) -> None:
        """Build the desk from the store: who waits and who sits."""
        self._engine = engine
        view = await self._store.desk()
        self._staff()
        self._built_at = view.n
        for seat in view.seats:
            self._desk.seat(seat)
        for waiting in view.waiting:
            self._desk.wait(waiting)
        await self._remember()
        self._stirred.set()

    async def _remember(self) -> None:
        """How fast queues moved before this process began, from the chats that were active last."""
        page = await self._store.sessions(SessionQuery(limit=REMEMBERED))
        left = sorted((row.session.assigned_at, row.session.queued_at, row.session.group or "", row.session.group)
                      for row in page.items if row.session.assigned_at > row.session.queued_at > 0)  # fmt: skip
        for assigned_at, queued_at, _, group in left:
            self._waits.left(group, queued_at, assigned_at)

    async def run(self) -> None:
        """Assign for as long as somebody waits and somebody fits; then wait until something changes."""
        if self._keeping is not None:
            await self._run_among_others(self._keeping)
        time = asyncio.get_running_loop().time
        synced = time()
        while True:
            await self._stirring(min(synced + RESYNC_S, time() + self._patience()))
            if time() >= synced + RESYNC_S:
                self._staff()
                await self._resync()
                synced = time()
            self._stirred.clear()
            if self._outdated:
                await self._refresh_all()
            while (match := self._match()) is not None:
                await self._assign(match, None)

    async def _run_among_others(self, keeping: Keeping) -> None:
        """Derive the desk anew whenever it is stirred, here or elsewhere, and now and again; the keeper assigns."""
        loop = asyncio.get_running_loop()
        while True:
            self._stirred.clear()
            began = loop.time()
            self._derive(await self._view())
            rest = REST * (loop.time() - began)
            while (fence := keeping.fence) is not None:
                match = self._match()
                if match is None:
                    break
                await self._assign(match, fence)
            await asyncio.sleep(rest)
            await self._stirring(loop.time() + LOOK_EVERY_S)

    def _match(self) -> Match | None:
        self._desk.pass_time(self._clock.now())
        return self._desk.match(self._random.randrange)

    def _staff(self) -> None:
        """Who is in which group, as it is now; hours that begin or end are seen at the next look."""
        self._desk.pass_time(self._clock.now())
        self._desk.staff(self._teams(), self._languages())
        self._waits.keep(self._desk.teams.__contains__)

    def _patience(self) -> float:
        """Seconds until time alone may make a match possible."""
        due = self._desk.next_change
        return RESYNC_S if due is None else max(0.0, (due - self._clock.now()) / 1000)

    async def _stirring(self, until: float) -> None:
        """Wait for something to change, or for the time (of the loop) to look for oneself."""
        try:
            async with asyncio.timeout_at(until):
                await self._stirred.wait()
        except TimeoutError:
            pass

    async def _resync(self) -> None:
        """Compare with the store; whatever is newer here than what was read stays."""
        view = await self._view()
        for seat in view.seats:
            if self._as_of.get(seat.agent, 0) <= view.n:
                self._as_of[seat.agent] = view.n
                self._desk.seat(seat)
        for waiting in view.waiting:
            if self._desk.position(waiting.session) is None:
                self._desk.wait(waiting)

    def _derive(self, view: DeskView) -> None:
        """Make the desk what the store says, and keep whose turn it is."""
        desk = self._desk
        self._staff()
        for gone in desk.seats.keys() - {seat.agent for seat in view.seats}:
            desk.remove_seat(gone)
        for seat in view.seats:
            desk.seat(seat)
        known = {waiting.session: waiting for waiting in desk.waiting()}
        now = self._clock.now()
        for session in known.keys() - {waiting.session for waiting in view.waiting}:
            self._waits.left(known[session].group, known[session].since, now)
            desk.leave(session)
        for waiting in view.waiting:
            if known.get(waiting.session) != waiting:
                desk.wait(waiting)

    # what it is told

    def look(self) -> None:
        """Something changed at another node; with one node, nothing can have."""
        if self._keeping is not None and self._keeping.fence is not None:
            self._stirred.set()

    def _stir(self) -> None:
        """Something changed here: look at it, or let the keeper do so."""
        if self._keeping is None or self._keeping.fence is not None:
            self._stirred.set()
        else:
            self._tell()

    def staff_changed(self) -> None:
        """Groups, agents or their capacities are others now."""
        self._staff()
        self._outdated = True
        self._stir()

    def seat_changed(self, seat: Seat) -> None:
        """A status or a capacity changed. The load of an agent the desk knows is followed by the commits."""
        known = self._desk.seats.get(seat.agent)
        self._desk.seat(seat if known is None else replace(seat, load=known.load))
        self._stir()

    def happened(self, done: Done) -> None:
        """Follow what was committed, in its order: loads change, waiting begins and ends."""
        decision = done.decision
        n = 0 if done.committed is None else done.committed.n
        own_match = any(isinstance(event, e.Assigned) and event.inputs for event in decision.events)
        if decision.takes is not None:
            self._moved(decision.takes, 0 if own_match else +1, n)  # the desk counted its own when it matched
        if decision.frees is not None:
            self._moved(decision.frees, -1, n)
            self._stir()
        session = decision.session
        if session is None:
            return
        if session.phase not in ("queued", "unassigned"):
            if session.queued_at and (own_match or self._desk.find(session.id) is not None):
                self._waits.left(session.group, session.queued_at, self._clock.now())
            self._desk.leave(session.id)
            self._told.discard(session.id)
        elif any(isinstance(event, e.Queued) for event in decision.events):
            self._desk.wait(waiting_of(done.conversation, session))
            self._stir()
            if session.positioned:
                self._told.add(session.id)

    def _moved(self, agent: str, change: int, n: int) -> None:
        """Without a number (they are given later) it counts at once; what it may count twice is set right by a look."""
        if n == 0 or n > max(self._as_of.get(agent, 0), self._built_at):
            self._as_of[agent] = max(n, self._as_of.get(agent, 0))
            self._desk.load(agent, change)

    @contextmanager
    def entering(self, group: str | None) -> Iterator[None]:
        """A session is about to wait for a group: whoever is decided on meanwhile comes behind it. So newcomers of one
        instant do not all see the same last place."""
        self._entering[group] += 1
        try:
            yield
        finally:
            self._entering[group] -= 1
            if not self._entering[group]:
                del self._entering[group]

    def outlook(self, channel: str, group: str | None) -> Outlook:
        found = self._desk.outlook(group)
        if ahead := self._entering[group]:
            places = self._desk.places((), (Place(group),), ahead + 1) if found.free else 0
            waiting = found.waiting + max(0, ahead - places)
            found = replace(found, waiting=waiting, free=places > ahead)
        if found.free:
            return found
        return replace(found, wait=self._waits.expected(group, found.waiting + 1, self._clock.now()))

    def position(self, session: str) -> int | None:
        return self._desk.position(session)

    def standing(self, session: str) -> Standing | None:
        """Where a session stands that waits in a queue."""
        waiting, position = self._desk.find(session), self._desk.position(session)
        if waiting is None or position is None:
            return None
        return Standing(position, self._waits.expected(waiting.group, position, self._clock.now()))

    def others_online(self, group: str | None, agent: str) -> bool:
        return self._desk.others_online(group, agent)

    def away_free(self, group: str | None) -> bool:
        return self._desk.away_free(group)

    def gone_since(self, agent: str) -> int | None:
        """Since when an agent is offline; None if they are not."""
        seat = self._desk.seats.get(agent)
        return seat.status_at if seat is not None and seat.status == "offline" else None

    def route(self, asked: Asked) -> Route:
        """Where a chat that needs a person goes, as things are now."""
        return route(asked, self)

    def is_free(self, agent: str) -> bool:
        return self._desk.is_free(agent)

    def finds(self, prefer: tuple[str, ...], chain: tuple[Place, ...]) -> bool:
        ahead = sum(self._entering[place.group] for place in chain) if self._entering else 0
        return self._desk.finds(prefer, chain) and (ahead == 0 or self._desk.places(prefer, chain, ahead + 1) > ahead)

    def agent_name(self, agent: str) -> str | None:
        return self._names(agent) if agent in self._desk.seats else None

    def group_name(self, group: str) -> str | None:
        team = self._desk.teams.get(group)
        return team.name if team is not None else None

    # what it does

    async def find(self, errand: Leased, effect: FindAgent) -> None:
        """A session waits: take it in, should it not be, and tell the customer where they stand if nobody was free."""
        if effect.session in self._told and self._desk.position(effect.session) is not None:
            return  # it was taken in with its commit, which told the customer too
        found = await self._store.load_of(effect.session)
        if found is None or found[0].session is None or found[0].session.id != effect.session:
            return
        conversation, session = found[0], found[0].session
        if session.phase not in ("queued", "unassigned") or session.id == self._offering:
            return
        self._desk.wait(waiting_of(conversation, session))
        self._stir()
        free = self._desk.outlook(session.group).free or (session.away_too and self._desk.away_free(session.group))
        if not session.positioned and not free:
            await self._inform(conversation, session)

    async def _inform(self, conversation: Conversation, session: Session) -> None:
        standing = self.standing(session.id)
        if standing is None or self._engine is None:
            return
        online = self._desk.outlook(session.group).online
        where = Address(conversation.channel, conversation.address)
        try:
            await self._engine.handle(where, Inform(session.id, standing.position, online, standing.wait))
        except Refused as error:
            log.debug("desk.not_informed", reason=str(error))  # it closed meanwhile: nothing to tell

    async def _assign(self, match: Match, fence: int | None) -> None:
        """Offer a match as a command. Whatever keeps it from being done, neither the session nor the place is lost."""
        assert self._engine is not None, "the desk was not started"
        waiting = match.waiting
        name = self._names(match.agent) or "Agent"
        command = Assign(
            waiting.session, AgentRef(match.agent, name), f"{name} {match.why}.", match.inputs, waiting.away
        )
        self._offering = waiting.session
        done = False
        try:
            where = Address(waiting.channel, waiting.address)
            await self._engine.handle(where, command, aim=waiting.session, fence=fence)
            done = True
        except Refused:
            done = True  # it no longer waits, and the agent is free after all
            self._desk.load(match.agent, -1)
        except Full:
            await self._refresh(match.agent)
        except Fenced:
            log.info("desk.fenced", fence=fence)  # another node keeps it by now
            self._desk.load(match.agent, -1)
            if self._keeping is not None:
                self._keeping.lost()
        except StoreError as error:
            log.warning("desk.not_assigned", reason=str(error))
            self._desk.load(match.agent, -1)
            await asyncio.sleep(RETRY_S)
        finally:
            self._offering = None
            if not done:
                self._desk.wait(waiting)
            self._stirred.set()

    async def _refresh_all(self) -> None:
        self._outdated = False
        seats = {seat.agent: seat for seat in await self._store.seats()}
        for gone in self._desk.seats.keys() - seats.keys():
            self._desk.remove_seat(gone)
        for seat in seats.values():
            self.seat_changed(seat)

    async def _refresh(self, agent: str) -> None:
        """The store knows better how many chats an agent has; until it can be asked, they have no place."""
        self._desk.remove_seat(agent)
        view = await self._view()
        for seat in view.seats:
            if seat.agent == agent:
                self._as_of[agent] = view.n
                self._desk.seat(seat)

    async def _view(self) -> DeskView:
        while True:
            try:
                return await self._store.desk()
            except StoreError as error:
                log.warning("desk.store_down", reason=str(error))
                await asyncio.sleep(RETRY_S)
