"""Text made comparable: what a filter sees instead of what was typed. Pure string work; which words are
looked for, and what follows from finding one, is `words.py`.

A *view* is the folded text with every gap as one space and a space at both ends, so that a whole word is
simply " word ". Each step is a regular expression; the same steps run either fast (`sub`) or, once something
was found, carrying for every character the span of the original it came from (`Traced`).
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Self
from unicodedata import category, combining, decimal, normalize

import msgspec

# Accents, Arabic and Hebrew points, tatweel, soft hyphen, zero-width and direction characters, Hangul
# fillers, variation selectors, skin tones, tags. Thai, Lao, Indic vowel signs and kana voicing are letters'
# parts and stay.
_DROPPED = (
    "\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c"
    "\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u115f\u1160\u180b-\u180f\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff"
    "\ufff9-\ufffb\U0001f3fb-\U0001f3ff\U000e0000-\U000e01ef"
)
# Marks that `\w` does not count as word characters although words are written with them.
_KEPT = "\u0900-\u0963\u0966-\u0df3\u0e31-\u0e4e\u0eb1-\u0ece\u0f18-\u0fbc\u1000-\u109f\u1700-\u17d3\u3099\u309a"
_PICTURES = "\u2600-\u2775\u2794-\u27bf\U0001f000-\U0001f0ff\U0001f10d-\U0001faff"
_HAN = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3131-\u318e\uac00-\ud7ff"
# A new sentence is no trick: these end a word for good in scripts without spaces.
_STOPS = ',!?;:()\\[\\]"\n\u3002\u3001\u300c-\u300f\u2026'

_DROP = re.compile(f"[{_DROPPED}]+")
_COMPOSED = re.compile("[\u1100-\u11ff\u3099\u309a]")  # Hangul and voiced kana are put together again
_PICTURE = re.compile(f"[{_PICTURES}]")
# Written so that each begins with the characters it is about, which the engine finds quickly, and looks back
# only then: a look behind at every position costs five times as much.
_GAP = re.compile(f"[\\W_](?<![{_KEPT}{_PICTURES}])(?:(?![{_KEPT}{_PICTURES}])[\\W_])*")
_SEAM = re.compile(f"[a-z0-9](?=[{_HAN}{_UNSPACED}])")
_SEAM_BACK = re.compile(f"[a-z0-9](?<=[{_HAN}{_UNSPACED}].)")
_ANYWHERE = re.compile(f"[{_HAN}{_UNSPACED}]")
_UNDERSCORE = re.compile("_")
_SURROGATE = re.compile("[\ud800-\udfff]")
_RUN = re.compile(r"(\S)\1+")

# Separators inside a word (b.a.d), letters spelled out (b a d), and the same for scripts without spaces.
_INSIDE = re.compile(
    f"[^\\w\\s](?<![{_KEPT}])(?<=[^\\W_][\\S])(?<![{_HAN}{_UNSPACED}][\\S])"
    f"(?:(?![{_KEPT}])[^\\w\\s])*(?=[^\\W_])(?![{_HAN}{_UNSPACED}])"
)
_SPELLED = re.compile(
    f"\\W(?<![{_STOPS}{_KEPT}])(?<=\\b[^\\W_]\\W)(?:(?![{_STOPS}{_KEPT}])\\W)*(?=[^\\W_]\\b)(?!\\w[{_KEPT}])"
)
_HAN_SPLIT = re.compile(f"\\W(?<![{_STOPS}])(?<=[{_HAN}][\\s\\S])(?:(?![{_STOPS}])\\W)*(?=[{_HAN}])")
_UNSPACED_SPLIT = re.compile(
    f"[^\\w\\s](?<![{_STOPS}{_KEPT}])(?<=[{_UNSPACED}]\\S)(?:(?![{_STOPS}{_KEPT}])[^\\w\\s])*(?=[{_UNSPACED}])"
)

_LEET = re.compile(r"[013457@$!|](?<=[a-z]\S)[013457@$!|]*(?=[a-z])")
_LEET_FIRST = re.compile(r"[@$](?<![a-z0-9@$]\S)[@$]*(?=[a-z])")
_LEET_LETTERS = str.maketrans("013457@$!|", "oieastasil")
_TWINS = str.maketrans(
    {
        **dict(zip("аеорсухіїѕјԁһԛԝкмтвнгӏєү", "aeopcyxiisjdhqwkmtbhrley", strict=True)),
        **dict(zip("αεορχυικντωηβγ", "aeopxyikvtwnby", strict=True)),
        **dict(zip("ɑɡıɩʟɴʀʏʙɢʜꞵ", "agiilnrybghb", strict=True)),
    }
)
_TWIN = re.compile("[" + "".join(map(chr, _TWINS)) + "]")
_OWN = "".join(c for code in range(0x370, 0x530) if (c := chr(code)).isalpha() and code not in _TWINS)
_OTHER_ALPHABET = re.compile(f"[{_OWN}]")
_MIXED = re.compile("[a-z][\u0370-\u052f]|[\u0370-\u052f][a-z]")
_LATIN = re.compile("[a-z]")
_WORD = re.compile(r"\w+")
# Letters in black circles and squares, and those flags are made of, which NFKD leaves as they are.
_BADGE = re.compile("[\U0001f150-\U0001f169\U0001f170-\U0001f189\U0001f1e6-\U0001f1ff]")
_BADGE_LETTERS = {first + i: chr(97 + i) for first in (0x1F150, 0x1F170, 0x1F1E6) for i in range(26)}

# What a text is made of decides which steps it needs: one table turns every character into its kind, and a few
# searches for pairs of kinds do what eight regular expressions would. The kinds: l a Latin letter, c one that may stand
# in for it, o one only Greek or Cyrillic has, h Han or kana, u another script without spaces, d a digit that looks
# like a letter, n another ASCII digit, a any other letter or digit, s and e signs that look like letters (e also
# ends a sentence), "," what
# ends a sentence, "/" a new line, "." any other sign, " " a gap, p a picture.
_BMP = "".join(map(chr, range(0x10000)))
_POINTS = tuple(range(0x10000))  # one object for each, whichever table it stands in: 2 MB, where strings would be 5
_KINDS = (
    ("\n", "/"),
    (r"\s", " "),
    ("[@$|]", "s"),
    ("!", "e"),
    (f"[{_STOPS}]", ","),
    (f"[{_PICTURES.split(chr(0x1F000), maxsplit=1)[0]}]", "p"),
    (f"[{_HAN.split(chr(0x20000), maxsplit=1)[0]}]", "h"),
    (f"[{_UNSPACED}]", "u"),
    ("[a-z]", "l"),
    ("[013457]", "d"),
    ("[2689]", "n"),
    (_TWIN.pattern, "c"),
    (_OTHER_ALPHABET.pattern, "o"),
    (f"[{_KEPT}]", "a"),
    (r"[^\W_]", "a"),
)


def _kinds() -> str:
    """The kind of each character of the basic plane, at its place."""
    kinds = ["."] * len(_BMP)
    for pattern, kind in reversed(_KINDS):
        for found in re.finditer(pattern, _BMP):
            kinds[found.start()] = kind
    return "".join(kinds)


# Tuples, because taking a character out of a string makes a new one each time.
_KIND = tuple(_kinds())
_ASCII_KIND = "".join(_KIND[:256]).encode()
_ASCII_VIEWED = bytes(ord(c.lower()) if (c := chr(i)).isascii() and c.isalnum() else 32 for i in range(256))


def _shown() -> str:
    """What a view does not make a gap of, but for Latin letters and digits, as ranges of a character class."""
    gaps = [match.start() for match in re.finditer(f"[\\W_a-z0-9](?<![{_KEPT}])", _BMP)]
    edges = pairwise([-1, *gaps, len(_BMP)])
    return "".join(f"{re.escape(_BMP[low + 1])}-{re.escape(_BMP[high - 1])}" for low, high in edges if low + 1 < high)


_SHOWN_OTHERS = _shown()
_SHOWN = re.compile(f"[a-z0-9{_SHOWN_OTHERS}]+")
_SHOWN_PARTED = re.compile(f"[a-z0-9]+|[{_SHOWN_OTHERS}]+")
# Coarser kinds, each for one question.
_SEAM_KIND = bytes.maketrans(b"ldnhuco", b"lllhhaa")
_LEET_KIND = bytes.maketrans(b"se", b"dd")
_INSIDE_KIND = bytes.maketrans(b"lcodnahu,es/", b"wwwwwwxx... ")
_SPELLED_KIND = bytes.maketrans(b"lcodnahu.se/", b"wwwwwwww  ,,")
# Signs first, which are fewer than letters.
_APART_HAN = re.compile(rb"[ .sp](?<=h.)[ .sp]*h")
_APART_UNSPACED = re.compile(rb"[.sp](?<=u.)[.sp]*u")
_SPELLED_OUT = re.compile(rb"[ ,]w +w[ ,]")
# Only these characters: then folding is one table. (Full-width signs make the normaliser compose everything anew.)
_EAST = re.compile("[\0-\x7f\u3000-\u3029\u3030-\u3096\u309b-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff9d]*")


def _east() -> tuple[int, ...]:
    folded = (normalize("NFKC", c).casefold() for c in _BMP)
    return tuple(
        _POINTS[ord(new)] if len(new) == 1 and ord(new) < len(_POINTS) else ord(new) if len(new) == 1 else point
        for point, new in zip(_POINTS, folded, strict=True)
    )


_EAST_FOLDED = _east()
_FLAT = tuple(
    ord(str(value)) if (value := decimal(c, -1)) >= 0 else new for c, new in zip(_BMP, _EAST_FOLDED, strict=True)
)


def fold(text: str) -> str:
    """Case, width, accents and invisible characters gone."""
    if text.isascii():
        return text.lower()
    if _EAST.fullmatch(text):
        return text.translate(_EAST_FOLDED)
    bare = _DROP.sub("", normalize("NFKD", text).casefold())
    return normalize("NFC", bare) if _COMPOSED.search(bare) else bare


def flat(text: str) -> str:
    """Width, case and the digits of any script made alike, one character for one."""
    return without_surrogates(text).translate(_FLAT)


def fold_strictly(text: str) -> str:
    """Only case and width gone: what an exception is compared with, so that "año" does not excuse "ano"."""
    return normalize("NFKC", text).casefold()


def view(folded: str) -> str:
    return _viewed(folded, _kinds_of(folded))


def loosen(folded: str) -> str:
    """Look-alike letters and separators inside words undone; the same string when there are none."""
    return _loosened(folded, _kinds_of(folded))


def views(folded: str) -> tuple[str, str]:
    """`view(folded)` and `view(loosen(folded))`; the second is the first when there is nothing to undo."""
    kinds = _kinds_of(folded)
    plain = _viewed(folded, kinds)
    loose = _loosened(folded, kinds)
    return plain, plain if loose is folded else _viewed(loose, _kinds_after(loose, kinds))


def _kinds_after(loose: str, kinds: bytes | None) -> bytes | None:
    """The kinds of a text that was undone, or those it had before where a view makes the same of both: where no seam
    can have come, or there was one already and no letter that takes part in none."""
    edges = (kinds or b"").translate(_SEAM_KIND)
    if b"h" not in edges or not (b"l" in edges or b"a" in edges):
        return kinds
    return kinds if b"a" not in edges and (b"lh" in edges or b"hl" in edges) else _kinds_of(loose)


def _kinds_of(folded: str) -> bytes | None:
    """What it is made of; None with characters beyond the basic plane, for which there is only the long way."""
    if folded.isascii():
        return folded.encode().translate(_ASCII_KIND)
    kinds = folded.translate(_KIND)
    return kinds.encode() if kinds.isascii() else None


def _viewed(folded: str, kinds: bytes | None) -> str:
    if folded.isascii():
        return f" {' '.join(folded.encode().translate(_ASCII_VIEWED).decode().split())} "
    if kinds is None or b"p" in kinds:
        for pattern, replacement in _VIEW_STEPS:
            folded = pattern.sub(replacement, folded)
        return f" {folded.strip(' ')} "
    edges = kinds.translate(_SEAM_KIND)
    if b"lh" not in edges and b"hl" not in edges:
        return f" {' '.join(_SHOWN.findall(folded))} "
    if b"la" not in edges and b"al" not in edges:  # then every end of a Latin run is a gap or a seam
        return f" {' '.join(_SHOWN_PARTED.findall(folded))} "
    seen = _SEAM_BACK.sub(r" \g<0>", _SEAM.sub(r"\g<0> ", " ".join(_SHOWN.findall(folded))))
    return f" {seen} "


def _loosened(folded: str, kinds: bytes | None) -> str:
    text, kinds = _unmasked(folded, kinds)
    for pattern, replacement in _needed(kinds):
        text = pattern.sub(replacement, text)
    return folded if text == folded else text


def _needed(kinds: bytes | None) -> Sequence["_Step"]:
    """Which steps could find something to undo."""
    if kinds is None:
        return _LOOSE_STEPS
    needed: list[_Step] = []
    if _is_leet(kinds.translate(_LEET_KIND)):
        needed += _LEET_STEPS
    if _is_separated(kinds.translate(_INSIDE_KIND)):
        needed += _INSIDE_STEPS
    if _is_spelled(kinds.translate(_SPELLED_KIND)):
        needed.append(_SPELLED_STEP)
    if b"h" in kinds and _APART_HAN.search(kinds):
        needed.append(_HAN_STEP)
    if b"u" in kinds and _APART_UNSPACED.search(kinds):
        needed.append(_UNSPACED_STEP)
    return needed


def _is_leet(kinds: bytes) -> bool:
    return b"dl" in kinds and (b"ld" in kinds or b" d" in kinds or kinds[0] == 100)


def _is_separated(kinds: bytes) -> bool:
    return b"w.w" in kinds or (b".." in kinds and b"w." in kinds and b".w" in kinds)


def _is_spelled(kinds: bytes) -> bool:
    """Whether a word of one letter stands beside another one."""
    return _SPELLED_OUT.search(b" %b " % kinds) is not None


def squeeze(seen: str) -> str:
    return _RUN.sub(r"\1", seen)


def without_surrogates(text: str) -> str:
    """Halves of characters, which no encoder takes, replaced one for one."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def is_anywhere(letter: str) -> bool:
    """A letter of a script written without spaces between words (or, as Korean, with endings attached)."""
    return _ANYWHERE.match(letter) is not None


def _unmasked(folded: str, kinds: bytes | None) -> tuple[str, bytes | None]:
    """Cyrillic and Greek letters that stand in for Latin ones replaced, one for one: everywhere in a text that
    has no letter only their own alphabet has, otherwise in words that mix them with Latin letters. So a text
    in Russian is left as it is."""
    if kinds is None:
        return _without_twins(folded), None
    if b"c" not in kinds:
        return folded, kinds
    if b"o" not in kinds:
        return folded.translate(_TWINS), kinds.replace(b"c", b"l")
    if not any(pair in kinds for pair in (b"lc", b"cl", b"lo", b"ol")):
        return folded, kinds
    text = _WORD.sub(_latin_if_mixed, folded)
    return text, _kinds_of(text)


def _without_twins(folded: str) -> str:
    if _TWIN.search(folded) is None:
        return folded
    if _OTHER_ALPHABET.search(folded) is None:
        return folded.translate(_TWINS)
    return _WORD.sub(_latin_if_mixed, folded)


def _latin_if_mixed(match: re.Match[str]) -> str:
    return match[0].translate(_TWINS) if _LATIN.search(match[0]) else match[0]


def _badge_letters(match: re.Match[str]) -> str:
    return match[0].translate(_BADGE_LETTERS)


def _letters_of(match: re.Match[str]) -> str:
    return match[0].translate(_LEET_LETTERS)


_Step = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
_VIEW_STEPS: tuple[_Step, ...] = (
    (_PICTURE, r" \g<0> "),
    (_GAP, " "),
    (_SEAM, r"\g<0> "),
    (_SEAM_BACK, r" \g<0>"),
)
_DASHED: _Step = (_UNDERSCORE, "-")
_LEET_STEPS: tuple[_Step, ...] = ((_LEET, _letters_of), (_LEET_FIRST, _letters_of))
_INSIDE_STEPS: tuple[_Step, ...] = (_DASHED, (_INSIDE, ""))
_SPELLED_STEP: _Step = (_SPELLED, "")
_HAN_STEP: _Step = (_HAN_SPLIT, "")
_UNSPACED_STEP: _Step = (_UNSPACED_SPLIT, "")
_LOOSE_STEPS: tuple[_Step, ...] = (
    (_BADGE, _badge_letters),
    *_LEET_STEPS,
    *_INSIDE_STEPS,
    _SPELLED_STEP,
    _HAN_STEP,
    _UNSPACED_STEP,
)


class Traced(msgspec.Struct, frozen=True):
    """A text on its way through the steps: for each character where it began and ended in the original, and
    how many equal letters it stands for."""

    text: str
    starts: list[int]
    ends: list[int]
    runs: list[int]

    @classmethod
    def of(cls, original: str, folding: Callable[[str], str]) -> Self:
        if original.isascii():
            size = len(original)
            return cls(
                folding(original),
                list(range(size)),
                list(range(1, size + 1)),
                [1] * size,
            )
        text, starts, ends = "", list[int](), list[int]()
        for start, end in _clusters(original):
            folded = folding(original[start:end])
            text += folded
            starts += [start] * len(folded)
            ends += [end] * len(folded)
        return cls(text, starts, ends, [1] * len(text))

    def viewed(self) -> "Traced":
        traced = self
        for pattern, replacement in _VIEW_STEPS:
            traced = traced._step(pattern, replacement)
        stripped = traced.text.lstrip(" ")
        skip = len(traced.text) - len(stripped)
        size = len(stripped.rstrip(" "))
        kept = slice(skip, skip + size)
        return Traced(
            f" {traced.text[kept]} ",
            [0, *traced.starts[kept], 0],
            [0, *traced.ends[kept], 0],
            [1, *traced.runs[kept], 1],
        )

    def loosened(self) -> "Traced":
        text, kinds = _unmasked(self.text, _kinds_of(self.text))
        traced = Traced(text, self.starts, self.ends, self.runs)
        for pattern, replacement in _needed(kinds):
            traced = traced._step(pattern, replacement)
        return traced

    def squeezed(self) -> "Traced":
        return self._step(_RUN, r"\1")

    def _step(
        self,
        pattern: re.Pattern[str],
        replacement: str | Callable[[re.Match[str]], str],
    ) -> "Traced":
        if pattern.search(self.text) is None:
            return self
        pieces, starts, ends, runs = list[str](), list[int](), list[int](), list[int]()
        done = 0
        for match in pattern.finditer(self.text):
            low, high = match.span()
            new = replacement(match) if callable(replacement) else match.expand(replacement)
            pieces += (self.text[done:low], new)
            starts += self.starts[done:low]
            ends += self.ends[done:low]
            runs += self.runs[done:low]
            if len(new) == high - low:
                starts += self.starts[low:high]
                ends += self.ends[low:high]
                runs += self.runs[low:high]
            else:
                starts += [self.starts[low]] * len(new)
                ends += [self.ends[max(high - 1, low)]] * len(new)
                runs += [max(high - low, 1)] * len(new)
            done = high
        pieces.append(self.text[done:])
        return Traced(
            "".join(pieces),
            starts + self.starts[done:],
            ends + self.ends[done:],
            runs + self.runs[done:],
        )


def _clusters(text: str) -> list[tuple[int, int]]:
    """Spans that fold independently of each other: a character with the marks that follow it."""
    starts = [i for i, c in enumerate(text) if i == 0 or not _continues(c)]
    return list(pairwise([*starts, len(text)]))


def _continues(c: str) -> bool:
    if c < "\u00ad":
        return False
    return (
        combining(c) != 0
        or category(c)[0] == "M"
        or "\u1160" <= c <= "\u11ff"  # the vowel and the end of a Hangul syllable
        or "\ud7b0" <= c <= "\ud7fb"
        or "\uff9e" <= c <= "\uffdc"  # half-width voicing marks and Hangul letters
        or _DROP.match(c) is not None
    )
