"""What agents read: who they are, sessions, messages, customers."""

from collections.abc import Sequence
from typing import Any

import msgspec

from api.auth import Caller
from api.media import linked, linked_row
from api.paging import MOST, Listing, cursor, position
from api.problems import missing
from api.rim import Rim, Signal
from api.routes import Answer, Call, Nothing
from api.sight import audience, limited, sees
from api.views.customer import CustomerView, customer_view
from api.views.message import MessageView, concealed, message_view
from api.views.refs import group_ref
from api.views.session import (
    RatingView,
    SessionDetail,
    SessionView,
    SummaryView,
    WindowView,
    rating_view,
    session_detail,
    session_view,
    summary_view,
    window_view,
)
from core import event as e
from core.ports.desk import Seat
from core.ports.reading import FeedRow, SessionQuery, SessionRow
from core.survey_form import comment_of
from inbox.bodies import CustomersQuery, MessagesQuery, MeView, SessionsQuery, StatusBody
from inbox.submissions import hand_over

_RATINGS = e.Rated | e.RatingDetailed | e.ScoreAlerted | e.Commented

STARS = "stars"  # the collection: one document for each agent


async def me(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    seats = await rim.store.seats()
    seat = next((seat for seat in seats if seat.agent == call.caller.id), Seat(agent=call.caller.id))
    return Answer(200, _me(rim, call.caller, seat))


async def set_status(rim: Rim, call: Call[StatusBody, Nothing]) -> Answer:
    """Presence by itself: it holds without a socket and over a restart."""
    status, reason = call.body.status, call.body.reason
    seat = await rim.store.set_status(call.caller.id, status, reason, rim.clock.now())
    rim.signals.send(Signal(kind="presence", agent=call.caller.id, by="agent", value=status))
    rim.seated(seat)
    if status == "online":
        await hand_over(rim, call.caller)
    return Answer(200, _me(rim, call.caller, seat))


async def sessions(rim: Rim, call: Call[Nothing, SessionsQuery]) -> Answer:
    asked = call.query
    if asked.starred:
        return Answer(200, await starred_page(rim, call.caller, asked))
    query = SessionQuery(
        phase=asked.phase,
        mine=call.caller.id if asked.mine else asked.agent,
        channel=asked.channel,
        group=asked.group,
        customer=asked.customer,
        tag=asked.tag,
        q=asked.q or None,
        after=None if asked.after is None else str(position(asked.after)),
        limit=asked.size,
    )
    page = await rim.store.sessions(limited(query, call.caller, rim.directory))
    items = [shown_session(rim, row, call.caller) for row in page.items]
    return Answer(200, Listing[SessionView](items, cursor(int(page.next)) if page.next else None))


async def session(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    return Answer(200, await detail(rim, await seen(rim, call), call.caller))


async def messages(rim: Rim, call: Call[Nothing, MessagesQuery]) -> Answer:
    row = await seen(rim, call)
    most = min(call.query.limit, MOST)
    found = await rim.store.history(row.session.id, call.query.after, most + 1)
    who = audience(call.caller)
    seen_ones = [concealed(linked(stored, rim.files), row, rim.directory, who) for stored in found[:most]]
    shown = [message_view(stored, who) for stored in seen_ones]
    return Answer(200, Listing[MessageView](shown, str(shown[-1].seq) if len(found) > most else None))


async def customers(rim: Rim, call: Call[Nothing, CustomersQuery]) -> Answer:
    asked = call.query
    page = await rim.store.customers(
        partner_id=asked.partner_id, q=asked.q or None, after=asked.after, limit=asked.size
    )
    return Answer(200, Listing[CustomerView]([customer_view(each) for each in page.items], page.next))


async def customer(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    found = await rim.store.customer(call.path["id"])
    if found is None:
        raise missing("customer")
    return Answer(200, customer_view(found))


async def seen(rim: Rim, call: Call[Any, Any]) -> SessionRow:
    """The session of the path; 404 if there is none that the caller may see."""
    return await seen_by(rim, call.caller, call.path["id"])


async def seen_by(rim: Rim, caller: Caller, session: str) -> SessionRow:
    row = await rim.store.session(session)
    if row is None or not sees(caller, row.session, rim.directory):
        raise missing("chat")
    return row


def shown_session(rim: Rim, row: SessionRow, caller: Caller) -> SessionView:
    return session_view(linked_row(row, rim.files), rim.directory, audience(caller))


async def detail(rim: Rim, row: SessionRow, caller: Caller) -> SessionDetail:
    trace = await rim.store.trace(row.session.id)
    rating = await _rating(rim, row, trace)
    if not _shows_rating(rim, row, caller):
        rating = None
        trace = [line for line in trace if not isinstance(line.event, _RATINGS)]
    rules = rim.directory.policy(row.channel).rules(row.session.group)
    return session_detail(
        linked_row(row, rim.files),
        rim.directory,
        audience(caller),
        trace=trace,
        rating=rating,
        summary=await _summary(rim, row),
        window=await _window(rim, row),
        summary_form=rules.ending.summary,
        translates=rim.translator is not None and rules.languages.translate,
    )


async def _rating(rim: Rim, row: SessionRow, trace: Sequence[FeedRow]) -> RatingView | None:
    rating = await rim.store.rating(row.session.id)
    seq = next((line.event.seq for line in trace if isinstance(line.event, e.Commented)), None)
    said = await rim.store.message(row.session.id, seq) if seq is not None else None
    return rating_view(rating, comment_of(said.message.content) if said else None)


async def _summary(rim: Rim, row: SessionRow) -> SummaryView | None:
    made = row.session.summary
    said = await rim.store.message(row.session.id, made.seq) if made is not None else None
    return summary_view(made, said, rim.directory)


def _shows_rating(rim: Rim, row: SessionRow, caller: Caller) -> bool:
    if caller.at_least("supervisor") or rim.directory.channel(row.channel) is None:
        return True
    return rim.directory.policy(row.channel).rules(row.session.group).survey.visible_to_agent


async def _window(rim: Rim, row: SessionRow) -> WindowView | None:
    channel, found = rim.directory.channel(row.channel), await rim.store.load_of(row.session.id)
    if channel is None or found is None:
        return None
    return window_view(found[0], rim.directory.connector_class(channel.kind).capabilities)


def _me(rim: Rim, caller: Caller, seat: Seat) -> MeView:
    known = rim.directory.agents.get(caller.id)
    groups = [group_ref(rim.directory, id) for id in rim.directory.groups_of(caller.id)]
    return MeView(
        id=caller.id,
        name=caller.name,
        role=caller.role,
        status=seat.status,
        reason=seat.reason,
        capacity=seat.capacity,
        load=seat.load,
        languages=known.languages if known else (),
        groups=tuple(group for group in groups if group is not None),
    )


# --- starred


async def starred(rim: Rim, caller: Caller) -> list[str]:
    found = await rim.store.get(STARS, caller.id)
    return [] if found is None else msgspec.convert(found.body["sessions"], list[str])


async def starred_page(rim: Rim, caller: Caller, asked: SessionsQuery) -> Listing[SessionView]:
    """Their starred chats that they still see; the other filters hold as well, the order is that of starring."""
    ids = await starred(rim, caller)
    start, items = 0 if asked.after is None else position(asked.after), list[SessionView]()
    for place, session in enumerate(ids[start:], start):
        if len(items) == asked.size:
            return Listing(items, cursor(place))
        row = await rim.store.session(session)
        if row is not None and sees(caller, row.session, rim.directory) and _fits(row, asked, caller):
            items.append(shown_session(rim, row, caller))
    return Listing(items, None)


def _fits(row: SessionRow, asked: SessionsQuery, caller: Caller) -> bool:
    session = row.session
    agent = session.agent.id if session.agent else None
    return (
        asked.phase in (None, session.phase)
        and asked.channel in (None, row.channel)
        and asked.group in (None, session.group)
        and asked.agent in (None, agent)
        and (asked.tag is None or asked.tag in session.tags)
        and (not asked.mine or agent == caller.id)
    )
