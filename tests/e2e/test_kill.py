"""`kill -9` of the server at random moments under load: the ledgers of customers and of the provider are compared."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from simulator import actions as do
from simulator.accounts import Account, Outcome, Settings
from simulator.app import Simulator
from tests.api import hits
from tests.e2e.house import INBOX, PROVIDERS, Frame, House, free_port, text, until, visited
from tests.e2e.process import Served, environment, start

KILLS = 8
CUSTOMERS = 6  # of each channel, before each kill
CONFIRMING, CONFIRMED = "whatsapp-cloud", 2
"""What was under way there waits 30 s for a status after a kill, so that its customers write before the first two."""
PERSISTENT = ("telegram", "whatsapp-cloud")
"""Providers that send a webhook until it is answered."""


@dataclass
class Ledger:
    """What each side holds in hand: customers their provider's answers, the agent the API's."""

    said: dict[str, tuple[str, Outcome]] = field(default_factory=dict)  # words → kind, what became of them
    answered: dict[str, str] = field(default_factory=dict)  # words → session, each answered 201


@pytest.mark.timeout(110)
async def test_what_was_acknowledged_survives_every_kill_and_what_went_twice_says_so(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice, port, ledger = random.Random(seed), free_port(), Ledger()
    env = environment(tmp_path / "data", port)
    server = await start(env)
    try:
        async with (
            Simulator(time_scale=0.005) as simulator,
            visited(f"http://127.0.0.1:{port}", simulator, hits.of(request.config)) as house,
        ):
            mei = await house.agent("Mei", capacity=500)
            for kind in PROVIDERS:
                await house.channel(kind)
            _redelivering(house.accounts["line"])
            answering = asyncio.create_task(_answer(house, mei.token or "", ledger))
            for number in range(KILLS):
                await _speak(house, ledger, number)
                await asyncio.sleep(dice.uniform(0.02, 0.7))  # the moment is the dice's, not a condition's
                server = await _killed(server, env)
            await simulator.settle()
            await _everything_is_there(house, ledger)
            await _all_are_answered(house, ledger)
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
            await _nothing_waits(house)
            twice = await _nothing_is_doubled_in_silence(house, ledger)
            print(f"{len(ledger.said)} said, {len(ledger.answered)} answered, {twice} went twice and say so")
    finally:
        await server.stop()


def _redelivering(account: Account[Any]) -> None:
    account.settings = Settings(redelivery=True)


async def _killed(server: Served, env: dict[str, str]) -> Served:
    await server.kill()
    assert "Traceback" not in server.said, server.said
    return await start(env)


async def _speak(house: House, ledger: Ledger, round: int) -> None:
    """New customers on every channel, all at once; nobody waits for their answers here."""
    for kind in PROVIDERS:
        for number in range(CUSTOMERS if kind != CONFIRMING or round < CONFIRMED else 0):
            words = f"hello {kind} {round}-{number}"
            phone = house.accounts[kind].phone(name=words)
            ledger.said[words] = kind, await phone.do(do.Text(words), wait=False)


async def _answer(house: House, token: str, ledger: Ledger) -> None:
    """An agent on a weak line: answers whatever is hers, and says it again until it was taken."""
    while True:
        try:
            await _answer_once(house, token, ledger)
        except (aiohttp.ClientError, ConnectionError):
            await asyncio.sleep(0.05)


async def _answer_once(house: House, token: str, ledger: Ledger) -> None:
    mei = house.nobody.as_(token)
    page = await mei.get(f"{INBOX}/sessions", params={"mine": "true", "phase": "active", "limit": "500"})
    done = set(ledger.answered.values())
    for session in [item["id"] for item in page.body["items"] if item["id"] not in done]:
        words = f"answer to {session}"
        body = {"client_id": session, "content": text(words)}
        answer = await mei.post(f"{INBOX}/sessions/{session}/messages", body)
        assert answer.status == 201, answer.body
        ledger.answered[words] = session
    await asyncio.sleep(0.02)


async def _sessions(house: House) -> dict[str, tuple[str, list[Frame]]]:
    """Session → kind and messages."""
    found = {}
    for kind in PROVIDERS:
        for session in await house.sessions(kind):
            found[session["id"]] = kind, await house.messages(session["id"])
    return found


async def _everything_is_there(house: House, ledger: Ledger) -> None:
    kept: Counter[str] = Counter()
    for _, messages in (await _sessions(house)).values():
        assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
        kept.update(m["content"]["text"] for m in messages if m["author"]["kind"] == "customer")
    acknowledged = {words for words, (_, outcome) in ledger.said.items() if outcome.status == 200}
    assert {words for words, (kind, _) in ledger.said.items() if kind in PERSISTENT} <= acknowledged
    assert acknowledged - kept.keys() == set(), "acknowledged and missing"
    assert {words: count for words, count in kept.items() if count > 1} == {}, "kept twice"


async def _all_are_answered(house: House, ledger: Ledger) -> None:
    wanted = len(await _sessions(house))

    async def look() -> bool | None:
        return len(ledger.answered) == wanted or None

    await until(look)


async def _nothing_waits(house: House) -> None:
    """Until nothing is on its way out any more."""

    async def look() -> bool | None:
        states = {m["state"] for _, messages in (await _sessions(house)).values() for m in messages}
        return "queued" not in states or None

    await until(look, 60.0)


async def _nothing_is_doubled_in_silence(house: House, ledger: Ledger) -> int:
    """How many messages reached a phone twice; each of them has to say that it may have."""
    twice = 0
    for session, (kind, messages) in (await _sessions(house)).items():
        first = next(m["content"]["text"] for m in messages if m["author"]["kind"] == "customer")
        phone = next(phone for phone in house.accounts[kind].phones.values() if phone.name == first)
        arrived = Counter(message.text for message in phone.received)
        ours = [m for m in messages if m["author"]["kind"] != "customer"]
        assert [m["content"]["text"] for m in ours].count(f"answer to {session}") == 1
        for message in ours:
            count = arrived.pop(message["content"]["text"], 0)
            late = message["state"] == "failed" and message["error"]["code"] == "too_late"
            if late:  # a place in the queue, which nobody wants to hear of after a minute
                assert (
                    message["error"]["reason"] == "The channel never confirmed it; it may have arrived." or count == 0
                )
            else:
                assert message["state"] in ("sent", "delivered", "read"), (kind, message)
                assert count >= 1, (kind, message)
            assert not late or message["content"]["text"].startswith(("There ", "You are next")), message
            assert count == 1 or message.get("maybe_twice"), (kind, count, message)
            assert count == 1 or kind != "line", "LINE tells a repeat by its key or its token"
            twice += count > 1
        assert arrived == {}, "nothing reached a phone that stands in no chat"
    return twice
