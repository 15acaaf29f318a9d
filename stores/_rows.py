"""What every store derives from a commit, a settlement or a status: meaning, without a database."""

import unicodedata
from hashlib import blake2b
from typing import TypeGuard

import msgspec

from core.customer import Customer
from core.effect import (
    Deliver,
    Effect,
    WakeAt,
)
from core.event import (
    Amended,
    Assigned,
    CustomerKnown,
    Event,
    Fact,
    Noted,
    Prompted,
    Recalled,
    Received,
    Released,
    Replied,
    Retracted,
    StateChanged,
    SubmissionReplied,
    Summarized,
    Translated,
)
from core.message import Message, State, Text, Translation, advances, plain
from core.ports import Commit, SubmissionQuery, SubmissionRow
from core.session import Session

EARLY_STATUS_MS = 600_000  # how long a status waits for the message it is about
DEFAULT_CAPACITY = 5

Speaking = Received | Prompted | Replied | Noted | Summarized | SubmissionReplied
Alteration = Amended | Released | Retracted | Recalled | Translated  # what changes a message that is there
_replace = msgspec.structs.replace


def owner(event: Event, session: Session | None) -> str | None:
    """The session an event is shown with: the one it names, or the commit's."""
    named = getattr(event, "session", None)
    return named if named is not None else session.id if session is not None else None


def said(event: Event | Fact) -> Message | None:
    """The message of an event that stands in a session's history."""
    if isinstance(event, Speaking):
        return event.message
    return None


def concerns(event: Event | Fact) -> int | None:
    """The seq of the message an event or fact is about."""
    return getattr(event, "seq", None)


def first_state(event: Speaking, carried: frozenset[int]) -> State | None:
    """Only what goes out has a delivery state; `carried` are the seqs the commit's deliveries carry."""
    message = event.message
    return "queued" if isinstance(event, Prompted | Replied | SubmissionReplied) and message.seq in carried else None


def carried(effects: tuple[Effect, ...]) -> frozenset[int]:
    return frozenset(seq for effect in effects if isinstance(effect, Deliver) for seq in parts_of(effect))


def parts_of(deliver: Deliver) -> tuple[int, ...]:
    """The messages a delivery carries, each once, in order."""
    return tuple(dict.fromkeys(part.seq for part in deliver.parts if part.seq is not None))


def with_message(event: Speaking, message: Message) -> Speaking:
    return _replace(event, message=message)


def amended(message: Message, event: Amended) -> Message:
    return _replace(message, content=event.content, original=event.original, hits=event.hits, translation=None)


def released(message: Message) -> Message:
    """What was held back, as it was written; one that was taken back in the meantime stays blank."""
    return message if message.original is None else _replace(message, content=message.original, original=None)


def blanked(message: Message) -> Message:
    """What is left of a message that was taken back: its place, its author and its names."""
    return _replace(message, content=Text(""), original=None, hits=(), translation=None)


def translated(message: Message, event: Translated) -> Message:
    """Not of what was taken back meanwhile."""
    return message if plain(message.content) == "" else _replace(message, translation=event.translation)


def is_text_of(event: Event | Fact, seq: int) -> TypeGuard[Amended | Translated]:
    """Whether an event holds words of the message `seq`, which go when the message does."""
    return isinstance(event, Amended | Translated) and event.seq == seq


def blanked_amendment(event: Amended | Translated) -> Amended | Translated:
    if isinstance(event, Translated):
        return _replace(event, translation=Translation("", event.translation.language))
    return _replace(event, content=Text(""), original=None, hits=())


def moved(state: State | None, maybe_twice: bool, change: StateChanged) -> tuple[State, bool] | None:
    """A message's state and doubt after a change; None if the change leads nowhere."""
    if state is not None and advances(state, change.state):
        return change.state, maybe_twice or change.maybe_twice
    if state not in (None, "failed") and change.maybe_twice and not maybe_twice:
        return state, True  # its status was there before the answer, and the doubt stays
    return None


def errand_key(effect: Effect, conversation: str) -> str:
    return f"{conversation}:{effect.name}" if isinstance(effect, WakeAt) else effect.id


def errand_kind(effect: Effect) -> str:
    return str(effect.__struct_config__.tag)


def knows_customer(commit: Commit) -> bool:
    """Whether the commit says something new of the customer."""
    return commit.expected == 0 or any(isinstance(event, CustomerKnown) for event in commit.events)


def assigned_at(commit: Commit) -> int:
    """When the agent who is taken got the chat."""
    return next(
        (event.at for event in reversed(commit.events) if isinstance(event, Assigned)),
        commit.at,
    )


def searchable(message: Message) -> str:
    """What of a message may be found: never what was masked."""
    return plain(message.content)


def wanted(row: SubmissionRow, query: SubmissionQuery) -> bool:
    """Whether a query asks for it, but for `q` and `after`."""
    submission = row.submission
    return (
        query.state in (None, submission.state)
        and query.kind in (None, submission.kind)
        and query.channel in (None, row.channel)
        and query.group in (None, submission.group)
        and query.agent in (None, submission.agent or "")
        and (
            query.visible_to is None
            or query.visible_to == submission.agent
            or submission.group is None
            or submission.group in query.visible_groups
        )
    )


class _About(msgspec.Struct, frozen=True):
    submission: str | None = None


class _Speaks(msgspec.Struct, frozen=True):
    message: _About = _About()


def about_submission(event: bytes | str) -> str | None:
    """Of an encoded event: the submission its message is about, where it stands in another chat."""
    marker = '"submission":"' if isinstance(event, str) else b'"submission":"'
    if marker not in event:  # type: ignore[operator]  # both are of the same kind
        return None
    return msgspec.json.decode(event, type=_Speaks).message.submission


def folded(text: str | None) -> str:
    """A name, number or mail address as it is compared."""
    return unicodedata.normalize("NFKC", text).casefold().strip() if text else ""


def folded_all(customer: Customer) -> str:
    """All that a customer may be found by, one a line."""
    return "\n".join(folded(text) for text in (customer.name, customer.partner_id, customer.phone, customer.email))


def digest(scope: str, id: str) -> bytes:
    """What a cause or a name is kept under: the same in every store, so that they can be moved."""
    return blake2b(f"{scope}\0{id}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def delivery_digest(channel: str, key: str) -> bytes:
    """Our own deliveries are named beside the providers' ids; a provider's id never begins with a NUL."""
    return digest(channel, f"\0{key}")


class Keeper(msgspec.Struct):
    """Who keeps the desk, where one process has the store: nobody's fence outlives it."""

    node: str | None = None
    until: int = 0
    fence: int = 0

    def keep(self, node: str, now: int, until: int) -> int | None:
        if self.until > now and self.node != node:
            return None
        if self.until <= now:
            self.fence += 1
        self.node, self.until = node, until
        return self.fence
