"""The dry run: changed routing or assignment settings tried on a made-up message, or on the chats of the last days,
before they are saved. Nothing is written."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from admin.areas import check
from admin.in_place import check_in_place
from api.directory import Directory
from api.documents import EVERYWHERE, Scope
from api.rim import Rim
from api.routes import Answer, Call, Nothing
from api.times import Time, iso
from api.views.refs import Ref, agent_ref, group_ref
from core import event as e
from core.customer import Customer
from core.errors import BadInput
from core.language import normal
from core.message import plain
from core.policy import Policy
from core.ports.desk import DeskView, Waiting
from core.ports.reading import SessionQuery, SessionRow
from core.routes import Assigning, Route
from core.session import Conversation, Overflowing, Place, Session, Wish
from core.turn import Asked
from routing.desk import Desk
from routing.pools import Team
from routing.replay import Names, Unknown, could_take, looks_at_text, rerouted
from routing.rules import route

DAY_MS = 86_400_000
PAGE, MOST_CHATS, MOST_SHOWN = 200, 2_000, 100

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Line = Annotated[str, Meta(max_length=500)]


class TryMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A message nobody wrote. `agent`, `group`, `must` and `picked` are what a page or a visitor may ask for; `at` is
    when it comes (now, if nothing is said)."""

    channel: Id
    text: Annotated[str, Meta(max_length=10_000)] = ""
    language: Annotated[str, Meta(min_length=2, max_length=35)] | None = None
    vip: bool = False
    vip_level: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    tags: Annotated[tuple[Line, ...], Meta(max_length=50)] = ()
    params: Annotated[dict[Line, Line], Meta(max_length=50)] = {}
    fields: Annotated[dict[Line, Line], Meta(max_length=50)] = {}
    ip: Line | None = None
    country: Line | None = None
    page: Line | None = None
    agent: Id | None = None
    group: Id | None = None
    must: bool = False
    picked: Id | None = None
    returning: bool = False
    at: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class TryBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`settings`: the changed document (left out: as it is now) of all, of a `channel` or of a `group`. Then a
    `message`, or how many `days` to go through again."""

    settings: dict[str, Any] | None = None
    channel: Id | None = None
    group: Id | None = None
    message: TryMessage | None = None
    days: Annotated[int, Meta(ge=1, le=90)] | None = None


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """Neither a group nor an agent: everybody. `when`: in which state of the place before it."""

    group: Ref | None
    agent: Ref | None
    when: Overflowing


class RouteView(msgspec.Struct, frozen=True, kw_only=True):
    """`agent`: who would get it this moment, null if nobody is free; where chance decides, one of them."""

    step: str
    text: str
    lines: tuple[str, ...]
    prefer: tuple[Ref, ...]
    places: tuple[PlaceView, ...]
    agent: Ref | None


class MessageTried(msgspec.Struct, frozen=True, kw_only=True):
    """As the settings are, and as they would be."""

    now: RouteView
    changed: RouteView
    differs: bool


class DifferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """A chat that would have gone elsewhere."""

    session: str
    number: int
    at: Time
    was: str
    would: str
    why: str


class ReplayTried(msgspec.Struct, frozen=True, kw_only=True):
    """`chats` were looked at, the newest first (`more`: there were others); `replayed` decisions could be made again,
    and `differing` of them come out otherwise, of which the first hundred are in `differences`. `not_replayed` could
    not, for these `reasons`."""

    chats: int
    more: bool
    replayed: int
    differing: int
    differences: tuple[DifferenceView, ...]
    not_replayed: int
    reasons: dict[str, int]


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    message: MessageTried | None = None
    replay: ReplayTried | None = None


async def try_routing(rim: Rim, call: Call[TryBody, Nothing]) -> Answer:
    return await _try(rim, "routing", call.body)


async def try_assignment(rim: Rim, call: Call[TryBody, Nothing]) -> Answer:
    return await _try(rim, "assignment", call.body)


async def _try(rim: Rim, area: str, body: TryBody) -> Answer:
    if (body.message is None) == (body.days is None):
        raise BadInput(("message", "Give a message or a number of days, one of them."))
    scope = _scope(rim.directory, body)
    settings = rim.directory.setting(scope, area).body if body.settings is None else body.settings
    _check(rim.directory, scope, area, settings)
    changed = _Changed(rim.directory, scope, area, settings)
    if body.message is not None:
        return Answer(200, Tried(message=await _message(rim, changed, body.message)))
    assert body.days is not None, "one of them was given"
    return Answer(200, Tried(replay=await _replay(rim, changed, area, rim.clock.now() - body.days * DAY_MS)))


def _check(directory: Directory, scope: Scope, area: str, settings: dict[str, object]) -> None:
    """Raises `BadInput`: what could not be saved is not tried either; its fields are under `settings`."""
    try:
        check(area, settings)
        check_in_place(directory, scope, area, settings)
    except BadInput as error:
        raise BadInput(*((f"settings.{field}", message) for field, message in error.errors)) from None


def _scope(directory: Directory, body: TryBody) -> Scope:
    if body.channel is not None and body.group is not None:
        raise BadInput(("group", "The settings of a channel or of a group, not of both."))
    if body.channel is not None and body.channel not in directory.channels:
        raise BadInput(("channel", "There is no such channel."))
    if body.group is not None and body.group not in directory.groups:
        raise BadInput(("group", "There is no such group."))
    if body.channel is not None:
        return Scope("channel", body.channel)
    return EVERYWHERE if body.group is None else Scope("group", body.group)


class _Changed:
    """The policies as they would be."""

    def __init__(self, directory: Directory, scope: Scope, area: str, settings: dict[str, object]) -> None:
        self._directory, self._change = directory, (scope, area, settings)
        self._known: dict[str, Policy] = {}

    def policy(self, channel: str) -> Policy:
        if channel not in self._known:
            self._known[channel] = self._directory.policy_with(channel, *self._change)
        return self._known[channel]


# --- a made-up message -----------------------------------------------------------------------------------------------


async def _message(rim: Rim, changed: _Changed, message: TryMessage) -> MessageTried:
    if message.channel not in rim.directory.channels:
        raise BadInput(("message.channel", "There is no such channel."))
    view = await rim.store.desk()
    now = _tried(rim, rim.directory.policy(message.channel), message, view)
    then = _tried(rim, changed.policy(message.channel), message, view)
    return MessageTried(now=now, changed=then, differs=replace(now, agent=None) != replace(then, agent=None))


def _tried(rim: Rim, policy: Policy, message: TryMessage, view: DeskView) -> RouteView:
    at = rim.clock.now() if message.at is None else message.at
    state = _made_up(message, policy, at)
    staff = _Today(rim.directory, policy, view)
    found = route(Asked(state, policy, at, message.text), staff)
    return _route_view(rim.directory, found, staff.gives(state, found))


def _made_up(message: TryMessage, policy: Policy, at: int) -> Conversation:
    spoken = normal(message.language) if message.language else policy.channel.language
    if spoken is None:
        raise BadInput(
            ("message.language", f"“{message.language}” is not a language tag such as en, pt-BR or zh-Hant.")
        )
    ours = {
        "page.url": message.page, "visit.ip": message.ip, "visit.country": message.country,
        "vip_level": None if message.vip_level is None else str(message.vip_level),
    }  # fmt: skip
    own = {f"field.{name}": value for name, value in message.fields.items()}
    params = {**message.params, **own, **{name: value for name, value in ours.items() if value is not None}}
    return Conversation(
        id="try",
        channel=message.channel,
        address="try",
        customer=Customer(id="try", vip=message.vip, tags=message.tags, params=params),
        session=Session(id="try", number=0, phase="bot", opened_at=at, language=spoken),
        sessions=2 if message.returning else 1,
        wish=Wish(message.agent, message.group, message.must, message.picked),
    )


class _Today:
    """The staff as it is now, under a policy; nobody waits but the one chat that is tried."""

    def __init__(self, directory: Directory, policy: Policy, view: DeskView) -> None:
        self._directory, self._policy = directory, policy
        languages = {id: agent.languages for id, agent in directory.agents.items()}
        self._desk = Desk({id: self._team(id) for id in directory.groups}, languages)
        for seat in view.seats:
            self._desk.seat(seat)

    def _team(self, group: str) -> Team:
        doc, how = self._directory.groups[group], self._policy.assigning(group)
        own = isinstance(self._policy.here.assignment.method, str)
        method = how.method if own else doc.method or how.method
        return Team(frozenset(doc.agents), doc.name, method, how.familiar_first, how.weights)

    def is_free(self, agent: str) -> bool:
        return self._desk.is_free(agent)

    def finds(self, prefer: tuple[str, ...], chain: tuple[Place, ...]) -> bool:
        return self._desk.finds(prefer, chain)

    def agent_name(self, agent: str) -> str | None:
        found = self._directory.agents.get(agent)
        return found.name if found else None

    def group_name(self, group: str) -> str | None:
        found = self._directory.groups.get(group)
        return found.name if found else None

    def gives(self, state: Conversation, found: Route) -> str | None:
        assert state.session is not None, "it was made up with one"
        self._desk.wait(
            Waiting(
                "try", "try", state.channel, "try", found.group, 0, prefer=found.prefer, chain=found.chain,
                language=state.session.language,
            )
        )  # fmt: skip
        match = self._desk.match(lambda size: 0)
        return match.agent if match else None


def _route_view(directory: Directory, found: Route, agent: str | None) -> RouteView:
    return RouteView(
        step=found.step,
        text=found.why or "Nothing says otherwise: the channel's group.",
        lines=found.steps,
        prefer=tuple(agent_ref(directory, one) for one in found.prefer),
        places=tuple(
            PlaceView(
                group=group_ref(directory, place.group),
                agent=agent_ref(directory, place.agent) if place.agent else None,
                when=place.when,
            )
            for place in found.chain
        ),
        agent=agent_ref(directory, agent) if agent else None,
    )


# --- the last days ---------------------------------------------------------------------------------------------------


class _Tally:
    def __init__(self) -> None:
        self.replayed, self.differing, self.unknown = 0, 0, Counter[str]()
        self.shown: list[DifferenceView] = []

    def take(self, row: SessionRow, at: int, was: str, would: str, why: str) -> None:
        self.replayed += 1
        if was == would:
            return
        self.differing += 1
        if len(self.shown) < MOST_SHOWN:
            session = row.session
            self.shown.append(
                DifferenceView(session=session.id, number=session.number, at=iso(at), was=was, would=would, why=why)
            )


async def _replay(rim: Rim, changed: _Changed, area: str, since: int) -> ReplayTried:
    tally, chats, after = _Tally(), 0, None
    while chats < MOST_CHATS:
        page = await rim.store.sessions(SessionQuery(after=after, limit=PAGE))
        recent = [row for row in page.items if _last_touched(row) >= since]
        for row in recent:
            if row.session.opened_at >= since and row.channel in rim.directory.channels:
                chats += 1
                await _again(rim, changed, area, row, tally)
        after = page.next
        if after is None or (page.items and not recent):
            after = None
            break
    return ReplayTried(
        chats=chats,
        more=after is not None,
        replayed=tally.replayed,
        differing=tally.differing,
        differences=tuple(tally.shown),
        not_replayed=tally.unknown.total(),
        reasons=dict(tally.unknown),
    )


def _last_touched(row: SessionRow) -> int:
    session = row.session
    spoke = row.last_message.message.at if row.last_message else 0
    return max(session.closed.at if session.closed else 0, session.said_at, session.opened_at, spoke)


async def _again(rim: Rim, changed: _Changed, area: str, row: SessionRow, tally: _Tally) -> None:
    """The first time it was routed, and (for assignment) each time the desk chose somebody."""
    events = [line.event for line in await rim.store.trace(row.session.id)]
    queued = next((event for event in events if isinstance(event, e.Queued)), None)
    if queued is None:
        return
    policy = changed.policy(row.channel)
    try:
        await _reroute(rim, policy, row, queued, tally)
    except Unknown as error:
        tally.unknown[str(error)] += 1
    for event in events if area == "assignment" else ():
        if isinstance(event, e.Assigned) and event.inputs:
            try:
                _rechoose(rim.directory, policy, row, event, tally)
            except Unknown as error:
                tally.unknown[str(error)] += 1


async def _reroute(rim: Rim, policy: Policy, row: SessionRow, queued: e.Queued, tally: _Tally) -> None:
    names = Names(
        {id: agent.name for id, agent in rim.directory.agents.items()},
        {id: group.name for id, group in rim.directory.groups.items()},
    )
    text = await _first_words(rim, row, policy)
    found = rerouted(queued, row.session, row.customer, text, policy, names)
    went = queued.chain or (Place(queued.group),)
    was = _whither(rim.directory, queued.prefer, went)
    tally.take(row, queued.at, was, _whither(rim.directory, found.prefer, found.chain), found.why)


async def _first_words(rim: Rim, row: SessionRow, policy: Policy) -> str | None:
    """What the customer wrote first; read only where a rule asks for it, None if it was erased."""
    if not looks_at_text(policy):
        return ""
    said = await rim.store.history(row.session.id, 0, 5)
    first = next((stored for stored in said if stored.message.author.kind == "customer"), None)
    return plain(first.message.content) or None if first is not None else None


def _whither(directory: Directory, prefer: Sequence[str], chain: Sequence[Place]) -> str:
    names = [agent_ref(directory, agent).name for agent in prefer]
    for place in chain:
        group = group_ref(directory, place.group)
        name = agent_ref(directory, place.agent).name if place.agent else group.name if group else "everybody"
        names.append(name if place.when == "any" else f"{name} ({place.when})")
    return " → ".join(names)


def _rechoose(directory: Directory, policy: Policy, row: SessionRow, assigned: e.Assigned, tally: _Tally) -> None:
    group = cast(Sequence[str | None], assigned.inputs.get("place") or (None,))[0]
    how: Assigning = policy.assigning(group)
    known = directory.groups.get(group or "")
    own = known.method if known else None
    method = how.method if isinstance(policy.here.assignment.method, str) else own or how.method
    languages = {id: agent.languages for id, agent in directory.agents.items()}
    found = could_take(assigned.inputs, method, how.familiar_first, row.session.language, languages)
    if assigned.agent.id in found:
        tally.take(row, assigned.at, assigned.agent.name, assigned.agent.name, "")
    else:
        would = " or ".join(agent_ref(directory, agent).name for agent in found[:5])
        tally.take(row, assigned.at, assigned.agent.name, would, f"by the method {method}")
