"""What bots say by themselves, later than the answer to the question: signed like what they are sent."""

import msgspec

from api.bots import LaterIn, WebhookSettings, says
from api.documents import BotDoc
from api.media import linked
from api.problems import Stop
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.signing import is_signed
from api.views.message import MessageView, message_view
from core.codec import convert
from core.command import BotSays
from core.errors import Duplicate, Refused
from core.message import Content
from core.ports.reading import StoredMessage
from core.ports.writing import Cause
from inbox.acts import check_content


class SaidView(msgspec.Struct, frozen=True):
    """The first message of what was said; null if it was none (a hand-over, a question of ours)."""

    message: MessageView | None


async def bot_says(rim: Rim, call: Call[LaterIn, Nothing]) -> Answer:
    """201 with the first message; the same for a repeat, also when people have the chat by then."""
    doc = _signed(rim, call)
    session = call.path["session"]
    command = says(call.body, session=session, bot=doc.id, client_id=call.body.client_id)
    for content in command.contents:
        check_content(content)
    cause = Cause(session, f"bot:{doc.id}:{call.body.client_id}")
    try:
        done = await rim.engine.at_session(session, command, cause)
        seq = done.decision.seq
    except Duplicate as first:
        seq = first.seq
    except Refused:
        place = await rim.store.place(session, cause.id)
        if place is None:
            raise
        seq = place[1]
    return Answer(201, await _shown(rim, session, seq, command))


async def _shown(rim: Rim, session: str, seq: int | None, command: BotSays) -> SaidView:
    stored = None if seq is None else await rim.store.message(session, seq)
    if stored is None:
        return SaidView(None)
    said = stored.message.client_id is not None  # else a question or a note of ours: what it said was withheld
    if said and command.contents and not any(_same(stored, content) for content in command.contents):
        raise Stop(409, "client_id", "This client_id was used for another message of this chat.")
    return SaidView(message_view(linked(stored, rim.files)))


def _same(stored: StoredMessage, content: Content) -> bool:
    """Whether this is what was said then, before any word was masked."""
    was: Content = stored.message.original or stored.message.content
    return was == content


def _signed(rim: Rim, call: Call[LaterIn, Nothing]) -> BotDoc:
    """The bot, if it is one that can sign, and did: nobody is told which of these was wrong."""
    doc = rim.directory.bots.get(call.path["id"])
    if doc is not None and doc.kind == "webhook":
        settings = convert(rim.directory.opened(doc), WebhookSettings)
        if is_signed(settings.secret, call.headers, call.raw, now=rim.clock.now()):
            return doc
    raise Stop(403, "forged", "This call is not signed with the secret of a bot.")
