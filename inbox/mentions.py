"""Where an agent was mentioned: notes of chats they see, until they have read them."""

from collections.abc import Sequence

from api.auth import Caller
from api.media import linked
from api.paging import cursor, position
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.sight import audience, sees
from api.times import iso
from api.views.message import concealed, message_view
from core.ports.reading import Mention
from inbox.bodies import MentionsQuery, MentionsReadBody, MentionsView, MentionView
from inbox.lists import shown_session

COUNTED = 100  # unread ones are counted no further
LOOKS = 4  # pages that one call looks through for chats the agent still sees


async def mentions(rim: Rim, call: Call[Nothing, MentionsQuery]) -> Answer:
    asked, caller = call.query, call.caller
    before = None if asked.after is None else position(asked.after)
    found, more = list[Mention](), False
    for _ in range(LOOKS):
        page = await rim.store.mentions.of(caller.id, unread=asked.unread, before=before, limit=asked.size)
        found += _seen(rim, caller, page)
        more = len(page) == asked.size
        before = page[-1].n if page else before
        if not more or len(found) >= asked.size:
            break
    if len(found) > asked.size:
        found, more = found[: asked.size], True
        before = found[-1].n
    unread = await rim.store.mentions.of(caller.id, unread=True, limit=COUNTED)
    items = [_shown(rim, caller, each) for each in found]
    return Answer(
        200, MentionsView(items, cursor(before) if more and before else None, len(_seen(rim, caller, unread)))
    )


async def read_mentions(rim: Rim, call: Call[MentionsReadBody, Nothing]) -> Answer:
    await rim.store.mentions.read(call.caller.id, call.body.session)
    return Answer(204)


def _seen(rim: Rim, caller: Caller, found: Sequence[Mention]) -> list[Mention]:
    return [each for each in found if sees(caller, each.row.session, rim.directory)]


def _shown(rim: Rim, caller: Caller, mention: Mention) -> MentionView:
    who = audience(caller)
    stored = concealed(linked(mention.stored, rim.files), mention.row, rim.directory, who)
    return MentionView(
        at=iso(mention.at),
        unread=mention.unread,
        session=shown_session(rim, mention.row, caller),
        message=message_view(stored, who),
    )
