"""Who customers are, in MongoDB: what they are found by, whose a partner id is, linking and erasing them."""

import re
from collections.abc import Sequence
from typing import cast

from core import erasing
from core import event as e
from core.event import Event
from core.ports.reading import CustomerPage
from core.ports.writing import Commit
from core.session import Conversation
from stores import _mongo_shape as shape
from stores import _rows
from stores._mongo_alter import dropped, respoken
from stores._mongo_driver import Delete, Doc, Mongo, Session, Update, Write
from stores._mongo_hooks import blanked
from stores._mongo_outbox import let_go

_FOUND = 2_000  # customers a question may be about


async def asked(mongo: Mongo, q: str | None) -> list[str]:
    """The customers a question is about, along the index of their terms."""
    wanted = _rows.customer_asked(q)
    if not wanted:
        return []
    conditions = [
        {"terms": {"$regex": f"^{re.escape(word)}"}} if prefix else {"terms": word} for word, prefix in wanted
    ]
    found = await mongo.find("customer", {"$and": conditions}, limit=_FOUND, fields=["_id"])
    return [document["_id"] for document in found]


async def customers(mongo: Mongo, partner_id: str | None, q: str | None, after: str | None, limit: int) -> CustomerPage:
    where: Doc = {}
    if partner_id is not None:
        where["partner_id"] = partner_id
    if q and q.strip():
        found = sorted((id for id in await asked(mongo, q) if after is None or id < after), reverse=True)
        where["_id"] = {"$in": found[: limit + 1] if partner_id is None else found}
    elif after is not None:
        where["_id"] = {"$lt": after}
    documents = await mongo.find("customer", where, sort=[("_id", -1)], limit=limit + 1, fields=["body"])
    people = [shape.decode_customer(document["body"]) for document in documents]
    shown = tuple(people[:limit])
    return CustomerPage(shown, shown[-1].id if len(people) > len(shown) > 0 else None)


async def conversations(mongo: Mongo, customer: str, limit: int) -> list[Conversation]:
    found = await mongo.find("conversation", {"customer": customer}, sort=[("_id", 1)], limit=limit, fields=["body"])
    return [shape.decode_conversation(document["body"]) for document in found]


async def partner(mongo: Mongo, partner_id: str, claim: str | None) -> str | None:
    if claim is not None:
        await mongo.change("partner", {"_id": partner_id}, {"$setOnInsert": {"customer": claim}}, upsert=True)
    found = await mongo.one("partner", {"_id": partner_id})
    return None if found is None else str(found["customer"])


# --- within a commit ---------------------------------------------------------------------------------------------


async def follow(mongo: Mongo, commit: Commit, within: Session) -> None:
    """What linking and erasing mean at once."""
    for event in commit.events:
        match event:
            case e.CustomerLinked(customer=customer, was=was):
                await mongo.change_all("partner", {"customer": was}, {"$set": {"customer": customer.id}}, within)
                left = {"customer": was, "_id": {"$ne": commit.conversation.id}}
                if await mongo.one("conversation", left, fields=["_id"], session=within) is None:
                    await mongo.delete("customer", {"_id": was}, within)
            case e.Erased(at=at):
                await _let_go(mongo, commit.conversation, within)
                await let_go(mongo, commit.conversation.id, at, within)
            case _:
                pass


async def _let_go(mongo: Mongo, state: Conversation, within: Session) -> None:
    known = await mongo.one("conversation", {"_id": state.id}, fields=["address"], session=within)
    address = known["address"] if known is not None else ""
    await mongo.write([Update("conversation", {"_id": state.id}, {"$set": {"address": state.address}})], within)
    await mongo.delete("alias", {"conversation": state.id}, within)
    await mongo.delete("customer", {"_id": state.customer.id}, within)
    await mongo.delete("partner", {"customer": state.customer.id}, within)
    await blanked(mongo, state.id, within)
    if len(address) >= 3:
        raws = await mongo.find("raw", {"channel": state.channel}, session=within)
        names = [raw["_id"] for raw in raws if address.encode() in bytes(raw["body"])]
        await mongo.delete("raw", {"_id": {"$in": names}}, within)


# --- behind it ---------------------------------------------------------------------------------------------------


async def erase(mongo: Mongo, conversation: str, after: str | None, limit: int) -> str | None:
    """Session by session, in the order of their ids; what belongs to none comes last."""
    session, begun = ("", 0) if after is None else (after.rpartition(".")[0], int(after.rpartition(".")[2]))
    if session != "-":
        where = {"conversation": conversation, "_id": {"$gte": session}}
        found = await mongo.find("session", where, sort=[("_id", 1)], limit=1, fields=["_id"])
        if not found:
            return "-.0"
        begun = begun if found[0]["_id"] == session else 0
        session = found[0]["_id"]
    mine: Doc = {"loose": conversation} if session == "-" else {"session": session, "fact": False}
    rows = await mongo.find("event", mine, sort=[("_id", 1)])
    part = rows[begun : begun + limit]
    for row in part:
        await _blank_row(mongo, row["_id"])
    if begun + len(part) < len(rows):
        return f"{session}.{begun + len(part)}"
    if session == "-":
        return None
    await bare_session(mongo, session)
    return f"{session}\0.0"


async def bare_session(mongo: Mongo, session: str) -> None:
    document = await mongo.one("session", {"_id": session}, fields=["body"])
    if document is not None and document.get("body") is not None:
        bare = erasing.bare(shape.decode_session(document["body"]))
        await mongo.change("session", {"_id": session}, {"$set": {"body": shape.encode(bare), "tags": []}})


async def _blank_row(mongo: Mongo, id: object) -> None:
    async def work(within: Session) -> None:
        row = await mongo.one("event", {"_id": id}, session=within)
        if row is None or row["fact"]:
            return
        event = cast(Event, shape.decode_event(row["body"]))
        blank = erasing.blank_event(event)
        if blank == event:
            return
        fields = respoken(row, blank) | ({"provider_id": None} if row.get("seq") else {})
        writes: list[Write] = [Update("event", {"_id": id}, {"$set": fields}), *dropped(event)]
        await mongo.write(writes, within)

    await mongo.transact(work)


async def silent(mongo: Mongo, before: int, after: str | None, limit: int) -> tuple[list[str], str | None]:
    where = {"_id": {"$gt": after or ""}}
    looked = [row["_id"] for row in await mongo.find("customer", where, sort=[("_id", 1)], limit=limit, fields=["_id"])]
    found = []
    for customer in looked:
        states = await conversations(mongo, customer, 1000)
        if states and all(_rows.is_silent(state, before) for state in states):
            found.append(customer)
    return found, looked[-1] if len(looked) == limit else None


async def forget_raws(mongo: Mongo, before: int, limit: int) -> int:
    old = await mongo.find("raw", {"at": {"$lt": before}}, limit=limit, fields=["_id"])
    return await mongo.delete("raw", {"_id": {"$in": [raw["_id"] for raw in old]}})


async def dropped_files(mongo: Mongo, limit: int) -> list[str]:
    return [document["_id"] for document in await mongo.find("dropped", {}, limit=limit)]


async def swept(mongo: Mongo, urls: Sequence[str]) -> None:
    await mongo.write([Delete("dropped", {"_id": url}) for url in urls])
