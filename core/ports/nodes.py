"""What nodes tell and ask each other."""

from collections.abc import Callable, Collection, Sequence
from typing import Literal, Protocol

import msgspec

from core.channel import Rate


class Hint(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What one node tells the others.

    `feed`: the store reached `n`. `errands`: one of the conversation `body` waits for an older one. `desk`: somebody
    waits or is free. `settings`: a document was written. `signal`: `body` is shown now or never. `all`: hints were
    lost, so anything may be new.
    """

    about: Literal["feed", "errands", "desk", "settings", "signal", "all"]
    n: int = 0
    body: str = ""


class Feed(Protocol):
    """Tells other nodes that there is something new. Losing a hint loses nothing: whoever must know polls as well."""

    @property
    def trouble(self) -> str | None:
        """Why hints do not arrive; None while they do."""

    def tell(self, hint: Hint) -> None:
        """Never waits and never fails."""

    def listen(self, take: Callable[[Hint], None]) -> Callable[[], None]:
        """`take` hears what other nodes tell, must not wait and must not raise. What is returned ends it."""


class Roll(Protocol):
    """Whose sockets are open at which node; a node that died is forgotten after a while."""

    def here(self, agents: Collection[str]) -> None:
        """Who has a socket at this node from now on. Never waits."""

    async def elsewhere(self) -> Collection[str] | None:
        """Who has one at another living node; None while that cannot be known."""


class Shares(Protocol):
    """Rates that all nodes keep together, by channel."""

    async def take(self, channel: str, buckets: Sequence[tuple[str, Rate]]) -> tuple[float, float] | None:
        """Seconds to wait before the call (it is booked already) and what is left of a pause; None while the others
        cannot be asked."""

    async def pause(self, channel: str, seconds: float) -> None:
        """The provider said "later" to all of us."""
