"""Somebody or something by name, as views mention them."""

import msgspec

from api.directory import Directory
from core.customer import Customer


class Ref(msgspec.Struct, frozen=True):
    """Somebody or something by name; one that was removed keeps its last."""

    id: str
    name: str


class ChannelRef(msgspec.Struct, frozen=True):
    id: str
    kind: str
    name: str


class CustomerRef(msgspec.Struct, frozen=True):
    id: str
    name: str | None
    language: str | None


def customer_ref(customer: Customer) -> CustomerRef:
    return CustomerRef(customer.id, customer.name, customer.language)


def channel_ref(directory: Directory, channel: str) -> ChannelRef:
    known = directory.channel(channel)
    return ChannelRef(channel, known.kind, known.name) if known else ChannelRef(channel, "", channel)


def group_ref(directory: Directory, group: str | None) -> Ref | None:
    if group is None:
        return None
    known = directory.group(group)
    return Ref(group, known.name if known else group)


def agent_ref(directory: Directory, agent: str) -> Ref:
    """Also for who is no agent: "system", "setup"."""
    known = directory.agent(agent)
    return Ref(agent, known.name if known else agent)
