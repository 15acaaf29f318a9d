"""What every store derives from a commit, a settlement or a status: meaning, without a database."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import TypeGuard

import msgspec

from core import terms
from core.customer import Customer
from core.effect import (
    Deliver,
    Effect,
    WakeAt,
)
from core.erasing import is_erased
from core.event import (
    Amended,
    Assigned,
    CustomerKnown,
    CustomerLinked,
    CustomerSaved,
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
from core.message import Author, Message, Note, State, Text, advances, plain
from core.ports.hooks import HookDelivery
from core.ports.reading import SubmissionQuery, SubmissionRow
from core.ports.writing import Commit
from core.session import Conversation, Session

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


def never_sent(effects: Iterable[Effect], at: int) -> Iterator[tuple[str, StateChanged]]:
    """What becomes of messages whose customer is erased before they are sent: the session of each, and the fact."""
    reason = "The customer was erased; it may have arrived if it was on its way."
    for effect in effects:
        if isinstance(effect, Deliver) and effect.session is not None:
            for seq in parts_of(effect):
                yield effect.session, StateChanged(seq, "failed", at, code="erased", reason=reason)


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
    return commit.expected == 0 or any(
        isinstance(event, CustomerKnown | CustomerSaved | CustomerLinked) for event in commit.events
    )


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


def speaks_after(session: Session) -> bool:
    """Whether the system spoke after what a person or bot said last."""
    return 0 < session.said_seq < session.seq


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


class _Mentioning(msgspec.Struct, frozen=True):
    mentions: tuple[str, ...] = ()


class _Saying(msgspec.Struct, frozen=True):
    author: Author
    content: _Mentioning


class _Notes(msgspec.Struct, frozen=True):
    message: _Saying


def mentions(event: Event | Fact) -> tuple[str, ...]:
    """The colleagues a note is for."""
    if not isinstance(event, Noted) or not isinstance(event.message.content, Note):
        return ()
    return _others(event.message.content.mentions, event.message.author)


def mentioned(event: bytes | str) -> tuple[str, ...]:
    """The same of an encoded event."""
    marker = '{"type":"noted"' if isinstance(event, str) else b'{"type":"noted"'
    if not event.startswith(marker):  # type: ignore[arg-type]  # both are of the same kind
        return ()
    message = msgspec.json.decode(event, type=_Notes).message
    return _others(message.content.mentions, message.author)


def _others(named: tuple[str, ...], author: Author) -> tuple[str, ...]:
    return tuple(agent for agent in dict.fromkeys(named) if agent != author.id)


def folded(text: str | None) -> str:
    """A name, number or mail address as it is compared."""
    return unicodedata.normalize("NFKC", text).casefold().strip() if text else ""


def folded_all(customer: Customer) -> str:
    """All that a customer may be found by, one a line."""
    return "\n".join(folded(text) for text in (customer.name, customer.partner_id, customer.phone, customer.email))


_DIGITS = re.compile(r"[^0-9]+")
_NUMBER = re.compile(r"[0-9+() ./-]{3,}")


def _digits(text: str) -> str:
    return _DIGITS.sub("", text)


def customer_terms(customer: Customer) -> list[str]:
    """What a customer is found by, each by its beginning: the words of their names, their mail address and own id
    whole and in words, their number with and without a country's code, and from behind."""
    words = [term for text in (customer.name, customer.nickname) if text for term in terms.terms(text)]
    for text in (customer.email, customer.partner_id):
        if text:
            words += [folded(text), *terms.terms(text)]
    if customer.partner_id and _NUMBER.fullmatch(customer.partner_id):
        words.append(_digits(customer.partner_id))
    if customer.phone and (number := _digits(customer.phone)):
        words += [number[skipped:] for skipped in range(4) if len(number) - skipped >= 4]
        words += [number[-4:], number[-6:]]
    return sorted({word[:64] for word in words if word})


Asked = tuple[str, bool]  # a term, and whether it is only the beginning of one


def customer_asked(q: str | None) -> list[Asked]:
    """What a question asks for, all of which must be there; the most telling first. Nothing for an empty one."""
    wanted = folded(q)
    if not wanted:
        return []
    if "@" in wanted:
        return [(wanted[:64], True)]
    if _NUMBER.fullmatch(wanted) and (number := _digits(wanted)):
        return [(number[:64], True)]
    asked = [(term, phrase.prefix) for phrase in terms.phrases(wanted) for term in phrase.terms]
    return sorted(asked, key=lambda each: (each[1], -len(each[0])))


def customer_answers(customer: Customer, q: str | None) -> bool:
    known, asked = customer_terms(customer), customer_asked(q)
    return bool(asked) and all(
        any(term.startswith(word) if prefix else term == word for term in known) for word, prefix in asked
    )


def is_ours(url: str) -> bool:
    """Whether a file is kept by us, by the name it has inside contents."""
    return url.startswith("media:")


def is_silent(state: Conversation, before: int) -> bool:
    """Whether nothing was heard since then, no chat and no ticket is open, and there is somebody to forget."""
    ended = state.last.closed.at if state.last is not None and state.last.closed is not None else 0
    if state.session is not None or any(each.state != "solved" for each in state.submissions):
        return False
    return not is_erased(state) and max(state.window_from, state.heard_at, ended) < before


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


# --- deliveries of message webhooks ----------------------------------------------------------------------------------


def as_new(delivery: HookDelivery, now: int) -> HookDelivery:
    """One that is sent again by hand: its id stays, so that the receiver knows it."""
    return _replace(delivery, state="waiting", attempt=0, due=now, made=now, done_at=None, status=None, reason=None)


def given_up(delivery: HookDelivery, now: int) -> HookDelivery:
    reason = delivery.reason or "The webhook was paused for a day."
    return _replace(delivery, state="parked", done_at=now, reason=reason)


def erased_delivery(delivery: HookDelivery) -> HookDelivery:
    """What was not sent before its customer was erased is not sent any more."""
    return _replace(delivery, state="parked", done_at=delivery.made, reason="What it said was erased.", body=None)


def after_delivery(cursor: str) -> tuple[int, str]:
    ord, _, id = cursor.partition(".")
    return int(ord), id


def page_of_deliveries(found: Sequence[HookDelivery], limit: int) -> tuple[list[HookDelivery], str | None]:
    shown = list(found[:limit])
    return shown, f"{shown[-1].ord}.{shown[-1].id}" if len(found) > len(shown) > 0 else None
