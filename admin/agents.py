"""Agents: who may sign in, as what, and how many chats they take."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from admin.in_place import unused
from admin.shared import language
from api.auth import Caller
from api.documents import AgentDoc, Capacity, Name, Role
from api.etag import meant, tagged, unchanged
from api.paging import Listing, Window, slice_of
from api.problems import Stop, missing
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso
from core.errors import BadInput
from core.ports.reading import SessionQuery

Email = Annotated[str, Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
Password = Annotated[str, Meta(min_length=10, max_length=1024)]
Languages = Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=50)]


class AgentIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Name
    email: Email
    password: Password
    role: Role
    capacity: Capacity = 5
    languages: Languages = ()


class AgentPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays. A new password ends every sign-in of theirs."""

    name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    password: Password | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    capacity: Capacity | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    email: str
    role: Role
    capacity: int
    languages: tuple[str, ...]
    groups: tuple[str, ...]
    created_at: Time


Agents = Listing[AgentView]


async def list_agents(rim: Rim, call: Call[Nothing, Window]) -> Answer:
    return Answer(200, slice_of([_view(rim, doc) for doc in rim.directory.agents.values()], call.query))


async def create_agent(rim: Rim, call: Call[AgentIn, Nothing]) -> Answer:
    body = call.body
    _may_make(call.caller, body.role)
    languages = _languages(body.languages)
    hashed = await rim.auth.hash(body.password)
    async with rim.directory.changing:
        doc = AgentDoc(
            id=rim.new_id(),
            name=body.name,
            email=_free(rim, body.email),
            role=body.role,
            capacity=body.capacity,
            languages=languages,
            password_hash=hashed,
            created_at=rim.clock.now(),
        )
        version = await rim.directory.save_agent(doc, who=call.caller.id)
    return tagged(version, _view(rim, doc), 201)


async def get_agent(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    doc = _agent(rim, call.path["id"])
    return tagged(rim.directory.version("agents", doc.id), _view(rim, doc))


async def change_agent(rim: Rim, call: Call[AgentPatch, Nothing]) -> Answer:
    body = call.body
    _may_touch(call.caller, _agent(rim, call.path["id"]))
    hashed = None if body.password is UNSET else await rim.auth.hash(body.password)
    async with rim.directory.changing:
        doc = _agent(rim, call.path["id"])
        expected = meant(call.if_match, rim.directory.version("agents", doc.id))
        role = doc.role if body.role is UNSET else body.role
        _may_touch(call.caller, doc)
        _may_make(call.caller, role)
        if role != "owner":
            _leaves_an_owner(rim, doc)
        changed = replace(
            doc,
            name=doc.name if body.name is UNSET else body.name,
            email=doc.email if body.email is UNSET else _free(rim, body.email, doc.id),
            role=role,
            capacity=doc.capacity if body.capacity is UNSET else body.capacity,
            languages=doc.languages if body.languages is UNSET else _languages(body.languages),
            password_hash=hashed or doc.password_hash,
        )
        with unchanged():
            version = await rim.directory.save_agent(changed, who=call.caller.id, expected=expected)
    if hashed is not None:
        await rim.auth.sign_out(doc.id)
    return tagged(version, _view(rim, changed))


async def remove_agent(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    """Only without open chats; offline first, so that the desk gives them none meanwhile."""
    async with rim.directory.changing:
        doc = _agent(rim, call.path["id"])
        _may_touch(call.caller, doc)
        _leaves_an_owner(rim, doc)
        unused(rim.directory, "agent", doc.id)
        await _without_chats(rim, doc.id)
        await rim.directory.remove_agent(doc.id, who=call.caller.id)
    await rim.auth.sign_out(doc.id)
    return Answer(204)


async def _without_chats(rim: Rim, agent: str) -> None:
    """Raises 409 if there are any, and leaves their status as it was."""
    seat = next((seat for seat in await rim.store.seats() if seat.agent == agent), None)
    if seat is not None and seat.status != "offline":
        rim.seated(await rim.store.set_status(agent, "offline", None, rim.clock.now()))
    page = await rim.store.sessions(SessionQuery(phase="active", mine=agent, limit=1))
    if page.items:
        if seat is not None:
            rim.seated(await rim.store.set_status(agent, seat.status, seat.reason, rim.clock.now()))
        raise Stop(409, "open_chats", "This agent still has open chats: transfer or close them first.")


def _agent(rim: Rim, id: str) -> AgentDoc:
    doc = rim.directory.agents.get(id)
    if doc is None:
        raise missing("agent")
    return doc


def _may_make(caller: Caller, role: Role) -> None:
    if role == "owner" and caller.role != "owner":
        raise Stop(403, "forbidden", "Only an owner can make somebody an owner.")


def _may_touch(caller: Caller, doc: AgentDoc) -> None:
    """Else an admin could take an owner's place by giving them a password."""
    if doc.role == "owner" and caller.role != "owner":
        raise Stop(403, "forbidden", "Only an owner can change or remove an owner.")


def _leaves_an_owner(rim: Rim, doc: AgentDoc) -> None:
    others = [agent for agent in rim.directory.agents.values() if agent.role == "owner" and agent.id != doc.id]
    if doc.role == "owner" and not others:
        raise Stop(409, "last_owner", "This is the last owner: make somebody else an owner first.")


def _free(rim: Rim, email: str, own: str | None = None) -> str:
    email = email.lower()
    if any(doc.email == email and doc.id != own for doc in rim.directory.agents.values()):
        raise BadInput(("email", "Somebody else has this e-mail address."))
    return email


def _languages(tags: tuple[str, ...]) -> tuple[str, ...]:
    found = [language(tag, f"languages.{index}") for index, tag in enumerate(tags)]
    return tuple(dict.fromkeys(found))


def _view(rim: Rim, doc: AgentDoc) -> AgentView:
    return AgentView(
        id=doc.id,
        name=doc.name,
        email=doc.email,
        role=doc.role,
        capacity=doc.capacity,
        languages=doc.languages,
        groups=rim.directory.groups_of(doc.id),
        created_at=iso(doc.created_at),
    )
