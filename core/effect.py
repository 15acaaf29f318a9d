"""What is still to be done about what happened: orders for the shell, kept with the events in the same commit.

Each is a row of the outbox until it is settled. Deliveries of one conversation are done one after another, in order.
"""

import msgspec

from core.channel import Part
from core.session import ReplyToken


class Deliver(msgspec.Struct, frozen=True, gc=False, tag="deliver", omit_defaults=True, kw_only=True):
    """One call to the provider, composed for good. `session` owns the messages that the parts carry.

    Not begun after `not_after` (ms): people's messages then fail visibly, courtesies are dropped and counted. `shared`
    are the messages that other deliveries carry parts of too: their states tell nothing of this delivery.
    """

    id: str
    session: str | None
    parts: tuple[Part, ...]
    not_after: int
    token: ReplyToken | None = None
    courtesy: bool = False
    shared: tuple[int, ...] = ()


class FindAgent(msgspec.Struct, frozen=True, gc=False, tag="find_agent", omit_defaults=True):
    id: str
    session: str


class WakeAt(msgspec.Struct, frozen=True, gc=False, tag="wake_at"):
    """Come back with `Wake(name)` at `due`; a later one of that name replaces it."""

    name: str
    due: int


class FetchMedia(msgspec.Struct, frozen=True, gc=False, tag="fetch_media"):
    id: str
    session: str
    seq: int
    ref: str


class MarkRead(msgspec.Struct, frozen=True, gc=False, tag="mark_read"):
    id: str
    read_mark: str


class Acknowledge(msgspec.Struct, frozen=True, gc=False, tag="acknowledge"):
    id: str
    ack: str


class Translate(msgspec.Struct, frozen=True, gc=False, tag="translate"):
    """Have a customer's message translated for the agents."""

    id: str
    session: str
    seq: int
    target: str


class Recall(msgspec.Struct, frozen=True, gc=False, tag="recall"):
    """Take a sent message back at the provider; one that is still in the outbox is withdrawn there."""

    id: str
    session: str
    seq: int


class AskBot(msgspec.Struct, frozen=True, gc=False, tag="ask_bot"):
    """Let a bot answer message `seq`; after `until` (ms) nobody waits for it any more."""

    id: str
    session: str
    bot: str
    seq: int
    until: int


Effect = Deliver | FindAgent | WakeAt | FetchMedia | MarkRead | Acknowledge | Translate | Recall | AskBot
