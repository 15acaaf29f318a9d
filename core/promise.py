"""SLA policies as they are set (area `sla`): goals, the condition for which they count, and what is wrong with them."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.agreement import GOALS, Clock, Goal
from core.condition import Condition, Facts, holds
from core.condition_check import Known, Use
from core.condition_check import problems as condition_problems
from core.condition_check import uses as condition_uses

Target = Annotated[int, Meta(ge=1, le=90 * 86_400)]
Reminders = Annotated[tuple[Annotated[int, Meta(ge=1, le=90 * 86_400)], ...], Meta(max_length=5)]


class Promise(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One policy. `when` null: for every session that no policy before it is for."""

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
    on: bool = True
    when: Condition | None = None
    clock: Clock = "calendar"
    first_response_seconds: Target | None = None
    next_response_seconds: Target | None = None
    resolution_seconds: Target | None = None
    remind_before_seconds: Reminders = ()
    remind_after_seconds: Reminders = ()


class Sla(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `sla`: the policies in their order; the nearest level that has any counts."""

    policies: Annotated[tuple[Promise, ...], Meta(max_length=200)] | UnsetType = UNSET


def edition(documents: Sequence[Sla]) -> str:
    """What tells one state of all the policies there are from another; empty where there are none."""
    if not any(document.policies for document in documents if isinstance(document.policies, tuple)):
        return ""
    return blake2b(msgspec.json.encode(documents), digest_size=6).hexdigest()


def problems(document: Sla, known: Known) -> list[tuple[str, str]]:
    """(field, what is wrong with it) of each policy."""
    found: list[tuple[str, str]] = []
    policies = document.policies if isinstance(document.policies, tuple) else ()
    names = [policy.name.casefold() for policy in policies]
    for index, policy in enumerate(policies):
        at = f"policies.{index}"
        if policy.name.casefold() in names[:index]:
            found.append((f"{at}.name", "Another policy has this name."))
        if not any(seconds_of(policy, goal) for goal in GOALS):
            found.append((f"{at}.first_response_seconds", "A policy needs at least one goal."))
        if policy.when is not None:
            found += condition_problems(policy.when, known, f"{at}.when")
        found += _bad_reminders(policy, at)
        if index + 1 < len(policies) and policy.on and policy.when is None:
            found.append((f"{at}.when", "This policy is for every session: those after it would never be reached."))
    return found


def uses(document: Sla) -> list[Use]:
    """The channels and groups its conditions name."""
    policies = document.policies if isinstance(document.policies, tuple) else ()
    return [
        use
        for index, policy in enumerate(policies)
        if policy.when is not None
        for use in condition_uses(policy.when, f"policies.{index}.when")
    ]


def _bad_reminders(policy: Promise, at: str) -> list[tuple[str, str]]:
    shortest = min((seconds for goal in GOALS if (seconds := seconds_of(policy, goal))), default=None)
    longest = max((seconds for goal in GOALS if (seconds := seconds_of(policy, goal))), default=None)
    found = [
        (f"{at}.remind_before_seconds.{place}", "This is longer than every goal: it would come before the start.")
        for place, seconds in enumerate(policy.remind_before_seconds)
        if longest is not None and shortest is not None and seconds >= longest
    ]
    for name in ("remind_before_seconds", "remind_after_seconds"):
        values = getattr(policy, name)
        if len(set(values)) < len(values):
            found.append((f"{at}.{name}", "The same reminder is there twice."))
    return found


def seconds_of(policy: Promise, goal: Goal) -> int | None:
    found: int | None = getattr(policy, f"{goal}_seconds")
    return found


def first_match(policies: Sequence[Promise], facts: Facts) -> Promise | None:
    return next((each for each in policies if each.on and (each.when is None or holds(each.when, facts))), None)
