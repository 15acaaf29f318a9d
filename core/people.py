"""Settings of who customers are and how long what they said is kept: the areas `customers` and `retention`."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

Days = Annotated[int, Meta(ge=1, le=36_500)]
Fields = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=50)], ...], Meta(max_length=50)]


class Customers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `customers`.

    `auto_save`: who gives a `partner_id` becomes a customer of the built-in CRM with their first message, which also
    merges what they wrote on other channels. `trust_page`: on a channel without identity secret, what the page says
    of VIPs and tags is believed. `fields` are the pre-defined ones; others are ignored (none set: all are taken).
    """

    auto_save: bool | UnsetType = UNSET
    trust_page: bool | UnsetType = UNSET
    fields: Fields | UnsetType | None = UNSET


class People(msgspec.Struct, frozen=True):
    """What is in force of it."""

    auto_save: bool = False
    trust_page: bool = False
    fields: tuple[str, ...] | None = None


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `retention`, for all: days after which a kind of data goes; None keeps it for ever.

    `message_days`: texts and files of messages (the rest of a chat stays, for the numbers). `customer_days`: everything
    of customers who were silent for so long, as if they had asked for it. `webhook_days`: the log of message webhooks
    that were delivered or given up. `raw_days`: provider webhooks that were not understood.
    """

    message_days: Days | UnsetType | None = UNSET
    customer_days: Days | UnsetType | None = UNSET
    webhook_days: Days | UnsetType = UNSET
    raw_days: Days | UnsetType = UNSET


class Keeping(msgspec.Struct, frozen=True):
    """What is in force of it."""

    message_days: int | None = None
    customer_days: int | None = None
    webhook_days: int = 14
    raw_days: int = 30


def keeping(set_for_all: Retention) -> Keeping:
    names = Keeping.__struct_fields__
    said = {name: value for name in names if not isinstance(value := getattr(set_for_all, name), UnsetType)}
    return Keeping(**said)


def customer_problems(document: Customers) -> list[tuple[str, str]]:
    if not isinstance(document.fields, tuple):
        return []
    return [
        (f"fields.{index}", "This field is named twice.")
        for index, name in enumerate(document.fields)
        if name in document.fields[:index]
    ]


def retention_problems(document: Retention) -> list[tuple[str, str]]:
    messages, customers = document.message_days, document.customer_days
    if isinstance(messages, int) and isinstance(customers, int) and customers < messages:
        return [("customer_days", "Customers cannot be erased before their messages: give as many days or more.")]
    return []
