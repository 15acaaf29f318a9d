"""A supervisor's word to a chat's agent, which no customer sees."""

from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.sight import actor
from core import command as c
from core.message import Note
from inbox.acts import said_in
from inbox.bodies import WhisperBody
from inbox.lists import seen


async def whisper(rim: Rim, call: Call[WhisperBody, Nothing]) -> Answer:
    row, body = await seen(rim, call), call.body
    agent = row.session.agent
    mentions = (agent.id,) if agent is not None and agent.id != call.caller.id else ()
    command = c.Annotate(actor(call.caller), body.text, body.client_id, mentions, whisper=True)
    content = Note(body.text, mentions, whisper=True)
    return await said_in(rim, call.caller, row, command, body.client_id, content)
