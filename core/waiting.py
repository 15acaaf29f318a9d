"""What may be set of waiting for an agent and of agents who do not answer: sub-objects of the area `assignment`."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.mode import Seconds

Limit = Annotated[int, Meta(ge=0, le=100_000)]


class Queue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`limit`: how many wait for one group at most; further ones cannot be taken. After `reminder_seconds` of waiting,
    and again after as long, the customer is told where they stand; with `answer_seconds` they are asked whether they
    keep waiting, and let go if they say nothing for so long. Null switches off."""

    limit: Limit | UnsetType | None = UNSET
    reminder_seconds: Seconds | UnsetType | None = UNSET
    answer_seconds: Seconds | UnsetType | None = UNSET


class Silence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agent leaves a customer without an answer: reminded, then the chat goes to somebody else."""

    reminder_seconds: Seconds | UnsetType | None = UNSET
    transfer_seconds: Seconds | UnsetType | None = UNSET


class Absence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of the chats of an agent who goes offline. `grace_seconds` (level "all" only): how long a lost
    connection may last before that is so."""

    chats: Literal["keep", "move", "close"] | UnsetType = UNSET
    grace_seconds: Annotated[int, Meta(ge=0, le=86_400)] | UnsetType = UNSET


class QueueRules(msgspec.Struct, frozen=True):
    """What is in force, every value set."""

    limit: int | None = None
    reminder_seconds: int | None = None
    answer_seconds: int | None = None


class SilenceRules(msgspec.Struct, frozen=True):
    reminder_seconds: int | None = None
    transfer_seconds: int | None = None


class AbsenceRules(msgspec.Struct, frozen=True):
    chats: Literal["keep", "move", "close"] = "keep"
    grace_seconds: int = 30
