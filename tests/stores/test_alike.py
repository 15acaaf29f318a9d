"""The SQLite store means what the memory store means: to the same operations, whatever they are, the same answers."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from core.channel import StatusUpdate
from core.errors import Duplicate, StoreError
from core.event import Amended, Event, Recalled, Retracted, StateChanged
from core.message import Text
from core.ports.reading import SessionQuery
from core.ports.writing import Commit, Lease, Settlement
from stores.memory import MemoryStore
from stores.sqlite import SqliteStore
from tests.stores.scenes import NOON, Scene

NAMES = st.sampled_from(("ann", "bob", "cat"))
AGENTS = st.sampled_from(("bo", "cy"))
NODES = st.sampled_from(("node-1", "node-2"))
IDS = st.sampled_from(("m-1", "m-2", "m-3", "m-4"))
TEXTS = st.sampled_from(("hello world", "我的包裹", "где посылка", "hello again", ""))
STATES = st.sampled_from(("sent", "delivered", "read", "failed"))
TIMES = st.integers(min_value=-2, max_value=12).map(lambda minutes: NOON + minutes * 60_000)


class Alike(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.memory = MemoryStore()
        self.sqlite = self.loop.run_until_complete(SqliteStore.open(Path(self.folder.name, "x.db")))
        self.scenes = {name: Scene(name) for name in ("ann", "bob", "cat")}
        self.known: list[tuple[str, str]] = []  # errand key, scene

    def teardown(self) -> None:
        self.compare_everything()
        self.loop.run_until_complete(self.sqlite.close())
        self.loop.close()
        self.folder.cleanup()

    def both(self, method: str, *args: Any, **named: Any) -> Any:
        """Ask both; the answers, or the errors, must be the same."""
        answers = [self.loop.run_until_complete(self.one(s, method, args, named)) for s in (self.memory, self.sqlite)]
        assert answers[0] == answers[1], f"{method} {args} {named}"
        return answers[0]

    async def one(self, store: object, method: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        try:
            result = await getattr(store, method)(*args, **named)
        except Duplicate as error:
            return "Duplicate", error.session, error.seq
        except StoreError as error:
            return type(error).__name__
        return list(result) if isinstance(result, list | tuple) and method != "load" else result

    def commit(self, scene: Scene, commit: Commit, wrong: bool) -> None:
        answer = self.both("commit", replace(commit, expected=commit.expected + 1) if wrong else commit)
        if not isinstance(answer, str | tuple | list):
            scene.take(commit)
            self.known += [(errand.key, scene.name) for errand in answer.errands]

    @rule(name=NAMES, text=TEXTS, cause=st.none() | IDS, at=TIMES, group=st.sampled_from((None, "g")))
    def somebody_writes(self, name: str, text: str, cause: str | None, at: int, group: str | None) -> None:
        scene = self.scenes[name]
        scene.at = at
        if scene.state is None or scene.state.session is None:
            self.commit(scene, scene.opens(text, cause=cause, group=group, phase="queued" if group else "bot"), False)
        else:
            self.commit(scene, scene.says(text, cause=cause, ref=None if cause is None else f"r-{cause}"), False)

    def open_scenes(self) -> list[Scene]:
        return [scene for scene in self.scenes.values() if scene.state is not None and scene.state.session is not None]

    @precondition(lambda self: self.open_scenes())
    @rule(data=st.data(), wrong=st.sampled_from((False, False, False, True)), text=TEXTS, at=TIMES)
    def an_agent_writes(self, data: st.DataObject, wrong: bool, text: str, at: int) -> None:
        scene = data.draw(st.sampled_from(self.open_scenes()))
        scene.at, scene.lease = at, Lease(data.draw(NODES), at + 90_000)
        self.commit(scene, scene.answers(text), wrong)

    @precondition(lambda self: self.open_scenes())
    @rule(data=st.data(), agent=AGENTS, force=st.booleans())
    def somebody_takes_over(self, data: st.DataObject, agent: str, force: bool) -> None:
        scene = data.draw(st.sampled_from(self.open_scenes()))
        before = scene.session.agent.id if scene.session.phase == "active" and scene.session.agent else None
        self.commit(scene, scene.assigned(agent, frees=before, force=force), False)

    @precondition(lambda self: self.open_scenes())
    @rule(data=st.data())
    def somebody_closes(self, data: st.DataObject) -> None:
        scene = data.draw(st.sampled_from(self.open_scenes()))
        self.commit(scene, scene.closed(), False)

    @precondition(lambda self: self.open_scenes())
    @rule(data=st.data(), due=TIMES)
    def a_timer_is_set(self, data: st.DataObject, due: int) -> None:
        scene = data.draw(st.sampled_from(self.open_scenes()))
        self.commit(scene, scene.wakes(data.draw(st.sampled_from(("idle", "sla"))), due), False)
        self.known.append((f"conv-{scene.name}:idle", scene.name))

    @precondition(lambda self: self.open_scenes())
    @rule(data=st.data(), kind=st.sampled_from(("edit", "unsend", "recall")), text=TEXTS)
    def a_message_changes(self, data: st.DataObject, kind: str, text: str) -> None:
        scene = data.draw(st.sampled_from(self.open_scenes()))
        seq = data.draw(st.integers(min_value=1, max_value=scene.session.seq + 1))
        session = scene.session.id
        events: dict[str, Event] = {
            "edit": Amended(session, seq, NOON, Text(text), Text("before")),
            "unsend": Retracted(session, seq, NOON),
            "recall": Recalled(session, seq, NOON, "bo"),
        }
        self.commit(scene, scene.with_events(events[kind]), False)

    @rule(now=TIMES, node=NODES, limit=st.integers(min_value=1, max_value=3))
    def a_node_claims(self, now: int, node: str, limit: int) -> None:
        self.both("next_due")
        self.both("claim", now, limit, Lease(node, now + 60_000))

    @precondition(lambda self: self.known)
    @rule(data=st.data(), done=st.booleans(), at=TIMES, named=st.none() | IDS, state=STATES)
    def an_errand_is_settled(self, data: st.DataObject, done: bool, at: int, named: str | None, state: str) -> None:
        key, name = data.draw(st.sampled_from(self.known))
        scene = self.scenes[name]
        seq = scene.session.seq
        settlement = Settlement(
            key=key,
            conversation=f"conv-{name}",
            session=scene.session.id,
            done=done,
            due=0 if done else at,
            attempt=1,
            uncertain=not done,
            began=at,
            facts=(StateChanged(seq, state, at),),  # type: ignore[arg-type]
            message_ids=() if named is None else ((seq, f"out-{named}"),),
            at=at,
        )
        self.both("settle", settlement)

    @rule(named=IDS, at=TIMES, state=STATES, data=st.data())
    def a_provider_reports(self, named: str, at: int, state: str, data: st.DataObject) -> None:
        delivery = data.draw(st.none() | st.sampled_from([key for key, _ in self.known] or ["never"]))
        update = StatusUpdate(id="s", state=state, at=at, message_id=f"out-{named}", delivery=delivery)  # type: ignore[arg-type]
        self.both("report", "line-1", update, at)

    @rule(node=NODES, data=st.data())
    def a_lease_is_given_back(self, node: str, data: st.DataObject) -> None:
        self.both("release", node, data.draw(st.none() | st.sampled_from([key for key, _ in self.known] or ["x"])))

    @rule(node=NODES, now=TIMES)
    def a_node_starts_after_a_crash(self, node: str, now: int) -> None:
        self.both("recover", node, now)

    @rule(agent=AGENTS, capacity=st.integers(min_value=0, max_value=2))
    def a_seat_is_made(self, agent: str, capacity: int) -> None:
        self.both("seat", agent, capacity=capacity, at=NOON)

    @rule(agent=AGENTS, status=st.sampled_from(("online", "busy")))
    def an_agent_s_status_changes(self, agent: str, status: str) -> None:
        self.both("set_status", agent, status, None, NOON)

    @rule(agent=AGENTS)
    def a_seat_goes(self, agent: str) -> None:
        self.both("remove_seat", agent)

    @rule(id=st.sampled_from(("g1", "g2")), there=st.booleans(), expected=st.none() | st.integers(0, 3))
    def a_document_is_written(self, id: str, there: bool, expected: int | None) -> None:
        body = {"name": id} if there else None
        self.both("put", "groups", id, body, who="root", at=NOON, expected=expected)
        self.both("all", "groups")

    @rule(before=st.sampled_from((NOON - 600_000, NOON + 6_000_000)))
    def the_old_is_forgotten(self, before: int) -> None:
        """All or nothing: clocks jump here, and SQLite forgets in the order of commit."""
        self.both("forget", before, 1000)

    @rule(limit=st.integers(min_value=1, max_value=20))
    def search_catches_up(self, limit: int) -> None:
        self.both("index", limit)

    @rule(
        phase=st.sampled_from((None, "bot", "queued", "active", "closed")),
        mine=st.none() | AGENTS,
        group=st.sampled_from((None, "g")),
        channel=st.sampled_from((None, "line-1")),
        visible_to=st.none() | AGENTS,
        groups=st.sampled_from(((), ("g",))),
        q=st.sampled_from((None, "hel", "包裹", "посыл", "ann", "1", "#1", "", "!")),
        limit=st.integers(min_value=1, max_value=3),
    )
    def a_list_is_read(self, groups: tuple[str, ...], **filters: Any) -> None:
        after: str | None = None
        for _ in range(10):
            page = self.both("sessions", SessionQuery(visible_groups=groups, after=after, **filters))
            after = page.next
            if after is None:
                break

    @invariant()
    def the_numbers_agree(self) -> None:
        self.both("newest")
        self.both("counts")

    def compare_everything(self) -> None:
        self.both("feed", 0, 10_000)
        self.both("desk")
        self.both("customers")
        for name in ("m-1", "m-2", "r-m-1", "out-m-1", "out-m-2"):
            self.both("place", "line-1", name)
        for scene in self.scenes.values():
            self.both("load", "line-1", f"addr-{scene.name}")
            if scene.state is not None and (scene.state.session or scene.state.last):
                session = scene.session.id
                self.both("history", session)
                self.both("trace", session)
                self.both("session", session)
                self.both("load_of", session)


TestAlike = Alike.TestCase
TestAlike.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
