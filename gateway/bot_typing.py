"""While an outside bot works on an answer, the customer sees that somebody is writing, where the channel has that."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import structlog

from api.rim import ChannelActions, Signal
from core.errors import DeliveryError, StoreError
from core.ports.store import Store

log = structlog.get_logger()
Shows = Callable[[str, str, str], Coroutine[None, None, None]]  # session, channel, address


class TypingSign:
    def __init__(self, actions: ChannelActions, store: Store, send: Callable[[Signal], None]) -> None:
        self._actions, self._store, self._send = actions, store, send

    async def show(self, session: str, channel: str, address: str) -> None:
        """Now or never: a sign that cannot be shown keeps no answer waiting."""
        self._send(Signal(kind="typing", session=session, by="agent"))
        try:
            found = await self._store.load_of(session)
            await self._actions.typing(channel, address, found[0].read_mark if found else None)
        except (DeliveryError, StoreError, KeyError) as error:
            log.debug("bots.no_typing_sign", session=session, reason=str(error))


async def nobody_sees(session: str, channel: str, address: str) -> None:
    """No sign at all."""


@asynccontextmanager
async def showing(shows: Shows, session: str, channel: str, address: str) -> AsyncIterator[None]:
    """Beside the work, which waits for none of it; what is still under way when the answer is there is dropped."""
    sign = asyncio.create_task(shows(session, channel, address))
    try:
        await asyncio.sleep(0)  # it is under way before the work is
        yield
    finally:
        sign.cancel()
        await asyncio.wait((sign,))
