"""What follows when a customer's words match a list: told why, asked for consent, warned once, or answered at once.

A message with personal data is kept and shown to nobody until its customer agrees; the answer holds for a day.
"""

from core import event as e
from core.message import Choice, Chosen, Content, Message, Option, Text
from core.prompts import Key
from core.screening import Screened, saying
from core.session import Session
from core.turn import Turn
from core.words import Side

REMEMBERED_MS = 24 * 3_600_000
YES, NO = "consent:yes", "consent:no"


def follow_up(turn: Turn, session: Session, seq: int, screened: Screened) -> None:
    """After a customer's message was kept: the strongest action that speaks does, a warning beside it."""
    if not screened.hits:
        return
    if screened.blocked is not None:
        turn.prompt("word_blocked", about=session)
        return
    if session.closed is not None or not turn.window_open:
        return
    if screened.held:
        _ask(turn, session, seq, screened)
    elif (name := screened.first("replace")) is not None:
        _say(turn, name, "customer", "word_replaced")
    warn(turn, screened, "customer")


def warn(turn: Turn, screened: Screened, side: Side) -> None:
    """Tell the customer to take care, once in a session for each list."""
    name = screened.first("warn") if screened.hits else None
    if name is None or name in turn.open_session().warned or not turn.window_open:
        return
    turn.emit(e.Warned(name, turn.now))
    _say(turn, name, side, "word_warning")


def answer(turn: Turn, message: Message) -> None:
    """Take a message as the answer to the question for consent, if one is open and it wholly is one."""
    session = turn.state.session
    if session is None or not session.held:
        return
    agreed = _agreed(turn, session, message.content)
    if agreed is None:
        return
    turn.emit(e.ConsentAnswered(turn.now + REMEMBERED_MS if agreed else 0, turn.now))
    if not agreed:
        turn.prompt("consent_refused")
        return
    for seq in session.held:
        turn.emit(e.Released(session.id, seq, turn.now))


def _agreed(turn: Turn, session: Session, content: Content) -> bool | None:
    match content:
        case Chosen(id=id) if id in (YES, NO):
            return id == YES
        case Text(text=text):
            score = turn.rules.answers.read_score(text, "thumbs", session.language)
            return None if score is None else score == 1
        case _:
            return None


def _ask(turn: Turn, session: Session, seq: int, screened: Screened) -> None:
    asked = bool(session.held)
    turn.emit(e.ConsentAsked(seq, turn.now))
    if asked:
        return
    name = screened.first("consent") or ""
    question = saying(turn, name, "customer", "word_consent", session.language)
    labels = [
        (YES, turn.rules.say("consent_yes", session.language)),
        (NO, turn.rules.say("consent_no", session.language)),
    ]
    turn.say("word_consent", Choice(question, tuple(Option(id, label or id) for id, label in labels)))


def _say(turn: Turn, name: str, side: Side, prompt: Key) -> None:
    turn.say(prompt, Text(saying(turn, name, side, prompt, turn.open_session().language)))
