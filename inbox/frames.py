"""What goes over an agent's socket. The events' own frames are in api/views/frame.py; here is what else there is."""

from collections.abc import Callable
from typing import Literal

import msgspec

from api.directory import Directory
from api.hub import Cursor, write_cursor
from api.rim import Signal
from api.sockets import encoded
from api.times import Time, iso
from api.views.frame import frame_view
from api.views.message import Audience
from api.views.refs import Ref
from api.views.session import SessionView, session_view
from core.ports.reading import FeedRow


class Ready(msgspec.Struct, frozen=True, tag_field="type", tag="ready"):
    """The first frame: signed in; the feed goes on after this cursor."""

    cursor: str
    agent: Ref


class Reload(msgspec.Struct, frozen=True, tag_field="type", tag="reload"):
    """The cursor is of no use any more: load everything anew; the feed goes on after this one."""

    cursor: str


class Whole(msgspec.Struct, frozen=True, tag_field="type", tag="session.opened"):
    """A session that came into sight."""

    cursor: str
    session: SessionView
    at: Time


class GoneRef(msgspec.Struct, frozen=True):
    id: str


class Gone(msgspec.Struct, frozen=True, tag_field="type", tag="session.gone"):
    """A session that the agent does not see any more."""

    cursor: str
    session: GoneRef
    at: Time


class Typing(msgspec.Struct, frozen=True, tag_field="type", tag="typing"):
    session: GoneRef
    by: Literal["customer", "agent"]
    agent: Ref | None = None

    @classmethod
    def of(cls, signal: Signal, directory: Directory) -> "Typing":
        agent = _agent(signal.agent, directory)
        return cls(GoneRef(signal.session or ""), "agent" if signal.by == "agent" else "customer", agent)


class Looking(msgspec.Struct, frozen=True, tag_field="type", tag="looking"):
    """A colleague has the chat open (`on`), or no longer."""

    session: GoneRef
    agent: Ref
    on: bool

    @classmethod
    def of(cls, signal: Signal, directory: Directory) -> "Looking":
        agent = _agent(signal.agent, directory) or Ref(signal.agent or "", "")
        return cls(GoneRef(signal.session or ""), agent, signal.value != "off")


class AgentStatus(msgspec.Struct, frozen=True, tag_field="type", tag="agent.status"):
    agent: Ref
    status: str

    @classmethod
    def of(cls, signal: Signal, directory: Directory) -> "AgentStatus":
        return cls(_agent(signal.agent, directory) or Ref("", ""), signal.value or "offline")


class Problem(msgspec.Struct, frozen=True, tag_field="type", tag="error"):
    """Why the socket is about to be closed, or what was wrong with a frame."""

    code: str
    detail: str


class Frames:
    """The frames of one row, whose files were given addresses; each made when the first socket needs it."""

    __slots__ = ("_cursor", "_directory", "_made", "_row")

    def __init__(self, row: FeedRow, feed: str, directory: Directory) -> None:
        self._row, self._directory = row, directory
        self._cursor = write_cursor(Cursor(feed, row.n))
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
            self._made[key] = None if value is None else encoded(value)
        return self._made[key]

    def _event(self, audience: Audience) -> object:
        return frame_view(self._row, self._cursor, self._directory, audience)

    def _whole(self, audience: Audience) -> object:
        row = self._row.row
        return row and Whole(self._cursor, session_view(row, self._directory, audience), iso(self._row.at))

    def _gone(self, audience: Audience) -> object:
        return Gone(self._cursor, GoneRef(self._row.session or ""), iso(self._row.at))


def _agent(id: str | None, directory: Directory) -> Ref | None:
    known = directory.agent(id) if id else None
    return Ref(known.id, known.name) if known else None
