"""Whose a session is, now and before: what decides who sees it. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from core import event as e
from core.ports.reading import FeedRow
from core.session import Session


class Place(NamedTuple):
    agent: str | None
    group: str | None


def place_of(session: Session) -> Place:
    return Place(session.agent.id if session.agent else None, session.group)


def place_before(trace: Iterable[FeedRow], n: int) -> Place | None:
    """Where a session was before the event numbered `n`, told by its trace; None before it was opened."""
    place: Place | None = None
    for row in trace:
        if row.n >= n:
            break
        match row.event:
            case e.Opened(group=group) | e.Queued(group=group) | e.Transferred(group=group):
                place = Place(None, group)
            case e.Assigned(agent=agent) if place is not None:
                place = place._replace(agent=agent.id)
            case _:
                pass
    return place
