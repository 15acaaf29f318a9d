"""One person, several places: the record that a company's own id names, and what holds of all their places."""

from collections.abc import Sequence

from api.rim import Rim
from core import command as c
from core.command import Actor
from core.customer import Address, Customer, merge
from core.ports.store import Store
from core.session import Conversation

SYSTEM = Actor("system", "system", supervisor=True)
FOR_GOOD = -1


async def record_of(store: Store, claims: Customer, known: Customer) -> Customer:
    """Who `claims.partner_id` is, with what is known of the place they wrote from.

    Whoever is first to claim an id is it. A claim that nobody signed is never joined with a record that somebody did:
    it stays a record of its own.
    """
    assert claims.partner_id, "only who has a company's own id is looked up"
    owner = await store.partner(claims.partner_id, known.id)
    if owner is None or owner == known.id:
        return known
    record = await store.customer(owner) or Customer(id=owner, partner_id=claims.partner_id)
    return merge(record, known) if claims.verified or not record.verified else known


async def link(rim: Rim, kept: Customer, states: Sequence[Conversation], by: str) -> None:
    """Make each of these places that person's. May be repeated: what is theirs already is only brought up to date."""
    for state in states:
        await rim.engine.handle(Address(state.channel, state.address), c.Identify(kept, by))
        await stay_blocked(rim, Address(state.channel, state.address), kept.id)


async def stay_blocked(rim: Rim, where: Address, customer: str) -> None:
    """A place that was found to be somebody's who is turned away elsewhere turns them away too."""
    states = await rim.store.conversations(customer)
    until = blocked_until(states, rim.clock.now())
    mine = next((state for state in states if (state.channel, state.address) == where), None)
    if until is not None and mine is not None and mine.blocked_until != until:
        await rim.engine.handle(where, c.Block(SYSTEM, until))


def blocked_until(states: Sequence[Conversation], now: int) -> int | None:
    """Until when a person is turned away; -1: for good; None: they are not."""
    blocks = [state.blocked_until for state in states if state.blocked_until is not None]
    if FOR_GOOD in blocks:
        return FOR_GOOD
    return max((until for until in blocks if until > now), default=None)
