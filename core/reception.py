"""Who comes in: the customer's messages, from the first one that opens a session to each that follows."""

from msgspec.structs import replace

from core import command as c
from core import event as e
from core import language, rating
from core.channel import Profile, Received
from core.fit import pick
from core.message import Author, Chosen, Content, Message, Option, Text, Unsupported, plain
from core.session import ReplyToken, Session
from core.turn import Turn
from core.words import Side, Verdict

SURE = 0.8  # a guess of the language at least this confident is kept for the session


def receive(turn: Turn, command: c.Receive) -> None:
    """A customer's message: turned away, an answer to a survey, or part of a (perhaps new) session."""
    inbound = command.inbound
    _meet(turn, inbound.profile)
    _learn_aliases(turn, inbound)
    if _blocked(turn):
        return _turn_away(turn, inbound)
    if not turn.state.reachable:
        turn.emit(e.ReachableChanged(True, turn.now))
    if rating.answer(turn, inbound):
        return None
    if turn.state.session is None:
        _open(turn, inbound)
    _hear(turn, inbound, command.reply_to)
    if turn.open_session().phase == "bot":
        greet_and_queue(turn)
    return None


def reach(turn: Turn, command: c.Reach) -> None:
    _meet(turn, command.inbound.profile)
    if turn.state.reachable != command.inbound.reachable:
        turn.emit(e.ReachableChanged(command.inbound.reachable, turn.now))


def visit(turn: Turn, command: c.Visit) -> None:
    """A web visitor came: who they say they are is kept (the shell has checked what must be signed)."""
    if command.customer != turn.state.customer:
        turn.emit(e.CustomerKnown(command.customer))


def amend(turn: Turn, command: c.Amend) -> None:
    """An edited message passes the word filter again; what was masked stays masked."""
    content, original, verdict = filtered(turn, command.content, "customer")
    hits = tuple(hit.list for hit in verdict.hits) if verdict else ()
    turn.emit(e.Amended(command.session, command.seq, turn.now, content, original, hits))


def greet_and_queue(turn: Turn) -> None:
    """What a new session does first: greet, then look for a person."""
    turn.prompt("greeting")
    session = turn.open_session()
    enqueue(turn, session.group, why="People answer first on this channel.")


def enqueue(turn: Turn, group: str | None, *, why: str) -> None:
    """Put the session in a queue, and tell the customer where they stand unless somebody is free at once."""
    turn.emit(e.Queued(turn.now, group, why))
    outlook = turn.context.outlook(group)
    if not outlook.free:
        tell_position(turn, outlook.waiting + 1, outlook.online)


def inform(turn: Turn, command: c.Inform) -> None:
    """The desk found nobody: tell the customer where they stand, once."""
    session = turn.state.session
    if session is not None and session.id == command.session and session.phase == "queued" and not session.positioned:
        tell_position(turn, command.position, command.online)


def tell_position(turn: Turn, position: int, online: int) -> None:
    if online == 0:
        turn.prompt("no_agent")
    else:
        turn.prompt("queue_position", position=position)


def filtered(turn: Turn, content: Content, side: Side) -> tuple[Content, Content | None, Verdict | None]:
    """What may be passed on, what was really written if that differs, and the word filter's verdict on it."""
    text = plain(content)
    if not text:
        return content, None, None
    verdict = turn.rules.words.scan(text, side)
    if verdict.action == "mask":
        return with_text(content, verdict.text), content, verdict
    if verdict.action == "block":
        return Unsupported("withheld"), content, verdict
    return content, None, verdict


def with_text(content: Content, text: str) -> Content:
    """The same content with its words replaced; one that is more than words becomes plain text."""
    if hasattr(content, "caption") and content.caption:
        return replace(content, caption=text)
    return Text(text)


def _meet(turn: Turn, profile: Profile) -> None:
    """Keep what the channel tells of the person, without overwriting what is known better."""
    known = turn.state.customer
    better = replace(
        known,
        name=profile.name or known.name,
        avatar=profile.avatar or known.avatar,
        phone=known.phone or profile.phone,
        language=known.language or (language.normal(profile.language) if profile.language else None),
    )
    if better != known or not turn.state.sessions and not turn.state.last and turn.state.session is None:
        turn.emit(e.CustomerKnown(better))


def _learn_aliases(turn: Turn, inbound: Received) -> None:
    known = {turn.state.address, *turn.state.aliases}
    new = tuple(name for name in dict.fromkeys((inbound.address, *inbound.aliases)) if name not in known)
    if new:
        turn.emit(e.AliasesLearned(new))


def _blocked(turn: Turn) -> bool:
    until = turn.state.blocked_until
    return until is not None and (until < 0 or turn.now < until)


def _turn_away(turn: Turn, inbound: Received) -> None:
    """A blocked customer is kept from everybody, and told so once."""
    tell = not turn.state.told_blocked
    message = Message(seq=0, author=_author(turn), content=inbound.content, at=inbound.at)
    turn.emit(e.TurnedAway(message, turn.now, tell))


def _open(turn: Turn, inbound: Received) -> None:
    state, rules = turn.state, turn.rules
    known = state.customer.language
    guess = None if known else language.detect(plain(inbound.content))
    sure = known is not None or (guess is not None and guess.confidence >= SURE)
    spoken = known or (guess.language if guess and sure else rules.channel.language)
    turn.emit(
        e.Opened(
            session=turn.context.new_id(),
            number=turn.context.number(),
            at=turn.now,
            language=spoken or rules.channel.language,
            language_sure=sure,
            group=rules.channel.group,
        )
    )


def _hear(turn: Turn, inbound: Received, reply_to: int | None) -> None:
    session = turn.open_session()
    if not session.language_sure and session.wrote:
        _listen(turn, plain(inbound.content))
    content, original, verdict = filtered(turn, _understood(session, inbound.content), "customer")
    message = Message(
        seq=session.seq + 1,
        author=_author(turn),
        content=content,
        original=original,
        at=inbound.at,
        late=inbound.at < turn.state.heard_at,
        hits=tuple(hit.list for hit in verdict.hits) if verdict else (),
        reply_to=reply_to,
        provider_id=inbound.message_id or inbound.id,
        quote=inbound.quote,
    )
    turn.emit(
        e.Received(
            message=message,
            at=turn.now,
            seq=message.seq,
            heard=inbound.at,
            token=ReplyToken(inbound.reply_token, turn.now) if inbound.reply_token else None,
            read_mark=inbound.read_mark or inbound.message_id,
        )
    )
    if verdict is not None and verdict.alerts:
        turn.emit(e.Alerted(turn.now, message.seq, "customer", message.hits))
    if verdict is not None and verdict.action == "block":
        turn.prompt("word_blocked")


def _listen(turn: Turn, text: str) -> None:
    """Look again at the language of a session that is not sure of it."""
    guess = language.detect(text)
    if guess.language is not None and guess.confidence >= SURE:
        turn.emit(e.LanguageChosen(guess.language, True))


def _understood(session: Session, content: Content) -> Content:
    """A number that answers a numbered list is the option it names."""
    if not session.pending or not isinstance(content, Text):
        return content
    option = pick(content.text, tuple(Option(id, label) for id, label in session.pending))
    return Chosen(option.id, option.label) if option else content


def _author(turn: Turn) -> Author:
    customer = turn.state.customer
    return Author(kind="customer", id=customer.id, name=customer.name)
