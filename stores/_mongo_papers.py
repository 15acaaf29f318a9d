"""Seats, the desk's keeper, documents, sign-ins, raw webhooks, counters, forgetting."""

from bson import ObjectId

from core.errors import Stale, StoreDown
from core.ports.desk import Seat
from core.ports.papers import Document, Grant, Raw, Revision
from stores import _mongo_shape as shape
from stores import _rows
from stores._mongo_driver import Doc, Insert, Missed, Mongo, Session, Taken, Update
from stores._mongo_read import seat

_NEW_SEAT = {
    "status": "offline", "reason": None, "capacity": _rows.DEFAULT_CAPACITY, "load": 0,
    "assigned_at": 0, "status_at": 0,
}  # fmt: skip


async def _sit(mongo: Mongo, agent: str, fields: Doc) -> Seat:
    """Make or change a seat. One that was removed kept counting its chats, and comes back as a new one with them."""
    back = {name: value for name, value in _NEW_SEAT.items() if name not in {"load", *fields}}
    revived = await mongo.change(
        "seat", {"_id": agent, "removed": True}, {"$set": {**back, **fields}, "$unset": {"removed": ""}}
    )
    if revived is not None:
        return seat(revived)
    once = {name: value for name, value in _NEW_SEAT.items() if name not in fields}
    made = await mongo.change("seat", {"_id": agent}, {"$set": fields, "$setOnInsert": once}, upsert=True)
    assert made is not None, "an upsert answers with a document"
    return seat(made)


async def set_capacity(mongo: Mongo, agent: str, capacity: int) -> None:
    await _sit(mongo, agent, {"capacity": capacity})


async def set_status(mongo: Mongo, agent: str, status: str, reason: str | None, at: int) -> Seat:
    made = await _sit(mongo, agent, {"reason": reason})
    other: Doc = {"_id": agent, "status": {"$ne": status}, "removed": None}
    changed = await mongo.change("seat", other, {"$set": {"status": status, "status_at": at}})
    return made if changed is None else seat(changed)


async def remove_seat(mongo: Mongo, agent: str) -> None:
    await mongo.change("seat", {"_id": agent}, {"$set": {"removed": True}})


async def keep_desk(mongo: Mongo, node: str, now: int, until: int) -> int | None:
    goes_on: Doc = {"_id": "desk", "node": node, "until": {"$gt": now}}
    kept = await mongo.change("desk", goes_on, {"$set": {"until": until}})
    if kept is None:
        change = {"$set": {"node": node, "until": until}, "$inc": {"fence": 1}}
        kept = await mongo.change("desk", {"_id": "desk", "until": {"$lte": now}}, change)
    return None if kept is None else kept["fence"]


# --- documents ---------------------------------------------------------------------------------------------


async def put(
    mongo: Mongo,
    collection: str,
    id: str,
    body: dict[str, object] | None,
    who: str,
    at: int,
    expected: int | None,
) -> int:
    encoded = None if body is None else shape.encode(body)
    token, key = ObjectId(), shape.place(collection, id)

    async def work(within: Session) -> int:
        document = await mongo.one("document", {"_id": key}, session=within)
        newest, exists = (document["version"], document["body"] is not None) if document is not None else (0, False)
        if expected not in (None, newest if exists else 0):
            raise Stale
        if body is None and not exists:
            return int(newest)
        version = int(newest) + 1
        fields = {"collection": collection, "id": id, "version": version, "body": encoded}
        revision = {**fields, "at": at, "who": who, "by": token}
        where = {"_id": key, "version": newest}
        written = (
            Update("document", where, {"$set": fields}, must="document")
            if document is not None
            else Insert("document", {"_id": key, **fields})
        )
        await mongo.write([written, Insert("revision", revision)], within)
        return version

    async def already() -> int | None:
        mine = await mongo.one("revision", {"collection": collection, "id": id, "by": token})
        return None if mine is None else mine["version"]

    try:
        return await mongo.transact(work, already)
    except (Missed, Taken) as error:
        raise Stale from error


async def get(mongo: Mongo, collection: str, id: str) -> Document | None:
    found = await mongo.one("document", {"_id": shape.place(collection, id), "body": {"$ne": None}})
    return None if found is None else _document(found)


async def every(mongo: Mongo, collection: str) -> list[Document]:
    where = {"collection": collection, "body": {"$ne": None}}
    return [_document(found) for found in await mongo.find("document", where, sort=[("id", 1)])]


def _document(found: Doc) -> Document:
    return Document(found["collection"], found["id"], found["version"], shape.decode_plain(found["body"]))


async def revisions(mongo: Mongo, collection: str, id: str) -> list[Revision]:
    found = await mongo.find("revision", {"collection": collection, "id": id}, sort=[("version", 1)])
    return [shape.revision(one) for one in found]


# --- the rest ------------------------------------------------------------------------------------------------


async def alias(mongo: Mongo, channel: str, name: str, conversation: str) -> None:
    """Two who claim one name at once write one document; the second finds it taken."""
    where = {"_id": shape.place(channel, name)}
    await mongo.change("alias", where, {"$setOnInsert": {"conversation": conversation}}, upsert=True)


async def grant(mongo: Mongo, grant: Grant) -> None:
    fields = {"agent": grant.agent, "expires": grant.expires}
    await mongo.change("grant", {"_id": grant.digest}, {"$set": fields}, upsert=True)


async def granted(mongo: Mongo, digest: bytes) -> Grant | None:
    found = await mongo.one("grant", {"_id": digest})
    return None if found is None else Grant(found["_id"], found["agent"], found["expires"])


async def revoke(mongo: Mongo, digest: bytes | None, agent: str | None) -> None:
    kinds: list[Doc] = [{"_id": digest}] if digest is not None else []
    if agent is not None:
        kinds.append({"agent": agent})
    if kinds:
        await mongo.delete("grant", {"$or": kinds})


async def keep_raw(mongo: Mongo, raw: Raw) -> None:
    """The same body again, which a provider sends until it is understood, is one."""
    if await mongo.one("raw", {"channel": raw.channel, "body": raw.body}, fields=["_id"]) is not None:
        return
    await mongo.insert("raw", [{"channel": raw.channel, "at": raw.at, "why": raw.why, "body": raw.body}])


async def raws(mongo: Mongo, channel: str, limit: int) -> list[Raw]:
    found = await mongo.find("raw", {"channel": channel}, sort=[("_id", -1)], limit=limit)
    return [Raw(one["channel"], one["at"], one["why"], one["body"]) for one in found]


async def reserve(mongo: Mongo, name: str, count: int) -> int:
    for _ in range(3):  # nodes that start together on an empty database: the loser of the upsert may get no document
        found = await mongo.change("counter", {"_id": f"reserved:{name}"}, {"$inc": {"value": count}}, upsert=True)
        if found is not None:
            return int(found["value"]) - count + 1
    raise StoreDown("no numbers could be reserved")


async def forget(mongo: Mongo, before: int, limit: int) -> int:
    old = await mongo.find("cause", {"at": {"$lt": before}}, sort=[("at", 1)], limit=limit, fields=["_id"])
    gone = await mongo.delete("cause", {"_id": {"$in": [cause["_id"] for cause in old]}}) if old else 0
    statuses = await mongo.delete("early", {"at": {"$lt": before}})
    await mongo.delete("name", {"touched": {"$lt": before}})
    return gone + statuses + await mongo.delete("grant", {"expires": {"$lt": before}})
