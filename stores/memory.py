"""The store in memory: the reference of what each method means, for tests. Nothing survives the process.

One event loop; no method awaits between reading and writing, so each is atomic.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, cast

import msgspec

from core import erasing, terms
from core.channel import StatusUpdate
from core.customer import Customer
from core.effect import Deliver, Effect, WakeAt
from core.errors import Duplicate, Fenced, Full, Stale, StoreError
from core.event import (
    Amended,
    CustomerLinked,
    Erased,
    Event,
    Fact,
    Recalled,
    Released,
    Retracted,
    StateChanged,
    Translated,
    WordsFound,
)  # fmt: skip
from core.ports import (
    Commit,
    Committed,
    CustomerPage,
    DeskView,
    Document,
    FeedRow,
    Grant,
    Lease,
    Leased,
    Mention,
    Page,
    Raw,
    Revision,
    Seat,
    SessionQuery,
    SessionRow,
    Settlement,
    StoredMessage,
    SubmissionPage,
    SubmissionQuery,
    SubmissionRow,
    Tally,
    Waiting,
    waiting_of,
)
from core.session import Conversation, Rating, Session
from core.submitted import Submission
from stores import _rows
from stores._memory_hooks import MemoryHooks
from stores._memory_mentions import MemoryMentions

_replace = msgspec.structs.replace
_Name = tuple[str, str]  # channel (or cause scope), id
_Place = tuple[str, int]  # session, seq


class _Kept(msgspec.Struct):
    """A session as the store holds it."""

    session: Session
    conversation: str
    active_n: int


class _Logged(msgspec.Struct):
    n: int
    at: int
    conversation: str
    session: str | None
    event: Event | Fact
    policy: int


class _Errand(msgspec.Struct):
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


class MemoryStore:
    def __init__(self) -> None:
        self._conversations: dict[str, tuple[Conversation, int]] = {}
        self._addresses: dict[_Name, str] = {}
        self._aliases: dict[_Name, str] = {}
        self._customers: dict[str, Customer] = {}
        self._sessions: dict[str, _Kept] = {}
        self._log: list[_Logged] = []
        self._messages: dict[str, dict[int, StoredMessage]] = defaultdict(dict)
        self._message_n: dict[_Place, int] = {}
        self._causes: dict[_Name, tuple[str | None, int | None, int]] = {}
        self._names: dict[_Name, list[_Place]] = defaultdict(list)
        self._errands: dict[str, _Errand] = {}
        self._order = 0
        self._early: list[tuple[str, StatusUpdate, int]] = []
        self._seats: dict[str, Seat] = {}
        self._revisions: dict[_Name, list[Revision]] = defaultdict(list)
        self._grants: dict[bytes, Grant] = {}
        self._raws: list[Raw] = []
        self._submissions: dict[str, tuple[Submission, str]] = {}
        self._threads: dict[str, list[_Place]] = defaultdict(list)
        self._counters: dict[str, int] = defaultdict(int)
        self._indexed = 0
        self._partners: dict[str, str] = {}
        self._dropped: dict[str, None] = {}
        self._faded = 0
        self._keeper = _rows.Keeper()
        self.hooks = MemoryHooks()
        self.mentions = MemoryMentions(self._mention)
        self._told: Callable[[int], None] | None = None

    def listen(self, told: Callable[[int], None]) -> None:
        self._told = told

    def nudge(self) -> None:
        return None  # nobody else writes here

    # --- conversations -------------------------------------------------------------------------------------

    async def load(self, channel: str, address: str) -> tuple[Conversation, int] | None:
        found = self._addresses.get((channel, address)) or self._aliases.get((channel, address))
        return self._conversations.get(found) if found else None

    async def load_of(self, session: str) -> tuple[Conversation, int] | None:
        kept = self._sessions.get(session)
        return self._conversations[kept.conversation] if kept else None

    async def commit(self, commit: Commit) -> Committed:
        self._check(commit)
        state = commit.conversation
        self._conversations[state.id] = (state, commit.expected + 1)
        self._addresses[state.channel, state.address] = state.id
        for alias in commit.aliases:
            self._aliases.setdefault((state.channel, alias), state.id)
        if _rows.knows_customer(commit):
            self._customers[state.customer.id] = state.customer
        self._append_events(commit)
        self._submissions.update((each.id, (each, state.id)) for each in commit.submissions)
        self._keep_causes(commit)
        self._keep_sessions(commit)
        self._follow(commit)
        self._move_seats(commit)
        errands = [leased for effect in commit.effects if (leased := self._keep_errand(effect, commit)) is not None]
        return Committed(commit.expected + 1, len(self._log), tuple(errands))

    def _check(self, commit: Commit) -> None:
        state = commit.conversation
        for cause in commit.causes:
            if (kept := self._causes.get((cause.scope, cause.id))) is not None:
                raise Duplicate(*(kept[:2] if kept[1] is not None else (None, None)))
        known = self._conversations.get(state.id)
        place = (state.channel, state.address)
        taken = self._addresses.get(place) or self._aliases.get(place)
        if (known[1] if known else 0) != commit.expected or (not known and taken):
            raise Stale
        if commit.fence not in (None, self._keeper.fence):
            raise Fenced
        if commit.takes is not None and not self._has_place(commit):
            raise Full(commit.takes)

    def _has_place(self, commit: Commit) -> bool:
        seat = self._seats.get(cast(str, commit.takes))
        if seat is None or not (commit.force or seat.status == "online"):
            return False
        return commit.beyond or seat.load - (commit.takes == commit.frees) < seat.capacity

    def _append_events(self, commit: Commit) -> None:
        carried = _rows.carried(commit.effects)
        for event in commit.events:
            session = _rows.owner(event, commit.session)
            n = self._write(commit.conversation.id, session, event, commit.at, commit.policy)
            message = _rows.said(event)
            if message is not None and session is not None:
                self._messages[session][message.seq] = StoredMessage(
                    session=session,
                    message=message,
                    state=_rows.first_state(cast(_rows.Speaking, event), carried),
                    provider_id=message.provider_id,
                )
                self._message_n[session, message.seq] = n
                self.mentions.put(_rows.mentions(event), n, session)
                if message.submission is not None:
                    self._threads[message.submission].append((session, message.seq))
            elif session is not None and isinstance(event, _rows.Alteration):
                self._alter(session, event)

    def _write(
        self,
        conversation: str,
        session: str | None,
        event: Event | Fact,
        at: int,
        policy: int = 0,
    ) -> int:
        n = len(self._log) + 1
        self._log.append(_Logged(n, at, conversation, session, event, policy))
        if self._told is not None:
            self._told(n)
        return n

    def _alter(self, session: str, event: _rows.Alteration) -> None:
        stored = self._messages[session].get(event.seq)
        if stored is None:
            return
        before = stored.message
        match event:
            case Amended():
                stored = _replace(
                    stored,
                    message=_rows.amended(stored.message, event),
                    edited_at=event.at,
                )
            case Released():
                stored = _replace(stored, message=_rows.released(stored.message))
            case Translated():
                stored = _replace(stored, message=_rows.translated(stored.message, event))
            case Recalled():
                stored = _replace(stored, recalled_at=event.at)
            case Retracted():
                stored = _replace(stored, message=_rows.blanked(stored.message), retracted_at=event.at)
                for entry in self._log:
                    if entry.session == session and _rows.is_text_of(entry.event, event.seq):
                        self._drop_files(entry.event)
                        entry.event = _rows.blanked_amendment(entry.event)
                    elif entry.n == self._message_n[session, event.seq]:
                        self._drop_files(_rows.with_message(cast(_rows.Speaking, entry.event), before))
                self.hooks.blank(self._sessions[session].conversation, session, event.seq)
        self._messages[session][event.seq] = stored

    def _drop_files(self, event: Event) -> None:
        self._dropped |= dict.fromkeys(url for url in erasing.files_of(event) if _rows.is_ours(url))

    def _follow(self, commit: Commit) -> None:
        """What linking and erasing mean at once."""
        state = commit.conversation
        for event in commit.events:
            match event:
                case CustomerLinked(customer=customer, was=was):
                    self._partners = {name: customer.id if id == was else id for name, id in self._partners.items()}
                    if not any(kept.customer.id == was for kept, _ in self._conversations.values()):
                        self._customers.pop(was, None)
                case Erased():
                    self._let_go(state)
                case _:
                    pass

    def _let_go(self, state: Conversation) -> None:
        old = [place for place, id in self._addresses.items() if id == state.id and place[1] != state.address]
        for place in old:
            del self._addresses[place]
            self._raws = [
                raw for raw in self._raws
                if raw.channel != state.channel or len(place[1]) < 3 or place[1].encode() not in raw.body
            ]  # fmt: skip
        self._aliases = {place: id for place, id in self._aliases.items() if id != state.id}
        self._errands = {key: errand for key, errand in self._errands.items() if errand.conversation != state.id}
        self._customers.pop(state.customer.id, None)
        self._partners = {name: id for name, id in self._partners.items() if id != state.customer.id}
        self.hooks.blank(state.id)

    async def erase(self, conversation: str, after: str | None, limit: int) -> str | None:
        for entry in self._log:
            if entry.conversation == conversation and not isinstance(entry.event, Fact):
                self._blank(entry, erasing.blank_event)
        for kept in self._sessions.values():
            if kept.conversation == conversation:
                kept.session = erasing.bare(kept.session)
        return None

    def _blank(self, entry: "_Logged", blank: Callable[[Event], Event]) -> None:
        event = cast(Event, entry.event)
        self._drop_files(event)
        entry.event = blank(event)
        message = _rows.said(event)
        stored = self._messages[entry.session].get(message.seq) if message is not None and entry.session else None
        if stored is not None and entry.session is not None:
            current = _rows.with_message(cast(_rows.Speaking, event), stored.message)
            self._drop_files(current)
            blanked = cast(_rows.Speaking, blank(current)).message
            gone = blanked.provider_id is None
            self._messages[entry.session][stored.message.seq] = _replace(
                stored, message=blanked, provider_id=None if gone else stored.provider_id
            )

    async def fade(self, before: int, limit: int) -> int:
        rows = self._log[self._faded : self._faded + limit]
        old = next((at for at, entry in enumerate(rows) if entry.at >= before), len(rows))
        for entry in rows[:old]:
            if not isinstance(entry.event, Fact):
                self._blank(entry, erasing.blank_text)
        self._faded += old
        return old

    async def silent(self, before: int, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        looked = sorted(id for id in self._customers if id > (after or ""))[:limit]
        found = []
        for customer in looked:
            states = await self.conversations(customer)
            if states and all(_rows.is_silent(state, before) for state in states):
                found.append(customer)
        return found, looked[-1] if len(looked) == limit else None

    async def forget_raws(self, before: int, limit: int) -> int:
        old = [raw for raw in self._raws if raw.at < before][:limit]
        self._raws = [raw for raw in self._raws if raw not in old]
        return len(old)

    async def dropped_files(self, limit: int) -> Sequence[str]:
        return list(self._dropped)[:limit]

    async def swept(self, urls: Sequence[str]) -> None:
        for url in urls:
            self._dropped.pop(url, None)

    async def scrub(self) -> None:
        return None

    async def conversations(self, customer: str, limit: int = 1000) -> Sequence[Conversation]:
        return [state for state, _ in self._conversations.values() if state.customer.id == customer][:limit]

    async def partner(self, partner_id: str, claim: str | None = None) -> str | None:
        if claim is not None:
            self._partners.setdefault(partner_id, claim)
        return self._partners.get(partner_id)

    def _keep_causes(self, commit: Commit) -> None:
        session = commit.session.id if commit.session else None
        for cause in commit.causes:
            self._causes[cause.scope, cause.id] = (session, cause.seq, commit.at)
            if cause.ref is not None and cause.ref != cause.id and session is not None and cause.seq is not None:
                self._name((cause.scope, cause.ref), (session, cause.seq))

    def _name(self, name: _Name, place: _Place) -> None:
        if place not in self._names[name]:
            self._names[name].append(place)

    def _keep_sessions(self, commit: Commit) -> None:
        conversation = commit.conversation.id
        for session in commit.others:
            before = self._sessions.get(session.id)
            self._sessions[session.id] = _Kept(session, conversation, before.active_n if before else len(self._log))
        if commit.session is not None:
            before = self._sessions.get(commit.session.id)
            active = len(self._log) if commit.events or before is None else before.active_n
            self._sessions[commit.session.id] = _Kept(commit.session, conversation, active)

    def _move_seats(self, commit: Commit) -> None:
        if commit.frees is not None and (seat := self._seats.get(commit.frees)) is not None:
            self._counters["seats_below_zero"] += seat.load == 0
            self._seats[commit.frees] = _replace(seat, load=max(seat.load - 1, 0))
        if commit.takes is not None:
            seat = self._seats[commit.takes]
            self._seats[commit.takes] = _replace(seat, load=seat.load + 1, assigned_at=_rows.assigned_at(commit))

    # --- errands -------------------------------------------------------------------------------------------

    def _keep_errand(self, effect: Effect, commit: Commit) -> Leased | None:
        key = _rows.errand_key(effect, commit.conversation.id)
        self._order += 1
        replaced = self._errands.get(key)
        errand = _Errand(replaced.order if replaced else self._order, key, commit.conversation.id, effect, commit.at)
        older = self._older_deliveries(errand)
        self._errands[key] = errand
        if isinstance(effect, WakeAt):
            errand.due = effect.due
            return None
        if any(other.node != commit.lease.node or other.until <= commit.at for other in older):
            return None
        errand.node, errand.until = commit.lease.node, commit.lease.until
        return self._leased(errand)

    def _older_deliveries(self, errand: _Errand) -> list[_Errand]:
        if not isinstance(errand.effect, Deliver):
            return []
        return [
            other
            for other in self._errands.values()
            if other.conversation == errand.conversation
            and isinstance(other.effect, Deliver)
            and other.order < errand.order
        ]

    def _leased(self, errand: _Errand) -> Leased:
        state, _ = self._conversations[errand.conversation]
        return Leased(
            key=errand.key,
            conversation=errand.conversation,
            channel=state.channel,
            address=state.address,
            effect=errand.effect,
            attempt=errand.attempt,
            uncertain=errand.uncertain,
            began=errand.began,
            due=errand.due,
        )

    async def claim(self, now: int, limit: int, lease: Lease) -> Sequence[Leased]:
        for errand in self._errands.values():
            if errand.node and errand.until <= now and self._older_deliveries(errand):
                errand.node, errand.until = None, 0  # it was never begun: it waited behind another
        ready = [
            errand
            for errand in self._errands.values()
            if (errand.until if errand.node else errand.due) <= now and not self._older_deliveries(errand)
        ]
        ready.sort(
            key=lambda errand: (
                errand.until if errand.node else errand.due,
                errand.order,
            )
        )
        chosen = sorted(ready[:limit], key=lambda errand: errand.order)
        for errand in chosen:
            errand.uncertain = errand.uncertain or errand.node is not None
            errand.node, errand.until = lease.node, lease.until
        return [self._leased(errand) for errand in chosen]

    async def next_due(self) -> int | None:
        free = (e for e in self._errands.values() if e.node is None and not self._older_deliveries(e))
        return min((errand.due for errand in free), default=None)

    async def settle(self, settlement: Settlement) -> None:
        errand = self._errands.get(settlement.key)
        self._settle_errand(settlement, errand)
        session = settlement.session
        if session is None:
            return
        channel = self._conversations[settlement.conversation][0].channel
        known = self._messages[session]
        for seq, content in settlement.content:
            if (stored := known.get(seq)) is not None and stored.retracted_at is None:
                known[seq] = _replace(stored, message=_replace(stored.message, content=content))
        for seq, provider_id in settlement.message_ids:
            if (stored := known.get(seq)) is not None:
                known[seq] = _replace(stored, provider_id=stored.provider_id or provider_id)
                self._name((channel, provider_id), (session, seq))
        for fact in settlement.facts:
            self._note(settlement.conversation, session, fact, settlement.at)
        names = {provider_id for _, provider_id in settlement.message_ids}
        self._apply_early(channel, names, settlement)

    def _settle_errand(self, settlement: Settlement, errand: _Errand | None) -> None:
        if errand is None:
            return
        if not settlement.done:
            errand.node, errand.until, errand.due = None, 0, settlement.due
            errand.attempt, errand.uncertain, errand.began = (
                settlement.attempt,
                settlement.uncertain,
                settlement.began,
            )
            return
        if isinstance(errand.effect, WakeAt) and (errand.node is None or settlement.due not in (0, errand.due)):
            return  # replaced since by a later one of its name
        del self._errands[errand.key]
        if isinstance(errand.effect, Deliver) and errand.effect.session is not None:
            channel = self._conversations[errand.conversation][0].channel
            for seq in _rows.parts_of(errand.effect):
                self._name((channel, _delivery_name(errand.key)), (errand.effect.session, seq))

    def _note(self, conversation: str, session: str, fact: Fact, at: int) -> None:
        stored = self._messages[session].get(fact.seq)
        if stored is None:
            return
        if isinstance(fact, StateChanged):
            after = _rows.moved(stored.state, stored.maybe_twice, fact)
            if after is None:
                return
            self._counters["failed"] += after[0] == "failed"
            self._messages[session][fact.seq] = _replace(
                stored, state=after[0], maybe_twice=after[1], code=fact.code, reason=fact.reason
            )
        self._write(conversation, session, fact, at)

    def _apply_early(self, channel: str, names: set[str], settlement: Settlement) -> None:
        waiting, self._early = self._early, []
        for on, update, at in waiting:
            if at <= settlement.at - _rows.EARLY_STATUS_MS:
                continue
            concerned = update.message_id in names or update.delivery == settlement.key
            if on != channel or not concerned or not self._apply(channel, update, settlement.at):
                self._early.append((on, update, at))

    async def release(self, node: str, key: str | None = None) -> None:
        for errand in self._errands.values():
            if errand.node == node and key in (None, errand.key):
                errand.node, errand.until = None, 0

    async def recover(self, node: str, now: int) -> int:
        lost = [errand for errand in self._errands.values() if errand.node not in (None, node)]
        for errand in lost:
            errand.node, errand.until = None, 0
            errand.uncertain = errand.uncertain or not self._older_deliveries(errand)  # behind one: never begun
            errand.due = min(errand.due, now)
        return len(lost)

    async def report(self, channel: str, update: StatusUpdate, at: int) -> bool:
        self._early = [entry for entry in self._early if entry[2] > at - _rows.EARLY_STATUS_MS]
        if self._apply(channel, update, at):
            return True
        self._early.append((channel, update, at))
        return False

    def _apply(self, channel: str, update: StatusUpdate, at: int) -> bool:
        places = self._places(channel, update)
        for session, seq in places:
            change = StateChanged(seq, update.state, update.at, update.code, update.reason)
            self._note(self._sessions[session].conversation, session, change, at)
            if update.message_id is not None and len(places) == 1:
                stored = self._messages[session][seq]
                provider_id = stored.provider_id or update.message_id
                self._messages[session][seq] = _replace(stored, provider_id=provider_id)
                self._name((channel, update.message_id), (session, seq))
        return bool(places)

    def _places(self, channel: str, update: StatusUpdate) -> list[_Place]:
        if update.message_id is not None and (named := self._names.get((channel, update.message_id))):
            return list(named)
        if update.delivery is None:
            return []
        errand = self._errands.get(update.delivery)
        if errand is not None and isinstance(errand.effect, Deliver):
            if self._conversations[errand.conversation][0].channel != channel or errand.effect.session is None:
                return []
            session = errand.effect.session
            return [(session, seq) for seq in _rows.parts_of(errand.effect) if seq in self._messages[session]]
        return list(self._names.get((channel, _delivery_name(update.delivery)), ()))

    async def alias(self, channel: str, alias: str, conversation: str) -> None:
        self._aliases.setdefault((channel, alias), conversation)

    async def place(self, channel: str, provider_id: str) -> tuple[str, int] | None:
        if named := self._names.get((channel, provider_id)):
            return named[0]
        session, seq, _ = self._causes.get((channel, provider_id), (None, None, 0))
        return (session, seq) if session is not None and seq is not None else None

    # --- reading -------------------------------------------------------------------------------------------

    async def history(self, session: str, after: int = 0, limit: int = 50) -> Sequence[StoredMessage]:
        return [stored for seq, stored in sorted(self._messages[session].items()) if seq > after][:limit]

    async def message(self, session: str, seq: int) -> StoredMessage | None:
        return self._messages[session].get(seq)

    async def session(self, session: str) -> SessionRow | None:
        kept = self._sessions.get(session)
        return self._row(kept) if kept else None

    def _row(self, kept: _Kept) -> SessionRow:
        state, _ = self._conversations[kept.conversation]
        return SessionRow(
            session=kept.session,
            conversation=kept.conversation,
            channel=state.channel,
            address=state.address,
            customer=state.customer,
            last_message=self._messages[kept.session.id].get(kept.session.seq),
            last_said=self._messages[kept.session.id].get(kept.session.said_seq)
            if _rows.speaks_after(kept.session)
            else None,
            active_n=kept.active_n,
        )

    async def sessions(self, query: SessionQuery) -> Page:
        before = int(query.after) if query.after else None
        fits = [
            kept
            for kept in self._sessions.values()
            if (before is None or kept.active_n < before) and self._wanted(kept, query) and self._found(kept, query.q)
        ]
        fits.sort(key=lambda kept: -kept.active_n)
        shown = fits[: query.limit]
        more = len(fits) > len(shown) > 0
        return Page(
            tuple(self._row(kept) for kept in shown),
            str(shown[-1].active_n) if more else None,
        )

    def _mention(self, n: int, session: str, unread: bool) -> Mention:
        entry = self._log[n - 1]
        seq = cast(_rows.Speaking, entry.event).message.seq
        return Mention(n, entry.at, unread, self._messages[session][seq], self._row(self._sessions[session]))

    async def tally(self) -> Sequence[Tally]:
        found = Counter(
            (kept.session.phase, self._conversations[kept.conversation][0].channel, kept.session.group,
             kept.session.agent.id if kept.session.agent else None)
            for kept in self._sessions.values() if kept.session.phase != "closed"
        )  # fmt: skip
        return [Tally(*key, count) for key, count in found.items()]

    def _wanted(self, kept: _Kept, query: SessionQuery) -> bool:
        session = kept.session
        agent = session.agent.id if session.agent else None
        visible = (
            query.visible_to is None
            or agent == query.visible_to
            or session.group is None
            or session.group in query.visible_groups
        )
        return (
            visible
            and query.phase in (None, session.phase)
            and query.mine in (None, agent)
            and query.group in (None, session.group)
            and (query.tag is None or query.tag in session.tags)
            and query.channel in (None, self._conversations[kept.conversation][0].channel)
            and query.customer in (None, self._conversations[kept.conversation][0].customer.id)
        )

    def _found(self, kept: _Kept, q: str | None) -> bool:
        wanted = _rows.folded(q)
        if not wanted:
            return True
        customer = self._conversations[kept.conversation][0].customer
        if _rows.customer_answers(customer, q):
            return True
        if wanted.removeprefix("#") == str(kept.session.number):
            return True
        asked = terms.phrases(wanted)
        return any(
            self._message_n[kept.session.id, seq] <= self._indexed
            and terms.answers(terms.terms(_rows.searchable(stored.message)), asked)
            for seq, stored in self._messages[kept.session.id].items()
        )

    async def index(self, limit: int) -> int:
        """Make what was committed searchable, at most `limit` feed numbers of it; how many were looked at."""
        looked = min(limit, len(self._log) - self._indexed)
        self._indexed += looked
        return looked

    async def trace(self, session: str) -> Sequence[FeedRow]:
        return [
            self._feed_row(entry)
            for entry in self._log
            if entry.session == session and _rows.said(entry.event) is None and not isinstance(entry.event, Fact)
        ]

    async def submission(self, id: str) -> SubmissionRow | None:
        found = self._submissions.get(id)
        return None if found is None else self._submission_row(*found)

    def _submission_row(self, submission: Submission, conversation: str) -> SubmissionRow:
        state, _ = self._conversations[conversation]
        return SubmissionRow(
            submission=submission,
            conversation=conversation,
            channel=state.channel,
            address=state.address,
            customer=state.customer,
        )

    async def submissions(self, query: SubmissionQuery) -> SubmissionPage:
        before = int(query.after) if query.after else None
        rows = [self._submission_row(*found) for found in self._submissions.values()]
        fits = [
            row
            for row in sorted(rows, key=lambda row: -row.submission.number)
            if (before is None or row.submission.number < before)
            and _rows.wanted(row, query)
            and self._found(self._sessions[row.submission.id], query.q)
        ]
        shown = tuple(fits[: query.limit])
        more = len(fits) > len(shown) > 0
        return SubmissionPage(shown, str(shown[-1].submission.number) if more else None)

    async def thread(self, submission: str, limit: int = 200) -> Sequence[StoredMessage]:
        return [self._messages[session][seq] for session, seq in self._threads[submission][-limit:]]

    async def rating(self, session: str) -> Rating | None:
        kept = self._sessions.get(session)
        return kept.session.rating if kept else None

    async def customer(self, customer: str) -> Customer | None:
        return self._customers.get(customer)

    async def customers(
        self,
        *,
        partner_id: str | None = None,
        q: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> CustomerPage:
        fits = [
            customer
            for customer in sorted(self._customers.values(), key=lambda customer: customer.id, reverse=True)
            if (after is None or customer.id < after)
            and partner_id in (None, customer.partner_id)
            and (not (q or "").strip() or _rows.customer_answers(customer, q))
        ]
        shown = tuple(fits[:limit])
        return CustomerPage(shown, shown[-1].id if len(fits) > len(shown) > 0 else None)

    async def feed(self, after: int, limit: int) -> Sequence[FeedRow]:
        return [self._feed_row(entry) for entry in self._log[after : after + limit]]

    def _feed_row(self, entry: _Logged) -> FeedRow:
        kept = self._sessions.get(entry.session) if entry.session else None
        seq = _rows.concerns(entry.event)
        stored = self._messages[entry.session].get(seq) if entry.session and seq is not None else None
        event = entry.event
        if stored is not None and _rows.said(event) is not None:
            event = _rows.with_message(cast(_rows.Speaking, event), stored.message)
        return FeedRow(
            n=entry.n,
            at=entry.at,
            conversation=entry.conversation,
            event=event,
            policy=entry.policy,
            session=entry.session,
            stored=stored,
            row=self._row(kept) if kept else None,
        )

    async def words_found(self, before: int | None, limit: int) -> Sequence[FeedRow]:
        found = [e for e in reversed(self._log) if isinstance(e.event, WordsFound) and (before is None or e.n < before)]
        return [self._feed_row(entry) for entry in found[:limit]]

    async def newest(self) -> int:
        return len(self._log)

    async def desk(self) -> DeskView:
        waiting = [
            self._waiting(kept) for kept in self._sessions.values() if kept.session.phase in ("queued", "unassigned")
        ]
        waiting.sort(key=lambda one: (one.since, one.session))
        seats = sorted(self._seats.values(), key=lambda seat: seat.agent)
        return DeskView(len(self._log), tuple(waiting), tuple(seats))

    async def seats(self) -> Sequence[Seat]:
        return sorted(self._seats.values(), key=lambda seat: seat.agent)

    def _waiting(self, kept: _Kept) -> Waiting:
        state, _ = self._conversations[kept.conversation]
        return waiting_of(state, kept.session)

    # --- seats ---------------------------------------------------------------------------------------------

    async def seat(self, agent: str, *, capacity: int, at: int) -> None:
        self._seats[agent] = _replace(self._seat(agent), capacity=capacity)

    def _seat(self, agent: str) -> Seat:
        load = sum(
            kept.session.phase == "active" and kept.session.agent is not None and kept.session.agent.id == agent
            for kept in self._sessions.values()
        )
        return self._seats.get(agent) or Seat(agent=agent, capacity=_rows.DEFAULT_CAPACITY, load=load)

    async def set_status(self, agent: str, status: str, reason: str | None, at: int) -> Seat:
        known = cast(Literal["online", "busy", "offline"], status)
        seat = self._seat(agent)
        since = seat.status_at if seat.status == known else at
        self._seats[agent] = _replace(seat, status=known, reason=reason, status_at=since)
        return self._seats[agent]

    async def remove_seat(self, agent: str) -> None:
        self._seats.pop(agent, None)

    async def keep_desk(self, node: str, now: int, until: int) -> int | None:
        return self._keeper.keep(node, now, until)

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
        revisions = self._revisions[collection, id]
        newest = revisions[-1].version if revisions else 0
        current = newest if revisions and revisions[-1].body is not None else 0
        if expected not in (None, current):
            raise Stale
        if body is None and not current:
            return newest
        revisions.append(Revision(newest + 1, at, who, _plain(body)))
        return newest + 1

    async def get(self, collection: str, id: str) -> Document | None:
        revisions = self._revisions.get((collection, id))
        if not revisions or (body := revisions[-1].body) is None:
            return None
        return Document(collection, id, revisions[-1].version, _copy(body))

    async def all(self, collection: str) -> Sequence[Document]:
        found = [await self.get(collection, name) for kept, name in sorted(self._revisions) if kept == collection]
        return [document for document in found if document is not None]

    async def revisions(self, collection: str, id: str) -> Sequence[Revision]:
        return list(self._revisions.get((collection, id), ()))

    # --- the rest ------------------------------------------------------------------------------------------

    async def grant(self, grant: Grant) -> None:
        self._grants[grant.digest] = grant

    async def granted(self, digest: bytes) -> Grant | None:
        return self._grants.get(digest)

    async def revoke(self, digest: bytes | None = None, agent: str | None = None) -> None:
        self._drop(
            self._grants,
            lambda grant: grant.digest == digest or (agent is not None and grant.agent == agent),
        )

    async def keep_raw(self, raw: Raw) -> None:
        if not any((kept.channel, kept.body) == (raw.channel, raw.body) for kept in self._raws):
            self._raws.append(raw)

    async def raws(self, channel: str, limit: int = 50) -> Sequence[Raw]:
        return [raw for raw in reversed(self._raws) if raw.channel == channel][:limit]

    async def reserve(self, name: str, count: int) -> int:
        first = self._counters[f"reserved:{name}"] + 1
        self._counters[f"reserved:{name}"] += count
        return first

    async def forget(self, before: int, limit: int) -> int:
        old = [name for name, (_, _, at) in self._causes.items() if at < before][:limit]
        for name in old:
            del self._causes[name]
        statuses = len(self._early)
        self._early = [entry for entry in self._early if entry[2] >= before]
        expired = self._drop(self._grants, lambda grant: grant.expires < before)
        return len(old) + statuses - len(self._early) + expired

    def _drop(self, grants: dict[bytes, Grant], goes: Callable[[Grant], bool]) -> int:
        gone = [digest for digest, grant in grants.items() if goes(grant)]
        for digest in gone:
            del grants[digest]
        return len(gone)

    async def counts(self) -> Mapping[str, int]:
        phases = [kept.session.phase for kept in self._sessions.values()]
        return {
            "errands": len(self._errands),
            "errands_retrying": sum(errand.attempt > 0 for errand in self._errands.values()),
            "failed": self._counters["failed"],
            "seats_below_zero": self._counters["seats_below_zero"],
            **{f"sessions_{phase}": phases.count(phase) for phase in ("bot", "queued", "unassigned", "active")},
        }

    async def backup(self, path: str) -> None:
        raise StoreError("the memory store keeps nothing that could be backed up")

    async def close(self) -> None:
        return None


def _delivery_name(key: str) -> str:
    """Our own deliveries are named beside the providers' ids; a provider's id never holds a NUL."""
    return f"\0{key}"


def _copy(body: dict[str, object]) -> dict[str, object]:
    return cast(dict[str, object], msgspec.json.decode(msgspec.json.encode(body)))


def _plain(body: dict[str, object] | None) -> dict[str, object] | None:
    return None if body is None else _copy(body)
