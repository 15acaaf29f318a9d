"""What everything else stands on: the data directory, the spool, the keys, the store and, with it, the other nodes."""

import asyncio
import os
import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import connectors
import locales
from api.directory import Directory
from api.vault import Vault
from api.wording import Wording
from core.ports.clock import Clock
from core.ports.nodes import Feed, Roll, Shares
from core.ports.writing import Lease
from core.survey import Answers
from gateway.clock import SystemClock, uuid7
from gateway.config import BadConfiguration, Config
from gateway.keeping import Keeping
from gateway.open_store import OpenStore, open_store
from gateway.spool import Spool
from stores.feed_alone import Alone
from stores.redis_address import RedisAddress

if TYPE_CHECKING:
    from stores.together import Together

LEASE_MS = 60_000  # longer than any call's timeout: a lease that runs out means that its node is gone


@dataclass(frozen=True, slots=True)
class Ground:
    """`shares` and `keeping` are None where there are no other nodes."""

    config: Config
    clock: Clock
    new_id: Callable[[], str]
    node: str
    spool: Spool
    vault: Vault
    store: OpenStore
    feed: Feed
    roll: Roll
    shares: Shares | None
    keeping: Keeping | None
    directory: Directory
    wording: Wording

    def lease(self, now: int) -> Lease:
        return Lease(self.node, now + LEASE_MS)


async def prepared(config: Config, stack: AsyncExitStack) -> Ground:
    """Raises `Error` with a sentence for what cannot be had."""
    clock = SystemClock()
    new_id = uuid7(clock.now)
    await asyncio.to_thread(make_data, config)
    spool = await Spool.open(config.data / "spool")
    stack.push_async_callback(spool.close)
    node = await asyncio.to_thread(node_id, spool.folder, new_id()) if config.shared else new_id()
    vault = Vault.of(*await asyncio.to_thread(secret, config))
    store = await open_store(config, node=node)
    stack.push_async_callback(store.close)
    together = await _together(config.redis, node, stack) if config.redis is not None else None
    alone = Alone()
    texts = await asyncio.to_thread(locales.read)
    directory = Directory(
        store, vault, clock, connector_class=connectors.load,
        texts={tag: found.prompts for tag, found in texts.items()},
        answers=Answers.compile({tag: found.survey for tag, found in texts.items()}),
        asks=await asyncio.to_thread(locales.read_asks),
    )  # fmt: skip
    await directory.load()
    return Ground(
        config=config,
        clock=clock,
        new_id=new_id,
        node=node,
        spool=spool,
        vault=vault,
        store=store,
        feed=together.feed if together is not None else alone,
        roll=together.roll if together is not None else alone,
        shares=together.shares if together is not None else None,
        keeping=Keeping(store, clock, node) if config.shared else None,
        directory=directory,
        wording=Wording(await asyncio.to_thread(locales.read_forms)),
    )


def make_data(config: Config) -> None:
    try:
        config.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadConfiguration(
            f"FRONTDESK_DATA wants a directory that can be made and written to, not {config.data} ({error.strerror})."
        ) from error


def node_id(folder: Path, fresh: str) -> str:
    """The name of the process that holds this folder: the same at each start, so that its leases are its own again."""
    path = folder / "node"
    try:
        return path.read_text().strip() or fresh
    except FileNotFoundError:
        path.write_text(fresh)
        return fresh


def secret(config: Config) -> tuple[str, ...]:
    """FRONTDESK_SECRET, or the one in the data directory, made once and readable by its owner only."""
    if config.secret is not None:
        return tuple(config.secret.split())  # the newest first; older ones still open what they sealed
    path = config.data / "secret"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return tuple(path.read_text().split())
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    return tuple(path.read_text().split())


async def _together(address: RedisAddress, node: str, stack: AsyncExitStack) -> "Together":
    from stores.together import Together  # Redis's client is six megabytes that one node does without

    return await stack.enter_async_context(Together(address, node))
