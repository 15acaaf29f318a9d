"""Who writes: a person (`Customer`) and where they are reached (`Address`)."""

from typing import NamedTuple

import msgspec


class Address(NamedTuple):
    """One person's place on one channel: the channel's id and the provider's id of the person there."""

    channel: str
    id: str


class Customer(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A person. `partner_id` is the company's own id, only ever from a signed or trusted source."""

    id: str
    name: str | None = None
    language: str | None = None
    avatar: str | None = None
    phone: str | None = None
    email: str | None = None
    partner_id: str | None = None
    timezone: str | None = None
    vip: bool = False
    tags: tuple[str, ...] = ()
    params: dict[str, str] = {}
    chose_language: bool = False  # picked it from a list, so they are not asked again
