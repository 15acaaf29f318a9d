"""Who comes in: the customer's messages, from the first one that opens a session to each that follows."""

from msgspec.structs import replace

from core import after, consent, language, rating, silence, sla, spoken, submission
from core import command as c
from core import event as e
from core.channel import Profile, Received
from core.closing import AfterClose
from core.hearing import author, hear, reply_token
from core.identity import identify
from core.message import Message, plain
from core.queue import OPENING, enter
from core.routes import Handed
from core.screening import alert, screen
from core.turn import Asked, Turn


def receive(turn: Turn, command: c.Receive) -> Message | None:
    """A customer's message: turned away, an answer to a survey (None), or part of a (perhaps new) session."""
    inbound = command.inbound
    _meet(turn, inbound.profile)
    _learn_aliases(turn, inbound)
    if _blocked(turn):
        _turn_away(turn, inbound)
        return None
    if not turn.state.reachable:
        turn.emit(e.ReachableChanged(True, turn.now))
    if rating.answer(turn, inbound):
        return None
    choice = after.chosen(turn, inbound)
    if choice == "rate" and rating.ask_to_rate(turn, inbound):
        return None
    if choice is None and submission.hear_reply(turn, inbound):
        return None
    new = turn.state.session is None
    if new:
        _open(turn, inbound)
    if submission.fill(turn, inbound):
        _queue_if_declined(turn)
        return None
    if not new:  # what opened it was listened to already
        spoken.listen(turn, inbound.content)
    message = hear(turn, turn.open_session(), inbound, command.reply_to)
    if turn.open_session().phase != "active" and _leaves(turn, message, inbound, choice):
        return None
    spoken.offer(turn)
    if turn.open_session().phase != "bot":
        sla.heard(turn)
        silence.arm(turn)
    return message


def _leaves(turn: Turn, message: Message, inbound: Received, choice: AfterClose | None) -> bool:
    """Whoever waits may be asked what to leave, or ask to leave something; whether this was about that."""
    if submission.take(turn, message):
        _queue_if_declined(turn)
        return True
    wants = choice == "leave_message" or submission.asked_for(turn, inbound)
    return wants and submission.offer(turn, "asked")


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
    spoken.said_outright(turn, command.language)
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
    if session is not None and session.id == command.session:
        consent.follow_up(turn, session, command.seq, screened)


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
    if tell:
        turn.spend(reply_token(inbound, turn.now))
    message = Message(seq=0, author=author(turn), content=inbound.content, at=inbound.at)
    turn.emit(e.TurnedAway(message, turn.now, tell))


def _open(turn: Turn, inbound: Received) -> None:
    rules = turn.rules
    opening = spoken.opening(turn, plain(inbound.content))
    turn.emit(
        e.Opened(
            session=turn.context.new_id(),
            number=turn.context.number(),
            at=turn.now,
            language=opening.language,
            language_sure=opening.sure,
            group=rules.channel.group,
            language_guess=opening.guess,
            sla_edition=turn.context.policy.sla_edition,
        )
    )
