"""The one tokenizer of search: words, casefolded (NFKC), and pairs of characters for scripts without spaces.

A run of such a script yields each pair of neighbours and then its last character, so that a single character
is found as the beginning of a term. Terms hold letters, marks and digits only.
"""

import re
import unicodedata
from typing import NamedTuple

# Han (with extensions), Kana, Hangul, Thai, Lao, Khmer: no spaces, or spaces that part no words.
_UNSPACED = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
    "\u0e00-\u0e7f\u0e80-\u0eff\u1780-\u17ff\u19e0-\u19ff"
    "\U00020000-\U0003ffff"
)
# Marks belong to the word they stand in (Arabic vowels, Devanagari signs), and \w has no marks.
_RUN = re.compile(f"(?P<pairs>[{_UNSPACED}]+)|(?P<word>(?:(?![{_UNSPACED}])[^\\W_])+)")
_LONGEST = 64


class Phrase(NamedTuple):
    """Terms that must follow each other; with `prefix` the last one only begins a term."""

    terms: tuple[str, ...]
    prefix: bool


def _runs(text: str) -> list[tuple[str, bool]]:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if not folded.isascii():
        folded = "".join(_joined(character) for character in folded)
    return [(match.group(), match.lastgroup == "pairs") for match in _RUN.finditer(folded)]


def _joined(character: str) -> str:
    """Marks and joiners outside the unspaced scripts are dropped: a word with and without them is one."""
    if unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf") and not _is_unspaced(character):
        return ""
    return character


def _is_unspaced(character: str) -> bool:
    return "\u0e00" <= character <= "\u0eff" or "\u1780" <= character <= "\u17ff" or "\u1100" <= character <= "\u11ff"


def terms(text: str) -> list[str]:
    """The terms of a text in the order they stand in it."""
    found: list[str] = []
    for run, paired in _runs(text):
        if paired:
            found.extend(run[at : at + 2] for at in range(len(run) - 1))
            found.append(run[-1])
        else:
            found.append(run[:_LONGEST])
    return found


def phrases(query: str) -> list[Phrase]:
    """What a query asks for: a text answers it if it holds every phrase. Words match by their beginning."""
    asked: list[Phrase] = []
    for run, paired in _runs(query):
        if paired and len(run) > 1:
            asked.append(Phrase(tuple(run[at : at + 2] for at in range(len(run) - 1)), prefix=False))
        else:
            asked.append(Phrase((run[:_LONGEST],), prefix=True))
    return asked


def answers(text_terms: list[str], asked: list[Phrase]) -> bool:
    """Whether a text with these terms holds every phrase; nothing answers an empty query."""
    return bool(asked) and all(_holds(text_terms, phrase) for phrase in asked)


def _holds(text_terms: list[str], phrase: Phrase) -> bool:
    wanted, width = phrase.terms, len(phrase.terms)
    if phrase.prefix:
        return any(term.startswith(wanted[0]) for term in text_terms)
    return any(tuple(text_terms[at : at + width]) == wanted for at in range(len(text_terms) - width + 1))
