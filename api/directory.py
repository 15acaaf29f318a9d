"""The picture of channels, agents, groups and settings that a process works with; the truth is the store's.

Every write goes store → memory → listeners, one after another, and is in force here when it returns.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from api.documents import (
    EVERYWHERE,
    AgentDoc,
    BotDoc,
    Change,
    ChannelDoc,
    Collection,
    GroupDoc,
    HealthDoc,
    Scope,
    SegmentDoc,
    Setting,
)
from api.shelf import D, Shelf
from api.vault import Vault, is_sealed
from core.channel import Connector, Secret
from core.codec import convert
from core.handover import Asks, Wishes
from core.hours import Hours, Opening, is_open
from core.policy import AREAS, ChannelFacts, Filters, Level, Policy, hours_of
from core.ports.clock import Clock
from core.ports.papers import Revision
from core.ports.store import Store
from core.service import Audience
from core.survey import Answers
from core.words import Filter

Texts = Mapping[str, Mapping[str, str]]  # language → key → text
SETTINGS = "settings"
HEALTH = "health"
POLICY = "policy"  # its one document is written at each change: its version is the policy's, its history says why
NOTHING = Setting(0, {})


class Directory:
    """`connector_class` finds a kind's class or raises `BadInput`; `texts` are the built-in ones."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        clock: Clock,
        *,
        connector_class: Callable[[str], type[Connector]],
        texts: Texts,
        answers: Answers,
        asks: Mapping[str, Asks] = MappingProxyType({}),
    ) -> None:
        self._store, self._vault, self._clock, self._texts = store, vault, clock, texts
        self._answers, self._wishes = answers, Wishes.compile(asks)
        self.connector_class = connector_class
        self._channels = Shelf("channels", ChannelDoc)
        self._agents = Shelf("agents", AgentDoc)
        self._groups = Shelf("groups", GroupDoc)
        self._bots = Shelf("bots", BotDoc)
        self._segments = Shelf("segments", SegmentDoc)
        self._settings: dict[str, Setting] = {}
        self._health: dict[str, HealthDoc] = {}
        self._writing = asyncio.Lock()
        self._listeners: list[Callable[[Change], None]] = []
        self._writers: list[Callable[[], None]] = []
        self.changing = asyncio.Lock()  # held while several documents are looked at before one is written
        self._version = 0
        self._policies: dict[str, Policy] = {}
        self._filters = Filters()
        self._connectors: dict[str, Connector] = {}
        self._hours: dict[str, Hours] = {}
        self.channels: Mapping[str, ChannelDoc] = {}
        self.agents: Mapping[str, AgentDoc] = {}
        self.groups: Mapping[str, GroupDoc] = {}
        self.bots: Mapping[str, BotDoc] = {}
        self.segments: Mapping[str, SegmentDoc] = {}

    async def load(self) -> None:
        """Read everything anew, at once in force as a whole; listeners are told what another node changed.

        Before the first time the directory is empty.
        """
        async with self._writing:
            shelves: tuple[Shelf[Any], ...] = (
                self._channels, self._agents, self._groups, self._bots, self._segments,
            )  # fmt: skip
            read = [await self._store.all(shelf.collection) for shelf in shelves]
            kept = await self._store.all(SETTINGS)
            looked = await self._store.all(HEALTH)
            newest = await self._store.get(POLICY, "current")
            settings = {document.id: Setting(document.version, document.body) for document in kept}
            differences = [
                (shelf.collection, id) for shelf, documents in zip(shelves, read, strict=True)
                for id in shelf.differs(documents)
            ]  # fmt: skip
            areas = [(SETTINGS, id) for id in settings.keys() | self._settings.keys()
                     if settings.get(id, NOTHING).version != self._settings.get(id, NOTHING).version]  # fmt: skip
            for shelf, documents in zip(shelves, read, strict=True):
                shelf.fill(documents)
            for changed, id in differences:
                if changed == "channels":
                    self._connectors.pop(id, None)
            self._settings = settings
            self._hours.clear()
            self._health = {document.id: convert(document.body, HealthDoc) for document in looked}
            self._version = newest.version if newest else 0
            self._show()
            if areas or any(changed != "agents" for changed, _ in differences):
                self._policies = await self._renewed(settings)
        for collection, id in (*differences, *areas):
            for listener in self._listeners:
                listener(Change(collection, id, "another node", self._clock.now()))

    def written(self, told: Callable[[], None]) -> None:
        """`told` hears, after each write by this node, that there was one."""
        self._writers.append(told)

    def listen(self, listener: Callable[[Change], None]) -> None:
        """Called after each write, with what changed; must not wait and must not raise."""
        self._listeners.append(listener)

    # --- reading

    def channel(self, id: str) -> ChannelDoc | None:
        """Also one that was removed: old chats name it."""
        return self._channels.get(id)

    def agent(self, id: str) -> AgentDoc | None:
        """Also one that was removed."""
        return self._agents.get(id)

    def group(self, id: str) -> GroupDoc | None:
        """Also one that was removed."""
        return self._groups.get(id)

    def default_group(self, channel: str) -> str | None:
        """Where a channel's chats go, if it says so and there is such a group."""
        group = self._channels[channel].group
        return group if group in self.groups else None

    def groups_of(self, agent: str) -> tuple[str, ...]:
        return tuple(id for id, group in self.groups.items() if agent in group.agents)

    def members(self, group: str) -> tuple[str, ...]:
        """Empty for a group that is not (any more)."""
        found = self.groups.get(group)
        return tuple(agent for agent in found.agents if agent in self.agents) if found else ()

    def version(self, collection: Collection, id: str) -> int:
        return self._shelf(collection).versions.get(id, 0)

    def setting(self, scope: Scope, area: str) -> Setting:
        return self._settings.get(scope.key(area), NOTHING)

    def health(self, channel: str) -> HealthDoc:
        return self._health.get(channel, HealthDoc())

    def is_open(self, group: str) -> bool:
        """Whether a group's opening hours hold now, where no channel says otherwise."""
        hours = self._hours.get(group)
        if hours is None:
            levels = [
                convert(self.setting(scope, "hours").body, Opening) for scope in (EVERYWHERE, Scope("group", group))
            ]
            hours = self._hours[group] = hours_of(levels)
        return is_open(hours, self._clock.now())

    def policy(self, channel: str) -> Policy:
        """A channel's rules, a removed one's too (its timers may still run); KeyError if it never was."""
        found = self._policies.get(channel)
        if found is None:
            found = self._policies[channel] = self._compiled(self._channels[channel], self._settings, self._filters)
        return found

    def policy_with(self, channel: str, scope: Scope, area: str, body: dict[str, object]) -> Policy:
        """A channel's rules as they would be with other settings; `body` is valid for the area."""
        settings = {**self._settings, scope.key(area): Setting(0, body)}
        return self._compiled(self._channels[channel], settings, self._filters)

    def words(self, group: str | None = None) -> Filter:
        """The word filter of the lists for all, and a group's."""
        scopes = [EVERYWHERE] if group is None else [EVERYWHERE, Scope("group", group)]
        lists = [_level(scope, self._settings).words.lists for scope in scopes]
        return self._filters.of([() if isinstance(found, UnsetType) else found for found in lists])

    def connector(self, channel: str) -> Connector:
        """KeyError if there is no such channel; `CannotOpen` if its secrets were sealed with another key."""
        found = self._connectors.get(channel)
        if found is None:
            doc = self.channels[channel]
            made = self.connector_class(doc.kind)
            found = self._connectors[channel] = made(convert(self.opened(doc), made.Settings))
        return found

    def prepare(self, channel: str) -> Awaitable[None] | None:
        """Build a channel's connector and rules off the loop: an SDK takes half a second to import, words to compile.

        None where there is nothing to wait for.
        """
        if channel in self._connectors or channel not in self.channels:
            return None
        return asyncio.to_thread(self._prepared, channel)

    def _prepared(self, channel: str) -> None:
        self.connector(channel)
        self.policy(channel).rules(None)
        self.policy(channel).rules(self._channels[channel].group)

    def opened(self, doc: ChannelDoc | BotDoc) -> dict[str, object]:
        """Settings with the secrets readable: for the channel's connector, or whoever calls the bot, alone."""
        return {
            field: Secret(self._vault.open(str(value["sealed"]), doc.id, field)) if is_sealed(value) else value
            for field, value in doc.settings.items()
        }

    def seal(self, channel: str, field: str, secret: str) -> dict[str, object]:
        """The form in which a secret setting is kept."""
        return {"sealed": self._vault.seal(secret, channel, field)}

    # --- writing

    async def save_channel(self, doc: ChannelDoc, *, who: str, expected: int | None = None) -> int:
        return await self._save(self._channels, doc, who, expected)

    async def save_agent(self, doc: AgentDoc, *, who: str, expected: int | None = None) -> int:
        version = await self._save(self._agents, doc, who, expected)
        await self._store.seat(doc.id, capacity=doc.capacity, at=self._clock.now())
        return version

    async def save_group(self, doc: GroupDoc, *, who: str, expected: int | None = None) -> int:
        return await self._save(self._groups, doc, who, expected)

    async def save_bot(self, doc: BotDoc, *, who: str, expected: int | None = None) -> int:
        return await self._save(self._bots, doc, who, expected)

    async def save_segment(self, doc: SegmentDoc, *, who: str, expected: int | None = None) -> int:
        return await self._save(self._segments, doc, who, expected)

    async def remove_bot(self, id: str, *, who: str) -> None:
        """Its secrets go, its name stays."""
        await self._save(self._bots, replace(self.bots[id], settings={}, removed_at=self._clock.now()), who)

    async def remove_segment(self, id: str, *, who: str) -> None:
        await self._save(self._segments, replace(self.segments[id], removed_at=self._clock.now()), who)

    async def remove_channel(self, id: str, *, who: str) -> None:
        """Its secrets go, its name stays."""
        await self._save(self._channels, replace(self.channels[id], settings={}, removed_at=self._clock.now()), who)

    async def remove_agent(self, id: str, *, who: str) -> None:
        """Out of every group, without a seat; the name stays."""
        for group in self.groups_of(id):
            doc = self.groups[group]
            left = tuple(agent for agent in doc.agents if agent != id)
            await self._save(self._groups, replace(doc, agents=left), who)
        gone = replace(self.agents[id], password_hash="", removed_at=self._clock.now())
        await self._save(self._agents, gone, who)
        await self._store.remove_seat(id)

    async def remove_group(self, id: str, *, who: str) -> None:
        """Channels that have it as their default have none then."""
        for doc in [doc for doc in self.channels.values() if doc.group == id]:
            await self._save(self._channels, replace(doc, group=None), who)
        await self._save(self._groups, replace(self.groups[id], removed_at=self._clock.now()), who)

    async def save_setting(
        self, scope: Scope, area: str, body: dict[str, object], *, who: str, expected: int | None = None
    ) -> int:
        """`body` is valid for the area; raises `Stale` if `expected` is not the version."""
        async with self._writing:
            id, now = scope.key(area), self._clock.now()
            await self._bump(f"{SETTINGS} {id}", who, now)
            fresh = await self._renewed({**self._settings, id: Setting(0, body)})
            version = await self._store.put(SETTINGS, id, body, who=who, at=now, expected=expected)
            self._settings[id] = Setting(version, body)
            self._hours.clear()
            self._policies = fresh
        self._tell(SETTINGS, id, who, now)
        return version

    async def save_health(self, channel: str, health: HealthDoc) -> None:
        """Written when it differs from what is known, but for its time."""
        async with self._writing:
            known = self._health.get(channel)
            self._health[channel] = health
            if known is not None and replace(known, at=health.at) == health:
                return
            now = self._clock.now()
            await self._store.put(HEALTH, channel, msgspec.to_builtins(health), who="system", at=now)
        self._tell(HEALTH, channel, "system", now)

    async def revisions(self, scope: Scope, area: str) -> list[Revision]:
        """Oldest first."""
        return list(await self._store.revisions(SETTINGS, scope.key(area)))

    async def revisions_of(self, collection: Collection, id: str) -> list[Revision]:
        """A document's, oldest first."""
        return list(await self._store.revisions(collection, id))

    # --- inside

    def _shelf(self, collection: Collection) -> Shelf[Any]:
        shelves: dict[str, Shelf[Any]] = {
            "channels": self._channels,
            "agents": self._agents,
            "groups": self._groups,
            "bots": self._bots,
            "segments": self._segments,
        }
        return shelves[collection]

    async def _save(self, shelf: Shelf[D], doc: D, who: str, expected: int | None = None) -> int:
        async with self._writing:
            now, rules = self._clock.now(), shelf.collection != "agents"  # the rules know no agents
            if rules:
                await self._bump(f"{shelf.collection} {doc.id}", who, now)
            body = msgspec.to_builtins(doc)
            version = await self._store.put(shelf.collection, doc.id, body, who=who, at=now, expected=expected)
            shelf[doc.id], shelf.versions[doc.id] = doc, version
            if shelf.collection == "channels":
                self._connectors.pop(doc.id, None)
            self._show()
            if rules:
                self._policies = await self._renewed(self._settings)
        self._tell(shelf.collection, doc.id, who, now)
        return version

    async def _bump(self, what: str, who: str, now: int) -> None:
        """Before the write: a version without a change is harmless, a change without a version is not."""
        self._version = await self._store.put(POLICY, "current", {"changed": what}, who=who, at=now)

    def _show(self) -> None:
        self.channels, self.agents, self.groups = (
            self._channels.alive(),
            self._agents.alive(),
            self._groups.alive(),
        )
        self.bots, self.segments = self._bots.alive(), self._segments.alive()

    def _tell(self, collection: str, id: str, who: str, at: int) -> None:
        for listener in self._listeners:
            listener(Change(collection, id, who, at))
        for told in self._writers:
            told()

    async def _renewed(self, settings: Mapping[str, Setting]) -> dict[str, Policy]:
        """The policies that are in use, made anew, off the loop: word lists may take a while."""
        used = {channel: tuple(policy.compiled) for channel, policy in self._policies.items()}
        filters = Filters(self._filters)
        fresh = {channel: self._compiled(self._channels[channel], settings, filters) for channel in used}
        await asyncio.to_thread(_compile, fresh, used)
        filters.settled()
        self._filters = filters
        return fresh

    def _compiled(self, doc: ChannelDoc, settings: Mapping[str, Setting], filters: Filters) -> Policy:
        capabilities = self.connector_class(doc.kind).capabilities
        return Policy(
            version=self._version,
            channel=ChannelFacts(
                doc.id, doc.name, doc.language, capabilities, self.default_group(doc.id), (family(doc.kind),)
            ),
            texts=self._texts,
            answers=self._answers,
            everywhere=_level(EVERYWHERE, settings),
            groups={id: _level(Scope("group", id), settings) for id in self.groups},
            here=_level(Scope("channel", doc.id), settings),
            filters=filters,
            audience=Audience(
                segments={id: segment.condition for id, segment in self.segments.items()},
                bots={id: bot.rules for id, bot in self.bots.items()},
                wishes=self._wishes,
            ),
        )


def family(kind: str) -> str:
    """What conditions call all channels of a kind."""
    return f"kind:{kind}"


def _level(scope: Scope, settings: Mapping[str, Setting]) -> Level:
    areas: dict[str, Any] = {
        area: convert(settings.get(scope.key(area), NOTHING).body, wanted) for area, wanted in AREAS.items()
    }
    return Level(**areas)


def _compile(policies: Mapping[str, Policy], used: Mapping[str, tuple[str | None, ...]]) -> None:
    for channel, groups in used.items():
        for group in groups:
            policies[channel].rules(group)
