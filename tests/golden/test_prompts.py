"""Every prompt on every channel in every language: what the customer reads is in a golden file, one for each language,
and what goes over the wire is exactly that, within the channel's limits.

After a text was changed on purpose: `FRONTDESK_GOLDEN=write pytest tests/golden`, and read the difference.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

import locales
from connectors import kinds, load
from core.channel import Part
from core.language import direction
from core.message import Choice, Content, Form, Option, Text
from core.policy import ChannelFacts, Languages, Level, Policy, Rules
from core.prompts import KEYS
from core.rehearsal import rehearse
from core.split import measure
from core.survey import Answers
from tests.connectors import test_line, test_telegram, test_web, test_whatsapp, test_whatsapp_cloud
from tests.connectors.contract import Samples
from tests.connectors.wires import FakeWire

GOLDEN = Path(__file__).parent / "prompts"
TEXTS = {tag: locale.prompts for tag, locale in locales.read().items()}
_ALL = (
    test_line.TestLine.samples,
    test_telegram.TestTelegram.samples,
    test_web.SAMPLES,
    test_whatsapp.SAMPLES,
    test_whatsapp_cloud.SAMPLES,
)
SAMPLES: dict[str, Samples] = {samples.kind: samples for samples in _ALL}
ANSWERS = Answers.compile({})


def rules(kind: str) -> Rules:
    facts = ChannelFacts("chan", "Kites & Co. <shop>", "en", load(kind).capabilities)
    offered = Level(languages=Languages(offered=("en", "ja", "ar")))
    return Policy(7, facts, TEXTS, ANSWERS, offered, {}, Level()).rules(None)


RULES = {kind: rules(kind) for kind in kinds()}


def shown(content: Content) -> str:
    """What the customer sees, on one line."""
    match content:
        case Text(text=text):
            return text
        case Choice(text=text, options=options):
            return f"{text} {_buttons(options)}"
        case Form(text=text, fields=fields):
            return f"{text} {' '.join(_buttons(field.options) for field in fields)}"
        case _:
            raise AssertionError(f"no prompt is a {content}")


def _buttons(options: Iterable[Option]) -> str:
    return " ".join(f"[{option.label}]" for option in options)


def rendered(language: str) -> dict[str, Any]:
    """The text of each key, and for each kind of channel what it makes of those it shows differently."""
    texts: dict[str, str] = {}
    differing: dict[str, dict[str, list[str]]] = {kind: {} for kind in RULES}
    for key in KEYS:
        for kind, ruled in RULES.items():
            found = rehearse(ruled, key, language, {})
            texts[key] = found.text
            parts = [shown(part) for part in found.parts]
            if parts != [found.text]:
                differing[kind][key] = parts
    return {"direction": direction(language), "texts": texts, "channels": differing}


@pytest.mark.parametrize("language", TEXTS)
def test_what_customers_read_is_what_the_golden_file_says(language: str) -> None:
    file, found = GOLDEN / f"{language}.json", rendered(language)
    if os.environ.get("FRONTDESK_GOLDEN") == "write":
        file.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    assert found == msgspec.json.decode(file.read_bytes())


def test_there_is_a_golden_file_for_each_language_and_no_other() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == TEXTS.keys()
    assert SAMPLES.keys() == RULES.keys()


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize("language", ["en", "ar", "ja", "fr", "th", "hi", "zh-Hant"])
async def test_the_wire_carries_exactly_what_is_shown(language: str, kind: str) -> None:
    samples, ruled = SAMPLES[kind], RULES[kind]
    connector, capabilities = samples.make(), load(kind).capabilities
    outcomes = next((spoken.outcomes for spoken in samples.spoken if spoken.delivery == samples.delivery), ())
    outcomes = outcomes or samples.spoken[0].outcomes
    for key in KEYS:
        for part in rehearse(ruled, key, language, {"agent": 'Mei "M" <b>&amp;*_~`'}).parts:
            said = _text(part)
            assert not capabilities.text_limit or measure(said, capabilities.text_unit) <= capabilities.text_limit
            wire = FakeWire(outcomes)
            await connector.deliver(replace(samples.delivery, parts=(Part(1, part),)), wire)
            sent = [text for call in wire.calls for text in _strings(call.data)]
            assert not wire.calls or any(said in text for text in sent), key


def _text(content: Content) -> str:
    assert isinstance(content, Text | Choice | Form)
    return content.text


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
        if value[:1] in "{[":
            try:
                yield from _strings(msgspec.json.decode(value))
            except msgspec.DecodeError:
                pass
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
