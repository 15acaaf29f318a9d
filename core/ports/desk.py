"""What the desk is derived from: who waits, and the agents' seats."""

from typing import Literal

import msgspec

from core.session import Conversation, Picking, Place, Session


class Waiting(msgspec.Struct, frozen=True, gc=False):
    """A session in the queue, as the desk sees it: the higher `priority` first, then whoever waits longer.

    It goes to one of `prefer`, else along `chain` (empty: to its group). Who is `excluded` counts again after
    `excluded_until` (ms). `familiar` are agents who know the customer. `away`: also to agents who are not online.
    """

    session: str
    conversation: str
    channel: str
    address: str
    group: str | None
    since: int
    priority: int = 0
    excluded: tuple[str, ...] = ()
    excluded_until: int = 0
    prefer: tuple[str, ...] = ()
    chain: tuple[Place, ...] = ()
    picking: Picking = Picking()
    language: str = ""
    familiar: tuple[str, ...] = ()
    away: bool = False


EXCLUDED_MS = 60_000  # for so long a chat does not go back to who just let go of it, while others are online


def waiting_of(conversation: Conversation, session: Session) -> Waiting:
    """An open session of a conversation that waits."""
    return Waiting(
        session=session.id,
        conversation=conversation.id,
        channel=conversation.channel,
        address=conversation.address,
        group=session.group,
        since=session.waits_since or session.queued_at,
        priority=session.priority,
        excluded=session.excluded,
        excluded_until=session.queued_at + EXCLUDED_MS if session.excluded else 0,
        prefer=session.prefer,
        chain=session.chain,
        picking=session.picking or Picking(),
        language=session.language,
        familiar=conversation.served,
        away=session.away_too,
    )


class Seat(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An agent as the desk sees them: `load` is how many chats they have, kept by the commits themselves; `status_at`
    since when the status is this one."""

    agent: str
    status: Literal["online", "busy", "offline"] = "offline"
    reason: str | None = None
    capacity: int = 5
    load: int = 0
    assigned_at: int = 0
    status_at: int = 0


class DeskView(msgspec.Struct, frozen=True, gc=False):
    """Everything the desk is derived from, and the feed number it was read at."""

    n: int
    waiting: tuple[Waiting, ...]
    seats: tuple[Seat, ...]
