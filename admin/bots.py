"""Bots: connecting one, changing, trying and removing it."""

from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from admin import versions
from admin.kinds import compared, kept, secrets, shown
from admin.references import UseView, missing_people, refuse_used, users
from admin.settings import UndoIn
from admin.shared import language
from api.bots import KINDS, ReplyIn, validate_bot
from api.documents import BotDoc, BotKind, Name
from api.etag import meant, tagged, unchanged
from api.fields import typed
from api.paging import Listing, Window, slice_of
from api.problems import missing
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso
from core.codec import convert
from core.errors import BadInput
from core.handover import Handover, validate_handover

WhileQueued = Literal["quiet", "answers"]
Wait = Annotated[int, Meta(ge=1, le=45, description="Seconds for an answer; after that people are called.")]
Idle = Annotated[int, Meta(ge=60, le=30 * 86_400, description="Seconds of silence after which the chat is closed.")]


class BotIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Name
    kind: BotKind
    settings: dict[str, Any] = {}
    handover: Handover = Handover()
    while_queued: WhileQueued = "quiet"
    wait_seconds: Wait = 15
    idle_seconds: Idle | None = 3600


class BotPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays; so does each setting. A setting given as null is taken away."""

    name: Name | UnsetType = UNSET
    settings: dict[str, Any] = {}
    handover: Handover | UnsetType = UNSET
    while_queued: WhileQueued | UnsetType = UNSET
    wait_seconds: Wait | UnsetType = UNSET
    idle_seconds: Idle | UnsetType | None = UNSET


class BotView(msgspec.Struct, frozen=True, kw_only=True):
    """`reply_url` is where the bot may say something later; `users` are the settings that name it."""

    id: str
    name: str
    kind: BotKind
    settings: dict[str, Any]
    handover: Handover
    while_queued: WhileQueued
    wait_seconds: int
    idle_seconds: int | None
    reply_url: str
    users: tuple[UseView, ...]
    created_at: Time


class TryIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a customer might write."""

    text: Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"\S")]
    language: Annotated[str, Meta(max_length=64)] = "en"


class TryView(msgspec.Struct, frozen=True, kw_only=True):
    """`reason`: why it failed, or why there is no answer yet."""

    ok: bool
    milliseconds: int
    reason: str | None
    reply: ReplyIn | None


Bots = Listing[BotView]


async def list_bots(rim: Rim, call: Call[Nothing, Window]) -> Answer:
    return Answer(200, slice_of([_view(rim, doc) for doc in rim.directory.bots.values()], call.query))


async def create_bot(rim: Rim, call: Call[BotIn, Nothing]) -> Answer:
    body, id = call.body, rim.new_id()
    async with rim.directory.changing:
        _check(rim, body.handover)
        doc = BotDoc(
            id=id,
            name=body.name,
            kind=body.kind,
            settings=_kept(rim, id, body.kind, body.settings),
            handover=body.handover,
            while_queued=body.while_queued,
            wait_seconds=body.wait_seconds,
            idle_seconds=body.idle_seconds,
            created_at=rim.clock.now(),
        )
        version = await rim.directory.save_bot(doc, who=call.caller.id)
    return tagged(version, _view(rim, doc), 201)


async def get_bot(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    doc = _bot(rim, call.path["id"])
    return tagged(rim.directory.version("bots", doc.id), _view(rim, doc))


async def change_bot(rim: Rim, call: Call[BotPatch, Nothing]) -> Answer:
    body = call.body
    async with rim.directory.changing:
        doc = _bot(rim, call.path["id"])
        expected = meant(call.if_match, rim.directory.version("bots", doc.id))
        if not isinstance(body.handover, UnsetType):
            _check(rim, body.handover)
        given = {
            name: value
            for name in ("name", "handover", "while_queued", "wait_seconds", "idle_seconds")
            if not isinstance(value := getattr(body, name), UnsetType)
        }
        changed = replace(doc, settings=_kept(rim, doc.id, doc.kind, body.settings, doc.settings), **given)
        with unchanged():
            version = await rim.directory.save_bot(changed, who=call.caller.id, expected=expected)
    return tagged(version, _view(rim, changed))


async def list_bot_history(rim: Rim, call: Call[Nothing, Window]) -> Answer:
    """Another secret shows as a change, the secret does not."""
    doc = _bot(rim, call.path["id"])

    def seen(body: dict[str, object]) -> dict[str, object]:
        return {**body, "settings": compared(cast(dict[str, Any], body["settings"]), KINDS[doc.kind])}

    return await versions.history(rim, "bots", doc.id, call.query, seen)


async def undo_bot(rim: Rim, call: Call[UndoIn, Nothing]) -> Answer:
    """A new version with an earlier one's content. Its secrets stay as they are: one that was replaced stays so."""
    async with rim.directory.changing:
        doc = _bot(rim, call.path["id"])
        current = rim.directory.version("bots", doc.id)
        expected = meant(call.if_match, current)
        before = convert(await versions.earlier(rim, "bots", doc.id, call.body, current), BotDoc)
        hidden = secrets(KINDS[doc.kind])
        open_ones = {name: value for name, value in before.settings.items() if name not in hidden}
        now = {name: value for name, value in doc.settings.items() if name in hidden}
        _check(rim, before.handover)
        settings = _kept(rim, doc.id, doc.kind, open_ones, now)
        changed = replace(before, settings=settings, created_at=doc.created_at)
        with unchanged():
            version = await rim.directory.save_bot(changed, who=call.caller.id, expected=expected)
    return tagged(version, _view(rim, changed))


async def remove_bot(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    """Not while any setting names it. Chats it has go to people."""
    async with rim.directory.changing:
        doc = _bot(rim, call.path["id"])
        refuse_used(users(rim.directory, "bot", doc.id), "bot")
        await rim.directory.remove_bot(doc.id, who=call.caller.id)
    return Answer(204)


async def try_bot(rim: Rim, call: Call[TryIn, Nothing]) -> Answer:
    """Ask it something, outside any chat."""
    doc = _bot(rim, call.path["id"])
    trial = await rim.bots.try_out(doc.id, call.body.text, language(call.body.language, "language"))
    view = TryView(ok=trial.ok, milliseconds=trial.milliseconds, reason=trial.reason, reply=trial.reply)
    return Answer(200, view)


def _kept(
    rim: Rim, id: str, kind: BotKind, given: dict[str, Any], before: dict[str, Any] | None = None
) -> dict[str, object]:
    """The settings to keep, checked by shape and by content; raises `BadInput`."""
    found = kept(rim.directory, id, KINDS[kind], given, before)
    opened = rim.directory.opened(BotDoc(id=id, name="", kind=kind, settings=found))
    wrong = validate_bot(opened, typed(opened, KINDS[kind].Settings))
    if wrong:
        raise BadInput(*wrong)
    return found


def _check(rim: Rim, handover: Handover) -> None:
    wrong = [*validate_handover(handover), *missing_people(rim.directory, handover)]
    if wrong:
        raise BadInput(*wrong)


def _bot(rim: Rim, id: str) -> BotDoc:
    doc = rim.directory.bots.get(id)
    if doc is None:
        raise missing("bot")
    return doc


def _view(rim: Rim, doc: BotDoc) -> BotView:
    return BotView(
        id=doc.id,
        name=doc.name,
        kind=doc.kind,
        settings=shown(doc, KINDS[doc.kind]),
        handover=doc.handover,
        while_queued=doc.while_queued,
        wait_seconds=doc.wait_seconds,
        idle_seconds=doc.idle_seconds,
        reply_url=f"{rim.public_url.rstrip('/')}/api/v1/bots/{doc.id}/sessions/{{session}}/messages",
        users=users(rim.directory, "bot", doc.id),
        created_at=iso(doc.created_at),
    )
