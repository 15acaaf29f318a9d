"""Carries webhooks to the business: order within a queue, the provider's retries, faults. Blind to their content."""

import asyncio
from collections import defaultdict
from typing import Any, Protocol

import aiohttp
import msgspec

from simulator.faults import Faults
from simulator.world import World


class Post(msgspec.Struct, frozen=True):
    """One webhook to make. Posts of one `queue` go out strictly one after the other. `url`: not the account's own.
    `headers` come on top of those of the signature."""

    payload: Any
    message_id: str = ""
    queue: str | None = None
    url: str | None = None
    redelivered: bool = False
    headers: dict[str, str] = {}


class Answer(msgspec.Struct, frozen=True):
    """`status` 0: no connection, or no answer in time (`timed_out`)."""

    status: int
    retry_after: str | None = None
    body: bytes = b""
    timed_out: bool = False


class Business(Protocol):
    """An account, as far as its webhooks are concerned."""

    @property
    def id(self) -> str: ...
    @property
    def webhook_url(self) -> str | None: ...
    @property
    def deadline(self) -> float | None: ...
    @property
    def webhook_faults(self) -> Faults: ...
    @property
    def deliveries(self) -> list["Delivery"]: ...


class Carrier(Protocol):
    """The provider's part in delivering; `account` is one of its own."""

    deadline: float

    def encode(self, payload: Any, redelivered: bool) -> bytes: ...

    def sign(self, account: Any, url: str, body: bytes) -> dict[str, str]:
        """All headers, content type included."""

    def retry_in(self, account: Any, attempt: int, answer: Answer) -> float | None:
        """Seconds until the next attempt after the `attempt`th (from 1), None for none: delivered or given up."""

    def answered(self, account: Any, answer: Answer) -> None:
        """Called after each attempt that was answered with 2xx."""


class Delivery:
    def __init__(self, post: Post) -> None:
        self.post = post
        self.answers: list[Answer] = []
        self.returned = asyncio.Event()

    @property
    def message_id(self) -> str:
        return self.post.message_id

    @property
    def attempts(self) -> list[int]:
        """Status of each attempt, 0 where there was no answer."""
        return [answer.status for answer in self.answers]

    @property
    def status(self) -> int | None:
        """Of the last attempt; None before the first, and while held back or dropped by a fault."""
        return self.answers[-1].status if self.answers else None

    async def wait(self, timeout: float | None = None) -> None:
        """Until settled, held back or dropped, or until the time is over."""
        try:
            await asyncio.wait_for(self.returned.wait(), timeout)
        except TimeoutError:
            return


class Courier:
    def __init__(self, world: World, carrier: Carrier) -> None:
        self._world = world
        self._carrier = carrier
        self._queues: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._held: defaultdict[str, list[Delivery]] = defaultdict(list)

    def send(self, account: Business, post: Post) -> Delivery:
        """Starts at once, in the background. Raises NoWebhook."""
        self._url(account, post.url)
        delivery = Delivery(post)
        account.deliveries.append(delivery)
        self._world.spawn(self._run(account, delivery))
        return delivery

    async def post_once(self, account: Business, body: bytes, headers: dict[str, str] | None) -> int | None:
        url = self._url(account, None)
        answer = await self._post(account, url, body, headers or self._carrier.sign(account, url, body))
        return answer.status or None

    async def _run(self, account: Business, delivery: Delivery) -> None:
        fault = account.webhook_faults.take("*")
        if fault is not None and fault.kind == "drop":
            delivery.returned.set()
        elif fault is not None and fault.kind == "reorder":
            self._held[account.id].append(delivery)
            delivery.returned.set()
        else:
            try:
                await self._deliver(account, delivery, twice=fault is not None)
            finally:
                delivery.returned.set()
            for late in self._held.pop(account.id, []):
                await self._deliver(account, late, twice=False)

    async def _deliver(self, account: Business, delivery: Delivery, twice: bool) -> None:
        if delivery.post.queue is None:
            await self._try_until_settled(account, delivery, twice)
            return
        async with self._queues[account.id, delivery.post.queue]:
            await self._try_until_settled(account, delivery, twice)

    async def _try_until_settled(self, account: Business, delivery: Delivery, twice: bool) -> None:
        if twice:
            await asyncio.gather(self._attempt(account, delivery), self._attempt(account, delivery))
        else:
            await self._attempt(account, delivery)
        while True:
            wait = self._carrier.retry_in(account, len(delivery.answers), delivery.answers[-1])
            if wait is None:
                return
            await self._world.pause(wait)
            await self._attempt(account, delivery)

    async def _attempt(self, account: Business, delivery: Delivery) -> None:
        post = delivery.post
        body = self._carrier.encode(post.payload, post.redelivered or bool(delivery.answers))
        url = self._url(account, post.url)
        answer = await self._post(account, url, body, self._carrier.sign(account, url, body) | post.headers)
        delivery.answers.append(answer)
        if 200 <= answer.status < 300:
            self._carrier.answered(account, answer)

    async def _post(self, account: Business, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        timeout = aiohttp.ClientTimeout(total=account.deadline or self._carrier.deadline)
        try:
            async with self._world.session.post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return Answer(response.status, response.headers.get("Retry-After"), await response.read())
        except TimeoutError:
            return Answer(0, timed_out=True)
        except aiohttp.ClientError:
            return Answer(0)

    @staticmethod
    def _url(account: Business, override: str | None) -> str:
        url = override or account.webhook_url
        if url is None:
            raise NoWebhook(f"The account {account.id} has no webhook URL")
        return url


class NoWebhook(Exception):
    """A customer did something before the account was told where to report it."""
