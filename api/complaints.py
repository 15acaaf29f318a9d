"""What msgspec says of a wrong value, in words a person understands, with the choices where there are some."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from msgspec import inspect

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "bool": "true or false",
        "int": "a whole number",
        "float": "a number",
        "str": "a text",
        "array": "a list",
        "object": "an object with fields",
        "null": "null",
    }
)
_FORMS: Mapping[str, str] = MappingProxyType(
    {
        r"\S": "This may not be blank.",
        r"^[A-Z]{2}$": "Write the two capital letters of a country, such as DE.",
        r"^[a-z][a-z0-9_]{0,39}$": "Write it with a-z, 0-9 and _, beginning with a letter; at most 40 characters.",
        r"^[a-z0-9][a-z0-9_-]{0,39}$": "Write it with a-z, 0-9, - and _; at most 40 characters.",
        r"^[A-Za-z0-9_.-]{1,64}$": "Write it with letters, digits, _, . and -; at most 64 characters.",
        r"^[^@\s]+@[^@\s]+$": "Write an e-mail address, such as name@example.com.",
        r"^[^\s/]+$": "Write it without spaces and without /.",
        r"^[^\x00-\x20]+$": "Write it without spaces.",
    }
)
_SHOWN = 60  # characters of a wrong value
_BOUNDS: Mapping[str, str] = MappingProxyType(
    {">=": "{} or more", "<=": "{} or less", ">": "more than {}", "<": "less than {}"}
)


def sentence(complaint: str, wanted: object, steps: Sequence[str]) -> str:
    """`complaint` without its place, which is `steps` within the type `wanted`. What is not known stays as it is."""
    for pattern, say in _SAYINGS:
        if (found := pattern.fullmatch(complaint)) is not None:
            return say(found)
    if (found := _CHOICE.fullmatch(complaint)) is not None:
        known = choices(wanted, steps)
        given = found[1][:_SHOWN]
        return f"“{given}” is none of: {', '.join(known)}." if known else f"“{given}” is no valid choice."
    return complaint


def choices(wanted: object, steps: Sequence[str]) -> list[str]:
    """What may stand at a place of a type; nothing where anything may."""
    kinds = [inspect.type_info(wanted)]
    for step in steps:
        kinds = [inner for kind in _each(kinds) for inner in _within(kind, step)]
    return [str(value) for kind in _each(kinds) if isinstance(kind, inspect.LiteralType) for value in kind.values]


def _each(kinds: Sequence[inspect.Type]) -> list[inspect.Type]:
    """Without the alternatives and bounds around them."""
    found: list[inspect.Type] = []
    for kind in kinds:
        bare = kind.type if isinstance(kind, inspect.Metadata) else kind
        found += _each(bare.types) if isinstance(bare, inspect.UnionType) else [bare]
    return found


def _within(kind: inspect.Type, step: str) -> list[inspect.Type]:
    match kind:
        case inspect.StructType(fields=fields):
            tag = [inspect.LiteralType((kind.tag,))] if step == kind.tag_field else []
            return [field.type for field in fields if field.encode_name == step] + tag
        case inspect.DictType(value_type=value):
            return [value]
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item) | inspect.SetType(item_type=item):
            return [item]
        case _:
            return []


def _kinds(named: str) -> str:
    return " or ".join(_KINDS.get(name, name) for name in named.split(" | "))


def _expected(found: re.Match[str]) -> str:
    return f"Give {_kinds(found[1])}, not {_kinds(found[2])}."


def _bounded(found: re.Match[str]) -> str:
    return f"Give {_BOUNDS[found[1]].format(found[2])}."


def _long(found: re.Match[str]) -> str:
    one, many = ("character", "characters") if found[1] == "str" else ("entry", "entries")
    what = one if found[3] == "1" else many
    return f"Give {'at least' if found[2] == '>=' else 'at most'} {found[3]} {what}."


def _formed(found: re.Match[str]) -> str:
    return _FORMS.get(found[1].replace("\\\\", "\\"), f"This is not in the form {found[1]}.")


_Say = Callable[[re.Match[str]], str]
_SAYINGS: tuple[tuple[re.Pattern[str], _Say], ...] = (
    (re.compile(r"Expected `([^`]+)`, got `([^`]+)`"), _expected),
    (re.compile(r"Expected `(?:int|float)(?: \| \w+)*` (>=|<=|>|<) (\S+)"), _bounded),
    (re.compile(r"Expected `(str|array|object)(?: \| \w+)*` of length (>=|<=) (\d+)"), _long),
    (re.compile(r"Expected `str(?: \| \w+)*` matching regex '(.*)'", re.DOTALL), _formed),
)
_CHOICE = re.compile(r"Invalid (?:enum )?value '?(.*?)'?", re.DOTALL)
