"""Reading an answer to a satisfaction survey, and the options to offer. Only a message that is wholly an answer
is one: "5" and "five stars", not "5 minutes ago". Asking, keeping and expiring are elsewhere.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Literal, NamedTuple, Self
from unicodedata import digit

import msgspec

from core.fold import fold, is_anywhere, without_surrogates
from core.language import chain
from core.prompts import Key

Kind = Literal["stars", "nps", "thumbs"]
HIGHEST: Mapping[Kind, int] = {"stars": 5, "nps": 10, "thumbs": 1}
LOWEST: Mapping[Kind, int] = {"stars": 1, "nps": 0, "thumbs": 0}
_LONGEST = 60

_STARS = re.compile("[\u2605\u2b50\u272d\U0001f31f]")
_EMPTY_STARS = re.compile("[\u2606\u2729]")
_PADDING = " \t\n\r.!\u3002\u0964~\u2026\u060c,\u3001*"
_GAPS = re.compile(r"\s*([/:])\s*|\s+")
_THUMBS: Mapping[str, int] = {
    **dict.fromkeys("👍👌😀😃😄😊🙂😍🥰❤♥", 1),
    **dict.fromkeys("👎😠😡🤬😞🙁☹😤", 0),
}


class Grammar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one language answers. `numbers` are the words for 0 to 10, `forms` what may stand around a number
    ({n}, and {max} for the highest); the rest are whole answers by score."""

    numbers: tuple[tuple[str, ...], ...]
    forms: tuple[str, ...]
    stars: dict[str, tuple[str, ...]]
    thumbs: dict[str, tuple[str, ...]]


class Option(NamedTuple):
    """Say `key` with `score=score` for the label."""

    id: str
    key: Key
    score: int


def options(kind: Kind) -> tuple[Option, ...]:
    """In the order in which a numbered list shows them: the number of a star option is its score."""
    if kind == "stars":
        keys: tuple[Key, ...] = (
            "rating_1",
            "rating_2",
            "rating_3",
            "rating_4",
            "rating_5",
        )
        return tuple(Option(f"rate:{score}", key, score) for score, key in enumerate(keys, 1))
    if kind == "nps":
        return tuple(Option(f"rate:{score}", "nps_score", score) for score in range(11))
    return (Option("rate:1", "thumb_up", 1), Option("rate:0", "thumb_down", 0))


def chosen_score(option_id: str, kind: Kind) -> int | None:
    """The score of an option of this kind, by its id; None for the id of anything else."""
    return next((option.score for option in options(kind) if option.id == option_id), None)


class Answers(msgspec.Struct, frozen=True):
    """Every whole answer there is, by kind and language."""

    known: dict[tuple[Kind, str], dict[str, int]]

    @classmethod
    def compile(cls, grammars: Mapping[str, Grammar]) -> Self:
        kinds: tuple[Kind, ...] = ("stars", "nps", "thumbs")
        return cls({(kind, tag): _known(grammars[tag], kind) for kind in kinds for tag in grammars})

    def read_score(self, text: str, kind: Kind, language: str | None) -> int | None:
        """The score a message gives in the customer's language or in English; None if it is no answer."""
        if len(text) > _LONGEST:
            return None
        said = _plain(text)
        pictured, said = _pictured(said, kind)
        if not said:
            return pictured
        score = _number(said, kind)
        for tag in chain(language):
            if score is not None:
                break
            score = self.known.get((kind, tag), {}).get(said)
        return score if pictured in (None, score) else None


def _known(grammar: Grammar, kind: Kind) -> dict[str, int]:
    phrases = grammar.thumbs if kind == "thumbs" else grammar.stars if kind == "stars" else {}
    known = {_plain(phrase): int(score) for score, said in phrases.items() for phrase in said}
    if kind == "thumbs":
        return known
    highest = HIGHEST[kind]
    for score in range(LOWEST[kind], highest + 1):
        ways = _ways(grammar, score)
        known.update(dict.fromkeys(map(_plain, ways), score))
        for form, n, most in product(grammar.forms, ways, _ways(grammar, highest)):
            known[_plain(form.replace("{n}", n).replace("{max}", most))] = score
    return known


def _ways(grammar: Grammar, number: int) -> Sequence[str]:
    return (str(number), *grammar.numbers[number])


def _plain(text: str) -> str:
    """Folded, digits of any script as ASCII, nothing around it, gaps as one space and none around a slash; no
    gaps at all in scripts written without."""
    folded = "".join(_ascii_digit(c) for c in fold(without_surrogates(text)))
    gap = "" if any(map(is_anywhere, folded)) else " "
    said = _GAPS.sub(lambda found: found[1] or gap, folded.replace("'", "").replace(", ", " "))
    return said.strip(_PADDING)


def _ascii_digit(c: str) -> str:
    value = digit(c, -1)
    return c if value < 0 or c.isascii() else str(value)


def _pictured(said: str, kind: Kind) -> tuple[int | None, str]:
    """A score shown in pictures, and what is said beside them. Pictures that contradict each other are text."""
    if kind == "stars" and (stars := len(_STARS.findall(said))):
        rest = _EMPTY_STARS.sub("", _STARS.sub("", said)).strip(_PADDING)
        return (stars, rest) if stars <= HIGHEST["stars"] else (None, said)
    if kind == "thumbs" and (shown := {_THUMBS[c] for c in said if c in _THUMBS}):
        rest = "".join(c for c in said if c not in _THUMBS).strip(_PADDING)
        return (shown.pop(), rest) if len(shown) == 1 else (None, said)
    return None, said


def _number(said: str, kind: Kind) -> int | None:
    """A bare number or one over the highest ("4", "4/5"). On a list of two, 1 is the first: satisfied."""
    match = re.fullmatch(r"(\d{1,2})(?:/(\d{1,2}))?", said, re.ASCII)
    if match is None:
        return None
    score = int(match[1])
    if kind == "thumbs":
        return {0: 0, 1: 1, 2: 0}.get(score) if match[2] is None else None
    if match[2] is not None and int(match[2]) != HIGHEST[kind]:
        return None
    return score if LOWEST[kind] <= score <= HIGHEST[kind] else None
