"""What was counted of a stretch of time, and who changed which document: each a walk along an index of its own."""

import re
from collections.abc import Sequence

import msgspec

from core.changes import Changed, ChangePage, ChangeQuery, Place, page_of
from core.event import Event, Fact
from core.ports.papers import Revision
from core.pulse import Beat, Beats, Ticks
from stores import _mongo_shape as shape
from stores._mongo_driver import Doc, Mongo


def counted(event: Event | Fact, channel: str) -> Doc:
    """What an event's document holds of what it counts for."""
    ticks: Ticks = getattr(event, "pulse", ())
    return {"pulse": {"channel": channel, "ticks": msgspec.to_builtins(ticks)}} if ticks else {}


async def pulse(mongo: Mongo, since: int, until: int, width: int) -> Sequence[Beat]:
    where = {"pulse": {"$exists": True}, "at": {"$gte": since, "$lt": until}}
    beats = Beats(since, width)
    for event in await mongo.find("event", where, fields=["at", "pulse"]):
        found = event["pulse"]
        beats.add(event["at"], found["channel"], msgspec.convert(found["ticks"], Ticks))
    return beats.all()


async def revision(mongo: Mongo, collection: str, id: str, version: int) -> Revision | None:
    one = await mongo.one("revision", {"collection": collection, "id": id, "version": version})
    return None if one is None else shape.revision(one)


async def changes(mongo: Mongo, query: ChangeQuery) -> ChangePage:
    """Each collection is a walk of its own, and the newest of them all the page."""
    found: list[Changed] = []
    order = (("at", -1), ("id", -1), ("version", -1))
    for collection in query.collections:
        asked = _asked(collection, query)
        for one in await mongo.find("revision", asked, sort=order, limit=query.limit + 1):
            place = Place(one["at"], collection, one["id"], one["version"])
            found.append(Changed(place, one["who"], one["body"] is None))
    return page_of(found, query.limit)


def _asked(collection: str, query: ChangeQuery) -> Doc:
    terms: list[Doc] = [{"collection": collection}]
    if query.id is not None:
        terms.append({"id": query.id})
    if query.ending is not None:
        terms.append({"id": {"$regex": f"{re.escape(query.ending)}$"}})
    if query.who is not None:
        terms.append({"who": query.who})
    if query.since is not None:
        terms.append({"at": {"$gte": query.since}})
    if query.until is not None:
        terms.append({"at": {"$lt": query.until}})
    if query.after is not None:
        terms.append(_after(collection, query.after))
    return {"$and": terms}


def _after(collection: str, place: Place) -> Doc:
    if collection != place.collection:  # at one instant the later name comes first
        return {"at": {"$lte" if collection < place.collection else "$lt": place.at}}
    return {
        "$or": [
            {"at": {"$lt": place.at}},
            {"at": place.at, "id": {"$lt": place.id}},
            {"at": place.at, "id": place.id, "version": {"$lt": place.version}},
        ]
    }
