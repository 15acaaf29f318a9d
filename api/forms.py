"""JSON Schemas for people: a struct's own, with the words of wording.py put where a form shows them.

To each property come a `title`, often a `description`, and for forms: `x-unit` (seconds, days, share, time), `x-null`
(what null means), `x-names` (what the id is of: agents, groups, …), `x-keys` (the same of a map's keys), `x-texts`
(texts by language), `x-view` (an editor of its own); beside every `enum` `x-titles`, its values' names.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from api.wording import Words
from core.channel import Secret
from core.hook import KeptSecret
from core.hours import DAYS
from core.prompts import PROMPT_KEYS
from core.service import REPEATED

Schema = dict[str, Any]
REF = "#/$defs/{name}"

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "group": "groups",
        "agent": "agents",
        "agents": "agents",
        "bot": "bots",
        "segment": "segments",
        "picked": "groups",
        "TryMessage.channel": "channels",
    }
)
# What has an editor of its own in the console, beside the plain fields: docs/desk.md.
_VIEWS: Mapping[str, str] = MappingProxyType({"week": "week", "holidays": "dates", "zone": "zone"})
_SHARES = frozenset(("sure", "near"))
_SECRET: Schema = {"type": "string", "format": "password", "writeOnly": True}
_OF_PROMPTS = frozenset(("prompts", "repeat"))


def described(shape: Any, words: Words, parts: Mapping[str, Any] | None = None) -> Schema:
    """The schema of a struct, or of what it takes to make one. `parts`: what stands in the place of a property."""
    found = msgspec.json.schema(shape, schema_hook=_secret, ref_template=REF)
    for name, part in (parts or {}).items():
        inner = msgspec.json.schema(part, schema_hook=_secret, ref_template=REF)
        found["$defs"] = inner.get("$defs", {}) | found["$defs"]
        root(found)["properties"][name] = {key: value for key, value in inner.items() if key != "$defs"}
    for struct, schema in found["$defs"].items():
        _describe(struct, schema, words)
    found["$defs"] = {name: found["$defs"][name] for name in _reached(found, found["$defs"])}
    return found


def root(schema: Schema) -> Schema:
    found: Schema = schema["$defs"][_named(schema["$ref"])]
    return found


def limited(schema: Schema, field: str, words: Words, keys: frozenset[str]) -> None:
    """The map of prompts called so takes these keys only."""
    root(schema)["properties"][field]["propertyNames"] = _prompts(keys, words)


def _describe(struct: str, schema: Schema, words: Words) -> None:
    schema.pop("description", None)
    schema.pop("title", None)
    if (title := words.named(struct)) is not None:
        schema["title"] = title
    if (help := words.named(f"{struct}.help")) is not None:
        schema["description"] = help
    properties: dict[str, Schema] = schema.get("properties", {})
    for name, each in properties.items():
        field = _field(struct, name, each, words)
        properties[name] = {"title": words.title(struct, name), **field}


def _field(struct: str, name: str, schema: Schema, words: Words) -> Schema:
    if any(_named(each.get("$ref", "")) == KeptSecret.__name__ for each in schema.get("anyOf", ())):
        schema = _SECRET
    found: Schema = _bare(schema)
    if (help := words.help(struct, name)) is not None:
        found["description"] = help
    found |= _hints(struct, name, found, words)
    if {"type": "null"} in found.get("anyOf", ()):
        found["x-null"] = words.nothing(struct, name)
    for choice in _choices(found):
        if len(choice["enum"]) > 1:  # else there is nothing to choose
            choice.setdefault("x-titles", {value: words.choice(struct, name, str(value)) for value in choice["enum"]})
    return found


def _hints(struct: str, name: str, schema: Schema, words: Words) -> Schema:
    found: Schema = {}
    if (unit := _unit(name, schema)) is not None:
        found |= {"items": {**schema["items"], "x-unit": unit}} if "items" in schema else {"x-unit": unit}
    named = _NAMES.get(f"{struct}.{name}") or _NAMES.get(name)
    if named is not None and _holds_ids(schema):
        found["x-names"] = named
    if "discriminator" in schema.get("items", {}):
        found["items"] = {"title": words.named("Condition") or "", **schema["items"]}
    if name == "weights":
        found["x-keys"] = "agents"
    if schema.get("additionalProperties") == {"type": "string"} and "propertyNames" not in schema:
        found["x-texts"] = True
    if name in _OF_PROMPTS and schema.get("type") == "object":
        found["propertyNames"] = _prompts(PROMPT_KEYS if name == "prompts" else REPEATED, words)
    if name == "week":
        found["anyOf"] = [_in_order(each) for each in schema.get("anyOf", [])]
    if name in _VIEWS:
        found["x-view"] = _VIEWS[name]
    if name == "days" and isinstance(schema.get("items"), dict):
        found["items"] = _days()
    return found


def _unit(name: str, schema: Schema) -> str | None:
    if name.endswith("_seconds"):
        return "seconds"
    if name.endswith("_days"):
        return "days"
    if name in _SHARES and schema.get("type") == "number":
        return "share"
    return "time" if name == "at" else None


def _prompts(keys: frozenset[Any], words: Words) -> Schema:
    listed = sorted(keys)
    return {"enum": listed, "x-titles": {key: words.prompt(key) for key in listed}}


def _in_order(week: Schema) -> Schema:
    return {**week, "propertyNames": _days()} if week.get("type") == "object" else week


def _days() -> Schema:
    """Days have no titles: every browser knows their names."""
    return {"enum": list(DAYS), "x-titles": {}}


def _holds_ids(schema: Schema) -> bool:
    kinds = {schema.get("type"), *(each.get("type") for each in schema.get("anyOf", ()))}
    kinds.add((schema.get("items") or {}).get("type"))
    return "string" in kinds


def _bare(schema: Any) -> Any:
    """Without what the code says of it to programmers."""
    if isinstance(schema, dict):
        return {key: _bare(value) for key, value in schema.items() if key not in ("description", "title")}
    return [_bare(each) for each in schema] if isinstance(schema, list) else schema


def _choices(schema: Any) -> Iterator[Schema]:
    if isinstance(schema, dict):
        if "enum" in schema:
            yield schema
        for key, value in schema.items():
            if key not in ("enum", "default", "x-titles"):
                yield from _choices(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from _choices(each)


def _reached(schema: Any, defs: Mapping[str, Schema]) -> list[str]:
    """The definitions a form comes to, in their order."""
    seen: set[str] = set()
    waiting = list(_refs({key: value for key, value in schema.items() if key != "$defs"}))
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += _refs(defs[name])
    return [name for name in defs if name in seen]


def _refs(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(ref := schema.get("$ref"), str):
            yield _named(ref)
        for value in schema.values():
            yield from _refs(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from _refs(each)


def _named(ref: str) -> str:
    return ref.rpartition("/")[2]


def _secret(kind: type) -> Schema:
    if kind is Secret:
        return dict(_SECRET)
    raise NotImplementedError(kind)
