"""Who is there: agents' sockets and the signals (typing, looking) that are shown now or never."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from api.rim import Signal
from core.errors import Error
from core.ports.nodes import Feed, Hint, Roll
from stores.feed_alone import Alone

GRACE_S = 30.0  # a reload or a tunnel is no reason to stop getting chats
LOOK_EVERY_S = 5.0

log = structlog.get_logger()


class Presence:
    """`gone` is told once an agent's last socket, at whichever node, has been away for the grace time. While nobody can
    say who is at the other nodes, nobody is called gone. Implements `api.rim.Signals`."""

    def __init__(
        self,
        gone: Callable[[str], Awaitable[None]],
        grace: Callable[[], float] = lambda: GRACE_S,
        *,
        feed: Feed | None = None,
        roll: Roll | None = None,
    ) -> None:
        self._gone, self._grace = gone, grace
        self._feed: Feed = feed or Alone()
        self._roll: Roll = roll or Alone()
        self._elsewhere: frozenset[str] = frozenset()
        self._end = self._feed.listen(self._heard)
        self._sockets: Counter[str] = Counter()
        self._leaving: dict[str, asyncio.Task[None]] = {}
        self._listeners: list[Callable[[Signal], None]] = []

    def send(self, signal: Signal) -> None:
        self._show(signal)
        self._feed.tell(Hint("signal", body=msgspec.json.encode(signal).decode()))

    def _show(self, signal: Signal) -> None:
        for take in tuple(self._listeners):
            take(signal)

    def _heard(self, hint: Hint) -> None:
        if hint.about != "signal":
            return
        try:
            self._show(msgspec.json.decode(hint.body, type=Signal))
        except msgspec.MsgspecError:
            log.debug("presence.signal_not_understood")  # another version's

    def listen(self, take: Callable[[Signal], None]) -> Callable[[], None]:
        self._listeners.append(take)
        return lambda: self._listeners.remove(take)

    def opened(self, agent: str) -> None:
        self._sockets[agent] += 1
        self._roll.here(self._sockets.keys())
        leaving = self._leaving.pop(agent, None)
        if leaving is not None:
            leaving.cancel()

    def closed(self, agent: str) -> None:
        self._sockets[agent] -= 1
        if self._sockets[agent] <= 0:
            del self._sockets[agent]
            self._roll.here(self._sockets.keys())
            self._leaving[agent] = asyncio.create_task(self._leave(agent))

    async def watch(self) -> None:
        """Notice who vanished with another node, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        found = await self._roll.elsewhere()
        if found is None:
            return
        before, self._elsewhere = self._elsewhere, frozenset(found)
        for agent in before - self._elsewhere - self._sockets.keys() - self._leaving.keys():
            self._leaving[agent] = asyncio.create_task(self._leave(agent))

    async def _leave(self, agent: str) -> None:
        await asyncio.sleep(self._grace())
        while (elsewhere := await self._roll.elsewhere()) is None:  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(LOOK_EVERY_S)
        self._leaving.pop(agent, None)
        if agent in elsewhere:
            return
        try:
            await self._gone(agent)
        except Error as error:
            log.warning("presence.not_kept", agent=agent, reason=str(error))

    async def stop(self) -> None:
        """Who was leaving is left to the other nodes, which see them vanish from the roll."""
        self._end()
        for task in self._leaving.values():
            task.cancel()
        await asyncio.gather(*self._leaving.values(), return_exceptions=True)
        self._leaving.clear()
