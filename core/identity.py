"""Who a customer is: told by a visit, linked by an agent or the company's own id, and erased."""

from msgspec.structs import replace

from core import command as c
from core import event as e
from core.customer import Customer
from core.erasing import is_erased
from core.turn import Turn


def identify(turn: Turn, customer: Customer, by: str) -> None:
    """Keep who they are. With automatic saving, whoever has a partner id is a customer of the CRM from then on."""
    known = turn.state.customer
    if customer.partner_id and turn.rules.people.auto_save:
        customer = replace(customer, saved=True)
    if customer == known:
        return
    nobody = not turn.state.sessions and known == Customer(id=known.id)  # a place where nobody was known yet
    if customer.id != known.id and not nobody:
        turn.emit(e.CustomerLinked(customer, known.id, turn.now, by))
    if customer.saved:
        turn.emit(e.CustomerSaved(customer, turn.now))
    elif customer.id == known.id or nobody:
        turn.emit(e.CustomerKnown(customer))


def erase(turn: Turn, command: c.Erase) -> None:
    """The open chat ends in silence; the store then takes every text away (`Erased`)."""
    state = turn.state
    if is_erased(state):
        return
    if state.session is not None:
        agent = state.session.agent.id if state.session.agent else None
        turn.emit(e.Closed(by="system", reason="erased", at=turn.now, who=command.by, agent=agent))
    turn.emit(e.Erased(state.customer.id, turn.now, command.by))
