"""What message webhooks keep: how far each is, and its deliveries."""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec


class Hook(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """How far a message webhook is. `cursor` is the feed number up to which deliveries were made; `fence` belongs to
    the node that keeps it; `failures` are those in a row. While it is paused nothing is tried but a probe, next at
    `probe_at`. `statuses` are the agents' as they were told last."""

    id: str
    cursor: int
    fence: int = 0
    failures: int = 0
    paused_at: int | None = None
    reason: str | None = None
    probe_at: int = 0
    statuses: dict[str, str] = {}


class HookDelivery(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One event for one webhook, with what became of it.

    `ord` is its place (it grows with the feed number), `lane` what it is in order with (a session, an agent); `made`
    is when it was derived, `took` ms. `body` is None once it was erased. `session` and `seq` name the message in it.
    """

    id: str
    hook: str
    ord: int
    lane: str
    type: str
    at: int
    made: int
    due: int
    conversation: str | None = None
    session: str | None = None
    seq: int | None = None
    body: bytes | None = None
    state: Literal["waiting", "delivered", "parked"] = "waiting"
    attempt: int = 0
    status: int | None = None
    reason: str | None = None
    took: int | None = None
    done_at: int | None = None


class HookSizes(msgspec.Struct, frozen=True, gc=False):
    """How many deliveries wait for a webhook and how many were given up; counted up to a bound."""

    waiting: int
    parked: int


class HookStore(Protocol):
    """What message webhooks keep: a part of every `Store`."""

    async def keep(self, id: str, node: str, now: int, until: int, start: int) -> Hook | None:
        """Keep a webhook until then, or go on keeping it; None while another node does. A new keeper gets a higher
        fence; one that nobody knows yet begins at `start`. Giving it back is keeping it until `now`."""

    async def get(self, id: str) -> Hook | None: ...

    async def all(self) -> Sequence[Hook]: ...

    async def add(self, hook: Hook, deliveries: Sequence[HookDelivery]) -> None:
        """Keep them with the hook's new cursor and statuses, in one; raises `Fenced`."""

    async def due(self, hook: str, now: int, limit: int) -> Sequence[HookDelivery]:
        """Those whose turn it is: due, and the oldest that waits in their lane. Oldest due first."""

    async def settle(self, hook: Hook, delivery: HookDelivery) -> None:
        """What became of it, and of the hook but for its cursor and statuses; the next in the lane gets its turn. A
        body that was erased meanwhile stays so. Raises `Fenced`."""

    async def resume(self, id: str, now: int) -> None:
        """No longer paused; all whose turn it is are due now."""

    async def replay(self, hook: str, delivery: str, now: int) -> HookDelivery | None:
        """Let one wait again, as if new; None if there is none such or its body was erased."""

    async def replay_parked(self, hook: str, now: int, limit: int) -> int:
        """The same for at most so many of those given up, oldest first; how many."""

    async def park(self, hook: str, before: int, now: int, limit: int) -> int:
        """Give up what was made before then and still waits; how many."""

    async def log(
        self, hook: str, *, state: str | None = None, after: str | None = None, limit: int = 50
    ) -> tuple[Sequence[HookDelivery], str | None]:
        """Newest first, and where it goes on."""

    async def sizes(self, hook: str, most: int) -> HookSizes: ...

    async def drop(self, id: str, limit: int) -> int:
        """Forget a webhook's deliveries, at most so many at once, and itself once there are none; how many went."""

    async def forget(self, before: int, limit: int) -> int:
        """Drop from the log what was done with before then, at most so many; how many."""
