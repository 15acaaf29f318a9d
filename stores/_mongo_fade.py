"""What goes with time, in MongoDB: a walk along the feed, each row in a transaction of its own."""

from typing import cast

from core import fading
from core.event import Event, SubmissionChanged
from core.fading import Fading
from stores import _mongo_shape as shape
from stores import _rows
from stores._mongo_alter import dropped, respoken
from stores._mongo_driver import Doc, Mongo, Session, Update, Write
from stores._mongo_people import bare_session


async def fade(mongo: Mongo, wanted: Fading, limit: int) -> int:
    mark = await mongo.one("counter", {"_id": wanted.name})
    walked = mark["value"] if mark is not None else 0
    rows = await mongo.find("event", {"n": {"$gt": walked}}, sort=[("n", 1)], limit=limit)
    old = rows[: next((at for at, row in enumerate(rows) if row["at"] >= wanted.before), len(rows))]
    channels = await _field(mongo, "conversation", {row["conversation"] for row in old}, "channel")
    concerned = [row for row in old if not row["fact"] and wanted.concerns(channels.get(row["conversation"], ""))]
    for row in concerned:
        await _look(mongo, wanted, row)
    if old:
        await mongo.change("counter", {"_id": wanted.name}, {"$max": {"value": old[-1]["n"]}}, upsert=True)
    return len(old)


async def _field(mongo: Mongo, collection: str, ids: set[str], field: str) -> dict[str, str]:
    found = await mongo.find(collection, {"_id": {"$in": sorted(ids)}}, fields=[field])
    return {document["_id"]: document[field] for document in found}


async def _look(mongo: Mongo, wanted: Fading, row: Doc) -> None:
    event, session = cast(Event, shape.decode_event(row["body"])), row.get("session")
    if wanted.kind == "hits":
        await _blank(mongo, row["_id"], wanted)
        return
    if session is not None and await _is_open(mongo, session):
        return  # it goes when the walk comes to what released it
    if fading.releases(event) and session is not None:
        await _release(mongo, wanted, session, row["n"], event)
    elif wanted.kind != "left":
        about = fading.about(event)
        if about is None or not await _is_unsolved(mongo, about):
            await _blank(mongo, row["_id"], wanted)


async def _is_open(mongo: Mongo, session: str) -> bool:
    phases = await _field(mongo, "session", {session}, "phase")
    return fading.is_open(phases.get(session), None) or await _is_unsolved(mongo, session)


async def _is_unsolved(mongo: Mongo, submission: str) -> bool:
    states = await _field(mongo, "submission", {submission}, "state")
    return fading.is_open(None, states.get(submission))


async def _release(mongo: Mongo, wanted: Fading, session: str, until: int, event: Event) -> None:
    """Blank what was said in a session before this event."""
    if wanted.kind == "left" and not fading.solved(event):
        return
    rows = await mongo.find("event", {"session": session, "fact": False}, fields=["n"])
    if isinstance(event, SubmissionChanged):
        rows += await mongo.find("event", {"submission": event.submission.id}, fields=["n"])
    for row in rows:
        if row.get("n", until) < until:
            await _blank(mongo, row["_id"], wanted)
    if wanted.kind == "left" and isinstance(event, SubmissionChanged):
        await mongo.delete("submission", {"_id": event.submission.id})
        for row in await mongo.find("event", {"submission": event.submission.id}, fields=["_id"]):
            await mongo.change("event", {"_id": row["_id"]}, {"$unset": {"submission": ""}})
    if wanted.kind == "chats":
        await bare_session(mongo, session)


async def _blank(mongo: Mongo, id: object, wanted: Fading) -> None:
    async def work(within: Session) -> None:
        row = await mongo.one("event", {"_id": id}, session=within)
        if row is None or row["fact"]:
            return
        event = cast(Event, shape.decode_event(row["body"]))
        blank = fading.faded(event, wanted.kind)
        if blank == event:
            return
        nameless = wanted.kind == "chats" and row.get("seq") and _rows.said(event) is not None
        fields = respoken(row, blank) | ({"provider_id": None} if nameless else {})
        writes: list[Write] = [Update("event", {"_id": id}, {"$set": fields}), *dropped(event)]
        await mongo.write(writes, within)

    await mongo.transact(work)


async def forget_revisions(mongo: Mongo, before: int, limit: int) -> int:
    """All but the one that was in force then, and what came after it."""
    order = [("collection", 1), ("id", 1), ("version", -1)]
    gone: list[object] = []
    kept: tuple[str, str] | None = None
    found = await mongo.find("revision", {"at": {"$lt": before}}, sort=order, fields=["collection", "id"])
    for one in found:
        document = (one["collection"], one["id"])
        if document == kept:
            gone.append(one["_id"])
        kept = document
    return await mongo.delete("revision", {"_id": {"$in": gone[:limit]}})
