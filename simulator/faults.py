"""Faults on order: which request or webhook fails next and how. Decides only; endpoint.py and courier.py do it."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

FaultKind = Literal["status", "hang", "drop", "slow", "garbage", "duplicate", "reorder"]


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`status`: answer `status` in the provider's shape (or `body`, with the provider's `code`). `hang`: never answer.
    `drop`: close the connection. `slow`: `ms` later. `garbage`: broken JSON. `after`: do the work first, then fail.
    For webhooks: `duplicate` (two at the same instant), `reorder` (held until the next one went out), `drop`.
    `method` is the API's name for the call (`push`, `messages`, `sendMessage`), `*` means any. `times` None: until
    cleared."""

    kind: FaultKind
    method: str = "*"
    status: int = 500
    times: int | None = 1
    ms: int = 0
    after: bool = False
    probability: float = 1.0
    retry_after: int | None = None
    code: int | None = None
    message: str | None = None
    body: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.times is not None and self.times < 1:
            raise ValueError("times must be at least 1, or null for until cleared")
        if not 0 < self.probability <= 1:
            raise ValueError("probability must be above 0 and at most 1")


class Faults:
    def __init__(self, chance: Callable[[float], bool]) -> None:
        self._chance = chance
        self._standing: list[tuple[Fault, int | None]] = []

    def add(self, fault: Fault) -> None:
        self._standing.append((fault, fault.times))

    def clear(self) -> None:
        self._standing.clear()

    def standing(self) -> list[Fault]:
        return [fault for fault, _ in self._standing]

    def take(self, method: str) -> Fault | None:
        """The first fault that fits, used up by one."""
        for place, (fault, left) in enumerate(self._standing):
            if fault.method not in ("*", method) or not self._chance(fault.probability):
                continue
            if left == 1:
                del self._standing[place]
            elif left is not None:
                self._standing[place] = (fault, left - 1)
            return fault
        return None
