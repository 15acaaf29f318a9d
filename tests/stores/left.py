"""What every store must do with what customers leave: kept with the commit, listed, searched, spoken of later."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from core.errors import Stale
from core.event import Received, SubmissionChanged, Submitted
from core.message import Author, Message, Text, plain
from core.ports.reading import SubmissionQuery
from core.ports.store import Store
from core.ports.writing import Commit
from core.submitted import Answer, Submission
from tests.stores.scenes import NOON, Scene


def left_in(scene: Scene, **more: object) -> Submission:
    known: dict[str, object] = {
        "id": scene.session.id,
        "number": scene.session.number,
        "kind": "ticket",
        "reason": "asked",
        "language": "en",
        "at": NOON,
        "changed_at": NOON,
        "group": scene.session.group,
        "answers": (Answer("text", "Your message", 1),),
    }
    return Submission(**(known | more))  # type: ignore[arg-type]


async def leaves(store: Store, name: str, number: int, text: str = "hello", **more: object) -> tuple[Scene, Submission]:
    """A customer leaves something, and the chat for it is over."""
    scene = Scene(name)
    group = more.get("group")
    await store.commit(scene.take(scene.opens(text, number=number, group=group if isinstance(group, str) else None)))
    kept = left_in(scene, **more)
    made = scene.with_events(Submitted(kept))
    await store.commit(scene.take(replace(made, submissions=(kept,))))
    await store.commit(scene.take(scene.closed()))
    return scene, kept


def changes(scene: Scene, kept: Submission) -> Commit:
    return replace(scene.with_events(SubmissionChanged(kept, "bo")), submissions=(kept,))


def says_of(scene: Scene, kept: Submission, text: str) -> Commit:
    """What the customer writes once the chat is over, about what they left."""
    session = replace(scene.session, seq=scene.session.seq + 1)
    message = Message(seq=session.seq, author=Author(kind="customer"), content=Text(text), at=NOON, submission=kept.id)
    events = (
        Received(message=message, at=NOON, seq=message.seq, heard=NOON, after_close=True),
        SubmissionChanged(kept, "customer"),
    )
    return replace(scene.with_events(*events, session=session), submissions=(kept,))


async def numbers(store: Store, **query: object) -> list[int]:
    page = await store.submissions(SubmissionQuery(**query))  # type: ignore[arg-type]
    return [row.submission.number for row in page.items]


def words(thread: Sequence[object]) -> list[str]:
    return [plain(stored.message.content) for stored in thread]  # type: ignore[attr-defined]


class SubmissionContract:
    async def test_what_was_left_is_kept_with_whom_it_is_from(self, store: Store) -> None:
        scene, kept = await leaves(store, "ann", 1)
        found = await store.submission(kept.id)
        assert found is not None
        assert (found.submission, found.conversation, found.channel) == (kept, "conv-ann", "line-1")
        assert found.customer == scene.fresh().customer
        assert await store.submission("nothing") is None

    async def test_a_change_is_seen_and_a_stale_one_leaves_no_trace(self, store: Store) -> None:
        scene, kept = await leaves(store, "ann", 1)
        solved = replace(kept, state="solved", agent="bo")
        stale = changes(scene, replace(kept, state="open"))
        await store.commit(scene.take(changes(scene, solved)))
        with pytest.raises(Stale):
            await store.commit(stale)
        found = await store.submission(kept.id)
        assert found is not None and found.submission == solved

    async def test_lists_are_newest_first_filtered_and_paged(self, store: Store) -> None:
        scenes = [await leaves(store, name, number) for number, name in enumerate(("ann", "bob", "cat", "dan"), 1)]
        scene, kept = scenes[1]
        await store.commit(scene.take(changes(scene, replace(kept, state="open", agent="bo"))))
        await leaves(store, "eve", 5, kind="message", group="sales")
        assert await numbers(store) == [5, 4, 3, 2, 1]
        assert await numbers(store, state="new") == [5, 4, 3, 1]
        assert await numbers(store, kind="message") == [5]
        assert await numbers(store, agent="bo") == [2]
        assert await numbers(store, agent="") == [5, 4, 3, 1]
        assert await numbers(store, group="sales") == [5]
        assert await numbers(store, channel="line-2") == []
        first = await store.submissions(SubmissionQuery(limit=3))
        assert [row.submission.number for row in first.items] == [5, 4, 3]
        second = await store.submissions(SubmissionQuery(limit=3, after=first.next))
        assert ([row.submission.number for row in second.items], second.next) == ([2, 1], None)

    async def test_agents_find_theirs_their_groups_and_nobodys(self, store: Store) -> None:
        await leaves(store, "ann", 1)
        await leaves(store, "bob", 2, group="sales")
        await leaves(store, "cat", 3, group="help")
        await leaves(store, "dan", 4, group="help", agent="bo")
        assert await numbers(store, visible_to="bo") == [4, 1]
        assert await numbers(store, visible_to="bo", visible_groups=("sales",)) == [4, 2, 1]
        assert await numbers(store, visible_to="mei", visible_groups=("help", "sales")) == [4, 3, 2, 1]

    async def test_it_is_found_by_number_customer_and_words(self, store: Store) -> None:
        await leaves(store, "ann", 11, "my kite is broken")
        await leaves(store, "bob", 12, "注文した商品")
        await store.index(1000)
        assert await numbers(store, q="kite") == [11]
        assert await numbers(store, q="商品") == [12]
        assert await numbers(store, q="#12") == [12]
        assert await numbers(store, q="Ann") == [11]
        assert await numbers(store, q="parcel") == []
        assert await numbers(store, q="kite", state="solved") == []

    async def test_what_is_said_of_it_later_is_its_thread_in_order(self, store: Store) -> None:
        scene, kept = await leaves(store, "ann", 1)
        for text in ("It came", "but broken", "again"):
            await store.commit(scene.take(says_of(scene, kept, text)))
        await store.commit(scene.take(scene.opens("something else", number=2)))
        assert words(await store.thread(kept.id)) == ["It came", "but broken", "again"]
        assert words(await store.thread(kept.id, 2)) == ["but broken", "again"]
        assert await store.thread("nothing") == []

    async def test_its_change_is_on_the_feed_with_the_chat_it_was_left_in(self, store: Store) -> None:
        scene, kept = await leaves(store, "ann", 1)
        await store.commit(scene.take(scene.opens("something else", number=2)))
        await store.commit(scene.take(changes(scene, replace(kept, state="solved"))))
        newest = await store.newest()
        (row,) = await store.feed(newest - 1, 10)
        assert isinstance(row.event, SubmissionChanged)
        assert (row.session, row.row and row.row.session.number) == (kept.id, 1)
