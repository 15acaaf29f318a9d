"""A LINE reply whose process was suspended between two attempts: "invalid" then says nothing of whether it was sent."""

import asyncio
from random import Random
from typing import Any

from connectors.line import Line, LineSettings
from core.channel import Answer, Delivery, Part, Receipt, Secret
from core.message import Text
from tests.lab.loop import Loop

ID = "0190a5b0c0d07e0f8a9b0c1d2e3f4a5b"


class Slept:
    """LINE refuses the token after a call that took `seconds`, and takes the push."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.called: list[str] = []

    async def call(self, method: str, url: str, *_: object, **__: object) -> Answer:
        self.called.append(url.rsplit("/", 1)[-1])
        if url.endswith("/reply"):
            await asyncio.sleep(self.seconds)
            return Answer(400, {}, b'{"message":"Invalid reply token"}')
        return Answer(200, {}, b'{"sentMessages":[{"id":"7"}]}')

    def stream(self, *_: object, **__: object) -> Any:
        raise AssertionError("nobody fetches here")


def replied(wire: Slept) -> Receipt:
    line = Line(LineSettings(channel_secret=Secret("s"), channel_access_token=Secret("t")))
    delivery = Delivery(id=ID, address="U1", parts=(Part(2, Text("hi")),), token="r1", token_age=2.0, uncertain=True)
    loop = Loop(Random(1))
    try:
        return loop.run_until_complete(line.deliver(delivery, wire))
    finally:
        loop.close()


def test_a_token_refused_within_its_time_was_used() -> None:
    wire = Slept(1.0)
    assert replied(wire) == Receipt()
    assert wire.called == ["reply"]


def test_a_token_refused_after_its_time_may_not_have_been_used() -> None:
    wire = Slept(90.0)
    assert replied(wire) == Receipt(message_ids=("7",), maybe_twice=True)
    assert wire.called == ["reply", "push"]
