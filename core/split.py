"""Where a long text may be cut: at a paragraph, else a sentence, else a word, else between two characters.

Characters are what a reader takes for one (a family emoji, a letter with its accents). ICU finds sentences
and words, also where no space parts them: Thai, Chinese, Japanese.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from icu4py.breakers import (
    BaseBreaker,
    CharacterBreaker,
    LineBreaker,
    SentenceBreaker,
    WordBreaker,
)

Unit = Literal["chars", "utf16"]

# A paragraph or sentence that ends before this share of the room is passed over: parts would become confetti.
_FULL_ENOUGH = 0.5
# ICU looks at this much beyond the cut, so that the end of the window is not taken for the end of the text.
_BEYOND = 64


def measure(text: str, unit: Unit) -> int:
    """How long the channel says the text is: code points, or UTF-16 units, of which an emoji has two."""
    if unit == "chars" or text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int, unit: Unit = "chars") -> tuple[str, ...]:
    """The text in parts of at most `limit`; only white space at the cuts is lost. Blank text has no parts."""
    parts = []
    rest = text.strip()
    while measure(rest, unit) > limit:
        cut = _cut(rest, _room(rest, limit, unit))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return tuple(part for part in (*parts, rest) if part)


def _room(text: str, limit: int, unit: Unit) -> int:
    """How many code points of the text fit, at least one."""
    if unit == "chars":
        return max(limit, 1)
    used = 0
    for count, char in enumerate(text):
        used += 2 if char > "\uffff" else 1
        if used > limit:
            return max(count, 1)
    return len(text)


def _cut(text: str, room: int) -> int:
    """The best place to cut within the first `room` code points."""
    window = text[: room + _BEYOND]
    paragraph = max(window.rfind("\n\n", 0, room + 2), 0)
    if paragraph >= room * _FULL_ENOUGH:
        return paragraph
    characters = set(_ends(CharacterBreaker(window, "en")))  # other boundaries may fall inside odd ones of these
    sentence = _last(characters.intersection(_ends(SentenceBreaker(window, "en"))), window, room)
    if sentence >= room * _FULL_ENOUGH:
        return sentence
    lines = characters.intersection(_ends(LineBreaker(window, "en")))
    words = lines.intersection(_ends(WordBreaker(window, "en")))
    for ends in (words, lines, characters):
        if (cut := _last(ends, window, room)) > 0:
            return cut
    return room  # one "character" larger than the whole room: marks heaped on a letter


def _last(ends: Iterable[int], text: str, room: int) -> int:
    """The last of the ends that fits, white space before it not counted; 0 if none does."""
    last = 0
    for end in sorted(ends):
        if end > room and len(text[:end].rstrip()) > room:
            break
        last = end
    return last if text[:last].strip() else 0


def _ends(segments: BaseBreaker) -> Iterator[int]:
    """Where each segment ends, in code points (ICU itself counts UTF-16 units)."""
    end = 0
    for segment in segments:
        end += len(segment)
        yield end
