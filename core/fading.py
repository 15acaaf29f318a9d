"""What goes with time, kind by kind: which events are concerned, and what is left of them. Nothing of a chat that is
open goes, nor of a ticket that is not solved: it goes when they are.

A store walks along its feed, as far as things are old enough. What is held when the walk comes by goes when it comes to
the event that `releases` it.
"""

from hashlib import blake2b
from typing import Literal, TypeVar, assert_never

import msgspec
from msgspec.structs import replace

from core import event as e
from core.erasing import blank_event, blank_text, said
from core.message import Content, Media

Kind = Literal["files", "texts", "chats", "hits", "left"]
E = TypeVar("E", bound=e.Event)
C = TypeVar("C", Content, Content | None)


class Fading(msgspec.Struct, frozen=True):
    """One walk: what is older than `before` (ms), on these channels, or on all but these (`others`).

    `files` and `texts` of messages; of `chats` all but places and numbers; the words of `hits`, the log of sensitive
    words; what was `left` and is solved, its texts included.
    """

    kind: Kind
    before: int
    channels: tuple[str, ...] = ()
    others: bool = True

    @property
    def name(self) -> str:
        """Where the walk stands is kept under it: one over other channels begins anew."""
        named = "\0".join([*sorted(self.channels), "others" if self.others else ""])
        return f"faded.{self.kind}.{blake2b(named.encode(), digest_size=8).hexdigest()}"

    def concerns(self, channel: str) -> bool:
        return (channel in self.channels) != self.others


def releases(event: e.Event) -> bool:
    """Whether a chat's words may have been held until this event."""
    return isinstance(event, e.Closed) or solved(event)


def solved(event: e.Event) -> bool:
    return isinstance(event, e.SubmissionChanged) and event.submission.state == "solved"


def is_open(phase: str | None, left: str | None) -> bool:
    """Of a session of this phase with a submission of this state (None: there is none)."""
    return phase not in (None, "closed") or left not in (None, "solved")


def faded(event: E, kind: Kind) -> E:
    match kind:
        case "files":
            return _without_files(event)
        case "texts" | "left":
            return blank_text(event)
        case "chats":
            return blank_event(event)
        case "hits":
            return replace(event, found=()) if isinstance(event, e.WordsFound) else event
        case _:
            assert_never(kind)


def about(event: e.Event) -> str | None:
    """The submission an event's message belongs to, if it was said in a later chat."""
    message = said(event)
    return message.submission if message is not None else None


def _without_files(event: E) -> E:
    if isinstance(event, e.Amended):
        return replace(event, content=_bare(event.content), original=_bare(event.original))
    message = said(event)
    if message is None:
        return event
    bare = replace(message, content=_bare(message.content), original=_bare(message.original))
    return event if bare == message else replace(event, message=bare)


def _bare(content: C) -> C:
    """What was written beside a file stays."""
    return replace(content, url=None, ref=None) if isinstance(content, Media) else content
