"""Values to JSON and back: tagged, versioned, with the one custom type (`Secret`) handled."""

from typing import Any, TypeVar

import msgspec

from core.channel import Secret

T = TypeVar("T")


def _from_plain(wanted: type, value: Any) -> Any:
    if wanted is Secret and isinstance(value, str):
        return Secret(value)
    raise TypeError(f"expected {wanted.__name__}, got {type(value).__name__}")


def convert(value: object, wanted: type[T]) -> T:
    """A typed value from plain JSON values; raises `msgspec.ValidationError` that names the field."""
    return msgspec.convert(value, wanted, dec_hook=_from_plain)
