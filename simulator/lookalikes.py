"""The four look-alikes and their accounts, in one world."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from simulator.accounts import Account, Lookalike, UnknownAccount
from simulator.line import Line
from simulator.meta import Meta
from simulator.telegram import Telegram
from simulator.twilio import Twilio
from simulator.world import Clock, Ids, World, wall_ms


class Lookalikes:
    def __init__(self, time_scale: float = 1.0, seed: int | None = None, now: Callable[[], int] = wall_ms) -> None:
        self.world = World(Clock(now), Ids(seed), time_scale)
        self.line = Line(self.world)
        self.twilio = Twilio(self.world)
        self.meta = Meta(self.world)
        self.telegram = Telegram(self.world)

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


LOOKALIKES: web.AppKey[Lookalikes] = web.AppKey("lookalikes")
