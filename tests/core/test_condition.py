"""Conditions: what holds of whom, why, and which are refused."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.condition import All as Every
from core.condition import Any as Some
from core.condition import Condition, Facts, Not, Speaks, Vip, holds
from core.condition_check import Known, Use, problems, uses
from core.explained import explain
from core.session import Rating

FRIDAY_NIGHT = 1_700_262_000_000  # 2023-11-17 23:00 UTC, which is Saturday 00:00 in Berlin
ANN = Facts(
    now=FRIDAY_NIGHT,
    names=frozenset({"C1", "kind:web"}),
    language="pt-BR",
    vip=True,
    vip_level=3,
    tags=frozenset({"Gold", "berlin"}),
    params={"plan": "Pro", "cart": "120.5", "field.city": "Bonn"},
    ip="10.1.2.3",
    country="de",
    page="https://shop.example/Sale/shoes",
    rated=Rating("stars", 2, 5),
    sessions=4,
    text="I want a REFUND, por favor",
    is_open=lambda group: group != "night",
)
STRANGER = Facts(now=FRIDAY_NIGHT)


def condition(plain: object) -> Condition:
    made: Condition = msgspec.convert(plain, Condition)  # type: ignore[arg-type,unused-ignore]
    return made


def when(test: str, /, **more: object) -> dict[str, object]:
    return {"if": test, **more}


@pytest.mark.parametrize(
    ("plain", "of_ann", "of_a_stranger"),
    [
        (when("channel", **{"is": ["C2", "C1"]}), True, False),
        (when("channel", **{"is": ["kind:web"]}), True, False),
        (when("language", **{"is": ["pt"]}), True, False),
        (when("language", **{"is": ["pt-PT"]}), False, False),
        (when("language", **{"is": ["en"]}), False, True),
        (when("vip"), True, False),
        (when("vip", **{"is": False}), False, True),
        (when("vip_level", **{"from": 3}), True, False),
        (when("vip_level", to=2), False, False),
        (when("tags", any=["gold", "silver"]), True, False),
        (when("tags", all=["gold", "silver"]), False, False),
        (when("param", name="plan", **{"is": ["pro"]}), True, False),
        (when("param", name="plan", contains=["ro"]), True, False),
        (when("param", name="cart", **{"from": 100, "to": 200}), True, False),
        (when("param", name="plan", **{"from": 0}), False, False),
        (when("param", name="plan"), True, False),
        (when("field", name="city", **{"is": ["bonn"]}), True, False),
        (when("field", name="plan"), False, False),
        (when("ip", **{"in": ["192.168.0.0/16", "10.0.0.0/8"]}), True, False),
        (when("ip", **{"in": ["10.1.2.4"]}), False, False),
        (when("country", **{"is": ["DE"]}), True, False),
        (when("page", starts=["https://shop.example/sale"]), True, False),
        (when("page", contains=["/hats"]), False, False),
        (when("hours"), True, True),
        (when("hours", group="night"), False, True),
        (when("hours", group="night", open=False), True, False),
        (when("time", zone="Europe/Berlin", days=["sat"]), True, True),
        (when("time", zone="UTC", days=["fri"], **{"from": "22:00", "to": "06:00"}), True, True),
        (when("time", zone="Europe/Berlin", days=["fri"], **{"from": "22:00", "to": "06:00"}), True, True),
        (when("time", zone="Europe/Berlin", days=["sat"], **{"from": "22:00", "to": "06:00"}), False, False),
        (when("time", zone="UTC", **{"from": "09:00", "to": "17:00"}), False, False),
        (when("rated"), True, False),
        (when("rated", kind="stars", to=2), True, False),
        (when("rated", kind="nps"), False, False),
        (when("returning"), True, False),
        (when("text", contains=["refund"]), True, False),
        (when("text", contains=["fund"]), False, False),
        (when("text", contains=["pör FAVOR"]), True, False),
    ],
)
def test_each_test_looks_at_its_fact(plain: dict[str, object], of_ann: bool, of_a_stranger: bool) -> None:
    made = condition(plain)
    assert (holds(made, ANN), holds(made, STRANGER)) == (of_ann, of_a_stranger)


def test_words_stand_anywhere_where_no_spaces_part_them() -> None:
    asks = condition(when("text", contains=["退款"]))
    assert holds(asks, Facts(now=0, text="我想退款,谢谢"))


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        (when("all", of=[when("vip"), when("language", **{"is": ["pt"]})]),
         "the customer is a VIP and the language is pt-BR"),
        (when("any", of=[when("rated", kind="nps"), when("field", name="city"), when("vip")]),
         "city is “Bonn”"),
        (when("all", of=[when("vip"), when("ip", **{"in": ["9.9.9.9"]})]), "the address is 10.1.2.3"),
        (when("any", of=[when("page", contains=["x-x"]), when("vip", **{"is": False})]),
         "the page is https://shop.example/Sale/shoes and the customer is a VIP"),
        (when("not", of=when("text", contains=["hello"])), "they did not write hello"),
        (when("time", zone="Europe/Berlin", days=["sat"]), "it is sat 00:00 in Europe/Berlin"),
    ],
)  # fmt: skip
def test_it_is_told_what_decided(plain: dict[str, object], words: str) -> None:
    assert explain(condition(plain), ANN) == words


@pytest.mark.parametrize(
    ("plain", "field", "message"),
    [
        (when("channel", **{"is": ["C9"]}), "when.is.0", "There is no such channel."),
        (when("language", **{"is": ["en", "english!"]}), "when.is.1", "“english!” is not a language tag"),
        (when("vip_level", **{"from": 3, "to": 2}), "when.to", "This is less than `from`."),
        (when("rated", **{"from": 3, "to": 2}), "when.to", "This is less than `from`."),
        (when("param", name="a", **{"from": 3, "to": 2}), "when.to", "This is less than `from`."),
        (when("tags"), "when.any", "Name at least one tag"),
        (when("ip", **{"in": ["10.0.0.0/33"]}), "when.in.0", "“10.0.0.0/33” is neither an IP"),
        (when("country", **{"is": ["Germany"]}), "when.is.0", "“Germany” is not a country of two letters"),
        (when("page"), "when.starts", "Give what the address starts with"),
        (when("hours", group="G9"), "when.group", "There is no such group."),
        (when("time", zone="Mars/Olympus"), "when.zone", "“Mars/Olympus” is not a time zone"),
        (when("time", zone="Europe"), "when.zone", "“Europe” is not a time zone"),
        (when("time", zone="../etc"), "when.zone", "“../etc” is not a time zone"),
        (when("time", zone="UTC", days=[]), "when.days", "Name at least one day."),
        (when("time", zone="UTC", to="25:00"), "when.to", "“25:00” is not a time such as 09:30."),
        (when("time", zone="UTC", **{"from": "9"}), "when.from", "“9” is not a time such as 09:30."),
        (when("time", zone="UTC", **{"from": "09:00", "to": "09:00"}), "when.to", "This is the same as `from`"),
        (when("text", contains=["…"]), "when.contains.0", "“…” needs at least one letter"),
        (when("all", of=[when("vip"), when("not", of=when("tags"))]), "when.of.1.of.any", "Name"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_field(plain: dict[str, object], field: str, message: str) -> None:
    found = problems(condition(plain), Known(channels=frozenset({"C1"}), groups=frozenset({"G1"})), "when")
    assert [place for place, _ in found] == [field]
    assert found[0][1].startswith(message)


def test_nesting_and_size_have_limits() -> None:
    deep: Condition = Vip()
    for _ in range(8):
        deep = Not(deep)
    assert problems(deep, Known(), "when") == [("when" + ".of" * 8, "Conditions nest at most 8 deep.")]
    many = Some(tuple(Every((Vip(),) * 100) for _ in range(5)))
    assert problems(many, Known(), "when") == [("when", "A condition has at most 500 tests.")]


def test_what_it_names_is_listed_with_its_place() -> None:
    made = condition(
        when("all", of=[when("hours", group="G1"), when("not", of=when("channel", **{"is": ["C1", "C2"]}))])
    )
    assert uses(made, "when") == [
        Use("group", "G1", "when.of.0.group"),
        Use("channel", "C1", "when.of.1.of.is.0"),
        Use("channel", "C2", "when.of.1.of.is.1"),
    ]


LEAVES = st.sampled_from([Vip(), Vip(False), Speaks(("pt",)), Speaks(("en",))])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda of: Every(tuple(of))),
        st.lists(inner, min_size=1, max_size=4).map(lambda of: Some(tuple(of))),
        inner.map(Not),
    ),
    max_leaves=12,
)


@given(TREES)
def test_not_all_is_any_not_and_every_outcome_has_a_reason(tree: Condition) -> None:
    assert holds(Not(tree), ANN) != holds(tree, ANN)
    assert holds(Not(Every((tree, Vip()))), ANN) == holds(Some((Not(tree), Not(Vip()))), ANN)
    assert explain(tree, ANN)


@given(TREES)
def test_a_condition_reads_back_as_it_was_written(tree: Condition) -> None:
    assert msgspec.json.decode(msgspec.json.encode(tree), type=Condition) == tree
