"""Load, decide, commit; again if somebody else wrote first. One queue for each conversation in this process.

Deciding has no effect, so it may be repeated; only the commit counts.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from msgspec import Struct
from msgspec.structs import replace

from core.command import Command, Summarize
from core.conversation import Decision, decide
from core.customer import Address, Customer
from core.errors import Fenced, Refused, Stale, StoreDown
from core.event import Queued
from core.policy import Policy
from core.ports.clock import Clock
from core.ports.store import Store
from core.ports.writing import Cause, Commit, Committed, Lease
from core.routes import Route
from core.session import Conversation, Session
from core.turn import Asked, Context, Outlook, Standing, to_the_default

MAX_TRIES = 16  # each lost race means that somebody else's commit went through, so this many in a row is a defect


class Done(Struct, frozen=True):
    """What a command came to: the conversation after it, its events and, unless it changed nothing, its commit."""

    conversation: Conversation
    decision: Decision
    version: int
    committed: Committed | None

    @property
    def session(self) -> Session | None:
        """The session the events belong to."""
        return self.decision.session


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the engine asks the shell for. `done` is told of every command that was committed, right after it; `doubted`
    of a conversation's id when the store went down over a commit, which may have gone through all the same. `entering`
    is entered while a commit is under way that lets a session wait for a group."""

    policy: Callable[[str], Policy]
    new_id: Callable[[], str]
    number: Callable[[], int]
    outlook: Callable[[str, str | None], Outlook]
    lease: Callable[[int], Lease]
    done: Callable[[Done], None]
    doubted: Callable[[str], None] = lambda conversation: None
    standing: Callable[[str], Standing | None] = lambda session: None
    others_online: Callable[[str | None, str], bool] = lambda group, agent: False
    away_free: Callable[[str | None], bool] = lambda group: False
    gone_since: Callable[[str], int | None] = lambda agent: None
    route: Callable[[Asked], Route] = to_the_default
    entering: Callable[[str | None], AbstractContextManager[None]] = lambda group: nullcontext()


class Engine:
    """`remember` bounds how many conversations are kept decoded; the commit's compare-and-set keeps them honest."""

    def __init__(self, store: Store, clock: Clock, around: Surroundings, *, remember: int = 20_000) -> None:
        self._store, self._clock, self._around = store, clock, around
        self._known: OrderedDict[Address, tuple[Conversation, int]] = OrderedDict()
        self._remember = remember
        self._queues: dict[Address, deque[asyncio.Future[None]]] = {}

    async def handle(
        self,
        where: Address,
        command: Command,
        cause: Cause | None = None,
        *,
        aim: str | None = None,
        fence: int | None = None,
    ) -> Done:
        """Do a command, durably; as the desk's keeper with its `fence`.

        Raises `Refused`, `Duplicate`, `Full`, `Fenced`, `StoreDown`.
        """
        await self._turn(where)
        try:
            return await self._handle(where, command, cause, aim, fence)
        finally:
            self._next(where)

    async def _turn(self, where: Address) -> None:
        """Wait until nobody before us writes this conversation."""
        queue = self._queues.get(where)
        if queue is None:
            self._queues[where] = deque()
            return
        mine = asyncio.get_running_loop().create_future()
        queue.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._next(where)  # our turn had come just before we were told to stop
            raise

    def _next(self, where: Address) -> None:
        queue = self._queues[where]
        while queue:
            waiting = queue.popleft()
            if not waiting.done():
                waiting.set_result(None)
                return
        del self._queues[where]

    async def at_session(
        self, session: str, command: Command, cause: Cause | None = None, *, anywhere: bool = False
    ) -> Done:
        """The same for whoever knows only the session. Raises `Refused("unknown")` if there is none. `anywhere`: what
        is asked concerns the customer, also when that session is over."""
        found = await self._store.load_of(session)
        if found is None:
            raise Refused("unknown", "There is no such chat.")
        where = Address(found[0].channel, found[0].address)
        return await self.handle(where, command, cause, aim=None if anywhere else session)

    def forget(self, where: Address) -> None:
        """Somebody else may have written the conversation: load it next time."""
        self._known.pop(where, None)

    async def _handle(
        self, where: Address, command: Command, cause: Cause | None, aim: str | None, fence: int | None
    ) -> Done:
        for _ in range(MAX_TRIES):
            remembered = self._known.pop(where, None)
            state, version = remembered or await self._load(where)
            try:
                done = await self._try(state, version, command, cause, aim, fence)
            except Fenced:
                raise  # deciding again does not help: somebody else is to decide
            except Stale:
                continue
            except Refused:
                if remembered is not None:
                    continue  # nothing was written that would have shown the state to be stale: look again
                raise
            if done.committed is None and remembered is not None:
                continue
            self._learn(where, done)
            return done
        raise Stale(f"lost {MAX_TRIES} races in a row for one conversation")

    async def _try(
        self,
        state: Conversation,
        version: int,
        command: Command,
        cause: Cause | None,
        aim: str | None,
        fence: int | None,
    ) -> Done:
        around, now = self._around, self._clock.now()
        policy = around.policy(state.channel)
        channel = state.channel
        context = Context(
            now=now,
            policy=policy,
            new_id=around.new_id,
            number=around.number,
            outlook=lambda group: around.outlook(channel, group),
            standing=around.standing,
            others_online=around.others_online,
            away_free=around.away_free,
            gone_since=around.gone_since,
            route=around.route,
            aim=aim,
            earlier=await self._earlier(state, command.session) if isinstance(command, Summarize) else None,
        )
        decision = decide(state, command, context)
        if not decision.events:
            return Done(decision.state, decision, version, None)
        commit = Commit(
            conversation=decision.state,
            expected=version,
            session=decision.session,
            others=decision.others,
            events=decision.events,
            effects=decision.effects,
            causes=() if cause is None else (replace(cause, seq=decision.seq),),
            takes=decision.takes,
            frees=decision.frees,
            force=decision.force,
            beyond=decision.beyond,
            fence=fence,
            aliases=decision.aliases,
            submissions=decision.submissions,
            at=now,
            policy=policy.version,
            lease=around.lease(now),
        )
        queued = [event for event in decision.events if isinstance(event, Queued)]
        with around.entering(queued[-1].group) if queued else nullcontext():
            try:
                committed = await self._store.commit(commit)
            except StoreDown:
                around.doubted(state.id)
                raise
        return Done(decision.state, decision, committed.version, committed)

    async def _earlier(self, state: Conversation, session: str) -> Session | None:
        """A session of this conversation from before the last: read after its state, so that the compare-and-set holds
        for both."""
        if any(one is not None and one.id == session for one in (state.session, state.last)):
            return None
        found = await self._store.session(session)
        return found.session if found is not None and found.conversation == state.id else None

    async def _load(self, where: Address) -> tuple[Conversation, int]:
        found = await self._store.load(where.channel, where.id)
        if found is not None:
            return found
        new_id = self._around.new_id
        fresh = Conversation(id=new_id(), channel=where.channel, address=where.id, customer=Customer(id=new_id()))
        return fresh, 0

    def _learn(self, where: Address, done: Done) -> None:
        if where.id == done.conversation.address or where.id in done.conversation.aliases:
            self._known[where] = (done.conversation, done.version)  # else it was erased, and has no address any more
        if len(self._known) > self._remember:
            self._known.popitem(last=False)
        if done.committed is not None:
            self._around.done(done)
