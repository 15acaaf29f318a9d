"""A message's document after an edit, an unsend, a recall or fetched media; search follows it."""

from msgspec.structs import replace

from core import erasing, terms
from core.erasing import files_of
from core.event import Amended, Event, Recalled, Released, Retracted, Translated
from core.message import Content, Message
from stores import _mongo_shape as shape
from stores import _rows
from stores._mongo_driver import Doc, Mongo, Session, Update, Write
from stores._mongo_hooks import blanked


async def altered(mongo: Mongo, session: str, event: _rows.Alteration, within: Session) -> list[Write]:
    """What to write of an event that changes a message; nothing if there is no such message."""
    document = await mongo.one("event", {"session": session, "seq": event.seq}, session=within)
    if document is None:
        return []
    speaking = shape.speaking(document)
    match event:
        case Amended():
            fields = {**rewritten(document, _rows.amended(speaking.message, event)), "edited_at": event.at}
            return [_update(document, fields)]
        case Released():
            return [_update(document, rewritten(document, _rows.released(speaking.message)))]
        case Translated():
            return [_update(document, rewritten(document, _rows.translated(speaking.message, event)))]
        case Recalled():
            return [_update(document, {"recalled_at": event.at})]
        case Retracted():
            fields = {**rewritten(document, _rows.blanked(speaking.message)), "retracted_at": event.at}
            await blanked(mongo, document["conversation"], within, event.session, event.seq)
            amendments = await _amendments(mongo, session, event.seq, within)
            return [_update(document, fields), *dropped(speaking), *amendments]


def rewritten(document: Doc, message: Message) -> Doc:
    """The fields of a message's document with other content."""
    return respoken(document, _rows.with_message(shape.speaking(document), message))


def respoken(document: Doc, event: Event) -> Doc:
    """The fields of an event's document with another body. `edition` tells the search index to look again."""
    fields: Doc = {"body": shape.encode(event), "edition": document.get("edition", 0) + 1}
    if "terms" in document and (message := _rows.said(event)) is not None:
        fields["terms"] = terms.terms(_rows.searchable(message))
    return fields


def dropped(event: Event) -> list[Write]:
    """The files an event held are to be removed."""
    return [
        Update("dropped", {"_id": url}, {"$set": {"at": 0}}, upsert=True)
        for url in files_of(event) if _rows.is_ours(url)
    ]  # fmt: skip


def with_content(document: Doc, content: Content) -> Doc:
    """Media that was fetched; a message that was taken back in the meantime stays blank."""
    if document.get("retracted_at") is not None:
        return {}
    return rewritten(document, replace(shape.speaking(document).message, content=content))


async def _amendments(mongo: Mongo, session: str, seq: int, within: Session) -> list[Write]:
    found = await mongo.find("event", {"session": session, "seq": None, "fact": False}, session=within)
    writes: list[Write] = []
    for document in found:
        event = shape.decode_event(document["body"])
        if _rows.is_text_of(event, seq):
            writes += [_update(document, {"body": shape.encode(erasing.blank_amendment(event))}), *dropped(event)]
    return writes


def _update(document: Doc, fields: Doc) -> Write:
    return Update("event", {"_id": document["_id"]}, {"$set": fields})


async def index(mongo: Mongo, limit: int) -> int:
    """Give terms to what was numbered; how many numbers that were."""
    mark = await mongo.one("counter", {"_id": "indexed"})
    feed = await mongo.one("feed", {"_id": "feed"})
    done = mark["value"] if mark is not None else 0
    until = min(feed["shown"] if feed is not None else 0, done + limit)
    if until <= done:
        return 0
    await _index_between(mongo, done, until)
    await mongo.change("counter", {"_id": "indexed"}, {"$max": {"value": until}}, upsert=True)
    return int(until - done)


async def _index_between(mongo: Mongo, done: int, until: int) -> None:
    where: Doc = {"n": {"$gt": done, "$lte": until}, "seq": {"$gt": 0}}
    while documents := await mongo.find("event", where, fields=["body", "edition"]):
        writes = [
            Update(
                "event",
                {"_id": document["_id"], "edition": document.get("edition")},
                {"$set": {"terms": terms.terms(_rows.searchable(shape.speaking(document).message))}},
            )
            for document in documents
        ]
        found = await mongo.write(writes)
        # What was edited between the look and the write is looked at again.
        missed = [document["_id"] for document, count in zip(documents, found, strict=True) if not count]
        where = {"_id": {"$in": missed}}
        if not missed:
            return
