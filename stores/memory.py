"""The store in memory: the reference of what each method means, for tests. Nothing survives the process.

One event loop; no method awaits between reading and writing, so each is atomic. A method here only says where its work
is done; what the work is stands in the files beside it.
"""

from collections.abc import Callable, Mapping, Sequence

from core.changes import ChangePage, ChangeQuery
from core.channel import StatusUpdate
from core.customer import Customer
from core.errors import StoreError
from core.fading import Fading
from core.ports.desk import DeskView, Seat
from core.ports.papers import Document, Grant, Raw, Revision
from core.ports.reading import (
    CustomerPage,
    FeedRow,
    Page,
    SessionQuery,
    SessionRow,
    StoredMessage,
    SubmissionPage,
    SubmissionQuery,
    SubmissionRow,
    Tally,
)
from core.ports.writing import Commit, Committed, Lease, Leased, Settlement
from core.pulse import Beat
from core.session import Conversation, Rating
from stores import _memory_erase as erase
from stores import _memory_fade as fade
from stores import _memory_lists as lists
from stores import _memory_outbox as outbox
from stores import _memory_papers as papers
from stores import _memory_people as people
from stores import _memory_pulse as pulse
from stores import _memory_read as read
from stores import _memory_submissions as submissions
from stores._memory import Memory
from stores._memory_commit import commit as commit_at_once
from stores._memory_mentions import MemoryMentions


class MemoryStore:
    def __init__(self) -> None:
        self.memory = Memory()
        self.hooks = self.memory.hooks
        self.mentions = MemoryMentions(self.memory)

    def listen(self, told: Callable[[int], None]) -> None:
        self.memory.told = told

    def nudge(self) -> None:
        return None  # nobody else writes here

    # --- conversations -------------------------------------------------------------------------------------

    async def load(self, channel: str, address: str) -> tuple[Conversation, int] | None:
        return read.load(self.memory, channel, address)

    async def load_of(self, session: str) -> tuple[Conversation, int] | None:
        return read.load_of(self.memory, session)

    async def commit(self, commit: Commit) -> Committed:
        return commit_at_once(self.memory, commit)

    async def alias(self, channel: str, alias: str, conversation: str) -> None:
        self.memory.aliases.setdefault((channel, alias), conversation)

    async def place(self, channel: str, provider_id: str) -> tuple[str, int] | None:
        return read.place(self.memory, channel, provider_id)

    # --- letting go ----------------------------------------------------------------------------------------

    async def erase(self, conversation: str, after: str | None, limit: int) -> str | None:
        return erase.erase(self.memory, conversation, after, limit)

    async def fade(self, wanted: Fading, limit: int) -> int:
        return fade.fade(self.memory, wanted, limit)

    async def forget_revisions(self, before: int, limit: int) -> int:
        return fade.forget_revisions(self.memory, before, limit)

    async def silent(self, before: int, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        return erase.silent(self.memory, before, after, limit)

    async def forget_raws(self, before: int, limit: int) -> int:
        return papers.forget_raws(self.memory, before, limit)

    async def dropped_files(self, limit: int) -> Sequence[str]:
        return list(self.memory.dropped)[:limit]

    async def swept(self, urls: Sequence[str]) -> None:
        for url in urls:
            self.memory.dropped.pop(url, None)

    async def scrub(self) -> None:
        return None

    # --- people --------------------------------------------------------------------------------------------

    async def customer(self, customer: str) -> Customer | None:
        return people.customer(self.memory, customer)

    async def customers(
        self,
        *,
        partner_id: str | None = None,
        q: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> CustomerPage:
        return people.customers(self.memory, partner_id=partner_id, q=q, after=after, limit=limit)

    async def conversations(self, customer: str, limit: int = 1000) -> Sequence[Conversation]:
        return people.conversations(self.memory, customer, limit)

    async def partner(self, partner_id: str, claim: str | None = None) -> str | None:
        return people.partner(self.memory, partner_id, claim)

    # --- errands -------------------------------------------------------------------------------------------

    async def claim(self, now: int, limit: int, lease: Lease) -> Sequence[Leased]:
        return outbox.claim(self.memory, now, limit, lease)

    async def next_due(self) -> int | None:
        return outbox.next_due(self.memory)

    async def settle(self, settlement: Settlement) -> None:
        outbox.settle(self.memory, settlement)

    async def release(self, node: str, key: str | None = None) -> None:
        outbox.release(self.memory, node, key)

    async def recover(self, node: str, now: int) -> int:
        return outbox.recover(self.memory, node, now)

    async def report(self, channel: str, update: StatusUpdate, at: int) -> bool:
        return outbox.report(self.memory, channel, update, at)

    # --- reading -------------------------------------------------------------------------------------------

    async def history(self, session: str, after: int = 0, limit: int = 50) -> Sequence[StoredMessage]:
        return read.history(self.memory, session, after, limit)

    async def message(self, session: str, seq: int) -> StoredMessage | None:
        return read.message(self.memory, session, seq)

    async def session(self, session: str) -> SessionRow | None:
        return read.session(self.memory, session)

    async def sessions(self, query: SessionQuery) -> Page:
        return lists.sessions(self.memory, query)

    async def tally(self) -> Sequence[Tally]:
        return lists.tally(self.memory)

    async def index(self, limit: int) -> int:
        return lists.index(self.memory, limit)

    async def trace(self, session: str) -> Sequence[FeedRow]:
        return read.trace(self.memory, session)

    async def pulse(self, since: int, until: int, width: int) -> Sequence[Beat]:
        return pulse.pulse(self.memory, since, until, width)

    async def submission(self, id: str) -> SubmissionRow | None:
        return submissions.submission(self.memory, id)

    async def submissions(self, query: SubmissionQuery) -> SubmissionPage:
        return submissions.submissions(self.memory, query)

    async def thread(self, submission: str, limit: int = 200) -> Sequence[StoredMessage]:
        return submissions.thread(self.memory, submission, limit)

    async def rating(self, session: str) -> Rating | None:
        kept = self.memory.sessions.get(session)
        return kept.session.rating if kept else None

    async def feed(self, after: int, limit: int) -> Sequence[FeedRow]:
        return read.feed(self.memory, after, limit)

    async def words_found(self, before: int | None, limit: int) -> Sequence[FeedRow]:
        return read.words_found(self.memory, before, limit)

    async def newest(self) -> int:
        return len(self.memory.log)

    async def desk(self) -> DeskView:
        return read.desk(self.memory)

    # --- seats ---------------------------------------------------------------------------------------------

    async def seats(self) -> Sequence[Seat]:
        return sorted(self.memory.seats.values(), key=lambda seat: seat.agent)

    async def seat(self, agent: str, *, capacity: int, at: int) -> None:
        papers.set_capacity(self.memory, agent, capacity)

    async def set_status(self, agent: str, status: str, reason: str | None, at: int) -> Seat:
        return papers.set_status(self.memory, agent, status, reason, at)

    async def remove_seat(self, agent: str) -> None:
        self.memory.seats.pop(agent, None)

    async def keep_desk(self, node: str, now: int, until: int) -> int | None:
        return self.memory.keeper.keep(node, now, until)

    # --- documents -----------------------------------------------------------------------------------------

    async def put(
        self,
        collection: str,
        id: str,
        body: dict[str, object] | None,
        *,
        who: str,
        at: int,
        expected: int | None = None,
    ) -> int:
        return papers.put(self.memory, collection, id, body, who=who, at=at, expected=expected)

    async def get(self, collection: str, id: str) -> Document | None:
        return papers.get(self.memory, collection, id)

    async def all(self, collection: str) -> Sequence[Document]:
        return papers.every(self.memory, collection)

    async def revisions(self, collection: str, id: str) -> Sequence[Revision]:
        return list(self.memory.revisions.get((collection, id), ()))

    async def revision(self, collection: str, id: str, version: int) -> Revision | None:
        return pulse.revision(self.memory, collection, id, version)

    async def changes(self, query: ChangeQuery) -> ChangePage:
        return pulse.changes(self.memory, query)

    # --- the rest ------------------------------------------------------------------------------------------

    async def grant(self, grant: Grant) -> None:
        self.memory.grants[grant.digest] = grant

    async def granted(self, digest: bytes) -> Grant | None:
        return self.memory.grants.get(digest)

    async def revoke(self, digest: bytes | None = None, agent: str | None = None) -> None:
        papers.revoke(self.memory, digest, agent)

    async def keep_raw(self, raw: Raw) -> None:
        papers.keep_raw(self.memory, raw)

    async def raws(self, channel: str, limit: int = 50) -> Sequence[Raw]:
        return papers.raws(self.memory, channel, limit)

    async def reserve(self, name: str, count: int) -> int:
        return papers.reserve(self.memory, name, count)

    async def forget(self, before: int, limit: int) -> int:
        return papers.forget(self.memory, before, limit)

    async def counts(self) -> Mapping[str, int]:
        return read.counts(self.memory)

    async def backup(self, path: str) -> None:
        raise StoreError("the memory store keeps nothing that could be backed up")

    async def close(self) -> None:
        return None
