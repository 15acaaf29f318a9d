"""What is counted, and `/metrics`: every figure's meaning is its help text."""

from collections.abc import Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest

from core.ports.nodes import Feed
from gateway.keeping import Keeping
from gateway.spool import Spool


class Metrics:
    """The figures of one process. Labels are channel ids and a closed set of words, never anything a customer sent."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._inbound = Counter(
            "frontdesk_webhooks",
            "Webhook items by channel and what became of them: kept, duplicate, status, forged, unreadable, "
            "not_understood, unknown, ignored kinds, too_large, store_down, spooled, replayed, refused",
            ("channel", "what"),
            registry=self.registry,
        )
        self._outbound = Counter(
            "frontdesk_deliveries",
            "Calls to providers by channel and outcome: "
            "sent, failed, throttled, unreachable, uncertain, rejected, given_up",
            ("channel", "what"),
            registry=self.registry,
        )
        self._children: dict[tuple[str, str, str], Counter] = {}
        self.held = Gauge("frontdesk_errands_held", "Errands this process works at", registry=self.registry)
        self.errands = Gauge("frontdesk_errands", "Errands in the store, due or not", registry=self.registry)
        self.sessions = Gauge("frontdesk_sessions", "Open sessions by phase", ("phase",), registry=self.registry)
        self.spooled = Gauge(
            "frontdesk_spool_webhooks",
            "Webhooks on local disk that the store does not have yet",
            registry=self.registry,
        )
        self.spool_bytes = Gauge("frontdesk_spool_bytes", "Bytes of the spool on disk", registry=self.registry)
        self.feed_up = Gauge(
            "frontdesk_feed_up",
            "1 while hints between nodes arrive (Redis), 0 while nodes poll",
            registry=self.registry,
        )
        self.desk_kept = Gauge(
            "frontdesk_desk_kept", "1 on the node that assigns waiting chats, 0 on others", registry=self.registry
        )
        self.sockets = Gauge("frontdesk_sockets", "Open WebSockets", ("side",), registry=self.registry)

    def inbound(self, channel: str, what: str) -> None:
        self._count(self._inbound, "in", channel, what)

    def outbound(self, channel: str, what: str) -> None:
        self._count(self._outbound, "out", channel, what)

    def _count(self, counter: Counter, way: str, channel: str, what: str) -> None:
        child = self._children.get((way, channel, what))
        if child is None:
            child = self._children[way, channel, what] = counter.labels(channel, what)
        child.inc()

    def stored(self, counts: Mapping[str, int]) -> None:
        """What was counted in the store (`Store.counts`)."""
        for name, value in counts.items():
            if name.startswith("sessions_"):
                self.sessions.labels(name.removeprefix("sessions_")).set(value)
            elif name == "errands":
                self.errands.set(value)

    def watch(self, spool: Spool, feed: Feed, keeping: Keeping | None) -> None:
        """Figures that are looked up when they are asked for."""
        self.spooled.set_function(lambda: spool.waiting)
        self.spool_bytes.set_function(lambda: spool.size)
        self.feed_up.set_function(lambda: feed.trouble is None)
        self.desk_kept.set_function(lambda: keeping is None or keeping.fence is not None)

    async def answer(self, request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
