"""Frontdesk put together: each part made of those it stands on, and told of what happens."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from random import Random

import structlog

import connectors
from api.auth import Auth
from api.directory import Directory
from api.hub import Hub, feed_identity
from api.levels import grace
from api.rim import Rim, Signal
from core.channel import Connector
from core.effect import Deliver
from core.engine import Done, Engine, Surroundings
from core.ports.desk import Seat
from core.ports.nodes import Hint
from gateway.absence import Absences
from gateway.background import background
from gateway.bot_typing import TypingSign
from gateway.bots import Bots
from gateway.channels import Channels
from gateway.config import Config
from gateway.desk import DeskKeeper
from gateway.files import Files
from gateway.first_owner import first_owner
from gateway.ground import Ground, prepared
from gateway.hook_wire import HookWire
from gateway.hooks import Hooks, HookShell
from gateway.letting_go import LettingGo
from gateway.metrics import Metrics
from gateway.nodes import Neighbours
from gateway.numbers import Numbers
from gateway.outbox import Outbox
from gateway.parts import Parts
from gateway.presence import Presence
from gateway.shell import Shell
from gateway.teams import names, staff, teams
from gateway.translator import Translator
from gateway.webhooks import Door, Intake
from gateway.wire import Network

PATIENCE_S = 1.0  # of a webhook with a store that hangs: the shortest deadline of a provider is 2 s

log = structlog.get_logger()


async def assembled(config: Config, stack: AsyncExitStack) -> Parts:
    ground, metrics = await prepared(config, stack), Metrics()
    store, directory, clock, feed = ground.store, ground.directory, ground.clock, ground.feed
    network = Network(config.allow_private)
    await network.start()
    stack.push_async_callback(network.stop)
    kept = Files(config.data / "media", config.public_url, ground.vault, clock, ground.new_id)
    channels = Channels(directory, network, store, clock, kept, config.public_url)
    stack.push_async_callback(channels.stop)
    numbers = Numbers(store, "session")
    await numbers.start()
    stack.push_async_callback(numbers.stop)
    desk = DeskKeeper(
        store, clock, Random(), names(directory), lambda: teams(directory),
        languages=lambda: {id: agent.languages for id, agent in directory.agents.items()},
        keeping=ground.keeping, tell=lambda: feed.tell(Hint("desk")),
    )  # fmt: skip
    translator = _translator(config, network)

    def signal(shown: Signal) -> None:
        presence.send(shown)

    sign = TypingSign(channels, store, signal)
    bots = Bots(directory, network, store, clock, kept.public, config.public_url, sign.show)
    engine, outbox = _middle(ground, desk, numbers, channels, bots, kept, metrics, translator)

    keeping = ground.keeping
    absences = Absences(store, engine, lambda: keeping is None or keeping.fence is not None, alone=keeping is None)

    def seated(seat: Seat) -> None:
        desk.seat_changed(seat)
        absences.seated(seat)

    async def gone(agent: str) -> None:
        seated(await store.set_status(agent, "offline", "connection lost", clock.now()))

    presence = Presence(gone, partial(grace, directory), feed=feed, roll=ground.roll)
    stack.push_async_callback(presence.stop)
    auth, hub = Auth(store, directory, clock), Hub(store, await feed_identity(store, clock, ground.new_id))
    hook_wire, hooks = await _hooks(ground, hub, kept, config, stack)
    letting_go = LettingGo(
        store, engine, directory, kept, clock, mine=lambda: ground.keeping is None or ground.keeping.fence is not None,
        spooled=lambda: bool(ground.spool.waiting), forgotten=hub.forget,
    )  # fmt: skip
    rim = Rim(
        store=store, engine=engine, directory=directory, auth=auth, clock=clock, hub=hub, vault=ground.vault,
        signals=presence, actions=channels, bots=bots, kinds=_kinds, new_id=ground.new_id, seated=seated,
        files=kept, public_url=config.public_url, standing=desk.standing, translator=translator,
        objection=hook_wire.objection, hooks=hooks, erase_soon=letting_go.soon,
        wording=ground.wording,
    )  # fmt: skip
    directory.listen(staff(desk))
    await first_owner(config, directory, auth, clock.now())
    recovered = await store.recover(ground.node, clock.now())
    if recovered:
        log.info("outbox.recovered", errands=recovered)
    await desk.start(engine)
    await hub.start()
    stack.push_async_callback(hub.stop)
    neighbours = Neighbours(feed, store, clock, hub, directory, desk, outbox) if config.shared else None
    if neighbours is not None:
        await neighbours.start()
        stack.callback(neighbours.stop)
    store.listen(neighbours.reached if neighbours is not None else hub.reached)
    patience = PATIENCE_S if config.shared else None
    intake = Intake(
        store,
        engine,
        clock,
        config.public_url,
        _doors(directory),
        metrics.inbound,
        ground.spool,
        patience,
        directory.prepare,
    )
    stack.push_async_callback(intake.stop)
    metrics.watch(ground.spool, feed, ground.keeping)
    parts = Parts(
        ground, rim, hub, channels, outbox, intake, kept, metrics, presence, absences,
        neighbours, hooks, letting_go,
    )  # fmt: skip
    background(parts, desk, stack)
    return parts


async def _hooks(
    ground: Ground, hub: Hub, kept: Files, config: Config, stack: AsyncExitStack
) -> tuple[HookWire, Hooks]:
    wire = HookWire(config.allow_private)
    await wire.start()
    stack.push_async_callback(wire.stop)
    hooks = Hooks(
        HookShell(
            store=ground.store, clock=ground.clock, random=Random(), node=ground.node, directory=ground.directory,
            hub=hub, files=kept, vault=ground.vault, wire=wire, new_id=ground.new_id,
        )
    )  # fmt: skip
    stack.push_async_callback(hooks.stop)
    return wire, hooks


def _middle(
    ground: Ground,
    desk: DeskKeeper,
    numbers: Numbers,
    channels: Channels,
    bots: Bots,
    kept: Files,
    metrics: Metrics,
    translator: Translator | None,
) -> tuple[Engine, Outbox]:
    """Who decides and who carries it out: each commit of the one is told to the other."""
    directory, shared = ground.directory, ground.config.shared

    def happened(done: Done) -> None:
        desk.happened(done)
        if done.committed is None:
            return
        outbox.accept(done.committed.errands)
        if shared and left_behind(done):
            ground.feed.tell(Hint("errands", body=done.conversation.id))

    around = Surroundings(
        policy=directory.policy, new_id=ground.new_id, number=numbers.next, outlook=desk.outlook, route=desk.route,
        entering=desk.entering,
        standing=desk.standing, others_online=desk.others_online, away_free=desk.away_free, gone_since=desk.gone_since,
        lease=ground.lease, done=happened,
        doubted=lambda conversation: outbox.doubt(conversation),  # noqa: PLW0108 - the outbox is made below
    )  # fmt: skip
    engine = Engine(ground.store, ground.clock, around)
    outbox = Outbox(
        Shell(
            store=ground.store, engine=engine, clock=ground.clock, random=Random(), lease=ground.lease,
            ways=channels.ways, find_agent=desk.find, fetch=channels.fetch, public=kept.public,
            count=metrics.outbound, shares=ground.shares, ask_bot=partial(bots.ask, engine),
            translate=translator.translate if translator else None,
        )
    )  # fmt: skip
    return engine, outbox


def _translator(config: Config, network: Network) -> Translator | None:
    """None unless a service is configured; its address is trusted like a channel's own."""
    address = config.translator
    return None if address is None else Translator(address, network.wire([address.base]))


def _doors(directory: Directory) -> Callable[[str], Door]:
    def door(channel: str) -> Door:
        return Door(directory.connector(channel), directory.channels[channel].signature == "enforce")

    return door


def _kinds() -> Mapping[str, type[Connector]]:
    return {kind: connectors.load(kind) for kind in connectors.kinds()}


def left_behind(done: Done) -> bool:
    """Whether the store kept a delivery for itself, because another node is at an older one of the conversation."""
    assert done.committed is not None
    made = sum(isinstance(effect, Deliver) for effect in done.decision.effects)
    return made > sum(isinstance(errand.effect, Deliver) for errand in done.committed.errands)
