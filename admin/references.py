"""Who uses a bot or a segment, and whether what the settings of reception name is there."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from api.directory import Directory
from api.documents import EVERYWHERE, Level, Scope
from api.levels import settings_of
from api.problems import FieldError, Stop
from core.codec import convert
from core.condition_check import uses
from core.handover import Handover
from core.mode import Reception
from core.service import Scheme

Named = Literal["bot", "segment"]
AREA = "reception"


class UseView(msgspec.Struct, frozen=True, kw_only=True):
    """A place that names it: the settings of a level (`id` and `name` of the group or channel), and the field there."""

    level: Level
    id: str | None
    name: str | None
    area: str
    field: str


def users(directory: Directory, what: Named, id: str) -> tuple[UseView, ...]:
    return tuple(
        UseView(level=scope.level, id=scope.id or None, name=_name(directory, scope), area=AREA, field=field)
        for scope, setting in settings_of(directory, AREA).items()
        for kind, named, field in _named(convert(setting.body, Reception))
        if (kind, named) == (what, id)
    )


def refuse_used(found: tuple[UseView, ...], what: Named) -> None:
    """409 with the list, so that nothing is left that names what is not there."""
    if found:
        places = ", ".join(f"{use.area} {_whose(use)} ({use.field})" for use in found)
        errors = tuple(FieldError(use.field, f"Used by {use.area} {_whose(use)}.") for use in found)
        raise Stop(409, "used", f"This {what} is still used: {places}.", errors=errors)


def missing_names(directory: Directory, scope: Scope, document: Reception) -> list[tuple[str, str]]:
    """What the settings of reception name that there is not, and a bot that is wanted and not named."""
    known = {"bot": directory.bots, "segment": directory.segments}
    wrong = [
        (field, f"There is no such {kind}.") for kind, named, field in _named(document) if named not in known[kind]
    ]
    if wants_bot(document.service) and not isinstance(document.bot, str) and not _bot_above(directory, scope):
        wrong.append(("bot", f"With {document.service} a bot is needed: name one."))
    return wrong


def missing_people(directory: Directory, handover: Handover) -> list[tuple[str, str]]:
    """The groups and agents that keywords name and there are not."""
    wrong = []
    for index, keyword in enumerate(handover.keywords):
        here = f"handover.keywords.{index}"
        if keyword.group is not None and keyword.group not in directory.groups:
            wrong.append((f"{here}.group", "There is no such group."))
        if keyword.agent is not None and keyword.agent not in directory.agents:
            wrong.append((f"{here}.agent", "There is no such agent."))
    return wrong


def namers(directory: Directory, what: str, id: str) -> list[FieldError]:
    """The segments and bots that name a channel, a group or an agent."""
    found = [
        FieldError(f"segments.{segment.id}.{use.field}", f"The segment {segment.name} names it.")
        for segment in directory.segments.values()
        for use in uses(segment.condition, "condition")
        if (use.what, use.id) == (what, id)
    ]
    for bot in directory.bots.values():
        for index, keyword in enumerate(bot.handover.keywords):
            if (what, id) in (("group", keyword.group), ("agent", keyword.agent)):
                field = f"bots.{bot.id}.handover.keywords.{index}.{what}"
                found.append(FieldError(field, f"The bot {bot.name} names it."))
    return found


def wants_bot(service: object) -> bool:
    return service in ("bot_only", "bot_first")


def _bot_above(directory: Directory, scope: Scope) -> bool:
    """Whether a level behind this one names a bot, or every one of a channel's group might."""
    if scope == EVERYWHERE:
        return False
    above = convert(directory.setting(EVERYWHERE, AREA).body, Reception)
    return isinstance(above.bot, str)


def _named(document: Reception) -> Iterator[tuple[Named, str, str]]:
    if isinstance(document.bot, str):
        yield "bot", document.bot, "bot"
    schemes: tuple[Scheme, ...] = document.schemes if isinstance(document.schemes, tuple) else ()
    for index, scheme in enumerate(schemes):
        yield "segment", scheme.segment, f"schemes.{index}.segment"
        if scheme.bot is not None:
            yield "bot", scheme.bot, f"schemes.{index}.bot"


def _name(directory: Directory, scope: Scope) -> str | None:
    known = directory.groups.get(scope.id) or directory.channels.get(scope.id)
    return known.name if known else None


def _whose(use: UseView) -> str:
    return "for all" if use.level == "all" else f"of the {use.level} {use.name}"
