"""Message webhooks: what may be subscribed to, what an event is called there, and when a delivery is tried again.

A new event is told outside by one line in `TYPES` and one in `_CALLED`; what is told of it, by api/hooks.py.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from core import event as e
from core.ports.hooks import Hook, HookDelivery
from core.ports.reading import FeedRow

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "session.opened": "A chat began.",
        "session.queued": "A chat waits for a person.",
        "session.assigned": "A chat was given to an agent.",
        "session.transferred": "A chat left its agent for a group or another agent.",
        "session.closed": "A chat ended.",
        "message.customer": "A customer wrote.",
        "message.agent": "An agent wrote.",
        "message.bot": "A bot wrote.",
        "message.system": "The system said a prompt.",
        "message.unread": "A customer waits longer for an answer than set, or was not read when the chat ended.",
        "message.offline": "A customer left a message for when an agent returns.",
        "submission.created": "A customer left a ticket.",
        "submission.changed": "A ticket or offline message was assigned, answered or solved.",
        "session.summary": "An agent summed a chat up.",
        "rating.given": "A customer rated, or said more about a rating.",
        "rating.low": "A rating so low that supervisors are alerted.",
        "customer.saved": "A known customer was created or changed in the built-in CRM.",
        "customer.erased": "Everything a customer said here was erased: erase your copy.",
        "agent.status": "An agent's status changed; changes within a second or two may be told as one.",
        "sla.breached": "A goal of a service level was missed.",
        "words.hit": "A sensitive-word list with the action alert matched.",
    }
)
"""Every type with what it means: the admin's list, and what a subscription may name."""

DAY_MS = 86_400_000
_WAITS_MS = (5_000, 15_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000)
_PROBES_MS = (30_000, 60_000, 120_000, 300_000, 600_000, 900_000)
TIRED = 5  # failures in a row, of any chat, after which the endpoint counts as dead
MOST_WAITING = 100_000  # for one endpoint; beyond that the feed itself keeps what follows
LEAST_SECRET = 16


class KeptSecret(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A secret that was set: shown as `{"set": true}`, and kept as it is by whoever sends that back."""

    set: bool = False
    sealed: str | None = None


Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="a-z, 0-9, - and _, at most 40")]


class Subscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`name` tells it from the others of its level; what waits for it belongs to that name."""

    name: Name
    url: Annotated[str, Meta(min_length=1, max_length=2000)]
    secret: str | KeptSecret
    types: Annotated[tuple[str, ...], Meta(min_length=1, max_length=50)]
    on: bool = True


class Webhooks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `webhooks`: those of all levels add up; a channel's or group's hears of its own chats only."""

    subscriptions: Annotated[tuple[Subscription, ...], Meta(max_length=20)] | UnsetType = UNSET


def problems(document: Webhooks) -> list[tuple[str, str]]:
    """What the shapes do not say: (field, sentence)."""
    if isinstance(document.subscriptions, UnsetType):
        return []
    names = [each.name for each in document.subscriptions]
    wrong = []
    for index, each in enumerate(document.subscriptions):
        if each.name in names[:index]:
            wrong.append((f"subscriptions.{index}.name", "Another webhook of this level has this name."))
        unknown = [type for type in each.types if type not in TYPES]
        if unknown:
            wrong.append(
                (f"subscriptions.{index}.types", f"There is no type {unknown[0]}; there are {', '.join(TYPES)}.")
            )
        if isinstance(each.secret, str) and len(each.secret) < LEAST_SECRET:
            wrong.append((f"subscriptions.{index}.secret", f"A secret needs at least {LEAST_SECRET} characters."))
    return wrong


_CALLED: Mapping[type, str] = MappingProxyType(
    {
        e.Opened: "session.opened",
        e.Queued: "session.queued",
        e.Assigned: "session.assigned",
        e.Transferred: "session.transferred",
        e.Summarized: "session.summary",
        e.AgentReminded: "message.unread",
        e.SubmissionChanged: "submission.changed",
        e.Rated: "rating.given",
        e.Commented: "rating.given",
        e.RatingDetailed: "rating.given",
        e.ScoreAlerted: "rating.low",
        e.SlaBreached: "sla.breached",
        e.Alerted: "words.hit",
        e.CustomerSaved: "customer.saved",
        e.Erased: "customer.erased",
    }
)


def types_of(row: FeedRow) -> tuple[str, ...]:
    """What an event of the feed is called outside; nothing for what stays inside."""
    match row.event:
        case e.Closed():
            unread = row.row is not None and row.row.session.unread > 0
            return ("message.unread", "session.closed") if unread else ("session.closed",)
        case e.Received() | e.Prompted() | e.Replied() | e.SubmissionReplied():
            return (f"message.{row.event.message.author.kind}",)
        case e.Submitted(submission=left):
            return ("message.offline" if left.kind == "message" else "submission.created",)
        case event:
            called = _CALLED.get(type(event))
            return () if called is None else (called,)


# --- when it is tried again ------------------------------------------------------------------------------------------


def outcome(
    hook: Hook, delivery: HookDelivery, answer: "Outcome", now: int, jitter: float
) -> tuple[Hook, HookDelivery]:
    """Both after an attempt. `jitter` is from 0 to 1.

    Taken: whatever waited for the endpoint may go. Not taken: again later, parked after a day; after `TIRED` failures
    in a row (or when the endpoint says that it is gone) nothing but a probe now and then.
    """
    tried = replace(
        delivery, attempt=delivery.attempt + 1, status=answer.status, reason=answer.reason, took=answer.took
    )
    if answer.taken:
        well = replace(hook, failures=0, paused_at=None, reason=None, probe_at=0)
        return well, replace(tried, state="delivered", done_at=now)
    under_way = hook.paused_at is not None and now < hook.probe_at  # begun before the pause: it says nothing new
    failures = hook.failures + (not under_way)
    tired = replace(hook, failures=failures)
    if under_way:
        pass
    elif hook.paused_at is not None or failures >= TIRED or answer.gone:
        wait = _spread(_step(_PROBES_MS, failures - TIRED), jitter)
        tired = replace(
            tired, paused_at=hook.paused_at or now, reason=answer.reason, probe_at=now + max(wait, answer.after)
        )
    if now - delivery.made >= DAY_MS:
        return tired, replace(tried, state="parked", done_at=now)
    return tired, replace(tried, due=now + max(_spread(_step(_WAITS_MS, delivery.attempt), jitter), answer.after))


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt came to. `after` and `took` are ms: how long the endpoint asks to be left alone, how long it
    took; `gone`: it says that it will never take anything again."""

    taken: bool
    status: int | None = None
    reason: str | None = None
    after: int = 0
    gone: bool = False
    took: int = 0


def _step(steps: tuple[int, ...], index: int) -> int:
    return steps[min(max(index, 0), len(steps) - 1)]


def _spread(wait: int, jitter: float) -> int:
    """Four fifths to six fifths of it, so that those that failed together do not come back together."""
    return int(wait * (0.8 + 0.4 * jitter))
