"""A message after an edit, an unsend, a recall or a translation, in memory."""

from typing import cast

from msgspec.structs import replace

from core import erasing
from core.event import Amended, Recalled, Released, Retracted, Translated
from stores import _rows
from stores._memory import Memory


def alter(memory: Memory, session: str, event: _rows.Alteration) -> None:
    stored = memory.messages[session].get(event.seq)
    if stored is None:
        return
    before = stored.message
    match event:
        case Amended():
            stored = replace(stored, message=_rows.amended(stored.message, event), edited_at=event.at)
        case Released():
            stored = replace(stored, message=_rows.released(stored.message))
        case Translated():
            stored = replace(stored, message=_rows.translated(stored.message, event))
        case Recalled():
            stored = replace(stored, recalled_at=event.at)
        case Retracted():
            stored = replace(stored, message=_rows.blanked(stored.message), retracted_at=event.at)
            for entry in memory.log:
                if entry.session == session and _rows.is_text_of(entry.event, event.seq):
                    memory.drop_files(entry.event)
                    entry.event = erasing.blank_amendment(entry.event)
                elif entry.n == memory.message_n[session, event.seq]:
                    memory.drop_files(_rows.with_message(cast(_rows.Speaking, entry.event), before))
            memory.hooks.blank(memory.sessions[session].conversation, session, event.seq)
    memory.messages[session][event.seq] = stored
