"""Who changed what, over everything that is administered: found by person, thing and time, page by page, each with what
it changed. Undoing is done where it was changed: its own history."""

import base64
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Annotated, Any, Literal, Protocol, cast

import msgspec
from msgspec import Meta

from admin import area_secrets, kinds, versions
from admin.differences import differences
from admin.settings import RevisionView
from api.bots import KINDS
from api.directory import SETTINGS
from api.documents import Level
from api.paging import Listing, Window
from api.problems import missing
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso, milliseconds
from api.views.refs import Ref, agent_ref
from core.changes import Changed, ChangeQuery, Place
from core.errors import BadInput
from core.policy import AREAS
from core.ports.papers import Revision

What = Literal["settings", "channels", "agents", "groups", "bots", "segments"]
ADMINISTERED: tuple[What, ...] = ("settings", "channels", "agents", "groups", "bots", "segments")
_Short = Annotated[str, Meta(max_length=100)]
_When = Annotated[str, Meta(max_length=40, examples=["2025-01-31T09:15:00.000Z"])]


class AuditQuery(Window, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`who` made the change; `what` was changed: `id` which of them (not of settings), `area` which settings. From
    `since` to before `until`."""

    who: _Short | None = None
    what: What | None = None
    id: _Short | None = None
    area: _Short | None = None
    since: _When | None = None
    until: _When | None = None


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """`id` tells which channel, agent, group, bot or segment (null where it is settings for all) and `name` what it is
    called now; for settings `level` and `area` say where. `document` and `version` name the change itself."""

    at: Time
    who: Ref
    what: What
    id: str | None
    name: str | None
    level: Level | None
    area: str | None
    document: str
    version: int


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Audit = Listing[ChangeView]
_Body = dict[str, Any]


async def list_changes(rim: Rim, call: Call[Nothing, AuditQuery]) -> Answer:
    """Newest first."""
    asked = call.query
    page = await rim.store.changes(
        ChangeQuery(
            collections=_collections(asked),
            id=asked.id,
            ending=None if asked.area is None else f":{asked.area}",
            who=asked.who,
            since=_time(asked.since, "since"),
            until=_time(asked.until, "until"),
            after=None if asked.after is None else _place(asked.after),
            limit=asked.size,
        )
    )
    rest = None if page.next is None else _cursor(page.next)
    return Answer(200, Audit([_view(rim, one) for one in page.items], rest))


async def get_change(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    """What one version changed; secrets show as changed, never as they are."""
    what, document, version = call.path["what"], call.path["document"], call.path["version"]
    if what not in ADMINISTERED or not version.isascii() or not version.isdigit() or len(version) > 9:
        raise missing("change")
    now = await rim.store.revision(what, document, int(version))
    if now is None:
        raise missing("change")
    before = await rim.store.revision(what, document, now.version - 1)
    return Answer(
        200,
        RevisionView(
            version=now.version,
            at=iso(now.at),
            who=agent_ref(rim.directory, now.who),
            diff=differences(_seen(rim, what, document, before), _seen(rim, what, document, now)),
        ),
    )


def _collections(asked: AuditQuery) -> tuple[What, ...]:
    """Where to look; raises `BadInput` for filters that do not go together."""
    if asked.area is not None and asked.area not in AREAS:
        raise BadInput(("area", f"There is no such area; there are {', '.join(AREAS)}."))
    if asked.area is not None and asked.what not in (None, "settings"):
        raise BadInput(("area", "Only settings have areas."))
    if asked.id is not None and asked.what in (None, "settings"):
        raise BadInput(("id", "Say what it is the id of, in what: channels, agents, groups, bots or segments."))
    if asked.area is not None:
        return ("settings",)
    return ADMINISTERED if asked.what is None else (asked.what,)


def _time(text: str | None, field: str) -> int | None:
    try:
        return None if text is None else milliseconds(text)
    except ValueError as error:
        raise BadInput((field, f"{str(error).capitalize()}.")) from None


def _cursor(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(place)).decode().rstrip("=")


def _place(text: str) -> Place:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return msgspec.msgpack.decode(raw, type=Place)
    except ValueError:
        raise BadInput(("after", "This is no cursor of ours: take it from an earlier answer.")) from None


def _view(rim: Rim, one: Changed) -> ChangeView:
    place = one.place
    what = cast(What, place.collection)
    id, level, area = place.id, None, None
    if what == SETTINGS:
        level, id, area = msgspec.convert(place.id.split(":", 2), tuple[Level, str, str])
    return ChangeView(
        at=iso(place.at),
        who=agent_ref(rim.directory, one.who),
        what=what,
        id=id or None,
        name=_name(rim, level or what, id),
        level=level,
        area=area,
        document=place.id,
        version=place.version,
    )


def _name(rim: Rim, what: str, id: str) -> str | None:
    """Also of a channel, agent or group that was removed."""
    directory = rim.directory
    looks: Mapping[str, Callable[[str], _Named | None]] = {
        "channel": directory.channel,
        "agent": directory.agent,
        "group": directory.group,
        "bot": directory.bots.get,
        "segment": directory.segments.get,
    }
    look = looks.get(what.removesuffix("s"))
    found = look(id) if look else None
    return found.name if found else None


# --- what a version may show of itself -------------------------------------------------------------------------------


def _seen(rim: Rim, what: str, document: str, revision: Revision | None) -> _Body:
    body: _Body = dict(revision.body) if revision is not None and revision.body is not None else {}
    match what:
        case "settings":
            return area_secrets.compared(document.split(":", 2)[2], body)
        case "channels" if "settings" in body:
            kind = rim.kinds().get(body["kind"])  # one that is no more cannot tell what is secret
            settings = {} if kind is None else kinds.compared(body["settings"], kind)
            return versions.theirs(body | {"settings": settings})
        case "bots" if "settings" in body:
            return versions.theirs(body | {"settings": kinds.compared(body["settings"], KINDS[body["kind"]])})
        case "agents" if "password_hash" in body:
            trace = blake2b(str(body.pop("password_hash")).encode(), digest_size=3).hexdigest()
            return versions.theirs(body | {"password": {"set": True, "version": trace}})
        case _:
            return versions.theirs(body)
