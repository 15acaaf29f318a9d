"""One open widget: what its visitor is shown of the feed, in their view, in order, nothing twice."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from api.hub import Cursor, write_cursor
from api.media import linked, linked_feed
from api.rim import Rim
from api.sockets import Outlet, encoded
from api.times import iso
from api.visitor import VisitorFrame, VisitorMessage, visitor_frame, visitor_message, visitor_session
from connectors.web import client_name
from core import event as e
from core.customer import Address
from core.message import State
from core.ports.reading import FeedRow, SessionRow, StoredMessage
from core.turn import Standing
from gateway.visitor import Visitor
from gateway.widget_frames import ReadFrame

IN_HISTORY = 0
MOST_HELD = 2_000  # rows that wait while the history is read
UNTOLD = (
    e.StateChanged
    | e.MediaFetched
    | e.LockChanged
    | e.Tagged
    | e.CustomerBlocked
    | e.CustomerKnown
    | e.CustomerSaved
    | e.CustomerLinked
    | e.Erased
    | e.ReachableChanged
    | e.Unavailable
    | e.SlaApplied
    | e.SlaStarted
    | e.SlaEnded
)
"""What is the desk's business, or what the widget itself reported."""


@dataclass(eq=False, slots=True)
class Guest:
    """`after`: the newest number it was shown. `session`, `seq`: the newest message. `held`: rows that came while the
    history was being read, None once it was. `chat`: the open session. `reported`: how far each state was told.
    `stood`: where they were last told they stand."""

    rim: Rim
    visitor: Visitor
    outlet: Outlet
    after: int = 0
    session: str | None = None
    seq: int = 0
    held: list[FeedRow] | None = None
    introduced: bool = False
    chat: str | None = None
    reported: dict[tuple[str, State], int] = field(default_factory=dict)
    stood: Standing | None = None

    @property
    def where(self) -> Address:
        return Address(self.visitor.channel, self.visitor.address)

    @property
    def cursor(self) -> str:
        """While the history is shown it names no place in the feed: who is cut off there goes on in the history."""
        n = self.after if self.held is None else IN_HISTORY
        return write_cursor(Cursor(self.rim.hub.identity, n, self.session, self.seq))

    def take(self, row: FeedRow) -> None:
        if row.n <= self.after:
            return
        if self.held is None:
            self._show(row)
        elif len(self.held) < MOST_HELD:
            self.held.append(row)
        else:
            self.outlet.reload()

    def release(self) -> None:
        """The history was shown: go on with what came meanwhile."""
        held, self.held = self.held or [], None
        for row in held:
            self.take(row)

    def show_history(self, row: SessionRow, messages: Iterable[StoredMessage]) -> None:
        """Messages of a session as they are now; those that were shown before are told as updated."""
        for stored in messages:
            shown = self.view(stored)
            known = self._knows(stored.session, stored.message.seq)
            self._see(stored.session, stored.message.seq)
            if shown is not None:
                self.outlet.write(
                    encoded(
                        VisitorFrame(
                            cursor=self.cursor,
                            type="message.updated" if known else "message.created",
                            session=visitor_session(row, self.rim.directory),
                            at=iso(self.rim.clock.now()),
                            message=shown,
                        )
                    )
                )

    def view(self, stored: StoredMessage) -> VisitorMessage | None:
        """A message in the customer's view, with their own id for it."""
        shown = visitor_message(linked(stored, self.rim.files))
        ours = client_name(self.visitor.address, "")
        name = stored.message.provider_id or ""
        if shown is None or not name.startswith(ours):
            return shown
        return replace(shown, client_id=name.removeprefix(ours))

    def _show(self, row: FeedRow) -> None:
        self.after = row.n
        if row.row is not None:
            self.chat = None if row.row.session.closed else row.row.session.id
        if row.row is None or isinstance(row.event, UNTOLD):
            return
        if isinstance(row.event, e.WasRead):
            self.outlet.write(encoded(ReadFrame(self.cursor, row.row.session.id, row.row.session.seq)))
            return
        created = isinstance(row.event, e.Received | e.Prompted | e.Replied | e.Noted | e.Summarized)
        if created and row.stored is not None:
            seq = row.stored.message.seq
            if self._knows(row.stored.session, seq):
                return
            self._see(row.stored.session, seq)
        frame = visitor_frame(linked_feed(row, self.rim.files), self.cursor, self.rim.directory)
        if frame is not None and row.stored is not None and frame.message is not None:
            frame = replace(frame, message=self.view(row.stored))
        if frame is not None:
            self.outlet.write(encoded(frame))

    def _knows(self, session: str, seq: int) -> bool:
        return session == self.session and seq <= self.seq

    def _see(self, session: str, seq: int) -> None:
        """Sessions follow one another; a survey's answer may still come to the one before."""
        if session != self.session:
            self.session, self.seq = session, seq
        else:
            self.seq = max(self.seq, seq)
