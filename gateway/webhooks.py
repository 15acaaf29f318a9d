"""Where providers knock: signature first, then read, then one commit, then 2xx. The verdicts are API.md's."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from aiohttp import web
from msgspec.structs import replace

from core import channel as ch
from core.command import Amend, Reach, Receive, Retract
from core.customer import Address
from core.engine import Engine
from core.errors import Duplicate, Forged, NotUnderstood, Stale, StoreDown, Unreadable
from core.ports.clock import Clock
from core.ports.papers import Raw
from core.ports.store import Store
from core.ports.writing import Cause
from gateway.spool import Kept, SpoolFull

MAX_BODY = 4 << 20  # the largest that any provider sends is 3 MB
RETRY_AFTER_S = 5
NOT_KEPT = frozenset({"authorization", "cookie", "proxy-authorization"})  # headers that no connector reads

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Door:
    """What intake needs to know of a channel."""

    connector: ch.Connector
    enforce: bool


class Aside(Protocol):
    """Where webhooks wait while the store is away (spool.py)."""

    def holds(self, channel: str) -> bool:
        """Whether older ones of the channel wait."""

    async def keep(self, kept: Kept) -> None:
        """Durable when it returns. Raises `SpoolFull`."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Turns webhooks into commands. `door` raises KeyError for an unknown channel; `count` takes channel and what.

    `patience`: seconds a store that hangs may take before the webhook goes to the spool; None where the store is this
    process's own and fails at once. What hangs is not cancelled (it may be written yet): should it come through, the
    replay finds its cause kept. `_hanging` are those. `prepare` builds a channel's connector where it is not built yet.
    """

    store: Store
    engine: Engine
    clock: Clock
    public_url: str
    door: Callable[[str], Door]
    count: Callable[[str, str], None]
    spool: Aside
    patience: float | None = None
    prepare: Callable[[str], Awaitable[None] | None] = lambda channel: None
    _hanging: set[asyncio.Task[None]] = field(default_factory=set)

    async def hook(self, request: web.Request) -> web.StreamResponse:
        """`/hooks/{channel}` and `/hooks/{channel}/status`, any method a provider uses."""
        channel = request.match_info["channel"]
        if (preparing := self.prepare(channel)) is not None:
            await preparing
        try:
            door = self.door(channel)
        except KeyError:
            return web.Response(status=404, text="There is no such channel.")
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            self.count(channel, "too_large")
            return web.Response(status=413, text=f"A webhook has at most {MAX_BODY} bytes.")
        except web.RequestPayloadError:  # its Content-Encoding is not what it is, or its chunks are none
            self.count(channel, "unreadable")
            return web.Response(status=400, text="The body cannot be read.")
        seen = ch.HookRequest(
            method=request.method,
            url=self.public_url + request.raw_path,
            query=request.query,
            headers=request.headers,
            body=body,
            part=request.match_info.get("part", ""),
        )
        if request.method == "GET":
            return self._challenge(channel, door, seen)
        return await self._take(channel, door, seen)

    def _challenge(self, channel: str, door: Door, request: ch.HookRequest) -> web.Response:
        if not isinstance(door.connector, ch.Challenged):
            return web.Response(status=405, text="This channel's webhook takes POST.", headers={"Allow": "POST"})
        try:
            return web.Response(body=door.connector.challenge(request), content_type="text/plain")
        except Forged as error:
            self.count(channel, "forged")
            return web.Response(status=403, text=str(error))

    async def _take(self, channel: str, door: Door, request: ch.HookRequest) -> web.Response:
        try:
            self._verify(channel, door, request)
            items = door.connector.read(request)
        except Forged as error:
            return web.Response(status=403, text=str(error))
        except Unreadable as error:
            self.count(channel, "unreadable")
            return web.Response(status=400, text=str(error))
        except NotUnderstood as error:
            return await self._kept(channel, request, str(error))
        except Exception as error:  # a defect of ours, on something signed: nothing of it may get lost
            log.exception("intake.defect", channel=channel)
            return await self._kept(channel, request, f"could not be read: {type(error).__name__}")
        if not items:
            return web.Response()
        return await self._durable(channel, request, lambda: self.take(channel, items, request.body))

    async def _durable(
        self, channel: str, request: ch.HookRequest, take: Callable[[], Coroutine[None, None, None]]
    ) -> web.Response:
        """In the store or, while it is away or older ones of the channel wait there, in the spool."""
        if not self.spool.holds(channel):
            try:
                if self.patience is None:
                    await take()
                else:
                    await self._soon(take(), self.patience)
                return web.Response()
            except (StoreDown, Stale) as error:
                self.count(channel, "store_down")
                log.warning("intake.store_down", channel=channel, reason=str(error))
        try:
            await self.spool.keep(_to_keep(channel, self.clock.now(), request))
        except SpoolFull as error:
            self.count(channel, "refused")
            log.error("intake.refused", channel=channel, reason=str(error))  # noqa: TRY400 (a full disk is no defect)
            return web.Response(status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
        self.count(channel, "spooled")
        return web.Response()

    async def _soon(self, work: Coroutine[None, None, None], patience: float) -> None:
        task = asyncio.create_task(work)
        done, _ = await asyncio.wait({task}, timeout=patience)
        if done:
            task.result()
            return
        self._hanging.add(task)
        task.add_done_callback(self._came_through)
        raise StoreDown(f"no answer within {patience:g} s")

    def _came_through(self, task: asyncio.Task[None]) -> None:
        self._hanging.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.debug("intake.hung", reason=str(error))  # the webhook is in the spool

    async def stop(self) -> None:
        for task in tuple(self._hanging):
            task.cancel()
        await asyncio.gather(*self._hanging, return_exceptions=True)

    def _verify(self, channel: str, door: Door, request: ch.HookRequest) -> None:
        try:
            door.connector.verify(request)
        except Forged:
            self.count(channel, "forged")
            if door.enforce:
                raise

    async def _kept(self, channel: str, request: ch.HookRequest, why: str) -> web.Response:
        """Signed, but not understood: kept raw, so that a provider does not send it for days and nothing is lost."""
        self.count(channel, "not_understood")
        log.warning("intake.not_understood", channel=channel, why=why)
        raw = Raw(channel, self.clock.now(), why, request.body)
        return await self._durable(channel, request, lambda: self.store.keep_raw(raw))

    async def take(self, channel: str, items: Sequence[ch.Inbound], body: bytes) -> None:
        """Make everything of one webhook durable; raises `StoreDown` if anything could not be."""
        now = self.clock.now()
        items = [replace(item, at=now) if getattr(item, "at", None) == 0 else item for item in items]
        if len(items) == 1:
            await self.one(channel, items[0], body)
            return
        lanes: dict[str, list[ch.Inbound]] = {}
        for item in items:
            lanes.setdefault(getattr(item, "address", ""), []).append(item)
        results = await asyncio.gather(
            *(self._lane(channel, lane, body) for lane in lanes.values()), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _lane(self, channel: str, items: list[ch.Inbound], body: bytes) -> None:
        """One person's part of a webhook, in the order of the provider's time: nothing of it is committed yet."""
        for item in sorted(items, key=lambda item: getattr(item, "at", 0)):
            await self.one(channel, item, body)

    async def one(self, channel: str, item: ch.Inbound, body: bytes) -> None:
        """Make one thing that a webhook said durable."""
        match item:
            case ch.Received():
                await self._received(channel, item)
            case ch.StatusUpdate():
                self.count(channel, "status")
                now = self.clock.now()
                await self.store.report(channel, item if item.at else replace(item, at=now), now)
            case ch.Edited():
                await self._edited(channel, item)
            case ch.Unsent():
                await self._unsent(channel, item)
            case ch.Reached():
                await self._do(channel, Address(channel, item.address), Reach(item), Cause(channel, item.id))
            case ch.Ignored(kind=kind, keep=keep):
                self.count(channel, f"ignored_{kind}" if not keep else "unknown")
                if keep:
                    await self.store.keep_raw(Raw(channel, self.clock.now(), f"unknown: {kind}", body))

    async def _received(self, channel: str, item: ch.Received) -> None:
        if not item.at:  # a provider that tells no time
            item = replace(item, at=self.clock.now())
        answers = None
        if item.reply_to is not None:
            place = await self.store.place(channel, item.reply_to)
            answers = place[1] if place else None
        cause = Cause(channel, item.id, ref=item.message_id)
        await self._do(channel, Address(channel, item.address), Receive(item, answers), cause)

    async def _edited(self, channel: str, item: ch.Edited) -> None:
        place = await self.store.place(channel, item.message_id)
        if place is None:  # an edit of what we never had is a message all the same
            heard = ch.Received(
                id=item.id, address=item.address, content=item.content, at=item.at, message_id=item.message_id
            )
            await self._received(channel, heard)
            return
        command = Amend(place[0], place[1], item.content, item.at)
        await self._do(channel, Address(channel, item.address), command, Cause(channel, item.id))

    async def _unsent(self, channel: str, item: ch.Unsent) -> None:
        place = await self.store.place(channel, item.message_id)
        if place is None:
            self.count(channel, "unsent_unknown")
            return
        await self._do(channel, Address(channel, item.address), Retract(*place), Cause(channel, item.id))

    async def _do(self, channel: str, where: Address, command: Receive | Amend | Retract | Reach, cause: Cause) -> None:
        try:
            await self.engine.handle(where, command, cause)
        except Duplicate:
            self.count(channel, "duplicate")
        else:
            self.count(channel, "kept")


def _to_keep(channel: str, at: int, request: ch.HookRequest) -> Kept:
    return Kept(
        channel=channel,
        at=at,
        method=request.method,
        url=request.url,
        query=tuple(request.query.items()),
        headers=tuple((str(name), value) for name, value in request.headers.items() if name.lower() not in NOT_KEPT),
        part=request.part,
        body=request.body,
    )


def routes(intake: Intake) -> list[web.RouteDef]:
    return [
        web.route("*", "/hooks/{channel}", intake.hook),
        web.route("*", "/hooks/{channel}/{part:status}", intake.hook),
    ]
