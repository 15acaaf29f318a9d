"""No query of the MongoDB store looks at every document of a collection that grows."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, get_args

from core.changes import ChangeQuery, Place
from core.fading import Fading, Kind
from core.ports.desk import DeskView
from core.ports.papers import Grant, Raw
from core.ports.reading import SessionQuery, SubmissionQuery
from core.ports.store import Store
from core.ports.writing import Lease
from stores.mongo import MongoStore
from tests.stores.plans import Asked, served
from tests.stores.scenes import NOON
from tests.stores.story import play, seen

# Read whole on purpose. Everything else must find its documents by an index.
SMALL = {
    "dropped": "files that are about to be removed",
    "counter": "one document for each kind of number",
    "feed": "two documents: the sequencer's lease, its newest number",
    "migration": "one document for each migration",
    "node": "one document for each node alive",
    "seat": "one document for each agent",
}
COUNTED = {
    ("errand", "{}"): "the length of the queue, for /metrics: it is as long as what is still to be done",
    ("conversation", '{"body": {"$regex": "?"}}'): "a migration, once",
    ("session", '{"body": {"$regex": "?"}}'): "a migration, once",
    ("event", '{"body": {"$regex": "?"}}'): "a migration, once",
    ("customer", '{"terms": {"$exists": "?"}}'): "a migration, once",
    ("errand", '{"attempt": {"$gt": "?"}}'): "how much of the queue was tried before, for /metrics",
}


class Called:
    """A store that notes which of its methods were used."""

    def __init__(self, store: MongoStore) -> None:
        self._store, self.names = store, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.names.add(name)
        return getattr(self._store, name)


async def test_every_query_is_served_by_an_index(mongo_url: str) -> None:
    asked = Asked()
    store = await MongoStore.open(mongo_url, numbering=False, listeners=[asked])
    called = Called(store)
    try:
        await play(called, lambda name: None, at_once=False)
        await store.number()
        await store.index(100)
        await seen(called)
        await _the_rest(called)
        await called.index(100)
    finally:
        await store.close()
    methods = {name for name, member in vars(Store).items() if iscoroutinefunction(member)}
    assert methods - called.names - {"backup", "close"} == set(), sorted(methods - called.names)
    unserved = {
        (query.collection, query.shape)
        for query in asked.queries.values()
        if not served(query) and query.collection not in SMALL
    }
    assert unserved - COUNTED.keys() == set()
    assert len(asked.queries) > 60, "the commands are not noted any more"


async def _the_rest(store: Any) -> None:
    (row,) = (await store.sessions(SessionQuery(phase="closed"))).items
    session = row.session.id
    for query in _lists():
        await store.sessions(query)
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: store.load_of(session),
        lambda: store.session(session),
        lambda: store.message(session, 1),
        lambda: store.trace(session),
        lambda: store.rating(session),
        lambda: store.customer("customer-ann"),
        store.customers,
        lambda: store.customers(partner_id="p"),
        lambda: store.feed(0, 10),
        lambda: store.claim(NOON + 10**6, 10, Lease("node-2", NOON + 10**7)),
        store.next_due,
        lambda: store.release("node-2"),
        lambda: store.release("node-2", "d-ann"),
        lambda: store.recover("node-2", NOON),
        store.seats,
        lambda: store.remove_seat("nobody"),
        lambda: store.keep_desk("node-2", NOON, NOON + 10),
        lambda: store.all("groups"),
        lambda: store.revisions("groups", "g"),
        lambda: store.granted(b"d" * 32),
        lambda: store.revoke(agent="bo"),
        lambda: store.revoke(b"d" * 32),
        lambda: store.keep_raw(Raw("line-1", NOON, "unknown", b"{}")),
        lambda: store.raws("line-1"),
        lambda: store.reserve("session", 10),
        store.tally,
        lambda: store.submission(session),
        *(lambda query=query: store.submissions(query) for query in _left()),
        lambda: store.thread(session),
        lambda: store.words_found(None, 10),
        lambda: store.words_found(100, 10),
        lambda: store.pulse(NOON, NOON + 1, 1),
        lambda: store.revision("groups", "g", 1),
        *(lambda query=query: store.changes(query) for query in _changes()),
        lambda: store.conversations("customer-ann"),
        lambda: store.partner("p-1"),
        lambda: store.partner("p-1", "customer-ann"),
        lambda: store.customers(q="ann"),
        lambda: store.erase("conv-cat", None, 10),
        *(lambda kind=kind: store.fade(Fading(kind, NOON), 10) for kind in get_args(Kind)),
        lambda: store.forget_revisions(NOON, 10),
        lambda: store.silent(NOON, None, 10),
        lambda: store.forget_raws(NOON, 10),
        lambda: store.dropped_files(10),
        lambda: store.swept(["/media/x"]),
        store.scrub,
        lambda: store.mentions.of("bo", limit=10),
        lambda: store.mentions.of("bo", unread=True, before=100, limit=10),
        lambda: store.mentions.read("bo"),
        lambda: store.mentions.read("bo", session),
    ]
    for call in calls:
        await call()
    assert isinstance(await store.desk(), DeskView)
    await store.grant(Grant(b"e" * 32, "bo", 10))


def _changes() -> list[ChangeQuery]:
    place = Place(NOON, "groups", "g", 1)
    return [
        ChangeQuery(collections=("agents", "groups", "settings"), after=place),
        ChangeQuery(collections=("groups",), id="g", who="root", since=1, until=NOON),
        ChangeQuery(collections=("settings",), ending=":hours"),
    ]


def _left() -> list[SubmissionQuery]:
    return [
        SubmissionQuery(),
        SubmissionQuery(state="new"),
        SubmissionQuery(agent="bo"),
        SubmissionQuery(channel="line-1"),
        SubmissionQuery(q="hi"),
        SubmissionQuery(visible_to="bo", visible_groups=("g",)),
    ]


def _lists() -> list[SessionQuery]:
    seen_by = {"visible_to": "bo", "visible_groups": ("g",)}
    return [
        SessionQuery(),
        SessionQuery(phase="queued"),
        SessionQuery(mine="bo"),
        SessionQuery(group="g"),
        SessionQuery(channel="line-1"),
        SessionQuery(after="1000"),
        SessionQuery(tag="late"),
        SessionQuery(q="#1"),
        SessionQuery(q="hello there"),
        SessionQuery(q="包裹"),
        SessionQuery(**seen_by),  # type: ignore[arg-type]
        SessionQuery(phase="active", **seen_by),  # type: ignore[arg-type]
        SessionQuery(q="hi", **seen_by),  # type: ignore[arg-type]
    ]
