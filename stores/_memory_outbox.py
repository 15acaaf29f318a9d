"""Errands in memory: who works at which, what became of them, and what providers report."""

from collections.abc import Sequence

from msgspec.structs import replace

from core.channel import StatusUpdate
from core.effect import Deliver, Effect, WakeAt
from core.event import Fact, StateChanged
from core.ports.writing import Commit, Lease, Leased, Settlement
from stores import _rows
from stores._memory import Errand, Memory, Place


def keep(memory: Memory, effect: Effect, commit: Commit) -> Leased | None:
    key = _rows.errand_key(effect, commit.conversation.id)
    memory.order += 1
    replaced = memory.errands.get(key)
    errand = Errand(replaced.order if replaced else memory.order, key, commit.conversation.id, effect, commit.at)
    older = _older_deliveries(memory, errand)
    memory.errands[key] = errand
    if isinstance(effect, WakeAt):
        errand.due = effect.due
        return None
    if any(other.node != commit.lease.node or other.until <= commit.at for other in older):
        return None
    errand.node, errand.until = commit.lease.node, commit.lease.until
    return _leased(memory, errand)


def _older_deliveries(memory: Memory, errand: Errand) -> list[Errand]:
    if not isinstance(errand.effect, Deliver):
        return []
    return [
        other
        for other in memory.errands.values()
        if other.conversation == errand.conversation
        and isinstance(other.effect, Deliver)
        and other.order < errand.order
    ]


def _leased(memory: Memory, errand: Errand) -> Leased:
    state, _ = memory.conversations[errand.conversation]
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


def claim(memory: Memory, now: int, limit: int, lease: Lease) -> Sequence[Leased]:
    for errand in memory.errands.values():
        if errand.node and errand.until <= now and _older_deliveries(memory, errand):
            errand.node, errand.until = None, 0  # it was never begun: it waited behind another
    ready = [
        errand
        for errand in memory.errands.values()
        if (errand.until if errand.node else errand.due) <= now and not _older_deliveries(memory, errand)
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
    return [_leased(memory, errand) for errand in chosen]


def next_due(memory: Memory) -> int | None:
    free = (e for e in memory.errands.values() if e.node is None and not _older_deliveries(memory, e))
    return min((errand.due for errand in free), default=None)


def settle(memory: Memory, settlement: Settlement) -> None:
    errand = memory.errands.get(settlement.key)
    _settle_errand(memory, settlement, errand)
    session = settlement.session
    if session is None:
        return
    channel = memory.conversations[settlement.conversation][0].channel
    known = memory.messages[session]
    for seq, content in settlement.content:
        if (stored := known.get(seq)) is not None and stored.retracted_at is None:
            known[seq] = replace(stored, message=replace(stored.message, content=content))
    for seq, provider_id in settlement.message_ids:
        if (stored := known.get(seq)) is not None:
            known[seq] = replace(stored, provider_id=stored.provider_id or provider_id)
            memory.name((channel, provider_id), (session, seq))
    for fact in settlement.facts:
        _note(memory, settlement.conversation, session, fact, settlement.at)
    names = {provider_id for _, provider_id in settlement.message_ids}
    _apply_early(memory, channel, names, settlement)


def let_go(memory: Memory, conversation: str, at: int) -> None:
    """Nothing is done any more for somebody who is erased; what was still to be sent says so."""
    mine = [errand for errand in memory.errands.values() if errand.conversation == conversation]
    for session, fact in _rows.never_sent((errand.effect for errand in mine), at):
        _note(memory, conversation, session, fact, at)
    for errand in mine:
        del memory.errands[errand.key]


def _settle_errand(memory: Memory, settlement: Settlement, errand: Errand | None) -> None:
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
    del memory.errands[errand.key]
    if isinstance(errand.effect, Deliver) and errand.effect.session is not None:
        channel = memory.conversations[errand.conversation][0].channel
        for seq in _rows.parts_of(errand.effect):
            memory.name((channel, _delivery_name(errand.key)), (errand.effect.session, seq))


def _note(memory: Memory, conversation: str, session: str, fact: Fact, at: int) -> None:
    stored = memory.messages[session].get(fact.seq)
    if stored is None:
        return
    if isinstance(fact, StateChanged):
        after = _rows.moved(stored.state, stored.maybe_twice, fact)
        if after is None:
            return
        memory.counters["failed"] += after[0] == "failed"
        memory.messages[session][fact.seq] = replace(
            stored, state=after[0], maybe_twice=after[1], code=fact.code, reason=fact.reason
        )
    memory.write(conversation, session, fact, at)


def _apply_early(memory: Memory, channel: str, names: set[str], settlement: Settlement) -> None:
    waiting, memory.early = memory.early, []
    for on, update, at in waiting:
        if at <= settlement.at - _rows.EARLY_STATUS_MS:
            continue
        concerned = update.message_id in names or update.delivery == settlement.key
        if on != channel or not concerned or not _apply(memory, channel, update, settlement.at):
            memory.early.append((on, update, at))


def release(memory: Memory, node: str, key: str | None = None) -> None:
    for errand in memory.errands.values():
        if errand.node == node and key in (None, errand.key):
            errand.node, errand.until = None, 0


def recover(memory: Memory, node: str, now: int) -> int:
    lost = [errand for errand in memory.errands.values() if errand.node not in (None, node)]
    for errand in lost:
        errand.node, errand.until = None, 0
        errand.uncertain = errand.uncertain or not _older_deliveries(memory, errand)  # behind one: never begun
        errand.due = min(errand.due, now)
    return len(lost)


def report(memory: Memory, channel: str, update: StatusUpdate, at: int) -> bool:
    memory.early = [entry for entry in memory.early if entry[2] > at - _rows.EARLY_STATUS_MS]
    if _apply(memory, channel, update, at):
        return True
    memory.early.append((channel, update, at))
    return False


def _apply(memory: Memory, channel: str, update: StatusUpdate, at: int) -> bool:
    places = _places(memory, channel, update)
    for session, seq in places:
        change = StateChanged(seq, update.state, update.at, update.code, update.reason)
        _note(memory, memory.sessions[session].conversation, session, change, at)
        if update.message_id is not None and len(places) == 1:
            stored = memory.messages[session][seq]
            provider_id = stored.provider_id or update.message_id
            memory.messages[session][seq] = replace(stored, provider_id=provider_id)
            memory.name((channel, update.message_id), (session, seq))
    return bool(places)


def _places(memory: Memory, channel: str, update: StatusUpdate) -> list[Place]:
    if update.message_id is not None and (named := memory.names.get((channel, update.message_id))):
        return list(named)
    if update.delivery is None:
        return []
    errand = memory.errands.get(update.delivery)
    if errand is not None and isinstance(errand.effect, Deliver):
        if memory.conversations[errand.conversation][0].channel != channel or errand.effect.session is None:
            return []
        session = errand.effect.session
        return [(session, seq) for seq in _rows.parts_of(errand.effect) if seq in memory.messages[session]]
    return list(memory.names.get((channel, _delivery_name(update.delivery)), ()))


def _delivery_name(key: str) -> str:
    """Our own deliveries are named beside the providers' ids; a provider's id never holds a NUL."""
    return f"\0{key}"
