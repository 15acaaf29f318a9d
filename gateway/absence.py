"""Agents who are gone: their chats are told so, once, and the rules keep, move or close them (core/silence.py).

Who is offline since when stands in the store, so that nothing is forgotten by a restart. With several nodes the desk's
keeper does it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog

from core.command import Absent
from core.engine import Engine
from core.errors import Refused, StoreError
from core.ports.desk import Seat
from core.ports.reading import SessionQuery
from core.ports.store import Store

LOOK_EVERY_S = 5.0  # with several nodes, or while the store is away
PAGE = 200

log = structlog.get_logger()


class Absences:
    """`mine` says whether this node is to do it; `alone`: whether it hears of every agent who goes."""

    def __init__(self, store: Store, engine: Engine, mine: Callable[[], bool], *, alone: bool) -> None:
        self._store, self._engine, self._mine, self._alone = store, engine, mine, alone
        self._told: dict[str, int] = {}
        self._stirred = asyncio.Event()
        self._stirred.set()  # who had gone before we were started

    def seated(self, seat: Seat) -> None:
        """A status changed here."""
        if seat.status == "offline":
            self._stirred.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._waited()
            self._stirred.clear()
            if not self._mine():
                continue
            try:
                await self.look()
            except StoreError as error:
                log.warning("absence.store_down", reason=str(error))
                self._stirred.set()
                await asyncio.sleep(LOOK_EVERY_S)

    async def _waited(self) -> None:
        try:
            async with asyncio.timeout(None if self._alone else LOOK_EVERY_S):
                await self._stirred.wait()
        except TimeoutError:
            pass

    async def look(self) -> None:
        """Tell the chats of everybody who has gone since the last look."""
        gone = {seat.agent: seat for seat in await self._store.seats() if seat.status == "offline"}
        self._told = {agent: since for agent, since in self._told.items() if agent in gone}
        for agent, seat in gone.items():
            if seat.load and self._told.get(agent) != seat.status_at:
                async for session in self._chats(agent):
                    await self._tell(session, Absent(agent, seat.status_at))
            self._told[agent] = seat.status_at

    async def _chats(self, agent: str) -> AsyncIterator[str]:
        """All of them are read before the first is told: what is told moves them about the list."""
        found: list[str] = []
        after: str | None = None
        while True:
            page = await self._store.sessions(SessionQuery(phase="active", mine=agent, after=after, limit=PAGE))
            found += [row.session.id for row in page.items]
            after = page.next
            if after is None:
                break
        for session in found:
            yield session

    async def _tell(self, session: str, command: Absent) -> None:
        try:
            await self._engine.at_session(session, command)
        except Refused as error:
            log.debug("absence.not_told", reason=str(error))  # it closed meanwhile
