"""Who customers are, in memory: what they are found by, whose a partner id is; linking and erasing them."""

from collections.abc import Sequence

from core.customer import Customer
from core.event import CustomerLinked, Erased
from core.ports.reading import CustomerPage
from core.ports.writing import Commit
from core.session import Conversation
from stores import _memory_outbox as outbox
from stores import _rows
from stores._memory import Memory


def follow(memory: Memory, commit: Commit) -> None:
    """What linking and erasing mean at once."""
    state = commit.conversation
    for event in commit.events:
        match event:
            case CustomerLinked(customer=customer, was=was):
                memory.partners = {name: customer.id if id == was else id for name, id in memory.partners.items()}
                if not any(kept.customer.id == was for kept, _ in memory.conversations.values()):
                    memory.customers.pop(was, None)
            case Erased(at=at):
                _let_go(memory, state, at)
            case _:
                pass


def _let_go(memory: Memory, state: Conversation, at: int) -> None:
    old = [place for place, id in memory.addresses.items() if id == state.id and place[1] != state.address]
    for place in old:
        del memory.addresses[place]
        memory.raws = [
            raw for raw in memory.raws
            if raw.channel != state.channel or len(place[1]) < 3 or place[1].encode() not in raw.body
        ]  # fmt: skip
    memory.aliases = {place: id for place, id in memory.aliases.items() if id != state.id}
    outbox.let_go(memory, state.id, at)
    memory.customers.pop(state.customer.id, None)
    memory.partners = {name: id for name, id in memory.partners.items() if id != state.customer.id}
    memory.hooks.blank(state.id)


def conversations(memory: Memory, customer: str, limit: int = 1000) -> Sequence[Conversation]:
    return [state for state, _ in memory.conversations.values() if state.customer.id == customer][:limit]


def partner(memory: Memory, partner_id: str, claim: str | None = None) -> str | None:
    if claim is not None:
        memory.partners.setdefault(partner_id, claim)
    return memory.partners.get(partner_id)


def customer(memory: Memory, customer: str) -> Customer | None:
    return memory.customers.get(customer)


def customers(
    memory: Memory,
    *,
    partner_id: str | None = None,
    q: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> CustomerPage:
    fits = [
        customer
        for customer in sorted(memory.customers.values(), key=lambda customer: customer.id, reverse=True)
        if (after is None or customer.id < after)
        and partner_id in (None, customer.partner_id)
        and (not (q or "").strip() or _rows.customer_answers(customer, q))
    ]
    shown = tuple(fits[:limit])
    return CustomerPage(shown, shown[-1].id if len(fits) > len(shown) > 0 else None)
