"""A bot's part in a session: it is asked, it answers, and it gives the chat to people when one of the rules says so.

Asking is an errand and its answer a command: nothing here waits for anybody. A bot hears customers only, and only so
many messages a minute: two bots cannot keep each other talking.
"""

import zlib
from collections.abc import Sequence

from msgspec.structs import replace

from core import command as c
from core import ending
from core import event as e
from core.admitting import serving_of
from core.consent import warn
from core.errors import Refused
from core.handover import Trigger, asked_for_person, keyword_in
from core.message import Author, Choice, Chosen, Content, Message, Note, Option, Reaction, Unsupported, plain
from core.prompts import Key
from core.reception import find_person
from core.routes import Handed
from core.screening import alert, log, screen
from core.sending import may_send
from core.service import Bot
from core.session import BotTurn
from core.terms import terms
from core.turn import Turn, options_of

SILENT, IDLE = "bot_silent", "bot_idle"  # timers: the bot does not answer; the customer does not
PERSON, YES, NO, NONE = "bot:person", "bot:yes", "bot:no", "bot:none"
BUTTONS = frozenset((PERSON, YES, NO, NONE))
MOST_ASKED = 20  # messages within a minute (core.evolve.LOOP_MS): whoever writes more is no person
MOST_SAID = 20  # of a bot until the customer writes again
QUESTION = 3  # words that a message needs to be a question one can repeat; "yes" is said again and again
_DISLIKES = frozenset("👎")


def begin(turn: Turn, bot: Bot, why: str) -> None:
    turn.emit(e.BotBegan(bot.id, bot.name, turn.now, why))


def hear(turn: Turn, message: Message) -> None:
    """A customer's message in a session that a bot answers: for the bot, unless it calls for a person."""
    held, content = _held(turn), message.content
    if held.quiet or _waits_quietly(turn, held) or (isinstance(content, Unsupported) and content.kind == "withheld"):
        return
    bot = turn.rules.audience.bots.get(held.id)
    if bot is None:
        failed(turn, "The bot was removed.")
    elif turn.open_session().phase == "bot" and _called(turn, bot, held, content):
        pass  # people have it now, or it was about what the bot had said
    elif not isinstance(content, Reaction) and not (isinstance(content, Chosen) and content.id in BUTTONS):
        ask(turn, bot, message.seq, _mark(content))


def _waits_quietly(turn: Turn, held: BotTurn) -> bool:
    """The customer waits for people, and the bot is set to be quiet meanwhile."""
    bot = turn.rules.audience.bots.get(held.id)
    return turn.open_session().phase != "bot" and (bot is None or bot.while_queued == "quiet")


def ask(turn: Turn, bot: Bot, seq: int, mark: int = 0) -> None:
    """Let the bot answer a message; should it not, people do."""
    wait = bot.wait_seconds * 1000
    turn.emit(e.BotAsked(bot.id, seq, turn.now, turn.now + wait, mark))
    if SILENT not in turn.open_session().timers:
        turn.emit(e.TimerSet(SILENT, turn.now + wait))


def _called(turn: Turn, bot: Bot, held: BotTurn, content: Content) -> bool:
    """Whether the message was dealt with: it called for people, or was about what the bot had said."""
    text, rules = plain(content), bot.handover
    pressed = content.id if isinstance(content, Chosen) else None
    if pressed == PERSON:
        return _hand(turn, text, "person", "The customer pressed the button for a person.")
    if not isinstance(content, Reaction) and (
        word := asked_for_person(text, turn.language, rules, turn.rules.audience.wishes)
    ):
        return _hand(turn, text, "person", f"The customer asked for a person (“{word}”).")
    if (found := keyword_in(text, rules)) is not None:
        keyword, word = found
        return _hand(turn, text, "keyword", f"The customer wrote “{word}”.", Handed(keyword.group, keyword.agent))
    if pressed == NO or _dislikes(content):
        return _disliked(turn, bot)
    if pressed == YES:
        return turn.prompt("bot_glad") or True
    if pressed == NONE:
        _missed(turn, bot, held.missed + 1, held.waits)
        return True
    if rules.on_repeat and (mark := _mark(content)) and mark in held.marks:
        return _hand(turn, text, "repeat", "The customer asked the same again.")
    return held.count >= MOST_ASKED and turn.now - held.since < 60_000 and _looped(turn, held)


def _hand(turn: Turn, text: str, trigger: Trigger, why: str, handed: Handed | None = None) -> bool:
    hand_over(turn, trigger, why, handed, text)
    return True


def _dislikes(content: Content) -> bool:
    said = content.emoji if isinstance(content, Reaction) else plain(content)
    return bool(said.strip()) and set(said.strip()) <= _DISLIKES | {"\ufe0f", *"🏻🏼🏽🏾🏿"}


def _disliked(turn: Turn, bot: Bot) -> bool:
    if bot.handover.on_dislike:
        return _hand(turn, "", "dislike", "The answer did not help the customer.")
    _say(turn, bot, _unknown(turn, bot))
    return True


def _looped(turn: Turn, held: BotTurn) -> bool:
    """More than a person writes: answering on would only keep it going."""
    why = f"More than {MOST_ASKED} messages within a minute: this may be a machine."
    if may_have_people(turn):
        return _hand(turn, "", "loop", why)
    turn.emit(e.BotSilenced(held.id, turn.now, why))
    return True


def _mark(content: Content) -> int:
    if isinstance(content, Chosen):
        return 0
    words = terms(plain(content)[:2000])
    return zlib.crc32(" ".join(words).encode()) if len(words) >= QUESTION else 0


def tell(turn: Turn, command: c.BotSays | c.BotFailed) -> None:
    """What came of asking it, or what it says by itself."""
    if isinstance(command, c.BotSays):
        say(turn, command)
    else:
        _could_not(turn, command)


# --- what the bot says --------------------------------------------------------------------------------------------


def say(turn: Turn, command: c.BotSays) -> None:
    """The bot's answer. Refused: the chat is not its any more, it says too much, or what no channel carries."""
    session, held = turn.open_session(), turn.open_session().bot
    if held is None or held.id != command.bot or session.id != command.session:
        raise Refused("not_yours", "This chat is not the bot's (any more).")
    bot = turn.rules.audience.bots.get(held.id)
    if bot is None or held.quiet or _waits_quietly(turn, held):
        raise Refused("not_yours", "People have this chat: the bot is to be quiet.")
    if held.said + len(command.contents) > MOST_SAID:
        raise Refused("too_many", f"A bot says at most {MOST_SAID} messages until the customer writes again.")
    for content in command.contents:
        may_send(turn, content)
    lists = [name for content in command.contents for name in _say(turn, bot, content, command.client_id)]
    upto = held.waits if command.seq is None else command.seq
    if command.suggestions:
        lists += _say(turn, bot, _suggested(turn, bot, command.suggestions))
    if lists:
        _withheld(turn, bot, held.missed + 1, upto, tuple(dict.fromkeys(lists)), command.handover)
        return
    if command.unknown:
        _missed(turn, bot, held.missed + 1, upto, quietly=bool(command.contents))
    else:
        if command.helpful and session.phase == "bot":
            _say(turn, bot, _helpful(turn, bot))
        turn.emit(e.BotAnswered(bot.id, turn.now, upto))
    _conclude(turn, bot, command)


def _conclude(turn: Turn, bot: Bot, command: c.BotSays) -> None:
    """People go on, the chat is over, or the ball is with the customer."""
    if turn.open_session().phase != "bot":
        return
    if command.handover is not None:
        hand_over(turn, "bot", "The bot asked for it.", command.handover)
    elif command.end:
        ending.end(turn, by="system", reason="bot_ended", prompt="agent_closed")
    else:
        _await_customer(turn, bot)


def _await_customer(turn: Turn, bot: Bot) -> None:
    ending.arm_idle_timers(turn)
    if bot.idle_seconds is not None and not {IDLE, ending.IDLE} & turn.open_session().timers.keys():
        turn.emit(e.TimerSet(IDLE, turn.now + bot.idle_seconds * 1000))


def _say(turn: Turn, bot: Bot, content: Content, client_id: str | None = None) -> tuple[str, ...]:
    """Say it as the bot; the word lists for which it was withheld, if it was."""
    screened = screen(turn, content, "bot")
    if screened.content is not content and isinstance(screened.content, Unsupported):
        log(turn, "bot", screened.hits, by=bot.id)
        return screened.lists
    message = Message(
        seq=turn.open_session().seq + 1,
        author=Author(kind="bot", id=bot.id, name=bot.name),
        content=screened.content,
        original=screened.original,
        at=turn.now,
        hits=screened.lists,
        client_id=client_id,
    )
    pending = options_of(message.content)
    turn.emit(e.Replied(message=message, at=turn.now, seq=message.seq, spends=turn.spend_token(), pending=pending))
    alert(turn, message.seq, "bot", screened, bot.id)
    warn(turn, screened, "bot")
    return ()


def _withheld(turn: Turn, bot: Bot, missed: int, upto: int, lists: tuple[str, ...], handed: Handed | None) -> None:
    """Word lists kept back (some of) the answer: people give one, where there may be people."""
    turn.emit(e.BotAnswered(bot.id, turn.now, upto, missed, lists))
    if turn.open_session().phase != "bot":
        return
    if may_have_people(turn):
        hand_over(turn, "withheld", f"Word lists withheld what the bot said ({', '.join(lists)}).", handed)
    else:
        _say(turn, bot, _unknown(turn, bot))
        _await_customer(turn, bot)


def _missed(turn: Turn, bot: Bot, missed: int, upto: int, *, quietly: bool = False) -> None:
    """The bot did not know: once more in other words, or people. `quietly`: it said so itself."""
    turn.emit(e.BotAnswered(bot.id, turn.now, upto, missed))
    if turn.open_session().phase != "bot":
        return
    after = bot.handover.after_unknown
    if after is not None and missed >= after and may_have_people(turn):
        hand_over(turn, "unknown", f"The bot did not know an answer {missed} times in a row.")
    elif not quietly:
        _say(turn, bot, _unknown(turn, bot))


def _unknown(turn: Turn, bot: Bot) -> Content:
    return _choice(turn, "bot_unknown", _person(turn, bot))


def _suggested(turn: Turn, bot: Bot, suggestions: Sequence[Option]) -> Content:
    none = Option(NONE, _text(turn, "bot_none"))
    return _choice(turn, "bot_suggest", (*suggestions, none, *_person(turn, bot)))


def _helpful(turn: Turn, bot: Bot) -> Content:
    yes, no = Option(YES, _text(turn, "bot_yes")), Option(NO, _text(turn, "bot_no"))
    return _choice(turn, "bot_helpful", (yes, no, *_person(turn, bot)))


def _choice(turn: Turn, key: Key, options: Sequence[Option]) -> Content:
    return Choice(_text(turn, key), tuple(options))


def _text(turn: Turn, key: Key) -> str:
    session = turn.open_session()
    found = turn.rules.texts(session.scheme).say(key, session.language)
    return found.text if found is not None else ""


def _person(turn: Turn, bot: Bot) -> tuple[Option, ...]:
    wanted = bot.handover.button and may_have_people(turn) and turn.open_session().phase == "bot"
    return (Option(PERSON, _text(turn, "bot_person")),) if wanted else ()


# --- to people ----------------------------------------------------------------------------------------------------


def may_have_people(turn: Turn) -> bool:
    return serving_of(turn).service != "bot_only"


def hand_over(turn: Turn, trigger: Trigger, why: str, handed: Handed | None = None, text: str = "") -> None:
    """Give the session to people; where there are none, say so and go on. `text` is what the customer just wrote."""
    held, handed = _held(turn), handed or Handed()
    if not may_have_people(turn):
        turn.emit(e.BotAnswered(held.id, turn.now, held.waits))
        turn.prompt("bot_no_person")
        return
    group = handed.group if handed.group in turn.context.policy.groups else None
    bot = turn.rules.audience.bots.get(held.id)
    turn.emit(
        e.HandedOver(
            bot=held.id,
            at=turn.now,
            trigger=trigger,
            why=why,
            group=group,
            agent=handed.agent,
            quiet=bot is None or bot.while_queued == "quiet" or trigger in ("down", "loop"),
        )
    )
    if handed.note:
        author = Author(kind="bot", id=held.id, name=bot.name if bot else None)
        note = Message(seq=turn.open_session().seq + 1, author=author, content=Note(handed.note), at=turn.now)
        turn.emit(e.Noted(note, turn.now, note.seq))
    turn.prompt("bot_handover")
    find_person(turn, text, replace(handed, group=group), why=why)
    left = turn.state.session
    if (
        bot is not None
        and left is not None
        and left.phase == "bot"
        and left.leaving is None
        and trigger not in ("down", "loop")
    ):
        begin(turn, bot, "Nobody can take the chat now, so the bot goes on.")


def failed(turn: Turn, why: str) -> None:
    """The bot is down or slow: people, or the word that it is."""
    held = _held(turn)
    if may_have_people(turn):
        hand_over(turn, "down", why)
    else:
        turn.emit(e.BotAnswered(held.id, turn.now, held.waits))
        turn.prompt("bot_unavailable")


def _could_not(turn: Turn, command: c.BotFailed) -> None:
    """The errand came back without an answer; somebody may have answered meanwhile."""
    session = turn.open_session()
    held = session.bot
    if held is None or held.id != command.bot or session.phase != "bot" or not held.waits:
        return
    failed(turn, command.reason)


def wake(turn: Turn, command: c.Wake) -> None:
    """The bot has been silent for too long, or the customer."""
    session = turn.open_session()
    bot = turn.rules.audience.bots.get(session.bot.id) if session.bot else None
    seconds, since = None, 0
    if session.phase == "bot" and session.bot is not None and bot is not None:
        if command.name == SILENT and session.bot.waits:
            seconds, since = bot.wait_seconds, session.bot.asked
        elif command.name == IDLE and session.answered:
            seconds, since = bot.idle_seconds, turn.now if session.locked else session.answered_at
    if seconds is None:
        turn.emit(e.TimerEnded(command.name))
    elif since + seconds * 1000 > turn.now:
        turn.emit(e.TimerSet(command.name, since + seconds * 1000))
    elif command.name == SILENT:
        turn.emit(e.TimerEnded(SILENT))
        failed(turn, f"The bot did not answer within {seconds} seconds.")
    else:
        ending.end(turn, by="system", reason="customer_timeout", prompt="customer_timeout")


def _held(turn: Turn) -> BotTurn:
    bot = turn.open_session().bot
    assert bot is not None, "a bot has the session"
    return bot
