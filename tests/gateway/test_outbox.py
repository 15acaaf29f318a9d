"""The outbox: each delivery ends sent or failed with a reason, in order, and not twice of its own accord.

In simulated time (tests/laws/world.py); what a provider does is written down call by call.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import pairwise

import pytest
from msgspec.structs import replace

from core import command as c
from core.channel import Connector, Delivery, Rate, Receipt, StatusUpdate
from core.errors import DeliveryError, Rejected, StoreDown, Throttled, Uncertain, Unreachable
from core.message import Text
from core.ports.nodes import Shares
from core.ports.reading import StoredMessage
from core.ports.writing import Commit, Committed, Lease, Leased, Settlement
from gateway.shell import Ways
from tests.core.given import NOON
from tests.laws.world import Fake, Provider, World

ANN = "three:ann"
MEI = c.Actor("a-mei", "Mei")
DOWN = Unreachable("500", "The provider stumbled.")
MAYBE = Uncertain("timeout", "No answer came.")

Outcome = DeliveryError | Exception | Receipt | Callable[[], Receipt]


class Scripted(Fake):
    """Answers what it is told, call by call, and "sent" after that."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(provider)
        self.outcomes: list[Outcome] = []
        self.calls: list[Delivery] = []
        self.recalled: list[str] = []
        self.takes = 0.0

    async def deliver(self, delivery: Delivery, wire: object) -> Receipt:
        self.calls.append(delivery)
        outcome = self.outcomes.pop(0) if self.outcomes else Receipt(message_ids=(f"p{len(self.calls)}",))
        await asyncio.sleep(self.takes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome() if callable(outcome) else outcome

    async def recall(self, address: str, message_id: str, wire: object) -> None:
        self.recalled.append(message_id)


class Confirming(Scripted):
    capabilities = replace(Fake.capabilities, confirms_by_status_seconds=30)


class House(World):
    """Ann's chat, which Mei has; what was said until then is sent."""

    def __init__(self, kind: type[Scripted] = Scripted, shares: Shares | None = None) -> None:
        made: Callable[[Provider], Connector] = kind
        super().__init__(1, connector=made, shares=shares)
        self.sits("a-mei", "online", 5)
        self.writes(ANN, "hello")
        self.run(1.0)
        self.script.calls.clear()
        self.counted.clear()

    def says(self, *texts: str) -> None:
        for text in texts:
            self.answers("a-mei", ANN, text)

    def answered(self) -> list[StoredMessage]:
        return [stored for stored in self.outgoing() if stored.message.author.kind == "agent"]

    def states(self) -> list[str | None]:
        return [stored.state for stored in self.answered()]

    def called(self) -> list[str]:
        parts = [part for call in self.script.calls for part in call.parts]
        return [part.content.text for part in parts if isinstance(part.content, Text)]

    @property
    def script(self) -> Scripted:
        assert isinstance(self.connector, Scripted)
        return self.connector


Build = Callable[[type[Scripted]], House]


@pytest.fixture
def build() -> Iterator[Build]:
    with ExitStack() as stack:
        yield lambda kind: stack.enter_context(closing(House(kind)))


@pytest.fixture
def house(build: Build) -> House:
    return build(Scripted)


def test_what_is_sent_has_the_providers_name(house: House) -> None:
    house.says("Hi Ann")
    house.run(1.0)
    (stored,) = house.answered()
    assert (stored.state, stored.provider_id, stored.maybe_twice) == ("sent", "p1", False)
    (call,) = house.script.calls
    assert (call.address, call.uncertain, call.began) == (ANN, False, 0)
    assert call.callback_url == f"https://desk.test/status?d={call.id}"
    assert house.counted == {"sent": 1}


def test_answers_go_one_after_another_in_order(house: House) -> None:
    house.says("one", "two", "three")
    house.run(1.0)
    assert (house.called(), house.states()) == (["one", "two", "three"], ["sent"] * 3)


def test_what_fails_for_now_is_tried_again_and_nothing_overtakes_it(house: House) -> None:
    house.script.outcomes = [DOWN, DOWN]
    house.says("one", "two")
    house.run(0.4)
    house.says("three")
    house.run(20.0)
    assert house.called() == ["one", "one", "one", "two", "three"]
    assert [call.id for call in house.script.calls[:3]] == [house.script.calls[0].id] * 3
    assert house.states() == ["sent"] * 3


def test_the_wait_doubles_up_to_five_minutes(house: House) -> None:
    times: list[float] = []

    def noted() -> Receipt:
        times.append(house.loop.time())
        raise DOWN

    house.script.outcomes = [noted] * 60
    house.says("one")
    house.run(7200.0)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    for attempt, gap in enumerate(gaps):
        wait = min(2.0**attempt, 300.0)
        assert wait * 0.5 <= gap <= wait * 1.5 + 0.1


def test_a_backlog_is_sent_at_once_when_the_provider_is_back(house: House) -> None:
    house.script.outcomes = [DOWN]
    house.says("0")
    house.run(0.1)
    for number in range(1, 30):
        house.says(str(number))
    house.run(4.0)
    assert house.called() == ["0", *(str(number) for number in range(30))]


def test_what_the_provider_will_never_take_is_shown_and_the_next_goes_out(house: House) -> None:
    house.script.outcomes = [Rejected("131026", "The number is not on WhatsApp.")]
    house.says("one", "two")
    house.run(1.0)
    first, second = house.answered()
    assert (first.state, first.code, first.reason) == ("failed", "131026", "The number is not on WhatsApp.")
    assert second.state == "sent"


def test_after_a_day_it_is_given_up_with_a_reason(house: House) -> None:
    house.script.outcomes = [DOWN] * 1000
    house.says("one")
    house.run(86_500.0)
    (stored,) = house.answered()
    assert (stored.state, stored.code, stored.reason) == (
        "failed",
        "too_late",
        "The channel could not be reached for a day.",
    )


def test_a_provider_that_says_later_is_left_alone_until_then(house: House) -> None:
    house.script.outcomes = [Throttled("429", "Slow down.", 60.0)]
    house.says("one", "two")
    house.writes("three:bob", "hello")
    house.run(59.0)
    assert len(house.script.calls) == 1
    house.run(10.0)
    assert [call.address for call in house.script.calls].count(ANN) == 3
    assert house.states() == ["sent", "sent"]


def test_after_an_uncertain_attempt_the_next_one_knows(house: House) -> None:
    house.script.outcomes = [MAYBE, Receipt(message_ids=("p9",), maybe_twice=True)]
    house.says("one")
    house.run(5.0)
    first, second = house.script.calls
    assert (first.uncertain, second.uncertain, second.id) == (False, True, first.id)
    assert second.began > 0
    (stored,) = house.answered()
    assert (stored.state, stored.maybe_twice) == ("sent", True)


def test_a_status_that_came_meanwhile_settles_an_uncertain_one(build: Build) -> None:
    house = build(Confirming)
    house.script.outcomes = [MAYBE]
    house.says("one")
    house.run(1.0)
    (call,) = house.script.calls
    update = StatusUpdate(id="s1", state="delivered", at=house.now(), delivery=call.id, message_id="p7")
    assert house.wait(house.store.report("three", update, house.now()))
    house.run(60.0)
    assert (len(house.script.calls), house.states()) == (1, ["delivered"])


def test_a_status_of_one_of_two_attempts_leaves_the_other_in_doubt(build: Build) -> None:
    house = build(Confirming)
    house.script.outcomes = [DOWN, MAYBE, MAYBE]
    house.says("one")
    house.run(40.0)
    _, first, second = house.script.calls
    assert (first.uncertain, second.uncertain) == (False, True)
    update = StatusUpdate(id="s1", state="delivered", at=house.now(), delivery=first.id, message_id="p7")
    assert house.wait(house.store.report("three", update, house.now()))
    house.run(60.0)
    (stored,) = house.answered()
    assert (len(house.script.calls), stored.state, stored.maybe_twice) == (3, "delivered", True)


def test_a_status_of_the_only_attempt_that_may_have_arrived_leaves_no_doubt(build: Build) -> None:
    house = build(Confirming)
    house.script.outcomes = [DOWN, DOWN, MAYBE]
    house.says("one")
    house.run(8.0)
    update = StatusUpdate(id="s1", state="sent", at=house.now(), delivery=house.script.calls[0].id, message_id="p7")
    assert house.wait(house.store.report("three", update, house.now()))
    house.run(60.0)
    (stored,) = house.answered()
    assert (len(house.script.calls), stored.state, stored.maybe_twice) == (3, "sent", False)


def test_without_a_status_it_is_sent_once_more_after_the_time_to_wait(build: Build) -> None:
    house = build(Confirming)
    house.script.outcomes = [MAYBE]
    house.says("one")
    house.run(29.0)
    assert len(house.script.calls) == 1
    house.run(5.0)
    assert (len(house.script.calls), house.states()) == (2, ["sent"])


def test_the_first_part_of_a_long_text_does_not_vouch_for_the_second(build: Build) -> None:
    house = build(Confirming)
    house.script.outcomes = [Receipt(message_ids=("p1",)), MAYBE]
    house.says("A sentence that is long enough to fill one message. Another one that has to go into the next.")
    house.run(60.0)
    assert len(house.called()) == 3
    assert house.called()[1] == house.called()[2] == "Another one that has to go into the next."


def test_an_uncertain_one_that_was_never_confirmed_says_that_it_may_have_arrived(house: House) -> None:
    house.script.outcomes = [MAYBE] * 1000
    house.says("one")
    house.run(86_500.0)
    (stored,) = house.answered()
    assert stored.reason == "The channel never confirmed it; it may have arrived."


def test_a_defect_of_a_connector_fails_one_message_and_not_the_next(house: House) -> None:
    house.script.outcomes = [KeyError("oops")] * 4
    house.says("one", "two")
    with pytest.raises(KeyError, match="oops"):  # what was logged as a defect
        house.run(60.0)
    first, second = house.answered()
    assert (first.state, first.code, second.state) == ("failed", "defect", "sent")
    assert len(house.called()) == 5
    assert [call.uncertain for call in house.script.calls] == [False, True, True, True, False]
    assert len(house.lost) == 4
    house.lost.clear()


def test_a_channel_that_is_gone_fails_what_was_meant_for_it(house: House) -> None:
    def gone(channel: str) -> Ways:
        raise KeyError(channel)

    object.__setattr__(house.outbox._shell, "ways", gone)
    house.says("one")
    house.run(1.0)
    (stored,) = house.answered()
    assert (stored.state, stored.code, stored.reason) == ("failed", "channel_gone", "The channel was removed.")


def test_a_store_that_forgets_to_note_a_success_makes_the_next_attempt_uncertain(house: House) -> None:
    _forgets_the_next(house)
    house.says("one")
    house.run(70.0)
    assert [call.uncertain for call in house.script.calls] == [False, True]
    assert house.states() == ["sent"]


def test_one_whose_node_died_waits_for_a_status_where_there_is_one_before_it_is_sent_again(build: Build) -> None:
    house = build(Confirming)
    _forgets_the_next(house)
    house.says("one")
    house.run(61.0)
    assert len(house.script.calls) == 1, "the lease ran out, and thirty seconds begin"
    house.run(32.0)
    first, second = house.script.calls
    assert (first.uncertain, second.uncertain) == (False, True)


def test_the_first_attempt_of_a_node_that_died_is_dated_by_what_it_was_told_to_do(house: House) -> None:
    """Providers that list what they were sent are asked from then on; a reply token's age is measured by it."""
    _forgets_the_next(house)
    before = house.now()
    house.says("one")
    house.run(70.0)
    assert house.script.calls[1].began == before


def test_a_success_that_could_not_be_noted_at_once_is_noted_later(house: House) -> None:
    _forgets_for(house, 20.0)
    house.says("one", "two")
    house.run(30.0)
    assert (house.called(), house.states()) == (["one", "two"], ["sent", "sent"])


def test_an_attempt_is_dated_from_when_it_began(house: House) -> None:
    """A call that fails after twenty seconds has had twenty seconds to succeed."""
    house.script.outcomes = [MAYBE]
    house.script.takes = 20.0
    before = house.now()
    house.says("one")
    house.run(30.0)
    assert house.script.calls[1].began == before


def test_after_a_claim_whose_answer_was_lost_nothing_overtakes_what_it_took(house: House) -> None:
    house.script.outcomes = [DOWN]
    house.says("one")
    house.run(0.1)
    house.outbox._halted.clear()  # as if another node had tried it
    claim = house.store.claim

    async def forgetful(now: int, limit: int, lease: Lease) -> Sequence[Leased]:
        if taken := await claim(now, limit, lease):
            house.store.claim = claim  # type: ignore[method-assign]
            assert taken
            raise StoreDown("the disk went away right after")
        return taken

    house.store.claim = forgetful  # type: ignore[method-assign]
    house.run(5.0)
    house.says("two")
    house.run(120.0)
    assert (house.called(), house.states()) == (["one", "one", "two"], ["sent", "sent"])


@pytest.mark.parametrize("lost", [False, True])
def test_what_is_on_its_way_back_to_the_store_is_not_overtaken(house: House, lost: bool) -> None:
    """The store believes that it is here, and hands over what comes after it."""
    release, asked = house.store.release, list[str]()

    async def slow(node: str, key: str | None = None) -> None:
        asked.append(str(key))
        number = len(asked)
        await asyncio.sleep(5.0 if number == 2 else 0.5)
        if lost and number == 2:
            raise StoreDown("the connection broke")
        await release(node, key)

    house.store.release = slow  # type: ignore[method-assign]
    (conversation,) = house.store.memory.conversations
    house.outbox._halt(conversation)  # as if another node had done what waited
    house.says("one", "two")
    house.run(2.0)
    assert house.called() == ["one"]
    house.says("three")
    house.run(120.0)
    assert (house.called(), house.states()) == (["one", "two", "three"], ["sent"] * 3)


def _forgets_the_next(house: House) -> None:
    """Nothing is noted until the lease of what is being sent has run out."""
    _forgets_for(house, 60.0)


def _forgets_for(house: House, seconds: float) -> None:
    settle, until = house.store.settle, house.loop.time() + seconds

    async def away(settlement: Settlement) -> None:
        if house.loop.time() < until:
            raise StoreDown("the disk is away")
        await settle(settlement)

    house.store.settle = away  # type: ignore[method-assign]


def test_what_waits_here_for_longer_than_its_lease_is_not_sent_twice(build: Build) -> None:
    class Slow(Scripted):
        capabilities = replace(Fake.capabilities, rate=Rate(0.05, 2))

    house = build(Slow)
    house.says(*(str(number) for number in range(10)))
    house.run(600.0)
    assert house.called() == [str(number) for number in range(10)]
    assert house.states() == ["sent"] * 10


def test_a_position_that_comes_too_late_is_dropped_and_a_greeting_is_not(house: House) -> None:
    house.sits("a-mei", "offline")
    house.script.outcomes = [DOWN] * 8
    house.writes("three:cid", "hello")
    house.run(600.0)
    greeting, position = (stored for stored in house.outgoing() if stored.message.at >= NOON + 1000)
    assert (greeting.message.content, greeting.state) == (Text("Hello!"), "sent")
    assert (position.message.content, position.state) == (Text("Nobody is here."), "failed")
    assert position.reason == "It could not be sent in time to be of use."


def test_a_recall_stops_what_has_not_gone_out_yet(house: House) -> None:
    house.script.outcomes = [DOWN]
    house.says("oops")
    house.run(0.1)
    (stored,) = house.answered()
    house.asks(ANN, c.Recall(MEI, stored.message.seq, "a-mei", house.now()))
    house.run(10.0)
    (stored,) = house.answered()
    assert (stored.state, stored.code, stored.reason) == ("failed", "recalled", "It was taken back in time.")
    assert (len(house.script.calls), house.script.recalled) == (1, [])


def test_a_recall_takes_back_what_is_out(house: House) -> None:
    house.says("oops")
    house.run(1.0)
    (stored,) = house.answered()
    house.asks(ANN, c.Recall(MEI, stored.message.seq, "a-mei", house.now()))
    house.run(5.0)
    assert house.script.recalled == ["p1"]


def test_stopping_finishes_what_is_being_sent_and_gives_the_rest_back(house: House) -> None:
    house.says("one", "two", "three")
    house.run(0.02)
    house.wait(house.outbox.stop(5.0))
    assert house.outbox.held == 0
    sent = house.states().count("sent")
    assert house.called() == ["one", "two", "three"][:sent]
    errands = house.wait(house.store.counts())["errands"]
    assert errands >= 3 - sent


def test_a_timer_comes_back_as_a_command(house: House) -> None:
    house.says("are you there?")
    house.run(899.0)
    assert house.wait(house.store.load("three", ANN))[0].session is not None  # type: ignore[index]
    house.run(5.0)
    assert "You were silent." in house.called()
    assert house.wait(house.store.load("three", ANN))[0].session is None  # type: ignore[index]


def test_what_was_kept_without_the_store_saying_so_keeps_its_place(house: House) -> None:
    kept = house.store.commit

    async def forgetful(commit: Commit) -> Committed:
        house.store.commit = kept  # type: ignore[method-assign]
        await kept(commit)
        raise StoreDown("the disk went away right after")

    house.store.commit = forgetful  # type: ignore[method-assign]
    house.says("one")
    house.run(0.1)
    house.says("two")
    house.run(30.0)
    assert house.called() == []
    house.run(40.0)
    assert (house.called(), house.states()) == (["one", "two"], ["sent", "sent"])
