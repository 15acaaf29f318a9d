"""What waited in the spool is answered as what is late: its reply token was good for a minute from when it came."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from core.channel import HookRequest, Inbound, Received
from core.message import Text
from gateway.replay import Replay
from gateway.spool import Batch, Kept, Spool
from gateway.webhooks import Door, Intake


class Reader:
    """A connector that reads one message with a token out of anything."""

    def read(self, request: HookRequest) -> list[Inbound]:
        return [Received(id="m1", address="ann", content=Text("hello"), at=5, reply_token="r1")]


class Opened:
    """An intake that only notes what it is given."""

    store = None

    def __init__(self) -> None:
        self.taken: list[Inbound] = []

    def door(self, channel: str) -> Door:
        return Door(cast(Any, Reader()), enforce=True)

    async def one(self, channel: str, item: Inbound, body: bytes) -> None:
        self.taken.append(item)

    def count(self, channel: str, what: str) -> None:
        """Nobody counts here."""


class Done(Exception):
    pass


class OneBatch:
    """A spool with one webhook in it, and the end of the test behind it."""

    waiting = 1

    def __init__(self) -> None:
        self.left = [Kept("c", 5, "POST", "https://desk.test/hooks/c", (), (), "", b"")]

    async def filled(self) -> None:
        if not self.left:
            raise Done

    async def oldest(self) -> Batch:
        return cast(Batch, _Batch(tuple(self.left)))

    async def drop(self, batch: Batch) -> None:
        self.left = []


class _Batch:
    def __init__(self, kept: tuple[Kept, ...]) -> None:
        self.kept = kept


class Awake:
    async def newest(self) -> int:
        return 0


async def test_a_message_that_waited_in_the_spool_has_no_reply_token_any_more() -> None:
    intake = Opened()
    intake.store = cast(Any, Awake())
    replay = Replay(cast(Spool, OneBatch()), cast(Intake, intake))
    run: Callable[[], Any] = replay.run
    with pytest.raises(Done):
        await run()
    (taken,) = intake.taken
    assert isinstance(taken, Received)
    assert (taken.id, taken.reply_token) == ("m1", None)
