"""The sensitive-word filter: lists compiled once, then `scan(text, side)` names what was found, where in the
original, and what to do about it. Telling people, keeping originals and the hit log are others' work.

How a text is made comparable is `fold.py`. Words of scripts written with spaces match as whole words, others
anywhere, unless a list says. A text without hits costs one pass of an automaton, two when it looks disguised.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Literal, Self

import msgspec
from ahocorasick_rs import AhoCorasick, Implementation
from icu4py.breakers import CharacterBreaker

from core import expressions, language
from core.expressions import Expressions, Find
from core.fold import (
    Traced,
    fold,
    fold_strictly,
    is_anywhere,
    squeeze,
    view,
    views,
    without_surrogates,
)

Side = Literal["customer", "agent", "bot"]
Action = Literal["block", "mask", "alert", "consent", "warn", "replace"]
LONGEST_WORD = 200

# A letter written twice is ordinary for these and a disguise for the others ("good" is not "god", "baad" is
# "bad"); three in a row are always one.
_OFTEN_DOUBLED = frozenset("bcdefglmnoprstz")
_STRETCHES = (
    *(letter * 2 for letter in "ahijkquvwxy"),
    *(letter * 3 for letter in "bcdefglmnoprstz"),
    *(chr(code) * 3 for code in range(0x430, 0x450)),
    *(chr(code) * 3 for code in range(0x3B1, 0x3CA)),
    *(chr(code) * 3 for code in range(0x621, 0x64B) if code != 0x640),
)
# The strongest first; a customer can be asked for consent, an agent cannot.
ACTIONS: tuple[Action, ...] = ("block", "consent", "replace", "mask", "warn", "alert")
_STRENGTH: dict[str, int] = {"pass": 0, **{action: len(ACTIONS) - at for at, action in enumerate(ACTIONS)}}
Sayings = dict[str, str]  # language → what is said
LONGEST_SAYING = 1000


class WordList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    side: Side
    action: Action
    words: tuple[str, ...] = ()
    except_: tuple[str, ...] = msgspec.field(default=(), name="except")
    language: str | None = None  # for the person who keeps the list; people mix languages, so all are scanned
    on: bool = True
    anywhere: bool | None = None  # None: by script
    patterns: tuple[str, ...] = ()  # regular expressions (expressions.py)
    find: tuple[Find, ...] = ()  # personal data by name
    text: Sayings = {}  # what consent asks, warn warns and replace says, instead of the built-in prompt


class Hit(msgspec.Struct, frozen=True):
    """`start` and `end` count characters of the original text."""

    list: str
    word: str
    action: Action
    start: int
    end: int


class Verdict(msgspec.Struct, frozen=True):
    """`action` is the strongest of the hits; `text` has stars where a mask list hit."""

    action: Literal["pass"] | Action
    hits: tuple[Hit, ...]
    text: str

    @property
    def alerts(self) -> bool:
        """Also true beside a mask or a block."""
        return any(hit.action == "alert" for hit in self.hits)


def merge_lists(levels: Sequence[Sequence[WordList]]) -> tuple[WordList, ...]:
    """Levels from all to channel: lists add up; `on: false` takes away what farther levels have by that name."""
    merged: list[WordList] = []
    for level in levels:
        off = {entry.name for entry in level if not entry.on}
        merged = [entry for entry in merged if entry.name not in off]
        merged += (entry for entry in level if entry.on)
    return tuple(merged)


def validate_lists(lists: Sequence[WordList]) -> list[tuple[str, str]]:
    problems: list[tuple[str, str]] = []
    for index, entry in enumerate(lists):
        problems += ((f"lists.{index}.{field}", message) for field, message in _problems(entry))
    return problems


def _problems(entry: WordList) -> Iterable[tuple[str, str]]:
    if not entry.name.strip():
        yield "name", "A list needs a name."
    if entry.action == "consent" and entry.side != "customer":
        yield "action", "Only what a customer writes can wait for their consent; choose another action or side."
    if entry.language is not None and language.normal(entry.language) is None:
        yield "language", f'"{entry.language}" is not a language tag such as en, pt-BR or zh-Hant.'
    for field, words in (("words", entry.words), ("except", entry.except_)):
        for index, word in enumerate(words):
            if len(word) > LONGEST_WORD:
                yield f"{field}.{index}", f"A word has at most {LONGEST_WORD} characters."
            elif not view(fold(without_surrogates(word))).strip():
                yield f"{field}.{index}", "A word needs at least one letter, digit or emoji."
    yield from _pattern_problems(entry)
    yield from _text_problems(entry)


def _pattern_problems(entry: WordList) -> Iterable[tuple[str, str]]:
    if len(entry.patterns) > expressions.MOST:
        yield "patterns", f"A list has at most {expressions.MOST} expressions."
        return
    for index, pattern in enumerate(entry.patterns):
        if (complaint := expressions.complaint(pattern)) is not None:
            yield f"patterns.{index}", complaint


def _text_problems(entry: WordList) -> Iterable[tuple[str, str]]:
    if entry.text and entry.action not in ("consent", "warn", "replace"):
        yield "text", f"The action {entry.action} says nothing, so it takes no text."
    for tag, text in entry.text.items():
        if language.normal(tag) is None:
            yield f"text.{tag}", f'"{tag}" is not a language tag such as en, pt-BR or zh-Hant.'
        elif not text.strip():
            yield f"text.{tag}", "A text may not be empty; leave the language out instead."
        elif len(text) > LONGEST_SAYING:
            yield f"text.{tag}", f"A text has at most {LONGEST_SAYING} characters."


class Filter(msgspec.Struct, frozen=True):
    """Every list in force, one automaton for each side."""

    sides: dict[Side, "_Matcher"]

    @classmethod
    def compile(cls, lists: Sequence[WordList]) -> Self:
        """Raises ValueError for what `validate_lists` complains about."""
        for field, message in validate_lists(lists):
            raise ValueError(f"{field}: {message}")
        sides: dict[Side, list[WordList]] = {}
        for entry in lists:
            if entry.on:
                sides.setdefault(entry.side, []).append(entry)
        looking = {side: found for side, found in sides.items() if any(e.words or e.patterns or e.find for e in found)}
        return cls({side: _compiled(found) for side, found in looking.items()})

    def scan(self, text: str, side: Side) -> Verdict:
        matcher = self.sides.get(side)
        if matcher is None or not text:
            return Verdict("pass", (), text)
        try:
            suspected = _suspects(matcher, text)
        except UnicodeEncodeError:
            suspected = True
        hits = _hits(matcher, without_surrogates(text)) if suspected else ()
        if matcher.expressions is not None:
            hits = _sorted((*hits, *_expressed(matcher, matcher.expressions, text)))
        return _verdict(text, hits) if hits else Verdict("pass", (), text)

    def saying(self, list: str, side: Side) -> Sayings:
        """What a list says in the customer's chat, by language; empty: the built-in prompt."""
        matcher = self.sides.get(side)
        return next((entry.text for entry in matcher.lists if entry.name == list), {}) if matcher else {}


class _Matcher(msgspec.Struct, frozen=True):
    """Patterns of the automaton, in this order: one for each word; words without their double letters, where
    that differs (`bases` says whose); letters written too often, which only mean "look again, squeezed"."""

    automaton: AhoCorasick
    lists: tuple[WordList, ...]
    words: tuple[str, ...]
    keys: tuple[str, ...]
    owners: tuple[int, ...]
    bases: tuple[int, ...]
    excuses: dict[str, tuple[str, ...]]
    expressions: Expressions | None = None


def _compiled(lists: Sequence[WordList]) -> _Matcher:
    words = [(word, owner) for owner, entry in enumerate(lists) for word in entry.words]
    keys = [_key(word, lists[owner].anywhere) for word, owner in words]
    squeezed = [(squeeze(key), base) for base, key in enumerate(keys)]
    shorter = [(key, base) for key, base in squeezed if key != keys[base]]
    excuses: dict[str, tuple[str, ...]] = {}
    for entry in lists:  # exceptions of every level count for the list of that name
        excuses[entry.name] = excuses.get(entry.name, ()) + tuple(map(fold_strictly, entry.except_))
    automaton = AhoCorasick(
        [*keys, *(key for key, _ in shorter), *_STRETCHES],
        implementation=Implementation.ContiguousNFA,
        store_patterns=False,
    )
    return _Matcher(
        automaton,
        tuple(lists),
        tuple(word for word, _ in words),
        tuple(keys),
        tuple(owner for _, owner in words),
        tuple(base for _, base in shorter),
        excuses,
        Expressions.compile([(owner, entry.patterns, entry.find) for owner, entry in enumerate(lists)]),
    )


def _key(word: str, anywhere: bool | None) -> str:
    key = view(fold(without_surrogates(word)))
    inner = key[1:-1]
    left = is_anywhere(inner[0]) if anywhere is None else anywhere
    right = is_anywhere(inner[-1]) if anywhere is None else anywhere
    return ("" if left else " ") + inner + ("" if right else " ")


def _suspects(matcher: _Matcher, text: str) -> bool:
    """The pass every message takes: whether an exact look is worth it."""
    find = matcher.automaton.find_matches_as_indexes
    words = len(matcher.keys)
    stretched = words + len(matcher.bases)
    seen, loose = views(fold(text))
    found = [index for index, _, _ in find(seen, overlapping=True)]
    if loose is not seen:
        found += [index for index, _, _ in find(loose, overlapping=True)]
    if not found:
        return False
    if min(found) < words:
        return True
    if max(found) < stretched:
        return False
    return any(index < stretched for index, _, _ in find(squeeze(loose), overlapping=True))


def _hits(matcher: _Matcher, text: str) -> tuple[Hit, ...]:
    """The exact look: the same views again, traced back to the original."""
    folded = Traced.of(text, fold)
    loose = folded.loosened()
    plain, undone = folded.viewed(), loose.viewed()
    spans = {
        *_plain_spans(matcher, plain, 1),
        *_plain_spans(matcher, undone, 3),  # "a.s." is not "as": too little to call it spelled out
        *_squeezed_spans(matcher, undone.squeezed()),
    }
    excused = _excused(
        matcher,
        text,
        {matcher.lists[matcher.owners[word]].name for word, _, _ in spans},
    )
    hits = [
        Hit(entry.name, matcher.words[word], entry.action, start, end)
        for word, start, end in spans
        for entry in (matcher.lists[matcher.owners[word]],)
        if not any(low <= start and end <= high for low, high in excused[entry.name])
    ]
    return _sorted(hits)


def _sorted(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    return tuple(sorted(set(hits), key=lambda hit: (hit.start, hit.end, hit.list, hit.word, hit.action)))


def _expressed(matcher: _Matcher, expressions: Expressions, text: str) -> list[Hit]:
    found = list(expressions.find(text))
    if not found:
        return []
    excused = _excused(matcher, without_surrogates(text), {matcher.lists[one.owner].name for one in found})
    return [
        Hit(entry.name, one.name, entry.action, one.start, one.end)
        for one in found
        for entry in (matcher.lists[one.owner],)
        if not any(low <= one.start and one.end <= high for low, high in excused[entry.name])
    ]


_Span = tuple[int, int, int]  # word, start, end


def _plain_spans(matcher: _Matcher, seen: Traced, shortest: int) -> Iterable[_Span]:
    for index, low, high in matcher.automaton.find_matches_as_indexes(seen.text, overlapping=True):
        if index < len(matcher.keys):
            key = matcher.keys[index].strip(" ")
            if len(key) >= shortest or is_anywhere(key[0]):
                yield _span(index, seen, low, high)


def _squeezed_spans(matcher: _Matcher, seen: Traced) -> Iterable[_Span]:
    words = len(matcher.keys)
    for index, low, high in matcher.automaton.find_matches_as_indexes(seen.text, overlapping=True):
        if index < words + len(matcher.bases):
            word = index if index < words else matcher.bases[index - words]
            if len(matcher.keys[word].strip(" ")) > 1 and _stretches(matcher.keys[word], seen, low):
                yield _span(word, seen, low, high)


def _stretches(key: str, seen: Traced, low: int) -> bool:
    """Whether the text has each letter of the word as often as the word, or plainly too often."""
    wanted = [(letter, len(list(run))) for letter, run in groupby(key)]
    last = len(wanted) - 1
    return all(
        have == need or (have > need and (have > 2 or letter not in _OFTEN_DOUBLED or (place in (0, last))))
        for place, ((letter, need), have) in enumerate(zip(wanted, seen.runs[low : low + last + 1], strict=True))
        if letter != " "
    )


def _span(word: int, seen: Traced, low: int, high: int) -> _Span:
    low += seen.text[low] == " "
    high -= seen.text[high - 1] == " "
    return word, seen.starts[low], seen.ends[high - 1]


def _excused(matcher: _Matcher, text: str, names: set[str]) -> dict[str, list[tuple[int, int]]]:
    """Where exceptions stand in the original, by list name."""
    found: dict[str, list[tuple[int, int]]] = {name: [] for name in names}
    if not any(matcher.excuses[name] for name in names):
        return found
    strict = Traced.of(text, fold_strictly)
    loose_names = {entry.name for entry in matcher.lists if entry.anywhere}
    for name in names:
        for excuse in matcher.excuses[name]:
            found[name] += _places(strict, excuse, name in loose_names)
    return found


def _places(strict: Traced, excuse: str, anywhere: bool) -> Iterable[tuple[int, int]]:
    at = strict.text.find(excuse)
    while at >= 0:
        end = at + len(excuse)
        if anywhere or (_edge(strict.text, at) and _edge(strict.text, end)):
            yield strict.starts[at], strict.ends[end - 1]
        at = strict.text.find(excuse, at + 1)


def _edge(text: str, at: int) -> bool:
    """Whether a word may begin or end between these two characters."""
    if at == 0 or at == len(text):
        return True
    return any(not c.isalnum() or is_anywhere(c) for c in text[at - 1 : at + 1])


def _verdict(text: str, hits: tuple[Hit, ...]) -> Verdict:
    if not hits:
        return Verdict("pass", (), text)
    strongest = max(hits, key=lambda hit: _STRENGTH[hit.action]).action
    masked = [hit for hit in hits if hit.action == "mask"]
    return Verdict(strongest, hits, _masked(text, masked) if masked and strongest != "block" else text)


def _masked(text: str, hits: Sequence[Hit]) -> str:
    """A star for each character as people count them, so that no accent is left hanging."""
    hidden = bytearray(len(text))
    for hit in hits:
        hidden[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
    pieces: list[str] = []
    at = 0
    for grapheme in CharacterBreaker(without_surrogates(text), "en"):
        end = at + len(grapheme)
        pieces.append("*" if any(hidden[at:end]) else text[at:end])
        at = end
    return "".join(pieces)
