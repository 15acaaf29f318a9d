"""Lists of sessions, newest first, and what they are searched by, from memory."""

from collections import Counter
from collections.abc import Sequence

from core import terms
from core.ports.reading import Page, SessionQuery, Tally
from stores import _memory_read as read
from stores import _rows
from stores._memory import Kept, Memory


def sessions(memory: Memory, query: SessionQuery) -> Page:
    before = int(query.after) if query.after else None
    fits = [
        kept
        for kept in memory.sessions.values()
        if (before is None or kept.active_n < before) and _wanted(memory, kept, query) and found(memory, kept, query.q)
    ]
    fits.sort(key=lambda kept: -kept.active_n)
    shown = fits[: query.limit]
    more = len(fits) > len(shown) > 0
    return Page(
        tuple(read.row(memory, kept) for kept in shown),
        str(shown[-1].active_n) if more else None,
    )


def tally(memory: Memory) -> Sequence[Tally]:
    found = Counter(
        (kept.session.phase, memory.conversations[kept.conversation][0].channel, kept.session.group,
         kept.session.agent.id if kept.session.agent else None)
        for kept in memory.sessions.values() if kept.session.phase != "closed"
    )  # fmt: skip
    return [Tally(*key, count) for key, count in found.items()]


def _wanted(memory: Memory, kept: Kept, query: SessionQuery) -> bool:
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
        and query.channel in (None, memory.conversations[kept.conversation][0].channel)
        and query.customer in (None, memory.conversations[kept.conversation][0].customer.id)
    )


def found(memory: Memory, kept: Kept, q: str | None) -> bool:
    wanted = _rows.folded(q)
    if not wanted:
        return True
    customer = memory.conversations[kept.conversation][0].customer
    if _rows.customer_answers(customer, q):
        return True
    if wanted.removeprefix("#") == str(kept.session.number):
        return True
    asked = terms.phrases(wanted)
    return any(
        memory.message_n[kept.session.id, seq] <= memory.indexed
        and terms.answers(terms.terms(_rows.searchable(stored.message)), asked)
        for seq, stored in memory.messages[kept.session.id].items()
    )


def index(memory: Memory, limit: int) -> int:
    """Make what was committed searchable, at most `limit` feed numbers of it; how many were looked at."""
    looked = min(limit, len(memory.log) - memory.indexed)
    memory.indexed += looked
    return looked
