"""Letting go, in memory: blanking what was said, and finding who is silent."""

from collections.abc import Callable, Sequence
from typing import cast

from msgspec.structs import replace

from core import erasing
from core.event import Event, Fact
from stores import _memory_people as people
from stores import _rows
from stores._memory import Logged, Memory


def erase(memory: Memory, conversation: str, after: str | None, limit: int) -> str | None:
    for entry in memory.log:
        if entry.conversation == conversation and not isinstance(entry.event, Fact):
            blank(memory, entry, erasing.blank_event)
    for kept in memory.sessions.values():
        if kept.conversation == conversation:
            kept.session = erasing.bare(kept.session)
    return None


def blank(memory: Memory, entry: Logged, blanked_event: Callable[[Event], Event]) -> None:
    event = cast(Event, entry.event)
    memory.drop_files(event)
    entry.event = blanked_event(event)
    message = _rows.said(event)
    stored = memory.messages[entry.session].get(message.seq) if message is not None and entry.session else None
    if stored is not None and entry.session is not None:
        current = _rows.with_message(cast(_rows.Speaking, event), stored.message)
        memory.drop_files(current)
        blanked = cast(_rows.Speaking, blanked_event(current)).message
        gone = blanked.provider_id is None
        memory.messages[entry.session][stored.message.seq] = replace(
            stored, message=blanked, provider_id=None if gone else stored.provider_id
        )


def silent(memory: Memory, before: int, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
    looked = sorted(id for id in memory.customers if id > (after or ""))[:limit]
    found = []
    for customer in looked:
        states = people.conversations(memory, customer)
        if states and all(_rows.is_silent(state, before) for state in states):
            found.append(customer)
    return found, looked[-1] if len(looked) == limit else None
