"""Channels: connecting an account, changing and removing it, and what its provider says of it."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from admin.in_place import unused
from admin.kinds import KindView, kept, kind_view, shown
from admin.shared import language, open_chats
from api.documents import ChannelDoc, Name, Signature
from api.etag import meant, tagged, unchanged
from api.paging import Listing, Window, slice_of
from api.problems import Stop, missing
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso, iso_or_none
from core.channel import TemplateInfo
from core.errors import BadInput, DeliveryError

Tag = Annotated[str, Meta(max_length=64)]


class ChannelIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    kind: Annotated[str, Meta(max_length=64)]
    name: Name
    language: Tag = "en"
    group: str | None = None
    signature: Signature = "enforce"
    settings: dict[str, Any] = {}


class ChannelPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays; so does each setting. A setting given as null is taken away."""

    name: Name | UnsetType = UNSET
    language: Tag | UnsetType = UNSET
    group: str | UnsetType | None = UNSET
    signature: Signature | UnsetType = UNSET
    settings: dict[str, Any] = {}


class HealthView(msgspec.Struct, frozen=True, kw_only=True):
    """`ok` null: not looked yet, or a kind that cannot be asked. `at` is when what is shown began to hold."""

    ok: bool | None
    reason: str | None
    facts: dict[str, str]
    at: Time | None


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: str
    name: str
    language: str
    group: str | None
    signature: Signature
    settings: dict[str, Any]
    webhook_url: str
    health: HealthView
    created_at: Time


class RawView(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook that was signed and not understood. `body` is read as UTF-8; what is none shows as �."""

    at: Time
    why: str
    size: int
    body: str


class RawsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limit: Annotated[int, Meta(ge=1)] = 50


async def list_kinds(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    return Answer(200, Listing([kind_view(kind) for _, kind in sorted(rim.kinds().items())], None))


async def list_channels(rim: Rim, call: Call[Nothing, Window]) -> Answer:
    return Answer(200, slice_of([_view(rim, doc) for doc in rim.directory.channels.values()], call.query))


async def create_channel(rim: Rim, call: Call[ChannelIn, Nothing]) -> Answer:
    body, id = call.body, rim.new_id()
    kind = rim.kinds().get(body.kind)
    if kind is None:
        raise BadInput(("kind", f"There is no such kind; there are {', '.join(sorted(rim.kinds()))}."))
    async with rim.directory.changing:
        doc = ChannelDoc(
            id=id,
            kind=body.kind,
            name=body.name,
            language=language(body.language, "language"),
            group=_group(rim, body.group),
            signature=body.signature,
            settings=kept(rim.directory, id, kind, body.settings),
            created_at=rim.clock.now(),
        )
        version = await rim.directory.save_channel(doc, who=call.caller.id)
    await _ready(rim, id)
    return tagged(version, _view(rim, doc), 201)


async def _ready(rim: Rim, channel: str) -> None:
    """An admin can wait for an SDK to be imported; a provider, whose first webhook may come at once, cannot."""
    if (preparing := rim.directory.prepare(channel)) is not None:
        await preparing
    rim.actions.check_soon(channel)


async def get_channel(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    doc = _channel(rim, call.path["id"])
    return tagged(rim.directory.version("channels", doc.id), _view(rim, doc))


async def change_channel(rim: Rim, call: Call[ChannelPatch, Nothing]) -> Answer:
    body = call.body
    async with rim.directory.changing:
        doc = _channel(rim, call.path["id"])
        expected = meant(call.if_match, rim.directory.version("channels", doc.id))
        kind = rim.directory.connector_class(doc.kind)
        changed = replace(
            doc,
            name=doc.name if body.name is UNSET else body.name,
            language=doc.language if body.language is UNSET else language(body.language, "language"),
            group=doc.group if body.group is UNSET else _group(rim, body.group),
            signature=doc.signature if body.signature is UNSET else body.signature,
            settings=kept(rim.directory, doc.id, kind, body.settings, doc.settings),
        )
        with unchanged():
            version = await rim.directory.save_channel(changed, who=call.caller.id, expected=expected)
    await _ready(rim, doc.id)
    return tagged(version, _view(rim, changed))


async def remove_channel(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    """Only without open chats: nobody could answer in them any more. Old chats stay, its secrets go."""
    doc = _channel(rim, call.path["id"])
    if await open_chats(rim, channel=doc.id):
        raise Stop(409, "open_chats", "This channel still has open chats: close them first.")
    unused(rim.directory, "channel", doc.id)
    await rim.directory.remove_channel(doc.id, who=call.caller.id)
    return Answer(204)


async def check_channel(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    """Answers once the provider did."""
    doc = _channel(rim, call.path["id"])
    await rim.actions.check(doc.id)
    return tagged(rim.directory.version("channels", doc.id), _view(rim, doc))


async def list_templates(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    doc = _channel(rim, call.path["id"])
    if not rim.directory.connector_class(doc.kind).capabilities.templates:
        raise Stop(409, "no_templates", "Channels of this kind have no templates.")
    try:
        found: Listing[TemplateInfo] = Listing(list(await rim.actions.templates(doc.id)), None)
    except DeliveryError as error:
        raise Stop(502, "provider", f"The provider did not answer: {error.reason}") from error
    return Answer(200, found)


async def list_raws(rim: Rim, call: Call[Nothing, RawsQuery]) -> Answer:
    doc = _channel(rim, call.path["id"])
    raws = await rim.store.raws(doc.id, min(call.query.limit, 500))
    views = [
        RawView(at=iso(raw.at), why=raw.why, size=len(raw.body), body=raw.body.decode(errors="replace")) for raw in raws
    ]
    return Answer(200, Listing(views, None))


def _channel(rim: Rim, id: str) -> ChannelDoc:
    doc = rim.directory.channels.get(id)
    if doc is None:
        raise missing("channel")
    return doc


def _group(rim: Rim, id: str | None) -> str | None:
    if id is not None and id not in rim.directory.groups:
        raise BadInput(("group", "There is no such group."))
    return id


def _view(rim: Rim, doc: ChannelDoc) -> ChannelView:
    health = rim.directory.health(doc.id)
    return ChannelView(
        id=doc.id,
        kind=doc.kind,
        name=doc.name,
        language=doc.language,
        group=doc.group if doc.group in rim.directory.groups else None,
        signature=doc.signature,
        settings=shown(doc, rim.directory.connector_class(doc.kind)),
        webhook_url=f"{rim.public_url.rstrip('/')}/hooks/{doc.id}",
        health=HealthView(ok=health.ok, reason=health.reason, facts=health.facts, at=iso_or_none(health.at)),
        created_at=iso(doc.created_at),
    )


Kinds = Listing[KindView]
Channels = Listing[ChannelView]
Templates = Listing[TemplateInfo]
Raws = Listing[RawView]
