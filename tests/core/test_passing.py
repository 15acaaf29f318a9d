"""Chats that change hands: what is offered ends by itself, and who was asked in goes when the chat becomes theirs."""

import pytest

from core import command as c
from core.errors import Refused
from core.passing import OFFER
from core.routes import Assignment
from core.session import AgentRef
from tests.core.given import BOSS, MEI, MINUTE, TOM, Talk, named, policy


def talk(transfer: str = "accept") -> Talk:
    made = Talk(policy(assignment=Assignment(transfer=transfer, transfer_seconds=60)))  # type: ignore[arg-type]
    made.hear("Hello")
    made.do(c.Claim(MEI))
    made.do(c.Transfer(by=MEI, agent=TOM.ref))
    return made


def test_an_offer_nobody_answers_ends_by_itself() -> None:
    chat = talk()
    chat.now += MINUTE - 1
    assert named(chat.do(c.Wake(OFFER))) == ["TimerSet"]
    chat.now += 1
    assert named(chat.do(c.Wake(OFFER))) == ["OfferEnded", "TimerEnded"]
    assert chat.state.session is not None
    assert (chat.state.session.agent, chat.state.session.offer) == (MEI.ref, None)


def test_a_timer_whose_offer_ended_means_nothing() -> None:
    chat = talk()
    chat.do(c.Decline(MEI))
    assert named(chat.do(c.Wake(OFFER))) == []
    chat.do(c.Close(MEI))
    assert chat.do(c.Wake(OFFER)).events == ()


def test_an_offer_goes_with_the_chat() -> None:
    chat = talk()
    chat.do(c.TakeOver(BOSS))
    assert chat.state.session is not None and chat.state.session.offer is None
    with pytest.raises(Refused, match="No transfer"):
        chat.do(c.Accept(TOM))


def test_who_was_asked_in_is_no_guest_once_the_chat_is_theirs() -> None:
    chat = talk()
    chat.do(c.Invite(MEI, TOM.ref))
    chat.do(c.Accept(TOM))
    assert chat.state.session is not None
    assert (chat.state.session.agent, chat.state.session.guests) == (TOM.ref, ())


def test_a_chat_has_so_many_guests() -> None:
    chat = talk()
    for number in range(10):
        chat.do(c.Invite(MEI, AgentRef(f"a{number}", f"A{number}")))
    with pytest.raises(Refused, match="At most 10 colleagues"):
        chat.do(c.Invite(MEI, TOM.ref))


def test_the_agents_who_had_a_customers_chats_are_remembered_the_newest_first() -> None:
    chat = Talk(policy())
    for number in (0, 1, 2, 3, 4, 5, 4):
        by = c.Actor(f"a{number}", f"A{number}")
        chat.hear("Hello")
        chat.do(c.Claim(by))
        chat.do(c.Close(by))
    assert chat.state.served == ("a4", "a5", "a3", "a2", "a1")
