"""The log of sensitive words found, for supervisors: newest first, page by page."""

from typing import Literal

import msgspec

from api.directory import Directory
from api.paging import Listing, Window, cursor, position
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso
from api.views.frame import HitView, hit_views
from api.views.message import message_id
from api.views.refs import ChannelRef, Ref, agent_ref, channel_ref
from core import event as e
from core.ports.reading import FeedRow
from core.words import Action, Side
from inbox.today import day_of

_CHUNK = 500
_FARTHEST = 20_000  # lines one page looks through for those that are asked for


class HitsQuery(Window, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`group`: in which the chat is now (empty: in none). `today`: since midnight in the zone of the opening hours."""

    side: Side | None = None
    action: Action | None = None
    list: str | None = None
    channel: str | None = None
    group: str | None = None
    today: bool = False


class SessionRef(msgspec.Struct, frozen=True):
    id: str
    number: int


class WordHitView(msgspec.Struct, frozen=True, kw_only=True):
    """`message` is null for what was refused before it was sent; `agent` is who wrote it."""

    at: Time
    side: Literal["customer", "agent", "bot"]
    channel: ChannelRef
    session: SessionRef
    message: str | None
    agent: Ref | None
    hits: tuple[HitView, ...]


Hits = Listing[WordHitView]


async def list_hits(rim: Rim, call: Call[Nothing, HitsQuery]) -> Answer:
    asked = call.query
    before = None if asked.after is None else position(asked.after)
    since = day_of(rim)[0] if asked.today else None
    found: list[FeedRow] = []
    looked, more = 0, True
    while more and len(found) <= asked.size and looked < _FARTHEST:
        chunk = await rim.store.words_found(before, _CHUNK)
        looked, more = looked + len(chunk), len(chunk) == _CHUNK
        before = chunk[-1].n if chunk else before
        found += (row for row in chunk if _matches(row, asked) and (since is None or row.at >= since))
        if since is not None and chunk and chunk[-1].at < since:
            more = False
        if any(isinstance(row.event, e.WordsFound) and not row.event.found for row in chunk):
            more = False  # what is older was let go of (retention)
    shown = found[: asked.size]
    rest = shown[-1].n if len(found) > len(shown) else before if more else None
    views = [view for row in shown if (view := _view(row, rim.directory)) is not None]
    return Answer(200, Hits(views, None if rest is None else cursor(rest)))


def _matches(row: FeedRow, asked: HitsQuery) -> bool:
    event = row.event
    return (
        isinstance(event, e.WordsFound)
        and asked.side in (None, event.side)
        and (asked.channel is None or (row.row is not None and row.row.channel == asked.channel))
        and (asked.group is None or (row.row is not None and (row.row.session.group or "") == asked.group))
        and any(asked.action in (None, f.action) and asked.list in (None, f.list) for f in event.found)
    )


def _view(row: FeedRow, directory: Directory) -> WordHitView | None:
    event = row.event
    if not isinstance(event, e.WordsFound) or row.row is None:
        return None
    session = row.row.session
    return WordHitView(
        at=iso(row.at),
        side=event.side,
        channel=channel_ref(directory, row.row.channel),
        session=SessionRef(session.id, session.number),
        message=None if event.seq is None else message_id(session.id, event.seq),
        agent=None if event.by is None else agent_ref(directory, event.by),
        hits=hit_views(event),
    )
