"""The live side of the inbox: which agent's sockets see which session, and each frame encoded once for all of them.

A session that comes into somebody's sight is sent whole; one that leaves it is taken back (`session.gone`).
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from api.auth import Caller
from api.cursors import write_cursor
from api.directory import Directory
from api.documents import Change
from api.hub import Hub
from api.rim import Rim, Signal, Signals
from api.sight import audience
from api.sockets import Outlet, text_frame
from api.views import Audience, frame_view, session_view
from core import event as e
from core.ports import FeedRow, SessionRow, Store

REMEMBERED = 50_000  # sessions whose last place is kept, about 200 bytes each


class Place(NamedTuple):
    """Whose a session is: that decides who sees it."""

    agent: str | None
    group: str | None


@dataclass(eq=False, slots=True)
class Desk:
    """One socket of an agent. `after` is the newest number it has, so that nothing comes twice."""

    caller: Caller
    groups: frozenset[str]
    outlet: Outlet
    token: str
    after: int = 0
    audience: Audience = field(init=False)

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


class Frames:
    """The frames of one row, each made when the first socket needs it."""

    __slots__ = ("_directory", "_feed", "_made", "row")

    def __init__(self, row: FeedRow, feed: str, directory: Directory) -> None:
        self.row, self._feed, self._directory = row, feed, directory
        self._made: dict[tuple[str, Audience], bytes | None] = {}

    def event(self, audience: Audience) -> bytes | None:
        return self._once("event", audience, self._event)

    def whole(self, audience: Audience) -> bytes | None:
        """The session for somebody who did not see it before."""
        return self._once("whole", audience, self._whole)

    def gone(self, audience: Audience) -> bytes | None:
        return self._once("gone", audience, self._gone)

    def _once(self, name: str, audience: Audience, make: Callable[[Audience], object]) -> bytes | None:
        key = (name, audience)
        if key not in self._made:
            value = make(audience)
            self._made[key] = None if value is None else text_frame(msgspec.json.encode(value))
        return self._made[key]

    @property
    def _cursor(self) -> str:
        return write_cursor(self._feed, self.row.n)

    def _event(self, audience: Audience) -> object:
        return frame_view(self.row, self._cursor, self._directory, audience)

    def _whole(self, audience: Audience) -> object:
        if self.row.row is None:
            return None
        shown = session_view(self.row.row, self._directory, audience)
        return {"cursor": self._cursor, "type": "session.opened", "session": shown, "at": iso(self.row.at)}

    def _gone(self, audience: Audience) -> object:
        gone = {"id": self.row.session}
        return {"cursor": self._cursor, "type": "session.gone", "session": gone, "at": iso(self.row.at)}


class Board:
    """Made once; `start` after the hub, `stop` before it."""

    def __init__(self, rim: Rim) -> None:
        self._rim = rim
        self._desks: set[Desk] = set()
        self._seeing: dict[Place, tuple[Desk, ...]] = {}
        self._places: OrderedDict[str, Place] = OrderedDict()
        self._ends: list[Callable[[], None]] = []

    def start(self) -> None:
        rim = self._rim
        self._ends = [rim.hub.listen(self._publish), rim.signals.listen(self._signal)]
        rim.directory.listen(self._changed)

    def stop(self) -> None:
        for end in self._ends:
            end()
        self._ends = []
        for desk in tuple(self._desks):
            desk.outlet.close(WSCloseCode.GOING_AWAY, b"restart")

    # --- sockets ---------------------------------------------------------------------------------------------

    def attach(self, desk: Desk) -> None:
        """From now on it is sent what is numbered after `desk.after`."""
        self._desks.add(desk)
        self._seeing.clear()
        self._rim.signals.opened(desk.caller.id)

    def detach(self, desk: Desk) -> None:
        if desk in self._desks:
            self._desks.discard(desk)
            self._seeing.clear()
            self._rim.signals.closed(desk.caller.id)
