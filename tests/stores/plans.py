"""Which index a query can be answered with: commands noted as the driver sends them, held against the indexes.

By MongoDB's own rule (an index serves a query that constrains its first field), not by a test server's planner.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pymongo.monitoring import CommandListener

from stores._mongo_shape import INDEXES, Index

Doc = Mapping[str, Any]
_ANY = object()


class Query(NamedTuple):
    collection: str
    shape: str  # without its values
    filter: Doc
    first: str  # what it is sorted by, if only the first few are asked for


class Asked(CommandListener):
    """Every find, update, delete, count and aggregate, once for each shape."""

    def __init__(self) -> None:
        self.queries: dict[tuple[str, str], Query] = {}

    def started(self, event: Any) -> None:
        first = next(iter(event.command.get("sort", ())), "") if event.command.get("limit") else ""
        for collection, where in _parts(event.command_name, event.command):
            shape = json.dumps(_blank(where), sort_keys=True)
            self.queries.setdefault((collection, shape), Query(collection, shape, where, first))

    def succeeded(self, event: Any) -> None:
        pass

    def failed(self, event: Any) -> None:
        pass


def _parts(name: str, command: Doc) -> Iterator[tuple[str, Doc]]:
    match name:
        case "find":
            yield command["find"], command.get("filter", {})
        case "findAndModify":
            yield command["findAndModify"], command.get("query", {})
        case "aggregate" if isinstance(command["aggregate"], str):
            first = command["pipeline"][0] if command["pipeline"] else {}
            yield command["aggregate"], first.get("$match", {})
        case "update" | "delete":
            for each in command.get("updates", command.get("deletes", ())):
                yield command[name], each["q"]
        case "bulkWrite":
            names = [space["ns"].partition(".")[2] for space in command["nsInfo"]]
            for each in command["ops"]:
                at = each.get("update", each.get("delete"))
                if at is not None:
                    yield names[at], each["filter"]
        case _:
            return  # a command that looks nothing up


def _blank(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _blank(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_blank(each) for each in value[:1]] if value and isinstance(value[0], Mapping) else "?"
    return "?"


def served(query: Query) -> frozenset[str]:
    """The indexes that can serve it; empty: every document of the collection is looked at."""
    mine = [index for index in INDEXES if index.collection == query.collection]
    walked = {"_id"} if query.first == "_id" else {index.name for index in mine if index.keys[0][0] == query.first}
    return _served(query.filter, mine) | walked


def _served(where: Doc, indexes: Sequence[Index]) -> frozenset[str]:
    found = {index.name for index in indexes if _narrows(where.get(index.keys[0][0], _ANY))}
    if _narrows(where.get("_id", _ANY)):
        found.add("_id")
    for each in where.get("$and", ()):
        found |= _served(each, indexes)
    branches = [_served(each, indexes) for each in where.get("$or", ())]
    if branches and all(branches):
        found.update(*branches)
    return frozenset(found)


def _narrows(condition: object) -> bool:
    """Whether a condition on an index's first field leaves a part of the index."""
    if condition is _ANY:
        return False
    if not isinstance(condition, Mapping):
        return True
    if "$regex" in condition:
        return str(condition["$regex"]).startswith("^")
    if condition.get("$exists") is True:
        return True  # of a sparse index: the few that have the field
    return bool(condition.keys() & {"$eq", "$in", "$gt", "$gte", "$lt", "$lte", "$all"})
