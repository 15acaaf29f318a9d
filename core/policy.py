"""Every setting the rules depend on, as one frozen, versioned value, compiled once per change.

Settings come in three levels, channel before group before all; what is not set at one falls through to the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.channel import Capabilities
from core.closing import AfterClose, Summaries
from core.fit import Phrases
from core.hook import Webhooks
from core.hours import ALWAYS, Hours, Opening, Schedule, compiled, is_open
from core.mode import AlwaysOn, Pending, Reception, Working
from core.people import Customers, People, Retention
from core.promise import Promise, Sla, edition
from core.prompts import Catalogue, Key, Override
from core.routes import Assigning, Assignment, Routes, Routing
from core.scheme import Survey, Surveys
from core.service import Audience, Serving
from core.session import Picking
from core.submitted import Leave, Submissions
from core.survey import Answers
from core.waiting import Absence, AbsenceRules, Queue, QueueRules, Silence, SilenceRules
from core.words import Filter, WordList, merge_lists

S = TypeVar("S", bound=msgspec.Struct)

Seconds = Annotated[int, Meta(ge=1, le=366 * 86_400)]
MOST_LANGUAGES = 512  # customers choose them


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `closing`: how chats end; None switches off. `after_close` is what a customer is offered then: as
    buttons in the widget, and with `ask_after_close` as a question on every channel."""

    customer_idle_seconds: Seconds | UnsetType | None = UNSET
    customer_reminder_seconds: Seconds | UnsetType | None = UNSET
    agent_idle_seconds: Seconds | UnsetType | None = UNSET
    summary: Summaries | UnsetType = UNSET
    after_close: tuple[AfterClose, ...] | UnsetType = UNSET
    ask_after_close: bool | UnsetType = UNSET
    prompts: dict[str, Override] | UnsetType = UNSET


class Prompts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `prompts`: every other text the system says."""

    prompts: dict[str, Override] | UnsetType = UNSET


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `words`: the sensitive-word lists; those of all levels add up."""

    lists: tuple[WordList, ...] | UnsetType = UNSET


Picker = Literal["never", "unsure", "always"]


class Languages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `languages`: `picker` is when customers are asked which of `offered` they want; `sure` the confidence (0 to
    1) from which a guess is kept; `translate` lets the inbox translate what customers write into `translate_to`."""

    detect: bool | UnsetType = UNSET
    sure: float | UnsetType = UNSET
    picker: Picker | UnsetType = UNSET
    offered: tuple[str, ...] | UnsetType = UNSET
    translate: bool | UnsetType = UNSET
    translate_to: str | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Level:
    """The settings of one level; an area that is not set there is empty."""

    closing: Closing = Closing()
    prompts: Prompts = Prompts()
    words: Words = Words()
    surveys: Surveys = Surveys()
    assignment: Assignment = Assignment()
    webhooks: Webhooks = Webhooks()
    customers: Customers = Customers()
    retention: Retention = Retention()
    reception: Reception = Reception()
    hours: Opening = Opening()
    sla: Sla = Sla()
    routing: Routing = Routing()
    submissions: Submissions = Submissions()
    languages: Languages = Languages()


AREAS: Mapping[str, type[msgspec.Struct]] = {
    "closing": Closing,
    "prompts": Prompts,
    "words": Words,
    "surveys": Surveys,
    "assignment": Assignment,
    "webhooks": Webhooks,
    "customers": Customers,
    "retention": Retention,
    "reception": Reception,
    "hours": Opening,
    "sla": Sla,
    "routing": Routing,
    "submissions": Submissions,
    "languages": Languages,
}


class Tongues(msgspec.Struct, frozen=True):
    """What is in force of the area `languages`."""

    detect: bool = True
    sure: float = 0.8
    picker: Picker = "never"
    offered: tuple[str, ...] = ()
    translate: bool = False
    translate_to: str = "en"


class Ending(msgspec.Struct, frozen=True):
    customer_idle_seconds: int | None = None
    customer_reminder_seconds: int | None = None
    agent_idle_seconds: int | None = None
    summary: Summaries = Summaries()
    after_close: tuple[AfterClose, ...] = ("restart", "rate", "leave_message")
    ask_after_close: bool = False


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What the rules may know of a channel: never its kind. `families` are names that conditions may use for several
    channels at once, opaque here."""

    id: str
    name: str
    language: str
    capabilities: Capabilities
    group: str | None = None
    families: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings in force for one channel and one group."""

    version: int
    channel: ChannelFacts
    catalogue: Catalogue
    words: Filter
    survey: Survey
    ending: Ending
    answers: Answers
    serving: Serving = Serving()
    audience: Audience = Audience()
    dressed: Mapping[str, Catalogue] = field(default_factory=dict)
    people: People = People()
    working: Working = Working()
    hours: Hours = ALWAYS
    queue: QueueRules = QueueRules()
    silence: SilenceRules = SilenceRules()
    absence: AbsenceRules = AbsenceRules()
    promises: tuple[Promise, ...] = ()
    submissions: Leave = Leave()
    languages: Tongues = Tongues()
    known_phrases: dict[str, Phrases] = field(default_factory=dict)

    def texts(self, scheme: str | None) -> Catalogue:
        """The prompts, as a customer's scheme of reception may have them otherwise."""
        return self.catalogue if scheme is None else self.dressed.get(scheme, self.catalogue)

    def say(self, key: Key, language: str, /, **values: str | int) -> str | None:
        """A prompt's text in the customer's language (with its fallbacks), or None if it is switched off."""
        said = self.catalogue.say(key, language, **values)
        return None if said is None else said.text

    def phrases(self, language: str) -> Phrases:
        """The system's words that stand inside other people's messages when a channel lacks a means."""
        found = self.known_phrases.get(language)
        if found is None:
            if len(self.known_phrases) >= MOST_LANGUAGES:
                self.known_phrases.clear()
            found = self.known_phrases[language] = Phrases(
                options_hint=self.say("options_hint", language) or "",
                link=self.say("link_media", language, name="{name}", url="{url}") or "{name}: {url}",
            )
        return found


class Filters:
    """Compiled word filters by their lists: channels with equal lists share one, for an automaton is large. What
    another shelf has is taken over, so that a change of something else compiles nothing."""

    __slots__ = ("_kept", "_older")

    def __init__(self, older: "Filters | None" = None) -> None:
        self._kept: dict[bytes, Filter] = {}
        self._older = {} if older is None else older._kept

    def of(self, levels: Sequence[Sequence[WordList]]) -> Filter:
        lists = merge_lists(levels)
        key = blake2b(msgspec.json.encode(lists), digest_size=16).digest()
        found = self._kept.get(key) or self._older.get(key) or Filter.compile(lists)
        self._kept[key] = found
        return found

    def settled(self) -> None:
        """Everything in use was asked for: let go of the rest."""
        self._older = {}


@dataclass(frozen=True, slots=True)
class Policy:
    """One channel's rules for every group, compiled from its levels on first use."""

    version: int
    channel: ChannelFacts
    texts: Mapping[str, Mapping[str, str]]
    answers: Answers
    everywhere: Level
    groups: Mapping[str, Level]
    here: Level
    audience: Audience = Audience()
    compiled: dict[str | None, Rules] = field(default_factory=dict)
    filters: Filters = field(default_factory=Filters)
    assigned: dict[str | None, Assigning] = field(default_factory=dict)
    sla_edition: str = field(init=False)

    def __post_init__(self) -> None:
        levels = [self.everywhere, *(level for _, level in sorted(self.groups.items())), self.here]
        object.__setattr__(self, "sla_edition", edition([level.sla for level in levels]))

    def is_open(self, group: str | None, now: int) -> bool:
        return is_open(self.rules(group).hours, now)

    @property
    def routes(self) -> Routes:
        """Which group a chat goes to is nothing a group can say."""
        return _merged(Routes, [self.everywhere.routing, self.here.routing])

    def assigning(self, group: str | None) -> Assigning:
        found = self.assigned.get(group)
        if found is None:
            levels = (self.everywhere, self.groups.get(group or "", Level()), self.here)
            found = self.assigned[group] = assigning_of([level.assignment for level in levels])
        return found

    @property
    def picking(self) -> Picking | None:
        """How this channel wants agents to be picked, whatever their group; None if it does not say."""
        said = self.here.assignment
        if isinstance(said.method, UnsetType) and isinstance(said.familiar_first, UnsetType):
            return None
        return Picking(_set(said.method, None), _set(said.familiar_first, None))

    def rules(self, group: str | None) -> Rules:
        found = self.compiled.get(group)
        if found is None:
            found = self.compiled[group] = self._compile(group)
        return found

    def _compile(self, group: str | None) -> Rules:
        between = self.groups.get(group or "", Level())
        levels = [self.everywhere, between, self.here]
        overrides = [{**_set(level.prompts.prompts, {}), **_set(level.closing.prompts, {})} for level in levels]
        serving = _serving(levels)
        return Rules(
            version=self.version,
            channel=self.channel,
            catalogue=Catalogue.compile(self.texts, overrides, self.channel.language),
            words=self.filters.of([_set(level.words.lists, ()) for level in levels]),
            survey=_merged(Survey, [level.surveys for level in levels]),
            ending=_merged(Ending, [level.closing for level in levels]),
            answers=self.answers,
            serving=serving,
            audience=self.audience,
            dressed={
                scheme.name: Catalogue.compile(self.texts, [*overrides, scheme.prompts], self.channel.language)
                for scheme in serving.schemes
                if scheme.prompts
            },
            people=_merged(People, [level.customers for level in levels]),
            working=working_of([level.reception for level in levels]),
            hours=hours_of([level.hours for level in levels]),
            queue=_merged(QueueRules, [_set(level.assignment.queue, Queue()) for level in levels]),
            silence=_merged(SilenceRules, [_set(level.assignment.agent_silent, Silence()) for level in levels]),
            absence=_merged(AbsenceRules, [_set(level.assignment.agent_offline, Absence()) for level in levels]),
            promises=_nearest([level.sla.policies for level in levels]),
            submissions=_merged(Leave, [level.submissions for level in levels]),
            languages=_merged(Tongues, [level.languages for level in levels]),
        )


def working_of(levels: Sequence[Reception]) -> Working:
    """What is in force; the nearest level comes last."""
    modes = [level.mode for level in levels if not isinstance(level.mode, UnsetType)]
    pending = _merged(Pending, [_set(level.always_on, AlwaysOn()) for level in levels])
    return Working(modes[-1] if modes else "real_time", pending)


def hours_of(levels: Sequence[Opening]) -> Hours:
    """What is in force; the nearest level comes last."""
    return compiled(_merged(Schedule, levels))


def _nearest(values: Sequence[tuple[Promise, ...] | UnsetType]) -> tuple[Promise, ...]:
    """What the nearest level that sets it says; the nearest comes last."""
    return next((value for value in reversed(values) if not isinstance(value, UnsetType)), ())


def assigning_of(levels: Sequence[Assignment]) -> Assigning:
    """What is in force; the nearest level comes last."""
    return _merged(Assigning, levels)


def _serving(levels: Sequence[Level]) -> Serving:
    """Each field from the nearest level that sets it, as in `_merged`."""
    values = {
        each.name: value
        for level in levels
        for each in fields(Serving)
        if not isinstance(value := getattr(level.reception, each.name), UnsetType)
    }
    return Serving(**values)


V = TypeVar("V")


def _set(value: V | UnsetType, default: V) -> V:
    return default if isinstance(value, UnsetType) else value


def _merged(wanted: type[S], levels: Sequence[msgspec.Struct]) -> S:
    """Each field from the nearest level that sets it; the nearest comes last."""
    values = {
        name: value
        for level in levels
        for name in wanted.__struct_fields__
        if not isinstance(value := getattr(level, name), UnsetType)
    }
    return wanted(**values)
