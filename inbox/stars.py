"""Chats an agent keeps an eye on: each agent's own list, the newest first."""

from api.rim import Rim
from api.routes import Answer, Call, Nothing
from inbox.bodies import StarBody, StarsView
from inbox.lists import STARS, seen, starred

MOST = 500  # the oldest make room


async def stars(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    return Answer(200, StarsView(await starred(rim, call.caller)))


async def star(rim: Rim, call: Call[StarBody, Nothing]) -> Answer:
    row, before = await seen(rim, call), await starred(rim, call.caller)
    others = [session for session in before if session != row.session.id]
    after = [row.session.id, *others][:MOST] if call.body.on else others
    if after != before:
        body: dict[str, object] = {"sessions": after}
        await rim.store.put(STARS, call.caller.id, body, who=call.caller.id, at=rim.clock.now())
    return Answer(200, StarsView(after))
