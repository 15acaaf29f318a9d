"""Audience segments: conditions with a name, and who uses them."""

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from admin import versions
from admin.in_place import known
from admin.references import UseView, refuse_used, users
from admin.settings import UndoIn
from api.documents import Name, SegmentDoc
from api.etag import meant, tagged, unchanged
from api.paging import Listing, Window, slice_of
from api.problems import missing
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso
from core.codec import convert
from core.condition import Condition
from core.condition_check import problems
from core.errors import BadInput

MOST = 1000


class SegmentIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Name
    condition: Condition


class SegmentPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays."""

    name: Name | UnsetType = UNSET
    condition: Condition | UnsetType = UNSET


class SegmentView(msgspec.Struct, frozen=True, kw_only=True):
    """`users` are the settings that name it; while there are any it cannot be removed."""

    id: str
    name: str
    condition: Condition
    users: tuple[UseView, ...]
    created_at: Time


Segments = Listing[SegmentView]


async def list_segments(rim: Rim, call: Call[Nothing, Window]) -> Answer:
    return Answer(200, slice_of([_view(rim, doc) for doc in rim.directory.segments.values()], call.query))


async def create_segment(rim: Rim, call: Call[SegmentIn, Nothing]) -> Answer:
    body = call.body
    _check(rim, body.condition)
    if len(rim.directory.segments) >= MOST:
        raise BadInput(("name", f"There may be at most {MOST} segments."))
    doc = SegmentDoc(id=rim.new_id(), name=body.name, condition=body.condition, created_at=rim.clock.now())
    version = await rim.directory.save_segment(doc, who=call.caller.id)
    return tagged(version, _view(rim, doc), 201)


async def get_segment(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    doc = _segment(rim, call.path["id"])
    return tagged(rim.directory.version("segments", doc.id), _view(rim, doc))


async def change_segment(rim: Rim, call: Call[SegmentPatch, Nothing]) -> Answer:
    body = call.body
    async with rim.directory.changing:
        doc = _segment(rim, call.path["id"])
        expected = meant(call.if_match, rim.directory.version("segments", doc.id))
        if not isinstance(body.condition, UnsetType):
            _check(rim, body.condition)
        changed = replace(
            doc,
            name=doc.name if isinstance(body.name, UnsetType) else body.name,
            condition=doc.condition if isinstance(body.condition, UnsetType) else body.condition,
        )
        with unchanged():
            version = await rim.directory.save_segment(changed, who=call.caller.id, expected=expected)
    return tagged(version, _view(rim, changed))


async def list_segment_history(rim: Rim, call: Call[Nothing, Window]) -> Answer:
    return await versions.history(rim, "segments", _segment(rim, call.path["id"]).id, call.query)


async def undo_segment(rim: Rim, call: Call[UndoIn, Nothing]) -> Answer:
    """A new version with an earlier one's content."""
    async with rim.directory.changing:
        doc = _segment(rim, call.path["id"])
        current = rim.directory.version("segments", doc.id)
        expected = meant(call.if_match, current)
        before = convert(await versions.earlier(rim, "segments", doc.id, call.body, current), SegmentDoc)
        _check(rim, before.condition)
        changed = replace(doc, name=before.name, condition=before.condition)
        with unchanged():
            version = await rim.directory.save_segment(changed, who=call.caller.id, expected=expected)
    return tagged(version, _view(rim, changed))


async def remove_segment(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    """Not while any setting names it: those settings would silently mean something else."""
    async with rim.directory.changing:
        doc = _segment(rim, call.path["id"])
        refuse_used(users(rim.directory, "segment", doc.id), "segment")
        await rim.directory.remove_segment(doc.id, who=call.caller.id)
    return Answer(204)


def _check(rim: Rim, condition: Condition) -> None:
    wrong = problems(condition, known(rim.directory), "condition")
    if wrong:
        raise BadInput(*wrong)


def _segment(rim: Rim, id: str) -> SegmentDoc:
    doc = rim.directory.segments.get(id)
    if doc is None:
        raise missing("segment")
    return doc


def _view(rim: Rim, doc: SegmentDoc) -> SegmentView:
    return SegmentView(
        id=doc.id,
        name=doc.name,
        condition=doc.condition,
        users=users(rim.directory, "segment", doc.id),
        created_at=iso(doc.created_at),
    )
