"""A channel's settings as its kind declares them: checked, sealed where secret, shown without secrets."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_type_hints
from urllib.parse import urlsplit

import msgspec

from api.bots import Kind
from api.directory import Directory
from api.documents import BotDoc, ChannelDoc
from api.fields import Wrong, typed
from api.vault import CannotOpen
from core.channel import Capabilities, Connector, Secret
from core.errors import BadInput

SET = {"set": True}
_NAMED = re.compile(r"`(\w+)`")


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """One setting of a kind, for forms. `schema` is JSON Schema; a secret is written and never read back."""

    name: str
    secret: bool
    required: bool
    schema: dict[str, Any]


class KindView(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    title: str
    capabilities: Capabilities
    settings: tuple[FieldView, ...]


def kind_view(kind: type[Connector]) -> KindView:
    schema = msgspec.json.schema(kind.Settings, schema_hook=_schema, ref_template="#/$defs/{name}")
    shape = schema["$defs"][kind.Settings.__name__]
    hidden = secrets(kind)
    return KindView(
        kind=kind.kind,
        title=kind.title,
        capabilities=kind.capabilities,
        settings=tuple(
            FieldView(name=name, secret=name in hidden, required=name in shape["required"], schema=field)
            for name, field in shape["properties"].items()
        ),
    )


def secrets(kind: type[Kind] | type[Connector]) -> frozenset[str]:
    """The wire names of a kind's secret settings."""
    hints = get_type_hints(kind.Settings)
    return frozenset(
        field.encode_name
        for field in msgspec.structs.fields(kind.Settings)
        if hints[field.name] is Secret or Secret in get_args(hints[field.name])
    )


def shown(doc: ChannelDoc | BotDoc, kind: type[Kind] | type[Connector]) -> dict[str, object]:
    """What was set, with `{"set": true}` in the place of each secret (false for one that is not set)."""
    hidden = secrets(kind)
    open_ones = {name: value for name, value in doc.settings.items() if name not in hidden}
    return open_ones | {name: {"set": name in doc.settings} for name in sorted(hidden)}


def compared(settings: Mapping[str, Any], kind: type[Kind] | type[Connector]) -> dict[str, object]:
    """Settings as versions are compared: another secret shows as a change, the secret does not."""
    hidden = secrets(kind)
    return {
        name: {"set": True, "version": value["sealed"][-6:]} if name in hidden else value
        for name, value in settings.items()
    }


def kept(
    directory: Directory,
    channel: str,
    kind: type[Kind] | type[Connector],
    given: Mapping[str, object],
    before: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The settings to keep: `given` over `before`, checked whole, secrets sealed. Null takes a setting away, and
    `{"set": true}` leaves a secret as it is. Raises `BadInput` that names each wrong field."""
    hidden = secrets(kind)
    before = before or {}
    merged = dict(before)
    for name, value in given.items():
        if value is None:
            merged.pop(name, None)
        elif not (name in hidden and value == SET and name in before):
            merged[name] = value
    _check(kind, _readable(directory, channel, merged), given)
    return {
        name: directory.seal(channel, name, value) if name in hidden and isinstance(value, str) else value
        for name, value in merged.items()
    }


def _readable(directory: Directory, channel: str, settings: Mapping[str, object]) -> dict[str, object]:
    """A secret that no key opens any more counts as not set: it has to be given again."""
    readable: dict[str, object] = {}
    for name, value in settings.items():
        try:
            readable |= directory.opened(ChannelDoc(id=channel, kind="", name="", settings={name: value}))
        except CannotOpen:
            continue
    return readable


def _check(kind: type[Kind] | type[Connector], settings: dict[str, object], given: Mapping[str, object]) -> None:
    known = {field.encode_name for field in msgspec.structs.fields(kind.Settings)}
    wrong = [(f"settings.{name}", "There is no such field.") for name in given if name not in known]
    wrong += _bad_addresses(settings)
    if wrong:
        raise BadInput(*wrong)
    try:
        typed(settings, kind.Settings)
    except Wrong as error:
        raise BadInput((_field(error, known), error.message)) from None


def _bad_addresses(settings: Mapping[str, object]) -> Sequence[tuple[str, str]]:
    wrong = []
    for name, value in settings.items():
        if name.endswith("_base") and not _is_address(value):
            wrong.append((f"settings.{name}", "This wants an address such as https://example.com."))
    return wrong


def _is_address(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _field(error: Wrong, known: set[str]) -> str:
    """What a kind's own check says of no place, but of one setting by name, is about that one."""
    if error.field != "body":
        return f"settings.{error.field}"
    named = [name for name in _NAMED.findall(error.message) if name in known]
    return f"settings.{named[0]}" if named else "settings"


def _schema(kind: type) -> dict[str, Any]:
    if kind is Secret:
        return {"type": "string", "format": "password", "writeOnly": True}
    raise NotImplementedError(kind)
