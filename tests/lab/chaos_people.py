"""Customers and agents of the chaos laboratory, and what each of them wrote down: said, acknowledged, answered."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from simulator import actions as do
from simulator.accounts import Account, Outcome, Phone

API = "/api/v1"
Item = dict[str, Any]


@dataclass(slots=True)
class Said:
    """One message of a customer: when it was said (monotonic, and in seconds of the day), and when its provider was
    told that it is kept."""

    kind: str
    phone: Phone
    words: str
    at: float
    outcome: Outcome
    second: float = field(default_factory=time.time)
    acknowledged: float | None = None


@dataclass(slots=True)
class Book:
    """`answered`: agents' words → session, each answered 201. `broken`: (law, how)."""

    said: dict[str, Said] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    broken: list[tuple[str, str]] = field(default_factory=list)
    asked_again: int = 0

    def breaks(self, law: str, how: str) -> None:
        self.broken.append((law, how))


class Desk:
    """The API through the balancer, asked again for as long as nobody answers."""

    def __init__(self, url: str, http: aiohttp.ClientSession, book: Book) -> None:
        self._url, self._http, self._book = url, http, book

    async def ask(self, token: str, method: str, path: str, body: Item | None = None) -> tuple[int, Any]:
        """The first answer that is no 5xx."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        while True:
            try:
                async with self._http.request(method, f"{self._url}{API}{path}", json=body, headers=headers) as answer:
                    if answer.status < 500:
                        return answer.status, await answer.json() if answer.content_length != 0 else None
            except (aiohttp.ClientError, TimeoutError):
                pass
            self._book.asked_again += 1
            await asyncio.sleep(0.1)

    async def done(self, token: str, method: str, path: str, body: Item | None = None) -> Any:
        status, answer = await self.ask(token, method, path, body)
        assert status < 300, (method, path, status, answer)
        return answer

    async def all_of(self, token: str, path: str) -> AsyncIterator[Item]:
        after = ""
        while True:
            page = await self.done(token, "GET", f"{path}{'&' if '?' in path else '?'}limit=500{after}")
            for item in page["items"]:
                yield item
            if page["next"] is None:
                return
            after = f"&after={page['next']}"


PATIENCE_S = 4.0, 15.0
"""How long a customer waits for what they said to be taken, and for an answer at the end: whoever is served slowly says
less, so that a slow machine is not buried under its own customers."""


LOOKS_S = 0.6, 1.0
"""Between two looks of an agent, and of the supervisor: lists are what the stand-in for MongoDB is slowest at."""


async def customer(account: Account[Any], kind: str, name: str, book: Book, random: Random, pause: float) -> None:
    """Says a few things, each once the one before is settled or has taken too long; then waits for an answer."""
    phone = account.phone(name=name)
    for number in range(random.randint(2, 6)):
        words, at, second = f"{name} says {number}", time.monotonic(), time.time()
        outcome = await phone.do(do.Text(words), wait=False)
        said = book.said[words] = Said(kind, phone, words, at, outcome, second)
        await _settled(said, PATIENCE_S[0])
        await asyncio.sleep(random.expovariate(1 / pause))
    with suppress(TimeoutError):
        await phone.wait_for(lambda message: message.text.startswith("answer"), PATIENCE_S[1])


async def _settled(said: Said, within: float) -> None:
    for delivery in said.outcome.deliveries:
        await delivery.wait(within)
    noted(said)


def noted(said: Said) -> None:
    if said.acknowledged is None and said.outcome.status == 200:
        said.acknowledged = time.monotonic()


async def agent(desk: Desk, token: str, book: Book, random: Random) -> None:
    """Answers whatever chat is theirs, once or twice, and closes it; for ever."""
    replies: Counter[str] = Counter()
    while True:
        page = await desk.done(token, "GET", "/inbox/sessions?mine=true&phase=active&limit=100")
        for session in page["items"]:
            id, number = session["id"], replies[session["id"]]
            if number == 2 or (number and random.random() < 0.3):
                status, _ = await desk.ask(token, "POST", f"/inbox/sessions/{id}/close", {})
                assert status in (200, 204, 409), status
                continue
            words = f"answer {number} to {id}"
            body = {"client_id": words, "content": {"type": "text", "text": words}}
            status, said = await desk.ask(token, "POST", f"/inbox/sessions/{id}/messages", body)
            assert status in (201, 409), (status, said)
            replies[id] += 1
            if status == 201:
                book.answered[words] = id
        await asyncio.sleep(LOOKS_S[0])


async def supervisor(desk: Desk, token: str, book: Book, capacities: dict[str, int]) -> None:
    """Counts everybody's chats; one who has too many twice in a row, the same ones, has too many."""
    before: dict[str, set[str]] = {}
    while True:
        chats: dict[str, set[str]] = {}
        async for session in desk.all_of(token, "/inbox/sessions?phase=active"):
            chats.setdefault(session["agent"]["id"], set()).add(session["id"])
        for agent, sessions in chats.items():
            if len(sessions & before.get(agent, set())) > capacities[agent]:
                book.breaks("capacity", f"{agent} has {sorted(sessions)} and places for {capacities[agent]}")
        before = chats
        await asyncio.sleep(LOOKS_S[1])
