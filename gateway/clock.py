"""The real clock and the ids made from it; the rules get both as arguments."""

import os
import time
from collections.abc import Callable


class SystemClock:
    def now(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000


def uuid7(clock: Callable[[], int], entropy: Callable[[int], bytes] = os.urandom) -> Callable[[], str]:
    """A maker of time-ordered UUIDs (RFC 9562, version 7) in hex, rising within this process even in one millisecond.

    Time-ordered, because a random key in a unique index is what a row costs most.
    """
    last_ms, counter = 0, 0

    def new() -> str:
        nonlocal last_ms, counter
        ms = max(clock(), last_ms)
        counter = counter + 1 if ms == last_ms else 0
        if counter > 0xFFF:
            ms, counter = ms + 1, 0
        last_ms = ms
        tail = int.from_bytes(entropy(8)) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return f"{ms:012x}7{counter:03x}{tail:016x}"

    return new
