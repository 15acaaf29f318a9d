"""Where waiting visitors stand, shown live in their widgets: at most every ten seconds, and only what changed."""

import asyncio
from collections.abc import Callable, Iterable

from api.sockets import encoded
from core.turn import Standing
from gateway.guest import Guest
from gateway.widget_frames import QueueFrame

EVERY_S = 10.0


async def show_places(guests: Callable[[], Iterable[Guest]], standing: Callable[[str], Standing | None]) -> None:
    """For ever."""
    while True:
        await asyncio.sleep(EVERY_S)
        for guest in tuple(guests()):
            show_place(guest, standing)


def show_place(guest: Guest, standing: Callable[[str], Standing | None]) -> None:
    found = standing(guest.chat) if guest.chat is not None else None
    if found is not None and guest.chat is not None and found != guest.stood:
        guest.outlet.write(encoded(QueueFrame(guest.chat, found.position, found.wait)))
    guest.stood = found
