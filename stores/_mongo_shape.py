"""Collections, their indexes with the query each is for, and the numbered migrations that make them.

Bodies are our own JSON, as text; the fields beside them are what is asked for. One conversation's document is
written by everything that concerns the conversation, so that all of it happens one after another.
"""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, cast

import msgspec

from core.channel import StatusUpdate
from core.customer import Customer
from core.effect import Effect
from core.errors import StoreUnfit
from core.event import Event, Fact
from core.ports.papers import Revision
from core.ports.reading import StoredMessage
from core.session import Conversation, Session
from stores import _rows
from stores._mongo_driver import Doc, Mongo, Taken

_encode = msgspec.json.Encoder().encode
decode_conversation = msgspec.json.Decoder(Conversation).decode
decode_session = msgspec.json.Decoder(Session).decode
decode_customer = msgspec.json.Decoder(Customer).decode
decode_event = msgspec.json.Decoder(Event | Fact).decode
decode_effect = msgspec.json.Decoder(Effect).decode
decode_status = msgspec.json.Decoder(StatusUpdate).decode
decode_plain = msgspec.json.Decoder(dict[str, object]).decode

KEPT_TOKENS = 8  # a commit is recognised as done until that many others of its conversation followed


def encode(value: object) -> str:
    return _encode(value).decode()


class Index(NamedTuple):
    collection: str
    name: str
    keys: tuple[tuple[str, int], ...]
    query: str  # what it is for
    options: Doc = {}  # noqa: RUF012 - never changed


# `_id`s need no line here: conversation, session, customer by id; cause and name by digest; alias by place; errand by
# key; seat by agent; document and revision by their names; grant by digest; counter by name.
INDEXES = (
    Index("conversation", "place", (("channel", 1), ("address", 1)), "load: who is at an address", {"unique": True}),
    Index("conversation", "customer", (("customer", 1),), "search by a customer's name"),
    Index("customer", "partner", (("partner_id", 1),), "customers(partner_id=)"),
    Index("customer", "terms", (("terms", 1),), "customers(q=), search by who it was"),
    Index("alias", "conversation", (("conversation", 1),), "erasing: all other names"),
    Index("partner", "customer", (("customer", 1),), "linking, erasing"),
    Index("event", "loose", (("loose", 1),), "erasing: what belongs to no session", {"sparse": True}),
    Index("raw", "at", (("at", 1),), "forget_raws"),
    Index("session", "conversation", (("conversation", 1),), "search by a customer's name"),
    Index("session", "number", (("number", 1),), "search by a chat's number"),
    Index("session", "active", (("active_n", -1),), "every list without a filter, newest activity first"),
    Index("session", "phase", (("phase", 1), ("active_n", -1)), "lists of one phase; the desk's queue; counts"),
    Index("session", "agent", (("agent", 1), ("active_n", -1)), "lists of one agent; what an agent may see"),
    Index("session", "group", (("group", 1), ("active_n", -1)), "lists of one group; what an agent may see"),
    Index("session", "channel", (("channel", 1), ("active_n", -1)), "lists of one channel"),
    Index("session", "tags", (("tags", 1), ("active_n", -1)), "lists of one tag"),
    Index("event", "mentions", (("mentions", 1), ("n", -1)), "mentions, newest first",
          {"partialFilterExpression": {"mentions": {"$exists": True}}}),
    Index("event", "unread_by", (("unread_by", 1), ("n", -1)), "mentions nobody has read",
          {"partialFilterExpression": {"unread_by": {"$exists": True}}}),
    Index("event", "feed", (("n", 1),), "feed, newest, index: what was numbered, in order",
          {"unique": True, "sparse": True}),
    Index("event", "pending", (("pending", 1),), "the sequencer: what is not numbered yet, oldest first",
          {"sparse": True}),
    Index("event", "session", (("session", 1), ("seq", 1)), "history, message, trace"),
    Index("event", "terms", (("terms", 1), ("n", -1)), "search, newest first",
          {"partialFilterExpression": {"terms": {"$exists": True}}}),
    Index("event", "words", (("n", -1),), "words_found: the hit log, newest first",
          {"partialFilterExpression": {"words": True}}),
    Index("event", "pulse", (("at", 1),), "pulse: what was counted of a stretch of time",
          {"partialFilterExpression": {"pulse": {"$exists": True}}}),
    Index("revision", "changes", (("collection", 1), ("at", -1), ("id", -1), ("version", -1)), "changes, newest first"),
    Index("cause", "at", (("at", 1),), "forget"),
    Index("name", "touched", (("touched", 1),), "forget: names that only a status asked for", {"sparse": True}),
    Index("errand", "ready", (("ready", 1), ("made", 1)), "claim, next_due: what may be given, oldest first"),
    Index("errand", "turn", (("conversation", 1), ("kind", 1), ("turn", 1)), "which delivery is the oldest"),
    Index("errand", "node", (("node", 1),), "release, recover"),
    Index("early", "status", (("channel", 1), ("message_id", 1)), "settle: statuses that came before"),
    Index("early", "delivery", (("channel", 1), ("delivery", 1)), "the same, by our own id"),
    Index("early", "at", (("at", 1),), "report, forget: statuses nobody claimed"),
    Index("document", "all", (("collection", 1), ("id", 1)), "all: a collection in the order of its ids"),
    Index("revision", "all", (("collection", 1), ("id", 1), ("version", 1)), "revisions"),
    Index("revision", "at", (("at", 1),), "forget_revisions"),
    Index("grant", "agent", (("agent", 1),), "revoke: all of an agent's sign-ins"),
    Index("grant", "expires", (("expires", 1),), "forget"),
    Index("submission", "number", (("number", -1),), "submissions, newest first", {"unique": True}),
    Index("submission", "state", (("state", 1), ("number", -1)), "submissions of one state"),
    Index("submission", "agent", (("agent", 1), ("number", -1)), "submissions of one agent; what an agent may see"),
    Index("submission", "group", (("group", 1), ("number", -1)), "submissions of one group; what an agent may see"),
    Index("submission", "conversation", (("conversation", 1),), "search by a customer's name"),
    Index("event", "submission", (("submission", 1), ("version", 1), ("place", 1)), "thread",
          {"partialFilterExpression": {"submission": {"$exists": True}}}),
    Index("raw", "channel", (("channel", 1), ("_id", -1)), "raws: newest first"),
    Index("hook_delivery", "ready", (("hook", 1), ("ready", 1)), "due: whose turn it is"),
    Index("hook_delivery", "lane", (("hook", 1), ("lane", 1), ("state", 1), ("ord", 1), ("_id", 1)),
          "the next of a lane"),
    Index("hook_delivery", "log", (("hook", 1), ("ord", -1), ("_id", -1)), "log, newest first; drop"),
    Index("hook_delivery", "state", (("hook", 1), ("state", 1), ("ord", -1), ("_id", -1)),
          "the log of one state; park; sizes"),
    Index("hook_delivery", "conversation", (("conversation", 1),), "erasing what was said"),
    Index("hook_delivery", "done", (("done_at", 1),), "forget"),
)  # fmt: skip


async def _first(mongo: Mongo) -> None:
    for index in INDEXES:
        await mongo.make_index(index.collection, index.keys, index.name, **index.options)
    for collection in ("alias", "seat", "counter", "feed", "desk", "node"):
        await _there(mongo, collection)
    feed = {"_id": "feed", "n": 0, "shown": 0, "node": None, "until": 0, "fence": 0}
    for name, document in (("feed", feed), ("desk", {"_id": "desk", "node": None, "until": 0, "fence": 0})):
        try:
            await mongo.insert(name, [document])
        except Taken:
            continue  # another node was faster, or an earlier attempt came this far


async def _there(mongo: Mongo, collection: str) -> None:
    """A collection comes to be with its first index; the one of `_id` is there anyway."""
    await mongo.make_index(collection, (("_id", 1),), "_id_")


async def _words(mongo: Mongo) -> None:
    """The index of the hit log, for a database that is older than it is."""
    for index in INDEXES:
        if index.name == "words":
            await mongo.make_index(index.collection, index.keys, index.name, **index.options)


async def _submissions(mongo: Mongo) -> None:
    """The indexes of submissions, for a database that is older than they are."""
    for index in INDEXES:
        if index.collection == "submission" or index.name == "submission":
            await mongo.make_index(index.collection, index.keys, index.name, **index.options)


async def _hooks(mongo: Mongo) -> None:
    for collection in ("hook", "dropped"):
        await _there(mongo, collection)
    for index in INDEXES:
        await mongo.make_index(index.collection, index.keys, index.name, **index.options)
    await _with_terms(mongo)


async def _pulse(mongo: Mongo) -> None:
    """The indexes of what is counted and of changes, for a database that is older than they are."""
    for index in INDEXES:
        if index.name in ("pulse", "changes"):
            await mongo.make_index(index.collection, index.keys, index.name, **index.options)


async def _with_terms(mongo: Mongo) -> None:
    """For customers and events of an earlier version."""
    for document in await mongo.find("customer", {"terms": {"$exists": False}}):
        known = decode_customer(document["body"])
        await mongo.change("customer", {"_id": known.id}, {"$set": {"terms": _rows.customer_terms(known)}})
        if known.partner_id is not None:
            owner = {"$setOnInsert": {"customer": known.id}}
            await mongo.change("partner", {"_id": known.partner_id}, owner, upsert=True)
    for row in await mongo.find("event", {"session": None}, fields=["conversation"]):
        await mongo.change("event", {"_id": row["_id"]}, {"$set": {"loose": row["conversation"]}})


async def _revisions_at(mongo: Mongo) -> None:
    for index in INDEXES:
        if index.collection == "revision":
            await mongo.make_index(index.collection, index.keys, index.name, **index.options)


async def _tags(mongo: Mongo) -> None:
    """For sessions and notes of an earlier version; what was written before there was a list of mentions is read."""
    for index in INDEXES:
        if index.name in ("tags", "mentions", "unread_by"):
            await mongo.make_index(index.collection, index.keys, index.name, **index.options)
    for state in await mongo.find("conversation", {"body": {"$regex": '"tags":'}}, fields=["body"]):
        session = decode_conversation(state["body"]).session
        if session is not None and session.tags:
            await mongo.change("session", {"_id": session.id}, {"$set": {"tags": list(session.tags)}})
    for document in await mongo.find("session", {"body": {"$regex": '"tags":'}}, fields=["body"]):
        tags = decode_session(document["body"]).tags
        await mongo.change("session", {"_id": document["_id"]}, {"$set": {"tags": list(tags)}})
    for event in await mongo.find("event", {"body": {"$regex": '^{"type":"noted".*"mentions":'}}, fields=["body"]):
        if named := _rows.mentioned(event["body"]):
            await mongo.change("event", {"_id": event["_id"]}, {"$set": {"mentions": list(named), "unread_by": []}})


# Each may be run twice, and by two nodes at once: it is counted as done only afterwards.
MIGRATIONS: tuple[Callable[[Mongo], Awaitable[None]], ...] = (
    _first, _submissions, _words, _hooks, _tags, _revisions_at, _pulse,
)  # fmt: skip


async def migrate(mongo: Mongo) -> None:
    """Run what is missing; raises `StoreUnfit` for a newer database, and for one that is being filled."""
    marks = {mark["_id"]: mark for mark in await mongo.find("migration", {})}
    if "import" in marks:
        raise StoreUnfit(f"an import into {mongo.name} was not finished: drop the database and begin the import again")
    at, newest = marks.get("schema", {}).get("version", 0), len(MIGRATIONS)
    if at > newest:
        raise StoreUnfit(
            f"{mongo.name} was written by a newer version (its schema is {at}, this one knows {newest}): upgrade first"
        )
    for number in range(at, newest):
        await MIGRATIONS[number](mongo)
        await mongo.change("migration", {"_id": "schema"}, {"$max": {"version": number + 1}}, upsert=True)


# --- between values and documents ------------------------------------------------------------------------------


def place(channel: str, name: str) -> str:
    return f"{channel}\0{name}"


def listing(session: Session, conversation: Conversation) -> Doc:
    """What lists ask of a session."""
    return {
        "conversation": conversation.id,
        "channel": conversation.channel,
        "number": session.number,
        "phase": session.phase,
        "agent": session.agent.id if session.agent is not None else None,
        "group": session.group,
        "tags": list(session.tags),
    }


def customer(value: Customer) -> Doc:
    return {
        "_id": value.id,
        "partner_id": value.partner_id,
        "partner_key": _rows.folded(value.partner_id),
        "name": _rows.folded(value.name),
        "folded": _rows.folded_all(value),
        "terms": _rows.customer_terms(value),
        "body": encode(value),
    }


def stored(event: Doc) -> StoredMessage:
    """The message that an event's document also is."""
    message = _rows.said(decode_event(event["body"]))
    if message is None:
        raise TypeError("a document with a seq is a message")
    get = event.get
    return StoredMessage(
        session=event["session"],
        message=message,
        state=get("state"),
        code=get("code"),
        reason=get("reason"),
        maybe_twice=bool(get("maybe_twice")),
        edited_at=get("edited_at"),
        recalled_at=get("recalled_at"),
        retracted_at=get("retracted_at"),
        provider_id=get("provider_id"),
    )


def revision(one: Doc) -> Revision:
    body = None if one["body"] is None else decode_plain(one["body"])
    return Revision(one["version"], one["at"], one["who"], body)


def speaking(event: Doc) -> _rows.Speaking:
    return cast(_rows.Speaking, decode_event(event["body"]))


def push_token(token: Any) -> Doc:
    return {"$push": {"by": {"$each": [token], "$slice": -KEPT_TOKENS}}}
