"""Message webhooks as the admin sees them: how each is, its log, a test, replay, resume. They are set in the area
`webhooks`, at three levels, with the versions and undo of every setting."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from api.documents import Level
from api.hooks import Endpoint, endpoints
from api.paging import Listing, Window, slice_of
from api.problems import Stop, missing
from api.rim import HookActions, Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso, iso_or_none
from core.hook import MOST_WAITING, TYPES
from core.ports.hooks import Hook, HookDelivery, HookSizes

AT_ONCE = 1_000


class DeliveriesQuery(Window, frozen=True, forbid_unknown_fields=True, kw_only=True):
    state: Literal["waiting", "delivered", "parked"] | None = None


class ReplayIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One delivery by its id; without one all that were given up, at most a thousand, oldest first."""

    delivery: Annotated[str, Meta(min_length=1, max_length=100)] | None = None


class WebhookView(msgspec.Struct, frozen=True, kw_only=True):
    """`waiting` and `parked` are counted up to a hundred thousand. `paused_at`: it failed so often in a row that only
    a probe is sent, next at `probe_at`; it goes on by itself when that succeeds, or by `resume`."""

    id: str
    level: Level
    of: str | None
    name: str
    url: str
    types: tuple[str, ...]
    on: bool
    waiting: int
    parked: int
    failures: int
    paused_at: Time | None
    probe_at: Time | None
    reason: str | None


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is what the receiver answered last (null: it did not), `took` in milliseconds. `erased`: what it said
    is gone, and it cannot be replayed."""

    id: str
    type: str
    at: Time
    state: Literal["waiting", "delivered", "parked"]
    attempts: int
    next_at: Time | None
    done_at: Time | None
    status: int | None
    reason: str | None
    took: int | None
    session: str | None
    erased: bool


class TestView(msgspec.Struct, frozen=True, kw_only=True):
    delivered: bool
    status: int | None
    reason: str | None
    took: int


class ReplayView(msgspec.Struct, frozen=True):
    replayed: int


class TypeView(msgspec.Struct, frozen=True):
    type: str
    meaning: str


Webhooks = Listing[WebhookView]
Deliveries = Listing[DeliveryView]
Types = Listing[TypeView]


async def list_types(rim: Rim, call: Call[Nothing, Window]) -> Answer:
    return Answer(200, slice_of([TypeView(type, meaning) for type, meaning in TYPES.items()], call.query))


async def list_webhooks(rim: Rim, call: Call[Nothing, Window]) -> Answer:
    found = endpoints(rim.directory)
    page = slice_of([found[id] for id in sorted(found)], call.query)
    return Answer(200, Webhooks([await _webhook(rim, each) for each in page.items], page.next))


async def get_webhook(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    return Answer(200, await _webhook(rim, _found(rim, call.path["id"])))


async def list_deliveries(rim: Rim, call: Call[Nothing, DeliveriesQuery]) -> Answer:
    """Newest first."""
    hook, asked = _found(rim, call.path["id"]).id, call.query
    if asked.after is not None:
        _checked(asked.after)
    found, after = await rim.store.hooks.log(hook, state=asked.state, after=asked.after, limit=asked.size)
    return Answer(200, Deliveries([_delivery(each) for each in found], after))


async def test_webhook(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    """Answers what the receiver answered; nothing of it is kept."""
    hook = _found(rim, call.path["id"]).id
    answer = await _actions(rim).test(hook)
    view = TestView(delivered=answer.taken, status=answer.status, reason=answer.reason, took=answer.took)
    return Answer(200, view)


async def resume_webhook(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    endpoint = _found(rim, call.path["id"])
    await rim.store.hooks.resume(endpoint.id, rim.clock.now())
    _actions(rim).stir(endpoint.id)
    return Answer(200, await _webhook(rim, endpoint))


async def replay_webhook(rim: Rim, call: Call[ReplayIn, Nothing]) -> Answer:
    hook, now = _found(rim, call.path["id"]).id, rim.clock.now()
    if call.body.delivery is None:
        count = await rim.store.hooks.replay_parked(hook, now, AT_ONCE)
    elif await rim.store.hooks.replay(hook, call.body.delivery, now) is not None:
        count = 1
    else:
        raise missing("delivery")
    _actions(rim).stir(hook)
    return Answer(200, ReplayView(count))


def _found(rim: Rim, id: str) -> Endpoint:
    found = endpoints(rim.directory).get(id)
    if found is None:
        raise missing("webhook")
    return found


def _actions(rim: Rim) -> HookActions:
    assert rim.hooks is not None, "the shell that serves these routes has webhooks"
    return rim.hooks


def _checked(after: str) -> None:
    ord, dot, id = after.partition(".")
    if not (ord.isdecimal() and ord.isascii() and len(ord) < 19 and dot and id):
        raise Stop(422, "after", "This is no place in this list.")


async def _webhook(rim: Rim, endpoint: Endpoint) -> WebhookView:
    known = await rim.store.hooks.get(endpoint.id)
    hook = known or Hook(id=endpoint.id, cursor=0)
    sizes = await rim.store.hooks.sizes(endpoint.id, MOST_WAITING) if known else HookSizes(0, 0)
    paused = hook.paused_at is not None
    return WebhookView(
        id=endpoint.id,
        level=endpoint.scope.level,
        of=endpoint.scope.id or None,
        name=endpoint.subscription.name,
        url=endpoint.subscription.url,
        types=endpoint.subscription.types,
        on=endpoint.subscription.on,
        waiting=sizes.waiting,
        parked=sizes.parked,
        failures=hook.failures,
        paused_at=iso_or_none(hook.paused_at),
        probe_at=iso(hook.probe_at) if paused else None,
        reason=hook.reason,
    )


def _delivery(each: HookDelivery) -> DeliveryView:
    return DeliveryView(
        id=each.id,
        type=each.type,
        at=iso(each.at),
        state=each.state,
        attempts=each.attempt,
        next_at=iso(each.due) if each.state == "waiting" else None,
        done_at=iso_or_none(each.done_at),
        status=each.status,
        reason=each.reason,
        took=each.took,
        session=each.session,
        erased=each.body is None,
    )
