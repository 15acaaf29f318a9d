"""What every store must do with tags, with mentions, and with what a person said last."""

from msgspec.structs import replace

from core.event import Noted, Prompted, Tagged
from core.message import Author, Message, Note, Text, plain
from core.ports.reading import SessionQuery
from core.ports.store import Store
from core.ports.writing import Commit
from tests.stores.scenes import NOON, Scene


def tags(scene: Scene, *names: str) -> Commit:
    return scene.with_events(Tagged(names, NOON, "bo"), session=replace(scene.session, tags=names))


def notes(scene: Scene, text: str, *mentions: str, by: str = "bo") -> Commit:
    session = replace(scene.session, seq=scene.session.seq + 1, said_seq=scene.session.seq + 1)
    said = Message(seq=session.seq, author=Author("agent", by), content=Note(text, mentions), at=NOON)
    return scene.with_events(Noted(said, NOON, said.seq), session=session)


def prompts(scene: Scene, text: str) -> Commit:
    session = replace(scene.session, seq=scene.session.seq + 1)
    said = Message(seq=session.seq, author=Author("system"), content=Text(text), at=NOON)
    return scene.with_events(Prompted(message=said, at=NOON, seq=said.seq, key="queued"), session=session)


def hears(scene: Scene, text: str) -> Commit:
    made = scene.says(text)
    session = replace(scene.session, seq=scene.session.seq + 1, said_seq=scene.session.seq + 1)
    assert made.conversation.session is not None
    return replace(made, conversation=replace(made.conversation, session=session), session=session)


async def begun(store: Store, name: str, group: str | None = None) -> Scene:
    scene = Scene(name)
    await store.commit(scene.take(scene.opens(group=group)))
    return scene


async def tagged(store: Store, **query: object) -> list[str]:
    """Of every page, two at a time."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = await store.sessions(SessionQuery(after=after, limit=2, **query))  # type: ignore[arg-type]
        found += [row.customer.id.removeprefix("customer-") for row in page.items]
        after = page.next
        if after is None:
            return found


async def mentioned(store: Store, agent: str, **query: object) -> list[tuple[str, bool]]:
    found = await store.mentions.of(agent, **({"limit": 10} | query))  # type: ignore[arg-type]
    return [(plain(each.stored.message.content), each.unread) for each in found]


class TagContract:
    async def test_sessions_are_listed_by_tag_open_and_closed_newest_activity_first(self, store: Store) -> None:
        scenes = {name: await begun(store, name) for name in ("ann", "bob", "cat", "dan")}
        for name in ("ann", "bob", "dan"):
            await store.commit(scenes[name].take(tags(scenes[name], "refund", f"of {name}")))
        await store.commit(scenes["ann"].take(scenes["ann"].closed()))
        await store.commit(scenes["bob"].take(scenes["bob"].says()))
        assert await tagged(store, tag="refund") == ["bob", "ann", "dan"]
        assert await tagged(store, tag="refund", phase="closed") == ["ann"]
        assert await tagged(store, tag="refund", phase="bot") == ["bob", "dan"]
        assert await tagged(store, tag="of bob") == ["bob"]
        assert await tagged(store, tag="refun") == []

    async def test_a_tag_that_was_taken_off_finds_nothing(self, store: Store) -> None:
        ann = await begun(store, "ann")
        await store.commit(ann.take(tags(ann, "refund", "late")))
        await store.commit(ann.take(tags(ann, "late")))
        assert (await tagged(store, tag="refund"), await tagged(store, tag="late")) == ([], ["ann"])
        await store.commit(ann.take(ann.closed()))
        await store.commit(ann.take(tags(ann)))
        assert await tagged(store, tag="late") == []

    async def test_other_filters_hold_beside_a_tag(self, store: Store) -> None:
        for name, group in (("ann", "sales"), ("bob", "support"), ("cat", None), ("dan", "sales")):
            scene = await begun(store, name, group)
            await store.commit(scene.take(tags(scene, "refund")))
            if name in ("bob", "dan"):
                await store.seat("bo", capacity=5, at=NOON)
                await store.commit(scene.take(scene.assigned("bo", force=True)))
            if name in ("ann", "dan"):
                await store.commit(scene.take(scene.closed()))
        await store.index(1000)
        assert await tagged(store, tag="refund", group="sales") == ["dan", "ann"]
        assert await tagged(store, tag="refund", mine="bo") == ["dan", "bob"]
        assert await tagged(store, tag="refund", channel="line-1", phase="closed") == ["dan", "ann"]
        assert await tagged(store, tag="refund", channel="other") == []
        assert await tagged(store, tag="refund", visible_to="cy", visible_groups=("support",)) == ["cat", "bob"]
        assert await tagged(store, tag="refund", visible_to="bo", visible_groups=()) == ["dan", "cat", "bob"]
        assert await tagged(store, tag="refund", customer="customer-ann") == ["ann"]
        assert await tagged(store, tag="refund", q="bob") == ["bob"]
        assert await tagged(store, tag="late", q="bob") == []


class MentionContract:
    async def test_an_agents_mentions_are_listed_newest_first_until_read(self, store: Store) -> None:
        ann, bob = await begun(store, "ann"), await begun(store, "bob")
        await store.commit(ann.take(notes(ann, "first", "mei")))
        await store.commit(bob.take(notes(bob, "second", "mei", "kim")))
        await store.commit(ann.take(notes(ann, "third", "kim")))
        assert await mentioned(store, "mei") == [("second", True), ("first", True)]
        newest, oldest = await store.mentions.of("mei", limit=10)
        assert (newest.row.session.id, newest.stored.message.seq) == (bob.session.id, 2)
        assert await mentioned(store, "mei", before=newest.n) == [("first", True)]
        assert await mentioned(store, "mei", limit=1) == [("second", True)]
        assert (newest.n > oldest.n, oldest.at) == (True, NOON)
        assert await store.mentions.read("mei", ann.session.id) == 1
        assert await mentioned(store, "mei") == [("second", True), ("first", False)]
        assert await mentioned(store, "mei", unread=True) == [("second", True)]
        assert await mentioned(store, "kim") == [("third", True), ("second", True)], "everybody reads for themselves"
        assert (await store.mentions.read("kim"), await store.mentions.read("kim")) == (2, 0)
        assert await mentioned(store, "kim", unread=True) == []

    async def test_nobody_is_told_of_mentioning_themselves(self, store: Store) -> None:
        ann = await begun(store, "ann")
        await store.commit(ann.take(notes(ann, "mine", "bo", "mei", by="bo")))
        assert (await mentioned(store, "bo"), await mentioned(store, "mei")) == ([], [("mine", True)])

    async def test_an_erased_note_is_listed_without_its_words(self, store: Store) -> None:
        ann = await begun(store, "ann")
        await store.commit(ann.take(notes(ann, "her secret", "mei")))
        after: str | None = await store.erase("conv-ann", None, 100)
        while after is not None:
            after = await store.erase("conv-ann", after, 100)
        assert await mentioned(store, "mei") == [("", True)]


class SaidContract:
    async def test_a_row_tells_what_a_person_said_last_where_the_system_spoke_after_it(self, store: Store) -> None:
        ann = await begun(store, "ann")
        await store.commit(ann.take(hears(ann, "where is my order?")))
        assert await _last(store, ann) == ("where is my order?", None)
        await store.commit(ann.take(prompts(ann, "You are in the queue.")))
        await store.commit(ann.take(prompts(ann, "Still there?")))
        assert await _last(store, ann) == ("Still there?", "where is my order?")
        (listed,) = (await store.sessions(SessionQuery())).items
        newest = (await store.feed(0, 100))[-1]
        assert newest.row is not None
        assert (listed.last_said, newest.row.last_said) == (await store.message(ann.session.id, 2),) * 2
        await store.commit(ann.take(ann.closed()))
        await store.commit(ann.take(prompts(ann, "The chat is over.")))
        assert await _last(store, ann) == ("The chat is over.", "where is my order?")
        await store.commit(ann.take(notes(ann, "done")))
        assert await _last(store, ann) == ("done", None)


async def _last(store: Store, scene: Scene) -> tuple[str, str | None]:
    row = await store.session(scene.session.id)
    assert row is not None and row.last_message is not None
    return plain(row.last_message.message.content), plain(row.last_said.message.content) if row.last_said else None
