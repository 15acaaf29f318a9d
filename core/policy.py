"""Every setting the rules depend on, as one frozen, versioned value, compiled once per change.

Settings come in three levels, channel before group before all; what is not set at one falls through to the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.channel import Capabilities
from core.closing import AfterClose, Summaries
from core.fit import Phrases
from core.hook import Webhooks
from core.people import Customers, People, Retention
from core.prompts import Catalogue, Key, Override
from core.scheme import Survey, Surveys
from core.submitted import Leave, Submissions
from core.survey import Answers
from core.words import Filter, WordList, merge_lists

S = TypeVar("S", bound=msgspec.Struct)

Seconds = Annotated[int, Meta(ge=1, le=366 * 86_400)]
MOST_LANGUAGES = 512  # customers choose them


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `closing`: how chats end. Seconds; None switches off. `after_close` is what a customer is offered then: as
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


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `assignment`: how the desk picks among a group's free agents where the group itself does not say."""

    method: Literal["saturation", "round_robin"] | UnsetType = UNSET


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
    submissions: Submissions = Submissions()


AREAS: Mapping[str, type[msgspec.Struct]] = {
    "closing": Closing,
    "prompts": Prompts,
    "words": Words,
    "surveys": Surveys,
    "assignment": Assignment,
    "webhooks": Webhooks,
    "customers": Customers,
    "retention": Retention,
    "submissions": Submissions,
}


class Ending(msgspec.Struct, frozen=True):
    customer_idle_seconds: int | None = None
    customer_reminder_seconds: int | None = None
    agent_idle_seconds: int | None = None
    summary: Summaries = Summaries()
    after_close: tuple[AfterClose, ...] = ("restart", "rate", "leave_message")
    ask_after_close: bool = False


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What the rules may know of a channel: never its kind."""

    id: str
    name: str
    language: str
    capabilities: Capabilities
    group: str | None = None


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
    people: People = People()
    submissions: Leave = Leave()
    known_phrases: dict[str, Phrases] = field(default_factory=dict)

    def say(self, key: Key, language: str, **values: str | int) -> str | None:
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
    compiled: dict[str | None, Rules] = field(default_factory=dict)

    def rules(self, group: str | None) -> Rules:
        found = self.compiled.get(group)
        if found is None:
            found = self.compiled[group] = self._compile(group)
        return found

    def _compile(self, group: str | None) -> Rules:
        between = self.groups.get(group or "", Level())
        levels = [self.everywhere, between, self.here]
        own_words = group is None or bool(_set(between.words.lists, ()))
        return Rules(
            version=self.version,
            channel=self.channel,
            catalogue=Catalogue.compile(
                self.texts,
                [{**_set(level.prompts.prompts, {}), **_set(level.closing.prompts, {})} for level in levels],
                self.channel.language,
            ),
            words=_filter(levels) if own_words else self.rules(None).words,  # an automaton is large: one for all
            survey=_merged(Survey, [level.surveys for level in levels]),
            ending=_merged(Ending, [level.closing for level in levels]),
            answers=self.answers,
            people=_merged(People, [level.customers for level in levels]),
            submissions=_merged(Leave, [level.submissions for level in levels]),
        )


def _filter(levels: Sequence[Level]) -> Filter:
    return Filter.compile(merge_lists([_set(level.words.lists, ()) for level in levels]))


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
