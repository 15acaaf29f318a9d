"""What is left of somebody who was erased: places and facts, nothing that was said and nothing of who they were."""

from typing import TypeVar

from msgspec.structs import replace

from core import event as e
from core.customer import Customer
from core.message import Author, Content, Media, Message, Text
from core.session import Conversation, Session

E = TypeVar("E", bound=e.Event)


def is_erased(state: Conversation) -> bool:
    return state.address == gone(state)


def gone(state: Conversation) -> str:
    """The address of somebody who has none any more: whoever writes from the old one is a stranger."""
    return f"erased:{state.id}"


def erased(state: Conversation, event: e.Erased) -> Conversation:
    return replace(
        state,
        address=gone(state),
        customer=Customer(id=event.customer),
        session=_bare(state.session),
        last=_bare(state.last),
        token=None,
        read_mark=None,
        aliases=(),
        reachable=False,
    )


def _bare(session: Session | None) -> Session | None:
    return None if session is None else bare(session)


def bare(session: Session) -> Session:
    """A session without what was said in it or noted of its customer."""
    return replace(session, pending=(), tags=())


def blank_event(event: E) -> E:
    """An event without its words and names. Folding blanked events comes to the same conversation in the end."""
    match event:
        case e.Received():
            return replace(event, message=blank(event.message), token=None, read_mark=None)
        case e.Prompted() | e.Replied():
            return replace(event, message=blank(event.message), pending=())
        case e.Noted() | e.TurnedAway():
            return replace(event, message=blank(event.message))
        case e.Amended():
            return replace(event, content=Text(""), original=None, hits=())
        case e.CustomerKnown() | e.CustomerSaved() | e.CustomerLinked():
            return replace(event, customer=Customer(id=event.customer.id))
        case e.AliasesLearned():
            return replace(event, aliases=())
        case e.Tagged():
            return replace(event, tags=())
        case _:
            return event


def blank(message: Message) -> Message:
    author = Author(kind="customer") if message.author.kind == "customer" else message.author
    return replace(
        message, author=author, content=Text(""), original=None, hits=(), provider_id=None, client_id=None, quote=None
    )


def blank_text(event: E) -> E:
    """An event whose text is too old to be kept; who said it to whom stays."""
    match event:
        case e.Received() | e.Prompted() | e.Replied() | e.Noted() | e.TurnedAway():
            return replace(event, message=replace(event.message, content=Text(""), original=None, hits=()))
        case e.Amended():
            return replace(event, content=Text(""), original=None, hits=())
        case _:
            return event


def files_of(event: e.Event) -> tuple[str, ...]:
    """The names of the files an event holds."""
    found: list[Content | None] = []
    match event:
        case e.Received() | e.Prompted() | e.Replied() | e.Noted() | e.TurnedAway():
            found = [event.message.content, event.message.original]
        case e.Amended():
            found = [event.content, event.original]
        case _:
            pass
    return tuple(each.url for each in found if isinstance(each, Media) and each.url is not None)
