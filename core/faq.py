"""The built-in FAQ bot: which of its questions a message means, through typos, and what it answers. Pure.

Texts are compared by the pieces of their words (pairs and triples of letters), weighted by how much a piece tells: a
wrong letter costs a few pieces of many, and word order costs nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from core.fold import fold, without_surrogates
from core.form import FieldKey, Texts, said, texts_problems
from core.language import chain, normal
from core.message import Option
from core.terms import terms

MOST_ENTRIES, MOST_VARIANTS, LONGEST = 5000, 100, 500
MOST_SUGGESTED = 3
KNOWN, NEAR = 0.55, 0.3  # how alike a message and a question are: the same, and perhaps the same
MARGIN = 0.1  # by which the best is to be better than the next, to be the answer
OTHER_LANGUAGE = 0.85  # of a question's weight in another language than the customer's
PREFIX = "faq:"

Line = Annotated[str, Meta(min_length=1, max_length=LONGEST, pattern=r"\S")]
Variants = Annotated[tuple[Line, ...], Meta(max_length=MOST_VARIANTS)]
Threshold = Annotated[float, Meta(gt=0, le=1)]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question with other ways to ask it, and its answer; by language."""

    id: FieldKey
    question: Texts
    variants: dict[str, Variants] = {}
    answer: Texts


class Said(msgspec.Struct, frozen=True):
    """What the bot makes of a message: an answer, near misses to choose from, or nothing."""

    verdict: Literal["known", "near", "unknown"]
    text: str = ""
    entry: str | None = None
    suggestions: tuple[Option, ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to ask a question."""

    entry: int
    language: str


@dataclass(frozen=True, slots=True)
class Faq:
    """`index` has for each piece the ways of asking it stands in, with its weight there (unit vectors)."""

    entries: tuple[Entry, ...]
    ways: tuple[_Way, ...]
    index: Mapping[str, tuple[tuple[int, float], ...]]
    tells: Mapping[str, float]
    exact: Mapping[str, int]
    default: str
    known: float = KNOWN
    near: float = NEAR

    @classmethod
    def compile(cls, entries: Sequence[Entry], default: str = "en", known: float = KNOWN, near: float = NEAR) -> Self:
        """Takes some milliseconds for a thousand questions: off the loop."""
        asked = [(index, tag, text) for index, entry in enumerate(entries) for tag, text in _ways(entry) if _bare(text)]
        counts = [Counter(pieces(text)) for _, _, text in asked]
        seen = Counter(piece for count in counts for piece in count)
        tells = {piece: log(1 + len(asked) / times) for piece, times in seen.items()}
        index: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for way, count in enumerate(counts):
            for piece, weight in _unit(count, tells).items():
                index[piece].append((way, weight))
        return cls(
            entries=tuple(entries),
            ways=tuple(_Way(entry, normal(tag) or "en") for entry, tag, _ in asked),
            index={piece: tuple(found) for piece, found in index.items()},
            tells=tells,
            exact={_bare(text): entry for entry, _, text in reversed(asked)},
            default=default,
            known=known,
            near=near,
        )

    def answer(self, text: str, language: str) -> Said:
        """What a message in words means."""
        same = self.exact.get(_bare(text))
        if same is not None:
            return self._known(same, language, 1.0)
        ranked = self._ranked(text, language)
        if not ranked or ranked[0][1] < self.near:
            return Said("unknown", score=ranked[0][1] if ranked else 0.0)
        best, score = ranked[0]
        runner_up = ranked[1][1] if len(ranked) > 1 else 0.0
        if score >= self.known and score - runner_up >= MARGIN:
            return self._known(best, language, score)
        near = [entry for entry, found in ranked[:MOST_SUGGESTED] if found >= self.near]
        return Said("near", suggestions=tuple(self._option(entry, language) for entry in near), score=score)

    def pressed(self, option: str, language: str) -> Said | None:
        """What a suggestion that was pressed means; None if it is none of this bot's."""
        wanted = option.removeprefix(PREFIX)
        for index, entry in enumerate(self.entries):
            if option.startswith(PREFIX) and entry.id == wanted:
                return self._known(index, language, 1.0)
        return None

    def _known(self, entry: int, language: str, score: float) -> Said:
        found = self.entries[entry]
        return Said("known", said(found.answer, language, self.default), found.id, score=round(score, 3))

    def _option(self, entry: int, language: str) -> Option:
        found = self.entries[entry]
        return Option(PREFIX + found.id, said(found.question, language, self.default))

    def _ranked(self, text: str, language: str) -> list[tuple[int, float]]:
        """The questions that have anything in common with the text, most alike first."""
        wanted = _unit(Counter(pieces(text)), self.tells)
        alike: dict[int, float] = defaultdict(float)
        for piece, weight in wanted.items():
            for way, there in self.index.get(piece, ()):
                alike[way] += weight * there
        own = frozenset(chain(language, language))
        best: dict[int, float] = {}
        for way, score in alike.items():
            found = self.ways[way]
            fair = score if found.language in own else score * OTHER_LANGUAGE
            best[found.entry] = max(best.get(found.entry, 0.0), fair)
        return sorted(best.items(), key=lambda each: (-each[1], each[0]))[: MOST_SUGGESTED + 1]


def pieces(text: str) -> list[str]:
    """Pairs and triples of letters of each word, its ends marked; characters and pairs where words are not parted."""
    found: list[str] = []
    for term in terms(without_surrogates(text)[:LONGEST]):
        word = fold(term)
        if not word.isascii() and len(word) <= 2:
            found += (word, *word)
            continue
        marked = f"^{word}$"
        for size in (2, 3):
            found += (marked[at : at + size] for at in range(len(marked) - size + 1))
    return found


def _unit(count: Counter[str], tells: Mapping[str, float]) -> dict[str, float]:
    """Weighted and of length one; a piece that stands in no question still counts, as one that tells much."""
    most = max(tells.values(), default=1.0)
    weights = {piece: sqrt(times) * tells.get(piece, most) for piece, times in count.items()}
    length = sqrt(sum(weight * weight for weight in weights.values()))
    return {piece: weight / length for piece, weight in weights.items()} if length else {}


def _ways(entry: Entry) -> list[tuple[str, str]]:
    return [
        *entry.question.items(),
        *((tag, variant) for tag, variants in entry.variants.items() for variant in variants),
    ]


def _bare(text: str) -> str:
    return " ".join(fold(term) for term in terms(without_surrogates(text)))


def validate_entries(entries: Sequence[Entry], field: str = "settings.questions") -> list[tuple[str, str]]:
    """What an admin has to mend, with the field each is about."""
    problems: list[tuple[str, str]] = []
    if len(entries) > MOST_ENTRIES:
        problems.append((field, f"There may be at most {MOST_ENTRIES} questions."))
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        here = f"{field}.{index}"
        if entry.id in seen:
            problems.append((f"{here}.id", "Another question has this id."))
        seen.add(entry.id)
        problems += texts_problems(entry.question, f"{here}.question")
        problems += _answers_problems(entry.answer, f"{here}.answer")
        problems += [
            (f"{here}.variants.{tag}", f'"{tag}" is not a language tag such as en, pt-BR or zh-Hant.')
            for tag in entry.variants
            if normal(tag) is None
        ]
    return problems


def _answers_problems(texts: Texts, field: str) -> list[tuple[str, str]]:
    problems = [] if texts else [(field, "Give it in at least one language.")]
    for tag, text in texts.items():
        if normal(tag) is None:
            problems.append((f"{field}.{tag}", f'"{tag}" is not a language tag such as en, pt-BR or zh-Hant.'))
        elif not text.strip() or len(text) > 10_000:
            problems.append((f"{field}.{tag}", "An answer has 1 to 10000 characters."))
    return problems
