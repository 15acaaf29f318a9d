"""The settings of the benchmarks as the rules see them, for what is measured or made without a server."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import TypeVar

from msgspec.structs import replace

import locales
from bench import vocabulary
from connectors.line import Line
from core.channel import Received
from core.command import Command, Receive
from core.conversation import Decision, decide
from core.customer import Customer
from core.policy import ChannelFacts, Level, Policy, Words
from core.ports.writing import Cause, Commit, Lease
from core.scheme import Surveys
from core.session import Conversation
from core.survey import Answers
from core.turn import Context, Outlook
from core.words import WordList
from gateway.clock import SystemClock, uuid7

T = TypeVar("T")

LEASE_MS = 60_000


def policy(channel: str, words: int = 10_000, group: str | None = None) -> Policy:
    """Greeting on by default, survey on, one list of sensitive words: what `Desk.furnish` sets over the API."""
    texts = locales.read()
    listed = WordList(name="bench", side="customer", action="mask", words=tuple(vocabulary.words(words, Random(1))))
    made = Policy(
        version=1,
        channel=ChannelFacts(id=channel, name="LINE", language="en", capabilities=Line.capabilities, group=group),
        texts={tag: found.prompts for tag, found in texts.items()},
        answers=Answers.compile({tag: found.survey for tag, found in texts.items()}),
        everywhere=Level(words=Words(lists=(listed,)), surveys=Surveys(on=True)),
        groups={} if group is None else {group: Level()},
        here=Level(),
    )
    made.rules(None)
    return made


@dataclass(slots=True)
class Rules:
    """Decides as the engine does, remembering every conversation."""

    policy: Policy
    channel: str
    now: Callable[[], int] = SystemClock().now
    known: dict[str, tuple[Conversation, int]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    new_id: Callable[[], str] = uuid7(SystemClock().now)

    def decide(self, inbound: Received) -> Decision:
        state, _ = self._state(inbound.address)
        return decide(state, Receive(inbound), self._context())

    def commit(self, inbound: Received, decision: Decision, *, errands: bool = True) -> Commit:
        """What the engine would hand to the store; the conversation is known from now on as it is after it."""
        _, version = self._state(inbound.address)
        self.known[inbound.address] = (decision.state, version + 1)
        now = self.now()
        cause = replace(Cause(self.channel, inbound.id, ref=inbound.message_id), seq=decision.seq)
        return Commit(
            conversation=decision.state, expected=version, session=decision.session, others=decision.others,
            events=decision.events, effects=decision.effects if errands else (), causes=(cause,), takes=decision.takes,
            frees=decision.frees, aliases=decision.aliases, at=now, policy=1, lease=Lease("bench", now + LEASE_MS),
        )  # fmt: skip

    def done(self, address: str, command: Command) -> Commit:
        """The commit of any command to a known conversation, without its errands."""
        state, version = self.known[address]
        decision, now = decide(state, command, self._context()), self.now()
        self.known[address] = (decision.state, version + 1)
        return Commit(
            conversation=decision.state, expected=version, session=decision.session, others=decision.others,
            events=decision.events, effects=(), at=now, policy=1, lease=Lease("bench", now + LEASE_MS),
        )  # fmt: skip

    def _state(self, address: str) -> tuple[Conversation, int]:
        if address not in self.known:
            self.meet(address)
        return self.known[address]

    def meet(self, address: str, name: str | None = None) -> None:
        """A customer who has never written before."""
        customer = Customer(id=self.new_id(), name=name)
        self.known[address] = (
            Conversation(id=self.new_id(), channel=self.channel, address=address, customer=customer),
            0,
        )

    def _context(self) -> Context:
        return Context(
            now=self.now(), policy=self.policy, new_id=self.new_id, number=self.numbers.__next__,
            outlook=lambda group: Outlook(waiting=3, free=False, online=1),
        )  # fmt: skip


def chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
