"""Channels at work: each one's connector with its wire, its health, and what is asked of its provider at once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from api.directory import Directory
from api.documents import HealthDoc
from core.channel import (
    Checks,
    Connector,
    FetchesMedia,
    ListsTemplates,
    RegistersWebhook,
    ShowsTyping,
    TemplateInfo,
    Wire,
)
from core.effect import FetchMedia
from core.errors import DeliveryError, Error, Refused, Rejected
from core.message import Content, Media
from core.ports.clock import Clock
from core.ports.store import Store
from core.ports.writing import Leased
from gateway.files import MOST_BYTES, Files
from gateway.shell import Ways
from gateway.wire import Network

CHECK_EVERY_S = 600.0
ASK_EVERY_S = 5.0  # whether it is our turn
LOAD_AT_A_TIME = 4

log = structlog.get_logger()


class Channels:
    """`ways` of a channel are made once and again after it was changed."""

    def __init__(
        self, directory: Directory, network: Network, store: Store, clock: Clock, files: Files, public_url: str
    ) -> None:
        self._directory, self._network, self._store, self._clock = directory, network, store, clock
        self._files, self._public_url = files, public_url
        self._ways: dict[str, Ways] = {}
        self._checks: set[asyncio.Task[None]] = set()

    def ways(self, channel: str) -> Ways:
        """Raises KeyError for a channel that is gone."""
        connector = self._directory.connector(channel)
        known = self._ways.get(channel)
        if known is None or known.connector is not connector:
            known = self._ways[channel] = self._made(channel, connector)
        return known

    def _made(self, channel: str, connector: Connector) -> Ways:
        doc = self._directory.channels[channel]
        trusted = [str(doc.settings[name]) for name in ("api_base", "data_base") if doc.settings.get(name)]
        defaults = connector.Settings.__struct_defaults__
        trusted += [value for value in defaults if isinstance(value, str) and value.startswith("https://")]
        return Ways(connector, self._network.wire(trusted), f"{self.webhook_url(channel)}/status")

    def webhook_url(self, channel: str) -> str:
        """What the provider calls."""
        return f"{self._public_url}/hooks/{channel}"

    # asked at once

    def check_soon(self, channel: str) -> None:
        task = asyncio.create_task(self.check(channel))
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)

    async def check(self, channel: str) -> None:
        """Look at a channel's credentials, tell the provider our address where it can be told, keep what it says."""
        try:
            if (preparing := self._directory.prepare(channel)) is not None:
                await preparing
            await self._register(channel)
            await self._directory.save_health(channel, await self.look(channel))
        except KeyError:
            return  # it was removed meanwhile
        except Error as error:
            log.warning("channels.health_not_kept", channel=channel, reason=str(error))

    async def look(self, channel: str) -> HealthDoc:
        """What the provider says of a channel now; raises KeyError if it is gone."""
        ways = self.ways(channel)
        if not isinstance(ways.connector, Checks):
            return HealthDoc(ok=None, at=self._clock.now())
        ok, reason, facts = await self._asked(ways.connector, ways.wire, channel)
        return HealthDoc(ok=ok, reason=reason, facts=dict(facts), at=self._clock.now())

    async def _register(self, channel: str) -> None:
        ways = self.ways(channel)
        if isinstance(ways.connector, RegistersWebhook):
            try:
                await ways.connector.register(self.webhook_url(channel), ways.wire)
            except DeliveryError as error:
                log.info("channels.not_registered", channel=channel, reason=error.reason)  # `look` says why

    async def _asked(self, connector: Checks, wire: Wire, channel: str) -> tuple[bool, str | None, Mapping[str, str]]:
        try:
            health = await connector.check(wire, self.webhook_url(channel))
        except DeliveryError as error:
            return False, error.reason, {}
        return health.ok, health.reason, health.facts

    async def watch(self, ours: Callable[[], bool] = lambda: True) -> None:
        """Check every channel now and again, for ever; `ours`: this is the node to do it."""
        while True:
            if not ours():
                await asyncio.sleep(ASK_EVERY_S)
                continue
            for channel in list(self._directory.channels):
                await self.check(channel)
            await asyncio.sleep(CHECK_EVERY_S)

    async def templates(self, channel: str) -> Sequence[TemplateInfo]:
        ways = self.ways(channel)
        if not isinstance(ways.connector, ListsTemplates):
            raise Refused("no_templates", "This channel has no templates.")
        return await ways.connector.templates(ways.wire)

    async def typing(self, channel: str, address: str, read_mark: str | None) -> None:
        ways = self.ways(channel)
        if isinstance(ways.connector, ShowsTyping):
            await ways.connector.typing(address, read_mark, ways.wire)

    async def fetch(self, errand: Leased, effect: FetchMedia, ways: Ways) -> Content:
        """Bring the bytes of a customer's file here; the message it stands in, with its new address."""
        stored = await self._store.message(effect.session, effect.seq)
        if stored is None or not isinstance(stored.message.content, Media):
            raise Rejected("gone", "The message is gone.")
        if not isinstance(ways.connector, FetchesMedia):
            raise Rejected("no_media", "This channel gives no files.")
        url, headers = await ways.connector.media(effect.ref, ways.wire)
        kept = await self._files.keep(ways.wire.stream(url, headers, max_bytes=MOST_BYTES))
        content = stored.message.content
        return type(content)(
            url=kept.url,
            mime=content.mime if content.mime != "application/octet-stream" else kept.mime,
            size=kept.size,
            name=content.name,
            caption=content.caption,
            duration=content.duration,
            ref=content.ref,
        )

    async def stop(self) -> None:
        for task in self._checks:
            task.cancel()
        await asyncio.gather(*self._checks, return_exceptions=True)
