"""Many commits in one transaction: looked at first, all of them, in order; then written table by table."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from core.customer import Customer
from core.effect import Deliver, Effect, WakeAt
from core.errors import Duplicate, Fenced, Full, Stale, StoreError
from core.event import CustomerLinked, Erased, Noted
from core.ports.writing import Commit, Committed, Leased
from core.session import Session
from stores import _rows
from stores import _sqlite_mentions as mentions
from stores import _sqlite_submissions as submissions
from stores import _sqlite_tags as tags
from stores._sqlite_alter import alter
from stores._sqlite_people import People, follow, put_terms
from stores._sqlite_rows import Row, count, customer_row, digest, encode, marks, one

_REMEMBERED = 50_000
_CHUNK = 500


_EventRow = tuple[str | None, int | None, str | None, str | None, bytes]  # session, seq, state, provider id, body


@dataclass(slots=True)
class Prepared:
    """A commit with everything encoded that does not depend on the database."""

    commit: Commit
    body: bytes
    sessions: list[tuple[Session, bytes | None]]  # no bytes for the open one: it is in the conversation's
    events: list[tuple[str | None, int | None, str | None, str | None, bytes]]  # session, seq, state, id, body
    effects: list[tuple[Effect, str, str, bytes]]  # effect, key, kind, body
    causes: list[bytes]


def prepare(commit: Commit) -> Prepared:
    """Raises whatever a value that cannot be encoded raises, before it could disturb others."""
    carried = _rows.carried(commit.effects) if commit.effects else frozenset()
    touched = commit.others if commit.session is None else (*commit.others, commit.session)
    open_one = commit.conversation.session
    sessions = [
        (session, None if open_one is not None and session.id == open_one.id else encode(session))
        for session in touched
    ]
    events: list[_EventRow] = []
    for event in commit.events:
        owner = _rows.owner(event, commit.session)
        message = _rows.said(event)
        if message is None or owner is None:
            events.append((owner, None, None, None, encode(event)))
        else:
            state = _rows.first_state(cast(_rows.Speaking, event), carried)
            events.append((owner, message.seq, state, message.provider_id, encode(event)))
    effects = [
        (effect, _rows.errand_key(effect, commit.conversation.id), _rows.errand_kind(effect), encode(effect))
        for effect in commit.effects
    ]
    causes = [digest(cause.scope, cause.id) for cause in commit.causes]
    return Prepared(commit, encode(commit.conversation), sessions, events, effects, causes)


_Listed = tuple[int, str, str | None, str | None]  # rid, phase, agent, group


class Ledger:
    """What the writer remembers between transactions, for nobody else writes: next numbers, versions, row ids.

    `doubted` is set when not even a look at the database was possible; `early`: statuses may wait for their message.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.conversations: dict[str, tuple[int, int, int]] = {}  # rid, version, active_n
        self.sessions: dict[str, _Listed] = {}
        self.n = self.conversation = self.session = 0
        self.doubted = self.early = False
        self.keeper = _rows.Keeper()
        self.reload(connection)

    def reload(self, connection: sqlite3.Connection) -> None:
        """Forget everything and look again: after a transaction that came to nothing."""
        self.conversations.clear()
        self.sessions.clear()
        self.n = one(connection, "SELECT max(n) FROM event") or 0
        self.conversation = one(connection, "SELECT max(rid) FROM conversation") or 0
        self.session = one(connection, "SELECT max(rid) FROM session") or 0
        self.early = has_early(connection)
        self.doubted = False

    def trim(self) -> None:
        for known in (self.conversations, self.sessions):
            if len(known) > _REMEMBERED:
                known.clear()

    def next_n(self) -> int:
        self.n += 1
        return self.n


def has_early(connection: sqlite3.Connection) -> bool:
    return bool(one(connection, "SELECT EXISTS (SELECT 1 FROM early)"))


@dataclass(slots=True)
class _Writes:
    """Rows to be written, by table, in the order they are written in."""

    new_conversations: list[Row] = field(default_factory=list)
    conversations: list[Row] = field(default_factory=list)
    owners: list[Row] = field(default_factory=list)
    customers: list[Row] = field(default_factory=list)
    new_sessions: list[Row] = field(default_factory=list)
    sessions: list[Row] = field(default_factory=list)
    quiet_sessions: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    causes: list[Row] = field(default_factory=list)
    loose_causes: list[Row] = field(default_factory=list)
    names: list[Row] = field(default_factory=list)
    aliases: list[Row] = field(default_factory=list)
    errands: list[Row] = field(default_factory=list)
    timers: list[Row] = field(default_factory=list)
    terms: list[tuple[Customer, bool]] = field(default_factory=list)
    people: list[People] = field(default_factory=list)
    submissions: list[Row] = field(default_factory=list)
    threads: list[Row] = field(default_factory=list)
    alterations: list[tuple[int, _rows.Alteration]] = field(default_factory=list)
    tags: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    mentions: list[tuple[str, int, int]] = field(default_factory=list)


_SQL = {
    "new_conversations": "INSERT INTO conversation VALUES (?,?,?,?,?,?,?,?,?)",
    # Without the customer, who seldom is another: an index whose column is set is written again, whatever it is set to.
    "conversations": "UPDATE conversation SET version = ?, open = ?, active_n = ?, body = ? WHERE rid = ?",
    "owners": "UPDATE conversation SET customer = ? WHERE rid = ?",
    "customers": "INSERT INTO customer VALUES (?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET"
    " partner_id = excluded.partner_id, partner_key = excluded.partner_key, name = excluded.name,"
    " folded = excluded.folded, body = excluded.body",
    "new_sessions": "INSERT INTO session VALUES (?,?,?,?,?,?,?,?,?,?)",
    "sessions": "UPDATE session SET phase = ?, agent = ?, grp = ?, active_n = ?, body = ? WHERE rid = ?",
    "quiet_sessions": "UPDATE session SET phase = ?, agent = ?, grp = ?, active_n = coalesce(active_n, ?),"
    " body = ? WHERE rid = ?",
    "events": "INSERT INTO event"
    " (n, conversation, session, seq, fact, at, policy, causes, state, provider_id, body)"
    " VALUES (?,?,?,?,0,?,?,?,?,?,?)",
    "causes": "INSERT INTO cause VALUES (?,?,?)",
    "loose_causes": "INSERT INTO loose_cause VALUES (?,?)",
    "names": "INSERT OR IGNORE INTO name VALUES (?,?,?)",
    "aliases": "INSERT OR IGNORE INTO alias VALUES (?,?,?)",
    "errands": "INSERT INTO errand (key, conversation, kind, due, ready, node, until, body) VALUES (?,?,?,?,?,?,?,?)",
    "timers": "INSERT INTO errand (key, conversation, kind, due, ready, body) VALUES (?,?,'wake_at',?,?,?)"
    " ON CONFLICT (key) DO UPDATE SET due = excluded.due, ready = excluded.ready, body = excluded.body,"
    " node = NULL, until = 0, attempt = 0, uncertain = 0, began = 0",
    "submissions": submissions.PUT,
    "threads": "INSERT INTO submission_message VALUES (?, ?)",
}


class Batch:
    """The commits of one transaction."""

    def __init__(self, connection: sqlite3.Connection, ledger: Ledger, commits: Sequence[Prepared]) -> None:
        self._connection, self._ledger, self._commits = connection, ledger, commits
        self._writes = _Writes()
        self._causes: dict[bytes, tuple[str | None, int | None]] = {}
        self._addresses: set[tuple[str, str]] = set()
        self._seats: dict[str, list[Any]] = {}
        self._touched: set[str] = set()
        self._deliveries: dict[int, list[tuple[str | None, int]]] = {}
        self._below_zero = 0

    def run(self) -> list[Committed | StoreError]:
        """Write those that may be written; what became of each, in order."""
        self._look()
        results: list[Committed | StoreError] = []
        for prepared in self._commits:
            try:
                self._check(prepared)
            except StoreError as error:
                results.append(error)
            else:
                results.append(self._add(prepared))
        self._write()
        return results

    # --- looking -------------------------------------------------------------------------------------------

    def _look(self) -> None:
        ledger, commits = self._ledger, self._commits
        known_ids = ledger.conversations
        ids = {id for p in commits if (id := p.commit.conversation.id) not in known_ids}
        for known, *rest in self._select("SELECT id, rid, version, active_n FROM conversation WHERE id IN", ids):
            ledger.conversations[known] = (rest[0], rest[1], rest[2])
        sessions = {session.id for p in commits for session, _ in p.sessions}
        sessions |= {event[0] for p in commits for event in p.events if event[0] is not None}
        sessions |= {p.commit.conversation.session.id for p in commits if p.commit.conversation.session}
        unknown = {session for session in sessions if session not in ledger.sessions}
        for known, *rest in self._select("SELECT id, rid, phase, agent, grp FROM session WHERE id IN", unknown):
            ledger.sessions[known] = (rest[0], rest[1], rest[2], rest[3])
        digests = {cause for p in commits for cause in p.causes}
        for cause, session, seq in self._select(
            "SELECT c.digest, s.id, c.seq FROM cause c LEFT JOIN session s ON s.rid = c.session WHERE c.digest IN",
            digests,
        ):
            self._causes[cause] = (session, seq)
        agents = {a for p in commits for a in (p.commit.takes, p.commit.frees) if a is not None}
        for agent, *seat in self._select(
            "SELECT agent, status, capacity, load, assigned_at FROM seat WHERE agent IN", agents
        ):
            self._seats[agent] = seat
        self._look_at_deliveries()

    def _look_at_deliveries(self) -> None:
        sending = {
            known[0]
            for p in self._commits
            if any(isinstance(effect, Deliver) for effect, *_ in p.effects)
            and (known := self._ledger.conversations.get(p.commit.conversation.id)) is not None
        }
        for rid, node, until in self._select(
            "SELECT conversation, node, until FROM errand WHERE kind = 'deliver' AND conversation IN", sending
        ):
            self._deliveries.setdefault(rid, []).append((node, until))

    def _select(self, sql: str, keys: Iterable[Any]) -> Iterable[Any]:
        wanted = list(keys)
        for at in range(0, len(wanted), _CHUNK):
            chunk = wanted[at : at + _CHUNK]
            # Few lengths, so that the statements stay prepared: the last key fills up what is missing.
            width = next((w for w in (1, 4, 16, 64, _CHUNK) if w >= len(chunk)), _CHUNK)
            chunk += chunk[-1:] * (width - len(chunk))
            yield from self._connection.execute(f"{sql} ({marks(width)})", chunk)

    # --- checking ------------------------------------------------------------------------------------------

    def _check(self, prepared: Prepared) -> None:
        commit = prepared.commit
        for cause in prepared.causes:
            if (kept := self._causes.get(cause)) is not None:
                raise Duplicate(*(kept if kept[1] is not None else (None, None)))
        known = self._ledger.conversations.get(commit.conversation.id)
        if (known[1] if known else 0) != commit.expected:
            raise Stale
        if known is None and self._taken(commit.conversation.channel, commit.conversation.address):
            raise Stale
        if commit.fence not in (None, self._ledger.keeper.fence):
            raise Fenced
        if commit.takes is not None and not self._has_place(commit):
            raise Full(commit.takes)

    def _taken(self, channel: str, address: str) -> bool:
        if (channel, address) in self._addresses:
            return True
        sql = (
            "SELECT EXISTS (SELECT 1 FROM conversation WHERE channel = ?1 AND address = ?2)"
            " OR EXISTS (SELECT 1 FROM alias WHERE channel = ?1 AND alias = ?2)"
        )
        return bool(one(self._connection, sql, channel, address))

    def _has_place(self, commit: Commit) -> bool:
        seat = self._seats.get(cast(str, commit.takes))
        if seat is None:
            return False
        status, capacity, load, _ = seat
        available = commit.force or status == "online"
        return bool(available and (commit.beyond or load - (commit.takes == commit.frees) < capacity))

    # --- collecting ----------------------------------------------------------------------------------------

    def _add(self, prepared: Prepared) -> Committed:
        commit = prepared.commit
        first = self._ledger.n + 1
        self._ledger.n += len(prepared.events)
        conversation = self._add_conversation(prepared)
        self._add_events(prepared, conversation, first)
        if prepared.causes:
            self._add_causes(prepared)
        channel, id = commit.conversation.channel, commit.conversation.id
        self._writes.aliases.extend((channel, alias, id) for alias in commit.aliases)
        self._addresses.update((channel, alias) for alias in commit.aliases)
        if commit.takes is not None or commit.frees is not None:
            self._move_seats(commit)
        if commit.submissions:
            self._add_submissions(commit, conversation, first)
        errands = tuple(self._add_errands(prepared, conversation)) if prepared.effects else ()
        return Committed(commit.expected + 1, self._ledger.n, errands)

    def _add_conversation(self, prepared: Prepared) -> int:
        commit, state, ledger = prepared.commit, prepared.commit.conversation, self._ledger
        known = ledger.conversations.get(state.id)
        if known is None:
            ledger.conversation += 1
        rid, _, active_n = known or (ledger.conversation, 0, 0)
        version, open_rid = commit.expected + 1, None
        before = active_n
        if (session := state.session) is not None:
            moves = prepared.events and commit.session is not None and commit.session.id == session.id
            if moves or session.id not in ledger.sessions:
                active_n = ledger.n
        self._add_sessions(prepared, rid, before)
        if session is not None:
            open_rid = ledger.sessions[session.id][0]
        changing = (version, open_rid, active_n, prepared.body)
        if known is None:
            self._writes.new_conversations.append(
                (rid, state.id, state.channel, state.address, state.customer.id, *changing)
            )
            self._addresses.add((state.channel, state.address))
        else:
            self._writes.conversations.append((*changing, rid))
        ledger.conversations[state.id] = (rid, version, active_n)
        if _rows.knows_customer(commit):
            self._writes.customers.append(customer_row(state.customer))
            self._writes.terms.append((state.customer, commit.expected > 0))
        return rid

    def _add_sessions(self, prepared: Prepared, conversation: int, active_before: int) -> None:
        """`active_before` is the activity of the session that was open until now."""
        commit, ledger, writes = prepared.commit, self._ledger, self._writes
        for session, body in prepared.sessions:
            agent = session.agent.id if session.agent is not None else None
            listing = (session.phase, agent, session.group)
            known = ledger.sessions.get(session.id)
            if known is None:
                ledger.session += 1
                where = (
                    ledger.session,
                    session.id,
                    conversation,
                    commit.conversation.channel,
                    session.number,
                )
                writes.new_sessions.append((*where, *listing, None if body is None else ledger.n, body))
                ledger.sessions[session.id] = (ledger.session, *listing)
                if session.tags:
                    writes.tags.append((ledger.session, session.tags))
                continue
            if tags.follows(session, commit.events, moved=body is not None):
                writes.tags.append((known[0], session.tags))
            if body is None and known[1:] == listing:
                continue
            moves = session is commit.session and bool(prepared.events)
            active_n = None if body is None else ledger.n if moves else active_before
            (writes.sessions if moves or body is None else writes.quiet_sessions).append(
                (*listing, active_n, body, known[0])
            )
            ledger.sessions[session.id] = (known[0], *listing)

    def _add_events(self, prepared: Prepared, conversation: int, first: int) -> None:
        commit, sessions, rows = prepared.commit, self._ledger.sessions, self._writes.events
        at, policy, last = commit.at, commit.policy, len(prepared.events) - 1
        causes = b"".join(prepared.causes) or None
        for index, (owner, seq, state, provider_id, body) in enumerate(prepared.events):
            session = sessions[owner][0] if owner is not None and owner in sessions else None
            kept = causes if index == last else None
            rows.append((first + index, conversation, session, seq, at, policy, kept, state, provider_id, body))
            event = commit.events[index]
            if isinstance(event, CustomerLinked | Erased):
                self._writes.owners.append((commit.conversation.customer.id, conversation))
                self._writes.people.append((conversation, commit.conversation, event))
            if session is not None and isinstance(event, _rows.Alteration):
                self._writes.alterations.append((session, event))
            if session is not None and isinstance(event, Noted):
                self._writes.mentions.extend((agent, first + index, session) for agent in _rows.mentions(event))

    def _add_submissions(self, commit: Commit, conversation: int, first: int) -> None:
        """What is said of one comes in the same commit as its change."""
        channel = commit.conversation.channel
        self._writes.submissions.extend(submissions.row(each, conversation, channel) for each in commit.submissions)
        said = ((n, _rows.said(event)) for n, event in enumerate(commit.events, first))
        self._writes.threads.extend((message.submission, n) for n, message in said if message and message.submission)

    def _add_causes(self, prepared: Prepared) -> None:
        commit, writes = prepared.commit, self._writes
        session = commit.session.id if commit.session is not None else None
        rid = self._ledger.sessions[session][0] if session is not None else None
        for cause, key in zip(commit.causes, prepared.causes, strict=True):
            if key not in self._causes:
                writes.causes.append((key, rid, cause.seq))
            self._causes[key] = (session, cause.seq)
            if not prepared.events:
                writes.loose_causes.append((commit.at, key))
            if cause.ref is not None and cause.ref != cause.id and rid is not None and cause.seq is not None:
                writes.names.append((digest(cause.scope, cause.ref), rid, cause.seq))

    def _move_seats(self, commit: Commit) -> None:
        if commit.frees is not None and (seat := self._seats.get(commit.frees)) is not None:
            self._below_zero += seat[2] == 0
            seat[2] = max(seat[2] - 1, 0)
            self._touched.add(commit.frees)
        if commit.takes is not None:
            seat = self._seats[commit.takes]
            seat[2] += 1
            seat[3] = _rows.assigned_at(commit)
            self._touched.add(commit.takes)

    def _add_errands(self, prepared: Prepared, conversation: int) -> Iterable[Leased]:
        commit, writes = prepared.commit, self._writes
        lease, at = commit.lease, commit.at
        for effect, key, kind, body in prepared.effects:
            if isinstance(effect, WakeAt):
                writes.timers.append((key, conversation, effect.due, effect.due, body))
                continue
            if isinstance(effect, Deliver):
                open_ones = self._deliveries.setdefault(conversation, [])
                waits = any(node != lease.node or until <= at for node, until in open_ones)
                open_ones.append((None, 0) if waits else (lease.node, lease.until))
                if waits:
                    writes.errands.append((key, conversation, kind, at, None, None, 0, body))
                    continue
            row = (key, conversation, kind, at, lease.until, lease.node, lease.until, body)
            writes.errands.append(row)
            state = commit.conversation
            yield Leased(key, state.id, state.channel, state.address, effect, due=at)

    # --- writing -------------------------------------------------------------------------------------------

    def _write(self) -> None:
        connection, writes = self._connection, self._writes
        for table, sql in _SQL.items():
            if rows := getattr(writes, table):
                connection.executemany(sql, rows)
        if writes.terms:
            put_terms(connection, writes.terms)
        if writes.tags:
            tags.put(connection, writes.tags)
        if writes.mentions:
            mentions.put(connection, writes.mentions)
        follow(connection, writes.people, self._ledger.next_n)
        for session, event in writes.alterations:
            alter(connection, session, event)
        if self._touched:
            seats = [(*self._seats[agent][2:], agent) for agent in sorted(self._touched)]
            connection.executemany("UPDATE seat SET load = ?, assigned_at = ? WHERE agent = ?", seats)
        if self._below_zero:
            count(connection, "seats_below_zero", self._below_zero)
