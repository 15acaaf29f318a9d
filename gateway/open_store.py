"""Which store the configuration asks for. A driver is imported only where it is used."""

from typing import Protocol

from core.ports.store import Store
from gateway.config import Config
from stores._neutral import Movable


class OpenStore(Store, Movable, Protocol):
    """What every store that lasts can do: serve, and be moved."""


async def open_store(config: Config, *, node: str = "", read_only: bool = False) -> OpenStore:
    """For a `node` that has its name again at each start. `read_only` is for looking at what another process may be
    serving. Raises `StoreDown` with a sentence."""
    if config.database is not None:
        from stores.sqlite import SqliteStore

        return await SqliteStore.open(config.database, read_only=read_only)
    from stores.mongo import MongoStore

    return await MongoStore.open(config.store, place=node, numbering=not read_only)


def place(config: Config) -> str:
    """Where the store is, for people: never with a password."""
    if config.database is not None:
        return str(config.database)
    return config.store.rsplit("@", 1)[-1].partition("?")[0].rpartition("://")[-1]
