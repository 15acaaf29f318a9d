"""What a chat counts for in a day: it comes, is answered or gives up, each once, and how many wait and are served."""

from core import command as c
from core.pulse import Tick, ticks
from core.session import AgentRef, Session
from tests.core.given import MEI, NOON, TOM, Talk, policy

WAITS = Session(id="s", number=1, phase="queued", opened_at=NOON, language="en", group="sales", asked_at=NOON)
TOMS = AgentRef("tom", "Tom")


def counted(decision: object) -> list[tuple[str, str | None, int]]:
    events = decision.events  # type: ignore[attr-defined]
    return [(tick.what, tick.group, tick.by) for event in events for tick in getattr(event, "pulse", ())]


def test_a_chat_comes_waits_is_answered_and_ends() -> None:
    talk = Talk(policy(group="sales"))
    assert counted(talk.hear()) == [("waiting", "sales", 1), ("arrived", "sales", 1)]
    assert counted(talk.hear("and more")) == []
    assert counted(talk.assign()) == [("waiting", "sales", -1), ("active", "sales", 1), ("answered", "sales", 1)]
    assert counted(talk.reply()) == []
    assert counted(talk.close()) == [("active", "sales", -1)]


def test_who_ends_before_an_agent_had_them_gave_up() -> None:
    talk = Talk()
    talk.hear()
    assert counted(talk.close()) == [("waiting", None, -1), ("abandoned", None, 1)]


def test_a_chat_that_is_passed_on_neither_comes_nor_is_answered_again() -> None:
    talk = Talk()
    talk.hear()
    talk.assign()
    assert counted(talk.do(c.Transfer(by=MEI, agent=TOM.ref))) == []
    assert counted(talk.do(c.Transfer(by=TOM, group="sales"))) == [
        ("active", None, -1),
        ("active", "sales", 1),
        ("active", "sales", -1),
        ("waiting", "sales", 1),
    ]
    assert counted(talk.close(TOM)) == [("waiting", "sales", -1)]


def test_a_chat_that_goes_from_a_bot_to_an_agent_at_once_comes_and_is_answered() -> None:
    with_bot = Session(id="s", number=1, phase="bot", opened_at=NOON, language="en")
    served = Session(id="s", number=1, phase="active", opened_at=NOON, language="en", agent=TOMS, assigned_at=NOON)
    assert ticks(with_bot, served) == (Tick("active"), Tick("arrived"), Tick("answered"))
    assert ticks(with_bot, None) == ()


def test_who_was_let_go_to_leave_a_message_waits_no_longer_and_gave_up_when_it_ends() -> None:
    leaves = Session(id="s", number=1, phase="bot", opened_at=NOON, language="en", group="sales", asked_at=NOON)
    assert ticks(WAITS, leaves) == (Tick("waiting", "sales", -1),)
    assert ticks(leaves, None) == (Tick("abandoned", "sales"),)
