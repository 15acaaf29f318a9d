"""What a text with values asks for: the arguments of an ICU message pattern. Formatting is ICU's own work."""

import re

import msgspec

_NAME = re.compile(r"\{\s*(\w+)\s*(?:,\s*(\w+)\s*)?")
_COMPLEX = frozenset(("plural", "select", "selectordinal"))


class Argument(msgspec.Struct, frozen=True):
    """`kind` is "" for a plain {name}; `selectors` are the cases of a plural or select, in order."""

    name: str
    kind: str = ""
    selectors: tuple[str, ...] = ()


def arguments(pattern: str) -> tuple[Argument, ...]:
    """Every argument, also those inside the cases of others. The pattern must be one ICU has accepted."""
    found: list[Argument] = []
    _message(pattern, 0, found)
    return tuple(found)


def _message(pattern: str, at: int, found: list[Argument]) -> int:
    """Reads a message up to its closing brace; returns the place of that brace."""
    while at < len(pattern) and pattern[at] != "}":
        if pattern[at] == "'":
            at = _quoted(pattern, at)
        elif pattern[at] == "{":
            at = _argument(pattern, at, found)
        else:
            at += 1
    return at


def _quoted(pattern: str, at: int) -> int:
    if pattern[at + 1 : at + 2] not in ("{", "}", "#", "|"):
        return at + (2 if pattern[at + 1 : at + 2] == "'" else 1)
    end = pattern.find("'", at + 1)
    return len(pattern) if end < 0 else end + 1


def _argument(pattern: str, at: int, found: list[Argument]) -> int:
    match = _NAME.match(pattern, at)
    if match is None:
        return at + 1
    name, kind = match[1], match[2] or ""
    if kind not in _COMPLEX:
        found.append(Argument(name, kind))
        end = pattern.find("}", match.end())
        return len(pattern) if end < 0 else end + 1
    inner: list[Argument] = []
    selectors: list[str] = []
    at = match.end()
    while at < len(pattern) and pattern[at] != "}":
        start = pattern.find("{", at)
        if start < 0:
            break
        selectors.append(pattern[at:start].strip(" ,\n\t").rsplit(" ", 1)[-1])
        at = _message(pattern, start + 1, inner) + 1
        at += len(pattern[at:]) - len(pattern[at:].lstrip())
    found.append(Argument(name, kind, tuple(selectors)))
    found += inner
    return at + 1
