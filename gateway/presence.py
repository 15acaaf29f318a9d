"""Who is there: agents' sockets and the signals (typing, looking) that are shown now or never."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import structlog

from api.rim import Signal
from core.errors import Error

GRACE_S = 30.0  # a reload or a tunnel is no reason to stop getting chats

log = structlog.get_logger()


class Presence:
    """`gone` is told once an agent's last socket has been away for the grace time. Implements `api.rim.Signals`."""

    def __init__(self, gone: Callable[[str], Awaitable[None]], grace: float = GRACE_S) -> None:
        self._gone, self._grace = gone, grace
        self._sockets: Counter[str] = Counter()
        self._leaving: dict[str, asyncio.Task[None]] = {}
        self._listeners: list[Callable[[Signal], None]] = []

    def send(self, signal: Signal) -> None:
        for take in tuple(self._listeners):
            take(signal)

    def listen(self, take: Callable[[Signal], None]) -> Callable[[], None]:
        self._listeners.append(take)
        return lambda: self._listeners.remove(take)

    def opened(self, agent: str) -> None:
        self._sockets[agent] += 1
        leaving = self._leaving.pop(agent, None)
        if leaving is not None:
            leaving.cancel()

    def closed(self, agent: str) -> None:
        self._sockets[agent] -= 1
        if self._sockets[agent] <= 0:
            del self._sockets[agent]
            self._leaving[agent] = asyncio.create_task(self._leave(agent))

    async def _leave(self, agent: str) -> None:
        await asyncio.sleep(self._grace)
        self._leaving.pop(agent, None)
        try:
            await self._gone(agent)
        except Error as error:
            log.warning("presence.not_kept", agent=agent, reason=str(error))

    async def stop(self) -> None:
        for task in self._leaving.values():
            task.cancel()
        await asyncio.gather(*self._leaving.values(), return_exceptions=True)
        self._leaving.clear()
