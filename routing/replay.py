"""Past decisions gone through again under other rules: what would have come out, or why that cannot be known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import msgspec
from msgspec.structs import replace

from core import event as e
from core import language
from core.condition import Wrote, looks_at
from core.customer import Customer
from core.errors import Error
from core.policy import Policy
from core.ports.desk import Seat
from core.routes import Handed, Route
from core.session import AgentRef, Closure, Contact, Conversation, Method, Place, Rating, Session, Wish
from core.turn import Asked
from routing.methods import Free, Pick
from routing.rules import route

SCRATCH = "replayed"
T = TypeVar("T", bound=msgspec.Struct)


class Unknown(Error):
    """It cannot be gone through again; the text says why."""


@dataclass(frozen=True, slots=True)
class Names:
    """Who there is today."""

    agents: Mapping[str, str]
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Then:
    """The staff of that moment, as far as it was kept; the names are today's."""

    names: Names
    free: Mapping[str, bool]

    def is_free(self, agent: str) -> bool:
        found = self.free.get(agent)
        if found is None:
            raise Unknown("It was not kept whether the agent they had before was free.")
        return found

    def finds(self, prefer: tuple[str, ...], chain: tuple[Place, ...]) -> bool:
        return False

    def agent_name(self, agent: str) -> str | None:
        return self.names.agents.get(agent)

    def group_name(self, group: str) -> str | None:
        return self.names.groups.get(group)


def rerouted(
    queued: e.Queued, session: Session, customer: Customer, text: str | None, policy: Policy, names: Names
) -> Route:
    """Where the chat would have gone under `policy`; raises `Unknown`. `text` is what the customer had written, None
    if it was erased."""
    if not queued.inputs:
        raise Unknown("What it was decided from was not kept.")
    if text is None and looks_at_text(policy):
        raise Unknown("What the customer wrote is not there any more, and a rule looks at it.")
    state = _state(queued, session, customer)
    handed = _kept(queued, "handed", Handed)
    asked = Asked(state, policy, queued.at, text or "", handed)
    return route(asked, _Then(names, cast(Mapping[str, bool], queued.inputs.get("free", {}))))


def looks_at_text(policy: Policy) -> bool:
    rules = (*policy.routes.triggers, *policy.routes.rules)
    return any(rule.on and rule.when is not None and looks_at(rule.when, (Wrote,)) for rule in rules)


def _state(queued: e.Queued, session: Session, customer: Customer) -> Conversation:
    """The conversation as the rules saw it: facts as they were kept, parameters as they are today."""
    kept = queued.inputs
    params = {name: value for name, value in customer.params.items() if name != "vip_level"}
    if "vip_level" in kept:
        params["vip_level"] = str(kept["vip_level"])
    rated = cast(list[object] | None, kept.get("rated"))
    last = cast(tuple[str, int] | None, kept.get("last"))
    offline = cast(tuple[str, int] | None, kept.get("offline"))
    return Conversation(
        id=SCRATCH,
        channel=SCRATCH,
        address=SCRATCH,
        customer=replace(
            customer,
            vip=bool(kept.get("vip")),
            tags=tuple(cast(Sequence[str], kept.get("tags", ()))),
            params=params,
        ),
        session=replace(session, language=str(kept.get("language", session.language)), tags=()),
        last=_ended(*last) if last else None,
        offline=Contact(*offline) if offline else None,
        rated=msgspec.convert({"kind": rated[0], "score": rated[1], "at": 0}, Rating) if rated else None,
        sessions=cast(int, kept.get("sessions", 1)),
        wish=_kept(queued, "wish", Wish) or Wish(),
    )


def _kept(queued: e.Queued, name: str, wanted: type[T]) -> T | None:
    found = queued.inputs.get(name)
    return None if found is None else msgspec.convert(found, wanted)


def _ended(agent: str, at: int) -> Session:
    closed = Closure(by="agent", reason="", at=at, who=agent)
    return Session(
        id=SCRATCH, number=0, phase="closed", opened_at=0, language="", agent=AgentRef(agent, ""), closed=closed
    )


def could_take(
    inputs: Mapping[str, object], method: Method, familiar: bool, spoken: str, languages: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Who might have been given the chat by another method: one agent, or those among whom chance decides. Raises
    `Unknown`."""
    found = cast(Mapping[str, Sequence[int]], inputs.get("candidates") or {})
    if not found:
        raise Unknown("Who could have taken it was not kept.")
    known = [agent for agent in cast(Sequence[str], inputs.get("familiar", ())) if agent in found]
    if familiar and known:
        return (known[0],)
    if cast(int, inputs.get("free", 0)) > len(found):
        raise Unknown("More agents were free than are kept with a decision.")
    if method == "weighted":
        raise Unknown("Shares by weight depend on the chats before.")
    free = Free(method, turn=cast(str | None, inputs.get("turn")))
    for agent, (load, capacity, assigned_at) in found.items():
        seat = Seat(agent=agent, status="online", load=load, capacity=capacity, assigned_at=assigned_at)
        free.put(seat, languages.get(agent, ()))
    tongues = language.forms(spoken)
    return tuple(dict.fromkeys(free.pick((), tongues, _nth(at)) for at in range(len(found))))


def _nth(at: int) -> Pick:
    return lambda size: at % size
