"""The order of decision, case by case: who a chat goes to, and the line that says why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from core.condition import Vip, Wrote
from core.customer import Customer
from core.policy import Level, Policy
from core.routes import Assignment, Handed, Route, Routing, Rule, Target
from core.routes import Level as Overflow
from core.session import AgentRef, Closure, Contact, Conversation, Place, Session, Wish
from core.turn import Asked
from routing.rules import route
from tests.core.given import HOUR, MINUTE, NOON, policy

AGENTS = {"mei": "Mei", "tom": "Tom"}
GROUPS = {"sales": "Sales", "help": "Help", "vips": "VIPs"}


@dataclass
class House:
    """Who is free right now."""

    free: frozenset[str] = frozenset()
    found: list[tuple[tuple[str, ...], tuple[Place, ...]]] = field(default_factory=list)

    def is_free(self, agent: str) -> bool:
        return agent in self.free

    def finds(self, prefer: tuple[str, ...], chain: tuple[Place, ...]) -> bool:
        self.found.append((prefer, chain))
        return bool(self.free)

    def agent_name(self, agent: str) -> str | None:
        return AGENTS.get(agent)

    def group_name(self, group: str) -> str | None:
        return GROUPS.get(group)


def rules(
    routing: Routing | None = None,
    assignment: Assignment | None = None,
    group: str | None = "sales",
    groups: Mapping[str, Assignment] | None = None,
) -> Policy:
    made = policy(group=group)
    level = replace(made.everywhere, routing=routing or Routing(), assignment=assignment or Assignment())
    of_groups = {id: Level(assignment=own) for id, own in (groups or {}).items()}
    return replace(made, everywhere=level, groups=of_groups, compiled={})


def conversation(**more: object) -> Conversation:
    session = Session(id="s2", number=2, phase="bot", opened_at=NOON, language="de")
    return Conversation(
        id="v", channel="chan", address="ann", customer=Customer(id="c", vip=True), session=session, sessions=2,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def closed(who: str | None, *, by: str = "agent", agent: str = "mei", at: int = NOON - HOUR) -> Session:
    return Session(
        id="s1", number=1, phase="closed", opened_at=at - HOUR, language="de",
        agent=AgentRef(agent, AGENTS.get(agent, "?")),
        closed=Closure(by=by, reason="closed", at=at, who=who),  # type: ignore[arg-type]
    )  # fmt: skip


def routed(
    state: Conversation | None = None, made: Policy | None = None, *, free: str = "", text: str = "",
    handed: Handed | None = None,
) -> Route:  # fmt: skip
    asked = Asked(state or conversation(), made or rules(), NOON, text, handed)
    return route(asked, House(frozenset(free.split())))


STICKY = Assignment(last_agent_seconds=7200, offline_message_seconds=7200)
VIP_RULE = Rule("Important", Target(group="vips"), Vip())
EVERYTHING = Routing(triggers=(Rule("Refunds", Target(group="help"), Wrote(("refund",))),), rules=(VIP_RULE,))


def places(*groups: str) -> tuple[Place, ...]:
    return tuple(Place(group) for group in groups)


@pytest.mark.parametrize(
    ("state", "made", "more", "prefer", "chain", "step", "why"),
    [
        # 9, then each earlier step before it
        (conversation(), rules(), {}, (), places("sales"), "default", ""),
        (conversation(), rules(group=None), {}, (), (Place(),), "default", ""),
        (conversation(wish=Wish(picked="help")), rules(), {}, (), places("help"), "picked",
         "The visitor picked Help."),
        (conversation(wish=Wish(picked="help")), rules(EVERYTHING), {}, (), places("vips"), "rule",
         "The rule “Important” says VIPs, because the customer is a VIP."),
        (conversation(wish=Wish(group="sales")), rules(EVERYTHING), {}, (), places("sales"), "designated",
         "The page asked for Sales."),
        (conversation(wish=Wish(group="sales")), rules(EVERYTHING), {"text": "A REFUND, please"}, (), places("help"),
         "trigger", "The trigger “Refunds” says Help, because they wrote “refund”."),
        (conversation(), rules(EVERYTHING), {"text": "refund", "handed": Handed(group="sales")}, (), places("sales"),
         "handed", "The bot asked for Sales."),
        (conversation(last=closed("tom")), rules(EVERYTHING, STICKY), {"free": "tom"}, ("tom",), places("vips"),
         "last_agent", "Tom had the customer's last chat."),
        (conversation(last=closed("tom"), offline=Contact("mei", NOON - MINUTE)), rules(EVERYTHING, STICKY),
         {"free": "mei tom"}, ("mei",), places("vips"), "offline_message",
         "Mei wrote to the customer after the last chat."),
        # who had the chat, where no agent closed it
        (conversation(last=closed(None, by="customer")), rules(None, STICKY), {"free": "mei"}, ("mei",),
         places("sales"),
         "last_agent", "Mei had the customer's last chat."),
        # too late, not set, not there, gone: the next step
        (conversation(last=closed("tom", at=NOON - 3 * HOUR)), rules(None, STICKY), {"free": "tom"}, (),
         places("sales"), "default", ""),
        (conversation(last=closed("tom")), rules(), {"free": "tom"}, (), places("sales"), "default", ""),
        (conversation(last=closed("tom")), rules(None, STICKY), {"free": "mei"}, (), places("sales"), "default",
         ""),
        (conversation(last=closed("zoe", agent="zoe")), rules(None, STICKY), {"free": "zoe"}, (), places("sales"),
         "default", ""),
        # must and may
        (conversation(wish=Wish(agent="mei", must=True)), rules(EVERYTHING), {}, (), (Place(agent="mei"),),
         "designated", "The page asked for Mei and nobody else."),
        (conversation(wish=Wish(agent="mei")), rules(EVERYTHING), {}, ("mei",), places("vips"), "designated",
         "The page asked for Mei."),
        (conversation(wish=Wish(agent="mei", group="help")), rules(EVERYTHING), {}, ("mei",), places("help"),
         "designated", "The page asked for Mei."),
        (conversation(wish=Wish(group="gone")), rules(EVERYTHING), {}, (), places("vips"), "rule",
         "The rule “Important” says VIPs, because the customer is a VIP."),
    ],
)  # fmt: skip
def test_the_first_step_that_finds_somebody_decides(
    state: Conversation, made: Policy, more: dict[str, object], prefer: tuple[str, ...], chain: tuple[Place, ...],
    step: str, why: str,
) -> None:  # fmt: skip
    found = routed(state, made, **more)  # type: ignore[arg-type]
    assert (found.prefer, found.chain, found.step, found.why) == (prefer, chain, step, why)


def test_the_first_rule_that_holds_wins_and_those_that_are_off_or_lead_nowhere_are_passed_over() -> None:
    listed = (
        Rule("Off", Target(group="help"), on=False),
        Rule("No", Target(group="help"), Vip(False)),
        Rule("Gone", Target(group="gone")),
        Rule("Yes", Target(group="vips"), Vip()),
        Rule("Late", Target(group="help")),
    )
    found = routed(made=rules(Routing(rules=listed)))
    assert found.chain == places("vips")
    assert found.steps == (
        "The rule “Gone” says somebody who is not there any more.",
        "The rule “Yes” says VIPs, because the customer is a VIP.",
    )


def test_a_rule_that_asks_for_an_agent_leaves_the_place_to_the_next_step() -> None:
    listed = (Rule("Mei", Target(agent="mei")), Rule("Never", Target(group="help"), Vip()))
    found = routed(conversation(wish=Wish(picked="vips")), rules(Routing(rules=listed)))
    assert (found.prefer, found.chain) == (("mei",), places("vips"))
    assert found.steps == ("The rule “Mei” says Mei.", "The visitor picked VIPs.")


def test_who_is_not_there_for_a_returning_customer_is_told_in_the_trace() -> None:
    found = routed(conversation(last=closed("tom")), rules(None, STICKY))
    assert found.steps == ("Tom had the customer's last chat, but has no place now.", "The channel's group is Sales.")


def test_a_groups_overflow_comes_with_it_but_for_whoever_must_have_it() -> None:
    own = {"help": Assignment(overflow=(Overflow(group="sales", when="all_busy"), Overflow(agent="tom")))}
    made = rules(groups=own)
    whole = (Place("help"), Place("sales", when="all_busy"), Place(agent="tom"))
    assert routed(conversation(wish=Wish(group="help")), made).chain == whole
    assert routed(conversation(wish=Wish(group="help", must=True)), made).chain == places("help")


def test_overflow_for_all_leaves_out_the_group_it_starts_from() -> None:
    made = rules(assignment=Assignment(overflow=(Overflow(group="sales"), Overflow(group="help"))))
    assert routed(made=made).chain == places("sales", "help")


def test_the_desk_is_asked_whether_somebody_is_there_at_once() -> None:
    house = House(frozenset({"mei"}))
    found = route(Asked(conversation(wish=Wish(agent="mei")), rules(), NOON), house)
    assert found.free
    assert house.found == [(("mei",), places("sales"))]


def test_what_it_was_decided_from_is_kept_without_anything_they_wrote() -> None:
    state = conversation(wish=Wish(picked="help"), last=closed("tom"))
    found = routed(state, rules(EVERYTHING, STICKY), text="my secret", free="tom")
    assert found.inputs == {
        "step": "last_agent", "language": "de", "sessions": 2, "vip": True, "free": {"tom": True},
        "last": ["tom", NOON - HOUR],
        "wish": {"picked": "help"},
    }  # fmt: skip
