"""How today goes on the floor: who came, was answered or gave up, and how many waited and were served, by the quarter
of an hour."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from api.documents import EVERYWHERE
from api.pulse import midnight
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso
from core.errors import BadInput
from core.pulse import Beat, What

_Id = Annotated[str, Meta(max_length=100)]


class TodayQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of one channel, of one group (empty: of chats without a group), or of both; without them all."""

    channel: _Id | None = None
    group: _Id | None = None


class QuarterView(msgspec.Struct, frozen=True, kw_only=True):
    """The quarter of an hour that began at `at`. `waiting` and `active` are those at its end."""

    at: Time
    arrived: int
    answered: int
    abandoned: int
    waiting: int
    active: int


class TodayView(msgspec.Struct, frozen=True, kw_only=True):
    """Today is since midnight in `zone`, that of the opening hours for all. `arrived`: chats that came to people, to
    wait or to an agent at once; `answered`: those an agent got (the first time); `abandoned`: those that had come and
    ended before an agent had them. Each counts once for a chat, in the quarter in which it happened and for the group
    the chat was in then; so `arrived` is `answered` and `abandoned` and those still open that no agent has had."""

    at: Time
    since: Time
    zone: str
    arrived: int
    answered: int
    abandoned: int
    quarters: list[QuarterView]


async def today(rim: Rim, call: Call[Nothing, TodayQuery]) -> Answer:
    asked, now = call.query, rim.clock.now()
    check(rim, asked)
    since, zone = day_of(rim)
    found = await rim.pulse.quarters(rim.store, since, now)
    counts = [(start, _counted(asked, beats)) for start, beats in found]
    waiting, active = await _levels(rim, asked)
    views = _views(counts, waiting, active)
    return Answer(
        200,
        TodayView(
            at=iso(now),
            since=iso(since),
            zone=zone,
            arrived=sum(view.arrived for view in views),
            answered=sum(view.answered for view in views),
            abandoned=sum(view.abandoned for view in views),
            quarters=views,
        ),
    )


def day_of(rim: Rim) -> tuple[int, str]:
    """When today began, and in which zone."""
    zone = str(rim.directory.setting(EVERYWHERE, "hours").body.get("zone", "UTC"))
    return midnight(rim.clock.now(), zone), zone


def _counted(asked: TodayQuery, beats: Sequence[Beat]) -> Counter[What]:
    found: Counter[What] = Counter()
    for beat in beats:
        if is_asked(asked, beat.channel, beat.group):
            found[beat.what] += beat.count
    return found


def _views(counts: Sequence[tuple[int, Counter[What]]], waiting: int, active: int) -> list[QuarterView]:
    """From now backwards: how many there were before is how many there are, less what came since."""
    views: list[QuarterView] = []
    for start, count in reversed(counts):
        views.append(
            QuarterView(
                at=iso(start),
                arrived=count["arrived"],
                answered=count["answered"],
                abandoned=count["abandoned"],
                waiting=max(waiting, 0),
                active=max(active, 0),
            )
        )
        waiting, active = waiting - count["waiting"], active - count["active"]
    return views[::-1]


async def _levels(rim: Rim, asked: TodayQuery) -> tuple[int, int]:
    """How many wait and are served now."""
    tallies = [each for each in await rim.store.tally() if is_asked(asked, each.channel, each.group)]
    waiting = sum(each.count for each in tallies if each.phase in ("queued", "unassigned"))
    return waiting, sum(each.count for each in tallies if each.phase == "active")


def is_asked(asked: TodayQuery, channel: str, group: str | None) -> bool:
    return asked.channel in (None, channel) and asked.group in (None, group or "")


def check(rim: Rim, asked: TodayQuery) -> None:
    """A channel or group that was removed is still one."""
    directory = rim.directory
    known: tuple[tuple[str, str | None, Callable[[str], object]], ...] = (
        ("channel", asked.channel, directory.channel),
        ("group", asked.group or None, directory.group),
    )
    wrong = [(field, f"There is no such {field}.") for field, id, look in known if id is not None and look(id) is None]
    if wrong:
        raise BadInput(*wrong)
