"""What every store must do about who customers are: find them, link them, erase them, let old words go."""

import pytest
from msgspec.structs import replace

from core.customer import Customer
from core.erasing import erased
from core.errors import Duplicate
from core.event import (
    Amended,
    Closed,
    CustomerKnown,
    CustomerLinked,
    Erased,
    FoundWord,
    Replied,
    Retracted,
    StateChanged,
    Tagged,
    Translated,
    TurnedAway,
    WordsFound,
)
from core.fading import Fading
from core.message import Author, Image, Message, Text, Translation, plain
from core.ports.papers import Raw
from core.ports.reading import SessionQuery
from core.ports.store import Store
from core.ports.writing import Commit, Lease, Settlement
from tests.stores.hooks import delivery
from tests.stores.left import changes, leaves, says_of
from tests.stores.scenes import NOON, Scene

ANN = Customer(
    id="customer-1", name="Änne Lee", nickname="Nan", phone="+49 151 12345", email="ann.lee@x.example",
    partner_id="P-77",
)  # fmt: skip
WORD = "kanarienvogel"


async def index(store: Store) -> None:
    while await store.index(100):
        pass


async def all_of_it(store: Store, conversation: str, limit: int = 2) -> None:
    after = await store.erase(conversation, None, limit)
    while after is not None:
        after = await store.erase(conversation, after, limit)


def erasing(scene: Scene) -> Commit:
    """As the rules would: the chat ends, and who it was is gone."""
    assert scene.state is not None
    events: list[Closed | Erased] = []
    state = scene.state
    if state.session is not None:
        last = replace(state.session, phase="closed")
        state, events = replace(state, session=None, last=last), [Closed("system", "erased", NOON)]
    gone = Erased(state.customer.id, NOON, "mei")
    state = erased(state, gone)
    return Commit(
        conversation=state,
        expected=scene.version,
        session=state.last,
        events=(*events, gone),
        at=NOON,
        lease=scene.lease,
    )


async def texts(store: Store, session: str) -> list[str]:
    return [plain(each.message.content) for each in await store.history(session)]


async def fade(store: Store, wanted: Fading, limit: int = 2) -> None:
    await store.newest()  # everything is numbered
    while await store.fade(wanted, limit) >= limit:
        pass


def afterwards(scene: Scene, text: str) -> Commit:
    """What an agent writes once the chat is over."""
    session = replace(scene.session, seq=scene.session.seq + 1)
    said = Message(seq=session.seq, author=Author(kind="agent", id="bo"), content=Text(text), at=scene.at)
    return scene.with_events(Replied(message=said, at=scene.at, seq=said.seq, after_close=True), session=session)


class PeopleContract:
    async def known(self, store: Store, *people: Customer) -> None:
        for person in people:
            scene = Scene(person.id.removeprefix("customer-"))
            await store.commit(scene.opens(customer=person))

    @pytest.mark.parametrize(
        "asked",
        ["änne", "ÄNN", "lee", "Lee Änne", "nan", "p-77", "P-7", "ann.lee@", "ann.lee@x.example", "15112345", "+49 151",
         "2345", "x.example"],
    )  # fmt: skip
    async def test_a_customer_is_found_by_the_beginning_of_what_is_known(self, store: Store, asked: str) -> None:
        await self.known(store, ANN, Customer(id="customer-2", name="Bob", phone="+1 555 0199"))
        assert [each.id for each in (await store.customers(q=asked)).items] == ["customer-1"]

    @pytest.mark.parametrize("asked", ["nne", "ee", "***", "zoe", "lee zoe", "lee@"])
    async def test_what_stands_elsewhere_is_not_found(self, store: Store, asked: str) -> None:
        await self.known(store, ANN)
        assert (await store.customers(q=asked)).items == ()

    async def test_names_without_spaces_are_found_by_their_parts(self, store: Store) -> None:
        await self.known(store, Customer(id="customer-1", name="山田太郎"))
        for asked in ("山田", "太郎", "田太", "郎"):
            assert len((await store.customers(q=asked)).items) == 1

    async def test_who_is_known_by_another_name_now_is_not_found_by_the_old(self, store: Store) -> None:
        scene = Scene("ann")
        await store.commit(scene.take(scene.opens(customer=Customer(id="customer-ann", name="Ann Lee"))))
        assert scene.state is not None
        known = replace(scene.state.customer, name="Ann Moss")
        commit = scene.with_events(CustomerKnown(known))
        await store.commit(replace(commit, conversation=replace(commit.conversation, customer=known)))
        assert (await store.customers(q="lee")).items == ()
        assert (await store.customers(q="moss")).items == (known,)

    async def test_customers_found_come_page_by_page(self, store: Store) -> None:
        await self.known(store, *(Customer(id=f"customer-{n}", name="Ann") for n in range(1, 6)))
        first = await store.customers(q="ann", limit=2)
        assert [each.id for each in first.items] == ["customer-5", "customer-4"]
        second = await store.customers(q="ann", limit=2, after=first.next)
        assert [each.id for each in second.items] == ["customer-3", "customer-2"]
        assert (await store.customers(q="ann", limit=2, after=second.next)).next is None

    async def test_a_partner_id_is_the_first_ones_who_claims_it(self, store: Store) -> None:
        assert await store.partner("P-1") is None
        assert await store.partner("P-1", "customer-1") == "customer-1"
        assert await store.partner("P-1", "customer-2") == "customer-1"
        assert await store.partner("P-1") == "customer-1"

    async def test_linked_conversations_are_one_persons(self, store: Store) -> None:
        ann, bob = Scene("ann"), Scene("bob", channel="web-1")
        await store.commit(ann.take(ann.opens(customer=Customer(id="customer-1", name="Ann", partner_id="P-1"))))
        await store.commit(bob.take(bob.opens(customer=Customer(id="customer-2", name="Visitor", partner_id="P-2"))))
        assert await store.partner("P-2", "customer-2") == "customer-2"
        assert ann.state is not None and bob.state is not None
        person = ann.state.customer
        commit = bob.with_events(CustomerLinked(person, "customer-2", NOON, "mei"))
        await store.commit(replace(commit, conversation=replace(bob.state, customer=person)))
        assert [state.id for state in await store.conversations("customer-1")] == ["conv-ann", "conv-bob"]
        assert await store.conversations("customer-2") == []
        assert await store.customer("customer-2") is None
        assert (await store.customers(q="visitor")).items == ()
        assert await store.partner("P-2") == "customer-1"
        await index(store)
        page = await store.sessions(SessionQuery(customer="customer-1"))
        assert [row.conversation for row in page.items] == ["conv-bob", "conv-ann"]
        assert (await store.sessions(SessionQuery(customer="customer-1", channel="web-1", limit=1))).next is None
        assert [row.conversation for row in (await store.sessions(SessionQuery(q="ann"))).items] == [
            "conv-bob",
            "conv-ann",
        ]

    async def test_a_record_that_others_share_stays(self, store: Store) -> None:
        shared = Customer(id="customer-2", name="Both")
        one, two = Scene("one"), Scene("two")
        for scene in (one, two):
            await store.commit(scene.take(scene.opens(customer=shared)))
        assert one.state is not None
        person = Customer(id="customer-1", name="Ann")
        commit = one.with_events(CustomerLinked(person, "customer-2", NOON, "mei"))
        await store.commit(replace(commit, conversation=replace(one.state, customer=person)))
        assert await store.customer("customer-2") == shared


class EraseContract:
    async def chat(self, store: Store) -> Scene:
        """One with everything in it that could hold a word."""
        scene = Scene("ann")
        person = replace(ANN, name=WORD, params={"note": WORD})
        await store.commit(scene.take(scene.opens(f"my {WORD}", customer=person, cause="m-1")))
        session = scene.session.id
        await store.commit(scene.take(scene.answers(f"your {WORD}?")))
        edit = Amended(session, 1, NOON, Text(f"two {WORD}"), Text(f"three {WORD}"))
        await store.commit(scene.take(scene.with_events(edit, Tagged((WORD,), NOON, "mei"))))
        picture = Message(
            seq=3, author=Author(kind="agent", id="mei", name="Mei"), at=NOON,
            content=Image(url="media:0123", caption=WORD, name=WORD),
        )  # fmt: skip
        shown = replace(scene.session, seq=3, tags=(WORD,), pending=(("a", WORD),))
        await store.commit(scene.take(scene.with_events(Replied(message=picture, at=NOON, seq=3), session=shown)))
        turned = TurnedAway(Message(seq=0, author=Author("customer"), content=Text(WORD), at=NOON), NOON)
        await store.commit(scene.take(scene.with_events(turned)))
        await store.alias("line-1", "ann-elsewhere", "conv-ann")
        await store.keep_raw(Raw("line-1", NOON, "odd", f"addr-ann says {WORD}".encode()))
        await store.keep_raw(Raw("line-1", NOON, "odd", b"addr-bob says hello"))
        hook = await store.hooks.keep("all.crm", "n1", NOON, NOON + 10, 0)
        assert hook is not None
        await store.hooks.add(
            hook,
            [
                delivery(1, conversation="conv-ann", body=WORD.encode()),
                delivery(2, "s2", conversation="conv-ann", body=WORD.encode(), state="delivered", done_at=NOON),
                delivery(3, "s3", conversation="conv-bob", body=b"hello"),
            ],
        )
        await store.partner("P-77", "customer-1")
        await index(store)
        return scene

    async def test_who_it_was_is_gone_with_the_commit(self, store: Store) -> None:
        scene = await self.chat(store)
        commit = erasing(scene)
        await store.commit(commit)
        assert await store.customer("customer-1") is None
        assert (await store.customers(q=WORD)).items == ()
        assert await store.partner("P-77") is None
        assert await store.load("line-1", "addr-ann") is None
        assert await store.load("line-1", "ann-elsewhere") is None
        assert await store.load_of(scene.session.id) == (commit.conversation, commit.expected + 1)
        assert [raw.body for raw in await store.raws("line-1")] == [b"addr-bob says hello"]
        assert await store.claim(NOON + 10**9, 10, scene.lease) == []
        log = (await store.hooks.log("all.crm"))[0]
        assert [(each.id, each.state, each.body) for each in log] == [
            ("d003", "waiting", b"hello"), ("d002", "delivered", None), ("d001", "parked", None),
        ]  # fmt: skip

    async def test_everything_that_was_said_is_gone_and_its_place_stays(self, store: Store) -> None:
        scene = await self.chat(store)
        session, before = scene.session.id, await store.newest()
        assert (await store.sessions(SessionQuery(q=WORD))).items != ()
        await store.commit(erasing(scene))
        await all_of_it(store, "conv-ann")
        history = await store.history(session)
        assert [(each.message.seq, plain(each.message.content), each.message.original) for each in history] == [
            (1, "", None), (2, "", None), (3, "", None),
        ]  # fmt: skip
        assert [each.message.author.kind for each in history] == ["customer", "agent", "agent"]
        assert history[0].provider_id is None
        rows = await store.feed(0, 100)
        assert [row.n for row in rows] == list(range(1, before + 4))  # it ended, it was erased, an answer never went
        assert WORD not in repr(rows)
        assert "addr-ann" not in repr(rows)
        await index(store)
        assert (await store.sessions(SessionQuery(q=WORD))).items == ()
        row = await store.session(session)
        assert row is not None and (row.session.tags, row.session.pending, row.customer) == (
            (),
            (),
            Customer(id="customer-1"),
        )
        assert await store.dropped_files(9) == ["media:0123"]
        await store.swept(["media:0123"])
        assert await store.dropped_files(9) == []
        await store.scrub()

    async def test_what_was_still_to_be_sent_is_shown_as_never_sent(self, store: Store) -> None:
        """Also what another node has under way: should it have arrived, nobody may be told any more."""
        scene = Scene("ann")
        await store.commit(scene.take(scene.opens()))
        (first,) = (await store.commit(scene.take(scene.answers("one", delivery="d-1")))).errands
        await store.commit(scene.take(scene.answers("two", delivery="d-2")))
        settled = Settlement(
            key=first.key, conversation=first.conversation, session=scene.session.id, done=True, at=NOON,
            facts=(StateChanged(2, "sent", NOON),),
        )  # fmt: skip
        await store.settle(settled)
        await store.commit(scene.take(scene.answers("three", delivery="d-3")))
        await store.commit(erasing(scene))
        told = [(each.state, each.code) for each in await store.history(scene.session.id)]
        assert told == [(None, None), ("sent", None), ("failed", "erased"), ("failed", "erased")]
        assert all(each.reason for each in await store.history(scene.session.id) if each.state == "failed")
        facts = [row.event for row in await store.feed(0, 100) if isinstance(row.event, StateChanged)]
        assert [(fact.seq, fact.state) for fact in facts] == [(2, "sent"), (3, "failed"), (4, "failed")]
        assert await store.claim(NOON + 10**9, 10, Lease("node-2", NOON + 2 * 10**9)) == []
        late = replace(settled, key="d-2", facts=(StateChanged(3, "sent", NOON),))
        await store.settle(late)
        assert (await store.history(scene.session.id))[2].state == "failed"

    async def test_whoever_writes_from_the_address_again_is_a_stranger(self, store: Store) -> None:
        scene = await self.chat(store)
        await store.commit(erasing(scene))
        again = Scene("ann")
        commit = again.opens(customer=Customer(id="customer-new"))
        fresh = replace(commit, conversation=replace(commit.conversation, id="conv-new"))
        await store.commit(replace(fresh, causes=()))
        found = await store.load("line-1", "addr-ann")
        assert found is not None and found[0].id == "conv-new"

    async def test_what_an_erased_customer_wrote_is_not_taken_again_when_it_is_told_again(self, store: Store) -> None:
        scene = Scene("ann")
        await store.commit(scene.take(scene.opens(cause="m-1")))
        await store.commit(erasing(scene))
        await all_of_it(store, "conv-ann")
        with pytest.raises(Duplicate):
            await store.commit(Scene("ann").opens(customer=Customer(id="customer-new"), cause="m-1"))

    async def test_an_unsent_message_takes_its_file_and_its_webhooks_along(self, store: Store) -> None:
        scene = Scene("ann")
        await store.commit(scene.take(scene.opens("hello")))
        picture = Message(seq=2, author=Author("customer"), at=NOON, content=Image(url="media:77", caption=WORD))
        await store.commit(scene.take(scene.with_events(Replied(message=picture, at=NOON, seq=2))))
        hook = await store.hooks.keep("all.crm", "n1", NOON, NOON + 10, 0)
        assert hook is not None
        session = scene.session.id
        mine = [delivery(n, conversation="conv-ann", session=session, seq=n, body=WORD.encode()) for n in (1, 2)]
        await store.hooks.add(hook, mine)
        await store.commit(scene.take(scene.with_events(Retracted(session, 2, NOON))))
        assert await store.dropped_files(9) == ["media:77"]
        log = (await store.hooks.log("all.crm"))[0]
        assert [(each.id, each.state, each.body) for each in log] == [
            ("d002", "parked", None), ("d001", "waiting", WORD.encode()),
        ]  # fmt: skip

    async def test_old_words_go_and_who_said_them_stays(self, store: Store) -> None:
        scene = await self.chat(store)
        session = scene.session.id
        await store.commit(scene.take(scene.closed()))
        scene.at = NOON + 1000
        await store.commit(scene.take(afterwards(scene, "still here")))
        await index(store)
        await fade(store, Fading("texts", NOON + 500))
        assert await texts(store, session) == ["", "", "", "still here"]
        assert await store.customer("customer-1") is not None
        assert (await store.history(session))[0].provider_id == "m-1"
        assert await store.dropped_files(9) == ["media:0123"]
        assert await store.fade(Fading("texts", NOON + 500), 100) == 0
        await fade(store, Fading("texts", NOON + 5000))
        assert await texts(store, session) == [""] * 4

    async def test_what_is_open_stays_until_it_is_over_and_goes_then_however_old(self, store: Store) -> None:
        scene = await self.chat(store)
        session = scene.session.id
        before = await texts(store, session)
        await fade(store, Fading("texts", NOON + 500))
        assert await texts(store, session) == before
        scene.at = NOON + 1000
        await store.commit(scene.take(scene.closed()))
        await fade(store, Fading("texts", NOON + 500))
        assert await texts(store, session) == before
        await fade(store, Fading("texts", NOON + 1001))
        assert await texts(store, session) == [""] * len(before)

    async def test_a_ticket_keeps_its_words_until_it_is_solved(self, store: Store) -> None:
        scene, kept = await leaves(store, "ann", 1, text=WORD)
        after = replace(kept, state="open")
        await store.commit(scene.take(says_of(scene, after, WORD)))
        for kind in ("texts", "left"):
            await fade(store, Fading(kind, NOON + 500))
        assert await texts(store, kept.id) == [WORD, WORD]
        scene.at = NOON + 1000
        await store.commit(scene.take(changes(scene, replace(kept, state="solved"))))
        await fade(store, Fading("left", NOON + 1001))
        assert await texts(store, kept.id) == ["", ""]
        assert await store.submission(kept.id) is None
        assert await store.thread(kept.id) == []
        assert await store.session(kept.id) is not None

    async def test_files_alone_go_and_what_was_written_beside_them_stays(self, store: Store) -> None:
        scene = Scene("ann")
        await store.commit(scene.take(scene.opens("hello")))
        picture = Message(seq=2, author=Author("customer"), at=NOON, content=Image(url="media:77", caption="Look"))
        await store.commit(scene.take(scene.with_events(Replied(message=picture, at=NOON, seq=2))))
        await store.commit(scene.take(scene.closed()))
        await fade(store, Fading("files", NOON + 1))
        assert [each.message.content for each in await store.history(scene.session.id)] == [
            Text("hello"),
            Image(caption="Look"),
        ]
        assert await store.dropped_files(9) == ["media:77"]

    async def test_a_chat_loses_all_but_places_and_numbers(self, store: Store) -> None:
        scene = await self.chat(store)
        session = scene.session.id
        await store.commit(scene.take(scene.closed()))
        await fade(store, Fading("chats", NOON + 1))
        row = await store.session(session)
        assert row is not None and (row.session.tags, row.session.phase, row.session.number) == ((), "closed", 1)
        assert WORD not in repr([(row.event, row.stored) for row in await store.feed(0, 100)])
        assert [each.message.seq for each in await store.history(session)] == [1, 2, 3]

    async def test_one_channel_keeps_its_words_for_another_time(self, store: Store) -> None:
        mine, other = Scene("ann", "line-1"), Scene("bob", "line-2")
        for scene in (mine, other):
            await store.commit(scene.take(scene.opens("hello")))
            await store.commit(scene.take(scene.closed()))
        await fade(store, Fading("texts", NOON + 1, ("line-2",)))
        assert (await texts(store, mine.session.id), await texts(store, other.session.id)) == ([""], ["hello"])
        await fade(store, Fading("texts", NOON + 1, ("line-2",), others=False))
        assert await texts(store, other.session.id) == [""]

    async def test_what_is_turned_back_on_finds_what_it_passed_by(self, store: Store) -> None:
        scene = Scene("ann", "line-1")
        await store.commit(scene.take(scene.opens("hello")))
        await store.commit(scene.take(scene.closed()))
        await fade(store, Fading("texts", NOON + 1, ("line-1",)))
        assert await texts(store, scene.session.id) == ["hello"]
        await fade(store, Fading("texts", NOON + 1))
        assert await texts(store, scene.session.id) == [""]

    async def test_the_log_of_words_found_forgets_them(self, store: Store) -> None:
        scene = Scene("ann")
        await store.commit(scene.take(scene.opens("hello")))
        for at in (NOON, NOON + 1000):
            scene.at = at
            found = WordsFound(at=at, side="customer", found=(FoundWord("rude", WORD, "mask"),), seq=1)
            await store.commit(scene.take(scene.with_events(found)))
        await store.newest()
        await fade(store, Fading("hits", NOON + 500))
        log = [row.event for row in await store.words_found(None, 10)]
        assert [len(event.found) for event in log if isinstance(event, WordsFound)] == [1, 0]
        assert await texts(store, scene.session.id) == ["hello"]

    async def test_old_versions_go_and_what_was_in_force_stays(self, store: Store) -> None:
        for at in (1, 2, 3, 4):
            await store.put("settings", "current", {"number": at}, who="mei", at=NOON + at)
        await store.put("settings", "other", {"number": 9}, who="mei", at=NOON)
        assert await store.forget_revisions(NOON + 4, 1) == 1
        assert await store.forget_revisions(NOON + 4, 9) == 1
        assert await store.forget_revisions(NOON + 4, 9) == 0
        assert [each.version for each in await store.revisions("settings", "current")] == [3, 4]
        assert [each.version for each in await store.revisions("settings", "other")] == [1]
        found = await store.get("settings", "current")
        assert found is not None and found.body == {"number": 4}
        assert (await store.put("settings", "current", {"number": 5}, who="mei", at=NOON + 9)) == 5

    async def test_a_translation_goes_with_the_words_it_was_made_of(self, store: Store) -> None:
        scene = Scene("ann")
        await store.commit(scene.take(scene.opens("hallo")))
        session = scene.session.id
        translated = Translated(session, 1, NOON, Translation(WORD, "en"))
        await store.commit(scene.take(scene.with_events(translated)))
        await store.commit(erasing(scene))
        await all_of_it(store, "conv-ann")
        assert WORD not in repr(await store.feed(0, 100))
        stored = await store.message(session, 1)
        assert stored is not None and stored.message.translation is None

    async def test_who_was_silent_for_long_is_found_a_part_at_a_time(self, store: Store) -> None:
        for n in range(1, 5):
            scene = Scene(f"c{n}", at=NOON + n)
            await store.commit(scene.take(scene.opens(customer=Customer(id=f"customer-{n}"))))
            if n != 2:
                await store.commit(scene.take(scene.closed()))
        assert await store.silent(NOON + 4, None, 3) == (["customer-1", "customer-3"], "customer-3")
        assert await store.silent(NOON + 4, "customer-3", 3) == ([], None)
        assert await store.silent(NOON + 5, "customer-3", 3) == (["customer-4"], None)

    async def test_raw_webhooks_go_with_time(self, store: Store) -> None:
        for n in range(3):
            await store.keep_raw(Raw("line-1", NOON + n, "odd", f"{n}".encode()))
        assert await store.forget_raws(NOON + 2, 9) == 2
        assert [raw.body for raw in await store.raws("line-1")] == [b"2"]
