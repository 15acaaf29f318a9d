"""What forms are made of: the schema of every area of settings and of everything else an admin fills in, with its
words in the language asked for."""

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from admin.agents import AgentIn
from admin.areas import levels_of
from admin.bots import BotIn
from admin.channels import ChannelIn
from admin.groups import GroupIn
from admin.segments import SegmentIn
from admin.shared import language
from admin.trying import TryMessage
from api.bots import KINDS
from api.documents import Level
from api.forms import described, limited, root
from api.paging import Listing
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.wording import Words, spelled
from core.channel import Connector
from core.hook import TYPES
from core.hours import Schedule
from core.mode import Pending
from core.people import Keeping, People
from core.policy import AREAS, Ending, Tongues
from core.prompts import CLOSING_KEYS
from core.routes import Assigning, Routes
from core.scheme import Survey
from core.service import Serving
from core.submitted import Leave
from core.waiting import AbsenceRules, QueueRules, SilenceRules


class AreaView(msgspec.Struct, frozen=True, kw_only=True):
    """`schema` is JSON Schema with hints for forms (docs/desk.md); `defaults` hold where no level sets a field."""

    area: str
    title: str
    about: str
    levels: tuple[Level, ...]
    defaults: dict[str, Any]
    schema: dict[str, Any]


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """`form` is what it makes: `agents`, `groups`, `segments`, `channels.KIND`, `bots.KIND`, `try`. `guide`: what
    to do at the provider, step by step; `{webhook}` and `{script}` stand for the channel's address and widget tag."""

    form: str
    title: str
    about: str
    guide: tuple[str, ...] = ()
    schema: dict[str, Any]


class FormsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`language`: of titles, help and guides; what it lacks is in its parents' or in English."""

    language: Annotated[str, Meta(max_length=64)] = "en"


Areas = Listing[AreaView]
Forms = Listing[FormView]


def _assignment() -> dict[str, Any]:
    sub = {"queue": QueueRules(), "agent_silent": SilenceRules(), "agent_offline": AbsenceRules()}
    plain: dict[str, Any] = msgspec.to_builtins(Assigning())
    return plain | {name: msgspec.to_builtins(each) for name, each in sub.items()}


def _reception() -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(Serving())
    return found | {"mode": "real_time", "always_on": msgspec.to_builtins(Pending())}


_DEFAULTS: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "closing": msgspec.to_builtins(Ending()) | {"prompts": {}},
        "surveys": msgspec.to_builtins(Survey()) | {"comment": "off"},
        "assignment": _assignment(),
        "reception": _reception(),
        "hours": msgspec.to_builtins(Schedule()),
        "submissions": msgspec.to_builtins(Leave()),
        "customers": msgspec.to_builtins(People()),
        "retention": msgspec.to_builtins(Keeping()),
        "languages": msgspec.to_builtins(Tongues()),
        "routing": msgspec.to_builtins(Routes()),
        "prompts": {"prompts": {}},
        "words": {"lists": []},
        "webhooks": {"subscriptions": []},
        "sla": {"policies": []},
    }
)
_ORDER = (
    "hours", "reception", "assignment", "routing", "prompts", "languages", "words", "surveys", "closing",
    "submissions", "customers", "webhooks", "sla", "retention",
)  # fmt: skip


async def list_areas(rim: Rim, call: Call[Nothing, FormsQuery]) -> Answer:
    tag = language(call.query.language, "language")
    return Answer(200, await asyncio.to_thread(lambda: _areas(rim.wording.words(tag))))


async def list_forms(rim: Rim, call: Call[Nothing, FormsQuery]) -> Answer:
    tag = language(call.query.language, "language")
    return Answer(200, await asyncio.to_thread(lambda: _forms(rim.kinds(), rim.wording.words(tag))))


def _areas(words: Words) -> Areas:
    """Some ten milliseconds and a file, as are the forms: off the loop."""
    order = [*_ORDER, *AREAS]
    return Areas([_area(name, words) for name in sorted(AREAS, key=order.index)], None)


def _forms(kinds: Mapping[str, type[Connector]], words: Words) -> Forms:
    return Forms([*_channels(kinds, words), *_bots(words), *_others(words)], None)


def _area(name: str, words: Words) -> AreaView:
    schema = described(AREAS[name], words)
    known = root(schema)["properties"]
    if name == "closing":
        limited(schema, "prompts", words, CLOSING_KEYS)
    if name == "webhooks":
        schema["$defs"]["Subscription"]["properties"]["types"]["items"] = _types(words)
    return AreaView(
        area=name,
        title=words.named(name) or spelled(name),
        about=words.named(f"{name}.help") or "",
        levels=levels_of(name),
        defaults={field: value for field, value in _DEFAULTS.get(name, {}).items() if field in known},
        schema=schema,
    )


def _types(words: Words) -> dict[str, Any]:
    return {"enum": list(TYPES), "x-titles": {type: words.choice("Subscription", "types", type) for type in TYPES}}


def _form(form: str, title: str, words: Words, schema: dict[str, Any]) -> FormView:
    return FormView(
        form=form,
        title=words.named(form) or title,
        about=words.named(f"{form}.help") or "",
        guide=words.steps(form),
        schema=schema,
    )


def _channels(kinds: Mapping[str, type[Connector]], words: Words) -> Sequence[FormView]:
    return [
        _form(f"channels.{name}", kind.title, words, _of_kind(ChannelIn, name, kind.Settings, words))
        for name, kind in sorted(kinds.items())
    ]


def _bots(words: Words) -> Sequence[FormView]:
    return [
        _form(f"bots.{name}", spelled(name), words, _of_kind(BotIn, name, kind.Settings, words))
        for name, kind in KINDS.items()
    ]


def _of_kind(shape: Any, kind: str, settings: Any, words: Words) -> dict[str, Any]:
    """The kind was chosen before: there is no other in this form."""
    schema = described(shape, words, {"settings": settings})
    field = root(schema)["properties"]["kind"]
    root(schema)["properties"]["kind"] = {"title": field["title"], "enum": [kind]}
    return schema


def _others(words: Words) -> Sequence[FormView]:
    made: Mapping[str, Any] = {"agents": AgentIn, "groups": GroupIn, "segments": SegmentIn, "try": TryMessage}
    return [_form(name, spelled(name), words, described(shape, words)) for name, shape in made.items()]
