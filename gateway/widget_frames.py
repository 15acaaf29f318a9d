"""What goes over a widget's socket beside the feed's own frames (api/visitor.py): both ways, typed and bounded."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from api.visitor import VisitorMessage, VisitorSession
from connectors.web import Said
from core.message import Content

Seq = Annotated[int, Meta(ge=1, le=2**31)]
SessionId = Annotated[str, Meta(min_length=1, max_length=100)]


class AuthIn(msgspec.Struct, frozen=True, tag_field="type", tag="auth"):
    token: Annotated[str, Meta(max_length=20_000)]
    after: Annotated[str, Meta(max_length=500)] | None = None


class MessageIn(msgspec.Struct, frozen=True, tag_field="type", tag="message"):
    client_id: str
    content: Content
    reply_to: Seq | None = None

    @property
    def said(self) -> Said:
        return Said(client_id=self.client_id, content=self.content, reply_to=self.reply_to)


class ReadIn(msgspec.Struct, frozen=True, tag_field="type", tag="read"):
    """The visitor saw everything up to `seq`."""

    seq: Seq
    session: SessionId | None = None


class DeliveredIn(msgspec.Struct, frozen=True, tag_field="type", tag="delivered"):
    """The widget has everything up to `seq`."""

    seq: Seq
    session: SessionId | None = None


class TypingIn(msgspec.Struct, frozen=True, tag_field="type", tag="typing"):
    pass


class LeaveIn(msgspec.Struct, frozen=True, tag_field="type", tag="leave"):
    """The visitor ends the chat."""


FrameIn = MessageIn | ReadIn | DeliveredIn | TypingIn | LeaveIn


class ReadyFrame(msgspec.Struct, frozen=True, tag_field="type", tag="ready"):
    """The first frame: who is connected is known; `session` is the open chat."""

    cursor: str
    session: VisitorSession | None


class AckFrame(msgspec.Struct, frozen=True, tag_field="type", tag="ack"):
    """`message` is null where nothing was kept: the customer is blocked."""

    client_id: str
    message: VisitorMessage | None


class ReadFrame(msgspec.Struct, frozen=True, tag_field="type", tag="session.read"):
    """An agent has seen what the visitor wrote, up to `seq`."""

    cursor: str
    session: str
    seq: int


class TypingFrame(msgspec.Struct, frozen=True, tag_field="type", tag="typing"):
    by: Literal["agent", "bot"]
    name: str | None


class QueueFrame(msgspec.Struct, frozen=True, tag_field="type", tag="queue"):
    """Where the visitor stands, from 1; `wait_seconds` is the expected wait (routing/waits.py), null: not measured."""

    session: str
    position: int
    wait_seconds: int | None


class NoticeFrame(msgspec.Struct, frozen=True, tag_field="type", tag="notice"):
    """Said to the visitor outside any chat."""

    text: str


class ErrorFrame(msgspec.Struct, frozen=True, tag_field="type", tag="error", omit_defaults=True):
    """A frame that was not taken. `field` names what is wrong; `retry_after` in seconds."""

    code: str
    detail: str
    client_id: str | None = None
    field: str | None = None
    retry_after: float | None = None
