"""What the simulator remembers: messages of both sides, API calls, and waiting for one of them. No HTTP here."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

import msgspec

T = TypeVar("T")

SIGNALS = frozenset({"typing", "read", "callback_answer"})


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """A button as the customer sees it. `id` is what pressing it sends; `answers` says in which form."""

    id: str
    label: str
    answers: Literal["postback", "text", "button", "list", "template", "link"] = "postback"


class Message(msgspec.Struct, frozen=True):
    """`via`: for LINE `reply`, `push`, `multicast`; else the API method; for the customer's side `webhook`.
    `raw` is the provider's own content. `delivered` is false when accepted but not shown (blocked, window closed)."""

    seq: int
    provider: str
    account: str
    customer: str
    side: Literal["customer", "business"]
    kind: str
    text: str
    at: int
    id: str
    via: str
    options: tuple[Option, ...] = ()
    key: str | None = None
    reply_to: str | None = None
    delivered: bool = True
    raw: dict[str, Any] = {}


class Call(msgspec.Struct, frozen=True):
    """One API request, also the failed ones. `status` 0: no answer was given (hang, drop)."""

    method: str
    at: int
    status: int
    fault: str | None = None


class Mailbox:
    """Messages of one account in order. `repeats` counts idempotency hits by message id."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.repeats: Counter[str] = Counter()
        self._changed: list[asyncio.Future[None]] = []

    def add(self, message: Message) -> None:
        self.messages.append(message)
        waiting, self._changed = self._changed, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def of(self, customer: str) -> list[Message]:
        return [message for message in self.messages if message.customer == customer]

    def find(self, id: str) -> Message | None:
        """A message by its id; what was only shown about it (read, typing) has the same id and is passed over."""
        return next((m for m in reversed(self.messages) if m.id == id and m.kind not in SIGNALS), None)

    async def wait_until(self, look: Callable[[], T | None], timeout: float) -> T:
        """The first value of `look` that is not None, asked again after every new message. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while (found := look()) is None:
                change = asyncio.get_running_loop().create_future()
                self._changed.append(change)
                await change
            return found


def sent_by_business(messages: Iterable[Message]) -> list[Message]:
    return [m for m in messages if m.side == "business" and m.kind not in SIGNALS]
