"""What message webhooks keep, in memory: the reference of what each method means."""

from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from core.errors import Fenced
from core.ports.hooks import Hook, HookDelivery, HookSizes
from stores import _rows


class _Held(msgspec.Struct):
    hook: Hook
    node: str
    until: int


class MemoryHooks:
    def __init__(self) -> None:
        self._hooks: dict[str, _Held] = {}
        self._deliveries: dict[str, HookDelivery] = {}

    async def keep(self, id: str, node: str, now: int, until: int, start: int) -> Hook | None:
        held = self._hooks.get(id)
        if held is None:
            held = self._hooks[id] = _Held(Hook(id=id, cursor=start, fence=1), node, until)
            return held.hook
        if held.until > now and held.node != node:
            return None
        if held.until <= now:
            held.hook = replace(held.hook, fence=held.hook.fence + 1)
        held.node, held.until = node, until
        return held.hook

    async def get(self, id: str) -> Hook | None:
        held = self._hooks.get(id)
        return held.hook if held else None

    async def all(self) -> Sequence[Hook]:
        return [self._hooks[id].hook for id in sorted(self._hooks)]

    def _fenced(self, hook: Hook) -> _Held:
        held = self._hooks.get(hook.id)
        if held is None or held.hook.fence != hook.fence:
            raise Fenced("another node keeps this webhook by now")
        return held

    async def add(self, hook: Hook, deliveries: Sequence[HookDelivery]) -> None:
        held = self._fenced(hook)
        held.hook = replace(held.hook, cursor=hook.cursor, statuses=hook.statuses)
        self._deliveries.update((delivery.id, delivery) for delivery in deliveries)

    def _waiting(self, hook: str) -> list[HookDelivery]:
        return self._of(lambda each: each.hook == hook and each.state == "waiting")

    def _of(self, wanted: Callable[[HookDelivery], bool]) -> list[HookDelivery]:
        return sorted(filter(wanted, self._deliveries.values()), key=lambda each: (each.ord, each.id))

    async def due(self, hook: str, now: int, limit: int) -> Sequence[HookDelivery]:
        heads: dict[str, HookDelivery] = {}
        for delivery in self._waiting(hook):
            heads.setdefault(delivery.lane, delivery)
        ready = [delivery for delivery in heads.values() if delivery.due <= now]
        return sorted(ready, key=lambda each: (each.due, each.ord, each.id))[:limit]

    async def settle(self, hook: Hook, delivery: HookDelivery) -> None:
        held = self._fenced(hook)
        resumed = held.hook.paused_at is not None and hook.paused_at is None
        held.hook = replace(hook, cursor=held.hook.cursor, statuses=held.hook.statuses)
        known = self._deliveries.get(delivery.id)
        if known is not None:
            erased = known.body is None and delivery.state == "waiting"
            after = _rows.erased_delivery(delivery) if erased else delivery
            self._deliveries[delivery.id] = replace(after, body=known.body)
        if resumed:
            self._all_due(hook.id, delivery.done_at or delivery.due)

    def _all_due(self, hook: str, now: int) -> None:
        for delivery in self._waiting(hook):
            self._deliveries[delivery.id] = replace(delivery, due=min(delivery.due, now))

    async def resume(self, id: str, now: int) -> None:
        held = self._hooks.get(id)
        if held is not None:
            held.hook = replace(held.hook, failures=0, paused_at=None, reason=None, probe_at=0)
            self._all_due(id, now)

    async def replay(self, hook: str, delivery: str, now: int) -> HookDelivery | None:
        found = self._deliveries.get(delivery)
        if found is None or found.hook != hook or found.body is None:
            return None
        again = self._deliveries[delivery] = _rows.as_new(found, now)
        return again

    async def replay_parked(self, hook: str, now: int, limit: int) -> int:
        parked = self._of(lambda each: each.hook == hook and each.state == "parked" and each.body is not None)[:limit]
        for delivery in parked:
            self._deliveries[delivery.id] = _rows.as_new(delivery, now)
        return len(parked)

    async def park(self, hook: str, before: int, now: int, limit: int) -> int:
        old = [delivery for delivery in self._waiting(hook)[:limit] if delivery.made < before]
        for delivery in old:
            self._deliveries[delivery.id] = _rows.given_up(delivery, now)
        return len(old)

    async def log(
        self, hook: str, *, state: str | None = None, after: str | None = None, limit: int = 50
    ) -> tuple[Sequence[HookDelivery], str | None]:
        before = _rows.after_delivery(after) if after is not None else None
        found = self._of(
            lambda each: (
                each.hook == hook and state in (None, each.state) and (before is None or (each.ord, each.id) < before)
            )
        )
        return _rows.page_of_deliveries(found[::-1], limit)

    async def sizes(self, hook: str, most: int) -> HookSizes:
        parked = self._of(lambda each: each.hook == hook and each.state == "parked")
        return HookSizes(min(len(self._waiting(hook)), most), min(len(parked), most))

    async def drop(self, id: str, limit: int) -> int:
        gone = self._of(lambda each: each.hook == id)[:limit]
        for delivery in gone:
            del self._deliveries[delivery.id]
        if len(gone) < limit:
            self._hooks.pop(id, None)
        return len(gone)

    async def forget(self, before: int, limit: int) -> int:
        old = self._of(lambda each: each.done_at is not None and each.done_at < before)[:limit]
        for delivery in old:
            del self._deliveries[delivery.id]
        return len(old)

    def blank(self, conversation: str, session: str | None = None, seq: int | None = None) -> None:
        """Erase what deliveries say of a conversation, or of one message of it; what still waits is given up."""
        for each in self._of(lambda each: each.conversation == conversation and each.body is not None):
            if session is None or (each.session, each.seq) == (session, seq):
                waits = each.state == "waiting"
                self._deliveries[each.id] = _rows.erased_delivery(each) if waits else replace(each, body=None)
