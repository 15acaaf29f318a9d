"""The four look-alikes and their accounts, in one world."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulator.accounts import Account, Lookalike, UnknownAccount
from simulator.line import Line
from simulator.meta import Meta
from simulator.telegram import Telegram
from simulator.twilio import Twilio
from simulator.world import Clock, Ids, World, wall_ms


@dataclass(frozen=True, slots=True)
class Site:
    """Where Frontdesk is, for a page that has its widget: base address, web channel, the inbox's address."""

    url: str
    channel: str
    inbox: str


class Lookalikes:
    def __init__(self, time_scale: float = 1.0, seed: int | None = None, now: Callable[[], int] = wall_ms) -> None:
        self.world = World(Clock(now), Ids(seed), time_scale)
        self.line = Line(self.world)
        self.twilio = Twilio(self.world)
        self.meta = Meta(self.world)
        self.telegram = Telegram(self.world)
        self.site: Site | None = None

    @property
    def url(self) -> str:
        return self.world.url

    @property
    def clock(self) -> Clock:
        return self.world.clock

    @property
    def providers(self) -> dict[str, Lookalike]:
        return {look.name: look for look in (self.line, self.twilio, self.meta, self.telegram)}

    def accounts(self) -> list[Account[Any]]:
        return [account for look in self.providers.values() for account in look.accounts.values()]

    def find(self, provider: str, account: str) -> Account[Any]:
        """Raises UnknownAccount."""
        look = self.providers.get(provider)
        if look is None or account not in look.accounts:
            raise UnknownAccount(f"There is no account {account!r} at {provider!r}")
        return look.accounts[account]

    @property
    def said(self) -> int:
        """How much was said on all accounts together."""
        return sum(len(account.mailbox.messages) for account in self.accounts())

    async def until_said(self, since: int, seconds: float) -> None:
        """Until `said` is something else, the simulator stops, or the time is over."""
        waits = [
            asyncio.ensure_future(account.mailbox.wait_until(lambda: self.said != since or None, seconds))
            for account in self.accounts()
        ]
        stop = asyncio.ensure_future(self.world.stopping.wait())
        try:
            await asyncio.wait([*waits, stop], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in (*waits, stop):
                wait.cancel()
            await asyncio.gather(*waits, stop, return_exceptions=True)


LOOKALIKES: web.AppKey[Lookalikes] = web.AppKey("lookalikes")
