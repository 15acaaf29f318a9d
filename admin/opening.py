"""Opening hours as they would be: open now or not, and when that changes. Nothing is saved."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, convert

from admin.areas import check
from admin.in_place import check_in_place
from api.directory import Directory
from api.documents import EVERYWHERE, Level, Scope
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso
from core.errors import BadInput
from core.hours import Hours, Opening, is_open, next_change
from core.policy import hours_of

AHEAD = 6  # changes that are told, at most


class HoursIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`settings` of area `hours` for a channel, a group or (neither) for all; null: those that are saved."""

    channel: Annotated[str, Meta(max_length=100)] | None = None
    group: Annotated[str, Meta(max_length=100)] | None = None
    settings: dict[str, Any] | None = None


class ChangeAt(msgspec.Struct, frozen=True):
    """From `at` on it is open, or closed."""

    at: Time
    open: bool


class HoursTried(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it is open `at` this moment in `zone`, and what changes next; without changes it stays so."""

    at: Time
    zone: str
    open: bool
    changes: list[ChangeAt]


async def try_hours(rim: Rim, call: Call[HoursIn, Nothing]) -> Answer:
    directory, body, now = rim.directory, call.body, rim.clock.now()
    scope = _scope(directory, body)
    draft = directory.setting(scope, "hours").body if body.settings is None else body.settings
    _check(directory, scope, draft)
    above = [directory.setting(each, "hours").body for each in _above(directory, scope)]
    hours = hours_of([convert(each, Opening) for each in (*above, draft)])
    zone = next((str(each["zone"]) for each in (draft, *reversed(above)) if "zone" in each), "UTC")
    return Answer(200, HoursTried(at=iso(now), zone=zone, open=is_open(hours, now), changes=_changes(hours, now)))


def _changes(hours: Hours, now: int) -> list[ChangeAt]:
    found: list[ChangeAt] = []
    at = next_change(hours, now)
    while at is not None and len(found) < AHEAD:
        found.append(ChangeAt(iso(at), is_open(hours, at)))
        at = next_change(hours, at)
    return found


def _scope(directory: Directory, body: HoursIn) -> Scope:
    asked: dict[Level, str | None] = {"channel": body.channel, "group": body.group}
    given = [Scope(level, id) for level, id in asked.items() if id is not None]
    if len(given) > 1:
        raise BadInput(("group", "The hours of a channel or of a group, not of both."))
    for scope in given:
        if scope.id not in (directory.channels if scope.level == "channel" else directory.groups):
            raise BadInput((scope.level, f"There is no such {scope.level}."))
    return given[0] if given else EVERYWHERE


def _above(directory: Directory, scope: Scope) -> list[Scope]:
    """The levels it falls through to, the nearest last: a channel's default group lies between."""
    group = directory.channels[scope.id].group if scope.level == "channel" else None
    over = [] if scope.level == "all" else [EVERYWHERE]
    return over if group is None or group not in directory.groups else [*over, Scope("group", group)]


def _check(directory: Directory, scope: Scope, settings: dict[str, object]) -> None:
    """Raises `BadInput`: what could not be saved is not tried either; its fields are under `settings`."""
    try:
        check("hours", settings)
        check_in_place(directory, scope, "hours", settings)
    except BadInput as error:
        raise BadInput(*((f"settings.{field}", message) for field, message in error.errors)) from None
