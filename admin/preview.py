"""Any prompt in any language on any channel, as its customer would see it; also a draft that is not saved."""

import dataclasses
from typing import Annotated

import msgspec
from msgspec import Meta

from api.contents import Shown, shown
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from core.errors import BadInput
from core.language import normal
from core.policy import Rules
from core.prompts import KEYS, LONGEST_TEXT, Catalogue, Override, validate_prompts
from core.rehearsal import rehearse


class PreviewIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`text` is a draft in this language; without it, what is in force. `values` stand for the samples."""

    key: str
    language: str
    channel: str
    group: str | None = None
    text: Annotated[str, Meta(max_length=LONGEST_TEXT)] | None = None
    values: dict[str, str | int] = {}


class PreviewView(msgspec.Struct, frozen=True, kw_only=True):
    """`language` is the text's own, after fallbacks; `parts` are what the channel carries; `length` in characters."""

    on: bool
    language: str
    direction: str
    text: str
    length: int
    parts: tuple[Shown, ...]


async def preview_prompt(rim: Rim, call: Call[PreviewIn, Nothing]) -> Answer:
    asked = call.body
    key = next((key for key in KEYS if key == asked.key), None)
    if key is None:
        raise BadInput(("key", f"There is no prompt “{asked.key}”."))
    tag = normal(asked.language)
    if tag is None:
        raise BadInput(("language", f'"{asked.language}" is not a language tag such as en, pt-BR or zh-Hant.'))
    found = rehearse(_rules(rim, asked, tag), key, tag, asked.values)
    return Answer(
        200,
        PreviewView(
            on=found.on,
            language=found.language,
            direction=found.direction,
            text=found.text,
            length=len(found.text),
            parts=tuple(shown(part) for part in found.parts),
        ),
    )


def _rules(rim: Rim, asked: PreviewIn, tag: str) -> Rules:
    if asked.channel not in rim.directory.channels:
        raise BadInput(("channel", "There is no such channel."))
    if asked.group is not None and asked.group not in rim.directory.groups:
        raise BadInput(("group", "There is no such group."))
    rules = rim.directory.policy(asked.channel).rules(asked.group)
    if asked.text is None:
        return rules
    draft = {asked.key: Override(text={tag: asked.text})}
    if wrong := validate_prompts(draft, KEYS):
        raise BadInput(*(("text", message) for _, message in wrong))
    catalogue = Catalogue.compile(rules.catalogue.built_in, [draft], rules.channel.language)
    return dataclasses.replace(rules, catalogue=catalogue, known_phrases={})
