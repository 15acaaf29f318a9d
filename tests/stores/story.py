"""A fixed story for crash tests: every kind of write, in chapters, and what is to be seen at its end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from msgspec.structs import replace

from core.channel import StatusUpdate
from core.errors import Duplicate, Stale
from core.event import Retracted, StateChanged
from core.ports.papers import Grant
from core.ports.reading import SessionQuery
from core.ports.store import Store
from core.ports.writing import Commit, Settlement
from tests.stores.scenes import NOON, Scene

Step = Callable[[Store], Awaitable[object]]


def story() -> list[list[tuple[str, Step]]]:
    """Chapters of operations; those of one chapter are asked for at once, so that they share transactions."""
    ann, bob, cat = Scene("ann"), Scene("bob"), Scene("cat")
    ops: list[list[tuple[str, Step]]] = []

    def commit(name: str, made: Commit) -> tuple[str, Step]:
        return name, lambda store: store.commit(made)

    def done(name: str, settlement: Settlement) -> tuple[str, Step]:
        return name, lambda store: store.settle(settlement)

    ops.append([("seat", lambda store: store.seat("bo", capacity=2, at=NOON))])
    ops.append([("online", lambda store: store.set_status("bo", "online", None, NOON))])
    scenes = (ann, bob, cat)
    ops.append([commit(f"open {s.name}", s.take(s.opens(f"hi from {s.name}", cause=f"m-{s.name}"))) for s in scenes])
    more = [commit(f"more {s.name}", s.take(s.says("more", cause=f"n-{s.name}", ref=f"r-{s.name}"))) for s in scenes]
    ops.append([*more, ("more ann again", more[0][1]), ("alias", lambda s: s.alias("line-1", "ann-2", "conv-ann"))])
    ops.append(
        [
            commit("assign ann", ann.take(replace(ann.assigned("bo"), causes=ann._cause("a-ann", 2)))),
            commit("assign bob", bob.take(replace(bob.assigned("bo"), causes=bob._cause("a-bob", 2)))),
            (
                "group",
                lambda store: store.put("groups", "g", {"name": "Sales"}, who="root", at=1, expected=0),
            ),
        ]
    )
    ops.append([commit("answer ann", ann.take(ann.answers("yes?", cause="client-1", delivery="d-ann")))])
    early = StatusUpdate(id="s-1", state="delivered", at=NOON, message_id="out-ann")
    ops.append([("early status", lambda store: store.report("line-1", early, NOON))])
    sent = Settlement(
        key="d-ann",
        conversation="conv-ann",
        session=ann.session.id,
        done=True,
        facts=(StateChanged(3, "sent", NOON),),
        message_ids=((3, "out-ann"),),
        at=NOON,
    )
    ops.append([done("sent ann", sent), commit("cat again", cat.take(cat.says("still here", cause="o-cat")))])
    ops.append([("index", lambda store: store.index(100))])
    retract = bob.with_events(Retracted(bob.session.id, 1, NOON))
    ops.append(
        [
            commit("close ann", ann.take(replace(ann.closed(), causes=ann._cause("x-ann", 3)))),
            commit("retract bob", bob.take(replace(retract, causes=bob._cause("u-bob", 1)))),
            ("grant", lambda store: store.grant(Grant(b"d" * 32, "bo", 10))),
        ]
    )
    ops.append([("forget", lambda store: store.forget(11, 10))])
    return ops


async def play(
    store: Store,
    acknowledged: Callable[[str], None],
    already: frozenset[str] = frozenset(),
    *,
    at_once: bool = True,
) -> None:
    """What was done already is not asked for again; what perhaps was is, and may then be called a repetition."""

    async def one(name: str, step: Step) -> None:
        with suppress(Duplicate, Stale):
            await step(store)
        acknowledged(name)

    for chapter in story():
        steps = [(name, step) for name, step in chapter if name not in already]
        if at_once:
            await asyncio.gather(*(one(name, step) for name, step in steps))
        else:
            for name, step in steps:
                await one(name, step)


async def seen(store: Store) -> dict[str, object]:
    """All that a reader can see of the story's end (when it was played whole)."""
    rows = (await store.sessions(SessionQuery())).items
    sessions = {row.conversation: row.session for row in rows}
    return {
        "sessions": {name: repr(session) for name, session in sorted(sessions.items())},
        "said": {name: repr(await store.history(session.id)) for name, session in sorted(sessions.items())},
        "seats": repr((await store.desk()).seats),
        "group": repr(await store.get("groups", "g")),
        "alias": repr(await store.load("line-1", "ann-2")),
        "found": [row.conversation for row in (await store.sessions(SessionQuery(q="hi from"))).items],
        "names": [await store.place("line-1", name) for name in ("m-ann", "r-bob", "out-ann")],
        "counts": repr(await store.counts()),
        "newest": await store.newest(),
    }
