"""The one node of an installation without Redis: there is nobody to tell and nobody elsewhere."""

from collections.abc import Callable, Collection

from core.ports.nodes import Hint


class Alone:
    """Implements `Feed` and `Roll`. Several nodes without Redis are slower, not wrong: they poll the store."""

    trouble: str | None = None

    def tell(self, hint: Hint) -> None:
        return

    def listen(self, take: Callable[[Hint], None]) -> Callable[[], None]:
        return lambda: None

    def here(self, agents: Collection[str]) -> None:
        return

    async def elsewhere(self) -> Collection[str] | None:
        return ()
