"""One agent's socket: sign in with the first frame, catch up from a cursor, then live; no gap and nothing twice."""

import msgspec
from aiohttp import web

from api.hub import Cursor, read_cursor, write_cursor
from api.media import linked_feed
from api.problems import Stop
from api.rim import Rim
from api.sockets import Outlet, accept, encoded, first_text, read_text
from api.views.refs import Ref
from core import event as e
from core.errors import Error
from core.ports.reading import FeedRow
from inbox.acts import show_typing
from inbox.board import Board, Desk
from inbox.frames import Frames, Problem, Ready, Reload
from inbox.lists import seen_by
from inbox.places import place_before, place_of

MOST_BEHIND = 10_000  # rows; more than that is read faster as a snapshot
PAGE = 500
SIGNED_OUT = 4401  # close codes of our own begin at 4000 (RFC 6455 §7.4.2)
PLACING = e.Queued | e.Transferred | e.Assigned


class Hello(msgspec.Struct, frozen=True, tag_field="type", tag="auth"):
    token: str
    after: str | None = None


class TypingIn(msgspec.Struct, frozen=True, tag_field="type", tag="typing"):
    """The agent writes."""

    session: str


class LookingIn(msgspec.Struct, frozen=True, tag_field="type", tag="looking"):
    """The agent has this chat open; null: none."""

    session: str | None = None


BOARD = web.AppKey("board", Board)


async def inbox_socket(rim: Rim, request: web.Request) -> web.StreamResponse:
    board = request.app[BOARD]
    socket, outlet = await accept(request, max_waiting=board.max_waiting)
    desk = None
    try:
        hello = _hello(await first_text(socket))
        desk = await _sign_in(rim, outlet, hello)
        if desk is not None and hello is not None:
            await _catch_up(rim, board, desk, hello.after)
            await _listen(rim, board, socket, desk)
    finally:
        if desk is not None:
            board.detach(desk)
        await outlet.closed()
    return socket


async def _catch_up(rim: Rim, board: Board, desk: Desk, after: str | None) -> None:
    """Read on from the cursor until nothing is left, and attach in the same breath."""
    hub = rim.hub
    start = hub.cursor if after is None else await _start(rim, after)
    if start is None:
        desk.after = hub.cursor
        desk.outlet.write(encoded(Reload(_cursor(rim, desk.after))))
        board.attach(desk)
        return
    desk.after = start
    desk.outlet.write(encoded(Ready(_cursor(rim, start), Ref(desk.caller.id, desk.caller.name))))
    gap = _Gap(rim, desk, start)
    while desk.after < hub.cursor and desk.outlet.open:
        rows = hub.recent(desk.after) or await rim.store.feed(desk.after, PAGE)
        for row in rows:
            await gap.show(row)
            desk.flush()
        desk.after = rows[-1].n if rows else hub.cursor
        await desk.outlet.drained()
    board.attach(desk)


class _Gap:
    """What happened while a socket was away, row by row."""

    def __init__(self, rim: Rim, desk: Desk, start: int) -> None:
        self._rim, self._desk, self._start = rim, desk, start
        self._looked: set[str] = set()

    async def show(self, row: FeedRow) -> None:
        if row.row is None or row.session is None:
            return
        frames = Frames(linked_feed(row, self._rim.files), self._rim.hub.identity, self._rim.directory)
        desk, sees = self._desk, self._desk.sees(place_of(row.row.session))
        if await self._moved(row, row.session, sees):
            desk.hold(frames.whole(desk.audience) if sees else frames.gone(desk.audience), row.n)
        if sees:
            desk.hold(frames.event(desk.audience), row.n)

    async def _moved(self, row: FeedRow, session: str, sees: bool) -> bool:
        """Whether the session came into sight or left it since the socket went; told once."""
        if session in self._looked or not isinstance(row.event, PLACING | e.Opened):
            return False
        self._looked.add(session)
        if isinstance(row.event, e.Opened):
            return False
        before = place_before(await self._rim.store.trace(session), self._start + 1)
        return before is not None and self._desk.sees(before) != sees


async def _sign_in(rim: Rim, outlet: Outlet, hello: Hello | None) -> Desk | None:
    if hello is None:
        _turn_away(outlet, "bad_frame", "The first frame is to be the sign-in, within ten seconds.")
        return None
    caller = await rim.auth.caller(hello.token)
    if caller is None:
        _turn_away(outlet, "signed_out", "Sign in first.")
        return None
    return Desk(caller, frozenset(rim.directory.groups_of(caller.id)), outlet, hello.token)


def _turn_away(outlet: Outlet, code: str, detail: str) -> None:
    outlet.write(encoded(Problem(code, detail)))
    outlet.close(SIGNED_OUT, code.encode())


async def _start(rim: Rim, after: str) -> int | None:
    """The number to read on after; None if the cursor is no use: too old, or of another database."""
    cursor = read_cursor(after)
    if cursor is None or cursor.feed != rim.hub.identity:
        return None
    newest = rim.hub.cursor if cursor.n <= rim.hub.cursor else await rim.store.newest()
    return cursor.n if 0 <= newest - cursor.n <= MOST_BEHIND else None


async def _listen(rim: Rim, board: Board, socket: web.WebSocketResponse, desk: Desk) -> None:
    async for message in socket:
        try:
            heard: TypingIn | LookingIn = msgspec.json.decode(read_text(message) or "", type=TypingIn | LookingIn)
            match heard:
                case TypingIn(session=session):
                    await show_typing(rim, desk.caller, session)
                case LookingIn(session=session):
                    if session is not None:
                        await seen_by(rim, desk.caller, session)
                    board.look(desk, session)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            desk.outlet.write(encoded(Problem("bad_frame", f"This frame is not understood: {error}"[:300])))
        except Stop as stop:
            desk.outlet.write(encoded(Problem(stop.code, stop.detail)))
        except Error as error:
            desk.outlet.write(encoded(Problem("refused", str(error))))


def _hello(text: str | None) -> Hello | None:
    try:
        return msgspec.json.decode(text or "", type=Hello)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _cursor(rim: Rim, n: int) -> str:
    return write_cursor(Cursor(rim.hub.identity, n))
