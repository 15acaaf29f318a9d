"""What only supervisors do in a chat: a word to its agent that no customer sees, and taking the chat over."""

from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.sight import actor
from core import command as c
from core.errors import Refused
from core.message import Note
from inbox.acts import done, said_in
from inbox.bodies import WhisperBody
from inbox.lists import seen


async def whisper(rim: Rim, call: Call[WhisperBody, Nothing]) -> Answer:
    row, body = await seen(rim, call), call.body
    agent = row.session.agent
    mentions = (agent.id,) if agent is not None and agent.id != call.caller.id else ()
    command = c.Annotate(actor(call.caller), body.text, body.client_id, mentions, whisper=True)
    content = Note(body.text, mentions, whisper=True)
    return await said_in(rim, call.caller, row, command, body.client_id, content)


async def take_over(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    """Also from the queue. Needs a free place of their own."""
    row = await seen(rim, call)
    if row.session.agent is None:
        return await done(rim, call, c.Claim(actor(call.caller)))
    if row.session.agent.id == call.caller.id:
        raise Refused("same_agent", "You have this chat already.")
    by = actor(call.caller)
    return await done(rim, call, c.Transfer(by=by, agent=by.ref))
