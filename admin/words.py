"""Sensitive words beside the settings document: trying a text, and lists as CSV."""

import asyncio
import csv
import io
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from admin.areas import check
from admin.settings import place, write_settings
from api.etag import meant
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from core.errors import BadInput
from core.words import Filter, Hit, Side, WordList, validate_lists

AREA = "words"
COLUMNS = ("list", "side", "action", "on", "anywhere", "language", "kind", "value")
_KINDS: Mapping[str, str] = {"word": "words", "except": "except", "pattern": "patterns", "find": "find"}
LONGEST_TRIED = 10_000


class TryIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`lists` are tried as they stand here; without them, what is in force for the channel and group."""

    text: Annotated[str, Meta(max_length=LONGEST_TRIED)]
    side: Side = "customer"
    channel: str | None = None
    group: str | None = None
    lists: tuple[WordList, ...] | None = None


class TriedHit(msgspec.Struct, frozen=True):
    """`start` and `end` count characters of the text; `found` is what stands there."""

    list: str
    word: str
    action: str
    start: int
    end: int
    found: str


class TryView(msgspec.Struct, frozen=True):
    """`action` is the strongest of all; `text` is the text with stars where a list masks."""

    action: str
    text: str
    hits: tuple[TriedHit, ...]


class CsvView(msgspec.Struct, frozen=True):
    csv: str


class CsvIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`mode`: `replace` all lists of this level, or `merge`: add to those of the same name."""

    csv: str
    mode: Literal["replace", "merge"] = "merge"


async def try_words(rim: Rim, call: Call[TryIn, Nothing]) -> Answer:
    """What the filter would make of a text: nothing is kept."""
    asked = call.body
    found = await asyncio.to_thread(_filter, rim, asked)
    verdict = found.scan(asked.text, asked.side)
    return Answer(200, TryView(verdict.action, verdict.text, tuple(_tried(hit, asked.text) for hit in verdict.hits)))


def _filter(rim: Rim, asked: TryIn) -> Filter:
    if asked.lists is not None:
        if wrong := validate_lists(asked.lists):
            raise BadInput(*wrong)
        return Filter.compile(asked.lists)
    if asked.group is not None and asked.group not in rim.directory.groups:
        raise BadInput(("group", "There is no such group."))
    if asked.channel is None:
        return rim.directory.words(asked.group)
    if asked.channel not in rim.directory.channels:
        raise BadInput(("channel", "There is no such channel."))
    return rim.directory.policy(asked.channel).rules(asked.group).words


def _tried(hit: Hit, text: str) -> TriedHit:
    return TriedHit(hit.list, hit.word, hit.action, hit.start, hit.end, text[hit.start : hit.end])


async def export_words(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    scope, area = place(rim, {**call.path, "area": AREA})
    body: dict[str, Any] = rim.directory.setting(scope, area).body
    return Answer(200, CsvView(await asyncio.to_thread(_written, body.get("lists", []))))


async def import_words(rim: Rim, call: Call[CsvIn, Nothing]) -> Answer:
    """A new version of the level's lists, which can be undone like any other."""
    scope, area = place(rim, {**call.path, "area": AREA})
    known = rim.directory.setting(scope, area)
    expected = meant(call.if_match, known.version)
    body = await asyncio.to_thread(_merged, known.body, call.body)
    return await write_settings(rim, scope, area, body, call.caller.id, known.version if expected is None else expected)


def _merged(body: dict[str, Any], given: CsvIn) -> dict[str, Any]:
    lists = {entry["name"]: entry for entry in body.get("lists", [])} if given.mode == "merge" else {}
    for name, entry in _read(given.csv).items():
        old = lists.get(name, {})
        for field in _KINDS.values():
            if field in entry:
                entry[field] = list(dict.fromkeys([*old.get(field, []), *entry[field]]))
        entry["text"] = {**old.get("text", {}), **entry["text"]}
        lists[name] = {**old, **entry}
    merged: dict[str, Any] = {**body, "lists": list(lists.values())}
    check(AREA, merged)
    return merged


def _read(text: str) -> dict[str, dict[str, Any]]:
    """Raises `BadInput` naming the line."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    if missing_columns := {"list", "side", "action", "value"} - set(rows.fieldnames or ()):
        raise BadInput(("csv", f"The first line lacks the columns {', '.join(sorted(missing_columns))}."))
    lists: dict[str, dict[str, Any]] = {}
    try:
        for row in rows:
            _take(lists, row, rows.line_num)
    except csv.Error as error:
        raise BadInput(("csv", f"Line {rows.line_num} cannot be read: {error}.")) from None
    return lists


def _take(lists: dict[str, dict[str, Any]], row: Mapping[str, str | None], line: int) -> None:
    given = {name: (row.get(name) or "").strip() for name in COLUMNS}
    kind, value = given["kind"] or "word", (row.get("value") or "").removeprefix("'")
    if not given["list"]:
        raise BadInput(("csv", f"Line {line} names no list."))
    entry = lists.setdefault(given["list"], _entry(given, line))
    if kind.startswith("text:"):
        entry["text"][kind.removeprefix("text:")] = value
    elif kind in _KINDS:
        if value.strip():
            entry.setdefault(_KINDS[kind], []).append(value)
    else:
        raise BadInput(("csv", f"Line {line}: “{kind}” is no kind; there are {', '.join(_KINDS)} and text:LANGUAGE."))


def _entry(given: Mapping[str, str], line: int) -> dict[str, Any]:
    for name in ("on", "anywhere"):
        if given[name] not in ("", "true", "false"):
            raise BadInput(("csv", f"Line {line}: {name} is true, false or empty."))
    entry: dict[str, Any] = {"name": given["list"], "side": given["side"], "action": given["action"], "text": {}}
    entry["on"] = given["on"] != "false"
    if given["anywhere"]:
        entry["anywhere"] = given["anywhere"] == "true"
    if given["language"]:
        entry["language"] = given["language"]
    return entry


def _written(lists: Iterable[Mapping[str, Any]]) -> str:
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for entry in lists:
        head = [
            entry["name"],
            entry["side"],
            entry["action"],
            _flag(entry.get("on", True)),
            _flag(entry.get("anywhere")),
        ]
        lines = [(kind, value) for kind, field in _KINDS.items() for value in entry.get(field, ())]
        lines += [(f"text:{tag}", text) for tag, text in entry.get("text", {}).items()]
        for kind, value in lines or [("word", "")]:
            rows.writerow([*head, entry.get("language") or "", kind, _safe(value)])
    return out.getvalue()


def _flag(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"


def _safe(value: str) -> str:
    """A spreadsheet would run a cell that begins like a formula; import takes the apostrophe away again."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "'", "\t", "\r") else value
