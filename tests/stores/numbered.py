"""A MongoDB store for tests that read right after they wrote."""

from collections.abc import Sequence
from typing import Any

from core.ports.desk import DeskView
from core.ports.reading import FeedRow, Mention, Page, SessionQuery, SessionRow, SubmissionPage, SubmissionQuery
from stores._mongo_driver import Mongo
from stores._mongo_mentions import MongoMentions
from stores.mongo import MongoStore


class _Mentions(MongoMentions):
    def __init__(self, mongo: Mongo, store: MongoStore) -> None:
        super().__init__(mongo)
        self._store = store

    async def of(self, agent: str, *, unread: bool = False, before: int | None = None, limit: int) -> Sequence[Mention]:
        await self._store.number()
        return await super().of(agent, unread=unread, before=before, limit=limit)


class Numbered(MongoStore):
    """Whoever reads what has numbers waits until all has them: the contract is of what is seen then."""

    mentions: MongoMentions

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.mentions = _Mentions(self._mongo, self)

    async def newest(self) -> int:
        await self.number()
        return await super().newest()

    async def feed(self, after: int, limit: int) -> Sequence[FeedRow]:
        await self.number()
        return await super().feed(after, limit)

    async def trace(self, session: str) -> Sequence[FeedRow]:
        await self.number()
        return await super().trace(session)

    async def session(self, session: str) -> SessionRow | None:
        await self.number()
        return await super().session(session)

    async def sessions(self, query: SessionQuery) -> Page:
        await self.number()
        return await super().sessions(query)

    async def index(self, limit: int) -> int:
        await self.number()
        if not self._sequencer.holds:
            await self.number()  # the lease was lost: taken again
        return await super().index(limit)

    async def submissions(self, query: SubmissionQuery) -> SubmissionPage:
        await self.number()
        return await super().submissions(query)

    async def desk(self) -> DeskView:
        await self.number()
        return await super().desk()
