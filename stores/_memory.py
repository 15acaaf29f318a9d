"""All that the store in memory holds. What its methods do with it stands in the files beside it."""

from collections import defaultdict
from collections.abc import Callable

import msgspec

from core import erasing
from core.channel import StatusUpdate
from core.customer import Customer
from core.effect import Effect
from core.event import Event, Fact
from core.ports.desk import Seat
from core.ports.papers import Grant, Raw, Revision
from core.ports.reading import StoredMessage
from core.session import Conversation, Session
from core.submitted import Submission
from stores import _rows
from stores._memory_hooks import MemoryHooks

Name = tuple[str, str]  # channel (or cause scope), id
Place = tuple[str, int]  # session, seq


class Kept(msgspec.Struct):
    """A session as the store holds it."""

    session: Session
    conversation: str
    active_n: int


class Logged(msgspec.Struct):
    n: int
    at: int
    conversation: str
    session: str | None
    event: Event | Fact
    policy: int


class Mentioned(msgspec.Struct):
    """Where an agent is named, by the note's feed number."""

    n: int
    session: str
    unread: bool = True


class Errand(msgspec.Struct):
    order: int
    key: str
    conversation: str
    effect: Effect
    due: int
    node: str | None = None
    until: int = 0
    attempt: int = 0
    uncertain: bool = False
    began: int = 0


class Memory:
    def __init__(self) -> None:
        self.conversations: dict[str, tuple[Conversation, int]] = {}
        self.addresses: dict[Name, str] = {}
        self.aliases: dict[Name, str] = {}
        self.customers: dict[str, Customer] = {}
        self.sessions: dict[str, Kept] = {}
        self.log: list[Logged] = []
        self.messages: dict[str, dict[int, StoredMessage]] = defaultdict(dict)
        self.message_n: dict[Place, int] = {}
        self.causes: dict[Name, tuple[str | None, int | None, int]] = {}
        self.names: dict[Name, list[Place]] = defaultdict(list)
        self.errands: dict[str, Errand] = {}
        self.order = 0
        self.early: list[tuple[str, StatusUpdate, int]] = []
        self.seats: dict[str, Seat] = {}
        self.revisions: dict[Name, list[Revision]] = defaultdict(list)
        self.grants: dict[bytes, Grant] = {}
        self.raws: list[Raw] = []
        self.submissions: dict[str, tuple[Submission, str]] = {}
        self.threads: dict[str, list[Place]] = defaultdict(list)
        self.mentions: dict[str, list[Mentioned]] = defaultdict(list)
        self.counters: dict[str, int] = defaultdict(int)
        self.indexed = 0
        self.partners: dict[str, str] = {}
        self.dropped: dict[str, None] = {}
        self.faded: dict[str, int] = {}
        self.keeper = _rows.Keeper()
        self.hooks = MemoryHooks()
        self.told: Callable[[int], None] | None = None

    def write(
        self,
        conversation: str,
        session: str | None,
        event: Event | Fact,
        at: int,
        policy: int = 0,
    ) -> int:
        n = len(self.log) + 1
        self.log.append(Logged(n, at, conversation, session, event, policy))
        if self.told is not None:
            self.told(n)
        return n

    def name(self, name: Name, place: Place) -> None:
        if place not in self.names[name]:
            self.names[name].append(place)

    def drop_files(self, event: Event) -> None:
        self.dropped |= dict.fromkeys(url for url in erasing.files_of(event) if _rows.is_ours(url))
