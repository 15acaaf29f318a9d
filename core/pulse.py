"""How a day goes, in counts: who came, who was answered, who gave up, and how many wait and are served.

What an event changes in these counts is decided once, when it happens, and stays with it: whoever draws a day only adds
up, by time, channel and group, and needs neither the chats nor what was before.
"""

from typing import Literal

import msgspec

from core.session import Session

What = Literal["arrived", "answered", "abandoned", "waiting", "active"]


class Tick(msgspec.Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """`arrived`: a chat came to people (to wait, or to an agent at once); `answered`: the first agent has it;
    `abandoned`: one that had come ended before any agent had it. Each at most once in a chat. `waiting` and `active`:
    how many there are goes up or down by one."""

    what: What
    group: str | None = None
    by: int = 1


Ticks = tuple[Tick, ...]


class Beat(msgspec.Struct, frozen=True, gc=False):
    """What was counted of one channel and group in the stretch of time that begins at `at`."""

    at: int
    channel: str
    group: str | None
    what: What
    count: int


class Beats:
    """Adds up ticks to beats of `width` ms, counted from `since`."""

    def __init__(self, since: int, width: int) -> None:
        self._since, self._width = since, width
        self._counts: dict[tuple[int, str, str | None, What], int] = {}

    def add(self, at: int, channel: str, ticks: Ticks) -> None:
        start = at - (at - self._since) % self._width
        for tick in ticks:
            key = start, channel, tick.group, tick.what
            self._counts[key] = self._counts.get(key, 0) + tick.by

    def all(self) -> tuple[Beat, ...]:
        """In the order of time; what came to nothing is left out."""
        ordered = sorted(self._counts.items(), key=lambda one: (one[0][0], one[0][1], one[0][2] or "", one[0][3]))
        return tuple(Beat(*key, count) for key, count in ordered if count)


def ticks(before: Session | None, after: Session | None) -> Ticks:
    """What changes for the day when a session that was like this is like that (None: not there yet, or closed)."""
    was, now = _standing(before), _standing(after)
    found = [] if was == now else [*_moved(was, -1), *_moved(now, 1)]
    had_agent = before is not None and before.assigned_at > 0
    came = before is not None and (before.asked_at > 0 or had_agent)
    if now is not None and not came:
        found.append(Tick("arrived", now[1]))
    if now is not None and now[0] == "active" and not had_agent:
        found.append(Tick("answered", now[1]))
    if after is None and before is not None and came and not had_agent:
        found.append(Tick("abandoned", before.group))
    return tuple(found)


_Standing = tuple[Literal["waiting", "active"], str | None]


def _standing(session: Session | None) -> _Standing | None:
    match session.phase if session is not None else "closed":
        case "queued" | "unassigned":
            return "waiting", session.group if session is not None else None
        case "active":
            return "active", session.group if session is not None else None
        case _:
            return None


def _moved(standing: _Standing | None, by: int) -> Ticks:
    return () if standing is None else (Tick(standing[0], standing[1], by),)
