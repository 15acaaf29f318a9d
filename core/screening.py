"""What may be passed on of what somebody wrote: every word of a content through the word filter."""

from collections.abc import Sequence
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from core import event as e
from core.errors import Refused
from core.language import chain, normal
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
from core.prompts import Key
from core.turn import Turn
from core.words import Action, Hit, Side

MOST_LOGGED = 50  # different words of one message


class Screened(Struct, frozen=True):
    """`content` may be passed on; `original` is what was really written, if that differs. `held`: it waits for the
    customer's consent."""

    content: Content
    original: Content | None = None
    hits: tuple[Hit, ...] = ()
    held: bool = False

    @property
    def lists(self) -> tuple[str, ...]:
        return tuple([hit.list for hit in self.hits])

    @property
    def blocked(self) -> str | None:
        """The word for which all of it is withheld."""
        return next((hit.word for hit in self.hits if hit.action == "block"), None) if self.hits else None

    def first(self, action: Action) -> str | None:
        """The first list with this action that matched."""
        return next((hit.list for hit in self.hits if hit.action == action), None)


def screen(turn: Turn, content: Content, side: Side) -> Screened:
    words = turn.rules.words
    if not words.sides:
        return Screened(content)
    verdicts = [words.scan(piece, side) for piece in pieces(content)]
    hits = tuple([hit for verdict in verdicts for hit in verdict.hits])
    if not hits:
        return Screened(content)
    actions = {hit.action for hit in hits}
    if "block" in actions:
        return Screened(Unsupported("withheld"), content, hits)
    if "consent" in actions and turn.now >= turn.state.consent_until:
        return Screened(Unsupported("withheld"), content, hits, held=True)
    if "replace" in actions and side != "customer":
        return Screened(_replacement(turn, content, hits, side), content, hits)
    if "mask" in actions:
        return Screened(reworded(content, [verdict.text for verdict in verdicts]), content, hits)
    return Screened(content, None, hits)


def screened_reply(turn: Turn, content: Content) -> Screened:
    """What an agent wrote, as it may be sent; raises `Refused` with the word it is not sent for, and its field."""
    screened = screen(turn, content, "agent")
    if (word := screened.blocked) is None:
        return screened
    scan, said = turn.rules.words.scan, pieces(content)
    at = next(at for at, piece in enumerate(said) if any(hit.action == "block" for hit in scan(piece, "agent").hits))
    raise Refused(
        "blocked_word", f"This message contains “{word}”, which may not be sent. Change it and send again.",
        field=f"content.{_field(content, at)}", word=word,
    )  # fmt: skip


def _field(content: Content, at: int) -> str:
    """Which field a piece stands in."""
    match content:
        case Image() | Audio() | Video() | File():
            return ("caption", "name")[at]
        case Location():
            return ("title", "address")[at]
        case Contact():
            return "phones" if at else "name"
        case Choice():
            return "options" if at else "text"
        case Template():
            return "variables"
        case _:  # agents write no other contents
            return "text"


def _replacement(turn: Turn, content: Content, hits: Sequence[Hit], side: Side) -> Content:
    name = next(hit.list for hit in hits if hit.action == "replace")
    return Text(saying(turn, name, side, "word_replaced", turn.language))


def saying(turn: Turn, name: str, side: Side, prompt: Key, spoken: str) -> str:
    """What a list says: its own text in the nearest language, else the prompt."""
    texts = turn.rules.words.saying(name, side)
    known = {normal(tag): text for tag, text in texts.items()} if texts else {}
    own = next((known[tag] for tag in chain(spoken, turn.rules.channel.language) if tag in known), None)
    return own or next(iter(texts.values()), None) or turn.rules.say(prompt, spoken) or ""


def alert(turn: Turn, seq: int, side: Side, screened: Screened, by: str | None = None) -> None:
    """What is written down of hits, and what supervisors see at once."""
    if not screened.hits:
        return
    log(turn, side, screened.hits, seq, by)
    if any(hit.action == "alert" for hit in screened.hits):
        turn.emit(e.Alerted(turn.now, seq, side, screened.lists))


def log(turn: Turn, side: Side, hits: Sequence[Hit], seq: int | None = None, by: str | None = None) -> None:
    found = tuple(dict.fromkeys(e.FoundWord(hit.list, hit.word, hit.action) for hit in hits))
    turn.emit(e.WordsFound(at=turn.now, side=side, found=found[:MOST_LOGGED], seq=seq, by=by))


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
