"""Errands, what became of them, and what providers report.

`ready` of an errand is when it may be claimed; a delivery behind an older one of its conversation has none, and gets
it when that one is gone. Whatever puts one behind another or takes the older away also writes the conversation's
document, so that of two at once one is done again.
"""

from collections.abc import Sequence
from time import time
from typing import Any

from bson import ObjectId

from core.channel import StatusUpdate
from core.effect import Deliver, WakeAt
from core.event import Fact, StateChanged
from core.ports.writing import Lease, Leased, Settlement
from stores import _mongo_shape as shape
from stores import _rows
from stores._mongo_alter import with_content
from stores._mongo_driver import Delete, Doc, Insert, Mongo, Session, Update, Write

_DELIVER = "deliver"
_FREE: Doc = {"node": None, "until": 0}


async def open_deliveries(mongo: Mongo, conversation: str, within: Session) -> list[Doc]:
    where = {"conversation": conversation, "kind": _DELIVER}
    return await mongo.find("errand", where, fields=["node", "until", "turn"], session=within)


async def _touch(mongo: Mongo, conversation: str, token: ObjectId, within: Session) -> Doc | None:
    change = {"$inc": {"facts": 1}, **shape.push_token(token)}
    return await mongo.change("conversation", {"_id": conversation}, change, session=within)


# --- claiming --------------------------------------------------------------------------------------------------


async def claim(mongo: Mongo, now: int, limit: int, lease: Lease) -> list[Leased]:
    order = [("ready", 1), ("made", 1)]
    where = {"ready": {"$ne": None, "$lte": now}}
    ready = await mongo.find("errand", where, sort=order, limit=limit, fields=["kind", "conversation", "turn"])
    behind = await _behind(mongo, ready)
    if behind:
        for document in behind:
            await _wait_again(mongo, document, now)  # it was never begun: it waited behind another
        return await claim(mongo, now, limit, lease)
    if not ready:
        return []
    token = ObjectId()
    # Whether an earlier lease ran out is read in the same stroke that ends it.
    taken = [
        {
            "$set": {
                "uncertain": {"$or": ["$uncertain", {"$ne": ["$node", None]}]},
                "node": lease.node,
                "until": lease.until,
                "ready": lease.until,
                "claim": token,
            }
        }
    ]
    chosen = {"$in": [document["_id"] for document in ready]}
    await mongo.change_all("errand", {"_id": chosen, "ready": {"$ne": None, "$lte": now}}, taken)
    given = await mongo.find("errand", {"_id": chosen, "claim": token})
    given.sort(key=lambda document: document["made"])
    return [_leased(document) for document in given]


async def _behind(mongo: Mongo, ready: Sequence[Doc]) -> list[Doc]:
    deliveries = [document for document in ready if document["kind"] == _DELIVER]
    if not deliveries:
        return []
    conversations = sorted({document["conversation"] for document in deliveries})
    where = {"conversation": {"$in": conversations}, "kind": _DELIVER}
    oldest: dict[str, int] = {}
    for document in await mongo.find("errand", where, fields=["conversation", "turn"]):
        conversation, turn = document["conversation"], document["turn"]
        oldest[conversation] = min(turn, oldest.get(conversation, turn))
    # One that was settled since then is not among them, and neither is what it held up.
    return [doc for doc in deliveries if oldest.get(doc["conversation"], doc["turn"]) < doc["turn"]]


async def _wait_again(mongo: Mongo, document: Doc, now: int) -> None:
    token = ObjectId()

    async def work(within: Session) -> None:
        await _touch(mongo, document["conversation"], token, within)
        if await _is_behind(mongo, document, within):
            where = {"_id": document["_id"], "ready": {"$ne": None, "$lte": now}}
            await mongo.write([Update("errand", where, {"$set": {**_FREE, "ready": None}})], within)

    await mongo.transact(work)


async def _is_behind(mongo: Mongo, document: Doc, within: Session) -> bool:
    older = {"conversation": document["conversation"], "kind": _DELIVER, "turn": {"$lt": document["turn"]}}
    return await mongo.one("errand", older, fields=["_id"], session=within) is not None


def _leased(document: Doc) -> Leased:
    return Leased(
        key=document["_id"],
        conversation=document["conversation"],
        channel=document["channel"],
        address=document["address"],
        effect=shape.decode_effect(document["body"]),
        attempt=document["attempt"],
        uncertain=document["uncertain"],
        began=document["began"],
        due=document["due"],
    )


async def next_due(mongo: Mongo) -> int | None:
    found = await mongo.find(
        "errand", {"ready": {"$ne": None}, "node": None}, sort=[("ready", 1)], limit=1, fields=["ready"]
    )
    return found[0]["ready"] if found else None


async def release(mongo: Mongo, node: str, key: str | None) -> None:
    where: Doc = {"node": node} if key is None else {"node": node, "_id": key}
    for document in await mongo.find("errand", where, fields=["kind", "conversation", "turn"]):
        await _give_back(mongo, document, {"node": node})


async def recover(mongo: Mongo, node: str, now: int) -> int:
    """Other nodes live; only what this one itself had, before it was started again, is known to be nobody's."""
    lost = await mongo.find("errand", {"node": node}, fields=["kind", "conversation", "turn", "due"])
    for document in lost:
        again = {"uncertain": True, "due": min(document["due"], now)}
        await _give_back(mongo, document, {"node": node}, again)
    return len(lost)


async def _give_back(mongo: Mongo, document: Doc, where: Doc, fields: Doc | None = None) -> None:
    """Free an errand, with what is new of it; one behind an older delivery waits."""
    token = ObjectId()

    async def work(within: Session) -> None:
        behind = False
        if document["kind"] == _DELIVER:
            await _touch(mongo, document["conversation"], token, within)
            behind = await _is_behind(mongo, document, within)
        current = await mongo.one("errand", {"_id": document["_id"], **where}, fields=["due"], session=within)
        if current is not None:
            news = {} if behind or fields is None else fields  # what waits behind another was never begun
            due = {**current, **news}["due"]
            change = {**news, **_FREE, "ready": None if behind else due}
            await mongo.write([Update("errand", {"_id": document["_id"]}, {"$set": change})], within)

    await mongo.transact(work)


# --- settling --------------------------------------------------------------------------------------------------


async def settle(mongo: Mongo, settlement: Settlement) -> None:
    """Six round trips where no status came early."""
    token = ObjectId()

    async def work(within: Session) -> bool:
        state = await _touch(mongo, settlement.conversation, token, within)
        if state is None:
            return True
        writes = await _settle_errand(mongo, settlement, within)
        early: list[Doc] = []
        if settlement.session is not None:
            early = await _early(mongo, state["channel"], settlement, within)
            notes = _Notes(state, settlement.session, settlement.at, token)
            notes.messages = await _messages(mongo, settlement, within)
            for seq, content in settlement.content:
                notes.put_content(seq, content)
            for seq, provider_id in settlement.message_ids:
                notes.name(seq, provider_id)
            for fact in settlement.facts:
                notes.note(fact)
            writes += notes.writes()
        await mongo.write(writes, within)
        for status in early:
            update = shape.decode_status(status["body"])
            if await _apply(mongo, state["channel"], update, settlement.at, token, within):
                await mongo.write([Delete("early", {"_id": status["_id"]})], within)
        return True

    await mongo.transact(work, lambda: _went_through(mongo, settlement.conversation, token))


async def _messages(mongo: Mongo, settlement: Settlement, within: Session) -> dict[int, Doc]:
    seqs = {seq for seq, _ in (*settlement.content, *settlement.message_ids)}
    seqs |= {fact.seq for fact in settlement.facts}
    if not seqs:
        return {}
    where = {"session": settlement.session, "seq": {"$in": sorted(seqs)}}
    return {document["seq"]: document for document in await mongo.find("event", where, session=within)}


async def _went_through(mongo: Mongo, conversation: str, token: ObjectId) -> bool | None:
    found = await mongo.one("conversation", {"_id": conversation, "by": token}, fields=["_id"])
    return None if found is None else True


async def _settle_errand(mongo: Mongo, settlement: Settlement, within: Session) -> list[Write]:
    deliveries: Doc = {"conversation": settlement.conversation, "kind": _DELIVER}
    found = await mongo.find("errand", {"$or": [{"_id": settlement.key}, deliveries]}, session=within)
    errand = next((document for document in found if document["_id"] == settlement.key), None)
    if errand is None:
        return []
    others = [doc for doc in found if doc["_id"] != settlement.key and errand["kind"] == _DELIVER]
    return _done(settlement, errand, others) if settlement.done else [_again(settlement, errand, others)]


def _again(settlement: Settlement, errand: Doc, others: Sequence[Doc]) -> Write:
    behind = any(other["turn"] < errand["turn"] for other in others)
    change = {
        **_FREE,
        "due": settlement.due,
        "ready": None if behind else settlement.due,
        "attempt": settlement.attempt,
        "uncertain": settlement.uncertain,
        "began": settlement.began,
    }
    return Update("errand", {"_id": settlement.key}, {"$set": change})


def _done(settlement: Settlement, errand: Doc, others: Sequence[Doc]) -> list[Write]:
    effect = shape.decode_effect(errand["body"])
    if isinstance(effect, WakeAt) and (errand["node"] is None or settlement.due not in (0, errand["due"])):
        return []  # replaced since by a later one of its name
    writes: list[Write] = [Delete("errand", {"_id": settlement.key})]
    if isinstance(effect, Deliver) and effect.session is not None:
        digest = _rows.delivery_digest(errand["channel"], settlement.key)
        writes += [name(digest, effect.session, seq) for seq in _rows.parts_of(effect)]
    following = min(others, key=lambda other: int(other["turn"]), default=None)
    if following is not None and following["ready"] is None:
        writes.append(Update("errand", {"_id": following["_id"]}, {"$set": {"ready": following["due"]}}))
    return writes


def name(digest: bytes, session: str, seq: int) -> Write:
    """Make an id name a message, beside those it names already."""
    change = {"$addToSet": {"places": [session, seq]}, "$unset": {"touched": ""}}
    return Update("name", {"_id": digest}, change, upsert=True)


class _Notes:
    """What is written to messages of one session, gathered. `messages` are those it may be about, by seq."""

    def __init__(self, state: Doc, session: str, at: int, token: ObjectId) -> None:
        self._state, self._session, self._at, self._token = state, session, at, token
        self.messages: dict[int, Doc] = {}
        self._changes: dict[int, Doc] = {}
        self._writes: list[Write] = []
        self._facts = 0

    def _change(self, seq: int, fields: Doc) -> None:
        self.messages[seq] |= fields
        self._changes.setdefault(seq, {}).update(fields)

    def put_content(self, seq: int, content: Any) -> None:
        if (document := self.messages.get(seq)) is not None:
            self._change(seq, with_content(document, content))

    def name(self, seq: int, provider_id: str) -> None:
        if (document := self.messages.get(seq)) is not None:
            self._change(seq, {"provider_id": document.get("provider_id") or provider_id})
            self._writes.append(name(_rows.digest(self._state["channel"], provider_id), self._session, seq))

    def note(self, fact: Fact) -> None:
        """Write a fact to its message and to the feed, unless it leads nowhere."""
        document = self.messages.get(fact.seq)
        if document is None:
            return
        if isinstance(fact, StateChanged):
            after = _rows.moved(document.get("state"), bool(document.get("maybe_twice")), fact)
            if after is None:
                return
            fields = {"state": after[0], "maybe_twice": after[1], "code": fact.code, "reason": fact.reason}
            self._change(fact.seq, fields)
            if after[0] == "failed":
                self._writes.append(count("failed", self._token))
        self._writes.append(Insert("event", self._document(fact)))

    def _document(self, fact: Fact) -> Doc:
        self._facts += 1
        return {
            "conversation": self._state["_id"],
            "session": self._session,
            "version": self._state["version"],
            "place": self._state["facts"] * 1000 + self._facts,
            "fact": True,
            "at": self._at,
            "policy": 0,
            "pending": int(time() * 1000),
            "body": shape.encode(fact),
        }

    def writes(self) -> list[Write]:
        changed: list[Write] = [
            Update("event", {"_id": self.messages[seq]["_id"]}, {"$set": fields})
            for seq, fields in self._changes.items()
            if fields
        ]
        return [*changed, *self._writes]


async def let_go(mongo: Mongo, conversation: str, at: int, within: Session) -> None:
    """Nothing is done any more for somebody who is erased; what was still to be sent says so."""
    token = ObjectId()
    mine = {"conversation": conversation}
    rows = await mongo.find("errand", {**mine, "kind": _DELIVER}, sort=[("turn", 1)], session=within)
    facts: dict[str, list[StateChanged]] = {}
    for session, fact in _rows.never_sent([shape.decode_effect(row["body"]) for row in rows], at):
        facts.setdefault(session, []).append(fact)
    for session, those in facts.items():
        state = await _touch(mongo, conversation, token, within)
        if state is None:
            continue
        notes = _Notes(state, session, at, token)
        where = {"session": session, "seq": {"$in": [fact.seq for fact in those]}}
        notes.messages = {row["seq"]: row for row in await mongo.find("event", where, session=within)}
        for fact in those:
            notes.note(fact)
        await mongo.write(notes.writes(), within)
    await mongo.delete("errand", mine, within)


def count(name: str, token: ObjectId) -> Write:
    """One more of something; spread over several documents, so that those who count do not wait for each other."""
    shard = token.binary[-1] % 16
    return Update("counter", {"_id": f"{name}/{shard}"}, {"$inc": {"value": 1}, "$set": {"of": name}}, upsert=True)


# --- statuses --------------------------------------------------------------------------------------------------


async def report(mongo: Mongo, channel: str, update: StatusUpdate, at: int) -> bool:
    token = ObjectId()

    async def work(within: Session) -> bool:
        if await _apply(mongo, channel, update, at, token, within):
            return True
        await _keep_early(mongo, channel, update, at, within)
        return False

    known = await mongo.transact(work)
    if not known:
        await mongo.delete("early", {"at": {"$lte": at - _rows.EARLY_STATUS_MS}})
    return known


async def _keep_early(mongo: Mongo, channel: str, update: StatusUpdate, at: int, within: Session) -> None:
    """The names it goes by are written too: who gives them to a message at this instant comes after us."""
    names = [_rows.digest(channel, update.message_id)] if update.message_id is not None else []
    if update.delivery is not None:
        names.append(_rows.delivery_digest(channel, update.delivery))
    ids = {"message_id": update.message_id, "delivery": update.delivery}
    early = {"channel": channel, **ids, "at": at, "body": shape.encode(update)}
    touched = [Update("name", {"_id": digest}, {"$max": {"touched": at}}, upsert=True) for digest in names]
    await mongo.write([*touched, Insert("early", early)], within)


async def _early(mongo: Mongo, channel: str, settlement: Settlement, within: Session) -> list[Doc]:
    ids = sorted({provider_id for _, provider_id in settlement.message_ids})
    kinds: list[Doc] = [{"channel": channel, "delivery": settlement.key}]
    if ids:
        kinds.append({"channel": channel, "message_id": {"$in": ids}})
    where: Doc = {"$or": kinds, "at": {"$gt": settlement.at - _rows.EARLY_STATUS_MS}}
    return await mongo.find("early", where, sort=[("_id", 1)], session=within)


async def _apply(mongo: Mongo, channel: str, update: StatusUpdate, at: int, token: ObjectId, within: Session) -> bool:
    places = await _places(mongo, channel, update, within)
    for session, seq in places:
        document = await mongo.one("event", {"session": session, "seq": seq}, session=within)
        state = None if document is None else await _touch(mongo, document["conversation"], token, within)
        if document is None or state is None:
            continue
        notes = _Notes(state, session, at, token)
        notes.messages = {seq: document}
        notes.note(StateChanged(seq, update.state, update.at, update.code, update.reason))
        if update.message_id is not None and len(places) == 1:
            notes.name(seq, update.message_id)
        await mongo.write(notes.writes(), within)
    return bool(places)


async def _places(mongo: Mongo, channel: str, update: StatusUpdate, within: Session) -> list[tuple[str, int]]:
    """The messages a status is about: by the provider's id, or by our delivery, open or done."""
    if update.message_id is not None:
        named = await _named(mongo, _rows.digest(channel, update.message_id), within)
        if named:
            return named
    if update.delivery is None:
        return []
    document = await mongo.one("errand", {"_id": update.delivery, "kind": _DELIVER}, session=within)
    if document is None:
        return await _named(mongo, _rows.delivery_digest(channel, update.delivery), within)
    effect = shape.decode_effect(document["body"])
    if document["channel"] != channel or not isinstance(effect, Deliver) or effect.session is None:
        return []
    where = {"session": effect.session, "seq": {"$in": list(_rows.parts_of(effect))}}
    there = {found["seq"] for found in await mongo.find("event", where, fields=["seq"], session=within)}
    return [(effect.session, seq) for seq in _rows.parts_of(effect) if seq in there]


async def _named(mongo: Mongo, digest: bytes, within: Session) -> list[tuple[str, int]]:
    found = await mongo.one("name", {"_id": digest}, session=within)
    return [(session, seq) for session, seq in found.get("places", ())] if found is not None else []
