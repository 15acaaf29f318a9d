"""The live side of the inbox: which agent's sockets see which session, and each frame encoded once for all of them.

A session that comes into somebody's sight is sent whole; one that leaves it is taken back (`session.gone`).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import WSCloseCode

from api.auth import Caller
from api.documents import Change
from api.media import linked_feed
from api.rim import Rim, Signal
from api.sight import audience
from api.sockets import MAX_WAITING, Outlet, encoded
from api.views.message import Audience
from core import event as e
from core.ports.reading import FeedRow
from inbox.frames import AgentStatus, Frames, Looking, Typing
from inbox.places import Place, place_before, place_of

TOGETHER = 50  # rows whose frames go out in one write: at most about 50 KiB for a socket
IN_ONE_TURN = 100  # sockets written to before others have their turn, about a millisecond
REMEMBERED = 50_000  # sessions whose last place is kept, about 200 bytes each


@dataclass(eq=False, slots=True)
class Desk:
    """One socket of an agent. `after` is the newest number it has, so that nothing comes twice."""

    caller: Caller
    groups: frozenset[str]
    outlet: Outlet
    token: str
    after: int = 0
    audience: Audience = field(init=False)
    held: list[bytes] = field(default_factory=list)
    looking: str | None = None  # the chat that is open there

    def __post_init__(self) -> None:
        self.audience = audience(self.caller)

    def sees(self, place: Place) -> bool:
        """The rule of `api.sight.sees`, for a place instead of a session."""
        return (
            self.audience == "supervisor"
            or place.group is None
            or place.agent == self.caller.id
            or place.group in self.groups
        )

    def hold(self, frame: bytes | None, n: int) -> None:
        """Put a frame to those that go out together: a call to the kernel costs more than making a frame."""
        if frame is not None and n > self.after:
            self.held.append(frame)

    def flush(self) -> None:
        if self.held:
            self.outlet.write(b"".join(self.held))
            self.held.clear()


class Board:
    """`start` after the hub, `stop` before it. `max_waiting`: bytes a socket may leave unread."""

    def __init__(self, rim: Rim, *, max_waiting: int = MAX_WAITING) -> None:
        self._rim, self.max_waiting = rim, max_waiting
        self._desks: set[Desk] = set()
        self._seeing: dict[Place, tuple[Desk, ...]] = {}
        self._places: OrderedDict[str, Place] = OrderedDict()
        self._ends: list[Callable[[], None]] = []

    def start(self) -> None:
        hub, signals = self._rim.hub, self._rim.signals
        self._ends = [hub.listen(self._publish, lambda: bool(self._desks)), signals.listen(self._signal)]
        self._rim.directory.listen(self._changed)

    async def stop(self) -> None:
        while self._ends:
            self._ends.pop()()
        for desk in tuple(self._desks):
            desk.outlet.close(WSCloseCode.GOING_AWAY, b"restart")
        for desk in tuple(self._desks):
            await desk.outlet.closed()

    @property
    def desks(self) -> int:
        """How many sockets are open and keep up."""
        return sum(desk.outlet.open for desk in self._desks)

    def attach(self, desk: Desk) -> None:
        """From now on it is sent what is numbered after `desk.after`."""
        self._desks.add(desk)
        self._seeing.clear()
        self._rim.signals.opened(desk.caller.id)

    def look(self, desk: Desk, session: str | None) -> None:
        """Which chat an agent has open now: colleagues who see it are told, and so is the agent of those there."""
        before, desk.looking = desk.looking, session
        agent = desk.caller.id
        if before is not None and before != session and agent not in self._lookers(before):
            self._rim.signals.send(Signal(kind="looking", session=before, agent=agent, by="agent", value="off"))
        if session is not None:
            self._rim.signals.send(Signal(kind="looking", session=session, agent=agent, by="agent", value="on"))

    def _lookers(self, session: str) -> set[str]:
        return {desk.caller.id for desk in self._desks if desk.looking == session}

    def detach(self, desk: Desk) -> None:
        if desk in self._desks:
            self.look(desk, None)
            self._desks.discard(desk)
            self._seeing.clear()
            if not self._desks:
                self._places.clear()  # the hub reads nothing for nobody, so these may be wrong by the next time
            self._rim.signals.closed(desk.caller.id)

    # --- the feed ------------------------------------------------------------------------------------------------

    async def _publish(self, rows: Sequence[FeedRow]) -> None:
        try:
            for start in range(0, len(rows), TOGETHER):
                for row in rows[start : start + TOGETHER]:
                    await self._show(row)
                await self._flush()
        except Exception:
            # What was not shown cannot be made up for frame by frame: everybody loads anew, and the defect is seen.
            for desk in tuple(self._desks):
                desk.outlet.reload()
            raise

    async def _flush(self) -> None:
        """In turns, so that a broadcast to everybody keeps nobody else waiting."""
        for turn, desk in enumerate(tuple(self._desks)):
            desk.flush()
            if turn % IN_ONE_TURN == IN_ONE_TURN - 1:
                await asyncio.sleep(0)

    async def _show(self, row: FeedRow) -> None:
        if row.row is None or row.session is None:
            return
        now = place_of(row.row.session)
        before = await self._before(row, now)
        self._remember(row.session, now)
        frames = Frames(linked_feed(row, self._rim.files), self._rim.hub.identity, self._rim.directory)
        for desk in self._who_see(now):
            if before is not None and before != now and not desk.sees(before):
                desk.hold(frames.whole(desk.audience), row.n)
            desk.hold(frames.event(desk.audience), row.n)
        if before is not None and before != now:
            for desk in self._who_see(before):
                if not desk.sees(now):
                    desk.hold(frames.gone(desk.audience), row.n)

    async def _before(self, row: FeedRow, now: Place) -> Place | None:
        """Whose the session was when this process last showed it; None if nobody saw it yet."""
        assert row.session is not None, "rows without a session are not shown"
        known = self._places.get(row.session)
        if known is not None or isinstance(row.event, e.Opened):
            return known
        if not self._desks or not isinstance(row.event, e.Queued | e.Transferred | e.Assigned):
            return now
        return place_before(await self._rim.store.trace(row.session), row.n)

    def _remember(self, session: str, place: Place) -> None:
        self._places[session] = place
        self._places.move_to_end(session)
        if len(self._places) > REMEMBERED:
            self._places.popitem(last=False)

    def _who_see(self, place: Place) -> tuple[Desk, ...]:
        found = self._seeing.get(place)
        if found is None:
            found = self._seeing[place] = tuple(desk for desk in self._desks if desk.sees(place))
        return found

    # --- what is shown now or never --------------------------------------------------------------------------

    def _signal(self, signal: Signal) -> None:
        if signal.kind == "typing" and signal.session is not None:
            place = self._places.get(signal.session)
            frame = encoded(Typing.of(signal, self._rim.directory))
            for desk in self._who_see(place) if place is not None else ():
                if signal.agent != desk.caller.id:
                    desk.outlet.write(frame)
        elif signal.kind == "looking" and signal.session is not None:
            self._show_looking(signal, signal.session)
        elif signal.kind == "presence" and signal.agent is not None:
            frame = encoded(AgentStatus.of(signal, self._rim.directory))
            for desk in self._desks:
                desk.outlet.write(frame)

    def _show_looking(self, signal: Signal, session: str) -> None:
        """Only those are told who have the chat open; who opens it hears of them in turn ("here" is not answered)."""
        frame = encoded(Looking.of(signal, self._rim.directory))
        there = [desk for desk in self._desks if desk.looking == session and desk.caller.id != signal.agent]
        for desk in there:
            desk.outlet.write(frame)
        if signal.value == "on":
            for agent in {desk.caller.id for desk in there}:
                self._rim.signals.send(Signal(kind="looking", session=session, agent=agent, by="agent", value="here"))

    def _changed(self, change: Change) -> None:
        """Somebody's role or groups are others now: what they see is another inbox."""
        if change.collection not in ("agents", "groups"):
            return
        directory = self._rim.directory
        for desk in tuple(self._desks):
            known = directory.agents.get(desk.caller.id)
            same_role = known is not None and known.role == desk.caller.role
            if not same_role or frozenset(directory.groups_of(desk.caller.id)) != desk.groups:
                desk.outlet.reload()

    async def check_sign_ins(self) -> None:
        """Close the sockets of those who are signed out by now; called every half minute."""
        for desk in tuple(self._desks):
            if await self._rim.auth.caller(desk.token) is None:
                desk.outlet.close(WSCloseCode.POLICY_VIOLATION, b"signed out")
