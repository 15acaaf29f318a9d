"""Regular expressions of word lists, and the personal data every list can look for by name.

RE2 takes time linear in the text whatever the expression, so no admin can write one that hangs a chat; what it cannot
promise that for (look-around, back references) it refuses.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Self, cast

import msgspec
import re2  # ships no types

from core.fold import flat

Find = Literal["card", "phone", "email", "iban"]
LONGEST = 500
MOST = 200
_MEMORY = 1 << 20  # bytes of one compiled expression


class _Known(NamedTuple):
    expression: str
    holds: Callable[[str], bool]


def _digits(found: str) -> str:
    return "".join(c for c in found if c.isdigit())


def _is_card(found: str) -> bool:
    """ISO/IEC 7812: the last digit checks the others."""
    digits = [int(c) for c in reversed(_digits(found))]
    return sum(d if at % 2 == 0 else sum(divmod(d * 2, 10)) for at, d in enumerate(digits)) % 10 == 0


def _is_phone(found: str) -> bool:
    return 8 <= len(_digits(found)) <= 15


def _is_iban(found: str) -> bool:
    """ISO 13616: read as a number with the first four behind, it leaves 1 when divided by 97."""
    plain = "".join(found.split()).lower()
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


# A date or an order number is none: it begins with + or 0, is grouped as in North America, or is a Chinese mobile.
_PHONE = (
    r"(?:\+\d|\(\+?\d|\b0)(?:[ \-./()]{0,2}\d){7,20}\b|\b\d{3}[ \-.]\d{3}[ \-.]\d{4}\b|\b1[3-9]\d(?:[ \-]?\d{4}){2}\b"
)
_KNOWN: Mapping[Find, _Known] = MappingProxyType(
    {
        "card": _Known(r"\b\d(?:[ \-]?\d){12,18}\b", _is_card),
        "phone": _Known(_PHONE, _is_phone),
        "email": _Known(
            r"\b[a-z0-9][a-z0-9._%+\-]{0,63}@[a-z0-9][a-z0-9.\-]{0,250}\.[a-z]{2,24}\b", lambda found: True
        ),
        "iban": _Known(r"\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?\b", _is_iban),
    }
)


class Found(NamedTuple):
    owner: int
    name: str
    start: int
    end: int


class Expressions(msgspec.Struct, frozen=True):
    """What all lists of one side look for. The set says in one pass which of them are worth a look."""

    together: Any
    each: tuple[Any, ...]
    names: tuple[str, ...]
    owners: tuple[int, ...]
    holds: tuple[Callable[[str], bool], ...]

    @classmethod
    def compile(cls, wanted: Sequence[tuple[int, Sequence[str], Sequence[Find]]]) -> Self | None:
        """`wanted` are (owner, expressions, known kinds); None when nobody looks for anything."""
        rows: list[tuple[int, str, str, Callable[[str], bool]]] = []
        for owner, expressions, kinds in wanted:
            rows += ((owner, expression, expression, bool) for expression in expressions)
            rows += ((owner, kind, _KNOWN[kind].expression, _KNOWN[kind].holds) for kind in kinds)
        if not rows:
            return None
        together = re2.Set.SearchSet(_options())
        for _, _, expression, _ in rows:
            together.Add(expression)
        together.Compile()
        return cls(
            together,
            tuple(re2.compile(expression, _options()) for _, _, expression, _ in rows),
            tuple(name for _, name, _, _ in rows),
            tuple(owner for owner, _, _, _ in rows),
            tuple(holds for _, _, _, holds in rows),
        )

    def find(self, text: str) -> Iterable[Found]:
        """Where in the original: the text is only made comparable one character for one."""
        seen = flat(text)
        for index in self.together.Match(seen) or ():
            for match in self.each[index].finditer(seen):
                start, end = cast(tuple[int, int], match.span())
                if end > start and self.holds[index](seen[start:end]):
                    yield Found(self.owners[index], self.names[index], start, end)


def complaint(expression: str) -> str | None:
    """What is wrong with an expression, in words; None if nothing is."""
    if len(expression) > LONGEST:
        return f"An expression has at most {LONGEST} characters."
    try:
        compiled = re2.compile(expression, _options())
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        told = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        return f"This expression cannot be used: {told}."
    if compiled.search("") is not None:
        return "This expression matches nothing at all, and so every message."
    return None


def _options() -> object:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    return options
