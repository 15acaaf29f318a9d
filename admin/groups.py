"""Groups: who takes the chats of a skill, and how one of them is picked."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from admin.in_place import unused
from admin.shared import open_chats
from api.documents import GroupDoc, Name
from api.etag import meant, tagged, unchanged
from api.paging import Listing, Window, slice_of
from api.problems import Stop, missing
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso
from core.errors import BadInput
from core.session import Method

Members = Annotated[tuple[str, ...], Meta(max_length=10_000)]


class GroupIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Name
    agents: Members = ()
    method: Method | None = None


class GroupPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays; `agents` replaces the members."""

    name: Name | UnsetType = UNSET
    agents: Members | UnsetType = UNSET
    method: Method | UnsetType | None = UNSET


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """`method` null: what the area `assignment` says."""

    id: str
    name: str
    agents: tuple[str, ...]
    method: Method | None
    created_at: Time


Groups = Listing[GroupView]


async def list_groups(rim: Rim, call: Call[Nothing, Window]) -> Answer:
    return Answer(200, slice_of([_view(doc) for doc in rim.directory.groups.values()], call.query))


async def create_group(rim: Rim, call: Call[GroupIn, Nothing]) -> Answer:
    body = call.body
    async with rim.directory.changing:
        doc = GroupDoc(
            id=rim.new_id(),
            name=body.name,
            agents=_members(rim, body.agents),
            method=body.method,
            created_at=rim.clock.now(),
        )
        version = await rim.directory.save_group(doc, who=call.caller.id)
    return tagged(version, _view(doc), 201)


async def get_group(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    doc = _group(rim, call.path["id"])
    return tagged(rim.directory.version("groups", doc.id), _view(doc))


async def change_group(rim: Rim, call: Call[GroupPatch, Nothing]) -> Answer:
    body = call.body
    async with rim.directory.changing:
        doc = _group(rim, call.path["id"])
        expected = meant(call.if_match, rim.directory.version("groups", doc.id))
        changed = replace(
            doc,
            name=doc.name if body.name is UNSET else body.name,
            agents=doc.agents if body.agents is UNSET else _members(rim, body.agents),
            method=doc.method if body.method is UNSET else body.method,
        )
        with unchanged():
            version = await rim.directory.save_group(changed, who=call.caller.id, expected=expected)
    return tagged(version, _view(changed))


async def remove_group(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    """Only without open chats: nobody would be offered them; and unless settings name it. Channels lose it as their
    default."""
    doc = _group(rim, call.path["id"])
    unused(rim.directory, "group", doc.id)
    if await open_chats(rim, group=doc.id):
        raise Stop(409, "open_chats", "This group still has open chats: transfer or close them first.")
    async with rim.directory.changing:
        await rim.directory.remove_group(doc.id, who=call.caller.id)
    return Answer(204)


def _group(rim: Rim, id: str) -> GroupDoc:
    doc = rim.directory.groups.get(id)
    if doc is None:
        raise missing("group")
    return doc


def _members(rim: Rim, agents: tuple[str, ...]) -> tuple[str, ...]:
    """Each once; raises `BadInput` that names every unknown one."""
    unknown = [
        (f"agents.{index}", "There is no such agent.")
        for index, agent in enumerate(agents)
        if agent not in rim.directory.agents
    ]
    if unknown:
        raise BadInput(*unknown)
    return tuple(dict.fromkeys(agents))


def _view(doc: GroupDoc) -> GroupView:
    return GroupView(id=doc.id, name=doc.name, agents=doc.agents, method=doc.method, created_at=iso(doc.created_at))
