"""What may be passed on of what somebody wrote: every word of a content through the word filter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from msgspec.structs import replace

from core import event as e
from core.message import (
    Audio,
    Choice,
    Chosen,
    Contact,
    Content,
    File,
    Form,
    Image,
    Location,
    Note,
    Option,
    Reaction,
    Sticker,
    Summary,
    Template,
    Text,
    Unsupported,
    Video,
)
from core.turn import Turn
from core.words import Hit, Side


@dataclass(frozen=True, slots=True)
class Screened:
    """`content` may be passed on; `original` is what was really written, if that differs."""

    content: Content
    original: Content | None = None
    hits: tuple[Hit, ...] = ()

    @property
    def lists(self) -> tuple[str, ...]:
        return tuple([hit.list for hit in self.hits])

    @property
    def blocked(self) -> str | None:
        """The word for which all of it is withheld."""
        return next((hit.word for hit in self.hits if hit.action == "block"), None) if self.hits else None


def screen(turn: Turn, content: Content, side: Side) -> Screened:
    words = turn.rules.words
    verdicts = [words.scan(piece, side) for piece in pieces(content)]
    hits = tuple([hit for verdict in verdicts for hit in verdict.hits])
    if not hits:
        return Screened(content)
    actions = {hit.action for hit in hits}
    if "block" in actions:
        return Screened(Unsupported("withheld"), content, hits)
    if "mask" in actions:
        return Screened(reworded(content, [verdict.text for verdict in verdicts]), content, hits)
    return Screened(content, None, hits)


def alert(turn: Turn, seq: int, side: Side, screened: Screened) -> None:
    """Supervisors see at once what passes but is to be looked at."""
    if screened.hits and any(hit.action == "alert" for hit in screened.hits):
        turn.emit(e.Alerted(turn.now, seq, side, screened.lists))


def pieces(content: Content) -> tuple[str, ...]:
    """Everything of a content that somebody put into words; a template's own text was approved beforehand."""
    match content:
        case Text(text=text) | Note(text=text):
            return (text,)
        case Image() | Audio() | Video() | File():
            return (content.caption or "", content.name or "")
        case Location(title=title, address=address):
            return (title or "", address or "")
        case Sticker(text=text):
            return (text or "",)
        case Contact(name=name, phones=phones):
            return (name, *phones)
        case Choice(text=text, options=options):
            return (text, *(option.label for option in options))
        case Chosen(label=label):
            return (label,)
        case Form(text=text, values=values):
            return (text, *(values or {}).values())
        case Template(variables=variables):
            return variables
        case Summary(note=note, fields=fields):
            return (note or "", *fields.values())
        case Reaction() | Unsupported():
            return ()
        case _:
            assert_never(content)


def reworded(content: Content, words: Sequence[str]) -> Content:
    """The same content with its `pieces` replaced, one for one; what was not said stays unsaid."""
    match content:
        case Text() | Note():
            return replace(content, text=words[0])
        case Sticker():
            return replace(content, text=words[0] or None)
        case Image() | Audio() | Video() | File():
            return replace(content, caption=words[0] or None, name=words[1] or None)
        case Location():
            return replace(content, title=words[0] or None, address=words[1] or None)
        case Contact():
            return replace(content, name=words[0], phones=tuple(words[1:]))
        case Choice():
            options = zip(content.options, words[1:], strict=True)
            return replace(content, text=words[0], options=tuple(Option(old.id, label) for old, label in options))
        case Chosen():
            return replace(content, label=words[0])
        case Form():
            values = dict(zip(content.values or {}, words[1:], strict=True))
            return replace(content, text=words[0], values=None if content.values is None else values)
        case Template():
            return replace(content, variables=tuple(words))
        case Summary():
            fields = dict(zip(content.fields, words[1:], strict=True))
            return replace(content, note=words[0] or None, fields=fields)
        case Reaction() | Unsupported():
            return content
        case _:
            assert_never(content)
