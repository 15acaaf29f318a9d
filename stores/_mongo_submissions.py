"""Submissions: documents of commits on the one side, lists and threads on the other."""

from collections.abc import Iterable

import msgspec

from core.ports.reading import StoredMessage, SubmissionPage, SubmissionQuery, SubmissionRow
from core.ports.writing import Commit
from core.submitted import Submission
from stores import _mongo_shape as shape
from stores import _rows
from stores._mongo_driver import Doc, Mongo, Update, Write
from stores._mongo_lists import searched

_decode = msgspec.json.Decoder(Submission).decode


def document(submission: Submission, conversation: str, channel: str) -> Doc:
    return {
        "number": submission.number,
        "conversation": conversation,
        "channel": channel,
        "kind": submission.kind,
        "state": submission.state,
        "agent": submission.agent,
        "group": submission.group,
        "body": shape.encode(submission),
    }


def writes(commit: Commit) -> Iterable[Write]:
    state = commit.conversation
    for each in commit.submissions:
        yield Update("submission", {"_id": each.id}, {"$set": document(each, state.id, state.channel)}, upsert=True)


async def submission(mongo: Mongo, id: str) -> SubmissionRow | None:
    found = await mongo.one("submission", {"_id": id})
    return None if found is None else (await _rows_of(mongo, [found]))[0]


async def submissions(mongo: Mongo, query: SubmissionQuery) -> SubmissionPage:
    named = {"state": query.state, "kind": query.kind, "group": query.group, "channel": query.channel}
    conditions: list[Doc] = [{name: value} for name, value in named.items() if value is not None]
    if query.agent is not None:
        conditions.append({"agent": query.agent or None})
    if query.visible_to is not None:
        groups = [None, *query.visible_groups]
        conditions.append({"$or": [{"agent": query.visible_to}, {"group": {"$in": groups}}]})
    if query.after is not None:
        conditions.append({"number": {"$lt": int(query.after)}})
    if wanted := _rows.folded(query.q):
        conditions.append({"$or": await searched(mongo, wanted)})
    where: Doc = {"$and": conditions} if conditions else {}
    found = await mongo.find("submission", where, sort=[("number", -1)], limit=query.limit + 1)
    shown = found[: query.limit]
    more = len(found) > len(shown) > 0
    return SubmissionPage(tuple(await _rows_of(mongo, shown)), str(shown[-1]["number"]) if more else None)


async def _rows_of(mongo: Mongo, documents: list[Doc]) -> list[SubmissionRow]:
    ids = sorted({document["conversation"] for document in documents})
    states = {
        state["_id"]: shape.decode_conversation(state["body"])
        for state in await mongo.find("conversation", {"_id": {"$in": ids}}, fields=["body"])
    }
    return [
        SubmissionRow(
            submission=_decode(document["body"]),
            conversation=document["conversation"],
            channel=states[document["conversation"]].channel,
            address=states[document["conversation"]].address,
            customer=states[document["conversation"]].customer,
        )
        for document in documents
    ]


async def thread(mongo: Mongo, id: str, limit: int) -> list[StoredMessage]:
    order = [("version", -1), ("place", -1), ("n", -1)]
    found = await mongo.find("event", {"submission": id}, sort=order, limit=limit)
    return [shape.stored(event) for event in reversed(found)]
