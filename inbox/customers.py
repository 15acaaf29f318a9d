"""What is done to a customer: link, merge, block, export, erase."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from api.media import linked
from api.people import FOR_GOOD, link
from api.problems import missing
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.sight import actor
from api.times import Time, iso
from api.views.customer import CustomerView, customer_view
from api.views.message import MessageView, message_view
from api.views.refs import ChannelRef, channel_ref
from api.views.session import SessionView, session_view
from core import command as c
from core.customer import Address, Customer, merge
from core.errors import BadInput
from core.ports.reading import SessionQuery
from inbox.bodies import Body, Id

DAY_MS = 86_400_000
PAGE = 200
ERASURES = "erasures"  # who is to be erased; the shell works through it, and a document that is gone was done


class LinkBody(Body, frozen=True):
    """The company's own id of the customer."""

    partner_id: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x20]+$")]


class MergeBody(Body, frozen=True):
    """`other` becomes this customer."""

    other: Id


class CustomerBlockBody(Body, frozen=True):
    """For 24 hours, for good, or no longer; at every place where the customer is reached."""

    duration: Literal["day", "forever", "off"] = "day"


class BlockedView(msgspec.Struct, frozen=True):
    """`until` is null for "for good" and for "no longer"."""

    blocked: bool
    until: Time | None


class ErasingView(msgspec.Struct, frozen=True):
    state: Literal["erasing"]


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """Where the customer is reached; `address` is the provider's own name of them."""

    channel: ChannelRef
    address: str


class ExportedChat(msgspec.Struct, frozen=True):
    session: SessionView
    messages: list[MessageView]


class ExportView(msgspec.Struct, frozen=True, kw_only=True):
    """All there is of one customer. Addresses of files are good for a day."""

    exported_at: Time
    customer: CustomerView
    places: list[PlaceView]
    chats: list[ExportedChat]


async def link_customer(rim: Rim, call: Call[LinkBody, Nothing]) -> Answer:
    """An id that is somebody's already merges the two: that record is kept."""
    known, own = await _known(rim, call.path["id"]), call.body.partner_id
    if known.partner_id not in (None, own):
        raise BadInput(("partner_id", "This customer has another id already; merge the two instead."))
    owner = await rim.store.partner(own, known.id)
    record = await rim.store.customer(owner) if owner not in (None, known.id) else None
    kept = msgspec.structs.replace(merge(record, known) if record else known, partner_id=own)
    return await _joined(rim, kept, (known.id, kept.id), call.caller.id)


async def merge_customers(rim: Rim, call: Call[MergeBody, Nothing]) -> Answer:
    """May be repeated, should it have been cut off halfway."""
    kept, other = await _known(rim, call.path["id"]), await rim.store.customer(call.body.other)
    if other is None or other.id == kept.id:
        raise BadInput(("other", "There is no such other customer."))
    return await _joined(rim, merge(kept, other), (other.id, kept.id), call.caller.id)


async def _joined(rim: Rim, kept: Customer, records: tuple[str, ...], by: str) -> Answer:
    for record in dict.fromkeys(records):
        await link(rim, kept, await rim.store.conversations(record), by)
    found = await rim.store.customer(kept.id)
    return Answer(200, customer_view(found or kept))


async def block_customer(rim: Rim, call: Call[CustomerBlockBody, Nothing]) -> Answer:
    known, now = await _known(rim, call.path["id"]), rim.clock.now()
    until = {"day": now + DAY_MS, "forever": FOR_GOOD, "off": None}[call.body.duration]
    for state in await rim.store.conversations(known.id):
        await rim.engine.handle(Address(state.channel, state.address), c.Block(actor(call.caller), until))
    return Answer(200, BlockedView(until is not None, iso(until) if until is not None and until > 0 else None))


async def erase_customer(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    """Kept as an order before it answers, so that it is carried out whatever happens; in seconds, or as soon as no
    webhook waits on this node's disk."""
    known = await _known(rim, call.path["id"])
    await rim.store.put(ERASURES, known.id, {"by": call.caller.id}, who=call.caller.id, at=rim.clock.now())
    rim.erase_soon()
    return Answer(202, ErasingView("erasing"))


async def _known(rim: Rim, id: str) -> Customer:
    found = await rim.store.customer(id)
    if found is None:
        raise missing("customer")
    return found


async def export_customer(rim: Rim, request: web.Request) -> web.StreamResponse:
    """Written as it is read: it may be long."""
    known = await _known(rim, request.match_info["id"])
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/json",
            "Content-Disposition": f'attachment; filename="customer-{known.id}.json"',
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    async for part in _export(rim, known):
        await response.write(part)
    await response.write_eof()
    return response


async def _export(rim: Rim, known: Customer) -> AsyncIterator[bytes]:
    encode = msgspec.json.encode
    places = [
        PlaceView(channel=channel_ref(rim.directory, state.channel), address=state.address)
        for state in await rim.store.conversations(known.id)
    ]
    yield b'{"exported_at":' + encode(iso(rim.clock.now())) + b',"customer":' + encode(customer_view(known))
    yield b',"places":' + encode(places) + b',"chats":['
    between, after = b"", None
    while True:
        page = await rim.store.sessions(SessionQuery(customer=known.id, after=after, limit=PAGE))
        for row in page.items:
            yield between + b'{"session":' + encode(session_view(row, rim.directory)) + b',"messages":['
            async for part in _messages(rim, row.session.id):
                yield part
            yield b"]}"
            between = b","
        if page.next is None:
            break
        after = page.next
    yield b"]}"


async def _messages(rim: Rim, session: str) -> AsyncIterator[bytes]:
    seq, between = 0, b""
    while found := await rim.store.history(session, seq, PAGE):
        for stored in found:
            yield between + msgspec.json.encode(message_view(linked(stored, rim.files)))
            between = b","
        seq = found[-1].message.seq
