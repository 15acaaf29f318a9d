"""The widgets that are open: sign in with the first frame, history or what was missed, then live both ways."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
from aiohttp import WSCloseCode, web

from api.hub import read_cursor
from api.people import record_of, stay_blocked
from api.rim import Rim, Signal
from api.sockets import Outlet, accept, encoded, first_text, read_text
from api.visitor import visitor_session
from connectors.web import hear
from core import command as c
from core import event as e
from core.channel import Rate
from core.customer import Address, Customer
from core.effect import Deliver
from core.engine import Done
from core.errors import BadInput, Duplicate, Error, Refused, StoreDown
from core.message import State, Text
from core.ports.reading import FeedRow, SessionRow, StoredMessage
from core.ports.writing import Cause, Settlement
from core.session import Wish
from gateway.guest import IN_HISTORY, Guest
from gateway.limits import Buckets
from gateway.places import show_places
from gateway.visitor import merged, read_token
from gateway.widget_frames import (
    AckFrame,
    AuthIn,
    DeliveredIn,
    ErrorFrame,
    FrameIn,
    LeaveIn,
    MessageIn,
    NoticeFrame,
    ReadIn,
    ReadyFrame,
    TypingFrame,
    TypingIn,
)

HISTORY = 50
PAGE = 500
MOST_SOCKETS = 10  # of one visitor: tabs
PER_VISITOR = Rate(5, 40)
PER_IP = Rate(50, 500)
NO_VISIT = 4401  # close codes of our own begin at 4000 (RFC 6455 §7.4.2)


@dataclass(slots=True)
class _Room:
    """The open widgets of one visitor, and the sessions by which agents mean them."""

    guests: list[Guest] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)


class Guests:
    """`start` after the hub. Frames in are counted for each visitor and each address they come from."""

    def __init__(self, rim: Rim, *, max_waiting: int) -> None:
        self._rim, self._max_waiting = rim, max_waiting
        self._rooms: defaultdict[Address, _Room] = defaultdict(_Room)
        self._sessions: dict[str, Address] = {}
        self._ends: list[Callable[[], None]] = []
        self._places: asyncio.Task[None] | None = None
        self._per_visitor, self._per_ip = Buckets(PER_VISITOR), Buckets(PER_IP)

    def start(self) -> None:
        self._ends = [
            self._rim.hub.listen(self._publish, lambda: bool(self._rooms)),
            self._rim.signals.listen(self._signal),
        ]
        self._places = asyncio.create_task(show_places(self._everybody, self._rim.standing))

    async def stop(self) -> None:
        while self._ends:
            self._ends.pop()()
        if self._places is not None:
            self._places.cancel()
        guests = self._everybody()
        for guest in guests:
            guest.outlet.close(WSCloseCode.GOING_AWAY, b"restart")
        for guest in guests:
            await guest.outlet.closed()

    def _everybody(self) -> list[Guest]:
        return [guest for room in self._rooms.values() for guest in room.guests]

    @property
    def open(self) -> int:
        """How many widgets are open and keep up."""
        return sum(guest.outlet.open for room in self._rooms.values() for guest in room.guests)

    async def serve(self, request: web.Request, channel: str) -> web.StreamResponse:
        socket, outlet = await accept(request, max_waiting=self._max_waiting)
        guest: Guest | None = None
        try:
            hello = _hello(await first_text(socket))
            guest = self._admitted(hello, channel, outlet)
            if guest is not None and hello is not None:
                await self._catch_up(guest, hello.after)
                await self._listen(socket, guest, request.remote or "")
        finally:
            if guest is not None:
                self._leave(guest)
            await outlet.closed()
        return socket

    # --- coming and going ----------------------------------------------------------------------------------------

    def _admitted(self, hello: AuthIn | None, channel: str, outlet: Outlet) -> Guest | None:
        visitor = hello and read_token(hello.token, self._rim.vault, self._rim.clock.now())
        if not visitor or visitor.channel != channel:
            outlet.write(encoded(ErrorFrame("no_visit", "The first frame is to be the token of a visit.")))
            outlet.close(NO_VISIT, b"no visit")
            return None
        guest = Guest(self._rim, visitor, outlet)
        room = self._rooms.get(guest.where)
        if room is not None and len(room.guests) >= MOST_SOCKETS:
            room.guests[0].outlet.close(WSCloseCode.POLICY_VIOLATION, b"too many tabs")
        return guest

    def _enter(self, guest: Guest) -> None:
        """From now on it is shown what is numbered after `guest.after`."""
        self._rooms[guest.where].guests.append(guest)

    def _meant(self, where: Address, session: str) -> None:
        """An agent who speaks of this session means the widgets there."""
        self._rooms[where].sessions.add(session)
        self._sessions[session] = where

    def _leave(self, guest: Guest) -> None:
        room = self._rooms.get(guest.where)
        if room is None or guest not in room.guests:
            return
        room.guests.remove(guest)
        if not room.guests:
            del self._rooms[guest.where]
            for session in room.sessions:
                del self._sessions[session]

    async def _catch_up(self, guest: Guest, after: str | None) -> None:
        """What is still at hand of the feed; else what the store has of the chat. Rows that come meanwhile wait."""
        hub = self._rim.hub
        cursor = read_cursor(after) if after else None
        if cursor is not None and cursor.feed != hub.identity:
            cursor = None
        in_feed = cursor is not None and IN_HISTORY < cursor.n <= hub.cursor
        rows = hub.recent(cursor.n) if cursor is not None and in_feed else None
        guest.after = hub.cursor if rows is None or cursor is None else cursor.n
        if cursor is not None:
            guest.session, guest.seq = cursor.session, cursor.seq
        guest.held = []
        self._enter(guest)
        guest.held.extend(row for row in rows or () if _is_of(row, guest.where))
        found = await self._rim.store.load(*guest.where)
        session = found[0].session if found else None
        row = await self._rim.store.session(session.id) if session else None
        if row is not None and guest.outlet.open:
            guest.chat = row.session.id
            self._meant(guest.where, row.session.id)
        shown = visitor_session(row, self._rim.directory) if row else None
        guest.outlet.write(encoded(ReadyFrame(guest.cursor, shown)))
        if rows is None and found is not None:
            await self._show_history(guest, [each.id for each in (found[0].last, session) if each])
        guest.release()

    async def _show_history(self, guest: Guest, sessions: Sequence[str]) -> None:
        """All that came after the cursor, however much; and the last fifty again, for what changed in them."""
        asked, seen = list(sessions), guest.seq
        if guest.session is not None and guest.session not in asked:
            asked.insert(0, guest.session)
        known, room = guest.session, HISTORY
        pages: list[tuple[SessionRow, list[StoredMessage]]] = []
        for id in reversed(asked):
            row = await self._rim.store.session(id)
            if row is None or (row.channel, row.address) != guest.where:
                continue  # a cursor is not signed: whoever made this one up is shown nothing of it
            missed = known is not None and (id != known or seen < row.session.seq)
            newest = row.session.seq - room
            start = min(newest, seen if id == known else 0) if missed else newest
            if start < row.session.seq:
                pages.insert(0, (row, await self._history(id, max(start, 0))))
                room = max(room - (row.session.seq - max(start, 0)), 0)
            if id == known:
                break
        for row, messages in pages:
            guest.show_history(row, messages)
            await guest.outlet.drained()

    async def _history(self, session: str, after: int) -> list[StoredMessage]:
        found: list[StoredMessage] = []
        while True:
            page = await self._rim.store.history(session, after, PAGE)
            found.extend(page)
            if len(page) < PAGE:
                return found
            after = page[-1].message.seq

    # --- what they are shown -------------------------------------------------------------------------------------

    async def _publish(self, rows: Sequence[FeedRow]) -> None:
        for row in rows:
            if row.row is None:
                continue
            where = Address(row.row.channel, row.row.address)
            room = self._rooms.get(where)
            if room is not None:
                self._meant(where, row.row.session.id)
                for guest in tuple(room.guests):
                    guest.take(row)

    def _signal(self, signal: Signal) -> None:
        if signal.kind != "typing" or signal.by == "customer" or signal.session is None:
            return
        where = self._sessions.get(signal.session)
        agent = self._rim.directory.agent(signal.agent) if signal.agent else None
        frame = encoded(TypingFrame("agent", agent.name if agent else None))
        for guest in self._rooms[where].guests if where is not None else ():
            guest.outlet.write(frame)

    # --- what they say -------------------------------------------------------------------------------------------

    async def _listen(self, socket: web.WebSocketResponse, guest: Guest, remote: str) -> None:
        async for message in socket:
            frame = _frame(read_text(message))
            if isinstance(frame, ErrorFrame):
                guest.outlet.write(encoded(frame))
                continue
            now = time.monotonic()
            wait = max(self._per_visitor.allow(guest.visitor.address, now), self._per_ip.allow(remote, now))
            client_id = frame.client_id if isinstance(frame, MessageIn) else None
            if wait > 0:
                slow = ErrorFrame("slow_down", "Too much at once.", client_id, retry_after=round(wait, 1))
                guest.outlet.write(encoded(slow))
                continue
            try:
                await self._heard(guest, frame)
            except Error as error:
                guest.outlet.write(encoded(_error(error, client_id)))

    async def _heard(self, guest: Guest, frame: FrameIn) -> None:
        match frame:
            case MessageIn():
                guest.outlet.write(encoded(await self._message(guest, frame)))
            case ReadIn(seq=seq, session=session):
                await self._report(guest, session, seq, "read")
            case DeliveredIn(seq=seq, session=session):
                await self._report(guest, session, seq, "delivered")
            case TypingIn():
                self._type(guest)
            case LeaveIn():
                await self._rim.engine.handle(guest.where, c.Leave())

    async def _message(self, guest: Guest, frame: MessageIn) -> AckFrame:
        rim = self._rim
        said = hear(frame.said, address=guest.visitor.address, now=rim.clock.now())
        await self._introduce(guest)
        cause = Cause(scope=guest.visitor.channel, id=said.id)
        try:
            done = await rim.engine.handle(guest.where, c.Receive(said, frame.reply_to), cause)
        except Duplicate as first:
            session, seq = first.session, first.seq
        else:
            session, seq = done.session.id if done.session else None, done.decision.seq
            self._tell_outside(guest, done)
        stored = await rim.store.message(session, seq) if session and seq else None
        return AckFrame(frame.client_id, guest.view(stored) if stored else None)

    async def _introduce(self, guest: Guest) -> None:
        """Keep who the visitor says they are, with the first thing they say."""
        if guest.introduced:
            return
        rim = self._rim
        found = await rim.store.load(*guest.where)
        known = before = found[0].customer if found else Customer(id=rim.new_id())
        people = rim.directory.policy(guest.where.channel).rules(None).people
        if people.auto_save and guest.visitor.claims.partner_id:
            known = await record_of(rim.store, guest.visitor.claims, known)
        customer = merged(known, guest.visitor)
        wish = guest.visitor.wish
        if customer != before or wish != (found[0].wish if found else Wish()):
            await rim.engine.handle(guest.where, c.Visit(customer, customer.language, wish))
        if customer != before:
            await stay_blocked(rim, guest.where, customer.id)
        guest.introduced = True

    def _tell_outside(self, guest: Guest, done: Done) -> None:
        """What is said to somebody who has no chat, as to a blocked customer, stands on no feed."""
        for effect in done.decision.effects:
            if isinstance(effect, Deliver) and effect.session is None:
                for part in effect.parts:
                    if isinstance(part.content, Text):
                        guest.outlet.write(encoded(NoticeFrame(part.content.text)))

    def _type(self, guest: Guest) -> None:
        if guest.chat is not None:
            self._rim.signals.send(Signal(kind="typing", session=guest.chat, by="customer"))

    async def _report(self, guest: Guest, session: str | None, seq: int, state: State) -> None:
        """Delivered or read, for every message up to `seq` that was not so before: one write for all of them."""
        rim = self._rim
        found = await rim.store.load(*guest.where)
        if found is None:
            return
        open_session = found[0].session or found[0].last
        id = session or (open_session.id if open_session else None)
        row = await rim.store.session(id) if id else None
        if row is None or (row.channel, row.address) != guest.where:
            raise Refused("unknown", "There is no such chat.")
        start = guest.reported.get((row.session.id, state), 0)
        upto = min(seq, row.session.seq)
        facts = tuple(
            e.StateChanged(stored.message.seq, state, rim.clock.now())
            for stored in await self._history(row.session.id, start)
            if stored.message.seq <= upto and stored.message.author.kind != "customer" and stored.state is not None
        )
        guest.reported[row.session.id, state] = max(start, upto)
        if facts:
            await rim.store.settle(
                Settlement(
                    key=f"widget:{row.session.id}",
                    conversation=row.conversation,
                    session=row.session.id,
                    done=True,
                    facts=facts,
                    at=rim.clock.now(),
                )
            )
            rim.hub.reached(await rim.store.newest())


def _is_of(row: FeedRow, where: Address) -> bool:
    return row.row is not None and row.row.channel == where.channel and row.row.address == where.id


def _hello(text: str | None) -> AuthIn | None:
    try:
        return msgspec.json.decode(text or "", type=AuthIn)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _frame(text: str | None) -> FrameIn | ErrorFrame:
    try:
        heard: FrameIn = msgspec.json.decode(text or "", type=FrameIn)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        return ErrorFrame("bad_frame", f"This frame is not understood: {error}"[:300])
    return heard


def _error(error: Error, client_id: str | None) -> ErrorFrame:
    match error:
        case BadInput():
            field, message = error.errors[0]
            return ErrorFrame("invalid", message, client_id, field)
        case Refused():
            return ErrorFrame(error.code, error.reason, client_id, error.field)
        case StoreDown():
            return ErrorFrame("store_down", "This could not be kept; send it again.", client_id, retry_after=5.0)
        case _:
            return ErrorFrame("refused", "This could not be done.", client_id)
