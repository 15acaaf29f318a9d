"""What follows from a customer's message in a session that nobody has yet: a greeting, a form, a bot or the queue."""

from core import bots, ending, prechat, reception
from core import command as c
from core import event as e
from core.admitting import bot_of, serving_of
from core.facts import facts_of
from core.message import Content, Message, Reaction, Sticker, Text, Unsupported, plain
from core.service import Serving, chosen
from core.turn import Turn

UNSAID = "unsaid"  # timer: somebody came and has said nothing
TIMERS = frozenset((bots.SILENT, bots.IDLE, prechat.TIMER, UNSAID))
UNSAID_MS = 3_600_000
FIRST = 1  # the number of the message that opened a session


def receive(turn: Turn, command: c.Receive) -> None:
    opened = turn.state.session is None
    message = reception.receive(turn, command)
    if message is None:
        return
    session = turn.open_session()
    if session.phase == "bot":
        if opened:
            _first(turn, message)
        else:
            _next(turn, message)
    elif session.bot is not None and session.phase != "active":
        bots.hear(turn, message)


def _first(turn: Turn, message: Message) -> None:
    if turn.rules.serving.schemes:
        _choose_scheme(turn, message)
    turn.prompt("greeting")
    serving = serving_of(turn)
    if not prechat.begin(turn, serving):
        _answer(turn, serving, message)


def _next(turn: Turn, message: Message) -> None:
    session, serving = turn.open_session(), serving_of(turn)
    if session.asking is not None:
        if _wants_person(turn, message):
            prechat.over(turn, "The customer asked for a person.")
            reception.find_person(turn, plain(message.content), why="The customer asked for a person.")
        elif prechat.answer(turn, serving, message):
            _after_form(turn)
    elif session.bot is not None:
        bots.hear(turn, message)
    else:
        _answer(turn, serving, message)


def _choose_scheme(turn: Turn, message: Message) -> None:
    rules = turn.rules
    policy = turn.context.policy
    facts = facts_of(
        turn.state,
        rules.channel,
        turn.now,
        text=plain(message.content),
        is_open=lambda group: policy.is_open(group, turn.now),
    )
    scheme = chosen(rules.serving.schemes, rules.audience.segments, facts)
    if scheme is not None:
        turn.emit(e.SchemeChosen(scheme.name, scheme.segment, turn.now))


def _answer(turn: Turn, serving: Serving, message: Message) -> None:
    """Who answers first: the bot, or people, once there is something to answer."""
    bot = bot_of(turn, serving)
    if bot is not None and (why := _bot_first(turn, serving)):
        bots.begin(turn, bot, why)
        bots.hear(turn, message)
    elif not serving.deferred or says_something(message.content):
        reception.find_person(turn, plain(message.content))
    elif UNSAID not in turn.open_session().timers:
        turn.emit(e.TimerSet(UNSAID, turn.now + UNSAID_MS))


def _bot_first(turn: Turn, serving: Serving) -> str:
    """Why the bot answers; empty if people do."""
    match serving.service:
        case "bot_only":
            return "Only the bot answers here."
        case "bot_first":
            return "The bot answers first here."
        case "people_first":
            return _no_people(turn)
        case _:
            return ""


def _no_people(turn: Turn) -> str:
    """Why no people would answer now; empty if they would."""
    group = turn.open_session().group
    if not turn.context.policy.is_open(group, turn.now):
        return "It is out of hours, so the bot answers."
    return "" if turn.context.outlook(group).online else "Nobody is online, so the bot answers."


def says_something(content: Content) -> bool:
    """More than a command, a sticker or an emoji: something that an agent can answer."""
    match content:
        case Text(text=text):
            return not text.startswith("/") and any(char.isalnum() for char in text)
        case Sticker() | Reaction() | Unsupported():
            return False
        case _:
            return True


# --- the form before a chat ---------------------------------------------------------------------------------------


def _wants_person(turn: Turn, message: Message) -> bool:
    return turn.rules.audience.wishes.wanted(plain(message.content), turn.language) is not None


def _after_form(turn: Turn) -> None:
    """Go on with what the customer wrote first."""
    serving = serving_of(turn)
    bot = bot_of(turn, serving)
    if bot is not None and (why := _bot_first(turn, serving)):
        bots.begin(turn, bot, why)
        bots.ask(turn, bot, FIRST)
    else:
        reception.find_person(turn)


def wake(turn: Turn, command: c.Wake) -> None:
    """One of the `TIMERS` is due."""
    session = turn.state.session
    if session is None or command.name not in session.timers:
        return
    if command.name in (bots.SILENT, bots.IDLE):
        bots.wake(turn, command)
        return
    turn.emit(e.TimerEnded(command.name))
    if session.phase != "bot":
        return
    if command.name == prechat.TIMER and session.asking is not None:
        prechat.over(turn, "The customer did not fill the form in.")
        _after_form(turn)
    elif command.name == UNSAID and session.bot is None and session.asking is None:
        ending.end(turn, by="system", reason="customer_timeout", prompt="customer_timeout", survey=False)
