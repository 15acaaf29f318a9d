"""Who and what is around an agent, and for supervisors the floor as it is now."""

from collections.abc import Mapping

from api.auth import Caller
from api.media import linked_row
from api.problems import missing
from api.rim import Rim, Signal
from api.routes import Answer, Call, Nothing
from api.sight import audience
from api.times import iso
from api.views.refs import Ref, channel_ref, group_ref
from api.views.session import session_view
from core.ports.desk import Seat, Waiting
from inbox.bodies import (
    AroundView,
    ColleagueView,
    FloorView,
    QueuedView,
    StatusBody,
    TalliesView,
    TallyView,
)

SHOWN = 50  # of the queue, as chats; the others only as numbers
LISTED = 1_000


async def around(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    directory = rim.directory
    return Answer(
        200,
        AroundView(
            agents=await _colleagues(rim),
            groups=sorted((Ref(doc.id, doc.name) for doc in directory.groups.values()), key=lambda ref: ref.name),
            channels=[channel_ref(directory, id) for id in directory.channels],
        ),
    )


async def tallies(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    return Answer(200, TalliesView(await _tallies(rim, call.caller)))


async def floor(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    view = await rim.store.desk()
    queue = sorted(view.waiting, key=lambda each: (-each.priority, each.since))
    return Answer(
        200,
        FloorView(
            at=iso(rim.clock.now()),
            agents=await _colleagues(rim),
            sessions=await _tallies(rim, call.caller),
            waiting=len(queue),
            queue=[await _queued(rim, each, place, call.caller) for place, each in enumerate(queue[:LISTED])],
        ),
    )


async def force_status(rim: Rim, call: Call[StatusBody, Nothing]) -> Answer:
    """A supervisor's: somebody went home without signing off."""
    agent, body = call.path["id"], call.body
    if agent not in rim.directory.agents:
        raise missing("agent")
    reason = body.reason or f"set by {call.caller.name}"
    seat = await rim.store.set_status(agent, body.status, reason, rim.clock.now())
    rim.signals.send(Signal(kind="presence", agent=agent, by="agent", value=body.status))
    rim.seated(seat)
    return Answer(200, _colleague(rim, agent, {agent: seat}))


async def _colleagues(rim: Rim) -> list[ColleagueView]:
    seats = {seat.agent: seat for seat in await rim.store.seats()}
    found = [_colleague(rim, id, seats) for id in rim.directory.agents]
    return sorted(found, key=lambda each: each.name)


def _colleague(rim: Rim, id: str, seats: Mapping[str, Seat]) -> ColleagueView:
    known, seat = rim.directory.agents[id], seats.get(id, Seat(agent=id))
    return ColleagueView(
        id=id, name=known.name, role=known.role, status=seat.status, reason=seat.reason,
        capacity=seat.capacity, load=seat.load, groups=tuple(rim.directory.groups_of(id)),
    )  # fmt: skip


async def _tallies(rim: Rim, caller: Caller) -> list[TallyView]:
    groups = frozenset(rim.directory.groups_of(caller.id))
    whole = caller.at_least("supervisor")
    return [
        TallyView(phase=each.phase, channel=each.channel, group=each.group, agent=each.agent, count=each.count)
        for each in await rim.store.tally()
        if whole or each.group is None or each.group in groups or each.agent == caller.id
    ]


async def _queued(rim: Rim, each: Waiting, place: int, caller: Caller) -> QueuedView:
    row = await rim.store.session(each.session) if place < SHOWN else None
    return QueuedView(
        id=each.session,
        group=group_ref(rim.directory, each.group),
        channel=channel_ref(rim.directory, each.channel),
        since=iso(each.since),
        priority=each.priority,
        session=session_view(linked_row(row, rim.files), rim.directory, audience(caller)) if row else None,
    )
