"""What agents do in a session: each route is one command to the engine, and shows what came of it."""

import re
from typing import Any

from api.auth import Caller
from api.contents import said
from api.media import linked
from api.problems import Stop
from api.rim import Rim, Signal
from api.routes import Answer, Call, Nothing
from api.sight import actor, audience, sees
from api.views.message import MessageView, message_view, seq_of
from core import command as c
from core.command import Command
from core.errors import BadInput, DeliveryError, Duplicate, Refused
from core.message import Content, Internal, Media, Note, Summary, Template, Text, Translation
from core.ports.reading import SessionRow, StoredMessage
from core.ports.writing import Cause
from core.session import AgentRef
from inbox.bodies import (
    AssignBody,
    BlockBody,
    CloseBody,
    ColleagueBody,
    LockBody,
    MessageBody,
    NoteBody,
    OfflineBody,
    RecallBody,
    SummaryBody,
    TagsBody,
    TemplateBody,
    Templates,
    TemplateView,
    TransferBody,
    TranslateBody,
    TranslationView,
)
from inbox.lists import detail, seen, seen_by, shown_session

DAY_MS = 86_400_000
MOST_TAGS = 50
_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*|media:[0-9a-f]{32}")


# --- saying ------------------------------------------------------------------------------------------------------


async def send(rim: Rim, call: Call[MessageBody, Nothing]) -> Answer:
    row, body = await seen(rim, call), call.body
    content = said(body.content)
    check_content(content)
    quoted = await _quoted(rim, row, body.reply_to)
    command = c.Reply(
        by=actor(call.caller),
        client_id=body.client_id,
        content=content,
        reply_to=quoted.message.seq if quoted else None,
        quote=(quoted.message.quote or quoted.provider_id) if quoted else None,
        translation=None if body.written is None else Translation(body.written.text, body.written.language),
    )
    return await said_in(rim, call.caller, row, command, body.client_id, content)


async def template(rim: Rim, call: Call[TemplateBody, Nothing]) -> Answer:
    row, body = await seen(rim, call), call.body
    content = Template(body.name, body.language, body.variables, body.text)
    command = c.Reply(by=actor(call.caller), client_id=body.client_id, content=content)
    return await said_in(rim, call.caller, row, command, body.client_id, content)


async def translate(rim: Rim, call: Call[TranslateBody, Nothing]) -> Answer:
    """A draft for the agent to look at: nothing is sent. `to` is the chat's language unless another is wanted."""
    row, body = await seen(rim, call), call.body
    languages = rim.directory.policy(row.channel).rules(row.session.group).languages
    if rim.translator is None or not languages.translate:
        raise Stop(409, "no_translator", "Translation is not switched on for this chat.")
    try:
        made = await rim.translator.translate(body.text, body.to or row.session.language)
    except DeliveryError as error:
        raise Stop(502, "translator", error.reason) from None
    return Answer(200, TranslationView(made.text, made.language, made.source))


async def note(rim: Rim, call: Call[NoteBody, Nothing]) -> Answer:
    row, body = await seen(rim, call), call.body
    unseen = [id for id in body.mentions if not _sees(rim, row, id)]
    if unseen:
        raise BadInput(("mentions", "Only colleagues who see this chat can be mentioned."))
    mentions = tuple(dict.fromkeys(body.mentions))
    command = c.Annotate(actor(call.caller), body.text, body.client_id, mentions)
    return await said_in(rim, call.caller, row, command, body.client_id, Note(body.text, mentions))


def _sees(rim: Rim, row: SessionRow, agent: str) -> bool:
    known = rim.directory.agents.get(agent)
    return known is not None and sees(Caller(known.id, known.name, known.role), row.session, rim.directory)


async def said_in(
    rim: Rim, caller: Caller, row: SessionRow, command: Command, client_id: str | None, content: Content
) -> Answer:
    """201 with the message; the same for a repeat, also when the chat was closed in between."""
    session = row.session.id
    cause = None if client_id is None else Cause(scope=session, id=f"client:{client_id}")
    try:
        seq = (await rim.engine.at_session(session, command, cause)).decision.seq
    except Duplicate as first:
        seq = first.seq
    except Refused as refused:
        if refused.code == "blocked_word":
            await rim.engine.at_session(session, c.Withhold(actor(caller), content), None)
            raise
        # A repeat is answered before any rule that holds by now: the first answer was given under the rules of then.
        place = None if cause is None else await rim.store.place(session, cause.id)
        if place is None:
            raise
        seq = place[1]
    stored = None if seq is None else await rim.store.message(session, seq)
    if stored is None:
        raise Stop(409, "client_id", "This client_id was used for something else.")
    if not _same(stored, content):
        raise Stop(409, "client_id", "This client_id was used for another message of this chat.")
    return Answer(201, _shown(rim, stored, caller))


def _same(stored: StoredMessage, content: Content) -> bool:
    """Whether this is what was said then, before any word was masked."""
    message = stored.message
    return (message.original or message.content) == content


def check_content(content: Content) -> None:
    """What no type says: raises `BadInput` that names the field."""
    if isinstance(content, Text) and not content.text.strip():
        raise BadInput(("content.text", "A message needs at least one character that can be seen."))
    if isinstance(content, Media) and not _ADDRESS.fullmatch(content.url or ""):
        raise BadInput(("content.url", "This is no address of a file: https://… or what an upload answered."))


async def _quoted(rim: Rim, row: SessionRow, message: str | None) -> StoredMessage | None:
    return None if message is None else await _message(rim, row, message, "reply_to")


async def _message(rim: Rim, row: SessionRow, id: str, field: str) -> StoredMessage:
    seq = seq_of(row.session.id, id)
    stored = None if seq is None else await rim.store.message(row.session.id, seq)
    if stored is None:
        raise BadInput((field, "There is no such message in this chat."))
    return stored


def _shown(rim: Rim, stored: StoredMessage, caller: Caller) -> MessageView:
    return message_view(linked(stored, rim.files), audience(caller))


# --- doing -------------------------------------------------------------------------------------------------------


async def claim(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    return await _do(rim, call, c.Claim(actor(call.caller)))


async def transfer(rim: Rim, call: Call[TransferBody, Nothing]) -> Answer:
    """At once, or (as set) when the colleague accepts it or a supervisor approves it."""
    agent, group, group_name = _target(rim, call.body.agent, call.body.group)
    command = c.Transfer(by=actor(call.caller), agent=agent, group=group, group_name=group_name, note=call.body.note)
    return await _do(rim, call, command)


async def assign(rim: Rim, call: Call[AssignBody, Nothing]) -> Answer:
    agent, group, group_name = _target(rim, call.body.agent, call.body.group)
    return await _do(rim, call, c.Hand(by=actor(call.caller), agent=agent, group=group, group_name=group_name))


async def accept(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    return await _do(rim, call, c.Accept(actor(call.caller)))


async def decline(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    return await _do(rim, call, c.Decline(actor(call.caller)))


async def take_over(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    return await _do(rim, call, c.TakeOver(actor(call.caller)))


async def invite(rim: Rim, call: Call[ColleagueBody, Nothing]) -> Answer:
    return await _do(rim, call, c.Invite(actor(call.caller), _colleague(rim, call.body.agent)))


async def uninvite(rim: Rim, call: Call[ColleagueBody, Nothing]) -> Answer:
    """Yourself, or a colleague out of a chat of yours."""
    return await _do(rim, call, c.Uninvite(actor(call.caller), call.body.agent))


async def offline(rim: Rim, call: Call[OfflineBody, Nothing]) -> Answer:
    row, body = await seen(rim, call), call.body
    content = said(body.content)
    check_content(content)
    command = c.WriteAfter(by=actor(call.caller), client_id=body.client_id, content=content)
    return await said_in(rim, call.caller, row, command, body.client_id, content)


def _target(rim: Rim, agent: str | None, group: str | None) -> tuple[AgentRef | None, str | None, str | None]:
    """Who it goes to: an agent, or a group and its name; raises `BadInput`."""
    if (agent is None) == (group is None):
        raise BadInput(("agent", "Name an agent or a group, one of them."))
    if agent is not None:
        return _colleague(rim, agent), None, None
    known = rim.directory.groups.get(group or "")
    if known is None:
        raise BadInput(("group", "There is no such group."))
    return None, known.id, known.name


def _colleague(rim: Rim, agent: str) -> AgentRef:
    if agent not in rim.directory.agents:
        raise BadInput(("agent", "There is no such agent."))
    return AgentRef(agent, rim.directory.agents[agent].name)


async def close(rim: Rim, call: Call[CloseBody, Nothing]) -> Answer:
    return await _do(rim, call, c.Close(actor(call.caller), call.body.reason))


async def invite_rating(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    return await _do(rim, call, c.InviteRating(actor(call.caller)))


async def summarize(rim: Rim, call: Call[SummaryBody, Nothing]) -> Answer:
    """During the chat or after it; a later one takes the place of an earlier."""
    row, body = await seen(rim, call), call.body
    summary = Summary(body.types, body.solved, body.note, body.fields)
    command = c.Summarize(by=actor(call.caller), session=row.session.id, summary=summary)
    await rim.engine.at_session(row.session.id, command, anywhere=True)
    after = await rim.store.session(row.session.id)
    return Answer(200, await detail(rim, after or row, call.caller))


async def lock(rim: Rim, call: Call[LockBody, Nothing]) -> Answer:
    return await _do(rim, call, c.Lock(actor(call.caller), call.body.on))


async def tags(rim: Rim, call: Call[TagsBody, Nothing]) -> Answer:
    row, body = await seen(rim, call), call.body
    left = {tag for tag in row.session.tags if tag not in body.remove} | set(body.add)
    if len(left) > MOST_TAGS:
        raise BadInput(("add", f"A chat may have {MOST_TAGS} tags."))
    return await _do(rim, call, c.Tag(actor(call.caller), body.add, body.remove))


async def block(rim: Rim, call: Call[BlockBody, Nothing]) -> Answer:
    until = {"day": rim.clock.now() + DAY_MS, "forever": -1, "off": None}[call.body.duration]
    return await _do(rim, call, c.Block(actor(call.caller), until))


async def recall(rim: Rim, call: Call[RecallBody, Nothing]) -> Answer:
    row = await seen(rim, call)
    stored = await _message(rim, row, call.body.message, "message")
    message = stored.message
    if message.author.kind != "agent" or isinstance(message.content, Internal):
        raise BadInput(("message", "Only what an agent sent can be taken back."))
    if stored.recalled_at is None:
        command = c.Recall(actor(call.caller), message.seq, message.author.id or "", message.at)
        await rim.engine.at_session(row.session.id, command)
        stored = await _message(rim, row, call.body.message, "message")
    return Answer(200, _shown(rim, stored, call.caller))


async def read(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    row = await seen(rim, call)
    await rim.engine.at_session(row.session.id, c.MarkRead(actor(call.caller)))
    return Answer(204)


async def typing(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    await show_typing(rim, call.caller, call.path["id"])
    return Answer(204)


async def show_typing(rim: Rim, caller: Caller, session: str) -> None:
    """Tell the customer and the other agents that this one writes."""
    row = await seen_by(rim, caller, session)
    rim.signals.send(Signal(kind="typing", session=session, agent=caller.id, by="agent"))
    found = await rim.store.load_of(session)
    try:
        await rim.actions.typing(row.channel, row.address, found[0].read_mark if found else None)
    except (DeliveryError, KeyError):
        return  # shown now or never: nothing is lost, and there is nothing an agent could do


async def templates(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    row = await seen(rim, call)
    try:
        found = await rim.actions.templates(row.channel)
    except DeliveryError as error:
        raise Stop(502, error.code, f"The provider does not list its templates: {error.reason}") from None
    except KeyError:
        raise Stop(409, "channel_gone", "This channel was removed.") from None
    items = [TemplateView(each.name, each.language, each.text, each.variables) for each in found]
    return Answer(200, Templates(items))


async def _do(rim: Rim, call: Call[Any, Any], command: Command) -> Answer:
    """Do it to the session of the path and show the session after it."""
    row = await seen(rim, call)
    await rim.engine.at_session(row.session.id, command)
    after = await rim.store.session(row.session.id)
    return Answer(200, shown_session(rim, after or row, call.caller))
