"""What changed between two versions of a settings document, short enough to be read."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

MOST = 50  # of a list's items, and of the lines of one difference
LONGEST = 300
Json = dict[str, Any] | list[Any] | str | int | float | bool | None


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place that differs. A list of words says what was `added` and `removed` (the first of them, and how many);
    `before` or `after` is missing where there was nothing."""

    path: str
    before: Json | UnsetType = UNSET
    after: Json | UnsetType = UNSET
    added: tuple[Any, ...] = ()
    added_count: int = 0
    removed: tuple[Any, ...] = ()
    removed_count: int = 0


def differences(before: object, after: object) -> tuple[Difference, ...]:
    """At most fifty."""
    found: list[Difference] = []
    for line in _walk("", before, after):
        if len(found) == MOST:
            break
        found.append(line)
    return tuple(found)


def _walk(path: str, before: object, after: object) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _entry(f"{path}.{key}" if path else str(key), key, before, after)
    elif _is_named(before) and _is_named(after):
        assert isinstance(before, list) and isinstance(after, list), "as `_is_named` says"
        yield from _walk(path, {each["name"]: each for each in before}, {each["name"]: each for each in after})
    elif _is_plain(before) and _is_plain(after):
        assert isinstance(before, list) and isinstance(after, list), "as `_is_plain` says"
        yield _items(path, before, after)
    else:
        yield Difference(path=path, before=_brief(before), after=_brief(after))


def _entry(path: str, key: str, before: dict[str, object], after: dict[str, object]) -> Iterator[Difference]:
    if key not in before:
        yield Difference(path=path, after=_brief(after[key]))
    elif key not in after:
        yield Difference(path=path, before=_brief(before[key]))
    else:
        yield from _walk(path, before[key], after[key])


def _items(path: str, before: list[Any], after: list[Any]) -> Difference:
    had, has = set(before), set(after)
    added = [item for item in after if item not in had]
    removed = [item for item in before if item not in has]
    return Difference(
        path=path,
        added=tuple(map(_brief, added[:MOST])),
        added_count=len(added),
        removed=tuple(map(_brief, removed[:MOST])),
        removed_count=len(removed),
    )


def _is_named(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) and "name" in each for each in value)


def _is_plain(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str | int | float | bool) for each in value)


def _brief(value: object) -> Any:
    match value:
        case str():
            return value if len(value) <= LONGEST else value[:LONGEST] + "…"
        case list():
            more = [f"… {len(value) - MOST} more"] if len(value) > MOST else []
            return [_brief(each) for each in value[:MOST]] + more
        case dict():
            return {key: _brief(each) for key, each in value.items()}
        case _:
            return value
