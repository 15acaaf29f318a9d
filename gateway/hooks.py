"""Message webhooks at work: each endpoint reads the feed from its own cursor into deliveries, and sends those.

A commit does nothing for them. One node keeps an endpoint at a time (a lease in the store, whose fence every write of
it carries); each has a lane of its own with a few calls at once, so a receiver that hangs costs nobody else. In a
conversation order is kept; at least once, by an id that stays the same.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Protocol

import msgspec
import structlog
from msgspec.structs import replace

from admin.area_secrets import place
from api.directory import Directory
from api.documents import Change
from api.hooks import Endpoint, HookBody, HookData, agent_data, endpoints, event_data
from api.rim import Files, Hub
from api.times import iso
from api.vault import CannotOpen, Vault
from core.errors import Fenced, StoreError
from core.hook import DAY_MS, MOST_WAITING, KeptSecret, Outcome, outcome, types_of
from core.ports.clock import Clock
from core.ports.hooks import Hook, HookDelivery
from core.ports.reading import FeedRow
from core.ports.store import Store

LEASE_MS = 15_000  # longer than a call may take: who has not heard of its end has nothing under way any more
CALL_S = 10.0  # what a call may take (hook_wire.py)
RENEW_S = 1.5
AT_ONCE = 4  # calls to one endpoint
BATCH = 500  # rows of the feed read at once
TICK_S, LOOK_S, STATUS_S, CARE_S = 0.1, 1.0, 2.0, 30.0
CURSOR_LAG, CURSOR_S = 2_000, 5.0  # how far a cursor may stay behind where nothing was to be told
RETRY_S = 1.0
ANY_TIME = 1 << 52
STRANGE_S = 60.0  # how long a webhook nobody knows is left alone: another node may know it before we do

log = structlog.get_logger()
_encode = msgspec.json.Encoder().encode


class Post(Protocol):
    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class HookShell:
    """What the lanes ask of their surroundings."""

    store: Store
    clock: Clock
    random: Random
    node: str
    directory: Directory
    hub: Hub
    files: Files
    vault: Vault
    wire: Post
    new_id: Callable[[], str]


def signed(secret: str, id: str, now: int, body: bytes) -> dict[str, str]:
    """The headers of a call: HMAC-SHA256 over id, timestamp (seconds) and body, as standardwebhooks.com describes. A
    secret that begins with `whsec_` is the base64 of its key, any other is its own."""
    key = secret.encode()
    if secret.startswith("whsec_"):
        with suppress(binascii.Error, ValueError):
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    timestamp = str(now // 1000)
    digest = hmac.digest(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


class Hooks:
    """All endpoints; `run` it for ever. Where none is set up it only waits for one."""

    def __init__(self, shell: HookShell) -> None:
        self._shell = shell
        self._lanes: dict[str, tuple[_Lane, asyncio.Task[None]]] = {}
        self._changed = asyncio.Event()
        self._strange: dict[str, float] = {}
        shell.directory.listen(self._heard)

    def _heard(self, change: Change) -> None:
        if change.collection in ("settings", "channels", "groups"):
            self._arrange()
            self._changed.set()

    def _arrange(self) -> None:
        """A lane for each endpoint from the moment it is set: what is said from then on is told."""
        wanted = endpoints(self._shell.directory)
        for id, endpoint in wanted.items():
            if id in self._lanes:
                self._lanes[id][0].endpoint = endpoint
                self._lanes[id][0].stir()
            else:
                lane = _Lane(self._shell, endpoint, self._shell.hub.newest)
                self._lanes[id] = lane, asyncio.create_task(lane.run(), name=f"webhook {id}")
        for id in self._lanes.keys() - wanted.keys():
            self._lanes.pop(id)[1].cancel()

    async def run(self) -> None:
        self._arrange()
        while True:
            with suppress(StoreError):
                await self._forget_strangers()
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), CARE_S)

    async def _forget_strangers(self) -> None:
        """Drop what belongs to webhooks that are not set any more."""
        now = asyncio.get_running_loop().time()
        strange = {hook.id for hook in await self._shell.store.hooks.all()} - self._lanes.keys()
        self._strange = {id: self._strange.get(id, now) for id in strange}
        for id, since in self._strange.items():
            if now - since >= STRANGE_S:
                gone = BATCH
                while gone >= BATCH:
                    gone = await self._shell.store.hooks.drop(id, BATCH)

    async def stop(self) -> None:
        """What is under way is given up; another node, or the next start, sends it again."""
        lanes, self._lanes = list(self._lanes.values()), {}
        for _, task in lanes:
            task.cancel()
        await asyncio.gather(*(task for _, task in lanes), return_exceptions=True)
        for lane, _ in lanes:
            await lane.give_back()

    def stir(self, hook: str) -> None:
        if hook in self._lanes:
            self._lanes[hook][0].stir()

    async def test(self, hook: str) -> Outcome:
        """Raises KeyError for one that is not set."""
        shell = self._shell
        endpoint, id, now = endpoints(shell.directory)[hook], shell.new_id(), shell.clock.now()
        body = _encode(HookBody(id=id, type="test", at=iso(now), webhook=hook, data=HookData()))
        return await _call(shell, endpoint, id, body)


async def _call(shell: HookShell, endpoint: Endpoint, id: str, body: bytes) -> Outcome:
    secret = endpoint.subscription.secret
    try:
        assert isinstance(secret, KeptSecret), "secrets are sealed when they are set"
        plain = shell.vault.open(secret.sealed or "", place(endpoint.scope, "webhooks"), endpoint.subscription.name)
    except CannotOpen:
        return Outcome(taken=False, reason="Its secret cannot be opened with the key in use: set it again.")
    headers = signed(plain, id, shell.clock.now(), body)
    return await shell.wire.post(endpoint.subscription.url, headers, body)


@dataclass(eq=False)
class _Lane:
    """One endpoint, at this node. `start` is where a new one begins in the feed; nothing is begun after `until` (by the
    loop's clock), so that no call outlives the lease."""

    shell: HookShell
    endpoint: Endpoint
    start: int
    hook: Hook | None = None
    cursor: int = 0
    until: float = 0.0
    under_way: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)  # while the store was being asked what is due
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    times: dict[str, float] = field(default_factory=dict)
    full: bool = False

    @property
    def on(self) -> bool:
        return self.endpoint.subscription.on

    def stir(self) -> None:
        """Look again at everything, the lease included."""
        self.times.clear()
        self.stirred.set()

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self._turn()
                except Fenced:
                    self._lost()
                except StoreError as error:
                    log.warning("webhook.store_down", webhook=self.endpoint.id, reason=str(error))
                    await asyncio.sleep(RETRY_S)
                except Exception:
                    log.exception("webhook.defect", webhook=self.endpoint.id)  # only this endpoint stands still
                    await asyncio.sleep(RETRY_S)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.stirred.wait(), TICK_S)
                self.stirred.clear()
        finally:
            for task in self.under_way.values():
                task.cancel()
            await asyncio.gather(*self.under_way.values(), return_exceptions=True)

    async def give_back(self) -> None:
        if self.hook is None:
            return
        now = self.shell.clock.now()
        with suppress(StoreError):
            await self.shell.store.hooks.keep(self.endpoint.id, self.shell.node, now, now, self.cursor)

    def _lost(self) -> None:
        """Another node keeps it by now: what is under way here may arrive twice, which is allowed."""
        self.hook = None
        for task in self.under_way.values():
            task.cancel()

    async def _turn(self) -> None:
        if self._is_time("keep", RENEW_S):
            await self._keep()
        if self.hook is None or asyncio.get_running_loop().time() >= self.until:
            return
        await self._care()
        if not self.full:
            await self._derive()
            await self._tell_statuses()
        await self._send()

    def _is_time(self, what: str, every: float) -> bool:
        now = asyncio.get_running_loop().time()
        if now < self.times.get(what, 0.0):
            return False
        self.times[what] = now + every
        return True

    async def _keep(self) -> None:
        shell, now, asked = self.shell, self.shell.clock.now(), asyncio.get_running_loop().time()
        before = self.hook
        kept = await shell.store.hooks.keep(self.endpoint.id, shell.node, now, now + LEASE_MS, self.start)
        if kept is None or (before is not None and before.fence != kept.fence):
            self._lost()
        if kept is not None:
            self.hook, self.until = kept, asked + LEASE_MS / 1000 - CALL_S
            self.cursor = max(self.cursor, kept.cursor) if before is not None else kept.cursor

    async def _care(self) -> None:
        """Give up what is a day old; see whether too much waits."""
        if not self._is_time("care", CARE_S):
            return
        shell, id, now = self.shell, self.endpoint.id, self.shell.clock.now()
        if self.hook is not None and (self.hook.paused_at is not None or not self.on):
            await shell.store.hooks.park(id, now - DAY_MS, now, BATCH)
        self.full = (await shell.store.hooks.sizes(id, MOST_WAITING)).waiting >= MOST_WAITING
        if self.full:
            log.warning("webhook.full", webhook=id, waiting=MOST_WAITING)

    # --- from the feed to deliveries

    async def _derive(self) -> None:
        shell, hook = self.shell, self.hook
        assert hook is not None, "only who keeps it derives"
        made: list[HookDelivery] = []
        if self.cursor < shell.hub.newest:
            rows = list(shell.hub.recent(self.cursor) or await shell.store.feed(self.cursor, BATCH))[:BATCH]
            made = [delivery for row in rows for delivery in self._deliveries(row)]
            if rows:
                self.cursor = rows[-1].n
        behind = self.cursor - hook.cursor
        if made or behind >= CURSOR_LAG or (behind and self._is_time("cursor", CURSOR_S)):
            await self._add(replace(hook, cursor=self.cursor), made)

    async def _add(self, hook: Hook, made: list[HookDelivery]) -> None:
        try:
            await self.shell.store.hooks.add(hook, made)
        except StoreError:
            self.hook = None  # read again how far it is
            self.times.pop("keep", None)
            raise
        if self.hook is not None:
            self.hook = replace(self.hook, cursor=hook.cursor, statuses=hook.statuses)
        if made:
            self.times.pop("look", None)
        if self.cursor < self.shell.hub.newest:
            self.stirred.set()

    def _deliveries(self, row: FeedRow) -> list[HookDelivery]:
        if not self.on:
            return []
        types = [type for type in types_of(row) if type in self.endpoint.subscription.types]
        if not types or not self.endpoint.concerns(row):
            return []
        data = event_data(row, self.shell.directory, self.shell.files)
        seq = row.stored.message.seq if row.stored is not None else None
        return [
            replace(
                self._delivery(row.n * 16 + at, row.conversation, type, row.at, data),
                conversation=row.conversation, session=row.session, seq=seq,
            )
            for at, type in enumerate(types)
        ]  # fmt: skip

    def _delivery(self, ord: int, lane: str, type: str, at: int, data: HookData) -> HookDelivery:
        id, now = self.shell.new_id(), self.shell.clock.now()
        body = _encode(HookBody(id=id, type=type, at=iso(at), webhook=self.endpoint.id, data=data))
        return HookDelivery(
            id=id, hook=self.endpoint.id, ord=ord, lane=lane, type=type, at=at, made=now, due=now, body=body
        )

    async def _tell_statuses(self) -> None:
        """Agents' statuses stand on no feed: what differs from what was told last is told."""
        hook, wanted = self.hook, "agent.status" in self.endpoint.subscription.types
        if hook is None or not wanted or self.endpoint.scope.level != "all" or not self._is_time("status", STATUS_S):
            return
        seats = await self.shell.store.seats()
        statuses = {seat.agent: f"{seat.status} {seat.reason or ''}".strip() for seat in seats}
        if statuses == hook.statuses:
            return
        now = self.shell.clock.now()
        changed = [seat for seat in seats if hook.statuses and statuses[seat.agent] != hook.statuses.get(seat.agent)]
        made = [
            self._delivery(self.cursor * 16 + 15, f"agent {seat.agent}", "agent.status", now,
                           agent_data(seat, self.shell.directory))
            for seat in changed if self.on
        ]  # fmt: skip
        await self._add(replace(hook, cursor=self.cursor, statuses=statuses), made)

    # --- sending

    async def _send(self) -> None:
        hook, now = self.hook, self.shell.clock.now()
        if hook is None or not self.on or len(self.under_way) >= AT_ONCE:
            return
        self.ended.clear()
        if hook.paused_at is not None:
            if now >= hook.probe_at and not self.under_way:
                self._begin(await self.shell.store.hooks.due(hook.id, ANY_TIME, 1))
        elif self._is_time("look", LOOK_S):
            self._begin(await self.shell.store.hooks.due(hook.id, now, AT_ONCE + len(self.under_way)))

    def _begin(self, due: Sequence[HookDelivery]) -> None:
        for delivery in due:
            if len(self.under_way) < AT_ONCE and delivery.id not in self.under_way.keys() | self.ended:
                task = asyncio.create_task(self._attempt(delivery))
                self.under_way[delivery.id] = task
                task.add_done_callback(partial(self._ended, delivery.id))

    def _ended(self, id: str, task: asyncio.Task[None]) -> None:
        self.under_way.pop(id, None)
        self.ended.add(id)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("webhook.defect", webhook=self.endpoint.id, exc_info=error)

    async def _attempt(self, delivery: HookDelivery) -> None:
        shell = self.shell
        if delivery.body is None:
            return
        answer = await _call(shell, self.endpoint, delivery.id, delivery.body)
        if self.hook is None:
            return
        before = self.hook
        self.hook, settled = outcome(before, delivery, answer, shell.clock.now(), shell.random.random())
        _say(before, self.hook)
        try:
            await shell.store.hooks.settle(self.hook, settled)
        except Fenced:
            self.hook = None
        except StoreError as error:
            log.warning("webhook.not_settled", webhook=self.endpoint.id, reason=str(error))  # it is sent again
        self.times.pop("look", None)
        self.stirred.set()


def _say(before: Hook, after: Hook) -> None:
    if before.paused_at is None and after.paused_at is not None:
        log.warning("webhook.paused", webhook=after.id, reason=after.reason)
    elif before.paused_at is not None and after.paused_at is None:
        log.info("webhook.resumed", webhook=after.id)
