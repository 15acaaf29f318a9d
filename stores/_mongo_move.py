"""A whole MongoDB database to neutral rows and back."""

from collections.abc import AsyncIterator

import msgspec
from bson import ObjectId

from core.customer import Customer
from core.errors import StoreError
from core.session import Conversation
from core.submitted import Submission
from stores import _mongo_shape as shape
from stores import _rows
from stores._mongo_driver import Doc, Mongo, Session
from stores._mongo_hooks import delivery_row, filled_delivery, filled_hook, hook_row
from stores._mongo_pulse import counted
from stores._mongo_submissions import document as left
from stores._neutral import (
    BATCH,
    AliasRow,
    CauseRow,
    ConversationRow,
    CounterRow,
    CustomerRow,
    DroppedRow,
    EarlyRow,
    ErrandRow,
    EventRow,
    GrantRow,
    HookDeliveryRow,
    HookRow,
    NameRow,
    RawRow,
    RevisionRow,
    Row,
    SeatRow,
    SessionRow,
    SubmissionRow,
    is_shared,
)

_WORDS_FOUND = b'{"type":"words_found"'
_MESSAGE = (
    "seq", "state", "code", "reason", "edited_at", "recalled_at", "retracted_at", "provider_id",
)  # fmt: skip


_BEFORE = 1 << 40  # the turns of errands that were brought in come before those of any commit


def _raw(body: str | None) -> msgspec.Raw:
    return msgspec.Raw(b"null" if body is None else body.encode())


async def dump(mongo: Mongo, within: Session) -> AsyncIterator[list[Row]]:
    """Everything that `within` sees. What is not numbered yet has the numbers that follow."""

    def each(collection: str, sort: str = "_id", where: Doc | None = None) -> AsyncIterator[list[Doc]]:
        return mongo.batches(collection, where or {}, sort, BATCH, within)

    async for states in each("conversation"):
        yield [ConversationRow(state["version"], _raw(state["body"])) for state in states]
    async for aliases in each("alias"):
        places = [(alias["_id"].split("\0", 1), alias) for alias in aliases if not alias.get("own")]
        yield [AliasRow(channel, name, alias["conversation"]) for (channel, name), alias in places]
    async for customers in each("customer"):
        yield [CustomerRow(_raw(customer["body"])) for customer in customers]
    pending = await _pending(mongo, within)
    active: dict[str, int] = {event["moves"]: event["n"] for event in pending if event.get("moves") is not None}
    async for sessions in each("session"):
        yield await _sessions(mongo, sessions, active, within)
    async for batch in each("submission"):
        yield [SubmissionRow(one["conversation"], _raw(one["body"])) for one in batch]
    async for events in each("event", "n", {"n": {"$gt": 0}}):
        yield [_event(event) for event in events]
    yield [_event(event) for event in pending]
    async for causes in each("cause"):
        yield [CauseRow(cause["_id"], cause["at"], cause["session"], cause["seq"]) for cause in causes]
    async for names in each("name"):
        yield [NameRow(name["_id"], *place) for name in names for place in name.get("places", ())]
    async for errands in each("errand", "turn"):
        yield [_errand(errand) for errand in errands]
    async for early in each("early"):
        yield [EarlyRow(one["channel"], one["at"], _raw(one["body"])) for one in early]
    async for rows in _papers(mongo, within):
        yield rows


async def _pending(mongo: Mongo, within: Session) -> list[Doc]:
    feed = await mongo.one("feed", {"_id": "feed"}, session=within)
    waiting = await mongo.find("event", {"pending": {"$exists": True}}, session=within)
    waiting.sort(key=lambda event: (event["conversation"], event["version"], event["fact"], event["place"]))
    first = (feed["n"] if feed is not None else 0) + 1
    return [{**event, "n": n} for n, event in enumerate(waiting, first)]


async def _sessions(mongo: Mongo, sessions: list[Doc], active: dict[str, int], within: Session) -> list[Row]:
    ids = sorted({session["conversation"] for session in sessions if session.get("body") is None})
    found = await mongo.find("conversation", {"_id": {"$in": ids}}, fields=["body"], session=within) if ids else []
    open_ones = {
        state.session.id: shape.encode(state.session)
        for state in (shape.decode_conversation(one["body"]) for one in found)
        if state.session is not None
    }
    return [
        SessionRow(
            session["conversation"],
            active.get(session["_id"]) or session.get("active_n") or 0,
            _raw(session.get("body") or open_ones[session["_id"]]),
        )
        for session in sessions
    ]


def _event(event: Doc) -> Row:
    return EventRow(
        n=event["n"],
        conversation=event["conversation"],
        session=event["session"],
        at=event["at"],
        policy=event["policy"],
        body=_raw(event["body"]),
        fact=event["fact"],
        maybe_twice=bool(event.get("maybe_twice")),
        unread_by=tuple(event.get("unread_by", ())),
        **{name: event.get(name) for name in _MESSAGE},
    )


def _errand(errand: Doc) -> Row:
    names = ("conversation", "due", "node", "until", "attempt", "uncertain", "began")
    return ErrandRow(key=errand["_id"], body=_raw(errand["body"]), **{name: errand[name] for name in names})


async def _papers(mongo: Mongo, within: Session) -> AsyncIterator[list[Row]]:
    async for seats in mongo.batches("seat", {}, "_id", BATCH, within):
        names = ("status", "reason", "capacity", "load", "assigned_at")
        there = [seat for seat in seats if not seat.get("removed")]
        yield [
            SeatRow(agent=seat["_id"], status_at=seat.get("status_at", 0), **{name: seat[name] for name in names})
            for seat in there
        ]
    async for revisions in mongo.batches("revision", {}, "_id", BATCH, within):
        names = ("collection", "id", "version", "at", "who")
        yield [RevisionRow(**{name: one[name] for name in names}, body=_raw(one["body"])) for one in revisions]
    async for grants in mongo.batches("grant", {}, "_id", BATCH, within):
        yield [GrantRow(grant["_id"], grant["agent"], grant["expires"]) for grant in grants]
    async for raws in mongo.batches("raw", {}, "_id", BATCH, within):
        yield [RawRow(raw["channel"], raw["at"], raw["why"], raw["body"]) for raw in raws]
    counters: dict[str, int] = {}
    async for batch in mongo.batches("counter", {}, "_id", BATCH, within):
        for counter in batch:
            name = str(counter.get("of", counter["_id"]))
            counters[name] = counters.get(name, 0) + counter["value"]
    yield [CounterRow(name, value) for name, value in sorted(counters.items()) if is_shared(name)]
    async for hooks in mongo.batches("hook", {}, "_id", BATCH, within):
        yield [hook_row(hook) for hook in hooks]
    async for deliveries in mongo.batches("hook_delivery", {}, "ord", BATCH, within):
        yield [delivery_row(delivery) for delivery in deliveries]
    async for files in mongo.batches("dropped", {}, "_id", BATCH, within):
        yield [DroppedRow(file["_id"]) for file in files]


# --- filling ---------------------------------------------------------------------------------------------------


async def fill(mongo: Mongo, rows: AsyncIterator[list[Row]]) -> None:
    """Into an empty database. One that could not be finished is marked, and opened by nobody."""
    for collection in ("conversation", "customer", "event", "seat", "document", "grant", "raw", "errand", "counter"):
        if await mongo.one(collection, {}, fields=["_id"]) is not None:
            raise StoreError(f"the database {mongo.name} is not empty; an import overwrites nothing")
    await mongo.insert("migration", [{"_id": "import"}])
    filling = _Filling()
    async for batch in rows:
        documents: dict[str, list[Doc]] = {}
        for row in batch:
            for collection, document in filling.documents(row):
                documents.setdefault(collection, []).append(document)
        for collection, those in documents.items():
            await mongo.insert(collection, those)
    for collection, those in filling.rest().items():
        for start in range(0, len(those), BATCH):
            await mongo.insert(collection, those[start : start + BATCH])
    await mongo.change("feed", {"_id": "feed"}, {"$set": {"n": filling.n, "shown": filling.n}})
    await mongo.delete("migration", {"_id": "import"})


class _Filling:
    """What each row becomes. Several rows may be one document: the places of a name, which follow each other, and the
    revisions of a document."""

    def __init__(self) -> None:
        self.n = 0
        self._states: dict[str, tuple[str, str, str | None]] = {}  # channel, address, open session
        self._name: Doc = {"_id": None, "places": []}
        self._places: set[str] = set()
        self._partners: set[str] = set()
        self._lanes: set[tuple[str, str]] = set()
        self._newest: dict[str, Doc] = {}
        self._delivering: set[str] = set()
        self._turn = 0

    def rest(self) -> dict[str, list[Doc]]:
        return {"name": [self._name] if self._name["places"] else [], "document": list(self._newest.values())}

    def documents(self, row: Row) -> list[tuple[str, Doc]]:  # noqa: C901 - a line for each kind of row
        match row:
            case ConversationRow(version, body):
                return self._conversation(version, bytes(body).decode())
            case AliasRow(channel, alias, conversation):
                place = shape.place(channel, alias)
                # One that is somebody's own address leads there in any case.
                return [] if place in self._places else [("alias", {"_id": place, "conversation": conversation})]
            case CustomerRow(body):
                return self._customer(shape.decode_customer(body))
            case SessionRow(conversation, active_n, body):
                return [("session", self._session(conversation, active_n, bytes(body).decode()))]
            case SubmissionRow(conversation, body):
                submission = msgspec.json.decode(body, type=Submission)
                channel = self._states[conversation][0]
                return [("submission", {"_id": submission.id, **left(submission, conversation, channel)})]
            case EventRow():
                return [("event", self._event(row))]
            case CauseRow(digest, at, session, seq):
                return [("cause", {"_id": digest, "at": at, "session": session, "seq": seq})]
            case NameRow(digest, session, seq):
                return self._named(digest, [session, seq])
            case ErrandRow():
                return [("errand", self._errand(row))]
            case EarlyRow(channel, at, body):
                update = shape.decode_status(body)
                ids = {"message_id": update.message_id, "delivery": update.delivery}
                return [("early", {"channel": channel, **ids, "at": at, "body": bytes(body).decode()})]
            case SeatRow():
                fields = msgspec.structs.asdict(row)
                return [("seat", {"_id": fields.pop("agent"), **fields})]
            case RevisionRow():
                return [("revision", self._revision(row))]
            case GrantRow(digest, agent, expires):
                return [("grant", {"_id": digest, "agent": agent, "expires": expires})]
            case RawRow():
                return [("raw", msgspec.structs.asdict(row))]
            case HookRow():
                return [("hook", filled_hook(row))]
            case HookDeliveryRow():
                return [("hook_delivery", filled_delivery(row, self._lanes))]
            case DroppedRow(url):
                return [("dropped", {"_id": url, "at": 0})]
            case CounterRow(name, value):
                shared = {} if name.startswith("reserved:") else {"of": name}
                return [("counter", {"_id": name, "value": value, **shared})]

    def _customer(self, customer: Customer) -> list[tuple[str, Doc]]:
        own = customer.partner_id
        if own is None or own in self._partners:
            return [("customer", shape.customer(customer))]
        self._partners.add(own)
        return [("customer", shape.customer(customer)), ("partner", {"_id": own, "customer": customer.id})]

    def _named(self, digest: bytes, place: list[object]) -> list[tuple[str, Doc]]:
        before = self._name
        if before["_id"] == digest:
            before["places"].append(place)
            return []
        self._name = {"_id": digest, "places": [place]}
        return [("name", before)] if before["places"] else []

    def _conversation(self, version: int, body: str) -> list[tuple[str, Doc]]:
        state: Conversation = shape.decode_conversation(body)
        open_one = state.session.id if state.session is not None else None
        self._states[state.id] = (state.channel, state.address, open_one)
        document = {
            "_id": state.id,
            "channel": state.channel,
            "address": state.address,
            "customer": state.customer.id,
            "version": version,
            "facts": 0,
            "body": body,
            "by": [],
        }
        place = shape.place(state.channel, state.address)
        self._places.add(place)
        return [("conversation", document), ("alias", {"_id": place, "conversation": state.id, "own": True})]

    def _session(self, conversation: str, active_n: int, body: str) -> Doc:
        session = shape.decode_session(body)
        channel, _, open_one = self._states[conversation]
        document = {
            "_id": session.id,
            "conversation": conversation,
            "channel": channel,
            "number": session.number,
            "phase": session.phase,
            "agent": session.agent.id if session.agent is not None else None,
            "group": session.group,
            "active_n": active_n,
            "tags": list(session.tags),
        }
        return document if session.id == open_one else {**document, "body": body}

    def _event(self, row: EventRow) -> Doc:
        self.n = max(self.n, row.n)
        document: Doc = {
            "conversation": row.conversation,
            "session": row.session,
            "version": 0,  # they are numbered: nobody asks for their order any more
            "place": 0,
            "fact": row.fact,
            "at": row.at,
            "policy": row.policy,
            "n": row.n,
            "body": bytes(row.body).decode(),
        }
        if bytes(row.body).startswith(_WORDS_FOUND):
            document["words"] = True
        if row.seq is None:
            channel = self._states[row.conversation][0]
            document |= counted(shape.decode_event(row.body), channel)
        if row.session is None:
            document["loose"] = row.conversation
        more = {name: getattr(row, name) for name in (*_MESSAGE, "maybe_twice")}
        more["submission"] = _rows.about_submission(document["body"])
        if row.session is not None and (named := _rows.mentioned(document["body"])):
            more |= {"mentions": list(named), "unread_by": list(row.unread_by)}
        return document | {name: value for name, value in more.items() if value not in (None, False)}

    def _errand(self, row: ErrandRow) -> Doc:
        channel, address, _ = self._states[row.conversation]
        effect = shape.decode_effect(row.body)
        kind = _rows.errand_kind(effect)
        waits = kind == "deliver" and row.node is None and row.conversation in self._delivering
        if kind == "deliver":
            self._delivering.add(row.conversation)
        self._turn += 1
        names = ("conversation", "due", "node", "until", "attempt", "uncertain", "began")
        return {
            "_id": row.key,
            **{name: getattr(row, name) for name in names},
            "channel": channel,
            "address": address,
            "kind": kind,
            "turn": self._turn - _BEFORE,
            "made": ObjectId(),
            "ready": None if waits else row.due if row.node is None else row.until,
            "body": bytes(row.body).decode(),
        }

    def _revision(self, row: RevisionRow) -> Doc:
        body = None if bytes(row.body) == b"null" else bytes(row.body).decode()
        names = {"collection": row.collection, "id": row.id, "version": row.version, "body": body}
        key = shape.place(row.collection, row.id)
        if row.version > self._newest.get(key, {"version": 0})["version"]:
            self._newest[key] = {"_id": key, **names}
        return {**names, "at": row.at, "who": row.who}
