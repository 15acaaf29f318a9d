"""Reading conversations, histories, the feed and the desk.

A session that is open is in its conversation; it may close between the two looks, and is then looked at again.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from core.event import Event, Fact
from core.ports.desk import DeskView, Seat, Waiting, waiting_of
from core.ports.reading import FeedRow, SessionRow, StoredMessage
from core.session import Conversation, Session
from stores import _mongo_shape as shape
from stores import _rows
from stores._mongo_driver import Doc, Mongo
from stores._mongo_driver import Session as Transaction

_LOOKS = 5  # a session that closes, reopens and closes between as many looks is not seen
_Place = tuple[str, int]


async def load(mongo: Mongo, channel: str, address: str) -> tuple[Conversation, int] | None:
    document = await mongo.one("conversation", {"channel": channel, "address": address}, fields=["body", "version"])
    if document is None:
        alias = await mongo.one("alias", {"_id": shape.place(channel, address)})
        return None if alias is None else await _conversation(mongo, alias["conversation"])
    return shape.decode_conversation(document["body"]), document["version"]


async def load_of(mongo: Mongo, session: str) -> tuple[Conversation, int] | None:
    document = await mongo.one("session", {"_id": session}, fields=["conversation"])
    return None if document is None else await _conversation(mongo, document["conversation"])


async def _conversation(mongo: Mongo, id: str) -> tuple[Conversation, int] | None:
    document = await mongo.one("conversation", {"_id": id}, fields=["body", "version"])
    return None if document is None else (shape.decode_conversation(document["body"]), document["version"])


async def place(mongo: Mongo, channel: str, provider_id: str) -> _Place | None:
    digest = _rows.digest(channel, provider_id)
    named = await mongo.one("name", {"_id": digest})
    if named is not None and named.get("places"):
        session, seq = named["places"][0]
        return session, seq
    cause = await mongo.one("cause", {"_id": digest, "seq": {"$ne": None}, "session": {"$ne": None}})
    return None if cause is None else (cause["session"], cause["seq"])


async def history(mongo: Mongo, session: str, after: int, limit: int) -> list[StoredMessage]:
    where = {"session": session, "seq": {"$gt": after}}
    return [shape.stored(event) for event in await mongo.find("event", where, sort=[("seq", 1)], limit=limit)]


async def message(mongo: Mongo, session: str, seq: int) -> StoredMessage | None:
    event = await mongo.one("event", {"session": session, "seq": seq})
    return None if event is None else shape.stored(event)


# --- sessions --------------------------------------------------------------------------------------------------


async def session_rows(mongo: Mongo, ids: Iterable[str]) -> dict[str, SessionRow]:
    rows: dict[str, SessionRow] = {}
    wanted = set(ids)
    for _ in range(_LOOKS):
        if not wanted:
            break
        documents = await mongo.find("session", {"_id": {"$in": sorted(wanted)}})
        found = await _with_conversations(mongo, documents)
        rows |= found
        wanted = {document["_id"] for document in documents} - found.keys()
    return await _with_last_messages(mongo, rows)


async def _with_conversations(mongo: Mongo, documents: Sequence[Doc]) -> dict[str, SessionRow]:
    """Rows without their last message; a session that closed in between has none."""
    ids = sorted({document["conversation"] for document in documents})
    states = {
        state["_id"]: shape.decode_conversation(state["body"])
        for state in await mongo.find("conversation", {"_id": {"$in": ids}}, fields=["body"])
    }
    rows: dict[str, SessionRow] = {}
    for document in documents:
        state = states[document["conversation"]]
        session = _session(document, state)
        if session is not None:
            rows[session.id] = SessionRow(
                session=session,
                conversation=state.id,
                channel=state.channel,
                address=state.address,
                customer=state.customer,
                active_n=document.get("active_n", 0),
            )
    return rows


def _session(document: Doc, state: Conversation) -> Session | None:
    if (body := document.get("body")) is not None:
        return shape.decode_session(body)
    return next((one for one in (state.session, state.last) if one is not None and one.id == document["_id"]), None)


async def _with_last_messages(mongo: Mongo, rows: dict[str, SessionRow]) -> dict[str, SessionRow]:
    wanted = {(id, row.session.seq) for id, row in rows.items() if row.session.seq}
    wanted |= {(id, row.session.said_seq) for id, row in rows.items() if _rows.speaks_after(row.session)}
    last = await _messages(mongo, wanted)
    return {id: _with_messages(row, last) for id, row in rows.items()}


def _with_messages(row: SessionRow, last: dict[_Place, StoredMessage]) -> SessionRow:
    session = row.session
    said = last.get((session.id, session.said_seq)) if _rows.speaks_after(session) else None
    return replace(row, last_message=last.get((session.id, session.seq)), last_said=said)


async def _messages(mongo: Mongo, places: set[_Place]) -> dict[_Place, StoredMessage]:
    if not places:
        return {}
    kinds = [{"session": session, "seq": seq} for session, seq in sorted(places)]
    where = kinds[0] if len(kinds) == 1 else {"$or": kinds}
    return {(event["session"], event["seq"]): shape.stored(event) for event in await mongo.find("event", where)}


async def session(mongo: Mongo, id: str) -> SessionRow | None:
    return (await session_rows(mongo, [id])).get(id)


# --- the feed --------------------------------------------------------------------------------------------------


async def feed(mongo: Mongo, after: int, limit: int) -> list[FeedRow]:
    return await _feed_rows(mongo, await mongo.find("event", {"n": {"$gt": after}}, sort=[("n", 1)], limit=limit))


async def trace(mongo: Mongo, session: str) -> list[FeedRow]:
    where = {"session": session, "seq": None, "fact": False, "n": {"$gt": 0}}
    return await _feed_rows(mongo, await mongo.find("event", where, sort=[("n", 1)]))


async def words_found(mongo: Mongo, before: int | None, limit: int) -> list[FeedRow]:
    shown = await newest(mongo)
    where = {"words": True, "n": {"$gt": 0, "$lt": shown + 1 if before is None else min(before, shown + 1)}}
    return await _feed_rows(mongo, await mongo.find("event", where, sort=[("n", -1)], limit=limit))


async def _feed_rows(mongo: Mongo, documents: Sequence[Doc]) -> list[FeedRow]:
    rows = await session_rows(mongo, {doc["session"] for doc in documents if doc["session"] is not None})
    events = [(document, shape.decode_event(document["body"])) for document in documents]
    places = {place for document, event in events if (place := _concerned(document, event, rows)) is not None}
    known = {
        (id, row.last_message.message.seq): row.last_message for id, row in rows.items() if row.last_message is not None
    }
    known |= await _messages(mongo, places - known.keys())
    return [_feed_row(document, event, rows, known) for document, event in events]


def _concerned(document: Doc, event: Event | Fact, rows: dict[str, SessionRow]) -> _Place | None:
    seq = _rows.concerns(event)
    return None if seq is None or document["session"] not in rows else (document["session"], seq)


def _feed_row(
    document: Doc, event: Event | Fact, rows: dict[str, SessionRow], messages: dict[_Place, StoredMessage]
) -> FeedRow:
    place = _concerned(document, event, rows)
    return FeedRow(
        n=document["n"],
        at=document["at"],
        conversation=document["conversation"],
        event=event,
        policy=document["policy"],
        session=document["session"],
        stored=messages.get(place) if place is not None else None,
        row=rows.get(document["session"]),
    )


async def newest(mongo: Mongo, within: Transaction = None) -> int:
    feed = await mongo.one("feed", {"_id": "feed"}, session=within)
    return feed["shown"] if feed is not None else 0


# --- the desk --------------------------------------------------------------------------------------------------


async def desk(mongo: Mongo) -> DeskView:
    """Who waits and who sits, at one moment. Commits of that moment may be numbered after `n`."""
    async with mongo.snapshot(short=True) as within:
        queued = await mongo.find(
            "session", {"phase": {"$in": ["queued", "unassigned"]}}, fields=["conversation"], session=within
        )
        ids = sorted({document["conversation"] for document in queued})
        states = await mongo.find("conversation", {"_id": {"$in": ids}}, fields=["body"], session=within)
        waiting = [_waiting(shape.decode_conversation(state["body"])) for state in states]
        seats = await mongo.find("seat", {"removed": None}, sort=[("_id", 1)], session=within)
        n = await newest(mongo, within)
    waiting.sort(key=lambda one: (one.since, one.session))
    return DeskView(n, tuple(waiting), tuple(seat(document) for document in seats))


def _waiting(state: Conversation) -> Waiting:
    if state.session is None:
        raise TypeError("an open session is in its conversation")
    return waiting_of(state, state.session)


async def seats(mongo: Mongo) -> list[Seat]:
    return [seat(document) for document in await mongo.find("seat", {"removed": None}, sort=[("_id", 1)])]


def seat(document: Doc) -> Seat:
    """Plain numbers: what the driver reads is a kind of its own, which no event can be written with."""
    numbers = {name: int(document.get(name, 0)) for name in ("capacity", "load", "assigned_at", "status_at")}
    return Seat(agent=document["_id"], status=document["status"], reason=document["reason"], **numbers)


async def counts(mongo: Mongo) -> dict[str, int]:
    open_phases = ("bot", "queued", "unassigned", "active")
    phases = await mongo.grouped("session", {"phase": {"$in": list(open_phases)}}, "phase")
    kept = await mongo.grouped("counter", {"of": {"$in": ["failed", "seats_below_zero"]}}, "of", "$value")
    return {
        "errands": await mongo.count("errand", {}),
        "errands_retrying": await mongo.count("errand", {"attempt": {"$gt": 0}}),
        "failed": kept.get("failed", 0),
        "seats_below_zero": kept.get("seats_below_zero", 0),
        **{f"sessions_{phase}": phases.get(phase, 0) for phase in open_phases},
    }
