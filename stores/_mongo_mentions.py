"""Notes in which an agent is mentioned: their events say whom they name and who has not read them."""

from collections.abc import Sequence

from core.ports.reading import Mention
from stores import _mongo_shape as shape
from stores._mongo_driver import Doc, Mongo
from stores._mongo_read import session_rows


class MongoMentions:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def of(self, agent: str, *, unread: bool = False, before: int | None = None, limit: int) -> Sequence[Mention]:
        """One is listed once its event is numbered."""
        where: Doc = {"mentions": agent, "n": {"$gt": 0} if before is None else {"$gt": 0, "$lt": before}}
        if unread:
            where["unread_by"] = agent
        events = await self._mongo.find("event", where, sort=[("n", -1)], limit=limit)
        rows = await session_rows(self._mongo, {event["session"] for event in events})
        return [
            Mention(
                event["n"],
                event["at"],
                agent in event.get("unread_by", ()),
                shape.stored(event),
                rows[event["session"]],
            )
            for event in events
            if event["session"] in rows
        ]

    async def read(self, agent: str, session: str | None = None) -> int:
        where = {"unread_by": agent} if session is None else {"unread_by": agent, "session": session}
        return await self._mongo.change_all("event", where, {"$pull": {"unread_by": agent}})
