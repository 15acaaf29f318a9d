"""What forms are made of: the schema of every area of settings and of everything else an admin fills in."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from admin.agents import AgentIn
from admin.areas import levels_of
from admin.bots import BotIn
from admin.channels import ChannelIn
from admin.groups import GroupIn
from admin.segments import SegmentIn
from admin.trying import TryMessage
from api.bots import KINDS
from api.documents import Level
from api.forms import described, titled, with_keys
from api.paging import Listing
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from core.hook import TYPES
from core.hours import Schedule
from core.mode import Pending
from core.people import Keeping, People
from core.policy import AREAS, Ending
from core.prompts import CLOSING_KEYS
from core.routes import Assigning
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
    guide: tuple[str, ...] = ()
    schema: dict[str, Any]


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
        "closing": msgspec.to_builtins(Ending()),
        "surveys": msgspec.to_builtins(Survey()),
        "assignment": _assignment(),
        "reception": _reception(),
        "hours": msgspec.to_builtins(Schedule()),
        "submissions": msgspec.to_builtins(Leave()),
        "customers": msgspec.to_builtins(People()),
        "retention": msgspec.to_builtins(Keeping()),
    }
)
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "hours": "Opening hours",
        "reception": "Reception",
        "assignment": "Assignment",
        "routing": "Routing rules",
        "prompts": "Prompts",
        "languages": "Languages",
        "words": "Sensitive words",
        "surveys": "Surveys",
        "closing": "End of chat",
        "submissions": "Submissions",
        "customers": "Customers",
        "webhooks": "Webhooks",
        "sla": "Service levels",
        "retention": "Retention",
    }
)


async def list_areas(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    order = [*_NAMES, *AREAS]
    return Answer(200, Areas([_area(name) for name in sorted(AREAS, key=order.index)], None))


async def list_forms(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    return Answer(200, Forms([*_channels(rim), *_bots(), *_others()], None))


def _area(name: str) -> AreaView:
    schema = described(AREAS[name])
    if name == "closing":
        schema = with_keys(schema, "prompts", CLOSING_KEYS)
    if name == "webhooks":
        schema["$defs"]["Subscription"]["properties"]["types"]["items"] = {"enum": list(TYPES)}
    root = schema["$defs"][AREAS[name].__name__]
    known = root["properties"]
    return AreaView(
        area=name,
        title=_NAMES.get(name) or titled(name),
        about=root.pop("description", ""),
        levels=levels_of(name),
        defaults={field: value for field, value in _DEFAULTS.get(name, {}).items() if field in known},
        schema=schema,
    )


def _channels(rim: Rim) -> Sequence[FormView]:
    return [
        FormView(
            form=f"channels.{name}",
            title=kind.title,
            guide=getattr(kind, "guide", ()),
            schema=described(ChannelIn, {"settings": kind.Settings}),
        )
        for name, kind in sorted(rim.kinds().items())
    ]


def _bots() -> Sequence[FormView]:
    return [
        FormView(form=f"bots.{name}", title=titled(name), schema=described(BotIn, {"settings": kind.Settings}))
        for name, kind in KINDS.items()
    ]


def _others() -> Sequence[FormView]:
    made: Mapping[str, tuple[str, Any]] = {
        "agents": ("Agent", AgentIn), "groups": ("Group", GroupIn), "segments": ("Segment", SegmentIn),
        "try": ("Message to try", TryMessage),
    }  # fmt: skip
    return [FormView(form=name, title=title, schema=described(shape)) for name, (title, shape) in made.items()]
