"""What providers told while nobody could listen is asked for, where they call once and keep what they said.

Asked at the start and every few minutes, so that it does not matter why a webhook was missed: a restart, a proxy, a
name that did not resolve. Whatever is here already is left alone: by its place first, by its cause where it has none.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import chain, repeat

import structlog

from api.directory import Directory
from core.channel import Received, StatusUpdate, TellsAgain
from core.errors import DeliveryError, Stale, StoreDown
from core.message import advances
from core.ports.clock import Clock
from core.ports.store import Store
from gateway.shell import Ways
from gateway.webhooks import Intake

EVERY_S = 300.0
ASK_EVERY_S = 5.0  # whether it is our turn
LATE_MS = 3_600_000  # how long after a look a message of before it may still change its state
UNDER_WAY_MS = 60_000  # what is younger may be on its way as a webhook, which says more
MARGIN_MS = 3_600_000  # causes are forgotten when the provider's time is over: what is older would be taken twice

Told = Received | StatusUpdate

log = structlog.get_logger()


@dataclass(eq=False)
class CatchingUp:
    """`ours`: whether this node is the one to ask."""

    directory: Directory
    store: Store
    intake: Intake
    clock: Clock
    ways: Callable[[str], Ways]
    ours: Callable[[], bool]
    _looked: dict[str, int] = field(default_factory=dict)
    _given: dict[str, frozenset[str]] = field(default_factory=dict)  # some have no place afterwards: they were blocked

    async def run(self) -> None:
        """For ever; soon again after the start, for what was said just before it."""
        pauses = chain((UNDER_WAY_MS / 1000,), repeat(EVERY_S))
        while True:
            if not self.ours():
                await asyncio.sleep(ASK_EVERY_S)
                continue
            for channel in list(self.directory.channels):
                await self._look_now(channel)
            await asyncio.sleep(next(pauses))

    async def _look_now(self, channel: str) -> None:
        """Whatever goes wrong, the provider is asked again in some minutes and not at once."""
        try:
            await self.look(channel)
        except (StoreDown, Stale) as error:
            log.warning("catching_up.store_down", channel=channel, reason=str(error))
        except Exception:
            log.exception("catching_up.defect", channel=channel)

    async def look(self, channel: str) -> int:
        """Take what a channel missed; how much that was. Raises `StoreDown`, `Stale`."""
        if (preparing := self.directory.prepare(channel)) is not None:
            await preparing
        try:
            ways = self.ways(channel)
        except KeyError:
            return 0  # it was removed meanwhile
        if not isinstance(ways.connector, TellsAgain) or self.intake.spool.holds(channel):
            return 0  # what waits in the spool is no less known, and says more
        now = self.clock.now()
        try:
            told = await ways.connector.missed(await self._since(channel, now), self._known(channel), ways.wire)
        except DeliveryError as error:
            log.info("catching_up.not_told", channel=channel, reason=error.reason)
            return 0
        given, listed = self._given.get(channel, frozenset()), [item for item in told if isinstance(item, Told)]
        new = [item for item in listed if item.id not in given and await self._is_new(channel, item, now)]
        for item in new:
            await self.intake.one(channel, item, b"")
        self._looked[channel] = now
        self._given[channel] = given & {item.id for item in listed} | {item.id for item in new}
        if new:
            log.info("catching_up.caught_up", channel=channel, count=len(new))
        return len(new)

    async def _since(self, channel: str, now: int) -> int:
        """Nothing from before the channel was set up as it is: that was said to somebody else."""
        doc = self.directory.channels[channel]
        set_up = [revision.at for revision in await self.store.revisions("channels", channel)]
        remembered = now - self.ways(channel).connector.capabilities.redelivers_seconds * 1000 + MARGIN_MS
        return max(doc.created_at, *set_up[-1:], remembered, self._looked.get(channel, 0) - LATE_MS)

    def _known(self, channel: str) -> Callable[[str], Awaitable[bool]]:
        async def known(message_id: str) -> bool:
            return await self.store.place(channel, message_id) is not None

        return known

    async def _is_new(self, channel: str, item: Told, now: int) -> bool:
        match item:
            case Received(message_id=str(message_id), at=at):
                return at < now - UNDER_WAY_MS and await self.store.place(channel, message_id) is None
            case StatusUpdate(message_id=str(message_id), state=state):
                place = await self.store.place(channel, message_id)
                stored = await self.store.message(*place) if place else None
                return stored is not None and advances(stored.state, state)
            case _:
                return False
