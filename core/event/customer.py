"""Who the customer is known to be, and what is to become of them."""

import msgspec

from core.customer import Customer


class CustomerKnown(msgspec.Struct, frozen=True, gc=False, tag="customer_known"):
    customer: Customer


class CustomerSaved(msgspec.Struct, frozen=True, gc=False, tag="customer_saved"):
    """A known customer was created or changed in the built-in CRM."""

    customer: Customer
    at: int


class CustomerLinked(msgspec.Struct, frozen=True, gc=False, tag="customer_linked"):
    """The conversation is another person's than was thought: `was` is the record that this one takes over."""

    customer: Customer
    was: str
    at: int
    by: str


class Erased(msgspec.Struct, frozen=True, gc=False, tag="erased"):
    """All that was said, and who said it, is gone for good; numbers and facts stay. `customer` is their id."""

    customer: str
    at: int
    by: str


class AliasesLearned(msgspec.Struct, frozen=True, gc=False, tag="aliases_learned"):
    """The provider knows this person by other names too; the store makes them point to this conversation."""

    aliases: tuple[str, ...]


class ReachableChanged(msgspec.Struct, frozen=True, gc=False, tag="reachable_changed"):
    reachable: bool
    at: int


class CustomerBlocked(msgspec.Struct, frozen=True, gc=False, tag="customer_blocked"):
    until: int | None
    at: int
    by: str
