"""Who may see which sessions: agents their own, those they are asked into or offered, their groups' and those of no
group; supervisors all."""

from msgspec.structs import replace

from api.auth import Caller
from api.directory import Directory
from api.views.message import Audience
from core.command import Actor
from core.ports.reading import SessionQuery
from core.session import Session


def sees(caller: Caller, session: Session, directory: Directory) -> bool:
    if caller.at_least("supervisor") or session.group is None:
        return True
    asked = [session.agent, *session.guests, session.offer.agent if session.offer else None]
    mine = any(one is not None and one.id == caller.id for one in asked)
    return mine or session.group in directory.groups_of(caller.id)


def limited(query: SessionQuery, caller: Caller, directory: Directory) -> SessionQuery:
    """The same question, for what the caller may see."""
    if caller.at_least("supervisor"):
        return query
    return replace(query, visible_to=caller.id, visible_groups=directory.groups_of(caller.id))


def audience(caller: Caller) -> Audience:
    """Whether they may see what a mask hides."""
    return "supervisor" if caller.at_least("supervisor") else "agent"


def actor(caller: Caller) -> Actor:
    return Actor(caller.id, caller.name, supervisor=caller.at_least("supervisor"))
