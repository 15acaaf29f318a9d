"""The catalogue of forms' words: everything a form shows stands in it, nothing else does, and no form says a thing
twice."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec

import connectors
import locales
from admin.forms import FormsQuery, list_areas, list_forms
from api.rim import Rim
from api.routes import Call, Nothing
from api.wording import Wording
from core.channel import Connector

ENGLISH: dict[str, str] = msgspec.json.decode(locales.read_forms()["en"], type=dict[str, str])
MARKED = {key: f"«{key}»" for key in ENGLISH}


@dataclass(frozen=True, slots=True)
class Shell:
    """What the two routes ask of what is around them."""

    wording: Wording

    @staticmethod
    def kinds() -> Mapping[str, type[Connector]]:
        return {kind: connectors.load(kind) for kind in connectors.kinds()}


async def forms(wording: Wording, language: str = "en") -> list[dict[str, Any]]:
    """Every area and every form, as they are served."""
    rim = cast(Rim, Shell(wording))
    call = Call(body=Nothing(), query=FormsQuery(language), path={}, who=None, token=None, if_match=None)
    areas, others = await list_areas(rim, call), await list_forms(rim, call)
    found = msgspec.to_builtins([areas.body, others.body])
    return [form for each in found for form in each["items"]]


async def english() -> list[dict[str, Any]]:
    return await forms(Wording({"en": msgspec.json.encode(ENGLISH)}))


async def marked() -> list[dict[str, Any]]:
    """With the keys in the place of their texts."""
    return await forms(Wording({"en": msgspec.json.encode(MARKED)}))


def said(form: dict[str, Any]) -> Iterator[str]:
    yield from (form["title"], *form.get("guide", ()), *filter(None, (form["about"],)))
    yield from _said(form["schema"])


def _said(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _said(each)
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        if key in ("title", "description", "x-null") and isinstance(value, str):
            yield value
        elif key == "x-titles":
            yield from value.values()
        elif key not in ("default", "enum"):
            yield from _said(value)


def properties(form: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for struct, schema in form["schema"]["$defs"].items():
        yield struct, schema.get("properties", {})


async def test_every_title_choice_and_guide_is_in_the_catalogue() -> None:
    spelled = {f"{form['title']}: {text}" for form in await marked() for text in said(form) if text[0] != "«"}
    assert spelled == set()


async def test_nothing_in_the_catalogue_is_of_a_field_that_is_gone() -> None:
    used = {text.strip("«»") for form in await marked() for text in said(form)}
    assert [key for key in ENGLISH if key not in used] == []


async def test_every_field_has_a_title_and_every_choice_a_name() -> None:
    for form in await english():
        for struct, fields in properties(form):
            for name, field in fields.items():
                assert field["title"].strip(), f"{struct}.{name}"
                for choice in _enums(field):
                    days = choice["enum"][0] == "mon"
                    assert days or choice["x-titles"].keys() == set(choice["enum"]), f"{struct}.{name}"


def _enums(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if len(schema.get("enum", ())) > 1:
            yield schema
        for key, value in schema.items():
            if key != "x-titles":
                yield from _enums(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from _enums(each)


async def test_no_two_fields_side_by_side_are_called_the_same() -> None:
    for form in await english():
        for struct, fields in properties(form):
            titles = [field["title"] for field in fields.values()]
            assert len(set(titles)) == len(titles), f"{struct}: {titles}"


async def test_no_two_choices_of_a_field_are_called_the_same() -> None:
    for form in await english():
        for struct, fields in properties(form):
            for name, field in fields.items():
                for choice in _enums(field):
                    named = list(choice["x-titles"].values())
                    assert len(set(named)) == len(named), f"{struct}.{name}"


async def test_what_may_be_null_says_what_that_means() -> None:
    for form in await english():
        for struct, fields in properties(form):
            for name, field in fields.items():
                null = {"type": "null"} in field.get("anyOf", ())
                assert null == ("x-null" in field), f"{struct}.{name}"


async def test_everything_a_list_holds_and_every_kind_of_condition_has_a_name() -> None:
    for form in await english():
        defs = form["schema"]["$defs"]
        for struct in _listed(form["schema"]):
            assert defs[struct].get("title"), struct


def _listed(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _listed(each)
    elif isinstance(schema, dict):
        if "$ref" in (items := schema.get("items") or {}):
            yield items["$ref"].rpartition("/")[2]
        if "discriminator" in schema:
            yield from (ref.rpartition("/")[2] for ref in schema["discriminator"]["mapping"].values())
        for value in schema.values():
            yield from _listed(value)


async def test_nothing_of_the_code_is_said_to_admins() -> None:
    for form in await english():
        for text in said(form):
            assert not re.search(r"`|\bnull\b|_seconds\b|\bNone (is|leaves|keeps|switches)\b", text), text


async def test_what_a_language_lacks_is_said_in_its_parent_and_then_in_english() -> None:
    files = {
        "en": {"surveys": "Surveys", "words": "Sensitive words", "closing": "End of chat"},
        "pt": {"surveys": "Pesquisas", "words": "Palavras sensíveis"},
        "pt-BR": {"surveys": "Pesquisas de satisfação"},
    }
    wording = Wording({tag: msgspec.json.encode(texts) for tag, texts in files.items()})
    titles = {form["area"]: form["title"] for form in await forms(wording, "pt-BR") if "area" in form}
    assert titles["surveys"] == "Pesquisas de satisfação"
    assert titles["words"] == "Palavras sensíveis"
    assert titles["closing"] == "End of chat"


async def test_what_has_no_words_at_all_is_spelled_and_no_key_is_shown() -> None:
    for form in await forms(Wording()):
        for text in said(form):
            assert "_" not in text and "*" not in text and ":" not in text, text


def test_titles_are_short_and_help_is_not_too_long() -> None:
    for key, text in ENGLISH.items():
        longest = 460 if key.endswith(".help") else 240 if ".guide." in key else 65
        assert len(text) <= longest, key
