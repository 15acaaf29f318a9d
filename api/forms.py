"""JSON Schemas for people: what a struct's own names and docstring say, put where a form shows it.

To each property come a `title`, what its docstring says of it as `description`, and for forms: `x-unit` ("seconds"),
`x-names` (what the id is of: agents, groups, …), `x-texts` (texts by language), `x-view` (an editor of its own).
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from core.channel import Secret
from core.hours import DAYS
from core.prompts import PROMPT_KEYS
from core.service import REPEATED

Schema = dict[str, Any]
REF = "#/$defs/{name}"

_NAMES: Mapping[str, str] = MappingProxyType(
    {"group": "groups", "agent": "agents", "agents": "agents", "bot": "bots", "segment": "segments"}
)
# What has an editor of its own in the console, beside the plain fields: docs/desk.md.
_VIEWS: Mapping[str, str] = MappingProxyType({"week": "week", "holidays": "dates", "zone": "zone"})
_SPELLED: Mapping[str, str] = MappingProxyType(
    {"url": "URL", "id": "ID", "ip": "IP", "vip": "VIP", "sla": "SLA", "api": "API", "sid": "SID"}
)
_AREA = re.compile(r"^(The part of the )?[Aa]rea `\w+`(, for all)?( that says)?[.:]?\s*")
_SENTENCE = re.compile(r"(?<=[.])\s+")
_ABOUT = re.compile(r"`(\w+)`(:?)\s*")
_NAMED = re.compile(r"`(\w+)`")


def described(shape: Any, parts: Mapping[str, Any] | None = None) -> Schema:
    """The schema of a struct, or of what it takes to make one. `parts`: what stands in the place of a property."""
    found = msgspec.json.schema(shape, schema_hook=_secret, ref_template=REF)
    for name, part in (parts or {}).items():
        inner = msgspec.json.schema(part, schema_hook=_secret, ref_template=REF)
        found["$defs"] = inner.get("$defs", {}) | found["$defs"]
        root = found["$defs"][found["$ref"].rpartition("/")[2]]
        root["properties"][name] = {key: value for key, value in inner.items() if key != "$defs"}
    for schema in found.get("$defs", {}).values():
        _describe(schema)
    return found


def with_keys(schema: Schema, name: str, keys: frozenset[str]) -> Schema:
    """The same schema, where the map called `name` takes these keys only."""
    return _changed(schema, name, {"propertyNames": {"enum": sorted(keys)}})


def titled(name: str) -> str:
    words = [_SPELLED.get(word, word) for word in name.removesuffix("_seconds").split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _describe(schema: Schema) -> None:
    properties: dict[str, Schema] = schema.get("properties", {})
    about, fields = _told(schema.pop("description", ""), properties)
    if about:
        schema["description"] = about
    schema["title"] = _spaced(schema.get("title", ""))
    for name, each in properties.items():
        each.setdefault("title", titled(name))
        if name in fields:
            each.setdefault("description", fields[name])
        each.update(_hints(name, each))


def _hints(name: str, schema: Schema) -> Schema:
    found: Schema = {}
    if name.endswith("_seconds"):
        found["x-unit"] = "seconds"
    if name in _NAMES and _holds_ids(schema):
        found["x-names"] = _NAMES[name]
    if name == "weights":
        found["x-keys"] = "agents"
    if schema.get("additionalProperties") == {"type": "string"}:
        found["x-texts"] = True
    if name == "prompts" and schema.get("type") == "object":
        found["propertyNames"] = {"enum": sorted(PROMPT_KEYS)}
    if name == "repeat":
        found["propertyNames"] = {"enum": sorted(REPEATED)}
    if name == "week":
        found["anyOf"] = [_in_order(each) for each in schema.get("anyOf", [])]
    if name in _VIEWS:
        found["x-view"] = _VIEWS[name]
    if name == "days" and isinstance(schema.get("items"), dict):
        found["items"] = {"enum": list(DAYS)}
    return found


def _in_order(week: Schema) -> Schema:
    return {**week, "propertyNames": {"enum": list(DAYS)}} if week.get("type") == "object" else week


def _holds_ids(schema: Schema) -> bool:
    kinds = {schema.get("type"), *(each.get("type") for each in schema.get("anyOf", ()))}
    kinds.add((schema.get("items") or {}).get("type"))
    return "string" in kinds


def _told(text: str, properties: Mapping[str, Schema]) -> tuple[str, dict[str, str]]:
    """What a docstring says of the whole, and of the properties it names first in a clause."""
    whole, fields = [], {}
    for sentence in _SENTENCE.split(_AREA.sub("", " ".join(text.split()))):
        about: str | None = None
        for clause in sentence.split("; "):
            found = _ABOUT.match(clause)
            if found is not None and found[1] in properties and found[1] not in fields:
                about = found[1]
                fields[about] = clause[found.end() :] if found[2] else clause
            elif about is None:
                whole.append(clause)
            else:
                fields[about] += f"; {clause}"
    return _joined(whole, properties), {name: _sentence(said, properties) for name, said in fields.items()}


def _joined(clauses: Sequence[str], properties: Mapping[str, Schema]) -> str:
    """Sentences again, of what is left of them."""
    return " ".join(_sentence(clause, properties) for clause in clauses)


def _sentence(text: str, properties: Mapping[str, Schema]) -> str:
    text = _NAMED.sub(lambda found: f"“{titled(found[1]) if found[1] in properties else found[1]}”", text)
    text = text.strip().rstrip(";")
    return "" if not text else text[0].upper() + text[1:] + ("" if text[-1] in ".:!?" else ".")


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _changed(schema: Schema, name: str, change: Schema) -> Schema:
    defs = {
        key: {
            **each,
            "properties": {
                field: {**own, **change} if field == name else own for field, own in each.get("properties", {}).items()
            },
        }
        if "properties" in each
        else each
        for key, each in schema["$defs"].items()
    }
    return {**schema, "$defs": defs}


def _secret(kind: type) -> Schema:
    if kind is Secret:
        return {"type": "string", "format": "password", "writeOnly": True}
    raise NotImplementedError(kind)
