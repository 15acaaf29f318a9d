"""The customers' side of the books, and the laws that are looked at when all is quiet.

What was acknowledged to whom, what came to which phone; compared with what the store has.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from core import event as e
from core.message import Message, plain
from core.ports.reading import StoredMessage
from core.session import Session
from tests.lab.providers.base import TOKEN, Provider
from tests.lab.store import Shared

SEVERAL = {"contacts": 2, "two": 2}
"""Kinds of a customer's message that become more than one of ours."""

DEDUPES = {"c-line"}
"""Channels whose provider takes a key for repeats (of pushes)."""


@dataclass(slots=True)
class Ledger:
    """`posted`: how many of our messages a customer's message must become. `writers`: whose it was. `acknowledged`:
    those we said 2xx to. `turned_away`: what blocked customers wrote, by its cause. `answered`: agents' messages (their
    tokens) that a node said yes to."""

    posted: dict[tuple[str, str], int] = field(default_factory=dict)
    writers: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    acknowledged: dict[tuple[str, str], float] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    turned_away: set[tuple[str, str]] = field(default_factory=set)
    broken: list[tuple[str, str]] = field(default_factory=list)
    doubles: Counter[str] = field(default_factory=Counter)

    def breaks(self, law: str, how: str) -> None:
        if len(self.broken) < 50:
            self.broken.append((law, how))

    # --- at the end

    def audit(self, shared: Shared, providers: Mapping[str, Provider]) -> None:
        book = _read(shared)
        self._inbound(book, shared.erased)
        self._outbound(book)
        for provider in providers.values():
            self._phones(book, provider)
        self._sessions(book)
        self._errands(shared)

    def _inbound(self, book: "Book", erased: set[tuple[str, str]]) -> None:
        """Nothing is known any more of what somebody said who was erased."""
        for (channel, id), wanted in self.posted.items():
            if self.writers[channel, id] in erased:
                continue
            kept = wanted if (channel, id) in self.turned_away else book.heard[channel, id]
            if kept > wanted:
                self.breaks("doubled", f"{channel} {id} was kept {kept} times")
            elif kept < wanted and (channel, id) in self.acknowledged:
                self.breaks("lost", f"{channel} {id} was acknowledged and is not there")
        for token, where in self.answered.items():
            if book.owners[where][1].startswith("erased:"):
                continue
            if len(book.tokens[token]) != 1:
                self.breaks("lost" if not book.tokens[token] else "doubled", f"the agent's {token} in {where}")

    def _outbound(self, book: "Book") -> None:
        for stored in book.outgoing:
            where = f"{stored.session}/{stored.message.seq}"
            if stored.state == "queued":
                self.breaks("silent", f"{where} was neither sent nor failed")
            if (stored.state == "failed") != (stored.reason is not None):
                self.breaks("silent", f"{where} is {stored.state} with the reason {stored.reason}")

    def _phones(self, book: "Book", provider: Provider) -> None:
        """Everything sent came; nothing came more often than it was said, unless that is marked; and in order."""
        received: Counter[tuple[str, str]] = Counter()
        for address, phone in provider.phones.items():
            last, first = 0, set[str]()
            for arrived in phone:
                for token in TOKEN.findall(arrived.text):
                    received[address, token] += 1
                    places = book.places.get((provider.channel, address, token), [])
                    said = book.said.get((provider.channel, address, token), [])
                    if token.endswith(":]"):
                        continue  # names no session: it may be of a chat that was erased
                    if token in first or len(places) != 1 or said[0].state == "failed":
                        continue  # what was given up, and said to be, may still come from a process that slept
                    first.add(token)
                    if places[0] < last:
                        self.breaks(
                            "order",
                            f"{provider.channel} {address} got {token} (feed number {places[0]}) after that of {last}",
                        )
                    last = places[0]
        for (channel, address, token), stored in book.said.items():
            if channel == provider.channel:
                self._one(provider, address, token, stored, received[address, token])

    def _one(self, provider: Provider, address: str, token: str, stored: list[StoredMessage], came: int) -> None:
        sent = [each for each in stored if each.state in ("sent", "delivered", "read")]
        if came < sum(each.provider_id not in provider.untold for each in sent):
            self.breaks("lost on the way", f"{provider.channel} {address} {token} is {sent[0].state} and never came")
        if came <= len(stored) or token.endswith(":]"):
            return  # one that names no session may also have been said in a chat that was erased
        if not any(each.maybe_twice or each.state == "failed" for each in stored):
            self.breaks("sent twice", f"{provider.channel} {address} {token} came {came} times, unmarked")
        self.doubles[provider.channel] += came - len(stored)
        if provider.channel in DEDUPES:
            keys = [a.key for a in provider.phones[address] if token in a.text and a.way == "push"]
            if len(keys) > len(stored):
                self.breaks("sent twice", f"{provider.channel} {address} {token} was pushed with keys {keys}")

    def _sessions(self, book: "Book") -> None:
        numbers = Counter(session.number for session in book.sessions.values())
        for number, times in numbers.items():
            if times > 1:
                self.breaks("numbers", f"{times} sessions have the number {number}")
        for session in book.sessions.values():
            seqs = [stored.message.seq for stored in book.messages[session.id]]
            if seqs != list(range(1, session.seq + 1)):
                self.breaks("contiguous", f"{session.id} has {seqs} and says {session.seq}")
        for late, expected, what in book.lateness:
            if late != expected:
                self.breaks("late", f"{what} is marked late={late}")

    def _errands(self, shared: Shared) -> None:
        for errand in shared.errands_now():
            if type(errand.effect).__name__ != "WakeAt":
                self.breaks("silent", f"an errand was never settled: {errand}")


@dataclass(slots=True)
class Book:
    """What the store has, as the audit wants it."""

    sessions: dict[str, Session]
    messages: dict[str, list[StoredMessage]]
    outgoing: list[StoredMessage]
    heard: Counter[tuple[str, str]]
    tokens: defaultdict[str, list[StoredMessage]]
    said: dict[tuple[str, str, str], list[StoredMessage]]
    places: dict[tuple[str, str, str], list[int]]
    lateness: list[tuple[bool, bool, str]]
    owners: dict[str, tuple[str, str]]


def _read(shared: Shared) -> Book:
    sessions = {session.id: session for session in shared.sessions_now()}
    where = {state.id: (state.channel, state.address) for state in shared.conversations_now()}
    owner = {id: where[kept.conversation] for id, kept in shared.memory.sessions.items()}
    book = Book(sessions, {}, [], Counter(), defaultdict(list), defaultdict(list), defaultdict(list), [], owner)
    for id in sessions:
        channel, address = owner[id]
        book.messages[id] = shared.said_in(id)
        for stored in book.messages[id]:
            _enter(book, stored, channel, address, shared.memory.message_n[id, stored.message.seq])
    heard_at: dict[str, int] = {}
    for entry in shared.log_now():
        if isinstance(entry.event, e.Received):
            before = heard_at.get(entry.conversation, 0)
            message: Message = entry.event.message
            book.lateness.append((message.late, message.at < before, f"{entry.session}/{message.seq}"))
            heard_at[entry.conversation] = max(before, entry.event.heard)
    return book


def _enter(book: Book, stored: StoredMessage, channel: str, address: str, n: int) -> None:
    message = stored.message
    if message.author.kind == "customer":
        book.heard[channel, message.provider_id or ""] += 1
        return
    if stored.state is not None:
        book.outgoing.append(stored)
    for token in TOKEN.findall(plain(message.content)):
        book.tokens[token].append(stored)
        if stored.state is not None:
            book.said[channel, address, token].append(stored)
            book.places[channel, address, token].append(n)
