"""Settings of who customers are and how long what they said is kept: the areas `customers` and `retention`."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

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
    """Area `retention`: days after which a kind of data goes; None keeps it for ever. Nothing that is open goes: no
    chat that is not over, no ticket that is not solved, nothing that is still to be sent.

    `message_days`: texts and files of messages (the rest of a chat stays, for the numbers). `file_days`: files alone,
    sooner. `session_days`: what else a chat that is over says of people: names, notes, tags; its times, who answered
    and the score stay, for the numbers. These three may be set for one channel, the others for all only.

    `customer_days`: everything of customers who were silent for so long, as if they had asked for it.
    `submission_days`: what was left and is solved, its texts included. `hit_days`: the log of sensitive words found.
    `audit_days`: who changed which setting, and what it was before (it cannot be undone any more then).
    `webhook_days`: the log of message webhooks that were delivered or given up. `raw_days`: provider webhooks that were
    not understood.
    """

    message_days: Days | UnsetType | None = UNSET
    file_days: Days | UnsetType | None = UNSET
    session_days: Days | UnsetType | None = UNSET
    customer_days: Days | UnsetType | None = UNSET
    submission_days: Days | UnsetType | None = UNSET
    hit_days: Days | UnsetType | None = UNSET
    audit_days: Days | UnsetType | None = UNSET
    webhook_days: Days | UnsetType = UNSET
    raw_days: Days | UnsetType = UNSET


class Keeping(msgspec.Struct, frozen=True):
    """What is in force of it."""

    message_days: int | None = None
    file_days: int | None = None
    session_days: int | None = None
    customer_days: int | None = None
    submission_days: int | None = None
    hit_days: int | None = None
    audit_days: int | None = None
    webhook_days: int = 14
    raw_days: int = 30


def keeping(*levels: Retention) -> Keeping:
    """What is in force; the nearest level comes last."""
    names = Keeping.__struct_fields__
    said = {
        name: value for level in levels for name in names if not isinstance(value := getattr(level, name), UnsetType)
    }
    return Keeping(**said)


def customer_problems(document: Customers) -> list[tuple[str, str]]:
    if not isinstance(document.fields, tuple):
        return []
    return [
        (f"fields.{index}", "This field is named twice.")
        for index, name in enumerate(document.fields)
        if name in document.fields[:index]
    ]


def keeping_of(for_all: Retention, channel: Retention) -> Keeping:
    """What is in force of it on a channel. One that says how long its messages are kept, and no more, keeps its chats
    at least as long."""
    found = keeping(for_all, channel)
    says_more = not isinstance(channel.session_days, UnsetType) or isinstance(channel.message_days, UnsetType)
    if says_more or found.session_days is None:
        return found
    chats = None if found.message_days is None else max(found.session_days, found.message_days)
    return replace(found, session_days=chats)


PER_CHANNEL = ("message_days", "file_days", "session_days")


def retention_problems(document: Retention) -> list[tuple[str, str]]:
    messages, files = document.message_days, document.file_days
    sessions, customers = document.session_days, document.customer_days
    wrong: list[tuple[str, str]] = []
    if isinstance(messages, int) and isinstance(files, int) and files > messages:
        wrong.append(("file_days", "Files go with their messages at the latest: give as many days or fewer."))
    if isinstance(messages, int) and isinstance(sessions, int) and sessions < messages:
        wrong.append(("session_days", "A chat cannot go before its messages: give as many days or more."))
    if isinstance(messages, int) and isinstance(customers, int) and customers < messages:
        wrong.append(("customer_days", "Customers cannot be erased before their messages: give as many days or more."))
    return wrong


def beyond_a_channel(document: Retention) -> list[tuple[str, str]]:
    """What is no matter of one channel."""
    named = (name for name in Retention.__struct_fields__ if name not in PER_CHANNEL)
    return [
        (name, "This is set for all, not for one channel.")
        for name in named if not isinstance(getattr(document, name), UnsetType)
    ]  # fmt: skip
