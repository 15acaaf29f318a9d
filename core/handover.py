"""When a bot gives a chat to people: the rules an admin sets, and seeing in a message that a person is wanted."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from core.condition import found_word
from core.language import chain, normal

_AROUND = re.compile(r"^[\s\W_]+|[\s\W_]+$")
Trigger = Literal["person", "keyword", "repeat", "unknown", "dislike", "bot", "down", "loop", "withheld"]
Word = Annotated[str, Meta(min_length=1, max_length=100)]
Words = Annotated[tuple[Word, ...], Meta(max_length=500)]


class Asks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a language asks for a person: `whole` messages, and words that say it `within` any."""

    whole: tuple[str, ...] = ()
    within: tuple[str, ...] = ()


class Wishes(msgspec.Struct, frozen=True):
    """Every built-in way to ask for a person, by language."""

    known: dict[str, Asks] = {}

    @classmethod
    def compile(cls, asks: Mapping[str, Asks]) -> Self:
        return cls({tag: Asks(tuple(map(_bare, found.whole)), found.within) for tag, found in asks.items()})

    def wanted(self, text: str, language: str) -> str | None:
        """The words by which a person is asked for, in the customer's language or in English."""
        bare = _bare(text)
        for tag in chain(language):
            asks = self.known.get(tag)
            if asks is None:
                continue
            if bare in asks.whole:
                return bare
            if (word := found_word(text, asks.within)) is not None:
                return word
        return None


def _bare(text: str) -> str:
    return _AROUND.sub("", text.casefold())


class Keyword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Words that call for a person, and for whom if it is not the usual one."""

    words: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=500)]
    group: str | None = None
    agent: str | None = None


class Handover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What makes a bot give a chat to people. `words` (by language) are added to the built-in ones, by which a customer
    asks for a person; `after_unknown` counts answers in a row that the bot did not know (null: never)."""

    words: dict[str, Words] = {}
    button: bool = True
    after_unknown: Annotated[int, Meta(ge=1, le=20)] | None = 2
    on_repeat: bool = True
    on_dislike: bool = True
    keywords: Annotated[tuple[Keyword, ...], Meta(max_length=100)] = ()


def asked_for_person(text: str, language: str, handover: Handover, wishes: Wishes) -> str | None:
    """The words by which the customer asks for a person; None if they do not."""
    if not text:
        return None
    own = [word for tag in chain(language) for word in _by_tag(handover.words).get(tag, ())]
    return found_word(text, own) or wishes.wanted(text, language)


def keyword_in(text: str, handover: Handover) -> tuple[Keyword, str] | None:
    """The first keyword that stands in a text, with the word that did."""
    for keyword in handover.keywords:
        if (word := found_word(text, keyword.words)) is not None:
            return keyword, word
    return None


def _by_tag(words: Mapping[str, Words]) -> dict[str, Words]:
    return {canonical: found for tag, found in words.items() if (canonical := normal(tag)) is not None}


def validate_handover(handover: Handover, field: str = "handover") -> list[tuple[str, str]]:
    """What an admin has to mend; the groups and agents that are named are looked up by whoever knows them."""
    return [
        (f"{field}.words.{tag}", f'"{tag}" is not a language tag such as en, pt-BR or zh-Hant.')
        for tag in handover.words
        if normal(tag) is None
    ]
