"""What is left of somebody who was erased: places and facts, nothing that was said and nothing of who they were."""

from typing import TypeVar

from msgspec.structs import replace

from core import event as e
from core.customer import Customer
from core.message import Author, Content, Media, Message, Text, Translation
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
    return replace(session, pending=(), tags=(), leaving=None)


def blank_event(event: E) -> E:
    """An event without its words and names. Folding blanked events comes to the same conversation in the end."""
    match event:
        case e.CustomerKnown() | e.CustomerSaved() | e.CustomerLinked():
            return replace(event, customer=Customer(id=event.customer.id))
        case e.AliasesLearned():
            return replace(event, aliases=())
        case e.Amended() | e.Translated():
            return blank_amendment(event)
        case e.Tagged():
            return replace(event, tags=())
        case e.Received():
            return replace(event, message=blank(event.message), token=None, read_mark=None)
        case _:
            return _spoken(event)


def _spoken(event: E) -> E:
    message = said(event)
    if message is None:
        return event
    asked = {"pending": ()} if getattr(event, "pending", ()) else {}
    return replace(event, message=blank(message), **asked)


def blank(message: Message) -> Message:
    author = Author(kind="customer") if message.author.kind == "customer" else message.author
    return replace(
        message, author=author, content=Text(""), original=None, hits=(), provider_id=None, client_id=None, quote=None,
        translation=None,
    )  # fmt: skip


def blank_text(event: E) -> E:
    """An event whose text is too old to be kept; who said it to whom stays."""
    if isinstance(event, e.Amended | e.Translated):
        return blank_amendment(event)
    message = said(event)
    if message is None:
        return event
    return replace(event, message=replace(message, content=Text(""), original=None, hits=(), translation=None))


def blank_amendment(event: E) -> E:
    """What was made of a message later, an edit or a translation, without its words; any other event as it is."""
    match event:
        case e.Translated(translation=translation):
            return replace(event, translation=Translation("", translation.language))
        case e.Amended():
            return replace(event, content=Text(""), original=None, hits=())
        case _:
            return event


def said(event: e.Event) -> Message | None:
    """The message of an event that carries one, whichever it is."""
    found = getattr(event, "message", None)
    return found if isinstance(found, Message) else None


def files_of(event: e.Event) -> tuple[str, ...]:
    """The names of the files an event holds."""
    found: list[Content | None] = [event.content, event.original] if isinstance(event, e.Amended) else []
    if (message := said(event)) is not None:
        found += [message.content, message.original]
    return tuple(each.url for each in found if isinstance(each, Media) and each.url is not None)
