"""The desk: who waits, who is free, who gets whom."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ports.desk import Seat, Waiting
from core.session import Picking, Place
from core.turn import Outlook
from routing.desk import Desk, Match
from routing.pools import Team

SALES = Team(frozenset({"mei", "tom"}), "Sales")
HELP = Team(frozenset({"tom", "kai"}), "Help", "round_robin")
TEAMS = {"sales": SALES, "help": HELP, "empty": Team(frozenset(), "Empty")}


def first(size: int) -> int:
    return 0


def seat(agent: str, load: int = 0, capacity: int = 2, status: str = "online", assigned_at: int = 0) -> Seat:
    return Seat(agent=agent, status=status, load=load, capacity=capacity, assigned_at=assigned_at)  # type: ignore[arg-type]


def waits(
    session: str, since: int, group: str | None = None, priority: int = 0, excluded: tuple[str, ...] = ()
) -> Waiting:
    return Waiting(session, f"conv-{session}", "chan", session, group, since, priority, excluded)


def desk(*seats: Seat, waiting: Sequence[Waiting] = ()) -> Desk:
    made = Desk(TEAMS)
    for one in seats:
        made.seat(one)
    for chat in waiting:
        made.wait(chat)
    return made


def drained(desk: Desk) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    while (match := desk.match(first)) is not None:
        found.append((match.waiting.session, match.agent))
    return found


@pytest.mark.parametrize(
    ("seats", "waiting", "pairs"),
    [
        ([], [waits("a", 1)], []),
        ([seat("mei")], [], []),
        ([seat("mei", 1), seat("tom")], [waits("a", 1)], [("a", "tom")]),
        ([seat("mei", capacity=1)], [waits("late", 2), waits("early", 1)], [("early", "mei")]),
        ([seat("mei", capacity=1)], [waits("early", 1), waits("vip", 2, priority=1)], [("vip", "mei")]),
        ([seat("kai")], [waits("a", 1, "sales"), waits("b", 2, "help")], [("b", "kai")]),
        ([seat("tom", capacity=1)], [waits("b", 2, "sales"), waits("a", 1, "help")], [("a", "tom")]),
        ([seat("tom", capacity=1)], [waits("b", 1, "sales"), waits("a", 2)], [("b", "tom")]),
        ([seat("mei", status="busy"), seat("tom", 2), seat("kai", status="offline")], [waits("a", 1)], []),
        ([seat("kai")], [waits("a", 1, "empty"), waits("b", 2, "gone")], [("a", "kai"), ("b", "kai")]),
        ([seat("mei", capacity=2)], [waits("b", 1), waits("a", 1), waits("c", 1)], [("a", "mei"), ("b", "mei")]),
    ],
)
def test_the_oldest_of_the_highest_priority_that_fits_a_free_agent_goes_first(
    seats: list[Seat], waiting: list[Waiting], pairs: list[tuple[str, str]]
) -> None:
    assert drained(desk(*seats, waiting=waiting)) == pairs


def test_a_transferred_chat_does_not_come_back_while_somebody_else_is_online() -> None:
    made = desk(
        seat("mei"), seat("tom", 2), waiting=[waits("a", 1, "sales", excluded=("mei",)), waits("b", 2, "sales")]
    )
    assert drained(made) == [("b", "mei")]
    made.load("tom", -1)
    assert drained(made) == [("a", "tom")]


def test_it_does_come_back_once_nobody_else_is_online() -> None:
    made = desk(seat("mei"), seat("tom", 2), waiting=[waits("a", 1, "sales", excluded=("mei",))])
    assert drained(made) == []
    made.seat(seat("tom", 2, status="offline"))
    assert drained(made) == [("a", "mei")]


def test_a_match_says_why_and_keeps_what_it_was_made_from() -> None:
    match = desk(seat("mei", 1), seat("tom", 0), waiting=[waits("a", 1, "sales")]).match(first)
    assert match is not None
    assert match.why == "has the lowest load (0 of 2 chats) of 2 free in Sales"
    assert match.inputs == {
        "method": "saturation", "place": ["sales", None], "free": 2, "candidates": {"mei": [1, 2, 0], "tom": [0, 2, 0]}
    }  # fmt: skip
    match = desk(seat("kai"), waiting=[waits("a", 1, "help")]).match(first)
    assert match is not None and match.why == "is next in turn (0 of 2 chats) of 1 free in Help"


def test_a_match_is_off_the_queue_and_its_place_taken_at_once() -> None:
    made = desk(seat("mei", capacity=1), waiting=[waits("a", 1), waits("b", 2)])
    match = made.match(first)
    assert match is not None
    assert (made.seats["mei"].load, made.position("a"), made.position("b"), made.match(first)) == (1, None, 1, None)


def test_round_robin_goes_on_where_the_desk_before_it_left_off() -> None:
    made = desk(
        seat("kai", assigned_at=5), seat("tom", assigned_at=9),
        waiting=[waits("a", 1, "help"), waits("b", 2, "help"), waits("c", 3, "help")],
    )  # fmt: skip
    assert drained(made) == [("a", "kai"), ("b", "tom"), ("c", "kai")]


def test_positions_count_from_one_within_a_queue() -> None:
    made = desk(waiting=[waits("b", 2, "sales"), waits("a", 1, "sales"), waits("x", 0), waits("vip", 9, "sales", 1)])
    assert [made.position(session) for session in ("vip", "a", "b", "x", "nobody")] == [1, 2, 3, 1, None]
    made.leave("a")
    made.leave("a")
    assert (made.position("b"), made.position("a")) == (2, None)


def test_waiting_again_takes_the_place_of_waiting_before() -> None:
    made = desk(waiting=[waits("a", 1, "sales"), waits("a", 2, "help")])
    assert made.outlook("sales").waiting == 0
    assert [one.group for one in made.waiting()] == ["help"]


@pytest.mark.parametrize(
    ("seats", "waiting", "group", "outlook"),
    [
        ([], [], None, Outlook(0, False, 0)),
        ([seat("mei")], [], "sales", Outlook(0, True, 1)),
        ([seat("mei")], [], "help", Outlook(0, False, 0)),
        ([seat("mei"), seat("tom", 2)], [waits("a", 1, "sales")], "sales", Outlook(1, False, 2)),
        ([seat("tom", 2), seat("kai", status="busy")], [], "help", Outlook(0, False, 1)),
        ([seat("kai")], [], "empty", Outlook(0, True, 1)),
    ],
)
def test_what_a_newcomer_may_expect(
    seats: list[Seat], waiting: list[Waiting], group: str | None, outlook: Outlook
) -> None:
    assert desk(*seats, waiting=waiting).outlook(group) == outlook


def test_a_removed_seat_gets_nothing() -> None:
    made = desk(seat("mei"), waiting=[waits("a", 1)])
    made.remove_seat("mei")
    made.load("mei", 1)
    assert made.match(first) is None


AGENTS = st.sampled_from(["mei", "tom", "kai"])
GROUPS = st.sampled_from(["sales", "help", None])
STEPS = st.lists(
    st.one_of(
        st.builds(lambda agent, load, status: seat(agent, load, 3, status), AGENTS, st.integers(0, 3),
                  st.sampled_from(["online", "online", "busy", "offline"])),
        st.builds(waits, st.sampled_from("abcdefgh"), st.integers(0, 9), GROUPS, st.integers(0, 1),
                  st.lists(AGENTS, max_size=2).map(tuple)),
        st.sampled_from("abcdefgh"),
        st.tuples(AGENTS, st.sampled_from([-1, 1])),
    ),
    max_size=40,
)  # fmt: skip


def fed(steps: Sequence[Seat | Waiting | str | tuple[str, int]]) -> Desk:
    made = Desk(TEAMS)
    for step in steps:
        match step:
            case Seat():
                made.seat(step)
            case Waiting():
                made.wait(step)
            case str():
                made.leave(step)
            case (agent, change):
                made.load(agent, change)
    return made


def rebuilt(other: Desk) -> Desk:
    made = Desk(TEAMS)
    for one in other.seats.values():
        made.seat(one)
    for chat in sorted(other.waiting(), key=lambda chat: chat.session):
        made.wait(chat)
    return made


@given(STEPS)
def test_a_desk_built_anew_equals_the_one_that_was_fed_step_by_step(
    steps: list[Seat | Waiting | str | tuple[str, int]],
) -> None:
    incremental = fed(steps)
    fresh = rebuilt(incremental)
    assert [fresh.outlook(group) for group in (*TEAMS, None)] == [
        incremental.outlook(group) for group in (*TEAMS, None)
    ]
    assert {s: fresh.position(s) for s in "abcdefgh"} == {s: incremental.position(s) for s in "abcdefgh"}
    assert drained(fresh) == drained(incremental)


@given(STEPS)
def test_no_match_passes_anybody_over_or_exceeds_a_capacity_and_nothing_that_fits_is_left(
    steps: list[Seat | Waiting | str | tuple[str, int]],
) -> None:
    made = fed(steps)
    while True:
        queue = {chat.session: chat for chat in made.waiting()}
        match = made.match(first)
        if match is None:
            break
        taken = made.seats[match.agent]
        assert taken.status == "online" and taken.load <= taken.capacity
        assert not any(_earlier(chat, match) and _fits(chat, match.agent) for chat in queue.values())
    free = [one.agent for one in made.seats.values() if one.status == "online" and one.load < one.capacity]
    assert not any(_fits(chat, agent) for chat in made.waiting() for agent in free)


def _earlier(chat: Waiting, match: Match) -> bool:
    other = match.waiting
    return (-chat.priority, chat.since, chat.session) < (-other.priority, other.since, other.session)


def _fits(chat: Waiting, agent: str) -> bool:
    team = TEAMS.get(chat.group or "")
    return (team is None or agent in team.members) and agent not in chat.excluded


def chat(session: str, *chain: Place, **more: object) -> Waiting:
    home = chain[0].group if chain else None
    return Waiting(session, f"conv-{session}", "chan", session, home, 1, chain=chain, **more)  # type: ignore[arg-type]


BUSY = Place("help", when="all_busy")


@pytest.mark.parametrize(
    ("seats", "waiting", "agent"),
    [
        ([seat("mei"), seat("kai")], chat("a", Place("sales"), Place("help")), "mei"),
        ([seat("mei", 2), seat("kai")], chat("a", Place("sales"), Place("help")), "kai"),
        ([seat("mei", 2), seat("kai")], chat("a", Place("sales"), BUSY), "kai"),
        ([seat("mei", status="busy"), seat("kai")], chat("a", Place("sales"), BUSY), None),
        ([seat("mei", 2), seat("kai")], chat("a", Place("sales"), Place("help", when="nobody_online")), None),
        ([seat("mei", status="offline"), seat("kai")], chat("a", Place("sales"), Place("help", when="nobody_online")),
         "kai"),
        ([seat("mei", 2), seat("kai")], chat("a", Place("sales"), Place("help", when="off_duty")), None),
        ([seat("kai")], chat("a", Place("shut"), Place("help", when="off_duty")), "kai"),
        # a level whose state does not hold is passed over, and the next one looks at the last place that was reached
        ([seat("mei", 2), seat("zoe")], chat("a", Place("sales"), Place("help", when="nobody_online"),
                                            Place(agent="zoe", when="all_busy")), "zoe"),
        ([seat("mei", 2), seat("kai", 2), seat("zoe")], chat("a", Place("sales"), BUSY, Place(agent="zoe")), "zoe"),
        ([seat("mei"), seat("kai")], chat("a", Place(agent="kai")), "kai"),
        ([seat("mei"), seat("kai", 2)], chat("a", Place(agent="kai")), None),
        ([seat("mei"), seat("kai")], chat("a", Place("sales"), prefer=("kai",)), "kai"),
        ([seat("mei"), seat("kai", 2)], chat("a", Place("sales"), prefer=("kai",)), "mei"),
        ([seat("mei", 1), seat("tom")], chat("a", Place("known"), familiar=("zoe", "mei")), "mei"),
        ([seat("mei", 2), seat("tom")], chat("a", Place("known"), familiar=("mei",)), "tom"),
        ([seat("mei", 1), seat("tom")], chat("a", Place("sales"), familiar=("mei",)), "tom"),
        ([seat("mei", 1), seat("tom")], chat("a", Place("sales"), familiar=("mei",), picking=Picking(familiar=True)),
         "mei"),
        ([seat("mei", 1, assigned_at=1), seat("tom", 0, assigned_at=5)],
         chat("a", Place("sales"), picking=Picking("idle")), "mei"),
        ([seat("mei", status="offline")], chat("a", Place("sales")), None),
        ([seat("mei", status="offline")], chat("a", Place("sales"), away=True), "mei"),
        ([seat("mei", 2, status="offline")], chat("a", Place("sales"), away=True), None),
    ],
)  # fmt: skip
def test_where_a_chat_goes_by_its_places(seats: list[Seat], waiting: Waiting, agent: str | None) -> None:
    made = Desk({**TEAMS, "shut": Team(frozenset({"zoe"}), "Shut", open=False),
                 "known": Team(frozenset({"mei", "tom"}), "Known", familiar=True)})  # fmt: skip
    for one in seats:
        made.seat(one)
    made.wait(waiting)
    match = made.match(first)
    assert (match and match.agent) == agent


def test_overflow_begins_when_the_last_one_goes_and_ends_when_somebody_comes() -> None:
    places = (Place("sales"), Place("help", when="nobody_online"))
    made = desk(seat("mei", 2), seat("kai"))
    made.wait(chat("a", *places))
    assert drained(made) == []
    made.seat(seat("mei", 2, status="offline"))
    assert drained(made) == [("a", "kai")]
    made.seat(seat("mei", 2))
    made.wait(chat("b", *places))
    assert drained(made) == []


def test_hours_that_end_open_the_overflow_of_who_waits_already() -> None:
    made = desk(seat("mei", 2), seat("kai"))
    made.wait(chat("a", Place("sales"), Place("help", when="off_duty")))
    assert drained(made) == []
    made.staff({**TEAMS, "sales": Team(SALES.members, "Sales", open=False)})
    assert drained(made) == [("a", "kai")]


def test_who_let_go_of_a_chat_may_have_it_again_after_a_while() -> None:
    made = desk(seat("mei"), seat("tom", 2))
    made.wait(chat("a", Place("sales"), excluded=("mei",), excluded_until=500))
    assert (drained(made), made.next_change) == ([], 500)
    made.pass_time(499)
    assert drained(made) == []
    made.pass_time(500)
    assert (drained(made), made.next_change) == ([("a", "mei")], None)


def test_the_inputs_are_bounded_and_name_whoever_was_chosen() -> None:
    made = Desk({"all": Team(frozenset(f"a{number:03}" for number in range(200)), "All")})
    for number in range(200):
        made.seat(seat(f"a{number:03}"))
    made.wait(chat("a", Place("all")))
    match = made.match(lambda size: size - 1)
    assert match is not None
    candidates = match.inputs["candidates"]
    assert isinstance(candidates, dict)
    assert (match.agent, len(candidates), match.agent in candidates, match.inputs["free"]) == ("a199", 30, True, 200)


def test_a_language_is_kept_to_while_somebody_free_speaks_it() -> None:
    team = Team(frozenset({"mei", "tom", "kai"}), "World", "language")
    made = Desk({"world": team}, {"mei": ("de-AT",), "tom": ("en",), "kai": ("de",)})
    for one in (seat("mei", 1), seat("tom"), seat("kai", 1, capacity=1)):
        made.seat(one)
    made.wait(chat("a", Place("world"), language="de-CH"))
    made.wait(chat("b", Place("world"), language="de"))
    assert drained(made) == [("a", "mei"), ("b", "tom")]
