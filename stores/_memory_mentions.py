"""Notes in which an agent is mentioned, in memory."""

from collections.abc import Sequence
from typing import cast

from core.ports.reading import Mention
from stores import _memory_read as read
from stores import _rows
from stores._memory import Memory, Mentioned


class MemoryMentions:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def of(self, agent: str, *, unread: bool = False, before: int | None = None, limit: int) -> Sequence[Mention]:
        found = [
            each
            for each in reversed(self._memory.mentions[agent])
            if (before is None or each.n < before) and (each.unread or not unread)
        ]
        return [_shown(self._memory, each) for each in found[:limit]]

    async def read(self, agent: str, session: str | None = None) -> int:
        new = [each for each in self._memory.mentions[agent] if each.unread and session in (None, each.session)]
        for each in new:
            each.unread = False
        return len(new)


def _shown(memory: Memory, each: Mentioned) -> Mention:
    entry = memory.log[each.n - 1]
    seq = cast(_rows.Speaking, entry.event).message.seq
    row = read.row(memory, memory.sessions[each.session])
    return Mention(each.n, entry.at, each.unread, memory.messages[each.session][seq], row)
