"""Secrets inside settings: sealed when they come in, shown as `{"set": true}`, kept by whoever sends that back."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from api.documents import Scope
from api.vault import Vault
from core.errors import BadInput

# Which list of an area's document has a secret in each of its entries, and what the entry is told by.
_LISTS: Mapping[str, tuple[str, str, str]] = MappingProxyType({"webhooks": ("subscriptions", "name", "secret")})
SEALING = tuple(_LISTS)
_KEPT = "There is no secret to keep under this name; give one."


def place(scope: Scope, area: str) -> str:
    """What a secret is bound to, beside the name of its entry."""
    return f"settings {scope.key(area)}"


def sealed(
    vault: Vault, scope: Scope, area: str, body: dict[str, object], before: dict[str, object]
) -> dict[str, object]:
    """The document as it is kept, `body` being valid. Raises `BadInput` where a secret is to be kept that is none."""
    if area not in _LISTS:
        return body
    _, name, field = _LISTS[area]
    known = {entry[name]: entry[field] for entry in _entries(area, before)}
    wrong: list[tuple[str, str]] = []

    def seal(index: int, entry: dict[str, Any]) -> object:
        given = entry[field]
        if isinstance(given, str):
            return {"sealed": vault.seal(given, place(scope, area), str(entry[name]))}
        kept = known.get(entry[name])
        if kept is None or given.get("sealed") or not given.get("set"):
            wrong.append((f"{_LISTS[area][0]}.{index}.{field}", _KEPT))
        return kept

    document = _with_secrets(area, body, seal)
    if wrong:
        raise BadInput(*wrong)
    return document


def resealed(vault: Vault, scope: Scope, area: str, body: dict[str, object]) -> dict[str, object]:
    """The same document under the vault's newest key. Raises `CannotOpen`."""
    if area not in _LISTS:
        return body
    _, name, field = _LISTS[area]

    def again(index: int, entry: dict[str, Any]) -> object:
        bound = (place(scope, area), str(entry[name]))
        return {"sealed": vault.seal(vault.open(str(entry[field]["sealed"]), *bound), *bound)}

    return _with_secrets(area, body, again)


def shown(area: str, body: dict[str, object]) -> dict[str, object]:
    """The document as anybody may see it."""
    return _with_secrets(area, body, lambda index, entry: {"set": True}) if area in _LISTS else body


def compared(area: str, body: dict[str, object]) -> dict[str, object]:
    """The document as versions are compared: another secret shows as a change, the secret does not."""
    if area not in _LISTS:
        return body
    field = _LISTS[area][2]

    def trace(index: int, entry: dict[str, Any]) -> object:
        return {"set": True, "version": str(entry[field].get("sealed", ""))[-6:]}

    return _with_secrets(area, body, trace)


def _entries(area: str, body: Mapping[str, object]) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], body.get(_LISTS[area][0]) or [])


def _with_secrets(area: str, body: dict[str, object], secret: Any) -> dict[str, object]:
    many, _, field = _LISTS[area]
    if not body.get(many):
        return body
    entries = [{**entry, field: secret(index, entry)} for index, entry in enumerate(_entries(area, body))]
    return {**body, many: entries}
