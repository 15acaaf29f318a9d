"""One commit: everything it writes in one transaction, and what it was that kept it from being written."""

from collections.abc import Iterable
from time import time
from typing import cast

from bson import ObjectId

from core.effect import Deliver, Effect, WakeAt
from core.errors import Duplicate, Fenced, Full, Stale, StoreError
from core.event import CustomerLinked, Erased, WordsFound
from core.ports.writing import Commit, Committed, Leased
from core.session import Session
from stores import _mongo_shape as shape
from stores import _mongo_submissions as submissions
from stores import _rows
from stores._mongo_alter import altered
from stores._mongo_driver import Doc, Insert, Missed, Mongo, Taken, Update, Write
from stores._mongo_driver import Session as Transaction
from stores._mongo_outbox import count, name, open_deliveries
from stores._mongo_people import follow
from stores._mongo_pulse import counted

_FAR = 1 << 20  # more errands than one commit has: `turn` orders by version, then by place in the commit


async def commit(mongo: Mongo, commit: Commit) -> Committed:
    """Two round trips where nothing is delivered: all writes together, and the end. Raises as the port says."""
    token = ObjectId()
    fixed = list(_fixed(commit, token))
    alterations = [event for event in commit.events if isinstance(event, _rows.Alteration)]

    people = any(isinstance(event, CustomerLinked | Erased) for event in commit.events)

    async def work(transaction: Transaction) -> Committed:
        delivers = any(isinstance(effect, Deliver) for effect in commit.effects)
        open_ones = await open_deliveries(mongo, commit.conversation.id, transaction) if delivers else []
        errands, leased = _errands(commit, open_ones, token)
        writes = [*fixed, *errands]
        found = await mongo.write(writes, transaction)
        if commit.frees is not None:
            await _below_zero(mongo, commit.frees, writes, found, token, transaction)
        for event in alterations:
            owner = _rows.owner(event, commit.session)
            if owner is not None:
                await mongo.write(await altered(mongo, owner, event, transaction), transaction)
        if people:
            await follow(mongo, commit, transaction)
        return Committed(commit.expected + 1, 0, tuple(leased))

    async def already() -> Committed | None:
        return await _found(mongo, commit, token)

    try:
        return await mongo.transact(work, already)
    except (Missed, Taken) as error:
        raise await _why(mongo, commit, error) from error


async def _why(mongo: Mongo, commit: Commit, error: Missed | Taken) -> StoreError:
    digests = [_rows.digest(cause.scope, cause.id) for cause in commit.causes]
    kept = {doc["_id"]: doc for doc in await mongo.find("cause", {"_id": {"$in": digests}})} if digests else {}
    for digest in digests:
        if (cause := kept.get(digest)) is not None:
            return Duplicate(*((cause["session"], cause["seq"]) if cause["seq"] is not None else (None, None)))
    if isinstance(error, Missed) and error.what == "seat":
        return Full(cast(str, commit.takes))
    if isinstance(error, Missed) and error.what == "desk":
        return Fenced("another node keeps the desk by now")
    return Stale()


async def _found(mongo: Mongo, commit: Commit, token: ObjectId) -> Committed | None:
    """What this very commit came to, if it went through although nobody could say so."""
    state = await mongo.one("conversation", {"_id": commit.conversation.id, "by": token}, fields=["_id"])
    if state is None:
        return None
    mine = {"_id": {"$in": [_rows.errand_key(effect, commit.conversation.id) for effect in commit.effects]}}
    held = {"node": commit.lease.node, "until": commit.lease.until}
    keys = {doc["_id"] for doc in await mongo.find("errand", {**mine, **held}, fields=["_id"])}
    leased = [_leased(commit, effect) for effect in commit.effects if not isinstance(effect, WakeAt)]
    return Committed(commit.expected + 1, 0, tuple(errand for errand in leased if errand.key in keys))


# --- what is written -------------------------------------------------------------------------------------------


def _fixed(commit: Commit, token: ObjectId) -> Iterable[Write]:
    """All that does not depend on what is there. What can be refused comes first."""
    yield from _conversation(commit, token)
    yield from _causes(commit)
    if commit.fence is not None:
        yield Update("desk", {"_id": "desk", "fence": commit.fence}, {"$inc": {"assigned": 1}}, must="desk")
    yield from _seats(commit)
    yield from _sessions(commit)
    yield from _events(commit, token)
    yield from submissions.writes(commit)
    state = commit.conversation
    for alias in commit.aliases:
        where = {"_id": shape.place(state.channel, alias)}
        yield Update("alias", where, {"$setOnInsert": {"conversation": state.id}}, upsert=True)
    if _rows.knows_customer(commit):
        fields = shape.customer(state.customer)
        yield Update("customer", {"_id": fields.pop("_id")}, {"$set": fields}, upsert=True)


def _conversation(commit: Commit, token: ObjectId) -> Iterable[Write]:
    state = commit.conversation
    body = {"customer": state.customer.id, "body": shape.encode(state)}
    if commit.expected:
        where = {"_id": state.id, "version": commit.expected}
        change = {"$set": {**body, "version": commit.expected + 1}, **shape.push_token(token)}
        yield Update("conversation", where, change, must="conversation")
        return
    first = {"_id": state.id, "channel": state.channel, "address": state.address, "version": 1, "facts": 0}
    yield Insert("conversation", {**first, **body, "by": [token]})
    # A name somebody learns at this instant and an address somebody writes from are one key.
    yield Insert("alias", {"_id": shape.place(state.channel, state.address), "conversation": state.id, "own": True})


def _causes(commit: Commit) -> Iterable[Write]:
    session = commit.session.id if commit.session is not None else None
    causes = {_rows.digest(cause.scope, cause.id): cause for cause in commit.causes}
    for digest, cause in causes.items():
        yield Insert("cause", {"_id": digest, "at": commit.at, "session": session, "seq": cause.seq})
    for cause in commit.causes:
        if cause.ref is not None and cause.ref != cause.id and session is not None and cause.seq is not None:
            yield name(_rows.digest(cause.scope, cause.ref), session, cause.seq)


def _seats(commit: Commit) -> Iterable[Write]:
    if commit.frees is not None:
        yield Update("seat", {"_id": commit.frees, "load": {"$gt": 0}}, {"$inc": {"load": -1}})
    if commit.takes is not None:
        free: Doc = {"_id": commit.takes, "removed": None}
        if not commit.beyond:
            free["$expr"] = {"$lt": ["$load", "$capacity"]}
        if not commit.force:
            free["status"] = "online"
        change = {"$inc": {"load": 1}, "$set": {"assigned_at": _rows.assigned_at(commit)}}
        yield Update("seat", free, change, must="seat")


async def _below_zero(
    mongo: Mongo, agent: str, writes: list[Write], found: list[int], token: ObjectId, transaction: Transaction
) -> None:
    """A seat that had no chat to give back: impossible, so it is counted."""
    freed = next(at for at, write in enumerate(writes) if isinstance(write, Update) and write.collection == "seat")
    if not found[freed] and await mongo.one("seat", {"_id": agent, "removed": None}, session=transaction):
        await mongo.write([count("seats_below_zero", token)], transaction)


def _sessions(commit: Commit) -> Iterable[Write]:
    """An open session is in its conversation; here it is only listed, and not written where nothing changed."""
    touched = {session.id: session for session in commit.others}
    if commit.session is not None:
        touched[commit.session.id] = commit.session
    open_one = commit.conversation.session
    for session in touched.values():
        yield Update("session", {"_id": session.id}, _session_change(commit, session, open_one), upsert=True)


def _session_change(commit: Commit, session: Session, open_one: Session | None) -> Doc:
    fields = shape.listing(session, commit.conversation)
    if open_one is not None and session.id == open_one.id:
        return {"$set": fields, "$unset": {"body": ""}}
    return {"$set": {**fields, "body": shape.encode(session)}}


def _events(commit: Commit, token: ObjectId) -> Iterable[Write]:
    carried = _rows.carried(commit.effects)
    last = len(commit.events) - 1
    for at, event in enumerate(commit.events):
        owner, message = _rows.owner(event, commit.session), _rows.said(event)
        document: Doc = {
            "conversation": commit.conversation.id,
            "session": owner,
            "version": commit.expected + 1,
            "place": at,
            "fact": False,
            "at": commit.at,
            "policy": commit.policy,
            "pending": int(time() * 1000),
            "body": shape.encode(event),
            **counted(event, commit.conversation.channel),
        }
        if isinstance(event, WordsFound):
            document["words"] = True
        if owner is None:
            document["loose"] = commit.conversation.id
        if at == last and commit.session is not None:
            document["moves"] = commit.session.id
        if owner is not None and (named := _rows.mentions(event)):
            document["mentions"] = document["unread_by"] = list(named)
        if message is not None and owner is not None:
            state = _rows.first_state(cast(_rows.Speaking, event), carried)
            more = {
                "seq": message.seq,
                "state": state,
                "provider_id": message.provider_id,
                "submission": message.submission,
            }
            document.update({name: value for name, value in more.items() if value is not None})
        yield Insert("event", document)


# --- errands ---------------------------------------------------------------------------------------------------


def _errands(commit: Commit, open_ones: list[Doc], token: ObjectId) -> tuple[list[Write], list[Leased]]:
    lease, at = commit.lease, commit.at
    held = all(doc["node"] == lease.node and doc["until"] > at for doc in open_ones)
    writes: list[Write] = []
    leased: list[Leased] = []
    for place, effect in enumerate(commit.effects):
        key = _rows.errand_key(effect, commit.conversation.id)
        document = _errand(commit, effect, place)
        if isinstance(effect, WakeAt):
            # One that replaces another keeps that one's turn.
            once = {name: document.pop(name) for name in ("turn", "made")}
            document |= {"due": effect.due, "ready": effect.due}
            writes.append(Update("errand", {"_id": key}, {"$set": document, "$setOnInsert": once}, upsert=True))
            continue
        if isinstance(effect, Deliver) and not held:
            writes.append(Insert("errand", {"_id": key, **document, "ready": None}))
            continue
        document |= {"node": lease.node, "until": lease.until, "ready": lease.until}
        writes.append(Insert("errand", {"_id": key, **document}))
        leased.append(_leased(commit, effect))
    if held and any(isinstance(effect, Deliver) for effect in commit.effects):
        # Written, so that nobody takes over an older one at the same time.
        writes += [Update("errand", {"_id": doc["_id"]}, {"$set": {"followed": token}}) for doc in open_ones]
    return writes, leased


def _errand(commit: Commit, effect: Effect, place: int) -> Doc:
    state = commit.conversation
    return {
        "conversation": state.id,
        "channel": state.channel,
        "address": state.address,
        "kind": _rows.errand_kind(effect),
        "turn": (commit.expected + 1) * _FAR + place,
        "made": ObjectId(),
        "due": commit.at,
        "node": None,
        "until": 0,
        "attempt": 0,
        "uncertain": False,
        "began": 0,
        "body": shape.encode(effect),
    }


def _leased(commit: Commit, effect: Effect) -> Leased:
    state = commit.conversation
    key = _rows.errand_key(effect, state.id)
    return Leased(key, state.id, state.channel, state.address, effect, due=commit.at)
