"""Who writes: a person (`Customer`) and where they are reached (`Address`)."""

from typing import NamedTuple

import msgspec


class Address(NamedTuple):
    """One person's place on one channel: the channel's id and the provider's id of the person there."""

    channel: str
    id: str


class Customer(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A person. `partner_id` is the company's own id: `verified` if the company signed it, else as the page or an
    agent said. `saved`: a customer of the built-in CRM. In `params` the company's own fields begin with `field.`."""

    id: str
    name: str | None = None
    language: str | None = None
    avatar: str | None = None
    phone: str | None = None
    email: str | None = None
    partner_id: str | None = None
    timezone: str | None = None
    nickname: str | None = None
    vip: bool = False
    tags: tuple[str, ...] = ()
    params: dict[str, str] = {}
    chose_language: bool = False  # picked it from a list, so they are not asked again
    verified: bool = False
    saved: bool = False


def merge(kept: Customer, other: Customer) -> Customer:
    """One person of two records: what the kept one knows stays, what only the other knows is added."""
    missing = {
        name: value
        for name in Customer.__struct_fields__
        if not getattr(kept, name) and (value := getattr(other, name)) and name != "id"
    }
    both = {
        "tags": tuple(dict.fromkeys((*kept.tags, *other.tags))),
        "params": {**other.params, **kept.params},
        "vip": kept.vip or other.vip,
    }
    known_by = {"partner_id": kept.partner_id, "verified": kept.verified} if kept.partner_id else {}
    return msgspec.structs.replace(kept, **{**missing, **both, **known_by})


FIELD = "field."


def own_fields(customer: Customer) -> dict[str, str]:
    """The company's own fields, by their names."""
    found = customer.params.items()
    return {name.removeprefix(FIELD): value for name, value in found if name.startswith(FIELD)}


def vip_level(customer: Customer) -> int:
    level = customer.params.get("vip_level", "")
    return int(level) if level.isascii() and level.isdigit() and len(level) < 6 else 0
