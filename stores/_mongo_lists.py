"""Lists of sessions, newest first, page by page. A session is listed once its events are numbered."""

import re

from core import terms
from core.ports.reading import Page, SessionQuery, Tally
from stores import _mongo_people as people
from stores import _rows
from stores._mongo_driver import Doc, Mongo
from stores._mongo_read import session_rows

_HITS = 5_000  # of the newest messages that hold the words asked for


async def sessions(mongo: Mongo, query: SessionQuery) -> Page:
    conditions = _asked(query)
    if query.customer is not None:
        states = await mongo.find("conversation", {"customer": query.customer}, fields=["_id"])
        conditions.append({"conversation": {"$in": [state["_id"] for state in states]}})
    if _rows.folded(query.q):
        conditions.append({"$or": await searched(mongo, _rows.folded(query.q))})
    where: Doc = conditions[0] if len(conditions) == 1 else {"$and": conditions}
    found = await mongo.find(
        "session", where, sort=[("active_n", -1)], limit=query.limit + 1, fields=["_id", "active_n"]
    )
    shown = found[: query.limit]
    rows = await session_rows(mongo, [document["_id"] for document in shown])
    more = len(found) > len(shown) > 0
    items = tuple(rows[document["_id"]] for document in shown if document["_id"] in rows)
    return Page(items, str(shown[-1]["active_n"]) if more else None)


async def tally(mongo: Mongo) -> list[Tally]:
    phases = {"phase": {"$in": ["bot", "queued", "unassigned", "active"]}}
    found = await mongo.tallied("session", phases, ("phase", "channel", "group", "agent"))
    return [Tally(key["phase"], key["channel"], key["group"], key["agent"], count) for key, count in found]


def _asked(query: SessionQuery) -> list[Doc]:
    active = {"$gt": 0} if query.after is None else {"$gt": 0, "$lt": int(query.after)}
    conditions: list[Doc] = [{"active_n": active}]
    named = {
        "phase": query.phase,
        "agent": query.mine,
        "group": query.group,
        "channel": query.channel,
        "tags": query.tag,
    }
    conditions += [{name: value} for name, value in named.items() if value is not None]
    if query.visible_to is not None:
        groups = [None, *query.visible_groups]
        conditions.append({"$or": [{"agent": query.visible_to}, {"group": {"$in": groups}}]})
    return conditions


async def searched(mongo: Mongo, wanted: str) -> list[Doc]:
    """Which sessions hold what is asked for: by the customer, by number, by what was said."""
    number = wanted.removeprefix("#")
    kinds: list[Doc] = []
    customers = await people.asked(mongo, wanted)
    states = await mongo.find("conversation", {"customer": {"$in": customers}}, fields=["_id"]) if customers else []
    kinds.append({"conversation": {"$in": [state["_id"] for state in states]}})
    if number.isascii() and number.isdigit() and len(number) < 19 and str(int(number)) == number:
        kinds.append({"number": int(number)})
    if asked := terms.phrases(wanted):
        kinds.append({"_id": {"$in": await _said(mongo, asked)}})
    return kinds


async def _said(mongo: Mongo, asked: list[terms.Phrase]) -> list[str]:
    hits = await mongo.find("event", terms_where(asked), sort=[("n", -1)], limit=_HITS, fields=["session", "terms"])
    return sorted({hit["session"] for hit in hits if terms.answers(hit["terms"], asked)})


def terms_where(asked: list[terms.Phrase]) -> Doc:
    """Every term is there; whether those of a phrase follow each other is looked at afterwards."""
    conditions: list[Doc] = []
    for phrase in asked:
        if phrase.prefix:
            conditions.append({"terms": {"$regex": f"^{re.escape(phrase.terms[0])}"}})
        else:
            conditions += [{"terms": term} for term in phrase.terms]
    return {"$and": conditions}
