"""What every store must do, method by method. A store's tests derive a class and give the fixture `store`."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from core.channel import Part, StatusUpdate
from core.customer import Customer
from core.effect import Deliver, FindAgent, WakeAt
from core.errors import Duplicate, Fenced, Full, Stale, StoreError
from core.event import (
    Alerted,
    Amended,
    CustomerKnown,
    FoundWord,
    MediaFetched,
    Noted,
    Opened,
    Prompted,
    Rated,
    Recalled,
    Released,
    Replied,
    Retracted,
    StateChanged,
    Tagged,
    Translated,
    TurnedAway,
    WordsFound,
)
from core.message import Author, Image, Message, Note, State, Text, Translation, plain
from core.ports.desk import EXCLUDED_MS, Seat
from core.ports.papers import Grant, Raw
from core.ports.reading import SessionQuery
from core.ports.store import Store
from core.ports.writing import Cause, Commit, Committed, Lease, Leased, Settlement
from core.session import Picking, Place, Rating
from tests.stores.hooks import HookContract
from tests.stores.left import SubmissionContract
from tests.stores.marked import MentionContract, SaidContract, TagContract
from tests.stores.people import EraseContract, PeopleContract
from tests.stores.pulse import ChangesContract, PulseContract
from tests.stores.scenes import NODE, NOON, Scene

OTHER = Lease("node-2", NOON + 95_000)
LATER = 100_000_000
MINUTE = 60_000


async def opened(store: Store, name: str = "ann", text: str = "hello", **more: object) -> Scene:
    scene = Scene(name)
    await store.commit(scene.take(scene.opens(text, **more)))  # type: ignore[arg-type]
    return scene


async def answered(store: Store, name: str = "ann", **more: str) -> tuple[Scene, Leased]:
    scene = await opened(store, name)
    committed = await store.commit(scene.take(scene.answers(**more)))
    return scene, committed.errands[0]


def sent(scene: Scene, key: str, *ids: str, at: int = NOON) -> Settlement:
    return Settlement(
        key=key,
        conversation=f"conv-{scene.name}",
        session=scene.session.id,
        done=True,
        facts=(StateChanged(scene.session.seq, "sent", at),),
        message_ids=tuple((scene.session.seq, provider_id) for provider_id in ids),
        at=at,
    )


async def outcome(store: Store, commit: Commit) -> Committed | StoreError:
    try:
        return await store.commit(commit)
    except StoreError as error:
        return error


async def texts(store: Store, session: str) -> list[str]:
    return [plain(stored.message.content) for stored in await store.history(session)]


async def listed(store: Store, **query: object) -> list[str]:
    page = await store.sessions(SessionQuery(**query))  # type: ignore[arg-type]
    return [row.customer.id.removeprefix("customer-") for row in page.items]


async def all_pages(store: Store, **query: object) -> list[str]:
    found: list[str] = []
    after: str | None = None
    while True:
        page = await store.sessions(SessionQuery(after=after, **query))  # type: ignore[arg-type]
        found += [row.customer.id.removeprefix("customer-") for row in page.items]
        after = page.next
        if after is None:
            return found


class CommitContract:
    numbers_at_once = True  # whether a commit's answer tells its feed number
    in_order = True  # whether what is asked for at one instant is done in the order it was asked for

    async def test_what_was_committed_is_loaded_with_its_version(self, store: Store) -> None:
        scene = Scene("ann")
        committed = await store.commit(scene.take(scene.opens()))
        assert committed == Committed(1, 3 if self.numbers_at_once else 0, ())
        assert await store.load("line-1", "addr-ann") == (scene.state, 1)
        assert await store.load_of(scene.session.id) == (scene.state, 1)

    async def test_nobody_is_at_an_address_that_never_wrote(self, store: Store) -> None:
        assert await store.load("line-1", "addr-nobody") is None
        assert await store.load_of("session-nobody") is None

    async def test_the_conversation_of_a_session_closed_long_ago_is_found(self, store: Store) -> None:
        scene = await opened(store)
        first = scene.session.id
        await store.commit(scene.take(scene.closed()))
        for number in (2, 3):
            await store.commit(scene.take(scene.opens(number=number)))
            await store.commit(scene.take(scene.closed()))
        assert await store.load_of(first) == (scene.state, scene.version)

    async def test_a_commit_on_an_old_version_is_stale_and_leaves_no_trace(self, store: Store) -> None:
        scene = await opened(store)
        stale = scene.says("too late", cause="m-9")
        await store.commit(scene.take(scene.says("first")))
        with pytest.raises(Stale):
            await store.commit(stale)
        assert await texts(store, scene.session.id) == ["hello", "first"]
        assert await store.newest() == 4
        assert await store.place("line-1", "m-9") is None

    async def test_a_second_first_message_of_one_address_is_stale(self, store: Store) -> None:
        await opened(store)
        twin = Scene("ann")
        commit = twin.opens()
        with pytest.raises(Stale):
            await store.commit(replace(commit, conversation=replace(commit.conversation, id="conv-other")))

    async def test_two_first_messages_at_one_instant_open_one_session(self, store: Store) -> None:
        first, second = Scene("ann").opens(), Scene("ann").opens()
        second = replace(second, conversation=replace(second.conversation, id="conv-other"))
        outcomes = await asyncio.gather(outcome(store, first), outcome(store, second))
        assert sorted(type(one).__name__ for one in outcomes) == ["Committed", "Stale"]
        assert await store.newest() == 3

    async def test_a_cause_is_taken_once_and_tells_what_it_became(self, store: Store) -> None:
        scene = await opened(store, cause="m-1")
        again = scene.says("again", cause="m-1")
        with pytest.raises(Duplicate) as caught:
            await store.commit(again)
        assert (caught.value.session, caught.value.seq) == (scene.session.id, 1)
        assert await store.newest() == 3

    async def test_a_repeated_cause_is_a_duplicate_even_on_an_old_version(self, store: Store) -> None:
        scene = Scene("ann")
        commit = scene.opens(cause="m-1")
        await store.commit(commit)
        with pytest.raises(Duplicate):
            await store.commit(commit)

    async def test_a_cause_without_a_message_tells_none(self, store: Store) -> None:
        scene = await opened(store)
        cause = Cause("line-1", "follow-1")
        await store.commit(scene.take(replace(scene.says(), causes=(cause,))))
        with pytest.raises(Duplicate) as caught:
            await store.commit(replace(scene.says(), causes=(cause,)))
        assert (caught.value.session, caught.value.seq) == (None, None)

    async def test_two_redeliveries_at_one_instant_are_taken_once(self, store: Store) -> None:
        scene = await opened(store)
        commit = scene.says("once", cause="m-2")
        outcomes = await asyncio.gather(*(outcome(store, commit) for _ in range(5)))
        assert sorted(type(one).__name__ for one in outcomes) == ["Committed"] + ["Duplicate"] * 4
        assert await texts(store, scene.session.id) == ["hello", "once"]

    async def test_the_same_id_on_another_channel_is_another_cause(self, store: Store) -> None:
        await opened(store, cause="m-1")
        elsewhere = Scene("ann", channel="line-2")
        commit = elsewhere.opens(cause="m-1")
        moved = replace(commit.conversation, id="conv-elsewhere")
        assert isinstance(await outcome(store, replace(commit, conversation=moved)), Committed)

    async def test_who_is_refused_takes_no_neighbour_along(self, store: Store) -> None:
        scenes = [await opened(store, f"c{index}", cause=f"m-{index}") for index in range(6)]
        commits = [scene.says(f"more {index}") for index, scene in enumerate(scenes)]
        commits[1] = replace(commits[1], expected=7)
        commits[3] = scenes[3].says("again", cause="m-3")
        commits[4] = scenes[4].assigned("nobody")
        outcomes = await asyncio.gather(*(outcome(store, commit) for commit in commits))
        kinds = [type(one).__name__ for one in outcomes]
        assert kinds == ["Committed", "Stale", "Committed", "Duplicate", "Full", "Committed"]
        assert await texts(store, scenes[5].session.id) == ["hello", "more 5"]
        assert await texts(store, scenes[1].session.id) == ["hello"]

    async def test_feed_numbers_have_no_gap_and_follow_the_order_of_commits(self, store: Store) -> None:
        scenes = [await opened(store, f"c{index}") for index in range(10)]
        outcomes = await asyncio.gather(*(store.commit(scene.says(str(i))) for i, scene in enumerate(scenes)))
        if self.numbers_at_once:
            assert [one.n for one in outcomes] == list(range(31, 41))
        rows = await store.feed(0, 1000)
        assert [row.n for row in rows] == list(range(1, 41))
        said = [row.stored.message.content for row in rows[30:] if row.stored is not None]
        wanted = [Text(str(index)) for index in range(10)]
        assert (said if self.in_order else sorted(said, key=repr)) == wanted

    async def test_a_refused_commit_uses_no_feed_number(self, store: Store) -> None:
        scene = await opened(store)
        await outcome(store, replace(scene.says(), expected=9))
        await store.commit(scene.says())
        assert await store.newest() == 4

    async def test_a_value_that_cannot_be_kept_fails_alone(self, store: Store) -> None:
        good = Scene("good")
        bad = Scene("bad").opens(customer=Customer(id="customer-bad", name="half \ud800 a character"))
        results = await asyncio.gather(store.commit(good.opens()), store.commit(bad), return_exceptions=True)
        assert isinstance(results[0], Committed)
        assert await store.load("line-1", "addr-good") is not None


class AliasContract:
    in_order = True

    async def test_another_name_of_the_person_leads_to_the_conversation(self, store: Store) -> None:
        scene = await opened(store)
        await store.alias("line-1", "addr-ann-new", "conv-ann")
        assert await store.load("line-1", "addr-ann-new") == (scene.state, 1)
        assert await store.load("line-2", "addr-ann-new") is None

    async def test_the_first_to_claim_a_name_keeps_it(self, store: Store) -> None:
        ann, _ = await opened(store, "ann"), await opened(store, "bob")
        await store.alias("line-1", "shared", "conv-ann")
        await store.alias("line-1", "shared", "conv-bob")
        assert await store.load("line-1", "shared") == (ann.state, 1)

    async def test_a_name_learned_in_a_commit_leads_to_its_conversation(self, store: Store) -> None:
        scene = await opened(store)
        await store.commit(scene.take(replace(scene.says(), aliases=("wa-1", "bsuid-1"))))
        assert await store.load("line-1", "bsuid-1") == (scene.state, 2)

    async def test_a_name_learned_at_the_instant_it_writes_opens_one_conversation(self, store: Store) -> None:
        ann = await opened(store, "ann")
        learned = replace(ann.says(), aliases=("addr-bob",))
        bob = Scene("bob")
        outcomes = await asyncio.gather(outcome(store, learned), outcome(store, bob.take(bob.opens())))
        kinds = [type(one).__name__ for one in outcomes]
        first = bob.state if kinds == ["Committed", "Committed"] and not self.in_order else learned.conversation
        assert kinds == ["Committed", "Stale" if first is learned.conversation else "Committed"]
        found = await store.load("line-1", "addr-bob")
        assert found is not None
        assert found[0] == first

    async def test_a_name_that_leads_somewhere_opens_no_second_conversation(self, store: Store) -> None:
        await opened(store, "ann")
        await store.alias("line-1", "addr-bob", "conv-ann")
        with pytest.raises(Stale):
            await store.commit(Scene("bob").opens())


class SeatContract:
    async def test_taking_a_chat_needs_an_agent_who_is_online_and_has_a_place(self, store: Store) -> None:
        scenes = [await opened(store, f"c{index}") for index in range(3)]
        assert isinstance(await outcome(store, scenes[0].assigned("bo")), Full)
        await store.seat("bo", capacity=2, at=NOON)
        assert isinstance(await outcome(store, scenes[0].assigned("bo")), Full)
        await store.set_status("bo", "online", None, NOON)
        await store.commit(scenes[0].assigned("bo"))
        await store.set_status("bo", "busy", "lunch", NOON)
        assert isinstance(await outcome(store, scenes[1].assigned("bo")), Full)
        await store.commit(scenes[1].assigned("bo", force=True))
        assert isinstance(await outcome(store, scenes[2].assigned("bo", force=True)), Full)
        (seat,) = (await store.desk()).seats
        assert (seat.load, seat.capacity, seat.status, seat.reason) == (2, 2, "busy", "lunch")
        assert seat.assigned_at == NOON
        await store.commit(scenes[2].assigned("bo", force=True, beyond=True))
        assert [(seat.load, seat.capacity) for seat in await store.seats()] == [(3, 2)]

    async def test_fifty_who_want_one_agent_at_once_get_the_places_there_are(self, store: Store) -> None:
        scenes = [await opened(store, f"c{index}") for index in range(50)]
        await store.seat("bo", capacity=5, at=NOON)
        await store.set_status("bo", "online", None, NOON)
        outcomes = await asyncio.gather(*(outcome(store, scene.assigned("bo")) for scene in scenes))
        assert sum(isinstance(one, Committed) for one in outcomes) == 5
        assert sum(isinstance(one, Full) for one in outcomes) == 45
        (seat,) = (await store.desk()).seats
        assert seat.load == 5
        page = await store.sessions(SessionQuery(mine="bo"))
        assert len(page.items) == 5

    async def test_closing_frees_the_place(self, store: Store) -> None:
        ann, bob = await opened(store, "ann"), await opened(store, "bob")
        await store.seat("bo", capacity=1, at=NOON)
        await store.set_status("bo", "online", None, NOON)
        await store.commit(ann.take(ann.assigned("bo")))
        await store.commit(ann.take(ann.closed()))
        assert isinstance(await outcome(store, bob.assigned("bo")), Committed)

    async def test_a_hand_over_moves_the_load(self, store: Store) -> None:
        ann = await opened(store, "ann")
        for agent in ("bo", "cy"):
            await store.seat(agent, capacity=1, at=NOON)
            await store.set_status(agent, "online", None, NOON)
        await store.commit(ann.take(ann.assigned("bo")))
        await store.commit(ann.take(ann.assigned("cy", frees="bo")))
        assert {seat.agent: seat.load for seat in (await store.desk()).seats} == {"bo": 0, "cy": 1}

    async def test_a_hand_over_to_oneself_needs_no_further_place(self, store: Store) -> None:
        ann = await opened(store, "ann")
        await store.seat("bo", capacity=1, at=NOON)
        await store.set_status("bo", "online", None, NOON)
        await store.commit(ann.take(ann.assigned("bo")))
        await store.commit(ann.take(ann.assigned("bo", frees="bo")))
        assert [seat.load for seat in (await store.desk()).seats] == [1]

    async def test_a_load_below_nothing_is_counted_and_stays_at_nothing(self, store: Store) -> None:
        ann = await opened(store, "ann")
        await store.seat("bo", capacity=1, at=NOON)
        await store.commit(ann.take(replace(ann.says(), frees="bo")))
        assert [seat.load for seat in (await store.desk()).seats] == [0]
        assert (await store.counts())["seats_below_zero"] == 1

    async def test_a_seat_that_is_made_again_counts_the_chats_there_are(self, store: Store) -> None:
        ann = await opened(store, "ann")
        await store.seat("bo", capacity=2, at=NOON)
        await store.set_status("bo", "online", None, NOON)
        await store.commit(ann.take(ann.assigned("bo")))
        await store.remove_seat("bo")
        assert (await store.desk()).seats == ()
        await store.seat("bo", capacity=3, at=NOON)
        assert [(seat.load, seat.capacity) for seat in (await store.desk()).seats] == [(1, 3)]

    async def test_what_a_seat_tells_can_be_written_into_an_event(self, store: Store) -> None:
        today = 1_790_000_000_000  # larger than what a driver may give back as a plain number
        await store.seat("bo", capacity=2, at=today)
        await store.set_status("bo", "online", None, today)
        for seat in (*await store.seats(), *(await store.desk()).seats):
            assert msgspec.json.decode(msgspec.json.encode(seat), type=Seat) == seat

    async def test_a_status_answers_with_the_seat(self, store: Store) -> None:
        await store.seat("bo", capacity=3, at=NOON)
        seat = await store.set_status("bo", "busy", "lunch", NOON)
        assert (seat.agent, seat.status, seat.reason, seat.capacity) == ("bo", "busy", "lunch", 3)

    async def test_a_seat_tells_since_when_its_status_is_what_it_is(self, store: Store) -> None:
        assert (await store.set_status("bo", "online", None, NOON)).status_at == NOON
        assert (await store.set_status("bo", "online", "still", NOON + 5)).status_at == NOON
        await store.seat("bo", capacity=3, at=NOON + 6)
        assert (await store.set_status("bo", "offline", "lost", NOON + 7)).status_at == NOON + 7
        (seat,) = (await store.desk()).seats
        assert (seat.status, seat.reason, seat.status_at) == ("offline", "lost", NOON + 7)

    async def test_the_desk_sees_the_unassigned_too(self, store: Store) -> None:
        scene = Scene("ann")
        await store.commit(scene.take(scene.opens(phase="unassigned", group="sales", away_too=True)))
        (waiting,) = (await store.desk()).waiting
        assert (waiting.conversation, waiting.group, waiting.away) == ("conv-ann", "sales", True)

    async def test_the_desk_sees_who_waits_in_the_order_they_came(self, store: Store) -> None:
        for name, at in (("late", NOON + 5), ("early", NOON)):
            scene = Scene(name, at=at)
            await store.commit(scene.take(scene.opens(phase="queued", group="sales")))
        await opened(store, "with-the-bot")
        view = await store.desk()
        assert view.n == await store.newest()
        assert [(one.conversation, one.group, one.since) for one in view.waiting] == [
            ("conv-early", "sales", NOON),
            ("conv-late", "sales", NOON + 5),
        ]
        assert (view.waiting[0].channel, view.waiting[0].address) == ("line-1", "addr-early")

    async def test_the_desk_sees_where_a_chat_may_go_and_how_much_it_matters(self, store: Store) -> None:
        ann = Scene("ann", at=NOON)
        await store.commit(ann.take(ann.opens(phase="queued", group="sales")))
        waits = replace(
            ann.session,
            priority=3,
            excluded=("bo",),
            prefer=("cy",),
            chain=(Place("sales"), Place(agent="di", when="all_busy")),
            picking=Picking("idle", True),
            language="pt-BR",
        )
        commit = ann.with_events(Tagged((), NOON, "bo"), session=waits)
        await store.commit(ann.take(replace(commit, conversation=replace(commit.conversation, served=("bo", "di")))))
        (seen,) = (await store.desk()).waiting
        assert (seen.priority, seen.prefer, seen.chain, seen.picking) == (3, ("cy",), waits.chain, waits.picking)
        assert (seen.excluded, seen.excluded_until, seen.familiar) == (("bo",), NOON + EXCLUDED_MS, ("bo", "di"))
        assert (seen.language, seen.away) == ("pt-BR", False)

    async def test_a_chat_that_is_over_is_written_to_and_stays_over(self, store: Store) -> None:
        ann = await opened(store, "ann")
        await store.commit(ann.take(ann.closed()))
        said = Message(seq=2, author=Author(kind="agent", id="bo", name="Bo"), content=Text("Found it"), at=NOON)
        event = Replied(message=said, at=NOON, seq=2, after_close=True)
        await store.commit(ann.take(ann.with_events(event, session=replace(ann.session, seq=2))))
        assert [each.message.content for each in await store.history(ann.session.id)] == [
            Text("hello"),
            Text("Found it"),
        ]
        row = await store.session(ann.session.id)
        assert row is not None
        assert (row.session.phase, row.session.seq, row.last_message and row.last_message.message.seq) == (
            "closed",
            2,
            2,
        )


class KeeperContract:
    async def test_one_node_keeps_the_desk_until_its_time_is_over(self, store: Store) -> None:
        first = await store.keep_desk("node-1", 100, 200)
        assert first is not None
        assert await store.keep_desk("node-2", 150, 250) is None
        assert await store.keep_desk("node-1", 190, 290) == first, "who goes on in time keeps the fence"
        assert await store.keep_desk("node-2", 289, 389) is None
        second = await store.keep_desk("node-2", 290, 390)
        assert second is not None
        assert second > first
        assert await store.keep_desk("node-1", 300, 400) is None

    async def test_who_comes_back_after_their_time_has_a_new_fence(self, store: Store) -> None:
        first = await store.keep_desk("node-1", 100, 200)
        again = await store.keep_desk("node-1", 200, 300)
        assert first is not None
        assert again is not None
        assert again > first

    async def test_a_desk_given_back_is_free_at_once(self, store: Store) -> None:
        await store.keep_desk("node-1", 100, 200)
        await store.keep_desk("node-1", 150, 150)
        assert await store.keep_desk("node-2", 150, 250) is not None

    async def test_of_many_nodes_one_gets_the_desk(self, store: Store) -> None:
        answers = await asyncio.gather(*(store.keep_desk(f"node-{index}", 100, 200) for index in range(8)))
        assert sum(fence is not None for fence in answers) == 1

    async def test_an_old_keeper_assigns_nobody_any_more(self, store: Store) -> None:
        ann, bob = await opened(store, "ann"), await opened(store, "bob")
        await store.seat("bo", capacity=5, at=NOON)
        await store.set_status("bo", "online", None, NOON)
        old = await store.keep_desk("node-1", 100, 200)
        await store.commit(ann.take(replace(ann.assigned("bo"), fence=old)))
        new = await store.keep_desk("node-2", 200, 300)
        with pytest.raises(Fenced):
            await store.commit(replace(bob.assigned("bo"), fence=old))
        assert [seat.load for seat in await store.seats()] == [1]
        await store.commit(bob.take(replace(bob.assigned("bo"), fence=new)))
        assert [seat.load for seat in await store.seats()] == [2]

    async def test_who_was_late_hears_of_that_before_they_hear_of_the_fence(self, store: Store) -> None:
        ann = await opened(store, "ann", cause="m-1")
        fence = await store.keep_desk("node-1", 100, 200)
        assert fence is not None
        again = replace(ann.says(cause="m-1"), fence=fence + 1)
        assert isinstance(await outcome(store, again), Duplicate)
        late = await outcome(store, replace(ann.says(), expected=7, fence=fence + 1))
        assert type(late) is Stale


class MessageContract:
    async def test_history_is_in_the_order_of_seq_and_read_in_pieces(self, store: Store) -> None:
        scene = await opened(store)
        for index in range(2, 8):
            await store.commit(scene.take(scene.says(str(index))))
        seqs = [stored.message.seq for stored in await store.history(scene.session.id, after=2, limit=3)]
        assert seqs == [3, 4, 5]
        assert await store.history("session-nobody") == []
        one = await store.message(scene.session.id, 4)
        assert one is not None
        assert one.message.content == Text("4")
        assert await store.message(scene.session.id, 99) is None

    async def test_only_what_goes_out_has_a_state(self, store: Store) -> None:
        scene, _ = await answered(store)
        note = Message(seq=3, author=Author(kind="agent", id="bo"), content=Note("hm"), at=NOON)
        session = replace(scene.session, seq=3)
        await store.commit(scene.take(scene.with_events(Noted(note, NOON, 3), session=session)))
        states = [stored.state for stored in await store.history(scene.session.id)]
        assert states == [None, "queued", None]

    async def test_an_edit_shows_the_newest_and_says_when(self, store: Store) -> None:
        scene = await opened(store, text="helo")
        session = scene.session.id
        event = Amended(session, 1, NOON + 7, Text("hello ***"), Text("hello you"), ("rude",))
        await store.commit(scene.take(scene.with_events(event)))
        stored = await store.message(session, 1)
        assert stored is not None
        assert stored.message.content == Text("hello ***")
        assert stored.message.original == Text("hello you")
        assert (stored.message.hits, stored.edited_at) == (("rude",), NOON + 7)

    async def test_what_was_held_back_is_passed_on_as_it_was_written(self, store: Store) -> None:
        scene = await opened(store, text="held")
        session = scene.session.id
        held = Amended(session, 1, NOON, Text("withheld"), Text("my number"), ("data",))
        await store.commit(scene.take(scene.with_events(held)))
        await store.commit(scene.take(scene.with_events(Released(session, 1, NOON + 5))))
        stored = await store.message(session, 1)
        assert stored is not None
        assert (stored.message.content, stored.message.original) == (Text("my number"), None)
        await store.commit(scene.take(scene.with_events(Retracted(session, 1, NOON + 9))))
        await store.commit(scene.take(scene.with_events(Released(session, 1, NOON + 10))))
        assert await texts(store, session) == [""]

    async def test_a_translation_stands_beside_the_message_and_goes_with_it(self, store: Store) -> None:
        scene = await opened(store, text="konnichiwa")
        session = scene.session.id
        made = Translation("good day", "en", "ja")
        await store.commit(scene.take(scene.with_events(Translated(session, 1, NOON + 5, made))))
        stored = await store.message(session, 1)
        assert stored is not None
        assert (plain(stored.message.content), stored.message.translation) == ("konnichiwa", made)
        await store.commit(scene.take(scene.with_events(Retracted(session, 1, NOON + 9))))
        late = Translated(session, 1, NOON + 10, made)
        await store.commit(scene.take(scene.with_events(late)))
        again = await store.message(session, 1)
        assert again is not None and again.message.translation is None
        rows = [row.stored for row in await store.feed(0, 100)]
        assert "good day" not in repr(rows)

    async def test_the_log_of_words_found_is_newest_first_and_pages(self, store: Store) -> None:
        scene = await opened(store)
        assert list(await store.words_found(None, 10)) == []
        for number in range(5):
            found = (FoundWord("rude", f"word{number}", "mask"),)
            event = WordsFound(at=NOON, side="customer", found=found, seq=1)
            await store.commit(scene.take(scene.with_events(event, Alerted(NOON, 1, "customer", ("rude",)))))
        await store.newest()
        first = await store.words_found(None, 3)
        rest = await store.words_found(first[-1].n, 3)
        assert [row.event.found[0].word for row in (*first, *rest)] == [f"word{n}" for n in (4, 3, 2, 1, 0)]  # type: ignore[union-attr]
        assert first[0].session == scene.session.id
        assert first[0].stored is not None and first[0].row is not None

    async def test_what_was_taken_back_is_gone_everywhere_and_keeps_its_place(self, store: Store) -> None:
        scene = await opened(store, text="my secret")
        session = scene.session.id
        amended = Amended(session, 1, NOON, Text("my other secret"), Text("and what it was"))
        await store.commit(scene.take(scene.with_events(amended)))
        await store.commit(scene.take(scene.with_events(Retracted(session, 1, NOON + 9))))
        stored = await store.message(session, 1)
        assert stored is not None
        assert (stored.message.content, stored.message.original) == (Text(""), None)
        assert (stored.message.seq, stored.retracted_at) == (1, NOON + 9)
        feed = await store.feed(0, 100)
        assert "secret" not in repr([(row.event, row.stored, row.row) for row in feed])
        assert "what it was" not in repr(feed)

    async def test_an_agent_s_recall_is_marked_and_keeps_the_words(self, store: Store) -> None:
        scene, _ = await answered(store)
        event = Recalled(scene.session.id, 2, NOON + 3, "bo")
        await store.commit(scene.take(scene.with_events(event)))
        stored = await store.message(scene.session.id, 2)
        assert stored is not None
        assert stored.recalled_at == NOON + 3
        assert stored.message.content == Text("how can I help?")

    async def test_an_edit_of_a_message_in_the_session_before_reaches_it(self, store: Store) -> None:
        scene = await opened(store, text="old")
        first = scene.session.id
        await store.commit(scene.take(scene.closed()))
        await store.commit(scene.take(scene.opens("new", number=2)))
        await store.commit(scene.take(scene.with_events(Amended(first, 1, NOON, Text("older")))))
        assert await texts(store, first) == ["older"]
        assert await texts(store, scene.session.id) == ["new"]
        row = (await store.feed(await store.newest() - 1, 1))[0]
        assert row.session == first
        assert row.stored is not None
        assert row.stored.message.content == Text("older")

    async def test_what_a_blocked_customer_says_is_in_the_feed_and_in_no_history(self, store: Store) -> None:
        scene = Scene("ann")
        state = scene.fresh()
        message = Message(seq=0, author=Author(kind="customer"), content=Text("let me in"), at=NOON)
        event = TurnedAway(message, NOON)
        commit = Commit(conversation=state, expected=0, session=None, events=(event,), at=NOON, lease=NODE)
        await store.commit(commit)
        (row,) = await store.feed(0, 10)
        assert (row.event, row.session, row.stored, row.row) == (event, None, None, None)

    async def test_a_provider_s_id_names_its_message(self, store: Store) -> None:
        scene = await opened(store, cause="m-1")
        await store.commit(scene.take(scene.says(cause="update-2", ref="m-2")))
        committed = await store.commit(scene.take(scene.answers()))
        await store.settle(sent(scene, committed.errands[0].key, "out-1", "out-2"))
        session = scene.session.id
        assert await store.place("line-1", "m-1") == (session, 1)
        assert await store.place("line-1", "m-2") == (session, 2)
        assert await store.place("line-1", "out-1") == (session, 3)
        assert await store.place("line-1", "out-2") == (session, 3)
        assert await store.place("line-2", "m-1") is None


class FeedContract:
    async def test_the_feed_resumes_after_any_number_with_things_as_they_are_now(self, store: Store) -> None:
        scene = await opened(store)
        await store.commit(scene.take(scene.says("more")))
        rows = await store.feed(3, 10)
        assert [type(row.event).__name__ for row in rows] == ["Received"]
        (row,) = rows
        assert (row.n, row.at, row.conversation, row.session) == (4, NOON, "conv-ann", scene.session.id)
        assert row.row is not None
        assert row.row.session == scene.session
        assert row.row.last_message == row.stored
        assert row.row.active_n == 4
        assert (await store.feed(0, 2))[-1].n == 2
        assert await store.feed(4, 10) == []

    async def test_a_fact_is_in_the_feed_with_its_message(self, store: Store) -> None:
        scene, errand = await answered(store)
        await store.settle(sent(scene, errand.key, "out-1"))
        (row,) = await store.feed(await store.newest() - 1, 1)
        assert row.event == StateChanged(2, "sent", NOON)
        assert row.session == scene.session.id
        assert row.stored is not None
        assert (row.stored.state, row.stored.provider_id) == ("sent", "out-1")

    async def test_the_trace_is_the_session_s_events_that_are_no_messages(self, store: Store) -> None:
        scene, errand = await answered(store)
        await store.settle(sent(scene, errand.key, "out-1"))
        alerted = Alerted(NOON, 1, "customer", ("threats",))
        await store.commit(scene.take(scene.with_events(alerted)))
        await opened(store, "bob")
        trace = await store.trace(scene.session.id)
        assert [type(row.event) for row in trace] == [CustomerKnown, Opened, Alerted]
        assert trace[-1].stored is not None
        assert trace[-1].stored.message.seq == 1

    async def test_the_rating_is_the_session_s(self, store: Store) -> None:
        scene = await opened(store)
        assert await store.rating(scene.session.id) is None
        await store.commit(scene.take(scene.closed()))
        rated = replace(scene.session, rating=Rating("stars", 4, NOON))
        await store.commit(scene.take(scene.with_events(Rated("stars", 4, NOON), session=rated)))
        assert await store.rating(scene.session.id) == Rating("stars", 4, NOON)
        assert await store.rating("session-nobody") is None


class ErrandContract:
    one_process = True  # whether whoever opens the store knows that all others are dead

    async def test_what_is_due_now_comes_back_leased_and_is_given_to_nobody_else(self, store: Store) -> None:
        _, errand = await answered(store, delivery="d-1")
        assert (errand.key, errand.conversation) == ("d-1", "conv-ann")
        assert (errand.channel, errand.address) == ("line-1", "addr-ann")
        assert isinstance(errand.effect, Deliver)
        assert (errand.attempt, errand.uncertain) == (0, False)
        assert await store.claim(NODE.until - 1, 10, OTHER) == []

    async def test_a_lease_that_ran_out_comes_back_uncertain(self, store: Store) -> None:
        _, errand = await answered(store)
        (again,) = await store.claim(NODE.until, 10, OTHER)
        assert (again.key, again.uncertain) == (errand.key, True)
        assert await store.claim(NODE.until, 10, NODE) == []

    async def test_a_timer_is_given_when_it_is_due_and_a_later_one_replaces_it(self, store: Store) -> None:
        scene = await opened(store)
        await store.commit(scene.take(scene.wakes("idle", 500)))
        await store.commit(scene.take(scene.wakes("idle", 900)))
        assert await store.next_due() == 900
        assert await store.claim(899, 10, NODE) == []
        (errand,) = await store.claim(900, 10, NODE)
        assert (errand.effect, errand.uncertain, errand.due) == (WakeAt("idle", 900), False, 900)
        assert await store.next_due() is None

    async def test_settling_a_timer_leaves_the_one_that_replaced_it(self, store: Store) -> None:
        scene = await opened(store)
        await store.commit(scene.take(scene.wakes("idle", 500)))
        (errand,) = await store.claim(500, 10, NODE)
        await store.commit(scene.take(scene.wakes("idle", 900)))
        done = Settlement(key=errand.key, conversation="conv-ann", done=True, at=600)
        await store.settle(done)
        assert await store.next_due() == 900
        (errand,) = await store.claim(900, 10, NODE)
        await store.settle(replace(done, due=500))
        assert (await store.counts())["errands"] == 1
        await store.settle(replace(done, due=900))
        assert (await store.counts())["errands"] == 0

    async def test_deliveries_of_one_conversation_are_given_one_after_another(self, store: Store) -> None:
        scene, first = await answered(store, delivery="d-1")
        await store.release("node-1")
        second = await store.commit(scene.take(scene.answers(delivery="d-2")))
        assert second.errands == (), "an older one is open and nobody here holds it"
        assert await store.next_due() == NOON
        (given,) = await store.claim(NOON, 10, OTHER)
        assert given.key == first.key
        assert await store.claim(NOON, 10, NODE) == []
        assert await store.next_due() is None
        await store.settle(sent(scene, "d-1", "out-1"))
        assert await store.next_due() == NOON
        assert [errand.key for errand in await store.claim(NOON, 10, NODE)] == ["d-2"]

    async def test_a_row_of_deliveries_is_given_in_its_order(self, store: Store) -> None:
        scene, _ = await answered(store, delivery="d-1")
        for key in ("d-2", "d-3", "d-4"):
            await store.commit(scene.take(scene.answers(delivery=key)))
        await store.release("node-1")
        given: list[str] = []
        for _ in range(4):
            (errand,) = await store.claim(NOON, 10, OTHER)
            given.append(errand.key)
            await store.settle(replace(sent(scene, errand.key), facts=()))
        assert given == ["d-1", "d-2", "d-3", "d-4"]

    async def test_a_node_that_holds_the_older_delivery_gets_the_younger_at_once(self, store: Store) -> None:
        scene, _ = await answered(store, delivery="d-1")
        early = replace(scene.answers(delivery="d-2"), at=NODE.until - 10)
        assert [errand.key for errand in (await store.commit(scene.take(early))).errands] == ["d-2"]

    async def test_a_younger_delivery_whose_lease_ran_out_still_waits(self, store: Store) -> None:
        scene, _ = await answered(store, delivery="d-1")
        await store.commit(scene.take(replace(scene.answers(delivery="d-2"), at=NODE.until - 10)))
        assert [errand.key for errand in await store.claim(LATER, 10, Lease("node-2", LATER + 9))] == ["d-1"]
        await store.settle(replace(sent(scene, "d-1"), facts=()))
        (younger,) = await store.claim(LATER, 10, OTHER)
        assert (younger.key, younger.uncertain) == ("d-2", False)

    async def test_other_conversations_do_not_wait(self, store: Store) -> None:
        await answered(store, "ann", delivery="d-1")
        await answered(store, "bob", delivery="d-2")
        await store.release("node-1")
        assert [errand.key for errand in await store.claim(NOON, 10, OTHER)] == ["d-1", "d-2"]

    async def test_no_more_is_given_than_was_asked_for(self, store: Store) -> None:
        for index in range(5):
            await answered(store, f"c{index}", delivery=f"d-{index}")
        await store.release("node-1")
        assert [errand.key for errand in await store.claim(NOON, 2, OTHER)] == ["d-0", "d-1"]

    async def test_what_is_to_be_tried_again_keeps_what_is_known_of_it(self, store: Store) -> None:
        _, errand = await answered(store)
        again = Settlement(
            key=errand.key, conversation="conv-ann", done=False, due=NOON + 50, attempt=3, uncertain=True,
            began=NOON - 5, at=NOON,
        )  # fmt: skip
        await store.settle(again)
        assert await store.next_due() == NOON + 50
        assert await store.claim(NOON + 49, 10, OTHER) == []
        (given,) = await store.claim(NOON + 50, 10, OTHER)
        assert (given.attempt, given.uncertain, given.began, given.due) == (3, True, NOON - 5, NOON + 50)
        assert (await store.counts())["errands_retrying"] == 1

    async def test_a_lease_given_back_is_as_if_it_had_not_been(self, store: Store) -> None:
        await answered(store, "ann", delivery="d-1")
        await answered(store, "bob", delivery="d-2")
        await store.release("node-2", "d-1")
        assert await store.claim(NOON, 10, OTHER) == [], "it was another's to give back"
        await store.release("node-1", "d-1")
        given = await store.claim(NOON, 10, OTHER)
        assert [(errand.key, errand.uncertain) for errand in given] == [("d-1", False)]
        await store.release("node-1")
        assert [errand.key for errand in await store.claim(NOON, 10, OTHER)] == ["d-2"]

    async def test_after_a_crash_what_others_held_is_due_at_once_and_uncertain(self, store: Store) -> None:
        scene, _ = await answered(store, "ann", delivery="d-1")
        await store.commit(scene.take(scene.wakes("idle", LATER)))
        back = "node-9" if self.one_process else "node-1"
        assert await store.recover("node-9", 10) == int(self.one_process)
        assert await store.recover("node-1", 10) == int(not self.one_process)
        given = await store.claim(10, 10, Lease(back, 50))
        assert [(errand.key, errand.uncertain) for errand in given] == [("d-1", True)]
        assert await store.recover("node-9" if self.one_process else "node-8", 20) == 0

    restarted = "node-9"  # whose start it is; where several nodes live, only its own errands come back

    async def test_after_a_crash_what_waited_behind_another_was_certainly_not_begun(self, store: Store) -> None:
        scene, first = await answered(store, "ann", delivery="d-1")
        await store.commit(scene.take(scene.answers(delivery="d-2")))
        await store.recover(self.restarted, 10)
        (given,) = await store.claim(10, 10, Lease("node-9", 50))
        assert (given.key, given.uncertain) == ("d-1", True)
        await store.settle(sent(scene, first.key, "out-1"))
        (given,) = await store.claim(NOON, 10, Lease("node-9", 50))
        assert (given.key, given.uncertain) == ("d-2", False)

    async def test_every_kind_of_errand_is_kept_whole(self, store: Store) -> None:
        scene = await opened(store)
        (errand,) = (await store.commit(scene.take(scene.seeks()))).errands
        assert errand.effect == FindAgent(errand.key, scene.session.id)


class StatusContract:
    async def test_a_message_goes_forward_through_its_states_and_never_back(self, store: Store) -> None:
        scene, errand = await answered(store)
        await store.settle(sent(scene, errand.key, "out-1"))
        seen: list[State | None] = []
        states: tuple[State, ...] = ("delivered", "sent", "read", "failed", "delivered")
        for state in states:
            update = StatusUpdate(id=f"s-{state}", state=state, at=NOON, message_id="out-1")
            assert await store.report("line-1", update, NOON) is True
            stored = await store.message(scene.session.id, 2)
            assert stored is not None
            seen.append(stored.state)
        assert seen == ["delivered", "delivered", "read", "read", "read"]
        facts = [row.event.state for row in await store.feed(0, 99) if isinstance(row.event, StateChanged)]
        assert facts == ["sent", "delivered", "read"]

    async def test_what_failed_says_why_and_is_counted(self, store: Store) -> None:
        scene, errand = await answered(store)
        failed = StateChanged(2, "failed", NOON, "131047", "the window is closed", maybe_twice=True)
        await store.settle(replace(sent(scene, errand.key), facts=(failed,)))
        stored = await store.message(scene.session.id, 2)
        assert stored is not None
        assert (stored.state, stored.code, stored.reason) == ("failed", "131047", "the window is closed")
        assert stored.maybe_twice is True
        assert (await store.counts())["failed"] == 1

    async def test_a_doubt_stays_also_where_the_status_was_there_before_the_answer(self, store: Store) -> None:
        scene, errand = await answered(store)
        early = StatusUpdate(id="s-1", state="delivered", at=NOON, message_id="out-1", delivery=errand.key)
        await store.report("line-1", early, NOON)
        doubtful = StateChanged(2, "sent", NOON, maybe_twice=True)
        await store.settle(replace(sent(scene, errand.key, "out-1"), facts=(doubtful,)))
        stored = await store.message(scene.session.id, 2)
        assert stored is not None
        assert (stored.state, stored.maybe_twice) == ("delivered", True)

    async def test_a_status_that_came_too_early_is_applied_once_the_message_is_known(self, store: Store) -> None:
        scene, errand = await answered(store)
        early = StatusUpdate(id="s-1", state="delivered", at=NOON, message_id="out-1")
        assert await store.report("line-1", early, NOON) is False
        await store.settle(sent(scene, errand.key, "out-1", at=NOON + 9 * MINUTE))
        stored = await store.message(scene.session.id, 2)
        assert stored is not None
        assert stored.state == "delivered"

    async def test_a_status_waits_no_longer_than_ten_minutes(self, store: Store) -> None:
        scene, errand = await answered(store)
        early = StatusUpdate(id="s-1", state="delivered", at=NOON, message_id="out-1")
        await store.report("line-1", early, NOON)
        await store.settle(sent(scene, errand.key, "out-1", at=NOON + 10 * MINUTE))
        stored = await store.message(scene.session.id, 2)
        assert stored is not None
        assert stored.state == "sent"

    async def test_a_status_of_another_channel_with_the_same_id_is_not_ours(self, store: Store) -> None:
        scene, errand = await answered(store)
        await store.settle(sent(scene, errand.key, "out-1"))
        update = StatusUpdate(id="s-1", state="read", at=NOON, message_id="out-1")
        assert await store.report("line-2", update, NOON) is False

    async def test_our_own_id_names_a_delivery_while_it_is_open_and_after(self, store: Store) -> None:
        scene, errand = await answered(store, delivery="d-1")
        update = StatusUpdate(id="s-1", state="sent", at=NOON, message_id="out-1", delivery="d-1")
        assert await store.report("line-1", update, NOON) is True
        assert await store.place("line-1", "out-1") == (scene.session.id, 2)
        await store.settle(replace(sent(scene, errand.key), facts=()))
        later = StatusUpdate(id="s-2", state="read", at=NOON, delivery="d-1")
        assert await store.report("line-1", later, NOON) is True
        stored = await store.message(scene.session.id, 2)
        assert stored is not None
        assert stored.state == "read"

    async def test_one_call_that_carried_two_messages_is_settled_for_both(self, store: Store) -> None:
        scene = await opened(store)
        session = replace(scene.session, seq=3)
        said = [Message(seq=seq, author=Author(kind="system"), content=Text("hi"), at=NOON) for seq in (2, 3)]
        parts = tuple(Part(message.seq, message.content) for message in said)
        deliver = Deliver(id="d-1", session=session.id, parts=parts, not_after=LATER)
        prompts = [Prompted(message=message, at=NOON, seq=message.seq, key="greeting") for message in said]
        commit = replace(scene.with_events(*prompts, session=session), effects=(deliver,))
        await store.commit(scene.take(commit))
        assert await store.report("line-1", StatusUpdate(id="s", state="delivered", at=NOON, delivery="d-1"), NOON)
        states = [stored.state for stored in await store.history(session.id)]
        assert states == [None, "delivered", "delivered"]

    async def test_fetched_media_takes_the_place_of_what_was_announced(self, store: Store) -> None:
        scene = await opened(store)
        settlement = Settlement(
            key="fetch-1",
            conversation="conv-ann",
            session=scene.session.id,
            done=True,
            facts=(MediaFetched(1, NOON),),
            content=((1, Image(url="/media/1", mime="image/png")),),
            at=NOON,
        )
        await store.settle(settlement)
        (row,) = await store.feed(3, 10)
        assert row.event == MediaFetched(1, NOON)
        assert row.stored is not None
        assert row.stored.message.content == Image(url="/media/1", mime="image/png")

    async def test_media_that_comes_after_its_message_was_taken_back_is_dropped(self, store: Store) -> None:
        scene = await opened(store)
        await store.commit(scene.take(scene.with_events(Retracted(scene.session.id, 1, NOON))))
        content = ((1, Image(url="/media/1")),)
        await store.settle(
            Settlement(
                key="f",
                conversation="conv-ann",
                session=scene.session.id,
                done=True,
                content=content,
                at=NOON,
            )
        )
        assert await texts(store, scene.session.id) == [""]


class ListContract:
    async def test_the_newest_activity_comes_first(self, store: Store) -> None:
        scenes = {name: await opened(store, name) for name in ("ann", "bob", "cat")}
        await store.commit(scenes["ann"].says())
        assert await listed(store) == ["ann", "cat", "bob"]
        row = await store.session(scenes["ann"].session.id)
        assert row is not None
        assert row.last_message is not None
        assert row.last_message.message.seq == 2
        assert (row.conversation, row.channel, row.address) == ("conv-ann", "line-1", "addr-ann")
        assert await store.session("session-nobody") is None

    async def test_each_filter_keeps_what_it_names(self, store: Store) -> None:
        await store.seat("bo", capacity=9, at=NOON)
        await store.set_status("bo", "online", None, NOON)
        await opened(store, "bot")
        await opened(store, "waiting", phase="queued", group="sales")
        active = await opened(store, "active", group="sales")
        await store.commit(active.take(active.assigned("bo")))
        done = await opened(store, "done", group="help")
        await store.commit(done.take(done.assigned("bo")))
        await store.commit(done.take(done.closed()))
        web = Scene("web", channel="web-1")
        await store.commit(web.take(web.opens(group="help")))
        assert await listed(store, phase="queued") == ["waiting"]
        assert await listed(store, phase="active") == ["active"]
        assert await listed(store, phase="closed") == ["done"]
        assert await listed(store, phase="bot") == ["web", "bot"]
        assert await listed(store, mine="bo") == ["done", "active"]
        assert await listed(store, group="sales") == ["active", "waiting"]
        assert await listed(store, group="help") == ["web", "done"]
        assert await listed(store, channel="web-1") == ["web"]
        assert await listed(store, channel="line-1", group="help") == ["done"]
        assert await listed(store, mine="bo", phase="closed") == ["done"]
        assert await listed(store, mine="cy") == []

    async def test_the_chats_of_one_customer_open_and_closed_on_every_channel(self, store: Store) -> None:
        ann = Customer(id="ann", name="Ann")
        for name, channel in (("line", "line-1"), ("web", "web-1")):
            scene = Scene(name, channel=channel)
            await store.commit(scene.take(scene.opens(customer=ann, group="sales")))
        done = Scene("done", channel="line-2")
        await store.commit(done.take(done.opens(customer=ann)))
        await store.commit(done.take(done.closed()))
        await opened(store, "somebody")

        async def theirs(**query: Any) -> list[str]:
            page = await store.sessions(SessionQuery(**query))
            return [row.conversation.removeprefix("conv-") for row in page.items]

        assert await theirs(customer="ann") == ["done", "web", "line"]
        first = await store.sessions(SessionQuery(customer="ann", limit=1))
        assert await theirs(customer="ann", after=first.next) == ["web", "line"]
        assert await theirs(customer="ann", phase="closed") == ["done"]
        assert await theirs(customer="ann", visible_to="bo") == ["done"]
        assert await theirs(customer="nobody") == []

    async def test_open_chats_are_counted_by_phase_channel_group_and_agent(self, store: Store) -> None:
        await store.seat("bo", capacity=9, at=NOON)
        await store.set_status("bo", "online", None, NOON)
        assert await store.tally() == []
        await opened(store, "bot")
        for name in ("one", "two"):
            await opened(store, name, phase="queued", group="sales")
        active = await opened(store, "active", group="sales")
        await store.commit(active.take(active.assigned("bo")))
        done = await opened(store, "done")
        await store.commit(done.take(done.closed()))
        found = {(each.phase, each.channel, each.group, each.agent): each.count for each in await store.tally()}
        assert found == {
            ("bot", "line-1", None, None): 1,
            ("queued", "line-1", "sales", None): 2,
            ("active", "line-1", "sales", "bo"): 1,
        }

    async def test_an_agent_sees_their_own_their_groups_and_those_of_no_group(self, store: Store) -> None:
        await store.seat("bo", capacity=9, at=NOON)
        await store.set_status("bo", "online", None, NOON)
        for name, group in (("own", "secret"), ("sales", "sales"), ("other", "secret"), ("free", None)):
            scene = await opened(store, name, group=group)
            if name == "own":
                await store.commit(scene.take(scene.assigned("bo")))
            twin = await opened(store, f"{name}-closed", group=group)
            if name == "own":
                await store.commit(twin.take(twin.assigned("bo")))
            await store.commit(twin.take(twin.closed()))
        seen = ["free-closed", "free", "sales-closed", "sales", "own-closed", "own"]
        assert await listed(store, visible_to="bo", visible_groups=("sales",)) == seen
        assert await listed(store, visible_to="bo", visible_groups=("sales", "x"), phase="closed") == seen[::2]
        assert await listed(store, visible_to="cy") == ["free-closed", "free"]
        assert await listed(store, visible_to="bo", group="secret") == ["own-closed", "own"]
        assert await listed(store, visible_to="cy", group="secret") == []
        assert await listed(store, visible_to="bo", channel="line-1", phase="closed") == [
            "free-closed",
            "own-closed",
        ]

    async def test_pages_hold_everything_once(self, store: Store) -> None:
        names = [f"c{index:02}" for index in range(25)]
        for index, name in enumerate(names):
            scene = await opened(store, name, group="sales" if index % 2 else None)
            if index % 3 == 0:
                await store.commit(scene.take(scene.closed()))
        assert sorted(await all_pages(store, limit=4)) == names
        assert sorted(await all_pages(store, limit=4, visible_to="bo", visible_groups=("sales",))) == names
        assert await all_pages(store, limit=4) == await listed(store)
        assert await all_pages(store, limit=25) == await listed(store)

    async def test_paging_neither_repeats_nor_skips_while_chats_move_to_the_front(self, store: Store) -> None:
        scenes = [await opened(store, f"c{index}") for index in range(9)]
        first = await store.sessions(SessionQuery(limit=3))
        await store.commit(scenes[0].take(scenes[0].says()))
        await store.commit(scenes[8].take(scenes[8].says()))
        rest: list[str] = []
        after = first.next
        while after is not None:
            page = await store.sessions(SessionQuery(limit=3, after=after))
            rest += [row.conversation for row in page.items]
            after = page.next
        assert [row.conversation for row in first.items] == ["conv-c8", "conv-c7", "conv-c6"]
        assert rest == [f"conv-c{index}" for index in (5, 4, 3, 2, 1)], "c0 moved to the front meanwhile"

    async def test_a_fact_does_not_move_a_session(self, store: Store) -> None:
        ann, errand = await answered(store, "ann")
        await opened(store, "bob")
        await store.settle(sent(ann, errand.key, "out-1"))
        assert await listed(store) == ["bob", "ann"]

    async def test_a_session_that_was_only_touched_keeps_its_place(self, store: Store) -> None:
        ann = await opened(store, "ann")
        await store.commit(ann.take(ann.closed()))
        last = ann.session
        await store.commit(ann.take(ann.opens(number=2)))
        assert ann.state is not None
        touched = replace(last, rating=Rating("thumbs", 1, NOON))
        commit = replace(ann.says(), others=(touched,))
        await store.commit(ann.take(replace(commit, conversation=replace(commit.conversation, last=touched))))
        row = await store.session(last.id)
        assert row is not None
        assert (row.session, row.active_n) == (touched, 4)


class SearchContract:
    async def indexed(self, store: Store) -> None:
        while await store.index(7):
            pass

    @pytest.mark.parametrize(
        ("said", "asked"),
        [
            ("Where is my PARCEL?", "parcel"),
            ("Where is my parcel?", "where par"),
            ("Straße", "STRASSE"),
            ("我的包裹在哪里", "包裹"),
            ("我的包裹在哪里", "里"),
            ("荷物はどこですか", "どこ"),
            ("소포가 어디에 있나요", "어디"),
            ("พัสดุของฉันอยู่ที่ไหน", "ของฉัน"),
            ("ພັດສະດຸຢູ່ໃສ", "ຢູ່"),
            ("កញ្ចប់នៅឯណា", "នៅ"),
            ("order A-1234 包裹", "1234 包裹"),
        ],
    )
    async def test_words_are_found_in_every_script(self, store: Store, said: str, asked: str) -> None:
        await opened(store, "ann", said)
        await opened(store, "bob", "something else, 别的, その他")
        await self.indexed(store)
        assert await listed(store, q=asked) == ["ann"]

    @pytest.mark.parametrize("asked", ["parcels", "arcel", "裹包", "哪包", "zebra parcel", "***"])
    async def test_what_was_not_said_is_not_found(self, store: Store, asked: str) -> None:
        await opened(store, "ann", "Where is my parcel? 我的包裹在哪里")
        await self.indexed(store)
        assert await listed(store, q=asked) == []

    async def test_names_partner_ids_and_numbers_are_found_at_once(self, store: Store) -> None:
        await opened(store, "x1", number=4711, customer=Customer(id="customer-x1", name="Änne Müller"))
        await opened(store, "x2", number=12, customer=Customer(id="customer-x2", partner_id="P-77"))
        assert await listed(store, q="müll") == ["x1"]
        assert await listed(store, q="p-77") == ["x2"]
        assert await listed(store, q="p-7") == ["x2"]
        assert await listed(store, q="-77") == ["x2"]
        assert await listed(store, q="p-8") == []
        assert await listed(store, q="#4711") == ["x1"]
        assert await listed(store, q="4711") == ["x1"]

    async def test_masked_words_are_never_found(self, store: Store) -> None:
        scene = await opened(store, text="helo")
        event = Amended(scene.session.id, 1, NOON, Text("you ****"), Text("you scoundrel"))
        await store.commit(scene.take(scene.with_events(event)))
        await self.indexed(store)
        assert await listed(store, q="scoundrel") == []

    async def test_an_edit_and_an_unsend_change_what_is_found(self, store: Store) -> None:
        scene = await opened(store, text="apples")
        await self.indexed(store)
        await store.commit(scene.take(scene.with_events(Amended(scene.session.id, 1, NOON, Text("pears")))))
        assert (await listed(store, q="apples"), await listed(store, q="pears")) == ([], ["ann"])
        await store.commit(scene.take(scene.with_events(Retracted(scene.session.id, 1, NOON))))
        assert await listed(store, q="pears") == []
        await self.indexed(store)
        assert await listed(store, q="pears") == []

    async def test_search_shows_only_what_the_asker_may_see_and_pages(self, store: Store) -> None:
        for index in range(7):
            await opened(store, f"c{index}", "parcel", group="secret" if index % 2 else None)
        await self.indexed(store)
        assert await listed(store, q="parcel", visible_to="bo") == ["c6", "c4", "c2", "c0"]
        assert await all_pages(store, q="parcel", limit=2) == [f"c{index}" for index in range(6, -1, -1)]

    async def test_customers_are_found_by_any_of_their_names(self, store: Store) -> None:
        people = [
            Customer(id="customer-1", name="Ann Lee", phone="+4915112345"),
            Customer(id="customer-2", name="Bob", email="bob@example.com", partner_id="P-1"),
        ]
        for person in people:
            scene = Scene(person.id.removeprefix("customer-"))
            await store.commit(scene.opens(customer=person))
        assert await store.customer("customer-1") == people[0]
        assert await store.customer("customer-9") is None
        assert (await store.customers()).items == (people[1], people[0])
        assert (await store.customers(q="lee")).items == (people[0],)
        assert (await store.customers(q="15112")).items == (people[0],)
        assert (await store.customers(q="BOB@")).items == (people[1],)
        assert (await store.customers(partner_id="P-1")).items == (people[1],)
        first = await store.customers(limit=1)
        assert (await store.customers(limit=1, after=first.next)).items == (people[0],)

    async def test_what_is_newly_known_of_a_customer_is_kept(self, store: Store) -> None:
        scene = await opened(store)
        assert scene.state is not None
        known = replace(scene.state.customer, phone="+81 90")
        commit = scene.with_events(CustomerKnown(known))
        await store.commit(replace(commit, conversation=replace(commit.conversation, customer=known)))
        assert await store.customer("customer-ann") == known


class DocumentContract:
    async def test_a_document_has_versions_and_its_history_stays(self, store: Store) -> None:
        assert await store.put("groups", "g1", {"name": "Sales"}, who="root", at=1) == 1
        assert await store.put("groups", "g1", {"name": "Sales 2"}, who="amy", at=2, expected=1) == 2
        document = await store.get("groups", "g1")
        assert document is not None
        assert (document.version, document.body) == (2, {"name": "Sales 2"})
        revisions = await store.revisions("groups", "g1")
        assert [(one.version, one.at, one.who, one.body) for one in revisions] == [
            (1, 1, "root", {"name": "Sales"}),
            (2, 2, "amy", {"name": "Sales 2"}),
        ]

    async def test_a_document_somebody_else_changed_is_stale(self, store: Store) -> None:
        await store.put("groups", "g1", {"name": "Sales"}, who="root", at=1)
        for expected in (0, 2):
            with pytest.raises(Stale):
                await store.put("groups", "g1", {"name": "Mine"}, who="amy", at=2, expected=expected)
        with pytest.raises(Stale):
            await store.put("groups", "g2", {"name": "New"}, who="amy", at=2, expected=1)
        assert await store.put("groups", "g2", {"name": "New"}, who="amy", at=2, expected=0) == 1

    async def test_of_many_who_write_at_once_one_wins(self, store: Store) -> None:
        await store.put("groups", "g1", {"name": "Sales"}, who="root", at=1)
        writes = (store.put("groups", "g1", {"name": str(index)}, who="amy", at=2, expected=1) for index in range(8))
        results = await asyncio.gather(*writes, return_exceptions=True)
        assert [result for result in results if not isinstance(result, Stale)] == [2]

    async def test_a_removed_document_is_gone_and_never_reuses_a_version(self, store: Store) -> None:
        await store.put("groups", "g1", {"name": "Sales"}, who="root", at=1)
        assert await store.put("groups", "g1", None, who="root", at=2) == 2
        assert await store.get("groups", "g1") is None
        assert await store.all("groups") == []
        assert await store.put("groups", "g1", None, who="root", at=3) == 2
        assert await store.put("groups", "g1", {"name": "Again"}, who="root", at=4, expected=0) == 3

    async def test_all_documents_of_a_collection_come_in_the_order_of_their_ids(self, store: Store) -> None:
        for name in ("b", "a"):
            await store.put("groups", name, {"name": name}, who="root", at=1)
        await store.put("agents", "c", {"name": "c"}, who="root", at=1)
        assert [document.id for document in await store.all("groups")] == ["a", "b"]
        assert await store.get("agents", "a") is None
        assert await store.revisions("agents", "a") == []


class RestContract:
    async def test_a_sign_in_lives_until_it_is_revoked(self, store: Store) -> None:
        grants = [Grant(bytes([index]) * 32, agent, 100) for index, agent in enumerate(("bo", "bo", "cy", "cy"))]
        for grant in grants:
            await store.grant(grant)
        assert await store.granted(grants[0].digest) == grants[0]
        await store.revoke(agent="bo")
        await store.revoke(digest=grants[2].digest)
        left = [await store.granted(grant.digest) for grant in grants]
        assert left == [None, None, None, grants[3]]

    async def test_raw_webhooks_are_kept_per_channel_newest_first(self, store: Store) -> None:
        raws = [Raw("line-1", at, "unknown kind", b"\x00\xff" + bytes([at])) for at in (1, 2, 3)]
        for raw in raws:
            await store.keep_raw(raw)
        await store.keep_raw(Raw("web-1", 4, "odd", b"{}"))
        assert await store.raws("line-1", 2) == [raws[2], raws[1]]

    async def test_a_raw_webhook_that_is_sent_again_is_kept_once_in_each_channel(self, store: Store) -> None:
        first, again, elsewhere = Raw("a", 1, "odd", b"{}"), Raw("a", 2, "odd still", b"{}"), Raw("b", 3, "odd", b"{}")
        for raw in (first, again, elsewhere):
            await store.keep_raw(raw)
        assert await store.raws("a") == [first]
        assert await store.raws("b") == [elsewhere]

    async def test_reserved_numbers_are_nobody_else_s(self, store: Store) -> None:
        first = await store.reserve("session", 10)
        ranges = await asyncio.gather(*(store.reserve("session", 3) for _ in range(5)))
        numbers = [*range(first, first + 10), *(n for start in sorted(ranges) for n in range(start, start + 3))]
        assert numbers == list(range(1, 26))
        assert await store.reserve("other", 1) == 1

    async def test_a_cause_is_forgotten_after_its_time_and_not_before(self, store: Store) -> None:
        old, new = Scene("old", at=100), Scene("new", at=200)
        await store.commit(old.take(old.opens(cause="m-old")))
        await store.commit(new.take(new.opens(cause="m-new")))
        assert await store.forget(100, 50) == 0
        assert await store.forget(200, 50) == 1
        assert await store.forget(200, 50) == 0
        assert isinstance(await outcome(store, old.says(cause="m-old")), Committed)
        assert isinstance(await outcome(store, new.says(cause="m-new")), Duplicate)

    async def test_forgetting_goes_in_small_steps_until_nothing_is_left(self, store: Store) -> None:
        for index in range(5):
            await opened(store, f"c{index}", cause=f"m-{index}")
        gone: Sequence[int] = [await store.forget(LATER, 2) for _ in range(4)]
        assert list(gone) == [2, 2, 1, 0]

    async def test_causes_of_commits_without_events_are_forgotten_too(self, store: Store) -> None:
        scene = await opened(store)
        quiet = replace(scene.with_events(), causes=(Cause("line-1", "quiet"),))
        await store.commit(scene.take(quiet))
        assert isinstance(await outcome(store, replace(quiet, expected=2)), Duplicate)
        assert await store.forget(LATER, 10) == 1
        assert isinstance(await outcome(store, replace(quiet, expected=2)), Committed)

    async def test_statuses_nobody_claimed_and_sign_ins_that_ended_are_forgotten(self, store: Store) -> None:
        await store.report("line-1", StatusUpdate(id="s", state="read", at=1, message_id="never"), 100)
        await store.grant(Grant(b"x" * 32, "bo", 150))
        assert await store.forget(100, 50) == 0
        assert await store.forget(151, 50) == 2

    async def test_the_counts_are_of_what_is_open(self, store: Store) -> None:
        await answered(store, "ann")
        await opened(store, "bob", phase="queued")
        scene = await opened(store, "cat")
        await store.commit(scene.take(scene.closed()))
        assert await store.counts() == {
            "errands": 1,
            "errands_retrying": 0,
            "failed": 0,
            "seats_below_zero": 0,
            "sessions_bot": 1,
            "sessions_queued": 1,
            "sessions_unassigned": 0,
            "sessions_active": 0,
        }


class StoreContract(
    CommitContract,
    AliasContract,
    SeatContract,
    KeeperContract,
    MessageContract,
    FeedContract,
    ErrandContract,
    StatusContract,
    ListContract,
    SearchContract,
    DocumentContract,
    RestContract,
    HookContract,
    PeopleContract,
    EraseContract,
    SubmissionContract,
    TagContract,
    MentionContract,
    SaidContract,
    PulseContract,
    ChangesContract,
):
    """All of it."""
