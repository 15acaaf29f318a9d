"""Quick replies: texts agents send often, by a shortcut; everybody's (a supervisor's to change) or one's own."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.auth import Caller
from api.paging import Listing, Window, slice_of
from api.problems import Stop, missing
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from core.errors import BadInput

COLLECTION = "quick_replies"
MOST = 2_000  # shared and own together; a list that long is searched, not read

Shortcut = Annotated[
    str, Meta(min_length=1, max_length=40, pattern=r"^[^\s/]+$", description="What follows the `/`: no spaces.")
]
Title = Annotated[str, Meta(max_length=100)]
Tag = Annotated[str, Meta(min_length=2, max_length=35)]
Texts = Annotated[
    dict[Tag, Annotated[str, Meta(min_length=1, max_length=10_000, pattern=r"\S")]],
    Meta(min_length=1, max_length=60, description="By language; `{customer}` and `{agent}` stand for their names."),
]


class QuickReplyIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`shared`: for everybody, which supervisors may make."""

    shortcut: Shortcut
    texts: Texts
    title: Title = ""
    shared: bool = False


class QuickReplyPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays."""

    shortcut: Shortcut | UnsetType = UNSET
    texts: Texts | UnsetType = UNSET
    title: Title | UnsetType = UNSET


class QuickReplyView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    shortcut: str
    title: str
    texts: dict[str, str]
    shared: bool


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """`owner` None: everybody's."""

    shortcut: str
    texts: dict[str, str]
    title: str = ""
    owner: str | None = None


async def list_quick_replies(rim: Rim, call: Call[Nothing, Window]) -> Answer:
    shown = [_view(id, kept) for id, kept in (await _usable(rim, call.caller)).items()]
    shown.sort(key=lambda reply: (reply.shared, reply.shortcut))
    return Answer(200, slice_of(shown, call.query))


async def create_quick_reply(rim: Rim, call: Call[QuickReplyIn, Nothing]) -> Answer:
    body, caller = call.body, call.caller
    if body.shared:
        caller.require("supervisor")
    kept = _Kept(shortcut=body.shortcut, texts=body.texts, title=body.title, owner=None if body.shared else caller.id)
    usable = await _usable(rim, caller)
    if len(usable) >= MOST:
        raise Stop(409, "too_many", f"There may be {MOST} quick replies.")
    _free(kept.shortcut, usable)
    id = rim.new_id()
    await _put(rim, id, kept, caller)
    return Answer(201, _view(id, kept))


async def change_quick_reply(rim: Rim, call: Call[QuickReplyPatch, Nothing]) -> Answer:
    body, id, usable = call.body, call.path["id"], await _usable(rim, call.caller)
    before = _own(usable, id, call.caller)
    after = _Kept(
        shortcut=before.shortcut if body.shortcut is UNSET else body.shortcut,
        texts=before.texts if body.texts is UNSET else body.texts,
        title=before.title if body.title is UNSET else body.title,
        owner=before.owner,
    )
    _free(after.shortcut, {other: kept for other, kept in usable.items() if other != id})
    await _put(rim, id, after, call.caller)
    return Answer(200, _view(id, after))


async def remove_quick_reply(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    id = call.path["id"]
    _own(await _usable(rim, call.caller), id, call.caller)
    await rim.store.put(COLLECTION, id, None, who=call.caller.id, at=rim.clock.now())
    return Answer(204)


async def _usable(rim: Rim, caller: Caller) -> dict[str, _Kept]:
    """Everybody's and the caller's own."""
    found = {document.id: msgspec.convert(document.body, _Kept) for document in await rim.store.all(COLLECTION)}
    return {id: kept for id, kept in found.items() if kept.owner in (None, caller.id)}


def _own(usable: dict[str, _Kept], id: str, caller: Caller) -> _Kept:
    """The one to change; raises 404 where there is none for the caller, 403 where it is not theirs to change."""
    found = usable.get(id)
    if found is None:
        raise missing("quick reply")
    if found.owner is None:
        caller.require("supervisor")
    return found


def _free(shortcut: str, usable: dict[str, _Kept]) -> None:
    if any(kept.shortcut.casefold() == shortcut.casefold() for kept in usable.values()):
        raise BadInput(("shortcut", f"There is a quick reply /{shortcut} already."))


async def _put(rim: Rim, id: str, kept: _Kept, caller: Caller) -> None:
    await rim.store.put(COLLECTION, id, msgspec.to_builtins(kept), who=caller.id, at=rim.clock.now())


def _view(id: str, kept: _Kept) -> QuickReplyView:
    return QuickReplyView(id=id, shortcut=kept.shortcut, title=kept.title, texts=kept.texts, shared=kept.owner is None)


QuickReplies = Listing[QuickReplyView]
