"""Who comes in: the customer's messages, from the first one that opens a session to each that follows."""

from msgspec.structs import replace

from core import after, language, rating, silence, sla, submission
from core import command as c
from core import event as e
from core.channel import Profile, Received
from core.hearing import author, hear
from core.identity import identify
from core.message import Chosen, Form, Message, plain
from core.queue import OPENING, enter
from core.routes import Handed
from core.screening import alert, screen
from core.session import ReplyToken
from core.turn import Asked, Turn

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
    choice = after.chosen(turn, inbound)
    if choice == "rate" and rating.ask_to_rate(turn, inbound):
        return None
    if choice is None and submission.hear_reply(turn, inbound):
        return None
    if turn.state.session is None:
        _open(turn, inbound)
    if submission.fill(turn, inbound):
        return _queue_if_declined(turn)
    if not isinstance(inbound.content, Chosen | Form):  # our own words tell nothing of theirs
        _listen(turn, plain(inbound.content))
    message = hear(turn, turn.open_session(), inbound, command.reply_to)
    if submission.take(turn, message):
        return _queue_if_declined(turn)
    if (choice == "leave_message" or submission.asked_for(turn, inbound)) and submission.offer(turn, "asked"):
        return None
    if turn.open_session().phase == "bot":
        greet_and_queue(turn, plain(inbound.content))
    else:
        sla.heard(turn)
        silence.arm(turn)
    return None


def _queue_if_declined(turn: Turn) -> None:
    """Whoever would rather wait than leave something waits."""
    session = turn.state.session
    if session is not None and session.phase == "bot" and session.leaving is None:
        find_person(turn, why="The customer would rather wait than leave a message.")


def reach(turn: Turn, command: c.Reach) -> None:
    _meet(turn, command.inbound.profile)
    if turn.state.reachable != command.inbound.reachable:
        turn.emit(e.ReachableChanged(command.inbound.reachable, turn.now))


def visit(turn: Turn, command: c.Visit) -> None:
    """A web visitor came: who they say they are is kept (the shell has checked what must be signed), and whom they
    ask for."""
    identify(turn, command.customer, "customer")
    if command.wish != turn.state.wish:
        turn.emit(e.Wished(command.wish))


def reopen(turn: Turn) -> None:
    """They open: who came out of hours asks for people again."""
    turn.emit(e.TimerEnded(OPENING))
    session = turn.open_session()
    if session.phase == "bot" and session.unavailable is not None:
        find_person(turn)


def amend(turn: Turn, command: c.Amend) -> None:
    """An edited message passes the word filter again; what was masked stays masked."""
    screened = screen(turn, command.content, "customer")
    turn.emit(e.Amended(command.session, command.seq, turn.now, screened.content, screened.original, screened.lists))
    alert(turn, command.seq, "customer", screened)
    session = turn.state.session
    if screened.blocked is not None and session is not None and session.id == command.session:
        turn.prompt("word_blocked")


def greet_and_queue(turn: Turn, text: str = "") -> None:
    """What a new session does first: greet, then look for a person."""
    if turn.open_session().unavailable is None:
        turn.prompt("greeting")
    find_person(turn, text)


def find_person(
    turn: Turn, text: str = "", handed: Handed | None = None, why: str = "People answer first on this channel."
) -> None:
    """Go through the order of decision, and wait where it says. `text` is what the customer just wrote; `why` tells
    what brought them here where no step has more to say."""
    policy, now = turn.context.policy, turn.now
    asked = Asked(turn.state, policy, now, text, handed, lambda group: policy.is_open(group, now))
    enter(turn, turn.context.route(asked), why)


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
    if better != known and better.saved:
        turn.emit(e.CustomerSaved(better, turn.now))
    elif better != known or not turn.state.sessions:
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
    if tell and inbound.reply_token and turn.rules.channel.capabilities.reply_token_seconds:
        turn.spent = ReplyToken(inbound.reply_token, turn.now)
    message = Message(seq=0, author=author(turn), content=inbound.content, at=inbound.at)
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
            sla_edition=turn.context.policy.sla_edition,
        )
    )


def _listen(turn: Turn, text: str) -> None:
    """Look again at the language of a session that is not sure of it (its first message opened it)."""
    session = turn.open_session()
    if session.language_sure or not session.wrote:
        return
    guess = language.detect(text)
    if guess.language is not None and guess.confidence >= SURE:
        turn.emit(e.LanguageChosen(guess.language, True))
