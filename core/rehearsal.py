"""A prompt as a customer would get it, before anybody does: with sample values, fitted to the channel."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from core.consent import NO, YES
from core.fit import fit
from core.language import chain, direction
from core.message import Choice, Content, Field, Form, Option, Text
from core.policy import Rules
from core.prompts import DEFINITIONS, Key
from core.session import SurveyKind
from core.spoken import autonym
from core.survey import options

SAMPLES: Mapping[str, str | int] = MappingProxyType(
    {
        "agent": "Mei",
        "session": 1042,
        "position": 4,
        "score": 4,
        "name": "photo.jpg",
        "url": "https://example.com/p.jpg",
    }
)
_SURVEYS: Mapping[str, SurveyKind] = MappingProxyType(
    {"survey_invite_stars": "stars", "survey_invite_nps": "nps", "survey_invite_thumbs": "thumbs"}
)


class Rehearsed(msgspec.Struct, frozen=True):
    """`language` is the text's own, after fallbacks; `parts` what the channel would carry, in order."""

    on: bool
    language: str
    direction: str
    text: str
    parts: tuple[Content, ...]


def rehearse(rules: Rules, key: Key, language: str, values: Mapping[str, str | int]) -> Rehearsed:
    """Also of a prompt that is switched off: what it would say."""
    given = {**_samples(rules, key, language), **values}
    said = rules.catalogue.shown(key, language, **given)
    capabilities = rules.channel.capabilities
    content = _content(rules, key, said.text, language)
    parts = fit(content, capabilities, rules.phrases(language))
    return Rehearsed(rules.catalogue.is_on(key), said.language, direction(said.language), said.text, parts)


def _samples(rules: Rules, key: Key, language: str) -> dict[str, str | int]:
    known: dict[str, str | int] = {**SAMPLES, "channel": rules.channel.name, "language": autonym(language)}
    needed = dict.fromkeys(DEFINITIONS[key].texts, "…") | dict.fromkeys(DEFINITIONS[key].numbers, 4)
    return {**needed, **known}


def _content(rules: Rules, key: Key, text: str, language: str) -> Content:
    if key in _SURVEYS:
        kind = _SURVEYS[key]
        labels = tuple(
            Option(one.id, rules.catalogue.shown(one.key, language, score=one.score).text) for one in options(kind)
        )
        if "form" in rules.channel.capabilities.outbound:
            return Form(text, (Field("score", text, kind, required=True, options=labels),))
        return Choice(text, labels)
    if key == "word_consent":
        yes, no = rules.catalogue.shown("consent_yes", language), rules.catalogue.shown("consent_no", language)
        return Choice(text, (Option(YES, yes.text), Option(NO, no.text)))
    if key == "language_picker":
        offered = rules.languages.offered or chain(language, rules.channel.language)
        return Choice(text, tuple(Option(f"language:{tag}", autonym(tag)) for tag in offered))
    return Text(text)
