"""Plain JSON into typed values, with the field that is wrong named exactly, keys of mappings included."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from api.complaints import sentence
from core.codec import convert
from core.errors import Error

T = TypeVar("T")
ANY = "..."  # what msgspec writes for a key of a mapping
_AT = re.compile(r"(.*?)(?: - at (?:`key` in )?`\$(.*)`)?", re.DOTALL)
_FIELD = re.compile(r"Object (missing required|contains unknown) field `(.*)`", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


class Wrong(Error):
    """One field of a body, a query or a setting; `field` is a path like `prompts.agent_closed.text`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


def typed(value: object, wanted: type[T], *, strict: bool = True) -> T:
    """Raises `Wrong`. Not `strict`: numbers and booleans may be written as text, as in a query."""
    try:
        return _converted(value, wanted, strict)
    except msgspec.ValidationError as error:
        raise _named(value, wanted, str(error), strict) from None
    except RecursionError:
        raise Wrong("body", "This is nested too deeply.") from None


def _converted(value: object, wanted: type[T], strict: bool) -> T:
    return convert(value, wanted) if strict else msgspec.convert(value, wanted, strict=False)


def _named(value: object, wanted: type[T], complaint: str, strict: bool) -> Wrong:
    """What msgspec complains about, as a field and a sentence."""
    found = _AT.fullmatch(complaint)
    text, path = found.groups() if found else (complaint, "")
    steps = [name or place for name, place in _STEP.findall(path or "")]

    def fails(candidate: object) -> bool:
        try:
            _converted(candidate, wanted, strict)
        except msgspec.ValidationError as error:
            return str(error) == complaint
        return False

    for depth in [index for index, step in enumerate(steps) if step == ANY]:
        value, steps[depth] = _culprit(value, steps[:depth], fails)
    inner = _FIELD.fullmatch(text)
    if inner is not None:
        steps.append(inner[2])
        text = "This field is required." if inner[1] == "missing required" else "There is no such field."
    else:
        text = sentence(text, wanted, steps)
    return Wrong(".".join(steps) or "body", text)


def _culprit(value: object, where: Sequence[str], fails: Callable[[object], bool]) -> tuple[object, str]:
    """The value with one key at `where`, the one complained about (found by halving), and that key."""
    keys = [str(key) for key in _reach(value, where)]
    while len(keys) > 1:
        half = keys[: len(keys) // 2]
        keys = half if fails(_with_only(value, where, half)) else keys[len(half) :]
    return _with_only(value, where, keys), keys[0]


def _reach(value: object, where: Sequence[str]) -> dict[str, object]:
    for step in where:
        value = value[int(step)] if isinstance(value, list) else value[step]  # type: ignore[index]  # it was seen there
    assert isinstance(value, dict), "only keys of mappings have no name"
    return value


def _with_only(value: object, where: Sequence[str], keys: Sequence[str]) -> object:
    """A copy in which the mapping at `where` has no keys but these."""
    if not where:
        assert isinstance(value, dict), "only keys of mappings have no name"
        return {key: value[key] for key in keys}
    step, rest = where[0], where[1:]
    if isinstance(value, list):
        place = int(step)
        return [*value[:place], _with_only(value[place], rest, keys), *value[place + 1 :]]
    assert isinstance(value, dict), "a path leads through lists and mappings"
    return {**value, step: _with_only(value[step], rest, keys)}
